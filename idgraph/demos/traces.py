"""One story as people really have it: the browser's HAR, the server's log, the vendor's export.

No single file shows the split: the HAR has no `$id`, the server's log has none of the browser's
calls, and the export says where events were filed, not by which key.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from idgraph import notation
from idgraph.calls import Call
from idgraph.clocks import SECOND, iso
from idgraph.demos.requests import event_id_of, event_of, exchange

_STORY = """
    server  event="Placed Order" external_id=a77 email=ann@example.com -> ANNAA1
    +5min   server event="Placed Order" external_id=b1001 email=betty@example.com -> BETTY1
    +2min   browser event="Viewed Product" email=betty@example.com -> BETTY1
    +1d     server event="Fulfilled Order" external_id=b1001 email=betty.new@example.com -> BETTY1
    +4s     browser event="Active on Site" email=betty@example.com -> BETTY2
    +50s    browser event="Viewed Product" email=betty@example.com -> BETTY2
    +6min   server event="Placed Order" external_id=b1001 email=betty.new@example.com -> BETTY1
    +1h     server event="Placed Order" external_id=a77 email=ann@example.com -> ANNAA1
"""
_SHOP = "https://shop.example/"
_NOISE = (
    ("GET", _SHOP, "text/html"),
    ("GET", f"{_SHOP}logo.png", "image/png"),
    ("GET", "https://static.klaviyo.com/onsite/js/klaviyo.js", "text/javascript"),
)


class Traces(NamedTuple):
    """The three files of one story."""

    har: Path
    log: Path
    events: Path


def write_traces(folder: str | Path | None = None) -> Traces:
    """Write the three files; into a folder for passing files by default.

    >>> import idgraph as ig
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     traces = ig.write_traces(folder)
    ...     ig.read(traces.har, traces.log)
    <History: 8 calls, 0 ties>
    """
    target = Path(folder) if folder else Path(tempfile.mkdtemp(prefix="idgraph-"))
    target.mkdir(parents=True, exist_ok=True)
    calls = notation.parse(_STORY).calls
    files = Traces(target / "browser.har", target / "server.jsonl", target / "events.json")
    rows = (_bare(exchange(call)) for call in calls if call.channel == "server")
    files.har.write_text(json.dumps(_har(calls), indent=1), "utf-8")
    files.log.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    files.events.write_text(json.dumps(_export(calls), indent=1), "utf-8")
    return files


def _bare(row: dict[str, object]) -> dict[str, object]:
    """A recorded exchange knows nothing of where the platform filed it."""
    return {name: value for name, value in row.items() if name != "observed_profile"}


def _har(calls: Iterable[Call]) -> dict[str, Any]:
    entries = []
    for call in calls:
        if call.channel == "browser":
            entries += [_entry(call.sent_at or 0, *noise) for noise in _NOISE]
            entries.append(_call_entry(call))
    return {"log": {"version": "1.2", "creator": {"name": "idgraph"}, "entries": entries}}


def _entry(at: int, method: str, url: str, kind: str) -> dict[str, Any]:
    return {
        "startedDateTime": iso(at),
        "time": 120,
        "request": {"method": method, "url": url, "headers": []},
        "response": {"status": 200, "content": {"mimeType": kind}},
    }


def _call_entry(call: Call) -> dict[str, Any]:
    request: Any = exchange(call)["request"]
    entry = _entry(call.sent_at or 0, request["method"], request["url"], "text/html")
    cookie = base64.b64encode(json.dumps({"$email": call.keys["email"].text}).encode()).decode()
    entry["request"]["headers"] = [
        {"name": "Referer", "value": _SHOP},
        {"name": "User-Agent", "value": "Mozilla/5.0"},
        {"name": "Cookie", "value": f"__kla_id={cookie}"},
    ]
    entry["response"]["content"]["text"] = "1"
    return entry


def _export(calls: Iterable[Call]) -> dict[str, Any]:
    """A page of `GET /api/events`: an event and the profile that it was filed under."""
    every = list(calls)
    metrics = {name: f"METRIC{n}" for n, name in enumerate(dict.fromkeys(map(event_of, every)), 1)}
    included = [
        {"type": "metric", "id": identity, "attributes": {"name": name}}
        for name, identity in metrics.items()
    ]
    return {
        "data": [_event(n, call, metrics[event_of(call)]) for n, call in enumerate(every, 1)],
        "included": included,
        "links": {"next": None},
    }


def _event(number: int, call: Call, metric: str) -> dict[str, Any]:
    at = call.sent_at or 0
    related = {"profile": ("profile", call.observed), "metric": ("metric", metric)}
    return {
        "type": "event",
        "id": f"EVENT{number}",
        "attributes": {
            "timestamp": at // SECOND,
            "datetime": iso(at),
            "event_properties": {"$event_id": event_id_of(call)},
        },
        "relationships": {
            name: {"data": {"type": kind, "id": identity}}
            for name, (kind, identity) in related.items()
        },
    }
