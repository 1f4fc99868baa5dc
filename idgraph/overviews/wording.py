"""What an overview says in sentences: each says of how many it speaks, or that they are too few."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, cast

from idgraph.clocks import SECOND, span
from idgraph.overviews import tables
from idgraph.populations.rates import Share, percent

if TYPE_CHECKING:
    import pandas as pd

    from idgraph.overviews.results import Overview

FEWEST = 20
"""Persons, calls or look-ups that it takes to say anything of a share; fewer are too few."""
FEWEST_SPLITS = 5
"""Splits that it takes to say what most of them have in common."""
SOON_S = 3600
"""Seconds: calls by an address up to then are held against later ones."""
_UNITS = {"day": "on", "week": "in the week of", "month": "in the month of", "year": "in"}
_SHOWN = {"day": 10, "week": 10, "month": 7, "year": 4}
"""How many characters of an ISO instant name a period."""


def sentences(found: Overview) -> Mapping[str, tuple[str, ...]]:
    """Return the sentences by what they are about, in the order in which they are shown."""
    return {name: about(found, name) for name in _ABOUT}


def about(found: Overview, name: str) -> tuple[str, ...]:
    """Return the sentences about one thing, without counting what the others need."""
    return tuple(_ABOUT[name](found))


def counted(number: int, noun: str) -> str:
    """Return a count with its noun, thousands apart.

    >>> counted(1, "split"), counted(1200, "person")
    ('1 split', '1,200 persons')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def share_words(share: Share) -> str:
    """Return a share with its interval; a share of few is too few to tell.

    >>> share_words(Share(12, 100)), share_words(Share(1, 3))
    ('12 % (95 %: 7 % to 20 %)', 'too few to tell a share')
    """
    if share.of < FEWEST or share.rate is None:
        return "too few to tell a share"
    low, high = share.interval
    return f"{percent(share.rate)} (95 %: {percent(low)} to {percent(high)})"


def period_words(period: pd.Timestamp, unit: str) -> str:
    """Return the name of a period, for an axis or a row: when it begins."""
    return "no time" if period != period else period.isoformat()[: _SHOWN[unit]]  # noqa: PLR0124


def _numbers(found: Overview) -> Iterator[str]:
    told = found.numbers
    if not told.persons:
        yield "No call names a person, so nobody can be told to have split."
    else:
        split = f"{told.split_persons:,} of {counted(told.persons, 'person')} split"
        many = f"that makes {counted(told.too_many, 'profile')} too many, in "
        calls = f"{many if told.too_many else ''}{counted(told.calls, 'call')}"
        yield f"{split}, {share_words(told.share)}; {calls}."
    if told.nobodys:
        yield f"{counted(told.nobodys, 'call')} of {told.calls:,} belong to no person."


def _causes(found: Overview) -> Iterator[str]:
    table, of = found.causes(), found.numbers.too_many
    if not of:
        return
    if of < FEWEST_SPLITS:
        yield f"{counted(of, 'split')}: too few to tell which cause leads."
        return
    first = table.iloc[0]
    said = (
        "are explained by no known cause"
        if first["cause"] == "unexplained"
        else (f"have the cause `{first['cause']}`")
    )
    half = "Most" if first["splits"] * 2 > of else "The largest group"
    word = "All" if first["splits"] == of else half
    left = of - int(first["splits"])
    rest = _rest(left, len(table) - 1)
    yield f"{word} of the splits {said}: {first['splits']:,} of {of:,}{rest}."


def _rest(splits: int, causes: int) -> str:
    """What is said of the splits that have not the most frequent cause.

    >>> _rest(1, 1), _rest(4, 2)
    ('; the other one has another cause', '; the other 4 have 2 other causes')
    """
    if splits <= 1:
        return "; the other one has another cause" if splits else ""
    return f"; the other {splits:,} have {counted(causes, 'other cause')}"


def _times(found: Overview) -> Iterator[str]:
    splits, table = found.numbers.too_many, found.periods()
    told = table[table["period"].notna()]
    if splits and not len(told):
        yield f"None of {counted(splits, 'split')} has a time."
        return
    if splits < FEWEST_SPLITS:
        return
    with_any = int((told["splits"] > 0).sum())
    peak = told.iloc[int(told["splits"].to_numpy().argmax())]
    name = period_words(peak["period"], found.unit)
    timed = int(told["splits"].sum())
    yield (
        f"Splits came in {with_any} of {counted(len(told), found.unit)}, the most "
        f"{_UNITS[found.unit]} {name}: {peak['splits']:,} of {timed:,}, with {peak['calls']:,} "
        f"of {int(told['calls'].sum()):,} calls."
    )
    if timed < splits:
        yield f"{counted(splits - timed, 'split')} of {splits:,} have no time."


