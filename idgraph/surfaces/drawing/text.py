"""Blocks as terminal text: plain characters, nothing that a terminal acts on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from functools import partial, singledispatch
from itertools import zip_longest

from idgraph.surfaces.drawing.visible import visible
from idgraph.views.base.blocks import (
    Block,
    Dials,
    Facts,
    Figure,
    Heading,
    Items,
    Legend,
    Notice,
    Paragraph,
    Payload,
    Rich,
    Section,
    Steps,
    Table,
    plain,
)

WIDTH = 100
NARROW = 24
"""Columns of at most so many characters are never wrapped: most hold what people search for."""
_HEAD = 2
_SIGNS = {"warning": "! ", "good": "= ", "note": "- "}
_UNDERLINES = {1: "=", 2: "-"}


def text(blocks: Iterable[Block]) -> str:
    """Return blocks as lines of at most `WIDTH` characters.

    Payloads are wider where they are so, and tables whose narrow columns alone are.
    """
    return "\n\n".join("\n".join(lines(block)) for block in blocks) + "\n"


@singledispatch
def lines(block: object) -> Iterator[str]:
    """Go through the lines of a block."""
    raise TypeError(type(block).__name__)


@lines.register
def _heading(block: Heading) -> Iterator[str]:
    words = _said(block.text)
    yield words
    if block.level in _UNDERLINES:
        yield _UNDERLINES[block.level] * len(words)


@lines.register
def _paragraph(block: Paragraph) -> Iterator[str]:
    yield from textwrap.wrap(_said(block.text), WIDTH)


@lines.register
def _notice(block: Notice) -> Iterator[str]:
    sign = _SIGNS.get(block.kind, "- ")
    yield from textwrap.wrap(_said(block.text), WIDTH, initial_indent=sign, subsequent_indent="  ")


@lines.register
def _items(block: Items) -> Iterator[str]:
    for item in block.items:
        yield from textwrap.wrap(_said(item), WIDTH, initial_indent="- ", subsequent_indent="  ")


@lines.register
def _facts(block: Facts) -> Iterator[str]:
    width = max((len(_said(name)) for name, _ in block.pairs), default=0) + 2
    for name, value in block.pairs:
        head = _said(name).ljust(width)
        wrapped = textwrap.wrap(_said(value), WIDTH - width) or [""]
        yield f"{head}{wrapped[0]}".rstrip()
        yield from (f"{' ' * width}{line}" for line in wrapped[1:])


@lines.register
def _table(block: Table) -> Iterator[str]:
    yield _said(block.caption)
    rows = [[_said(cell.text) for cell in row.cells] for row in block.rows]
    names = [_said(name) for name in block.columns]
    room = _room([max(map(len, column)) for column in zip(names, *rows, strict=True)])
    # The first cell goes on further in, so that no value ever starts a line of its own.
    indents = ("  ", *[""] * (len(names) - 1))
    tall = [list(map(partial(_wrapped, room), row, indents)) for row in (names, *rows)]
    columns = zip(*tall, strict=True)
    widths = [max(len(line) for cell in column for line in cell) for column in columns]
    # A line between rows where most need several; it is no help where one row of many does.
    apart = sum(max(map(len, row)) > 1 for row in tall[1:]) * 2 >= max(len(rows), 1)
    rule = [["-" * width] for width in widths]
    for number, row in enumerate((tall[0], rule, *tall[1:])):
        if apart and number > _HEAD:
            yield ""
        for parts in zip_longest(*row, fillvalue=""):
            yield "  ".join(c.ljust(w) for c, w in zip(parts, widths, strict=True)).rstrip()


def _room(widths: Sequence[int]) -> int:
    """How wide a cell may be, so that a row of columns so wide takes at most `WIDTH` characters."""
    between = 2 * (len(widths) - 1)
    rooms = range(max(widths), NARROW, -1)
    fitting = (room for room in rooms if sum(min(w, room) for w in widths) + between <= WIDTH)
    return next(fitting, NARROW)


def _wrapped(room: int, cell: str, indent: str) -> list[str]:
    """The lines of a cell: words are whole, as they may be identifiers or codes."""
    if len(cell) <= room:
        return [cell]
    wrapped = textwrap.wrap(
        cell, room, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return wrapped or [""]


@lines.register
def _payload(block: Payload) -> Iterator[str]:
    yield _said(block.caption)
    for line in block.lines:
        note = f"  <- {visible(line.note)}" if line.note else ""
        yield f"{'>' if line.mark else ' '} {visible(line.text)}{note}"


@lines.register
def _section(block: Section) -> Iterator[str]:
    yield from lines(Heading(block.title, 2))
    for part in block.blocks:
        yield ""
        yield from lines(part)


@lines.register
def _figure(block: Figure) -> Iterator[str]:
    yield visible(block.title)
    for part in filter(None, block.description.split("; ")):
        yield from textwrap.wrap(visible(part), WIDTH, initial_indent="- ", subsequent_indent="  ")


@lines.register
def _legend(block: Legend) -> Iterator[str]:
    yield "; ".join(_said(words) for _, words in block.entries)


@lines.register
def _steps(block: Steps) -> Iterator[str]:
    rows = tuple(panel.row for page in block.pages for panel in page.panels)
    yield from lines(Table((), block.columns, rows))


@lines.register
def _dials(block: Dials) -> Iterator[str]:
    yield from lines(block.table)


def _said(words: Rich) -> str:
    return visible(plain(words))
