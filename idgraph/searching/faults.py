"""The cheapest faults of the platform, or calls that are missing, that explain what was observed.

Sought in the recorded order, where each look-up sees all there is: a fault is the only thing that
may go otherwise than the rules say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Literal, NamedTuple

from idgraph.calls import PROFILE_ID
from idgraph.resolve import NONE
from idgraph.searching.automaton import Automaton
from idgraph.searching.limits import Budget
from idgraph.searching.states import Kind, Move, StateNumber, View
from idgraph.searching.systems import Place, System

FaultKind = Literal[
    "blind-create",
    "wrong-precedence",
    "wrong-profile",
    "lost-write",
    "duplicate-execution",
    "unlogged-call",
]
KINDS: dict[FaultKind, str] = {
    "blind-create": "a profile was made although an identifier of the call found one",
    "wrong-precedence": "a later key of the trial decided although an earlier one found a profile",
    "wrong-profile": "the call landed on a profile that none of its identifiers found",
    "lost-write": "the call was accepted, found its profile and wrote nothing",
    "duplicate-execution": "a call took effect once more, later",
    "unlogged-call": "a call that is not in the log took effect",
}
"""What can have gone otherwise than the rules say, and what can be missing."""
MOST = 3
"""How many faults are tried together."""
SHOWN = 12
"""How many of the cheapest explanations are kept."""
PAYLOADS = 60
"""How many payloads of calls that are missing are tried, those with the fewest keys first."""


class Fault(NamedTuple):
    """One fault, at the call in `place` or just before it.

    `identifiers` are those of a call that is missing, by number; `again` is the call that took
    effect once more.
    """

    kind: FaultKind
    place: Place
    identifiers: tuple[int, ...] = ()
    again: Place | None = None


@dataclass(frozen=True, slots=True)
class _Extra:
    """A call that may be inserted: a missing one, or one that was there before, once more."""

    kind: int
    identifiers: tuple[int, ...] = ()
    again: Place | None = None


_Ways = dict[tuple[int, StateNumber], list[tuple[Fault, ...]]]
"""How each state can be reached, by the number of faults that it takes."""


class Suspicion:
    """The ways in which a system can be explained by faults."""

    def __init__(self, system: System, budget: Budget) -> None:
        """Prepare the calls that may be inserted."""
        self.system = system
        self.budget = budget
        base = system.atomic
        kinds = list(base.kinds)
        self.missing: list[_Extra] = []
        classes = dict.fromkeys(kind.rules for kind in base.kinds if not kind.reads)
        for ids in islice(self._payloads(), PAYLOADS):
            for rules in classes:
                kinds.append(Kind(ids, rules))
                carried = tuple(i for i in ids if i != NONE)
                self.missing.append(_Extra(len(kinds) - 1, identifiers=carried))
        self.repeated: dict[Place, _Extra] = {}
        for place in system.in_order:
            kind = base.kinds[system.kinds[place]]
            if not kind.reads and any(i >= 0 for i in kind.ids):
                kinds.append(Kind(kind.ids, kind.rules))
                self.repeated[place] = _Extra(len(kinds) - 1, again=place)
        self.automaton = Automaton(
            kinds, base.keys, base.rules, base.labels, base.creates, stale=False
        )

    def _payloads(self) -> Iterator[tuple[int, ...]]:
        """What a missing call may have carried: known identifiers, together as no call has them.

        The platform's own names of profiles are left out: a sender seldom knows them.
        """
        base, order = self.system.atomic, self.system.decoder.order
        values: list[list[int]] = [[NONE] for _ in order]
        for identifier, key in enumerate(base.keys):
            if order[key] != PROFILE_ID:
                values[key].append(identifier)
        logged = {tuple(max(i, NONE) for i in kind.ids) for kind in base.kinds}
        every = islice(product(*values), PAYLOADS**2)
        found = [ids for ids in every if any(i != NONE for i in ids) and ids not in logged]
        yield from sorted(found, key=lambda ids: sum(i != NONE for i in ids))

    def cheapest(self) -> tuple[tuple[Fault, ...], ...]:
        """Return the cheapest explanations by faults, and calls missing; empty where none is."""
        return self._sought(MOST, missing_only=False)

    def missing_call(self) -> tuple[tuple[Fault, ...], ...]:
        """Return the explanations by one call that is missing and no fault."""
        return self._sought(1, missing_only=True)

    def _sought(self, most: int, *, missing_only: bool) -> tuple[tuple[Fault, ...], ...]:
        if self.system.impossible:
            return ()
        for allowed in range(1, most + 1):
            found = self._at_cost(allowed, missing_only=missing_only)
            if found:
                return found
        return ()

    def _at_cost(self, allowed: int, *, missing_only: bool) -> tuple[tuple[Fault, ...], ...]:
        """All explanations that need no more than so many faults."""
        now: _Ways
        now = {(0, self.automaton.start): [()]}
        gone: list[Place] = []
        for place in self.system.in_order:
            again = [] if missing_only else [self.repeated[p] for p in gone if p in self.repeated]
            extras = [*self.missing, *again]
            for cost in range(allowed):
                self._insert(now, cost, place, extras)
            now = self._placed(now, allowed, place, missing_only=missing_only)
            gone.append(place)
        ends = [
            faults
            for (_, state), ways in now.items()
            if self.automaton.settled(state)
            for faults in ways
        ]
        return tuple(dict.fromkeys(sorted(ends, key=_rank)))[:SHOWN]

    def _insert(
        self,
        now: _Ways,
        cost: int,
        place: Place,
        extras: Sequence[_Extra],
    ) -> None:
        """Let one more call take effect just before a place."""
        for (spent, state), ways in list(now.items()):
            for extra in extras if spent == cost else ():
                self.budget.spend()
                name: FaultKind = "unlogged-call" if extra.again is None else "duplicate-execution"
                fault = Fault(name, place, extra.identifiers, extra.again)
                for move in self.automaton.moves(state, extra.kind).changing:
                    _add(now, (cost + 1, move.after), [(*way, fault) for way in ways])

    def _placed(
        self,
        now: _Ways,
        allowed: int,
        place: Place,
        *,
        missing_only: bool,
    ) -> _Ways:
        following: _Ways = {}
        kind = self.system.kinds[place]
        for (cost, state), ways in now.items():
            self.budget.spend()
            for move in self.automaton.moves(state, kind).every:
                _add(following, (cost, move.after), ways)
            if cost < allowed and not missing_only:
                for name, move in self._faulty(state, kind):
                    fault = Fault(name, place)
                    _add(following, (cost + 1, move.after), [(*way, fault) for way in ways])
        return following

    def _faulty(self, state: StateNumber, kind: int) -> Iterator[tuple[FaultKind, Move]]:
        """What a call can come to where the platform does not do what the rules say."""
        automaton, fresh = self.automaton, self.automaton.fresh(state, kind)
        named: list[tuple[FaultKind, Move | None]] = []
        if fresh.matched != NONE:
            nobody = View((NONE,) * len(fresh.found), NONE)
            named += [
                ("blind-create", automaton.move(state, kind, nobody)),
                ("blind-create", automaton.taking(state, kind)),
                ("lost-write", automaton.unwritten(state, kind)),
            ]
            for key, slot in enumerate(fresh.found):
                if slot not in (NONE, fresh.found[fresh.matched]):
                    other = View(fresh.found, key)
                    named.append(("wrong-precedence", automaton.move(state, kind, other)))
        named += [("wrong-profile", move) for move in self._astray(state, kind, fresh)]
        for name, move in named:
            if move is not None:
                yield name, move

    def _astray(self, state: StateNumber, kind: int, fresh: View) -> Iterator[Move | None]:
        ids = self.automaton.kinds[kind].ids
        carried = next((key for key, identifier in enumerate(ids) if identifier >= 0), NONE)
        now = self.automaton.states[state]
        for slot in range(len(now.held)) if carried != NONE else ():
            if now.into[slot] == NONE and slot not in fresh.found:
                found = tuple(slot if key == carried else s for key, s in enumerate(fresh.found))
                yield self.automaton.move(state, kind, View(found, carried))


def _add(
    table: _Ways,
    place: tuple[int, StateNumber],
    ways: list[tuple[Fault, ...]],
) -> None:
    known = table.setdefault(place, [])
    known += [way for way in ways if way not in known][: SHOWN - len(known)]


def _rank(faults: tuple[Fault, ...]) -> tuple[int, list[int]]:
    """Fewest first, and then by the order of `KINDS`."""
    order = list(KINDS)
    return len(faults), [order.index(fault.kind) for fault in faults]
