"""Histories between the two: the correct one with some differences taken from the other."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from idgraph.calls import Call, History, Identifier, Key
from idgraph.calls import history as in_time
from idgraph.clocks import Instant
from idgraph.comparison.aligning import Aligned
from idgraph.comparison.differing import Difference
from idgraph.comparison.sides import Place, Side
from idgraph.comparison.values import Tongues

Numbers = frozenset[int]
"""The numbers of some differences."""
OWN, OTHERS = "person", "somebody else"


@dataclass(frozen=True, slots=True)
class Slot:
    """A call of a hybrid: its row, and the call of each history that it is made of."""

    row: int
    good: Place | None
    bad: Place | None


@dataclass(frozen=True)
class Hybrids:
    """All histories between the two: each takes some differences from the duplicated one."""

    good: Side
    bad: Side
    rows: tuple[Aligned, ...]
    told: Tongues
    differences: tuple[Difference, ...]

    @cached_property
    def _by_row(self) -> dict[int, list[Difference]]:
        found: dict[int, list[Difference]] = {}
        for one in self.differences:
            found.setdefault(one.row, []).append(one)
        return found

    def slots(self, taken: Numbers) -> tuple[Slot, ...]:
        """Return the calls of the hybrid, in order."""
        return tuple(slot for row in range(len(self.rows)) if (slot := self._slot(row, taken)))

    def _slot(self, place: int, taken: Numbers) -> Slot | None:
        row = self.rows[place]
        if row.moved is not None:
            theirs = place if row.good is None else row.moved
            there = any(one.kind == "moved" and one.number in taken for one in self._by_row[theirs])
            other = self.rows[row.moved]
            if there != (row.good is None):
                return None
            mine = other.good if row.good is None else row.good
            return Slot(theirs, mine, other.bad if row.bad is None else row.bad)
        if row.good is None or row.bad is None:
            whole = {"added", "removed"}
            exchanged = any(o.kind in whole and o.number in taken for o in self._by_row[place])
            if exchanged == (row.good is not None):
                return None
        return Slot(place, row.good, row.bad)

    def history(
        self, taken: Numbers, *, less: Mapping[int, Collection[Key]] | None = None
    ) -> History:
        """Return the hybrid; `less` are the keys that the calls of some rows do not carry.

        Persons are named, so that no exchange of keys makes two of one.
        """
        slots = self.slots(taken)
        calls = [self._call(slot, taken, (less or {}).get(slot.row, ())) for slot in slots]
        return in_time(self._clocked(slots, calls, taken))

    def _call(self, slot: Slot, taken: Numbers, less: Collection[Key]) -> Call:
        numbers = (one.number for one in self._by_row.get(slot.row, ()))
        mix = (slot.row, *(number for number in numbers if number in taken))
        if mix not in self._made:
            found = self._mixed(slot, taken)
            own = self.good.own[slot.good] if slot.good is not None else self._others(slot)
            who = OWN if own else OTHERS
            self._made[mix] = replace(found, person=who, payload={}, wire={}, context={})
        call = self._made[mix]
        return replace(call, identifiers=_less(call, less)) if less else call

    @cached_property
    def _made(self) -> dict[tuple[int, ...], Call]:
        """The calls made so far, by their row and the differences taken of it."""
        return {}

    def _others(self, slot: Slot) -> bool:
        return slot.bad is not None and self.bad.own[slot.bad]

    def _mixed(self, slot: Slot, taken: Numbers) -> Call:
        if slot.good is None or slot.bad is None:
            return self.told.good[slot.good] if slot.good is not None else self._bad(slot)
        call, other = self.told.good[slot.good], self._bad(slot)
        for one in self._by_row.get(slot.row, ()):
            if one.number in taken:
                call = _exchanged(call, other, one)
        return call

    def _bad(self, slot: Slot) -> Call:
        assert slot.bad is not None  # noqa: S101 - a slot has a call of one history at least
        return self.told.bad[slot.bad]

    # --- time ----------------------------------------------------------------------------------

    def _clocked(
        self, slots: Iterable[Slot], calls: Iterable[Call], taken: Numbers
    ) -> Iterable[Call]:
        """The calls at instants that keep each gap of the history that a call has its gap from.

        A gap is kept to the call before it in its own history that is there, too; where calls of
        the other history came in between, the call is at least a microsecond behind them.
        """
        when: tuple[dict[Place, Instant], dict[Place, Instant]] = ({}, {})
        there: tuple[list[Place], list[Place]] = ([], [])
        now: Instant | None = None
        found = []
        for slot, call in zip(slots, calls, strict=True):
            timed = self._timed(slot, taken)
            side, place = (self.bad, slot.bad) if timed else (self.good, slot.good)
            assert place is not None  # noqa: S101 - so chosen
            at = side.calls[place].at
            if at is None:
                found.append(_unclocked(call))
                continue
            before = bisect_left(there[timed], place)
            moment = at
            if before:
                known = there[timed][before - 1]
                moment = when[timed][known] + at - (side.calls[known].at or at)
            if now is not None and moment < now:
                moment = now + 1
            for bad, other in ((False, slot.good), (True, slot.bad)):
                if other is not None:
                    when[bad][other] = moment
                    insort(there[bad], other)
            now = moment
            found.append(_at(call, side.calls[place], moment))
        return found

    def _timed(self, slot: Slot, taken: Numbers) -> bool:
        """Tell whether a call has its clocks from the duplicated history."""
        if slot.good is None or slot.bad is None:
            return slot.good is None
        return any(
            one.kind in {"gap", "moved"} and one.number in taken
            for one in self._by_row.get(slot.row, ())
        )


def _unclocked(call: Call) -> Call:
    return replace(call, occurred_at=None, sent_at=None, received_at=None, answered_at=None)


def _at(call: Call, clocks: Call, moment: Instant) -> Call:
    """A call with the clocks of another one, moved to a moment."""
    span = moment - (clocks.at or 0)
    occurred, sent, received, answered = (
        None if at is None else at + span
        for at in (clocks.occurred_at, clocks.sent_at, clocks.received_at, clocks.answered_at)
    )
    return replace(
        call, occurred_at=occurred, sent_at=sent, received_at=received, answered_at=answered
    )


def _less(call: Call, keys: Collection[Key]) -> tuple[Identifier, ...]:
    return tuple(one for one in call.identifiers if one.key not in keys)


def _exchanged(call: Call, other: Call, one: Difference) -> Call:
    """A call with one difference taken from its counterpart."""
    if one.kind == "key":
        key = one.key or ""
        found: Identifier | None = other.get(key)
        return call.without(key) if found is None else call.carrying(found)
    if one.kind == "answer":
        return replace(call, refused=other.refused, answer=other.answer)
    if one.kind in {"channel", "endpoint", "reads", "clears", "merges"}:
        return replace(call, **{one.kind: getattr(other, one.kind)})
    return call
