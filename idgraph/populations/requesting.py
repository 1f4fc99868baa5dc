"""Experiments as requests, for somebody else to send: nothing here does.

Bodies after the shapes that the dialects read; `{...}` stands where a key, a list or a profile id
of the test account belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from idgraph.calls import Call, History, Identifier
from idgraph.clocks import SECOND

Request = dict[str, Any]
METRIC = "idgraph test"
"""The name of the events that experiments send: by it they are found again."""
REVISION = "2026-07-15"
"""The newest revision of the current API whose OpenAPI file the shapes were compared with."""
PRIVATE, PUBLIC, LIST, PROFILE = "{private key}", "{public key}", "{list}", "{profile id}"
_CLASSIC = {
    "external_id": "$id",
    "email": "$email",
    "phone_number": "$phone_number",
    "anonymous_id": "$anonymous",
}
_Parts = tuple[str, str, Any]
"""Method, path, body."""


def ready(history: History) -> tuple[Request, ...]:
    """Return the request of each call; empty where an endpoint is not known to this module.

    `wait_s` is how long to wait before sending it: 0 says together with the one before.
    """
    if not all(call.endpoint in _WRITERS for call in history):
        return ()
    return tuple(_requests(history))


def _requests(history: History) -> Iterator[Request]:
    before: int | None = None
    for number, call in enumerate(history, 1):
        at = call.at or 0
        method, path, body = _WRITERS[call.endpoint](call, number)
        yield {
            "call": number,
            "method": method,
            "path": path,
            "headers": _headers(call.endpoint),
            "body": body,
            "wait_s": 0.0 if before is None else (at - before) / SECOND,
        }
        before = at


def looks(history: History) -> tuple[Request, ...]:
    """Return the requests that show where calls landed, to send once all have taken effect.

    They ask who each identifier finds; the events of a profile that is found tell which calls it
    got. Empty where an endpoint is not known to this module.
    """
    if not all(call.endpoint in _WRITERS for call in history):
        return ()
    classic = any(call.endpoint in _OLD for call in history)
    carried = dict.fromkeys(one for call in history for one in call.identifiers)
    wanted = [one for one in carried if one.key != "anonymous_id"]
    asks = [_search(one) if classic else _filter(one) for one in wanted]
    events = f"/api/v1/person/{PROFILE}/metrics/timeline?api_key={PRIVATE}"
    if not classic:
        events = f"/api/events?filter={_equals('profile_id', PROFILE)}"
    headers = {} if classic else _headers("events")
    return tuple(
        {"method": "GET", "path": path, "headers": headers, "body": None}
        for path in (*asks, events)
    )


def probe(history: History) -> Request | None:
    """Return the look-up of a profile by its own id, which takes no index; None if unknown."""
    if not all(call.endpoint in _WRITERS for call in history):
        return None
    classic = any(call.endpoint in _OLD for call in history)
    path = f"/api/v1/person/{PROFILE}?api_key={PRIVATE}" if classic else f"/api/profiles/{PROFILE}"
    headers = {} if classic else _headers("profiles")
    return {"method": "GET", "path": path, "headers": headers, "body": None}


def _search(one: Identifier) -> str:
    return f"/api/v2/people/search?{one.key}={quote(one.text, safe='')}&api_key={PRIVATE}"


def _filter(one: Identifier) -> str:
    return f"/api/profiles?filter={_equals(one.key, one.text)}"


def _equals(name: str, text: str) -> str:
    return quote(f'equals({name},"{text}")', safe="(),{}")


def _headers(endpoint: str) -> dict[str, str]:
    if endpoint in _OLD:
        return {"Content-Type": "application/json"}
    headers = {"Content-Type": "application/vnd.api+json", "revision": REVISION}
    if not endpoint.startswith("client/"):
        headers["Authorization"] = f"Klaviyo-API-Key {PRIVATE}"
    return headers


# --- the classic API -----------------------------------------------------------------------------


def _names(call: Call) -> dict[str, Any]:
    return {_CLASSIC[one.key]: one.value for one in call.identifiers}


def _track(call: Call, number: int) -> _Parts:
    body = {
        "token": PUBLIC,
        "event": METRIC,
        "customer_properties": _names(call),
        "properties": {"$event_id": _mark(call, number), "call": number},
    }
    return "POST", "/api/track", body


def _identify(call: Call, _: int) -> _Parts:
    return "POST", "/api/identify", {"token": PUBLIC, "properties": _names(call)}


def _listed(call: Call, _: int) -> _Parts:
    path = f"/api/v2/list/{LIST}/subscribe?api_key={PRIVATE}"
    return "POST", path, {"profiles": [_attributes(call)]}


def _person(call: Call, _: int) -> _Parts:
    """The update of a person by profile id; it takes the place of the id of the customer."""
    given = [one for one in call.identifiers if one.key != "external_id"]
    asked = "".join(f"&{_CLASSIC[one.key]}={quote(one.text, safe='')}" for one in given)
    return "PUT", f"/api/v1/person/{PROFILE}?api_key={PRIVATE}{asked}", None


# --- the current API -----------------------------------------------------------------------------


def _attributes(call: Call) -> dict[str, Any]:
    return {one.key: one.value for one in call.identifiers}


def _profile(call: Call) -> dict[str, Any]:
    return {"data": {"type": "profile", "attributes": _attributes(call)}}


def _imported(call: Call, _: int) -> _Parts:
    return "POST", "/api/profile-import", _profile(call)


def _created(call: Call, _: int) -> _Parts:
    return "POST", "/api/profiles", _profile(call)


def _event(call: Call, number: int) -> dict[str, Any]:
    attributes = {
        "metric": {"data": {"type": "metric", "attributes": {"name": METRIC}}},
        "profile": _profile(call),
        "properties": {"call": number},
        "unique_id": _mark(call, number),
    }
    return {"data": {"type": "event", "attributes": attributes}}


def _server_event(call: Call, number: int) -> _Parts:
    return "POST", "/api/events", _event(call, number)


def _client_event(call: Call, number: int) -> _Parts:
    return "POST", f"/client/events?company_id={PUBLIC}", _event(call, number)


def _client_profile(call: Call, _: int) -> _Parts:
    return "POST", f"/client/profiles?company_id={PUBLIC}", _profile(call)


def _subscribed(call: Call, _: int) -> _Parts:
    data = {
        "type": "subscription",
        "attributes": {"profile": _profile(call)},
        "relationships": {"list": {"data": {"type": "list", "id": LIST}}},
    }
    return "POST", f"/client/subscriptions?company_id={PUBLIC}", {"data": data}


def _subscription_job(call: Call, _: int) -> _Parts:
    data = {
        "type": "profile-subscription-bulk-create-job",
        "attributes": {"profiles": {"data": [_profile(call)["data"]]}},
    }
    return "POST", "/api/profile-subscription-bulk-create-jobs", {"data": data}


def _mark(call: Call, number: int) -> str:
    """An id for the event: of one profile and metric, a second event with the id is dropped."""
    return f"{METRIC.replace(' ', '-')}-{call.identifiers[0].text.strip()}-{number}"


_OLD: Mapping[str, Callable[[Call, int], _Parts]] = {
    "track": _track,
    "identify": _identify,
    "list/subscribe": _listed,
    "person": _person,
}
_WRITERS: Mapping[str, Callable[[Call, int], _Parts]] = {
    **_OLD,
    "events": _server_event,
    "profile-import": _imported,
    "profiles": _created,
    "profile-subscription-bulk-create-jobs": _subscription_job,
    "client/events": _client_event,
    "client/profiles": _client_profile,
    "client/subscriptions": _subscribed,
}
