"""An overview with stand-ins for what was sent: names of persons and events, paths of endpoints."""

from __future__ import annotations

from dataclasses import replace

from idgraph.clocks import Instant
from idgraph.overviews.facts import COLUMNS, INSTANT, Facts
from idgraph.overviews.results import Overview
from idgraph.persons import link
from idgraph.redaction import Redactor
from idgraph.redaction.keptwords import METRICS
from idgraph.redaction.terms import Terms


def veiled(
    found: Overview, redactor: Redactor | None = None, *, terms: Terms | None = None
) -> Overview:
    """Return an overview in which persons and events stand under the names that all screens use.

    Causes stay those of the history as it was sent. The replay is left out: it holds values. One
    that has no replay names its persons by number. Times move as the `terms` say, or as those of
    the `redactor`, which saves the work of seeing all values where that was done before.
    """
    told = found.replay
    if told is None:
        return _numbered(found, 0 if terms is None else terms.times.shift)
    redactor = redactor or Redactor(told.history, terms=terms)
    given, hidden = link(told.history), link(redactor.history(told.history))
    names = {name: hidden.of(given.calls[name][0]) or "" for name in given}
    kinds = {"person": names}
    for kind in ("event", "endpoint"):
        seen = {getattr(call, kind) for call in told.history}
        kinds[kind] = {text: redactor.text(kind, text) for text in sorted(filter(None, seen))}
    facts = _moved(_renamed(found.facts, kinds), redactor.terms.times.shift)
    return replace(found, facts=facts, replay=None)


def _moved(facts: Facts, shift: Instant) -> Facts:
    """Tables whose instants are moved alike by whole weeks."""
    if not shift:
        return facts
    import pandas as pd

    by = pd.Timedelta(microseconds=shift)
    tables = {}
    for name, columns in COLUMNS.items():
        times = [column for column, kind in columns.items() if kind == INSTANT]
        found = getattr(facts, name)
        tables[name] = found.assign(**{column: found[column] + by for column in times})
    return replace(facts, **tables)


def _numbered(found: Overview, shift: Instant) -> Overview:
    facts = found.facts
    names = {name: f"person {n}" for n, name in enumerate(facts.persons["person"], 1)}
    own = sorted({text for text in facts.traffic["event"] if text and text not in METRICS})
    events = {text: f"event {n}" for n, text in enumerate(own, 1)}
    named = _renamed(facts, {"person": names, "event": events})
    return replace(found, facts=_moved(named, shift))


def _renamed(facts: Facts, kinds: dict[str, dict[str, str]]) -> Facts:
    tables = {}
    for table in ("persons", "splits", "traffic", "returns", "look_ups"):
        found = getattr(facts, table)
        put = {
            kind: found[kind].map(lambda text, names=names: names.get(text, text))
            for kind, names in kinds.items()
            if kind in found
        }
        tables[table] = found.assign(**put)
    return replace(facts, **tables)
