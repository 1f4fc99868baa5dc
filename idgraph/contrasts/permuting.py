"""Whether the strongest of many features could be chance: groups dealt out anew, many times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from idgraph.contrasts.intervals import Stratum
from idgraph.progress import going

if TYPE_CHECKING:
    import numpy as np

    from idgraph.contrasts.tables import Flags, Matrix

    Scores = np.typing.NDArray[np.float64]

DRAWS = 9_999
"""So often groups are dealt out anew within strata."""
_BATCH = 250


def scores(matrix: Matrix, bad: Matrix) -> Scores:
    """Return how far each feature stands out in the bad group: a row each for rows of `bad`.

    The difference of the two shares over its standard error if there were none (pooled). A feature
    that everybody shows, or nobody, scores 0.
    """
    import numpy as np

    size = matrix.shape[0]
    many = bad.sum(axis=1, keepdims=True).astype(np.float64)
    held = matrix.sum(axis=0, dtype=np.float64)
    inside = (bad @ matrix).astype(np.float64)
    rate = held / size
    error = np.sqrt(rate * (1 - rate) * (1 / many + 1 / (size - many)))
    differ = inside / many - (held - inside) / (size - many)
    found: Scores = np.divide(differ, error, out=np.zeros_like(differ), where=error > 0)
    return found


def chances(matrix: Matrix, bad: Flags, *, permutations: int, seed: Sequence[int]) -> Scores:
    """Return for each feature how likely the best of all is at least so good by chance.

    The one-sided p of the largest statistic over permutations of the groups: P. H. Westfall and
    S. S. Young, Resampling-based multiple testing, Wiley 1993. It holds the share of analyses that
    find anything where there is nothing, however the features hang together. The smallest that can
    come out is 1 / (permutations + 1).
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    told = bad.astype(np.float32)
    real = scores(matrix, told[np.newaxis, :])[0]
    best = np.empty(permutations)
    with going(range(0, permutations, _BATCH), "dealing groups", unit="batches") as starts:
        for start in starts:
            count = min(_BATCH, permutations - start)
            dealt = rng.permuted(np.tile(told, (count, 1)), axis=1)
            best[start : start + count] = scores(matrix, dealt).max(axis=1)
    # Sums of the same numbers in another order differ in their last digits.
    above = (best[:, np.newaxis] >= real - 1e-9).sum(axis=0)
    return np.asarray((above + 1) / (permutations + 1), dtype=np.float64)


def given(strata: Iterable[Stratum], *, seed: Sequence[int]) -> float:
    """Return how likely chance alone gives so many duplicated persons the feature, given strata.

    One-sided, over groups dealt out anew within each stratum (Fisher's test, with strata). Where a
    stratum holds next to no correct person the interval of a ratio is far too short; this is not.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    real, dealt = 0, np.zeros(DRAWS, dtype=np.int64)
    for hit, held, other_hit, other in strata:
        bad, every = hit + other_hit, held + other
        real += hit
        dealt += rng.hypergeometric(bad, every - bad, held, size=DRAWS)
    return (int((dealt >= real).sum()) + 1) / (DRAWS + 1)


def halves(bad: Flags, *, seed: Sequence[int]) -> Flags:
    """Return which persons are in the first half, of either group as many as in the second."""
    import numpy as np

    rng = np.random.default_rng(seed)
    first = np.zeros(len(bad), dtype=np.bool_)
    for group in (bad, ~bad):
        places = rng.permutation(np.flatnonzero(group))
        first[places[: (len(places) + 1) // 2]] = True
    return first
