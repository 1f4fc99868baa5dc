"""Two replays, call by call and person by person: what comes out differently, by the rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from idgraph.calls import CallNumber
from idgraph.explain import label, listed
from idgraph.futures.results import ChangedCall, Edits, Future, PersonProfiles, renumbered
from idgraph.persons import PersonName, Persons, link
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.splitting import jumps, landed_on
from idgraph.steps import Change, ProfileName, Step

_Told = tuple[object, ...]


def by_rules(replay: Replay) -> Replay:
    """Return a replay in which each call landed where the rules send it, whatever was observed."""
    steps = tuple(replace(s, landed=s.profile) if s.deviates else s for s in replay)
    return replace(replay, steps=steps)


def compared(base: Replay, edited: Replay, edits: Edits, numbers: tuple[CallNumber, ...]) -> Future:
    """Return what comes out differently where a history is edited; `numbers` as in `Future`."""
    people = link(base.history)
    now, then = by_rules(base), by_rules(edited)
    people_then = renumbered(people, numbers)
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
