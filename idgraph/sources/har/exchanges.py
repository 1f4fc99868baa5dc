"""From an entry of a HAR to an exchange: headers, clocks, and bodies in whatever wrapping."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from idgraph.clocks import Instant
from idgraph.dialects.base import (
    Exchange,
    NotACall,
    Notes,
    RejectRow,
    decode,
    exchange_from,
    headers_of,
    moment,
)

_UNPACKED = 64 << 20
_ZLIB = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_MAGIC = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "deflate": b"\x78"}
_MICROS = 1000
_LONGEST = 10**12
"""In milliseconds; a longer time is a fault of the writer."""


def bare_exchange(entry: Mapping[str, Any], origin: str, notes: Notes) -> Exchange:
    """Return the request without its body, its answer and its clocks; `RejectRow` where broken."""
    request = entry.get("request")
    if isinstance(request, dict):
        request = {name: request.get(name) for name in ("method", "url", "headers")}
    return exchange_from({"request": request}, origin, notes)


def whole_exchange(entry: Mapping[str, Any], bare: Exchange) -> Exchange:
    """Return the exchange with all that the entry says of it.

    `sent_at` is when the entry started and `answered_at` when its `time` had passed, None without
    an answer. A request that the browser blocked is a `NotACall`; one whose body was not kept is a
    `RejectRow`.
    """
    response = entry.get("response")
    answer: dict[str, Any] = response if isinstance(response, dict) else {}
    if _is_blocked(entry, answer):
        raise NotACall("blocked")
    sent_at = moment(entry.get("startedDateTime"), bare.notes)
    status = answer.get("status")
    status = status if isinstance(status, int) and status > 0 else None
    return replace(
        bare,
        body=_body(entry["request"], bare.headers),
        status=status,
        answer=_answer(answer),
        sent_at=sent_at,
        answered_at=None if status is None else _after(sent_at, entry.get("time")),
    )


def _after(sent_at: Instant | None, took: object) -> Instant | None:
    """Return the instant so many milliseconds after another; -1 is how HAR writes unknown."""
    if sent_at is None or isinstance(took, bool) or not isinstance(took, int | float):
        return None
    return sent_at + round(took * _MICROS) if 0 <= took < _LONGEST else None


def _is_blocked(entry: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Say whether an extension or a policy stopped the request.

    Chromium writes `net::ERR_BLOCKED_BY_CLIENT` and the like, Playwright under another name.
    """
    said = [part.get(name) for part in (entry, answer) for name in ("_error", "_failureText")]
    return any(isinstance(one, str) and "BLOCKED" in one for one in said)


def _body(request: Mapping[str, Any], headers: Mapping[str, str]) -> str | None:
    post = request.get("postData")
    if isinstance(post, dict):
        text, params = post.get("text"), post.get("params")
        if isinstance(text, str) and text:
            return _plain(text, post.get("encoding"), headers)
        if isinstance(params, list) and params:
            return urlencode([_pair(one) for one in params])
    size = request.get("bodySize")
    if (isinstance(size, int) and size > 0) or headers.get("content-length", "0") not in ("0", ""):
        raise RejectRow("no-body")
    return None


def _pair(param: object) -> tuple[str, str]:
    """Return the name and value of a parameter, which browsers decode when they take a form apart.

    Encoding it again gives the dialects one kind of body to read.
    """
    found = param if isinstance(param, dict) else {}
    name, value = found.get("name"), found.get("value")
    if not isinstance(name, str) or not isinstance(value, str | None):
        raise RejectRow("bad-field", "a parameter of the request")
    return _whole(name), _whole(value or "")


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _plain(text: str, encoding: object, headers: Mapping[str, str]) -> str:
    """Undo base64 and, inside of it, the packing that the headers name."""
    if not isinstance(encoding, str) or encoding.lower() != "base64":
        return text
    try:
        data = base64.b64decode(text)
        return _unpacked(data, headers.get("content-encoding", "").strip().lower()).decode()
    except (binascii.Error, ValueError):  # no base64, no ASCII, or bytes that are no UTF-8
        raise RejectRow("undecodable", "the body") from None


def _unpacked(data: bytes, packing: str) -> bytes:
    """Browsers undo the packing and leave the header; recording proxies may keep both."""
    if packing not in _ZLIB or not data.startswith(_MAGIC[packing]):
        return data
    opener = zlib.decompressobj(_ZLIB[packing])
    try:
        found = opener.decompress(data, _UNPACKED)
    except zlib.error:
        raise RejectRow("undecodable", "the packed body") from None
    if opener.unconsumed_tail:
        raise RejectRow("too-long", "the unpacked body")
    return found


def _answer(response: Mapping[str, Any]) -> object:
    """Return the answer's body, an object or list where it is JSON; None where none was kept."""
    content = response.get("content")
    if not isinstance(content, dict) or not isinstance(content.get("text"), str):
        return None
    plain = answer_text(content, headers_of(response.get("headers")))
    try:
        return decode(plain) if plain and plain.lstrip().startswith(("{", "[")) else plain
    except RejectRow:
        return None


def answer_text(content: Mapping[str, Any], headers: Mapping[str, str]) -> str | None:
    """Return the text of an answer out of base64 and packing; None where it cannot be read."""
    try:
        return _plain(content["text"], content.get("encoding"), headers)
    except RejectRow:
        return None
