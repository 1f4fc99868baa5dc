"""CSV rows: cells kept as text, quoted line ends understood, ragged rows told and not mended."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator

from idgraph.calls import Reject
from idgraph.dialects.base import RejectRow
from idgraph.errors import UnreadableError
from idgraph.sources.base import Input
from idgraph.sources.call_table.columns import IDENTIFYING, canonical

_LINE = 64 << 20
_DELIMITERS = (",", ";", "\t")


def header_of(head: bytes, wanted: Collection[str] = ()) -> tuple[list[str], str]:
    """Return the names in the header and the delimiter that finds the most known or wanted ones."""
    text = head.decode("utf-8", "surrogateescape")
    best: tuple[list[str], str] = ([], ",")
    for delimiter in _DELIMITERS:
        try:
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            names = next((row for row in lines if row), [])
        except csv.Error:
            continue
        if _known(names, wanted) > _known(best[0], wanted) or not best[0]:
            best = (names, delimiter)
    return best


def _known(names: list[str], wanted: Collection[str]) -> int:
    return sum(name in wanted if wanted else canonical(name) is not None for name in names)


class _Lines:
    """The lines of a text, one by one; a line beyond the limit costs only its own row.

    A class and no generator: a generator would be spent after the first exception.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.unended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(_LINE + 1)
        if not line:
            raise StopIteration
        if len(line) > _LINE:
            while line and not line.endswith("\n"):
                line = self._text.readline(_LINE)
            raise RejectRow("too-long")
        self.unended = not line.endswith(("\n", "\r"))
        return line


def separated_rows(
    source: Input, *, wanted: Collection[str] = ()
) -> Iterator[tuple[str, list[str], list[str] | Reject]]:
    """Return (origin, names, cells) of each row; a `Reject` for cells where it cannot be read.

    The origin is the line on which the row starts. Bytes that are no UTF-8 and rows with another
    number of cells than the header are rejects. `wanted` names the columns that a mapping asks
    for: then none has to identify.
    """
    _, delimiter = header_of(source.head, wanted)
    text = io.TextIOWrapper(source.stream, "utf-8", errors="surrogateescape", newline="")
    lines = _Lines(text)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    names: list[str] = []
    while True:
        line = rows.line_num + 1
        origin = f"{source.name}:{line}"
        try:
            cells = next(rows, None)
            if cells is None:
                break
            if not names:
                names = cells if wanted else _header(cells, source)
                continue
            if not cells or (len(cells) == 1 and not cells[0].strip() and len(names) > 1):
                continue
            if lines.unended and source.damage.slug:
                break
            _check(cells, names)
            yield origin, names, cells
        except csv.Error as error:
            yield origin, names, _fault(error, source, origin, line)
        except RejectRow as fault:
            yield origin, names, Reject(origin, fault.slug, fault.reason)
    ended = source.broken_end(line)
    if ended:
        yield origin, names, ended
    text.detach()


def _header(cells: list[str], source: Input) -> list[str]:
    if not any(canonical(name) in IDENTIFYING for name in cells):
        if not cells:
            return []
        raise UnreadableError(
            "the first row names no column of identifiers",
            where=f"{source.name}:1",
            remedy="Give the columns the names `external_id`, `email`, `phone_number`.",
        )
    return cells


def _check(cells: list[str], names: list[str]) -> None:
    if any(not cell.isascii() and _broken(cell) for cell in cells):
        raise RejectRow("undecodable")
    if len(cells) != len(names):
        raise RejectRow("ragged-row", f"{len(cells)} cells, {len(names)} names")


def _broken(cell: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in cell)


def _fault(error: csv.Error, source: Input, origin: str, line: int) -> Reject:
    said = str(error)
    if said.startswith("unexpected end"):
        ended = source.broken_end(line)
        if ended:
            return ended
        fault = RejectRow("cut", "inside quotes")
    elif said.startswith("field larger"):
        fault = RejectRow("too-long", "a cell of more than 131072 characters")
    else:
        fault = RejectRow("bad-quotes")
    return Reject(origin, fault.slug, fault.reason)
