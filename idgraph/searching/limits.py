"""The limits of a search, and the effort that it may take."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from idgraph.errors import UsageError
from idgraph.registry import Shown

SETTLE_S = 1.0
"""How long after its answer a queued call may take effect; inferred: nobody promises a latency."""
LARGEST_LAG_S = 600.0
"""Beyond it a look-up that misses is no lag but a lost update."""


@dataclass(frozen=True, slots=True)
class Limits(Shown):
    """What a verdict allows for.

    `settle_s` is how long after its answer a queued call may take effect (None: as the policy says
    of its class), `skew_s` how far clocks may be off, `max_lag_s` how far behind an index may be.
    A search is given up after `nodes` nodes, or `seconds`, a person.

    >>> import idgraph as ig
    >>> ig.Limits(max_lag_s=60.0)
    Limits(settle_s=None, skew_s=0.0, max_lag_s=60.0, nodes=100000, seconds=20.0)
    """

    settle_s: float | None = None
    skew_s: float = 0.0
    max_lag_s: float = LARGEST_LAG_S
    nodes: int = 100_000
    seconds: float = 20.0

    def __post_init__(self) -> None:
        """Refuse what is no span of time."""
        for name in ("settle_s", "skew_s", "max_lag_s", "seconds"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < float("inf"):
                remedy = "Give a number of seconds, 0 or more."
                raise UsageError(f"{name} is no span of time", remedy=remedy)


class OutOfBudget(Exception):  # noqa: N818 - no error: the answer is that nobody knows
    """A search took more than it may."""


@dataclass(slots=True)
class Budget:
    """The effort that is left; counts down as a search goes on."""

    nodes: int
    seconds: float
    _started: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        """Return a fresh budget."""
        return cls(limits.nodes, limits.seconds)

    def spend(self) -> None:
        """Take one node off; `OutOfBudget` where none is left."""
        self.nodes -= 1
        if self.nodes < 0 or (
            self.nodes % 64 == 0 and time.monotonic() - self._started > self.seconds
        ):
            raise OutOfBudget

    def part(self, nodes: int) -> Budget:
        """Return a budget of so many nodes at most, on the same clock."""
        return Budget(min(nodes, self.nodes), self.seconds, self._started)
