"""The requests that a call of a built-in history stands for, as a shop really sends them."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from idgraph.calls import Call
from idgraph.clocks import SECOND, iso
from idgraph.requesting import CLASSIC


def exchange(call: Call) -> dict[str, object]:
    """The request that a call stands for: a form subscribes, a browser asks, a server posts."""
    at = call.sent_at or 0
    row: dict[str, object] = {
        "request": _request(call, at),
        "response": {"status": 200, "body": [] if call.channel == "form" else "1"},
        "sent_at": iso(at),
        "answered_at": iso(call.answered_at or at + SECOND // 5),
        "channel": call.channel,
    }
    extra = {"person": call.person, "observed_profile": call.observed}
    return row | {name: value for name, value in extra.items() if value is not None}


def _request(call: Call, at: int) -> dict[str, object]:
    who = {CLASSIC[i.key]: i.value for i in call.identifiers}
    if call.channel == "form":
        profile = {name.removeprefix("$"): value for name, value in who.items()}
        body: object = {"profiles": [profile]}
        return _post("https://a.klaviyo.com/api/v2/list/LIST01/subscribe", body)
    event = event_of(call)
    payload = {
        "token": "PUBKEY",
        "event": event,
        "customer_properties": who,
        "properties": {"$event_id": event_id_of(call)},
        "time": at // SECOND,
    }
    if call.channel == "browser":
        data = quote(base64.b64encode(json.dumps(payload).encode()).decode())
        return {"method": "GET", "url": f"https://a.klaviyo.com/api/track?data={data}"}
    return _post("https://a.klaviyo.com/api/track", payload)


def _post(url: str, body: object) -> dict[str, object]:
    headers = {"Content-Type": "application/json"}
    return {"method": "POST", "url": url, "headers": headers, "body": body}


def event_of(call: Call) -> str:
    """Return the metric of a call's event."""
    return call.event or ("Viewed Product" if call.channel == "browser" else "Placed Order")


def event_id_of(call: Call) -> str:
    """Return the id that the sender gives the event of a call."""
    return f"{event_of(call).lower().replace(' ', '-')}-{(call.sent_at or 0) // SECOND}"
