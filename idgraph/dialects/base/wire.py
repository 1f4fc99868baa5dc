"""The encodings by which an object travels: form fields, base64 in its many spellings, JSON."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus, unquote_to_bytes

from idgraph.dialects.base.exact_json import decode
from idgraph.dialects.base.faults import RejectRow

_BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]+")
_BLANKS = re.compile(r"\s+")
_ROUNDS = 3
_PART_NAME = re.compile(r"content-disposition:[^\r\n]*?;\s*name=\"([^\"\r\n]*)\"", re.IGNORECASE)
_HEAD_END = re.compile(r"\r?\n\r?\n")


def form_fields(source: str) -> Iterator[tuple[str, str]]:
    """Return the fields of a form body or a query, names decoded, values as they were sent.

    Values stay raw, since what is in them (JSON or base64) decides what a `+` means.
    """
    for pair in source.split("&"):
        name, _, value = pair.partition("=")
        yield unquote_plus(name), value


def form_texts(source: str) -> dict[str, str | list[str]]:
    """Return the fields of a form body or a query, decoded; several values of a name as a list.

    Takes the URL-encoded kind and `multipart/form-data`. Bytes that are no UTF-8 become U+FFFD,
    which no identifier may hold.

    >>> form_texts("g=LIST&email=a%2Bb%40example.com")
    {'g': 'LIST', 'email': 'a+b@example.com'}
    """
    if source.startswith("--"):
        pairs = _multipart_fields(source)
    else:
        pairs = ((name, unquote_plus(value)) for name, value in form_fields(source) if name)
    found: dict[str, str | list[str]] = {}
    for name, value in pairs:
        given = found.setdefault(name, value)
        if isinstance(given, list):
            given.append(value)
        elif given != value:
            found[name] = [given, value]
    return found


def _multipart_fields(source: str) -> Iterator[tuple[str, str]]:
    boundary = source.split("\n", 1)[0].rstrip("\r")
    for part in source.split(boundary)[1:]:
        head, *rest = _HEAD_END.split(part, maxsplit=1)
        name = _PART_NAME.search(head)
        if name and rest:
            yield name[1], rest[0].removesuffix("\n").removesuffix("\r")


def data_object(raw: str) -> dict[str, Any]:
    """Return the object that a `data` field stands for; else a `RejectRow`.

    Takes JSON and base64 of JSON (standard or URL-safe, padded or not, with blanks for `+`), each
    percent-encoded up to three times. A text that opens with a brace was never percent-encoded, so
    its `+` and `%` stay as they are.
    """
    candidate = raw
    for _ in range(_ROUNDS + 1):
        if candidate.lstrip().startswith(("{", "[")):
            return _object(decode(candidate))
        if _BASE64.fullmatch(candidate):
            found = _unpacked(candidate)
            if found is not None:
                return _object(decode(found))
        decoded = _unquoted(candidate)
        if decoded == candidate:
            break
        candidate = decoded
    raise RejectRow("bad-data")


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RejectRow("bad-payload", "an object was expected")
    return value


def _unquoted(source: str) -> str:
    try:
        return unquote_to_bytes(source.replace("+", " ")).decode("utf-8")
    except UnicodeError:  # broken UTF-8, or a lone half of a character in the text itself
        raise RejectRow("undecodable", "data") from None


def _unpacked(source: str) -> str | None:
    """Return the JSON text inside base64; None where the text is no base64 of an object.

    A blank is first taken as the `+` that a form decoder ate, then as a blank.
    """
    inner = source.strip("\r\n\t")
    for spelling in (inner.replace(" ", "+"), inner):
        letters = _BLANKS.sub("", spelling).rstrip("=").replace("-", "+").replace("_", "/")
        try:
            packed = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        if packed.lstrip()[:1] in (b"{", b"["):
            try:
                return packed.decode("utf-8")
            except UnicodeDecodeError:
                raise RejectRow("undecodable", "data") from None
    return None
