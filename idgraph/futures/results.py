"""What an edited history comes to, beside the one that it was made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from idgraph.calls import CallNumber, Key
from idgraph.errors import UsageError
from idgraph.explain import counted
from idgraph.persons import PersonName, Persons
from idgraph.registry import Shown
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode
from idgraph.splitting import Split
from idgraph.steps import ProfileName

if TYPE_CHECKING:
    import pandas as pd

Value = str | int | None
"""What an edit puts on a key: a text, a number that stays a JSON number, None for not sent."""


@dataclass(frozen=True, slots=True)
class Edits:
    """What is otherwise in a future; calls by the numbers that they have in the base.

    They work in this order: `put` changes what a call carries (None: not sent), `delay` lets it
    come so many seconds later (less than 0: earlier), `before` lets it come just before another,
    `without` leaves it out. `policy` and `assume` replay under other rules.
    """

    put: Mapping[CallNumber, Mapping[Key, Value]] = field(default_factory=dict)
    before: Mapping[CallNumber, CallNumber] = field(default_factory=dict)
    delay: Mapping[CallNumber, float] = field(default_factory=dict)
    without: tuple[CallNumber, ...] = ()
    policy: str | Policy | None = None
    assume: Mapping[RuleCode, str] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many edits there are: one a key, a move, a delay, a call left out, a rule."""
        keys = sum(map(len, self.put.values()))
        timed = len(self.before) + len(self.delay) + len(self.without)
        return keys + timed + (self.policy is not None) + len(self.assume)

    @property
    def arguments(self) -> dict[str, Any]:
        """The edits as the keyword arguments of `what_if`; those that change nothing left out."""
        given = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class ChangedCall:
    """A call that comes out differently; `call` is its number in the base.

    `now` is its number in the edited history, None where it was left out. `was` and `then` say
    without a value what came of it and what comes of it.
    """

    call: CallNumber
    now: CallNumber | None
    was: str
    then: str


@dataclass(frozen=True, slots=True)
class PersonProfiles:
    """The profiles of a person by the rules, in the base and in the future, by their names there.

    `after` is empty where no call of the person is left that is filed anywhere.
    """

    person: PersonName = field(repr=False)
    before: tuple[ProfileName, ...]
    after: tuple[ProfileName, ...]

    @property
    def change(self) -> int:
        """How many profiles more the person has in the future."""
        return len(self.after) - len(self.before)


@dataclass(frozen=True, repr=False)
class Future(Shown):
    """An edited history under a policy, compared with the base by the rules alone.

    `replay` holds the edited history, `numbers` the number in the base of each of its calls, and
    `people` the persons of the base, whom no edit can rename. `changed` are the calls that come out
    differently: that go elsewhere, are found otherwise or write otherwise. `persons` says of every
    person how many profiles it has, `appeared` are the splits that the base does not have, `healed`
    those of the base that are gone; their calls are numbered as in the base. `joined` are persons
    who share a profile and do not in the base. What was observed is left out on both sides, since
    nobody observed a history that did not happen.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.what_if(replay, without=[3])
    <Future klaviyo-classic: 1 edit, 2 changed calls; 0 persons with fewer profiles, 0 with more>
    """

    base: Replay
    replay: Replay
    edits: Edits
    people: Persons
    numbers: tuple[CallNumber, ...]
    changed: tuple[ChangedCall, ...]
    persons: tuple[PersonProfiles, ...]
    appeared: tuple[Split, ...]
    healed: tuple[Split, ...]
    joined: tuple[tuple[PersonName, ...], ...]

    @property
    def people_then(self) -> Persons:
        """The same persons by the numbers of the edited history; those without a call are gone."""
        return renumbered(self.people, self.numbers)

    @property
    def observed(self) -> tuple[CallNumber, ...]:
        """The calls of the base that were observed elsewhere than where the rules send them."""
        return tuple(step.number for step in self.base if step.deviates)

    def person(self, name: PersonName) -> PersonProfiles:
        """Return the profiles of a person; a `UsageError` where there is none of that name."""
        found = next((row for row in self.persons if row.person == name), None)
        if found is None:
            raise UsageError("no person of that name is in the history", remedy="See `.persons`.")
        return found

    def table(self) -> pd.DataFrame:
        """Return one row a call that comes out differently: origin, now, was and then.

        `call` is the number in the base; `now` the one in the edited history, None if left out.
        """
        from idgraph.frames import Frame

        rows = [
            (row.call, self.base.history.call(row.call).origin, row.now, row.was, row.then)
            for row in self.changed
        ]
        columns = ["call", "origin", "now", "was", "then"]
        return Frame(rows, columns=columns, dtype=object).set_index("call")

    def __repr__(self) -> str:
        """Say in one line what comes out differently, without a value."""
        fewer = sum(row.change < 0 for row in self.persons)
        more = sum(row.change > 0 for row in self.persons)
        return (
            f"<Future {self.replay.policy.name}: {counted(len(self.edits), 'edit')}, "
            f"{counted(len(self.changed), 'changed call')}; {counted(fewer, 'person')} with fewer "
            f"profiles, {more} with more>"
        )


def renumbered(people: Persons, numbers: Sequence[CallNumber]) -> Persons:
    """Return the same persons by the numbers of an edited history."""
    owners = ((new, people.of(old)) for new, old in enumerate(numbers, 1))
    names = {number: name for number, name in owners if name is not None}
    calls: defaultdict[PersonName, list[CallNumber]] = defaultdict(list)
    for number, name in names.items():
        calls[name].append(number)
    grouped = {name: tuple(calls[name]) for name in people if name in calls}
    return Persons(grouped, people.crowded, names)
