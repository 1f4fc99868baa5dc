"""The case that views show: a person's calls, and others' calls on the same profiles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from idgraph.calls import CallNumber
from idgraph.explain import person_words
from idgraph.persons import PersonName, Persons, link
from idgraph.replays import Replay
from idgraph.steps import ProfileName, Step
from idgraph.views.base.blocks import Frame

ROWS = 40
"""Profiles that get a row of their own; the ones born later share the last row."""
FOLDED: ProfileName = "further profiles"


@dataclass(frozen=True)
class Case:
    """The calls of one person under a replay, with others' calls that touch the same profiles.

    `number` is the person's place in the history, 1-based: how a line that must hold no identifier
    names the person. `own` are the numbers of the person's calls, `calls` all that are shown.
    """

    replay: Replay
    persons: Persons
    person: PersonName
    number: int
    own: tuple[CallNumber, ...]
    calls: tuple[CallNumber, ...]

    @cached_property
    def frames(self) -> dict[CallNumber, Frame]:
        """The place of each call shown."""
        return {number: frame for frame, number in enumerate(self.calls, 1)}

    @cached_property
    def mine(self) -> frozenset[CallNumber]:
        """The person's calls, to ask whether one is among them."""
        return frozenset(self.own)

    @cached_property
    def met(self) -> dict[ProfileName, CallNumber]:
        """The first call shown that landed on each profile, in order."""
        first: dict[ProfileName, CallNumber] = {}
        for number in self.calls:
            name = self.replay.steps[number - 1].landed
            if name is not None:
                first.setdefault(name, number)
        return first

    def step(self, frame: Frame) -> Step:
        """Return the step that a frame shows."""
        return self.replay.steps[self.calls[frame - 1] - 1]

    def steps(self) -> Iterator[tuple[Frame, Step]]:
        """Go through the frames and their steps."""
        return ((frame, self.step(frame)) for frame in range(1, len(self.calls) + 1))

    @cached_property
    def births(self) -> dict[ProfileName, Frame]:
        """The frame in which each profile appears, in order of birth."""
        found: dict[ProfileName, Frame] = {}
        for frame, step in self.steps():
            for name in (step.profile, step.landed):
                if name is not None:
                    found.setdefault(name, frame)
        return found

    @cached_property
    def rows(self) -> tuple[ProfileName, ...]:
        """The names of the rows, in order of birth; `FOLDED` last where there are too many."""
        names = tuple(self.births)
        return names if len(names) <= ROWS else (*names[: ROWS - 1], FOLDED)

    def row(self, profile: ProfileName) -> ProfileName:
        """Return the row on which a profile is drawn."""
        return profile if profile in self._rows else FOLDED

    @cached_property
    def _rows(self) -> frozenset[ProfileName]:
        return frozenset(self.rows)

    @cached_property
    def before(self) -> dict[Frame, Frame]:
        """For each of the person's calls that landed, the frame of the previous one that did."""
        landed = [self.frames[n] for n in self.own if self.replay.steps[n - 1].landed is not None]
        return dict(zip(landed[1:], landed, strict=False))

    @cached_property
    def jumps(self) -> tuple[Frame, ...]:
        """The frames where the person's path leaves one profile for another."""
        return tuple(
            frame
            for frame, previous in self.before.items()
            if self.step(frame).landed != self.step(previous).landed
        )

    @cached_property
    def splits(self) -> tuple[Frame, ...]:
        """The jumps to a profile on which the person had not been before."""
        seen: set[ProfileName | None] = set()
        found = []
        for frame in (self.frames[number] for number in self.own):
            landed = self.step(frame).landed
            if landed is not None and landed not in seen:
                if seen:
                    found.append(frame)
                seen.add(landed)
        return tuple(found)

    @cached_property
    def meetings(self) -> tuple[Frame, ...]:
        """The frames at which somebody first came to a profile that another person was on."""
        there: defaultdict[ProfileName, set[PersonName]] = defaultdict(set)
        found = []
        for frame, step in self.steps():
            who = self.persons.of(step.number)
            if who is not None and step.landed in self.profiles:
                if there[step.landed] - {who} and who not in there[step.landed]:
                    found.append(frame)
                there[step.landed].add(who)
        return tuple(found)

    @cached_property
    def profiles(self) -> tuple[ProfileName, ...]:
        """The profiles on which the person's calls landed, in order of arrival."""
        landed = (self.step(self.frames[number]).landed for number in self.own)
        return tuple(dict.fromkeys(name for name in landed if name is not None))

    @cached_property
    def stops(self) -> tuple[Frame, ...]:
        """The frames worth stopping at, so that a long history reads in a few steps."""
        turns = {*self.jumps, *self.meetings}
        return tuple(
            frame
            for frame, step in self.steps()
            if step.created
            or step.updates
            or step.assumed
            or step.deviates
            or step.landed is None
            or frame in turns
        )

    @cached_property
    def name(self) -> str:
        """How a screen names the person; in a redacted history that is a stand-in."""
        return person_words(self.person)


