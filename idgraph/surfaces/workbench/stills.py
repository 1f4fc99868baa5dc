"""What the workbench says of a history as a whole, and what a notebook keeps of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from idgraph import explain
from idgraph.causes import UNEXPLAINED
from idgraph.coverage import cover
from idgraph.surfaces.displays import remains
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.results import chapters
from idgraph.surfaces.workbench.investigation import Investigation
from idgraph.surfaces.workbench.persons import COLUMNS
from idgraph.views.base.blocks import (
    Block,
    Cell,
    Facts,
    Items,
    Notice,
    Paragraph,
    Row,
    Table,
    code,
    rich,
    words,
)

MOST = 20
"""Persons that a notebook without a kernel lists."""
_ELSEWHERE = (
    "The workbench is shown in JupyterLab. Here its parts are shown one by one: `ig.OverviewView`, "
    "`ig.Stepper`, `ig.GraphView`, `ig.SplitView`, `ig.WhyNotView`, `ig.WhatIf`, `ig.Compare` and "
    "`ig.VerdictView`. Those over the same replay go to the same call."
)


def summary(told: Investigation) -> Iterator[Block]:
    """Return who split and why, by which rules, and what the history covers."""
    yield Paragraph(rich(chapters.verdict(told.diagnosis)), "lead")
    counts = Counter(one.cause for person in told.diagnosis for one in person.splits)
    if counts:
        titles = {one.cause: one.title for person in told.diagnosis for one in person.splits}
        lines = (
            (*words(f"{explain.counted(count, 'split')}: {titles[cause]} "), *code(cause))
            for cause, count in sorted(counts.items(), key=_often)
        )
        yield Items(tuple(lines))
    covered = cover(told.shown.history)
    rows = told.shown.history.reading
    refused = sum(covered.not_calls.values()), sum(covered.rejects.values())
    used = f"{explain.counted(rows.rows, 'row')}: {rows.with_calls} with {rows.calls} calls"
    pairs = [
        ("Read", f"{used}, {refused[0]} not calls, {refused[1]} rejected"),
        ("Covered", "; ".join(covered.sentences()) or "nothing"),
        ("Rules", told.why or f"Policy: {told.policy.name} ({told.policy.title})."),
    ]
    yield Facts(tuple((words(name), words(visible(value))) for name, value in pairs))
    yield from (Notice(words(visible(one))) for one in covered.unanswerable)


def _often(pair: tuple[str, int]) -> tuple[bool, int, str]:
    cause, count = pair
    return cause == UNEXPLAINED, -count, cause


def still(told: Investigation | None) -> str:
    """Return the summary and the first persons of the table as HTML that needs no script."""
    return remains.plain(_left(told))


def elsewhere(told: Investigation | None) -> str:
    """Return the same, after a word on what to use where the workbench itself cannot be shown."""
    return remains.plain([Notice(rich(_ELSEWHERE)), *_left(told)])


def _left(told: Investigation | None) -> list[Block]:
    if told is None:
        return [Paragraph(rich("Nothing is open."))]
    return [*summary(told), table(told)]


def table(told: Investigation) -> Table:
    """Return the first persons of the table, as it is sorted and filtered."""
    left = told.table.left
    rows = tuple(Row(tuple(Cell(words(cell)) for cell in row.cells())) for row in left[:MOST])
    caption = f"The first {len(rows)} of {explain.counted(len(left), 'person')}"
    return Table(words(caption), tuple(words(title) for title in COLUMNS.values()), rows)
