"""Where one person became two profiles, and the last call that could have kept them one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

from idgraph.calls import Call, CallNumber, Identifier
from idgraph.persons import PersonName, Persons, link
from idgraph.progress import going
from idgraph.registry import Several, Shown
from idgraph.replays import Part, Replay
from idgraph.steps import ProfileName, reached

LOOKBACK = 1000
"""How many calls before a split are looked at for the last one that could have joined."""
CHANCES = 25
"""How many of them are replayed with what the splitting call carries, latest first."""


@dataclass(frozen=True, slots=True, repr=False)
class Split(Shown):
    """A call of a person that landed on a profile which none of the person's calls had landed on.

    `source` is where the person's previous call landed, `target` where this one did. `observed`
    is True where only the observation says so: the rules would have sent the call elsewhere. A
    profile that was merged later is the one that it went into, so that what a merge healed is no
    split.
    `chance` is the last call before it which, had it also carried what the splitting call carries,
    would have let that call find the person; None where there is none (verified by replay).
    """

    person: PersonName = field(repr=False)
    call: CallNumber
    source: ProfileName
    target: ProfileName
    observed: bool
    chance: CallNumber | None

    def __repr__(self) -> str:
        """Say where it is, without the person's name."""
        seen = ", observed only" if self.observed else ""
        return f"<Split at call {self.call}: {self.source} to {self.target}{seen}>"


def splits(
    replay: Replay, persons: Persons | None = None, *, person: PersonName | None = None
) -> Several[Split]:
    """Return every split of a replay, by call number; with `person` only those of that one.

    A person with n profiles has n - 1.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.splits(replay)
    (<Split at call 5: P1 to O1, observed only>,)
    """
    people = persons or link(replay.history)
    whose = people if person is None else (person,)
    with going(_jumps(replay, people, whose), "looking for chances", unit="splits") as found:
        return Several(_with_chance(replay, people, split) for split in found)


def jumps(replay: Replay, people: Persons) -> tuple[Split, ...]:
    """Return the same splits without asking for the last chance, which takes replays."""
    return _jumps(replay, people, people)


def _jumps(replay: Replay, people: Persons, whose: Iterable[PersonName]) -> tuple[Split, ...]:
    found = (split for person in whose for split in _of(replay, people, person))
    return tuple(sorted(found, key=lambda split: split.call))


def landed_on(replay: Replay, numbers: Iterable[CallNumber]) -> tuple[ProfileName, ...]:
    """Return the profiles on which some calls landed, in order of arrival, each once.

    One that was merged counts as the profile that it went into.
    """
    landed = (replay.step(number).landed for number in numbers)
    return tuple(dict.fromkeys(replay.survivor(name) for name in landed if name is not None))


def _of(replay: Replay, people: Persons, person: PersonName) -> Iterable[Split]:
    seen: dict[ProfileName, CallNumber] = {}
    source: ProfileName | None = None
    for number in people.calls[person]:
        step = replay.step(number)
        if step.landed is None:
            continue
        landed = replay.survivor(step.landed)
        if source is not None and landed not in seen:
            yield Split(person, number, source, step.landed, step.deviates, None)
        seen.setdefault(landed, number)
        source = step.landed


def _with_chance(replay: Replay, people: Persons, split: Split) -> Split:
    if split.observed:
        return split
    before = [n for n in people.calls[split.person] if n < split.call]
    return replace(split, chance=_chance(replay, split.call, before))


def _chance(replay: Replay, number: CallNumber, before: list[CallNumber]) -> CallNumber | None:
    call = replay.history.call(number)
    part = Part(replay, (*before, number), until=number)
    latest = before[: -LOOKBACK - 1 : -1]
    lacking = (n for n in latest if _lacking(replay.history.call(n), call))
    for candidate in islice(lacking, CHANCES):
        earlier = replay.history.call(candidate)
        for identifier in _lacking(earlier, call):
            earlier = earlier.carrying(identifier)
        steps = part.steps({candidate: earlier})
        if reached(steps, number, before):
            return candidate
    return None


def _lacking(earlier: Call, call: Call) -> tuple[Identifier, ...]:
    """What one call carries of a key that an earlier one does not carry."""
    return tuple(i for i in call.identifiers if earlier.get(i.key) is None)
