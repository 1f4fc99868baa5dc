"""A call as the request that says it, for somebody else to send: nothing here does.

Bodies after the shapes that the dialects read; `{...}` stands where a key, a list or a profile id
of an account belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from idgraph.calls import PROFILE_ID, Call
from idgraph.clocks import SECOND, iso

REVISION = "2026-07-15"
"""The newest revision of the current API whose OpenAPI file the shapes were compared with."""
PRIVATE, PUBLIC, LIST, PROFILE = "{private key}", "{public key}", "{list}", "{profile id}"
MERGE_PATH = "/api/profile-merge"
CLASSIC = {
    "external_id": "$id",
    "email": "$email",
    "phone_number": "$phone_number",
    "anonymous_id": "$anonymous",
    "_kx": "$exchange_id",
    "profile_id": "$kid",
}
"""How the classic calls spell each key."""
Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A request: `path` is what follows the host, `body` an object, None where there is none."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


def request_of(call: Call, properties: Properties | None = None) -> Request | None:
    """Return the request of a call by its endpoint; None where it is not known to this module.

    `properties` are put on its event, where it has one. A claim of the time is sent along by
    endpoints that take one.
    """
    writer = _WRITERS.get(call.endpoint)
    if writer is None:
        return None
    method, path, body = writer(call, properties or {})
    return Request(method, path, _headers(call.endpoint, body), body)


def merge_body(destination: str | None, source: str | None) -> dict[str, Any]:
    """The body of a merge: `data.id` survives, the one source is deleted (OpenAPI, 2026-07-15)."""
    profiles = {"data": [{"type": "profile", "id": source}]}
    relationships = {"profiles": profiles}
    return {
        "data": {"type": "profile-merge", "id": destination, "relationships": relationships},
    }


def is_classic(call: Call) -> bool:
    """Tell whether a call is of the classic API."""
    return call.endpoint in _OLD


def _headers(endpoint: str, body: Any) -> dict[str, str]:
    if endpoint in _OLD:
        return {"Content-Type": "application/json"} if body is not None else {}
    headers = {"Content-Type": "application/vnd.api+json", "revision": REVISION}
    if not endpoint.startswith("client/"):
        headers["Authorization"] = f"Klaviyo-API-Key {PRIVATE}"
    return headers


_Parts = tuple[str, str, Any]
"""Method, path, body."""


# --- the classic API -----------------------------------------------------------------------------


def _names(call: Call) -> dict[str, Any]:
    return {CLASSIC[one.key]: one.value for one in call.identifiers}


def _track(call: Call, properties: Properties) -> _Parts:
    marked = {} if call.event_id is None else {"$event_id": call.event_id}
    body: dict[str, Any] = {"token": PUBLIC}
    if call.event is not None:
        body["event"] = call.event
    body |= {"customer_properties": _names(call), "properties": {**marked, **properties}}
    if call.occurred_at is not None:
        body["time"] = call.occurred_at // SECOND
    return "POST", "/api/track", body


def _identify(call: Call, _: Properties) -> _Parts:
    return "POST", "/api/identify", {"token": PUBLIC, "properties": _names(call)}


def _onsite(call: Call, _: Properties) -> _Parts:
    return "POST", f"/api/onsite/identify?c={PUBLIC}", {"properties": _names(call)}


def _listed(call: Call, _: Properties) -> _Parts:
    path = f"/api/v2/{call.endpoint.replace('/', f'/{LIST}/')}?api_key={PRIVATE}"
    return "POST", path, {"profiles": [_attributes(call)]}


def _person(call: Call, _: Properties) -> _Parts:
    """The update of a person by profile id, or the look-up of one.

    Where the call names no profile id it takes the place of the id of the customer.
    """
    own = call.get(PROFILE_ID)
    left = "external_id" if own is None else PROFILE_ID
    path = f"/api/v1/person/{PROFILE if own is None else quote(own.text, safe='')}"
    given = [one for one in call.identifiers if one.key != left]
    asked = "".join(f"&{CLASSIC[one.key]}={quote(one.text, safe='')}" for one in given)
    return "GET" if call.reads else "PUT", f"{path}?api_key={PRIVATE}{asked}", None


def _search(call: Call, _: Properties) -> _Parts:
    asked = "&".join(f"{one.key}={quote(one.text, safe='')}" for one in call.identifiers)
    return "GET", f"/api/v2/people/search?{asked}&api_key={PRIVATE}", None


# --- the current API -----------------------------------------------------------------------------


def _attributes(call: Call) -> dict[str, Any]:
    carried = {one.key: one.value for one in call.identifiers if one.key != PROFILE_ID}
    return {**carried, **dict.fromkeys(call.clears)}


def _resource(call: Call) -> dict[str, Any]:
    own = call.get(PROFILE_ID)
    named = {} if own is None else {"id": own.value}
    return {"type": "profile", **named, "attributes": _attributes(call)}


def _profile(call: Call) -> dict[str, Any]:
    return {"data": _resource(call)}


def _imported(call: Call, _: Properties) -> _Parts:
    return "POST", "/api/profile-import", _profile(call)


def _created(call: Call, _: Properties) -> _Parts:
    return "POST", "/api/profiles", _profile(call)


def _patched(call: Call, _: Properties) -> _Parts:
    own = call.get(PROFILE_ID)
    path = PROFILE if own is None else quote(own.text, safe="")
    return "PATCH", f"/api/profiles/{path}", _profile(call)


def _merged(call: Call, _: Properties) -> _Parts:
    own = call.get(PROFILE_ID)
    return "POST", MERGE_PATH, merge_body(PROFILE if own is None else own.text, call.merges)


def _event(call: Call, properties: Properties) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "metric": {"data": {"type": "metric", "attributes": {"name": call.event}}},
        "profile": _profile(call),
        "properties": dict(properties),
    }
    if call.event_id is not None:
        attributes["unique_id"] = call.event_id
    if call.occurred_at is not None:
        attributes["time"] = iso(call.occurred_at)
    return {"data": {"type": "event", "attributes": attributes}}


def _server_event(call: Call, properties: Properties) -> _Parts:
    return "POST", "/api/events", _event(call, properties)


def _client_event(call: Call, properties: Properties) -> _Parts:
    return "POST", f"/client/events?company_id={PUBLIC}", _event(call, properties)


def _client_profile(call: Call, _: Properties) -> _Parts:
    return "POST", f"/client/profiles?company_id={PUBLIC}", _profile(call)


def _subscribed(call: Call, _: Properties) -> _Parts:
    data = {
        "type": "subscription",
        "attributes": {"profile": _profile(call)},
        "relationships": {"list": {"data": {"type": "list", "id": LIST}}},
    }
    return "POST", f"/client/subscriptions?company_id={PUBLIC}", {"data": data}


def _subscription_job(call: Call, _: Properties) -> _Parts:
    data = {
        "type": "profile-subscription-bulk-create-job",
        "attributes": {"profiles": {"data": [_resource(call)]}},
    }
    return "POST", "/api/profile-subscription-bulk-create-jobs", {"data": data}


_OLD: Mapping[str, Callable[[Call, Properties], _Parts]] = {
    "track": _track,
    "identify": _identify,
    "onsite/identify": _onsite,
    "list/subscribe": _listed,
    "list/members": _listed,
    "person": _person,
    "people/search": _search,
}
_WRITERS: Mapping[str, Callable[[Call, Properties], _Parts]] = {
    **_OLD,
    "events": _server_event,
    "profile-import": _imported,
    "profiles": _created,
    "profiles/{id}": _patched,
    "profile-merge": _merged,
    "profile-subscription-bulk-create-jobs": _subscription_job,
    "client/events": _client_event,
    "client/profiles": _client_profile,
    "client/subscriptions": _subscribed,
}
