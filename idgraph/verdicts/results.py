"""What a verdict says: per person, per split, and of all persons of a history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from idgraph.calls import CallNumber, Identifier
from idgraph.persons import PersonName, Persons, named
from idgraph.populations import Posterior
from idgraph.registry import Shown
from idgraph.replays import Replay
from idgraph.rules import RuleCode
from idgraph.searching.faults import FaultKind
from idgraph.searching.intervals import Interval
from idgraph.searching.limits import Limits
from idgraph.steps import ProfileName
from idgraph.verdicts.ladder import RUNGS, Rung

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Missed:
    """A look-up that was behind: `call` did not see what `unseen` wrote, nor anything after it.

    `lag_s` is how far behind it was at least, in seconds: 0 where both were under way at once.
    `keys` are those that were looked up too late, empty where all were.
    """

    call: CallNumber
    unseen: CallNumber
    lag_s: float
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedFault:
    """Something that the rules do not allow, or that the log does not hold, by its name.

    It is at `call`, or just before it. `identifiers` are those of a call that is missing, `again`
    is the call that took effect once more.
    """

    fault: FaultKind
    call: CallNumber
    identifiers: tuple[Identifier, ...] = ()
    again: CallNumber | None = None


@dataclass(frozen=True, slots=True)
class BlamedSplit:
    """A call at which a further profile came about, and the least that it takes to explain it.

    `cause` is a code of the catalogue, None where none applies.
    """

    call: CallNumber
    verdict: Rung
    source: ProfileName
    target: ProfileName
    cause: str | None


@dataclass(frozen=True, slots=True)
class OtherReading:
    """What the verdict would be were a rule that nothing documents to come out as `outcome`."""

    rule: RuleCode
    outcome: str
    verdict: Rung


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that was observed of a call: its `profile`, or whether it was `created`."""

    call: CallNumber
    what: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What to show support of a deviation.

    `first_impossible` is the first call up to which, in the order of the history, nothing explains
    the observations any more; `contradiction` the smallest set of observations that contradict the
    rules by themselves: without any one of them the rest is explained.
    """

    first_impossible: CallNumber | None
    contradiction: tuple[Observation, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Verdict(Shown):
    """What can explain the profiles of one person.

    `lag_s` is the least lag in seconds, None where none is needed; `swaps` how many pairs of calls
    the witness has the other way round than recorded, `fewest` whether no other witness has fewer;
    `order` the witness: all calls that can touch these profiles, in the order of their effects.
    `profiles` are those of the person in order of arrival, `landed` where each call landed.
    `faults` are the cheapest explanations by faults, each a set of them. `strength_bits` says how
    much the explanation rules out: None where it was not worked out, 0 where nothing was observed.
    `would_decide` are the calls whose unknown profile could change the verdict. `given_up` is the
    rung at which the search was given up. `posterior` says of a lag how likely it is one, and how
    likely a deviation that looks like one, by all persons together; None where these are too few to
    tell. `rules` are those on which it rests, `because` says it in a sentence, `proof` in more.

    >>> import idgraph as ig
    >>> found = ig.verdict(ig.demo("email-change-at-once"))
    >>> next(iter(found))
    <Verdict in-flight-race: 6 calls on 2 profiles>
    """

    person: PersonName = field(repr=False)
    verdict: Rung
    calls: tuple[CallNumber, ...]
    profiles: tuple[ProfileName, ...]
    landed: Mapping[CallNumber, ProfileName]
    lag_s: float | None
    swaps: int
    fewest: bool
    order: tuple[CallNumber, ...]
    missed: tuple[Missed, ...]
    splits: tuple[BlamedSplit, ...]
    faults: tuple[tuple[NamedFault, ...], ...]
    evidence: Evidence | None
    readings: tuple[OtherReading, ...]
    observed: int
    strength_bits: float | None
    would_decide: tuple[CallNumber, ...]
    given_up: Rung | None
    posterior: Posterior | None
    rules: tuple[RuleCode, ...]
    because: str = field(repr=False)
    proof: tuple[str, ...] = field(repr=False)

    def __repr__(self) -> str:
        """Say what explains how many calls, without the person's name."""
        return f"<Verdict {self.verdict}: {len(self.calls)} calls on {len(self.profiles)} profiles>"


@dataclass(frozen=True, slots=True, repr=False)
class Verdicts(Shown):
    """The verdict of each person of a replay, in the order of their first calls.

    `spans` is when each call can have taken effect, by call; `limits` what was allowed for.

    >>> import idgraph as ig
    >>> ig.verdict(ig.demo("email-change-at-once"))
    <Verdicts klaviyo-classic: 1 in-flight-race>
    """

    replay: Replay
    people: Persons
    persons: tuple[Verdict, ...]
    limits: Limits
    spans: tuple[Interval, ...]

    def __len__(self) -> int:
        """Return the number of persons."""
        return len(self.persons)

    def __iter__(self) -> Iterator[Verdict]:
        """Go through the verdicts."""
        return iter(self.persons)

    def of(self, person: PersonName) -> Verdict:
        """Return the verdict of a person; a `UsageError` where there is none."""
        return self[person]

    def __getitem__(self, person: PersonName) -> Verdict:
        """Return the verdict of a person; a `UsageError` where there is none."""
        every = {one.person: one for one in self.persons}
        return every[named(person, every)]

    def _ipython_key_completions_(self) -> list[PersonName]:
        return [one.person for one in self.persons]

    @property
    def counts(self) -> dict[Rung, int]:
        """How many persons have which verdict, the lowest rung first."""
        found = Counter(verdict.verdict for verdict in self.persons)
        return {rung: found[rung] for rung in RUNGS if rung in found}

    def table(self) -> pd.DataFrame:
        """Return one row a person: verdict, profiles, lag in seconds, swaps, strength, why."""
        from idgraph.frames import Frame

        names = ("person", "verdict", "lag_s", "swaps", "strength_bits", "observed", "because")
        rows = [
            {
                **{name: getattr(verdict, name) for name in names},
                "calls": len(verdict.calls),
                "profiles": len(verdict.profiles),
            }
            for verdict in self.persons
        ]
        columns = [*names[:2], "calls", "profiles", *names[2:]]
        return Frame(rows, columns=columns)

    def __repr__(self) -> str:
        """Say how many persons have which verdict, without a value."""
        told = ", ".join(f"{number} {rung}" for rung, number in self.counts.items())
        return f"<Verdicts {self.replay.policy.name}: {told or 'no persons'}>"
