"""A row that holds source events and what was sent for them: the requests, and what became of ids.

Two shapes: `input` and `output`, and the batch of a router, `input_order` and `delivery_order`,
where a job number joins the two. A request is an exchange, or RudderStack's own
`{"method", "endpoint", "headers", "body": {"JSON": ...}}` (rudder-transformer, tests of the
klaviyo destination's router).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from idgraph.calls import Call, Identifier
from idgraph.dialects.base import NotACall, Notes, RejectRow, exchange_from
from idgraph.sources.base import calls_of
from idgraph.sources.cdp_events.events import DROPPED, Event, claimed, message_id, said

FELL_BACK = "anonymousId used as external_id"
OVERTAKEN = "delivered out of order"
"""What the context of a call says of its source event, beside `source userId` and its like."""

_NAMES = {
    "external_id": "source userId",
    "anonymous_id": "source anonymousId",
    "email": "source email",
    "phone_number": "source phone",
    "profile_id": "source externalId",
}
_OUTER = ("sent_at", "received_at", "answered_at", "channel", "person", "observed_profile")
_LIMIT = 2
"""Two events of one delivery that a call fits equally well: then neither is its source."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A source event of the row: its place among them, and whom it named."""

    place: int
    job: object
    event: Event
    ids: tuple[Identifier, ...]


def is_delivered(row: Mapping[str, Any]) -> bool:
    """Tell a row that holds both sides from a bare source event."""
    return {"input", "output"} <= row.keys() or {"input_order", "delivery_order"} <= row.keys()


def delivered_calls(row: Mapping[str, Any], origin: str, notes: Notes) -> tuple[Call, ...]:
    """Return the calls that were sent, in order of delivery, each with its source in its context.

    Where the requests have no clock of their own the order of the row is the order: only the first
    call keeps a claimed time, since claims would put the calls back into the order of the source.
    """
    told = _told(row.get("input_order", row.get("input")), notes)
    calls: list[Call] = []
    first: _Told | None = None
    latest = -1
    why: NotACall | None = None
    for entry in _objects(row.get("delivery_order", row.get("output")), "deliveries"):
        chosen = _chosen(told, entry)
        made: list[Call] = []
        for request in _requests(row, entry):
            try:
                made += calls_of(exchange_from(request, origin, notes))
            except NotACall as aside:
                why = why or aside
        if not made:
            _count_given_up(entry, notes)
            continue
        overtaken = bool(chosen) and min(one.place for one in chosen) < latest
        latest = max([latest, *(one.place for one in chosen)])
        if overtaken:
            notes.count("overtaken")
        pairs = [(call, _source_of(call, chosen)) for call in made]
        first = first if calls else pairs[0][1]
        calls += [_marked(call, source, notes, late=overtaken) for call, source in pairs]
    if not calls:
        raise why or NotACall("never-sent")
    return _in_given_order(calls, first, notes)


def _told(given: object, notes: Notes) -> list[_Told]:
    told = []
    for place, entry in enumerate(_objects(given, "source events")):
        event = entry.get("message", entry)
        if not isinstance(event, dict):
            raise RejectRow("bad-payload", "a source event")
        job = next(iter(_jobs(entry)), None)
        told.append(_Told(place, job, event, said(event, notes)[0]))
    return told


def _objects(given: object, what: str) -> list[dict[str, Any]]:
    listed = given if isinstance(given, list) else [given]
    found = [one for one in listed if isinstance(one, dict)]
    if len(found) < len(listed):
        raise RejectRow("bad-payload", what)
    return found


def _jobs(entry: Mapping[str, Any]) -> Iterator[object]:
    """The job numbers that an event or a delivery bears, under each name that they have."""
    if "jobId" in entry:
        yield entry["jobId"]
    listed = entry.get("jobIds")
    yield from listed if isinstance(listed, list) else ()
    described = entry.get("metadata")
    for one in described if isinstance(described, list) else [described]:
        if isinstance(one, dict) and "jobId" in one:
            yield one["jobId"]


