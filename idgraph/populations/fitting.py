"""The visibility curve: a floor and lags that die out, fitted to look-ups by maximum likelihood.

The chance that a look-up misses is a mixture: with a small chance `floor` it misses whatever the
gap, with chance `a` it read an index that was behind by an exponential time of mean `tau`, which
matters with chance `exp(-gap / tau)`; else it sees everything. Only the chances are fitted, the
means are a fixed grid, so that the problem is concave and has one answer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Array = NDArray[np.float64]

GRID = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5)
"""Means of lags in seconds: neighbours are too alike for any log to tell what lies between, and
what is shorter than the first cannot be told from calls that overlap."""
FEWEST_MISSES = 20
"""With fewer, the part of them that a floor takes is known to no better than a fifth either way
(Wilson's interval of 10 in 20 goes from 0.30 to 0.70)."""
FEWEST_LATE = 100
"""Look-ups that came when any lag was over: no miss in 100 still leaves room for a floor of 4 %."""
SURE = 3.841
"""How much twice the logarithm of the likelihood may fall in an interval of 95 %."""
_LEAST = 1e-12
"""No lag makes a miss less likely than that: one odd row of a log should not weigh like a proof."""
_CLOSE = 1e-3
"""How far from the best logarithm of the likelihood a fit may end."""
_ROUNDS, _SWEEPS, _HALVINGS, _STILL = 400, 60, 30, 1e-9


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted curve.

    `floor` is the chance to miss that never dies out, between `low` and `high` with 95 % (profile
    likelihood); `lags` the chances by mean lag in seconds, those above zero. `ratio` is twice the
    logarithm of how much likelier the look-ups are with a floor than without one.
    """

    floor: float
    low: float
    high: float
    lags: tuple[tuple[float, float], ...]
    ratio: float

    def lag(self, gap_s: float) -> float:
        """Return the chance that a look-up so long after the write misses because of a lag."""
        gap = max(0.0, gap_s)
        return math.fsum(share * math.exp(-gap / mean) for mean, share in self.lags)

    def miss(self, gap_s: float) -> float:
        """Return the chance that a look-up so long after the write misses."""
        return self.floor + self.lag(gap_s)

    @property
    def half_life_s(self) -> float | None:
        """After how many seconds half of the lagging look-ups see the write; None without any."""
        half = self.lag(0) / 2
        if not half:
            return None
        low, high = 0.0, max(mean for mean, _ in self.lags)
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.lag(middle) > half else (low, middle)
        return high


def fit(looked: Iterable[tuple[float, bool]], longest_s: float) -> Curve:
    """Return the curve of some look-ups: their gaps in seconds, and whether they missed.

    No mean lag is longer than half of `longest_s`. Overlapping calls (gaps below zero) count as 0.
    """
    counts = Counter((_rounded(gap), missed) for gap, missed in looked)
    means = [mean for mean in GRID if mean <= longest_s / 2] or [GRID[0]]
    mixture = _Mixture(sorted(counts.items()), means)
    best, top = mixture.solve()
    floor = float(best[0])
    _, flat = mixture.solve(0.0)
    shares = zip(means, best[1:-1], strict=True)
    low, high = mixture.interval(floor, top)
    return Curve(
        floor=floor,
        low=low,
        high=high,
        lags=tuple((mean, float(share)) for mean, share in shares if share > 0),
        ratio=max(0.0, 2 * (top - flat)),
    )


def _rounded(gap: float) -> float:
    """A gap on a scale of 200 steps a decade, which changes no chance by more than a part in 400.

    Below a hundredth of a second it is none.
    """
    return 0.0 if gap < 0.01 else 10.0 ** (round(200 * math.log10(gap)) / 200)  # noqa: PLR2004


class _Mixture:
    """Look-ups as rows, chances as columns: the floor, each lag, and seeing everything.

    An entry is how likely the row is given the column. The chances add up to 1 by themselves at the
    best point of `sum(weights * log(entries @ chances)) - total * sum(chances)`.
    """

    def __init__(
        self, counts: Sequence[tuple[tuple[float, bool], int]], means: Sequence[float]
    ) -> None:
        """Prepare the table."""
        import numpy as np

        gaps = np.array([gap for (gap, _), _ in counts])
        missed = np.array([miss for (_, miss), _ in counts])
        self.weights = np.array([count for _, count in counts], dtype=float)
        self.total = float(self.weights.sum())
        shape = np.maximum(np.exp(-gaps[:, None] / np.array(means)[None, :]), _LEAST)
        misses = np.hstack([np.ones((len(gaps), 1)), shape, np.zeros((len(gaps), 1))])
        self.entries: _Array = np.where(missed[:, None], misses, 1 - misses)
        self.last: dict[int, _Array] = {}

    def solve(self, floor: float | None = None) -> tuple[_Array, float]:
        """Return the best chances and the logarithm of the likelihood, `floor` fixed or not."""
        import numpy as np

        entries = self.entries
        if floor is not None:
            # What the fixed floor explains, and the rest shared among the other columns.
            entries = floor * entries[:, :1] + (1 - floor) * entries[:, 1:]
        columns = entries.shape[1]
        start = self.last.get(columns, np.full(columns, 1.0))
        # No column starts at nothing: a step that multiplies would leave it there.
        best, top = self._climb(entries, start + 1e-4)
        self.last[columns] = best
        if floor is not None:
            best = np.concatenate([[floor], (1 - floor) * best])
        return best, top

    def _climb(self, entries: _Array, chances: _Array) -> tuple[_Array, float]:
        """Newton's steps within the chances that are not negative, and steps that always help."""
        import numpy as np

        def height(at: _Array) -> float:
            return float(self.weights @ np.log(entries @ at)) - self.total * float(at.sum())

        for _ in range(_ROUNDS):
            chances = chances / chances.sum()
            likely = entries @ chances
            gains = entries.T @ (self.weights / likely) / self.total
            if self.total * (float(gains.max()) - 1) < _CLOSE:
                break
            chances = chances * gains  # the step of expectation and maximization
            chances = self._newton(entries, chances, height)
        chances = chances / chances.sum()
        return chances, float(self.weights @ np.log(entries @ chances))

    def _newton(
        self, entries: _Array, chances: _Array, height: Callable[[_Array], float]
    ) -> _Array:
        import numpy as np

        likely = entries @ chances
        scaled = entries / likely[:, None]
        slope = scaled.T @ self.weights - self.total
        bend = scaled.T @ (scaled * self.weights[:, None])
        bend += np.eye(len(chances)) * 1e-9 * float(np.trace(bend))
        to = _nearest(chances, slope, bend)
        here, size = height(chances), 1.0
        for _ in range(_HALVINGS):
            tried = np.maximum(chances + size * (to - chances), 0)
            # A row that became impossible has no logarithm; such a step is too long.
            if bool((entries @ tried > 0).all()) and height(tried) >= here:
                return tried
            size /= 2
        return chances

    def interval(self, floor: float, top: float) -> tuple[float, float]:
        """Return the floors between which the likelihood falls by less than `SURE` says."""

        def far(at: float) -> bool:
            return 2 * (top - self.solve(at)[1]) > SURE

        low = _edge(far, floor, 0.0) if far(0.0) else 0.0
        width = max(floor, 1 / self.total)
        while floor + width < 1 and not far(floor + width):
            width *= 2
        high = _edge(far, floor, min(floor + width, 1 - 1e-9))
        return low, max(floor, high)


def _nearest(chances: _Array, slope: _Array, bend: _Array) -> _Array:
    """The top of the parabola with that slope and bend among points that are not negative."""
    at, rest = chances.copy(), slope.copy()
    for _ in range(_SWEEPS):
        moved = 0.0
        for place in range(len(at)):
            to = max(0.0, at[place] + rest[place] / bend[place, place])
            step = to - at[place]
            if step:
                at[place] = to
                rest -= step * bend[place]
                moved = max(moved, abs(step))
        if moved < _STILL:
            break
    return at


def _edge(far: Callable[[float], bool], inside: float, outside: float) -> float:
    for _ in range(14):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if far(middle) else (middle, outside)
    return (inside + outside) / 2
