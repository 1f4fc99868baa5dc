"""Source events of RudderStack and Segment, with or without what was sent for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from idgraph.calls import Call, Reject
from idgraph.dialects.base import Notes, RejectRow
from idgraph.sources.base import Input, Outcome, Source, json_rows, outcome_of, top_names
from idgraph.sources.base.heads import holds_source_events
from idgraph.sources.cdp_events.deliveries import delivered_calls, is_delivered
from idgraph.sources.cdp_events.events import event_call
from idgraph.sources.cdp_events.samples import EXPECT, SAMPLE

_FLAG = "enforceEmailAsPrimary"
_SIDES = (b'"request', b'"userId"', b'"anonymousId"')
"""Much else has an `input` and an `output`."""


def sniff(head: bytes, _: str) -> bool:
    """Take JSON whose objects are source events, are wrapped ones, or have both sides."""
    if head.lstrip()[:1] not in (b"{", b"["):
        return False
    names = top_names(head)
    if "request" in names:
        return False
    if is_delivered(dict.fromkeys(names)):
        return any(mark in head for mark in _SIDES)
    if {"message", "destination"} <= names:
        return True
    return holds_source_events(names)


def read(source: Input, notes: Notes) -> Iterator[Outcome]:
    """Return what each row comes to: a source event to its call, both sides to what was sent."""
    for origin, row in json_rows(source):
        if isinstance(row, Reject):
            yield row
        else:
            yield outcome_of(lambda: _calls(row, origin, notes), origin)  # noqa: B023


def _calls(row: Any, origin: str, notes: Notes) -> tuple[Call, ...]:
    if not isinstance(row, dict):
        raise RejectRow("bad-row")
    if is_delivered(row):
        return delivered_calls(row, origin, notes)
    wrapped = row.get("message")
    event = wrapped if isinstance(wrapped, dict) else row
    return (event_call(event, origin, notes, enforced=_is_enforced(row)),)


def _is_enforced(row: Mapping[str, Any]) -> bool:
    """Look into the wrapper in which RudderStack hands an event to a destination."""
    destination = row.get("destination")
    config = destination.get("Config") if isinstance(destination, dict) else None
    return isinstance(config, dict) and config.get(_FLAG) is True


SOURCE = Source(
    name="cdp-events",
    title="source events of RudderStack and Segment (JSON Lines or one JSON array)",
    says="One event a row as its source said it, or with the requests that a sender made of it.",
    sniff=sniff,
    read=read,
    sample=SAMPLE,
    expect=EXPECT,
)
