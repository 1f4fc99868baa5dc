"""The calls as a table: the drawing in words, one row a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idgraph.clocks import iso
from idgraph.explain import step_sentence
from idgraph.graph import edge_label
from idgraph.views.base import ink
from idgraph.views.base.blocks import Cell, Rich, Row, Span, Table, code, rich, words
from idgraph.views.base.view import View

if TYPE_CHECKING:
    from idgraph.steps import Step
    from idgraph.views.base.case import Case

COLUMNS = tuple(
    rich(name)
    for name in ("Call", "At (UTC)", "Channel", "Keys", "Found by", "Profile", "What happened")
)


def row(case: Case, step: Step) -> Row:
    """Return the row of a call; a call of the person carries the anchor `call-N`."""
    frame = case.frames[step.number]
    mine = step.number in case.mine
    mark = "split" if frame in case.splits else "created" if step.created else ""
    cells = (
        Cell(rich(str(step.number))),
        Cell(words(_moment(step))),
        Cell(words(step.call.channel)),
        Cell(_keys(case, step)),
        Cell(_found(case, step), "matched" if ink.found(step) else mark),
        Cell(_where(case, step), mark),
        Cell(rich(f"{'' if mine else 'Another person: '}{step_sentence(case.replay, step)}")),
    )
    return Row(cells, step.number, f"call-{step.number}" if mine else "")


def _moment(step: Step) -> str:
    moment = iso(step.call.at)
    return moment.replace("T", " ").removesuffix("Z") if moment else "-"


def _keys(case: Case, step: Step) -> Rich:
    labels = [case.replay.policy.label(identifier.key) for identifier in step.call.identifiers]
    spans = [part for label in labels for part in (Span(" "), Span(label, code=True))]
    return tuple(spans[1:])


def _found(case: Case, step: Step) -> Rich:
    label = edge_label(case.replay, step)
    return code(label) if ink.found(step) else words(label)


def _where(case: Case, step: Step) -> Rich:
    frame = case.frames[step.number]
    name = step.landed or "-"
    return words(f"{name} split" if frame in case.splits else name)


def table(case: Case) -> Table:
    """Return the calls of a case, one a row."""
    rows = tuple(row(case, step) for _, step in case.steps())
    return Table(words(f"Calls of {case.name}"), COLUMNS, rows, "calls")


def _blocks(case: Case) -> tuple[Table, ...]:
    return (table(case),)


VIEW = View("calls", "Calls", _blocks)
