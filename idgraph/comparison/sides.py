"""One of the two histories: the calls of a person, and what each value it sends is to the person.

Two persons share no value, so that values are compared by their standing: the first of its key,
the newest one, an older one, another spelling.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from idgraph.calls import PROFILE_ID, Call, CallNumber, Identifier, Key
from idgraph.persons import PersonName, Persons, loosely
from idgraph.placeholders import stands_for_nobody
from idgraph.replays import Replay
from idgraph.steps import Step

Place = int
"""0-based place of a call among those of a side."""
Standing = Literal["first", "current", "new", "old", "spelled", "placeholder"]
STANDINGS: dict[Standing, str] = {
    "first": "the first one sent",
    "current": "the current one",
    "new": "a new one",
    "old": "an old one",
    "spelled": "one in another spelling",
    "placeholder": "a placeholder",
}
"""What a value is to its sender, among all values of its key that were sent for the person."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a call is for, without a value: what calls of two histories are aligned by.

    `own` is False for a call of another person on the same profiles; `updates` counts the values
    of the person that were replaced before it.
    """

    own: bool
    channel: str
    endpoint: str
    event: str | None
    reads: bool
    clears: tuple[Key, ...]
    standings: tuple[tuple[Key, Standing], ...]
    updates: int


@dataclass(frozen=True)
class Side:
    """The calls that can touch the profiles of a person, as given, and replayed by the rules alone.

    `numbers` are their numbers in the history given, `calls` the calls without observed profiles,
    which are no part of what was sent; only rules that look up profile ids need them.
    """

    replay: Replay
    people: Persons
    person: PersonName
    numbers: tuple[CallNumber, ...]
    calls: tuple[Call, ...]

    @cached_property
    def own(self) -> tuple[bool, ...]:
        """Whether each call is the person's."""
        mine = set(self.people.calls[self.person])
        return tuple(number in mine for number in self.numbers)

    @cached_property
    def given(self) -> tuple[Step, ...]:
        """What each call came to, observation included."""
        return tuple(self.replay.step(number) for number in self.numbers)

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The role of each call."""
        found, updates = [], 0
        for call, own, standings in zip(self.calls, self.own, self.standings, strict=True):
            told = tuple(standings.items())
            endpoint, event = call.endpoint, call.event
            found.append(
                Role(own, call.channel, endpoint, event, call.reads, call.clears, told, updates)
            )
            updates += own and "new" in standings.values()
        return tuple(found)

    @cached_property
    def standings(self) -> tuple[dict[Key, Standing], ...]:
        """The standing of each value of each call, by key."""
        known: defaultdict[tuple[bool, Key], dict[Identifier, Identifier]] = defaultdict(dict)
        found = []
        for call, own in zip(self.calls, self.own, strict=True):
            told: dict[Key, Standing] = {}
            for identifier in call.identifiers:
                told[identifier.key] = _standing(identifier, known[own, identifier.key])
            found.append(told)
        return tuple(found)

    def index(self, place: Place) -> int | None:
        """Return on which of the person's profiles a call landed, counted from 1 by arrival.

        None where it landed nowhere, 0 where on a profile of other persons alone.
        """
        landed = self.given[place].landed
        return None if landed is None else self._arrivals.get(self.replay.survivor(landed), 0)

    @cached_property
    def _arrivals(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for step, own in zip(self.given, self.own, strict=True):
            if own and step.landed is not None:
                found.setdefault(self.replay.survivor(step.landed), len(found) + 1)
        return found

    @property
    def profiles(self) -> int:
        """How many profiles the person has, as far as anyone knows."""
        return len(self._arrivals)


def _standing(identifier: Identifier, known: dict[Identifier, Identifier]) -> Standing:
    """Say what a value is to those of its key before it; `known` holds each once, as first spelled.

    The newest value is the one that was sent for the first time last, whatever came again since.
    """
    if stands_for_nobody(identifier):
        return "placeholder"
    value, fresh = loosely(identifier), not known
    if value not in known:
        known[value] = identifier
        return "first" if fresh else "new"
    if value != next(reversed(known)):
        return "old"
    return "current" if known[value] == identifier else "spelled"


def side(replay: Replay, people: Persons, person: PersonName) -> Side:
    """Return the side of a person of a replay."""
    numbers = replay.related(people.calls[person])
    told = PROFILE_ID in replay.policy.order
    calls = (replay.history.call(number) for number in numbers)
    kept = tuple(call if told else replace(call, observed=None) for call in calls)
    return Side(replay, people, person, numbers, kept)
