"""Rows of JSON, whatever holds them: JSON Lines, one array, or objects printed over many lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from idgraph.calls import Reject
from idgraph.dialects.base import REJECTS, RejectRow, decode, decode_at
from idgraph.errors import UnreadableError
from idgraph.sources.base.opening import Input

LINE = 64 << 20
WHOLE = 1_000_000_000
"""An array has to be held whole; JSON Lines of any length are read line by line."""

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
        yield from _lines(source)


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


def _lines(source: Input) -> Iterator[tuple[str, Any]]:
    number, offset = 0, 0
    while line := source.stream.readline(LINE + 1):
        number += 1
        origin = f"{source.name}:{number}"
        size = len(line)
        if size > LINE:
            size += _skip_line(source, line)
            yield origin, Reject(origin, "too-long", REJECTS["too-long"])
        elif not line.isspace():
            value = _decoded(line, origin)
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
    if fault.slug not in ("bad-json", "undecodable"):
        return fault
    return Reject(origin, "cut", f"{REJECTS['cut']} (byte {offset})")


def _whole(source: Input) -> Iterator[tuple[str, Any]]:
    raw = source.stream.read(WHOLE + 1)
    if len(raw) > WHOLE:
        raise UnreadableError(
            "a JSON array may have 1 GB, since it has to be held whole",
            where=source.name,
            remedy="Write it as JSON Lines: `jq -c '.[]' FILE`.",
        )
    whole = raw.decode("utf-8", "surrogateescape")
    place = _blank(whole, 0)
    array = whole.startswith("[", place)
    place += array
    line, counted = 1, 0
    while True:
        place = _between(whole, place, array=array)
        line += whole.count("\n", counted, place)
        counted = place
        origin = f"{source.name}:{line}"
        if place == len(whole) or (array and whole[place] == "]"):
            break
        value, end = _element(whole, place, origin)
        if end is None:
            size = len(whole.encode("utf-8", "surrogateescape"))
            value = source.broken_end(line) or _cut(origin, size, value)
        yield origin, value
        place = len(whole) if end is None else end
        if end is None:
            return
    yield from _after(source, whole, place, origin, line, array=array)


def _after(
    source: Input, whole: str, place: int, origin: str, line: int, *, array: bool
) -> Iterator[tuple[str, Any]]:
    """Tell what is wrong behind the last row: no closing bracket, or more text after it."""
    ended = source.broken_end(line)
    if ended is None and array and place == len(whole):
        size = len(whole.encode("utf-8", "surrogateescape"))
        ended = Reject(origin, "cut", f"{REJECTS['cut']} (byte {size})")
    elif ended is None and array and _blank(whole, place + 1) != len(whole):
        ended = Reject(origin, "bad-json", f"{REJECTS['bad-json']} (text after the array)")
    if ended:
        yield origin, ended


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
    indent = whole[whole.rfind("\n", 0, place) + 1 : place]
    if indent.strip() or whole[place] != "{":
        return closed
    neighbour = whole.find(f"\n{indent}{{", place)
    if neighbour < 0:
        return closed
    return neighbour if closed is None else min(closed, neighbour)


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


def top_names(head: bytes) -> set[str]:
    """Return the names in the first objects of a JSON text, at their top level, however it is cut.

    Looks at objects at the start of lines, and at those of an array that holds everything.
    """
    text = head.decode("utf-8", "replace")
    found: set[str] = set()
    starts = [match.start() for match in re.finditer(r"^\{", text, re.MULTILINE)][:50]
    opening = re.match(r"\s*\[?\s*\{", text)
    if opening and opening.end() - 1 not in starts:
        starts.insert(0, opening.end() - 1)
    for start in starts:
        found |= _names_of(text, start)
    return found


def _names_of(text: str, start: int) -> set[str]:
    depth, last = 0, ""
    found: set[str] = set()
    for token in _TOKEN.finditer(text, start):
        sign = token[0]
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
            if depth == 0:
                break
        elif sign == ":" and depth == 1:
            found.add(last)
        last = sign[1:-1] if sign.startswith('"') else ""
    return found
