"""A verdict on one person: in words, in time, proved, and with other settings.

The calls are bars from the first to the last instant at which they can have taken effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from idgraph.calls import CallNumber
from idgraph.searching.limits import SETTLE_S, Limits
from idgraph.verdicts import Verdict, Verdicts, verdict
from idgraph.verdicts.sensitivity import Sensitivity
from idgraph.views.base.blocks import Block, Items, Paragraph, plain, rich
from idgraph.views.base.case import Case
from idgraph.views.base.view import View
from idgraph.views.timing import charts, settings
from idgraph.views.timing.drawing import Drawing

Curve = tuple[tuple[CallNumber, float | Fraction], ...]
_QUICK = Limits(nodes=1_000, seconds=2.0)
"""What may be spent on a case that nobody judged before."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one person, with what else is known of it.

    `inevitability` is (call, share): how many of all orders that are left after a call end split.
    """

    found: Verdicts
    verdict: Verdict
    sensitivity: Sensitivity | None = None
    inevitability: Curve = ()


def blocks(judged: Judged) -> Iterator[Block]:
    """Return a verdict: the sentence, the drawing, the proof, what would hold otherwise."""
    found, one = judged.found, judged.verdict
    yield Paragraph(rich(one.because), "because")
    drawing = Drawing(found, one)
    yield drawing.figure()
    yield drawing.legend()
    left = drawing.left_out()
    if left:
        yield Paragraph(rich(left), "remark")
    if judged.inevitability:
        yield _inevitable(judged.inevitability)
    front = judged.sensitivity.trade if judged.sensitivity else ()
    if len(front) > 1:
        yield charts.trade(front)
    if one.proof:
        yield Items(tuple(map(rich, one.proof)))
    if judged.sensitivity is not None:
        yield _otherwise(judged, judged.sensitivity)


def _inevitable(curve: Curve) -> Block:
    """The curve; where it is flat, what that says."""
    shares = {share for _, share in curve}
    if shares == {0}:
        return Paragraph(rich("By the rules alone, no order of these calls ends split."))
    if shares == {1}:
        return Paragraph(rich("By the rules alone, every order of these calls ends split."))
    return charts.inevitability(curve)


def _otherwise(judged: Judged, sensitivity: Sensitivity) -> Block:
    same = settings.steady(sensitivity)
    if same:
        return Paragraph(rich(same))
    return settings.dials(judged.found, judged.verdict, sensitivity, settle(judged.found))


def sentence(block: Block) -> str:
    """Return the words of the first block of a verdict."""
    return plain(block.text) if isinstance(block, Paragraph) else ""


def settle(found: Verdicts) -> float:
    """Return the settling time of a verdict in seconds; where classes differ, the longest."""
    given = found.limits.settle_s
    if given is not None:
        return given
    policy = found.replay.policy
    known = [policy.of(call).settle_s for call in found.replay.history]
    return max((one for one in known if one), default=SETTLE_S)


def _blocks(case: Case) -> tuple[Block, ...]:
    found = verdict(case.replay, people=[case.person], limits=_QUICK, deep=False)
    return tuple(block for one in found for block in blocks(Judged(found, one)))


VIEW = View("timing", "When the calls took effect", _blocks)
"""Judged quickly where nobody has: surfaces hand a verdict to `blocks`."""
