"""Who sent which identifier, in hindsight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from idgraph.calls import PROFILE_ID, CallNumber, Identifier, Key
from idgraph.persons import PersonName, Persons, loosely
from idgraph.placeholders import stands_for_nobody
from idgraph.replays import Replay


@dataclass(frozen=True)
class Senders:
    """Who sent which identifier, compared loosely, in the whole history."""

    replay: Replay
    people: Persons

    @cached_property
    def named(self) -> frozenset[PersonName]:
        """The persons that the log itself names."""
        return frozenset(call.person for call in self.replay.history if call.person is not None)

    @cached_property
    def _calls(self) -> Mapping[Identifier, Mapping[PersonName, list[CallNumber]]]:
        found: defaultdict[Identifier, dict[PersonName, list[CallNumber]]] = defaultdict(dict)
        for number, call in enumerate(self.replay.history, 1):
            person = self.people.of(number)
            for identifier in call.identifiers if person is not None else ():
                found[loosely(identifier)].setdefault(person or "", []).append(number)
        return dict(found)

    @cached_property
    def _values(self) -> Mapping[tuple[PersonName, Key], set[Identifier]]:
        found: defaultdict[tuple[PersonName, Key], set[Identifier]] = defaultdict(set)
        for identifier, calls in self._calls.items():
            for person in calls:
                found[person, identifier.key].add(identifier)
        return found

    def calls(self, person: PersonName, identifier: Identifier) -> list[CallNumber]:
        """Return a person's calls that carry an identifier."""
        return self._calls.get(loosely(identifier), {}).get(person, [])

    def values(self, person: PersonName, key: Key) -> set[Identifier]:
        """Return the different values of a key that a person ever sent."""
        return self._values.get((person, key), set())

    def stray(self, person: PersonName, identifier: Identifier) -> bool:
        """Tell whether a person sent an identifier just once and otherwise another one."""
        once = len(self.calls(person, identifier)) == 1
        return once and len(self.values(person, identifier.key)) > 1

    def owner(self, identifier: Identifier) -> bool:
        """Tell whether an identifier is one person's alone, and stands for a person at all."""
        loose = loosely(identifier)
        shared = len(self._calls.get(loose, {})) > 1 or loose in self.people.crowded
        return identifier.key != PROFILE_ID and not shared and not stands_for_nobody(identifier)

    @cached_property
    def telling(self) -> frozenset[PersonName]:
        """The persons that are somebody: the log names them, or they have an identifier alone.

        Other calls carry what two named persons share, or a profile id: they may be anybody's.
        """
        alone = (i for i in self._calls if self.owner(i))
        return self.named.union(*(self._calls[identifier] for identifier in alone))

    @cached_property
    def previous(self) -> Mapping[CallNumber, CallNumber]:
        """The call just before each call in the same channel."""
        latest: dict[str, CallNumber] = {}
        found: dict[CallNumber, CallNumber] = {}
        for number, call in enumerate(self.replay.history, 1):
            if call.channel in latest:
                found[number] = latest[call.channel]
            latest[call.channel] = number
        return found

    def apart(self, one: PersonName, other: PersonName) -> bool:
        """Tell whether two are surely two: both are named, or each has an external id of its own.

        Else a profile that only an observation or a merge shows may be that of one person, whose
        calls never met.
        """
        both = {one, other} <= self.named
        ids = self.values(one, "external_id"), self.values(other, "external_id")
        return both or (all(ids) and ids[0].isdisjoint(ids[1]))
