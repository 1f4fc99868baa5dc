"""Klaviyo's script and forms on a shop's pages, before the client API: identify and subscribe.

Shapes after recordings of storefronts in 2022 (`/api/onsite/identify`, `/onsite/v1/subscriptions`),
the vendor's embedded form (help center article 115005249588) and the public storefront code that
posts to it; what is the script's own traffic after the script as served in 2026.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
    form_texts,
)
from idgraph.dialects.base.identity import identifiers
from idgraph.dialects.base.klaviyo import SPELLINGS, check_answer
from idgraph.dialects.klaviyo_onsite.believed import believed
from idgraph.dialects.klaviyo_onsite.samples import SAMPLES

IDENTIFY, SUBSCRIPTIONS, FORM = "onsite/identify", "onsite/subscriptions", "subscriptions/subscribe"

_CALL = re.compile(
    r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?(?://[^/?#]*)?(?:/api/(?P<identify>onsite/identify)"
    r"|/onsite/v1/(?P<subscriptions>subscriptions)|/ajax/(?P<form>subscriptions/subscribe))"
    r"/?(?=[?#]|$)"
)
_PAGE_FORM = re.compile(
    r"(?:https?:)?//manage\.kmail-lists\.com/subscriptions/subscribe/?(?=[?#]|$)"
)
_OWN = re.compile(
    r"(?:https?:)?//(?:(?:static|static-tracking|static-forms|fast\.a|telemetrics)\.klaviyo\.com/"
    r"|(?:[a-z0-9-]+\.)*klaviyo\.com/(?:onsite/track-analytics|api/onsite/coupon-code|forms/api/"
    r"|ssc-init)(?:[/?#]|$|(?<=/)))",
    re.IGNORECASE,
)
_TYPED = (("email", "email"), ("phone_number", "phone_number"), ("_kx", "_kx"))
_PROPERTIES = (("$exchange_id", "_kx"),)
_FIELDS = tuple(pair for pair in SPELLINGS if pair[0] != "id")
"""A bare `id` in a web form is the form's own."""


def claims(exchange: Exchange) -> bool:
    """Say whether the request is an identify or a subscribe, or the script's own traffic."""
    return _endpoint(exchange) is not None or _OWN.match(exchange.url) is not None


def calls(exchange: Exchange) -> tuple[Call, ...]:
    """Return the one call of a request; `NotACall` where it is the script's own traffic."""
    endpoint = _endpoint(exchange)
    if endpoint is None:
        raise NotACall("own-traffic")
    check_answer(exchange)
    return (_READERS[endpoint](exchange),)


def _endpoint(exchange: Exchange) -> str | None:
    found = _CALL.match(exchange.url)
    form = _PAGE_FORM.match(exchange.url) or (found and found["form"])
    if form and exchange.method in ("GET", "POST"):
        return FORM
    if found is None or exchange.method != "POST":
        return None
    return IDENTIFY if found["identify"] else SUBSCRIPTIONS if found["subscriptions"] else None


def _identify(exchange: Exchange) -> Call:
    payload = _object_of(exchange.body)
    holder = payload.get("properties")
    if holder is None:
        raise NotACall("no-identifier")
    if not isinstance(holder, dict):
        raise RejectRow("bad-payload", "properties")
    found = identifiers(holder, SPELLINGS, ("properties",), exchange.notes)
    return _call(exchange, IDENTIFY, found, channel="browser", payload=payload)


def _subscription(exchange: Exchange) -> Call:
    """Read what was typed into the form, and the exchange id that the cookie added to it."""
    payload = _object_of(exchange.body)
    path: tuple[str, ...] = ("data", "attributes")
    holder: Any = payload
    for name in path:
        holder = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(holder, dict):
        raise RejectRow("bad-payload", "data.attributes")
    ids, wire = identifiers(holder, _TYPED, path, exchange.notes)
    properties = holder.get("properties")
    if "_kx" not in wire and isinstance(properties, dict):
        more, where = identifiers(properties, _PROPERTIES, (*path, "properties"), exchange.notes)
        ids, wire = (*ids, *more), wire | where
    return _call(exchange, SUBSCRIPTIONS, (ids, wire), channel="form", payload=payload)


def _form(exchange: Exchange) -> Call:
    """Read a web form; its list and fields may stand in the address, in the body, or in both."""
    query = exchange.url.partition("?")[2].partition("#")[0]
    payload: dict[str, Any] = dict(form_texts(query))
    if isinstance(exchange.body, dict):
        payload |= exchange.body
    elif isinstance(exchange.body, str):
        sent = exchange.body.lstrip()
        payload |= decode(sent) if sent.startswith("{") else form_texts(sent)
    found = identifiers(payload, _FIELDS, (), exchange.notes)
    return _call(exchange, FORM, found, channel="form", payload=payload)


def _object_of(body: object) -> dict[str, Any]:
    if isinstance(body, str) and body.strip():
        fields = () if body.lstrip().startswith("{") else form_fields(body)
        return data_object(next((value for name, value in fields if name == "data"), body))
    if body is None or body == "":
        raise NotACall("no-identifier")
    if not isinstance(body, dict):
        raise RejectRow("bad-payload", "an object was expected")
    return body


def _call(
    exchange: Exchange, endpoint: str, found: Any, *, channel: Channel, payload: dict[str, Any]
) -> Call:
    ids, wire = found
    if not ids:
        raise NotACall("no-identifier")
    return replace(
        exchange.call(ids, endpoint, channel),
        refused=endpoint == FORM and _failed(exchange.answer),
        payload=payload,
        wire=wire,
    )


def _failed(answer: object) -> bool:
    """Say whether a form was told `{"success": false, "errors": [...]}`, as its callers read it."""
    if isinstance(answer, str) and answer.lstrip().startswith("{"):
        try:
            answer = decode(answer)
        except RejectRow:
            return False
    return isinstance(answer, dict) and answer.get("success") is False


_READERS: dict[str, Callable[[Exchange], Call]] = {
    IDENTIFY: _identify,
    SUBSCRIPTIONS: _subscription,
    FORM: _form,
}

DIALECT = Dialect(
    name="klaviyo-onsite",
    title="Klaviyo's onsite identify and sign-up forms",
    era="until the client API (2022-10-17)",
    claims=claims,
    calls=calls,
    samples=SAMPLES,
    hosts=("klaviyo.com", "kmail-lists.com"),
    believed=believed,
)
