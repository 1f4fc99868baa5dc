"""The smallest conjunctions of features that separate the groups: all of up to three are tried."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from idgraph.contrasts.tables import Flags, Matrix

LARGEST = 3
FEWEST = 8
"""So many persons of the half that is searched must show a conjunction."""
MARGIN = 0.1
"""By so much must the share of duplicated persons rise above that of every smaller conjunction;
otherwise what is found is a feature with something beside it."""
MOST = 10

Members = tuple[int, ...]
"""The places of the columns of a conjunction, in order."""


def mined(matrix: Matrix, bad: Flags) -> tuple[Members, ...]:
    """Return the conjunctions of two and three columns that stand out, best first.

    They are ranked by how much more often their persons are duplicated than all are, times the root
    of the share of persons that they cover. Exhaustive: 100 columns have 161,700 of three.
    """
    told = bad.astype(matrix.dtype)
    base = float(told.mean())
    risks: dict[Members, float] = {}
    for place, (held, hit) in enumerate(
        zip(matrix.sum(axis=0), told @ matrix, strict=True),
    ):
        # Divided in full precision: a margin met exactly must not hang on how a column is kept.
        risks[(place,)] = float(hit) / float(held) if held else 0.0
    found: list[tuple[float, Members]] = []
    for members, held, hit in _counted(matrix, told):
        risk = hit / held
        risks[members] = risk
        below = (part for size in (1, 2) for part in combinations(members, size) if part != members)
        if risk > base and all(risk >= risks.get(part, 0.0) + MARGIN for part in below):
            found.append((-(risk - base) * (held / len(bad)) ** 0.5, members))
    found.sort()
    return tuple(members for _, members in found[:MOST])


def conjoined(matrix: Matrix, members: Members) -> Matrix:
    """Return the column of a conjunction."""
    import numpy as np

    return np.asarray(matrix[:, list(members)].min(axis=1), dtype=matrix.dtype)


def _counted(matrix: Matrix, told: Matrix) -> Iterator[tuple[Members, float, float]]:
    """Go through the conjunctions that enough persons show: how many do, how many are bad."""
    import numpy as np

    width = matrix.shape[1]
    pairs: dict[Members, np.typing.NDArray[np.float32]] = {}
    for one in range(width):
        both = matrix[:, one : one + 1] * matrix[:, one + 1 :]
        held, hit = both.sum(axis=0), told @ both
        for place in np.flatnonzero(held >= FEWEST):
            members = (one, one + 1 + int(place))
            pairs[members] = both[:, place]
            yield members, float(held[place]), float(hit[place])
    for (one, other), column in pairs.items():
        rest = matrix[:, other + 1 :]
        held, hit = column @ rest, (column * told) @ rest
        # A third feature that all of the pair show makes the same subgroup with more words.
        telling = (held >= FEWEST) & (held < column.sum())
        for place in np.flatnonzero(telling):
            third = other + 1 + int(place)
            yield (one, other, third), float(held[place]), float(hit[place])
