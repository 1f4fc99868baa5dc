"""The statistics of contrasts: against published numbers, exact enumerations and naive searches."""

from __future__ import annotations

from itertools import combinations
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from idgraph.contrasts import intervals, permuting, subgroups


def test_newcombe_gives_the_published_intervals() -> None:
    for (one, of, other, other_of), low, high in (
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((10, 10, 0, 20), 0.6791, 1.0),
    ):
        found = intervals.newcombe(one, of, other, other_of)
        assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


def test_katz_gives_the_published_interval_of_the_physicians_study() -> None:
    found = intervals.katz(189, 11034, 104, 11037)
    assert [round(n, 2) for n in (found.value, found.low, found.high)] == [1.82, 1.43, 2.31]


def test_mantel_haenszel_gives_the_published_ratio_of_the_diabetes_program() -> None:
    found = intervals.mantel_haenszel([(8, 106, 5, 120), (22, 98, 16, 85)])
    assert found is not None
    assert round(found.value, 2) == 1.33


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_one_stratum_is_the_plain_ratio(a: int, more: int, b: int, others: int) -> None:
    found = intervals.mantel_haenszel([(a, a + more, b, b + others)])
    n, m = a + more, b + others
    half = 1.959963984540054 * sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    ratio = (a / n) / (b / m)
    assert found is not None
    assert found.value == pytest.approx(ratio)
    assert found.low == pytest.approx(exp(log(ratio) - half))
    assert found.high == pytest.approx(exp(log(ratio) + half))


def test_strata_that_cannot_tell_are_none() -> None:
    assert intervals.mantel_haenszel([(5, 5, 0, 0)]) is None
    assert intervals.mantel_haenszel([(0, 5, 0, 5)]) is None


def test_chances_are_those_of_all_ways_to_deal_the_groups() -> None:
    matrix = np.array([[1, 0], [1, 1], [1, 0], [0, 1], [0, 1], [0, 0], [0, 1]], dtype=np.float32)
    bad = np.array([1, 1, 1, 0, 0, 0, 0], dtype=np.bool_)
    ways = [
        np.isin(np.arange(7), group)[np.newaxis, :].astype(np.float32)
        for group in combinations(range(7), 3)
    ]
    best = [permuting.scores(matrix, way)[0].max() for way in ways]
    real = permuting.scores(matrix, bad[np.newaxis, :].astype(np.float32))[0]
    exact = [sum(one >= score - 1e-9 for one in best) / len(best) for score in real]
    found = permuting.chances(matrix, bad, permutations=1000, seed=(1, 1))
    assert found.tolist() == pytest.approx(exact, abs=0.03)


def test_given_one_stratum_is_the_exact_test_of_fisher() -> None:
    # The lady tasting tea: 3 of 4 right has a chance of 17 in 70.
    assert permuting.given([(3, 4, 1, 4)], seed=(0,)) == pytest.approx(17 / 70, abs=0.02)


def test_halves_hold_as_many_of_either_group() -> None:
    bad = np.array([True] * 11 + [False] * 30)
    first = permuting.halves(bad, seed=(0, 0))
    assert (int((first & bad).sum()), int((first & ~bad).sum())) == (6, 15)


@given(st.integers(0, 10_000))
@example(333)
def test_conjunctions_are_those_of_a_naive_search(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = (rng.random((40, 5)) < 0.6).astype(np.float32)
    bad = (matrix[:, 0] * matrix[:, 1] > 0) ^ (rng.random(40) < 0.2)
    assert set(subgroups.mined(matrix, bad)) == naive(matrix.astype(int).tolist(), bad.tolist())


def naive(rows: list[list[int]], bad: list[bool]) -> set[tuple[int, ...]]:
    """Every set of two or three columns, counted row by row."""

    def risk(members: tuple[int, ...]) -> tuple[int, float]:
        hits = [hit for row, hit in zip(rows, bad, strict=True) if all(row[m] for m in members)]
        return len(hits), sum(hits) / len(hits) if hits else 0.0

    found = []
    for size in (2, 3):
        for members in combinations(range(len(rows[0])), size):
            held, rate = risk(members)
            parts = [p for n in range(1, size) for p in combinations(members, n)]
            known = [risk(p) for p in parts]
            beats = all(rate >= r + subgroups.MARGIN for n, r in known if n >= subgroups.FEWEST)
            lone = all(
                rate >= r + subgroups.MARGIN
                for p, (_, r) in zip(parts, known, strict=True)
                if len(p) == 1
            )
            if held >= subgroups.FEWEST and rate > sum(bad) / len(bad) and beats and lone:
                found.append((members, (rate - sum(bad) / len(bad)) * sqrt(held / len(bad))))
    found.sort(key=lambda one: (-one[1], one[0]))
    return {members for members, _ in found[: subgroups.MOST]}


def test_a_conjunction_is_found_that_no_single_feature_tells() -> None:
    rng = np.random.default_rng(0)
    matrix = (rng.random((400, 12)) < 0.5).astype(np.float32)
    bad = (matrix[:, 3] * matrix[:, 7] > 0) & (rng.random(400) < 0.95)
    assert subgroups.mined(matrix, bad)[0] == (3, 7)
    assert all(len(members) == 2 for members in subgroups.mined(matrix, bad)[:1])
