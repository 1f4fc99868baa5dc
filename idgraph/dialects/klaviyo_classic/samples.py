"""Requests of the classic API as they go over the wire, with made-up values."""

from __future__ import annotations

import base64
from urllib.parse import quote

from idgraph.dialects.base import Sample

_HOST = "https://a.klaviyo.com"
_IDENTIFY = '{"token": "PUBLIC_KEY", "properties": {"$email": "betty@example.com", "$id": "b1"}}'
_TRACK = (
    '{"token": "PUBLIC_KEY", "event": "Ordered Item", "customer_properties": '
    '{"$email": "betty+a>b?@example.com"}, "properties": {"$value": 100}}'
)
_SDK = '{"token": "PUBLIC_KEY", "properties": {"email": "betty@example.com", "id": 42}}'
_OK = {"status": 200, "body": "1"}
_BETTY = {"external_id": "b1", "email": "betty@example.com"}
_ORDER = {"email": "betty+a>b?@example.com", "event": "Ordered Item"}


def _packed(source: str) -> str:
    return base64.b64encode(source.encode()).decode()


def _get(endpoint: str, data: str, *, more: str = "") -> dict[str, object]:
    url = f"{_HOST}/api/{endpoint}?data={data}{more}"
    return {"request": {"method": "GET", "url": url, "headers": {"Accept": "text/html"}}}


def _post(path: str, body: object, answer: object = "1") -> dict[str, object]:
    request = {"method": "POST", "url": f"{_HOST}/api/{path}", "body": body}
    return {"request": request, "response": {"status": 200, "body": answer}}


SAMPLES = (
    Sample(
        "identify, GET, base64 whose text ends in a newline",
        {**_get("identify", _packed(_IDENTIFY + "\n")), "response": _OK},
        ({**_BETTY, "endpoint": "identify", "channel": "other"},),
    ),
    Sample(
        "track, GET, base64 with its signs as they are", _get("track", _packed(_TRACK)), (_ORDER,)
    ),
    Sample(
        "track, GET, base64 whose plus signs became blanks",
        _get("track", _packed(_TRACK).replace("+", " ")),
        (_ORDER,),
    ),
    Sample(
        "track, GET, URL-safe base64 without padding",
        _get("track/", base64.urlsafe_b64encode(_TRACK.encode()).decode().rstrip("=")),
        (_ORDER,),
    ),
    Sample(
        "track, GET, base64 percent-encoded twice",
        _get("track", quote(quote(_packed(_TRACK), safe=""), safe="")),
        (_ORDER,),
    ),
    Sample(
        "identify by the Python SDK: bare keys, a number as id, test=0",
        _get("identify", quote(_packed(_SDK)), more="&test=0"),
        ({"external_id": 42, "email": "betty@example.com", "channel": "server"},),
    ),
    Sample(
        "identify, POST, form with JSON",
        _post("identify", "data=" + quote(_IDENTIFY)),
        ({**_BETTY, "channel": "server"},),
    ),
    Sample(
        "identify, POST, form with base64",
        _post("identify", "data=" + _packed(_IDENTIFY)),
        (_BETTY,),
    ),
    Sample("identify, POST, bare base64", _post("identify/", _packed(_IDENTIFY)), (_BETTY,)),
    Sample("identify, POST, JSON text", _post("identify", _IDENTIFY), (_BETTY,)),
    Sample(
        "track, POST, JSON: an $id among the properties of the event is no identifier",
        _post(
            "track",
            {
                "token": "PUBLIC_KEY",
                "event": "Placed Order",
                "customer_properties": {
                    "$email": "betty@example.com",
                    "$id": "cust-1001",
                    "$phone_number": "+15005550006",
                },
                "properties": {"$event_id": "order-5001", "$value": 29.98, "$id": "no id"},
                "time": 1618560000,
            },
        ),
        (
            {
                "external_id": "cust-1001",
                "email": "betty@example.com",
                "phone_number": "+15005550006",
                "event": "Placed Order",
                "event_id": "order-5001",
                "endpoint": "track",
                "channel": "server",
                "occurred_at": 1618560000_000000,
                "answer": 200,
            },
        ),
    ),
    Sample(
        "identify with the keys of the browser script",
        {
            "request": {
                "method": "POST",
                "url": f"{_HOST}/api/identify",
                "headers": {"Origin": "https://shop.example.com"},
                "body": {
                    "properties": {
                        "$anonymous": "anon-1",
                        "$exchange_id": "kx.ABC",
                        "$kid": "EXAMP1",
                    }
                },
            }
        },
        (
            {
                "profile_id": "EXAMP1",
                "anonymous_id": "anon-1",
                "_kx": "kx.ABC",
                "channel": "browser",
            },
        ),
    ),
    Sample(
        "a subscribe call is a call for each profile; the answer is empty while opt-in is pending",
        _post(
            "v2/list/LIST/subscribe?api_key=PRIVATE_KEY",
            {"profiles": [{"email": "g@example.com"}, {"phone_number": "+15005550007"}]},
            [],
        ),
        (
            {"email": "g@example.com", "endpoint": "list/subscribe", "channel": "form"},
            {"phone_number": "+15005550007", "endpoint": "list/subscribe", "channel": "form"},
        ),
    ),
    Sample(
        "the answer of a members call names the profiles, in an order of its own",
        _post(
            "v2/list/LIST/members",
            {"profiles": [{"email": "G@example.com"}, {"email": "g@example.com"}]},
            [
                {"id": "EXAMP2", "email": "g@example.com"},
                {"id": "EXAMP1", "email": "G@example.com"},
            ],
        ),
        (
            {"email": "G@example.com", "observed": "EXAMP1", "endpoint": "list/members"},
            {"email": "g@example.com", "observed": "EXAMP2", "channel": "server"},
        ),
    ),
    Sample(
        "an answer of 0 queued nothing",
        _post("track", "data=" + quote(_TRACK), "0\n"),
        not_a_call="answer-0",
    ),
    Sample(
        "a track call without customer properties names nobody",
        _post("track", {"event": "Viewed Product", "properties": {"$email": "no@example.com"}}),
        not_a_call="no-identifier",
    ),
)
