"""What exports show of a history: how it is known of which call, and what stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from idgraph.calls import CallNumber, History
from idgraph.exports.base import Exported
from idgraph.registry import Shown

WAYS = {
    "event-id": "the event has the event id of the call",
    "metric-time-value": "the event has the metric, the claimed second and the value of the call",
    "metric-receipt-value": "the event was received when the call was sent, metric and value agree",
    "identifiers": "one profile alone holds the identifiers of the call now",
}
"""How a call was joined with a profile, the surest first."""

OPEN = {
    "refused": "the platform refused them, so they wrote nothing",
    "no-event": "they make no event that could be looked for",
    "no-time": "they have no time by which an event could be looked for",
    "no-candidate": "no event in the exports fits them",
    "several-events": "several events fit them",
    "several-calls": "the event that fits them fits other calls as well",
    "moved": "their event was exported under several profiles, and no merge explains it",
}
"""Why a call was not joined."""

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Join:
    """A call, the profile that an export shows for it, and the row that shows it."""

    call: CallNumber
    way: str
    profile: str = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A call that has another profile than its event: both rows, since one of them is wrong."""

    call: CallNumber
    call_origin: str
    event_origin: str


@dataclass(frozen=True, slots=True)
class FiledTwice:
    """Events of one metric and one event id under several profiles: one real event, filed twice.

    The platform counts an event id once for a profile and a metric (OpenAPI file of 2026-07-15,
    `unique_id`), so nothing there keeps two profiles from having it. `calls` carry the id.
    """

    calls: tuple[CallNumber, ...]
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Survivors:
    """Observed ids that survived a merge: such an id may stand for a profile that is gone.

    `ids` counts them, `calls` have one, and `before` are those sent before such a merge, or at a
    time that cannot be compared with it.
    """

    ids: int
    calls: tuple[CallNumber, ...]
    before: tuple[CallNumber, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Observed(Shown):
    """A history with the profiles that exports show, and the account of it.

    Each call is in `joins` or, by reason, in `open`; each event is counted once in `events`, as
    `joined`, `open` or `unmatched`. Of the calls in `joins` that had a profile before, `confirmed`
    have the same one, `merged` one that was merged into the exported one, the rest are
    `contradictions`: all keep what they had. `current` are calls without an event whose identifiers
    one profile holds now: no observation unless `current_taken`.
    """

    history: History
    exported: Exported
    joins: tuple[Join, ...]
    open: Mapping[str, tuple[CallNumber, ...]]
    events: Mapping[str, int]
    confirmed: tuple[CallNumber, ...]
    merged: tuple[CallNumber, ...]
    contradictions: tuple[Contradiction, ...]
    current: tuple[Join, ...]
    current_taken: bool
    survivors: Survivors
    twice: tuple[FiledTwice, ...]

    @property
    def ways(self) -> dict[str, int]:
        """How many calls were joined in which way, the surest first."""
        found = Counter(join.way for join in self.joins)
        return {way: found[way] for way in WAYS if way in found}

    def sentences(self) -> Iterator[str]:
        """Say it for people, a sentence a line, without any value."""
        yield from _of_rows(self.exported)
        yield from _of_calls(self)
        joined, still_open, unmatched = (self.events[name] for name in _FITTED)
        yield (
            f"events: {joined} joined, {still_open} left open, {unmatched} that fit no call here"
        )
        yield from _of_earlier(self)
        yield from _of_merges_and_splits(self)

    def summary(self) -> dict[str, Any]:
        """Return the account for JSON: counts, numbers of calls and origins, and no value."""
        return {
            **_account(self.exported),
            "calls_joined": len(self.joins),
            "joined_by": self.ways,
            "calls_open": {reason: list(numbers) for reason, numbers in self.open.items()},
            "events_by_fit": dict(self.events),
            "confirmed": list(self.confirmed),
            "merged_since": list(self.merged),
            "contradictions": [
                {"call": one.call, "origin": one.call_origin, "event": one.event_origin}
                for one in self.contradictions
            ],
            "current_holders": [join.call for join in self.current],
            "current_taken": self.current_taken,
            "survivors": {
                "ids": self.survivors.ids,
                "calls": list(self.survivors.calls),
                "before": list(self.survivors.before),
            },
            "filed_twice": [
                {"calls": list(one.calls), "events": list(one.origins)} for one in self.twice
            ],
        }

    def __repr__(self) -> str:
        """Say in one line what came of it, without any value."""
        return f"<Observed: {len(self.joins)} of {len(self.history)} calls joined>"


_FITTED = ("joined", "open", "unmatched")


def _account(exported: Exported) -> dict[str, Any]:
    return {
        "rows": exported.rows,
        "used": exported.used,
        "not_used": sum(exported.not_used.values()),
        "rejected": len(exported.rejects),
        "not_used_by_reason": dict(exported.not_used),
        "rejected_by_reason": dict(sorted(Counter(one.slug for one in exported.rejects).items())),
        "formats": list(exported.formats),
        "events": len(exported.events),
        "profiles": len(exported.profiles),
        "merges": len(exported.merges),
        "notes": list(exported.notes),
    }


def _of_rows(exported: Exported) -> Iterator[str]:
    found = _account(exported)
    yield (
        f"exports: {found['rows']} rows, {found['used']} used, {found['not_used']} not used, "
        f"{found['rejected']} rejected ({', '.join(exported.formats)})"
    )
    yield (
        f"shown: events {found['events']}, profiles {found['profiles']}, merges {found['merges']}"
    )
    for reason, count in found["not_used_by_reason"].items():
        yield f"not used, {reason}: {count}"
    for slug, count in found["rejected_by_reason"].items():
        yield f"rejected, {slug}: {count}"
    yield from exported.notes


def _of_calls(observed: Observed) -> Iterator[str]:
    by = ", ".join(f"{way} {count}" for way, count in observed.ways.items())
    number = len(observed.joins)
    yield f"calls joined with a profile: {number} of {len(observed.history)}" + (
        f" ({by})" if by else ""
    )
    for reason, says in OPEN.items():
        if reason in observed.open:
            yield f"calls left open, {says}: {_listed(observed.open[reason])}"
    if observed.current:
        taken = "taken, as was asked" if observed.current_taken else "not taken"
        yield (
            "calls without an event whose identifiers one profile holds now, which says nothing of "
            f"who held them then ({taken}): {_listed([join.call for join in observed.current])}"
        )


def _of_earlier(observed: Observed) -> Iterator[str]:
    if observed.confirmed:
        yield f"calls that had the same profile before: {_listed(observed.confirmed)}"
    if observed.merged:
        yield (
            "calls that had a profile which was merged into the exported one, and keep it: "
            f"{_listed(observed.merged)}"
        )
    for one in observed.contradictions[:_SHOWN]:
        yield (
            f"contradiction: call {one.call} ({one.call_origin}) has another profile than its "
            f"event ({one.event_origin}), and keeps it"
        )
    left = len(observed.contradictions) - _SHOWN
    if left > 0:
        yield f"contradictions not listed here: {left}"


def _of_merges_and_splits(observed: Observed) -> Iterator[str]:
    survivors = observed.survivors
    if survivors.ids:
        yield (
            f"exported profiles that survived a merge: {survivors.ids}; where a call was sent "
            "before the merge, it may have landed on the profile that is gone: "
            f"{_listed(survivors.before)}"
        )
    for one in observed.twice[:_SHOWN]:
        calls = f", of {_listed(one.calls)}" if one.calls else ""
        yield f"one event was filed under several profiles ({', '.join(one.origins)}){calls}"
    left = len(observed.twice) - _SHOWN
    if left > 0:
        yield f"events filed under several profiles that are not listed here: {left}"


def _listed(numbers: Sequence[CallNumber]) -> str:
    if not numbers:
        return "no call"
    left = len(numbers) - _SHOWN
    more = f" and {left} more" if left > 0 else ""
    word = "call" if len(numbers) == 1 else "calls"
    return f"{word} {', '.join(map(str, numbers[:_SHOWN]))}{more}"
