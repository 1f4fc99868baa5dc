"""Claims about calls and histories: order, ties, identity of identifiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import Call, Identifier, history
from idgraph.errors import UsageError
from idgraph.notation import parse


def _call(**clocks: int | None) -> Call:
    return Call((Identifier("email", "a@example.com"),), **clocks)  # type: ignore[arg-type]


def test_number_and_text_are_different_identifiers() -> None:
    assert Identifier("external_id", "42", number=True) != Identifier("external_id", "42")
    assert Identifier("external_id", "42", number=True).value == 42
    assert Identifier("external_id", "42").value == "42"


def test_a_whole_number_of_any_size_is_exact() -> None:
    digits = str(2**64 + 1)
    assert Identifier("external_id", digits, number=True).value == 2**64 + 1


def test_arrival_outranks_departure_and_departure_the_claim() -> None:
    assert _call(received_at=3, sent_at=2, occurred_at=1).at == 3
    assert _call(sent_at=2, occurred_at=1).at == 2
    assert _call(occurred_at=1).clock == "occurred_at"
    assert _call(answered_at=9).at is None


def test_calls_are_ordered_by_their_best_clock_and_ties_keep_their_order() -> None:
    first, second, third = _call(sent_at=5), _call(received_at=2, sent_at=9), _call(sent_at=5)
    ordered = history([first, second, third])
    assert ordered.calls == (second, first, third)
    assert ordered.ties == ((2, 3),)


def test_a_call_without_a_clock_stays_behind_the_one_before_it_and_is_no_tie() -> None:
    late, bare, early = _call(sent_at=9), _call(), _call(sent_at=1)
    ordered = history([late, bare, early])
    assert ordered.calls == (early, late, bare)
    assert ordered.ties == ()
    assert ordered.clocks == {"sent_at": 2, "row order": 1}


@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=12))
def test_order_is_stable_and_loses_nothing(moments: list[int | None]) -> None:
    calls = [_call(sent_at=at) for at in moments]
    ordered = history(calls)
    assert sorted(map(id, ordered.calls)) == sorted(map(id, calls))
    known = [call for call in ordered if call.at is not None]
    assert known == sorted((c for c in calls if c.at is not None), key=lambda call: call.at or 0)


def test_one_event_delivered_twice_is_marked_and_kept() -> None:
    told = parse(
        "event=A event_id=1 email=a@b.example\nevent=B event_id=1 email=a@b.example\n"
        "event=A event_id=1 email=c@b.example\nemail=a@b.example\nemail=a@b.example"
    )
    assert told.duplicates == ((1, 3),)
    assert told.only([1, 2]).duplicates == ()
    assert len(told) == 5


def test_a_part_of_a_history_is_numbered_afresh_and_keeps_its_ties() -> None:
    whole = parse("email=a@example.com\nemail=b@example.com\n& email=c@example.com")
    part = whole.only([2, 3])
    assert [call.origin for call in part] == ["notation:2", "notation:3"]
    assert part.ties == ((1, 2),)
    assert whole.only([3]).ties == ()


def test_a_call_outside_the_history_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="calls 1 to 1"):
        parse("email=a@example.com").call(2)


def test_the_table_has_one_row_a_call_and_no_column_of_a_key_that_nobody_sent() -> None:
    table = parse("external_id:=7 email=a@example.com\nemail=b@example.com").table()
    assert list(table.index) == [1, 2]
    assert table.loc[1, "external_id"] == 7
    assert table.loc[2, "external_id"] is None
    assert "phone_number" not in table
    assert str(table["at"].dt.tz) == "UTC"


def test_an_empty_history_has_a_table_and_a_repr() -> None:
    assert len(history([]).table()) == 0
    assert repr(history([])) == "<History: 0 calls, 0 ties>"


def test_a_repr_never_shows_a_value() -> None:
    assert "example.com" not in repr(parse("email=a@example.com"))
