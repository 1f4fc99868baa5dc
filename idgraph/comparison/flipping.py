"""The smallest sets of differences that turn the correct history into a duplicated one, and back.

Sets of one, two and three differences are tried one by one, so that what is found is all there is
of that size. Where they are too many the likeliest are tried; beyond that delta debugging leaves a
set of which no single difference can be spared, which does not say that no other one is smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations, islice
from math import comb

from idgraph.comparison.hybrids import Numbers
from idgraph.minimising.shrinking import fewest

LARGEST = 3
"""The most differences that are tried together, one set after the other."""
_SHARE = 4
"""The likeliest sets take this part of the trials that are left, where there are too many."""
Trial = Callable[[Numbers], bool | None]
"""Tells whether the hybrid that takes some differences is duplicated; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Flips:
    """What turns one history into the other.

    `forth` are the smallest sets of differences which, taken into the correct history, duplicate
    it; `back` those which, undone in the duplicated one, mend it. All sets of that size are listed
    where `exact`; else there is one, and `spared` says whether any single difference of it may be
    spared for all that was tried. `idle` are the differences that
    are in no such set; `best` is the set to name, None where there is none: one that does both,
    else one that mends; `turns` says that it duplicates the correct history, `mends` that undoing
    it mends the other. `idle_verified` says that exchanging them all changes neither history.
    `trials` counts the hybrids that were replayed.
    """

    forth: tuple[Numbers, ...]
    back: tuple[Numbers, ...]
    exact: bool
    spared: bool
    idle: Numbers
    idle_verified: bool
    trials: int
    best: Numbers | None = None
    turns: bool = False
    mends: bool = False


class Search:
    """Trials of sets of differences, each set tried once, and no more than allowed."""

    def __init__(
        self, trial: Trial, numbers: Iterable[int], most: int, alike: Iterable[Numbers] = ()
    ) -> None:
        """Try sets of `numbers`, likelier ones first, `most` of them; `alike` belong together."""
        self.numbers = tuple(numbers)
        self.every: Numbers = frozenset(self.numbers)
        self._trial = trial
        self._alike = tuple(alike)
        self._left = most
        self._known: dict[Numbers, bool | None] = {}

    @property
    def trials(self) -> int:
        """How many sets were tried."""
        return len(self._known)

    def duplicated(self, taken: Numbers) -> bool | None:
        """Tell whether a hybrid is duplicated; None where unknown, or not tried any more."""
        if taken not in self._known:
            if self._left <= 0:
                return None
            self._left -= 1
            self._known[taken] = self._trial(taken)
        return self._known[taken]

    def forth(self, taken: Numbers) -> bool:
        """Tell whether these differences duplicate the correct history."""
        return self.duplicated(taken) is True

    def back(self, undone: Numbers) -> bool:
        """Tell whether the duplicated history is whole without these differences."""
        return self.duplicated(self.every - undone) is False

    def flips(self) -> Flips:
        """Find what flips either history; nothing where they do not end differently."""
        forth, first = self._smallest(self.forth)
        back, second = self._smallest(self.back)
        told = frozenset().union(*forth, *back)
        spared = not (first and second) and self._left <= 0
        idle = self.every - told
        self._left = max(self._left, _SHARE)
        best = self._best(forth, back)
        verified = self.duplicated(idle) is False and self.duplicated(told) is True
        return Flips(
            forth,
            back,
            exact=first and second,
            spared=spared,
            idle=idle,
            idle_verified=verified,
            best=best,
            turns=best is not None and self.forth(best),
            mends=best is not None and self.back(best),
            trials=self.trials,
        )

    def _best(self, forth: tuple[Numbers, ...], back: tuple[Numbers, ...]) -> Numbers | None:
        """The set to name: one that does both, else a short one that mends, else any."""
        short = [one for one in back if len(one) <= LARGEST]
        both = [one for one in (*short, *forth) if self.forth(one) and self.back(one)]
        return next(iter((*both, *short, *forth, *back)), None)

    def _smallest(self, flips: Callable[[Numbers], bool]) -> tuple[tuple[Numbers, ...], bool]:
        """The smallest sets that flip a history, and whether these are all of their size."""
        if not flips(self.every):
            return (), True
        for size in range(1, LARGEST + 1):
            if comb(len(self.numbers), size) > self._left:
                return (self._likely(size, flips),), False
            every = tuple(one for one in self._sets(size) if flips(one))
            if every:
                return every, True
        return (minimised(self.numbers, flips),), False

    def _likely(self, size: int, flips: Callable[[Numbers], bool]) -> Numbers:
        """A set that flips a history where there are too many to try: of the likeliest, or alike.

        A sender makes one mistake in many calls, so differences that are alike are tried together.
        """
        some = islice(self._sets(size), self._left // _SHARE)
        pairs = chain(combinations(self._alike, 1), combinations(self._alike, 2))
        every = (frozenset().union(*one) for one in islice(pairs, self._left // _SHARE))
        found = next((one for one in chain(some, every) if flips(one)), self.every)
        wanted = [number for number in self.numbers if number in found]
        return found if len(wanted) <= size else minimised(wanted, flips)

    def _sets(self, size: int) -> Iterator[Numbers]:
        return (frozenset(some) for some in combinations(self.numbers, size))


def minimised(numbers: Iterable[int], flips: Callable[[Numbers], bool]) -> Numbers:
    """Return a part of a set that flips a history, of which no single one can be spared."""
    return frozenset(fewest(tuple(numbers), lambda some: flips(frozenset(some))))
