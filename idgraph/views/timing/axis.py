"""An axis of time that stays readable: short spans are widened, long ones cut short and marked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from idgraph.clocks import Instant, iso, span
from idgraph.searching.intervals import Interval
from idgraph.views.base import ink
from idgraph.views.base.blocks import Shape, Stroke, Words

HEAD = 52
"""Pixels that the clock and its ticks take at the top."""
_BAR, _SMALLEST = 240, 56
"""Pixels of a call of median length: as many as there is room for, between these."""
_LEAST = 10
"""Pixels of the shortest piece."""
_CUT = 66
_TICK = 64
_NICE = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_UNITS = (1000, 1_000_000, 60_000_000, 3_600_000_000)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch between two instants at which a call begins, is answered or ends.

    `cut` is where the mark stands that it is drawn shorter than it is; None where it is not.
    """

    start: Instant
    end: Instant
    x: int
    width: int
    cut: int | None


class Axis:
    """Where instants are, in pixels from the left."""

    def __init__(
        self, spans: Iterable[tuple[Interval, int]], inner: Iterable[Instant], room: int
    ) -> None:
        """Lay out the pieces between all ends of intervals and the instants `inner` within them.

        With each interval come the pixels that its label needs from its begin on.
        """
        labels: dict[Instant, int] = {}
        bars = []
        for bar, wide in spans:
            bars.append(bar)
            labels[bar.lo] = max(wide, labels.get(bar.lo, 0))
        known = set(inner)
        self.clocked = bool(known)
        points = sorted({point for bar in bars for point in bar} | known)
        if len(points) == 1:
            points.append(points[0] + 1)
        lengths = [bar.hi - bar.lo for bar in bars if bar.hi > bar.lo]
        lengths = lengths or [two - one for one, two in pairwise(points)]
        self.pieces = _fitted(points, labels, median(lengths) if lengths else 1, room)
        self._starts = [piece.start for piece in self.pieces]
        self._only = points[0] if points else 0

    @property
    def width(self) -> int:
        """How many pixels there are."""
        return self.pieces[-1].x + self.pieces[-1].width if self.pieces else _CUT

    def x(self, at: Instant) -> int:
        """Return where an instant is; before the first one and after the last, the ends."""
        place = bisect_right(self._starts, at) - 1
        if place < 0:
            return 0
        piece = self.pieces[place]
        part = min(1.0, (at - piece.start) / (piece.end - piece.start))
        return piece.x + round(part * piece.width)

    @cached_property
    def stretches(self) -> tuple[tuple[Instant, Instant], ...]:
        """The stretches of time in which nothing is cut."""
        found: list[tuple[Instant, Instant]] = []
        start = end = self._only
        for piece in self.pieces:
            if piece.cut is not None:
                found.append((start, piece.start))
                start = piece.end
            end = piece.end
        return (*found, (start, end))

    def head(self) -> Iterator[Shape]:
        """Return the clock above the drawing: when each stretch begins, ticks, what is cut."""
        if not self.clocked:
            yield Words(0, 28, "no call has a clock: all may have been at once", "tick", "start")
            return
        before = ""
        for start, end in self.stretches:
            day = (iso(start) or "").partition("T")[0]
            if day != before:
                yield Words(self.x(start), 12, day, "day", "start")
            yield Words(self.x(start), 28, _clock(start), "clock", "start")
            before = day
            yield from self._ticks(start, end)
        for piece in self.pieces:
            if piece.cut is not None:
                yield Words(piece.cut, 45, _long(piece), "gap")

    def cuts(self, bottom: int) -> Iterator[Shape]:
        """Return the marks of what is cut, from the ticks down: they go over all that is there."""
        for piece in self.pieces:
            if piece.cut is not None:
                yield Stroke(_torn(piece.cut - 4, piece.cut + 4, bottom), "torn")
                yield Stroke(_edge(piece.cut - 4, bottom), "edge")
                yield Stroke(_edge(piece.cut + 4, bottom), "edge")

    def _ticks(self, start: Instant, end: Instant) -> Iterator[Shape]:
        step = self._step(start, end)
        yield Stroke(f"M{self.x(start)} {HEAD - 4}H{self.x(end)}", "rail")
        last = self.x(start)
        for number in range(1, (end - start) // step + 1):
            x = self.x(start + number * step)
            if x - last >= _TICK // 2 and x + 12 <= self.x(end) + _LEAST:
                yield Stroke(f"M{x} {HEAD - 8}V{HEAD}", "rail")
                yield Words(x, 45, f"+{span(number * step)}", "tick")
                last = x

    def _step(self, start: Instant, end: Instant) -> Instant:
        """The span between ticks: a round one that leaves room for their words."""
        wide = max(1, self.x(end) - self.x(start))
        least = (end - start) * _TICK / wide
        steps = [unit * nice for unit in _UNITS for nice in _NICE]
        return next((step for step in sorted(steps) if step >= least), max(end - start, 1))


def _clock(at: Instant) -> str:
    return (iso(at) or "").removesuffix("Z").partition("T")[2]


def _long(piece: Piece) -> str:
    return " ".join(span(piece.end - piece.start).split()[:4])


def _fitted(
    points: list[Instant], labels: Mapping[Instant, int], usual: float, room: int
) -> tuple[Piece, ...]:
    """The pieces, as wide as there is room for, or as narrow as can be read."""
    bar = _BAR
    pieces = _pieces(points, labels, usual / bar, bar)
    while bar > _SMALLEST and pieces and pieces[-1].x + pieces[-1].width > room:
        bar = bar * 7 // 8
        pieces = _pieces(points, labels, usual / bar, bar)
    return pieces


def _pieces(
    points: list[Instant], labels: Mapping[Instant, int], scale: float, bar: int
) -> tuple[Piece, ...]:
    """The pieces at a scale of so many microseconds a pixel; cuts leave room for the labels.

    A piece is cut that is half as long again as a usual call, and the shorter for it.
    """
    found: list[Piece] = []
    x = reach = 0
    told = ink.width(_clock(points[0])) if points else 0
    for start, end in pairwise(points):
        reach = max(reach, x + labels.get(start, 0))
        wide, mark = max(_LEAST, round((end - start) / scale)), None
        room = max(_CUT, ink.width(span(end - start)) + 8)
        short = max(max(x, reach) + room, told) - x
        if wide > max(bar * 3 // 2, short):
            mark, wide = x + short - room // 2, short
        found.append(Piece(start, end, x, wide, mark))
        x += wide
        if mark is not None:
            told = x + ink.width(_clock(end)) + 8
    return tuple(found)


def _edge(x: int, bottom: int) -> str:
    """A jagged line downwards."""
    steps = range(HEAD - 4, bottom, 6)
    return "M" + "L".join(f"{x + (3 if n % 2 else -3)} {y}" for n, y in enumerate(steps))


def _torn(left: int, right: int, bottom: int) -> str:
    """The paper between two jagged lines."""
    steps = list(enumerate(range(HEAD - 4, bottom, 6)))
    down = [f"{left + (3 if n % 2 else -3)} {y}" for n, y in steps]
    up = [f"{right + (3 if n % 2 else -3)} {y}" for n, y in reversed(steps)]
    return "M" + "L".join((*down, *up)) + "Z"
