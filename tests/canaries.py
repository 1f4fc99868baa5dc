"""Values that occur nowhere else, planted everywhere, and the search for them in what gets out."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import html
import io
import json
import quopri
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

import pandas as pd

MAIL = "Ottilie.Qvandermol+shop@qprivathost.example"
SECOND = "ottilie.new@qneuhost.example"
OTHER = "wendelin.q@qganzhost.example"
_JWT_BODY = base64.urlsafe_b64encode(b'{"sub":"qjwtsubject","x":1}').rstrip(b"=").decode()
CANARIES: dict[str, tuple[str, ...]] = {
    "email": ("qvandermol", "qprivathost", "qneuhost", "ottilie", "wendelin", "qganzhost"),
    "external_id": ("qcust88201x", "qwhole77310x"),
    "phone_number": ("4915777320164", "15777320164"),
    "anonymous_id": ("qanon-5d2e91c0",),
    "_kx": ("qkxhandle7331",),
    "cookie": ("qcookiesess42", "qkid01gcookie", "qcookiekx55"),
    "authorization": ("qauthsecret99",),
    "private key": ("pk_0qprivatekey0123456789abcdef0123456",),
    "jwt": ("qjwtsubject", "qjwtsignature"),
    "path": ("qpathperson",),
    "query": ("qqueryvalue",),
    "fragment": ("qfragmentvalue",),
    "referrer": ("qreferuser", "qreferpass", "qreferpath"),
    "free text": ("qfreetextgift", "qfirstname"),
    "object key": ("qobjectkey",),
    "column name": ("qcolumnname",),
    "event name": ("qeventname",),
    "event id": ("qeventid31",),
    "birthday": ("1987-03-29",),
    "ip": ("203.0.113.77", "2001:db8:77::9"),
    "company": ("Qcmpny",),
    "person": ("qpersonname", "qwholename"),
    "observed": ("qobserved1", "qobserved2", "qobserved3"),
    "reject": ("qrejected", "qcutrow"),
    "not a call": ("qnotacall",),
    "response": ("qresponsebody",),
    "number": ("987654321012",),
    "title": ("qtitleword",),
}
"""What must not be found, by the place where it was planted: values, or cores of values."""
NAMES: dict[str, tuple[str, ...]] = {"file name": ("qfilename",), "folder name": ("qfoldername",)}
"""The user's own names of files: they stand in what a terminal shows, and in nothing else."""


def plain(person: str, kind: str, number: int) -> dict[str, Any]:
    """Return one row of an exchange log with a canary in every place that it has."""
    split = person == "qpersonname"
    properties: dict[str, Any] = {
        **({"$id": "QCust88201x"} if split and number < 2 else {}),
        **({"$id": "QWhole77310x"} if not split else {}),
        "$email": (MAIL if number != 1 else SECOND) if split else OTHER,
        "$exchange_id": "qkxhandle7331" if split and not number else None,
        "$phone_number": "+49 1577 7320164" if split and not number else None,
        "$anonymous": "qanon-5d2e91c0" if split and not number else None,
        "$first_name": "Qfirstname",
        "gift message": "dear qfreetextgift, with love",
        "birthday": "1987-03-29",
        "mail of qobjectkey@x.example": {"qobjectkey2": ["qfreetextgift"]},
        "ip": "203.0.113.77",
        "remote": "2001:db8:77::9",
        "api_key": "pk_0qprivatekey0123456789abcdef0123456",
        "session": f"eyJhbGciOiJIUzI1NiJ9.{_JWT_BODY}.qjwtsignature",
        "balance": 987654321012,
        "page": "https://qreferuser:qreferpass@qprivathost.example/qpathperson?e=qqueryvalue#qfragmentvalue",
    }
    body: dict[str, Any] = {
        "token": "Qcmpny",
        "event": "Bought Qeventname's Lamp",
        "customer_properties": {k: v for k, v in properties.items() if v is not None},
        "properties": {"$event_id": f"qeventid31{number}", "note": "qfreetextgift", **_link()},
    }
    kept = base64.b64encode(
        json.dumps(
            {"$email": MAIL, "$exchange_id": "qcookiekx55", "$kid": "qkid01gcookie"}
        ).encode()
    ).decode()
    data = base64.b64encode(json.dumps(body).encode()).decode()
    get = kind == "get"
    query = f"?data={quote(data)}&utm_email=qqueryvalue@x.example" if get else "?c=qqueryvalue"
    return {
        "request": {
            "method": "GET" if get else "POST",
            "url": f"https://a.klaviyo.com/api/track{query}#qfragmentvalue",
            "headers": {
                "Authorization": "Klaviyo-API-Key qauthsecret99",
                "Cookie": f"__kla_id={kept}; session=qcookiesess42",
                "Referer": "https://qreferuser:qreferpass@shop.example/qreferpath?_kx=qkxhandle7331",
                "X-Forwarded-For": "203.0.113.77, 2001:db8:77::9",
                "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/96.0",
            },
            **({} if get else {"body": body}),
        },
        "response": {"status": 200, "body": {"id": "qresponsebody", "email": MAIL}},
        "sent_at": f"2021-04-16T0{number + 1}:{'30' if split else '00'}:00Z",
        "channel": "browser" if get else "server",
        "person": person,
        "observed_profile": ("qobserved1", "qobserved1", "qobserved2")[number]
        if split
        else "qobserved3",
    }


