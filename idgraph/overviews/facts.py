"""What an overview is made of: plain tables, so that a fleet of any size can be summed up alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from idgraph.clocks import Instant
from idgraph.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

INSTANT = "datetime64[us, UTC]"
_PLACE = {"channel": "str", "endpoint": "str", "event": "str"}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "persons": {
        "person": "str",
        "calls": "int64",
        "profiles": "int64",
        "first_at": INSTANT,
        "last_at": INSTANT,
    },
    "splits": {
        "person": "str",
        "call": "int64",
        "at": INSTANT,
        **_PLACE,
        "cause": "str",
        "observed": "bool",
        "gap_s": "float64",
        "rules": "str",
    },
    "traffic": {"day": INSTANT, **_PLACE, "calls": "int64"},
    "returns": {
        "person": "str",
        "update": "int64",
        "call": "int64",
        "at": INSTANT,
        "channel": "str",
        "address": "str",
        "delay_s": "float64",
        "split": "bool",
    },
    "look_ups": {
        "person": "str",
        "call": "int64",
        "at": INSTANT,
        "channel": "str",
        "gap_s": "float64",
        "missed": "bool",
    },
    "rules": {"rule": "str", "says": "str", "evidence": "str", "calls": "int64"},
}
"""The columns of each table of `Facts`, and of which type they are."""


@dataclass(frozen=True, eq=False, repr=False)
class Facts:
    """Tables about a fleet; instants are UTC, `NaT` where a call has no clock.

    `persons`: one row a person: its calls, the profiles on which they landed, its first and last
    instant. `splits`: one row a split: the splitting call, its channel, endpoint and event (""
    where it has none), the cause, whether only an observation tells, `gap_s`, the seconds since the
    person's call before it, which had still found the old profile (NaN where a clock lacks), and
    the codes of the `rules` on which it rests, with a blank between. `traffic`: calls by day (its
    midnight) and call site. `returns`: after each update of an email, the person's next call that
    is looked up by the `old` and by the `new` address, up to the next update: `delay_s` since the
    update, and whether it is a split. `look_ups`: those of observed calls whose key an earlier
    observed call had written: `gap_s` since, and whether it was missed. `rules`: of each rule that
    decided a call how many it decided, and its evidence. Rows are in the order of the calls.
    """

    persons: pd.DataFrame
    splits: pd.DataFrame
    traffic: pd.DataFrame
    returns: pd.DataFrame
    look_ups: pd.DataFrame
    rules: pd.DataFrame

    @classmethod
    def of(cls, rows: Mapping[str, list[tuple[Any, ...]]]) -> Facts:
        """Return the facts of rows, table by table, each row in the order of `COLUMNS`.

        Instants may be whole microseconds since 1970 in UTC, None where there is none.
        """
        return cls(**{name: _table(name, rows.get(name, [])) for name in COLUMNS})

    def instants(self) -> frozenset[Instant]:
        """Return every instant in the tables, in whole microseconds since 1970, UTC."""
        found: set[Instant] = set()
        for name, columns in COLUMNS.items():
            for column in (column for column, kind in columns.items() if kind == INSTANT):
                times = getattr(self, name)[column].dropna().astype(INSTANT)
                found.update(times.astype("int64").tolist())
        return frozenset(found)

    def only(
        self,
        *,
        channel: str | None = None,
        cause: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Facts:
        """Return the facts of some splits, and what they stand beside.

        `since` and `until` are days in UTC, both included (`2021-05-01`): then persons count that
        had a call by then and one since, and nothing counts that has no instant. `channel` is that
        of the splitting call, of calls in `traffic` and of those that return or look up; a return
        is a split only where that split is among those left. A text that is no day is a
        `UsageError`.
        """
        first, last = _day(since), _day(until, end=True)
        left = _within(self, first, last) if first is not None or last is not None else self
        if channel is not None:
            left = _where(left, "channel", channel, *_CALLS, "traffic")
        if cause is not None:
            left = _where(left, "cause", cause, "splits")
        kept = left.returns.assign(split=left.returns["call"].isin(left.splits["call"]))
        return replace(left, returns=kept)


_CALLS = ("splits", "returns", "look_ups")
"""The tables of which a row is about a call."""


def _where(facts: Facts, column: str, value: str, *tables: str) -> Facts:
    found = {name: getattr(facts, name) for name in tables}
    return replace(facts, **{n: t[t[column] == value] for n, t in found.items()})


def _within(facts: Facts, first: pd.Timestamp | None, last: pd.Timestamp | None) -> Facts:
    def among(table: pd.DataFrame, begin: str, end: str) -> pd.DataFrame:
        fits = table[begin].notna()
        if first is not None:
            fits &= table[end] >= first
        if last is not None:
            fits &= table[begin] < last
        return table[fits]

    dated = {**dict.fromkeys(_CALLS, "at"), "traffic": "day"}
    kept = {name: among(getattr(facts, name), c, c) for name, c in dated.items()}
    return replace(facts, persons=among(facts.persons, "first_at", "last_at"), **kept)


def _table(name: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    import pandas as pd

    types = COLUMNS[name]
    table = pd.DataFrame.from_records(rows, columns=list(types))
    for column in (name for name, kind in types.items() if kind == INSTANT):
        moments = pd.to_datetime(table[column].astype("Int64"), unit="us", utc=True)
        table[column] = moments.dt.as_unit("us")
    return table.astype({name: "object" if t == "str" else t for name, t in types.items()})


def _day(text: str | None, *, end: bool = False) -> pd.Timestamp | None:
    """The beginning of a day, or its end, which is the beginning of the next one."""
    if not text:
        return None
    import pandas as pd

    try:
        day = pd.to_datetime(text, utc=True, format="%Y-%m-%d")
    except ValueError as error:
        raise UsageError(
            "a day was asked for that is none", remedy="Write it as 2021-05-01, in UTC."
        ) from error
    return day + pd.Timedelta(days=1) if end else day
