"""The smallest sets of differences that turn the correct history into a duplicated one, and back.

Sets of one, two and three differences are tried one by one, so that what is found is all there is
of that size. Beyond that Zeller's `ddmin` leaves a set of which no single difference can be spared:
nothing says that there is no other, smaller one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from idgraph.comparison.hybrids import Numbers

LARGEST = 3
"""The most differences that are tried together, one set after the other."""
Trial = Callable[[Numbers], bool | None]
"""Tells whether the hybrid that takes some differences is duplicated; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Flips:
    """What turns one history into the other.

    `forth` are the smallest sets of differences which, taken into the correct history, duplicate
    it; `back` those which, undone in the duplicated one, mend it. All sets of that size are listed
    where `exact`; else one, of which no difference can be spared. `idle` are the differences that
    are in no such set; `idle_verified` says that exchanging them all changes neither history.
    `trials` counts the hybrids that were replayed.
    """

    forth: tuple[Numbers, ...]
    back: tuple[Numbers, ...]
    exact: bool
    idle: Numbers
    idle_verified: bool
    trials: int

    @property
    def best(self) -> Numbers | None:
        """The set to name: one that does both if there is any, else one that mends, else None."""
        both = [one for one in self.back if one in self.forth]
        return next(iter((*both, *self.back, *self.forth)), None)


class Search:
    """Trials of sets of differences, each set tried once, and no more than allowed."""

    def __init__(self, trial: Trial, numbers: Iterable[int], most: int) -> None:
        """Try sets of `numbers`, `most` of them."""
        self.numbers = tuple(sorted(numbers))
        self.every: Numbers = frozenset(self.numbers)
        self._trial = trial
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
        idle = self.every - told
        verified = self.duplicated(idle) is False and self.duplicated(told) is True
        return Flips(forth, back, first and second, idle, verified, self.trials)

    def _smallest(self, flips: Callable[[Numbers], bool]) -> tuple[tuple[Numbers, ...], bool]:
        """The smallest sets that flip a history, and whether these are all of their size."""
        if not flips(self.every):
            return (), True
        for size in range(1, LARGEST + 1):
            found = tuple(one for one in self._sets(size) if flips(one))
            whole = self._left > 0
            if found:
                return found, whole
            if not whole:
                break
        self._left = max(self._left, len(self.numbers) ** 2)
        return (minimised(self.numbers, flips),), False

    def _sets(self, size: int) -> Iterator[Numbers]:
        return (frozenset(some) for some in combinations(self.numbers, size))


def minimised(numbers: Iterable[int], flips: Callable[[Numbers], bool]) -> Numbers:
    """Return a part of a set that flips a history, of which no single one can be spared.

    Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input (2002), ddmin.
    """
    left, parts = list(numbers), 2
    while len(left) > 1:
        size = -(-len(left) // parts)
        chunks = [left[start : start + size] for start in range(0, len(left), size)]
        rests = ([n for n in left if n not in chunk] for chunk in chunks)
        smaller = next((one for one in (*chunks, *rests) if one and flips(frozenset(one))), None)
        if smaller is not None:
            parts = max(2, parts - 1) if len(smaller) > size else 2
            left = smaller
        elif parts >= len(left):
            break
        else:
            parts = min(len(left), 2 * parts)
    return frozenset(left)
