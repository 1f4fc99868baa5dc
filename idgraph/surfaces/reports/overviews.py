"""The overview of a fleet on every surface: chapters with sentences, a chart and its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from idgraph.clocks import iso
from idgraph.overviews import Overview, veiled, wording
from idgraph.populations.rates import percent
from idgraph.redaction import Redactor
from idgraph.redaction.terms import Terms
from idgraph.replays import replay
from idgraph.surfaces.drawing import charts, html, svg, trees
from idgraph.surfaces.drawing.trees import Tree
from idgraph.surfaces.reports import parts
from idgraph.surfaces.results import chapters
from idgraph.views.base.blocks import (
    Block,
    Cell,
    Figure,
    Heading,
    Items,
    Paragraph,
    Rich,
    Row,
    Table,
    code,
    rich,
    words,
)
from idgraph.views.base.case import Case, Cases

if TYPE_CHECKING:
    import pandas as pd

TITLE = "A fleet at a glance"
MOST = 40
"""Rows of a table that people read; JSON and the tables in Python hold all."""
_LISTED, _CHOSEN_FROM = 10, 200
"""How many persons a terminal lists, and a live view."""
_CAUSES, _PERSONS = 4, 2
"""Of how many causes a report steps through persons, and through how many of each."""
_BAR = 20
_EIGHTHS: tuple[str, ...] = ("", *"▏▎▍▌▋▊▉")
_UNDRAWN = "Charts need `pip install 'idgraph[lab]'`; the tables say the same."


@dataclass(frozen=True, slots=True)
class Chapter:
    """What is said about one thing; `name` is that of its chart, `table` None without any row."""

    name: str
    title: str
    sentences: tuple[str, ...]
    table: Table | None


def told(found: Overview, *, bars: bool = False) -> list[Chapter]:
    """Return the chapters of an overview as it stands: veil it first.

    With `bars` the tables have a column of bars, for where there are no charts.
    """
    sentences = wording.sentences(found)
    return [
        Chapter(name, title, sentences[name], _capped(found, columns, bars=bars))
        for name, title, columns in _CHAPTERS
    ]


def blocks(found: Overview) -> Iterator[Block]:
    """Return an overview for a terminal: sentences, and tables with bars."""
    for chapter in told(found, bars=True):
        yield Heading(words(chapter.title))
        yield from _said(chapter)
        if chapter.table is not None:
            yield chapter.table
    listed = people(found, _LISTED)
    if listed.rows:
        yield listed


def _said(chapter: Chapter) -> Iterator[Block]:
    said = tuple(rich(sentence) for sentence in chapter.sentences)
    if len(said) > 1:
        yield Items(said)
    else:
        yield from map(Paragraph, said)


def people(found: Overview, most: int = MOST) -> Table:
    """Return the persons that split, in the order of their splits; a row selects the first call."""
    splits = found.facts.splits.drop_duplicates("person")
    known = found.facts.persons.set_index("person")["profiles"]
    rows = tuple(
        Row(
            (
                Cell(words(person)),
                Cell(words(str(known.get(person, "-")))),
                Cell(words(str(call))),
                Cell(words(_moment(at))),
                Cell(words(channel)),
                Cell(code(cause)),
            ),
            int(call),
        )
        for person, call, at, channel, cause in _records(splits.head(most))
    )
    heads = ("Person", "Profiles", "First split at call", "At (UTC)", "Channel", "Cause")
    left = len(splits) - len(rows)
    caption = f"Persons that split{f', the first {most} of {len(splits):,}' if left > 0 else ''}"
    return Table(words(caption), tuple(map(rich, heads)), rows, "persons")


def _records(splits: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    return splits[["person", "call", "at", "channel", "cause"]].itertuples(index=False, name=None)


# --- markup --------------------------------------------------------------------------------------


def drawn(chapter: Chapter, figures: Mapping[str, Figure]) -> Iterator[Tree]:
    """Return a chapter below its heading: sentences, chart, and its table, folded where drawn."""
    yield from map(trees.tree, _said(chapter))
    figure = figures.get(chapter.name)
    if figure is not None:
        spoken = {"tabindex": "0", "role": "group", "aria_label": figure.title}
        yield trees.element("div", "wide", trees.tree(figure), **spoken)
    if chapter.table is not None:
        yield _folded(chapter.table) if figure is not None else trees.tree(chapter.table)


def _folded(table: Table) -> Tree:
    summary = trees.element("summary", "", "The numbers behind it")
    return trees.element("details", "", summary, trees.tree(table))


def shown(found: Overview) -> dict[str, Any]:
    """Return what a live view shows of an overview as it stands: a sentence, chapters, persons."""
    first, *rest = told(found)
    figures = charts.figures(found)
    sections = [
        trees.element(
            "section",
            "",
            trees.tree(Heading(words(chapter.title), 3)),
            *drawn(chapter, figures),
        )
        for chapter in rest
        if chapter.sentences or chapter.table is not None
    ]
    said = " ".join(first.sentences)
    return {"told": said, "chapters": sections, "people": trees.tree(people(found, _CHOSEN_FROM))}


def cell(found: Overview) -> str:
    """Return the markup of a notebook's cell, as it stands: pictures for charts, no script."""
    figures = charts.figures(found)
    pieces: list[str] = []
    for chapter in told(found):
        pieces.append(html.markup(trees.tree(Heading(words(chapter.title), 3))))
        pieces += (html.markup(trees.tree(block)) for block in _said(chapter))
        figure = figures.get(chapter.name)
        if figure is not None:
            pieces.append(_picture(figure))
        if chapter.table is not None:
            tree = _folded(chapter.table) if figure else trees.tree(chapter.table)
            pieces.append(html.markup(tree))
    return "".join(pieces)


