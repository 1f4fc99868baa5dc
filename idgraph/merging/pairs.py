"""Pairs of profiles that are one person, in data and in words: what to merge, what not, why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from idgraph.persons import PersonName
from idgraph.steps import ProfileName

Code = str
"""A reason or a block, in kebab-case."""

REASONS: Mapping[Code, str] = {
    "highest-key": "it holds a key that ranks above all keys of the others",
    "most-calls": "of those with the same highest key, most calls landed on it",
    "earliest": "of those with the same highest key and as many calls, it is the oldest",
}
"""Why a profile is the destination, in the order in which it is asked."""

BLOCKS: Mapping[Code, str] = {
    "shared-by-two-persons": (
        "calls of another person landed on one of the two, so that a merge would join two persons"
    ),
    "placeholder-identifier": (
        "a call on one of the two carried a value that stands for nobody or that many persons "
        "share, so that anybody's calls may be on it"
    ),
    "conflicting-ids": (
        "calls with different external ids landed on the two, so that they may be two persons"
    ),
    "guessed-person": (
        "that the two are one person is a guess: a device or a token alone links them, or several "
        "external ids are linked, of several persons it may be; name the persons in the log"
    ),
    "observed-twice": (
        "one of the two was observed under several profile ids, and nothing tells which is left"
    ),
    "one-profile-id": (
        "an observed profile id belongs to several profiles here, so that it is not known which of "
        "them the platform keeps under it"
    ),
    "strange-profile-id": (
        "an observed profile id has neither 26 nor 6 letters and digits, so it is none of the "
        "platform's: a stand-in, or a label of your own"
    ),
    "unknown-profile-id": (
        "the platform's id of one of the two is not known; export the events or the profiles of "
        "the person, and give them with --observe FILE"
    ),
}
"""Why a pair is not to be merged, what speaks of the persons first, what the ids lack last."""

WARNINGS = (
    (
        "A merge cannot be undone: the source is deleted. Read the list before you send anything; "
        "idgraph sends nothing."
    ),
    (
        "After a merge the source's old address is unknown again: the next call that still sends "
        "it creates a new profile. So first repair what sends it (idgraph diagnose), then merge."
    ),
)
"""Klaviyo help centre: on merging, and frequently asked questions about identity resolution."""


@dataclass(frozen=True, slots=True)
class MergePair:
    """A source that duplicates a destination; `blocked` says why not to merge it, None if ready.

    The ids are the platform's own, None where nothing observed shows one, or more than one.
    `reason` is the code of why the destination is the destination.
    """

    person: PersonName = field(repr=False)
    destination: ProfileName
    destination_id: str | None = field(repr=False)
    source: ProfileName
    source_id: str | None = field(repr=False)
    reason: Code
    blocked: Code | None

    @property
    def says(self) -> str:
        """The pair in a sentence, without any value."""
        if self.blocked:
            return f"{self.source} not into {self.destination}: {BLOCKS[self.blocked]}."
        return f"{self.source} into {self.destination}: {REASONS[self.reason]}."


@dataclass(frozen=True, slots=True)
class MergeGroup:
    """The profiles of one person: a destination, why it is, and a pair for each other profile."""

    person: PersonName = field(repr=False)
    destination: ProfileName
    reason: Code
    pairs: tuple[MergePair, ...]

    @property
    def ready(self) -> tuple[MergePair, ...]:
        """The pairs that nothing speaks against."""
        return tuple(pair for pair in self.pairs if pair.blocked is None)
