"""Rows of typed tables: Parquet and DataFrames, whose numbers and times have types of their own."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from idgraph.dialects.base import Notes, Number, RejectRow
from idgraph.errors import MissingExtraError, UnreadableError
from idgraph.sources.base import Input
from idgraph.sources.call_table.columns import IDENTIFYING, canonical

if TYPE_CHECKING:
    import pandas as pd

_EXACT = 2**53
_Row = list[tuple[str, object]]


def frame_rows(frame: pd.DataFrame, notes: Notes) -> Iterator[tuple[int, _Row]]:
    """Return (1-based number, cells) of each row of a DataFrame, known columns only."""
    names: list[str] = []
    columns: list[list[object]] = []
    for place, name in enumerate(frame.columns):
        if canonical(name) is None:
            continue
        series = frame.iloc[:, place]
        absent = series.isna().tolist()
        cells = zip(series.tolist(), absent, strict=True)
        values = [None if gone else _plain(value) for value, gone in cells]
        if series.dtype.kind == "f" and canonical(name) in IDENTIFYING and _all_whole(values):
            values = _whole(values, name, notes)
        names.append(name)
        columns.append(values)
    if not names:
        raise UnreadableError(
            "the DataFrame has no column that names a call",
            remedy="Give its columns the names `external_id`, `email`, `sent_at`.",
        )
    for number, row in enumerate(zip(*columns, strict=True), 1):
        yield number, list(zip(names, row, strict=True))


class Parquet:
    """An opened Parquet file: the names of its columns, and its rows."""

    def __init__(self, source: Input) -> None:
        """Open it; `UnreadableError` where its index is damaged or no column identifies."""
        try:
            import pyarrow as pa
            import pyarrow.parquet
        except ImportError:
            raise MissingExtraError(
                "the input is a Parquet file, and the package pyarrow is not installed",
                where=source.name,
                remedy="Run `pip install 'idgraph[fleet]'`.",
            ) from None
        self._arrow: Any = pa
        self._faults = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)
        try:
            data = pa.BufferReader(source.stream.read())
            self._file: Any = pyarrow.parquet.ParquetFile(data)
            self.names: list[str] = list(self._file.schema_arrow.names)
        except self._faults:
            raise UnreadableError(
                "the Parquet file is cut or damaged: its index cannot be read",
                where=source.name,
                remedy="Fetch or write the file again.",
            ) from None
        self._known = [name for name in self.names if canonical(name) is not None]
        if not any(canonical(name) in IDENTIFYING for name in self._known):
            raise UnreadableError(
                "no column of the file names an identifier",
                where=source.name,
                remedy="Give its columns the names `external_id`, `email`, `sent_at`.",
            )

    def rows(self, notes: Notes) -> Iterator[tuple[int, _Row]]:
        """Return (1-based number, cells) of each row, known columns only.

        `RejectRow` where the pages are damaged: the rows before them have been given by then.
        """
        number = 0
        try:
            whole = {name for name in self._known if self._is_whole(name)}
            for batch in self._file.iter_batches(columns=self._known):
                names = batch.schema.names
                columns = [[_plain(cell) for cell in one.to_pylist()] for one in batch.columns]
                for place, name in enumerate(names):
                    if name in whole:
                        columns[place] = _whole(columns[place], name, notes)
                for row in zip(*columns, strict=True):
                    number += 1
                    yield number, list(zip(names, row, strict=True))
        except self._faults:
            raise RejectRow("corrupt", f"after row {number}") from None

    def _is_whole(self, name: str) -> bool:
        floating = self._arrow.types.is_floating(self._file.schema_arrow.field(name).type)
        if not floating or canonical(name) not in IDENTIFYING:
            return False
        batches = self._file.iter_batches(columns=[name])
        return all(_all_whole([_plain(one) for one in b.column(0).to_pylist()]) for b in batches)


def _all_whole(values: Sequence[object]) -> bool:
    return all(
        value is None or (isinstance(value, int | float) and float(value).is_integer())
        for value in values
    )


def _whole(values: Sequence[object], name: str, notes: Notes) -> list[object]:
    """Read floats as the whole numbers they were before a gap made pandas turn them."""
    numbers = [int(value) if isinstance(value, float) else value for value in values]
    column = canonical(name)
    notes.say(f"the numbers of {column} are floats and all whole: read as whole numbers")
    if any(isinstance(number, int) and abs(number) > _EXACT for number in numbers):
        notes.say(f"some numbers of {column} are beyond 2**53: as floats they lost digits before")
    return numbers


def _plain(value: Any) -> object:
    """Return a cell as JSON would have it: None where it is absent, times as ISO 8601."""
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "item") and not isinstance(value, bytes):
        value = value.item()  # numpy's scalars print their type
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return _of_decimal(value)
    return value


def _of_decimal(value: decimal.Decimal) -> object:
    if not value.is_finite():
        return None
    whole = value == value.to_integral_value() and value.as_tuple().exponent == 0
    return int(value) if whole else Number(str(value))