def _chosen(told: list[_Told], entry: Mapping[str, Any]) -> list[_Told]:
    """Return the events of a delivery; without a job number, those of a row that has just one."""
    jobs = list(_jobs(entry))
    if not jobs:
        return told if len(told) == 1 else []
    return [one for one in told if one.job in jobs]


def _requests(row: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    given = entry.get("requests", entry.get("batchedRequest"))
    listed = [entry] if given is None else _objects(given, "requests")
    known = {name: holder[name] for holder in (row, entry) for name in _OUTER if name in holder}
    for one in listed:
        if "request" in one:
            yield {**known, **one}
        elif "endpoint" in one:
            yield {**known, "request": _request_of(one)}


def _request_of(sent: Mapping[str, Any]) -> dict[str, Any]:
    body = sent.get("body")
    return {
        "method": sent.get("method") or "POST",
        "url": sent["endpoint"],
        "headers": sent.get("headers"),
        "body": body.get("JSON") if isinstance(body, dict) and "JSON" in body else body,
    }


def _count_given_up(entry: Mapping[str, Any], notes: Notes) -> None:
    if "error" in entry:
        for _ in list(_jobs(entry)) or [None]:
            notes.count("given-up")


def _source_of(call: Call, chosen: list[_Told]) -> _Told | None:
    """Return the event that a call was made of: the one that shares most with it, if one does."""
    if len(chosen) < _LIMIT:
        return next(iter(chosen), None)
    sent = {one.text for one in call.identifiers} | {call.event_id}
    shared = [
        (sum(one.text in sent for one in told.ids) + (message_id(told.event) in sent), told)
        for told in chosen
    ]
    best = max(number for number, _ in shared)
    fitting = [told for number, told in shared if number == best]
    return fitting[0] if best and len(fitting) == 1 else None


def _marked(call: Call, source: _Told | None, notes: Notes, *, late: bool) -> Call:
    """Return a call with what its source event said, and with what became of it on the way."""
    context = dict(call.context)
    if source:
        context |= {_NAMES[one.key]: one for one in source.ids}
        message = message_id(source.event)
        if message is not None:
            context["source messageId"] = Identifier("event_id", message)
        if _dropped(call, context):
            notes.count("id-dropped")
            context[DROPPED] = context["source userId"]
        if _fell_back(call, context):
            notes.count("anonymous-as-id")
            context[FELL_BACK] = call.keys["external_id"]
    if late:
        known = (context.get(name) for name in ("source messageId", *_NAMES.values()))
        context[OVERTAKEN] = next(filter(None, known), call.identifiers[0])
    return replace(call, context=context)


def _dropped(call: Call, context: Mapping[str, Identifier]) -> bool:
    """RudderStack writes the id that it drops to the custom property `_id` (c98d160, klaviyo)."""
    user = context.get("source userId")
    return bool(user) and "external_id" not in call.keys and _holds(call.payload, "_id", user)


def _holds(value: object, name: str, wanted: Identifier | None) -> bool:
    level = [value]
    while level:
        one = level.pop()
        if isinstance(one, Mapping):
            found = one.get(name)
            if wanted and found is not None and str(found) == wanted.text:
                return True
            level += one.values()
        elif isinstance(one, list | tuple):
            level += one
    return False


def _fell_back(call: Call, context: Mapping[str, Identifier]) -> bool:
    """RudderStack's first version takes the anonymousId where it has no other id (c98d160)."""
    given, anonymous = call.get("external_id"), context.get("source anonymousId")
    user = context.get("source userId")
    if given is None or anonymous is None or given.text != anonymous.text:
        return False
    return user is None or user.text != given.text


def _in_given_order(calls: list[Call], first: _Told | None, notes: Notes) -> tuple[Call, ...]:
    if all(call.received_at is not None or call.sent_at is not None for call in calls):
        return tuple(calls)
    for call in calls[1:]:
        if call.occurred_at is not None:
            notes.count("claim-aside")
    start = calls[0].occurred_at
    if start is None and first is not None:
        start = claimed(first.event, notes)
    rest = [replace(call, occurred_at=None) for call in calls[1:]]
    return (replace(calls[0], occurred_at=start), *rest)