def _link() -> dict[str, Any]:
    return {"$referrer": {"ts": 1618560000, "value": "https://shop.example/qreferpath?q=1"}}


def rows() -> list[str]:
    """Return the lines of the combined log: calls, a row that is none, and rows that are broken."""
    calls = [
        plain(person, kind, number)
        for number, kind in enumerate(("post", "post", "get"))
        for person in ("qpersonname", "qwholename")
    ]
    image = {"request": {"method": "GET", "url": "https://shop.example/qnotacall.png?e=qnotacall"}}
    odd = plain("qpersonname", "post", 0)
    odd["request"]["body"] = {"customer_properties": {"$email": {"qrejected": MAIL}}, "event": "x"}
    late = plain("qpersonname", "post", 0) | {"sent_at": "the day of qrejected", "person": 7}
    told = [json.dumps(row) for row in (*calls, image, odd, late)]
    return [*told, '{"request": {"url": "https://qcutrow.example/", "body": "qcutrow']


# --- undoing encodings ----------------------------------------------------------------------------

_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-]{12,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){6,}")
_READABLE = re.compile(rb"[ -~]{5,}")
_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_PUNY = re.compile(rb"xn--[a-z0-9-]+", re.IGNORECASE)
_DEEP = 3


def leaks(artefact: bytes, canaries: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the kinds whose canaries an artefact holds: as they are, encoded, packed or hashed."""
    texts = [text.lower() for text in undone(artefact)]
    found = []
    for kind, values in canaries.items():
        needles = {value.lower().encode() for value in values}
        joined = {re.sub(rb"\D", b"", n) for n in needles if kind in ("phone_number", "number")}
        if kind == "email":
            needles |= _hashes(MAIL) | _hashes(SECOND) | _hashes(OTHER)
        digits = [re.sub(rb"[ ().+-]", b"", text) for text in texts] if joined else []
        if any(n in text for text in texts for n in needles) or any(
            n in text for text in digits for n in joined
        ):
            found.append(kind)
    return found


def _hashes(address: str) -> set[bytes]:
    made = set()
    for text in (address, address.lower()):
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
            made |= {digest.hex().encode(), base64.b64encode(digest).lower()}
    return made


def undone(data: bytes, depth: int = _DEEP) -> Iterator[bytes]:
    """Yield bytes, and all that they become where encodings in them are undone."""
    yield data
    if depth:
        seen = {data}
        for made in _undone(data):
            if made not in seen:
                seen.add(made)
                yield from undone(made, depth - 1)


def _undone(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield " ".join(archive.namelist()).encode()
            yield from (archive.read(name) for name in archive.namelist())
        return
    if data[:4] == b"PAR1":
        yield pd.read_parquet(io.BytesIO(data)).to_json().encode()
        return
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
        return
    if data[:1] == b"\x78" and data[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
        try:
            yield zlib.decompress(data)
        except zlib.error:
            return
        return
    if b"\0" in data:
        yield data.replace(b"\0", b"")  # UTF-16 of plain letters, in either order
    text = data.decode("utf-8", "replace")
    yield html.unescape(text).encode("utf-8", "replace")
    yield unquote_plus(text).encode("utf-8", "replace")
    yield _ESCAPED.sub(_escaped, data)
    if b"=" in data:
        yield quopri.decodestring(data)
    puny = [_domain(match[0]) for match in _PUNY.finditer(data)]
    yield b" ".join(puny)
    yield b"\n".join(filter(None, _packed(data)))


def _escaped(match: re.Match[bytes]) -> bytes:
    return chr(int(match[1] or match[2], 16)).encode("utf-8", "replace")


def _domain(name: bytes) -> bytes:
    try:
        return name.lower().decode("idna").encode()
    except UnicodeError:
        return b""


def _packed(data: bytes) -> Iterator[bytes]:
    """What base64 and hexadecimal digits stand for, at each offset; only what can be read of it."""
    for match in _BASE64.finditer(data):
        run = match[0].replace(b"-", b"+").replace(b"_", b"/")
        for offset in range(4):
            part = run[offset:]
            part = part[: len(part) // 4 * 4]
            yield _inner(base64.b64decode(part))
        if len(run) % 4 > 1:
            yield _inner(base64.b64decode(run + b"=" * (-len(run) % 4)))
    for match in _HEX.finditer(data):
        run = match[0]
        yield _inner(binascii.unhexlify(run[: len(run) // 2 * 2]))


def _inner(data: bytes) -> bytes:
    """Packed bytes in base64 opened at once: after a newline nobody would know their beginning."""
    opened = b"".join(part for part in _undone(data) if part) if data[:2] in _MAGIC else b""
    readable = _READABLE.findall(data.replace(b"\0", b"") + b"\n" + opened)
    return b"\n".join(readable)


_MAGIC = (b"PK", b"\x1f\x8b", b"\x78\x9c", b"\x78\x01", b"\x78\xda")
