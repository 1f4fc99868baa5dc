"""A case as a stepper: the views of it put together, and its pages as data for the script."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any, overload

from idgraph import registry
from idgraph.explain import brief_sentence, step_sentence
from idgraph.graph import edge_label
from idgraph.surfaces.drawing import trees
from idgraph.surfaces.drawing.visible import visible
from idgraph.views import calls, network
from idgraph.views.base import ink
from idgraph.views.base.blocks import (
    Figure,
    Frame,
    Holding,
    Lane,
    Legend,
    Page,
    Panel,
    Rich,
    Row,
    Span,
    Steps,
    Stroke,
    rich,
    words,
)
from idgraph.views.base.case import Case
from idgraph.views.base.view import View
from idgraph.views.lanes import TILE, Lanes


class _Pages(Sequence[Page]):
    """The pages of a case, made when they are asked for."""

    def __init__(self, case: Case, lanes: Lanes) -> None:
        self.case = case
        self.lanes = lanes
        self._splits = frozenset(case.splits)
        views: tuple[View, ...] = registry.collect("idgraph.views", "VIEW")
        self.views = sorted((v for v in views if v.panel), key=lambda view: view.rank)

    def __len__(self) -> int:
        return self.lanes.tiles()

    @overload
    def __getitem__(self, place: int) -> Page: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Page]: ...
    def __getitem__(self, place: int | slice) -> Page | Sequence[Page]:
        if isinstance(place, slice):
            return [self[number] for number in range(len(self))[place]]
        if not 0 <= place < len(self):
            raise IndexError(place)
        tile = self.lanes.tile(place)
        panels = (self._panel(frame) for frame in range(tile.first, tile.last + 1))
        return Page(tile, tuple(panels))

    def _panel(self, frame: int) -> Panel:
        step = self.case.step(frame)
        whose = "" if step.number in self.case.mine else "Another person's call. "
        sentence = rich(f"{whose}{step_sentence(self.case.replay, step)}")
        panels = (view.panel(self.case, step) for view in self.views if view.panel)
        blocks = tuple(panel for panel in panels if panel is not None)
        row = calls.row(self.case, step)
        splits = frame in self._splits
        brief = f"{whose}{brief_sentence(self.case.replay, step, splits=splits)}"
        return Panel(step.number, sentence, blocks, row, self.lanes.lane(step.landed), brief)


def steps(case: Case) -> Steps:
    """Return the stepper of a case, which opens on the decisive call."""
    lanes = Lanes(case)
    return Steps(
        title=f"Calls of {case.name}",
        calls=case.calls,
        stops=case.stops,
        start=start(case),
        column=lanes.column,
        height=lanes.height,
        lanes=lanes.lanes,
        network=network.figure(case),
        legend=legend(case),
        columns=calls.COLUMNS,
        pages=_Pages(case, lanes),
    )


def start(case: Case) -> Frame:
    """Return the first split, else where two persons first met, else the first call."""
    first, *_ = (*case.splits, *case.meetings, 1)
    return first


def legend(case: Case) -> Legend:
    """Return what the dashes, colours and marks of a case mean: only those that it shows."""
    keys: dict[str, Rich] = {}
    channels: dict[str, Rich] = {}
    for _, step in case.steps():
        label = edge_label(case.replay, step)
        named = (Span("found by "), Span(label, code=True))
        text = named if ink.found(step) else words(label)
        keys.setdefault(ink.kind_of(step), text)
        channels.setdefault(step.call.channel, rich(step.call.channel))
    lines = [(_sample(f"sample {css}"), text) for css, text in keys.items()]
    if case.splits:
        lines.append((_sample("jump"), rich("the person changes profile")))
    marks = [(_mark(channel), text) for channel, text in channels.items()]
    return Legend((*lines, *marks))


def _sample(css: str) -> Figure:
    return Figure("", "", 34, 12, (Stroke("M2 6H32", css),), "key")


def _mark(channel: str) -> Figure:
    return Figure("", "", 24, 24, (ink.mark(channel, 12, 12, "mark plain"),), "key")


def head(document: Steps, prefix: str = "") -> dict[str, Any]:
    """Return what the script needs to open the stepper, without its pages."""
    return {
        "title": visible(document.title),
        "prefix": prefix,
        "calls": list(document.calls),
        "stops": list(document.stops),
        "start": document.start,
        "column": document.column,
        "height": document.height,
        "tile": TILE,
        "pages": len(document.pages),
        "lanes": [
            [visible(lane.name), lane.remark, lane.top, lane.height, lane.birth]
            for lane in document.lanes
        ],
        "network": trees.tree(document.network),
        "legend": trees.tree(document.legend),
        "columns": trees.head_row(document.columns),
    }


def page(document: Steps, number: int, prefix: str = "") -> dict[str, Any]:
    """Return a page for the script: its tile, what the lanes hold in it, and its panels.

    `prefix` stands before the anchors `call-N` to which its rows link.
    """
    found = document.pages[number]
    return {
        "first": found.tile.first,
        "tile": trees.figure(found.tile.figure),
        "held": [_held(lane, found.tile.first, found.tile.last) for lane in document.lanes],
        "panels": [
            [
                trees.element("p", "", *trees.inline(panel.sentence)),
                [trees.tree(block) for block in panel.blocks],
                trees.row(_linked(panel.row, prefix), target=False),
                panel.lane,
                visible(panel.brief),
            ]
            for panel in found.panels
        ],
    }


def _linked(row: Row, prefix: str) -> Row:
    return Row(row.cells, row.call, f"{prefix}{row.anchor}" if row.anchor else "")


def _held(lane: Lane, first: int, last: int) -> list[list[Any]]:
    """What a lane holds, from which frame on: the state at the page's start, then its changes."""
    start = bisect_left(lane.holdings, first, key=lambda holding: holding.since)
    end = bisect_right(lane.holdings, last, key=lambda holding: holding.since)
    found = lane.holdings[max(0, start - 1) : end]
    return [[holding.since, _chips(holding)] for holding in found]


def _chips(holding: Holding) -> trees.Tree:
    chips = (
        trees.element("li", css, *trees.inline((Span(label, code=True), Span(" "), Span(value))))
        for label, value, css in holding.chips
    )
    return trees.element("ul", "chips", *chips)
