"""The controls of a what-if as the screen gets them: what each offers, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from idgraph import policy as policies
from idgraph.calls import CallNumber
from idgraph.explain import call_words
from idgraph.futures import Future
from idgraph.persons import PersonName
from idgraph.rulebook import Policy
from idgraph.rules import OPEN, RuleCode
from idgraph.surfaces.cases import futures
from idgraph.surfaces.drawing import trees
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.results.veils import Veil
from idgraph.surfaces.widgets.editing import Desk
from idgraph.views.base.case import Cases

MOST = 500
"""Calls that a list offers."""


def desk(veil: Veil, cases: Cases, drawn: Future, call: CallNumber) -> Desk:
    """Return what can be asked of a call; `drawn` is the future so far, as it is shown."""
    own = veil.replay.policy
    case = cases.case(cases.persons.of(call) or next(iter(cases.persons)))
    carried = veil.shown.history.call(call)
    chosen = drawn.edits.policy
    base = policies.load(chosen) if isinstance(chosen, str) else own
    return Desk(
        veil=veil,
        call=call,
        keys=tuple(dict.fromkeys((*veil.shown.policy.order, *carried.keys))),
        others=[number for number in case.calls[:MOST] if number != call],
        rules=["", *(name for name in policies.names() if name != own.name)],
        assumed=list(_open(base)),
        made=[edit for edit, _ in futures.edit_words(drawn.edits, drawn.replay.policy)],
    )


def offered(asked: Desk, cases: Cases, person: PersonName) -> dict[str, Any]:
    """Return what stands in the lists, and the fields: the same whatever was edited.

    `calls` are pairs of number and words, the other lists words alone.
    """
    shown = asked.veil.shown
    own = (n for n in cases.case(person).own[:MOST] if n != asked.call)
    clears = asked.carried.clears
    return {
        "calls": [[n, visible(call_words(shown, n))] for n in sorted((*own, asked.call))],
        "fields": [
            {
                "label": visible(shown.policy.label(key)),
                "empty": "sent as null" if key in clears else "not sent",
            }
            for key in asked.keys
        ],
        "places": [
            "where it came",
            *(f"just before {visible(call_words(shown, number))}" for number in asked.others),
        ],
        "timed": asked.carried.at is not None,
        "rules": [name or f"{shown.policy.name}, as it is" for name in asked.rules],
    }


def standing(asked: Desk, drawn: Future) -> dict[str, Any]:
    """Return where the controls stand after the edits so far; each is a pair: value, edited.

    Lists stand at a place of what they offer, from 0, and `fields` has a pair for each field.
    """
    edits, number = drawn.edits, asked.call
    chosen = edits.policy if isinstance(edits.policy, str) else ""
    assumed = next(iter(edits.assume.items()), None)
    before = edits.before.get(number, 0)
    put = edits.put.get(number, {})
    texts = {one.key: one.text for one in asked.carried.identifiers}
    return {
        "fields": [[_text(put.get(key, texts.get(key))), key in put] for key in asked.keys],
        "before": [_place((0, *asked.others), before), bool(before)],
        "delay": [edits.delay.get(number, 0), number in edits.delay],
        "without": [number in edits.without, False],
        "policy": [_place(asked.rules, chosen), edits.policy is not None],
        "assume": [_place((None, *asked.assumed), assumed), assumed is not None],
        "assumed": ["nothing assumed", *(_words(one) for one in asked.assumed)],
    }


def made(drawn: Future) -> dict[str, Any]:
    """Return how many edits there are so far, in words, and what each says, as a tree."""
    found = [words for _, words in futures.edit_words(drawn.edits, drawn.replay.policy)]
    count = f"{len(found)} edit{'s' * (len(found) != 1)} so far" if found else "No edits so far"
    return {
        "count": count,
        "edits": [trees.element("p", "", *trees.inline(words)) for words in found],
    }


def _open(policy: Policy) -> Iterator[tuple[RuleCode, str]]:
    """The other outcomes of the rules that nothing documents."""
    for code, rule in policy.rules.items():
        if rule.evidence in OPEN:
            yield from ((code, one) for one in rule.allowed if one != rule.decided)


def _words(assumed: tuple[RuleCode, str]) -> str:
    return visible(f"{assumed[0]} comes out as {assumed[1]}")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _place(offers: Any, value: object) -> int:
    """The place of what is offered; the first where it is not, as when another call was cut off."""
    known = list(offers)
    return known.index(value) if value in known else 0
