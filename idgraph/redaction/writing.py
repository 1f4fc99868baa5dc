"""Writes the redacted copy of one input, in the form in which the input came, row for row.

A row that could not be read becomes one that says so, and blank lines stay, so that a call stands
on the same line of the copy as of the original.
"""

from __future__ import annotations

import contextlib
import csv
import decimal
import io
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from idgraph.calls import Reject
from idgraph.dialects.base import Notes, Number
from idgraph.errors import UsageError
from idgraph.progress import counted
from idgraph.redaction.encodings import Style, json_text
from idgraph.redaction.exchanges import exchange_row, har_entry, har_page
from idgraph.redaction.fields import Fields
from idgraph.redaction.tables import known_names, table_cell, table_row
from idgraph.sources.base import Input, Outcome, Place, Source, json_rows
from idgraph.sources.call_table.columns import canonical
from idgraph.sources.call_table.separated import header_of, separated_rows
from idgraph.sources.har.entries import har_entries

LEFT_OUT = "left_out"
"""The name in a row that stands for one that could not be read; its value is the slug."""
_NO_CALL: dict[str, dict[str, object]] = {
    "exchange-log": {"request": None},
    "har": {"request": None},
    "call-table": {"email": None},
}
"""What a row without a call holds in each format, so that a file of such rows is still told by."""
FORMATS = ("exchange-log", "har", "call-table")
_PARQUET = b"PAR1"
_EXACT = 2**63


@dataclass(slots=True)
class Copied:
    """What became of the rows of one input: `rows` of it came out, some of them `left_out`."""

    ending: str = ""
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def copy_input(
    place: Place, source: Source, fields: Fields, on: Callable[[int], object]
) -> tuple[bytes, Copied]:
    """Return the redacted copy of an input, unpacked and as UTF-8, and what became of its rows.

    `on` is told of each row that is done.
    """
    copied = Copied()
    with _opened(place) as raw, _opened(place) as read:
        outcomes = counted(source.read(read, Notes()), on)
        told = _Told(outcomes, copied, source.name)
        writer = _writer(source.name, raw.head)
        data = writer(raw, told, fields)
        told.rest()
    return data, copied


@contextlib.contextmanager
def _opened(place: Place) -> Iterator[Input]:
    opened = place.open()
    try:
        yield opened
    finally:
        opened.close()


class _Told:
    """What the reader of a format makes of each row, beside the raw rows; it counts them."""

    def __init__(self, outcomes: Iterator[Outcome], copied: Copied, form: str) -> None:
        self._outcomes = outcomes
        self.copied = copied
        self.format = form
        self.told: dict[str, object] = {}

    def call(self, value: object) -> bool | None:
        """Say whether the next row makes calls; None where it is left out."""
        outcome = next(self._outcomes, None)
        fault = value if isinstance(value, Reject) else outcome
        self.copied.rows += 1
        if isinstance(fault, Reject):
            self.leave(fault.slug)
            return None
        return isinstance(outcome, tuple)

    def leave(self, slug: str) -> dict[str, object]:
        """Count a row that is left out, and return the one that says so."""
        self.copied.left_out[slug] += 1
        self.told = {**_NO_CALL[self.format], LEFT_OUT: slug}
        return self.told

    def rest(self) -> None:
        """Count what the reader tells behind the last row: where the input is cut."""
        for outcome in self._outcomes:
            self.copied.rows += 1
            self.leave(outcome.slug if isinstance(outcome, Reject) else "unreadable")


Writer = Callable[[Input, _Told, Fields], bytes]


def _writer(name: str, head: bytes) -> Writer:
    if name == "exchange-log":
        return _json_lines(lambda row, fields, call: exchange_row(row, fields, call=call))
    if name == "har":
        return _har
    if name != "call-table":
        raise UsageError(
            f"a copy was asked for of a format that cannot be written: {name}",
            remedy="Redact exchange logs, HARs and call tables; of others share a report.",
        )
    if head.startswith(_PARQUET):
        return _parquet
    if head.lstrip()[:1] in (b"{", b"["):
        return _json_lines(lambda row, fields, _: dict(table_row(row.items(), fields)))
    return _separated


class _Lines:
    """Text that keeps its rows on the lines on which they stood."""

    def __init__(self, line: int = 1) -> None:
        self._parts: list[str] = []
        self._line = line

    def at(self, line: int) -> None:
        """Go on to a line, where that is below this one."""
        if line > self._line:
            self._parts.append("\n" * (line - self._line))
            self._line = line

    def put(self, text: str) -> None:
        self._parts.append(text)
        self._line += text.count("\n")

    def data(self) -> bytes:
        return "".join(self._parts).encode("utf-8")


def _line_of(origin: str) -> int:
    return int(origin.rpartition(":")[2].partition("#")[0])


def _styled(head: bytes) -> Style:
    return Style(" " if b'": ' in head else "", head.isascii(), b"\\/" in head)


