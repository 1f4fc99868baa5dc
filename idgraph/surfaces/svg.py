"""A case as one picture that stands by itself, for where no markup is let through."""

from __future__ import annotations

from base64 import b64encode

from idgraph.surfaces import html, trees
from idgraph.surfaces.trees import Tree
from idgraph.views import lanes, network
from idgraph.views.base.blocks import Figure
from idgraph.views.base.case import Case

_SPACE = "http://www.w3.org/2000/svg"
_GAP = 14
_END_OF_FIGURES = "/* --- the live stepper"


def picture(case: Case) -> str:
    """Return the lanes and the identity graph of a case, one under the other, as an SVG file."""
    figures = (*lanes.Lanes(case).stills(), network.figure(case))
    wide = max(figure.width for figure in figures)
    high = sum(figure.height + _GAP for figure in figures)
    style = html.asset("stepper.css").split(_END_OF_FIGURES)[0]
    body = "".join(html.markup(_placed(figure, top)) for figure, top in _stacked(figures))
    ground = f'<rect class="ground" width="{wide}" height="{high}"/>'
    return (
        f'<svg xmlns="{_SPACE}" class="idgraph" width="{wide}" height="{high}" '
        f'viewBox="0 0 {wide} {high}"><style>{style}</style>{ground}{body}</svg>'
    )


def data_address(case: Case) -> str:
    """Return the picture as the address of an `img`."""
    return f"data:image/svg+xml;base64,{b64encode(picture(case).encode()).decode()}"


def _stacked(figures: tuple[Figure, ...]) -> list[tuple[Figure, int]]:
    tops = [sum(figure.height + _GAP for figure in figures[:n]) for n in range(len(figures))]
    return list(zip(figures, tops, strict=True))


def _placed(figure: Figure, top: int) -> Tree:
    shapes = (trees.shape(shape) for shape in figure.shapes)
    size = {"width": str(figure.width), "height": str(figure.height)}
    return trees.element("svg", figure.kind, *shapes, x="0", y=str(top), **size)
