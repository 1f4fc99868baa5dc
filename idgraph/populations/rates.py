"""Shares with their uncertainty, and whether two paired counts differ by more than chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from idgraph.searching.sampling import wilson


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def rate(self) -> float | None:
        """The share, None of nothing."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 %: all of 0 to 1 where nothing was counted.

        >>> [round(end, 3) for end in Share(0, 100).interval]
        [0.0, 0.037]
        """
        return wilson(self.count, self.of) if self.of else (0.0, 1.0)


def by_chance(one: int, other: int) -> float:
    """Return how likely two paired counts are at least so unequal, if neither is favoured.

    The sign test, on both sides: of pairs in which just one of two did something, `one` and `other`
    are how often it was the first and the second.

    >>> by_chance(0, 8)
    0.0078125
    """
    total, few = one + other, min(one, other)
    tail = sum(math.comb(total, count) for count in range(few + 1))
    return min(1.0, float(2 * tail / 2**total))


def percent(rate: float) -> str:
    """Return a rate in words: two digits that count.

    >>> percent(0.0037), percent(0.25), percent(0.0), percent(1.0)
    ('0.37 %', '25 %', '0 %', '100 %')
    """
    return f"{float(f'{100 * rate:.2g}'):g} %" if rate < 0.995 else f"{100 * rate:.4g} %"  # noqa: PLR2004
