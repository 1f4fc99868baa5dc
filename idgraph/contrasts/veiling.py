"""A contrast with stand-ins, found in the history as it was sent: redaction takes words away.

A payload's words are evidence of circumstances (a country, a form) and gone once a history is
redacted; so a contrast is made first, and veiled for whoever reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from idgraph.contrasts import circumstances
from idgraph.contrasts.features import Feature
from idgraph.contrasts.results import Conjunction, Contrast, Example, Separator
from idgraph.persons import Persons, link
from idgraph.redaction import Redactor
from idgraph.redaction.terms import Terms
from idgraph.replays import Replay, replay


def veiled(found: Contrast, terms: Terms | None = None) -> Contrast:
    """Return a contrast with a stand-in for each person's name and each word out of a payload.

    On `terms` of its own it may be under a key, and its times moved.
    """
    bad = _Veil(found.bad, terms)
    good = bad if found.divided else _Veil(found.good, terms)
    codes = {one.feature.code: bad.feature(one.feature).code for one in found.features}
    return replace(
        found,
        good=good.replay,
        bad=bad.replay,
        features=tuple(_separator(one, good, bad, codes) for one in found.features),
        conjunctions=tuple(_conjunction(one, good, bad) for one in found.conjunctions),
    )


class _Veil:
    """One history of a contrast, redacted."""

    def __init__(self, told: Replay, terms: Terms | None) -> None:
        self.redactor = Redactor(told.history, terms=terms)
        hidden = self.redactor.history(told.history)
        self.replay = replay(hidden, told.policy)
        self.people: Persons = link(hidden)

    def example(self, one: Example) -> Example:
        return replace(one, person=self.people.of(one.call) or "")

    def feature(self, one: Feature) -> Feature:
        """The feature with stand-ins for its value and for the names that lead to it."""
        if one.value is None:
            return one
        if not one.path:
            what = one.code.partition(":")[0]
            return circumstances.named(what, self.redactor.text(what, one.value))
        path = tuple(self.redactor.text("property", name) for name in one.path)
        known = self.redactor.known(one.value)
        value = self.redactor.text("property", one.value) if known is None else known
        return circumstances.written(path, value)


def _separator(one: Separator, good: _Veil, bad: _Veil, codes: Mapping[str, str]) -> Separator:
    return replace(
        one,
        feature=bad.feature(one.feature),
        leader=codes.get(one.leader, ""),
        alike=tuple(map(bad.feature, one.alike)),
        bad=tuple(map(bad.example, one.bad)),
        good=tuple(map(good.example, one.good)),
        spared=tuple(map(good.example, one.spared)),
    )


def _conjunction(one: Conjunction, good: _Veil, bad: _Veil) -> Conjunction:
    return replace(
        one,
        features=tuple(map(bad.feature, one.features)),
        bad=tuple(map(bad.example, one.bad)),
        good=tuple(map(good.example, one.good)),
    )
