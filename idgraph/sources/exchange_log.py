"""The exchange log, the native form: one recorded request a row, with its answer and clocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from idgraph import registry
from idgraph.calls import Call, Reject
from idgraph.dialects.base import Dialect, NotACall, Notes, exchange_from
from idgraph.sources.base import Input, Outcome, Source, json_rows, outcome_of, top_names


def sniff(head: bytes, _: str) -> bool:
    """Take JSON whose objects have a `request`."""
    return head.lstrip()[:1] in (b"{", b"[") and "request" in top_names(head)


def read(source: Input, notes: Notes) -> Iterator[Outcome]:
    """Return what each recorded request comes to, by the dialect that claims it."""
    dialects: tuple[Dialect, ...] = registry.collect("idgraph.dialects", "DIALECT")
    for origin, row in json_rows(source):
        if isinstance(row, Reject):
            yield row
        else:
            yield outcome_of(lambda: _calls(row, origin, notes, dialects), origin)  # noqa: B023


def _calls(row: Any, origin: str, notes: Notes, dialects: tuple[Dialect, ...]) -> tuple[Call, ...]:
    exchange = exchange_from(row, origin, notes)
    for dialect in dialects:
        if dialect.claims(exchange):
            return dialect.calls(exchange)
    raise NotACall("not-an-identity-request")


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
