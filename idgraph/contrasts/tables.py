"""Who shows what: the persons of both groups against the features worth a look, as one matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from idgraph.contrasts import circumstances, gaps, mechanisms
from idgraph.contrasts.cases import Case
from idgraph.contrasts.features import Feature, Hold
from idgraph.progress import going

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.typing.NDArray[np.float32]
    Flags = np.typing.NDArray[np.bool_]

FEWEST = 5
"""So many persons must show a feature, and so many must not, for it to be looked at."""
MOST = 80
"""So many circumstances are looked at, those that most evenly divide the persons first."""
ALIKE = 0.95
"""Features whose persons overlap so far (Jaccard) are one: nothing here could tell them apart."""
TERTILES = 3

_Place = int
"""Of a case among the cases, from 0."""


@dataclass(frozen=True)
class Column:
    """A feature, the features that nearly the same persons show, and where it holds by person."""

    feature: Feature
    alike: tuple[Feature, ...]
    holds: dict[_Place, tuple[Hold, ...]]


@dataclass(frozen=True)
class Sheet:
    """The persons, one a row, against the features, one a column; all outcome-blind.

    `tried` is how many features were described, those that are shown by too few or by nearly all,
    and those alike, among them. `thirds` says in which third by number of calls a person is.
    """

    cases: tuple[Case, ...]
    columns: tuple[Column, ...]
    matrix: Matrix
    bad: Flags
    thirds: tuple[int, ...]
    tried: int


def sheet(cases: Sequence[Case]) -> Sheet:
    """Describe the persons by what their calls show, and never by what became of them."""
    import numpy as np

    cuts = _cuts([len(case.numbers) for case in cases])
    found = _described(cases, cuts)
    kept = _worth(found, len(cases))
    columns = tuple(_grouped([Column(one, (), _fixed(found[one])) for one in kept]))
    matrix = np.zeros((len(cases), len(columns)), dtype=np.float32)
    for place, column in enumerate(columns):
        matrix[list(column.holds), place] = 1
    thirds = tuple(sum(len(case.numbers) >= cut for cut in cuts) for case in cases)
    bad = np.array([case.bad for case in cases], dtype=np.bool_)
    return Sheet(tuple(cases), columns, matrix, bad, thirds, len(found))


_Found = defaultdict[Feature, defaultdict[_Place, list[Hold]]]


def _described(cases: Sequence[Case], cuts: Iterable[int]) -> _Found:
    found: _Found = defaultdict(lambda: defaultdict(list))
    lengths = tuple(cuts)
    with going(cases, "describing", unit="persons") as told:
        for place, case in enumerate(told):
            for feature, hold in _holds(case, lengths):
                found[feature][place].append(hold)
    return found


def _holds(case: Case, cuts: Iterable[int]) -> Iterator[tuple[Feature, Hold]]:
    for source in (mechanisms, gaps, circumstances):
        yield from source.found(case)
    for cut in cuts:
        if len(case.numbers) >= cut:
            yield circumstances.calls_feature(cut), Hold(case.numbers[-1])


def _cuts(lengths: list[int]) -> tuple[int, ...]:
    """From which number of calls on a person is in the second and in the third third."""
    ranked = sorted(lengths)
    cuts = (ranked[len(ranked) * part // TERTILES] for part in range(1, TERTILES))
    return tuple(sorted({cut for cut in cuts if cut > ranked[0]}))


def _worth(found: _Found, of: int) -> list[Feature]:
    """The features that enough persons show and enough do not, in the order of rank and code."""
    able = [one for one in found if FEWEST <= len(found[one]) <= of - FEWEST]
    ranked = sorted(able, key=lambda one: (one.rank, one.code))
    bare = [one for one in ranked if one.kind == "circumstance"]
    even = sorted(bare, key=lambda one: (abs(2 * len(found[one]) - of), one.rank, one.code))
    chosen = set(even[:MOST])
    return [one for one in ranked if one.kind == "mechanism" or one in chosen]


def _fixed(places: defaultdict[_Place, list[Hold]]) -> dict[_Place, tuple[Hold, ...]]:
    return {place: tuple(holds) for place, holds in places.items()}


def _grouped(columns: Iterable[Column]) -> Iterator[Column]:
    """Put features that nearly the same persons show under the one nearest to a look-up."""
    heads: list[tuple[Column, list[Feature]]] = []
    for column in columns:
        mine = column.holds.keys()
        for head, alike in heads:
            both = len(mine & head.holds.keys())
            if both >= ALIKE * (len(mine) + len(head.holds) - both):
                alike.append(column.feature)
                break
        else:
            heads.append((column, []))
    for head, alike in heads:
        yield Column(head.feature, tuple(alike), head.holds)
