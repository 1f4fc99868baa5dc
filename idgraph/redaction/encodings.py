"""Changes what is inside of an encoding and encodes it again in the same way: that is evidence too.

JSON, base64 (standard, URL-safe, padded or not, wrapped, with blanks for `+`), each percent-encoded
up to three times, as the readers take it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from idgraph.dialects.base import Number, RejectRow, decode

Change = Callable[[str], str | None]
"""From a text to another; None where it is not of the kind that is changed."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]+")
_BLANKS = re.compile(r"\s+")
_ROUNDS = 3
_SIGNS = frozenset("!\"$'()*,/:;<=>?@[\\]^`{|}")
"""What may stand bare in a value of a form, where its writer left it so."""
_LOWER = re.compile(r"%(?:[a-f][0-9a-f]|[0-9][a-f])")


def recoded(raw: str, change: Change) -> str | None:
    """Return a text with the JSON inside of it changed, in the encodings of before; None if none.

    >>> recoded("eyJhIjoxfQ", lambda inside: inside.replace("1", "2"))
    'eyJhIjoyfQ'
    >>> recoded("%7B%22a%22%3A1%7D", lambda inside: inside.replace("1", "2"))
    '%7B%22a%22%3A2%7D'
    """
    return _recoded(raw, change, _ROUNDS)


def _recoded(raw: str, change: Change, rounds: int) -> str | None:
    if raw.lstrip().startswith(("{", "[")):
        return change(raw)
    found = packed(raw)
    if found is not None and found.text.lstrip().startswith(("{", "[")):
        made = change(found.text)
        return None if made is None else found.again(made)
    plain = _unquoted(raw) if rounds and ("%" in raw or "+" in raw) else raw
    if plain is None or plain == raw:
        return None
    inner = _recoded(plain, change, rounds - 1)
    return None if inner is None else requoted(raw, inner)


def requoted(model: str, text: str) -> str:
    """Percent-encode a text as `model` is: which signs stand bare, `+` for blanks, small letters.

    >>> requoted("betty%40shop.example", "mail~1m@site-1m.example")
    'mail~1m%40site-1m.example'
    >>> requoted("Betty+B@shop.example", "a b@site-1m.example")
    'a+b@site-1m.example'
    """
    made = quote(text, safe="".join(sorted(_SIGNS & set(model))))
    if "+" in model:
        made = made.replace("%20", "+")
    return re.sub("%..", lambda found: found[0].lower(), made) if _LOWER.search(model) else made


def _unquoted(source: str) -> str | None:
    try:
        return unquote_to_bytes(source.replace("+", " ")).decode("utf-8")
    except UnicodeError:
        return None


@dataclass(frozen=True, slots=True)
class Packed:
    """The text inside of base64, and how it was packed."""

    text: str
    safe: bool
    padded: bool
    blanks: bool
    wrap: int
    end: str

    def again(self, text: str) -> str:
        """Pack another text in the same way."""
        raw = text.encode("utf-8")
        made = (base64.urlsafe_b64encode if self.safe else base64.b64encode)(raw).decode("ascii")
        if not self.padded:
            made = made.rstrip("=")
        if self.blanks:
            made = made.replace("+", " ")
        if not self.wrap:
            return made
        return self.end.join(made[n : n + self.wrap] for n in range(0, len(made), self.wrap))


def packed(source: str) -> Packed | None:
    """Return what base64 holds, where it holds text; None else.

    A blank is first taken as the `+` that a form decoder ate, then as a blank.
    """
    if not _BASE64.fullmatch(source):
        return None
    inner = source.strip("\r\n\t")
    for spelling in (inner.replace(" ", "+"), inner):
        letters = _BLANKS.sub("", spelling).rstrip("=")
        plain = letters.replace("-", "+").replace("_", "/")
        try:
            raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
            text = raw.decode("utf-8")
        except (binascii.Error, ValueError):
            continue
        end = "\r\n" if "\r\n" in inner else "\n"
        return Packed(
            text=text,
            safe="-" in letters or "_" in letters,
            padded=source.rstrip().endswith("=") or len(letters) % 4 == 0,
            blanks=" " in inner and "+" not in inner,
            wrap=inner.find(end) if "\n" in inner else 0,
            end=end,
        )
    return None


@dataclass(frozen=True, slots=True)
class Style:
    """How a JSON text is written: blanks behind signs, letters beyond ASCII, the slash."""

    blank: str
    ascii_only: bool
    slash: bool


def style_of(text: str) -> Style:
    """Return how a JSON text is written."""
    return Style(" " if re.search(r'"\s*: ', text) else "", text.isascii(), "\\/" in text)


def rewritten(text: str, change: Callable[[Any], Any]) -> str | None:
    """Return a JSON text with its value changed, written in the same way; None where it is none."""
    try:
        value = decode(text)
    except RejectRow:
        return None
    return json_text(change(value), style_of(text))


def json_text(value: Any, style: Style) -> str:
    """Write a value as JSON, every digit of its numbers kept."""
    if isinstance(value, Mapping):
        pairs = (
            f"{_string(str(name), style)}:{style.blank}{json_text(one, style)}"
            for name, one in value.items()
        )
        return "{" + f",{style.blank}".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + f",{style.blank}".join([json_text(one, style) for one in value]) + "]"
    if isinstance(value, str):
        return _string(value, style)
    return value.text if isinstance(value, Number) else json.dumps(value)


def _string(text: str, style: Style) -> str:
    made = json.dumps(text, ensure_ascii=style.ascii_only)
    return made.replace("/", "\\/") if style.slash else made
