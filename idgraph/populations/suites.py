"""A small suite of experiments that tells readings of the rules apart, with what each would see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from idgraph import policy as policies
from idgraph.calls import Call, CallNumber, History
from idgraph.errors import UsageError
from idgraph.notation import parse
from idgraph.populations import words
from idgraph.populations.alphabet import Values
from idgraph.populations.readings import RuleReading, RuleReadings, rule_readings
from idgraph.populations.requesting import ready
from idgraph.populations.sequences import LONGEST, Mark, Search, Sentence
from idgraph.populations.timing import Timed, timing
from idgraph.registry import Shown
from idgraph.replays import Replay, replay
from idgraph.rulebook import Policy

if TYPE_CHECKING:
    import pandas as pd

RUN = 1001
_SET_UP = 1
"""What an experiment costs besides its calls, in calls: fresh addresses, looking at the outcome."""


@dataclass(frozen=True, slots=True)
class Landing:
    """What an observer sees of one call: its profile, by letter, and whether the call made it.

    `profile` is None where the call was refused, or filed nowhere that the rules could tell.
    `became` is the profile into which that one was merged in the end, None where it is still there.
    """

    call: CallNumber
    profile: str | None
    created: bool
    refused: bool
    became: str | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What some readings say that an experiment will show, call by call."""

    landings: tuple[Landing, ...]
    readings: tuple[RuleReading, ...]


