"""Which persons met on which profile, at which call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from idgraph.calls import CallNumber, Identifier, Key
from idgraph.groups import Groups
from idgraph.joining.senders import Senders
from idgraph.persons import PersonName
from idgraph.steps import ProfileName, Step


class Meeting(NamedTuple):
    """That `came` is on the profile of `before` from a call on; `other` is a call of `before`."""

    step: Step
    key: Key | None
    before: PersonName
    came: PersonName
    other: CallNumber
    source: ProfileName | None


@dataclass
class Meetings:
    """Goes through a replay and keeps who is on which profile."""

    senders: Senders
    _there: dict[ProfileName, dict[PersonName, CallNumber]] = field(default_factory=dict)
    _into: dict[ProfileName, ProfileName] = field(default_factory=dict)
    _met: Groups[tuple[ProfileName, PersonName]] = field(default_factory=Groups)

    def __iter__(self) -> Iterator[Meeting]:
        """Yield each meeting once, whichever way the two meet again later."""
        for step in self.senders.replay:
            yield from self._landing(step)
            for source in step.merged:
                yield from self._merge(step, source)
                self._into[source] = step.profile or source

    def _at(self, profile: ProfileName) -> dict[PersonName, CallNumber]:
        return self._there.setdefault(self._now(profile), {})

    def _now(self, profile: ProfileName) -> ProfileName:
        """The profile that one has gone into so far."""
        while self._into.get(profile, profile) != profile:
            profile = self._into[profile]
        return profile

    def _landing(self, step: Step) -> Iterator[Meeting]:
        person = self.senders.people.of(step.number)
        if step.landed is None or person is None or person not in self.senders.telling:
            return
        there = self._at(step.landed)
        key = None if step.deviates else step.matched
        if there and person not in there:
            before = self._nearest(there, step.call.get(key or ""))
            met = Meeting(step, key, before, person, there[before], None)
            yield from self._fresh(step.landed, met)
        there.pop(person, None)  # so that the latest stands last
        there[person] = step.number

    def _merge(self, step: Step, source: ProfileName) -> Iterator[Meeting]:
        there = self._at(step.profile or source)
        coming = self._there.pop(self._now(source), {})
        found = (key for key, profile in step.candidates.items() if profile == source)
        key = next((key for key in found if step.call.get(key)), None)
        if there and coming:
            came = self._nearest(coming, step.call.get(key or ""))
            before = self._nearest(there, None)
            met = Meeting(step, key, before, came, coming[came], source)
            yield from self._fresh(source, met)
        there |= coming

    def _nearest(
        self, there: dict[PersonName, CallNumber], identifier: Identifier | None
    ) -> PersonName:
        """The person there who sent the identifier, else a named one, else the latest to come.

        From the latest on, since under a placeholder thousands may be there.
        """
        sent = (
            person
            for person in reversed(there)
            if identifier is not None and self.senders.calls(person, identifier)
        )
        named = (person for person in reversed(there) if person in self.senders.named)
        return next(chain(sent, named, reversed(there)))

    def _fresh(self, profile: ProfileName, met: Meeting) -> Iterator[Meeting]:
        survivor = self.senders.replay.survivor(profile)
        one, other = (survivor, met.before), (survivor, met.came)
        known = self._met.root(one) == self._met.root(other)
        self._met.join([one, other])
        if not known and (met.key or self.senders.apart(met.before, met.came)):
            yield met
