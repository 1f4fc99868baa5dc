"""Parts of a report that answer one question: what if, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from idgraph.explain import step_sentence
from idgraph.futures import Future
from idgraph.ladders import WhyNot, why_not
from idgraph.redaction.terms import Terms
from idgraph.surfaces.cases import futures
from idgraph.surfaces.drawing import trees
from idgraph.surfaces.reports.parts import Drawn
from idgraph.surfaces.results import chapters
from idgraph.surfaces.results.subjects import shown
from idgraph.surfaces.results.veils import Veil
from idgraph.views.base.blocks import Block, Heading, Items, Paragraph, rich, words


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would have come of a history: both futures of the person most worth a look.

    `place` numbers it among several.
    """

    future: Future
    prefix: str
    place: str

    @property
    def name(self) -> str:
        """Its number, too, where there are several."""
        return f"What if{self.place}"

    @property
    def lead(self) -> Paragraph:
        """What would have become of the person."""
        person = futures.first(self.future)
        told = futures.told(self.future, person)[0] if person else "Nobody is in this history."
        return Paragraph(words(told), "lead")

    @property
    def entries(self) -> Sequence[tuple[str, str]]:
        """The title and anchor of its section."""
        return ((self.name, "what-if"),)

    def sections(self) -> Drawn:
        """Go through its section."""
        future, person = self.future, futures.first(self.future)
        yield trees.tree(Heading(words(self.name), 2, f"{self.prefix}what-if"))
        edits = tuple(text for _, text in futures.edit_words(future.edits, future.replay.policy))
        blocks: list[Block] = [Paragraph(rich("Edits:")), Items(edits)] if edits else []
        if person is not None:
            for title, drawn in futures.drawings(future, person):
                none = Paragraph(rich("None of the calls is left."))
                blocks += [Heading(words(title), 3), *(drawn or (none,))]
            blocks += futures.observed(future, person)
        blocks.append(futures.differing(future))
        yield from map(trees.scrolled, blocks)


@dataclass(frozen=True, slots=True)
class Asked:
    """Why a call did not go to a profile; `place` numbers it among several."""

    found: WhyNot
    prefix: str
    place: str

    @property
    def name(self) -> str:
        """Its number, too, where there are several."""
        return f"Why not{self.place}"

    @property
    def lead(self) -> Paragraph:
        """What the call came to."""
        step = self.found.replay.step(self.found.call)
        return Paragraph(rich(step_sentence(self.found.replay, step)), "lead")

    @property
    def entries(self) -> Sequence[tuple[str, str]]:
        """The titles and anchors of its sections."""
        return ((self.name, "why-not"), ("Rules used", "rules"))

    def sections(self) -> Drawn:
        """Go through its sections."""
        yield trees.tree(Heading(words(self.name), 2, f"{self.prefix}why-not"))
        yield from map(trees.tree, chapters.why_not(self.found))
        yield trees.tree(Heading(rich("Rules used"), 2, f"{self.prefix}rules"))
        yield from map(trees.tree, chapters.rules(self.found.replay))


def aside(
    result: Future | WhyNot, prefix: str, place: str, *, terms: Terms | None
) -> Foreseen | Asked:
    """Return the part of a report about an answer; redacted ones are asked anew of stand-ins."""
    redact = terms is not None
    if isinstance(result, Future):
        veil = Veil(result.base, redact=redact, terms=terms)
        return Foreseen(veil.future(result.edits), prefix, place)
    told = shown(result.replay, redact=redact, terms=terms)
    return Asked(why_not(told, result.call, result.profile) if redact else result, prefix, place)
