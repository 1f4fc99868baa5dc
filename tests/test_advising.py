"""Claims about advice: one change at a call site, and what it does to everybody."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from idgraph.advising import Advice, Repairs, Site, advice_sentence, repair
from idgraph.calls import Call, History
from idgraph.notation import parse
from idgraph.replays import replay

TWO = """
server  event=Order external_id=a1 email=ann@e.example
server  event=Order external_id=a1 email=ann.new@e.example
browser event=View email=ann@e.example
server  event=Order external_id=b1 email=ben@e.example
server  event=Order external_id=b1 email=ben.new@e.example
browser event=View email=ben@e.example
"""


def _repairs(text: str) -> Repairs:
    return repair(replay(parse(text)))


def _first(text: str) -> Advice:
    return _repairs(text).advice[0]


def test_one_line_of_advice_covers_the_calls_of_a_site_and_the_persons_that_they_split() -> None:
    advice = _first(TWO)
    assert advice.site == Site("browser", "", "View")
    assert (advice.kind, advice.key, advice.calls) == ("replace", "email", (3, 6))
    assert len(advice.effect.cures) == 2
    assert (advice.effect.harms, advice.effect.joins) == ((), 0)
    assert advice.verified


def test_each_person_has_its_own_repair_too() -> None:
    found = _repairs(TWO)
    assert [person.repair is not None for person in found.persons] == [True, True]
    assert found.table().iloc[0]["cures"] == 2


def test_a_change_at_a_site_that_puts_two_persons_on_one_profile_says_so() -> None:
    found = _repairs(
        "person=q form email=y@e.example\n"
        "person=q form external_id=b\n"
        "person=p form external_id=a\n"
        "person=p browser event=View external_id=b email=y@e.example phone_number=+1501"
    )
    joining = [one for one in found.advice if one.effect.joins]
    assert [(one.site.channel, one.key, one.calls) for one in joining] == [("form", "email", (3,))]
    assert found.advice[-1] == joining[0]


def test_a_change_at_a_site_that_splits_somebody_else_says_whom() -> None:
    found = _repairs(
        "person=p form phone_number=+1501\n"
        "person=q browser event=View phone_number=+1501\n"
        "person=p server event=Order external_id=a phone_number=+1500\n"
        "person=q server event=Order phone_number=+1501\n"
        "person=p form email=y@e.example"
    )
    harming = [one for one in found.advice if one.effect.harms]
    assert [(one.site.channel, one.effect.harms) for one in harming] == [("form", ("q",))]


def test_changes_that_need_each_other_are_tried_together() -> None:
    found = _repairs(
        "server  event=Order external_id=a1 email=ann@e.example\n"
        "server  event=Order external_id=a1 email=ann.new@e.example\n"
        "browser event=View email=ann@e.example\n"
        "browser event=Cart email=ann@e.example"
    )
    assert [one.effect.cures for one in found.advice] == [(), ()]
    assert len(found.together.cures) == 1


def test_waiting_is_advice_that_was_verified_person_by_person() -> None:
    text = "server event=Order external_id=b1 email=b@e.example\n& form email=b@e.example"
    told = replay(parse(text), assume={"at-once": "unseen"})
    (advice,) = repair(told).advice
    assert (advice.kind, advice.verified, advice.key) == ("wait", False, None)
    assert advice.site.channel == "form"


def test_a_history_without_a_split_needs_no_advice() -> None:
    found = _repairs("external_id=b1 email=b@e.example\nemail=b@e.example")
    assert found.advice == ()
    assert "0 of 0" in repr(found)


def test_sentences_hold_no_value() -> None:
    found = _repairs(TWO)
    for one in found.advice:
        sentence = advice_sentence(found.diagnosis.replay, one)
        assert "e.example" not in sentence
        assert sentence.endswith(".")


_CALL = st.fixed_dictionaries(
    {"channel": st.sampled_from(["server", "browser"]), "person": st.sampled_from(["p", "q"])},
    optional={
        "external_id": st.sampled_from(["a", "b"]),
        "email": st.sampled_from(["x@e.example", "y@e.example"]),
    },
).filter(lambda call: len(call) > 2)


def _history(calls: list[dict[str, str]]) -> History:
    lines = (
        " ".join((call["channel"], *(f"{k}={v}" for k, v in call.items() if k != "channel")))
        for call in calls
    )
    return parse("\n".join(lines))


def _count(history: History, person: str) -> int:
    told = replay(history)
    return len({s.profile for s in told if s.call.person == person and s.profile})


@given(st.lists(_CALL, min_size=2, max_size=7))
def test_what_advice_cures_is_whole_when_every_call_of_the_site_is_changed(
    calls: list[dict[str, str]],
) -> None:
    told = _history(calls)
    for advice in repair(replay(told)).advice:
        if not advice.verified or advice.kind != "drop":
            continue
        changed: list[Call] = [
            call.without(advice.key or "") if number in advice.calls else call
            for number, call in enumerate(told, 1)
        ]
        edited = replace(told, calls=tuple(changed))
        assert all(_count(edited, person) == 1 for person in advice.effect.cures)
        assert all(_count(edited, name) > _count(told, name) for name in advice.effect.harms)
