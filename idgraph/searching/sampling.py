"""How likely calls split under a model of their timing, by drawing moments: an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from idgraph.searching.landings import Walk

if TYPE_CHECKING:
    import numpy as np

MODEL = (
    "each call takes effect at a moment drawn uniformly from its interval, independently of the "
    "others"
)
"""The model of timing: nobody knows it to hold, and under another one the share is another."""
_CONFIDENCE = 1.959963984540054
"""The normal quantile for 95 %."""


@dataclass(frozen=True, slots=True)
class Probability:
    """How likely calls split, if `model` holds.

    `share` is that of the `draws` that split, `low` and `high` are its Wilson interval (95 %).
    """

    share: float
    low: float
    high: float
    draws: int
    seed: int
    model: str = MODEL


def probability(walk: Walk, draws: int, seed: int) -> Probability:
    """Draw the moments of effects, and return how many of the draws split.

    The same seed gives the same draws. At moments that are equal, calls come as recorded.
    """
    import numpy as np

    system = walk.system
    recorded = list(system.in_order)
    base = min((span.lo for span in system.spans), default=0)
    los = np.array([system.spans[place].lo - base for place in recorded], dtype=np.float64)
    his = np.array([system.spans[place].hi - base for place in recorded], dtype=np.float64)
    moments = np.random.default_rng(seed).uniform(los, his, size=(draws, len(recorded)))
    places = np.array(recorded, dtype=np.int64)[np.argsort(moments, axis=1, kind="stable")]
    ends = np.full(draws, walk.start, dtype=np.int64)
    for column in range(len(recorded)):
        ends = _next(walk, ends, places[:, column])
    split = sum(int((ends == end).sum()) for end in np.unique(ends) if walk.split(int(end)))
    return Probability(split / draws, *wilson(split, draws), draws, seed)


def _next(
    walk: Walk, configurations: np.typing.NDArray[np.int64], places: np.typing.NDArray[np.int64]
) -> np.typing.NDArray[np.int64]:
    """What one call of each draw makes of the configuration of the draw."""
    import numpy as np

    count = len(walk.system)
    pairs, back = np.unique(configurations * count + places, return_inverse=True)
    after = [walk.next(*divmod(int(pair), count)) for pair in pairs]
    return np.array(after, dtype=np.int64)[back]


def wilson(found: int, of: int) -> tuple[float, float]:
    """Return the Wilson interval (95 %) of a share.

    >>> [round(end, 3) for end in wilson(5, 10)]
    [0.237, 0.763]
    """
    square = _CONFIDENCE**2
    share = found / of
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    # Exact at the ends, where the two terms cancel but for rounding.
    low = middle - _CONFIDENCE * half if found else 0.0
    high = middle + _CONFIDENCE * half if found < of else 1.0
    return low, high
