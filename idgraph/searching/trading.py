"""The trade between swaps and lag: how few swaps are needed at each lag."""

from __future__ import annotations

from typing import NamedTuple

from idgraph.clocks import Instant
from idgraph.searching.finding import Mode, Search
from idgraph.searching.lags import candidates
from idgraph.searching.limits import Budget
from idgraph.searching.systems import System
from idgraph.searching.witnesses import witness

POINTS = 16
"""At how many lags the fewest swaps are worked out at most."""


class Trade(NamedTuple):
    """From a lag on, in microseconds, this many swaps explain what was observed.

    `fewest` is False where fewer may do: the search for them took too long.
    """

    lag: Instant
    swaps: int
    fewest: bool


def front(system: System, least: Instant, most: Instant, budget: Budget) -> tuple[Trade, ...]:
    """Return how few swaps are needed from the least lag that explains up to the largest.

    Only lags at which the number falls are given; more lag never takes more swaps. `OutOfBudget`
    where even the first takes too long.
    """
    gaps = [least, *(gap for gap in candidates(system, most) if gap > least)]
    known: dict[int, Trade] = {}

    def at(place: int) -> Trade:
        if place not in known:
            search = Search(system, Mode(gaps[place]), budget)
            found = witness(search, search.order() or system.in_order)
            known[place] = Trade(gaps[place], found.swaps, found.fewest)
        return known[place]

    def between(low: int, high: int) -> None:
        if high - low > 1 and at(low).swaps != at(high).swaps and len(known) < POINTS:
            middle = (low + high) // 2
            between(low, middle)
            between(middle, high)

    at(0)
    if known[0].swaps:
        between(0, len(gaps) - 1)
        at(len(gaps) - 1)
    falls: list[Trade] = []
    for place in sorted(known):
        if not falls or known[place].swaps < falls[-1].swaps:
            falls.append(known[place])
    return tuple(falls)
