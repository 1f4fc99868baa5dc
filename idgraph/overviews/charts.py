"""The tables of an overview as Altair charts: one colour each, words and shapes beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from idgraph.errors import MissingExtraError
from idgraph.overviews import wording

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from idgraph.overviews.results import Overview

BAR, SPLIT, OTHER, INK, SOFT, LINE = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#1b2330",
    "#556070",
    "#c9d0da",
)
"""Okabe-Ito blue, vermillion and green, and the greys of words, axes and grids; nothing else."""
MOST_CAUSES, MOST_SITES = 5, 12
_WIDE, _ROW, _HIGH = 380, 22, 44
_TICKS = 4
_LONGEST = 44
OTHERS = "other causes"
TITLES: Mapping[str, str] = {
    "times": "Splits by cause and time",
    "sites": "Splits by call site",
    "gaps": "Time from the call that still found the profile to the split",
    "delays": "Calls by the old and the new address after an email update",
    "lags": "Observed look-ups that missed, by the time since the write",
}
"""What each chart is called, by the name of the table that it shows."""


def charts(found: Overview) -> dict[str, alt.LayerChart | alt.FacetChart]:
    """Return the charts of an overview by the name of their table; those with nothing left out."""
    try:
        import altair  # noqa: F401, ICN001 - whether it is there
    except ImportError as error:
        raise MissingExtraError(
            "charts need packages that are not installed",
            remedy="Run `pip install 'idgraph[lab]'`.",
        ) from error
    drawn = ((name, draw(found)) for name, draw in _DRAWN.items())
    return {name: chart for name, chart in drawn if chart is not None}


def described(found: Overview, name: str) -> str:
    """Return what a chart shows, in words: what it comes to, then its data, `; ` between them."""
    told = wording.about(found, name)
    return "; ".join((*told, *_DATA[name](found)))


def short(text: str) -> str:
    """Return a label that an axis has room for."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _times(found: Overview) -> Any:
    """A row of bars for each cause, one scale: told apart by place and words, not by colour."""
    import altair as alt

    table = _grouped(found)
    if table.empty:
        return None
    order = list(dict.fromkeys(table["label"]))
    title = f"{found.unit} that begins (UTC)" if found.unit == "week" else f"{found.unit} (UTC)"
    axis = alt.Axis(title=title, labelAngle=0, labelOverlap=True, labelSeparation=8)
    bars = alt.Chart().mark_bar(color=SPLIT)
    bars = bars.encode(
        x=alt.X("when:O", sort=None, axis=axis),
        y=alt.Y("splits:Q", title=None, axis=_few(int(table["splits"].max()))),
    )
    bars = bars.properties(width=_WIDE + 140, height=_HIGH)
    header = alt.Header(title=None, labelAnchor="start", labelOrient="top", labelAngle=0)
    rows = alt.Row("label:N", sort=order, header=header)
    return _titled(bars.facet(data=table, row=rows), "times")


def _grouped(found: Overview) -> pd.DataFrame:
    """Splits by period and cause, rare causes as one; only those with a time."""
    table = found.times()
    table = table[table["period"].notna()]
    codes = list(dict.fromkeys(table["cause"]))
    kept = codes if len(codes) <= MOST_CAUSES else codes[: MOST_CAUSES - 1]
    cause = table["cause"].where(table["cause"].isin(kept), OTHERS)
    when = [wording.period_words(period, found.unit) for period in table["period"]]
    table = table.assign(cause=cause, when=when)
    groups = table.groupby(["cause", "when"], sort=False, as_index=False)
    grouped = groups.agg(splits=("splits", "sum"))
    totals = grouped.groupby("cause")["splits"].sum()
    labels = {code: f"{code}: {wording.counted(int(n), 'split')}" for code, n in totals.items()}
    return grouped.assign(label=grouped["cause"].map(labels).astype(object))


def _sites(found: Overview) -> Any:
    import altair as alt

    table = found.sites().head(MOST_SITES)
    if not table["splits"].any():
        return None
    shares = zip(table["splits"], table["calls"], strict=True)
    table = table.assign(
        label=_apart([short(site) for site in table["site"]]),
        words=[f"{n:,} of {m:,} calls" for n, m in shares],
    )
    y = alt.Y("label:N", sort=None, title=None)
    base = alt.Chart(table)
    bars = base.mark_bar(color=SPLIT).encode(x=_splits(table, 0.4), y=y)
    told = base.mark_text(align="left", dx=5, color=INK).encode(x="splits:Q", y=y, text="words:N")
    return _sized(alt.layer(bars, told), "sites", len(table))


def _gaps(found: Overview) -> Any:
    import altair as alt

    table = found.gaps()
    if not table["splits"].any():
        return None
    y = alt.Y("gap:N", sort=None, title=None)
    base = alt.Chart(table)
    bars = base.mark_bar(color=BAR).encode(x=_splits(table, 0.15), y=y)
    told = base.mark_text(align="left", dx=5, color=INK).encode(x="splits:Q", y=y, text="splits:Q")
    return _sized(alt.layer(bars, told), "gaps", len(table))


