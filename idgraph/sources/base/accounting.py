"""The accounting of rows: each becomes calls, or is no call for a reason, or is a reject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from idgraph.calls import Call, Reading, Reject
from idgraph.dialects.base import NotACall, RejectRow

Outcome = tuple[Call, ...] | str | Reject
"""What a row became: its calls (at least one), a reason why it is none, or a reject."""


def outcome_of(make: Callable[[], tuple[Call, ...]], origin: str) -> Outcome:
    """Return what making calls of one row comes to."""
    try:
        return make()
    except NotACall as aside:
        return aside.reason
    except RejectRow as fault:
        return Reject(origin, fault.slug, fault.reason)


class Tally:
    """Counts outcomes, hands on the calls, and vouches that no row was lost."""

    def __init__(self, take: Callable[[Call], object]) -> None:
        """Start before the first row; each call goes to `take`."""
        self._take = take
        self.calls = 0
        self.rejects: list[Reject] = []
        self.not_calls: Counter[str] = Counter()
        self.rows = 0
        self.with_calls = 0

    def add(self, outcome: Outcome) -> None:
        """Take in what one row became."""
        self.rows += 1
        if isinstance(outcome, Reject):
            self.rejects.append(outcome)
        elif isinstance(outcome, str):
            self.not_calls[outcome] += 1
        elif outcome:
            self.with_calls += 1
            self.calls += len(outcome)
            for call in outcome:
                self._take(call)

    def reading(self, formats: tuple[str, ...], notes: tuple[str, ...]) -> Reading:
        """Return the account; an `AssertionError` where a row became nothing."""
        used = self.with_calls + sum(self.not_calls.values()) + len(self.rejects)
        if used != self.rows:
            raise AssertionError(f"{self.rows} rows were read and {used} are accounted for")
        return Reading(
            rows=self.rows,
            with_calls=self.with_calls,
            calls=self.calls,
            not_calls=dict(sorted(self.not_calls.items())),
            rejects=tuple(self.rejects),
            formats=formats,
            notes=notes,
        )
