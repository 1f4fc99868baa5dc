"""How results show themselves in a notebook: without a kernel, without a network, without trust."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from idgraph import comparison
from idgraph.advising import Repairs, repair
from idgraph.calls import History
from idgraph.comparison import Comparison
from idgraph.contrasts import Contrast
from idgraph.diagnosis import Diagnosis, diagnose
from idgraph.futures import Future
from idgraph.ladders import WhyNot, why_not
from idgraph.merging import MergeList
from idgraph.minimising import Reproducer
from idgraph.overviews import Overview
from idgraph.overviews import veiled as veiled_overview
from idgraph.redaction import redact
from idgraph.replays import Replay
from idgraph.surfaces.cases import futures
from idgraph.surfaces.displays.remains import MOST, ROOT, plain, rooted, still
from idgraph.surfaces.drawing import html
from idgraph.surfaces.reports import overviews, parts
from idgraph.surfaces.results import (
    chapters,
    comparisons,
    contrasts,
    explanations,
    reproducers,
    values,
)
from idgraph.surfaces.results.subjects import Result, shown
from idgraph.surfaces.results.veils import Veil
from idgraph.verdicts import Verdict, Verdicts
from idgraph.verdicts.ladder import HEIGHT
from idgraph.views.base.blocks import (
    Block,
    Paragraph,
    rich,
)
from idgraph.views.base.case import Case, Cases, brief
from idgraph.views.lanes import Lanes
from idgraph.views.network import figure

_CHROME, _TALLEST = 480, 1000
"""Pixels that the stepper needs beside its drawing, and that a cell should take at most."""


def mimebundle(result: object) -> dict[str, str]:
    """Return `text/plain` and `text/html` of a result; identifiers are redacted.

    The HTML steps where scripts may run; where a notebook is not trusted or only previewed, the
    frame and the style rule are taken out and the picture and the table behind it appear.
    """
    told = _html(result)
    said = repr(redact(result) if isinstance(result, History) else result)
    return {"text/plain": said} | ({} if told is None else {"text/html": told})


def _html(result: object) -> str | None:
    """What a notebook draws of a result; None where its line says all there is."""
    match result:
        case History() | Replay() | Diagnosis():
            return markup(result)
        case WhyNot():
            veiled = why_not(shown(result.replay), result.call, result.profile)
            return plain(chapters.why_not(veiled))
        case Future():
            veiled_future = Veil(result.base).future(result.edits)
            return rooted(futures.markup(veiled_future))
        case Comparison():
            return compared(comparison.veiled(result))
        case Overview():
            return rooted(overviews.cell(veiled_overview(result)))
        case _:
            found = _blocks(result)
            return None if found is None else plain(found)


def _blocks(result: object) -> Iterable[Block] | None:
    """What is drawn of a result whose chapter makes it, redacted."""
    match result:
        case Repairs():
            return chapters.repairs(repair(shown(result.diagnosis)))
        case Verdicts():
            return _judged(result)
        case MergeList():
            return chapters.merges(result)
        case Contrast():
            return contrasts.veiled_blocks(result)
        case Reproducer():
            return reproducers.blocks(result.shown())
        case _:
            return _edges(result) if hasattr(result, "edges") else values.blocks(result)


def _edges(graph: Any) -> Iterable[Block]:
    """What is drawn of an identity graph, which is known by its edges: networkx stays unloaded."""
    names = ("call", "label", "rule", "channel")
    drawn = (
        (one, source, target, *rest)
        for source, target, data in graph.edges(data=True)
        for one, *rest in [[data.get(name, "-") for name in names]]
    )
    return values.of_edges(drawn)


def compared(found: Comparison) -> str:
    """Return what a comparison says, row by row, as it stands: it is not redacted here."""
    return plain(comparisons.blocks(found))


def markup(result: Result) -> str:
    """Return what was read of a history; of a diagnosis who split; then the steps of the first."""
    if isinstance(result, History):
        history = redact(result)
        return plain((*chapters.reading(history), chapters.calls(history, MOST)))
    replay = shown(result)
    summary = ""
    if isinstance(result, Diagnosis):
        found = diagnose(replay)
        lead = Paragraph(rich(chapters.verdict(found)), "lead")
        split = chapters.summary(found) if found.persons else ()
        summary = plain((lead, *split, *_joined(found)))
    case = _first(replay)
    return summary if case is None else summary + frame(case)


def _joined(found: Diagnosis) -> Iterable[Block]:
    blocks = tuple(chapters.joined(found))
    return (Paragraph(rich("Two persons on one profile:")), *blocks) if blocks else ()


def _judged(found: Verdicts) -> Iterable[Block]:
    """The verdicts of persons, those that are not `clean` first."""
    ranked = sorted(found, key=lambda one: one.verdict == "clean")
    told = {one.person: place for place, one in enumerate(ranked)}
    veiled = explanations.veiled(found, list(told)[: explanations.ROWS], deep=False)
    lead = Paragraph(rich(explanations.lead(sorted(found, key=_height))), "lead")
    return (lead, *explanations.table(veiled, len(ranked)))


def _height(one: Verdict) -> int:
    return HEIGHT[one.verdict]


def frame(case: Case) -> str:
    """Return the frame in which a case steps, and the picture and table that stand behind it."""
    page = html.document(parts.embedded(brief(case, MOST))).translate(
        {ord("&"): "&amp;", ord("'"): "&#39;"}
    )
    return (
        f'<div class="{ROOT}"><style>.idgraph-still{{display:none}}</style>'
        f'<iframe sandbox="allow-scripts" title="Stepper" width="100%" height="{height(case)}" '
        f"frameborder=\"0\" srcdoc='{page}'></iframe>"
        f'<div class="idgraph-still">{still(case)}</div></div>'
    )


def height(case: Case) -> int:
    """Return how many pixels the frame is high: what its drawing needs, within bounds."""
    drawn = min(Lanes(case).height, 560)
    return min(_TALLEST, _CHROME + drawn + min(figure(case).height, 470))


def _first(replay: Replay) -> Case | None:
    cases = Cases(replay)
    names = cases.by_splits()
    return cases.case(names[0]) if names else None
