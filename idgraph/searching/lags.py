"""The least lag that explains what was observed."""

from __future__ import annotations

from bisect import bisect_left

from idgraph.clocks import Instant
from idgraph.searching.finding import Mode, Search
from idgraph.searching.limits import Budget
from idgraph.searching.systems import Place, System


def candidates(system: System, most: Instant) -> list[Instant]:
    """Return every lag above 0 and up to `most` that can make a difference, smallest first.

    That is how long before the beginning of a call another one had ended.
    """
    ends = sorted({span.hi for span in system.spans})
    gaps: set[Instant] = set()
    for begin in {span.lo for span in system.spans}:
        near = ends[bisect_left(ends, begin - most) : bisect_left(ends, begin)]
        gaps.update(begin - end for end in near)
    return sorted(gaps)


def least(
    system: System, most: Instant, budget: Budget, *, keyed: bool = False
) -> tuple[Instant, Search, tuple[Place, ...]] | None:
    """Return the least lag of at most `most` that explains, its search, and an order; else None.

    Sought from below in growing steps, since to rule a large lag out takes longest; then halved.
    """
    gaps = ([0] if keyed else []) + candidates(system, most)

    def explained(place: int) -> tuple[Instant, Search, tuple[Place, ...]] | None:
        search = Search(system, Mode(gaps[place], keyed), budget)
        order = search.order()
        return None if order is None else (gaps[place], search, order)

    low, high, step = -1, 0, 1
    best = None
    while best is None and low < len(gaps) - 1:
        place = min(low + step, len(gaps) - 1)
        best = explained(place)
        if best is None:
            low, step = place, step * 2
        else:
            high = place
    if best is None:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        found = explained(middle)
        if found is None:
            low = middle
        else:
            best, high = found, middle
    return best
