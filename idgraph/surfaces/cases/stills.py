"""A case without scripts: its drawing as pictures, and its calls as a table."""

from __future__ import annotations

from dataclasses import replace

from idgraph.surfaces.cases import stepper
from idgraph.surfaces.drawing import trees
from idgraph.surfaces.drawing.trees import Tree
from idgraph.views import calls, lanes, network
from idgraph.views.base.blocks import Figure, Heading, Notice, Paragraph, Row, Table, rich, words
from idgraph.views.base.case import Case, brief
from idgraph.views.lanes import TILE

MOST = 1000
"""A longer case is shown by the calls that changed anything: paper has an end."""
DRAWN, _ABOUT = 42, 7
"""Calls that are drawn at most, and how many of them before and behind the decisive one."""


def still(whole: Case, prefix: str = "", taken: frozenset[int] = frozenset()) -> Tree:
    """Return the drawing, the identity graph and the calls of a case.

    Rows carry the anchors `call-N`, with `prefix` before them, but for the calls `taken`.
    """
    case, few = brief(whole, MOST), _few(whole)
    figures = (*lanes.Lanes(few).stills(), network.figure(case))
    table = trees.tree(anchored(case, prefix, taken))
    legend = trees.tree(stepper.legend(case))
    left = len(whole.calls) - len(case.calls)
    said = f"{left} calls that changed nothing are left out here; the stepper has them all."
    more = [trees.tree(Notice(rich(said)))] if left else []
    if few is not whole:
        said = (
            f"The drawing shows {len(few.calls)} calls of {len(whole.calls)}: those that tell most."
        )
        more.append(trees.tree(Notice(rich(said))))
    told = _decisive(whole)
    return trees.element("div", "still", *more, *map(_scrolled, figures), legend, *told, table)


def _few(whole: Case) -> Case:
    """The calls that are drawn: the first that changed anything, and those about the decisive one.

    A case of no more calls than are drawn is returned as it is.
    """
    if len(whole.calls) <= DRAWN:
        return whole
    first = stepper.start(whole) - 1
    about = whole.calls[max(0, first - _ABOUT) : first + _ABOUT]
    calls = tuple(sorted({*brief(whole, DRAWN - 2 * _ABOUT).calls, *about}))
    return replace(whole, calls=calls, own=tuple(n for n in calls if n in whole.mine))


def _decisive(whole: Case) -> list[Tree]:
    """What is said of the call that a stepper opens on, where anything turned at it."""
    document = stepper.steps(whole)
    if not (whole.splits or whole.meetings):
        return []
    tile, place = divmod(document.start - 1, TILE)
    panel = document.pages[tile].panels[place]
    heading = Heading(words(f"The decisive call: call {panel.call}"), 3)
    blocks = (heading, Paragraph(panel.sentence), *panel.blocks)
    return [trees.element("div", "decisive", *map(trees.tree, blocks))]


def _scrolled(figure: Figure) -> Tree:
    drawn = _quiet(trees.figure(figure))
    return trees.element("div", "wide", drawn, tabindex="0", role="group", aria_label=figure.title)


def _quiet(drawn: Tree) -> Tree:
    """A drawing without what only answers a pointer or a script: the table says it in words."""
    tag, attributes, *children = drawn
    left = {name: value for name, value in attributes.items() if not name.startswith("data-")}
    kept = (child for child in children if isinstance(child, str) or not _silent(child))
    return [tag, left, *(child if isinstance(child, str) else _quiet(child) for child in kept)]


def _silent(drawn: Tree) -> bool:
    tag, attributes, *_ = drawn
    return tag == "title" or "hit" in attributes.get("class", "").split()


def anchored(case: Case, prefix: str, taken: frozenset[int]) -> Table:
    """Return the table of calls with anchors that are unique in a page of several cases."""
    table = calls.table(case)
    rows = tuple(_anchor(row, prefix, taken) for row in table.rows)
    return Table(table.caption, table.columns, rows, table.kind)


def _anchor(row: Row, prefix: str, taken: frozenset[int]) -> Row:
    anchor = f"{prefix}{row.anchor}" if row.anchor and row.call not in taken else ""
    return Row(row.cells, row.call, anchor)


def table(case: Case) -> Tree:
    """Return the calls of a case as a table for a preview: no anchors, no scrolling frame."""
    found = calls.table(case)
    rows = tuple(Row(row.cells) for row in found.rows)
    _, _, inner = trees.tree(Table(found.caption, found.columns, rows, found.kind))
    return list(inner)
