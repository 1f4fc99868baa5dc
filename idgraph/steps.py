"""What a call came to, in data: steps, changes, profiles, tenures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from idgraph.calls import Call, CallNumber, Identifier, Key
from idgraph.registry import Shown
from idgraph.rules import RuleCode

ProfileName = str
"""`P1`, `P2`, ... in order of creation; `O1`, `O2`, ... for one that only observation knows."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a call did to one key of its profile.

    `before` is None where the key was empty, `after` where the call emptied it; `taken_from` is the
    profile that lost the identifier to this one, None where nobody did.
    """

    key: Key
    before: Identifier | None
    after: Identifier | None
    rule: RuleCode
    taken_from: ProfileName | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An identifier of a call that was not written; `holder` is the profile that holds it."""

    identifier: Identifier
    rule: RuleCode
    holder: ProfileName | None


@dataclass(frozen=True, slots=True)
class Move:
    """That an identifier, as the platform compares it, finds `profile` from a call on.

    `profile` is None where it finds nobody any more.
    """

    identifier: Identifier
    profile: ProfileName | None


@dataclass(frozen=True, slots=True, repr=False)
class Step(Shown):
    """What one call came to.

    `call` is the call as the platform got it: a sender in between may have changed its keys.

    `matched` is the key that found the profile, None where the call created one. `profile` is None
    where the call was refused or carries no key that the rules look up. `rule` says why it went
    where it went. `candidates` are the profiles that each key of the call would have found, in the
    order of trial. `assumed` are the rules with evidence `unknown` or `inferred` that decided
    anything. `before` and `after` are what the profile held, by key. `landed` is where the call
    really landed as far as anyone knows: the observed profile where there is one, else `profile`.
    `merged` are the profiles that the call merged into `profile`. `contents` is what each profile
    that it touched held after it, `moves` are the identifiers that found another profile after it.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> replay[2], replay[2].rule
    (<Step 2: P1, found by email>, 'match-email')
    """

    number: CallNumber
    call: Call
    matched: Key | None
    profile: ProfileName | None
    created: bool
    refused: bool
    rule: RuleCode
    candidates: Mapping[Key, ProfileName]
    changed: tuple[Change, ...]
    kept: tuple[Kept, ...]
    assumed: tuple[RuleCode, ...]
    before: Mapping[Key, Identifier]
    after: Mapping[Key, Identifier]
    landed: ProfileName | None
    merged: tuple[ProfileName, ...] = ()
    contents: Mapping[ProfileName, Mapping[Key, Identifier]] = field(default_factory=dict)
    moves: tuple[Move, ...] = ()

    def __repr__(self) -> str:
        """Say where the call went and by which key, without a value."""
        seen = f", observed on {self.landed}" if self.deviates else ""
        return f"<Step {self.number}: {self.came_to}{seen}>"

    @property
    def came_to(self) -> str:
        """Where the rules send the call, in a few words without a value."""
        if self.profile is None:
            return "refused" if self.refused else "filed nowhere"
        found = "created" if self.matched is None else f"found by {self.matched}"
        return f"{self.profile}, {found}"

    @property
    def updates(self) -> tuple[Change, ...]:
        """The changes that replaced another value."""
        return tuple(change for change in self.changed if change.before is not None)

    @property
    def deviates(self) -> bool:
        """Whether the call was observed elsewhere than where the rules send it."""
        return self.landed != self.profile


def survivors(steps: Iterable[Step]) -> dict[ProfileName, ProfileName]:
    """Return, for each profile that some steps merged, the one that was left of it in the end."""
    into: dict[ProfileName, ProfileName] = {}
    for step in steps:
        if step.merged and step.profile:
            into.update(dict.fromkeys(step.merged, step.profile))
            into = {source: into.get(last, last) for source, last in into.items()}
    return into


def reached(
    steps: Mapping[CallNumber, Step], number: CallNumber, others: Iterable[CallNumber]
) -> bool:
    """Tell whether a call landed on a profile of other calls, be it through a merge."""
    into = survivors(steps.values())
    name = steps[number].profile
    found = {into.get(profile, profile) for n in others if (profile := steps[n].profile)}
    return name is not None and into.get(name, name) in found


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile at the end of a replay: what it holds, which call created it, which landed on it.

    `created_by` is None for a profile that only observation knows; its `identifiers` are then
    those that the calls observed on it carried, the last one of each key.
    """

    name: ProfileName
    identifiers: Mapping[Key, Identifier]
    created_by: CallNumber | None
    calls: tuple[CallNumber, ...]


@dataclass(frozen=True, slots=True)
class Tenure:
    """A time in which a profile held an identifier: from a call to a call, None if to the end."""

    profile: ProfileName
    since: CallNumber
    until: CallNumber | None