@dataclass(frozen=True, slots=True)
class Experiment:
    """A few calls on a test account, and what each reading says of them.

    `notation` is their text, `calls` the same as data; no prediction is like another.
    """

    number: int
    notation: str
    history: History
    predictions: tuple[Prediction, ...]

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls, in order."""
        return self.history.calls

    def requests(self) -> tuple[dict[str, Any], ...]:
        """Return the requests to send, with `{...}` where keys belong; empty where none is known.

        Each has `call`, `method`, `path`, `headers`, `body` and `wait_s`, how long to wait before
        it. Nothing here sends them.
        """
        return ready(self.history)


@dataclass(frozen=True, repr=False)
class Suite(Shown):
    """Experiments that tell readings apart, cheapest first, and the one that tells a lag.

    `classes` are the readings that answer every experiment alike. `given_up` tells that not every
    sequence of up to `longest` calls was tried, so that a class may yet come apart.
    """

    readings: RuleReadings
    experiments: tuple[Experiment, ...]
    classes: tuple[tuple[RuleReading, ...], ...]
    timed: Timed | None
    longest: int
    given_up: bool

    def __len__(self) -> int:
        """Return the number of experiments, without the one on timing."""
        return len(self.experiments)

    def __iter__(self) -> Iterator[Experiment]:
        """Go through the experiments."""
        return iter(self.experiments)

    def __getitem__(self, place: int) -> Experiment:
        """Return an experiment by its place, from 0."""
        return self.experiments[place]

    @cached_property
    def cost(self) -> int:
        """How many calls the experiments take together."""
        return sum(len(one.calls) for one in self.experiments)

    def left(self, seen: Mapping[int, Sequence[str | None]]) -> tuple[RuleReading, ...]:
        """Return the readings that are left by what was seen in experiments, by their numbers.

        What is seen of an experiment is the profile of each of its calls, under any names, as it is
        when all is done (so that those of a profile that was merged are of the one that is left);
        None for a call that went nowhere.
        """
        told = {number: self._told(number, names) for number, names in seen.items()}
        return tuple(one for one in self.readings.every if all(one in fit for fit in told.values()))

    def _told(self, number: int, names: Sequence[str | None]) -> set[RuleReading]:
        found = [one for one in self.experiments if one.number == number]
        if not found or len(names) != len(found[0].calls):
            raise UsageError(
                f"what was seen is not that of an experiment: {number}, {len(names)} calls",
                remedy="Give the number of an experiment, and one name, or None, for each call.",
            )
        return {
            reading
            for prediction in found[0].predictions
            if _fits(prediction.landings, names)
            for reading in prediction.readings
        }

    def table(self) -> pd.DataFrame:
        """Return one row a prediction: experiment, its calls, what is seen, and the readings."""
        from idgraph.frames import Frame

        rows = [
            {
                "experiment": one.number,
                "calls": one.notation,
                "seen": words.of_landings(prediction.landings),
                "readings": "; ".join(reading.name for reading in prediction.readings),
            }
            for one in self.experiments
            for prediction in one.predictions
        ]
        return Frame(rows, columns=["experiment", "calls", "seen", "readings"])

    def sentences(self) -> tuple[str, ...]:
        """Return what the experiments tell apart, and what they do not, for people."""
        return tuple(words.of_suite(self))

    def __repr__(self) -> str:
        """Say in one line what the suite costs and how much it tells apart."""
        counts = f"{words.number(len(self), 'experiment')}, {words.number(self.cost, 'call')}"
        told = f"{words.number(len(self.readings), 'reading')} in {len(self.classes)} groups"
        return f"<Suite {self.readings.policy.name}: {counts}; {told}>"


def experiments(
    readings: str | Policy | RuleReadings, *, run: int = RUN, longest: int = LONGEST
) -> Suite:
    """Return a small suite of experiments that separates readings of a policy.

    By default the readings are all of its open rules; a calibration's `remaining()` are those that
    traffic has left. Every sequence of up to `longest` calls (5 at most) of the test alphabet is
    looked at, shortest first, and of those that separate anything few are kept that separate as
    much. `run` is a number that is part of each test identifier: give each run its own, or it meets
    the profiles of the one before. Deterministic, and sends nothing.

    >>> import idgraph as ig
    >>> ig.experiments("klaviyo-classic", longest=2)
    <Suite klaviyo-classic: 9 experiments, 18 calls; 23 readings in 12 groups>
    """
    if not 1 <= longest <= LONGEST:
        remedy = f"Give 1 to {LONGEST}."
        raise UsageError("experiments cannot have so many calls", remedy=remedy)
    if run < 1:
        raise UsageError("a run has no such number", remedy="Give 1 or more.")
    chosen = policies.load(readings) if isinstance(readings, str) else readings
    wanted = chosen if isinstance(chosen, RuleReadings) else rule_readings(chosen, most=None)
    search = Search(wanted, longest)
    kept = _cheapest({one: search.marks(one) for one in search.pool()})
    made = tuple(_experiment(Values(run, n), one, search) for n, one in enumerate(kept, 1))
    return Suite(
        readings=wanted,
        experiments=made,
        classes=_classes(wanted, made),
        timed=timing(wanted.policy, run, len(made) + 1),
        longest=longest,
        given_up=search.given_up,
    )


def _cheapest(pool: Mapping[Sentence, Sequence[Mark]]) -> list[Sentence]:
    """A few of the sequences that separate as much as all: greedily, then without what is spare."""
    apart = {one: _apart(marks) for one, marks in pool.items()}
    missing = set().union(*apart.values())
    kept: list[Sentence] = []
    while missing:
        best = max(apart, key=lambda one: (len(apart[one] & missing) / _cost(one), -_cost(one)))
        kept.append(best)
        missing -= apart[best]
    for one in sorted(kept, key=_cost, reverse=True):
        rest = set().union(*(apart[other] for other in kept if other != one))
        if apart[one] <= rest:
            kept.remove(one)
    return sorted(kept, key=_cost)


def _apart(marks: Sequence[Mark]) -> set[tuple[int, int]]:
    pairs = combinations(range(len(marks)), 2)
    return {(one, other) for one, other in pairs if marks[one] != marks[other]}


def _cost(sentence: Sentence) -> int:
    return _SET_UP + sum(map(len, sentence))


def _experiment(values: Values, sentence: Sentence, search: Search) -> Experiment:
    lines = [values.line(sent) for letter in sentence for sent in letter]
    text = "".join(f"{line}\n" for line in (f"# experiment {values.experiment}", *lines))
    history = parse(text)
    alike: dict[Mark, list[RuleReading]] = {}
    for reading, mark in zip(search.readings.every, search.marks(sentence), strict=True):
        alike.setdefault(mark, []).append(reading)
    predictions = (
        Prediction(landings(replay(history, search.readings.under(same[0]))), tuple(same))
        for same in alike.values()
    )
    return Experiment(values.experiment, text, history, tuple(predictions))


def landings(found: Replay) -> tuple[Landing, ...]:
    """Return what an observer would see of the calls of a replay: profiles A, B, ... by birth."""
    births = [step.profile for step in found if step.created]
    letter = {name: chr(ord("A") + place) for place, name in enumerate(births)}
    return tuple(
        Landing(
            step.number,
            letter[step.profile] if step.profile else None,
            step.created,
            step.refused,
            _became(found, step.profile, letter),
        )
        for step in found
    )


def _became(found: Replay, profile: str | None, letter: Mapping[str | None, str]) -> str | None:
    last = found.survivor(profile) if profile else None
    return letter[last] if last != profile else None


def _classes(
    readings: RuleReadings, made: Sequence[Experiment]
) -> tuple[tuple[RuleReading, ...], ...]:
    """The readings that share a prediction in every experiment."""
    groups: dict[tuple[int, ...], list[RuleReading]] = {}
    places = [
        {reading: place for place, one in enumerate(e.predictions) for reading in one.readings}
        for e in made
    ]
    for reading in readings.every:
        groups.setdefault(tuple(place[reading] for place in places), []).append(reading)
    return tuple(map(tuple, groups.values()))


def _fits(landings: Sequence[Landing], names: Sequence[str | None]) -> bool:
    """Whether names and profiles go one to one in the end."""
    return _renamed(names) == _renamed([one.became or one.profile for one in landings])


def _renamed(names: Sequence[str | None]) -> list[int | None]:
    """Names by the place of their first appearance."""
    return [None if name is None else names.index(name) for name in names]
