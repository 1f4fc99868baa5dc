"""Rows of JSON, whatever holds them: JSON Lines, one array, or objects printed over many lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from typing import Any

from idgraph.calls import Reject
from idgraph.dialects.base import REJECTS, RejectRow, decode, decode_at
from idgraph.errors import UnreadableError
from idgraph.sources.base.opening import Input

LINE = 64 << 20
WHOLE = 1_000_000_000
"""An array has to be held whole; JSON Lines of any length are read line by line."""

_BEHIND = 1 << 20
"""After a fault so much text is left behind: each error of `json` counts the lines up to it."""
_DEEPEST = 1000
"""No row is indented by more blanks than these."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]', re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n,]*")


def json_rows(source: Input) -> Iterator[tuple[str, Any]]:
    """Return (origin, value) of each row, the value a `Reject` where the row cannot be read.

    The origin of a row is the line on which it starts. A broken row costs only itself. An input
    that is cut keeps the rows before the cut.
    """
    if _is_whole(source.head):
        yield from _whole(source)
    else:
        yield from line_rows(source, _decoded)


def _is_whole(head: bytes) -> bool:
    """Tell an array, or an object printed over many lines, from JSON Lines."""
    lines = [line for line in head.split(b"\n") if line.strip()]
    first = lines[0].lstrip() if lines else b""
    if first.startswith(b"["):
        return True
    second = lines[1] if lines[1:] else b"{"
    return first.startswith(b"{") and second[:1] not in (b"{", b"[") and not _complete(first)


def _complete(line: bytes) -> bool:
    try:
        decode(line.decode("utf-8", "surrogateescape"))
    except RejectRow as fault:
        return fault.slug != "bad-json"
    return True


def line_rows(source: Input, decoded: Callable[[bytes, str], Any]) -> Iterator[tuple[str, Any]]:
    """Return (origin, value) of each line that is not blank, as `decoded(line, origin)` gives it.

    The value is a `Reject` where the line is too long, or where `decoded` returns one. A last line
    without a line end that cannot be read is `cut`.
    """
    number, offset = 0, 0
    while line := source.stream.readline(LINE + 1):
        number += 1
        origin = f"{source.name}:{number}"
        size = len(line)
        if size > LINE:
            size += _skip_line(source, line)
            yield origin, Reject(origin, "too-long", REJECTS["too-long"])
        elif not line.isspace():
            value = decoded(line, origin)
            if isinstance(value, Reject) and not line.endswith(b"\n"):
                value = source.broken_end(number) or _cut(origin, offset + size, value)
            yield origin, value
        offset += size
    ended = source.broken_end(number + 1)
    if ended:
        yield ended.origin, ended


