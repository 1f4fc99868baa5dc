"""Where the searches say something else than brute force does."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

from searching_cases import POLICIES, random_history
from searching_oracle import (
    ATOMIC,
    KEYED,
    STALE,
    Answer,
    Behind,
    Case,
    Mode,
    Number,
    Partition,
    admissible,
    agrees,
    along,
    answer,
    consistent,
    explanations,
    feasible,
    numbered,
    orders,
    outcomes,
    partition,
    possible,
    swaps,
)
from tqdm import tqdm

from idgraph import policy as policies
from idgraph.calls import history
from idgraph.clocks import Instant
from idgraph.searching import finding
from idgraph.searching.counting import Spread
from idgraph.searching.extensions import Extensions
from idgraph.searching.finding import Search
from idgraph.searching.glances import Glances
from idgraph.searching.intervals import intervals
from idgraph.searching.lags import least
from idgraph.searching.landings import Measure, Walk
from idgraph.searching.limits import Budget, Limits
from idgraph.searching.predictions import lands, predicted, unanswered
from idgraph.searching.systems import System, system
from idgraph.searching.witnesses import Witness, trace, witness
from idgraph.searching.witnesses import swaps as swaps_of


def differences(case: Case) -> list[str]:
    """Return what the searches say otherwise than brute force, or otherwise than they should."""
    return list(_differences(case))


def _differences(case: Case) -> Iterator[str]:
    one = _system(case)
    if sorted(map(tuple, one.spans)) != sorted(map(tuple, case.spans)):
        yield "intervals"
    every = {mode: explanations(case, mode) for mode in (ATOMIC, STALE, KEYED)}
    wanted = answer(case, every)
    found = _Engine(case, one)
    said = found.answer()
    if said != wanted:
        yield f"{said} instead of {wanted}"
    for lag, mode, search in found.searches:
        yield from _orders(case, search, orders(case, every[mode], lag))
    for search, made in found.witnesses:
        yield from _faults(case, search, made)


def miscounted(case: Case) -> list[str]:
    """Return where the counts of outcomes are not those of all orders, acted out one by one.

    Compared is in how many orders the calls end on how many profiles, and on how many they can end
    where each may miss what was under way with it. A history with refusals, or with look-ups at the
    end, has nothing to compare: those land nowhere here, and somewhere there.
    """
    if case.probes or any(call.refused for call in case.calls):
        return []
    told = unanswered(history(case.calls))
    spans = intervals(told, case.policy, Limits(settle_s=0.0))
    one = predicted(told, range(1, len(told) + 1), case.policy, spans)
    budget = Budget(10**7, 600.0)
    spread = Spread(Walk(one, one.every, "profiles"), Extensions(one, budget), budget)
    counted: Counter[int] = Counter()
    for outcome in spread.outcomes():
        counted[len(outcome.profiles)] += outcome.orders
    wanted = _by_number(outcomes(_landing(case)))
    if counted != wanted:
        return [f"orders by number of profiles: {dict(counted)} instead of {dict(wanted)}"]
    glances = Glances(one, Measure(one, one.every, "profiles"), 0, budget).outcomes()
    found = {len(outcome.profiles) for outcome in glances}
    can = set(_by_number(possible(_landing(case), STALE)))
    return [] if found == can else [f"in flight {found} profiles instead of {can}"]


def _landing(case: Case) -> Case:
    """A case without the calls that can land nowhere: these have no part in its orders."""
    kept = [n for n, call in enumerate(case.calls) if lands(call, case.policy)]
    calls = tuple(case.calls[n] for n in kept)
    return replace(case, calls=calls, spans=tuple(case.spans[n] for n in kept))


def _by_number(partitions: Mapping[Partition, int]) -> Counter[int]:
    found: Counter[int] = Counter()
    for ended, count in partitions.items():
        found[len({profile for profile in ended if profile is not None})] += count
    return found


def _system(case: Case) -> System:
    real, limits = case.calls[: len(case.calls) - case.probes], Limits(settle_s=0.0)
    told = history(real)
    return system(
        told,
        range(1, len(real) + 1),
        case.policy,
        intervals(told, case.policy, limits),
        case.created,
        probes=case.calls[len(real) :],
    )


class _Engine:
    """The searches, asked all that the oracle is asked."""

    def __init__(self, case: Case, one: System) -> None:
        self.case = case
        self.system = one
        self.budget = Budget(10**7, 600.0)
        self.searches: list[tuple[Instant, Mode, Search]] = []
        self.witnesses: list[tuple[Search, Witness]] = []

    def answer(self) -> Answer:
        """Ask the searches one after the other."""
        atomic = self._ask(Search(self.system, finding.ATOMIC, self.budget), ATOMIC)
        racing = self._ask(Search(self.system, finding.Mode(0), self.budget), STALE)
        lag, lagging = (0, racing) if racing is not None else self._least(STALE)
        keyed, keyed_lagging = self._least(KEYED)
        return Answer(atomic, racing, lag, lagging, keyed, keyed_lagging)

    def _ask(self, search: Search, mode: Mode) -> int | None:
        self.searches.append((search.mode.lag or 0, mode, search))
        order = search.order()
        return None if order is None else self._made(search, order)

    def _least(self, mode: Mode) -> tuple[Instant | None, int | None]:
        found = least(self.system, self.case.most, self.budget, keyed=mode.keyed)
        if found is None:
            return None, None
        lag, search, order = found
        self.searches.append((lag, mode, search))
        return lag, self._made(search, order)

    def _made(self, search: Search, order: tuple[int, ...]) -> int:
        made = witness(search, order)
        self.witnesses.append((search, made))
        return made.swaps


def shortcuts(case: Case) -> list[str]:
    """Return where the searches find another order than going through all of them would.

    The same engine goes through them, one order after the other: for histories that are too long
    for brute force.
    """
    one = _system(case)
    modes = (finding.ATOMIC, finding.Mode(0), finding.Mode(case.most), finding.Mode(0, keyed=True))
    return [f"{mode}: {what}" for mode in modes for what in _shortcuts(case, one, mode)]


def _shortcuts(case: Case, one: System, mode: finding.Mode) -> Iterator[str]:
    search = Search(one, mode, Budget(10**7, 600.0))
    places = {number - 1: place for place, number in enumerate(one.numbers)}
    every = [tuple(places[number] for number in order) for order in admissible(case.spans)]
    fewest = min((swaps_of(one, o) for o in every if trace(search, o) is not None), default=None)
    found = search.order()
    if (found is None) != (fewest is None):
        yield f"{found} where the fewest swaps are {fewest}"
    if found is not None and trace(search, found) is None:
        yield f"{found} does not explain"
    elif found is not None and witness(search, found).swaps != fewest:
        yield f"{witness(search, found).swaps} swaps instead of {fewest}"


def _orders(case: Case, search: Search, wanted: dict[tuple[Number, ...], int]) -> Iterator[str]:
    """Orders that explain by one and not by the other, or with more look-ups behind."""
    places = {number - 1: place for place, number in enumerate(search.system.numbers)}
    for order in admissible(case.spans):
        passed = trace(search, tuple(places[number] for number in order))
        behind = None if passed is None else sum(step.move.view.seen != () for step in passed)
        if behind != wanted.get(order):
            yield f"{search.mode}: {order} with {behind} behind instead of {wanted.get(order)}"


def _faults(case: Case, search: Search, made: Witness) -> Iterator[str]:
    """What is wrong with a witness; `swaps` have been compared."""
    calls = [number - 1 for number in search.system.numbers]
    order = tuple(calls[place] for place in made.order)
    lag = search.mode.lag or 0
    behind = [
        Behind(made.order.index(stale.place), made.order.index(stale.unseen), key)
        for stale in made.stale
        for key in ([case.policy.order[stale.key]] if stale.key is not None else case.policy.order)
    ]
    said = f"{search.mode}: witness {order}"
    if not made.fewest or made.swaps != swaps(order):
        yield f"{said} has not the fewest swaps"
    if order not in set(admissible(case.spans)) or not feasible(case.spans, order, behind, lag):
        yield f"{said} cannot be in time"
    way = along(case, order, behind)
    landings = [(number, way.landings[number]) for number in order]
    if not all(agrees(case, *pair) for pair in landings) or not consistent(case, way):
        yield f"{said} does not replay"
    if {calls[place] for place in made.created} != {n for n, at in landings if at.new}:
        yield f"{said} creates elsewhere"
    slots = dict(zip(calls, made.slots, strict=True))
    if partition(way) != numbered([slots[number] for number in range(len(calls))]):
        yield f"{said} lands elsewhere"
    for stale in made.stale:
        mine = [b for b in behind if b.reader == made.order.index(stale.place)]
        mine = [b for b in mine if stale.key is None or b.key == case.policy.order[stale.key]]
        tight = stale.lag == 0 or not feasible(case.spans, order, mine, stale.lag - 1)
        if not tight or not feasible(case.spans, order, mine, stale.lag):
            yield f"{said} tells another lag"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the two on many random histories, and print the seeds of those that differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000, help="how many histories in all")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first one")
    parser.add_argument("--policy", choices=POLICIES, help="one policy; else all in turn")
    parser.add_argument("--long", action="store_true", help="longer ones, by the engine's own eyes")
    given = parser.parse_args(arguments)
    names = [given.policy] if given.policy else POLICIES
    failed = 0
    for seed in tqdm(range(given.seed, given.seed + given.cases)):
        name = names[seed % len(names)]
        if given.long:
            found = shortcuts(longer(seed, name))
        else:
            case = drawn(seed, name)
            found = [*differences(case), *miscounted(case)]
        failed += bool(found)
        for what in found:
            more = " --long" if given.long else ""
            tqdm.write(f"--policy {name} --seed {seed} --cases 1{more}: {what}")
    tqdm.write(f"{given.cases} histories, {failed} of them differ")
    return min(failed, 1)


def drawn(seed: int, name: str) -> Case:
    """Return the history of a seed."""
    return random_history(Random(seed), policies.load(name))  # noqa: S311 - no secret


def longer(seed: int, name: str) -> Case:
    """Return the longer history of a seed."""
    dice = Random(seed)  # noqa: S311 - no secret
    return random_history(dice, policies.load(name), calls=dice.randint(4, 7), orders=120)
