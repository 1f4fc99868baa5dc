"""Finds what the orders of each person's calls come to, as finely as the limits allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from idgraph.calls import CallNumber, History
from idgraph.clocks import SECOND, Instant
from idgraph.outlook.results import (
    Behind,
    Outcomes,
    Partition,
    PersonOutcomes,
    Possibility,
    Profiles,
    Told,
)
from idgraph.persons import PersonName, link
from idgraph.policy import pick
from idgraph.progress import going
from idgraph.replays import Replay
from idgraph.replays import replay as run
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode
from idgraph.searching.counting import Outcome, Spread
from idgraph.searching.extensions import Extensions
from idgraph.searching.finding import bits
from idgraph.searching.glances import Glances, Possible
from idgraph.searching.intervals import Interval, intervals
from idgraph.searching.landings import Granularity, Measure, Walk
from idgraph.searching.limits import Budget, Limits, OutOfBudget
from idgraph.searching.predictions import lands, predicted, unanswered
from idgraph.searching.sampling import Probability, probability
from idgraph.searching.systems import Mask, Place, System
from idgraph.steps import ProfileName

_FINER: tuple[Granularity, ...] = ("partitions", "profiles")
_GLANCED: tuple[Granularity, ...] = ("partitions", "split")
_GLANCES = 10
"""Look-ups that are behind make so many outcomes that only this part of the nodes goes into each
question about them."""


def outcomes(
    history: History | Replay,
    policy: str | Policy | None = None,
    *,
    assume: Mapping[RuleCode, str] | None = None,
    limits: Limits | None = None,
    people: Iterable[PersonName] | None = None,
    draws: int = 0,
    seed: int = 0,
) -> Outcomes:
    """Say for each person what every admissible order of the calls comes to.

    Without a policy that of the replay is taken, or the one that is picked for the history.
    `people` are the persons wanted, all by default. With `draws`, a probability is estimated under
    a model of timing, from so many draws; the same `seed` gives the same ones.

    >>> import idgraph as ig
    >>> for one in ig.outcomes(ig.demo("email-change-at-once")):
    ...     print(one)
    <PersonOutcomes: split in 1 of 2 orders of 6 calls>
    """
    told = _replay(history, policy, assume or {})
    bounds = limits or Limits()
    everybody = link(told.history)
    parts = _Parts(told, bounds)
    wanted = everybody if people is None else [name for name in people if name in everybody.calls]
    with going([*wanted], "counting orders", unit="persons") as names:
        found = [
            _Person(parts.of(everybody.calls[name]), name, everybody.calls[name]).found(draws, seed)
            for name in names
        ]
    return Outcomes(told, everybody, tuple(found), bounds)


def inevitability(
    told: Replay,
    person: PersonName,
    order: Iterable[CallNumber],
    *,
    limits: Limits | None = None,
) -> tuple[tuple[CallNumber, Fraction], ...]:
    """Return, after each call of an order, the share of the ways to go on that end split.

    `order` holds all calls that can touch the person's profiles, as a verdict's witness does; those
    that land nowhere are left out. Empty where there are too many ways to count.
    """
    own = link(told.history).calls[person]
    part = _Parts(told, limits or Limits()).of(own)
    return _Person(part, person, own).along(list(order))


def _replay(
    history: History | Replay, policy: str | Policy | None, assume: Mapping[RuleCode, str]
) -> Replay:
    if isinstance(history, History):
        return run(history, policy or pick(history)[0], assume=assume)
    if policy is None:
        assume = {**history.assumptions, **assume}
        return run(history.history, history.policy, assume=assume) if assume else history
    return run(history.history, policy, assume=assume)


class _Counts(NamedTuple):
    """What the orders come to, how finely, and the share of splits after each call as recorded."""

    granularity: Told
    partitions: tuple[Partition, ...]
    shares: Sequence[Fraction]


# --- calls that belong together ------------------------------------------------------------------


class _Parts:
    """The parts of a history, each looked at once, however many persons are in it."""

    def __init__(self, told: Replay, limits: Limits) -> None:
        self.told = told
        self.limits = limits
        self.history = unanswered(told.history)
        self.spans = intervals(told.history, told.policy, limits)
        self._known: dict[tuple[CallNumber, ...], _Part] = {}

    def of(self, numbers: Iterable[CallNumber]) -> _Part:
        """Return the part in which some calls are."""
        related = self.told.related(numbers)
        if related not in self._known:
            self._known[related] = _Part(self, related)
        return self._known[related]


class _Part:
    """Calls that can land on the same profiles; all questions about them share one clock."""

    def __init__(self, parts: _Parts, related: tuple[CallNumber, ...]) -> None:
        policy, history = parts.told.policy, parts.history
        self.told = parts.told
        self.limits = parts.limits
        self.numbers = tuple(n for n in related if lands(history.call(n), policy))
        self._parts = parts
        self._budget = Budget.of(parts.limits)
        self._gaps = _gaps([parts.spans[number - 1] for number in self.numbers])

    @property
    def one_order(self) -> bool:
        """Whether no two calls can change places."""
        return not self._gaps or min(self._gaps) > 0

    def fresh(self, lag: Instant) -> bool:
        """Tell whether no look-up can be behind: each begins longer than `lag` after the others."""
        return not self._gaps or min(self._gaps) > lag

    def budget(self, share: int = 1) -> Budget:
        """Return what one question may take."""
        return self._budget.part(self.limits.nodes // share)

    @cached_property
    def system(self) -> System:
        """The calls, ready for a search."""
        parts = self._parts
        return predicted(parts.history, self.numbers, parts.told.policy, parts.spans)

    @cached_property
    def extensions(self) -> Extensions | None:
        """The admissible orders; None where there are too many to count."""
        try:
            return Extensions(self.system, self.budget())
        except OutOfBudget:
            return None


def _gaps(spans: Sequence[Interval]) -> list[Instant]:
    """How long after the end of all calls before it each call begins; 0 or less: it may not."""
    found: list[Instant] = []
    last: Instant | None = None
    for span in sorted(spans):
        if last is not None:
            found.append(span.lo - last)
        last = span.hi if last is None else max(last, span.hi)
    return found


# --- one person ----------------------------------------------------------------------------------


class _Person:
    """One person's calls among those of a part."""

    def __init__(self, part: _Part, name: PersonName, calls: tuple[CallNumber, ...]) -> None:
        self.part = part
        self.name = name
        self.calls = calls

    def found(self, draws: int, seed: int) -> PersonOutcomes:
        """Return every way that the calls can have gone."""
        granularity, partitions, shares = (
            self._certain() if self.part.one_order else self._counted()
        )
        counted = granularity != "none"
        extensions = None if self.part.one_order else self.part.extensions
        orders = 1 if self.part.one_order else None
        if extensions is not None:
            orders = extensions.total
        behind = self._behind(granularity, partitions)
        return PersonOutcomes(
            person=self.name,
            calls=self.calls,
            recorded=self.part.numbers,
            orders=orders,
            split_orders=_splitting(partitions) if counted else None,
            granularity=granularity,
            partitions=partitions,
            inevitability=tuple(zip(self.part.numbers, shares, strict=False)),
            in_flight=behind[0],
            lag=behind[1],
            probability=self._probability(draws, seed) if draws else None,
        )

    @cached_property
    def mine(self) -> Mask:
        """The person's calls in the system."""
        own = set(self.calls)
        numbers = self.part.system.numbers
        return sum(1 << place for place, number in enumerate(numbers) if number in own)

    # --- orders --------------------------------------------------------------------------------

    def _certain(self) -> _Counts:
        """What comes of calls of which no two can change places: what the replay says."""
        told, numbers = self.part.told, self.part.numbers
        ended: defaultdict[ProfileName, list[CallNumber]] = defaultdict(list)
        for number in (n for n in self.calls if n in set(numbers)):
            profile = told.step(number).profile
            if profile is not None:
                ended[told.survivor(profile)].append(number)
        profiles = tuple(sorted(map(tuple, ended.values())))
        share = Fraction(len(profiles) > 1)
        return _Counts("partitions", (Partition(profiles, 1, numbers, 0),), [share] * len(numbers))

    def _counted(self) -> _Counts:
        try:
            split = self._spread("split")
        except OutOfBudget:
            return _Counts("none", (), ())
        shares = split.shares(self.part.system.in_order)
        for granularity in _FINER:
            with suppress(OutOfBudget):
                found = self._spread(granularity).outcomes()
                return _Counts(granularity, self._partitions(found), shares)
        return _Counts("split", self._partitions(split.outcomes()), shares)

    def along(self, order: Sequence[CallNumber]) -> tuple[tuple[CallNumber, Fraction], ...]:
        """Return, after each call of an order, the share of the ways to go on that end split."""
        given = [number for number in order if number in set(self.part.numbers)]
        if self.part.one_order:
            return tuple(zip(given, self._certain().shares, strict=True))
        places = {number: place for place, number in enumerate(self.part.system.numbers)}
        with suppress(OutOfBudget):
            shares = self._spread("split").shares([places[number] for number in given])
            return tuple(zip(given, shares, strict=True))
        return ()

    def _spread(self, granularity: Granularity) -> Spread:
        if self.part.extensions is None:
            raise OutOfBudget
        walk = Walk(self.part.system, self.mine, granularity)
        return Spread(walk, self.part.extensions, self.part.budget())

    def _partitions(self, found: Iterable[Outcome]) -> tuple[Partition, ...]:
        return tuple(
            Partition(self._profiles(one.profiles), one.orders, self._named(one.order), one.swaps)
            for one in found
        )

    # --- look-ups that are behind --------------------------------------------------------------

    def _behind(
        self, granularity: Told, partitions: tuple[Partition, ...]
    ) -> tuple[Behind, Behind]:
        """What is possible in flight, and with the largest lag."""
        fresh = Behind(0.0, granularity, tuple(_fresh(one) for one in partitions))
        most_s = self.part.limits.max_lag_s
        most = round(most_s * SECOND)
        in_flight = fresh if self.part.fresh(0) else self._glanced(0, fresh)
        if self.part.fresh(most):
            return in_flight, replace(fresh, lag_s=most_s)
        if self.part.system.old(most) == self.part.system.old(0):
            return in_flight, replace(in_flight, lag_s=most_s)
        return in_flight, self._glanced(most, in_flight)

    def _glanced(self, lag: Instant, nearer: Behind) -> Behind:
        """What is possible with a lag, given what is with less; that is possible with it, too."""
        system, lag_s = self.part.system, lag / SECOND
        places = {number: place for place, number in enumerate(system.numbers)}
        known = [
            [places[number] for number in one.witness]
            for one in nearer.partitions
            if not one.missed
        ]
        for granularity in _GLANCED:
            measure = Measure(system, self.mine, granularity)
            budget = self.part.budget(_GLANCES)
            with suppress(OutOfBudget):
                found = Glances(system, measure, lag, budget, known=known).outcomes()
                return Behind(lag_s, granularity, tuple(map(self._possibility, found)))
        return Behind(lag_s, "none", ())

    def _possibility(self, found: Possible) -> Possibility:
        numbers = self.part.system.numbers
        missed = tuple((numbers[one.place], numbers[one.unseen]) for one in found.missed)
        profiles = self._profiles(found.profiles)
        return Possibility(profiles, self._named(found.order), found.swaps, missed)

    # --- names ---------------------------------------------------------------------------------

    def _probability(self, draws: int, seed: int) -> Probability:
        return probability(Walk(self.part.system, self.mine, "split"), draws, seed)

    def _named(self, order: Iterable[Place]) -> tuple[CallNumber, ...]:
        return tuple(self.part.system.numbers[place] for place in order)

    def _profiles(self, masks: Iterable[Mask]) -> Profiles:
        return tuple(sorted(tuple(sorted(self._named(bits(mask)))) for mask in masks))


def _fresh(one: Partition) -> Possibility:
    return Possibility(one.profiles, one.witness, one.swaps, ())


def _splitting(partitions: Iterable[Partition]) -> int:
    return sum(one.orders for one in partitions if len(one.profiles) > 1)
