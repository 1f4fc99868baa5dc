"""Commands that show what is known: policies, causes, formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from idgraph.cli.base import as_json, blocks, cli, lines
from idgraph.errors import UsageError

if TYPE_CHECKING:
    from idgraph.rulebook import Policy


@cli.command()
@click.argument("name", required=False)
@click.argument("rest", nargs=-1, metavar="[RULE | PATH...]")
@click.option("--diff", "other", metavar="NAME", help="What this other policy would do otherwise.")
@as_json
def policy(name: str | None, rest: tuple[str, ...], other: str | None, *, as_json: bool) -> None:
    """List the policies, show one, or one of its rules.

    With --diff, show the situations in which two policies do not do the same; with paths as well,
    the calls of a history that come out differently.
    """
    from idgraph import policy as policies
    from idgraph import records
    from idgraph.surfaces.results import terminal

    chosen = [policies.load(one) for one in ([name] if name else policies.names())]
    if other:
        _diff(chosen[0], policies.load(other), rest, as_json=as_json)
        return
    if len(rest) > 1:
        raise UsageError("one rule was expected", remedy="With paths, say --diff NAME as well.")
    rule = rest[0] if rest else None
    if rule and rule not in chosen[0].rules:
        remedy = f"See `idgraph policy {chosen[0].name}`."
        raise UsageError(f"policy {chosen[0].name} has no rule of that code", remedy=remedy)
    if as_json:
        every = (row for one in chosen for row in records.rules(one))
        lines(row for row in every if rule in (None, row["rule"]))
    elif rule:
        blocks(terminal.rule(chosen[0], chosen[0].rules[rule]))
    elif name:
        blocks(terminal.policy(chosen[0]))
    else:
        blocks(terminal.policies(chosen))


def _diff(one: Policy, other: Policy, paths: tuple[str, ...], *, as_json: bool) -> None:
    from idgraph import records, sources
    from idgraph.surfaces.results import terminal

    shown: Any = records if as_json else terminal
    history = sources.read(*paths) if paths else None
    found = (
        shown.changed_calls(history, one, other)
        if history is not None
        else shown.differences(one, other)
    )
    (lines if as_json else blocks)(found)


@cli.command()
@as_json
def causes(*, as_json: bool) -> None:
    """List the causes of splits that are known."""
    from idgraph import causes as known
    from idgraph import records
    from idgraph.surfaces.results import terminal

    if as_json:
        lines(records.cause(entry) for entry in known.catalogue())
    else:
        blocks(terminal.causes(known.catalogue()))


@cli.command()
@as_json
def formats(*, as_json: bool) -> None:
    """List the formats that are read."""
    from idgraph import sources
    from idgraph.surfaces.results import terminal

    if as_json:
        lines({"format": s.name, "title": s.title, "says": s.says} for s in sources.formats())
    else:
        blocks(terminal.formats(sources.formats()))
