"""Access logs of web servers and proxies: the calls whose address carries them.

Reads the Common and Combined formats of Apache and nginx, with a host before or more fields behind,
and JSON Lines whose objects have the request line (`request`) or the parts of one (`uri`, ...).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from idgraph.calls import Call, Reject
from idgraph.dialects.base import NotACall, Notes, RejectRow
from idgraph.sources.access_log.cuts import is_cut
from idgraph.sources.access_log.fields import fields_of, is_log
from idgraph.sources.access_log.lines import is_line, line_fields
from idgraph.sources.access_log.requests import exchange_of, lacks_end
from idgraph.sources.base import (
    Input,
    Outcome,
    Source,
    calls_of,
    json_rows,
    line_rows,
    names_of,
    outcome_of,
)


def sniff(head: bytes, _: str) -> bool:
    """Take lines with a bracketed time and a request in quotes, and JSON that logs requests."""
    if head.lstrip()[:1] in (b"{", b"["):
        return is_log(names_of(head))
    return is_line(head)


def read(source: Input, notes: Notes) -> Iterator[Outcome]:
    """Return what each line comes to; the time of a line is when the request was received."""
    is_json = source.head.lstrip()[:1] in (b"{", b"[")
    for origin, row in json_rows(source) if is_json else line_rows(source, line_fields):
        if isinstance(row, Reject):
            yield row
        else:
            yield outcome_of(lambda: _calls(row, origin, notes, is_json=is_json), origin)  # noqa: B023


def _calls(row: object, origin: str, notes: Notes, *, is_json: bool) -> tuple[Call, ...]:
    if not isinstance(row, Mapping):
        raise RejectRow("bad-row")
    fields = fields_of(row) if is_json else row
    exchange = exchange_of(fields, origin, notes)
    try:
        return calls_of(exchange)
    except NotACall as aside:
        if aside.reason != "no-identifier":
            raise
        if lacks_end(fields):
            raise RejectRow("cut-address") from None
        if exchange.method != "GET" and not exchange.body:
            notes.count("bodiless")
        raise
    except RejectRow:
        if lacks_end(fields) or is_cut(exchange.url):
            raise RejectRow("cut-address") from None
        raise


_DATA = "eyJwcm9wZXJ0aWVzIjogeyIkaWQiOiAiYjEiLCAiJGVtYWlsIjogImJldHR5QGV4YW1wbGUuY29tIn19"
_SAMPLE = f"""\
203.0.113.9 - - [16/Apr/2021:10:00:00 +0200] "GET /api/identify?data={_DATA} HTTP/1.1" 200 1 \
"https://shop.example.com/?_kx=kx.ABC123" "Mozilla/5.0 (X11; Linux x86_64)"
203.0.113.9 - betty [16/Apr/2021:08:00:01 +0000] "GET /api/identify?data={_DATA}&test=0 HTTP/1.0" \
200 1
203.0.113.9 - - [16/Apr/2021:08:00:02 +0000] "GET /logo.png HTTP/2.0" 304 0 "-" "curl/7.88.1"
203.0.113.9 - - [16/Apr/2021:08:00:03 +0000] "-" 400 0
"""

SOURCE = Source(
    name="access-log",
    title="access log of a web server (Common, Combined, JSON Lines)",
    says="The calls that an address carries in `data=`; a line's time is when it was received.",
    sniff=sniff,
    read=read,
    sample=_SAMPLE.encode(),
    expect=(
        {
            "external_id": "b1",
            "email": "betty@example.com",
            "endpoint": "identify",
            "channel": "browser",
            "received_at": 1618560000_000000,
            "answer": 200,
        },
        {
            "external_id": "b1",
            "email": "betty@example.com",
            "channel": "server",
            "received_at": 1618560001_000000,
        },
    ),
)
