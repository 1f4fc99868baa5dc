"""Claims about replays: what each call comes to, by which rule, and what was assumed."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph import policy as policies
from idgraph.calls import History, Identifier, Key, history
from idgraph.errors import UsageError
from idgraph.notation import parse
from idgraph.replays import Replay, replay
from idgraph.steps import Step

E1, E2 = "email=e1@example.com", "email=e2@example.com"
_ROW = ', says = "s", source = "s", evidence = "documented"},\n'
MANY = (
    'name = "many"\ntitle = "t"\nsays = "s"\n'
    'class = [{code = "all", says = "s"}]\n'
    'source = [{code = "s", title = "t", date = "2026-01-01"}]\n'
    'key = [{key = "external_id", label = "id", holds = "one"},\n'
    '{key = "email", label = "email", holds = "many"}]\n'
    f'match = [{{code = "m1", key = "external_id"{_ROW}{{code = "m2", key = "email"{_ROW}]\n'
    f'miss = [{{code = "c", case = "nobody", outcome = "create"{_ROW}'
    f'{{code = "i", case = "no-key", outcome = "ignore"{_ROW}'
    f'{{code = "r", case = "refused", outcome = "refuse"{_ROW}'
    f'{{code = "q", case = "asked", outcome = "read"{_ROW}]\n'
    "write = [\n"
    f'{{code = "w1", key = "external_id", case = "absent", outcome = "set"{_ROW}'
    f'{{code = "w2", key = "external_id", case = "different", outcome = "refuse"{_ROW}'
    f'{{code = "w3", key = "external_id", case = "taken", outcome = "refuse"{_ROW}'
    f'{{code = "w4", key = "email", case = "absent", outcome = "set"{_ROW}'
    f'{{code = "w5", key = "email", case = "different", outcome = "set"{_ROW}'
    f'{{code = "w6", key = "email", case = "taken", outcome = "set"{_ROW}]\n'
)


def _last(text: str, **assume: str) -> Step:
    outcomes = {code.replace("_", "-"): outcome for code, outcome in assume.items()}
    return replay(parse(text), assume=outcomes).steps[-1]


def test_email_only_call_after_id_only_call_creates_a_profile() -> None:
    step = _last(f"external_id=b1\n{E1}")
    assert (step.matched, step.created, step.profile) == (None, True, "P2")
    assert step.rule == "create-profile"


def test_with_several_matches_the_higher_key_wins_and_the_email_stays_with_its_holder() -> None:
    step = _last(f"external_id=b1\n{E1}\nexternal_id=b1 {E1}")
    assert step.matched == "external_id"
    assert dict(step.candidates) == {"external_id": "P1", "email": "P2"}
    assert step.changed == ()
    assert [(kept.rule, kept.holder) for kept in step.kept] == [("taken-email", "P2")]
    assert step.assumed == ("taken-email",)


def test_a_taken_email_moves_where_it_is_assumed_to_be_set() -> None:
    text = f"external_id=b1\n{E1}\nexternal_id=b1 {E1}\n{E1}"
    told = replay(parse(text), assume={"taken-email": "set"})
    assert told.step(3).changed[0].taken_from == "P2"
    assert told.step(4).profile == "P1"
    assert dict(told.held("P2", 4)) == {}
    assert "email" in told.held("P2", 3)


def test_a_call_that_was_answered_with_a_refusal_changes_nothing() -> None:
    one, other, third = parse(f"external_id=b1 {E1}\nexternal_id=b1 {E2}\n{E2}")
    told = replay(history([one, dataclasses.replace(other, refused=True, owner="X"), third]))
    step = told.step(2)
    assert (step.refused, step.landed, step.rule) == (True, None, "answered-refusal")
    assert told.step(3).created


def test_a_look_up_finds_a_profile_and_writes_nothing() -> None:
    made, asked, vain, later = parse(f"external_id=b1 {E1}\nexternal_id=b2 {E1}\n{E2}\n{E2}")
    asking = [dataclasses.replace(call, reads=True) for call in (asked, vain)]
    told = replay(history([made, *asking, later]))
    assert [step.profile for step in told] == ["P1", "P1", None, "P2"]
    assert [step.rule for step in told][1:3] == ["match-email", "look-up-in-vain"]
    assert told.step(2).changed == told.step(3).changed == ()
    assert told.step(4).created


def test_a_refused_call_changes_nothing_and_lands_nowhere() -> None:
    policy = policies.parse(MANY, where="many")
    told = replay(parse(f"external_id=b1 {E1}\nexternal_id=b2 {E1}\nexternal_id=b2"), policy)
    step = told.step(2)
    assert (step.refused, step.profile, step.landed, step.rule) == (True, None, None, "w2")
    assert told.step(3).created


def test_with_many_values_a_replaced_email_still_finds_its_profile() -> None:
    policy = policies.parse(MANY, where="many")
    told = replay(parse(f"external_id=b1 {E1}\nexternal_id=b1 {E2}\n{E1}\n{E2}"), policy)
    assert [step.profile for step in told] == ["P1"] * 4
    assert told.tenures(Identifier("email", "e1@example.com"))[0].until is None


def test_a_call_without_a_known_key_is_filed_nowhere() -> None:
    step = _last("_kx=abc")
    assert (step.profile, step.refused, step.rule) == (None, False, "no-known-key")
    assert step.assumed == ("no-known-key",)


def test_phone_finds_a_profile_last_and_is_marked_as_assumed() -> None:
    step = _last("phone_number=+15005550006\nphone_number='+1 500 555 0006'")
    assert (step.matched, step.profile, step.assumed) == ("phone_number", "P1", ("match-phone",))


def test_a_match_that_rests_on_folded_case_says_so() -> None:
    step = _last("email=Betty@Example.com\nemail=betty@example.com")
    assert (step.profile, step.assumed) == ("P1", ("email-case",))
    assert _last("email=Betty@Example.com\nemail=betty@example.com", email_case="different").created


def test_a_creation_that_rests_on_unfolded_blanks_says_so() -> None:
    step = _last("email=betty@example.com\nemail=' betty@example.com'")
    assert (step.profile, step.assumed) == ("P2", ("email-blanks",))


def test_a_spelling_that_decides_nothing_is_not_marked() -> None:
    step = _last(
        "external_id=b1 email=betty@example.com\nexternal_id=b1 email='betty@example.com '"
    )
    assert step.matched == "external_id"
    assert "email-blanks" not in step.assumed


def test_calls_at_once_see_each_other_unless_assumed_otherwise() -> None:
    text = f"server external_id=b1 {E1}\n& form {E1}"
    assert _last(text).profile == "P1"
    assert _last(text).assumed == ("at-once",)
    unseen = _last(text, at_once="unseen")
    assert (unseen.profile, unseen.assumed) == ("P2", ("at-once", "taken-email"))


def test_a_value_is_kept_in_the_spelling_of_its_writer() -> None:
    step = _last("email=Betty@Example.com\nexternal_id=b1 email=betty@example.com")
    assert step.after["email"].text == "Betty@Example.com"


def test_who_held_a_value_and_when_is_known() -> None:
    told = replay(parse(f"external_id=b1 {E1}\nexternal_id=b1 {E2}\n{E1}"))
    tenures = told.tenures(Identifier("email", "e1@example.com"))
    assert [(t.profile, t.since, t.until) for t in tenures] == [("P1", 1, 2), ("P2", 3, None)]
    assert told.tenures(Identifier("email", "nobody@example.com")) == ()


def test_an_observation_elsewhere_makes_a_profile_of_its_own() -> None:
    told = replay(parse(f"external_id=b1 {E1} -> A\n{E1} -> B\n{E1} -> A\n{E1}"))
    assert [step.landed for step in told] == ["P1", "O1", "P1", "P1"]
    assert [step.deviates for step in told] == [False, True, False, False]
    assert [(p.name, p.created_by, p.calls) for p in told.profiles()] == [
        ("P1", 1, (1, 3, 4)),
        ("O1", None, (2,)),
    ]


def test_one_observed_profile_for_two_of_the_rules_is_no_second_landing() -> None:
    told = replay(parse(f"external_id=b1 -> A\n{E1} -> A"))
    assert [(step.profile, step.landed) for step in told] == [("P1", "P1"), ("P2", "P1")]


def test_a_step_outside_the_history_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        replay(parse(E1)).step(9)


def test_the_table_and_the_repr_hold_no_value() -> None:
    told = replay(parse(f"external_id=b1 {E1}\n{E2}"))
    assert list(told.table()["matched_key"]) == [None, None]
    assert "example.com" not in repr(told)
    assert len(replay(parse("")).table()) == 0


# --- laws, against a naive oracle that shares no code with the rules

_VALUES = {
    "external_id": ["b1", "b2"],
    "email": ["e1@example.com", "e2@example.com", "e3@example.com"],
    "phone_number": ["+15005550001", "+15005550002"],
}
_LINES = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(values) for key, values in _VALUES.items()}
).filter(bool)


def _oracle(calls: list[dict[str, str]]) -> list[tuple[str | None, int, dict[str, str]]]:
    """The classic rules as a person would write them down: a list of dictionaries."""
    profiles: list[dict[str, str]] = []
    told = []
    for call in calls:
        hit: tuple[str | None, int] = (None, -1)
        for key in ("external_id", "email", "phone_number"):
            for number, profile in enumerate(profiles):
                if hit[0] is None and key in call and profile.get(key) == call[key]:
                    hit = (key, number)
        key_hit, number = hit
        if key_hit is None:
            profiles.append(dict(call))
            number = len(profiles) - 1
        else:
            for key, value in call.items():
                taken = any(p.get(key) == value for i, p in enumerate(profiles) if i != number)
                if not taken:
                    profiles[number][key] = value
        told.append((key_hit, number, dict(profiles[number])))
    return told


def _history(calls: list[dict[str, str]]) -> History:
    return parse("\n".join(" ".join(f"{k}={v}" for k, v in call.items()) for call in calls))


@given(st.lists(_LINES, max_size=10))
def test_a_replay_agrees_with_the_naive_oracle(calls: list[dict[str, str]]) -> None:
    told = replay(_history(calls))
    found = [
        (
            step.matched,
            int((step.profile or "P0")[1:]) - 1,
            {k: i.text for k, i in step.after.items()},
        )
        for step in told
    ]
    assert found == _oracle(calls)


@given(st.lists(_LINES, max_size=10), st.integers(0, 10))
def test_the_replay_of_a_prefix_is_a_prefix_of_the_replay(
    calls: list[dict[str, str]], length: int
) -> None:
    whole, part = replay(_history(calls)), replay(_history(calls[:length]))
    assert _outcomes(part) == _outcomes(whole)[: len(part)]


@given(st.lists(_LINES, max_size=10))
def test_what_a_profile_holds_is_the_sum_of_the_changes(calls: list[dict[str, str]]) -> None:
    told = replay(_history(calls))
    for step in told:
        if step.profile:
            assert told.held(step.profile, step.number) == step.before
            assert told.held(step.profile, step.number + 1) == step.after


@given(st.lists(_LINES, max_size=10))
def test_each_identifier_has_at_most_one_holder_at_a_time(calls: list[dict[str, str]]) -> None:
    told = replay(_history(calls))
    for key, values in _VALUES.items():
        for value in values:
            tenures = told.tenures(Identifier(key, value))
            ends = [tenure.until for tenure in tenures]
            assert all(
                end is not None and end <= later.since
                for end, later in zip(ends, tenures[1:], strict=False)
            )


@given(st.lists(_LINES, min_size=1, max_size=10), st.data())
def test_a_related_part_replays_as_in_the_whole(
    calls: list[dict[str, str]], data: st.DataObject
) -> None:
    whole = replay(_history(calls))
    chosen = data.draw(st.integers(1, len(calls)))
    numbers = whole.related([chosen])
    part = replay(whole.history.only(numbers))
    assert chosen in numbers
    assert [step.matched for step in part] == [whole.step(n).matched for n in numbers]
    assert [step.created for step in part] == [whole.step(n).created for n in numbers]


def _outcomes(told: Replay) -> list[tuple[Key | None, str | None, str, tuple[str, ...]]]:
    return [(step.matched, step.profile, step.rule, step.assumed) for step in told]
