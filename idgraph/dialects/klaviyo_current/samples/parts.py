"""The parts that the sample requests are built of: made-up people, events, and their wrappings."""

from __future__ import annotations

from typing import Any

HOST = "https://a.klaviyo.com"
ID, OTHER = "01EXAMPLE0000000000000000A", "01EXAMPLE0000000000000000B"
KX = "kx-betty.ABC123"
BETTY = {"email": "betty@example.com", "external_id": "cust-1001"}
PHONE = "+15005550006"
AT = {"time": "2024-05-15T08:00:00+00:00"}
VIEWED = {"event": "Viewed Product", "occurred_at": 1715760000_000000}


def row(
    path: str, data: object, status: int = 202, *, answer: object = None, method: str = "POST"
) -> dict[str, object]:
    """Return a row of an exchange log that sends `data` to a path."""
    url = f"{HOST}/{path}"
    response = {"status": status} | ({} if answer is None else {"body": answer})
    return {"request": {"method": method, "url": url, "body": {"data": data}}, "response": response}


def profile(attributes: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return a profile as a resource; `more` stands beside its attributes."""
    return {"type": "profile", **more, "attributes": attributes}


def event(name: str, **more: object) -> dict[str, Any]:
    """Return an event of a nested metric, without anybody who did it."""
    metric = {"data": {"type": "metric", "attributes": {"name": name}}}
    return {
        "type": "event",
        "attributes": {"metric": metric, "properties": {"id": "no id"}, **more},
    }


def done_by(profile: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Return the event with the profile of who did it."""
    return {**event, "attributes": {**event["attributes"], "profile": {"data": profile}}}


def all_of(profile: dict[str, Any], *events: dict[str, Any]) -> dict[str, Any]:
    """Return the events of one profile, as bulk requests group them."""
    done = {"profile": {"data": profile}, "events": {"data": list(events)}}
    return {"type": "event-bulk-create", "attributes": done}


def job(kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
    """Return a resource of another kind than profiles and events."""
    return {"type": kind, "attributes": attributes}
