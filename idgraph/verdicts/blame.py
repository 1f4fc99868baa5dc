"""The verdict of one person, from what explains the calls that share the person's profiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

from idgraph import causes
from idgraph.calls import CallNumber
from idgraph.clocks import SECOND
from idgraph.persons import PersonName, Persons
from idgraph.replays import replay
from idgraph.searching.faults import Fault
from idgraph.splitting import Split, jumps
from idgraph.steps import ProfileName
from idgraph.verdicts.judging import Group, Judge
from idgraph.verdicts.ladder import HEIGHT, Rung
from idgraph.verdicts.results import BlamedSplit, Missed, NamedFault


class Case:
    """One person before the judge: groups, explanations, where the calls landed."""

    def __init__(self, judge: Judge, people: Persons, person: PersonName) -> None:
        """Look up the groups of the person's calls and what explains them."""
        self.judge = judge
        self.people = people
        self.person = person
        self.calls = people.calls[person]
        self.groups = judge.groups_of(self.calls)
        self.found = {group: judge.explanation(group) for group in self.groups}
        self.landed = _named(judge, self.groups)
        self.profiles = tuple(
            dict.fromkeys(self.landed[n] for n in self._in_effect() if n in self.landed)
        )

    @property
    def rung(self) -> Rung:
        """The verdict: that of the group that takes most to explain."""
        rungs = {found.rung for found in self.found.values()}
        highest: Rung = max(rungs, key=HEIGHT.__getitem__, default="clean")
        if "deviation" in rungs:
            return "deviation"
        return "clean" if highest == "payload" and len(self.profiles) < 2 else highest  # noqa: PLR2004 - one is whole

    def _in_effect(self) -> Iterator[CallNumber]:
        """The person's calls in the order of their effects, group by group."""
        own = set(self.calls)
        return (n for group in self.groups for n in self.judge.order(group) if n in own)

    @property
    def lag_s(self) -> float | None:
        """The least lag, in seconds; None where none is needed."""
        lags = [found.lag for found in self.found.values() if found.lag is not None]
        return max(lags) / SECOND if lags else None

    def missed(self) -> Iterator[Missed]:
        """Return the look-ups that were behind, in the order of the groups."""
        for group, found in self.found.items():
            stale = found.witness.stale if found.witness else ()
            keys = self.judge.replay.policy.order
            numbers = self.judge.system(group).numbers if stale else ()
            merged: dict[tuple[int, int], list[str]] = {}
            lags: dict[tuple[int, int], float] = {}
            for one in stale:
                pair = numbers[one.place], numbers[one.unseen]
                merged.setdefault(pair, []).extend([] if one.key is None else [keys[one.key]])
                lags[pair] = max(lags.get(pair, 0.0), one.lag / SECOND)
            for pair, named in merged.items():
                yield Missed(*pair, lags[pair], tuple(named))

    def faults(self) -> tuple[tuple[NamedFault, ...], ...]:
        """Return the cheapest explanations by faults of the group that nothing else explains."""
        every = []
        for group, found in self.found.items():
            every += [
                tuple(self._fault(group, fault) for fault in faults) for faults in found.faults
            ]
        return tuple(every)

    def _fault(self, group: Group, fault: Fault) -> NamedFault:
        whole = self.judge.system(group)
        exact = whole.decoder.exact
        return NamedFault(
            fault=fault.kind,
            call=whole.numbers[fault.place],
            identifiers=tuple(exact[i] for i in fault.identifiers),
            again=None if fault.again is None else whole.numbers[fault.again],
        )

    def splits(self) -> tuple[BlamedSplit, ...]:
        """Return the calls at which a further profile came about, each with what explains it."""
        found = []
        seen: list[ProfileName] = []
        known = self._jumps()
        source: ProfileName | None = None
        for number in self._in_effect() if len(self.profiles) > 1 else ():
            profile = self.landed.get(number)
            if profile is None:
                continue
            if source is not None and profile not in seen:
                rung = self._blame(number, known.get(number))
                cause = self._cause(number, rung, known)
                found.append(BlamedSplit(number, rung, source, profile, cause))
            seen.append(profile)
            source = profile
        return tuple(found)

    def _jumps(self) -> Mapping[CallNumber, Split]:
        """The person's splits as the replay has them, by call."""
        own = Persons({self.person: self.calls})
        return {split.call: split for split in jumps(self.judge.replay, own)}

    def _blame(self, number: CallNumber, split: Split | None) -> Rung:
        """The least that it takes to explain one split: a stale look-up, an order, or nothing."""
        group = self.judge.groups_of([number])[0]
        found = self.found[group]
        if found.rung == "payload" or found.witness is None:
            return found.rung
        own = [one for one in self.missed() if one.call == number]
        if own:
            late = any(one.lag_s > 0 for one in own)
            keyed = any(one.keys for one in own)
            return ("per-index-lag" if keyed else "lag") if late else "in-flight-race"
        if split is not None and not split.observed:
            return "payload"
        return "order-race" if found.witness.swaps else found.rung

    def _cause(
        self, number: CallNumber, rung: Rung, known: Mapping[CallNumber, Split]
    ) -> str | None:
        """The cause of a split; of one that another order explains, that in this order."""
        split, told, people = known.get(number), self.judge.replay, self.people
        if rung == "order-race":
            group = self.judge.groups_of([number])[0]
            fresh = {old: new for new, old in enumerate(self.judge.order(group), 1)}
            calls = tuple(map(told.history.call, fresh))
            told = replay(replace(told.history, calls=calls, ties=(), duplicates=()), told.policy)
            own = tuple(sorted(fresh[n] for n in self.calls if n in fresh))
            people = Persons({self.person: own})
            split = next((s for s in jumps(told, people) if s.call == fresh[number]), None)
        finding = causes.explain_split(told, people, split) if split else None
        return finding.cause if finding else None

    @property
    def given_up(self) -> Rung | None:
        """The rung at which a search was given up, the lowest where several were."""
        rungs = [found.given_up for found in self.found.values() if found.given_up]
        return min(rungs, key=HEIGHT.__getitem__, default=None)

    @property
    def order(self) -> tuple[CallNumber, ...]:
        """All calls of the groups in the order of their effects."""
        return tuple(chain.from_iterable(map(self.judge.order, self.groups)))

    @property
    def swaps(self) -> int:
        """How many pairs of calls of a group are the other way round than recorded."""
        return sum(found.witness.swaps for found in self.found.values() if found.witness)

    @property
    def fewest(self) -> bool:
        """Whether no other witness has fewer swaps."""
        return all(found.witness.fewest for found in self.found.values() if found.witness)

    @property
    def observed(self) -> int:
        """How many calls of the groups show something of what became of them."""
        history = self.judge.history
        numbers = (n for group in self.groups for n in group.numbers)
        calls = map(history.call, numbers)
        return sum(bool(c.observed or c.owner or c.created is not None) for c in calls)


def _named(judge: Judge, groups: tuple[Group, ...]) -> Mapping[CallNumber, ProfileName]:
    """Where the calls of some groups landed, by the names that the replay gives the profiles.

    A profile that only the explanation knows gets the next free name that only observation gives.
    """
    given: dict[object, ProfileName] = {}
    landed: dict[CallNumber, ProfileName] = {}
    for group in groups:
        places = judge.landings(group)
        for number in sorted(places):
            thing = places[number]
            if isinstance(thing, str):
                landed[number] = thing
                continue
            if thing not in given:
                named = judge.replay.step(number).landed
                name = judge.replay.survivor(named) if named else None
                given[thing] = name if name and name not in given.values() else _free(given)
            landed[number] = given[thing]
    return landed


def _free(given: Mapping[object, ProfileName]) -> ProfileName:
    taken = set(given.values())
    return next(name for i in range(1, len(taken) + 2) if (name := f"O{i}") not in taken)
