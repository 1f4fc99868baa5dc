"""The merge log: a CSV of which profile was merged into which, and when.

The help centre says what it holds (identity-resolution transformations, 2026-05-11: id, email,
external id and phone of the source, the same of the destination, when merged; the last 30 days) and
not how its columns are called. So they are known by their words, tolerantly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from idgraph.dialects.base import Notes, label, moment
from idgraph.exports.base import (
    Export,
    MergeSeen,
    NotUsed,
    Outcome,
    Seen,
    roles_of,
    rows_of,
    words_of,
)
from idgraph.sources.base import Input

_SOURCE = {"source", "src", "from"}
_DESTINATION = {"destination", "dest", "target", "survivor", "surviving", "into", "to"}
_OTHER_KEYS = {"external", "email", "phone", "number"}
_MOMENT = {"merged", "merge", "timestamp", "time", "date"}


def _role(name: str) -> str | None:
    words = set(words_of(name))
    is_id = "id" in words and not words & _OTHER_KEYS
    if is_id and words & _SOURCE:
        return "source"
    if is_id and words & _DESTINATION:
        return "destination"
    sided = words & (_SOURCE | _DESTINATION)
    return "at" if words & _MOMENT and not sided and "id" not in words else None


def sniff(head: bytes, _: str) -> bool:
    """Take a table with the id of a source and the id of a destination."""
    if head.lstrip()[:1] in (b"{", b"["):
        return False
    return {"source", "destination"} <= set(roles_of(head, _role).values())


def read(source: Input, notes: Notes) -> Iterator[Outcome]:
    """Return the merge of each row; a time without a zone is no time."""
    return rows_of(source, _role, lambda row, origin: _shown(row, origin, notes))


def _shown(row: Mapping[str, str], origin: str, notes: Notes) -> tuple[Seen, ...]:
    source = label(row.get("source"), "source")
    destination = label(row.get("destination"), "destination")
    if source is None or destination is None:
        raise NotUsed("no-merge")
    return (MergeSeen(source, destination, moment(row.get("at"), notes), origin),)


_SAMPLE = """\
Source Profile ID,Source Email,Source External ID,Source Phone,Destination Profile ID,\
Destination Email,Destination External ID,Destination Phone,Merged At
EXAMPLEB,bety@example.com,,,EXAMPLEA,betty@example.com,b1,+15005550006,2026-03-03T00:00:00Z
,,,,EXAMPLEA,,,,
"""

EXPORT = Export(
    name="merge-log",
    title="CSV of merges",
    looks="an exported log of merges",
    says="One merge a row: the ids of source and destination, and when.",
    sniff=sniff,
    read=read,
    sample=_SAMPLE.encode(),
    expect=({"source": "EXAMPLEB", "destination": "EXAMPLEA", "at": 1772496000_000000},),
)
