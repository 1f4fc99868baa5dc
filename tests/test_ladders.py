"""Claims about the ladder: why a call did not go to a profile, and the smallest thing missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.errors import UsageError
from idgraph.ladders import WhyNot
from idgraph.notation import parse
from idgraph.replays import replay

UPDATED = """
server  external_id=b1 email=old@example.com
server  external_id=b1 email=new@example.com
browser email=old@example.com
"""


def _why(text: str, call: int, profile: str, policy: str = "klaviyo-classic") -> WhyNot:
    return replay(parse(text), policy).why_not(call, profile)


def _findings(found: WhyNot) -> dict[str, str]:
    return {rung.key: rung.finding for rung in found.rungs}


def test_each_key_passes_or_fails_in_the_order_of_trial() -> None:
    found = _why(UPDATED, 3, "P1")
    assert list(_findings(found).items()) == [
        ("external_id", "not-sent"),
        ("email", "replaced"),
        ("phone_number", "not-sent"),
    ]
    assert not found.found
    assert not any(rung.passes for rung in found.rungs)


def test_it_says_since_when_the_profile_holds_a_value_and_when_it_lost_another() -> None:
    table = _why(UPDATED, 3, "P1").table()
    assert table.loc["external_id", "since"] == 1
    assert table.loc["email", "since"] == 2
    assert table.loc["email", "until"] == 2
    assert table.loc["email", "sent"] == "old@example.com"
    assert table.loc["email", "needed"] == "new@example.com"


def test_the_missing_link_is_a_key_of_the_profile_that_the_call_lacks() -> None:
    link = _why(UPDATED, 3, "P1").link
    assert link is not None
    assert (link.call, link.identifier.key, link.replaces) == (3, "external_id", False)


def test_the_missing_link_may_be_a_key_that_an_earlier_call_lacked() -> None:
    link = _why(
        "server external_id=b1\nbrowser email=a@example.com phone_number=+1500", 2, "P1"
    ).link
    assert link is not None
    assert (link.call, link.identifier.key) == (2, "external_id")
    other = _why("browser phone_number=+1500\nform email=a@example.com", 2, "P1").link
    assert other is not None
    assert (other.call, other.identifier.key) == (2, "phone_number")


def test_a_call_that_found_the_profile_says_so_and_misses_nothing() -> None:
    found = _why(UPDATED, 2, "P1")
    assert found.found
    assert found.link is None
    assert _findings(found)["external_id"] == "held"


def test_a_profile_that_came_later_or_was_merged_is_told() -> None:
    assert _why(UPDATED, 2, "P2").born == 3
    text = (
        "endpoint=events external_id=b1\nendpoint=client/subscriptions email=a@e.example\n"
        "endpoint=events external_id=b1 email=a@e.example\n"
        "endpoint=client/subscriptions email=a@e.example"
    )
    merged = _why(text, 4, "P2", "klaviyo")
    assert merged.into == "P1"
    assert merged.link is None


def test_a_key_that_is_held_but_passed_over_names_the_rule() -> None:
    text = "external_id=u1 anonymous_id=d1\nexternal_id=u2 anonymous_id=d1"
    found = _why(text, 2, "P1", "segment-unify")
    rung = next(rung for rung in found.rungs if rung.key == "anonymous_id")
    assert rung.finding == "passed-over"
    assert rung.rules


def test_a_profile_that_never_was_is_an_error() -> None:
    with pytest.raises(UsageError, match="P1"):
        _why(UPDATED, 1, "P9")


_CALL = st.fixed_dictionaries(
    {},
    optional={
        "external_id": st.sampled_from(["b1", "b2"]),
        "email": st.sampled_from(["a@e.example", "b@e.example"]),
        "phone_number": st.sampled_from(["+1500", "+1501"]),
    },
).filter(bool)


@given(st.lists(_CALL, min_size=2, max_size=7), st.sampled_from(["klaviyo-classic", "klaviyo"]))
def test_a_key_passes_just_where_the_call_found_the_profile_by_it(
    calls: list[dict[str, str]], policy: str
) -> None:
    text = "\n".join(" ".join(f"{k}={v}" for k, v in call.items()) for call in calls)
    told = replay(parse(text), policy)
    names = {step.profile for step in told if step.profile and step.created}
    for step in told:
        for name in names:
            passing = [rung.key for rung in told.why_not(step.number, name).rungs if rung.passes]
            first = passing[0] if passing else None
            assert (step.matched is not None and step.profile == name) == (
                first is not None and first == step.matched
            )


@given(st.lists(_CALL, min_size=2, max_size=6))
def test_a_missing_link_leads_there(calls: list[dict[str, str]]) -> None:
    text = "\n".join(" ".join(f"{k}={v}" for k, v in call.items()) for call in calls)
    history = parse(text)
    told = replay(history)
    for name in {step.profile for step in told if step.profile}:
        link = told.why_not(len(history), name).link
        if link is None:
            continue
        edited = list(history)
        edited[link.call - 1] = edited[link.call - 1].carrying(link.identifier)
        lines = "\n".join(
            " ".join(f"{one.key}={one.text}" for one in call.identifiers) for call in edited
        )
        again = replay(parse(lines))
        own = [step.number for step in told if step.profile == name and step.number < len(calls)]
        assert again.steps[-1].profile in {again.step(number).profile for number in own}
