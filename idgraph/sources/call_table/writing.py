"""A call as a row of a call table, which the reader of such tables reads back."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from idgraph.calls import Call, Identifier
from idgraph.clocks import iso


def row_of(call: Call) -> dict[str, object]:
    """Return all of a call that decides what becomes of it, for msgspec to write as JSON.

    What the sender believed besides (`Call.context`) has no column.
    """
    return dict(_cells(call))


def _cells(call: Call) -> Iterator[tuple[str, object]]:
    for name in ("received_at", "sent_at", "occurred_at", "answered_at"):
        at = getattr(call, name)
        if at is not None:
            yield name, iso(at)
    for identifier in call.identifiers:
        yield identifier.key, _value(identifier)
    for name in ("channel", "endpoint", "event", "event_id", "person", "owner", "merges"):
        if getattr(call, name):
            yield name, getattr(call, name)
    shown = {"observed_profile": call.observed, "answer": call.answer, "created": call.created}
    yield from ((name, value) for name, value in shown.items() if value is not None)
    yield from ((name, True) for name in ("refused", "reads") if getattr(call, name))
    if call.clears:
        yield "clears", " ".join(call.clears)


def _value(identifier: Identifier) -> object:
    """A value for JSON: a number keeps the digits of its writer."""
    return msgspec.Raw(identifier.text.encode()) if identifier.number else identifier.text
