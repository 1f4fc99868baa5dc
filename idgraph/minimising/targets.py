"""What a reproducer must keep: a split at a call, its cause, and the person's verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

from idgraph import causes
from idgraph.calls import CallNumber, History
from idgraph.persons import PersonName, Persons, link
from idgraph.replays import Replay, replay
from idgraph.rulebook import Policy
from idgraph.searching.limits import Limits
from idgraph.splitting import Split, jumps
from idgraph.verdicts import Rung, Verdict, verdict

LIMITS = Limits(nodes=20_000, seconds=10.0)
"""What a verdict may take by default; it is asked for in many of the trials."""


@dataclass(frozen=True, slots=True)
class Target:
    """What must still be so of fewer calls, under the same policy.

    `verdict` is None where nothing of the person was observed, `undecided` where the whole history
    leaves it open: neither is asked for.
    """

    policy: Policy
    cause: str
    observed: bool
    verdict: Rung | None
    limits: Limits

    def holds(self, history: History, call: CallNumber) -> bool:
        """Tell whether a call of a history splits its person just so."""
        told, people = replay(history, self.policy), link(history)
        split = split_at(told, people, call)
        if split is None or split.observed != self.observed:
            return False
        if cause_of(told, people, split) != self.cause:
            return False
        if self.verdict in (None, "undecided"):
            return True
        found = _verdict(told, split.person, self.limits)
        # Of the payloads alone nobody has to have seen anything; the others rest on what was seen.
        seen = self.verdict == "payload" or found.observed > 0
        return seen and found.verdict == self.verdict

    def lag_s(self, history: History, call: CallNumber) -> float | None:
        """Return how late a look-up was at least, in seconds; None where the verdict is no lag."""
        person = link(history).of(call)
        if person is None or self.verdict not in ("lag", "per-index-lag"):
            return None
        return _verdict(replay(history, self.policy), person, self.limits).lag_s


def target_of(told: Replay, split: Split, limits: Limits) -> Target:
    """Return what a split of a replay is."""
    people = link(told.history)
    found = _verdict(told, split.person, limits)
    rung = found.verdict if found.observed else None
    return Target(told.policy, cause_of(told, people, split), split.observed, rung, limits)


def split_at(told: Replay, people: Persons, call: CallNumber) -> Split | None:
    """Return the split at a call, None where none is there."""
    person = people.of(call)
    if person is None:
        return None
    alone = replace(people, calls={person: people.calls[person]})
    return next((split for split in jumps(told, alone) if split.call == call), None)


def cause_of(told: Replay, people: Persons, split: Split) -> str:
    """Return the code of a split's cause."""
    finding = causes.explain_split(told, people, split)
    return finding.cause if finding else causes.UNEXPLAINED


def _verdict(told: Replay, person: PersonName, limits: Limits) -> Verdict:
    return verdict(told, limits=limits, people=[person], deep=False).of(person)
