"""What a live widget leaves in a notebook without a kernel, and markup that all displays share."""

from __future__ import annotations

from collections.abc import Iterable

from idgraph.surfaces.cases import stills
from idgraph.surfaces.drawing import html, svg, trees
from idgraph.views.base.blocks import (
    Block,
    Cell,
    Facts,
    Figure,
    Legend,
    Row,
    Table,
    rich,
)
from idgraph.views.base.case import Case, brief

ROOT = "mathjax_ignore tex2jax_ignore"
_LEFT = (
    ".mathjax_ignore.idgraph-plain table :is(th,td,caption)"
    "{text-align:left;vertical-align:top;overflow-wrap:normal;word-break:normal}"
    ".idgraph-plain .wide{overflow-x:auto}.idgraph-plain .rules td:nth-child(2){min-width:12em}"
)
MOST = 200
"""A longer case is shown by the calls that changed anything, a longer history by its first ones;
a report holds a case whole."""


def rooted(inside: str) -> str:
    """Return markup in a part of the page in which nothing is typeset as maths."""
    return f'<div class="{ROOT}">{inside}</div>'


def plain(blocks: Iterable[Block]) -> str:
    """Blocks as bare HTML, which every notebook shows in its own style, trusted or not.

    The style on top, which an untrusted notebook leaves out, puts words to the left, and lets a
    wide table scroll in a narrow window.
    """
    drawn = "".join(html.markup(trees.tree(_tabled(one))) for one in blocks)
    return f'<div class="{ROOT} idgraph-plain"><style>{_LEFT}</style>{drawn}</div>'


def _tabled(block: Block) -> Block:
    """Facts as a table: notebooks float the names of a list, which breaks where one is long."""
    if not isinstance(block, Facts):
        return block
    rows = tuple(Row((Cell(name), Cell(told))) for name, told in block.pairs)
    return Table(rich("In short"), (), rows)


def still(case: Case) -> str:
    """Return the picture and the table of a case: they survive every preview."""
    short = brief(case, MOST)
    table = html.markup(stills.table(short))
    return f'<img alt="Calls on profiles" src="{svg.data_address(short)}">{table}'


def fallback(case: Case) -> str:
    """Return what a live widget leaves in a notebook without a kernel: picture and table."""
    return rooted(still(case))


def viewed(blocks: Iterable[Block], case: Case) -> str:
    """Return what a view leaves in a notebook without a kernel: a picture, and its blocks.

    The picture is the drawing of the view, else the calls on their profiles.
    """
    every = [block for block in blocks if not isinstance(block, Legend)]
    figures = tuple(block for block in every if isinstance(block, Figure))
    title = figures[0].title if figures else "Calls on profiles"
    drawn = svg.stacked(figures) if figures else svg.picture(brief(case, MOST))
    rest = (html.markup(trees.tree(block)) for block in every if not isinstance(block, Figure))
    picture = f'<img alt="{html.markup(title)}" src="{svg.address(drawn)}">'
    return rooted(picture + "".join(rest))


def explanation(blocks: Iterable[Block]) -> str:
    """Return what the view of a verdict leaves in a notebook without a kernel."""
    every = list(blocks)
    figures = tuple(block for block in every if isinstance(block, Figure))
    first, *rest = (block for block in every if not isinstance(block, Figure | Legend))
    drawn = svg.address(svg.stacked(figures))
    picture = f'<img alt="{figures[0].title}" src="{drawn}">'
    parts = (html.markup(trees.tree(block)) for block in rest)
    head = html.markup(trees.tree(first))
    return rooted(head + picture + "".join(parts))
