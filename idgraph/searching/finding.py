"""Whether some order of the calls explains what was observed, with look-ups that are behind or not.

A look-up may be behind by `lag`: it read the index as it was at some instant between `lag` before
the call could begin and its effect. With 0 it looked while the call was under way. In an order of
effects this says: a call sees all those that had ended more than `lag` before it began, and then as
many of the others, in their order, as it likes. (Each such call has to come before the first one
that was not seen; that is the only condition that the real times of effects have to meet.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from idgraph.clocks import Instant
from idgraph.searching.automaton import Automaton
from idgraph.searching.limits import Budget
from idgraph.searching.pinning import torn
from idgraph.searching.states import Move, Moves, Slot, StateNumber
from idgraph.searching.systems import Mask, Place, System


class Mode(NamedTuple):
    """How look-ups may be behind: `lag` is None where each sees everything that is there.

    With `keyed`, each key may be behind by itself.
    """

    lag: Instant | None = None
    keyed: bool = False


ATOMIC = Mode()


class Node(NamedTuple):
    """A state of the search.

    `done` are the calls placed for good. `free` are calls that can have come by now without a
    trace; they may still be placed later, where they leave one. `readers` are, for each version of
    the state, the calls that may still read it.
    """

    done: Mask
    free: Mask
    state: StateNumber
    readers: tuple[Mask, ...]


class Narrowed(NamedTuple):
    """A node with fewer versions: which each stands for, and the new names of slots (None: old)."""

    node: Node
    masks: tuple[Mask, ...]
    names: tuple[Slot, ...] | None


@dataclass
class _Frame:
    node: Node
    placed: tuple[Place, ...]
    """What was placed to come here, in order: calls without a trace, then the one that left one."""
    freed: tuple[Place, ...]
    branches: list[_Frame] | None = None
    """Where it goes on, the most promising last; None where nobody has looked yet."""


class Search:
    """The ways through a system in one mode; what is found out is kept for the next question."""

    def __init__(self, system: System, mode: Mode, budget: Budget) -> None:
        """Prepare a search."""
        self.system = system
        self.mode = mode
        self.budget = budget
        self.automaton: Automaton = system.automaton(stale=mode.lag is not None)
        self.old = system.old(mode.lag) if mode.lag is not None else ()
        self.before = system.leaning if mode.lag is None else system.leaning_by(self.old)
        self._bound = sum(1 << place for place, seen in enumerate(self.old) if seen)
        self.start = Node(0, 0, self.automaton.start, ())

    def moves(self, node: Node, place: Place) -> Moves:
        """Return what placing a call next can come to."""
        kind, readable = self.system.kinds[place], self.readable(node, place)
        return self.automaton.moves(node.state, kind, readable, keyed=self.mode.keyed)

    @staticmethod
    def readable(node: Node, place: Place) -> int:
        """Return the mask of the versions that a call may read."""
        found, bit = 0, 1
        for mask in node.readers:
            if mask >> place & 1:
                found |= bit
            bit <<= 1
        return found

    def enabled(self, there: Mask) -> Iterator[Place]:
        """Go through the calls not yet there whose predecessors all are, by earliest instant."""
        spans, bound = self.system.spans, None
        rest = self.system.every & ~there
        while rest:
            place = (rest & -rest).bit_length() - 1
            if bound is not None and spans[place].lo > bound:
                return
            bound = spans[place].hi if bound is None else min(bound, spans[place].hi)
            if self.before[place] & ~there == 0:
                yield place
            rest &= rest - 1

    def after(self, node: Node, place: Place, move: Move) -> Node:
        """Return the node to which a call leads."""
        return self.narrowed(self.wide(node, place, move)).node

    def wide(self, node: Node, place: Place, move: Move) -> Node:
        """Return that node with all versions, whether somebody may still read them or not."""
        bit = 1 << place
        if not move.changed:
            readers = tuple(mask & ~bit for mask in node.readers)
            return node._replace(done=node.done | bit, readers=readers)
        forced, lost = self.before[place] & node.free, bit
        for other in bits(node.free & ~forced & ~bit):
            if self.before[other] & bit:
                lost |= 1 << other
        done, free = node.done | forced | bit, node.free & ~forced & ~lost
        if self.mode.lag is None:
            return Node(done, free, move.after, ())
        waiting = self.system.every & ~done
        left = [self._left(mask & waiting, lost) for mask in node.readers]
        if move.pushed:
            left.append(self._readers(waiting, (node.done | node.free) & ~lost))
        return Node(done, free, move.after, tuple(left))

    def narrowed(self, node: Node) -> Narrowed:
        """Return a node without the versions that nobody will read any more."""
        if not node.readers:
            return Narrowed(node, (), None)
        mask = sum(1 << version for version, readers in enumerate(node.readers) if readers)
        kept = self.automaton.keeping(node.state, mask)
        readers = (_union(node.readers[version] for version in bits(m)) for m in kept.masks)
        narrow = Node(node.done, node.free, kept.after, tuple(readers))
        return Narrowed(narrow, kept.masks, kept.names)

    def _readers(self, waiting: Mask, there: Mask) -> Mask:
        """Those of some calls that may read an index that shows what is there."""
        for place in bits(waiting & self._bound):
            if self.old[place] & ~there:
                waiting ^= 1 << place
        return waiting

    def _left(self, readers: Mask, lost: Mask) -> Mask:
        """The readers of a version that may still read it though some calls come later."""
        for place in bits(readers & self._bound):
            if self.old[place] & lost:
                readers ^= 1 << place
        return readers

    def order(self) -> tuple[Place, ...] | None:
        """Return an order that explains all observations, None where none does.

        `OutOfBudget` where the search took more than it may. A call that leaves no trace where it
        is placed, and agrees with its observation there, is taken to have come as early as it can;
        only calls that leave one are tried in turn. That loses no order: the others can be moved to
        that moment without any other call seeing a difference.
        """
        if self.system.impossible or (self.mode.lag is None and torn(self.automaton)):
            return None
        failed: dict[tuple[Mask, StateNumber, tuple[Mask, ...]], list[Mask]] = {}
        stack = [self._frame(self.start, ())]
        while stack:
            frame = stack[-1]
            node = frame.node
            if node.done | node.free == self.system.every and self.automaton.settled(node.state):
                return self._unrolled(stack)
            if frame.branches is None:
                self.budget.spend()
                frame.branches = self._branches(node)
            if not frame.branches:
                failed.setdefault((node.done, node.state, node.readers), []).append(node.free)
                stack.pop()
                continue
            child = frame.branches.pop()
            known = failed.get((child.node.done, child.node.state, child.node.readers), ())
            if not any(free | child.node.free == free for free in known):
                stack.append(child)
        return None

    def _frame(self, node: Node, placed: tuple[Place, ...]) -> _Frame:
        whole, freed = self._closed(node)
        return _Frame(whole, placed, freed)

    def _closed(self, node: Node) -> tuple[Node, tuple[Place, ...]]:
        """Let all calls come that leave no trace."""
        freed: list[Place] = []
        free = node.free
        found = True
        while found:
            found = False
            for place in self.enabled(node.done | free):
                moves = self.moves(node, place)
                if len(moves.every) > len(moves.changing):
                    free |= 1 << place
                    freed.append(place)
                    found = True
        return node._replace(free=free), tuple(freed)

    def _branches(self, node: Node) -> list[_Frame]:
        """Where the next call can lead that leaves a trace; what explains most comes last."""
        there = node.done | node.free
        found = [
            self._frame(self.after(node, place, move), (place,))
            for place in bits(self.system.every & ~node.done)
            if self.before[place] & ~there == 0
            for move in self.moves(node, place).changing
        ]
        found.reverse()
        return sorted(found, key=lambda frame: (frame.node.done | frame.node.free).bit_count())

    def _unrolled(self, stack: list[_Frame]) -> tuple[Place, ...]:
        """The order that a path stands for: each call where it came last."""
        events = [place for frame in stack for place in (*frame.placed, *frame.freed)]
        last = {place: number for number, place in enumerate(events)}
        return tuple(sorted(last, key=last.__getitem__))


def bits(mask: Mask) -> Iterator[int]:
    """Go through the members of a set, smallest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _union(masks: Iterator[Mask]) -> Mask:
    whole = 0
    for mask in masks:
        whole |= mask
    return whole
