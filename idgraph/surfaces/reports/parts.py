"""The parts of a report: what is said of one result, its sections and their anchors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from idgraph.comparison import Comparison
from idgraph.contrasts import Contrast, Example
from idgraph.diagnosis import DiagnosedPerson, Diagnosis
from idgraph.explain import counted, upper
from idgraph.progress import going
from idgraph.replays import Replay
from idgraph.searching.limits import Limits
from idgraph.surfaces.cases import pairs, stepper, stills
from idgraph.surfaces.drawing import html, trees
from idgraph.surfaces.drawing.sharing import shared
from idgraph.surfaces.drawing.trees import Tree
from idgraph.surfaces.reports.contents import Entry
from idgraph.surfaces.results import chapters, comparisons, contrasts, explanations
from idgraph.surfaces.results.explanations import Explained
from idgraph.views.base.blocks import Block, Heading, Items, Paragraph, rich, words
from idgraph.views.base.case import Case, Cases

JOINED = "Two persons on one profile"
HINGES = "What it hangs on"
_LAST = (Entry("Rules used", "rules"), Entry("What was read", "reading"))
Drawn = Iterator[Tree | html.Host]


class Part(Protocol):
    """One result of a report: its lead, its sections, and what scripts they need."""

    @property
    def prefix(self) -> str:
        """What its anchors start with."""
        ...

    @property
    def name(self) -> str:
        """What it is called among several."""
        ...

    @property
    def lead(self) -> Paragraph:
        """What it says in a sentence."""
        ...

    @property
    def entries(self) -> Sequence[Entry | tuple[str, str]]:
        """The titles and anchors of its sections, in order, without the prefix."""
        ...

    def sections(self) -> Drawn:
        """Go through its sections."""
        ...


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """Who split, why, and the steps of the first ones."""

    diagnosis: Diagnosis
    prefix: str
    cases: tuple[tuple[Case, DiagnosedPerson | None], ...]
    explained: Explained

    @property
    def name(self) -> str:
        """The title of the history, if it has one."""
        return self.diagnosis.replay.history.title or "Who split"

    @property
    def lead(self) -> Paragraph:
        """Who split."""
        return Paragraph(rich(chapters.verdict(self.diagnosis)), "lead")

    @property
    def entries(self) -> Sequence[Entry]:
        """The titles and anchors of its sections."""
        entries = [Entry("Summary", "summary")]
        if self.diagnosis.joins:
            entries.append(Entry(JOINED, "joined"))
        if self.explained.verdicts:
            entries.append(Entry(explanations.TITLE, "explained"))
        drawn = enumerate(self.cases, 1)
        cases = tuple(Entry(upper(case.name), f"case-{n}") for n, (case, _) in drawn)
        if len(cases) > 1:
            entries.append(Entry("Call by call", "case-1", cases))
        else:
            entries += cases
        if chapters.hinges(self.diagnosis):
            entries.append(Entry(HINGES, "hinges"))
        return (*entries, *_LAST)

    def sections(self) -> Drawn:
        """Go through its sections."""
        diagnosis = self.diagnosis
        yield _section(self, "Summary", "summary", chapters.summary(diagnosis))
        joined = tuple(chapters.joined(diagnosis))
        if joined:
            yield _section(self, JOINED, "joined", joined)
        told = explanations.summary(self.explained)
        if told:
            yield _section(self, explanations.TITLE, "explained", told)
        taken: set[int] = set()
        with going(self.cases, "drawing", unit="persons") as cases:
            for number, (case, person) in enumerate(cases, 1):
                yield from self._case(number, case, person, frozenset(taken))
                taken.update(case.own)
        hinges = chapters.hinges(diagnosis)
        if hinges:
            yield _section(self, HINGES, "hinges", hinges)
        yield _section(self, "Rules used", "rules", chapters.rules(diagnosis.replay))
        yield _section(self, "What was read", "reading", chapters.reading(diagnosis.replay.history))

    def _case(
        self, number: int, case: Case, person: DiagnosedPerson | None, taken: frozenset[int]
    ) -> Drawn:
        profiles = counted(len(case.profiles), "profile")
        title = f"{upper(case.name)}: {profiles}{chapters.company(self.diagnosis, case)}"
        yield trees.tree(Heading(words(title), 2, f"{self.prefix}case-{number}"))
        if person is not None:
            told = chapters.diagnosed(self.diagnosis.replay, person)
            yield from (trees.tree(block) for block in told)
        yield host(case, prefix=self.prefix, taken=taken)
        judged = self.explained.detailed.get(case.person)
        if judged is not None:
            yield trees.tree(Heading(rich(explanations.TITLE), 3, f"{self.prefix}why-{number}"))
            yield from explanations.chapter(judged)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two histories side by side; `place` numbers it where a report holds several."""

    found: Comparison
    prefix: str
    place: str

    @property
    def name(self) -> str:
        """Its number, too, where there are several."""
        return f"Two histories compared{self.place}"

    @property
    def lead(self) -> Paragraph:
        """What makes the difference."""
        return comparisons.lead(self.found)

    @property
    def entries(self) -> Sequence[Entry]:
        """The titles and anchors of its sections; of several comparisons each has its number."""
        return (
            Entry(f"Row by row{self.place}", "compared"),
            Entry(f"Side by side{self.place}", "beside"),
            *_LAST,
        )

    def sections(self) -> Drawn:
        """Go through its sections."""
        found, (told, beside, *_) = self.found, self.entries
        lead = [self.lead] if self.place else []
        blocks = [*lead, *comparisons.detail(found, self.prefix)]
        yield _section(self, told.name, told.anchor, blocks)
        yield _section(self, beside.name, beside.anchor, [])
        yield pairs.host(found, self.prefix)
        one, other = found.good.replay, found.bad.replay
        used = chapters.rules(one, other) if not found.policies else chapters.rules(one)
        yield _section(self, "Rules used", "rules", used)
        if found.policies:
            yield from (trees.tree(block) for block in chapters.rules(other))
        yield _section(self, "What was read", "reading", self._reading())

    def _reading(self) -> Iterator[Block]:
        """What was read of each side; once where both are of the same calls."""
        one, other = self.found.good.replay.history, self.found.bad.replay.history
        if other.calls == one.calls:
            yield from chapters.reading(one)
            return
        for name, history in zip(comparisons.heads(self.found), (one, other), strict=True):
            yield Heading(words(name), 3)
            yield from chapters.reading(history)


