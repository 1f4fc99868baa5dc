"""Altair charts as drawings of ours: laid out by Vega, drawn in integers, coloured by classes.

Vega works a chart out without a browser and without a network. What it lays out is taken over mark
by mark from a closed list, so that words go through the one escaper and colours follow the theme.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from idgraph.errors import MissingExtraError
from idgraph.overviews import Overview
from idgraph.overviews import charts as drawn
from idgraph.views.base import ink
from idgraph.views.base.blocks import Box, Disc, Figure, Shape, Stroke, Words

if TYPE_CHECKING:
    import altair as alt

KIND = "fleet"
_FILLS = {drawn.BAR: "f-bar", drawn.SPLIT: "f-split", drawn.OTHER: "f-other"}
_LINES = {drawn.SPLIT: "f-split-line", drawn.OTHER: "f-other-line"}
_RULES = {"axis-grid": "f-grid", "axis-domain": "f-axis", "axis-tick": "f-axis"}
_TEXTS = {
    "axis-label": "tick",
    "axis-title": "f-axis-title",
    "row-header": "f-head",
    "mark": "value",
}
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_DROPS = {"top": 9, "middle": 4, "bottom": -2, "alphabetic": 0, "line-top": 9, "line-bottom": -2}
"""How far below the given place the line is on which letters stand, at 11 pixels."""
_MARGIN = 10
_HEAD = 34
"""Pixels above a chart, for its title."""
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not yet where it will be drawn."""

    ends: tuple[tuple[int, int], tuple[int, int]]
    kind: str


Mark = Line | Box | Disc | Words
Scene = Mapping[str, Any]


def figures(found: Overview) -> dict[str, Figure]:
    """Return the charts of an overview as drawings, by the name of their table.

    Empty where the packages that lay them out are not installed: tables say the same.
    """
    try:
        charts = found.charts()
        return {name: figure(chart, drawn.described(found, name)) for name, chart in charts.items()}
    except MissingExtraError:
        return {}


def figure(chart: alt.LayerChart | alt.FacetChart, description: str) -> Figure:
    """Return a chart as a drawing; what is not on our lists is a `KeyError` or `ValueError`."""
    # A chart is checked when it is made; to check it again would take longer than to lay it out.
    spec = chart.to_dict(validate=False)
    title = spec.pop("title")
    scene = _laid_out(spec)
    shapes = [*_shapes(scene["scenegraph"], tuple(scene["origin"]), "mark")]
    # Vega's font is not the reader's: labels get the room that they may take in any.
    ends = [end for part in shapes if isinstance(part, Words) for end in _ends(part)]
    left, right = min([0, *ends]), max([math.ceil(scene["width"]), *ends])
    place = (_MARGIN - left, _HEAD)
    moved = [Words(_MARGIN, 16, title, "name", "start"), *(_moved(part, place) for part in shapes)]
    wide = max(right - left, ink.width(title)) + 2 * _MARGIN
    high = math.ceil(scene["height"]) + _HEAD + _MARGIN
    return Figure(title, description, wide, high, tuple(moved), KIND)


def _laid_out(spec: dict[str, Any]) -> dict[str, Any]:
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtraError(
            "charts need packages that are not installed",
            remedy="Run `pip install 'idgraph[lab]'`.",
        ) from error
    # No address is allowed, so that nothing can be fetched whatever a chart names.
    found: dict[str, Any] = vl_convert.vegalite_to_scenegraph(spec, allowed_base_urls=[])
    return found


def _ends(part: Words) -> tuple[int, int]:
    """From where to where a text may reach."""
    wide = ink.width(part.text)
    begin = part.x - {"start": 0, "middle": wide // 2, "end": wide}[part.anchor]
    return begin, begin + wide


def _moved(part: Mark, by: tuple[int, int]) -> Shape:
    if isinstance(part, Line):
        (x, y), (x2, y2) = ((x + by[0], y + by[1]) for x, y in part.ends)
        return Stroke(f"M{x} {y}L{x2} {y2}", part.kind)
    return replace(part, x=part.x + by[0], y=part.y + by[1])


def _shapes(mark: Scene, at: Place, role: str) -> Iterator[Mark]:
    """Go through what a mark and all that it holds draw, from back to front."""
    own = mark.get("role", role)
    told = own if own in {*_RULES, *_TEXTS} else role
    for item in mark.get("items", ()):
        here = (at[0] + item.get("x", 0), at[1] + item.get("y", 0))
        if mark["marktype"] == "group":
            inner = own if own == "row-header" else role
            for child in item["items"]:
                yield from _shapes(child, here, inner)
        elif item.get("opacity", 1):
            yield from _DRAW[mark["marktype"]](item, here, told, at)


def _rect(item: Scene, here: Place, _role: str, _at: Place) -> Iterator[Mark]:
    (x, y), kind = here, _FILLS[item["fill"]]
    wide, high = round(x + item["width"]) - round(x), round(y + item["height"]) - round(y)
    if wide and high:
        yield Box(round(x), round(y), wide, high, kind)


def _rule(item: Scene, here: Place, role: str, at: Place) -> Iterator[Mark]:
    x2 = at[0] + item["x2"] if "x2" in item else here[0]
    y2 = at[1] + item["y2"] if "y2" in item else here[1]
    kind = _RULES.get(role) or _LINES[item["stroke"]]
    ends = ((round(here[0]), round(here[1])), (round(x2), round(y2)))
    yield Line(ends, kind)


def _symbol(item: Scene, here: Place, _role: str, _at: Place) -> Iterator[Mark]:
    x, y, kind = round(here[0]), round(here[1]), _FILLS[item["fill"]]
    if item["shape"] == "circle":
        yield Disc(x, y, 5, kind)
    elif item["shape"] == "square":
        yield Box(x - 4, y - 4, 9, 9, kind)
    else:
        raise ValueError(item["shape"])


def _text(item: Scene, here: Place, role: str, _at: Place) -> Iterator[Mark]:
    words = item.get("text")
    if words is None or words == "":
        return
    if item.get("angle"):
        raise ValueError(item["angle"])
    x = here[0] + item.get("dx", 0)
    y = here[1] + item.get("dy", 0) + _DROPS[item.get("baseline", "alphabetic")]
    anchor = _ANCHORS[item.get("align", "left")]
    yield Words(round(x), round(y), str(words), _TEXTS[role], anchor)


_DRAW = {"rect": _rect, "rule": _rule, "symbol": _symbol, "text": _text}
