"""The ladder: key by key, in the order of trial, whom a call found or why nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idgraph.ladders import Rung, ladder
from idgraph.views.base import ink
from idgraph.views.base.blocks import Cell, Row, Table, code, rich, words
from idgraph.views.base.view import View

if TYPE_CHECKING:
    from idgraph.steps import ProfileName, Step
    from idgraph.views.base.case import Case


def rungs(case: Case, step: Step) -> Table:
    """Return the keys in the order of trial: what was sent, and what came of it."""
    profile = _reference(case, step)
    steps = ladder(case.replay, step.number, profile)
    found = step.matched is not None
    order = [rung.key for rung in steps]
    rows = tuple(
        _row(
            case,
            step,
            rung,
            tried=not found or order.index(rung.key) <= order.index(str(step.matched)),
        )
        for rung in steps
    )
    came = f"found {step.candidates[str(step.matched)]}" if found else "found nobody"
    came += " and was refused" if step.refused else ""
    caption = f"Which key found the profile? Call {step.number} {came}"
    return Table(
        rich(caption), (rich("Key"), rich("Sent"), rich("What came of it")), rows, "ladder"
    )


def _reference(case: Case, step: Step) -> ProfileName:
    """The profile that the call should be held against: where the person was before it."""
    frame = case.frames[step.number]
    previous = case.before.get(frame)
    landed = case.step(previous).landed if previous else None
    return landed or step.profile or ""


def _row(case: Case, step: Step, rung: Rung, *, tried: bool) -> Row:
    label = case.replay.policy.label(rung.key)
    sent = Cell(
        code(ink.shorten(rung.sent.text, ink.LONGEST) or '""') if rung.sent else words("-"),
        "" if rung.sent else "muted",
    )
    mark = "matched" if rung.key == step.matched else "muted" if rung.sent is None else ""
    came = Cell(rich(_came(case, step, rung, tried=tried)), mark)
    return Row((Cell(code(label)), sent, came))


def _came(case: Case, step: Step, rung: Rung, *, tried: bool) -> str:
    if rung.sent is None:
        return "not sent"
    holder = step.candidates.get(rung.key)
    if rung.key == step.matched:
        return f"matched: {holder} holds it"
    if holder:
        return f"held by {holder}" if tried else f"not tried; {holder} holds it"
    return _missed(case, step, rung, tried=tried)


def _missed(case: Case, step: Step, rung: Rung, *, tried: bool) -> str:
    ended = _ended(case, step, rung)
    if rung.finding == "spelled-otherwise":
        return f"found nobody: {_reference(case, step)} holds it in another spelling"
    if ended:
        name, call = ended
        return f"found nobody: replaced on {name} at call {call}"
    if not tried:
        return "not tried; nobody held it"
    return "found nobody: never held by anyone before"


def _ended(case: Case, step: Step, rung: Rung) -> tuple[ProfileName, int] | None:
    """Which profile last held the identifier, and the call that took it away."""
    tenures = case.replay.tenures(rung.sent) if rung.sent else ()
    for tenure in reversed(tenures):
        if tenure.until is not None and tenure.until < step.number:
            return tenure.profile, tenure.until
    return None


def _blocks(case: Case) -> tuple[Table, ...]:
    return tuple(rungs(case, step) for _, step in case.steps())


VIEW = View("ladder", "Which key found the profile", _blocks, rungs, 1)
