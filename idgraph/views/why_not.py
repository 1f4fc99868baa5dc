"""Why not: for each other profile of the person, key by key, what it needed and what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idgraph import explain
from idgraph.ladders import Rung, ladder
from idgraph.views.base import ink
from idgraph.views.base.blocks import Cell, Rich, Row, Table, code, rich, words
from idgraph.views.base.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from idgraph.calls import CallNumber, Identifier
    from idgraph.replays import Replay
    from idgraph.steps import ProfileName, Step
    from idgraph.views.base.case import Case

MOST = 3
"""Profiles that are held against one call, the latest first."""
NARROW = ("Key", "Result", "Why")
HEADS = ("Profile", "Key", "Result", "Profile holds", "Call sent", "Why")


def panel(case: Case, step: Step) -> Table | None:
    """Return why a call did not go to the other profiles of the person; None where there were none.

    Keys that neither the call carries nor the profile holds say nothing and are left out.
    """
    others = list(_others(case, step))[-MOST:][::-1]
    rows = tuple(
        _narrow(case.replay, rung, name, several=len(others) > 1)
        for name in others
        for rung in _telling(case.replay, step.number, name)
    )
    if not rows:
        return None
    caption = f"Why did call {step.number} not go to {explain.listed(others, last='or')}?"
    return Table(words(caption), tuple(map(rich, NARROW)), rows, "why-not")


def _narrow(replay: Replay, rung: Rung, profile: ProfileName, *, several: bool) -> Row:
    """A row for a panel: three columns are all that fits beside the other panels."""
    key = code(replay.policy.label(rung.key))
    why = rich(explain.upper(explain.rung_words(replay, rung, profile)))
    if rung.holds and not rung.passes:
        why = (*why, *words(": "), *_value(rung.holds), *words(_since(rung)))
    return Row((Cell((*words(f"{profile} "), *key) if several else key), _result(rung), Cell(why)))


def rungs(replay: Replay, number: int, profile: ProfileName) -> Iterator[Row]:
    """Return a row for each telling key, in the order of trial."""
    return (_row(replay, rung, profile) for rung in _telling(replay, number, profile))


def _telling(replay: Replay, number: int, profile: ProfileName) -> list[Rung]:
    return [rung for rung in ladder(replay, number, profile) if rung.sent or rung.holds]


def _row(replay: Replay, rung: Rung, profile: ProfileName) -> Row:
    why = explain.rung_words(replay, rung, profile)
    return Row(
        (
            Cell(words(profile)),
            Cell(code(replay.policy.label(rung.key))),
            _result(rung),
            Cell((*_value(rung.holds), *words(_since(rung))), "" if rung.holds else "muted"),
            Cell(_value(rung.sent), "" if rung.sent else "muted"),
            Cell(rich(explain.upper(why))),
        )
    )


def _result(rung: Rung) -> Cell:
    return Cell(words("PASS" if rung.passes else "FAIL"), "matched" if rung.passes else "lost")


def _since(rung: Rung) -> str:
    return f" since call {rung.since}" if rung.holds and rung.since else ""


def _value(identifier: Identifier | None) -> Rich:
    return code(ink.shorten(identifier.text, ink.LONGEST) or '""') if identifier else words("-")


def expected(case: Case, number: CallNumber) -> ProfileName:
    """Return the profile that a call should have found: where the person was before it.

    Of a first call it is the one where it landed, else any of the person.
    """
    previous = case.before.get(case.frames[number])
    landed = case.step(previous).landed if previous else case.replay.step(number).landed
    names = (landed, *case.profiles, *case.births)
    return next((name for name in names if name), "")


def _others(case: Case, step: Step) -> Iterator[ProfileName]:
    """The profiles that the person had before the call, but for where it went."""
    for name, number in case.met.items():
        if number < step.number and name not in (step.landed, step.profile):
            yield name


def _blocks(case: Case) -> tuple[Table, ...]:
    found = (panel(case, step) for _, step in case.steps())
    return tuple(table for table in found if table)


VIEW = View("why-not", "Why not the other profile", _blocks, panel, 2)
