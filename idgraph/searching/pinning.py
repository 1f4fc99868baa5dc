"""Identifiers that stay where they are once they are anywhere, and what contradicts that.

Where each look-up sees all there is, all calls that are looked up by such an identifier first land
on one profile. Two observed profiles among them refute every order at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from idgraph import resolve as tables
from idgraph.resolve import NONE
from idgraph.searching.automaton import Automaton
from idgraph.searching.states import Kind


def torn(automaton: Automaton) -> bool:
    """Tell whether calls that must land on one profile, in any order, were observed on several."""
    if automaton.merging or automaton.passing:
        return False
    seen: dict[int, int] = {}
    for kind in automaton.kinds:
        key = _first(automaton, kind)
        if NONE in (key, kind.label) or kind.reads:
            continue
        identifier = kind.ids[key]
        known = seen.setdefault(identifier, kind.label)
        if known != kind.label and _stays(automaton, identifier):
            return True
    return False


def _first(automaton: Automaton, kind: Kind) -> int:
    """The key by which a call is looked up first; NONE where it carries none."""
    finds = automaton.rules.finds[kind.rules]
    tried = automaton.rules.trial[kind.rules]
    carried = (key for key in tried if kind.ids[key] >= 0 and finds[key] != tables.SKIP)
    return next(carried, NONE)


def _stays(automaton: Automaton, identifier: int) -> bool:
    """Tell whether an identifier is written by the first call that carries it and never moves.

    Its profile holds one value of the key, no call knows another one or empties it, no answer
    tells it, and a call that finds another profile first leaves it with its holder.
    """
    key = automaton.keys[identifier]
    others = automaton.keys.count(key) > 1 or automaton.rules.limit[key] != 0
    told = any(
        kind.learned != NONE and automaton.keys[kind.learned] == key for kind in automaton.kinds
    )
    emptied = any(kind.ids[key] == tables.CLEAR for kind in automaton.kinds)
    return not (others or told or emptied) and all(
        _leaves(automaton.rules.outcomes[kind.rules][key], first=_first(automaton, kind) == key)
        for kind in automaton.kinds
        if kind.ids[key] == identifier and not kind.reads
    )


def _leaves(outcomes: Sequence[int], *, first: bool) -> bool:
    """Tell whether a call writes what is absent, and leaves what another profile holds."""
    taken = [outcomes[case] for case in (tables.TAKEN, tables.ALONE, tables.ALONE_DIFFERENT)]
    return outcomes[tables.ABSENT] == tables.SET and (first or tables.SET not in taken)