def _decoded(line: bytes, origin: str) -> Any:
    try:
        return decode(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Reject(origin, "undecodable", REJECTS["undecodable"])
    except RejectRow as fault:
        return Reject(origin, fault.slug, fault.reason)


def _skip_line(source: Input, line: bytes) -> int:
    skipped = 0
    while line and not line.endswith(b"\n"):
        line = source.stream.readline(LINE)
        skipped += len(line)
    return skipped


def _cut(origin: str, offset: int, fault: Reject) -> Reject:
    """Tell a last line that stops short from one that is wrong in itself."""
    if fault.slug not in ("bad-json", "bad-line", "cut-address", "undecodable"):
        return fault
    return Reject(origin, "cut", f"{REJECTS['cut']} (byte {offset})")


def _whole(source: Input) -> Iterator[tuple[str, Any]]:
    whole = whole_text(source, "a JSON array", "Write it as JSON Lines: `jq -c '.[]' FILE`.")
    place = _blank(whole, 0)
    array = whole.startswith("[", place)
    end = yield from elements(source, whole, place + array, array=array)
    if end is not None:
        yield from _after(source, whole, end, array=array)


def whole_text(source: Input, what: str, remedy: str) -> str:
    """Return all the text of an input, bytes that are no UTF-8 as lone surrogates."""
    raw = source.stream.read(WHOLE + 1)
    if len(raw) > WHOLE:
        raise UnreadableError(
            f"{what} may have 1 GB, since it has to be held whole",
            where=source.name,
            remedy=remedy,
        )
    return raw.decode("utf-8", "surrogateescape")


def elements(
    source: Input, whole: str, place: int, *, array: bool = True
) -> Generator[tuple[str, Any], None, int | None]:
    """Return (origin, value) of each element from `place` on, then where they end.

    They end at the bracket that closes the array, or with the text; None where the last one is cut
    off, which its reject has told.
    """
    rest, shift = whole, 0
    line, counted = 1, 0
    while True:
        place = _between(rest, place, array=array)
        line += rest.count("\n", counted, place)
        counted = place
        origin = f"{source.name}:{line}"
        if place == len(rest) or (array and rest[place] == "]"):
            return shift + place
        value, end = _element(rest, place, origin)
        if end is None:
            value = source.broken_end(line) or _cut(origin, _size(whole), value)
        yield origin, value
        if end is None:
            return None
        place = end
        if isinstance(value, Reject) and place > _BEHIND:
            line += rest.count("\n", counted, place)
            rest, shift, place, counted = rest[place:], shift + place, 0, 0


def _size(whole: str) -> int:
    return len(whole.encode("utf-8", "surrogateescape"))


def _after(source: Input, whole: str, place: int, *, array: bool) -> Iterator[tuple[str, Any]]:
    """Tell what is wrong behind the last row: no closing bracket, or more text after it."""
    line = whole.count("\n", 0, place) + 1
    origin = f"{source.name}:{line}"
    ended = source.broken_end(line)
    if ended is None and array and place == len(whole):
        ended = ended_early(origin, whole)
    elif ended is None and array and _blank(whole, place + 1) != len(whole):
        ended = Reject(origin, "bad-json", f"{REJECTS['bad-json']} (text after the array)")
    if ended:
        yield origin, ended


def ended_early(origin: str, whole: str) -> Reject:
    """Return the reject for a text that ends before its brackets close."""
    return Reject(origin, "cut", f"{REJECTS['cut']} (byte {_size(whole)})")


def _element(whole: str, place: int, origin: str) -> tuple[Any, int | None]:
    """Return the row at `place` and where it ends; the end is None where it never does."""
    fault = Reject(origin, "bad-json", REJECTS["bad-json"])
    try:
        value, end = decode_at(whole, place)
    except RejectRow as found:
        fault = Reject(origin, found.slug, found.reason)
        return fault, _end_of(whole, place)
    if any("\udc80" <= letter <= "\udcff" for letter in _not_ascii(whole, place, end)):
        return Reject(origin, "undecodable", REJECTS["undecodable"]), end
    if end < len(whole) and whole[end] not in ", \t\r\n]{[":
        return fault, _end_of(whole, end)
    return value, end


def _not_ascii(whole: str, place: int, end: int) -> str:
    part = whole[place:end]
    return "" if part.isascii() else part


def _end_of(whole: str, place: int) -> int | None:
    """Return where a broken element ends; None where it never does.

    It ends where its brackets close, or before a line that opens an object just as deep.
    """
    closed = _closed(whole, place)
    # Looked for nearby only: going over all of a file of one line, row by row, never ends.
    start = max(0, place - _DEEPEST)
    indent = whole[start:place].rpartition("\n")[2]
    if len(indent) == _DEEPEST or indent.strip() or whole[place] != "{":
        return closed
    neighbour = whole.find(f"\n{indent}{{", place, closed)
    return closed if neighbour < 0 else neighbour


def _closed(whole: str, place: int) -> int | None:
    depth = 0
    for token in _TOKEN.finditer(whole, place):
        sign = token[0]
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
            if depth <= 0:
                return max(token.start() if depth else token.end(), place + 1)
        elif sign == "," and depth == 0:
            return max(token.start(), place + 1)
    return None


def _blank(whole: str, place: int) -> int:
    found = _BLANK.match(whole, place)
    return found.end() if found else place


def _between(whole: str, place: int, *, array: bool) -> int:
    found = (_BETWEEN if array else _BLANK).match(whole, place)
    return found.end() if found else place
