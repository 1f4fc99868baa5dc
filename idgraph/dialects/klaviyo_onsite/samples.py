"""Requests of the onsite script and of sign-up forms as they go over the wire, values made up."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from idgraph.dialects.base import Sample

_HOST = "https://a.klaviyo.com"
_FORM = "https://manage.kmail-lists.com/ajax/subscriptions/subscribe"
_MULTIPART = (
    '--line\r\nContent-Disposition: form-data; name="email"\r\n\r\nbetty@example.com\r\n'
    '--line\r\nContent-Disposition: form-data; name="$consent"\r\n\r\nemail\r\n--line--\r\n'
)
_SUBSCRIPTION: dict[str, object] = {
    "data": {
        "type": "subscription",
        "attributes": {
            "list_id": "LIST",
            "email": "betty@example.com",
            "phone_number": "+15005550006",
            "properties": {"$exchange_id": "kx.ABC123", "$consent_form_id": "FORM", "id": "no id"},
        },
    }
}


def _post(url: str, body: object, answer: object = None, *, status: int = 200) -> dict[str, object]:
    request = {"method": "POST", "url": url, "body": body}
    return {"request": request, "response": {"status": status, "body": answer}}


SAMPLES = (
    Sample(
        "onsite identify, JSON text",
        _post(
            f"{_HOST}/api/onsite/identify?c=ABC123",
            json.dumps(
                {
                    "token": "ABC123",
                    "properties": {
                        "$email": "betty@example.com",
                        "$exchange_id": "kx.ABC123",
                        "$source": "form",
                    },
                }
            ),
            "1",
        ),
        (
            {
                "email": "betty@example.com",
                "_kx": "kx.ABC123",
                "channel": "browser",
                "endpoint": "onsite/identify",
                "answer": 200,
            },
        ),
    ),
    Sample(
        "onsite identify that was answered with 0",
        _post(f"{_HOST}/api/onsite/identify?c=ABC123", {"properties": {"$id": "b1"}}, "0"),
        not_a_call="answer-0",
    ),
    Sample(
        "subscription of 2022: what was typed, and the exchange id of the cookie",
        _post(f"{_HOST}/onsite/v1/subscriptions/?company_id=ABC123", _SUBSCRIPTION, status=202),
        (
            {
                "email": "betty@example.com",
                "phone_number": "+15005550006",
                "_kx": "kx.ABC123",
                "channel": "form",
                "endpoint": "onsite/subscriptions",
            },
        ),
    ),
    Sample(
        "embedded form, URL-encoded: an id that is none of the profile's",
        _post(
            _FORM,
            urlencode({"g": "LIST", "email": "betty+a@example.com", "$fields": "", "id": "form-1"}),
            '{"success": true, "errors": [], "data": {}}',
        ),
        (
            {
                "email": "betty+a@example.com",
                "channel": "form",
                "endpoint": "subscriptions/subscribe",
                "refused": False,
            },
        ),
    ),
    Sample(
        "embedded form, multipart, with its list in the address; it was told of an error",
        _post(f"{_FORM}?a=ABC123&g=LIST", _MULTIPART, {"success": False, "errors": ["x"]}),
        ({"email": "betty@example.com", "channel": "form", "refused": True},),
    ),
    Sample(
        "embedded form without a script: the browser goes to its address",
        {
            "request": {
                "method": "GET",
                "url": "https://manage.kmail-lists.com/subscriptions/subscribe"
                "?g=LIST&email=betty%40example.com&%24phone_number=%2B15005550006",
            }
        },
        ({"email": "betty@example.com", "phone_number": "+15005550006", "channel": "form"},),
    ),
    Sample(
        "a hosted form that was only opened",
        {
            "request": {
                "method": "GET",
                "url": "https://manage.kmail-lists.com/subscriptions/subscribe?a=ABC123&g=LIST",
            }
        },
        not_a_call="no-identifier",
    ),
    Sample(
        "the script's file",
        {
            "request": {
                "method": "GET",
                "url": "https://static.klaviyo.com/onsite/js/klaviyo.js?company_id=ABC123",
            }
        },
        not_a_call="own-traffic",
    ),
    Sample(
        "the script's figures",
        _post(f"{_HOST}/onsite/track-analytics?company_id=ABC123", '{"events": []}'),
        not_a_call="own-traffic",
    ),
)
