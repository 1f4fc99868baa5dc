"""What an automaton of calls is made of: states, kinds of calls, and moves between states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from idgraph.resolve import NONE

StateNumber = int
Slot = int
"""A profile within a state."""
GONE: Slot = -2
"""In place of a slot: a profile was made that nothing leads to and nobody observed."""


class Version(NamedTuple):
    """An index as it was: whom each identifier found, and what those profiles held."""

    holder: tuple[Slot, ...]
    held: tuple[tuple[int, ...], ...]


class State(NamedTuple):
    """What the platform keeps, and where each observed profile was met.

    `holder`, `held` and `into` are those of `resolve`, `used` the order in which identifiers were
    last written (empty where no rule asks for it), `size` how many profiles each slot stands for,
    `labels` the slots on which each observed profile was met. `versions` are earlier indexes that a
    look-up may still read, oldest first.
    """

    holder: tuple[Slot, ...]
    held: tuple[tuple[int, ...], ...]
    into: tuple[Slot, ...]
    used: tuple[int, ...]
    size: tuple[int, ...]
    labels: tuple[tuple[Slot, ...], ...]
    versions: tuple[Version, ...] = ()


class Kind(NamedTuple):
    """All that decides what a call can do: calls of one kind are interchangeable.

    `ids` are identifiers by key, `label` the observed profile or NONE, `made` 1 or 0 where it is
    known whether the call made a profile, else NONE; `accepted` says that the platform cannot have
    refused it, `founds` that it can have made the profile on which it was observed.
    """

    ids: tuple[int, ...]
    rules: int
    reads: int = 0
    source: int = NONE
    learned: int = NONE
    label: int = NONE
    made: int = NONE
    accepted: bool = False
    founds: bool = True


class Label(NamedTuple):
    """An observed profile: it may be met on `room` profiles, those that were merged into it later.

    Profiles of one `family` were merged into each other, so that one call's may be another's.
    """

    family: int
    room: int = 1


class View(NamedTuple):
    """What a look-up saw: the profile that each key found, and the key that matched.

    `seen` is the version that it read, or with `keyed` the one that each carried key read, NONE for
    the index as it was; empty where it saw all there was.
    """

    found: tuple[Slot, ...]
    matched: int
    seen: tuple[int, ...] = ()
    keyed: bool = False


class Move(NamedTuple):
    """What placing a call comes to.

    `after` is the state, `changed` whether it is another one, `slot` where the call landed (in
    `after`; NONE for nowhere, GONE), `created` whether it made that profile, `view` what it saw.
    `pushed` says that the index before it joined the versions; `names` gives each slot its name in
    `after` (NONE where nothing leads to it any more), `merged` are those that went into `slot`.
    """

    after: StateNumber
    changed: bool
    slot: Slot
    created: bool
    view: View
    pushed: bool
    names: tuple[Slot, ...]
    merged: tuple[Slot, ...]


class Moves(NamedTuple):
    """All that a call can come to, and that of it which changes the state."""

    every: tuple[Move, ...]
    changing: tuple[Move, ...]


class Keeping(NamedTuple):
    """A state with fewer versions.

    `masks` gives, for each version that is left, those that it stands for; `names` gives each slot
    its new name.
    """

    after: StateNumber
    masks: tuple[int, ...]
    names: tuple[Slot, ...]


def canonical(state: State, width: int) -> tuple[State, list[Slot]]:
    """Return a state whose slots are named by what finds them, and the new name of each.

    `width` is the number of keys that a profile can hold.
    """
    names = [NONE] * len(state.held)
    order: list[Slot] = []
    for slots in (state.holder, *(old.holder for old in state.versions), *state.labels):
        for slot in slots:
            at = slot
            while at != NONE and names[at] == NONE:
                names[at] = len(order)
                order.append(at)
                at = state.into[at]

    def named(slots: Iterable[Slot]) -> tuple[Slot, ...]:
        return tuple(names[slot] if slot != NONE else NONE for slot in slots)

    def rows(held: Sequence[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
        """What each slot held; those that were not there yet held nothing."""
        nothing = (NONE,) * width
        return tuple(held[slot] if slot < len(held) else nothing for slot in order)

    fresh = State(
        holder=named(state.holder),
        held=rows(state.held),
        into=named(state.into[slot] for slot in order),
        used=state.used,
        size=tuple(state.size[slot] for slot in order),
        labels=tuple(tuple(sorted(named(met))) for met in state.labels),
        versions=tuple(
            Version(named(old.holder), rows(old.held) if old.held else ()) for old in state.versions
        ),
    )
    return fresh, names


def last(slot: Slot, into: Sequence[Slot]) -> Slot:
    """Return the profile that one is by now, merges followed."""
    while into[slot] != NONE:
        slot = into[slot]
    return slot
