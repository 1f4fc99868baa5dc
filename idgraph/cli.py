"""The command line: `idgraph COMMAND PATH... [--policy NAME] [--json] [--show-identifiers]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from idgraph.errors import IdgraphError, UsageError

if TYPE_CHECKING:
    from idgraph.calls import History
    from idgraph.observing import Observed
    from idgraph.replays import Replay
    from idgraph.rulebook import Policy
    from idgraph.sources.base import Source
    from idgraph.views.base.blocks import Block

Command = TypeVar("Command", bound=Callable[..., None])

USAGE, INTERRUPTED = 2, 130
MAP_HELP = "Where a column stands in a log of your own (email=payload.user.mail), or a TOML file."
OBSERVE_HELP = "An export of events or profiles: where the platform filed the calls."


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="idgraph")
def cli() -> None:
    """Why is this one person two profiles?

    Reads the recorded calls of a shop, replays them under the documented identity rules, and
    shows the call that split a person, why, and what to change. Identifiers are replaced by
    stand-ins in all that is shown, unless --show-identifiers is given.
    """


def main() -> None:
    """Run the command line: 0 done, 2 wrong usage or unreadable input, 130 on Ctrl-C."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        sys.exit(INTERRUPTED)
    except IdgraphError as error:
        click.echo(f"idgraph: {error}", err=True)
        sys.exit(USAGE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


# --- what commands share -------------------------------------------------------------------------


def sourced(command: Command) -> Command:
    """Give a command `paths`, and `form`: the format to read them in, None to go by content."""

    @click.argument("paths", nargs=-1, required=True, metavar="PATH...")
    @click.option("--format", "named", metavar="NAME", help="Format of the input (see formats).")
    @click.option("--map", "places", multiple=True, metavar="NAME=PATH", help=MAP_HELP)
    @wraps(command)
    def wrapped(*, named: str | None, places: tuple[str, ...], **rest: Any) -> None:
        from idgraph import mapping

        if named and places:
            raise UsageError("both --format and --map say how to read", remedy="Give one of them.")
        command(form=mapping.source(mapping.parse(places)) if places else named, **rest)

    return wrapped  # type: ignore[return-value]


def reading(command: Command) -> Command:
    """Give a command the paths and options of reading, and what they come to.

    It gets the `History` as it was read, `observed`, what exports show of it (None without any),
    and `shown`: whether identifiers may be shown.
    """

    @click.option("--observe", multiple=True, metavar="FILE", help=OBSERVE_HELP)
    @click.option("--strict", is_flag=True, help="A row that cannot be read is an error.")
    @click.option("--rejects", metavar="FILE", help="Write rejected rows as JSON Lines.")
    @click.option("--show-identifiers", "shown", is_flag=True, help="Show identifiers as they are.")
    @wraps(command)
    def wrapped(
        *,
        paths: tuple[str, ...],
        form: Source | str | None,
        observe: tuple[str, ...],
        strict: bool,
        rejects: str | None,
        **rest: Any,
    ) -> None:
        from idgraph import observing, sources

        history, observed = sources.read(*paths, format=form, strict=strict), None
        if rejects:
            sources.write_rejects(history, rejects)
        if observe:
            observed = observing.observed(history, list(observe))
            for sentence in observed.sentences():
                _note(sentence)
            history = observed.history
        command(history=history, observed=observed, **rest)

    return sourced(wrapped)  # type: ignore[return-value]


def ruled(command: Command) -> Command:
    """Give a command what `reading` gives, and `rules`, which replays a history as told."""

    @click.option("--policy", "named_policy", metavar="NAME", help="Rules to replay under.")
    @click.option("--assume", multiple=True, metavar="RULE=OUTCOME", help="How an open rule ends.")
    @wraps(command)
    def wrapped(
        *,
        named_policy: str | None,
        assume: tuple[str, ...],
        observed: Observed | None,  # noqa: ARG001 - its profiles are on the calls
        **rest: Any,
    ) -> None:
        assumptions = _assumptions(assume)

        def rules(history: History) -> Replay:
            from idgraph.policy import pick
            from idgraph.replays import replay

            policy = named_policy
            if policy is None:
                policy, why = pick(history)
                _note(why)
            return replay(history, policy, assume=assumptions)

        command(rules=rules, **rest)

    return reading(wrapped)  # type: ignore[return-value]


Rules = Callable[["History"], "Replay"]
as_json = click.option("--json", "as_json", is_flag=True, help="JSON Lines, one object a line.")


def _assumptions(given: Iterable[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if not all(equals and outcome for _, equals, outcome in pairs):
        raise UsageError(
            "an assumption is not of the form RULE=OUTCOME",
            where="--assume",
            remedy="For example --assume email-case=different.",
        )
    return {rule: outcome for rule, _, outcome in pairs}


def _veiled(history: History, *, shown: bool) -> History:
    """The history with stand-ins for its values; origins stay: they are the user's own files."""
    from dataclasses import replace

    from idgraph.redaction import redact

    if shown:
        return history
    veiled = redact(history)
    pairs = zip(veiled.calls, history.calls, strict=True)
    calls = tuple(replace(stand_in, origin=call.origin) for stand_in, call in pairs)
    return replace(veiled, calls=calls)


def _note(text: str) -> None:
    click.echo(text, err=True)


def _lines(records: Iterable[Mapping[str, Any]]) -> None:
    from idgraph.records import line

    for record in records:
        click.echo(line(record))


def _blocks(blocks: Iterable[Block]) -> None:
    from idgraph.surfaces.text import text

    click.echo(text(blocks), nl=False)


# --- from a log to the split ---------------------------------------------------------------------


@cli.command()
@reading
@as_json
def read(*, history: History, observed: Observed | None, shown: bool, as_json: bool) -> None:
    """Show the calls found, and account for every row."""
    from idgraph import records
    from idgraph.surfaces import terminal

    history = _veiled(history, shown=shown)
    if as_json:
        _lines(records.calls(history, observed))
    else:
        _blocks(terminal.calls(history))


@cli.command()
@sourced
@as_json
def survey(*, paths: tuple[str, ...], form: Source | str | None, as_json: bool) -> None:
    """Account for the rows of a log of any size, and say what it covers; shows no call.

    Unlike `read` it holds no call, so that memory stays flat.
    """
    from idgraph import coverage, records
    from idgraph.surfaces import terminal

    found, account = coverage.survey(*paths, format=form)
    if as_json:
        _lines([{"summary": records.summary(found, account)}])
    else:
        _blocks(terminal.statement(found, account))


@cli.command()
@ruled
@as_json
def replay(*, history: History, rules: Rules, shown: bool, as_json: bool) -> None:
    """Resolve every call: matched key, profile, what changed, by which rule."""
    from idgraph import records
    from idgraph.surfaces import terminal

    told = rules(_veiled(history, shown=shown))
    if as_json:
        _lines(records.steps(told))
    else:
        _blocks(terminal.steps(told))


@cli.command()
@ruled
@as_json
def diagnose(*, history: History, rules: Rules, shown: bool, as_json: bool) -> None:
    """Say which persons split, at which call, why, and what to change."""
    from idgraph import diagnosis, records
    from idgraph.surfaces import terminal

    found = diagnosis.diagnose(rules(_veiled(history, shown=shown)))
    if as_json:
        _lines(records.persons(found))
        for hinge in found.hinges:
            _note(diagnosis.hinge_sentence(hinge))
    else:
        _blocks(terminal.diagnosis(found))


@cli.command()
@ruled
@as_json
def repair(*, history: History, rules: Rules, shown: bool, as_json: bool) -> None:
    """Say what to change at which call site, what that does to everybody, and for each person."""
    from idgraph import advising, records
    from idgraph.surfaces import chapters, terminal

    veiled = _veiled(history, shown=shown)
    found = advising.repair(rules(veiled))
    if as_json:
        _lines(records.repairs(found))
    else:
        _blocks((*chapters.repairs(found), *terminal.account(veiled)))


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
    from idgraph.surfaces import chapters, terminal

    found = merging.merge_list(rules(history))
    if as_json:
        _lines(records.merges(found, redact=not shown))
        for warning in merging.WARNINGS if found.pairs else ():
            _note(warning)
    else:
        account = terminal.account(_veiled(history, shown=shown))
        _blocks((*chapters.merges(found, redact=not shown), *account))
    if sheet:
        written = found.write_csv(sheet, redact=not shown)
        _note(f"Wrote {written}" + ("." if shown else ", with stand-ins (see --show-identifiers)."))
    if requests:
        written = found.write_requests(requests)
        _note(f"Wrote {written}; merges in it: {len(found.ready)}. {merging.pacing()}")


@cli.command()
@ruled
@click.option("-o", "--output", required=True, metavar="FILE", help="The HTML file to write.")
@click.option("--title", help="The heading of the report.")
def report(*, history: History, rules: Rules, shown: bool, output: str, title: str | None) -> None:
    """Write one offline HTML file: who split, at which call, why, what to change."""
    from idgraph.surfaces.report import report as write

    written = write([rules(history)], output, title=title, redact=not shown)
    _note(f"Wrote {written}; open it in a browser, it needs no network.")


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


# --- the catalogues ------------------------------------------------------------------------------


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
    from idgraph.surfaces import terminal

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
        _lines(row for row in every if rule in (None, row["rule"]))
    elif rule:
        _blocks(terminal.rule(chosen[0], chosen[0].rules[rule]))
    elif name:
        _blocks(terminal.policy(chosen[0]))
    else:
        _blocks(terminal.policies(chosen))


def _diff(one: Policy, other: Policy, paths: tuple[str, ...], *, as_json: bool) -> None:
    from idgraph import records, sources
    from idgraph.surfaces import terminal

    shown: Any = records if as_json else terminal
    history = sources.read(*paths) if paths else None
    found = (
        shown.changed_calls(history, one, other)
        if history is not None
        else shown.differences(one, other)
    )
    (_lines if as_json else _blocks)(found)


@cli.command()
@as_json
def causes(*, as_json: bool) -> None:
    """List the causes of splits that are known."""
    from idgraph import causes as known
    from idgraph import records
    from idgraph.surfaces import terminal

    if as_json:
        _lines(records.cause(entry) for entry in known.catalogue())
    else:
        _blocks(terminal.causes(known.catalogue()))


@cli.command()
@as_json
def formats(*, as_json: bool) -> None:
    """List the formats that are read."""
    from idgraph import sources
    from idgraph.surfaces import terminal

    if as_json:
        _lines({"format": s.name, "title": s.title, "says": s.says} for s in sources.formats())
    else:
        _blocks(terminal.formats(sources.formats()))


# --- to try and to look --------------------------------------------------------------------------


@cli.command()
@click.argument("name", required=False)
@click.option("--log", metavar="FILE", help="Write the history as an exchange log.")
@click.option("--report", "page", metavar="FILE", help="Write its report, too.")
@click.option("--show-identifiers", "shown", is_flag=True, help="Show identifiers as they are.")
@as_json
def demo(
    name: str | None, *, log: str | None, page: str | None, shown: bool, as_json: bool
) -> None:
    """Show a built-in history and its diagnosis; without a name, list them."""
    from idgraph import demos, diagnosis, records
    from idgraph.replays import replay
    from idgraph.surfaces import terminal

    if name is None:
        if as_json:
            _lines({"demo": story.name, "title": story.title} for story in demos.demos())
        else:
            _blocks(terminal.demos(demos.demos()))
        return
    if log:
        demos.write_demo(name, log)
        _note(f"Wrote {log}; read it with `idgraph diagnose {log}`.")
    history = demos.demo(name)
    told = replay(_veiled(history, shown=shown), demos.POLICY)
    found = diagnosis.diagnose(told)
    if as_json:
        _lines(records.persons(found))
    else:
        _blocks((*terminal.steps(told), *terminal.diagnosis(found)))
    if page:
        from idgraph.surfaces.report import report as write

        written = write([replay(history, demos.POLICY)], page, redact=not shown)
        _note(f"Wrote {written}; open it in a browser, it needs no network.")
        _note("Go through it live with `idgraph lab` (in this folder: .venv/bin/idgraph lab).")


@cli.command()
@click.argument("folder", default="idgraph-notebooks", metavar="[DIR]")
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
def lab(folder: str, *, no_browser: bool) -> None:
    """Copy the notebooks to DIR and open JupyterLab there."""
    from idgraph.surfaces import laboratory

    sys.exit(laboratory.open_lab(folder, browser=not no_browser))
