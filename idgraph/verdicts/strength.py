"""How much an explanation rules out, in bits: 1 bit halves what could have been observed."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2

from idgraph.searching.finding import ATOMIC, Mode, Node, Search
from idgraph.searching.landings import Blocks, landed, renamed
from idgraph.searching.limits import Budget, OutOfBudget
from idgraph.searching.predictions import lands, predicted, unanswered
from idgraph.searching.states import Move
from idgraph.searching.systems import Mask, Place
from idgraph.verdicts.blame import Case
from idgraph.verdicts.judging import Group
from idgraph.verdicts.ladder import EXPLAINED, Explanation

NODES = 4_000
"""How many nodes may be gone through for one group."""


def strength(case: Case) -> float | None:
    """Return how many bits the explanation of a case is worth.

    Were the profiles of the observed calls drawn from all ways to tell them apart, this is how
    often it would have to be halved to come down to those that the rung could have explained as
    well. 0 where nothing was observed; None where nothing explains, or where it takes too long to
    say.
    """
    bits = 0.0
    for group, found in case.found.items():
        own = _bits(case, group, found)
        if own is None:
            return None
        bits += own
    return bits


def _bits(case: Case, group: Group, found: Explanation) -> float | None:
    judge = case.judge
    calls = {n: judge.history.call(n) for n in group.numbers}
    seen = [n for n, call in calls.items() if call.observed and lands(call, judge.replay.policy)]
    if found.rung not in EXPLAINED:
        return None
    if found.rung == "payload":
        return log2(_partitions(len(seen)))
    lag = {"order-race": None, "in-flight-race": 0}.get(found.rung, found.lag)
    mode = ATOMIC if lag is None else Mode(lag, keyed=found.rung == "per-index-lag")
    try:
        return log2(_partitions(len(seen)) / _possible(case, group, seen, mode))
    except OutOfBudget:
        return None


def _possible(case: Case, group: Group, seen: list[int], mode: Mode) -> int:
    """How many ways to tell the observed calls apart the rung explains; `OutOfBudget` for many."""
    judge = case.judge
    whole = predicted(unanswered(judge.history), group.numbers, judge.replay.policy, judge.spans)
    mine = sum(1 << place for place, number in enumerate(whole.numbers) if number in seen)
    budget = Budget.of(judge.limits).part(NODES)
    search = Search(whole, mode, budget)
    search.before = whole.before
    layer: set[tuple[Node, Blocks]] = {(search.start, Blocks())}
    for _ in range(len(whole)):
        after: set[tuple[Node, Blocks]] = set()
        for node, blocks in layer:
            budget.spend()
            for place in search.enabled(node.done):
                after |= set(_steps(search, node, blocks, place, mine))
        layer = after
    return len({blocks.contents for _, blocks in layer})


def _steps(
    search: Search, node: Node, blocks: Blocks, place: Place, mine: Mask
) -> Iterator[tuple[Node, Blocks]]:
    for move in _moves(search, node, place):
        led = search.narrowed(search.wide(node, place, move))
        yield led.node, renamed(landed(blocks, move, mine & 1 << place), led.names)


def _moves(search: Search, node: Node, place: Place) -> tuple[Move, ...]:
    """All that a call can come to, also where only the profiles of others differ by it."""
    kind = search.system.kinds[place]
    return search.automaton.landings(
        node.state, kind, search.readable(node, place), keyed=search.mode.keyed
    )


def _partitions(number: int) -> int:
    """In how many ways so many calls can be on profiles: Bell's number."""
    row = [1]
    for _ in range(number - 1):
        following = [row[-1]]
        for one in row:
            following.append(following[-1] + one)
        row = following
    return row[-1]
