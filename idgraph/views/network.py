"""The identity graph: profiles as nodes in order of birth, calls as arrows named by matched key."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from idgraph.graph import START, edge_label
from idgraph.views.base import ink
from idgraph.views.base.blocks import (
    Box,
    Cell,
    Figure,
    Frame,
    Group,
    Row,
    Shape,
    Span,
    Stroke,
    Table,
    Words,
    rich,
    words,
)
from idgraph.views.base.view import View

if TYPE_CHECKING:
    from idgraph.steps import ProfileName
    from idgraph.views.base.case import Case

_NODE_WIDTH, _NODE_HEIGHT, _START_WIDTH = 92, 44, 58
_LEVEL = 24
_PORT = 12
_HEAD = 7
_NAMED = 8
"""Calls of an arrow that a table names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Calls that share where they come from, where they land and by what: drawn as one arrow."""

    source: str
    target: str
    label: str
    kind: str
    frames: tuple[Frame, ...]

    @property
    def loop(self) -> bool:
        """Whether the calls found the person where the person already was."""
        return self.source == self.target


def bundles(case: Case) -> tuple[Bundle, ...]:
    """Return the arrows, in order of their first calls; a call that landed nowhere has none."""
    found: defaultdict[tuple[str, str, str, str], list[Frame]] = defaultdict(list)
    last: dict[str, str] = {}
    for frame, step in case.steps():
        if step.landed is None:
            continue
        person = case.persons.of(step.number) or f"call {step.number}"
        target = case.row(step.landed)
        source = last.get(person, START)
        last[person] = target
        label = ink.shorten(edge_label(case.replay, step), 16)
        found[source, target, label, ink.kind_of(step)].append(frame)
    return tuple(Bundle(*names, tuple(frames)) for names, frames in found.items())


class _Layout:
    """Integers only: nodes on one line, loops stacked above them, other arrows below in levels."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.nodes = (START, *case.rows)
        self.bundles = bundles(case)
        self.loops = {n: [b for b in self.bundles if b.loop and b.source == n] for n in self.nodes}
        self.arcs = [bundle for bundle in self.bundles if not bundle.loop]
        self.above = max(len(loops) for loops in self.loops.values())
        self.y = 16 + self.above * _LEVEL
        self.width_of = {n: self._node_width(n) for n in self.nodes}
        self.x: dict[str, int] = {}
        self._spread()
        self.levels = self._levels()
        self.ports = self._ports()
        self.below = max(self.levels.values(), default=-1) + 1
        self.height = self.y + _NODE_HEIGHT + 18 + self.below * _LEVEL + 8

    def _node_width(self, name: str) -> int:
        arcs = sum(name in (bundle.source, bundle.target) for bundle in self.arcs)
        small = _START_WIDTH if name == START else _NODE_WIDTH
        return max(small, _PORT * (arcs + 1), ink.width(name) + 16)

    def _spread(self) -> None:
        left = 12
        for name in self.nodes:
            labels = [ink.width(b.label) + 36 for b in self.loops[name]]
            wide = max(self.width_of[name], *labels, 0)
            self.x[name] = left + wide // 2
            left += wide + 36
        self.width = left - 24

    def _levels(self) -> dict[int, int]:
        """The depth of each arc: short ones first, none over another's words."""
        taken: list[list[tuple[int, int]]] = []
        found: dict[int, int] = {}
        for place in sorted(range(len(self.arcs)), key=self._length):
            low, high = self._room(self.arcs[place])
            level = next(
                (n for n, rooms in enumerate(taken) if all(high < a or low > b for a, b in rooms)),
                len(taken),
            )
            if level == len(taken):
                taken.append([])
            taken[level].append((low, high))
            found[place] = level
        return found

    def _length(self, place: int) -> int:
        bundle = self.arcs[place]
        return abs(self.x[bundle.source] - self.x[bundle.target])

    def _room(self, bundle: Bundle) -> tuple[int, int]:
        ends = sorted((self.x[bundle.source], self.x[bundle.target]))
        middle, half = sum(ends) // 2, ink.width(bundle.label) // 2 + 22
        return min(ends[0] - 20, middle - half), max(ends[1] + 20, middle + half)

    def _ports(self) -> dict[tuple[int, str], int]:
        """Where each arc meets each node: the deeper the arc, the further out."""
        found: dict[tuple[int, str], int] = {}
        for name in self.nodes:
            ends = [n for n, b in enumerate(self.arcs) if name in (b.source, b.target)]
            ends.sort(key=lambda n: self._order(n, name))
            left = self.x[name] - _PORT * (len(ends) - 1) // 2
            for place, arc in enumerate(ends):
                found[arc, name] = left + _PORT * place
        return found

    def _order(self, arc: int, name: str) -> tuple[int, int]:
        bundle = self.arcs[arc]
        other = bundle.target if name == bundle.source else bundle.source
        right = self.x[other] > self.x[name]
        return (int(right), -self.levels[arc] if right else self.levels[arc])


