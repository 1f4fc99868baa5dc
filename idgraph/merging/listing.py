"""The merge list of a replay: a destination and its sources for each person with duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from idgraph.calls import PROFILE_ID
from idgraph.diagnosis import Diagnosis
from idgraph.inert import cell, json_line
from idgraph.merging.judging import Case, Known, blocked, known_of
from idgraph.merging.pairs import BLOCKS, REASONS, Code, MergeGroup, MergePair
from idgraph.merging.requesting import BURST, requests
from idgraph.persons import PersonName, Persons, link
from idgraph.placeholders import stands_for_nobody
from idgraph.redaction import Redactor
from idgraph.registry import Shown
from idgraph.replays import Replay
from idgraph.splitting import landed_on
from idgraph.steps import Profile, ProfileName

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "person",
    "destination",
    "destination_id",
    "source",
    "source_id",
    "reason",
    "blocked",
    "says",
)


@dataclass(frozen=True, slots=True, repr=False)
class MergeList(Shown):
    """What to merge, person by person, in the order of their first calls.

    It knows the calls of the history alone: what else is on a profile, only the platform knows.

    >>> import idgraph as ig
    >>> ig.merge_list(ig.replay(ig.demo("shop")))
    <MergeList klaviyo-classic: 4 pairs of 4 persons, 1 ready, 3 unknown-profile-id; a merge cannot
    be undone>
    """

    replay: Replay
    people: Persons
    groups: tuple[MergeGroup, ...]

    def __len__(self) -> int:
        """Return the number of pairs, blocked ones as well."""
        return len(self.pairs)

    def __iter__(self) -> Iterator[MergePair]:
        """Go through the pairs."""
        return iter(self.pairs)

    @property
    def pairs(self) -> tuple[MergePair, ...]:
        """Every pair, group by group."""
        return tuple(pair for group in self.groups for pair in group.pairs)

    @property
    def ready(self) -> tuple[MergePair, ...]:
        """The pairs that nothing speaks against: those of the requests."""
        return tuple(pair for pair in self.pairs if pair.blocked is None)

    @property
    def blocked(self) -> dict[Code, tuple[MergePair, ...]]:
        """The other pairs, by the code of what speaks against them, in the order of `BLOCKS`."""
        every = {code: tuple(p for p in self.pairs if p.blocked == code) for code in BLOCKS}
        return {code: pairs for code, pairs in every.items() if pairs}

    def shown(self, *, redact: bool = True) -> tuple[MergePair, ...]:
        """Return the pairs as they may be shown: with stand-ins for persons and profile ids."""
        if not redact:
            return self.pairs
        redactor = Redactor(self.replay.history)
        people = link(redactor.history(self.replay.history))

        def named(person: PersonName) -> PersonName:
            name = people.of(self.people.calls[person][0])
            return redactor.text("person", person) if name is None else name

        def known(profile: str | None) -> str | None:
            return None if profile is None else redactor.text("observed", profile)

        return tuple(
            replace(
                pair,
                person=named(pair.person),
                destination_id=known(pair.destination_id),
                source_id=known(pair.source_id),
            )
            for pair in self.pairs
        )

    def table(self, *, redact: bool = True) -> pd.DataFrame:
        """Return one row a pair: person, profiles and their ids, reason, blocked, says.

        `blocked` is None for a pair that is ready, an id is None where it is not known.
        """
        from idgraph.frames import Frame

        pairs = self.shown(redact=redact)
        rows = [[getattr(pair, name) for name in COLUMNS] for pair in pairs]
        return Frame(rows, columns=list(COLUMNS), dtype=object)

    def csv(self, *, redact: bool = True) -> str:
        """Return the table as CSV; cells of strangers' words are written as `inert.cell` does."""
        table = self.table(redact=redact)
        for name in ("person", "destination_id", "source_id"):
            table[name] = table[name].map(cell, na_action="ignore")
        return str(table.to_csv(index=False, lineterminator="\n"))

    def write_csv(self, path: str | Path, *, redact: bool = True) -> Path:
        """Write the table as CSV, and return the path."""
        Path(path).write_text(self.csv(redact=redact), "utf-8")
        return Path(path)

    def requests(self, *, batch_size: int = BURST) -> tuple[dict[str, Any], ...]:
        """Return the request of each pair that is ready: method, path, body, batch (from 1).

        The ids are real ones, and nothing else of a person is in a request. Send a batch at a time,
        `pacing` says how fast, with the headers of the API (key, `revision`). A merge is only
        queued by its answer, and nothing says what two at once into one profile come to, so that
        no batch has two of one destination. `UsageError` where a batch would exceed `BURST`.
        """
        return requests(self.groups, batch_size)

    def write_requests(self, path: str | Path, *, batch_size: int = BURST) -> Path:
        """Write the requests as JSON Lines, one a line, and return the path."""
        rows = self.requests(batch_size=batch_size)
        text = "".join(f"{json_line(msgspec.json.encode(row).decode())}\n" for row in rows)
        Path(path).write_text(text, "utf-8")
        return Path(path)

    def __repr__(self) -> str:
        """Say how many pairs there are, without a name."""
        persons, ready = len(self.groups), len(self.ready)
        held = "".join(f", {len(pairs)} {code}" for code, pairs in self.blocked.items())
        counts = f"{len(self)} pairs of {persons} persons, {ready} ready{held}"
        return f"<MergeList {self.replay.policy.name}: {counts}; a merge cannot be undone>"


def merge_list(found: Replay | Diagnosis) -> MergeList:
    """Say, for each person with two or more profiles, which to merge into which.

    The destination is the profile that holds the key which ranks highest in the policy (the
    platform's own id, which every profile has, and placeholders do not count), then the one on
    which most calls landed, then the oldest. A pair that anything speaks against is blocked.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.merge_list(replay)
    <MergeList klaviyo-classic: 1 pairs of 1 persons, 1 ready; a merge cannot be undone>
    """
    replay = found.replay if isinstance(found, Diagnosis) else found
    people = found.people if isinstance(found, Diagnosis) else link(replay.history)
    known = known_of(replay, people)
    several = ((name, landed_on(replay, people.calls[name])) for name in people)
    groups = (_group(known, name, on) for name, on in several if len(on) > 1)
    return MergeList(replay, people, tuple(groups))


def _group(known: Known, person: PersonName, names: Iterable[ProfileName]) -> MergeGroup:
    own = sorted((known.profiles[name] for name in names), key=lambda one: _rank(known, one))
    destination, *sources = own
    best, second = (_rank(known, one) for one in own[:2])
    reason = next((c for c, a, b in zip(REASONS, best, second, strict=True) if a < b), "earliest")
    pairs = tuple(
        MergePair(
            person=person,
            destination=destination.name,
            destination_id=known.id(destination.name),
            source=source.name,
            source_id=known.id(source.name),
            reason=reason,
            blocked=blocked(Case(known, person, tuple(own), destination, source)),
        )
        for source in sorted(sources, key=_birth)
    )
    return MergeGroup(person, destination.name, reason, pairs)


def _rank(known: Known, profile: Profile) -> tuple[int, int, int]:
    """The destination has the lowest: place of the highest key, calls, birth, as in `REASONS`."""
    order = [key for key in known.replay.policy.order if key != PROFILE_ID]
    held = [one.key for one in profile.identifiers.values() if not stands_for_nobody(one)]
    places = [place for place, key in enumerate(order) if key in held]
    return min(places, default=len(order)), -len(profile.calls), _birth(profile)


def _birth(profile: Profile) -> int:
    return profile.created_by or profile.calls[0]