def _sites(found: Overview) -> Iterator[str]:
    of, table = found.numbers.too_many, found.sites()
    if of < FEWEST_SPLITS:
        return
    first = table.iloc[0]
    share = Share(int(first["splits"]), int(first["calls"]))
    yield (
        f"Most splits come with {first['site']}: {share.count:,} of {of:,}; of {share.of:,} such "
        f"calls that is {share_words(share)}."
    )


def _gaps(found: Overview) -> Iterator[str]:
    gaps = found.facts.splits["gap_s"].dropna()
    if not len(gaps):
        return
    if len(gaps) < FEWEST_SPLITS:
        yield f"{counted(len(gaps), 'split')} with a time: too few to tell how soon they come."
        return
    half = span(round(gaps.quantile(0.5, interpolation="lower") * SECOND))
    yield (
        f"Half of {counted(len(gaps), 'split')} came within {half} of the call before, which had "
        "still found the person's profile."
    )


def _delays(found: Overview) -> Iterator[str]:
    returns = found.facts.returns
    if not len(returns):
        yield "After no update of an email a call came by the old or the new address alone."
        return
    for address in tables.ADDRESSES:
        mine = returns[returns["address"] == address]
        share = _split_share(mine)
        if not share.of:
            yield f"After an email update no call came by the {address} address alone."
            continue
        yield (
            f"After an email update {share.count:,} of {share.of:,} next calls by the {address} "
            f"address split, {share_words(share)}; {_soon(mine)}."
        )


def _split_share(returns: pd.DataFrame) -> Share:
    return Share(int(returns["split"].sum()), len(returns))


def _soon(returns: pd.DataFrame) -> str:
    """Whether it matters how soon such a call comes."""
    timed = returns[returns["delay_s"].notna()]
    soon, late = (
        _split_share(timed[near])
        for near in (timed["delay_s"] < SOON_S, timed["delay_s"] >= SOON_S)
    )
    told = f"{soon.of:,} of them came within {span(SOON_S * SECOND)} and {late.of:,} later"
    if min(soon.of, late.of) < FEWEST:
        return f"{told}, too few to tell whether the delay matters"
    within = f"{told}: {_percent(soon)} against {_percent(late)}"
    (low, high), (other_low, other_high) = soon.interval, late.interval
    if low > other_high:
        return f"{within}, so the sooner a call comes, the more often it splits"
    if high < other_low:
        return f"{within}, so the later a call comes, the more often it splits"
    return f"{within}, no more difference than chance makes"


def _percent(share: Share) -> str:
    return percent(share.rate or 0.0)


def _lags(found: Overview) -> Iterator[str]:
    look_ups = found.facts.look_ups
    if not len(look_ups):
        yield "No call was observed that looks up what another one wrote, so no lag can be told."
        return
    missed = look_ups[look_ups["missed"].astype(bool)]
    share = Share(len(missed), len(look_ups))
    yield (
        f"{share.count:,} of {counted(share.of, 'observed look-up')} missed what had been written "
        f"before, {share_words(share)}."
    )
    if len(missed):
        far = span(round(cast("float", missed["gap_s"].max()) * SECOND))
        half = span(round(missed["gap_s"].quantile(0.5, interpolation="lower") * SECOND))
        few = "" if len(missed) >= FEWEST else "; too few to tell a lag from a deviation"
        told = f"Half of those {len(missed):,} came within {half} of the write, the last {far}"
        yield f"{told if len(missed) > 1 else f'It came {far} after the write'}{few}."


def _assumptions(found: Overview) -> Iterator[str]:
    of = found.numbers.too_many
    if not of:
        return
    resting = tables.resting(found.facts)
    if not resting:
        yield f"None of {counted(of, 'split')} rests on a rule that is inferred or unknown."
        return
    named = ", ".join(f"`{rule}`" for rule in found.assumptions()["rule"])
    yield f"{resting:,} of {counted(of, 'split')} rest on rules that nothing documents: {named}."


_ABOUT: Mapping[str, Callable[[Overview], Iterator[str]]] = {
    "numbers": _numbers,
    "causes": _causes,
    "times": _times,
    "sites": _sites,
    "gaps": _gaps,
    "delays": _delays,
    "lags": _lags,
    "assumptions": _assumptions,
}