@dataclass(frozen=True, slots=True)
class Contrasted:
    """What separates duplicated persons from correct ones, with some of both to step through.

    `place` numbers it among several.
    """

    found: Contrast
    prefix: str
    place: str

    @property
    def name(self) -> str:
        """Its number, too, where there are several."""
        return f"Duplicated and correct persons{self.place}"

    @property
    def lead(self) -> Paragraph:
        """How many stand against how many, and what was found."""
        return Paragraph(rich(" ".join(self.found.sentences()[:2])), "lead")

    @property
    def entries(self) -> Sequence[Entry]:
        """The titles and anchors of its sections, those of examples under them."""
        entries = [Entry(f"What separates them{self.place}", "separates")]
        titles = (title for title, _, _ in self._drawn)
        under = tuple(Entry(title, f"example-{n}") for n, title in enumerate(titles, 1))
        if under:
            entries.append(Entry(f"Examples{self.place}", "examples", under))
        return (*entries, *_LAST)

    @property
    def _drawn(self) -> list[tuple[str, Replay, Example]]:
        return contrasts.drawn(self.found)

    def sections(self) -> Drawn:
        """Go through its sections."""
        told, examples, *_ = self.entries
        yield _section(self, told.name, told.anchor, [*contrasts.detail(self.found)])
        if self._drawn:
            yield _section(self, examples.name, examples.anchor, [self._links()])
            yield from self._examples()
        yield _section(self, "Rules used", "rules", chapters.rules(self.found.bad))
        yield _section(self, "What was read", "reading", chapters.reading(self.found.bad.history))

    def _links(self) -> Items:
        """Where to find each person that is drawn."""
        titles = tuple(words(title) for title, _, _ in self._drawn)
        anchors = (f"{self.prefix}example-{n}" for n in range(1, len(titles) + 1))
        return Items(titles, tuple(anchors))

    def _examples(self) -> Drawn:
        known: dict[int, Cases] = {}
        for number, (title, told, example) in enumerate(self._drawn, 1):
            cases = known.setdefault(id(told), Cases(told))
            yield trees.tree(Heading(words(title), 3, f"{self.prefix}example-{number}"))
            yield host(cases.case(example.person), prefix=f"{self.prefix}e{number}-")


def diagnosed(diagnosis: Diagnosis, prefix: str, limits: Limits | None) -> Diagnosed:
    """Prepare a diagnosis; without `limits` nothing is said of what can explain it."""
    cases = Cases(diagnosis.replay, diagnosis.people)
    split = [(cases.case(person.name), person) for person in diagnosis.persons[: chapters.MOST]]
    whole = [(cases.case(name), None) for name in cases.by_splits()[:1]] if not split else []
    seen = limits is not None and diagnosis.replay.history.labels
    drawn = [case.person for case, _ in (*split, *whole)]
    explained = (
        explanations.explained(diagnosis.replay, drawn, limits) if seen else Explained((), {})
    )
    return Diagnosed(diagnosis, prefix, (*split, *whole), explained)


def _section(part: Part, title: str, anchor: str, blocks: Iterable[Block]) -> Tree:
    heading = trees.tree(Heading(words(title), 2, f"{part.prefix}{anchor}"))
    return trees.element("section", "", heading, *map(trees.tree, blocks))


def host(
    case: Case, *, prefix: str = "", taken: frozenset[int] = frozenset(), linked: bool = True
) -> html.Host:
    """Return the stepper of a case for a page, with all its pages in it."""
    document = stepper.steps(case)
    numbers = range(len(document.pages))
    pages, again = shared([stepper.page(document, number, prefix) for number in numbers])
    data = {
        "head": stepper.head(document, prefix),
        "pages": pages,
        "shared": again,
        "own": [number for number in case.own if number not in taken],
        "linked": linked,
    }
    return html.Host(stills.still(case, prefix, taken), data)


def embedded(case: Case) -> list[Tree | html.Host]:
    """Return the stepper of a case alone, for a frame; what stands behind it is outside."""
    return framed(host(case, linked=False).data)


def framed(data: dict[str, Any]) -> list[Tree | html.Host]:
    """Return a stepper alone by its data."""
    off = trees.element("p", "", "Scripts are off in this frame: open a report to read it without.")
    return [html.Host(trees.element("div", "still", off), data)]