def _picture(figure: Figure) -> str:
    spoken = html.markup(f"{figure.title}. {figure.description}")
    return f'<img alt="{spoken}" src="{svg.address(svg.stacked((figure,)))}">'


# --- the report ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Surveyed:
    """An overview in a report, with the steps of some persons; `place` numbers it among several."""

    found: Overview
    cases: tuple[tuple[str, Case], ...]
    rules: tuple[Block, ...]
    prefix: str
    place: str

    @property
    def name(self) -> str:
        """What it is, for a report of several parts."""
        return TITLE

    @property
    def lead(self) -> Paragraph:
        """How many persons split."""
        return Paragraph(rich(" ".join(wording.about(self.found, "numbers"))), "lead")

    @property
    def entries(self) -> Sequence[tuple[str, str]]:
        """The titles and anchors of its sections."""
        several = [(f"{title}{self.place}", f"fleet-{name}") for name, title, _ in _CHAPTERS]
        stepped = [(f"Typical persons{self.place}", "typical")] if self.cases else []
        return (*several, ("Persons that split", "split"), *stepped, ("Rules used", "rules"))

    def sections(self) -> parts.Drawn:
        """Go through its sections."""
        figures = charts.figures(self.found)
        if not figures and self.found.numbers.too_many:
            yield trees.tree(Paragraph(rich(_UNDRAWN)))
        for chapter in told(self.found):
            title = Heading(words(chapter.title), 2, f"{self.prefix}fleet-{chapter.name}")
            body = drawn(chapter, figures)
            yield trees.element("section", "", trees.tree(title), *body)
        listed = people(self.found)
        plain = replace(listed, rows=tuple(Row(row.cells) for row in listed.rows))
        yield self._section("Persons that split", "split", [plain])
        if self.cases:
            yield self._section("Typical persons", "typical", [self._links()])
            yield from self._steppers()
        yield self._section("Rules used", "rules", self.rules)

    def _section(self, title: str, anchor: str, blocks: Iterable[Block]) -> Tree:
        heading = trees.tree(Heading(words(title), 2, f"{self.prefix}{anchor}"))
        return trees.element("section", "", heading, *map(trees.tree, blocks))

    def _links(self) -> Items:
        titles = tuple(rich(title) for title, _ in self.cases)
        return Items(titles, tuple(self._anchor(n) for n in range(1, len(titles) + 1)))

    def _anchor(self, number: int) -> str:
        return f"{self.prefix}typical-{number}"

    def _steppers(self) -> parts.Drawn:
        for number, (title, case) in enumerate(self.cases, 1):
            yield trees.tree(Heading(rich(title), 3, self._anchor(number)))
            yield parts.host(case, prefix=f"{self.prefix}t{number}-")


def surveyed(found: Overview, prefix: str, place: str, *, terms: Terms | None) -> Surveyed:
    """Prepare an overview for a report; redacted where there are `terms` for that."""
    given = found.replay
    redact = terms is not None
    redactor = Redactor(given.history, terms=terms) if given is not None and redact else None
    seen = veiled(found, redactor, terms=terms) if redact else found
    if given is None:
        return Surveyed(seen, (), (_rules_table(seen),), prefix, place)
    if redactor is not None:
        hidden = redactor.history(given.history)
        given = replay(hidden, given.policy, assume=given.assumptions)
    cases = Cases(given)
    picked = [(title, cases.case(name)) for title, name in typical(seen)]
    return Surveyed(seen, tuple(picked), tuple(chapters.rules(given)), prefix, place)


def typical(found: Overview) -> Iterator[tuple[str, str]]:
    """Go through persons that stand for a cause: a line about each, and its name.

    Of each frequent cause those whose number of calls is nearest to the median; then the first.
    """
    firsts = found.facts.splits.drop_duplicates("person")
    calls = found.facts.persons.set_index("person")["calls"]
    for cause in found.causes()["cause"].head(_CAUSES):
        mine = firsts[firsts["cause"] == cause]
        many = mine["person"].map(calls)
        order = (many - many.median()).abs().sort_values(kind="stable").index[:_PERSONS]
        for one in mine.loc[order].itertuples():
            yield f"{one.person}: `{cause}` at call {one.call}", str(one.person)


# --- tables for people ---------------------------------------------------------------------------

_Columns = Callable[[Overview], "tuple[str, tuple[str, ...], pd.DataFrame, str]"]


