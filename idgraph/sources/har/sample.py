"""A small HAR with made-up values: a page with its cookie, two calls, and what is none."""

from __future__ import annotations

import base64
import gzip
import json

_SHOP, _HOST = "https://shop.example.com", "https://a.klaviyo.com"
_COOKIE = base64.b64encode(b'{"$email": "old@example.com"}').decode()
_PACKED = base64.b64encode(
    gzip.compress(b'{"data": {"attributes": {"email": "betty@example.com"}}}', mtime=0)
).decode()


def _entry(second: int, method: str, url: str, **more: object) -> dict[str, object]:
    headers = more.pop("headers", {})
    return {
        "startedDateTime": f"2022-04-15T10:00:0{second}.100Z",
        "time": 120.5,
        "request": {"method": method, "url": url, "headers": headers, **more},
        "response": {"status": 200, "content": {"mimeType": "text/plain"}},
    }


_ENTRIES = (
    _entry(0, "GET", f"{_SHOP}/?_kx=kx.ABC123", cookies=[{"name": "__kla_id", "value": _COOKIE}]),
    _entry(1, "GET", f"{_SHOP}/logo.png"),
    _entry(
        2,
        "POST",
        f"{_HOST}/api/onsite/identify?c=ABC123",
        headers=[{"name": "Origin", "value": _SHOP}],
        postData={"text": '{"properties": {"$email": "betty@example.com"}}'},
    ),
    _entry(
        3,
        "POST",
        f"{_HOST}/onsite/v1/subscriptions/",
        headers=[{"name": "Content-Encoding", "value": "gzip"}],
        postData={"text": _PACKED, "encoding": "base64"},
    ),
    _entry(4, "GET", f"{_SHOP}/api/track?data=unrelated"),
)
_LOG = {"version": "1.2", "pages": [], "entries": _ENTRIES}

SAMPLE = json.dumps({"log": _LOG}, separators=(",", ":")).encode()

EXPECT: tuple[dict[str, object], ...] = (
    {
        "email": "betty@example.com",
        "endpoint": "onsite/identify",
        "channel": "browser",
        "sent_at": 1650016802_100000,
        "answered_at": 1650016802_220500,
        "answer": 200,
    },
    {"email": "betty@example.com", "endpoint": "onsite/subscriptions", "channel": "form"},
)
