"""What speaks against merging two profiles of one person."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from idgraph.calls import PROFILE_ID, Call, Identifier
from idgraph.groups import Groups
from idgraph.merging.pairs import BLOCKS, Code
from idgraph.persons import PersonName, Persons, loosely
from idgraph.placeholders import stands_for_nobody
from idgraph.replays import Replay
from idgraph.steps import Profile, ProfileName

_SHAPE = re.compile(r"[0-9A-Za-z]{26}|[0-9A-Za-z]{6}")
"""Help centre on identity resolution, 2026-04-21; old profiles have the short ones."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of all profiles: what they hold, and the platform's ids of each.

    `holders` counts the profiles to which an id of the platform belongs.
    """

    replay: Replay
    people: Persons
    profiles: Mapping[ProfileName, Profile]
    ids: Mapping[ProfileName, tuple[str, ...]]
    holders: Counter[str]

    def id(self, name: ProfileName) -> str | None:
        """Return the platform's id of a profile; None where there is none, or several."""
        ids = self.ids.get(name, ())
        return ids[0] if len(ids) == 1 else None


@dataclass(frozen=True, slots=True)
class Case:
    """A pair to be judged, with all profiles of its person."""

    known: Known
    person: PersonName
    own: tuple[Profile, ...]
    destination: Profile
    source: Profile

    @property
    def both(self) -> tuple[Profile, Profile]:
        """The two profiles."""
        return self.destination, self.source

    @property
    def ids(self) -> tuple[str, ...]:
        """The platform's ids of the two."""
        return tuple(one for profile in self.both for one in self.known.ids.get(profile.name, ()))

    def calls(self, profile: Profile) -> list[Call]:
        """Return the calls that landed on a profile."""
        return [self.known.replay.history.call(number) for number in profile.calls]

    def carried(self, profile: Profile) -> list[Identifier]:
        """Return all that they carried.

        What the profile holds would be less: a value that was replaced has still brought calls
        there, and where observation and rules part the rules put values on the wrong profile.
        """
        return [identifier for call in self.calls(profile) for identifier in call.identifiers]


def known_of(replay: Replay, people: Persons) -> Known:
    """Return what a replay knows of its profiles."""
    profiles, ids = {one.name: one for one in replay.profiles()}, _ids(replay)
    return Known(replay, people, profiles, ids, Counter(one for own in ids.values() for one in own))


def blocked(case: Case) -> Code | None:
    """Return what speaks against a pair, the first of `BLOCKS`; None where nothing does."""
    return next((code for code in BLOCKS if _TESTS[code](case)), None)


def _shared(case: Case) -> bool:
    owners = {case.known.people.of(number) for one in case.both for number in one.calls}
    return bool(owners - {case.person, None})


def _anybodys(case: Case) -> bool:
    people, order = case.known.people, case.known.replay.policy.order
    if any(people.of(number) is None for one in case.both for number in one.calls):
        return True
    looked_up = (one for profile in case.both for one in case.carried(profile) if one.key in order)
    return any(stands_for_nobody(one) or loosely(one) in people.crowded for one in looked_up)


def _external(case: Case, profiles: Iterable[Profile]) -> set[Identifier]:
    """What the calls on some profiles carried as external id, differences of spelling apart."""
    carried = (one for profile in profiles for one in case.carried(profile))
    own = (one for one in carried if one.key == "external_id" and not stands_for_nobody(one))
    return {loosely(one) for one in own}


def _conflicting(case: Case) -> bool:
    one, other = (_external(case, [profile]) for profile in case.both)
    return bool(one and other) and len(one | other) > 1


def _guessed(case: Case) -> bool:
    """Tell whether only a guess makes the two one person; the log's own word is none."""
    if all(call.person == case.person for one in case.both for call in case.calls(one)):
        return False
    return len(_external(case, case.own)) > 1 or not _connected(case)


def _connected(case: Case) -> bool:
    """Tell whether identifiers connect the two, be it over other profiles of the person.

    A handle, such as the id of a device or a token of a link, identifies nobody: it is passed on.
    """
    policy, crowded = case.known.replay.policy, case.known.people.crowded
    identifying = {row.key for row in policy.key if not row.handle}
    groups: Groups[Identifier] = Groups()
    for profile in case.own:
        named = [one for one in case.carried(profile) if one.key in identifying]
        loose = [loosely(one) for one in named if not stands_for_nobody(one)]
        groups.join([_node(profile), *(one for one in loose if one not in crowded)])
    return groups.root(_node(case.destination)) == groups.root(_node(case.source))


def _node(profile: Profile) -> Identifier:
    return Identifier("", profile.name)


def _held_elsewhere(case: Case) -> bool:
    return any(case.known.holders[one] > 1 for one in case.ids)


def _several(case: Case) -> bool:
    return any(len(case.known.ids.get(one.name, ())) > 1 for one in case.both)


def _strange(case: Case) -> bool:
    return not all(map(_SHAPE.fullmatch, case.ids))


def _unknown(case: Case) -> bool:
    return any(case.known.id(one.name) is None for one in case.both)


_TESTS: Mapping[Code, Callable[[Case], bool]] = {
    "shared-by-two-persons": _shared,
    "placeholder-identifier": _anybodys,
    "conflicting-ids": _conflicting,
    "guessed-person": _guessed,
    "observed-twice": _several,
    "one-profile-id": _held_elsewhere,
    "strange-profile-id": _strange,
    "unknown-profile-id": _unknown,
}


def _ids(replay: Replay) -> dict[ProfileName, tuple[str, ...]]:
    """The platform's ids of each profile: what its calls were observed on, and what it holds.

    An id that a call asked to merge away is gone. Of ids of the right shape and others the right
    ones count: some senders put an id of their own in that place.
    """
    gone = {step.call.merges for step in replay if step.merged}
    found: defaultdict[ProfileName, dict[str, None]] = defaultdict(dict)
    for step in replay:
        if step.landed and step.call.observed:
            found[replay.survivor(step.landed)][step.call.observed] = None
    for profile in replay.profiles():
        if PROFILE_ID in profile.identifiers:
            found[profile.name][profile.identifiers[PROFILE_ID].text] = None
    left = {name: [one for one in ids if one not in gone] for name, ids in found.items()}
    right = {name: [one for one in ids if _SHAPE.fullmatch(one)] for name, ids in left.items()}
    return {name: tuple(right[name] or ids) for name, ids in left.items()}
