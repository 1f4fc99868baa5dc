"""The profiles of a few calls as an automaton: what each call makes of each state, worked out once.

A state is what the platform keeps, up to the names of profiles that nobody observed. The identity
rules are applied by `resolve`; here is only what is remembered of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from idgraph import resolve as tables
from idgraph.resolve import NONE, Rules
from idgraph.searching.states import (
    GONE,
    Keeping,
    Kind,
    Label,
    Move,
    Moves,
    Slot,
    State,
    StateNumber,
    Version,
    View,
    canonical,
    last,
)

_SILENT = tables.Silent()


class _Draft:
    """A state that is being written to: lists for `resolve`, with room for one more profile."""

    def __init__(self, automaton: Automaton, number: StateNumber) -> None:
        self.rules, self.keys = automaton.rules, automaton.keys
        self.before = automaton.states[number]
        width = len(self.rules.limit)
        self.holder = list(self.before.holder)
        self.held = [*map(list, self.before.held), [NONE] * width]
        self.into = [*self.before.into, NONE]
        self.used = list(self.before.used) or [NONE] * len(self.keys)

    def land(self, call: Kind, view: View) -> Slot:
        """Write a call whose look-up is done, and return its profile, NONE for nowhere."""
        state = tables.State(self.holder, self.held, self.keys, self.used, self.into, _SILENT)
        width = len(self.rules.limit)
        asked = tables.Asked(
            [call.ids], [call.rules], [call.reads], [1], [call.source], [call.learned]
        )
        results = tables.Results([view.matched], [NONE], [list(view.found)], [[NONE] * width])
        return tables.land(0, len(self.held) - 1, asked, self.rules, state, results)

    def take(self, identifier: int, profile: Slot) -> None:
        """Let a profile hold an identifier, whoever held it before."""
        state = tables.State(self.holder, self.held, self.keys, self.used, self.into, _SILENT)
        tables.put(identifier, profile, 0, self.rules, state)


class Automaton:
    """The states that some kinds of calls can reach, with what each call makes of them.

    With `stale`, earlier indexes are kept, for look-ups that are behind.
    """

    def __init__(
        self,
        kinds: Sequence[Kind],
        keys: Sequence[int],
        rules: Rules,
        labels: Sequence[Label],
        creates: Sequence[bool],
        *,
        stale: bool,
    ) -> None:
        """Take the kinds, the key of each identifier, the rules, and the observed profiles.

        `creates` says of each key and class of calls, in one row a class, whether a call that finds
        nobody makes a profile, rather than meeting one that was there before the history.
        """
        self.kinds = kinds
        self.keys = keys
        self.rules = rules
        self.stale = stale
        self.creates = creates
        self.labels = labels
        self.merging = _merging(kinds, rules)
        self._ranked = any(limit > 0 for limit in rules.limit)
        self.passing = any(
            case[tables.DIFFERENT] == tables.PASS for kind in rules.outcomes for case in kind
        )
        self.states: list[State] = []
        self._numbers: dict[State, StateNumber] = {}
        self._moves: dict[tuple[StateNumber, int, View], Move | None] = {}
        self._every: dict[tuple[StateNumber, int, int, bool], Moves] = {}
        self._kept: dict[tuple[StateNumber, int], Keeping] = {}
        empty = State(
            (NONE,) * len(keys), (), (), self._stamps([NONE] * len(keys)), (), ((),) * len(labels)
        )
        self.start = self._number(empty)

    def moves(
        self, state: StateNumber, kind: int, readable: int = 0, *, keyed: bool = False
    ) -> Moves:
        """Return what a call can come to that agrees with what was observed of it.

        `readable` is a mask of the versions that it may read beside the index as it is; with
        `keyed` each key may read another one. What it comes to with the freshest look-up is first.
        """
        place = (state, kind, readable, keyed)
        if place not in self._every:
            found: dict[tuple[StateNumber, Slot], Move] = {}
            for view in self._views(state, kind, readable, keyed=keyed):
                move = self.move(state, kind, view)
                if move is not None:
                    found.setdefault((move.after, move.slot), move)
            changing = tuple(move for move in found.values() if move.changed)
            self._every[place] = Moves(tuple(found.values()), changing)
        return self._every[place]

    def landings(
        self, state: StateNumber, kind: int, readable: int, *, keyed: bool = False
    ) -> tuple[Move, ...]:
        """Return the same, but also moves to one state in which other profiles came to be it.

        Who asks only what is observed need not tell them apart; who follows the calls that landed
        on a profile must.
        """
        found: dict[tuple[object, ...], Move] = {}
        for view in self._views(state, kind, readable, keyed=keyed):
            move = self.move(state, kind, view)
            if move is not None:
                found.setdefault((move.after, move.slot, move.names, move.merged), move)
        return tuple(found.values())

    def fresh(self, state: StateNumber, kind: int) -> View:
        """Return what a look-up sees that sees everything."""
        now = self.states[state]
        return self._look(state, kind, now.holder, now.held, ())

    def move(self, state: StateNumber, kind: int, view: View) -> Move | None:
        """Return what a call comes to with a look-up; None where that was not observed."""
        place = (state, kind, view)
        if place not in self._moves:
            self._moves[place] = self._land(state, kind, view)
        return self._moves[place]

    def keeping(self, state: StateNumber, mask: int) -> Keeping:
        """Return a state with just some of its versions.

        Versions that do not differ become one; those that do not differ from the index as it is
        are left out.
        """
        place = (state, mask)
        if place not in self._kept:
            self._kept[place] = self._keep(self.states[state], mask)
        return self._kept[place]

    def settled(self, state: StateNumber) -> bool:
        """Tell whether a state can be the last one: what a merge was to join has been joined."""
        if not self.merging:
            return True
        now = self.states[state]
        seen = {
            (slot, label.family)
            for label, met in zip(self.labels, now.labels, strict=True)
            for slot in met
        }
        families = Counter(slot for slot, _ in seen)
        pairs = zip(self.labels, now.labels, strict=True)
        return all(len(met) <= label.room for label, met in pairs) and all(
            number <= now.size[slot] for slot, number in families.items()
        )

    # --- look-ups ------------------------------------------------------------------------------

    def _views(
        self, state: StateNumber, kind: int, readable: int, *, keyed: bool
    ) -> Iterator[View]:
        yield self.fresh(state, kind)
        now = self.states[state]
        read = [v for v in range(len(now.versions)) if readable >> v & 1]
        if not keyed:
            for number in reversed(read):
                old = now.versions[number]
                yield self._look(state, kind, old.holder, old.held or now.held, (number,))
        elif read:
            ids = self.kinds[kind].ids
            carried = [key for key in range(len(ids)) if ids[key] >= 0]
            for choice in product((NONE, *reversed(read)), repeat=len(carried)):
                if set(choice) != {NONE}:
                    yield self._look_apart(state, kind, dict(zip(carried, choice, strict=True)))

    def _look(
        self,
        state: StateNumber,
        kind: int,
        holder: Sequence[Slot],
        held: Sequence[tuple[int, ...]],
        seen: tuple[int, ...],
    ) -> View:
        call, found = self.kinds[kind], [NONE] * len(self.rules.limit)
        index = _state(holder, held, self.keys, (), self.states[state].into)
        matched = tables.look_up(call.ids, call.rules, self.rules, index, found)
        return View(tuple(found), matched, seen)

    def _look_apart(self, state: StateNumber, kind: int, choice: Mapping[int, int]) -> View:
        """What is seen where each key reads its own version: a profile, and what that held."""
        now, ids = self.states[state], self.kinds[kind].ids
        holder = [NONE] * len(self.keys)
        held: list[tuple[int, ...]] = []
        slots: list[Slot] = []
        for key, number in choice.items():
            read = now if number == NONE else now.versions[number]
            slot = read.holder[ids[key]]
            if slot != NONE:
                holder[ids[key]] = len(slots)
                held.append((read.held or now.held)[slot])
                slots.append(slot)
        view = self._look(state, kind, holder, held, tuple(choice.values()))
        found = tuple(NONE if row == NONE else slots[row] for row in view.found)
        return view._replace(found=found, keyed=True)

    # --- landings ------------------------------------------------------------------------------

    def _land(self, number: StateNumber, kind: int, view: View) -> Move | None:
        draft = _Draft(self, number)
        profile = draft.land(self.kinds[kind], view)
        return self._finished(draft, kind, view, profile)

    def taking(self, number: StateNumber, kind: int) -> Move | None:
        """Return what it would be for a call to make a profile that takes what it carries along.

        The platform does no such thing by the rules: a look-up that finds nobody leaves
        identifiers with their holders.
        """
        view = View((NONE,) * len(self.rules.limit), NONE)
        draft = _Draft(self, number)
        profile = draft.land(self.kinds[kind], view)
        if profile != NONE:
            for identifier in self.kinds[kind].ids:
                if identifier >= 0:
                    draft.take(identifier, profile)
        return self._finished(draft, kind, view, profile)

    def unwritten(self, number: StateNumber, kind: int) -> Move | None:
        """Return what it would be for a call to find its profile and write nothing."""
        view = self.fresh(number, kind)
        if view.matched == NONE:
            return None
        draft = _Draft(self, number)
        return self._finished(draft, kind, view, last(view.found[view.matched], draft.into))

    def _finished(self, draft: _Draft, kind: int, view: View, profile: Slot) -> Move | None:
        call, before = self.kinds[kind], draft.before
        fresh = len(before.held)
        if not self._agrees(call, profile, fresh, view.matched):
            return None
        labels = self._met(before, call.label, profile, draft.into)
        if labels is None:
            return None
        versions = before.versions
        pushed = self.stale and (tuple(draft.holder) != before.holder or self.passing)
        if pushed:
            versions = (*versions, Version(before.holder, before.held if self.passing else ()))
        after, names = canonical(
            State(
                holder=tuple(draft.holder),
                held=tuple(map(tuple, draft.held)),
                into=tuple(draft.into),
                used=self._stamps(draft.used),
                size=self._sizes(before, draft.into, made=profile == fresh),
                labels=labels,
                versions=versions,
            ),
            len(self.rules.limit),
        )
        changed = after[:6] != before[:6]
        if not changed and len(after.versions) != len(before.versions):
            after, pushed = before, False
        merged = [s for s in range(fresh) if draft.into[s] != NONE and before.into[s] == NONE]
        return Move(
            after=self._number(after),
            changed=changed,
            slot=self._named(profile, draft.into, names),
            created=profile == fresh,
            view=view,
            pushed=pushed,
            names=tuple(names),
            merged=tuple(merged),
        )

    @staticmethod
    def _named(profile: Slot, into: Sequence[Slot], names: Sequence[Slot]) -> Slot:
        if profile == NONE:
            return NONE
        name = names[last(profile, into)]
        return GONE if name == NONE else name

    def _agrees(self, call: Kind, profile: Slot, fresh: Slot, matched: int) -> bool:
        """Tell whether a landing is what the platform is known to have done with the call."""
        if profile == NONE:
            refused = matched != NONE or self._rejects(call)
            nothing = call.label == NONE and call.made == NONE
            return nothing and not (call.accepted and refused and not call.reads)
        created = profile == fresh and self._creates(call)
        if profile == fresh and call.label != NONE and not call.founds:
            return False
        return call.made == NONE or bool(call.made) == created

    def _deciding(self, call: Kind) -> int:
        nobody = self.rules.nobody[call.rules]
        return next((key for key in nobody if call.ids[key] >= 0), NONE)

    def _rejects(self, call: Kind) -> bool:
        key = self._deciding(call)
        return key != NONE and self.rules.missing[call.rules][key] == tables.REJECT

    def _creates(self, call: Kind) -> bool:
        key = self._deciding(call)
        return key != NONE and self.creates[call.rules * len(self.rules.limit) + key]

    def _sizes(self, before: State, into: Sequence[Slot], *, made: bool) -> tuple[int, ...]:
        """How many profiles each slot stands for, now that some were merged; 0s where none are."""
        size = [*before.size, int(made and self.merging)]
        for source, target in enumerate(into[:-1]):
            if target != NONE and before.into[source] == NONE:
                size[last(source, into)] += size[source]
                size[source] = 0
        return tuple(size)

    def _met(
        self, before: State, label: int, profile: Slot, into: Sequence[Slot]
    ) -> tuple[tuple[Slot, ...], ...] | None:
        """Where each observed profile was met by now; None where that cannot be."""
        labels = [tuple(sorted({last(slot, into) for slot in met})) for met in before.labels]
        if label != NONE:
            labels[label] = tuple(sorted({*labels[label], last(profile, into)}))
            if not self.merging and not self._fits(labels, label):
                return None
        return tuple(labels)

    def _fits(self, labels: Sequence[tuple[Slot, ...]], label: int) -> bool:
        """Tell whether a label is met on no more profiles than it may, and alone on each."""
        mine = self.labels[label]
        return len(labels[label]) <= mine.room and not any(
            other.family != mine.family and set(met) & set(labels[label])
            for other, met in zip(self.labels, labels, strict=True)
        )

    # --- names ---------------------------------------------------------------------------------

    def _stamps(self, used: Sequence[int]) -> tuple[int, ...]:
        """The order of last writes as numbers below zero, the latest -1; a new write is above."""
        if not self._ranked:
            return ()
        ranks = {stamp: rank for rank, stamp in enumerate(sorted(set(used), reverse=True), 1)}
        return tuple(-ranks[stamp] for stamp in used)

    def _keep(self, state: State, mask: int) -> Keeping:
        kept: dict[Version, int] = {}
        for number, version in enumerate(state.versions):
            now = version.holder == state.holder and version.held in ((), state.held)
            if mask >> number & 1 and not now:
                kept[version] = kept.get(version, 0) | 1 << number
        after, names = canonical(state._replace(versions=tuple(kept)), len(self.rules.limit))
        return Keeping(self._number(after), tuple(kept.values()), tuple(names))

    def _number(self, state: State) -> StateNumber:
        if state not in self._numbers:
            self._numbers[state] = len(self.states)
            self.states.append(state)
        return self._numbers[state]


def _merging(kinds: Sequence[Kind], rules: Rules) -> bool:
    """Tell whether two profiles can become one."""
    asked = any(kind.source != NONE for kind in kinds)
    used = {kind.rules for kind in kinds}
    return asked or any(
        tables.MERGE in cases for number in used for cases in rules.outcomes[number]
    )


def _state(
    holder: Sequence[Slot],
    held: Sequence[Sequence[int]],
    keys: Sequence[int],
    used: Sequence[int],
    into: Sequence[Slot],
) -> tables.State:
    """A state to look things up in; nothing writes to it."""
    return tables.State(
        list(holder), [list(row) for row in held], keys, list(used), list(into), _SILENT
    )
