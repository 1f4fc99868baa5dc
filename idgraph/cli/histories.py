"""Commands that go from a log to the split, its repair and its report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from idgraph.cli.base import (
    Rules,
    as_json,
    blocks,
    cli,
    lines,
    note,
    reading,
    ruled,
    ruled_and_observed,
    sourced,
    timed,
    titled,
    veiled,
    warn_of,
)
from idgraph.errors import UsageError

if TYPE_CHECKING:
    from idgraph.calls import History
    from idgraph.observing import Observed
    from idgraph.searching.limits import Limits
    from idgraph.sources.base import Source


@cli.command()
@reading
@as_json
def read(*, history: History, observed: Observed | None, shown: bool, as_json: bool) -> None:
    """Show the calls found, and account for every row."""
    from idgraph import records
    from idgraph.surfaces.results import terminal

    history = veiled(history, shown=shown)
    if as_json:
        lines(records.calls(history, observed))
    else:
        blocks(terminal.calls(history))


@cli.command()
@sourced
@as_json
def survey(*, paths: tuple[str, ...], form: Source | str | None, as_json: bool) -> None:
    """Account for the rows of a log of any size, and say what it covers; shows no call.

    Unlike `read` it holds no call, so that memory stays flat.
    """
    from idgraph import coverage, records
    from idgraph.surfaces.results import terminal

    found, account = coverage.survey(*paths, format=form)
    if as_json:
        lines([{"summary": records.summary(found, account)}])
    else:
        blocks(terminal.statement(found, account))


@cli.command()
@ruled
@as_json
def replay(*, history: History, rules: Rules, shown: bool, as_json: bool) -> None:
    """Resolve every call: matched key, profile, what changed, by which rule."""
    from idgraph import records
    from idgraph.surfaces.results import terminal

    told = rules(veiled(history, shown=shown))
    if as_json:
        lines(records.steps(told))
    else:
        blocks(terminal.steps(told))


@cli.command()
@ruled
@as_json
def diagnose(*, history: History, rules: Rules, shown: bool, as_json: bool) -> None:
    """Say which persons split, at which call, why, and what to change."""
    from idgraph import diagnosis, records
    from idgraph.surfaces.results import terminal

    found = diagnosis.diagnose(rules(veiled(history, shown=shown)))
    if as_json:
        lines(records.persons(found))
        for hinge in found.hinges:
            note(diagnosis.hinge_sentence(hinge))
    else:
        blocks(terminal.diagnosis(found))


@cli.command()
@ruled
@as_json
def repair(*, history: History, rules: Rules, shown: bool, as_json: bool) -> None:
    """Say what to change at which call site, what that does to everybody, and for each person."""
    from idgraph import advising, records
    from idgraph.surfaces.results import chapters, terminal

    hidden = veiled(history, shown=shown)
    found = advising.repair(rules(hidden))
    if as_json:
        lines(records.repairs(found))
    else:
        blocks((*chapters.repairs(found), *terminal.account(hidden)))


@cli.command()
@ruled
@click.option("--csv", "sheet", metavar="FILE", help="Write the list as a table, too.")
@click.option("--requests", metavar="FILE", help="Write the merges as requests, JSON Lines.")
@as_json
def merges(
    *,
    history: History,
    rules: Rules,
    shown: bool,
    sheet: str | None,
    requests: str | None,
    as_json: bool,
) -> None:
    """List the duplicates that exist: which profile to merge into which, and which not.

    Nothing is sent. The requests hold the real profile ids of the platform, and nothing else of a
    person; pairs that anything speaks against are not among them.
    """
    from idgraph import merging, records
    from idgraph.surfaces.results import chapters, terminal

    found = merging.merge_list(rules(history))
    if as_json:
        lines(records.merges(found, redact=not shown))
        for warning in merging.WARNINGS if found.pairs else ():
            note(warning)
    else:
        account = terminal.account(veiled(history, shown=shown))
        blocks((*chapters.merges(found, redact=not shown), *account))
    if sheet:
        written = found.write_csv(sheet, redact=not shown)
        note(f"Wrote {written}" + ("." if shown else ", with stand-ins (see --show-identifiers)."))
    if requests:
        written = found.write_requests(requests)
        note(f"Wrote {written}; merges in it: {len(found.ready)}. {merging.pacing()}")


@cli.command()
@ruled_and_observed
@timed
@click.option("-o", "--output", metavar="FILE", help="The HTML file to write.")
@titled
@click.option(
    "--verdict/--no-verdict", default=True, help="Say what can explain what was observed."
)
@click.option("--fleet", is_flag=True, help="Sum a fleet up, with the steps of typical persons.")
@click.option("--bundle", metavar="FILE", help="Write a ZIP for support: calls, rules, verdict.")
@click.option("--keep-times", is_flag=True, help="Leave times as they are, unshifted.")
@click.option("--key-file", metavar="FILE", help="The key under which stand-ins are the same.")
def report(
    *,
    history: History,
    observed: Observed | None,
    rules: Rules,
    limits: Limits,
    shown: bool,
    output: str | None,
    title: str | None,
    written: str | None,
    verdict: bool,
    fleet: bool,
    bundle: str | None,
    keep_times: bool,
    key_file: str | None,
) -> None:
    """Write one offline HTML file: who split, at which call, why, what to change.

    A file that is there is written over.
    """
    if not output and not bundle:
        remedy = "Give -o FILE for the page, --bundle FILE for a ZIP, or both."
        raise UsageError("it must be said what to write", where="report", remedy=remedy)
    from idgraph import bundling, overviews, verdicts
    from idgraph.redaction.keyfiles import read_key
    from idgraph.redaction.terms import terms_of
    from idgraph.surfaces.reports.report import report as write
    from idgraph.surfaces.results import explanations

    told = rules(history)
    if not shown:
        warn_of(title, written, history)
    page = write(
        [overviews.overview(told) if fleet else told],
        output,
        title=title,
        note=written,
        redact=not shown,
        verdict=verdict,
        limits=replace(explanations.LIMITS, **_spans(limits)),
        keep_times=keep_times,
        key_file=key_file,
    )
    if output:
        note(f"Wrote {page}; open it in a browser, it needs no network.")
    if bundle:
        exported = observed.exported if observed else None
        found = verdicts.verdict(told, limits=limits, exported=exported)
        text = Path(output).read_text("utf-8") if output else str(page)
        key = read_key(key_file) if key_file else None
        terms = terms_of([told.history], key=key, keep_times=keep_times)
        zipped = bundling.write_bundle(found, bundle, redact=not shown, page=text, terms=terms)
        note(f"Wrote {zipped}; whoever has it gets the same verdict.")


def _spans(limits: Limits) -> dict[str, Any]:
    """What the limits allow for, without the effort."""
    return {name: getattr(limits, name) for name in ("settle_s", "skew_s", "max_lag_s")}


@cli.command()
@click.option("--listen", default="127.0.0.1:8123", show_default=True, metavar="HOST:PORT")
@click.option("--out", required=True, metavar="FILE", help="The exchange log to write or go on.")
@click.option("--forward", metavar="URL", help="The base address that requests are passed on to.")
@click.option("--no-forward", is_flag=True, help="Answer here: nothing leaves this machine.")
def record(*, listen: str, out: str, forward: str | None, no_forward: bool) -> None:
    """Record what is sent: set this as the base address of an SDK or a tag.

    Every request is passed on unchanged to --forward, its answer passed back, and both are written
    as a row, secrets masked. With --no-forward it is answered here, for trying out an integration.
    """
    if no_forward == (forward is not None):
        remedy = "Give --forward URL to pass requests on, or --no-forward to answer here."
        raise UsageError("it must be said where requests go", where="record", remedy=remedy)
    from idgraph import recording

    recording.record(listen, out, forward=forward)
