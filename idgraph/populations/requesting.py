"""Experiments as requests, for somebody else to send: nothing here does.

`{...}` stands where a key, a list or a profile id of the test account belongs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from idgraph.calls import Call, History, Identifier
from idgraph.clocks import SECOND
from idgraph.requesting import PRIVATE, PROFILE, REVISION, is_classic, request_of

Request = dict[str, Any]
METRIC = "idgraph test"
"""The name of the events that experiments send: by it they are found again."""
_HEADERS = {
    "Content-Type": "application/vnd.api+json",
    "revision": REVISION,
    "Authorization": f"Klaviyo-API-Key {PRIVATE}",
}
"""Of a question to the current API."""


def ready(history: History) -> tuple[Request, ...]:
    """Return the request of each call; empty where an endpoint is not known to this module.

    `wait_s` is how long to wait before sending it: 0 says together with the one before.
    """
    if not _writable(history):
        return ()
    return tuple(_requests(history))


def _writable(history: History) -> bool:
    return all(request_of(call) is not None for call in history)


def _requests(history: History) -> Iterator[Request]:
    before: int | None = None
    for number, call in enumerate(history, 1):
        marked = replace(call, event=METRIC, event_id=_mark(call, number))
        sent = request_of(marked, {"call": number})
        if sent is not None:
            at = call.at or 0
            yield {
                "call": number,
                "method": sent.method,
                "path": sent.path,
                "headers": dict(sent.headers),
                "body": sent.body,
                "wait_s": 0.0 if before is None else (at - before) / SECOND,
            }
            before = at


def looks(history: History) -> tuple[Request, ...]:
    """Return the requests that show where calls landed, to send once all have taken effect.

    They ask who each identifier finds; the events of a profile that is found tell which calls it
    got. Empty where an endpoint is not known to this module.
    """
    if not _writable(history):
        return ()
    classic = any(is_classic(call) for call in history)
    carried = dict.fromkeys(one for call in history for one in call.identifiers)
    wanted = [one for one in carried if one.key != "anonymous_id"]
    asks = [_search(one) if classic else _filter(one) for one in wanted]
    events = f"/api/v1/person/{PROFILE}/metrics/timeline?api_key={PRIVATE}"
    if not classic:
        events = f"/api/events?filter={_equals('profile_id', PROFILE)}"
    headers = {} if classic else dict(_HEADERS)
    return tuple(
        {"method": "GET", "path": path, "headers": headers, "body": None}
        for path in (*asks, events)
    )


def probe(history: History) -> Request | None:
    """Return the look-up of a profile by its own id, which takes no index; None if unknown."""
    if not _writable(history):
        return None
    classic = any(is_classic(call) for call in history)
    path = f"/api/v1/person/{PROFILE}?api_key={PRIVATE}" if classic else f"/api/profiles/{PROFILE}"
    headers = {} if classic else dict(_HEADERS)
    return {"method": "GET", "path": path, "headers": headers, "body": None}


def _search(one: Identifier) -> str:
    return f"/api/v2/people/search?{one.key}={quote(one.text, safe='')}&api_key={PRIVATE}"


def _filter(one: Identifier) -> str:
    return f"/api/profiles?filter={_equals(one.key, one.text)}"


def _equals(name: str, text: str) -> str:
    return quote(f'equals({name},"{text}")', safe="(),{}")


def _mark(call: Call, number: int) -> str:
    """An id for the event: of one profile and metric, a second event with the id is dropped."""
    return f"{METRIC.replace(' ', '-')}-{call.identifiers[0].text.strip()}-{number}"
