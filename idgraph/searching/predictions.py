"""Systems of which nothing was observed: what the rules say can come of the calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from idgraph.calls import Call, CallNumber, History
from idgraph.resolve import NONE
from idgraph.rulebook import Policy
from idgraph.searching.automaton import Automaton
from idgraph.searching.intervals import Interval
from idgraph.searching.systems import System, system


def unanswered(history: History) -> History:
    """Return a history without what the platform answered, but for names and refusals.

    As in a replay, the profile id that an answer told is the name by which later calls reach that
    profile, and a call that was refused changed nothing, whenever it came.
    """
    calls = (replace(call, created=None, answer=None, owner=None) for call in history)
    return replace(history, calls=tuple(calls))


def lands(call: Call, policy: Policy) -> bool:
    """Tell whether a call can land on a profile: it names one, and was not refused."""
    carried = policy.sent(call).keys
    return not call.refused and any(key in carried for key in policy.order)


def predicted(
    history: History, numbers: Sequence[CallNumber], policy: Policy, spans: Sequence[Interval]
) -> System:
    """Return the system of the calls in `numbers` that can land, whatever was observed of them.

    `history` is one that is `unanswered`; `spans` are the intervals of its calls.
    """
    wanted = [number for number in numbers if lands(history.call(number), policy)]
    seen = system(history, wanted, policy, spans, {})
    known = [seen.atomic.kinds[kind]._replace(label=NONE) for kind in seen.kinds]
    kinds = tuple(dict.fromkeys(known))
    atomic, stale = (
        Automaton(kinds, old.keys, old.rules, (), old.creates, stale=old.stale)
        for old in (seen.atomic, seen.stale)
    )
    numbered = {kind: number for number, kind in enumerate(kinds)}
    return replace(
        seen,
        kinds=tuple(numbered[kind] for kind in known),
        atomic=atomic,
        stale=stale,
        labels=(),
        impossible=False,
    )
