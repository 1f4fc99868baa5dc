"""How the duplicated history came to be duplicated, and which hybrids would be, in the same way.

What the rules alone split is tried by replay. What was only observed is tried as its verdict says:
whether some order of effects splits it, or look-ups that are behind by as much as the verdict took.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from idgraph import verdicts
from idgraph.calls import History
from idgraph.comparison.hybrids import OWN, Hybrids, Numbers
from idgraph.comparison.sides import Side
from idgraph.outlook import Behind, PersonOutcomes, outcomes
from idgraph.replays import Replay, replay
from idgraph.searching.limits import Limits
from idgraph.splitting import landed_on
from idgraph.verdicts import Verdict

Way = Literal["rules", "order", "in-flight", "lag", "none"]
WAYS: dict[Way, str] = {
    "rules": "by the rules, in the order recorded",
    "order": "in some order of overlapping calls",
    "in-flight": "where look-ups run while calls are under way",
    "lag": "where look-ups are behind",
    "none": "nothing that is documented duplicates it",
}
"""By what a hybrid is duplicated."""
_WAYS: dict[str, Way] = {
    "payload": "rules",
    "order-race": "order",
    "in-flight-race": "in-flight",
    "lag": "lag",
    "per-index-lag": "lag",
}
EFFORT = {"rules": 60_000, "order": 4_000, "in-flight": 2_000, "lag": 2_000, "none": 0}
"""How many calls may be replayed or searched in all, by the way in which it is done."""
_NODES = 5_000


@dataclass(frozen=True, slots=True)
class Trials:
    """Tells which hybrids are duplicated, in one way; `least` profiles are so many that they are.

    `lag_s` is how far look-ups may be behind, where they may.
    """

    hybrids: Hybrids
    way: Way
    least: int
    limits: Limits
    lag_s: float | None = None

    def duplicated(self, taken: Numbers) -> bool | None:
        """Tell whether the hybrid that takes some differences is duplicated; None if unknown."""
        return self.splits(self.hybrids.history(taken))

    def splits(self, history: History) -> bool | None:
        """Tell whether a history is duplicated; None where the search was given up."""
        if self.way == "rules":
            return profiles(self.replayed(history)) >= self.least
        if OWN not in {call.person for call in history}:
            return False
        limits = replace(self.limits, nodes=_NODES, max_lag_s=self.lag_s or 0.0)
        (found,) = outcomes(self.replayed(history), limits=limits, people=[OWN])
        return self._possible(found)

    def replayed(self, history: History) -> Replay:
        """Return a hybrid under the policy of the two histories."""
        base = self.hybrids.bad.replay
        return replay(history, base.policy)

    def _possible(self, found: PersonOutcomes) -> bool | None:
        if self.way == "order":
            return None if found.split_orders is None else found.split_orders > 0
        behind = found.in_flight if self.way == "in-flight" else found.lag
        return _split(behind)

    @property
    def most(self) -> int:
        """How many hybrids may be tried."""
        size = max(1, len(self.hybrids.bad.calls), len(self.hybrids.good.calls))
        return max(16, EFFORT[self.way] // size) if self.way != "none" else 0


def _split(behind: Behind) -> bool | None:
    return None if behind.granularity == "none" else behind.split is not None


def profiles(replayed: Replay) -> int:
    """Return on how many profiles the calls of a hybrid's person end by the rules."""
    own = (n for n, call in enumerate(replayed.history, 1) if call.person == OWN)
    return len(landed_on(replayed, own))


def verdict_of(side: Side, limits: Limits) -> Verdict:
    """Return what can explain the profiles of a side's person."""
    (found,) = verdicts.verdict(side.replay, limits=limits, people=[side.person], deep=False)
    return found


def way_of(hybrids: Hybrids, found: Verdict) -> Way:
    """Return in which way the duplicated history is to be tried.

    By the rules where they make more profiles of it than of the correct one, whatever was observed.
    """
    every = frozenset(one.number for one in hybrids.differences)
    ruled = Trials(hybrids, "rules", 1, Limits())
    counts = [profiles(ruled.replayed(hybrids.history(taken))) for taken in (frozenset(), every)]
    if counts[1] > counts[0]:
        return "rules"
    return _WAYS.get(found.verdict, "none") if found.verdict != "payload" else "none"


def ruled(hybrids: Hybrids, taken: Numbers) -> Replay:
    """Return the replay of a hybrid."""
    return Trials(hybrids, "rules", 1, Limits()).replayed(hybrids.history(taken))
