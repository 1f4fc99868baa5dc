"""Charts of steps: the share that ends split after each call, and the swaps that a lag saves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from idgraph.calls import CallNumber
from idgraph.clocks import SECOND, span
from idgraph.explain import counted
from idgraph.views.base import ink
from idgraph.views.base.blocks import Figure, Shape, Stroke, Words

_LEFT, _TOP, _HIGH, _FOOT = 64, 48, 84, 26


def inevitability(curve: Sequence[tuple[CallNumber, float | Fraction]]) -> Figure:
    """Return the share of the orders that are left that end split, after each effect of one."""
    points = [(f"call {number}", float(share), _percent(float(share))) for number, share in curve]
    told = "; ".join(f"after {label}: {words}" for label, _, words in points)
    title = "Orders left that end split, after each effect"
    return _stairs(title, told, points, 1.0, ("0%", "100%"))


def trade(front: Sequence[tuple[float, int]]) -> Figure:
    """Return how few swaps are needed from which lag on; lags in seconds, the smallest first."""
    points = [(_lag(lag), float(n), str(n)) for lag, n in front]
    told = "; ".join(f"from a lag of {_lag(lag)} on: {counted(n, 'swap')}" for lag, n in front)
    top = max(1, *(swaps for _, swaps in front))
    title = "Swaps that are needed, by how far look-ups may be behind"
    return _stairs(title, told, points, float(top), ("0", str(top)))


def _percent(share: float) -> str:
    """A share in whole percent; what is not quite all or nothing never reads as if it were."""
    if 0 < share < 1:
        percent = round(100 * share)
        return "<1%" if not percent else ">99%" if percent == 100 else f"{percent}%"  # noqa: PLR2004
    return f"{share:.0%}"


def _lag(seconds: float) -> str:
    return span(round(seconds * SECOND)) if seconds else "0 s"


def _stairs(
    title: str,
    told: str,
    points: Sequence[tuple[str, float, str]],
    top: float,
    ends: tuple[str, str],
) -> Figure:
    """Steps from left to right, each with its value above and its label below where it begins."""
    step = max(58, *(ink.width(label) + 12 for label, _, _ in points))
    width = max(_LEFT + step * len(points) + 16, 8 * len(title) + 12)
    right, foot = _LEFT + step * len(points), _TOP + _HIGH
    heights = [foot - round(value / top * _HIGH) for _, value, _ in points]
    shapes: list[Shape] = [
        Words(6, 14, title, "name", "start"),
        Words(_LEFT - 8, _TOP + 4, ends[1], "tick", "end"),
        Words(_LEFT - 8, foot + 4, ends[0], "tick", "end"),
        Stroke(f"M{_LEFT} {_TOP}V{foot}H{right + 8}", "rail"),
        Stroke(f"M{_LEFT} {_TOP}H{right + 8}", "rail fine"),
        Stroke(f"M{_LEFT} " + "".join(_path(heights, step))[1:], "stairs"),
    ]
    before = ""
    for place, ((label, _, words), y) in enumerate(zip(points, heights, strict=True)):
        x = _LEFT + step * place
        shapes.append(Stroke(f"M{x} {foot}V{foot + 5}", "rail"))
        shapes.append(Words(x + 2, foot + 18, label, "tick", "start"))
        if words != before:
            shapes.append(Words(x + step // 2, y - 6, words, "value"))
        before = words
    return Figure(title, told, width, foot + _FOOT, tuple(shapes), "chart")


def _path(heights: Sequence[int], step: int) -> Iterator[str]:
    for place, y in enumerate(heights):
        yield f"V{y}" if place else f" {y}"
        yield f"H{_LEFT + step * (place + 1)}"
