"""The command that compares histories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idgraph.cli.base import (
    OBSERVE_HELP,
    as_json,
    assumptions,
    blocks,
    cli,
    joined,
    lines,
    note,
    sourced,
    timed,
    titled,
    warn_of,
)
from idgraph.errors import UsageError

if TYPE_CHECKING:
    from idgraph.calls import History
    from idgraph.searching.limits import Limits
    from idgraph.sources.base import Source

_SIDES = 2


@cli.command()
@sourced
@click.option("--good", metavar="PERSON", help="The person that tracked correctly, by name.")
@click.option("--bad", metavar="PERSON", help="The person that duplicated, by name.")
@click.option("--policy", metavar="NAME", help="Rules to replay under.")
@click.option("--other-policy", metavar="NAME", help="Compare one history under two policies.")
@click.option("--assume", multiple=True, metavar="RULE=OUTCOME", help="How an open rule ends.")
@click.option("--observe", multiple=True, metavar="FILE", help=OBSERVE_HELP)
@click.option("--report", "page", metavar="FILE", help="Write it as one offline HTML file, too.")
@titled
@click.option("--show-identifiers", "shown", is_flag=True, help="Show identifiers as they are.")
@timed
@as_json
def compare(
    *,
    paths: tuple[str, ...],
    form: Source | str | None,
    good: str | None,
    bad: str | None,
    policy: str | None,
    other_policy: str | None,
    assume: tuple[str, ...],
    observe: tuple[str, ...],
    limits: Limits,
    page: str | None,
    title: str | None,
    written: str | None,
    shown: bool,
    as_json: bool,
) -> None:
    """Say what makes the difference between two histories, the correct one first.

    Of one person each: what differs, and the smallest difference that turns one into the other,
    verified by replay. Where only one side holds several persons, the likest correct one is taken.
    Of many persons on both sides, or of one log divided by outcome: which features tell duplicated
    persons from correct ones.
    """
    from idgraph import comparison, contrasts
    from idgraph.comparison.records import of_comparison
    from idgraph.contrasts import records as contrasting
    from idgraph.policy import pick
    from idgraph.surfaces.reports.report import report
    from idgraph.surfaces.results import comparisons
    from idgraph.surfaces.results import contrasts as surface

    if (title or written) and not page:
        raise UsageError(
            "--title and --note are of a report", where="compare", remedy="Give --report FILE, too."
        )
    if len(paths) > _SIDES:
        raise UsageError(
            f"{len(paths)} paths were given to compare",
            remedy="Give two, or one with --bad or --other-policy; a path may be a folder.",
        )
    sides = [_read(path, form, observe) for path in paths]
    if policy is None:
        policy, why = pick(sides[-1])
        note(why)
    found = comparison.compare(
        *sides,
        policy=policy,
        other_policy=other_policy,
        assume=assumptions(assume),
        good_person=good,
        bad_person=bad,
        limits=limits,
    )
    if page:
        if not shown:
            warn_of(title, written, *sides)
        made = report(found, page, title=title, note=written, redact=not shown)
        note(f"Wrote {made}; open it in a browser, it needs no network.")
    if isinstance(found, contrasts.Contrast):
        if found.why_too_few:
            note("To compare one person with the correct one most like it: --bad PERSON.")
        told = found if shown else contrasts.veiled(found)
        if as_json:
            lines(contrasting.of_contrast(told))
        else:
            blocks(surface.blocks_of(told))
        return
    hidden = comparison.veiled(found, redact=not shown, origins=True)
    if as_json:
        lines([of_comparison(hidden)])
    else:
        blocks(comparisons.blocks(hidden))


def _read(path: str, form: Source | str | None, observe: tuple[str, ...]) -> History:
    """Return a history, joined with what exports show of it."""
    from idgraph import sources

    history = sources.read(path, format=form)
    observed = joined(history, observe)
    return observed.history if observed else history
