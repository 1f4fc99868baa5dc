"""The current API (JSON:API, from 2022-10-17): the private and the public calls that name profiles.

Endpoints and shapes after the OpenAPI files of the revisions 2022-10-17 to 2026-07-15; 2026-10-15
is known from the official Python SDK alone, and takes the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from idgraph.calls import Call, Channel
from idgraph.clocks import Instant
from idgraph.dialects.base import (
    Dialect,
    Exchange,
    NotACall,
    RejectRow,
    data_object,
    moment,
    text,
)
from idgraph.dialects.klaviyo_current.answers import Said, said
from idgraph.dialects.klaviyo_current.bodies import PATCH, READERS, Named, Sent, named
from idgraph.dialects.klaviyo_current.naming import fields
from idgraph.dialects.klaviyo_current.samples import SAMPLES

_PATH = re.compile(
    r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?(?://[^/?#]*)?/"
    r"(?:api/(?P<private>[a-z-]+)(?:/(?P<id>[^/?#]+))?|(?P<public>client/[a-z-]+))/?(?=[?#]|$)"
)
_MOBILE = re.compile(r"klaviyo-(?:ios|android)|okhttp|Dalvik|CFNetwork", re.IGNORECASE)
"""The mobile SDKs name themselves so (klaviyo-swift-sdk, klaviyo-android-sdk); an app's own code
goes by its system's network library."""
_BULK = ("event-bulk-create-jobs", "client/event-bulk-create")


def claims(exchange: Exchange) -> bool:
    """Say whether the request is one of the current API that names a profile, on any host."""
    return _route(exchange) is not None


def calls(exchange: Exchange) -> tuple[Call, ...]:
    """Return the calls of one request: one, or one for each profile or event of a bulk request."""
    route = _route(exchange)
    if route is None:
        raise NotACall("not-an-identity-request")
    endpoint, path_id = route
    answer = said(exchange, endpoint)
    found = named(endpoint, Sent(_body(exchange, endpoint), path_id, exchange.notes))
    if not found:
        raise NotACall("no-identifier")
    return tuple(_call(exchange, endpoint, one, answer) for one in found)


def _route(exchange: Exchange) -> tuple[str, str | None] | None:
    """The endpoint as a call names it, and the profile id in the address."""
    found = _PATH.match(exchange.url)
    if found is None:
        return None
    endpoint: str = found["private"] or found["public"]
    if found["id"]:
        patches = exchange.method == "PATCH" and endpoint == "profiles"
        return (PATCH, unquote(found["id"])) if patches else None
    return (endpoint, None) if exchange.method == "POST" and endpoint in READERS else None


def _body(exchange: Exchange, endpoint: str) -> Mapping[str, Any]:
    body = exchange.body
    if isinstance(body, dict):
        return body
    if body is None or (isinstance(body, str) and not body.strip()):
        if endpoint == PATCH:
            return {}
        raise NotACall("no-identifier")
    if isinstance(body, str):
        return data_object(body)
    raise RejectRow("bad-payload", "an object was expected")


def _call(exchange: Exchange, endpoint: str, one: Named, answer: Said) -> Call:
    event = one.event or {}
    ids, wire = one.found
    return replace(
        exchange.call(ids, endpoint, _channel(exchange, endpoint)),
        event=_event_name(event),
        event_id=text(event.get("unique_id"), "unique_id"),
        observed=exchange.observed or answer.observed,
        occurred_at=_claimed(exchange, endpoint, event),
        created=answer.created,
        refused=answer.refused,
        owner=answer.owner,
        clears=one.clears,
        merges=one.merges,
        payload=one.payload,
        wire=wire,
    )


def _claimed(exchange: Exchange, endpoint: str, event: Mapping[str, Any]) -> Instant | None:
    """The log's word wins, but for a bulk request: there each event has a time of its own."""
    if endpoint in _BULK:
        own = moment(event.get("time"), exchange.notes)
        return exchange.occurred_at if own is None else own
    given = exchange.occurred_at
    return moment(event.get("time"), exchange.notes) if given is None else given


def _event_name(event: Mapping[str, Any]) -> str | None:
    """The metric's name: flat until 2023-06-15, nested since."""
    metric = fields(event.get("metric"), "metric")
    if isinstance(metric.get("data"), dict):
        metric = fields(metric["data"].get("attributes"), "metric")
    return text(metric.get("name"), "metric")


def _channel(exchange: Exchange, endpoint: str) -> Channel:
    if not endpoint.startswith("client/"):
        return "server"
    if endpoint == "client/subscriptions":
        return "form"
    headers = exchange.headers
    mobile = "x-klaviyo-mobile" in headers or _MOBILE.search(headers.get("user-agent", ""))
    return "mobile" if mobile else "browser"


DIALECT = Dialect(
    name="klaviyo-current",
    title="Klaviyo JSON:API, private and client endpoints",
    era="from 2022-10-17",
    claims=claims,
    calls=calls,
    samples=SAMPLES,
    hosts=("klaviyo.com",),
)
