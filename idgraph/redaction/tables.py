"""Rows of a call table, redacted cell by cell: what a column means decides about its cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from idgraph.calls import CHANNELS, KEYS, Identifier
from idgraph.dialects.base import Number
from idgraph.redaction.fields import Fields
from idgraph.redaction.payloads import written
from idgraph.redaction.times import CLOCKS
from idgraph.sources.call_table.columns import SPELLINGS, canonical

_KEYS = dict(SPELLINGS)
_TIMED = frozenset((*CLOCKS, "at", "time", "timestamp"))
_NAMED = {
    "endpoint": "endpoint",
    "event": "event",
    "event_id": "event_id",
    "person": "person",
    "observed_profile": "observed",
    "owner": "observed",
    "merges": "observed",
}
_CLAIMS = frozenset(("true", "false", "0", "1", "yes", "no", ""))
_LONG = 10


def known_names(names: Iterable[object]) -> list[bool]:
    """Say of each column whether a call table has it; the others are left out."""
    return [canonical(name) is not None for name in names]


def table_row(row: Iterable[tuple[str, Any]], fields: Fields) -> Iterator[tuple[str, Any]]:
    """Go through the known cells of a row, redacted; a cell keeps its type."""
    for name, value in row:
        column = canonical(name)
        if column is None:
            fields.redactor.account.drop("cells of unknown columns")
        else:
            yield name, table_cell(column, value, fields)


def table_cell(column: str, value: Any, fields: Fields) -> Any:
    """Return the cell of a column, which is named as `canonical` has it."""
    if value is None or value == "":
        return value
    if column in _KEYS:
        return _identifier(_KEYS[column], value, fields)
    if column in _TIMED:
        return fields.redactor.time(value)
    if isinstance(value, dict | list):
        return None
    if column in _NAMED:
        return fields.redactor.text(_NAMED[column], written(value))
    return value if _is_plain(column, str(value).strip()) else ""


def _identifier(key: str, value: Any, fields: Fields) -> Any:
    if value == "undefined" or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return fields.redactor.identifier(Identifier(key, value)).text
    if isinstance(value, int | float):
        digits = value.text if isinstance(value, Number) else repr(value)
        return Number(fields.redactor.identifier(Identifier(key, digits, number=True)).text)
    return None


def _is_plain(column: str, text: str) -> bool:
    """Say whether a cell holds no more than its column may: a channel, a status, a yes or no."""
    if column == "channel":
        return text.lower() in CHANNELS
    if column == "answer":
        return text.isdecimal() and len(text) < _LONG
    if column == "clears":
        return all(word in KEYS for word in text.split())
    return text.lower() in _CLAIMS
