"""When a call can have taken effect: from its sending to its answer, or to the end of a queue."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from idgraph.calls import Call, History
from idgraph.clocks import SECOND, Instant
from idgraph.rulebook import Policy
from idgraph.searching.limits import SETTLE_S, Limits


class Interval(NamedTuple):
    """The earliest and the latest instant of an effect, both possible."""

    lo: Instant
    hi: Instant


def intervals(history: History, policy: Policy, limits: Limits) -> tuple[Interval, ...]:
    """Return the interval of each call of a history.

    From `sent_at` (else `received_at`, else the best clock there is) to `answered_at` where the
    endpoint applies before it answers, and up to `settle` later where it only queues; `skew` widens
    both ends. Where no answer was recorded, `settle` after the best clock stands for it. A call
    without any clock can have come at any time between the clocks around it. In all cases the order
    of the history is possible.
    """
    skew = round(limits.skew_s * SECOND)
    known = [_interval(call, policy, limits) for call in history]
    clocked = [span for span in known if span is not None]
    first = min((span.lo for span in clocked), default=0)
    last = max((span.hi for span in clocked), default=0)
    los = accumulate(known, lambda lo, span: span.lo if span else lo, initial=first)
    his = accumulate(reversed(known), lambda hi, span: span.hi if span else hi, initial=last)
    ends = list(his)[:0:-1]
    return tuple(Interval(lo - skew, hi + skew) for lo, hi in zip(list(los)[1:], ends, strict=True))


def _interval(call: Call, policy: Policy, limits: Limits) -> Interval | None:
    """The interval by the call's own clocks; None where it has none."""
    at = call.at
    if at is None:
        return None
    begin = call.sent_at if call.sent_at is not None else at
    queued = policy.of(call).settle_s
    settle = limits.settle_s if limits.settle_s is not None else queued or SETTLE_S
    end = call.answered_at
    if end is None or queued:
        end = (at if end is None else end) + round(settle * SECOND)
    return Interval(min(begin, at), max(begin, at, end))
