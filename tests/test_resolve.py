"""The identity rules against an independent reading of the same rows: cards, no integers."""

from dataclasses import replace
from functools import cache
from itertools import combinations, product
from typing import Any

import pytest
from cards import Platform
from hypothesis import given
from hypothesis import strategies as st

from idgraph import policy as policies
from idgraph.calls import Call, Identifier, Key, history
from idgraph.replays import replay
from idgraph.rulebook import Policy

MINUTE = 60_000_000
POLICIES = [policies.load(name) for name in policies.names()]


_VALUES = {
    "profile_id": ("01A", "01B"),
    "external_id": ("b1", "b2", "b3"),
    "email": ("a@e.example", "b@e.example", "c@e.example"),
    "phone_number": ("+1500", "+1501"),
    "anonymous_id": ("d1", "d2"),
    "_kx": ("t1", "t2"),
}
_EACH = [[Identifier(key, text) for text in _VALUES[key]] for key in sorted(_VALUES)]
_CARRIED = st.one_of(
    [
        st.sampled_from([them for keys in combinations(_EACH, size) for them in product(*keys)])
        for size in (1, 2, 3)
    ]
)


def _call(identifiers: tuple[Identifier, ...], clears: set[Key], **rest: Any) -> Call:
    sent = {identifier.key for identifier in identifiers}
    return Call(identifiers, clears=tuple(clears - sent), **rest)


@cache
def _calls(policy: Policy) -> st.SearchStrategy[list[Call]]:
    endpoints = (e.replace("*", "events") for kind in policy.kinds for e in kind.endpoints)
    call = st.builds(
        _call,
        identifiers=_CARRIED,
        clears=st.sets(st.sampled_from(["email", "phone_number"])),
        endpoint=st.sampled_from(["", *endpoints]),
        channel=st.sampled_from(["server", "browser", "form", "import"]),
        reads=st.sampled_from([False] * 9 + [True]),
        merges=st.sampled_from([None, None, "01A", "01B"]),
        observed=st.sampled_from([None, None, None, "01A", "01B"]),
    )
    return st.lists(call, min_size=1, max_size=9)


@cache
def _readings(policy: Policy) -> st.SearchStrategy[Policy]:
    """The policy with a few rules coming out otherwise, documented or not."""
    rows = (*policy.match, *policy.write, *policy.send)
    outcomes = st.sampled_from([(row.code, word) for row in rows for word in row.allowed])
    return st.lists(outcomes, max_size=4).map(lambda flipped: policy.assuming(dict(flipped)))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@given(data=st.data())
def test_calls_end_where_an_independent_reading_of_the_rules_sends_them(
    policy: Policy, data: st.DataObject
) -> None:
    drawn, reading = data.draw(_calls(policy)), data.draw(_readings(policy))
    calls = [replace(call, sent_at=number * MINUTE) for number, call in enumerate(drawn)]
    told = replay(history(calls), reading)
    platform = Platform(reading)
    for step, call in zip(told, calls, strict=True):
        assert step.profile == platform.take(call), step.number
    left = {card.name: card.shown for card in platform.cards}
    ended = {
        profile.name: {key: i.text for key, i in profile.identifiers.items()}
        for profile in told.profiles()
        if profile.created_by is not None
    }
    assert ended == left
