"""The command about a fleet as a whole: overview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idgraph.cli.base import Rules, as_json, blocks, cli, lines, ruled, veiled

if TYPE_CHECKING:
    from idgraph.calls import History


@cli.command()
@ruled
@click.option("--channel", metavar="NAME", help="Only splits at calls of this channel.")
@click.option("--cause", metavar="CODE", help="Only splits of this cause.")
@click.option("--since", metavar="DAY", help="Only from this day on (2021-05-01, UTC).")
@click.option("--until", metavar="DAY", help="Only up to this day, included.")
@as_json
def overview(
    *,
    history: History,
    rules: Rules,
    shown: bool,
    channel: str | None,
    cause: str | None,
    since: str | None,
    until: str | None,
    as_json: bool,
) -> None:
    """Say what a fleet looks like: how many split, why, when, where, how soon.

    Each share is said with its interval, or that there are too few to tell.
    """
    from idgraph import overviews as fleet
    from idgraph.overviews import records
    from idgraph.surfaces.reports import overviews
    from idgraph.surfaces.results import terminal

    found = fleet.overview(rules(history))
    found = found.only(channel=channel, cause=cause, since=since, until=until)
    seen = found if shown else fleet.veiled(found)
    if as_json:
        lines(records.of_overview(seen))
    else:
        account = terminal.account(veiled(history, shown=shown))
        blocks((*overviews.blocks(seen), *account))
