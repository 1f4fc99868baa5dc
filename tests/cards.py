"""The platform as a person would act it out with a drawer of index cards: no integers, no tables.

An independent reading of the rows of a policy, against which the identity rules are tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from idgraph.calls import Call, Key
from idgraph.rulebook import Policy, Tables
from idgraph.rules import Case

CardName = str


@dataclass
class Card:
    """A profile: what it shows, and all that finds it."""

    name: CardName
    shown: dict[Key, str] = field(default_factory=dict)
    finds: list[tuple[Key, str]] = field(default_factory=list)

    def forget(self, key: Key, value: str) -> None:
        """Be found by a value no more."""
        self.finds = [pair for pair in self.finds if pair != (key, value)]
        if self.shown.get(key) == value:
            del self.shown[key]


class Sight(NamedTuple):
    """What a look-up saw: the card that each key found, and the key that leads (None: nobody)."""

    found: Mapping[Key, CardName]
    by: Key | None


class Landing(NamedTuple):
    """What became of a call: its card (None: nowhere), and whether that is a new one.

    `adopted` says of a new card that its profile was there before; `refused` that the rules did not
    let the call in.
    """

    card: CardName | None
    new: bool = False
    adopted: bool = False
    refused: bool = False


class Platform:
    """A drawer of cards."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.cards: list[Card] = []
        self.born = 0
        self.into: dict[CardName, CardName] = {}
        self.written: dict[tuple[Key, str], int] = {}
        """When each identifier was last written, in calls."""
        self.calls = 0
        self.keys = {row.key: row for row in policy.key}
        self.known: dict[tuple[str, str], Tables] = {}

    def copy(self) -> Platform:
        """Return a drawer that no longer follows this one."""
        other = Platform.__new__(Platform)
        other.__dict__.update(self.__dict__)
        other.cards = [Card(c.name, dict(c.shown), list(c.finds)) for c in self.cards]
        other.into, other.written = dict(self.into), dict(self.written)
        return other

    def last(self, name: CardName) -> CardName:
        """Return the card that a card has become by merges."""
        while name in self.into:
            name = self.into[name]
        return name

    # --- the look-up ---------------------------------------------------------------------------

    def find(self, key: Key, value: str) -> Card | None:
        """Return the card that a value finds."""
        return next((card for card in self.cards if (key, value) in card.finds), None)

    def look_up(self, call: Call, drawers: Mapping[Key, Platform] | None = None) -> Sight:
        """Return what a call sees; `drawers` are older copies in which some keys are looked for."""
        call = self.policy.sent(call)
        table = self.rows(call)
        values = self.values(call)
        found = {}
        for key, value in values.items():
            card = (drawers or {}).get(key, self).find(key, value)
            if card is not None:
                found[key] = card
        names = {key: card.name for key, card in found.items()}
        for row in table.trial:
            if row.key in found and row.decided != "skip":
                if self.barred(found[row.key], row.key, values, table):
                    continue
                return Sight(names, row.key)
        return Sight(names, None)

    def values(self, call: Call) -> dict[Key, str]:
        """Return what a call carries that the platform knows."""
        return {i.key: i.text for i in call.identifiers if i.key in self.policy.order}

    def barred(self, card: Card, by: Key, values: dict[Key, str], table: Tables) -> bool:
        """Tell whether a card shows another value of a key that does not allow it."""
        return any(
            key != by
            and key in card.shown
            and card.shown[key] != value
            and self.outcome(table, key, "different") == "pass"
            for key, value in values.items()
        )

    # --- the write -----------------------------------------------------------------------------

    def take(self, call: Call) -> CardName | None:
        """Act one call out; the name of its card, None where it has none."""
        return self.land(call, self.look_up(call)).card

    def land(self, call: Call, sight: Sight) -> Landing:
        """Write a call whose look-up is done."""
        call = self.policy.sent(call)
        table = self.rows(call)
        values = self.values(call)
        self.calls += 1
        if sight.by is None:
            return Landing(None) if call.reads else self.missed(call, values, table, sight)
        name = self.last(sight.found[sight.by])
        card = next(card for card in self.cards if card.name == name)
        if call.reads:
            return Landing(name)
        row = next(row for row in table.trial if row.key == sight.by)
        if row.decided == "refuse" or not self.update(card, values, call, table):
            return Landing(None, refused=True)
        return Landing(self.told(call, card))

    def missed(self, call: Call, values: dict[Key, str], table: Tables, sight: Sight) -> Landing:
        """Make a card where the rules say so.

        What the look-up did not see, and is on a card by now, is on both, and finds the first.
        """
        deciding = next((table.nobody[key].decided for key in table.nobody if key in values), None)
        if deciding not in ("create", "adopt"):
            return Landing(None, refused=deciding == "refuse")
        self.born += 1
        card = Card(f"P{self.born}")
        self.cards.append(card)
        for key in self.policy.order:
            if key in values:
                free = self.find(key, values[key]) is None
                if free or self.outcome(table, key, "taken") == "set":
                    self.write(card, key, values[key])
                elif key not in sight.found:
                    card.shown[key] = values[key]
        return Landing(self.told(call, card), new=True, adopted=deciding == "adopt")

    def update(self, card: Card, values: dict[Key, str], call: Call, table: Tables) -> bool:
        """Write on the card that was found; False where the call is refused."""
        cases: dict[Key, Case | None] = {
            key: self.case(card, key, value) for key, value in values.items()
        }
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
                self.clear(card, key)
            elif outcome == "set":
                self.write(card, key, values[key])
        return True

    def told(self, call: Call, card: Card) -> CardName:
        """Do the merge that a call asks for, and keep the name that its answer tells."""
        named = "profile_id" in self.policy.order
        source = self.find("profile_id", call.merges) if named and call.merges else None
        if source and source is not card:
            self.merge(source, card)
        told = call.observed
        if named and told and "profile_id" not in card.shown and not self.find("profile_id", told):
            self.write(card, "profile_id", told)
        return card.name

    # --- cards ---------------------------------------------------------------------------------

    def write(self, card: Card, key: Key, value: str) -> None:
        """Let a card show a value and be found by it, whoever was."""
        holder = self.find(key, value)
        if holder and holder is not card:
            holder.forget(key, value)
        if self.keys[key].holds == "one" and key in card.shown:
            card.forget(key, card.shown[key])
        card.finds = [pair for pair in card.finds if pair != (key, value)]
        card.finds.append((key, value))
        card.shown[key] = value
        self.written[key, value] = self.calls
        self.prune(card, key)

    def clear(self, card: Card, key: Key) -> None:
        """Empty a key of a card."""
        card.finds = [pair for pair in card.finds if pair[0] != key]
        del card.shown[key]

    def prune(self, card: Card, key: Key) -> None:
        """Keep no more values than the key allows; the one shown is the last to go."""
        values = [pair for pair in card.finds if pair[0] == key]
        spare = [pair for pair in values if pair[1] != card.shown.get(key)]
        spare.sort(key=self.written.__getitem__)
        limit = self.keys[key].limit
        while limit and len(values) > limit and spare:
            card.finds.remove(spare[0])
            values.remove(spare.pop(0))

    def merge(self, source: Card, card: Card) -> None:
        """Move all that finds a card to another one, where that has room."""
        self.cards.remove(source)
        self.into[source.name] = card.name
        for key, value in source.finds:
            if source.shown.get(key) == value and key not in card.shown:
                card.shown[key] = value
                card.finds.append((key, value))
            elif self.keys[key].holds == "many":
                card.finds.append((key, value))
        for key in self.keys:
            self.prune(card, key)

    # --- rows ----------------------------------------------------------------------------------

    def rows(self, call: Call) -> Tables:
        """Return the rows for a call: its endpoint and channel decide."""
        place = (call.endpoint, call.channel)
        if place not in self.known:
            self.known[place] = self.policy.of(call)
        return self.known[place]

    def outcome(self, table: Tables, key: Key, case: Case) -> str:
        """Return what a row says of a key and case."""
        rule = table.write.get((key, case))
        if rule is None and case.startswith("alone"):
            rule = table.write[key, "taken"]
        return rule.decided if rule else "keep"

    def case(self, card: Card, key: Key, value: str) -> Case | None:
        """Return what the write of a value meets; None where there is nothing to write."""
        if card.shown.get(key) == value:
            return None
        holder = self.find(key, value)
        if holder is None or holder is card:
            return "different" if key in card.shown else "absent"
        others = [k for k in holder.shown if k != key and not self.keys[k].handle]
        if others:
            return "taken"
        return "alone-different" if key in card.shown else "alone"

    def joined(self, card: Card, key: Key, value: str, table: Tables) -> str:
        """Merge the holder of a value into a card, and say what is left to do."""
        holder = self.find(key, value)
        if holder is None or holder is card:
            return "keep" if key in card.shown else "set"
        for other in set(card.shown) & set(holder.shown):
            if self.outcome(table, other, "different") == "pass":
                return "keep"
        self.merge(holder, card)
        return "keep" if card.shown.get(key) == value else self.outcome(table, key, "different")
