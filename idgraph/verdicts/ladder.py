"""The lowest rung that explains what was observed of some calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from idgraph.clocks import SECOND, Instant
from idgraph.searching.faults import Fault, Suspicion
from idgraph.searching.finding import ATOMIC, Mode, Search
from idgraph.searching.lags import least
from idgraph.searching.limits import Budget, Limits, OutOfBudget
from idgraph.searching.systems import System
from idgraph.searching.witnesses import Witness, trace, witness

Rung = Literal[
    "clean",
    "payload",
    "order-race",
    "in-flight-race",
    "lag",
    "per-index-lag",
    "incomplete",
    "deviation",
    "undecided",
]
RUNGS: dict[Rung, str] = {
    "clean": "one profile, as the rules say",
    "payload": "the rules, in the recorded order, give exactly what was observed",
    "order-race": "another order that the clocks allow gives it",
    "in-flight-race": "calls were under way at once, and one looked before the other had written",
    "lag": "a look-up used an index that was behind by so much at least",
    "per-index-lag": "look-ups by one key were behind while those by another were not",
    "incomplete": "a call that is not in the log explains it",
    "deviation": "nothing in the documented rules explains it, up to the stated lag",
    "undecided": "the search was given up before it was through",
}
"""What a verdict can be, the lowest rung first."""
HEIGHT: dict[Rung, int] = {rung: height for height, rung in enumerate(RUNGS)}
"""How high each rung is."""
EXPLAINED: tuple[Rung, ...] = tuple(RUNGS)[:6]
"""The rungs on which the rules, the clocks and a lag explain all that was observed."""


FAULT_NODES = 20_000
"""How many nodes the search for the cheapest faults may take."""
_Attempt = tuple[Rung, Callable[[], "Explanation | None"]]
"""A rung, and the search for an explanation on it."""


@dataclass(frozen=True)
class Explanation:
    """What explains the observations of a system.

    `rung` is never `clean`: that is said of persons. `witness` is None above the rungs that
    explain, `lag` in microseconds where there is one. `faults` are the cheapest explanations by
    faults or missing calls. `given_up` is the rung at which the search was given up.
    """

    rung: Rung
    witness: Witness | None = None
    lag: Instant | None = None
    faults: tuple[tuple[Fault, ...], ...] = ()
    given_up: Rung | None = None


def explain(
    system: System,
    limits: Limits,
    *,
    connected: bool,
    faults: bool = False,
    below: Rung | None = None,
) -> Explanation:
    """Return the lowest rung that explains a system.

    `connected` says that its calls are linked by identifiers: where only an observed profile links
    them, no order and no lag can bring them together. Without `faults` it is not asked which faults
    of the platform would explain a deviation; with `below` only whether a lower rung than that
    explains: if none does, the answer is `deviation`.
    """
    budget = Budget.of(limits)
    attempts = _rungs(system, limits, budget) if connected else ()
    if below is None:
        attempts = (*attempts, _last(system, budget, faults=faults))
    for rung, attempt in attempts:
        if below is not None and HEIGHT[rung] >= HEIGHT[below]:
            break
        try:
            found = attempt()
        except OutOfBudget:
            return Explanation("undecided", given_up=rung)
        if found is not None:
            return found
    return Explanation("deviation")


def _rungs(system: System, limits: Limits, budget: Budget) -> tuple[_Attempt, ...]:
    """The rungs that explain, each with the search for it."""
    most = round(limits.max_lag_s * SECOND)

    def recorded() -> Explanation | None:
        search = Search(system, ATOMIC, budget)
        whole = trace(search, system.in_order)
        return None if whole is None else _at("payload", search, system.in_order)

    def atomic() -> Explanation | None:
        return _in_mode("order-race", Search(system, ATOMIC, budget))

    def in_flight() -> Explanation | None:
        return _in_mode("in-flight-race", Search(system, Mode(0), budget))

    def behind(*, keyed: bool) -> Explanation | None:
        found = least(system, most, budget, keyed=keyed)
        if found is None:
            return None
        lag, search, order = found
        return _at("per-index-lag" if keyed else "lag", search, order, lag)

    several = any(sum(i >= 0 for i in kind.ids) > 1 for kind in system.atomic.kinds)
    rungs: tuple[_Attempt, ...] = (
        ("payload", recorded),
        ("order-race", atomic),
        ("in-flight-race", in_flight),
        ("lag", lambda: behind(keyed=False)),
    )
    return (*rungs, ("per-index-lag", lambda: behind(keyed=True))) if several else rungs


def _last(system: System, budget: Budget, *, faults: bool) -> _Attempt:
    """What is left where nothing documented explains."""
    return "incomplete", lambda: _unexplained(system, budget, faults=faults)


def _in_mode(rung: Rung, search: Search) -> Explanation | None:
    order = search.order()
    return None if order is None else _at(rung, search, order)


def _at(
    rung: Rung, search: Search, order: tuple[int, ...], lag: Instant | None = None
) -> Explanation:
    return Explanation(rung, witness(search, order), lag)


def _unexplained(system: System, budget: Budget, *, faults: bool) -> Explanation:
    """Where nothing documented explains: one call that is missing, else the platform deviated.

    A missing call is what a log can be short of; so it comes first, though a fault of the platform
    would explain as much. The faults are given in both cases.
    """
    suspicion = Suspicion(system, budget)
    found = missing = suspicion.missing_call()
    if faults:
        found = tuple(dict.fromkeys((*missing, *_cheapest(system, budget))))
    return Explanation("incomplete" if missing else "deviation", faults=found)


def _cheapest(system: System, budget: Budget) -> tuple[tuple[Fault, ...], ...]:
    """The cheapest faults; none where that takes too long to say."""
    try:
        return Suspicion(system, budget.part(FAULT_NODES)).cheapest()
    except OutOfBudget:
        return ()