def _json_lines(row_of: Callable[[Any, Fields, bool], Any]) -> Writer:
    def write(source: Input, told: _Told, fields: Fields) -> bytes:
        told.copied.ending = ".json" if source.head.lstrip()[:1] == b"[" else ".jsonl"
        array = told.copied.ending == ".json"
        style, lines = _styled(source.head), _Lines()
        between = ""
        if array:
            lines.put("[")
        for origin, row in json_rows(source):
            call = told.call(row)
            if array and between:
                lines.put(between)
            lines.at(_line_of(origin))
            made = _safely(call, told, lambda: row_of(row, fields, bool(call)))  # noqa: B023
            between = f",{style.blank}" if array else "\n"
            lines.put(json_text(made, style) + ("" if array else "\n"))
        if array:
            lines.put("]\n")
        return lines.data()

    return write


def _safely(call: bool | None, told: _Told, make: Callable[[], Any]) -> Any:  # noqa: FBT001
    """What a row becomes, or what says that it was left out."""
    if call is None:
        return told.told
    try:
        return make()
    except RecursionError:
        return told.leave("too-deep")


def _har(source: Input, told: _Told, fields: Fields) -> bytes:
    told.copied.ending = ".har"
    style = _styled(source.head)
    pages: list[Any] | None = None
    entries: list[str] = []
    for _, entry, listed in har_entries(source):
        call = told.call(entry)
        if pages is None:
            pages = [one for page in listed if (one := har_page(page, fields)) is not None]
        made = _safely(call, told, lambda: har_entry(entry, fields, call=bool(call)))  # noqa: B023
        entries.append(json_text(made, style))
    log = {"version": "1.2", "creator": {"name": "idgraph", "version": ""}, "pages": pages or []}
    front = json_text({"log": log}, style)[:-2]
    # Indented: an object that opens a line would be taken for a row of JSON Lines.
    text = f'{front},{style.blank}"entries":{style.blank}[\n ' + ",\n ".join(entries) + "\n]}}\n"
    return text.encode("utf-8")


def _separated(source: Input, told: _Told, fields: Fields) -> bytes:
    header, delimiter = header_of(source.head)
    told.copied.ending = ".tsv" if delimiter == "\t" else ".csv"
    end = "\r\n" if b"\r\n" in source.head else "\n"
    lines, kept = _Lines(), known_names(header)
    if not all(kept):
        fields.redactor.account.drop("unknown columns", len(kept) - sum(kept))
    lines.put(_cells([n for n, keep in zip(header, kept, strict=True) if keep], delimiter) + end)
    for origin, names, cells in separated_rows(source):
        call = told.call(cells)
        lines.at(_line_of(origin))
        made = [""] * sum(kept)
        if call is not None and not isinstance(cells, Reject):
            made = [
                str(table_cell(canonical(name) or "", cell, fields))
                for name, cell, keep in zip(names, cells, kept, strict=True)
                if keep
            ]
        lines.put(_cells(made, delimiter) + end)
    return lines.data()


def _cells(cells: list[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(cells)
    return text.getvalue()


def _parquet(source: Input, told: _Told, fields: Fields) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    told.copied.ending = ".parquet"
    table = pq.read_table(pa.BufferReader(source.stream.read()))
    kept = [told.call(None) is not None for _ in range(table.num_rows)]
    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        canon = canonical(name)
        if canon is None:
            fields.redactor.account.drop("unknown columns")
            continue
        given = _typed(column.to_pylist())
        cells = [
            _cell(canon, value, fields) if keep else None
            for value, keep in zip(given, kept, strict=True)
        ]
        columns[name] = _column(cells, column.type)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _typed(values: list[Any]) -> list[Any]:
    """Cells as the reader takes them: NaN is none, floats that are all whole are whole numbers."""
    cells = [None if isinstance(v, float) and math.isnan(v) else v for v in values]
    cells = [_of_decimal(v) if isinstance(v, decimal.Decimal) else v for v in cells]
    floats = [v for v in cells if isinstance(v, float) and not isinstance(v, Number)]
    if all(v.is_integer() for v in floats):
        cells = [int(v) if type(v) is float else v for v in cells]
    return cells


def _of_decimal(value: decimal.Decimal) -> Any:
    if not value.is_finite():
        return None
    whole = value == value.to_integral_value() and value.as_tuple().exponent == 0
    return int(value) if whole else Number(str(value))


def _cell(column: str, value: Any, fields: Fields) -> Any:
    if isinstance(value, bool):
        return value
    made = table_cell(column, value, fields)
    if isinstance(made, Number):
        return int(made.text) if made.text.removeprefix("-").isdecimal() else float(made.text)
    return made


def _column(cells: list[Any], kind: Any) -> Any:
    """A column of the type that it had; of another where its cells do not fit into that."""
    import pyarrow as pa

    given = kind.value_type if pa.types.is_dictionary(kind) else kind
    try:
        return pa.array(cells, type=given)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        wide = any(isinstance(cell, int) and abs(cell) >= _EXACT for cell in cells)
        texts = wide or any(isinstance(cell, str) for cell in cells)
        return pa.array([None if c is None else str(c) for c in cells] if texts else cells)
