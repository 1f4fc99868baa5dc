"""The entries of a HAR, one by one: a broken one costs only itself, a cut file only its end."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import Any

from idgraph.calls import Reject
from idgraph.dialects.base import RejectRow, decode_at
from idgraph.errors import UnreadableError
from idgraph.sources.base import Input, elements, ended_early, whole_text

# Inside a text every quote is escaped, so that these find names and never words of a value.
_ENTRIES = re.compile(r'"entries"\s*:\s*\[')
_PAGES = re.compile(r'"pages"\s*:\s*(?=\[)')
# A text that the end cuts off is one token too, so that no bracket in it counts.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_LEVELS_ABOVE = 2
"""The objects around the entries: the file's, and its `log`."""


def har_entries(source: Input) -> Iterator[tuple[str, Any, list[Any]]]:
    """Return (origin, entry, pages) of each entry, the entry a `Reject` where it cannot be read.

    `pages` are those that the file lists before its entries, as all known writers do.
    `UnreadableError` where the file has no list of entries.
    """
    whole = whole_text(source, "a HAR", "Record a shorter session, or filter it before the export.")
    opening = _ENTRIES.search(whole)
    if opening is None:
        ended = source.broken_end(whole.count("\n") + 1)
        if ended is None:
            raise UnreadableError(
                "the HAR has no list of entries",
                where=source.name,
                remedy="Export it again, from the network tab of the browser's tools.",
            )
        yield ended.origin, ended, []
        return
    pages = _pages_before(whole, opening.start())
    end = yield from _numbered(elements(source, whole, opening.end()), pages)
    if end is not None and not _closes(whole, end):
        line = whole.count("\n") + 1
        ended = source.broken_end(line) or ended_early(f"{source.name}:{line}", whole)
        yield ended.origin, ended, pages


def _numbered(
    rows: Generator[tuple[str, Any], None, int | None], pages: list[Any]
) -> Generator[tuple[str, Any, list[Any]], None, int | None]:
    """Add the number of the entry to its origin: many HARs are one line."""
    number = 0
    while True:
        number += 1
        try:
            origin, entry = next(rows)
        except StopIteration as stop:
            end: int | None = stop.value
            return end
        numbered = f"{origin}#{number}"
        if isinstance(entry, Reject):
            entry = Reject(numbered, entry.slug, entry.reason)
        yield numbered, entry, pages


def _pages_before(whole: str, end: int) -> list[Any]:
    found = _PAGES.search(whole, 0, end)
    if found is None:
        return []
    try:
        pages, _ = decode_at(whole, found.end())
    except RejectRow:
        return []
    return pages if isinstance(pages, list) else []


def _closes(whole: str, end: int) -> bool:
    """Say whether the brackets around the entries close behind them."""
    depth = _LEVELS_ABOVE
    for token in _TOKEN.finditer(whole, end + 1):
        depth += (token[0] in "[{") - (token[0] in "]}")
    return depth <= 0
