"""What a verdict would be with other settings: every state in words, as sliders and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from idgraph.clocks import SECOND, Instant, span
from idgraph.verdicts import RUNGS, Rung, Verdict, Verdicts
from idgraph.verdicts.sensitivity import Held, Sensitivity
from idgraph.views.base.blocks import Cell, Dial, Dials, Row, Span, Table, rich, words

LAGS_S = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Lags at which the slider stops, in seconds, besides those at which a verdict changes."""
_Steps = tuple[tuple[float, Rung], ...]
_Pair = tuple[float, float]


def steady(sensitivity: Sensitivity) -> str:
    """Say that the verdict is the same with all settings; empty where it is not."""
    kinds = {held.steps for held in sensitivity.grid}
    if len(kinds) != 1 or any(len(steps) > 1 for steps in kinds):
        return ""
    settles = _spans(held.settle_s for held in sensitivity.grid)
    skews = _spans(held.skew_s for held in sensitivity.grid)
    return (
        f"It stays so with settling times from {settles[0]} to {settles[-1]}, with clocks that are "
        f"off by up to {skews[-1]}, and with any lag that was allowed for."
    )


def dials(found: Verdicts, verdict: Verdict, sensitivity: Sensitivity, settle_s: float) -> Dials:
    """Return every state that was worked out; the sliders begin where the verdict was given.

    `settle_s` is the settling time of the verdict.
    """
    grid = sensitivity.grid
    settles = sorted({held.settle_s for held in grid})
    skews = sorted({held.skew_s for held in grid})
    most = found.limits.max_lag_s
    changes = {lag for held in grid for lag, _ in held.steps}
    lags = sorted({lag for lag in LAGS_S if lag < most} | changes | {most})
    told = tuple(dict.fromkeys(_told(step, verdict) for held in grid for step in held.steps))
    by_pair = {(held.settle_s, held.skew_s): held for held in grid}
    states = tuple(
        tuple((lags.index(lag), told.index(_told((lag, rung), verdict))) for lag, rung in steps)
        for settle in settles
        for skew in skews
        for steps in (by_pair[settle, skew].steps,)
    )
    return Dials(
        title=rich("What if the clocks, the queue or the index were otherwise?"),
        dials=(
            _dial("Settling time of the queue", settles, settle_s),
            _dial("Clocks off by up to", skews, found.limits.skew_s),
            _dial("Look-ups behind by up to", lags, most),
        ),
        states=states,
        told=told,
        table=_table(grid, settles, skews, (settle_s, found.limits.skew_s)),
    )


def _dial(name: str, values: Sequence[float], start: float) -> Dial:
    place = max((n for n, value in enumerate(values) if value <= start), default=0)
    return Dial(name, tuple(_spans(values)), place)


def _spans(values: Sequence[float] | Iterator[float]) -> list[str]:
    return [span(_micros(value)) if value else "0 s" for value in dict.fromkeys(values)]


def _micros(seconds: float) -> Instant:
    return round(seconds * SECOND)


def _told(step: tuple[float, Rung], verdict: Verdict) -> tuple[str, bool]:
    """A state in words, and whether it is the verdict that was given."""
    lag, rung = step
    said = RUNGS[rung]
    if rung == "lag":
        said = f"a look-up used an index that was behind by {span(_micros(lag))} at least"
    same = rung == verdict.verdict
    return f"{rung}: {said}{', as judged above' if same else ''}", same


# --- the table -----------------------------------------------------------------------------------


def _table(
    grid: Sequence[Held], settles: Sequence[float], skews: Sequence[float], given: _Pair
) -> Table:
    """One row a settling time, one column a skew; neighbours that are alike are one.

    `given` is the pair of the verdict: its cell says so.
    """
    by_pair = {(held.settle_s, held.skew_s): held.steps for held in grid}
    columns = _merged(skews, [[by_pair[settle, skew] for settle in settles] for skew in skews])
    lines = [[by_pair[settle, group[0]] for group in columns] for settle in settles]
    rows = []
    for group in _merged(settles, lines):
        line = lines[settles.index(group[0])]
        own = [group[0] <= given[0] <= group[-1] and c[0] <= given[1] <= c[-1] for c in columns]
        cells = (_cell(steps, judged=here) for steps, here in zip(line, own, strict=True))
        rows.append(Row((Cell(words(_range(group))), *cells)))
    heads = (rich("Settling time"), *(words(f"Clocks off by {_range(one)}") for one in columns))
    caption = "The verdict with other settings (\N{GREATER-THAN OR EQUAL TO}: from that lag on)"
    return Table(rich(caption), heads, tuple(rows), "settings")


def _merged(values: Sequence[float], lines: Sequence[object]) -> list[list[float]]:
    """Neighbouring values whose lines are alike, together."""
    groups: list[list[float]] = []
    for place, value in enumerate(values):
        if place and lines[place] == lines[place - 1]:
            groups[-1].append(value)
        else:
            groups.append([value])
    return groups


def _range(group: Sequence[float]) -> str:
    spans = _spans(group)
    return spans[0] if len(spans) == 1 else f"{spans[0]} to {spans[-1]}"


def _cell(steps: _Steps, *, judged: bool) -> Cell:
    parts: list[Span] = []
    for place, (lag, rung) in enumerate(steps):
        parts += [Span("; ")] if place else []
        parts.append(Span(rung, code=True))
        if place:
            parts.append(Span(f" \N{GREATER-THAN OR EQUAL TO} {span(_micros(lag))}"))
    parts += [Span(" (as judged)")] if judged else []
    return Cell(tuple(parts), "created" if judged else "")
