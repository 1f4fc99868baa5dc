"""What is compared with what: two persons, two groups of persons, or one history twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from idgraph import policy as policies
from idgraph import sources
from idgraph.calls import History
from idgraph.comparison import partners
from idgraph.comparison.finding import compared, under_both
from idgraph.comparison.results import Comparison
from idgraph.comparison.sides import Side, side
from idgraph.contrasts import Contrast, contrast
from idgraph.errors import UsageError
from idgraph.persons import PersonName, Persons, link
from idgraph.replays import Replay, replay
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode
from idgraph.searching.limits import Limits

Given = str | Path | History | Replay
SMALL = Limits(nodes=20_000, seconds=5.0)
"""What a comparison allows a verdict by default: less than one asked for alone."""


def compare(
    good: Given,
    bad: Given | None = None,
    *,
    policy: str | Policy | None = None,
    other_policy: str | Policy | None = None,
    assume: Mapping[RuleCode, str] | None = None,
    good_person: PersonName | None = None,
    bad_person: PersonName | None = None,
    limits: Limits | None = None,
) -> Comparison | Contrast:
    """Compare a history that tracked correctly with one that duplicated; or two groups of them.

    `good` and `bad` are paths (files, folders, globs), histories or replays. Of one person each:
    what differs, and the smallest difference that turns one into the other, verified by replay.
    Where one side has more persons, the duplicated one is compared with the correct person most
    like it; `good_person` and `bad_person` choose by name. Where both have, or without `bad`, the
    features that tell duplicated persons from correct ones are ranked (a `Contrast`). With
    `other_policy` the calls of `good` are compared under two policies; so are two replays of the
    same calls. Without a policy that of a replay is taken, or the one that the requests show. A
    `UsageError` where there is nobody to compare.

    >>> import idgraph as ig
    >>> found = ig.compare(ig.demo("email-change-worked"), ig.demo("email-change-broke"))
    >>> found.first_divergence
    5
    """
    bounds = limits or SMALL
    one, other = _replays(good, good if bad is None else bad, policy, other_policy, assume or {})
    if other_policy is not None or one.policy != other.policy:
        return _under_both(one, other, bad_person or good_person, bounds)
    named = bad_person is not None or good_person is not None
    if bad is None and not named:
        return contrast(one)
    people = link(one.history)
    others = people if one is other else link(other.history)
    if not named and len(people) > 1 and len(others) > 1:
        return contrast(one, other)
    return _one_against_one(
        one, people, other, others, good_person=good_person, bad_person=bad_person, limits=bounds
    )


def compared_example(found: Contrast) -> Comparison | None:
    """Return a pair of persons that shows the first cause of a contrast; None without a cause."""
    example = next((one for cause in found.causes for one in cause.bad), None)
    if example is None:
        return None
    good, bad = found.good, found.bad
    people = link(good.history)
    others = people if good is bad else link(bad.history)
    return _one_against_one(
        good, people, bad, others, good_person=None, bad_person=example.person, limits=SMALL
    )


# --- what was given ------------------------------------------------------------------------------


def _replays(
    good: Given,
    bad: Given,
    policy: str | Policy | None,
    other_policy: str | Policy | None,
    assume: Mapping[RuleCode, str],
) -> tuple[Replay, Replay]:
    """Both sides under one policy, that of the duplicated one unless one is named."""
    first = _read(good)
    second = first if bad is good else _read(bad)
    chosen = policy or _policy(second) or _policy(first)
    if chosen is None:
        chosen = policies.pick(second if isinstance(second, History) else second.history)[0]
    if policy is None and other_policy is None and _same_calls(first, second):
        pair = _policy(first), _policy(second)
        if None not in pair and pair[0] != pair[1]:
            return _replayed(first, pair[0], assume), _replayed(second, pair[1], assume)
    one = _replayed(first, chosen, assume)
    if other_policy is not None:
        return one, _replayed(first, other_policy, assume)
    return one, one if second is first else _replayed(second, chosen, assume)


def _read(given: Given) -> History | Replay:
    if isinstance(given, History | Replay):
        return given
    return sources.read(given)


def _policy(given: History | Replay) -> Policy | None:
    return given.policy if isinstance(given, Replay) else None


def _same_calls(one: History | Replay, other: History | Replay) -> bool:
    return _history(one).calls == _history(other).calls


def _history(given: History | Replay) -> History:
    return given.history if isinstance(given, Replay) else given


def _replayed(
    given: History | Replay, policy: str | Policy | None, assume: Mapping[RuleCode, str]
) -> Replay:
    if isinstance(given, Replay) and not assume and policy == given.policy:
        return given
    return replay(_history(given), policy or policies.pick(_history(given))[0], assume=assume)


# --- who -----------------------------------------------------------------------------------------


def _under_both(
    one: Replay, other: Replay, person: PersonName | None, limits: Limits
) -> Comparison:
    people = link(one.history)
    name = _named(people, person) if person else _telling(one, other, people)
    first, second = side(one, people, name), side(other, people, name)
    numbers = tuple(sorted({*first.numbers, *second.numbers}))
    return under_both(_widened(first, numbers), _widened(second, numbers), limits)


def _widened(found: Side, numbers: tuple[int, ...]) -> Side:
    """A side with the calls that touch the person's profiles under either policy."""
    if found.numbers == numbers:
        return found
    calls = (found.replay.history.call(number) for number in numbers)
    return replace(found, numbers=numbers, calls=tuple(calls))


def _telling(one: Replay, other: Replay, people: Persons) -> PersonName:
    """The first person whom only one of two policies splits, else the first."""
    _somebody(people)
    before, after = (set(partners.duplicated(told, people)) for told in (one, other))
    return next(
        (name for name in people if (name in before) != (name in after)), next(iter(people))
    )


def _one_against_one(
    one: Replay,
    people: Persons,
    other: Replay,
    others: Persons,
    *,
    good_person: PersonName | None,
    bad_person: PersonName | None,
    limits: Limits,
) -> Comparison:
    bad = side(other, others, _bad(other, others, bad_person))
    if good_person is not None or len(people) == 1:
        name = _named(people, good_person) if good_person else next(iter(people))
        return compared(side(one, people, name), bad, limits)
    good, next_ones = partners.nearest(bad, one, people, partners.whole(one, people))
    return replace(compared(good, bad, limits), others=next_ones)


def _bad(replayed: Replay, people: Persons, person: PersonName | None) -> PersonName:
    """The person named, else the first that split, else the first."""
    _somebody(people)
    if person is not None:
        return _named(people, person)
    names: tuple[PersonName, ...] = (*partners.duplicated(replayed, people), *people)
    return names[0]


def _named(people: Persons, person: PersonName) -> PersonName:
    if person not in people.calls:
        raise UsageError(
            "no person of that name is in the history", remedy="See the names in `idgraph read`."
        )
    return person


def _somebody(people: Persons) -> None:
    if not people:
        raise UsageError(
            "a history was given in which no call names a person",
            remedy="Look at what `idgraph read` says of it.",
        )
