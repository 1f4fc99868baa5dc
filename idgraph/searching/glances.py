"""What the calls of a person can come to where look-ups may be behind: whether, not how often.

A count over orders and what each look-up in them saw would mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from idgraph.clocks import Instant
from idgraph.searching.counting import recorded_before
from idgraph.searching.extensions import Order
from idgraph.searching.finding import Mode, Narrowed, Node, Search, bits
from idgraph.searching.landings import Blocks, Content, Measure, landed, renamed
from idgraph.searching.limits import Budget
from idgraph.searching.states import Move
from idgraph.searching.systems import Mask, Place, System
from idgraph.searching.witnesses import swaps


class Missed(NamedTuple):
    """A look-up that did not see all there was: `unseen` is the first effect that it missed."""

    place: Place
    unseen: Place


class Possible(NamedTuple):
    """An outcome that is possible: the calls of the person on each profile, and a way to it.

    Of the ways to a partition it is one with the fewest look-ups that are behind, and of those with
    the fewest `swaps`; where it is only asked whether calls split, it is any.
    """

    profiles: tuple[Mask, ...]
    order: tuple[Place, ...]
    swaps: int
    missed: tuple[Missed, ...]


class _Step(NamedTuple):
    """The last call of a way: what it came to, where that led, and what slots are called there."""

    place: Place
    move: Move
    led: Narrowed
    before: _Step | None


class _Way(NamedTuple):
    """How many look-ups were behind, how many pairs are swapped, and the way, from its end."""

    behind: int
    swaps: int
    last: _Step | None


_Layer = dict[Node, dict[Blocks, _Way]]


class Glances:
    """All that orders of a system can come to whose look-ups are behind by `lag` at most.

    With a lag of 0, look-ups may miss the calls that were under way with them. Where it is only
    asked whether calls split, all end when one is found that does.
    """

    def __init__(
        self,
        system: System,
        measure: Measure,
        lag: Instant,
        budget: Budget,
        *,
        known: Iterable[Sequence[Place]] = (),
    ) -> None:
        """Go through them; `OutOfBudget` where there are too many.

        `known` are orders in which every look-up sees everything, with outcomes that need not be
        sought.
        """
        self.system = system
        self._measure = measure
        self._order = Order(system, list(zip(measure.alike, system.spans, strict=True)))
        self._earlier = recorded_before(system)
        self._search = Search(system, Mode(lag), budget)
        self._ends: dict[tuple[Content, ...], _Way] = {}
        for order in known:
            self._know(order)
        layer: _Layer = {self._search.start: {Blocks(): _Way(0, 0, None)}}
        for _ in range(len(system)):
            layer = self._following(layer)
        for row in layer.values():
            for blocks, way in row.items():
                self._end(blocks, way)

    def outcomes(self) -> tuple[Possible, ...]:
        """Return what they come to, what is nearest to the record first."""
        found = [self._possible(way) for way in self._ends.values()]
        return tuple(sorted(found, key=lambda one: (len(one.missed), one.swaps, one.order)))

    def _following(self, layer: _Layer) -> _Layer:
        after: _Layer = {}
        for node, row in layer.items():
            for place in self._order.enabled(node.done):
                waiting = self.system.every & ~node.done
                turned = (waiting & self._earlier[place]).bit_count()
                for move in self._moves(node, place):
                    if self._settled:
                        return {}
                    led = self._led(node, place, move)
                    target = after.get(led.node, {})
                    for blocks, way in row.items():
                        then = renamed(self._measure.landed(blocks, move, place), led.names)
                        behind = way.behind + bool(move.view.seen)
                        step = _Step(place, move, led, way.last)
                        self._reach(target, then, _Way(behind, way.swaps + turned, step))
                    if target:
                        after[led.node] = target
        return after

    def _reach(self, target: dict[Blocks, _Way], blocks: Blocks, way: _Way) -> None:
        if self._measure.decided(blocks):
            self._end(blocks, way)
        elif blocks not in target:
            self._search.budget.spend()
            target[blocks] = way
        elif way[:2] < target[blocks][:2]:
            target[blocks] = way

    def _end(self, blocks: Blocks, way: _Way) -> None:
        outcome = self._measure.outcome(blocks)
        if outcome not in self._ends or way[:2] < self._ends[outcome][:2]:
            self._ends[outcome] = way

    def _moves(self, node: Node, place: Place) -> tuple[Move, ...]:
        readable = sum(
            1 << version for version, mask in enumerate(node.readers) if mask >> place & 1
        )
        return self.system.stale.landings(node.state, self.system.kinds[place], readable)

    def _led(self, node: Node, place: Place, move: Move) -> Narrowed:
        self._search.budget.spend()
        return self._search.narrowed(self._search.wide(node, place, move))

    @property
    def _settled(self) -> bool:
        """Whether nothing is left to be asked."""
        return self._measure.granularity == "split" and any(map(len, self._ends))

    # --- a way from its beginning --------------------------------------------------------------

    def _know(self, order: Sequence[Place]) -> None:
        """Take an order in which every look-up sees everything."""
        blocks, last = Blocks(), None
        for step in self._fresh(self._search.start, order):
            blocks = renamed(self._measure.landed(blocks, step.move, step.place), step.led.names)
            last = step._replace(before=last)
        self._end(blocks, _Way(0, swaps(self.system, order), last))

    def _fresh(self, node: Node, order: Iterable[Place]) -> Iterator[_Step]:
        """The steps of calls that see everything, one after the other, from a node on."""
        for place in order:
            move = self._moves(node, place)[0]
            led = self._led(node, place, move)
            node = led.node
            yield _Step(place, move, led, None)

    def _possible(self, way: _Way) -> Possible:
        steps = list(self._steps(way.last))
        blocks = Blocks()
        for step in steps:
            unit = self._measure.mine & 1 << step.place
            blocks = renamed(landed(blocks, step.move, unit), step.led.names)
        order = tuple(step.place for step in steps)
        return Possible(blocks.contents, order, way.swaps, tuple(_missed(steps)))

    def _steps(self, last: _Step | None) -> Iterator[_Step]:
        """The steps of a way; where it ended early, the others follow as recorded."""
        node = last.led.node if last else self._search.start
        steps: list[_Step] = []
        while last is not None:
            steps.append(last)
            last = last.before
        yield from reversed(steps)
        rest = [place for place in self.system.in_order if not node.done >> place & 1]
        yield from self._fresh(node, rest)


def _missed(steps: Sequence[_Step]) -> Iterator[Missed]:
    """The look-ups of a way that were behind; each version is known by how much it had seen."""
    sights: tuple[int, ...] = ()
    for number, step in enumerate(steps):
        for version in step.move.view.seen:
            yield Missed(step.place, steps[sights[version]].place)
        seen = (*sights, number) if step.move.pushed else sights
        sights = tuple(max(seen[version] for version in bits(mask)) for mask in step.led.masks)
