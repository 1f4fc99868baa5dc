"""Claims about outcomes with look-ups that are behind, against every way that they can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_counting import RULES, histories, orders, partition, signatures, turned

from idgraph import resolve as tables
from idgraph.calls import CallNumber, History
from idgraph.clocks import SECOND
from idgraph.decoding import Decoder
from idgraph.outlook import Behind, PersonOutcomes, outcomes
from idgraph.replays import Replay, replay
from idgraph.searching.intervals import intervals
from idgraph.searching.limits import Limits

LAGS = (0.0, 1.0, 5.0, 86400.0)


@dataclass
class World:
    """The profiles after some calls, and as they were after each call before."""

    state: tables.State
    past: list[tables.State] = field(default_factory=list)
    landed: dict[CallNumber, int] = field(default_factory=dict)
    missed: int = 0


def ways(told: Replay, order: Sequence[CallNumber], lag_s: float) -> Iterator[World]:
    """Go through all that can come of an order: what each call saw, and where it landed."""
    spans = intervals(told.history, told.policy, Limits())
    decoder = Decoder(replace(told.history, ties=()), told.policy)
    width, count = len(decoder.order), len(told.history)
    none = tables.NONE
    start = tables.State(
        [none] * len(decoder.codes),
        [[none] * width for _ in range(count)],
        decoder.keys,
        [none] * len(decoder.codes),
        [none] * count,
        [],
    )

    def going(world: World, place: int) -> Iterator[World]:
        if place == len(order):
            yield world
            return
        number = order[place]
        oldest = spans[number - 1].lo - round(lag_s * SECOND)
        must = [n for n, other in enumerate(order[:place], 1) if spans[other - 1].hi < oldest]
        for seen in range(max(must, default=0), place + 1):
            yield from going(landed(world, number, place, seen), place + 1)

    def landed(world: World, number: CallNumber, place: int, seen: int) -> World:
        after = deepcopy(world)
        view = [*world.past, world.state][seen]
        asked, call = decoder.asked, number - 1
        found = [none] * width
        wrote = [[none] * width for _ in range(count)]
        matched = tables.look_up(asked.calls[call], asked.kinds[call], decoder.rules, view, found)
        results = tables.Results([matched] * count, [none] * count, [found] * count, wrote)
        profile = tables.land(call, place, asked, decoder.rules, after.state, results)
        after.past.append(deepcopy(world.state))
        after.missed += seen < place
        if profile != none:
            after.landed[number] = profile
        return after

    return going(World(start), 0)


def ended(world: World, mine: Sequence[CallNumber]) -> list[list[int]]:
    """The person's calls by the profile that they end on."""
    found: dict[int, list[int]] = {}
    for number, profile in sorted(world.landed.items()):
        last = profile
        while world.state.into[last] != tables.NONE:
            last = world.state.into[last]
        if number in mine:
            found.setdefault(last, []).append(number)
    return list(found.values())


@pytest.mark.slow
@given(histories(4), st.sampled_from(RULES), st.sampled_from(LAGS))
def test_what_is_possible_is_what_some_order_and_some_look_ups_come_to(
    calls: History, rules: tuple[str, dict[str, str]], lag_s: float
) -> None:
    told = replay(calls, rules[0], assume=rules[1])
    for one in outcomes(told, limits=Limits(max_lag_s=lag_s)):
        for behind in (one.in_flight, one.lag):
            _possible(told, one, behind)


def _possible(told: Replay, one: PersonOutcomes, behind: Behind) -> None:
    every = list(orders(told.history, told.policy, one.recorded))
    signs = signatures(told, one.recorded, every)
    best: dict[frozenset[object], tuple[int, int]] = {}
    for order in every:
        for world in ways(told, order, behind.lag_s):
            kind = partition(ended(world, one.calls), signs)
            cost = (world.missed, turned(order))
            best[kind] = min(best.get(kind, cost), cost)
    assert behind.granularity == "partitions"
    assert {partition(found.profiles, signs) for found in behind.partitions} == set(best)
    assert len(behind.partitions) == len(best)
    for found in behind.partitions:
        assert found.swaps == turned(found.witness)
        assert (len(found.missed), found.swaps) == best[partition(found.profiles, signs)]
