"""From the fields of a logged line to an exchange."""

from __future__ import annotations

import re
from collections.abc import Mapping

from idgraph.dialects.base import Exchange, NotACall, Notes, RejectRow, headers_of, moment

_REQUEST = re.compile(r"([A-Z]{3,10}) (\S.*?)( HTTP/[0-9.]+)?", re.DOTALL)
_TIME = re.compile(
    r"(?P<day>\d{1,2})/(?P<month>[A-Za-z]{3})/(?P<year>\d{4}):(?P<clock>\d\d:\d\d:\d\d(?:\.\d+)?)"
    r"(?P<zone> ?[+-]\d{4}| ?Z)?"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""Not by `strptime`, whose months follow the locale."""


def exchange_of(fields: Mapping[str, object], origin: str, notes: Notes) -> Exchange:
    """Return the exchange of a line; a `NotACall` where it holds no request.

    A log of the receiving side: its time becomes `received_at`. What it knows of headers is the
    referer and the user agent, unless it lists them.
    """
    method, url = _request(fields)
    headers = headers_of(_first_values(fields.get("headers")))
    for name, header in (("referer", "referer"), ("agent", "user-agent")):
        value = fields.get(name)
        if isinstance(value, str):
            headers.setdefault(header, value)
    status = fields.get("status")
    return Exchange(
        method=method.upper(),
        url=url,
        headers=headers,
        body=fields.get("body"),
        status=int(status) if isinstance(status, int | str) and _is_status(status) else None,
        received_at=moment(_in_iso(fields.get("time")), notes),
        origin=origin,
        notes=notes,
    )


def lacks_end(fields: Mapping[str, object]) -> bool:
    """Say whether a request line lacks the protocol that ends it: then the log cut it off."""
    line = fields.get("request")
    found = _REQUEST.fullmatch(line) if isinstance(line, str) else None
    return found is not None and found[3] is None


def _request(fields: Mapping[str, object]) -> tuple[str, str]:
    """Return method and address, of the request line or of its parts.

    A line that is none, such as the first bytes of a TLS greeting, is no request.
    """
    line = fields.get("request")
    if isinstance(line, str):
        found = _REQUEST.fullmatch(line)
        if found is None:
            raise NotACall("no-request")
        return found[1], found[2]
    method, url = fields.get("method", "GET"), fields.get("url")
    if url is None:
        raise NotACall("no-request")
    if not isinstance(url, str) or not isinstance(method, str):
        raise RejectRow("bad-request")
    query = fields.get("query")
    if isinstance(query, str) and "?" not in url:
        url = f"{url}?{query.removeprefix('?')}"
    host = fields.get("host")
    return method, f"//{host}{url}" if isinstance(host, str) and url.startswith("/") else url


def _first_values(headers: object) -> object:
    """Take headers whose values are lists, as Caddy writes them."""
    if not isinstance(headers, Mapping):
        return headers
    return {
        name: value[0] if isinstance(value, list) and value else value
        for name, value in headers.items()
    }


def _is_status(status: str | int) -> bool:
    return re.fullmatch("[1-9][0-9]{2}", str(status)) is not None


def _in_iso(value: object) -> object:
    """Return a time of the Common format as ISO 8601; any other as it is."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None or found["month"].title() not in _MONTHS:
        return value
    month = _MONTHS.index(found["month"].title()) + 1
    zone = (found["zone"] or "").strip()
    return f"{found['year']}-{month:02}-{int(found['day']):02}T{found['clock']}{zone}"
