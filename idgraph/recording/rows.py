"""From an exchange as it was seen on the wire to one line of the exchange log."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from idgraph.clocks import Instant, instant, iso
from idgraph.dialects.base import RejectRow, decode
from idgraph.recording.masking import mask_bytes, mask_header, mask_text

LIMIT = 64 << 20
"""Bytes of a body that are passed on and kept, packed or not; a reader takes rows of that size."""

Headers = Sequence[tuple[str, str]]
_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9_.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: `url` is where it was for, `body` its bytes as they were sent.

    `received_at` is when its first byte was here.
    """

    method: str
    url: str
    headers: Headers
    received_at: Instant
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the platform answered; `body` is None where it broke off or is too long to keep."""

    status: int
    headers: Headers
    body: bytes | None


def row(asked: Asked, answered: Answered | None, answered_at: Instant | None, note: str) -> bytes:
    """Return the line of the exchange log for one request, masked, with its line end.

    `answered` is None where the platform gave no answer, `answered_at` where nobody did. A `note`
    is the recorder's own word on the exchange; it holds no value, and readers pass it over.
    """
    fields = [("request", _request(asked))]
    if answered is not None:
        fields.append(("response", _response(answered)))
    fields += [
        (name, json.dumps(value))
        for name, value in (
            ("sent_at", iso(_date(asked.headers))),
            ("received_at", iso(asked.received_at)),
            ("answered_at", iso(answered_at)),
            ("note", note),
        )
        if value
    ]
    return (_object(fields) + "\n").encode("utf-8")


def _request(asked: Asked) -> str:
    fields = [
        ("method", json.dumps(asked.method)),
        ("url", json.dumps(mask_text(asked.url))),
        ("headers", json.dumps(_masked(asked.headers))),
    ]
    if asked.body:
        fields.append(("body", _body(asked.body, asked.headers)))
    return _object(fields)


def _response(answered: Answered) -> str:
    fields = [("status", str(answered.status))]
    if answered.body is not None:
        fields.append(("body", _body(answered.body, answered.headers)))
    return _object(fields)


def _object(fields: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in fields) + "}"


def _masked(headers: Headers) -> Mapping[str, str]:
    """The headers by name as it was first spelled; one that was sent twice is joined."""
    found: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for name, value in headers:
        first = spelled.setdefault(name.lower(), name)
        masked = mask_header(name, value)
        found[first] = f"{found[first]}, {masked}" if first in found else masked
    return found


def _date(headers: Headers) -> Instant | None:
    """The sender's clock, where it sent one: RFC 9110 lets a request carry a Date."""
    for name, value in headers:
        if name.lower() == "date":
            try:
                moment = parsedate_to_datetime(value)
            except ValueError:
                return None
            return instant(moment.astimezone(UTC).isoformat()) if moment.tzinfo else None
    return None


def _body(raw: bytes, headers: Headers) -> str:
    """Return a body as JSON: itself where it is an object or a list, else a text, else base64.

    A JSON body goes in as it was written, digit for digit: reading it and writing it anew would
    turn 42.0 and 2**64 + 1 into other numbers.
    """
    plain = _unpacked(raw, _value(headers, "content-encoding"))
    text = None if plain is None else _text(plain, _value(headers, "content-type"))
    if text is None:
        return json.dumps(base64.b64encode(mask_bytes(raw)).decode("ascii"))
    text = mask_text(text)
    if text.lstrip().startswith(("{", "[")):
        try:
            decode(text)
        except RejectRow:
            return json.dumps(text)
        # No JSON string holds a raw line end, so these stand between values.
        return text.replace("\r", " ").replace("\n", " ").strip()
    return json.dumps(text)


def _value(headers: Headers, wanted: str) -> str:
    return ", ".join(value for name, value in headers if name.lower() == wanted)


def _text(plain: bytes, content_type: str) -> str | None:
    named = _CHARSET.search(content_type)
    try:
        text = plain.decode(named[1] if named else "utf-8")
    except (UnicodeDecodeError, LookupError):
        return None
    return None if "\0" in text else text


def _unpacked(raw: bytes, encodings: str) -> bytes | None:
    """Undo the content encodings; None where one is unknown or broken, or goes beyond the limit."""
    plain: bytes | None = raw
    for name in reversed([part.strip().lower() for part in encodings.split(",")]):
        if plain is None or name in ("", "identity"):
            continue
        plain = _UNPACKERS[name](plain) if name in _UNPACKERS else None
    return plain


def _inflated(wbits: int) -> Callable[[bytes], bytes | None]:
    def unpack(raw: bytes) -> bytes | None:
        engine = zlib.decompressobj(wbits)
        try:
            plain = engine.decompress(raw, LIMIT + 1)
        except zlib.error:
            return None
        return plain if engine.eof and len(plain) <= LIMIT else None

    return unpack


def _deflate(raw: bytes) -> bytes | None:
    """Take `deflate` both ways: with a zlib header, as specified, and without, as some send it."""
    plain = _inflated(zlib.MAX_WBITS)(raw)
    return _inflated(-zlib.MAX_WBITS)(raw) if plain is None else plain


def _brotli(raw: bytes) -> bytes | None:
    import brotli

    engine = brotli.Decompressor()
    try:
        plain: bytes = engine.process(raw, output_buffer_limit=LIMIT + 1)
    except brotli.error:
        return None
    return plain if engine.is_finished() else None


def _zstd(raw: bytes) -> bytes | None:
    import zstandard

    engine = zstandard.ZstdDecompressor()
    try:
        with engine.stream_reader(raw, read_across_frames=True) as reader:
            plain = reader.read(LIMIT + 1)
    except zstandard.ZstdError:
        return None
    return plain if len(plain) <= LIMIT else None


_UNPACKERS: Mapping[str, Callable[[bytes], bytes | None]] = {
    "br": _brotli,
    "deflate": _deflate,
    "gzip": _inflated(zlib.MAX_WBITS | 16),
    "x-gzip": _inflated(zlib.MAX_WBITS | 16),
    "zstd": _zstd,
}
