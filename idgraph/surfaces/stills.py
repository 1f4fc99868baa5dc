"""A case without scripts: its drawing as pictures, and its calls as a table."""

from __future__ import annotations

from idgraph.surfaces import stepper, trees
from idgraph.surfaces.trees import Tree
from idgraph.views import calls, lanes, network
from idgraph.views.base.blocks import Figure, Notice, Row, Table, rich
from idgraph.views.base.case import Case, brief

MOST = 1000
"""A longer case is shown by the calls that changed anything: paper has an end."""


def still(whole: Case, prefix: str = "", taken: frozenset[int] = frozenset()) -> Tree:
    """Return the drawing, the identity graph and the calls of a case.

    Rows carry the anchors `call-N`, with `prefix` before them, but for the calls `taken`.
    """
    case = brief(whole, MOST)
    figures = (*lanes.Lanes(case).stills(), network.figure(case))
    table = trees.tree(anchored(case, prefix, taken))
    legend = trees.tree(stepper.legend(case))
    left = len(whole.calls) - len(case.calls)
    words = f"{left} calls that changed nothing are left out here; the stepper has them all."
    more = [trees.tree(Notice(rich(words)))] if left else []
    return trees.element("div", "still", *more, *map(_scrolled, figures), legend, table)


def _scrolled(figure: Figure) -> Tree:
    drawn = trees.figure(figure)
    return trees.element("div", "wide", drawn, tabindex="0", role="group", aria_label=figure.title)


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
