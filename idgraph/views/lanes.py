"""The lanes: profiles as rows in order of birth, calls as marks from left to right."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from idgraph.calls import Key
from idgraph.clocks import SECOND, span
from idgraph.graph import edge_label
from idgraph.views.base import ink
from idgraph.views.base.blocks import (
    Box,
    Disc,
    Figure,
    Frame,
    Group,
    Holding,
    Lane,
    Shape,
    Stroke,
    Tile,
    Words,
)
from idgraph.views.base.case import FOLDED
from idgraph.views.base.view import View

if TYPE_CHECKING:
    from idgraph.steps import ProfileName, Step
    from idgraph.views.base.case import Case

TILE = 40
"""Calls in one tile: what is drawn, sent and shown at once."""
PAPER = 960
"""Pixels that a still picture may be wide."""
HEAD = 42
NOWHERE = "filed nowhere"
_NOWHERE_HEIGHT = 52
_GUTTER = 250
_CLOSE, _FAR = 10 * SECOND, 3600 * SECOND
"""A gap between calls is worth a word when it is shorter or longer than this."""


class Lanes:
    """The drawing of a case: where its rows and columns are, and its tiles."""

    def __init__(self, case: Case) -> None:
        """Lay out rows and columns."""
        self.case = case
        self.column = _column(case)
        tagged = any(step.updates or step.deviates for _, step in case.steps())
        self.row_height = max(84 if tagged else 74, 14 + 18 * _most_held(case))
        self.nowhere = any(step.landed is None for _, step in case.steps())
        self.top = HEAD + _NOWHERE_HEIGHT * self.nowhere
        self.place = {name: number for number, name in enumerate(case.rows)}
        self.height = self.top + self.row_height * len(case.rows) + 6
        self._links = _links(case)
        self._link_ends = [end for _, end in self._links]

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """The rows with what they hold as time goes."""
        rows = []
        if self.nowhere:
            remark = "these calls landed on no profile"
            rows.append(Lane(NOWHERE, remark, 1, HEAD, _NOWHERE_HEIGHT, ()))
        holdings = _holdings(self.case)
        for name in self.case.rows:
            top = self.top + self.row_height * self.place[name]
            remark = "observed only" if name.startswith("O") else ""
            if name == FOLDED:
                remark = f"{len(self.case.births) - len(self.place) + 1} in one row"
            held = holdings.get(name, ())
            rows.append(Lane(name, remark, self._birth(name), top, self.row_height, held))
        return tuple(rows)

    def lane(self, profile: ProfileName | None) -> int:
        """Return the place of the lane on which calls that landed on a profile stand."""
        if profile is None:
            return 0
        return self.place[self.case.row(profile)] + self.nowhere

    def tiles(self) -> int:
        """Return how many tiles there are."""
        return max(1, -(-len(self.case.calls) // TILE))

    def tile(self, number: int) -> Tile:
        """Return a tile by its number, from 0."""
        return self._tile(number * TILE + 1, TILE)

    def _tile(self, first: Frame, length: int) -> Tile:
        last = min(first + length - 1, len(self.case.calls))
        shapes = tuple(self._shapes(first, last))
        wide = self.column * (last - first + 1)
        words = f"Calls {self.case.calls[first - 1]} to {self.case.calls[last - 1]}"
        figure = Figure(words, "", wide, self.height, shapes, kind="lanes")
        return Tile(first, last, figure)

    def stills(self) -> Iterator[Figure]:
        """Return pictures as wide as paper; rows are named, with what they hold last."""
        length = max(1, (PAPER - _GUTTER) // self.column)
        for first in range(1, len(self.case.calls) + 1, length):
            tile = self._tile(first, length)
            names = tuple(self._names(tile.last))
            told = "; ".join(_told(self.case, frame) for frame in range(first, tile.last + 1))
            ground = Box(0, 0, _GUTTER, self.height, "ground")
            shapes = (Group(tile.figure.shapes, shift=_GUTTER), ground, *names)
            wide = tile.figure.width + _GUTTER
            title = f"{tile.figure.title}, as marks on the profiles on which they landed"
            yield Figure(title, told, wide, self.height, shapes, "lanes")

    def _names(self, frame: Frame) -> Iterator[Shape]:
        for lane in self.lanes:
            yield Words(6, lane.top + 20, lane.name, "name", "start")
            if lane.remark:
                yield Words(6, lane.top + 36, lane.remark, "remark", "start")
            now = [h for h in lane.holdings if h.since <= frame][-1:]
            for place, (label, value, _) in enumerate(now[0].chips if now else ()):
                short = ink.shorten(label, 14)
                text = f"{short} {ink.shorten(value, 27 - len(short))}"
                yield Words(52, lane.top + 20 + 18 * place, text, "held", "start")

    def _shapes(self, first: Frame, last: Frame) -> Iterator[Shape]:
        yield from self._rows(first, last)
        for frame in range(first, last + 1):
            yield self._header(frame, first)
        yield from self._path(first, last)
        for frame in range(first, last + 1):
            yield self._call(frame, first)

    def _rows(self, first: Frame, last: Frame) -> Iterator[Shape]:
        wide = self.column * (last - first + 1)
        if self.nowhere:
            yield Box(0, HEAD, wide, _NOWHERE_HEIGHT, "band nowhere")
        for name in self.case.rows:
            top = self.top + self.row_height * self.place[name]
            yield Box(0, top, wide, self.row_height, f"band b{self.place[name] % 2}")
            birth = self._birth(name)
            if birth <= last:
                left = self._x(birth, first) if birth >= first else 0
                yield Stroke(f"M{left} {self._y(name)}H{wide}", "rail")

    def _birth(self, name: ProfileName) -> Frame:
        if name == FOLDED:
            return list(self.case.births.values())[len(self.place) - 1]
        return self.case.births[name]

    def _header(self, frame: Frame, first: Frame) -> Shape:
        x, number = self._x(frame, first), self.case.calls[frame - 1]
        shapes: list[Shape] = [Words(x, 17, str(number), "number")]
        gap = _gap(self.case, frame)
        if gap:
            shapes.append(Words(x, 33, gap, "gap"))
        return Group(tuple(shapes))

    def _path(self, first: Frame, last: Frame) -> Iterator[Shape]:
        """The person's path, as far as it crosses this tile."""
        place = bisect_left(self._link_ends, first)
        for start, end in self._links[place:]:
            if start > last:
                break
            yield self._link(start, end, first)

    def _link(self, start: Frame, end: Frame, first: Frame) -> Shape:
        one, other = self.case.step(start), self.case.step(end)
        x, y = self._x(start, first), self._y(one.landed)
        to_x, to_y = self._x(end, first), self._y(other.landed)
        if one.landed == other.landed:
            return Stroke(f"M{x} {y}H{to_x}", f"path {ink.kind_of(other)}")
        bend = to_x - self.column // 2
        d = f"M{x} {y}H{to_x - self.column}C{bend} {y} {bend} {to_y} {to_x} {to_y}"
        return Stroke(d, "jump")

    def _call(self, frame: Frame, first: Frame) -> Shape:
        step = self.case.step(frame)
        x, y = self._x(frame, first), self._y(step.landed)
        mine = step.number in self.case.mine
        css = ink.kind_of(step)
        shapes: list[Shape] = []
        if step.deviates:
            shapes += self._ghost(step, x, y)
        if self.case.splits and frame == self.case.splits[0]:
            shapes += [Box(x - 19, y - 35, 38, 17, "flag", 3), Words(x, y - 22, "split", "flagged")]
        shapes.append(Box(x - self.column // 2, y - 36, self.column, 72, "hit"))
        shapes.append(ink.mark(step.call.channel, x, y, f"mark {css}"))
        shapes.append(Words(x, y + 24, ink.shorten(edge_label(self.case.replay, step), 16), "key"))
        shapes.append(Stroke(f"M{x - 14} {y + 28}H{x + 14}", f"sample {css}"))
        below = _tag(self.case, step)
        if below:
            shapes.append(Words(x, y + 40, below, "tag"))
        if step.landed is not None and self.case.row(step.landed) == FOLDED:
            shapes.append(Words(x, y - 14, step.landed, "tag"))
        elif not mine:
            shapes.append(Words(x, y - 14, "another person", "tag"))
        told = _told(self.case, frame)
        return Group(tuple(shapes), "call" if mine else "call other", step.number, told)

    def _ghost(self, step: Step, x: int, y: int) -> list[Shape]:
        at = self._y(step.profile)
        edge = 10 if at > y else -10
        return [
            Stroke(f"M{x} {y + edge}V{at - edge}", "ghost-line"),
            Disc(x, at, 9, "ghost"),
            Words(x, at + (24 if at > y else -15), "by the rules", "tag"),
        ]

    def _x(self, frame: Frame, first: Frame) -> int:
        return (frame - first) * self.column + self.column // 2

    def _y(self, profile: ProfileName | None) -> int:
        if profile is None:
            return HEAD + 14
        row = self.case.row(profile) if profile not in self.place else profile
        return self.top + self.row_height * self.place[row] + 36


def _column(case: Case) -> int:
    """The width of a column: what its widest label needs."""
    labels = {ink.shorten(edge_label(case.replay, step), 16) for _, step in case.steps()}
    tags = {_tag(case, step) for _, step in case.steps()}
    other = len(case.own) < len(case.calls)
    needed = [ink.width(label) for label in labels] + [6 * len(tag) for tag in tags]
    return max(64, 84 * other, *(n + 10 for n in needed), 0)


def _most_held(case: Case) -> int:
    kinds: dict[ProfileName, set[Key]] = {}
    for _, step in case.steps():
        for name, keys in ((step.profile, step.after), (step.landed, step.call.keys)):
            if name is not None and (name == step.profile or name.startswith("O")):
                kinds.setdefault(name, set()).update(keys)
    return max((len(keys) for keys in kinds.values()), default=1)


def _links(case: Case) -> list[tuple[Frame, Frame]]:
    return [(start, end) for end, start in case.before.items()]


def _gap(case: Case, frame: Frame) -> str:
    """How long after the call before it a call came, where that says something new."""
    gap = _words(case, frame)
    return "" if gap == _words(case, frame - 1) and frame not in case.splits else gap


def _words(case: Case, frame: Frame) -> str:
    now = case.step(frame).call.at if frame > 1 else None
    before = case.step(frame - 1).call.at if frame > 1 else None
    if now is None or before is None:
        return ""
    gap = now - before
    notable = gap < _CLOSE or gap >= _FAR or frame in case.splits
    words = " ".join(span(gap).split()[:2])
    return "" if not notable else f"+{words}" if gap else "same time"


def _tag(case: Case, step: Step) -> str:
    updates = step.updates
    if len(updates) > 1:
        return f"{len(updates)} keys replaced"
    if updates:
        return f"{ink.spelling(case.replay, updates[0].key)} replaced"
    if step.call.reads:
        return "only asked"
    again = any(step.number in group[1:] for group in case.replay.history.duplicates)
    return "same event again" if again else ""


def _told(case: Case, frame: Frame) -> str:
    """A call in one plain sentence, without any value."""
    step = case.step(frame)
    label = edge_label(case.replay, step)
    where = step.landed or "no profile"
    jump = ", split from the person's other profile" if frame in case.splits else ""
    whose = "" if step.number in case.mine else " of another person"
    return f"call {step.number}{whose}, {step.call.channel}: {label}, {where}{jump}"


def _holdings(case: Case) -> dict[ProfileName, tuple[Holding, ...]]:
    """What each row holds from which frame on."""
    found: dict[ProfileName, list[Holding]] = {name: [] for name in case.rows}
    seen: dict[ProfileName, dict[Key, str]] = {}
    for frame, step in case.steps():
        if step.profile and (step.created or step.changed):
            held = {key: identifier.text for key, identifier in step.after.items()}
            _hold(found, case, frame, (step.profile, held))
        for name in dict.fromkeys(c.taken_from for c in step.changed if c.taken_from):
            after = case.replay.held(name, step.number + 1)
            _hold(found, case, frame, (name, {k: i.text for k, i in after.items()}))
        if step.landed and step.landed.startswith("O"):
            carried = seen.setdefault(step.landed, {})
            carried.update({key: i.text for key, i in step.call.keys.items()})
            _hold(found, case, frame, (step.landed, dict(carried)))
    return {name: tuple(holdings) for name, holdings in found.items()}


def _hold(
    found: dict[ProfileName, list[Holding]],
    case: Case,
    frame: Frame,
    held: tuple[ProfileName, dict[Key, str]],
) -> None:
    name, values = held
    if name not in found or name == FOLDED:
        return
    chips = tuple(
        (case.replay.policy.label(k), ink.shorten(v, ink.LONGEST), ink.kind(k))
        for k, v in values.items()
    )
    if not found[name] or found[name][-1].chips != chips:
        found[name].append(Holding(frame, chips))


def _blocks(case: Case) -> tuple[Figure, ...]:
    lanes = Lanes(case)
    return tuple(lanes.stills())


VIEW = View("lanes", "Calls on the profiles where they landed", _blocks)
