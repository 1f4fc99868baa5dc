"""Lines of the Common and Combined log formats, with the escapes of Apache and nginx undone."""

from __future__ import annotations

import re
from itertools import islice

from idgraph.calls import Reject
from idgraph.dialects.base import REJECTS

_OPENING = (
    r"(?P<before>[^\"]{1,1000}?)"
    r"\[(?P<time>\d{1,2}/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d(?:\.\d+)?[^\]]{0,10})\] \""
)
_QUOTED = r"(?:[^\"\\]|\\.)*+"
_LINE = re.compile(
    rf"{_OPENING}(?P<request>{_QUOTED})\" (?P<status>\d{{3}}|-)(?: (?:\d+|-)"
    rf"(?: \"(?P<referer>{_QUOTED})\" \"(?P<agent>{_QUOTED})\")?)?(?= |$)"
)
_STARTED = re.compile(rf"{_OPENING}{_QUOTED}\\?$")
_OPENS = re.compile(_OPENING)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
_LOOKED_AT = 3


def is_line(head: bytes) -> bool:
    """Say whether one of the first lines opens as those of an access log do."""
    lines = (line for line in head.splitlines() if line.strip())
    return any(_OPENS.match(line.decode("utf-8", "replace")) for line in islice(lines, _LOOKED_AT))


def line_fields(line: bytes, origin: str) -> dict[str, object] | Reject:
    """Return the fields of a line: time, request, status, referer, agent; else a `Reject`.

    Bytes that are no UTF-8 become U+FFFD, which no identifier may hold.
    """
    text = line.decode("utf-8", "replace").strip("\r\n")
    found = _LINE.match(text)
    if found is None:
        slug = "cut-address" if _STARTED.match(text) else "bad-line"
        return Reject(origin, slug, REJECTS[slug])
    fields = found.groupdict()
    del fields["before"]
    return {name: _unescaped(value) for name, value in fields.items() if value not in (None, "-")}


def _unescaped(value: str) -> str:
    if "\\" not in value:
        return value

    def plain(found: re.Match[str]) -> str:
        code, sign = found.groups()
        return chr(0xDC00 + int(code, 16)) if code else _LETTERS.get(sign, sign)

    # A byte given as `\xHH` waits as a lone surrogate until its neighbours make it a character.
    held = _ESCAPE.sub(plain, value.encode("utf-8", "replace").decode())
    return b"".join(_bytes(letter) for letter in held).decode("utf-8", "replace")


def _bytes(letter: str) -> bytes:
    code = ord(letter)
    return bytes([code - 0xDC00]) if 0xDC00 <= code <= 0xDCFF else letter.encode()  # noqa: PLR2004
