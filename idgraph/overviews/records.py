"""An overview as plain records: the JSON of the command line, the numbers and then a row a line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from idgraph.clocks import iso
from idgraph.overviews.results import Overview

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]


def of_overview(found: Overview) -> Iterator[Record]:
    """Return the numbers, then each row of each table under the table's name, then the splits.

    Instants are ISO 8601 in UTC; what is not known, and an end that never comes, is null.
    """
    told = found.numbers
    low, high = told.share.interval
    share = {"share": told.share.rate, "low": low, "high": high, "too_few": told.too_few}
    numbers = {**asdict(told), **share, "policy": found.policy, "unit": found.unit}
    narrowed = {name: value for name, value in asdict(found.filter).items() if value}
    yield {"numbers": numbers, "only": narrowed, "sentences": list(found.sentences())}
    for name, table in {**found.tables(), "splits": found.facts.splits}.items():
        yield from _rows(name, table)


def _rows(name: str, table: pd.DataFrame) -> Iterator[Record]:
    for row in table.itertuples(index=False):
        cells = zip(table.columns, row, strict=True)
        yield {"table": name, **{str(column): _plain(cell) for column, cell in cells}}


def _plain(cell: Any) -> object:
    """A cell as JSON has it."""
    if hasattr(cell, "isoformat"):
        return None if cell != cell else iso(cell.value // 1000)  # noqa: PLR0124 - NaT is not itself
    if hasattr(cell, "item"):
        cell = cell.item()
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
