"""What commands share: the group, the options of reading and of rules, and how they print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from idgraph.cli.listing import Commands
from idgraph.errors import UsageError
from idgraph.inert import visible

if TYPE_CHECKING:
    from idgraph.calls import History
    from idgraph.exports.base import Exported
    from idgraph.observing import Observed
    from idgraph.replays import Replay
    from idgraph.sources.base import Source
    from idgraph.views.base.blocks import Block

Command = TypeVar("Command", bound=Callable[..., None])

MAP_HELP = "Where a column stands in a log of your own (email=payload.user.mail), or a TOML file."
OBSERVE_HELP = "An export of events or profiles: where the platform filed the calls."
SETTLE_HELP = "Seconds: a queued call takes effect so late; else as the rules say."
SKEW_HELP = "Seconds: clocks may be so far off."
NODES_HELP = "Orders to try for a person, before it is given up."
SECONDS_HELP = "Seconds to try for a person, before it is given up."
LAG_HELP = "Seconds: a look-up may be so far behind."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="idgraph")
def cli() -> None:
    """Why is this one person two profiles?

    Reads the recorded calls of a shop, replays them under the documented identity rules, and
    shows the call that split a person, why, and what to change. Identifiers are replaced by
    stand-ins in all that is shown, unless --show-identifiers is given.
    """


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
        from idgraph import sources

        history = sources.read(*paths, format=form, strict=strict)
        if rejects:
            sources.write_rejects(history, rejects)
        observed = joined(history, observe)
        command(history=observed.history if observed else history, observed=observed, **rest)

    return sourced(wrapped)  # type: ignore[return-value]


def ruled(command: Command) -> Command:
    """Give a command what `reading` gives but for exports, and `rules`, which replays as told."""

    @wraps(command)
    def wrapped(
        *,
        observed: Observed | None,  # noqa: ARG001 - its profiles are on the calls
        **rest: Any,
    ) -> None:
        command(**rest)

    return ruled_and_observed(wrapped)  # type: ignore[return-value]


def ruled_and_observed(command: Command) -> Command:
    """Give a command what `reading` gives, and `rules`, which replays a history as told."""

    @click.option("--policy", "named_policy", metavar="NAME", help="Rules to replay under.")
    @click.option("--assume", multiple=True, metavar="RULE=OUTCOME", help="How an open rule ends.")
    @wraps(command)
    def wrapped(*, named_policy: str | None, assume: tuple[str, ...], **rest: Any) -> None:
        assumed = assumptions(assume)

        def rules(history: History) -> Replay:
            from idgraph.policy import pick
            from idgraph.replays import replay

            policy = named_policy
            if policy is None:
                policy, why = pick(history)
                note(why)
            return replay(history, policy, assume=assumed)

        command(rules=rules, **rest)

    return reading(wrapped)  # type: ignore[return-value]


def titled(command: Command) -> Command:
    """Give a command what its page gets from the author: `title` and `written`, the note's text."""

    @click.option("--title", help="The heading of the report.")
    @click.option("--note", "beside", metavar="FILE", help="Markdown to put into it, as written.")
    @wraps(command)
    def wrapped(*, beside: str | None, **rest: Any) -> None:
        from idgraph.surfaces.reports import notes

        command(written=notes.read(beside) if beside else None, **rest)

    return wrapped  # type: ignore[return-value]


def warn_of(title: str | None, written: str | None, *histories: History) -> None:
    """Say where words of the author, which nothing replaces, hold identifiers of the histories."""
    from idgraph.surfaces.reports import notes

    if notes.telling(title or "", *histories):
        note("The title holds an identifier of the history, and is not redacted.")
    lines = notes.telling(written or "", *histories)
    if lines:
        from idgraph.explain import listed

        where = "line" if len(lines) == 1 else "lines"
        named = listed([str(number) for number in lines])
        note(f"The note holds identifiers of the history, and is not redacted: {where} {named}.")


def timed(command: Command) -> Command:
    """Give a command `limits`: how late and how far off things may have been."""

    @click.option("--settle", type=float, metavar="S", help=SETTLE_HELP)
    @click.option("--skew", type=float, default=0.0, show_default=True, metavar="S", help=SKEW_HELP)
    @click.option(
        "--max-lag", type=float, default=600.0, show_default=True, help=LAG_HELP, metavar="S"
    )
    @click.option(
        "--nodes",
        type=click.IntRange(1),
        default=100_000,
        show_default=True,
        help=NODES_HELP,
        metavar="N",
    )
    @click.option(
        "--seconds", type=float, default=20.0, show_default=True, help=SECONDS_HELP, metavar="S"
    )
    @wraps(command)
    def wrapped(
        *,
        settle: float | None,
        skew: float,
        max_lag: float,
        nodes: int,
        seconds: float,
        **rest: Any,
    ) -> None:
        from idgraph.searching.limits import Limits

        command(limits=Limits(settle, skew, max_lag, nodes, seconds), **rest)

    return wrapped  # type: ignore[return-value]


Rules = Callable[["History"], "Replay"]
as_json = click.option("--json", "as_json", is_flag=True, help="JSON Lines, one object a line.")


def assumptions(given: Iterable[str]) -> dict[str, str]:
    """Return how rules come out, from texts `RULE=OUTCOME`."""
    pairs = [text.partition("=") for text in given]
    if not all(equals and outcome for _, equals, outcome in pairs):
        raise UsageError(
            "an assumption is not of the form RULE=OUTCOME",
            where="--assume",
            remedy="For example --assume email-case=different.",
        )
    return {rule: outcome for rule, _, outcome in pairs}


def veiled(history: History, *, shown: bool) -> History:
    """Return the history with stand-ins for its values unless these may be shown."""
    return veiled_with(history, None, shown=shown)[0]


def veiled_with(
    history: History, exported: Exported | None, *, shown: bool
) -> tuple[History, Exported | None]:
    """Return a history and what exports show of profiles, with stand-ins for their values.

    Origins stay: they are the user's own files.
    """
    from idgraph.redaction import Redactor

    if shown:
        return history, exported
    redactor = Redactor(history)
    hidden = redactor.history(history)
    pairs = zip(hidden.calls, history.calls, strict=True)
    calls = tuple(replace(stand_in, origin=call.origin) for stand_in, call in pairs)
    profiles = tuple(
        replace(
            row,
            profile=row.profile and redactor.text("observed", row.profile),
            identifiers=tuple(map(redactor.identifier, row.identifiers)),
        )
        for row in (exported.profiles if exported else ())
    )
    merges = tuple(
        replace(
            row,
            source=redactor.text("observed", row.source),
            destination=redactor.text("observed", row.destination),
        )
        for row in (exported.merges if exported else ())
    )
    shown_then = exported and replace(exported, profiles=profiles, merges=merges)
    return replace(hidden, calls=calls), shown_then


def joined(history: History, observe: tuple[str, ...]) -> Observed | None:
    """Return what exports show of a history, and say how they were joined; None without any."""
    from idgraph import observing

    if not observe:
        return None
    observed = observing.observed(history, list(observe))
    for sentence in observed.sentences():
        note(sentence)
    return observed


def note(text: str) -> None:
    """Say something beside the result, on standard error."""
    click.echo(visible(text), err=True)


def lines(records: Iterable[Mapping[str, Any]]) -> None:
    """Print records as JSON Lines."""
    from idgraph.records import line

    for record in records:
        click.echo(line(record))


def blocks(blocks: Iterable[Block]) -> None:
    """Print blocks as text."""
    from idgraph.surfaces.drawing.text import text

    click.echo(text(blocks), nl=False)
