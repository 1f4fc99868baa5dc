"""Blocks to element trees: `[tag, {attribute: value}, child, ...]`, a child being text or a tree.

The same trees travel as JSON to the stepper's script, which builds them from the same closed lists
of tags and attributes, and become markup in `html`. They hold no style, no event handler and no
address but `#call-N`.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from idgraph.surfaces.drawing.visible import visible
from idgraph.views.base.blocks import (
    Block,
    Box,
    Cell,
    Dials,
    Disc,
    Facts,
    Figure,
    Group,
    Heading,
    Items,
    Legend,
    Line,
    Notice,
    Paragraph,
    Payload,
    Rich,
    Row,
    Section,
    Stroke,
    Table,
    Words,
)

Tree = list[Any]
"""`[tag, attributes, *children]`; a child is a `str` or a `Tree`."""


def element(tag: str, css: str = "", *children: str | Tree, **attributes: str) -> Tree:
    """Return a tree; `_` in names of attributes stands for `-`, empty attributes are left out."""
    given = {"class": css, **{name.replace("_", "-"): value for name, value in attributes.items()}}
    return [tag, {name: value for name, value in given.items() if value}, *filter(None, children)]


def inline(text: Rich) -> list[str | Tree]:
    """Return words and code as children of an element."""
    return [
        element("code", "", visible(span.text)) if span.code else visible(span.text)
        for span in text
        if span.text
    ]


@singledispatch
def tree(block: object) -> Tree:
    """Return the tree of a block."""
    raise TypeError(type(block).__name__)


@tree.register
def _heading(block: Heading) -> Tree:
    return element(f"h{block.level}", "", *inline(block.text), id=block.anchor)


@tree.register
def _paragraph(block: Paragraph) -> Tree:
    return element("p", block.kind, *inline(block.text))


@tree.register
def _notice(block: Notice) -> Tree:
    return element("p", f"notice {block.kind}", *inline(block.text))


@tree.register
def _section(block: Section) -> Tree:
    heading = element("h2", "", *inline(block.title))
    return element("section", "", heading, *map(tree, block.blocks), id=block.anchor)


@tree.register
def _items(block: Items) -> Tree:
    links = block.links or ("",) * len(block.items)
    return element("ul", "", *(_item(*pair) for pair in zip(block.items, links, strict=True)))


def _item(text: Rich, link: str) -> Tree:
    words = inline(text)
    return element("li", "", *([element("a", "", *words, href=f"#{link}")] if link else words))


@tree.register
def _facts(block: Facts) -> Tree:
    pairs = [
        part
        for name, value in block.pairs
        for part in (element("dt", "", *inline(name)), element("dd", "", *inline(value)))
    ]
    return element("dl", "", *pairs)


@tree.register
def _table(block: Table) -> Tree:
    head = element("thead", "", head_row(block.columns))
    body = element("tbody", "", *(row(line) for line in block.rows))
    table = element("table", block.kind, element("caption", "", *inline(block.caption)), head, body)
    return element(
        "div", "wide", table, tabindex="0", role="group", aria_label=_spoken(block.caption)
    )


@tree.register
def _dials(block: Dials) -> Tree:
    return tree(block.table)


def head_row(columns: tuple[Rich, ...]) -> Tree:
    """Return the row of column headings."""
    cells = (element("th", "", *inline(name), scope="col") for name in columns)
    return element("tr", "", *cells)


def row(line: Row, *, target: bool = True) -> Tree:
    """Return a row; one that selects a call has a link to it in its first cell.

    A row that is no `target` of links carries no id, though it still links to its anchor.
    """
    first = inline(line.cells[0].text)
    if line.call is not None:
        first = [element("a", "", *first, href=f"#{line.anchor or f'call-{line.call}'}")]
    cells = [element("th", line.cells[0].mark, *first, scope="row"), *map(_cell, line.cells[1:])]
    number = "" if line.call is None else str(line.call)
    return element("tr", "", *cells, id=line.anchor if target else "", data_call=number)


def _cell(cell: Cell) -> Tree:
    return element("td", cell.mark, *inline(cell.text))


@tree.register
def _payload(block: Payload) -> Tree:
    caption = element("figcaption", "", *inline(block.caption))
    lines = element("pre", "", *map(_line, block.lines), tabindex="0")
    return element("figure", "payload", caption, lines)


def _line(line: Line) -> Tree:
    note = [element("span", "note", f" ← {visible(line.note)}")] if line.note else []
    return element("span", f"line {line.mark}".strip(), visible(line.text), *note)


@tree.register
def _legend(block: Legend) -> Tree:
    entries = (
        element("li", "", figure(mark, hidden=True), element("span", "", *inline(text)))
        for mark, text in block.entries
    )
    return element("ul", "legend", *entries, aria_label="Legend")


@tree.register
def _figure(block: Figure) -> Tree:
    return figure(block)


def figure(block: Figure, *, hidden: bool = False) -> Tree:
    """Return a drawing; a hidden one says nothing to a screen reader."""
    wide, high = str(block.width), str(block.height)
    label = (
        {"aria_hidden": "true"} if hidden else {"role": "img", "aria_label": visible(block.title)}
    )
    told = [element("desc", "", visible(block.description))] if block.description else []
    shapes = [shape(part) for part in block.shapes]
    box = f"0 0 {wide} {high}"
    return element("svg", block.kind, *told, *shapes, width=wide, height=high, viewBox=box, **label)


@singledispatch
def shape(part: object) -> Tree:
    """Return the tree of a shape."""
    raise TypeError(type(part).__name__)


@shape.register
def _stroke(part: Stroke) -> Tree:
    return element("path", part.kind, d=part.d)


@shape.register
def _box(part: Box) -> Tree:
    size = {"width": str(part.width), "height": str(part.height)}
    return element("rect", part.kind, x=str(part.x), y=str(part.y), rx=str(part.r or ""), **size)


@shape.register
def _disc(part: Disc) -> Tree:
    return element("circle", part.kind, cx=str(part.x), cy=str(part.y), r=str(part.r))


@shape.register
def _words(part: Words) -> Tree:
    count: list[str | Tree] = []
    if part.count:
        count = [element("tspan", "", _counted(part), data_tally=tally(part.count))]
    place = {"x": str(part.x), "y": str(part.y), "text_anchor": part.anchor}
    return element("text", part.kind, visible(part.text), *count, **place)


def _counted(part: Words) -> str:
    """A count behind a label, from two on; without a label, a number of calls."""
    count = len(part.count)
    if part.text:
        return f" \N{MULTIPLICATION SIGN}{count}" if count > 1 else ""
    return f"{count} call{'s' * (count != 1)}"


@shape.register
def _group(part: Group) -> Tree:
    told = [element("title", "", visible(part.title))] if part.title else []
    call = "" if part.call is None else str(part.call)
    move = f"translate({part.shift} 0)" if part.shift else ""
    when = {"data_call": call, "data_frames": tally(part.frames), "transform": move}
    return element("g", part.kind, *told, *map(shape, part.shapes), **when)


def tally(frames: tuple[int, ...]) -> str:
    """Return frames as runs, `3 7-9`: short, and quick to read."""
    runs: list[list[int]] = []
    for frame in frames:
        if runs and runs[-1][1] == frame - 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _spoken(text: Rich) -> str:
    return visible("".join(span.text for span in text))


def scrolled(block: Block) -> Tree:
    """Return a block; a drawing that is too wide scrolls."""
    found = tree(block)
    if not isinstance(block, Figure):
        return found
    label = visible(block.title)
    return element("div", "wide", found, tabindex="0", role="group", aria_label=label)
