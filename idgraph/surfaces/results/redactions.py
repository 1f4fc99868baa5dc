"""What was redacted, for people: mapped, dropped, shifted and kept, with counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idgraph.redaction.account import Line, pseudonymous
from idgraph.redaction.files import Redaction, sentences
from idgraph.redaction.terms import Terms
from idgraph.redaction.times import NONE, ORDER, STAY, WEEKS
from idgraph.views.base.blocks import Block, Cell, Notice, Paragraph, Row, Table, rich, words

TITLE = "What was redacted"
ORIGINS = (
    "Files are numbered: `input 1:17` is line 17 of the first file that was read, which whoever "
    "holds the raw log can open. Stand-ins repeat how a value is spelled: letter case, blanks, "
    "number or text, one slip of the hand."
)
_HEADS = ("What became of it", "What", "How many")
_TIMES = {
    WEEKS: "All times are shifted alike by whole weeks",
    ORDER: "Of all times the order alone is left",
    STAY: "Times are real",
    NONE: "There are no times",
}


def lead(terms: Terms) -> str:
    """Say in short what a shared file holds in place of what was sent."""
    mark = f" ({terms.mark})" if terms.mark else ""
    return (
        f"Identifiers are replaced by stand-ins{mark}: the same value has the same stand-in "
        f"everywhere in this file. {_TIMES[terms.times.kind]}; channels, well-known event names "
        f"and the shape of payloads are real. {pseudonymous(terms.times.kind)}"
    )


def table(lines: Iterable[Line]) -> Table:
    """Return the account as a table."""
    rows = tuple(
        Row(tuple(Cell(words(text)) for text in (line.treatment, line.what, _number(line))))
        for line in lines
    )
    return Table(words("Mapped, dropped, shifted, kept"), tuple(map(rich, _HEADS)), rows)


def chapter(terms: Terms) -> Iterator[Block]:
    """Go through the account of a report."""
    yield Paragraph(rich(ORIGINS))
    yield table(terms.lines())


def blocks(found: Redaction) -> Iterator[Block]:
    """Return the account of redacted files."""
    written, *more, last = sentences(found)
    yield Paragraph(rich(written), "lead")
    for sentence in more:
        yield Notice(rich(sentence), "warning" if found.unlike else "good")
    yield table(found.account())
    yield Paragraph(rich(last))


def _number(line: Line) -> str:
    return "" if line.number is None else str(line.number)
