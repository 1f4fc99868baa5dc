"""Commands that say what can explain it: verdict, outcomes, visibility, experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idgraph.cli.base import (
    Rules,
    as_json,
    blocks,
    cli,
    lines,
    note,
    ruled,
    ruled_and_observed,
    timed,
    veiled,
    veiled_with,
)

if TYPE_CHECKING:
    from idgraph.calls import History
    from idgraph.observing import Observed
    from idgraph.searching.limits import Limits


@cli.command()
@ruled_and_observed
@timed
@as_json
def verdict(
    *,
    history: History,
    observed: Observed | None,
    rules: Rules,
    limits: Limits,
    shown: bool,
    as_json: bool,
) -> None:
    """Say what can explain each person's profiles: payload, order, lag, or nothing documented.

    It goes by what was observed: profile ids in the log, or in exports (--observe).
    """
    from idgraph import records, verdicts
    from idgraph.surfaces.results import terminal

    exported = observed.exported if observed else None
    hidden, told = veiled_with(history, exported, shown=shown)
    found = verdicts.verdict(rules(hidden), limits=limits, exported=told)
    if as_json:
        lines(records.verdicts(found))
    else:
        blocks((*terminal.verdicts(found), *terminal.account(hidden)))


@cli.command()
@ruled
@timed
@click.option("--draws", type=click.IntRange(0), default=0, help="Estimate a probability, too.")
@as_json
def outcomes(
    *, history: History, rules: Rules, limits: Limits, draws: int, shown: bool, as_json: bool
) -> None:
    """Say every way that the calls could have gone, whatever was observed.

    Orders are counted exactly; how many orders end split is no probability.
    """
    from idgraph import outlook, records
    from idgraph.surfaces.results import chances

    found = outlook.outcomes(rules(veiled(history, shown=shown)), limits=limits, draws=draws)
    if as_json:
        lines(records.outcomes(found))
    else:
        blocks(chances.outcomes(found))


@cli.command()
@ruled
@timed
@as_json
def visibility(
    *, history: History, rules: Rules, limits: Limits, shown: bool, as_json: bool
) -> None:
    """Tell a lag from a deviation: how often look-ups miss, by the time since the write.

    A lag dies out with the time, a deviation is a floor. It takes many persons with observations.
    """
    from idgraph import populations
    from idgraph.populations import records
    from idgraph.surfaces.results import chances

    found = populations.visibility(rules(veiled(history, shown=shown)), limits=limits)
    if as_json:
        lines(records.of_visibility(found))
    else:
        blocks(chances.visibility(found))


@cli.command()
@click.option("--policy", "name", default="klaviyo-classic", show_default=True, metavar="NAME")
@click.option("--run", default=1, show_default=True, help="Number of this run, for fresh values.")
@click.option("--requests", is_flag=True, help="With --json: the requests of each experiment.")
@as_json
def experiments(*, name: str, run: int, requests: bool, as_json: bool) -> None:
    """List the calls to make on a test account that tell readings of open rules apart.

    Nothing is sent. Each experiment says what every reading predicts.
    """
    from idgraph import populations
    from idgraph.populations import records
    from idgraph.surfaces.results import chances

    found = populations.experiments(name, run=run)
    if as_json:
        lines(records.of_suite(found, requests=requests))
    else:
        blocks(chances.experiments(found))
    if found.given_up:
        note("Some readings may yet be told apart: the search was given up.")
