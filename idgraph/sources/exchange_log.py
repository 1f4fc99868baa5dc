"""The exchange log, the native form: one recorded request a row, with its answer and clocks."""

from __future__ import annotations

import json
from collections.abc import Iterator

from idgraph.calls import Reject
from idgraph.dialects.base import Notes, exchange_from
from idgraph.sources.base import Input, Outcome, Source, calls_of, json_rows, names_of, outcome_of


def sniff(head: bytes, _: str) -> bool:
    """Take JSON whose objects have a `request`: no text, nor the `uri` of a server's own log."""
    if head.lstrip()[:1] not in (b"{", b"["):
        return False
    names = names_of(head)
    inner = {path[1] for path in names if path[0] == "request" and len(path) > 1}
    return names.get(("request",), '"') != '"' and not ("uri" in inner and "url" not in inner)


def read(source: Input, notes: Notes) -> Iterator[Outcome]:
    """Return what each recorded request comes to, by the dialect that claims it."""
    for origin, row in json_rows(source):
        if isinstance(row, Reject):
            yield row
        else:
            yield outcome_of(lambda: calls_of(exchange_from(row, origin, notes)), origin)  # noqa: B023


_ROWS: tuple[dict[str, object], ...] = (
    {
        "request": {
            "method": "POST",
            "url": "https://a.klaviyo.com/api/identify",
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
            "body": "data=%7B%22properties%22%3A%20%7B%22%24id%22%3A%20%22b1%22%7D%7D",
        },
        "response": {"status": 200, "body": "1"},
        "sent_at": "2021-04-16T10:00:00+02:00",
        "answered_at": 1618560000.25,
        "person": "betty",
        "observed_profile": "EXAMP1",
        "remark": "fields that nobody knows are passed over",
    },
    {
        "request": {
            "method": "POST",
            "url": "https://a.klaviyo.com/api/track",
            "body": {
                "event": "Placed Order",
                "customer_properties": {"id": 42, "email": "Betty@example.com"},
                "time": 1618560001,
            },
        },
        "channel": "import",
    },
    {"request": {"method": "GET", "url": "https://shop.example.com/logo.png"}},
)

SOURCE = Source(
    name="exchange-log",
    title="exchange log (JSON Lines or one JSON array)",
    says="One recorded request a row, with its response, clocks, channel, person and profile.",
    sniff=sniff,
    read=read,
    sample="".join(json.dumps(row) + "\n" for row in _ROWS).encode(),
    expect=(
        {
            "external_id": "b1",
            "endpoint": "identify",
            "channel": "server",
            "person": "betty",
            "observed": "EXAMP1",
            "sent_at": 1618560000_000000,
            "answered_at": 1618560000_250000,
            "answer": 200,
        },
        {
            "external_id": 42,
            "email": "Betty@example.com",
            "event": "Placed Order",
            "channel": "import",
            "occurred_at": 1618560001_000000,
        },
    ),
)