def _delays(found: Overview) -> Any:
    """Shares with intervals: a circle and a full line for the old address, squares for the new."""
    table = found.delays()
    table = table[table["calls"] > 0]
    if table.empty:
        return None
    rows = zip(table["address"], table["delay"], table["split"], table["calls"], strict=True)
    table = table.assign(label=[f"{a} address, {d}: {n:,} of {m:,}" for a, d, n, m in rows])
    title = "share of those calls that split, with its interval (95 %)"
    return _sized(_shares(table, title), "delays", len(table))


def _lags(found: Overview) -> Any:
    table = found.lags()
    table = table[table["look_ups"] > 0]
    if table.empty:
        return None
    rows = zip(table["gap"], table["missed"], table["look_ups"], strict=True)
    table = table.assign(label=[f"{g}: {n:,} of {m:,}" for g, n, m in rows], address="new")
    title = "share of those look-ups that missed, with its interval (95 %)"
    return _sized(_shares(table, title), "lags", len(table))


def _shares(table: pd.DataFrame, title: str) -> Any:
    import altair as alt

    y = alt.Y("label:N", sort=None, title=None)
    axis = alt.Axis(format="%", tickCount=5)
    x = alt.X("low:Q", title=title, axis=axis, scale=alt.Scale(zero=True, nice=True))
    kinds = (("old", SPLIT, "circle"), ("new", OTHER, "square"))
    layers: list[alt.Chart] = []
    for address, colour, shape in kinds:
        base = alt.Chart(table[table["address"] == address])
        layers.append(base.mark_rule(color=colour).encode(x=x, x2="high:Q", y=y))
        marks = base.mark_point(filled=True, color=colour, shape=shape, size=70, opacity=1)
        layers.append(marks.encode(x="rate:Q", y=y))
    return alt.layer(*layers)


def _apart(labels: list[str]) -> list[str]:
    """Labels of which no two are alike: those that come again get a number."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return found


def _splits(table: pd.DataFrame, room: float) -> alt.X:
    """The axis of bars, with room for the words behind the longest of them."""
    import altair as alt

    top = int(table["splits"].max())
    scale = alt.Scale(domain=[0, top * (1 + room)], nice=False)
    return alt.X("splits:Q", title="splits", axis=_few(top), scale=scale)


def _few(top: int) -> alt.Axis:
    """An axis of counts up to `top`: a few ticks, at whole numbers only."""
    import altair as alt

    # Left to itself it marks fractions of so small a count, and rounds what it writes there.
    values = list(range(top + 1)) if top <= _TICKS else alt.Undefined
    return alt.Axis(tickMinStep=1, tickCount=_TICKS, format=",d", values=values)


def _sized(chart: Any, name: str, rows: int) -> Any:
    return _titled(chart.properties(width=_WIDE, height=_ROW * rows), name)


def _titled(chart: Any, name: str) -> Any:
    """The chart with its title and with plain looks, which our drawings recognise."""
    text = {"labelFontSize": 11, "labelColor": INK, "titleFontSize": 11, "titleColor": SOFT}
    lines = {"domainColor": SOFT, "tickColor": SOFT, "gridColor": LINE, "labelLimit": 1000}
    return (
        chart.properties(title=TITLES[name])
        .configure(background="transparent")  # first: it would take back the others
        .configure_view(stroke=None)
        .configure_axis(**text, **lines, titleFontWeight="normal", labelAngle=0)
        .configure_header(labelFontSize=11, labelColor=INK, labelFontWeight="bold", labelLimit=1000)
        .configure_title(fontSize=13, color=INK, anchor="start", offset=10, limit=1000)
        .configure_text(fontSize=11)
        .configure_facet(spacing=12)
    )


def _time_data(found: Overview) -> Iterator[str]:
    for label, rows in _grouped(found).groupby("label", sort=False):
        parts = [f"{w} {n:,}" for w, n in zip(rows["when"], rows["splits"], strict=True) if n]
        yield f"{label} ({', '.join(parts) or 'none with a time'})"


def _site_data(found: Overview) -> Iterator[str]:
    table = found.sites().head(MOST_SITES)
    for site, splits, calls in zip(table["site"], table["splits"], table["calls"], strict=True):
        yield f"{short(site)}: {splits:,} splits of {calls:,} calls"


def _gap_data(found: Overview) -> Iterator[str]:
    table = found.gaps()
    return (f"{gap}: {n:,}" for gap, n in zip(table["gap"], table["splits"], strict=True) if n)


def _delay_data(found: Overview) -> Iterator[str]:
    table = found.delays()
    rows = zip(table["address"], table["delay"], table["split"], table["calls"], strict=True)
    return (f"{a} address, {d}: {n:,} of {m:,} split" for a, d, n, m in rows if m)


def _lag_data(found: Overview) -> Iterator[str]:
    table = found.lags()
    rows = zip(table["gap"], table["missed"], table["look_ups"], strict=True)
    return (f"{gap}: {n:,} of {m:,} missed" for gap, n, m in rows if m)


_DRAWN: Mapping[str, Callable[[Overview], Any]] = {
    "times": _times,
    "sites": _sites,
    "gaps": _gaps,
    "delays": _delays,
    "lags": _lags,
}
_DATA: Mapping[str, Callable[[Overview], Iterator[str]]] = {
    "times": _time_data,
    "sites": _site_data,
    "gaps": _gap_data,
    "delays": _delay_data,
    "lags": _lag_data,
}
