"""Witnesses: an order that explains what was observed, and what each look-up in it saw."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from idgraph.clocks import Instant
from idgraph.resolve import NONE
from idgraph.searching.finding import Node, Search, bits
from idgraph.searching.limits import Budget, OutOfBudget
from idgraph.searching.states import Move, Slot
from idgraph.searching.systems import Place, System

SWAP_NODES = 20_000
"""How many nodes the search for the fewest swaps may take before it is given up."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A look-up that did not see all there was: `unseen` is the first effect that it missed.

    `key` is the place of the key that missed it, where each was looked up by itself, else None;
    `lag` is how far behind the look-up must have been at least, in microseconds.
    """

    place: Place
    unseen: Place
    key: int | None
    lag: Instant


@dataclass(frozen=True, slots=True)
class Witness:
    """An order of effects that explains all that was observed of a system.

    `order` holds places, `stale` the look-ups that were behind; `swaps` counts the pairs whose
    order differs from the recorded one, `fewest` says whether no other witness of its kind has
    fewer. `slots` are profiles by place, of which only sameness counts (None: nowhere), `created`
    the places that made one.
    """

    order: tuple[Place, ...]
    stale: tuple[Stale, ...]
    swaps: int
    fewest: bool
    slots: tuple[int | None, ...]
    created: tuple[Place, ...]


def swaps(system: System, order: Sequence[Place]) -> int:
    """Return how many pairs of an order are the other way round than recorded."""
    turned, seen = 0, list[int]()
    for number, place in enumerate(order):
        rank = system.recorded[place]
        turned += number - bisect_left(seen, rank)
        insort(seen, rank)
    return turned


def witness(search: Search, order: tuple[Place, ...], *, most_nodes: int = SWAP_NODES) -> Witness:
    """Return the witness with the fewest swaps, given some order that explains.

    Where that takes too long, neighbours of the order are swapped back while it still explains:
    then no single swap back is left, but `fewest` is False.
    """
    system = search.system
    if trace(search, system.in_order) is not None:
        return _made(search, system.in_order, fewest=True)
    try:
        budget = search.budget.part(most_nodes)
        return _made(search, _fewest(search, swaps(system, order), budget) or order, fewest=True)
    except OutOfBudget:
        return _made(search, _straightened(search, order), fewest=False)


# --- one order -----------------------------------------------------------------------------------


class Passed(NamedTuple):
    """What a call of an order came to: what each version there had seen, and the slots' new names.

    `sights` count the effects of the order that each version had seen which the call might read.
    """

    move: Move
    sights: tuple[int, ...]
    narrowed: tuple[Slot, ...] | None


@dataclass(frozen=True, slots=True)
class _Path:
    """A way along a fixed order: how many look-ups were behind, and what its versions had seen."""

    cost: int
    passed: tuple[Passed, ...]
    sights: tuple[int, ...]


def trace(search: Search, order: Sequence[Place]) -> tuple[Passed, ...] | None:
    """Return what each call of an order comes to, with the fewest look-ups that are behind.

    None where the order does not explain what was observed.
    """
    if search.system.impossible:
        return None
    paths, there = {search.start: _Path(0, (), ())}, 0
    for place in order:
        if search.system.before[place] & ~there:
            return None
        there |= 1 << place
        following: dict[Node, _Path] = {}
        for node, path in paths.items():
            for move in search.moves(node, place).every:
                after, step = _stepped(search, search.wide(node, place, move), move, path)
                if after not in following or step.cost < following[after].cost:
                    following[after] = step
        paths = following
    ends = [path for node, path in paths.items() if search.automaton.settled(node.state)]
    return min(ends, key=lambda path: path.cost).passed if ends else None


def _stepped(search: Search, wide: Node, move: Move, path: _Path) -> tuple[Node, _Path]:
    after, masks, names = search.narrowed(wide)
    seen = (*path.sights, len(path.passed)) if move.pushed else path.sights
    sights = tuple(max(seen[version] for version in bits(mask)) for mask in masks)
    passed = (*path.passed, Passed(move, path.sights, names))
    return after, _Path(path.cost + (move.view.seen != ()), passed, sights)


# --- fewest swaps --------------------------------------------------------------------------------


def _fewest(search: Search, most: int, budget: Budget) -> tuple[Place, ...] | None:
    """The order with the fewest swaps below `most`, None where there is none."""
    system, number = search.system, count()
    queue: list[tuple[int, int, int, Node, tuple[Place, ...]]] = [(0, 0, 0, search.start, ())]
    best: dict[Node, int] = {search.start: 0}
    while queue:
        cost, _, _, node, order = heapq.heappop(queue)
        if node.done == system.every and search.automaton.settled(node.state):
            return order
        for place in search.enabled(node.done) if cost == best[node] else ():
            waiting = system.every & ~node.done & ~(1 << place)
            rank = system.recorded[place]
            total = cost + sum(system.recorded[other] < rank for other in bits(waiting))
            for move in search.moves(node, place).every if total < most else ():
                after = search.after(node, place, move)
                if total < best.get(after, most):
                    budget.spend()
                    best[after] = total
                    entry = (total, -len(order), next(number), after, (*order, place))
                    heapq.heappush(queue, entry)
    return None


def _straightened(search: Search, order: tuple[Place, ...]) -> tuple[Place, ...]:
    """Swap neighbours back into the recorded order, as long as the order still explains."""
    ranks, found = search.system.recorded, order
    again = True
    while again:
        again = False
        for at in range(len(found) - 1):
            one, other = found[at], found[at + 1]
            tried = (*found[:at], other, one, *found[at + 2 :])
            if ranks[one] > ranks[other] and trace(search, tried) is not None:
                found, again = tried, True
    return found


# --- the result ----------------------------------------------------------------------------------


def _made(search: Search, order: tuple[Place, ...], *, fewest: bool) -> Witness:
    passed = trace(search, order) or ()
    slots = _landings(passed)
    return Witness(
        order=order,
        stale=tuple(
            stale
            for number, step in enumerate(passed)
            for stale in _behind(search.system, order, number, step)
        ),
        swaps=swaps(search.system, order),
        fewest=fewest,
        slots=tuple(slot for _, slot in sorted(zip(order, slots, strict=True), key=_place)),
        created=tuple(p for p, step in zip(order, passed, strict=True) if step.move.created),
    )


def _place(landed: tuple[Place, int | None]) -> Place:
    return landed[0]


def _landings(passed: Sequence[Passed]) -> list[int | None]:
    """The profile of each call of an order, by the number of its birth, merges followed."""
    births: list[int] = []
    into: dict[int, int] = {}
    landed: list[int | None] = []
    born = 0
    for step in passed:
        move = step.move
        if move.created:
            births.append(born)
            here, born = births[-1], born + 1
        elif move.slot == NONE:
            landed.append(None)
            continue
        else:
            here = next(b for b, n in zip(births, move.names, strict=False) if n == move.slot)
        into |= {births[source]: here for source in move.merged}
        landed.append(here)
        births = renamed(births, move.names)
        if step.narrowed is not None:
            births = renamed(births, step.narrowed)
    return [_survivor(name, into) for name in landed]


def renamed(things: Sequence[int], names: Sequence[Slot]) -> list[int]:
    """Return what belongs to slots in the order of their new names; who has none is left out."""
    kept = sorted((name, thing) for thing, name in zip(things, names, strict=False) if name != NONE)
    return [thing for _, thing in kept]


def _survivor(name: int | None, into: dict[int, int]) -> int | None:
    while name in into:
        name = into[name]
    return name


def _behind(system: System, order: Sequence[Place], number: int, step: Passed) -> Iterator[Stale]:
    """The look-ups of one call that did not see all there was, and mattered."""
    seen, place = step.move.view.seen, order[number]
    ids = system.atomic.kinds[system.kinds[place]].ids
    carried = [key for key, identifier in enumerate(ids) if identifier >= 0]
    keys = carried if len(seen) == len(carried) and step.move.view.keyed else [None]
    for key, version in zip(keys, seen, strict=True) if seen else ():
        if version != NONE:
            sight = step.sights[version]
            missed = order[sight:number]
            earliest = min(system.spans[other].hi for other in missed)
            yield Stale(place, missed[0], key, max(0, system.spans[place].lo - earliest))
