"""The admissible orders of a system's calls, counted: the linear extensions of their precedence."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from math import factorial, prod

from idgraph.errors import UsageError
from idgraph.searching.limits import Budget
from idgraph.searching.systems import Mask, Place, System


class Twins:
    """Calls that can stand for each other; of their orders only the one as recorded is gone into.

    They have the same predecessors and the same successors, and are alike in all that matters.
    """

    def __init__(self, members: Sequence[Place]) -> None:
        """Take them as recorded."""
        self.members = tuple(members)
        self.mask = sum(1 << place for place in members)
        self._firsts = [0]
        for place in members:
            self._firsts.append(self._firsts[-1] | 1 << place)

    def firsts(self, there: Mask) -> Mask:
        """Return the first members, as many as there are in a set."""
        return self._firsts[(there & self.mask).bit_count()]

    def ways(self, there: Mask) -> int:
        """Return in how many orders the members can come that are not there."""
        return factorial(len(self.members) - (there & self.mask).bit_count())


class Order:
    """The precedence of a system's calls, in which twins keep the order as recorded."""

    def __init__(self, system: System, alike: Sequence[Hashable]) -> None:
        """Take a system, and by place what must be equal besides for two calls to be twins."""
        self.every = system.every
        self._spans = system.spans
        found: defaultdict[Hashable, list[Place]] = defaultdict(list)
        starts = [span.lo for span in system.spans]
        for place in system.in_order:
            followers = bisect_right(starts, system.spans[place].hi)
            found[system.before[place], followers, alike[place]].append(place)
        self.twins = tuple(Twins(members) for members in found.values() if len(members) > 1)
        self._before = list(system.before)
        for twins in self.twins:
            for one, other in pairwise(twins.members):
                self._before[other] |= 1 << one

    def enabled(self, there: Mask) -> Iterator[Place]:
        """Go through the calls not yet there whose predecessors all are, by earliest instant."""
        bound = None
        rest = self.every & ~there
        while rest:
            place = (rest & -rest).bit_length() - 1
            lo, hi = self._spans[place]
            if bound is not None and lo > bound:
                return
            bound = hi if bound is None else min(bound, hi)
            if self._before[place] & ~there == 0:
                yield place
            rest &= rest - 1

    def ways(self, there: Mask) -> int:
        """Return how many ways to go on stand behind one in which twins go as recorded."""
        return prod(twins.ways(there) for twins in self.twins)

    def recorded(self, order: Iterable[Place]) -> Iterator[Place]:
        """Go through an order with twins as recorded; a `UsageError` where it is not admissible."""
        queues = [(twins, iter(twins.members)) for twins in self.twins]
        nexts = {place: queue for twins, queue in queues for place in twins.members}
        there = 0
        for given in order:
            place = next(nexts[given]) if given in nexts else given
            if self._before[place] & ~there:
                remedy = "A call cannot take effect before one that was over when it was sent."
                raise UsageError("the order is not admissible", remedy=remedy)
            there |= 1 << place
            yield place

    def firsts(self, there: Mask) -> Mask:
        """Return a set of calls with the first twins in place of as many others."""
        for twins in self.twins:
            there = there & ~twins.mask | twins.firsts(there)
        return there


class Extensions:
    """In how many orders the calls of a system can come, and go on from any point."""

    def __init__(self, system: System, budget: Budget) -> None:
        """Count them over the sets of calls that can have come; `OutOfBudget` for too many."""
        self._order = Order(system, [None] * len(system))
        self._known: dict[Mask, int] = {}
        self._left = {system.every: 1}
        layer, ways = {0}, []
        for _ in range(len(system)):
            for there in layer:
                budget.spend()
                ways.append((there, [there | 1 << place for place in self._order.enabled(there)]))
            layer = {then for _, after in ways[-len(layer) :] for then in after}
        for there, after in reversed(ways):
            self._left[there] = sum(self._left[then] for then in after)

    @cached_property
    def total(self) -> int:
        """The number of admissible orders."""
        return self.after(0)

    def after(self, there: Mask) -> int:
        """Return in how many orders the calls can come that are not there yet."""
        if there not in self._known:
            left = self._left[self._order.firsts(there)]
            self._known[there] = left * self._order.ways(there)
        return self._known[there]
