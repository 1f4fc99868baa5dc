"""What can explain the profiles of persons, for people: a table of verdicts, and each in detail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from idgraph.explain import counted, listed
from idgraph.outlook import inevitability
from idgraph.persons import PersonName, link
from idgraph.replays import Replay
from idgraph.searching.limits import Limits
from idgraph.surfaces.drawing import html, trees
from idgraph.surfaces.drawing.trees import Tree
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.results.subjects import shown
from idgraph.verdicts import Verdict, Verdicts, verdict
from idgraph.verdicts.sensitivity import SETTLES_S, SKEWS_S, sensitivity
from idgraph.views import timing
from idgraph.views.base.blocks import (
    Block,
    Cell,
    Dials,
    Notice,
    Paragraph,
    Row,
    Table,
    code,
    plain,
    rich,
    words,
)
from idgraph.views.timing import Judged

TITLE = "What can explain it"
MOST = 20
"""Persons that are explained in detail in one report."""
ROWS = 40
"""Persons that a table lists."""
LIMITS = Limits(nodes=5_000, seconds=10.0)
"""What a report may spend on one person; the rest is given up, and that is said."""
_HEADS = ("Person", "Verdict", "Profiles", TITLE)


@dataclass(frozen=True, slots=True)
class Explained:
    """The verdicts on the persons of a report, and in detail those of the first ones."""

    verdicts: tuple[Verdict, ...]
    detailed: Mapping[PersonName, Judged]

    @property
    def left(self) -> int:
        """How many persons are only listed."""
        return len(self.verdicts) - len(self.detailed)


def explained(told: Replay, split: Iterable[PersonName], limits: Limits | None = None) -> Explained:
    """Judge the persons that split, and those whose calls were observed elsewhere than predicted.

    Only what was observed is judged, and of that only what is not `clean`. `split` are the persons
    that are drawn; the first of them are judged in depth.
    """
    allowed, drawn = limits or LIMITS, list(split)
    people = link(told.history)
    astray = {people.of(step.number) for step in told if step.deviates}
    wanted = dict.fromkeys((*drawn, *(name for name in people if name in astray)))
    found = verdict(told, people=wanted, limits=allowed, deep=False)
    telling = [one for one in found if one.observed and one.verdict != "clean"]
    names = [one.person for one in telling if one.person in set(drawn)][:MOST]
    deep = verdict(told, people=names, limits=allowed)
    detailed = {one.person: in_detail(deep, one) for one in deep}
    verdicts = tuple(detailed[v.person].verdict if v.person in detailed else v for v in telling)
    return Explained(verdicts, detailed)


def in_detail(found: Verdicts, one: Verdict) -> Judged:
    """Return a verdict with how it changes with what is allowed for.

    Beneath it stands, after each effect of its witness, how many of all orders that are left end
    split.
    """
    settles = sorted({*SETTLES_S, timing.settle(found)})
    skews = sorted({*SKEWS_S, found.limits.skew_s})
    changes = sensitivity(found, one.person, settles_s=settles, skews_s=skews)
    limits = replace(found.limits, nodes=min(found.limits.nodes, LIMITS.nodes))
    curve = inevitability(found.replay, one.person, one.order, limits=limits)
    return Judged(found, one, changes, curve)


def veiled(found: Verdicts, people: Iterable[PersonName], *, deep: bool = True) -> Verdicts:
    """Return the verdicts on some persons of the same calls with stand-ins for what they hold."""
    told = shown(found.replay)
    names = dict(zip(link(found.replay.history), link(told.history), strict=False))
    return verdict(told, people=[names[n] for n in people], limits=found.limits, deep=deep)


def lead(verdicts: Iterable[Verdict]) -> str:
    """Return in a sentence how many persons have which verdict, the lowest rung first."""
    counts: dict[str, int] = {}
    for one in verdicts:
        counts[one.verdict] = counts.get(one.verdict, 0) + 1
    told = listed(f"{number} `{rung}`" for rung, number in counts.items())
    return f"Verdicts on {counted(sum(counts.values()), 'person')}: {told or 'none'}."


def table(verdicts: Iterable[Verdict], total: int | None = None) -> Iterator[Block]:
    """Return the verdicts, one row a person, of `total` persons; the first ones where too many."""
    every = list(verdicts)
    left = (len(every) if total is None else total) - min(len(every), ROWS)
    rows = tuple(_row(one) for one in every[:ROWS])
    yield Table(rich("Verdicts, one a person"), tuple(map(rich, _HEADS)), rows, "verdicts")
    if left:
        yield Notice(rich(f"And {left} more, which are not listed here."))


def _row(one: Verdict) -> Row:
    mark = "" if one.verdict == "clean" else "changed"
    profiles = words(", ".join(one.profiles) or "-")
    cells = (words(one.person), code(one.verdict), profiles, rich(one.because))
    return Row(tuple(Cell(cell, mark if n == 1 else "") for n, cell in enumerate(cells)))


def summary(found: Explained) -> list[Block]:
    """Return the table of a report; empty where nothing was observed that needs explaining."""
    if not found.verdicts:
        return []
    several = [Paragraph(rich(lead(found.verdicts)))] if len(found.verdicts) > 1 else []
    blocks: list[Block] = [*several, *table(found.verdicts)]
    if found.left:
        some = f"{counted(len(found.detailed), 'person')} of them" if found.detailed else "None"
        verb = "is" if len(found.detailed) < 2 else "are"  # noqa: PLR2004 - one, or none
        blocks.append(Notice(rich(f"{some} {verb} explained in detail below, with the proof.")))
    return blocks


def chapter(judged: Judged) -> Iterator[Tree | html.Host]:
    """Return a verdict in detail for a page: its sliders have their states in it."""
    for block in timing.blocks(judged):
        if isinstance(block, Dials):
            yield html.Host(trees.scrolled(block), states(block), "verdict")
        else:
            yield trees.scrolled(block)


def states(block: Dials) -> dict[str, Any]:
    """Return the sliders for the script: names, words, and the sentence of every state."""
    return {
        "title": visible(plain(block.title)),
        "dials": [{"name": d.name, "words": list(d.words), "start": d.start} for d in block.dials],
        "told": [[visible(sentence), same] for sentence, same in block.told],
        "states": [[list(step) for step in steps] for steps in block.states],
    }