def figure(case: Case) -> Figure:
    """Return the drawing of a case's identity graph; counts grow as one steps."""
    layout = _Layout(case)
    shapes: list[Shape] = [_loop(layout, n, p) for n in layout.nodes for p in _places(layout, n)]
    shapes += [_arc(layout, place) for place in range(len(layout.arcs))]
    shapes += [_node(layout, name) for name in layout.nodes]
    told = "; ".join(
        f"{b.source} to {b.target}: {b.label}, {len(b.frames)} times" for b in layout.bundles
    )
    title = "Identity graph: profiles, and calls as arrows named by the key that matched"
    return Figure(title, told, layout.width, layout.height, tuple(shapes), "network")


def arrows(case: Case) -> Table:
    """Return the arrows of the graph as a table: what each leads from and to, by what, how often.

    Each row leads to the first call of its arrow.
    """
    rows = tuple(
        Row(
            (
                Cell(words(f"{bundle.source} to {bundle.target}")),
                Cell((Span(bundle.label, code=bundle.kind in ink.KINDS.values()),)),
                Cell(words(str(len(bundle.frames)))),
                Cell(words(_calls(case, bundle))),
            ),
            case.calls[bundle.frames[0] - 1],
        )
        for bundle in bundles(case)
    )
    heads = ("From and to", "Found by", "Calls", "Which")
    return Table(rich("Arrows, by their first calls"), tuple(map(rich, heads)), rows, "arrows")


def _calls(case: Case, bundle: Bundle) -> str:
    numbers = [str(case.calls[frame - 1]) for frame in bundle.frames[:_NAMED]]
    left = len(bundle.frames) - len(numbers)
    return ", ".join(numbers) + (f" and {left} more" if left else "")


def _places(layout: _Layout, name: ProfileName) -> range:
    return range(len(layout.loops[name]))


def _loop(layout: _Layout, name: str, place: int) -> Shape:
    bundle = layout.loops[name][place]
    out = 28 + 8 * place
    x, top = layout.x[name], layout.y - 8 - _LEVEL * place - 10
    left, right, foot = x - out, x + out, layout.y - 1
    d = f"M{left} {foot}V{top + 8}Q{left} {top} {left + 8} {top}H{right - 8}"
    d += f"Q{right} {top} {right} {top + 8}V{foot - _HEAD}"
    return _bundle(layout.case, bundle, d, (right, foot, 1), (x, top + 4))


def _arc(layout: _Layout, place: int) -> Shape:
    bundle = layout.arcs[place]
    start, end = layout.ports[place, bundle.source], layout.ports[place, bundle.target]
    foot = layout.y + _NODE_HEIGHT + 1
    deep = foot + 22 + _LEVEL * layout.levels[place]
    turn = 8 if end > start else -8
    d = f"M{start} {foot}V{deep - 8}Q{start} {deep} {start + turn} {deep}H{end - turn}"
    d += f"Q{end} {deep} {end} {deep - 8}V{foot + _HEAD}"
    return _bundle(layout.case, bundle, d, (end, foot, -1), ((start + end) // 2, deep + 4))


def _bundle(
    case: Case, bundle: Bundle, d: str, head: tuple[int, int, int], at: tuple[int, int]
) -> Shape:
    x, y, down = head
    arrow = f"M{x} {y}L{x - 5} {y - 9 * down}H{x + 5}Z"
    jump = not bundle.loop and bundle.source != START
    css = f"edge {bundle.kind}{' across' if jump else ''}"
    shapes = (
        Stroke(d, "hit"),
        Stroke(d, "line"),
        Stroke(arrow, "arrow"),
        Words(*at, bundle.label, "label", count=bundle.frames),
    )
    first = case.calls[bundle.frames[0] - 1]
    told = f"{bundle.source} to {bundle.target}: {bundle.label}"
    return Group(shapes, css, first, told, bundle.frames)


def _node(layout: _Layout, name: str) -> Shape:
    wide = layout.width_of[name]
    x, middle = layout.x[name], layout.y + _NODE_HEIGHT // 2
    if name == START:
        box = Box(x - wide // 2, layout.y + 8, wide, _NODE_HEIGHT - 16, "box", 14)
        return Group((box, Words(x, middle + 4, "start", "name")), "node start")
    box = Box(x - wide // 2, layout.y, wide, _NODE_HEIGHT, "box", 6)
    birth = layout.case.births.get(name, 1)
    landed = tuple(
        f for f, s in layout.case.steps() if s.landed and layout.case.row(s.landed) == name
    )
    words = (
        Words(x, middle - 2, name, "name"),
        Words(x, middle + 14, "", "calls", count=landed),
    )
    call = layout.case.calls[birth - 1]
    return Group((box, *words), "node", call, f"profile {name}, from call {call} on", (birth,))


def _blocks(case: Case) -> tuple[Figure, ...]:
    return (figure(case),)


VIEW = View("network", "Identity graph", _blocks)
