"""The command that shrinks a history to the few calls that still split: minimise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from idgraph.cli.base import (
    Rules,
    as_json,
    blocks,
    cli,
    lines,
    note,
    ruled_and_observed,
    timed,
    veiled,
)
from idgraph.errors import UsageError

if TYPE_CHECKING:
    from idgraph.calls import History
    from idgraph.minimising import Reproducer
    from idgraph.observing import Observed
    from idgraph.searching.limits import Limits

_FORMS = ("log", "pytest", "curl", "ticket")


@cli.command()
@ruled_and_observed
@timed
@click.option("--person", metavar="NAME", help="Whose split: the name that diagnose gives.")
@click.option("--call", "number", type=int, metavar="N", help="The splitting call.")
@click.option("--as", "wanted", type=click.Choice(_FORMS), help="What to print, or to write.")
@click.option("-o", "--output", metavar="PATH", help="The file to write; a folder for all forms.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@as_json
def minimise(
    *,
    history: History,
    observed: Observed | None,  # noqa: ARG001 - its profiles are on the calls
    rules: Rules,
    limits: Limits,
    shown: bool,
    person: str | None,
    number: int | None,
    wanted: str | None,
    output: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Shrink a history to the few calls that still split a person, with the same cause and verdict.

    Prints them with what happened; --as prints a log, a test for pytest, a script for curl or the
    text of a ticket. With -o FOLDER all four are written.
    """
    from idgraph import minimising, records
    from idgraph.surfaces.results import reproducers

    told = rules(history)
    known = None if person is None else _known(history, person)
    if minimising.chosen(told, person=known, call=number) is None:
        note("No person splits: there is nothing to reproduce.")
        return
    found = minimising.minimise(told, person=known, call=number, limits=limits)
    if not shown and found.redacted.cause != found.cause:
        note(f"With the real values the cause is {found.cause}; stand-ins do not show it.")
    if output:
        _write(found, output, wanted, shown=shown, force=force)
        return
    seen = found.shown(redact=not shown)
    if as_json:
        lines(records.minimised(seen))
    elif wanted:
        click.echo(seen.text(wanted, redact=False), nl=False)  # type: ignore[arg-type]
    else:
        blocks(reproducers.blocks(seen, len(history)))


def _known(history: History, person: str) -> str:
    """The person of that name, or of that stand-in, as other commands print it."""
    from idgraph.persons import link

    people = link(history)
    if person in people.calls:
        return person
    calls = link(veiled(history, shown=False)).calls.get(person, ())
    return next((name for n in calls[:1] if (name := people.of(n))), person)


def _write(found: Reproducer, output: str, wanted: str | None, *, shown: bool, force: bool) -> None:
    if wanted is None:
        paths = found.write(output, redact=not shown, force=force)
        if not found.sendable:
            note("A call has no request that idgraph can write, so there is no script for curl.")
    else:
        path = Path(output)
        if path.exists() and not force:
            remedy = "Give another file, or --force."
            raise UsageError("the file is there already", where=output, remedy=remedy)
        path.write_text(found.text(wanted, redact=not shown), "utf-8")  # type: ignore[arg-type]
        paths = (path,)
    told = "" if shown else ", with stand-ins (see --show-identifiers)"
    note(f"Wrote {', '.join(map(str, paths))}{told}.")
