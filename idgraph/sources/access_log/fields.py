"""The fields of a JSON access log, by whatever names its server gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from idgraph.calls import KEYS

_NAMES = {
    "request": ("request", "requestline"),
    "method": ("method", "requestmethod", "httpmethod", "verb"),
    "url": ("uri", "requesturi", "url", "requesturl", "requestpath", "path"),
    "query": ("args", "query", "querystring"),
    "host": ("host", "httphost", "requesthost"),
    "body": ("requestbody", "body"),
    "status": ("status", "statuscode", "downstreamstatus", "responsestatus"),
    "referer": ("referer", "referrer", "httpreferer", "httpreferrer", "requestreferer"),
    "agent": ("useragent", "httpuseragent", "agent", "requestuseragent"),
    "headers": ("headers", "requestheaders"),
    "time": (
        *("timeiso8601", "timelocal", "starttimeutc", "startutc", "msec"),
        *("timestamp", "time", "ts", "date"),
    ),
}
"""Our name, and in order of trust those of nginx, Apache, Caddy, Traefik and Google's balancer."""
_KNOWN = {theirs: ours for ours, names in _NAMES.items() for theirs in names}
_INSIDE = ("request", "httpRequest")
_SIGNS = re.compile(r"[^a-z0-9]")
_OF_PROFILES = {*KEYS, "id", "$id", "$email", "$phone_number", "$anonymous", "$exchange_id", "$kid"}

Path = tuple[str, ...]


def is_log(names: Mapping[Path, str]) -> bool:
    """Say whether names, as `names_of` gives them, are those of an access log.

    A request as text, or one with a `uri` and no `url`, is no exchange; columns of identifiers make
    a call table.
    """
    if ("request",) in names:
        inner = {path[1] for path in names if path[0] == "request" and len(path) > 1}
        return names["request",] == '"' or ("uri" in inner and "url" not in inner)
    top = {path[0] for path in names if len(path) == 1}
    known = {_canonical(name) for name in top}
    plain = "url" in known and bool(known & {"method", "status"})
    return (plain or "httpRequest" in top) and not top & _OF_PROFILES


def fields_of(row: Mapping[str, object]) -> dict[str, object]:
    """Return the fields by our names; those of an object for the request count as the row's own."""
    found: dict[str, object] = {}
    places: list[tuple[int, str, object]] = []
    for name, value in _flat(row):
        ours = _canonical(name)
        if ours is not None and value not in (None, "", "-"):
            places.append((_NAMES[ours].index(_plain(name)), ours, value))
    for _, ours, value in sorted(places, key=lambda place: place[0]):
        found.setdefault(ours, value)
    return found


def _flat(row: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    for name, value in row.items():
        if name in _INSIDE and isinstance(value, Mapping):
            yield from value.items()
        else:
            yield name, value


def _canonical(name: str) -> str | None:
    return _KNOWN.get(_plain(name))


def _plain(name: str) -> str:
    return _SIGNS.sub("", name.lower())