def brief(case: Case, most: int) -> Case:
    """Return a case of at most `most` calls: those that changed anything, and those beside them.

    A case that is no longer than that is returned as it is.
    """
    if len(case.calls) <= most:
        return case
    turns = {*case.jumps, *case.meetings}
    telling = [f for f, s in case.steps() if s.changed or s.landed is None or f in turns]
    near = sorted(
        {f + d for f in (1, *telling) for d in (-1, 0, 1) if 0 < f + d <= len(case.calls)}
    )
    calls = tuple(case.calls[frame - 1] for frame in near[:most])
    return replace(case, calls=calls, own=tuple(n for n in calls if n in case.mine))


class Cases:
    """The cases of a replay; what they share is worked out once."""

    def __init__(self, replay: Replay, persons: Persons | None = None) -> None:
        """Note which calls touch which profile."""
        self.replay = replay
        self.persons = persons or link(replay.history)
        self._places = {name: place for place, name in enumerate(self.persons, 1)}
        self._touching: defaultdict[ProfileName, list[CallNumber]] = defaultdict(list)
        for step in replay:
            for profile in _touched(step):
                self._touching[profile].append(step.number)

    def case(self, person: PersonName) -> Case:
        """Return the case of a person of this replay."""
        own = self.persons.calls[person]
        steps = (self.replay.steps[number - 1] for number in own)
        profiles = {name for step in steps for name in (step.profile, step.landed) if name}
        shown = {number for name in profiles for number in self._touching[name]}
        number = self._places[person]
        calls = tuple(sorted(shown.union(own)))
        return Case(self.replay, self.persons, person, number, own, calls)

    def showing(
        self, call: CallNumber, number: int | None, now: Case | None = None
    ) -> PersonName | None:
        """Return whose case to open for a call: that of person `number` if it shows the call.

        Else the case that is open `now`, if it shows it, else that of whose call it is; None where
        nothing tells whose.
        """
        names = list(self.persons)
        if number is not None and 1 <= number <= len(names):
            if now is not None and now.number == number and call in now.frames:
                return now.person
            if call in self.case(names[number - 1]).frames:
                return names[number - 1]
        if now is not None and call in now.frames:
            return now.person
        return self.persons.of(call)

    def by_splits(self) -> tuple[PersonName, ...]:
        """Return the names of all persons: those that split, those with company, then the rest.

        Of each kind in order of first call. Who has company is on a profile on which calls of
        somebody else landed, too.
        """
        landed = {name: self._landed(self.persons.calls[name]) for name in self.persons}
        left = {name: set(map(self.replay.survivor, found)) for name, found in landed.items()}
        crowds = Counter(profile for profiles in left.values() for profile in profiles)
        shared = {profile for profile, count in crowds.items() if count > 1}
        ranks = {
            name: 0 if len(found) > 1 else 1 if left[name] & shared else 2
            for name, found in landed.items()
        }
        return tuple(sorted(ranks, key=ranks.__getitem__))

    def _landed(self, numbers: Iterable[CallNumber]) -> set[ProfileName]:
        landed = (self.replay.steps[number - 1].landed for number in numbers)
        return {name for name in landed if name}


def _touched(step: Step) -> set[ProfileName]:
    losers = (change.taken_from for change in step.changed)
    return {name for name in (step.profile, step.landed, *losers) if name is not None}
