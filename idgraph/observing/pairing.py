"""Pairs things on two sides where each is the only candidate of the other, and guesses nowhere."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

_ANY = object()
_Class = tuple[Hashable, bool, object]


@dataclass(frozen=True, slots=True)
class Window:
    """When one thing can have been, from `first` to `last`, both included, in any whole unit.

    Two windows are candidates of each other if they are in one `lane`, one of them is a point
    inside the other, their `value` agrees (None agrees with all), and not both are `marked`.
    """

    lane: Hashable
    first: int
    last: int
    value: Hashable = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Pairing:
    """What came of it: who is paired, and how many candidates everybody had.

    `partner` holds, for each window of the one side, the place of its point, None where it has
    none. `points` and `windows` count the candidates of each window and of each point.
    """

    partner: tuple[int | None, ...]
    points: tuple[int, ...]
    windows: tuple[int, ...]


def pair(windows: Sequence[Window], points: Sequence[Window]) -> Pairing:
    """Pair windows with points (windows whose ends are equal) where either is the only candidate.

    Takes n log n steps, however many fit each other. So the result hangs on no order, and another
    thing equal to one of them in all but its place changes nobody's pair but that one's.
    """
    filed = _Filed(points)
    starts, ends = _sorted_ends(windows)
    around = tuple(
        sum(
            bisect_right(starts[key], point.first) - bisect_left(ends[key], point.first)
            for key in _looked_up(point)
            if key in starts
        )
        for point in points
    )
    inside = tuple(filed.count(window) for window in windows)
    partner: list[int | None] = []
    for window, count in zip(windows, inside, strict=True):
        only = filed.first(window) if count == 1 else None
        partner.append(only if only is not None and around[only] == 1 else None)
    return Pairing(tuple(partner), inside, around)


class _Filed:
    """Points, filed by what decides whether they fit, in order of time."""

    def __init__(self, points: Sequence[Window]) -> None:
        found: defaultdict[_Class, list[tuple[int, int]]] = defaultdict(list)
        for place, point in enumerate(points):
            for key in _filed_under(point):
                found[key].append((point.first, place))
        self._places: dict[_Class, list[int]] = {}
        self._times: dict[_Class, list[int]] = {}
        for key, entries in found.items():
            entries.sort()
            self._times[key] = [time for time, _ in entries]
            self._places[key] = [place for _, place in entries]

    def count(self, window: Window) -> int:
        return sum(after - before for _, before, after in self._spans(window))

    def first(self, window: Window) -> int | None:
        spans = (span for span in self._spans(window) if span[1] < span[2])
        return next((self._places[key][before] for key, before, _ in spans), None)

    def _spans(self, window: Window) -> Iterator[tuple[_Class, int, int]]:
        for key in _looked_up(window):
            times = self._times.get(key)
            if times is not None:
                yield key, bisect_left(times, window.first), bisect_right(times, window.last)


def _sorted_ends(
    windows: Sequence[Window],
) -> tuple[dict[_Class, list[int]], dict[_Class, list[int]]]:
    starts: defaultdict[_Class, list[int]] = defaultdict(list)
    ends: defaultdict[_Class, list[int]] = defaultdict(list)
    for window in windows:
        for key in _filed_under(window):
            starts[key].append(window.first)
            ends[key].append(window.last)
    for times in (*starts.values(), *ends.values()):
        times.sort()
    return starts, ends


def _filed_under(one: Window) -> tuple[_Class, ...]:
    return (one.lane, one.marked, one.value), (one.lane, one.marked, _ANY)


def _looked_up(one: Window) -> Iterator[_Class]:
    """Where the candidates of a thing are filed; each of them under exactly one of these."""
    for marked in (False,) if one.marked else (False, True):
        if one.value is None:
            yield one.lane, marked, _ANY
        else:
            yield one.lane, marked, one.value
            yield one.lane, marked, None
