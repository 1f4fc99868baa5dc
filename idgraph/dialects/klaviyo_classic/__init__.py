"""The classic API (v1 and v2, switched off on 2024-06-30): Track, Identify and the list calls.

Shapes after the v1-2 reference (track-post, track-get, identify-post, subscribe, members) and the
sources of the official classic SDKs, which send the bare `email` and `id`, not `$email` and `$id`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from idgraph.calls import Call, Channel
from idgraph.dialects.base import (
    Dialect,
    Exchange,
    NotACall,
    RejectRow,
    data_object,
    decode,
    form_fields,
    identifiers,
    moment,
    text,
)
from idgraph.dialects.base.klaviyo import SPELLINGS, check_answer
from idgraph.dialects.klaviyo_classic.lists import list_calls
from idgraph.dialects.klaviyo_classic.samples import SAMPLES

TRACK, IDENTIFY = "track", "identify"

_PATH = re.compile(
    r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?(?://[^/?#]*)?/api/"
    r"(?:(?P<event>track|identify)|v2/list/[^/?#]+/(?P<list>subscribe|members))/?(?=[?#]|$)"
)
_FACE = {TRACK: "customer_properties", IDENTIFY: "properties"}
_LIBRARY = re.compile(
    r"python|php|guzzle|curl|wget|ruby|faraday|java|okhttp|axios|node|undici|go-http|"
    r"dart|perl|dotnet|restsharp|httpclient|klaviyo",
    re.IGNORECASE,
)


def claims(exchange: Exchange) -> bool:
    """Say whether the request is a Track, an Identify or a list call, on any host."""
    return _endpoint(exchange) is not None


def calls(exchange: Exchange) -> tuple[Call, ...]:
    """Return the calls of one request: one, or one for each profile of a list call.

    A request whose answer says that nothing was written is no call.
    """
    endpoint = _endpoint(exchange)
    if endpoint is None:
        raise NotACall("not-an-identity-request")
    check_answer(exchange)
    payload = _payload(exchange, endpoint)
    if endpoint in _FACE:
        return (_event_call(exchange, endpoint, payload),)
    return list_calls(exchange, endpoint, payload)


def _endpoint(exchange: Exchange) -> str | None:
    found = _PATH.match(exchange.url)
    if found is None:
        return None
    if found["event"]:
        return found["event"] if exchange.method in ("GET", "POST") else None
    return f"list/{found['list']}" if exchange.method == "POST" else None


def _payload(exchange: Exchange, endpoint: str) -> dict[str, Any]:
    """Return the object that was sent, out of the body or else the query."""
    body = exchange.body
    if isinstance(body, dict):
        return _unboxed(body) if endpoint in _FACE else body
    if isinstance(body, str) and body.strip():
        if endpoint in _FACE:
            return data_object(_data_field(body) or body)
        sent = decode(body)
        if isinstance(sent, dict):
            return sent
    elif body is None or body == "":
        _, _, query = exchange.url.partition("?")
        data = _data_field(query.partition("#")[0])
        if data:
            return data_object(data)
        raise NotACall("no-identifier")
    raise RejectRow("bad-payload", "an object was expected")


def _data_field(source: str) -> str | None:
    if source.lstrip().startswith("{"):
        return None
    return next((value for name, value in form_fields(source) if name == "data"), None)


def _unboxed(body: dict[str, Any]) -> dict[str, Any]:
    """Look into a form that the log has already taken apart: {"data": "..."}."""
    boxed = body.get("data")
    if body.keys() & {"token", "event", "properties", "customer_properties"}:
        return body
    if isinstance(boxed, list) and len(boxed) == 1:
        boxed = boxed[0]
    if isinstance(boxed, str):
        return data_object(boxed)
    return boxed if isinstance(boxed, dict) else body


def _event_call(exchange: Exchange, endpoint: str, payload: dict[str, Any]) -> Call:
    face = _FACE[endpoint]
    holder = payload.get(face)
    if holder is None:
        raise NotACall("no-identifier")
    if not isinstance(holder, dict):
        raise RejectRow("bad-payload", face)
    found, wire = identifiers(holder, SPELLINGS, (face,), exchange.notes)
    if not found:
        raise NotACall("no-identifier")
    event = event_id = None
    if endpoint == TRACK:
        event = text(payload.get("event"), "event")
        properties = payload.get("properties")
        if isinstance(properties, dict):
            event_id = text(properties.get("$event_id"), "$event_id")
    claimed = exchange.occurred_at
    if claimed is None:
        claimed = moment(payload.get("time"), exchange.notes)
    return replace(
        exchange.call(found, endpoint, _channel(exchange)),
        event=event,
        event_id=event_id,
        occurred_at=claimed,
        payload=payload,
        wire=wire,
    )


def _channel(exchange: Exchange) -> Channel:
    """Guess the channel of a Track or Identify from its request.

    The official Python SDK marks its GETs with `test=0` (python-klaviyo 3.1.7, public.py).
    """
    headers = exchange.headers
    agent = headers.get("user-agent", "")
    if agent.startswith("Mozilla") or any(
        name in headers for name in ("origin", "referer", "x-klaviyo-onsite")
    ):
        return "browser"
    if exchange.method == "POST" or _LIBRARY.search(agent):
        return "server"
    query = exchange.url.partition("?")[2]
    return "server" if ("test", "0") in form_fields(query) else "other"


DIALECT = Dialect(
    name="klaviyo-classic",
    title="Klaviyo Track, Identify and v2 lists",
    era="until 2024-06-30",
    claims=claims,
    calls=calls,
    samples=SAMPLES,
)
