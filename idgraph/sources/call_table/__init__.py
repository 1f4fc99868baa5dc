"""The call table: one call a row, in CSV, JSON Lines, Parquet or a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from idgraph.calls import Call, Reject
from idgraph.dialects.base import REJECTS, Notes, RejectRow
from idgraph.sources.base import Input, Outcome, Source, json_rows, outcome_of, top_names
from idgraph.sources.base.heads import holds_source_events
from idgraph.sources.call_table.columns import Unknown, call_from, is_table
from idgraph.sources.call_table.separated import header_of, separated_rows
from idgraph.sources.call_table.typed import Parquet, frame_rows

if TYPE_CHECKING:
    import pandas as pd

_PARQUET = b"PAR1"


def sniff(head: bytes, _: str) -> bool:
    """Take Parquet, and CSV or JSON whose names are those of a call table."""
    if head.startswith(_PARQUET):
        return True
    if head.lstrip()[:1] in (b"{", b"["):
        names = top_names(head)
        if {"object", "id"} <= names:
            return False  # a person or an event of the classic API: what a call led to, and no call
        return "request" not in names and not holds_source_events(names) and is_table(names)
    return is_table(header_of(head)[0])


def read(source: Input, notes: Notes) -> Iterator[Outcome]:
    """Return what each row of a table comes to; the origin is its line, in Parquet its number."""
    if source.head.startswith(_PARQUET):
        return _read_parquet(source, notes)
    if source.head.lstrip()[:1] in (b"{", b"["):
        return _read_json(source, notes)
    return _read_separated(source, notes)


def from_frame(frame: pd.DataFrame, name: str, notes: Notes) -> Iterator[Outcome]:
    """Return what each row of a DataFrame comes to; the origin is `name` and its number."""
    unknown = Unknown()
    unknown.look(frame.columns)
    for number, row in frame_rows(frame, notes):
        yield _outcome(row, f"{name}:{number}", notes)
    unknown.say(notes)


def _outcome(row: Iterable[tuple[str, object]], origin: str, notes: Notes) -> Outcome:
    def make() -> tuple[Call, ...]:
        return (call_from(row, origin, notes),)

    return outcome_of(make, origin)


def _read_separated(source: Input, notes: Notes) -> Iterator[Outcome]:
    unknown = Unknown()
    for origin, names, cells in separated_rows(source):
        if isinstance(cells, Reject):
            yield cells
        else:
            unknown.look(names)
            yield _outcome(zip(names, cells, strict=True), origin, notes)
    unknown.say(notes)


def _read_json(source: Input, notes: Notes) -> Iterator[Outcome]:
    unknown = Unknown()
    for origin, row in json_rows(source):
        if isinstance(row, Reject):
            yield row
        elif isinstance(row, dict):
            unknown.look(row)
            yield _outcome(row.items(), origin, notes)
        else:
            yield Reject(origin, "bad-row", REJECTS["bad-row"])
    unknown.say(notes)


def _read_parquet(source: Input, notes: Notes) -> Iterator[Outcome]:
    origin = f"{source.name}:1"
    table = Parquet(source)
    unknown = Unknown()
    unknown.look(table.names)
    try:
        for number, row in table.rows(notes):
            origin = f"{source.name}:{number}"
            yield _outcome(row, origin, notes)
    except RejectRow as fault:
        yield Reject(origin, fault.slug, fault.reason)
    unknown.say(notes)


_SAMPLE = """\
sent_at,external_id,Email,phone_number,channel,event,person,observed_profile,remark
2021-04-16T10:00:00+02:00,007,betty@example.com,,server,Placed Order,betty,EXAMP1,"two
lines"
1618560001.5,,betty@example.com,+15005550006,browser,,betty,,
1618560002,,,,browser,Viewed Product,,,
"""

SOURCE = Source(
    name="call-table",
    title="call table (CSV, JSON Lines, Parquet, DataFrame)",
    says="One call a row: a clock, identifiers by name, and channel, event, person where known.",
    sniff=sniff,
    read=read,
    frame=from_frame,
    sample=_SAMPLE.encode(),
    expect=(
        {
            "external_id": "007",
            "email": "betty@example.com",
            "channel": "server",
            "event": "Placed Order",
            "person": "betty",
            "observed": "EXAMP1",
            "sent_at": 1618560000_000000,
        },
        {
            "email": "betty@example.com",
            "phone_number": "+15005550006",
            "channel": "browser",
            "sent_at": 1618560001_500000,
        },
    ),
)
