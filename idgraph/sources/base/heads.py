"""What the names at the top of JSON rows say of them, where two formats would look alike."""

from __future__ import annotations

from collections.abc import Iterable

_IDS = frozenset(("userId", "anonymousId"))
_OTHERS = frozenset(
    (
        "anonymousId",
        "context",
        "messageId",
        "originalTimestamp",
        "properties",
        "receivedAt",
        "sentAt",
        "traits",
    )
)
_COLUMNS = frozenset(("user_id", "anonymous_id"))


def holds_source_events(names: Iterable[str]) -> bool:
    """Say whether rows are source events of a customer data platform.

    In camel case they have a `type`, as RudderStack and Segment specify them. In a warehouse they
    have an `original_timestamp`, by the schemas of both, and a call table would read them in part.
    """
    found = frozenset(names)
    if "original_timestamp" in found:
        return bool(found & _COLUMNS)
    return "type" in found and bool(found & _IDS) and bool(found & _OTHERS)
