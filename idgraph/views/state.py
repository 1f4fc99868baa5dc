"""The profiles before and after a call: which value came, went or stayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idgraph.views.base import ink
from idgraph.views.base.blocks import Cell, Rich, Row, Span, Table, code, rich, words
from idgraph.views.base.view import View

if TYPE_CHECKING:
    from idgraph.calls import Identifier, Key
    from idgraph.steps import ProfileName, Step
    from idgraph.views.base.case import Case

MOST = 8
"""Profiles in one table: those that the call has to do with, then those that live longest."""


def state(case: Case, step: Step) -> Table:
    """Return the profiles as they were before the call and are after it: one row a profile."""
    frame = case.frames[step.number]
    concerned = _concerned(step)
    alive = [name for name, birth in case.births.items() if birth <= frame]
    ruled = [name for name in alive if not name.startswith("O")]
    shown = {*[n for n in ruled if n in concerned], *ruled[:MOST]}
    keys = _keys(case, step, ruled)
    rows = tuple(_row(case, step, name, keys) for name in ruled if name in shown)
    columns = (rich("Profile"), *(code(case.replay.policy.label(key)) for key in keys))
    left = len(ruled) - len(shown)
    more = f"; {left} further profiles are not concerned" if left > 0 else ""
    return Table(
        rich(f"Profiles before and after call {step.number}{more}"), columns, rows, "state"
    )


def _concerned(step: Step) -> set[ProfileName | None]:
    losers = {change.taken_from for change in step.changed}
    return {step.profile, step.landed, *step.candidates.values(), *losers}


def _keys(case: Case, step: Step, names: list[ProfileName]) -> tuple[Key, ...]:
    held = {key for name in names[:MOST] for key in case.replay.held(name, step.number)}
    wanted = {*held, *step.after, *step.call.keys}
    return tuple(key for key in case.replay.policy.order if key in wanted)


def _row(case: Case, step: Step, name: ProfileName, keys: tuple[Key, ...]) -> Row:
    before = case.replay.held(name, step.number)
    after = case.replay.held(name, step.number + 1)
    created = step.created and step.profile == name
    here = " created" if created else " landed here" if step.landed == name else ""
    head = Cell((Span(name), Span(here)) if here else (Span(name),), "created" * created)
    return Row((head, *(_cell(before.get(key), after.get(key)) for key in keys)))


def _cell(before: Identifier | None, after: Identifier | None) -> Cell:
    if before == after:
        return Cell(_value(before), "" if before else "muted")
    arrow: Rich = (*_value(before), Span(" → "), *_value(after))
    if before is None:
        return Cell((*_value(after), Span(" new")), "changed")
    return Cell((*arrow, Span(" lost" if after is None else " replaced")), "changed")


def _value(identifier: Identifier | None) -> Rich:
    return (
        words("-")
        if identifier is None
        else code(ink.shorten(identifier.text, ink.LONGEST) or '""')
    )


def _blocks(case: Case) -> tuple[Table, ...]:
    return tuple(state(case, step) for _, step in case.steps())


VIEW = View("state", "Profiles before and after", _blocks, state, 3)
