"""Which readings of the rules a population fits, in the order in which its calls were recorded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING

from idgraph.calls import PROFILE_ID, Call, CallNumber, History, Identifier
from idgraph.decoding import Decoder
from idgraph.groups import Groups
from idgraph.persons import PersonName, Persons, link
from idgraph.populations import words
from idgraph.populations.agreement import agreements
from idgraph.populations.rates import Share, by_chance
from idgraph.populations.readings import MOST, RuleReading, RuleReadings, is_open, rule_readings
from idgraph.progress import going
from idgraph.registry import Shown
from idgraph.replays import Replay, replay
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode
from idgraph.searching.systems import probe

if TYPE_CHECKING:
    import pandas as pd

WORSE = 0.05
"""Below this chance of being so much worse by luck, a class is worse than the best one."""
_TOGETHER = 400
"""Calls replayed at once: a merge goes through all identifiers of a replay, so that parts are
faster than the whole, and every part costs the tables of the policy."""


@dataclass(frozen=True, slots=True)
class ReadingClass:
    """Readings that explain exactly the same persons of a population: it cannot tell them apart.

    `luck` is how likely the class would be so much worse than the best one if it were not (the sign
    test over persons whom just one of the two explains); 1 for the best one.
    """

    readings: tuple[RuleReading, ...]
    explained: Share
    luck: float

    @property
    def tied(self) -> bool:
        """Whether the class cannot be told from the best one."""
        return self.luck >= WORSE


@dataclass(frozen=True, repr=False)
class Calibration(Shown):
    """How many persons each reading explains, best class first.

    `persons` are those of whom anything was observed, `unlike` those of them on whom any reading
    says something else than another.
    """

    readings: RuleReadings
    classes: tuple[ReadingClass, ...]
    persons: int
    unlike: int

    def __len__(self) -> int:
        """Return the number of classes."""
        return len(self.classes)

    def __iter__(self) -> Iterator[ReadingClass]:
        """Go through the classes."""
        return iter(self.classes)

    @cached_property
    def tied(self) -> tuple[RuleReading, ...]:
        """The readings that are left: those of the best class, and of classes not clearly worse."""
        return tuple(one for found in self.classes if found.tied for one in found.readings)

    @cached_property
    def settled(self) -> dict[RuleCode, str]:
        """The rules that come out alike in all readings that are left, with their outcome."""
        return {code: outs[0] for code, outs in self._outcomes.items() if len(outs) == 1}

    @cached_property
    def left_open(self) -> dict[RuleCode, tuple[str, ...]]:
        """The rules that do not, with the outcomes that are left."""
        return {code: outs for code, outs in self._outcomes.items() if len(outs) > 1}

    @cached_property
    def _outcomes(self) -> dict[RuleCode, tuple[str, ...]]:
        every = self.readings
        return {
            code: tuple(dict.fromkeys(every.outcome(one, code) for one in self.tied))
            for code in every.codes
        }

    def remaining(self) -> RuleReadings:
        """Return the readings that are left, for the experiments that tell them apart."""
        codes = tuple(self.left_open)
        how = f"those that the traffic leaves, which differ in {', '.join(codes) or 'nothing'}"
        return replace(self.readings, every=self.tied, codes=codes, combined=True, how=how)

    def table(self) -> pd.DataFrame:
        """Return one row a reading: class (1 is best), explained, persons, share, interval, luck.

        The interval is Wilson's of 95 %.
        """
        from idgraph.frames import Frame

        rows = [
            {
                "class": number,
                "reading": reading.name,
                "explained": found.explained.count,
                "persons": found.explained.of,
                "share": found.explained.rate,
                "low": found.explained.interval[0],
                "high": found.explained.interval[1],
                "luck": found.luck,
                "tied": found.tied,
            }
            for number, found in enumerate(self.classes, 1)
            for reading in found.readings
        ]
        return Frame(rows)

    def sentences(self) -> tuple[str, ...]:
        """Return which readings fit, and what stays open, for people."""
        return tuple(words.of_calibration(self))

    def __repr__(self) -> str:
        """Say in one line how many readings are left, and how many persons the best explains."""
        best = self.classes[0].explained
        counts = f"{words.number(len(self.readings), 'reading')}, {len(self.tied)} left"
        return (
            f"<Calibration {self.readings.policy.name}: {counts}; the best explains "
            f"{best.count:,} of {words.number(best.of, 'person')}>"
        )


def calibrate(
    history: History | Replay,
    policy: str | Policy = "klaviyo-classic",
    *,
    most: int = MOST,
    people: Persons | None = None,
) -> Calibration:
    """Return which readings of the open rules fit what was observed of the persons of a history.

    Open rules are those that no evidence settles and that decided anything here. A reading explains
    a person if, under it, in the recorded order and with look-ups that see everything, all of the
    person's observations come out: profile ids and profiles one to one, and who was created. A
    replay brings its own policy. `most` bounds the number of readings. Deterministic.

    >>> import idgraph as ig
    >>> ig.calibrate(ig.demo("shop"))
    <Calibration klaviyo-classic: 16 readings, 16 left; the best explains 1 of 1 person>
    """
    told = history if isinstance(history, Replay) else replay(history, policy)
    chosen = told.policy
    used = Counter(code for step in told for code in step.assumed)
    for codes_apart in _spellings(told.history, chosen).values():
        used.update(codes_apart)
    codes = [code for code, _ in used.most_common() if is_open(chosen.rules[code])]
    readings = rule_readings(chosen, codes, most=most)
    who = link(told.history) if people is None else people
    return _calibrated(_Population(told, who, frozenset(readings.codes)), readings)


def _calibrated(population: _Population, readings: RuleReadings) -> Calibration:
    found: defaultdict[frozenset[PersonName], list[RuleReading]] = defaultdict(list)
    with going(readings.every, "trying readings", unit="readings") as every:
        for reading in every:
            found[population.unexplained(readings.under(reading))].append(reading)
    observed = len(population.observed)
    order = sorted(found, key=len)
    best = order[0]
    classes = tuple(
        ReadingClass(
            tuple(found[failed]),
            Share(observed - len(failed), observed),
            1.0 if failed is best else by_chance(len(failed - best), len(best - failed)),
        )
        for failed in order
    )
    unlike = frozenset.union(*order) - frozenset.intersection(*order)
    return Calibration(readings, classes, observed, len(unlike))


class _Population:
    """The persons of a replay, and the calls of those for whom any reading can matter."""

    def __init__(self, base: Replay, people: Persons, codes: frozenset[RuleCode]) -> None:
        """Take the parts of the history in which an open rule decided anything."""
        self.people = people
        calls = tuple(probe(call) for call in base.history)
        self.history = replace(base.history, calls=calls)
        telling = [n for n, call in enumerate(calls, 1) if _tells(call)]
        self.observed = {name for n in telling if (name := people.of(n)) is not None}
        parts = _parts(self.history, base.policy)
        spelt = _spellings(self.history, base.policy)
        deciding = {
            step.number
            for step in base
            if codes
            & {*step.assumed, *(c for i in step.call.identifiers for c in spelt.get(i, ()))}
        }
        mattering = [part for part in parts if deciding.intersection(part)]
        matters = {number for part in mattering for number in part}
        rest = [n for n in range(1, len(calls) + 1) if n not in matters]
        self.batches = list(_batched(mattering))
        self.always = self._failing(base.policy, rest) if rest else set()

    def unexplained(self, policy: Policy) -> frozenset[PersonName]:
        """Return the persons whose observations do not come out under a policy."""
        failed = set(self.always)
        for numbers in self.batches:
            failed |= self._failing(policy, numbers)
        return frozenset(failed)

    def _failing(self, policy: Policy, numbers: Sequence[CallNumber]) -> set[PersonName]:
        agree = agreements(Decoder(self.history.only(numbers), policy))
        return {
            name
            for number, fits in zip(sorted(numbers), agree, strict=True)
            if not fits and (name := self.people.of(number)) is not None
        }


def _spellings(history: History, policy: Policy) -> dict[Identifier, tuple[RuleCode, ...]]:
    """The identifiers that were sent in several spellings, with the rules that matter there."""
    forms: defaultdict[Identifier, dict[Identifier, None]] = defaultdict(dict)
    for call in map(policy.sent, history):
        for one in call.identifiers:
            forms[policy.loose(one)][one] = None
    found: defaultdict[Identifier, dict[RuleCode, None]] = defaultdict(dict)
    for spelt in forms.values():
        for one, other in permutations(spelt, 2):
            found[one] |= dict.fromkeys((*policy.apart(one, other), *policy.together(one, other)))
    return {one: tuple(codes) for one, codes in found.items()}


def _tells(call: Call) -> bool:
    return call.observed is not None or call.created is not None


def _parts(history: History, policy: Policy) -> list[list[CallNumber]]:
    """The calls that can touch the same profiles, under any reading of the spelling rules."""
    groups: Groups[Identifier] = Groups()
    names = [tuple(_links(call, policy)) for call in map(policy.sent, history)]
    for links in names:
        groups.join(links)
    parts: defaultdict[Identifier, list[CallNumber]] = defaultdict(list)
    for number, links in enumerate(names, 1):
        if links:
            parts[groups.root(links[0])].append(number)
    return list(parts.values())


def _links(call: Call, policy: Policy) -> Iterator[Identifier]:
    """What leads from a call to others: identifiers in any spelling, profile ids that were told."""
    yield from (policy.loose(one) for one in call.identifiers)
    yield from (Identifier(PROFILE_ID, one) for one in (call.observed, call.merges) if one)


def _batched(parts: Iterable[Sequence[CallNumber]]) -> Iterator[list[CallNumber]]:
    batch: list[CallNumber] = []
    for part in parts:
        batch.extend(part)
        if len(batch) >= _TOGETHER:
            yield sorted(batch)
            batch = []
    if batch:
        yield sorted(batch)
