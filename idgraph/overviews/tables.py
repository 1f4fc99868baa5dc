"""The tables of an overview: facts counted by cause, time, place and delay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from idgraph import causes as catalogue
from idgraph.advising import Site
from idgraph.clocks import SECOND, span
from idgraph.overviews.facts import Facts
from idgraph.populations.rates import Share

if TYPE_CHECKING:
    import pandas as pd

EDGES_S = (0, 1, 10, 60, 600, 3600, 6 * 3600, 86_400, 7 * 86_400, float("inf"))
"""Seconds; where bins of gaps and delays begin and end, each some times as wide as the last."""
LAG_EDGES_S = (0, 0.3, 1, 3, 10, 60, 600, 3600, float("inf"))
"""The same of look-ups, which an index may be behind by less than a second."""
ADDRESSES = ("old", "new")
OPEN = ("inferred", "unknown")
"""The marks of evidence that make a rule an assumption."""
_MOST_DAYS, _MOST_WEEKS, _MOST_MONTHS = 31, 27, 36
_FREQUENCIES = {"day": "D", "week": "W-SUN", "month": "M", "year": "Y"}


def unit(facts: Facts) -> str:
    """Return the smallest of day, week, month and year that takes a readable number of bars."""
    days = facts.traffic["day"].dropna()
    span = (days.max() - days.min()).days + 1 if len(days) else 1
    if span <= _MOST_DAYS:
        return "day"
    if span <= 7 * _MOST_WEEKS:
        return "week"
    return "month" if span <= 30 * _MOST_MONTHS else "year"


def causes(facts: Facts) -> pd.DataFrame:
    """Count splits and persons by cause, the most frequent first."""
    groups = facts.splits.groupby("cause")["person"]
    table = groups.agg(splits="size", persons="nunique").reset_index()
    table.insert(1, "title", [title(code) for code in table["cause"]])
    table["share"] = table["splits"] / max(1, len(facts.splits))
    return _ranked(table, "splits", "cause")


def title(code: str) -> str:
    """Return how a cause is called; a code that this catalogue does not have is its own title."""
    if code == catalogue.UNEXPLAINED:
        return "No known cause explains it"
    known = {entry.code: entry.title for entry in catalogue.catalogue()}
    return known.get(code, code)


def times(facts: Facts, unit: str) -> pd.DataFrame:
    """Count splits and persons by period and cause."""
    import pandas as pd

    every = _every(facts, unit)
    codes = list(causes(facts)["cause"])
    begun = _begun(facts.splits["at"], unit)
    groups = facts.splits.assign(period=begun).groupby(["period", "cause"], dropna=False)["person"]
    counts = groups.agg(splits="size", persons="nunique")
    untold = [pd.NaT] if begun.isna().any() else []
    wanted = [(period, code) for period in [*every, *untold] for code in codes]
    told = counts.reset_index().itertuples(index=False, name=None)
    found = {(_key(p), c): (s, n) for p, c, s, n in told}
    rows = [(period, code, *found.get((_key(period), code), (0, 0))) for period, code in wanted]
    table = pd.DataFrame(rows, columns=["period", "cause", "splits", "persons"])
    table["period"] = pd.to_datetime(table["period"], utc=True)
    return table.astype({"splits": "int64", "persons": "int64"})


def periods(facts: Facts, unit: str) -> pd.DataFrame:
    """Count calls and splits by period."""
    import pandas as pd

    calls = facts.traffic.assign(period=_begun(facts.traffic["day"], unit))
    counted = calls.groupby("period", dropna=False)["calls"].sum()
    split = _begun(facts.splits["at"], unit).value_counts(dropna=False)
    every = [*_every(facts, unit), *([pd.NaT] if counted.index.isna().any() else [])]
    of = {_key(period): int(n) for period, n in counted.items()}
    seen = {_key(period): int(n) for period, n in split.items()}
    rows = [(p, of.get(_key(p), 0), seen.get(_key(p), 0)) for p in every]
    table = pd.DataFrame(rows, columns=["period", "calls", "splits"])
    table["period"] = pd.to_datetime(table["period"], utc=True)
    return _rated(table, "splits", "calls")


def channels(facts: Facts) -> pd.DataFrame:
    """Count calls and splits by channel, those with the most splits first."""
    return _ranked(_rated(_by(facts, ["channel"]), "splits", "calls"), "splits", "channel")


def sites(facts: Facts) -> pd.DataFrame:
    """Count calls and splits by call site, those with the most splits first."""
    place = ["channel", "endpoint", "event"]
    table = _rated(_by(facts, place), "splits", "calls")
    names = [Site(*row).words for row in table[place].itertuples(index=False)]
    table.insert(0, "site", names)
    return _ranked(table, "splits", *place)


def gaps(facts: Facts) -> pd.DataFrame:
    """Count splits by the gap before them."""
    bins = _bins(EDGES_S, "gap")
    gap = facts.splits["gap_s"]
    bins["splits"] = _counted(gap, EDGES_S)
    bins["observed"] = _counted(gap[facts.splits["observed"].astype(bool)], EDGES_S)
    return bins


def lags(facts: Facts) -> pd.DataFrame:
    """Count look-ups, and those that missed, by the time since the write."""
    bins = _bins(LAG_EDGES_S, "gap")
    found, edges = facts.look_ups, LAG_EDGES_S
    bins["look_ups"] = _counted(found["gap_s"], edges)
    bins["missed"] = _counted(found.loc[found["missed"].astype(bool), "gap_s"], edges)
    return _rated(bins, "missed", "look_ups")


def delays(facts: Facts) -> pd.DataFrame:
    """Count the calls that come by an old and a new address, and splits, by the delay."""
    import pandas as pd

    parts = []
    for address in ADDRESSES:
        found = facts.returns[facts.returns["address"] == address]
        bins = _bins(EDGES_S, "delay")
        bins.insert(0, "address", address)
        bins["calls"] = _counted(found["delay_s"], EDGES_S)
        bins["split"] = _counted(found.loc[found["split"].astype(bool), "delay_s"], EDGES_S)
        parts.append(bins)
    return _rated(pd.concat(parts, ignore_index=True), "split", "calls")


def rules(facts: Facts) -> pd.DataFrame:
    """Count the splits that rest on each rule."""
    rested = facts.splits["rules"].str.split().explode().value_counts()
    splits = facts.rules["rule"].map(rested).fillna(0).astype("int64")
    return facts.rules.assign(splits=splits).reset_index(drop=True)


def assumptions(facts: Facts) -> pd.DataFrame:
    """Count the splits and persons whose splits rest on rules that nothing documents."""
    table = rules(facts)
    table = table[table["evidence"].isin(OPEN) & (table["splits"] > 0)].reset_index(drop=True)
    named = facts.splits.assign(rule=facts.splits["rules"].str.split()).explode("rule")
    persons = named.groupby("rule")["person"].nunique()
    return table.assign(persons=table["rule"].map(persons).fillna(0).astype("int64"))


def resting(facts: Facts) -> int:
    """Return how many splits rest on any such rule."""
    open_rules = set(facts.rules.loc[facts.rules["evidence"].isin(OPEN), "rule"])
    return sum(not open_rules.isdisjoint(codes.split()) for codes in facts.splits["rules"])


def _by(facts: Facts, place: list[str]) -> pd.DataFrame:
    calls = facts.traffic.groupby(place, as_index=False).agg(calls=("calls", "sum"))
    splits = facts.splits.groupby(place, as_index=False).agg(splits=("call", "size"))
    table = calls.merge(splits, how="left", on=place)
    return table.assign(splits=table["splits"].fillna(0).astype("int64"))


def _rated(table: pd.DataFrame, count: str, of: str) -> pd.DataFrame:
    """The table with the rate of one column in another, and its interval of 95 %."""
    shares = [Share(int(n), int(m)) for n, m in zip(table[count], table[of], strict=True)]
    rates = [math.nan if share.rate is None else share.rate for share in shares]
    table = table.assign(rate=rates)
    table["low"] = [share.interval[0] for share in shares]
    table["high"] = [share.interval[1] for share in shares]
    return table.astype(dict.fromkeys(("rate", "low", "high"), "float64"))


def _ranked(table: pd.DataFrame, count: str, *names: str) -> pd.DataFrame:
    ascending = [False, *(True for _ in names)]
    return table.sort_values([count, *names], ascending=ascending, ignore_index=True)


def _bins(edges: Sequence[float], name: str) -> pd.DataFrame:
    import pandas as pd

    rows = [(_bin(low, high), float(low), float(high)) for low, high in pairwise(edges)]
    return pd.DataFrame(rows, columns=[name, "from_s", "to_s"])


def _bin(low: float, high: float) -> str:
    begin = span(round(low * SECOND))
    if math.isinf(high):
        return f"{begin} or more"
    end = span(round(high * SECOND))
    return f"{begin} to {end}" if low else f"under {end}"


def _counted(seconds: pd.Series[float], edges: Sequence[float]) -> list[int]:
    told = seconds.dropna()
    return [int(((told >= low) & (told < high)).sum()) for low, high in pairwise(edges)]


def _begun(moments: pd.Series[pd.Timestamp], unit: str) -> pd.Series[pd.Timestamp]:
    """When the period of each instant begins."""
    naive = moments.dt.tz_localize(None).dt.to_period(_FREQUENCIES[unit])
    begun: pd.Series[pd.Timestamp] = naive.dt.start_time.dt.tz_localize("UTC")
    return begun


def _every(facts: Facts, unit: str) -> list[pd.Timestamp]:
    """The beginnings of all periods from the first call to the last, those without any as well."""
    import pandas as pd

    days = facts.traffic["day"].dropna()
    if not len(days):
        return []
    ends = [day.tz_localize(None).to_period(_FREQUENCIES[unit]) for day in (days.min(), days.max())]
    every = pd.period_range(ends[0], ends[1], freq=_FREQUENCIES[unit])
    return [period.start_time.tz_localize("UTC") for period in every]


def _key(period: object) -> str:
    """A period as a key of a mapping, in which `NaT` is like itself."""
    return str(period)
