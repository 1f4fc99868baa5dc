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
from idgraph.searching.automaton import Automaton, Move, Slot, StateNumber
from idgraph.searching.limits import Budget
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
    branches: Iterator[tuple[Node, Place]]


class Search:
    """The ways through a system in one mode; what is found out is kept for the next question."""

    def __init__(self, system: System, mode: Mode, budget: Budget) -> None:
        """Prepare a search."""
        self.system = system
        self.mode = mode
        self.budget = budget
        self.automaton: Automaton = system.automaton(stale=mode.lag is not None)
        self.old = system.old(mode.lag) if mode.lag is not None else ()
        self.before = system.leaning if mode.lag is None else system.leaning_alike
        self.start = Node(0, 0, self.automaton.start, ())

    def moves(self, node: Node, place: Place) -> tuple[Move, ...]:
        """Return what placing a call next can come to."""
        readable = sum(
            1 << version for version, mask in enumerate(node.readers) if mask >> place & 1
        )
        kind = self.system.kinds[place]
        return self.automaton.moves(node.state, kind, readable, keyed=self.mode.keyed)

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
            there = (node.done | node.free) & ~lost
            left.append(sum(1 << c for c in bits(waiting) if self.old[c] & ~there == 0))
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

    def _left(self, readers: Mask, lost: Mask) -> Mask:
        """The readers of a version that may still read it though some calls come later."""
        return sum(1 << c for c in bits(readers) if self.old[c] & lost == 0)

    def order(self) -> tuple[Place, ...] | None:
        """Return an order that explains all observations, None where none does.

        `OutOfBudget` where the search took more than it may. A call that leaves no trace where it
        is placed, and agrees with its observation there, is taken to have come as early as it can;
        only calls that leave one are tried in turn. That loses no order: the others can be moved to
        that moment without any other call seeing a difference.
        """
        if self.system.impossible:
            return None
        failed: dict[tuple[Mask, StateNumber, tuple[Mask, ...]], list[Mask]] = {}
        stack = [self._frame(self.start, ())]
        while stack:
            frame = stack[-1]
            node = frame.node
            if node.done | node.free == self.system.every and self.automaton.settled(node.state):
                return self._unrolled(stack)
            child = next(frame.branches, None)
            if child is None:
                failed.setdefault((node.done, node.state, node.readers), []).append(node.free)
                stack.pop()
                continue
            fresh = self._frame(child[0], (child[1],))
            known = failed.get((fresh.node.done, fresh.node.state, fresh.node.readers), ())
            if not any(free | fresh.node.free == free for free in known):
                self.budget.spend()
                stack.append(fresh)
        return None

    def _frame(self, node: Node, placed: tuple[Place, ...]) -> _Frame:
        whole, freed = self._closed(node)
        return _Frame(whole, placed, freed, self._branches(whole))

    def _closed(self, node: Node) -> tuple[Node, tuple[Place, ...]]:
        """Let all calls come that leave no trace."""
        freed: list[Place] = []
        free = node.free
        found = True
        while found:
            found = False
            for place in self.enabled(node.done | free):
                if any(not move.changed for move in self.moves(node, place)):
                    free |= 1 << place
                    freed.append(place)
                    found = True
        return node._replace(free=free), tuple(freed)

    def _branches(self, node: Node) -> Iterator[tuple[Node, Place]]:
        there = node.done | node.free
        for place in bits(self.system.every & ~node.done):
            if self.before[place] & ~there == 0:
                for move in self.moves(node, place):
                    if move.changed:
                        yield self.after(node, place, move), place

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
