"""The identity rules against an independent reading of the same rows: cards, no integers."""

from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph import policy as policies
from idgraph.calls import Call, Identifier, Key, history
from idgraph.replays import replay
from idgraph.rulebook import Policy, Tables

MINUTE = 60_000_000
POLICIES = [policies.load(name) for name in policies.names()]


@dataclass
class _Profile:
    name: str
    shown: dict[Key, str] = field(default_factory=dict)
    finds: list[tuple[Key, str]] = field(default_factory=list)
    """All that finds it, the one written longest ago first."""

    def forget(self, key: Key, value: str) -> None:
        self.finds = [pair for pair in self.finds if pair != (key, value)]
        if self.shown.get(key) == value:
            del self.shown[key]


class _Platform:
    """The platform as a person would act it out with a drawer of index cards."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.cards: list[_Profile] = []
        self.born = 0
        self.keys = {row.key: row for row in policy.key}

    def find(self, key: Key, value: str) -> _Profile | None:
        return next((card for card in self.cards if (key, value) in card.finds), None)

    def write(self, card: _Profile, key: Key, value: str) -> None:
        holder = self.find(key, value)
        if holder and holder is not card:
            holder.forget(key, value)
        row = self.keys[key]
        if row.holds == "one" and key in card.shown:
            card.forget(key, card.shown[key])
        card.finds = [pair for pair in card.finds if pair != (key, value)]
        card.finds.append((key, value))
        card.shown[key] = value
        self.prune(card, key)

    def prune(self, card: _Profile, key: Key) -> None:
        """Keep no more values than the key allows; the one shown is the last to go."""
        values = [pair for pair in card.finds if pair[0] == key]
        spare = [pair for pair in values if pair[1] != card.shown.get(key)]
        limit = self.keys[key].limit
        while limit and len(values) > limit and spare:
            card.finds.remove(spare[0])
            values.remove(spare.pop(0))

    def merge(self, source: _Profile, card: _Profile) -> None:
        self.cards.remove(source)
        for key, value in source.finds:
            if source.shown.get(key) == value and key not in card.shown:
                card.shown[key] = value
                card.finds.append((key, value))
            elif self.keys[key].holds == "many":
                card.finds.append((key, value))
        for key in self.keys:
            self.prune(card, key)

    def outcome(self, table: Tables, key: Key, case: str) -> str:
        rule = {(k, str(c)): row for (k, c), row in table.write.items()}.get((key, case))
        if rule is None and case.startswith("alone"):
            rule = table.write[key, "taken"]
        return rule.decided if rule else "keep"

    def case(self, card: _Profile, key: Key, value: str) -> str | None:
        if card.shown.get(key) == value:
            return None
        holder = self.find(key, value)
        if holder is None or holder is card:
            return "different" if key in card.shown else "absent"
        others = [k for k in holder.shown if k != key and not self.keys[k].handle]
        if others:
            return "taken"
        return "alone-different" if key in card.shown else "alone"

    def take(self, call: Call) -> str | None:
        """Act one call out; the name of its profile, None where it has none."""
        call = self.policy.sent(call)
        table = self.policy.of(call)
        values = {i.key: i.text for i in call.identifiers if i.key in self.policy.order}
        for row in table.trial:
            card = self.find(row.key, values[row.key]) if row.key in values else None
            if card is None or row.decided == "skip" or self.barred(card, row.key, values, table):
                continue
            if call.reads:
                return card.name
            if row.decided == "refuse" or not self.update(card, values, call, table):
                return None
            return self.merged(call, card)
        return None if call.reads else self.missed(call, values, table)

    def barred(self, card: _Profile, by: Key, values: dict[Key, str], table: Tables) -> bool:
        return any(
            key != by
            and key in card.shown
            and card.shown[key] != value
            and self.outcome(table, key, "different") == "pass"
            for key, value in values.items()
        )

    def missed(self, call: Call, values: dict[Key, str], table: Tables) -> str | None:
        deciding = [key for key in table.nobody if key in values]
        if not deciding or table.nobody[deciding[0]].decided not in ("create", "adopt"):
            return None
        self.born += 1
        card = _Profile(f"P{self.born}")
        self.cards.append(card)
        for key in self.policy.order:
            if key in values:
                free = self.find(key, values[key]) is None
                if free or self.outcome(table, key, "taken") == "set":
                    self.write(card, key, values[key])
        return self.merged(call, card)

    def update(self, card: _Profile, values: dict[Key, str], call: Call, table: Tables) -> bool:
        cases = {key: self.case(card, key, value) for key, value in values.items()}
        cases |= {key: "cleared" for key in call.clears if key in card.shown}
        todo = {key: case for key, case in cases.items() if case}
        if any(self.outcome(table, key, case) == "refuse" for key, case in todo.items()):
            return False
        for key in self.policy.order:
            if key not in todo:
                continue
            outcome = self.outcome(table, key, todo[key])
            if outcome == "merge":
                outcome = self.joined(card, key, values[key], table)
            if outcome == "set" and todo[key] == "cleared":
                for pair in [pair for pair in card.finds if pair[0] == key]:
                    card.forget(*pair)
            elif outcome == "set":
                self.write(card, key, values[key])
        return True

    def joined(self, card: _Profile, key: Key, value: str, table: Tables) -> str:
        holder = self.find(key, value)
        if holder is None or holder is card:
            return "keep" if key in card.shown else "set"
        for other in set(card.shown) & set(holder.shown):
            if self.outcome(table, other, "different") == "pass":
                return "keep"
        self.merge(holder, card)
        return "keep" if card.shown.get(key) == value else self.outcome(table, key, "different")

    def merged(self, call: Call, card: _Profile) -> str:
        named = "profile_id" in self.policy.order
        source = self.find("profile_id", call.merges) if named and call.merges else None
        if source and source is not card:
            self.merge(source, card)
        told = call.observed
        if named and told and "profile_id" not in card.shown and not self.find("profile_id", told):
            self.write(card, "profile_id", told)
        return card.name


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
    platform = _Platform(reading)
    for step, call in zip(told, calls, strict=True):
        assert step.profile == platform.take(call), step.number
    left = {card.name: card.shown for card in platform.cards}
    ended = {
        profile.name: {key: i.text for key, i in profile.identifiers.items()}
        for profile in told.profiles()
        if profile.created_by is not None
    }
    assert ended == left
