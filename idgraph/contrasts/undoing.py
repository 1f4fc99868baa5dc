"""What becomes of duplicated persons if a feature is taken away: shown by replay, not by rates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from idgraph.calls import CallNumber
from idgraph.contrasts.cases import Case
from idgraph.contrasts.features import Hold
from idgraph.edits import Edit, applied
from idgraph.persons import PersonName, Persons
from idgraph.repairs import profiles_of, shared_by
from idgraph.replays import Part, Replay
from idgraph.rules import RuleCode
from idgraph.steps import Step

_TOLD = 3


@dataclass(frozen=True, slots=True)
class Effect:
    """What a replay says of the duplicated persons that show a feature, without it.

    Of `held` persons, `edited` have calls that an edit would change, and `ruled` of those have
    several profiles by the rules alone; `gone` have one then, `new` persons have more profiles than
    before, `joins` more share a profile. `unseen` persons have one profile by the rules, and have
    several if the call did not see the write that it came so soon after: waiting is what they
    lack. `rules` are the codes of the rules by which the calls of the gone ones made or found
    their second profile, the most frequent first.
    """

    held: int
    edited: int
    ruled: int
    gone: int
    unseen: int
    new: int
    joins: int
    rules: tuple[RuleCode, ...]

    @property
    def removes(self) -> int:
        """How many duplicates it accounts for: those gone, and those that a wait would spare."""
        return self.gone + self.unseen


def undone(cases: Iterable[tuple[Case, tuple[Hold, ...]]]) -> Effect | None:
    """Undo a feature in the duplicated persons that show it; None where no edit takes it away.

    Each side is replayed by the rules alone, with the calls related to those persons and no others.
    """
    every = [(case, [one.edit for one in holds if one.edit]) for case, holds in cases]
    edited = [(case, edits) for case, edits in every if edits]
    if not edited:
        return None
    sides = {id(case.side): case.side for case, _ in edited}
    parts = [
        _side(side.replay, side.people, [row for row in edited if row[0].side is side])
        for side in sides.values()
    ]
    codes = sum((part.codes for part in parts), Counter[RuleCode]())
    return Effect(
        held=len(every),
        edited=len(edited),
        ruled=sum(part.ruled for part in parts),
        gone=sum(part.gone for part in parts),
        unseen=sum(part.unseen for part in parts),
        new=sum(part.new for part in parts),
        joins=sum(part.joins for part in parts),
        rules=tuple(code for code, _ in codes.most_common(_TOLD)),
    )


class _Sums(NamedTuple):
    """What a replay of one side comes to, as in `Effect`."""

    ruled: int
    gone: int
    unseen: int
    new: int
    joins: int
    codes: Counter[RuleCode]


def _side(replay: Replay, people: Persons, edited: list[tuple[Case, list[Edit]]]) -> _Sums:
    part = Part(replay, (number for case, _ in edited for number in case.numbers))
    steps = part.steps({})
    before = profiles_of(people, steps)
    ruled = [case for case, _ in edited if before[case.person] > 1]
    waits = [(case, edit) for case, edits in edited for edit in edits if edit.kind == "wait"]
    unseen = _unseen(replay, people, ((c, e) for c, e in waits if before[c.person] == 1))
    changes = applied(replay, (e for _, edits in edited for e in edits if e.kind != "wait"))
    then = part.steps(changes) if changes else steps
    after = profiles_of(people, then)
    gone = [case for case in ruled if after[case.person] == 1]
    new = sum(after[name] > before[name] for name in after)
    joins = max(0, shared_by(people, then) - shared_by(people, steps))
    codes = Counter(code for case in gone for code in _codes(steps, case.numbers))
    return _Sums(len(ruled), len(gone), len(unseen), new, joins, codes)


def _unseen(replay: Replay, people: Persons, waits: Iterable[tuple[Case, Edit]]) -> set[PersonName]:
    """The persons that split by the rules if a call did not see the one before it."""
    found: set[PersonName] = set()
    for case, edit in waits:
        if case.person not in found and edit.after is not None:
            steps = Part(replay, case.numbers).steps({}, early=(edit.call, edit.after))
            if profiles_of(people, steps)[case.person] > 1:
                found.add(case.person)
    return found


def _codes(steps: Mapping[CallNumber, Step], numbers: Iterable[CallNumber]) -> Iterator[RuleCode]:
    """The rules by which a person's calls first came to a second profile."""
    first = None
    for number in numbers:
        step = steps[number]
        first = first or step.profile
        if step.profile and step.profile != first:
            yield from dict.fromkeys((step.rule, *step.assumed))
            return
