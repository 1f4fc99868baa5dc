"""What an export shows: events and where they were filed, profiles and what they hold, merges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from idgraph.calls import Identifier, Reject
from idgraph.clocks import SECOND, Instant
from idgraph.dialects.base import Notes, Scalar, moment, text
from idgraph.exports.base.naming import worth

_IDS = ("$event_id", "unique_id")


@dataclass(frozen=True, slots=True)
class EventSeen:
    """An event, and the profile under which the platform shows it.

    `event_id` is the platform's own, None where the row has none; `unique_id` the sender's, None
    where there was none: then the platform takes the second of the event in its place and exports
    that, so one equal to the event's own second counts as none. `metric` is the name, None where
    only its id was exported. `at` is the sender's claim, cut to the second, or else the receipt.
    """

    event_id: str | None
    unique_id: str | None
    metric: str | None
    at: Instant | None
    value: Decimal | None
    profile: str
    origin: str
    metric_id: str | None = None


@dataclass(frozen=True, slots=True)
class ProfileSeen:
    """A profile as it was when it was exported: what it holds now, not what it held then.

    `profile` is None where a table has no column of ids.
    """

    profile: str | None
    identifiers: tuple[Identifier, ...]
    created: Instant | None
    updated: Instant | None
    origin: str


@dataclass(frozen=True, slots=True)
class MergeSeen:
    """A merge: `source` is gone, its events are shown under `destination` since."""

    source: str
    destination: str
    at: Instant | None
    origin: str


@dataclass(frozen=True, slots=True)
class MetricSeen:
    """The name of a metric, for events that were exported with its id alone."""

    metric_id: str
    name: str


Seen = EventSeen | ProfileSeen | MergeSeen | MetricSeen


@dataclass(frozen=True, slots=True, repr=False)
class Exported:
    """All that some exports show, and how their rows were used: nothing is lost.

    `rows == used + sum(not_used.values()) + len(rejects)`, always. A row is a resource of a page,
    with those that it includes, or a line of a table.
    """

    events: tuple[EventSeen, ...] = ()
    profiles: tuple[ProfileSeen, ...] = ()
    merges: tuple[MergeSeen, ...] = ()
    rows: int = 0
    used: int = 0
    not_used: Mapping[str, int] = field(default_factory=dict)
    rejects: tuple[Reject, ...] = ()
    formats: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say in one line what is there, without any value."""
        return (
            f"<Exported: {len(self.events)} events, {len(self.profiles)} profiles, "
            f"{len(self.merges)} merges; {len(self.rejects)} of {self.rows} rows rejected>"
        )


def event_seen(
    properties: Mapping[str, Any],
    at: Instant | None,
    *,
    event_id: str | None,
    metric: str | None,
    metric_id: str | None,
    profile: str,
    origin: str,
) -> EventSeen:
    """Return the event that a row shows, with what its properties say of its id and its worth.

    That the platform exports the second as `$event_id` where the sender gave none: the example
    event in the vendor's help, "Getting started with Code" (2026-04-21); the default itself: the
    OpenAPI file of 2026-07-15, `unique_id`.
    """
    given = (properties.get(name) for name in _IDS)
    unique = next((text(one, "unique_id") for one in given if _is_id(one)), None)
    defaulted = at is not None and unique == str(at // SECOND)
    return EventSeen(
        event_id=event_id,
        unique_id=None if defaulted else unique,
        metric=metric,
        at=at,
        value=worth(properties.get("$value")),
        profile=profile,
        origin=origin,
        metric_id=metric_id,
    )


def _is_id(value: object) -> bool:
    return isinstance(value, Scalar) and not isinstance(value, bool) and value != ""


def when(holder: Mapping[str, Any], notes: Notes) -> Instant | None:
    """Return the time of an event: its `datetime`, which has a zone, or else its `timestamp`."""
    found = moment(holder.get("datetime"), notes)
    return moment(holder.get("timestamp"), notes) if found is None else found
