"""A foreign log, read by a mapping: its rows become those of a call table or an exchange log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from idgraph.calls import Call, Reject
from idgraph.dialects.base import (
    REJECTS,
    NotACall,
    Notes,
    RejectRow,
    decode,
    exchange_from,
)
from idgraph.errors import UnreadableError
from idgraph.mapping.parsing import REQUEST, Mapping, Place
from idgraph.sources.base import Input, Outcome, Source, calls_of, json_rows, outcome_of
from idgraph.sources.base.paths import reached
from idgraph.sources.call_table.columns import IDENTIFYING, call_from
from idgraph.sources.call_table.separated import separated_rows

_BODIES = ("body", "answer", "headers")
_ABSENT = (None, "", "undefined")


def source(mapping: Mapping) -> Source:
    """Return the format that a mapping describes, to be given to `sources.read` as `format`.

    Takes JSON Lines, one JSON array, or CSV, whose cells may hold JSON. A path that leads to a
    value in no row of an input is a note.
    """

    def read(opened: Input, notes: Notes) -> Iterator[Outcome]:
        return _read(opened, mapping, notes)

    return Source(
        name="mapped",
        title="a log of any shape, by --map",
        says="The columns of a call, or a whole request, at the paths that a mapping names.",
        sniff=lambda _head, _name: False,
        read=read,
        sample=b"",
        expect=(),
    )


def _read(opened: Input, mapping: Mapping, notes: Notes) -> Iterator[Outcome]:
    unmatched = dict.fromkeys(mapping.places)
    read_one = _exchange_calls if mapping.of_requests else _table_call
    any_row = False
    for origin, row in _rows(opened, mapping):
        if isinstance(row, Reject):
            yield row
            continue

        def make(row: Any = row, origin: str = origin) -> tuple[Call, ...]:
            if not isinstance(row, dict):
                raise RejectRow("bad-row")
            found = _found(row, mapping, unmatched, notes)
            return read_one(found, origin, notes)

        any_row = True
        yield outcome_of(make, origin)
    for place in unmatched if any_row else ():
        notes.say(
            f"the path {place.written} of {place.column} leads nowhere in any row of an input"
        )


def _rows(opened: Input, mapping: Mapping) -> Iterator[tuple[str, Any]]:
    if opened.head.lstrip()[:1] in (b"{", b"["):
        yield from json_rows(opened)
        return
    if opened.head.startswith(b"PAR1"):
        raise UnreadableError(
            "a mapping reads JSON and CSV, and this is a Parquet file",
            where=opened.name,
            remedy="Rename its columns to those of a call table, or write it as CSV.",
        )
    tops = {place.path[0] for place in mapping.places}
    for origin, names, cells in separated_rows(opened, wanted=tops):
        yield origin, cells if isinstance(cells, Reject) else _row_of(names, cells, origin, tops)


def _row_of(
    names: list[str], cells: list[str], origin: str, wanted: Iterable[str]
) -> dict[str, str] | Reject:
    row = dict(zip(names, cells, strict=True))
    if len(row) < len(names):
        for name, cell in zip(names, cells, strict=True):
            if name in wanted and row[name] != cell:
                return Reject(origin, "duplicate-key", REJECTS["duplicate-key"])
    return row


def _found(
    row: dict[str, Any], mapping: Mapping, unmatched: dict[Place, None], notes: Notes
) -> dict[str, Any]:
    """Return the value of each column of a row, constants where the row has none."""
    found: dict[str, Any] = {}
    for place in mapping.places:
        for value in reached(row, place.path):
            unmatched.pop(place, None)
            _check(place.column, value)
            earlier = found.get(place.column)
            if earlier in _ABSENT:
                found[place.column] = value
            elif value not in _ABSENT and repr(value) != repr(earlier):
                notes.count("half-known")
    for column, constant in mapping.constants.items():
        if found.get(column) in _ABSENT:
            found[column] = constant
    return found


def _check(column: str, value: object) -> None:
    if isinstance(value, dict | list) and column not in _BODIES:
        raise RejectRow("bad-identifier" if column in IDENTIFYING else "bad-field", column)


def _table_call(found: dict[str, Any], origin: str, notes: Notes) -> tuple[Call, ...]:
    return (call_from(found.items(), origin, notes),)


def _exchange_calls(found: dict[str, Any], origin: str, notes: Notes) -> tuple[Call, ...]:
    if found.get("url") in _ABSENT:
        raise NotACall("no-request")
    sent = ("url", "method", "headers", "body")
    request = {name: found[name] for name in sent if found.get(name) not in _ABSENT}
    headers = request.get("headers")
    if isinstance(headers, str) and headers.lstrip().startswith(("{", "[")):
        request["headers"] = decode(headers)
    response = {"status": found.get("status"), "body": found.get("answer")}
    rest = {name: value for name, value in found.items() if name not in REQUEST}
    return calls_of(
        exchange_from({"request": request, "response": response, **rest}, origin, notes)
    )
