"""The names in the first objects of a JSON text, however it is cut: what formats are told by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]', re.DOTALL)
_OBJECTS = 50
_INNER = 2

Path = tuple[str, ...]


@lru_cache(maxsize=1)
def names_of(head: bytes) -> Mapping[Path, str]:
    """Return the names in the first objects of a JSON text, however it is cut, two levels deep.

    The value says how the first value of that name opens: with `{`, `[` or `"`, "" for the rest.
    Looks at objects at the start of lines, and at those of an array that holds everything. Kept for
    the last head: each format in turn is told by the names of the same one.
    """
    text = head.decode("utf-8", "replace")
    found: dict[Path, str] = {}
    starts = [match.start() for match in re.finditer(r"^\{", text, re.MULTILINE)][:_OBJECTS]
    opening = re.match(r"\s*\[?\s*\{", text)
    if opening and opening.end() - 1 not in starts:
        starts.insert(0, opening.end() - 1)
    for start in starts:
        for path, sign in _names_from(text, start):
            found.setdefault(path, sign)
    return MappingProxyType(found)


def top_names(head: bytes) -> set[str]:
    """Return the names in the first objects of a JSON text, at their top level."""
    return {path[0] for path in names_of(head) if len(path) == 1}


def _names_from(text: str, start: int) -> Iterator[tuple[Path, str]]:
    """Yield the path and the opening of each value of the object at `start`, two levels deep."""
    depth, last = 0, ""
    path: Path = ()
    named = False
    for token in _TOKEN.finditer(text, start):
        sign = token[0]
        if named:
            yield path, sign[0] if sign[0] in '{["' else ""
        named = sign == ":" and depth in (1, _INNER)
        if named:
            path = (last,) if depth == 1 else (*path[:1], last)
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
            if depth == 0:
                return
        last = sign[1:-1] if sign.startswith('"') else ""
    if named:
        yield path, ""
