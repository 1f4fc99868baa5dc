"""What the admissible orders of some calls come to, counted exactly; each look-up sees everything.

How many orders come to something is no probability: orders are not equally likely.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from idgraph.searching.extensions import Extensions
from idgraph.searching.landings import Configuration, Content, Walk, ended
from idgraph.searching.limits import Budget
from idgraph.searching.systems import Mask, Place, System


class Outcome(NamedTuple):
    """What some orders come to.

    `orders` is how many; `order` is the one of them with the fewest pairs that are not as recorded,
    which are `swaps`, and `profiles` are the calls of the person that end on each profile in it.
    """

    profiles: tuple[Mask, ...]
    orders: int
    order: tuple[Place, ...]
    swaps: int


class _Link(NamedTuple):
    """An order, from its end."""

    place: Place
    before: _Link | None


@dataclass(slots=True)
class _Reached:
    """How many orders of the calls in `there` come to something, and one with the fewest swaps."""

    orders: int
    swaps: int
    last: _Link | None
    there: Mask

    def join(self, orders: int, swaps: int, last: _Link | None, there: Mask) -> None:
        """Take further orders that come to the same."""
        self.orders += orders
        if swaps < self.swaps:
            self.swaps, self.last, self.there = swaps, last, there


_Layer = dict[Mask, dict[Configuration, _Reached]]


class Spread:
    """All that the orders of a walk come to, gone through by the sets of calls that come first.

    Where a walk only asks whether calls split, it ends where they have split for good.
    """

    def __init__(self, walk: Walk, extensions: Extensions, budget: Budget) -> None:
        """Go through them; `OutOfBudget` where there are too many."""
        self.walk = walk
        self.extensions = extensions
        self._earlier = recorded_before(walk.system)
        self._ends: dict[tuple[Content, ...], _Reached] = {}
        self._layers: list[_Layer] = [{0: {walk.start: _Reached(1, 0, None, 0)}}]
        for _ in range(len(walk.system)):
            self._layers.append(self._following(self._layers[-1], budget))
        for row in self._layers[-1].values():
            for configuration, reached in row.items():
                self._end(configuration, reached.orders, reached.swaps, reached.last, reached.there)

    def outcomes(self) -> tuple[Outcome, ...]:
        """Return what the orders come to, what most come to first."""
        ways = self.walk.order.ways(0)
        found = [self._outcome(reached, ways) for reached in self._ends.values()]
        return tuple(sorted(found, key=lambda one: (-one.orders, one.swaps, one.order)))

    def shares(self, order: Sequence[Place]) -> tuple[Fraction, ...]:
        """Return after each call of an order the share of the ways to go on that end split.

        A `UsageError` where the order is not admissible.
        """
        walk, there, configuration = self.walk, 0, self.walk.start
        found: list[Fraction] = []
        for place in walk.order.recorded(order):
            there, configuration = there | 1 << place, walk.next(configuration, place)
            ways = self._ways(there, configuration)
            found.append(Fraction(ways, self._left(there)))
        return tuple(found)

    # --- forwards ------------------------------------------------------------------------------

    def _following(self, layer: _Layer, budget: Budget) -> _Layer:
        walk = self.walk
        after: _Layer = {}
        for there, row in layer.items():
            waiting = walk.order.every & ~there
            for place in walk.order.enabled(there):
                swaps = (waiting & self._earlier[place]).bit_count()
                then = there | 1 << place
                target = after.get(then, {})
                budget.spend()
                for configuration, reached in row.items():
                    to = walk.next(configuration, place)
                    total = reached.swaps + swaps
                    link = _Link(place, reached.last)
                    if walk.decided[to]:
                        orders = reached.orders * self._left(then)
                        self._end(to, orders, total, link, then)
                    elif to in target:
                        target[to].join(reached.orders, total, link, then)
                    else:
                        budget.spend()
                        target[to] = _Reached(reached.orders, total, link, then)
                if target:
                    after[then] = target
        return after

    def _end(
        self, to: Configuration, orders: int, swaps: int, last: _Link | None, there: Mask
    ) -> None:
        outcome = self.walk.outcomes[to]
        if outcome in self._ends:
            self._ends[outcome].join(orders, swaps, last, there)
        else:
            self._ends[outcome] = _Reached(orders, swaps, last, there)

    def _left(self, there: Mask) -> int:
        """In how many orders the calls can come that are not there, twins as recorded."""
        return self.extensions.after(there) // self.walk.order.ways(there)

    def _outcome(self, reached: _Reached, ways: int) -> Outcome:
        order = tuple(_order(reached.last))
        rest = (place for place in self.walk.system.in_order if not reached.there >> place & 1)
        whole = (*order, *rest)
        profiles = ended(self.walk.system, whole, self.walk.mine)
        return Outcome(profiles, reached.orders * ways, whole, reached.swaps)

    # --- backwards -----------------------------------------------------------------------------

    def _ways(self, there: Mask, configuration: Configuration) -> int:
        """In how many orders the calls that are not there can come so that all ends split."""
        if self.walk.decided[configuration]:
            return self._left(there)
        return self._splitting[there, configuration]

    @cached_property
    def _splitting(self) -> dict[tuple[Mask, Configuration], int]:
        """The same for all that was gone through."""
        walk, found = self.walk, {}
        for configuration in self._layers[-1].get(walk.order.every, ()):
            found[walk.order.every, configuration] = int(walk.split(configuration))
        for layer in reversed(self._layers[:-1]):
            for there, row in layer.items():
                ways = [(there | 1 << place, place) for place in walk.order.enabled(there)]
                for configuration in row:
                    found[there, configuration] = sum(
                        self._left(then)
                        if walk.decided[to := walk.next(configuration, place)]
                        else found[then, to]
                        for then, place in ways
                    )
        return found


def _order(last: _Link | None) -> Iterator[Place]:
    """An order from its beginning."""
    places: list[Place] = []
    while last is not None:
        places.append(last.place)
        last = last.before
    return reversed(places)


def recorded_before(system: System) -> list[Mask]:
    """Return by place the calls that were recorded earlier."""
    masks, there = [0] * len(system), 0
    for place in system.in_order:
        masks[place] = there
        there |= 1 << place
    return masks
