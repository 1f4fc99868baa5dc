"""How firmly a repair holds: in the recorded order, in any, with calls at once, with a lag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from idgraph.calls import CallNumber, history
from idgraph.clocks import Instant
from idgraph.edits import Edit, applied
from idgraph.outlook import PersonOutcomes, outcomes
from idgraph.repairs import Repair, seeing
from idgraph.replays import Replay, replay
from idgraph.searching.intervals import Interval, intervals
from idgraph.searching.limits import Limits

Hold = Literal["in-order", "any-order", "in-flight", "lag"]
HOLDS: dict[Hold, str] = {
    "in-order": "It holds in the recorded order; calls that overlap can still split the person.",
    "any-order": "It holds in any order that the clocks allow; calls that are under way at once "
    "can still miss each other.",
    "in-flight": "It holds in any order, also where calls that are under way at once miss each "
    "other; a look-up that is behind can still split the person.",
    "lag": "It holds in any order, and where look-ups are behind by up to 10 minutes.",
}
"""How firmly a repair can hold, the weakest first."""
LIMITS = Limits(nodes=4_000, seconds=2.0)
"""What the question may take for one person; what is not known by then counts as not so."""
MOST = 200
"""How many calls may be related to the person's; of more it is known to hold in order alone."""


def firmness(told: Replay, own: Sequence[CallNumber], repair: Repair) -> Hold:
    """Return how firmly a repair holds of the person whose calls `own` are.

    The edited calls are judged as if they had not been observed: the strongest of `HOLDS` under
    which no way that the calls can go splits the person. A call that waits is moved behind the end
    of the one it waits for, one that goes first before the beginning of the other.
    """
    related = told.related(own)
    if len(related) > MOST or any(told.history.call(n).at is None for n in related):
        return "in-order"
    spans = intervals(told.history, told.policy, LIMITS)
    changes = applied(told, repair.edits)
    calls = {n: changes.get(n, told.history.call(n)) for n in related}
    for edit in repair.edits:
        for number in edit.calls if edit.kind in {"wait", "order"} else ():
            calls[number] = calls[number].later(_shift(edit, number, spans))
    mine = set(own)
    named = [replace(call, person="p" if n in mine else "others") for n, call in calls.items()]
    edited = replay(history(named), seeing(told.policy))
    return _hold(outcomes(edited, limits=LIMITS, people=["p"]).of("p"))


def _hold(found: PersonOutcomes) -> Hold:
    if found.split_orders != 0:
        return "in-order"
    if found.in_flight.granularity == "none" or found.in_flight.split:
        return "any-order"
    return "in-flight" if found.lag.granularity == "none" or found.lag.split else "lag"


def _shift(edit: Edit, number: CallNumber, spans: Sequence[Interval]) -> Instant:
    """By how much the clocks of a call move; 0 where it is far enough already."""
    mine = spans[number - 1]
    if edit.after is not None:
        return max(0, spans[edit.after - 1].hi + 1 - mine.lo)
    if edit.before is not None:
        return min(0, spans[edit.before - 1].lo - 1 - mine.hi)
    return 0
