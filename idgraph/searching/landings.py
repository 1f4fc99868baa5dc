"""Which calls end on which profile, followed through an automaton that forgets names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import add, or_
from typing import Literal, NamedTuple

from idgraph.resolve import NONE
from idgraph.searching.extensions import Order
from idgraph.searching.states import Move, Slot, StateNumber
from idgraph.searching.systems import Mask, Place, System

Granularity = Literal["partitions", "profiles", "split"]
"""How finely outcomes are told apart: by which calls end together, by the number of profiles that
calls end on, or by whether that is two or more."""
Content = int
"""What calls of a person make of a profile: their units, joined; 0 where none landed on it."""
Join = Callable[[Content, Content], Content]


class Blocks(NamedTuple):
    """What calls of a person are on each slot of a state, and on profiles that are out of reach.

    Nothing finds these any more, so that what is on them stays apart for good.
    """

    live: tuple[Content, ...] = ()
    closed: tuple[Content, ...] = ()

    @property
    def contents(self) -> tuple[Content, ...]:
        """What is on each profile on which a call landed, smallest first."""
        return tuple(sorted((*self.closed, *filter(None, self.live))))


def landed(blocks: Blocks, move: Move, unit: Content, join: Join = or_) -> Blocks:
    """Return the blocks after a call; of a call that is none of the person's the unit is 0."""
    live = [*blocks.live, 0]
    if move.slot != NONE:
        here = len(live) - 1 if move.created else move.names.index(move.slot)
        for source in move.merged:
            live[here], live[source] = join(live[here], live[source]), 0
        live[here] = join(live[here], unit)
    return renamed(blocks._replace(live=tuple(live)), move.names)


def renamed(blocks: Blocks, names: Sequence[Slot] | None) -> Blocks:
    """Return the blocks by the new names of their slots; None where these are the old ones."""
    if names is None:
        return blocks
    kept = [0] * sum(name != NONE for name in names)
    closed = list(blocks.closed)
    for content, name in zip(blocks.live, names, strict=True):
        if name != NONE:
            kept[name] = content
        elif content:
            closed.append(content)
    return Blocks(tuple(kept), tuple(sorted(closed)))


def ended(system: System, order: Sequence[Place], mine: Mask) -> tuple[Mask, ...]:
    """Return the calls on each profile that calls of a person end on, if all come in an order."""
    state, blocks = system.atomic.start, Blocks()
    for place in order:
        move = fresh(system, state, place)
        state, blocks = move.after, landed(blocks, move, mine & 1 << place)
    return blocks.contents


def fresh(system: System, state: StateNumber, place: Place) -> Move:
    """Return what a call comes to that sees everything; of unobserved calls there is one."""
    (move,) = system.atomic.moves(state, system.kinds[place]).every
    return move


class Measure:
    """How finely it is told apart where some calls of a system end.

    Twins of one kind are not told apart: `order` goes through them as recorded.
    """

    def __init__(self, system: System, mine: Mask, granularity: Granularity) -> None:
        """Follow the calls in `mine`."""
        self.mine = mine
        self.granularity = granularity
        self.alike = tuple((kind, mine >> p & 1) for p, kind in enumerate(system.kinds))
        self.order = Order(system, self.alike)
        fine = granularity == "partitions"
        self.units = _units(self.order, mine) if fine else tuple(own for _, own in self.alike)
        self._join: Join = add if fine else or_
        self._merging = system.atomic.merging

    def landed(self, blocks: Blocks, move: Move, place: Place) -> Blocks:
        """Return the blocks after a call."""
        return landed(blocks, move, self.units[place], self._join)

    def outcome(self, blocks: Blocks) -> tuple[Content, ...]:
        """Return what blocks come to at the end of an order."""
        contents = blocks.contents
        if self.granularity == "split":
            return contents[:2] if len(contents) > 1 else ()
        return contents

    def decided(self, blocks: Blocks) -> bool:
        """Tell whether the outcome is known before the end: split, and no call can mend it."""
        apart = bool(blocks.closed) or not self._merging
        return self.granularity == "split" and apart and len(blocks.contents) > 1


Configuration = int
"""A state and the blocks on it, by a number."""


class Walk:
    """What orders of a system's unobserved calls come to, as far as some of the calls go.

    `outcomes` holds what each configuration met so far would come to at the end of an order,
    `decided` whether it is known to before.
    """

    def __init__(self, system: System, mine: Mask, granularity: Granularity) -> None:
        """Follow the calls in `mine`."""
        self.system = system
        self.mine = mine
        self.measure = Measure(system, mine, granularity)
        self.order = self.measure.order
        signs = list(zip(system.kinds, self.measure.units, strict=True))
        firsts: dict[tuple[int, Content], Place] = {}
        self._sign = tuple(firsts.setdefault(sign, place) for place, sign in enumerate(signs))
        self.outcomes: list[tuple[Content, ...]] = []
        self.decided: list[bool] = []
        self._configurations: list[tuple[StateNumber, Blocks]] = []
        self._numbers: dict[tuple[StateNumber, Blocks], Configuration] = {}
        self._next: dict[tuple[Configuration, Place], Configuration] = {}
        self.start = self._number(system.atomic.start, Blocks())

    def next(self, configuration: Configuration, place: Place) -> Configuration:
        """Return what a call makes of a configuration."""
        key = (configuration, self._sign[place])
        if key not in self._next:
            state, blocks = self._configurations[configuration]
            move = fresh(self.system, state, place)
            self._next[key] = self._number(move.after, self.measure.landed(blocks, move, place))
        return self._next[key]

    def split(self, configuration: Configuration) -> bool:
        """Tell whether calls are on two or more profiles."""
        return len(self.outcomes[configuration]) > 1

    def _number(self, state: StateNumber, blocks: Blocks) -> Configuration:
        key = (state, blocks)
        if key not in self._numbers:
            self._numbers[key] = len(self._configurations)
            self._configurations.append(key)
            self.outcomes.append(self.measure.outcome(blocks))
            self.decided.append(self.measure.decided(blocks))
        return self._numbers[key]


def _units(order: Order, mine: Mask) -> tuple[Content, ...]:
    """A unit for each call in `mine`: sums of units tell which there are, but for twins.

    Twins have one unit, which can be counted as often as there are twins.
    """
    found = [0] * order.every.bit_length()
    bit = 0
    for twins in order.twins:
        for place in twins.members:
            found[place] = (mine >> place & 1) << bit
        bit += len(twins.members).bit_length()
    twin = sum(twins.mask for twins in order.twins)
    for place in range(len(found)):
        if not twin >> place & 1:
            found[place] = (mine >> place & 1) << bit
            bit += 1
    return tuple(found)
