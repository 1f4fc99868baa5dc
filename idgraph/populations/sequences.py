"""The shortest sequences of calls that readings answer differently: a search breadth first.

All readings go along a sequence together. Two sequences that leave all of them in the same states
have the same future, so that only the first is followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from idgraph.populations.alphabet import Letter, letters, testable
from idgraph.populations.machine import Kept, Machine, Seen
from idgraph.populations.readings import RuleReadings
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode

LONGEST = 5
"""Calls of an experiment at most: what takes more, nobody will want to send by hand."""
STEPS = 40_000
"""How many steps of one reading a search for a rule may take."""
_NONE_YET: tuple[Seen, ...] = ()
Sentence = tuple[Letter, ...]
Mark = tuple[object, ...]
"""Something that is alike for readings which answer a sequence alike."""


@dataclass(frozen=True, slots=True)
class _Node:
    sequence: tuple[int, ...]
    calls: int
    kept: tuple[Kept, ...]
    trail: tuple[tuple[Seen, ...], ...]


@dataclass
class Search:
    """Looks for sequences that tell readings apart.

    `given_up` tells that some were not tried because the search had taken long enough.
    """

    readings: RuleReadings
    longest: int = LONGEST
    given_up: bool = False
    _policies: list[Policy] = field(default_factory=list)
    _marks: dict[Sentence, list[Mark]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prepare the policies."""
        self._policies = [self.readings.under(one) for one in self.readings.every]

    def pool(self) -> list[Sentence]:
        """Return sequences that together tell apart whatever the search could tell apart.

        First each rule by itself, against the first reading; then what is still alike, but for
        what is like the first reading: that was looked at.
        """
        found: dict[Sentence, None] = {}
        for code in self.codes:
            members = self._differing_in(code)
            found |= dict.fromkeys(self._separating(members, (code,)))
        for group in self.classes(list(found)):
            if 0 in group and not self.readings.combined:
                continue
            members, codes = self._telling(group)
            found |= dict.fromkeys(self._separating(members, codes))
        return list(found)

    @property
    def codes(self) -> tuple[RuleCode, ...]:
        """The rules that speak of keys whose values a tester can make up."""
        rules = self.readings.policy.rules
        return tuple(code for code in self.readings.codes if testable(rules[code]))

    def classes(self, sequences: Sequence[Sentence]) -> list[list[int]]:
        """Return the readings, by place, in groups that answer all these sequences alike."""
        self._answer(sequences)
        marks = [self._marks[sequence] for sequence in sequences]
        groups: dict[tuple[Mark, ...], list[int]] = {}
        for place in range(len(self._policies)):
            groups.setdefault(tuple(mark[place] for mark in marks), []).append(place)
        return list(groups.values())

    def marks(self, sequence: Sentence) -> list[Mark]:
        """Return how each reading answers a sequence."""
        self._answer([sequence])
        return self._marks[sequence]

    def _answer(self, sequences: Sequence[Sentence]) -> None:
        """Run sequences that were not run yet: one machine a reading for all their letters."""
        new = [one for one in sequences if one not in self._marks]
        alphabet = list(dict.fromkeys(letter for one in new for letter in one))
        number = {letter: place for place, letter in enumerate(alphabet)}
        self._marks |= {one: [] for one in new}
        for policy in self._policies if new else ():
            machine = Machine(policy, alphabet)
            for one in new:
                kept, trail = machine.start, _NONE_YET
                for letter in one:
                    kept, seen = machine.step(kept, number[letter])
                    trail = (*trail, *seen)
                self._marks[one].append(_mark(kept, trail))

    def _differing_in(self, code: RuleCode) -> list[int]:
        """The first reading, and those that differ from it in one rule alone."""
        every = self.readings.every
        first = dict(every[0].flips)
        members = [0]
        for place, reading in enumerate(every[1:], 1):
            flips = dict(reading.flips)
            apart = {c for c in self.readings.codes if flips.get(c) != first.get(c)}
            if apart == {code}:
                members.append(place)
        return members

    def _telling(self, group: Sequence[int]) -> tuple[list[int], tuple[RuleCode, ...]]:
        """Of readings that are alike, those that differ in rules which can be tested, and these."""
        outcome, every = self.readings.outcome, self.readings.every
        ways: dict[tuple[str, ...], int] = {}
        for place in group:
            ways.setdefault(tuple(outcome(every[place], code) for code in self.codes), place)
        columns = zip(self.codes, zip(*ways, strict=True), strict=True)
        return list(ways.values()), tuple(code for code, outs in columns if len(set(outs)) > 1)

    def _separating(self, members: Sequence[int], codes: Sequence[RuleCode]) -> Iterator[Sentence]:
        """Go through sequences that separate some readings, shortest first, until all are apart."""
        rules = [self.readings.policy.rules[code] for code in codes]
        alphabet = letters(self.readings.policy, rules)
        machines = [Machine(self._policies[place], alphabet) for place in members]
        starts = tuple(machine.start for machine in machines)
        frontier = [_Node((), 0, starts, ((),) * len(machines))]
        visited = {starts}
        groups, steps = [list(range(len(members)))], 0
        while frontier and any(len(group) > 1 for group in groups):
            following: list[_Node] = []
            telling: dict[tuple[int, ...], tuple[int, ...]] = {}
            for node in frontier:
                for after in self._after(node, machines, alphabet):
                    steps += len(machines)
                    telling.setdefault(_partition(after), after.sequence)
                    if after.kept not in visited:
                        visited.add(after.kept)
                        following.append(after)
                if steps > STEPS:
                    self.given_up, following = True, []
                    break
            for partition in _refining(groups, telling):
                groups = _split(groups, partition)
                yield tuple(alphabet[letter] for letter in telling[partition])
            frontier = following

    def _after(
        self, node: _Node, machines: Sequence[Machine], alphabet: Sequence[Letter]
    ) -> Iterator[_Node]:
        for letter, calls in enumerate(map(len, alphabet)):
            if node.calls + calls <= self.longest:
                both = [m.step(kept, letter) for m, kept in zip(machines, node.kept, strict=True)]
                trail = zip(node.trail, both, strict=True)
                yield _Node(
                    (*node.sequence, letter),
                    node.calls + calls,
                    tuple(kept for kept, _ in both),
                    tuple((*before, *seen) for before, (_, seen) in trail),
                )


def _mark(kept: Kept, trail: tuple[Seen, ...]) -> Mark:
    return trail, kept.into


def _partition(node: _Node) -> tuple[int, ...]:
    """The readings, each by the first one that answers like it."""
    first: dict[Mark, int] = {}
    marks = (_mark(kept, trail) for kept, trail in zip(node.kept, node.trail, strict=True))
    return tuple(first.setdefault(mark, place) for place, mark in enumerate(marks))


def _refining(
    groups: list[list[int]], telling: dict[tuple[int, ...], tuple[int, ...]]
) -> Iterator[tuple[int, ...]]:
    """Go through partitions that split groups further, each time the one that splits them most."""
    while telling:
        best = max(telling, key=lambda partition: len(_split(groups, partition)))
        if len(_split(groups, best)) == len(groups):
            return
        groups = _split(groups, best)
        yield best


def _split(groups: list[list[int]], partition: tuple[int, ...]) -> list[list[int]]:
    found: list[list[int]] = []
    for group in groups:
        parts: dict[int, list[int]] = {}
        for place in group:
            parts.setdefault(partition[place], []).append(place)
        found.extend(parts.values())
    return found
