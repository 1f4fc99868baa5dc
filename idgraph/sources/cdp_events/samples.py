"""Source events, wrapped ones and deliveries, made up, and what they must be read to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_TRACK = "https://a.klaviyo.com/api/track"
_IDENTIFY = "https://a.klaviyo.com/api/identify"


def _sent(url: str, **body: object) -> dict[str, Any]:
    return {"request": {"method": "POST", "url": url, "body": body}}


_ROWS: tuple[dict[str, Any], ...] = (
    {
        "type": "identify",
        "userId": 42,
        "anonymousId": "anon-1",
        "messageId": "m-1",
        "channel": "web",
        "context": {
            "traits": {"email": "Betty@example.com", "phone": "+1 500 555 0006"},
            "externalId": [{"type": "klaviyo-profileId", "id": "EXAMP1"}],
        },
        "originalTimestamp": "2021-04-16T08:00:00.000Z",
        "sentAt": "2021-04-16T08:00:02.000Z",
        "receivedAt": "2021-04-16T08:00:03.500Z",
    },
    {
        "message": {
            "type": "track",
            "event": "Placed Order",
            "userId": "b1",
            "messageId": "m-2",
            "channel": "server",
            "properties": {"email": "no@example.com"},
            "sentAt": "2021-04-16T08:01:00Z",
        },
        "destination": {"Config": {"enforceEmailAsPrimary": True}},
        "metadata": {"jobId": 1},
    },
    {
        "type": "group",
        "groupId": "g-1",
        "userId": "b1",
        "traits": {"email": "team@example.com"},
        "sentAt": "2021-04-16T08:02:00Z",
    },
    {"type": "heartbeat", "userId": "b1"},
    {
        "input": {"type": "track", "event": "Left", "userId": "b1", "anonymousId": "anon-1"},
        "output": [
            {
                **_sent(
                    _TRACK,
                    event="Left",
                    customer_properties={"$email": "betty@example.com", "_id": "b1"},
                ),
                "sent_at": "2021-04-16T08:03:00Z",
            }
        ],
    },
    {
        "input_order": [
            {"jobId": 1, "message": {"type": "identify", "anonymousId": "anon-2"}},
            {"jobId": 2, "message": {"type": "identify", "userId": "b2", "anonymousId": "anon-2"}},
            {"jobId": 3, "message": {"type": "unheard-of", "userId": "b3"}},
        ],
        "delivery_order": [
            {"jobIds": [2], "requests": [_sent(_IDENTIFY, properties={"$id": "b2"})]},
            {"jobIds": [1], "requests": [_sent(_IDENTIFY, properties={"$id": "anon-2"})]},
            {"jobIds": [3], "requests": [], "error": "not supported"},
        ],
    },
    {
        "input": {"type": "identify", "userId": "b4"},
        "output": [{"error": "neither email nor phone", "status": 400}],
    },
)

SAMPLE = "".join(json.dumps(row) + "\n" for row in _ROWS).encode()
EXPECT: tuple[Mapping[str, object], ...] = (
    {
        "profile_id": "EXAMP1",
        "external_id": 42,
        "email": "Betty@example.com",
        "phone_number": "+1 500 555 0006",
        "anonymous_id": "anon-1",
        "channel": "browser",
        "endpoint": "cdp/identify",
        "event_id": "m-1",
        "occurred_at": 1618560000_000000,
        "sent_at": 1618560002_000000,
        "received_at": 1618560003_500000,
    },
    {
        "external_id": "b1",
        "channel": "server",
        "event": "Placed Order",
        "event_id": "m-2",
        "sent_at": 1618560060_000000,
    },
    {"external_id": "b1", "endpoint": "cdp/group"},
    {"email": "betty@example.com", "event": "Left", "sent_at": 1618560180_000000},
    {"external_id": "b2", "endpoint": "identify"},
    {"external_id": "anon-2", "endpoint": "identify"},
)
