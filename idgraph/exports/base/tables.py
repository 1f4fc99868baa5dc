"""Tables that the platform makes for people: columns are known by the words of their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from idgraph.calls import Reject
from idgraph.dialects.base import REJECTS
from idgraph.exports.base.export import Outcome, outcome_of
from idgraph.exports.base.records import Seen
from idgraph.sources.base import Input
from idgraph.sources.call_table.separated import header_of, separated_rows

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")
_CELL = re.compile(r"[,;\t]")

Role = Callable[[str], str | None]
"""What the column of a name holds; None where it is passed over."""


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a column's name, whatever its case, signs and humps.

    >>> words_of("State / Region"), words_of("sourceProfile_ID")
    (('state', 'region'), ('source', 'profile', 'id'))
    """
    return tuple(_WORD.findall(_HUMP.sub(" ", name).lower()))


def roles_of(head: bytes, role: Role) -> dict[str, str]:
    """Return the role of each column of a table that has one; empty where the head is no table."""
    names, _ = header_of(head, _wanted(head, role))
    return {name: found for name in names if (found := role(name)) is not None}


def rows_of(
    source: Input, role: Role, shown: Callable[[Mapping[str, str], str], tuple[Seen, ...]]
) -> Iterator[Outcome]:
    """Return what `shown` makes of each row, given {role: cell} and its origin.

    Only cells that are not empty are given. Two columns of one role that differ are a reject:
    nobody knows which of them is meant.
    """
    for origin, names, cells in separated_rows(source, wanted=_wanted(source.head, role)):
        if isinstance(cells, Reject):
            yield cells
            continue
        found: dict[str, str] = {}
        fault = None
        for name, cell in zip(names, cells, strict=True):
            meant = role(name)
            if meant is not None and cell and found.setdefault(meant, cell) != cell:
                fault = Reject(origin, "duplicate-key", REJECTS["duplicate-key"])
        yield fault or outcome_of(lambda: shown(found, origin), origin)  # noqa: B023


def _wanted(head: bytes, role: Role) -> frozenset[str]:
    """The names in the first line that have a role, under whatever separator."""
    first = next((line for line in head.splitlines() if line.strip()), b"")
    names = _CELL.split(first.decode("utf-8", "replace"))
    return frozenset(one for name in names if role(one := name.strip().strip('"')) is not None)
