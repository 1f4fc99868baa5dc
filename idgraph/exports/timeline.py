"""Pages of the classic API: the timelines of v1, and a person of `GET /api/v1/person/{id}`.

Shapes after the reference of v1-2: a `$list` of `event` objects, each with its `person`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from idgraph.clocks import SECOND
from idgraph.dialects.base import Notes, RejectRow, identifiers, label, moment, text
from idgraph.exports.base import (
    Export,
    NotUsed,
    Outcome,
    ProfileSeen,
    Seen,
    element_names,
    elements_of,
    event_seen,
    when,
)
from idgraph.sources.base import Input

_OBJECT = re.compile(rb'"object"\s*:\s*"(?:event|person|\$list)"')
_TELLING = {"data", "event_name", "event_properties", "$email", "email", "$id", "$phone_number"}
_SPELLINGS = (
    ("$id", "external_id"),
    ("$email", "email"),
    ("email", "email"),
    ("$phone_number", "phone_number"),
    ("phone_number", "phone_number"),
)
"""A bare `id` is the profile's own here, and not the sender's."""


def sniff(head: bytes, _: str) -> bool:
    """Take a timeline and a person, told by their `object`."""
    names = element_names(head)
    return "object" in names and bool(names & _TELLING) and bool(_OBJECT.search(head))


def read(source: Input, notes: Notes) -> Iterator[Outcome]:
    """Return what each event shows, with its person, and what each person does."""
    return elements_of(source, _is_object, lambda one, origin: _shown(one, origin, notes))


def _is_object(row: Mapping[str, Any]) -> bool:
    return row.get("object") in ("event", "person")


def _shown(one: Mapping[str, Any], origin: str, notes: Notes) -> tuple[Seen, ...]:
    kind = one.get("object")
    if kind == "person":
        person = _person(one, origin, notes)
        if person is None:
            raise NotUsed("no-identifier")
        return (person,)
    if kind != "event":
        raise NotUsed("other-resource")
    return _event(one, origin, notes)


def _event(one: Mapping[str, Any], origin: str, notes: Notes) -> tuple[Seen, ...]:
    holder = one.get("person")
    person = _person(holder, origin, notes) if isinstance(holder, dict) else None
    if person is None or person.profile is None:
        raise NotUsed("no-profile-id")
    properties = one.get("event_properties") or {}
    if not isinstance(properties, dict):
        raise RejectRow("bad-payload", "event_properties")
    event = event_seen(
        properties,
        when(one, notes),
        event_id=label(one.get("id"), "id") or label(one.get("uuid"), "uuid"),
        metric=text(one.get("event_name"), "event_name"),
        metric_id=label(one.get("statistic_id"), "statistic_id"),
        profile=person.profile,
        origin=origin,
    )
    return (event, person)


def _person(one: Mapping[str, Any], origin: str, notes: Notes) -> ProfileSeen | None:
    profile = label(one.get("id"), "id")
    found, _ = identifiers(one, _SPELLINGS, (), notes)
    if profile is None and not found:
        return None
    created, updated = (moment(one.get(name), notes) for name in ("created", "updated"))
    return ProfileSeen(profile, found, created, updated, origin)


_PAGE = {
    "object": "$list",
    "count": 1,
    "data": [
        {
            "object": "event",
            "id": "EVENT1",
            "statistic_id": "METRIC",
            "timestamp": 1618560000,
            "event_name": "Placed Order",
            "event_properties": {"$event_id": "order-7", "$value": 100},
            "datetime": "2021-04-16 08:00:00+00:00",
            "uuid": "UUID1",
            "person": {
                "object": "person",
                "id": "EXAMP1",
                "$email": "betty@example.com",
                "$id": "b1",
            },
        },
    ],
    "next": "1618560000-EXAMPLE",
}

EXPORT = Export(
    name="timeline",
    title="timelines and persons of the classic API",
    looks="a timeline of the platform's classic API",
    says="Pages of `v1/metrics/timeline` and `v1/person/{id}/metrics/timeline`, and one person.",
    sniff=sniff,
    read=read,
    sample=json.dumps(_PAGE).encode() + b"\n",
    expect=(
        {
            "event_id": "EVENT1",
            "unique_id": "order-7",
            "metric": "Placed Order",
            "profile": "EXAMP1",
            "at": 1618560000 * SECOND,
        },
        {"profile": "EXAMP1", "email": "betty@example.com", "external_id": "b1"},
    ),
)
