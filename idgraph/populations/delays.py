"""How soon look-ups see what was written: the visibility curve of a population.

A platform whose index is behind misses often just after a write, and hardly ever long after it; a
platform that makes profiles against its rules misses whatever the gap. Of a single case nobody can
tell which it was, of many one can.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from idgraph.calls import CallNumber
from idgraph.persons import Persons, link
from idgraph.populations import words
from idgraph.populations.fitting import FEWEST_LATE, FEWEST_MISSES, Curve, fit
from idgraph.populations.lookups import LookUp, look_ups
from idgraph.populations.rates import Share
from idgraph.registry import Shown
from idgraph.replays import Replay
from idgraph.searching.intervals import intervals
from idgraph.searching.limits import Limits

if TYPE_CHECKING:
    import pandas as pd

EDGES = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, float("inf"))
"""Seconds; overlapping calls, whose gap is below zero, count in the first bin."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The look-ups with gaps from `low_s` up to `high_s`, and those of them that missed.

    `fitted` is the share that the curve gives them, None where there is no curve.
    """

    low_s: float
    high_s: float
    missed: Share
    fitted: float | None


@dataclass(frozen=True, slots=True)
class Posterior:
    """How likely a look-up that missed was behind, and how likely it was against the rules.

    The two add up to 1.
    """

    lag: float
    deviation: float


@dataclass(frozen=True, repr=False)
class Visibility(Shown):
    """The look-ups of a replay by the time since the write, and the curve that fits them.

    `curve` is None where there is too little data to tell a lag from a deviation. `claimed` counts
    the look-ups whose gap rests on a sender's claim of when things happened.
    """

    replay: Replay
    looked: tuple[LookUp, ...]
    curve: Curve | None
    limits: Limits
    claimed: int = 0

    def __len__(self) -> int:
        """Return the number of look-ups."""
        return len(self.looked)

    @property
    def missed(self) -> tuple[LookUp, ...]:
        """The look-ups that missed."""
        return tuple(one for one in self.looked if one.missed)

    @property
    def late(self) -> int:
        """How many look-ups came when any lag that is allowed for was over."""
        return sum(one.gap_s > self.limits.max_lag_s for one in self.looked)

    @cached_property
    def bins(self) -> tuple[Bin, ...]:
        """The look-ups by gap, shortest first; a bin without any is there as well."""
        return tuple(self._bin(low, high) for low, high in pairwise(EDGES))

    def _bin(self, low: float, high: float) -> Bin:
        inside = [one for one in self.looked if low <= max(0.0, one.gap_s) < high]
        curve, fitted = self.curve, None
        if curve is not None and inside:
            fitted = sum(curve.miss(one.gap_s) for one in inside) / len(inside)
        return Bin(low, high, Share(sum(one.missed for one in inside), len(inside)), fitted)

    def posterior(self, call: CallNumber) -> Posterior | None:
        """Return how likely a call that missed was behind, or against the rules.

        None where it is no look-up that missed, or where there is too little data to tell.
        """
        found = self._missed.get(call)
        return None if found is None or self.curve is None else _weighed(self.curve, found)

    @cached_property
    def _missed(self) -> dict[CallNumber, LookUp]:
        return {one.call: one for one in self.missed}

    def cases(self) -> Iterator[tuple[LookUp, Posterior | None]]:
        """Go through the look-ups that missed, with what each was likely to be."""
        return ((one, self.posterior(one.call)) for one in self.missed)

    def table(self) -> pd.DataFrame:
        """Return one row a bin: seconds, look-ups, missed, rate, its interval of 95 %, fitted."""
        from idgraph.frames import Frame

        rows = [
            {
                "from_s": one.low_s,
                "to_s": one.high_s,
                "look_ups": one.missed.of,
                "missed": one.missed.count,
                "rate": one.missed.rate,
                "low": one.missed.interval[0],
                "high": one.missed.interval[1],
                "fitted": one.fitted,
            }
            for one in self.bins
        ]
        floats = dict.fromkeys(("rate", "fitted"), float)
        return Frame(rows).astype(floats)

    def sentences(self) -> tuple[str, ...]:
        """Return what the look-ups say, for people."""
        return tuple(words.of_visibility(self))

    def __repr__(self) -> str:
        """Say in one line how many missed, and on which floor the curve ends."""
        counts = f"{words.number(len(self), 'look-up')}, {len(self.missed):,} missed"
        told = "too few to tell a lag" if self.curve is None else words.of_curve(self.curve)
        return f"<Visibility {self.replay.policy.name}: {counts}; {told}>"


def visibility(
    replay: Replay, *, limits: Limits | None = None, people: Persons | None = None
) -> Visibility:
    """Return how soon the look-ups of a replay see what was written, from all persons together.

    Only calls that were observed count. `limits` say when calls can have taken effect and how long
    a lag may be; `people` saves the work of linking where that was done before. Deterministic.

    >>> import idgraph as ig
    >>> ig.visibility(ig.replay(ig.demo("shop")))
    <Visibility klaviyo-classic: 1 look-up, 1 missed; too few to tell a lag>
    """
    allowed = limits or Limits()
    history = replay.history
    spans = intervals(history, replay.policy, allowed)
    who = link(history) if people is None else people
    looked = tuple(look_ups(replay, who, spans))
    misses = sum(one.missed for one in looked)
    late = sum(one.gap_s > allowed.max_lag_s for one in looked)
    enough = misses >= FEWEST_MISSES and late >= FEWEST_LATE
    curve = fit(((one.gap_s, one.missed) for one in looked), allowed.max_lag_s) if enough else None
    clocks = [call.clock for call in history]
    claimed = sum("occurred_at" in (clocks[one.call - 1], clocks[one.write - 1]) for one in looked)
    return Visibility(replay, looked, curve, allowed, claimed)


def _weighed(curve: Curve, look_up: LookUp) -> Posterior:
    lag = curve.lag(look_up.gap_s)
    every = lag + curve.floor
    # Where both are all but impossible, nothing is known of the case.
    share = lag / every if every else 0.5
    return Posterior(share, 1 - share)
