"""Pages of the current API: `GET /api/events`, `/api/profiles`, `/api/metrics`, one or many.

Shapes after the OpenAPI files up to 2026-07-15. Until 2023-01-24 an event named its profile and its
metric among the attributes (reference of v2022-10-17 and v2023-01-24).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from idgraph.clocks import SECOND
from idgraph.dialects.base import Notes, RejectRow, identifiers, label, moment, text
from idgraph.exports.base import (
    Export,
    MetricSeen,
    NotUsed,
    Outcome,
    ProfileSeen,
    Seen,
    element_names,
    elements_of,
    event_seen,
    when,
)
from idgraph.sources.base import Input, top_names

_TYPE = re.compile(rb'"type"\s*:\s*"(?:event|profile|metric)"')
_EMPTY = re.compile(rb'"data"\s*:\s*\[\s*\]')
_SPELLINGS = (
    ("email", "email"),
    ("phone_number", "phone_number"),
    ("external_id", "external_id"),
)


def sniff(head: bytes, _: str) -> bool:
    """Take JSON:API resources that are events, profiles or metrics, and pages of them."""
    names = element_names(head)
    if names:
        return "object" not in names and bool(_TYPE.search(head))
    opens = head.lstrip()[:1] in (b"{", b"[")
    return opens and {"data", "links"} <= top_names(head) and bool(_EMPTY.search(head))


def read(source: Input, notes: Notes) -> Iterator[Outcome]:
    """Return what each resource shows, those that a page includes as well."""
    return elements_of(source, _is_resource, lambda resource, at: _shown(resource, at, notes))


def _is_resource(row: Mapping[str, Any]) -> bool:
    return "data" not in row and {"type", "id"} <= row.keys()


def _shown(resource: Mapping[str, Any], origin: str, notes: Notes) -> tuple[Seen, ...]:
    kind = resource.get("type")
    if not isinstance(kind, str) or kind not in _SHOWN:
        raise NotUsed("other-resource")
    return _SHOWN[kind](resource, origin, notes)


def _event(resource: Mapping[str, Any], origin: str, notes: Notes) -> tuple[Seen, ...]:
    attributes = _object(resource, "attributes")
    profile = _related(resource, "profile")
    if profile is None:
        raise NotUsed("no-profile-id")
    own = label(resource.get("id"), "id")
    return (
        event_seen(
            _object(attributes, "event_properties"),
            when(attributes, notes),
            event_id=own or label(attributes.get("uuid"), "uuid"),
            metric=None,
            metric_id=_related(resource, "metric"),
            profile=profile,
            origin=origin,
        ),
    )


def _profile(resource: Mapping[str, Any], origin: str, notes: Notes) -> tuple[Seen, ...]:
    attributes = _object(resource, "attributes")
    profile = label(resource.get("id"), "id")
    found, _ = identifiers(attributes, _SPELLINGS, (), notes)
    if profile is None and not found:
        raise NotUsed("no-identifier")
    created, updated = (moment(attributes.get(name), notes) for name in ("created", "updated"))
    return (ProfileSeen(profile, found, created, updated, origin),)


def _metric(resource: Mapping[str, Any], _: str, __: Notes) -> tuple[Seen, ...]:
    name = text(_object(resource, "attributes").get("name"), "name")
    own = label(resource.get("id"), "id")
    if name is None or own is None:
        raise NotUsed("other-resource")
    return (MetricSeen(own, name),)


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object of a resource; one that is absent, null or PHP's empty list is empty."""
    found = holder.get(name)
    if found is None or found == []:
        return {}
    if not isinstance(found, dict):
        raise RejectRow("bad-payload", name)
    return found


def _related(resource: Mapping[str, Any], name: str) -> str | None:
    """Return the id of the one related resource; until 2023-01-24 it stood in the attributes."""
    relation = _object(_object(resource, "relationships"), name)
    found = label(_object(relation, "data").get("id"), name)
    return found or label(_object(resource, "attributes").get(f"{name}_id"), name)


_SHOWN: Mapping[str, Callable[[Mapping[str, Any], str, Notes], tuple[Seen, ...]]] = {
    "event": _event,
    "profile": _profile,
    "metric": _metric,
}

_PAGE = {
    "data": [
        {
            "type": "event",
            "id": "EVENT1",
            "attributes": {
                "timestamp": 1772445900,
                "event_properties": {"$event_id": "order-7", "$value": 29.98},
                "datetime": "2026-03-02T10:05:00+00:00",
            },
            "relationships": {
                "profile": {"data": {"type": "profile", "id": "EXAMPLEB"}},
                "metric": {"data": {"type": "metric", "id": "METRIC"}},
            },
        },
        {
            "type": "event",
            "id": "EVENT0",
            "attributes": {
                "metric_id": "METRIC",
                "profile_id": "EXAMPLEA",
                "timestamp": 1772445600,
                "event_properties": {"$event_id": "1772445600"},
            },
        },
    ],
    "included": [
        {
            "type": "profile",
            "id": "EXAMPLEB",
            "attributes": {
                "email": "betty@example.com",
                "phone_number": None,
                "external_id": None,
                "created": "2026-03-02T10:05:03+00:00",
            },
        },
        {"type": "metric", "id": "METRIC", "attributes": {"name": "Placed Order"}},
        {"type": "attribution", "id": "ATTRIBUTION"},
    ],
    "links": {"next": None},
}

EXPORT = Export(
    name="api-pages",
    title="pages of the current API (events, profiles, metrics)",
    looks="a page of events or profiles from the platform's API",
    says="JSON:API pages, one, many, JSON Lines or an array, with what they include.",
    sniff=sniff,
    read=read,
    sample=json.dumps(_PAGE, indent=1).encode(),
    expect=(
        {
            "event_id": "EVENT1",
            "unique_id": "order-7",
            "metric": "Placed Order",
            "profile": "EXAMPLEB",
            "at": 1772445900 * SECOND,
        },
        {"unique_id": None, "metric": "Placed Order", "profile": "EXAMPLEA"},
        {"profile": "EXAMPLEB", "email": "betty@example.com", "created": 1772445903 * SECOND},
    ),
)
