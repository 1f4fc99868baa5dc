"""Claims about instants: no zone is guessed, no bad time becomes a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.clocks import instant, iso, span


@pytest.mark.parametrize(
    "value",
    [
        1618560000,
        1618560000.0,
        "1618560000",
        1618560000000,
        "1618560000000",
        1618560000000000,
        1618560000000000000,
        "2021-04-16T08:00:00Z",
        "2021-04-16T10:00:00+02:00",
        " 2021-04-16 08:00:00+00:00 ",
    ],
)
def test_every_form_of_one_time_is_one_instant(value: object) -> None:
    assert instant(value) == 1618560000_000000


@pytest.mark.parametrize(
    "value", ["2021-04-16T08:00:00", "", "soon", None, True, [], "1e3", "10**9", "-", "9" * 30]
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert instant(value) is None


def test_fractions_of_a_second_are_kept_exactly() -> None:
    assert instant("1618560000.123456") == 1618560000_123456
    assert instant(1618560000.5) == 1618560000_500000


@given(st.integers(10**14, 4 * 10**15))
def test_iso_and_instant_are_inverse(exact: int) -> None:
    assert instant(iso(exact)) == exact


@pytest.mark.parametrize(
    ("micros", "words"),
    [
        (0, "0 ms"),
        (350_000, "350 ms"),
        (4_000_000, "4 s"),
        (3_600_000_000, "1 h"),
        (90_000_000, "1 min 30 s"),
        (2 * 86_400_000_000, "2 days"),
        (90_000_000_000, "1 day 1 h"),
    ],
)
def test_spans_read_well(micros: int, words: str) -> None:
    assert span(micros) == words
