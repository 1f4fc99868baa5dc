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

    from idgraph.calls import Identifier
    from idgraph.replays import Replay
    from idgraph.steps import ProfileName, Step
    from idgraph.views.base.case import Case

MOST = 3
"""Profiles that are held against one call, the latest first."""
HEADS = ("Profile", "Key", "Result", "Profile holds", "Call sent", "Why")


def panel(case: Case, step: Step) -> Table | None:
    """Return why a call did not go to the other profiles of the person; None where there were none.

    Keys that neither the call carries nor the profile holds say nothing and are left out.
    """
    others = list(_others(case, step))[-MOST:]
    rows = tuple(row for name in reversed(others) for row in rungs(case.replay, step.number, name))
    if not rows:
        return None
    named = explain.listed(reversed(others), last="or")
    caption = words(f"Why did call {step.number} not go to {named}?")
    return Table(caption, tuple(map(rich, HEADS)), rows, "why-not")


def rungs(replay: Replay, number: int, profile: ProfileName) -> Iterator[Row]:
    """Return a row for each telling key, in the order of trial."""
    telling = [rung for rung in ladder(replay, number, profile) if rung.sent or rung.holds]
    return (_row(replay, rung, profile) for rung in telling)


def _row(replay: Replay, rung: Rung, profile: ProfileName) -> Row:
    why = explain.rung_words(replay, rung, profile)
    since = f", since call {rung.since}" if rung.holds and rung.since else ""
    return Row(
        (
            Cell(words(profile)),
            Cell(code(replay.policy.label(rung.key))),
            Cell(words("PASS" if rung.passes else "FAIL"), "matched" if rung.passes else "lost"),
            Cell((*_value(rung.holds), *words(since)), "" if rung.holds else "muted"),
            Cell(_value(rung.sent), "" if rung.sent else "muted"),
            Cell(rich(explain.upper(why))),
        )
    )


def _value(identifier: Identifier | None) -> Rich:
    return code(ink.shorten(identifier.text, ink.LONGEST) or '""') if identifier else words("-")


def _others(case: Case, step: Step) -> Iterator[ProfileName]:
    """The profiles that the person had before the call, but for where it went."""
    earlier = (case.replay.step(number).landed for number in case.calls if number < step.number)
    for name in dict.fromkeys(earlier):
        if name and name not in (step.landed, step.profile):
            yield name


def _blocks(case: Case) -> tuple[Table, ...]:
    found = (panel(case, step) for _, step in case.steps())
    return tuple(table for table in found if table)


VIEW = View("why-not", "Why not the other profile", _blocks, panel, 2)
