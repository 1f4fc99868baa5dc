"""The searches for orders and stale look-ups, by brute force: every order, every earlier state.

Deliberately naive, and of the package it uses only calls and the rows of policies: what a call does
is acted out with cards, and whether look-ups can have been so far behind is asked of real times of
effects. Run it as a command to compare the two at length:

    python tests/searching_oracle.py --cases 20000 --seed 1 --policy klaviyo
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from typing import NamedTuple

from cards import CardName, Landing, Platform

from idgraph.calls import PROFILE_ID, Call, Key
from idgraph.clocks import SECOND, Instant
from idgraph.rulebook import Policy

Number = int
"""A call of a case, 0-based in the order of the history."""
Position = int
"""A place in an order of effects, 0-based."""
Partition = tuple[int | None, ...]
"""By call: its profile, numbered by first appearance, None for nowhere."""
ROUNDING = SECOND
"""How exact the time is at which a platform says that it made a profile."""


class Span(NamedTuple):
    """The earliest and the latest instant of an effect."""

    lo: Instant
    hi: Instant


@dataclass(frozen=True)
class Case:
    """A history with what is known of it.

    The last `probes` calls are look-ups that came after all others; `created` says when observed
    profiles were made; `most` is the largest lag that is asked about.
    """

    policy: Policy
    calls: tuple[Call, ...]
    spans: tuple[Span, ...]
    probes: int = 0
    created: Mapping[str, Instant] = field(default_factory=dict)
    most: Instant = 600 * SECOND

    @cached_property
    def writes(self) -> frozenset[str]:
        """How writes can come out under the policy."""
        tables = self.policy.tables.values()
        return frozenset(row.decided for table in tables for row in table.write.values())


# --- orders and times ----------------------------------------------------------------------------


def admissible(spans: Sequence[Span]) -> Iterator[tuple[Number, ...]]:
    """Go through all orders in which no call comes after one that began when it had ended."""

    def go_on(begun: tuple[Number, ...]) -> Iterator[tuple[Number, ...]]:
        left = [number for number in range(len(spans)) if number not in begun]
        if not left:
            yield begun
        for number in left:
            if not any(spans[other].hi < spans[number].lo for other in left):
                yield from go_on((*begun, number))

    return go_on(())


def swaps(order: Sequence[Number]) -> int:
    """Return how many pairs are the other way round than in the history."""
    return sum(one > other for one, other in combinations(order, 2))


class Behind(NamedTuple):
    """A look-up of the call in one position that did not see the effect in another, or any after.

    `key` is the key that was looked up so.
    """

    reader: Position
    unseen: Position
    key: Key


def feasible(
    spans: Sequence[Span], order: Sequence[Number], behind: Sequence[Behind], lag: Instant
) -> bool:
    """Tell whether effects can have had real times in which look-ups were behind by `lag` at most.

    Times do not fall along the order, each is within its span, and a look-up read a state that was
    there at some instant from `lag` before its call began: so what it did not see came no sooner.
    """
    now = min(span.lo for span in spans)
    for position, call in enumerate(order):
        floors = [spans[order[b.reader]].lo - lag for b in behind if b.unseen == position]
        now = max(now, spans[call].lo, *floors)
        if now > spans[call].hi:
            return False
    return True


# --- what a call was seen to do ------------------------------------------------------------------


def observation(call: Call) -> Call | None:
    """Return a call as what it shows of the platform; None where it shows and does nothing.

    A refusal that names the holder of an identifier shows who that was.
    """
    if not call.refused:
        return call
    if call.owner is None:
        return None
    asked = tuple(i for i in call.identifiers if i.key != PROFILE_ID)
    return Call(
        asked, channel=call.channel, endpoint=call.endpoint, reads=True, observed=call.owner
    )


def agrees(case: Case, number: Number, landing: Landing) -> bool:
    """Tell whether a landing is what was seen of the call itself."""
    call, span = observation(case.calls[number]), case.spans[number]
    if call is None:
        return True
    said = None if call.reads else call.created
    if landing.card is None:
        answered = call.answer is not None and 200 <= call.answer < 300
        applied = case.policy.of(case.policy.sent(call)).settle_s == 0
        let_in = answered and applied and not call.reads
        return call.observed is None and said is None and not (let_in and landing.refused)
    at = case.created.get(call.observed) if call.observed else None
    if landing.new and at is not None and not span.lo - ROUNDING <= at <= span.hi + ROUNDING:
        return False
    return said is None or said == (landing.new and not landing.adopted)


def consistent(case: Case, way: Way) -> bool:
    """Tell whether each observed profile is one, and no profile is more than were merged in it."""
    met: dict[str, set[CardName]] = {}
    for call, landing in zip(case.calls, way.landings, strict=True):
        shown = observation(call)
        if shown is not None and shown.observed and landing.card is not None:
            met.setdefault(shown.observed, set()).add(way.platform.last(landing.card))
    if any(len(cards) > 1 for cards in met.values()):
        return False
    born = Counter(way.platform.last(f"P{n}") for n in range(1, way.platform.born + 1))
    labels = Counter(card for cards in met.values() for card in cards)
    return all(labels[card] <= born[card] for card in labels)


def late(case: Case) -> bool:
    """Tell whether a call was seen on a profile that was made after it had ended."""
    shown = zip(map(observation, case.calls), case.spans, strict=True)
    return any(
        call.observed in case.created and span.hi < case.created[call.observed] - ROUNDING
        for call, span in shown
        if call is not None and call.observed
    )


# --- ways ----------------------------------------------------------------------------------------


class Mode(NamedTuple):
    """What look-ups read: `stale` an earlier state too, with `keyed` another one for each key."""

    stale: bool = False
    keyed: bool = False


ATOMIC, STALE, KEYED = Mode(), Mode(stale=True), Mode(stale=True, keyed=True)


@dataclass(frozen=True)
class Way:
    """An order of effects with what each look-up read: `landings` are by call."""

    order: tuple[Number, ...]
    behind: tuple[Behind, ...]
    landings: tuple[Landing, ...]
    platform: Platform


def ways(
    case: Case, order: tuple[Number, ...], mode: Mode, most: Instant, *, observed: bool = True
) -> Iterator[Way]:
    """Go through all ways along an order in which look-ups are behind by at most `most`.

    With `observed`, those in which each call comes to what was seen of it, and all fit together.
    """
    merging = "merge" in case.writes or any(call.merges for call in case.calls)

    def go_on(
        drawers: list[Platform], behind: tuple[Behind, ...], landed: dict[Number, Landing]
    ) -> Iterator[Way]:
        whole = len(landed) == len(order)
        landings = tuple(landed.get(number, Landing(None)) for number in range(len(order)))
        way = Way(order, behind, landings, drawers[-1])
        if observed and (whole or not merging) and not consistent(case, way):
            return
        if whole:
            yield way
            return
        number = order[len(landed)]
        for after, landing, more in steps(case, number, drawers, mode):
            seen = (*behind, *more)
            said = not observed or agrees(case, number, landing)
            if said and feasible(case.spans, order, seen, most):
                yield from go_on([*drawers, after], seen, {**landed, number: landing})

    if not (observed and late(case)):
        yield from go_on([Platform(case.policy)], (), {})


def along(case: Case, order: tuple[Number, ...], behind: Sequence[Behind]) -> Way:
    """Return the one way along an order in which just these look-ups are behind."""
    drawers = [Platform(case.policy)]
    landed = {}
    for position, number in enumerate(order):
        prefixes = {b.key: b.unseen for b in behind if b.reader == position}
        after, landed[number] = step(observation(case.calls[number]), drawers, prefixes)
        drawers.append(after)
    landings = tuple(landed[number] for number in range(len(order)))
    return Way(order, tuple(behind), landings, drawers[-1])


def steps(
    case: Case, number: Number, drawers: Sequence[Platform], mode: Mode
) -> Iterator[tuple[Platform, Landing, tuple[Behind, ...]]]:
    """Go through all that the next call can come to; `drawers` are all states so far."""
    call, reader = observation(case.calls[number]), len(drawers) - 1
    for prefixes in choices(case, call, drawers, mode) if call else [{}]:
        behind = tuple(Behind(reader, p, key) for key, p in prefixes.items() if p < reader)
        yield (*step(call, drawers, prefixes), behind)


def step(
    call: Call | None, drawers: Sequence[Platform], prefixes: Mapping[Key, Position]
) -> tuple[Platform, Landing]:
    """Act a call out whose keys read the states after so many effects, else the latest."""
    after = drawers[-1].copy()
    if call is None:
        return after, Landing(None)
    sight = after.look_up(call, {key: drawers[p] for key, p in prefixes.items()})
    return after, after.land(call, sight)


def choices(
    case: Case, call: Call, drawers: Sequence[Platform], mode: Mode
) -> Iterator[dict[Key, Position]]:
    """Go through the states that the keys of a look-up can read: so many effects each has seen.

    Of states in which all keys find the same, the latest will do. What a card shows counts where a
    rule may pass it over for that.
    """

    def apart(keys: Sequence[Key]) -> Iterator[Position]:
        met: list[object] = []
        for prefix in range(latest, -1, -1):
            found = [drawers[prefix].find(i.key, i.text) for i in sent.identifiers if i.key in keys]
            what = [card and (card.name, "pass" in case.writes and card.shown) for card in found]
            if what not in met:
                met.append(what)
                yield prefix

    sent = case.policy.sent(call)
    keys = list(drawers[-1].values(sent))
    latest = len(drawers) - 1
    if not mode.stale:
        yield dict.fromkeys(keys, latest)
    elif mode.keyed:
        each = [list(apart([key])) for key in keys]
        yield from (dict(zip(keys, prefixes, strict=True)) for prefixes in product(*each))
    else:
        for prefix in apart(keys):
            yield dict.fromkeys(keys, prefix)


# --- answers -------------------------------------------------------------------------------------


class Answer(NamedTuple):
    """What the searches should say; None where nothing explains what was observed.

    `atomic`, `racing`, `lagging` and `keyed_lagging` are the fewest swaps where look-ups see all,
    read during their call, or are behind by the least lag; `lag` and `keyed` are those lags.
    """

    atomic: int | None
    racing: int | None
    lag: Instant | None
    lagging: int | None
    keyed: Instant | None
    keyed_lagging: int | None


class Explanation(NamedTuple):
    """An order with what its look-ups did not see, that explains all observations."""

    order: tuple[Number, ...]
    behind: tuple[Behind, ...]


def explanations(case: Case, mode: Mode) -> list[Explanation]:
    """Return all explanations in which look-ups are behind by no more than is asked about."""
    return [
        Explanation(way.order, way.behind)
        for order in admissible(case.spans)
        for way in ways(case, order, mode, case.most)
    ]


def answer(case: Case, every: Mapping[Mode, Sequence[Explanation]]) -> Answer:
    """Answer all questions about a case by the explanations of each mode."""
    stale, keyed = front(case, every[STALE]), front(case, every[KEYED])
    lag, behind = min(stale.values(), default=None), min(keyed.values(), default=None)
    return Answer(
        atomic=min(front(case, every[ATOMIC]), default=None),
        racing=_fewest(stale, 0),
        lag=lag,
        lagging=_fewest(stale, lag),
        keyed=behind,
        keyed_lagging=_fewest(keyed, behind),
    )


def _fewest(lags: Mapping[int, Instant], lag: Instant | None) -> int | None:
    return min((n for n, least in lags.items() if lag is not None and least <= lag), default=None)


def front(case: Case, every: Sequence[Explanation]) -> dict[int, Instant]:
    """Return, by number of swaps, the least lag with which so many explain the observations."""
    least: dict[int, Instant] = {}
    for one in every:
        count = swaps(one.order)
        known = least.get(count, case.most + 1)

        def fits(lag: Instant, one: Explanation = one) -> bool:
            return feasible(case.spans, one.order, one.behind, lag)

        if known and fits(known - 1):
            least[count] = bisect_left(range(known), x=True, key=fits)
    return least


def orders(case: Case, every: Sequence[Explanation], lag: Instant) -> dict[tuple[Number, ...], int]:
    """Return the orders that explain with a lag, and how few of their look-ups can be behind."""
    found: dict[tuple[Number, ...], int] = {}
    for one in every:
        if feasible(case.spans, one.order, one.behind, lag):
            readers = len({behind.reader for behind in one.behind})
            found[one.order] = min(readers, found.get(one.order, readers))
    return found


# --- outcomes ------------------------------------------------------------------------------------


def outcomes(case: Case) -> Counter[Partition]:
    """Return in how many orders the calls end on which profiles, where look-ups see all.

    What was observed is left out of account.
    """
    return Counter(
        partition(way)
        for order in admissible(case.spans)
        for way in ways(case, order, ATOMIC, 0, observed=False)
    )


def possible(case: Case, mode: Mode, lag: Instant = 0) -> Counter[Partition]:
    """Return in how many orders the calls can end on which profiles."""
    return Counter(
        ended
        for order in admissible(case.spans)
        for ended in {partition(way) for way in ways(case, order, mode, lag, observed=False)}
    )


def partition(way: Way) -> Partition:
    """Return by call on which profile it ended."""
    return numbered(
        [None if at.card is None else way.platform.last(at.card) for at in way.landings]
    )


def numbered(profiles: Sequence[object]) -> Partition:
    """Return profiles as numbers by first appearance; None stays."""
    met = [profile for profile in dict.fromkeys(profiles) if profile is not None]
    return tuple(None if profile is None else met.index(profile) for profile in profiles)


if __name__ == "__main__":
    from searching_differences import main

    sys.exit(main())