def _capped(found: Overview, columns: _Columns | None, *, bars: bool) -> Table | None:
    """A table of at most `MOST` rows; with bars of the column that it counts."""
    if columns is None:
        return None
    caption, heads, table, counts = columns(found)
    if table.empty:
        return None
    left = len(table) - MOST
    more = f" (the first {MOST} of {len(table):,})" if left > 0 else ""
    most = max(1, int(table[counts].max()))
    shares = [int(n) / most for n in table[counts].head(MOST)]
    rows = tuple(
        Row((*map(Cell, cells), *([Cell(words(_bar(share)))] if bars else [])))
        for cells, share in zip(_cells(table.head(MOST)), shares, strict=True)
    )
    named = (*heads, *([""] if bars else []))
    return Table(words(f"{caption}{more}"), tuple(map(rich, named)), rows)


def _bar(share: float) -> str:
    """A bar in eighths of a character; what is not nothing has at least one."""
    eighths = max(round(8 * _BAR * share), 1 if share else 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


def _cells(table: pd.DataFrame) -> Iterator[tuple[Rich, ...]]:
    """The rows as people read them; a rate and its interval are one cell."""
    for _, row in table.iterrows():
        cells = [_cell(name, row) for name in table.columns if name not in {"low", "high"}]
        yield tuple(cells)


def _cell(name: Any, row: pd.Series[Any]) -> Rich:
    value = row[name]
    if name in {"cause", "rule"}:
        return code(value)
    return rich(value) if name == "says" else words(_told(name, value, row))


def _told(name: Any, value: Any, row: pd.Series[Any]) -> str:
    if name == "rate":
        low, high = percent(row["low"]), percent(row["high"])
        return "-" if value != value else f"{percent(value)} ({low} to {high})"  # noqa: PLR0124
    if name == "share":
        return percent(value)
    return str(value) if isinstance(value, str) else f"{int(value):,}"


def _moment(at: pd.Timestamp) -> str:
    told = None if at != at else iso(at.value // 1000)  # noqa: PLR0124 - NaT is not itself
    return (told or "-").replace("T", " ").removesuffix("Z")[:19]


_RATE = "share (95 %)"


def _causes(found: Overview) -> tuple[str, tuple[str, ...], pd.DataFrame, str]:
    heads = ("Cause", "What it is", "Splits", "Persons", "Of all splits")
    return "Why persons split", heads, found.causes(), "splits"


def _times(found: Overview) -> tuple[str, tuple[str, ...], pd.DataFrame, str]:
    table = found.periods()
    begun = [wording.period_words(period, found.unit) for period in table["period"]]
    caption = f"Splits by {found.unit} (UTC)"
    heads = (found.unit.capitalize(), "Calls", "Splits", f"Splits a call: {_RATE}")
    return caption, heads, table.assign(period=begun), "splits"


def _sites(found: Overview) -> tuple[str, tuple[str, ...], pd.DataFrame, str]:
    table = found.sites().drop(columns=["channel", "endpoint", "event"])
    heads = ("Call site", "Calls", "Splits", f"Splits a call: {_RATE}")
    return "Splits by call site", heads, table, "splits"


def _gaps(found: Overview) -> tuple[str, tuple[str, ...], pd.DataFrame, str]:
    table = found.gaps().drop(columns=["from_s", "to_s"])
    heads = ("Gap before the split", "Splits", "Told by an observation alone")
    return "How soon splits come", heads, table[table["splits"] > 0], "splits"


def _delays(found: Overview) -> tuple[str, tuple[str, ...], pd.DataFrame, str]:
    table = found.delays().drop(columns=["from_s", "to_s"])
    heads = ("Address", "Delay since the update", "Next calls", "Split", _RATE)
    caption = "Next calls by the old and the new address after an email update"
    return caption, heads, table[table["calls"] > 0], "calls"


def _lags(found: Overview) -> tuple[str, tuple[str, ...], pd.DataFrame, str]:
    table = found.lags().drop(columns=["from_s", "to_s"])
    heads = ("Gap since the write", "Look-ups", "Missed", _RATE)
    return "Observed look-ups", heads, table[table["look_ups"] > 0], "look_ups"


def _assumptions(found: Overview) -> tuple[str, tuple[str, ...], pd.DataFrame, str]:
    heads = ("Rule", "What it says", "Evidence", "Calls", "Splits", "Persons")
    return "Rules that nothing documents", heads, found.assumptions(), "splits"


def _rules_table(found: Overview) -> Table:
    table = found.rules()
    rows = tuple(Row(tuple(map(Cell, cells))) for cells in _cells(table))
    heads = ("Rule", "What it says", "Evidence", "Calls", "Splits")
    return Table(words(found.policy), tuple(map(rich, heads)), rows)


_CHAPTERS: tuple[tuple[str, str, _Columns | None], ...] = (
    ("numbers", "How many", None),
    ("causes", "Why", _causes),
    ("times", "When", _times),
    ("sites", "Where", _sites),
    ("gaps", "How soon", _gaps),
    ("delays", "After an email update", _delays),
    ("lags", "Whether the platform was behind", _lags),
    ("assumptions", "On what it rests", _assumptions),
)
