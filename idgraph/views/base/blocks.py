"""The closed vocabulary of what a view may say: plain frozen data that every surface can draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Frame = int
"""1-based place of a call among the calls that a stepper shows."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of words; `code` for keys, values and rule codes."""

    text: str
    code: bool = False


Rich = tuple[Span, ...]


def rich(text: str) -> Rich:
    """Split a sentence at its backticks: what stands between a pair is code.

    >>> [span.text for span in rich("matched by `$id` here") if span.code]
    ['$id']
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return (Span(text),)
    return tuple(Span(part, bool(n % 2)) for n, part in enumerate(parts) if part)


def words(text: str) -> Rich:
    """Return text as it stands, backticks and all: for data."""
    return (Span(text),) if text else ()


def code(text: str) -> Rich:
    """Return text as code: for a key, a value, a rule code."""
    return (Span(text, code=True),)


def plain(text: Rich) -> str:
    """Return the words alone."""
    return "".join(span.text for span in text)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 to 4, `anchor` a name to link to, chosen by us and never data."""

    text: Rich
    level: int = 2
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `kind` is "" or `lead`."""

    text: Rich
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed remark: `kind` is `note`, `warning` or `good`."""

    text: Rich
    kind: str = "note"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `mark` is a word of `MARKS`, which is shown as well as coloured."""

    text: Rich
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `call` makes it select that call, `anchor` lets links lead to it."""

    cells: tuple[Cell, ...]
    call: int | None = None
    anchor: str = ""


MARKS = ("", "matched", "changed", "created", "split", "lost", "muted")


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row is its heading."""

    caption: Rich
    columns: tuple[Rich, ...]
    rows: tuple[Row, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are, pair by pair."""

    pairs: tuple[tuple[Rich, Rich], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a payload; `mark` is "", `identifier` or `matched`, `note` says it in words."""

    text: str
    mark: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """A body as it was sent, line by line."""

    caption: Rich
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences; `links` are anchors of our own, one an item, or empty."""

    items: tuple[Rich, ...]
    links: tuple[str, ...] = ()


# --- figures: integers only, classes from views.base.ink, no words but in Words ------------------


@dataclass(frozen=True, slots=True)
class Stroke:
    """A path: `d` is made of our letters and integers only."""

    d: str
    kind: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, its corners rounded by `r`."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    r: int = 0


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle."""

    x: int
    y: int
    r: int
    kind: str


@dataclass(frozen=True, slots=True)
class Words:
    """Text in a figure; `anchor` is `start`, `middle` or `end`.

    `count` holds the frames that are counted behind the text as `x3`, as one steps.
    """

    x: int
    y: int
    text: str
    kind: str
    anchor: str = "middle"
    count: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that belong together.

    `call` makes them select that call; `title` is what a pointer or a screen reader is told;
    `frames` are the frames in which the group is the current one: before the first of them it has
    not happened yet. `shift` moves it to the right.
    """

    shapes: tuple[Shape, ...]
    kind: str = ""
    call: int | None = None
    title: str = ""
    frames: tuple[Frame, ...] = ()
    shift: int = 0


Shape = Stroke | Box | Disc | Words | Group


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing, with a title and a description in words."""

    title: str
    description: str
    width: int
    height: int
    shapes: tuple[Shape, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Legend:
    """Little drawings and what they mean."""

    entries: tuple[tuple[Figure, Rich], ...]


# --- the stepper ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holding:
    """What a profile holds from a frame on: (label, value) pairs; `kind` as in `ink`."""

    since: Frame
    chips: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the stepper's drawing: its name, a remark, and what it holds as time goes.

    `birth` is the frame in which it appears.
    """

    name: str
    remark: str
    birth: Frame
    top: int
    height: int
    holdings: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """A stretch of the stepper's drawing: frames `first` to `last`."""

    first: Frame
    last: Frame
    figure: Figure


@dataclass(frozen=True, slots=True)
class Panel:
    """What is said about one call: a sentence, then blocks, then its row in the table of calls.

    `lane` is the place, from 0, of the lane on which it stands; `brief` is what a screen reader
    says when one comes to it.
    """

    call: int
    sentence: Rich
    blocks: tuple[Block, ...]
    row: Row
    lane: int
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """A case, call by call.

    `calls` are the numbers in the history, frame by frame; `stops` the frames worth stopping at;
    `start` the frame shown first. Tiles and panels come by page number, from 0, so that a surface
    can ask for only what it shows.
    """

    title: str
    calls: tuple[int, ...]
    stops: tuple[Frame, ...]
    start: Frame
    column: int
    height: int
    lanes: tuple[Lane, ...]
    network: Figure
    legend: Legend
    columns: tuple[Rich, ...]
    pages: Sequence[Page]


@dataclass(frozen=True, slots=True)
class Page:
    """A tile and the panels of its frames."""

    tile: Tile
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under an anchor of our own, named for screen readers by `title`."""

    title: Rich
    anchor: str
    blocks: tuple[Block, ...]


# --- settings ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dial:
    """A slider: its name, what it says at each place, and the place where it begins."""

    name: str
    words: tuple[str, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Dials:
    """What holds for which settings, every state of it worked out before.

    `told` are sentences, each with whether it is what was found in the first place. `states` has an
    entry for each pair of places of the first two dials, those of the second running fastest; it
    holds (place of the third dial, place in `told`): from there on that sentence holds. `table`
    says the same to those who cannot move a slider.
    """

    title: Rich
    dials: tuple[Dial, Dial, Dial]
    states: tuple[tuple[tuple[int, int], ...], ...]
    told: tuple[tuple[str, bool], ...]
    table: Table


Block = (
    Heading
    | Paragraph
    | Notice
    | Table
    | Facts
    | Payload
    | Items
    | Figure
    | Legend
    | Steps
    | Section
    | Dials
)


def flat(shapes: Sequence[Shape]) -> Iterator[Shape]:
    """Go through shapes and all that groups hold."""
    for shape in shapes:
        yield shape
        if isinstance(shape, Group):
            yield from flat(shape.shapes)
