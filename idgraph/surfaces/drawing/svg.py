"""A case as one picture that stands by itself, for where no markup is let through."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace

from idgraph.calls import CallNumber
from idgraph.surfaces.drawing import html, trees
from idgraph.surfaces.drawing.trees import Tree
from idgraph.views import lanes, network
from idgraph.views.base.blocks import Figure, Group, Shape, Words
from idgraph.views.base.case import Case

_SPACE = "http://www.w3.org/2000/svg"
_GAP = 14
_END_OF_FIGURES = "/* --- the live"
_SHEETS = {"verdict.css": {"timing", "chart"}, "overview.css": {"fleet"}}
"""Which kinds of figures need a style sheet beside that of the stepper."""


def picture(case: Case, names: Mapping[CallNumber, CallNumber] | None = None) -> str:
    """Return the lanes and the identity graph of a case, one under the other, as an SVG file.

    `names` says by which number a call goes, where that is not its place in the history.
    """
    return stacked(figures(case, names))


def figures(case: Case, names: Mapping[CallNumber, CallNumber] | None = None) -> tuple[Figure, ...]:
    """Return the same as figures, for a page that places them itself."""
    drawn = lanes.Lanes(case).stills()
    named = (replace(one, shapes=_named(one.shapes, names)) if names else one for one in drawn)
    return (*named, network.figure(case))


def stacked(drawn: tuple[Figure, ...]) -> str:
    """Return figures one under the other as an SVG file that keeps its colours by itself."""
    wide = max(figure.width for figure in drawn)
    high = sum(figure.height + _GAP for figure in drawn)
    kinds = {figure.kind for figure in drawn}
    more = [sheet for sheet, known in _SHEETS.items() if kinds & known]
    sheets = [html.asset(name) for name in ("stepper.css", *more)]
    style = "".join(sheet.split(_END_OF_FIGURES)[0] for sheet in sheets)
    body = "".join(html.markup(_placed(figure, top)) for figure, top in _stacked(drawn))
    ground = f'<rect class="ground" width="{wide}" height="{high}"/>'
    return (
        f'<svg xmlns="{_SPACE}" class="idgraph" width="{wide}" height="{high}" '
        f'viewBox="0 0 {wide} {high}"><style>{style}</style>{ground}{body}</svg>'
    )


def joined(drawn: tuple[Figure, ...], title: str) -> Tree:
    """Return figures one under the other as one drawing, in the colours of its page."""
    wide = str(max(figure.width for figure in drawn))
    high = str(sum(figure.height + _GAP for figure in drawn))
    parts = (_placed(figure, top) for figure, top in _stacked(drawn))
    size = {"width": wide, "height": high, "viewBox": f"0 0 {wide} {high}"}
    return trees.element("svg", "", *parts, role="img", aria_label=title, **size)


def data_address(case: Case) -> str:
    """Return the picture of a case as the address of an `img`."""
    return address(picture(case))


def address(drawn: str) -> str:
    """Return a picture as the address of an `img`."""
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"


def _named(shapes: tuple[Shape, ...], names: Mapping[CallNumber, CallNumber]) -> tuple[Shape, ...]:
    """Shapes with the calls numbered otherwise; an `img` shows no titles, so those are left out."""
    found: list[Shape] = []
    for part in shapes:
        if isinstance(part, Group):
            found.append(replace(part, shapes=_named(part.shapes, names), call=None, title=""))
        elif isinstance(part, Words) and part.kind == "number":
            found.append(replace(part, text=str(names[int(part.text)])))
        else:
            found.append(part)
    return tuple(found)


def _stacked(figures: tuple[Figure, ...]) -> list[tuple[Figure, int]]:
    tops = [sum(figure.height + _GAP for figure in figures[:n]) for n in range(len(figures))]
    return list(zip(figures, tops, strict=True))


def _placed(figure: Figure, top: int) -> Tree:
    shapes = (trees.shape(shape) for shape in figure.shapes)
    size = {"width": str(figure.width), "height": str(figure.height)}
    return trees.element("svg", figure.kind, *shapes, x="0", y=str(top), **size)
