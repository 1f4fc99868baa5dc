"""When each call of a witness took effect: its place in the order, and instants that allow it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from idgraph.calls import CallNumber
from idgraph.clocks import SECOND, Instant
from idgraph.verdicts import EXPLAINED, Verdict, Verdicts


class Effect(NamedTuple):
    """The earliest and the latest instant of an effect in its order, and its place there, from 1.

    `chain` tells apart calls that cannot touch the same profiles: their order says nothing.
    """

    earliest: Instant
    latest: Instant
    rank: int
    chain: int


def effects(found: Verdicts, verdict: Verdict) -> Mapping[CallNumber, Effect]:
    """Return the effects of the calls of a verdict by call; empty where nothing explains.

    All instants of a chain can hold at once: they do not fall, and what a look-up did not see came
    no earlier than its lag before the look-up began.
    """
    if verdict.verdict not in EXPLAINED:
        return {}
    least: dict[CallNumber, Instant] = {}
    for one in verdict.missed:
        low = found.spans[one.call - 1].lo - round(one.lag_s * SECOND)
        least[one.unseen] = max(low, least.get(one.unseen, low))
    windows: list[tuple[CallNumber, Instant, Instant, int]] = []
    for place, chain in enumerate(_chains(found, verdict)):
        early: list[Instant] = []
        for number in chain:
            low = found.spans[number - 1].lo
            low = max(low, least.get(number, low))
            early.append(max(low, early[-1]) if early else low)
        late: list[Instant] = []
        for number in reversed(chain):
            high = found.spans[number - 1].hi
            late.append(min(high, late[-1]) if late else high)
        windows += zip(chain, early, reversed(late), [place] * len(chain), strict=True)
    ordered = sorted(windows, key=lambda window: window[1])
    return {
        number: Effect(early, max(early, late), rank, place)
        for rank, (number, early, late, place) in enumerate(ordered, 1)
    }


def _chains(found: Verdicts, verdict: Verdict) -> list[list[CallNumber]]:
    """The calls in the order of their effects, apart where they cannot touch the same profiles."""
    chains: defaultdict[object, list[CallNumber]] = defaultdict(list)
    for number in verdict.order:
        root = found.replay.component(number)
        chains[root if root.key else number].append(number)
    return list(chains.values())
