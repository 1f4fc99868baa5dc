"""One source event of RudderStack or Segment: who the source said it was about, before any sender.

Fields after the common fields of both specifications (event type, ids, traits, clocks, channel)
and, for rows of a warehouse, after their warehouse schemas, which write the same in snake case and
flatten `context`. The source said more than a destination passes on: that is what to compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from idgraph.calls import Call, Identifier, Key, in_order
from idgraph.clocks import Instant
from idgraph.dialects.base import NotACall, Notes, RejectRow, identifier, moment, text
from idgraph.sources.base.paths import Path, reached

Event = Mapping[str, Any]
KINDS = ("identify", "track", "page", "screen", "group", "alias")
DROPPED = "dropped by enforceEmailAsPrimary"
"""What the context calls an id that RudderStack keeps from the platform."""

_IDS: tuple[tuple[Path, Key], ...] = (
    (("userId",), "external_id"),
    (("user_id",), "external_id"),
    (("anonymousId",), "anonymous_id"),
    (("anonymous_id",), "anonymous_id"),
)
_TRAITS: tuple[tuple[Path, Key], ...] = (
    (("traits", "email"), "email"),
    (("traits", "phone"), "phone_number"),
)
_CONTEXT_TRAITS: tuple[tuple[Path, Key], ...] = (
    (("context", "traits", "email"), "email"),
    (("context_traits_email",), "email"),
    (("context", "traits", "phone"), "phone_number"),
    (("context_traits_phone",), "phone_number"),
)
_COLUMNS: tuple[tuple[Path, Key], ...] = ((("email",), "email"), (("phone",), "phone_number"))
_PROFILE = "klaviyo-profileId"
_CHANNELS = {
    "web": "browser",
    "browser": "browser",
    "client": "browser",
    "server": "server",
    "mobile": "mobile",
    "sources": "import",
}
"""RudderStack has web, mobile, server and sources (its warehouse loads); Segment browser or client,
server and mobile."""
_OBJECTS: tuple[Path, ...] = (("traits",), ("context",), ("context", "traits"))


def event_call(event: Event, origin: str, notes: Notes, *, enforced: bool = False) -> Call:
    """Return an event as a call that carries what the source said; `NotACall`, `RejectRow` else.

    `enforced` says that its destination has enforceEmailAsPrimary on: then the context marks the
    id, which the source said and the platform will not get.
    """
    kind = kind_of(event)
    ids, wire = said(event, notes)
    if not ids:
        raise NotACall("no-identifier")
    context = {
        f"source {name}": one
        for name, key in (("previousId", "external_id"), ("previous_id", "external_id"))
        for one in _one(event, (name,), key)
    }
    named = next((one for one in ids if one.key == "external_id"), None)
    if enforced and named:
        notes.count("enforced")
        context[DROPPED] = named
    return Call(
        identifiers=ids,
        channel=_channel(event),
        endpoint=f"cdp/{kind}",
        event=text(_first(event, "event_text", "event"), "event"),
        event_id=message_id(event),
        occurred_at=claimed(event, notes),
        sent_at=moment(_first(event, "sentAt", "sent_at"), notes),
        received_at=moment(_first(event, "receivedAt", "received_at"), notes),
        context=context,
        origin=origin,
        payload=event,
        wire=wire,
    )


def kind_of(event: Event) -> str:
    """Return the kind of an event; a row of a warehouse, which has no `type`, tells by its columns.

    Another kind, and a row that has no mark of any, is a `NotACall`.
    """
    kind = event.get("type")
    if kind is None:
        return next((kind for name, kind in _MARKS if event.get(name) is not None), "identify")
    if not isinstance(kind, str):
        raise RejectRow("bad-field", "type")
    if kind not in KINDS:
        raise NotACall("not-an-identity-event")
    return kind


_MARKS = (("group_id", "group"), ("previous_id", "alias"), ("event", "track"))


def said(event: Event, notes: Notes) -> tuple[tuple[Identifier, ...], dict[Key, Path]]:
    """Return the identifiers that an event carries, and where in it each one stands.

    The traits of a group event are the group's (Segment's specification of group): they are left.
    Where `traits` and `context.traits` differ the first wins and a note is counted.
    """
    for path in _OBJECTS:
        for value in reached(event, path):
            if value is not None and not isinstance(value, dict | str):
                raise RejectRow("bad-payload", ".".join(path))
    found: dict[Key, Identifier] = {}
    wire: dict[Key, Path] = {}
    for path, key in _places(event):
        for one in _one(event, path, key):
            if found.setdefault(key, one) != one:
                notes.count("half-known")
            wire.setdefault(key, path)
    return in_order(found.values()), wire


def _places(event: Event) -> Iterator[tuple[Path, Key]]:
    yield from _IDS
    if event.get("type") != "group":
        yield from _TRAITS
    if "type" not in event and not any(event.get(name) is not None for name, _ in _MARKS):
        yield from _COLUMNS
    yield from _CONTEXT_TRAITS
    for listed in reached(event, ("context", "externalId")):
        for place, entry in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(entry, dict) and entry.get("type") == _PROFILE:
                yield ("context", "externalId", str(place), "id"), "profile_id"


def _one(event: Event, path: Path, key: Key) -> Iterator[Identifier]:
    for value in reached(event, path):
        one = identifier(key, value)
        if one is not None:
            yield one


def message_id(event: Event) -> str | None:
    """Return the id that the source gave the event; a warehouse calls it `id`."""
    warehouse = "id" if "original_timestamp" in event else "messageId"
    return text(_first(event, "messageId", "message_id", warehouse), "messageId")


def claimed(event: Event, notes: Notes) -> Instant | None:
    """Return when the event happened by the sender's own clock, None where it says nothing."""
    return moment(_first(event, "originalTimestamp", "original_timestamp", "timestamp"), notes)


def _first(event: Event, *names: str) -> Any:
    return next((event[name] for name in names if event.get(name) not in (None, "")), None)


def _channel(event: Event) -> str:
    found = (event.get("channel"), *reached(event, ("context", "channel")))
    named = (_CHANNELS.get(one.strip().lower()) for one in found if isinstance(one, str))
    return next((one for one in named if one), "other")
