"""Gaps between calls: one minute where it does not matter, so that those that matter are seen."""

from __future__ import annotations

from collections.abc import Iterator

from idgraph.calls import Call, CallNumber
from idgraph.clocks import SECOND, Instant
from idgraph.minimising.shrinking import State, Trials

PLAIN: Instant = 60 * SECOND
"""The gap that says nothing: any other one does not do for the split."""
_ROUND = tuple(PLAIN * minutes for minutes in (2, 5, 10, 30, 60, 360, 1440, 10080))
"""What a longer gap that matters is cut down to, the shortest that does."""


def paced(state: State, trials: Trials) -> State:
    """Return the calls with gaps of a minute wherever these do; the clocks stay, moved along.

    A lag that was observed stays as long as it was.
    """
    state = _on_the_second(state, trials)
    lag_s = trials.lag_s(state)
    for place in range(1, len(state)):
        gap = gap_before(state, place)
        for wanted in () if gap is None else _shorter(gap):
            tried = _moved(state, place, wanted - (gap or 0))
            if trials.holds(tried) and trials.lag_s(tried) == lag_s:
                state = tried
                break
    return state


def gap_before(state: State, place: int) -> Instant | None:
    """Return the microseconds before a call, None where a clock is missing."""
    one, other = state[place - 1][1].at, state[place][1].at
    return None if one is None or other is None else other - one


def matters(gap: Instant | None) -> bool:
    """Tell whether a gap of a paced history matters to the split."""
    return gap not in (None, PLAIN)


def _shorter(gap: Instant) -> Iterator[Instant]:
    """The gaps to try in place of one, the best first; whole seconds or milliseconds at last."""
    if gap == PLAIN:
        return
    yield PLAIN
    yield from (wanted for wanted in _ROUND if wanted < gap)
    if gap not in _ROUND:
        yield from (gap - gap % unit for unit in (SECOND, SECOND // 1000) if 0 < gap % unit < gap)


def _on_the_second(state: State, trials: Trials) -> State:
    """Begin on a whole second."""
    begin = state[0][1].at or 0
    tried = _moved(state, 0, -(begin % SECOND))
    return tried if begin % SECOND and trials.holds(tried) else state


def _moved(state: State, place: int, span: Instant) -> State:
    later: list[tuple[CallNumber, Call]] = [(n, call.later(span)) for n, call in state[place:]]
    return (*state[:place], *later)
