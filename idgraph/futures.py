"""What would have come of a history had some of its calls been otherwise, shown by replay."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from idgraph import policy as policies
from idgraph import replays
from idgraph.calls import KEYS, PROFILE_ID, Call, CallNumber, History, Identifier, Key
from idgraph.calls import history as in_time
from idgraph.clocks import SECOND
from idgraph.errors import UsageError
from idgraph.explain import counted, label, listed
from idgraph.persons import PersonName, Persons, link
from idgraph.registry import Shown
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode
from idgraph.splitting import Split, jumps, landed_on
from idgraph.steps import Change, ProfileName, Step

if TYPE_CHECKING:
    import pandas as pd

Value = str | int | None
"""What an edit puts on a key: a text, a number that stays a JSON number, None for not sent."""
_Told = tuple[object, ...]
_Ties = tuple[tuple[CallNumber, ...], ...]


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
        return _renumbered(self.people, self.numbers)

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


def what_if(
    replay: Replay,
    *,
    put: Mapping[CallNumber, Mapping[Key, Value]] | None = None,
    before: Mapping[CallNumber, CallNumber] | None = None,
    delay: Mapping[CallNumber, float] | None = None,
    without: Iterable[CallNumber] = (),
    policy: str | Policy | None = None,
    assume: Mapping[RuleCode, str] | None = None,
) -> Future:
    """Replay a history with some calls edited, and say what comes out differently.

    `put={5: {"email": "new@example.com", "external_id": None}}` changes what call 5 carries (None:
    not sent; a number stays a JSON number); `before={5: 3}` lets it come just before call 3;
    `delay={5: 60}` a minute later, with all its clocks; `without=(5,)` leaves it out. All numbers
    are those of the given history. `policy` and `assume` are as in `replay`; without `policy` the
    one of the replay holds, with what was assumed there. A call whose keys are edited has no answer
    and no body: those it had were another call's. A number or a key that is not known, a call
    before itself, and a delay of a call without a clock are a `UsageError`.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.what_if(replay, without=[2, 3])
    <Future klaviyo-classic: 2 edits, 3 changed calls; 0 persons with fewer profiles, 0 with more>
    """
    edits = Edits(
        {number: dict(values) for number, values in (put or {}).items()},
        dict(before or {}),
        dict(delay or {}),
        tuple(dict.fromkeys(without)),
        policy,
        dict(assume or {}),
    )
    _check(replay.history, edits)
    chosen = policies.load(policy) if isinstance(policy, str) else policy or replay.policy
    history, numbers = _edited(replay.history, edits, chosen)
    assumed = {**({} if policy else replay.assumptions), **edits.assume}
    return _compared(replay, replays.replay(history, chosen, assume=assumed), edits, numbers)


def by_rules(replay: Replay) -> Replay:
    """Return a replay in which each call landed where the rules send it, whatever was observed."""
    steps = tuple(replace(s, landed=s.profile) if s.deviates else s for s in replay)
    return replace(replay, steps=steps)


def person_sentence(future: Future, person: PersonName, name: str) -> str:
    """Return in a sentence how many profiles a person has; `name` is what it calls the person."""
    row = future.person(person)
    then = counted(len(row.after), "profile")
    if not row.after:
        return f"No call of {name} is left that is filed on a profile."
    if row.change == 0:
        return f"{name} has {then}, as before."
    return f"{name} has {then} instead of {len(row.before)}."


def side_effects(
    future: Future, person: PersonName, named: Callable[[PersonName], str]
) -> tuple[str, ...]:
    """Return in sentences what an edit does to others: new splits, and profiles now shared.

    `named` says what a sentence calls a person.
    """
    others = (split for split in future.appeared if split.person != person)
    apart = (f"{named(split.person)} splits at call {split.call}." for split in others)
    joined = (f"{listed(map(named, names))} share a profile." for names in future.joined)
    return (*apart, *joined)


# --- the edited history --------------------------------------------------------------------------


def _check(history: History, edits: Edits) -> None:
    for number in (*edits.put, *edits.before, *edits.before.values(), *edits.delay, *edits.without):
        history.call(number)
    for number, values in edits.put.items():
        for key, value in values.items():
            _check_value(number, key, value)
    for number, other in edits.before.items():
        if number == other:
            remedy = "Name another call before which it is to come."
            raise UsageError(f"call {number} cannot come before itself", remedy=remedy)
    for number, seconds in edits.delay.items():
        if not math.isfinite(seconds):
            remedy = "Give a number of seconds."
            raise UsageError(f"the delay of call {number} is no span of time", remedy=remedy)
        if seconds and history.call(number).at is None:
            remedy = "Say with `before` where it comes."
            raise UsageError(f"call {number} has no clock that could move", remedy=remedy)


def _check_value(number: CallNumber, key: Key, value: object) -> None:
    if key not in KEYS:
        raise UsageError(
            f"the edit of call {number} names an unknown key", remedy=f"Keys are {', '.join(KEYS)}."
        )
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise UsageError(
            f"the edit of call {number} puts neither a text nor a whole number on {key}",
            remedy="Give a text or a whole number, or None for a key that is not sent.",
        )


def _edited(base: History, edits: Edits, policy: Policy) -> tuple[History, tuple[CallNumber, ...]]:
    """The edited history, and the number in the base of each of its calls."""
    calls = {n: _put(call, edits.put.get(n, {})) for n, call in enumerate(base, 1)}
    order, ties = list(calls), base.ties
    late = {n: round(seconds * SECOND) for n, seconds in edits.delay.items() if seconds}
    if late:
        calls |= {n: calls[n].later(span) for n, span in late.items()}
        order, ties = _in_time(calls)
    for number, other in edits.before.items():
        _move(calls, order, number, other)
    ties = tuple(tuple(n for n in group if n not in edits.before) for group in ties)
    numbers = tuple(n for n in order if n not in edits.without)
    told = PROFILE_ID in policy.order
    kept = tuple(calls[n] if told else _unobserved(calls[n]) for n in numbers)
    place = {old: new for new, old in enumerate(numbers, 1)}
    again = (sorted(place[n] for n in group if n in place) for group in base.duplicates)
    edited = replace(
        base,
        calls=kept,
        ties=tuple(_runs(sorted(place[n] for n in group if n in place) for group in ties)),
        duplicates=tuple(tuple(group) for group in again if len(group) > 1),
    )
    return edited, numbers


def _put(call: Call, values: Mapping[Key, Value]) -> Call:
    edited = replace(call, clears=tuple(key for key in call.clears if key not in values))
    for key, value in values.items():
        if value is None:
            edited = edited.without(key)
        else:
            edited = edited.carrying(Identifier(key, str(value), not isinstance(value, str)))
    if (edited.identifiers, edited.clears) == (call.identifiers, call.clears):
        return call
    return replace(
        edited, refused=False, answer=None, owner=None, created=None, payload={}, wire={}
    )


def _unobserved(call: Call) -> Call:
    """A call without the profile on which it was seen; only a look-up of profile ids needs it."""
    return replace(call, observed=None) if call.observed else call


def _in_time(calls: Mapping[CallNumber, Call]) -> tuple[list[CallNumber], _Ties]:
    """The order of some calls by their clocks, and their ties, by the numbers given."""
    fresh = {number: replace(call) for number, call in calls.items()}
    names = {id(call): number for number, call in fresh.items()}
    found = in_time(fresh.values())
    order = [names[id(call)] for call in found]
    return order, tuple(tuple(order[n - 1] for n in group) for group in found.ties)


def _move(
    calls: dict[CallNumber, Call], order: list[CallNumber], number: CallNumber, other: CallNumber
) -> None:
    """Let a call come just before another, at the instant of that one."""
    old = order.index(number)
    order.remove(number)
    place = order.index(other)
    if place != old:
        clocked = (calls[n].at for n in reversed(order[: place + 1]))
        moment = next((at for at in clocked if at is not None), None)
        own = calls[number].at
        if own is not None and moment is not None:
            calls[number] = calls[number].later(moment - own)
    order.insert(place, number)


def _runs(groups: Iterable[list[CallNumber]]) -> Iterator[tuple[CallNumber, ...]]:
    """The stretches of each group that nothing interrupts: a call in between ends a tie."""
    for group in groups:
        parts: list[list[CallNumber]] = []
        for number in group:
            if parts and parts[-1][-1] == number - 1:
                parts[-1].append(number)
            else:
                parts.append([number])
        yield from (tuple(part) for part in parts if len(part) > 1)


# --- the comparison ------------------------------------------------------------------------------


def _compared(
    base: Replay, edited: Replay, edits: Edits, numbers: tuple[CallNumber, ...]
) -> Future:
    people = link(base.history)
    now, then = by_rules(base), by_rules(edited)
    people_then = _renumbered(people, numbers)
    before = {(s.person, s.call): s for s in jumps(now, people)}
    found = (replace(s, call=numbers[s.call - 1]) for s in jumps(then, people_then))
    persons = tuple(_profiles(now, then, people, people_then))
    after = {(split.person, split.call): split for split in found}
    return Future(
        base=base,
        replay=then,
        edits=edits,
        people=people,
        numbers=numbers,
        changed=tuple(_changed(now, then, numbers)),
        persons=persons,
        appeared=tuple(after[place] for place in after if place not in before),
        healed=tuple(before[place] for place in before if place not in after),
        joined=tuple(_joined(persons)),
    )


def _renumbered(people: Persons, numbers: Sequence[CallNumber]) -> Persons:
    owners = ((new, people.of(old)) for new, old in enumerate(numbers, 1))
    names = {number: name for number, name in owners if name is not None}
    calls: defaultdict[PersonName, list[CallNumber]] = defaultdict(list)
    for number, name in names.items():
        calls[name].append(number)
    grouped = {name: tuple(calls[name]) for name in people if name in calls}
    return Persons(grouped, people.crowded, names)


def _profiles(
    now: Replay, then: Replay, people: Persons, people_then: Persons
) -> Iterator[PersonProfiles]:
    for name, numbers in people.calls.items():
        left = people_then.calls.get(name, ())
        yield PersonProfiles(name, landed_on(now, numbers), landed_on(then, left))


def _joined(persons: Sequence[PersonProfiles]) -> Iterator[tuple[PersonName, ...]]:
    """The persons of each profile that holds calls of several, unless they shared one before."""
    before: defaultdict[ProfileName, set[PersonName]] = defaultdict(set)
    after: defaultdict[ProfileName, list[PersonName]] = defaultdict(list)
    for row in persons:
        for name in row.before:
            before[name].add(row.person)
        for name in row.after:
            after[name].append(row.person)
    for names in after.values():
        if len(names) > 1 and not any(who.issuperset(names) for who in before.values()):
            yield tuple(names)


def _changed(now: Replay, then: Replay, numbers: Sequence[CallNumber]) -> Iterator[ChangedCall]:
    steps = {old: then.steps[new - 1] for new, old in enumerate(numbers, 1)}
    same = _same(now, steps)
    for step in now:
        other = steps.get(step.number)
        was = _outcome(now.policy, step)
        if other is None:
            yield ChangedCall(step.number, None, was, "left out")
        elif _told(step, lambda name: name) != _told(other, same):
            words = _outcome(then.policy, other)
            more = ", but another value" if words == was else ""
            yield ChangedCall(step.number, other.number, was, f"{words}{more}")


def _same(
    now: Replay, steps: Mapping[CallNumber, Step]
) -> Callable[[ProfileName | None], ProfileName | None]:
    """The name that a profile of the future has in the base.

    Names count profiles by birth, so that one profile less renames all later ones. Two are the same
    that one call made, else those that most calls have in common.
    """
    made: dict[ProfileName, ProfileName] = {}
    shared: Counter[tuple[ProfileName, ProfileName]] = Counter()
    for number, step in steps.items():
        base = now.step(number)
        if step.profile and base.profile:
            shared[step.profile, base.profile] += 1
            if step.created and base.created:
                made[step.profile] = base.profile
    for (new, old), _ in shared.most_common():
        if new not in made and old not in made.values():
            made[new] = old
    return lambda name: name and made.get(name, f"new {name}")


def _told(step: Step, same: Callable[[ProfileName | None], ProfileName | None]) -> _Told:
    """What came of a call, comparable across replays: not what its profile held before."""
    return (
        same(step.profile),
        step.matched,
        step.created,
        step.refused,
        {same(name) for name in step.merged},
        {(c.key, c.before is None, c.after, same(c.taken_from)) for c in step.changed},
        {(kept.identifier, same(kept.holder)) for kept in step.kept},
    )


def _outcome(policy: Policy, step: Step) -> str:
    """What came of a call in a few words, without a value."""
    if step.refused:
        return "refused"
    if step.profile is None:
        return "filed nowhere"
    return ", ".join((_found(policy, step), *_writes(policy, step)))


def _found(policy: Policy, step: Step) -> str:
    if step.matched is not None:
        return f"found {step.profile} by {label(policy, step.matched)}"
    keys = listed(label(policy, change.key) for change in step.changed)
    return f"{'made' if step.created else 'named'} {step.profile}{f' with {keys}' if keys else ''}"


def _writes(policy: Policy, step: Step) -> Iterator[str]:
    if step.matched is not None:
        for verb, changes in _verbs(step).items():
            yield f"{verb} {listed(label(policy, change.key) for change in changes)}"
    if step.merged:
        yield f"merged {listed(step.merged)}"
    for kept in step.kept:
        if kept.holder and kept.holder not in step.merged:
            yield f"left {label(policy, kept.identifier.key)} with {kept.holder}"


def _verbs(step: Step) -> dict[str, list[Change]]:
    found: defaultdict[str, list[Change]] = defaultdict(list)
    for change in step.changed:
        replaced = "emptied" if change.after is None else "replaced"
        found["put" if change.before is None else replaced].append(change)
    return found
