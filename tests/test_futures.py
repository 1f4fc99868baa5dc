"""Claims about what if: an edited history, replayed and compared with the one that was."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph import persons
from idgraph.calls import Call
from idgraph.calls import history as in_time
from idgraph.errors import AssumptionError, UsageError
from idgraph.futures import Future, side_effects, what_if
from idgraph.notation import parse
from idgraph.replays import Replay, replay

BETTY = """
    # Betty, as it broke
    server  external_id=b1 email=old@example.com person=betty
    +1d server  external_id=b1 email=new@example.com person=betty
    +4s browser email=new@example.com person=betty
    +4s form    email=old@example.com person=betty
    server external_id=c1 email=carl@example.com person=carl
"""
NEW = {"email": "new@example.com"}


def betty() -> Replay:
    return replay(parse(BETTY))


def counts(future: Future) -> dict[str, tuple[int, int]]:
    return {row.person: (len(row.before), len(row.after)) for row in future.persons}


def test_a_call_that_sends_what_the_profile_holds_does_not_split() -> None:
    future = what_if(betty(), put={4: NEW})
    assert [(row.call, row.was, row.then) for row in future.changed] == [
        (4, "made P2 with `$email`", "found P1 by `$email`")
    ]
    assert counts(future) == {"betty": (2, 1), "carl": (1, 1)}
    assert [split.call for split in future.healed] == [4]
    assert future.appeared == ()


def test_a_profile_that_only_has_another_name_is_no_change() -> None:
    future = what_if(betty(), put={4: NEW})
    assert future.base.step(5).profile != future.replay.step(5).profile
    assert 5 not in [row.call for row in future.changed]


def test_a_key_of_none_is_not_sent_and_a_number_stays_a_number() -> None:
    edited = what_if(betty(), put={4: {"email": None, "external_id": 42}}).replay.history.call(4)
    assert [(i.key, i.value) for i in edited.identifiers] == [("external_id", 42)]


def test_a_call_just_before_another_takes_its_instant_and_ties_with_nobody() -> None:
    future = what_if(betty(), before={4: 2})
    assert future.numbers == (1, 4, 2, 3, 5)
    assert future.replay.history.call(2).at == future.base.history.call(2).at
    assert future.replay.history.ties == ()
    assert counts(future)["betty"] == (2, 1)


def test_a_delay_moves_all_clocks_and_the_order_follows() -> None:
    base = replay(parse("email=a@example.com took=300ms\n+1s external_id=a1 email=a@example.com"))
    future = what_if(base, delay={1: 2.5})
    call, was = future.replay.history.call(2), base.history.call(1)
    assert future.numbers == (2, 1)
    assert call.sent_at == (was.sent_at or 0) + 2_500_000
    assert call.answered_at == (was.answered_at or 0) + 2_500_000


def test_a_delay_to_the_instant_of_another_call_is_a_tie() -> None:
    assert what_if(betty(), delay={2: 4}).replay.history.ties == ((2, 3),)


def test_a_call_moved_in_between_ends_a_tie() -> None:
    base = replay(parse("email=a@example.com\n& email=b@example.com\n& email=c@example.com"))
    assert base.history.ties == ((1, 2, 3),)
    assert what_if(base, before={3: 2}).replay.history.ties == ()
    assert what_if(base, before={3: 1}).replay.history.ties == ((2, 3),)
    assert what_if(base, without=(2,)).replay.history.ties == ((1, 2),)


def test_old_numbers_name_the_calls_that_are_left() -> None:
    future = what_if(betty(), without=(1,))
    rows = {row.call: (row.now, row.then) for row in future.changed}
    assert rows == {1: (None, "left out"), 2: (1, "made P1 with `$id` and `$email`")}
    assert future.numbers == (2, 3, 4, 5)
    assert future.people_then.calls == {"betty": (1, 2, 3), "carl": (4,)}


def test_a_person_of_whom_no_call_is_left_has_no_profile() -> None:
    assert counts(what_if(betty(), without=(5,)))["carl"] == (1, 0)


def test_a_split_that_an_edit_brings_about_is_told() -> None:
    future = what_if(betty(), put={2: {"external_id": None}})
    assert [split.call for split in future.appeared] == [2]
    healed = what_if(betty(), put={5: {"external_id": "b1"}})
    assert healed.joined == (("betty", "carl"),)
    assert len(side_effects(healed, "betty", str)) == 1


def test_another_policy_and_an_assumption_are_edits() -> None:
    assert what_if(betty(), policy="klaviyo").replay.policy.name == "klaviyo"
    base = replay(parse("external_id=a email=x@example.com\nemail=X@example.com"))
    future = what_if(base, assume={"email-case": "different"})
    assert future.replay.assumptions == {"email-case": "different"}
    assert counts(future) == {"a": (1, 2)}
    assert not what_if(what_if(base, assume={"email-case": "different"}).replay).changed


def test_no_edit_renames_a_person() -> None:
    base = replay(parse("external_id=a email=x@example.com\nemail=x@example.com"))
    future = what_if(base, put={1: {"external_id": "z"}, 2: {"email": "y@example.com"}})
    assert counts(future) == {"a": (1, 2)}


def test_both_sides_go_by_the_rules() -> None:
    base = replay(parse("external_id=a email=x@example.com -> A\nemail=x@example.com -> B"))
    future = what_if(base)
    assert (future.observed, counts(future)) == ((2,), {"a": (1, 1)})
    assert not any(step.deviates for step in future.replay)


def test_a_refusal_was_the_answer_to_another_call() -> None:
    base = replay(parse("external_id=a email=x@example.com\nemail=y@example.com"))
    calls = tuple(base.history)
    refused = replace(calls[1], refused=True)
    told = replay(in_time([calls[0], refused]))
    assert told.step(2).refused
    assert not what_if(told, put={2: {"email": "x@example.com"}}).replay.step(2).refused
    assert what_if(told, put={2: {"email": "y@example.com"}}).replay.step(2).refused


@pytest.mark.parametrize(
    "edits",
    [
        {"put": {6: NEW}},
        {"put": {0: NEW}},
        {"put": {1: {"mail": "x"}}},
        {"put": {1: {"email": True}}},
        {"put": {1: {"email": 1.5}}},
        {"before": {1: 1}},
        {"before": {1: 9}},
        {"delay": {9: 1}},
        {"delay": {1: math.nan}},
        {"without": (6,)},
    ],
)
def test_an_edit_that_makes_no_sense_is_a_usage_error(edits: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as found:
        what_if(betty(), **edits)
    assert "example.com" not in str(found.value)


def test_a_call_without_a_clock_cannot_be_delayed() -> None:
    bare = in_time([Call(parse("email=a@example.com").call(1).identifiers)])
    with pytest.raises(UsageError, match="no clock"):
        what_if(replay(bare), delay={1: 1})
    assert not what_if(replay(bare), delay={1: 0}).changed


def test_an_outcome_that_a_rule_cannot_have_is_refused() -> None:
    with pytest.raises(AssumptionError):
        what_if(betty(), assume={"email-case": "perhaps"})


def test_a_future_says_what_it_is_without_a_value() -> None:
    future = what_if(betty(), put={4: NEW})
    assert repr(future) == (
        "<Future klaviyo-classic: 1 edit, 1 changed call; "
        "1 person with fewer profiles, 0 with more>"
    )
    assert list(future.table().index) == [4]
    bundle = future._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "1 profile instead of 2" in bundle["text/html"]
    assert "@example.com" not in bundle["text/html"]


# --- laws -----------------------------------------------------------------------------------------

_VALUES = {"external_id": ["a", "b"], "email": ["x@example.com", "y@example.com", "X@example.com"]}
_KEYS = {key: st.sampled_from(values) for key, values in _VALUES.items()}
_HISTORIES = st.lists(
    st.fixed_dictionaries({}, optional=_KEYS).filter(bool), min_size=1, max_size=7
).map(lambda lines: parse("\n".join(" ".join(f"{k}={v}" for k, v in one.items()) for one in lines)))
_POLICIES = st.sampled_from(["klaviyo-classic", "klaviyo-classic-late", "klaviyo"])


@given(_HISTORIES, _POLICIES)
def test_no_edits_change_nothing(history: Any, policy: str) -> None:
    base = replay(history, policy)
    future = what_if(base, put={}, before={}, delay={}, without=(), assume={})
    assert (future.replay, future.numbers) == (base, tuple(range(1, len(history) + 1)))
    assert (future.changed, future.appeared, future.healed, future.joined) == ((), (), (), ())
    assert all(row.before == row.after for row in future.persons)


@given(_HISTORIES, _POLICIES, st.data())
def test_an_edit_and_its_inverse_give_the_base_back(
    history: Any, policy: str, data: st.DataObject
) -> None:
    base = replay(history, policy)
    number = data.draw(st.integers(1, len(history)))
    key = data.draw(st.sampled_from(sorted(_VALUES)))
    was = history.call(number).get(key)
    value = data.draw(st.one_of(st.none(), _KEYS[key], st.integers()))
    there = what_if(base, put={number: {key: value}})
    back = what_if(there.replay, put={number: {key: was.text if was else None}})
    assert back.replay.steps == base.steps
    seconds = data.draw(st.integers(-600, 600))
    late = what_if(base, delay={number: seconds + 0.5})
    again = what_if(late.replay, delay={late.numbers.index(number) + 1: -seconds - 0.5})
    assert again.replay.history.calls == history.calls


@given(_HISTORIES, st.data())
def test_a_future_counts_profiles_and_splits_alike(history: Any, data: st.DataObject) -> None:
    numbers = st.integers(1, len(history))
    moves = data.draw(st.dictionaries(numbers, numbers, max_size=2))
    gone = data.draw(st.lists(numbers, max_size=2))
    before = {call: other for call, other in moves.items() if call != other}
    future = what_if(replay(history), before=before, without=gone)
    assert sorted((*future.numbers, *set(gone))) == list(range(1, len(history) + 1))
    assert set(persons.link(history)) == {row.person for row in future.persons}
    left = {row.person for row in future.persons if row.after}
    gained = len(future.appeared) - len(future.healed)
    lost = sum(len(r.before) - 1 for r in future.persons if r.before and r.person not in left)
    assert gained == sum(r.change for r in future.persons if r.person in left) - lost
