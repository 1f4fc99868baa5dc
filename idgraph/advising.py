"""What to change where: the repairs of many persons as one line of advice for each call site.

A developer changes a call site, not a call: so an edit is tried at all calls of its site at once,
and what it does to everybody is counted by replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from idgraph.calls import Call, CallNumber, History, Identifier, Key
from idgraph.decoding import Decoder
from idgraph.diagnosis import DiagnosedPerson, Diagnosis, diagnose
from idgraph.edits import Edit, EditKind
from idgraph.explain import label
from idgraph.firmness import Hold, firmness
from idgraph.persons import PersonName, Persons
from idgraph.placeholders import stands_for_nobody
from idgraph.progress import going
from idgraph.registry import Shown
from idgraph.repairs import profiles_of, seeing, shared_by
from idgraph.replays import Replay
from idgraph.steps import Step

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("change", "calls", "cures", "harms", "joins", "verified")
_SITED: frozenset[EditKind] = frozenset({"add", "replace", "normalise", "drop"})
"""The edits that a call site can make on its own: waiting and order are between two calls."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a sender makes calls: its channel, the endpoint, and the event if any."""

    channel: str
    endpoint: str
    event: str

    @classmethod
    def of(cls, call: Call) -> Site:
        """Return the site of a call."""
        return cls(call.channel, call.endpoint, call.event or "")

    @property
    def words(self) -> str:
        """The site as a sentence names it."""
        what = self.event or self.endpoint
        return f"{self.channel} calls{f' ({what})' if what else ''}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What changed calls do to everybody, by replay under the rules.

    `cures` are the persons that split and then have one profile, `harms` those that then have more
    profiles than before; `joins` is how many persons then share a profile with somebody else and
    did not before.
    """

    cures: tuple[PersonName, ...] = ()
    harms: tuple[PersonName, ...] = ()
    joins: int = 0

    @property
    def harmless(self) -> bool:
        """Whether nobody is worse off."""
        return not self.harms and not self.joins


@dataclass(frozen=True, slots=True)
class Advice:
    """One change at one call site: the calls that it changes there, and its effect.

    `verified` is False where the change is between two calls (waiting, order): its effect are the
    persons of whose own repair, verified by itself, it is a part.
    """

    site: Site
    kind: EditKind
    key: Key | None
    calls: tuple[CallNumber, ...]
    effect: Effect
    verified: bool


@dataclass(frozen=True, slots=True, repr=False)
class Repairs(Shown):
    """What keeps the persons of a diagnosis whole: each one's own repair, and advice by site.

    `advice` is ordered by what it cures, those without side effects first. `together` is what all
    verified ones without side effects do when they are made at once: they may need each other.
    `holds` says of each person with a repair how firmly that holds.

    >>> import idgraph as ig
    >>> ig.repair(ig.replay(ig.demo("shop")))
    <Repairs: 4 of 4 persons that split can be kept whole, 5 changes at call sites>
    """

    diagnosis: Diagnosis
    advice: tuple[Advice, ...]
    together: Effect
    holds: Mapping[PersonName, Hold]

    @property
    def persons(self) -> tuple[DiagnosedPerson, ...]:
        """The persons that split, each with its own smallest repair."""
        return self.diagnosis.persons

    def table(self) -> pd.DataFrame:
        """Return one row an advice: change, calls, cures, harms, joins (numbers), verified."""
        from idgraph.frames import Frame

        rows = [
            (
                advice_sentence(self.diagnosis.replay, one),
                len(one.calls),
                len(one.effect.cures),
                len(one.effect.harms),
                one.effect.joins,
                one.verified,
            )
            for one in self.advice
        ]
        return Frame(rows, columns=list(COLUMNS))

    def __repr__(self) -> str:
        """Say how many persons have a repair, and how many lines of advice there are."""
        mended = sum(person.repair is not None for person in self.persons)
        return (
            f"<Repairs: {mended} of {len(self.persons)} persons that split can be kept whole, "
            f"{len(self.advice)} changes at call sites>"
        )


def repair(source: Replay | Diagnosis) -> Repairs:
    """Return what keeps persons whole: the smallest repair of each, and advice by call site.

    >>> import idgraph as ig
    >>> for advice in ig.repair(ig.replay(ig.demo("shop"))).advice:
    ...     print(advice.kind, advice.key, advice.calls)
    normalise external_id (18,)
    wait None (20,)
    add external_id (6, 8, 20)
    replace email (13,)
    replace email (14,)
    """
    found = source if isinstance(source, Diagnosis) else diagnose(source)
    trial = _Trial(found)
    advice = [*trial.sited(), *_between(found)]
    advice.sort(key=lambda one: (not one.effect.harmless, -len(one.effect.cures), len(one.calls)))
    good = [one for one in advice if one.verified and one.effect.harmless]
    with going(found.persons, "trying repairs", unit="persons") as persons:
        holds = {
            person.name: firmness(found.replay, person.calls, person.repair)
            for person in persons
            if person.repair is not None
        }
    return Repairs(found, tuple(advice), trial.effect(trial.changed_by(good)), holds)


def advice_sentence(replay: Replay, advice: Advice) -> str:
    """Return an advice as one sentence; it holds no value of a customer."""
    site, key = advice.site.words, label(replay.policy, advice.key or "")
    return {
        "add": f"Let the {site} carry {key}.",
        "replace": f"Let the {site} carry the person's current {key}.",
        "normalise": f"Let the {site} send {key} in the spelling that others send.",
        "drop": f"Let the {site} leave {key} out where it is a placeholder or out of date.",
        "wait": f"Let the {site} wait until the call before has taken effect.",
        "order": f"Let the {site} come before the call that now splits the person.",
    }[advice.kind]


def _edits(found: Diagnosis) -> Iterator[tuple[DiagnosedPerson, Edit]]:
    for person in found:
        for edit in person.repair.edits if person.repair else ():
            yield person, edit


class _Trial:
    """Tries changes at call sites on the whole history."""

    def __init__(self, found: Diagnosis) -> None:
        self.found = found
        self.told, self.persons = found.replay, found.people
        self.ways = _ways(self.told, self.persons)
        self.before = _outcome(self.told, {})

    def sited(self) -> Iterator[Advice]:
        """Try each kind of edit of a repair at all calls of its site."""
        wanted = {
            (Site.of(self.told.history.call(number)), edit.kind, edit.key): None
            for _, edit in _edits(self.found)
            if edit.kind in _SITED and edit.key
            for number in edit.calls
        }
        for site, kind, key in wanted:
            changes = dict(self._changes(self.told.history, site, kind, key or ""))
            if changes:
                yield Advice(site, kind, key, tuple(changes), self.effect(changes), verified=True)

    def changed_by(self, advice: Iterable[Advice]) -> dict[CallNumber, Call]:
        """Return the calls as they become by several changes at once."""
        changes: dict[CallNumber, Call] = {}
        for one in advice:
            history = _changed(self.told.history, changes)
            changes.update(self._changes(history, one.site, one.kind, one.key or ""))
        return changes

    def effect(self, changes: Mapping[CallNumber, Call]) -> Effect:
        """Replay everybody with some calls changed."""
        after = _outcome(self.told, changes)
        was, now = profiles_of(self.persons, self.before), profiles_of(self.persons, after)
        joined = shared_by(self.persons, after) - shared_by(self.persons, self.before)
        return Effect(
            cures=tuple(name for name in was if was[name] > 1 and now[name] == 1),
            harms=tuple(name for name in now if now[name] > was[name]),
            joins=max(0, joined),
        )

    def _changes(
        self, history: History, site: Site, kind: EditKind, key: Key
    ) -> Iterator[tuple[CallNumber, Call]]:
        """The calls of a site as they become by an edit; those that it leaves as they are, not."""
        for number, call in enumerate(history, 1):
            person = self.persons.of(number)
            if person is None or Site.of(call) != site:
                continue
            carried = self.ways[person].get(key, ())
            known = _current(self.told.history, carried, number, site)
            changed = _edited(call, kind, key, known)
            if changed != call:
                yield number, changed


def _edited(call: Call, kind: EditKind, key: Key, known: Identifier | None) -> Call:
    """A call as its site would make it, `known` being what others say of the key."""
    own = call.get(key)
    if kind == "drop":
        stale = own is not None and (stands_for_nobody(own) or known not in (None, own))
        return call.without(key) if stale and len(call.identifiers) > 1 else call
    if known is None or (own is None) != (kind == "add"):
        return call
    return call.carrying(known)


def _between(found: Diagnosis) -> Iterator[Advice]:
    """The edits between two calls, by site: each was verified in the repair of its person."""
    gathered: dict[tuple[Site, EditKind], list[tuple[PersonName, CallNumber]]] = {}
    for person, edit in _edits(found):
        if edit.kind not in _SITED:
            site = Site.of(found.replay.history.call(edit.call))
            gathered.setdefault((site, edit.kind), []).append((person.name, edit.call))
    for (site, kind), pairs in gathered.items():
        names = tuple(dict.fromkeys(name for name, _ in pairs))
        calls = tuple(number for _, number in pairs)
        yield Advice(site, kind, None, calls, Effect(names), verified=False)


_Ways = Mapping[PersonName, Mapping[Key, list[tuple[CallNumber, Identifier]]]]


def _ways(told: Replay, persons: Persons) -> _Ways:
    """The values that each person's calls brought up, by key, each once; placeholders apart."""
    found: dict[PersonName, dict[Key, list[tuple[CallNumber, Identifier]]]] = {}
    for name in persons:
        brought = found.setdefault(name, {})
        for number in persons.calls[name]:
            for identifier in told.history.call(number).identifiers:
                known = brought.setdefault(identifier.key, [])
                new = all(identifier != one for _, one in known)
                if new and not stands_for_nobody(identifier):
                    known.append((number, identifier))
    return found


def _current(
    history: History,
    carried: Iterable[tuple[CallNumber, Identifier]],
    number: CallNumber,
    site: Site,
) -> Identifier | None:
    """The value that another site brought up last before a call; else first after it."""
    others = [(n, one) for n, one in carried if Site.of(history.call(n)) != site]
    before = [one for n, one in others if n < number]
    return before[-1] if before else next((one for _, one in others), None)


def _changed(history: History, changes: Mapping[CallNumber, Call]) -> History:
    calls = tuple(changes.get(number, call) for number, call in enumerate(history, 1))
    return replace(history, calls=calls)


def _outcome(told: Replay, changes: Mapping[CallNumber, Call]) -> dict[CallNumber, Step]:
    steps = Decoder(_changed(told.history, changes), seeing(told.policy)).steps()
    return {step.number: step for step in steps}
