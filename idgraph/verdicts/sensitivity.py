"""For which settling times, skews and lags a verdict holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from idgraph.clocks import SECOND
from idgraph.persons import PersonName, Persons
from idgraph.replays import Replay, replay
from idgraph.searching.limits import Budget, Limits, OutOfBudget
from idgraph.searching.trading import front
from idgraph.verdicts.blame import Case
from idgraph.verdicts.judging import Judge
from idgraph.verdicts.ladder import Rung
from idgraph.verdicts.results import Verdicts

SETTLES_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""The settling times that are tried, in seconds."""
SKEWS_S = (0.0, 0.5, 1.0, 2.0, 5.0)
"""How far clocks may be off, in seconds."""
SHARE = 10
"""Each of them may take this part of the nodes that the verdict itself may take."""

_Steps = tuple[tuple[float, Rung], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """The verdict at a settling time and a skew, in seconds, by how large a lag may be.

    `steps` are (lag in seconds, verdict): from that lag on it is that, the smallest first.
    """

    settle_s: float
    skew_s: float
    steps: tuple[tuple[float, Rung], ...]

    def at(self, lag_s: float) -> Rung:
        """Return the verdict where look-ups may be behind by so much."""
        return [rung for least, rung in self.steps if least <= lag_s][-1]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How the verdict on a person changes with what is allowed for.

    `grid` holds each pair of a settling time and a skew; `trade` how few swaps are needed from
    which lag on, as (lag in seconds, swaps), empty where no order with a lag explains, or where
    it took too long to say.
    """

    person: PersonName
    grid: tuple[Held, ...]
    trade: tuple[tuple[float, int], ...]

    def at(self, settle_s: float, skew_s: float) -> Held:
        """Return the row of a settling time and a skew that were tried."""
        return next(h for h in self.grid if (h.settle_s, h.skew_s) == (settle_s, skew_s))


def sensitivity(
    found: Verdicts,
    person: PersonName,
    *,
    settles_s: Sequence[float] = SETTLES_S,
    skews_s: Sequence[float] = SKEWS_S,
) -> Sensitivity:
    """Judge a person again for each settling time and skew, and by how large a lag may be."""
    base = found.limits
    lower = replace(base, nodes=max(1, base.nodes // SHARE), seconds=base.seconds / SHARE)
    told, people = _alone(found, person)

    def held(settle: float, skew: float) -> _Steps:
        limits = replace(lower, settle_s=settle, skew_s=skew)
        return _steps(told, people, person, limits)

    grid = _grid(tuple(settles_s), tuple(skews_s), held)
    return Sensitivity(person, grid, _trade(found, person))


def _alone(found: Verdicts, person: PersonName) -> tuple[Replay, Persons]:
    """The calls that can touch the person's profiles, apart from all others, as they are many.

    A call without a clock came between its neighbours: then the history stays whole.
    """
    history, own = found.replay.history, found.people.calls[person]
    numbers = sorted({*found.of(person).order, *own})
    if any(history.call(number).at is None for number in numbers):
        return found.replay, Persons({person: own})
    fresh = {old: new for new, old in enumerate(numbers, 1)}
    told = replay(history.only(numbers), found.replay.policy)
    return told, Persons({person: tuple(fresh[number] for number in own)})


def _grid(
    settles: Sequence[float], skews: Sequence[float], held: Callable[[float, float], _Steps]
) -> tuple[Held, ...]:
    """Every pair of a settling time and a skew; what lies between two that are alike is as they.

    Where calls may take effect within longer times, no more than before is needed to explain them.
    """
    known: dict[tuple[float, float], _Steps] = {}

    def at(settle: float, skew: float) -> _Steps:
        if (settle, skew) not in known:
            known[settle, skew] = held(settle, skew)
        return known[settle, skew]

    def fill(rows: Sequence[float], columns: Sequence[float]) -> None:
        pairs = [(row, column) for row in rows for column in columns]
        if at(rows[0], columns[0]) == at(rows[-1], columns[-1]):
            known.update(dict.fromkeys(pairs, at(rows[0], columns[0])))
            return
        if len(rows) >= len(columns):
            half = len(rows) // 2
            parts = ((rows[:half], columns), (rows[half:], columns))
        else:
            half = len(columns) // 2
            parts = ((rows, columns[:half]), (rows, columns[half:]))
        for part in parts:
            fill(*part)

    fill(sorted(settles), sorted(skews))
    return tuple(Held(s, k, known[s, k]) for s in settles for k in skews)


def _steps(told: Replay, people: Persons, person: PersonName, limits: Limits) -> _Steps:
    """The verdict from each lag on: found from the largest down, each just below the one before."""
    case = Case(Judge(told, limits), people, person)
    steps: list[tuple[float, Rung]] = [(case.lag_s or 0.0, case.rung)]
    while steps[0][0] > 0:
        below = replace(limits, max_lag_s=max(0.0, steps[0][0] - 1 / SECOND))
        case = Case(Judge(told, below), people, person)
        steps.insert(0, (min(case.lag_s or 0.0, below.max_lag_s), case.rung))
    return tuple(steps)


def _trade(found: Verdicts, person: PersonName) -> tuple[tuple[float, int], ...]:
    """How few swaps are needed from which lag on, for the group that needs a lag or an order."""
    judge = Judge(found.replay, found.limits)
    case = Case(judge, Persons({person: found.people.calls[person]}), person)
    most = round(found.limits.max_lag_s * SECOND)
    for group, explanation in case.found.items():
        if explanation.rung in {"order-race", "in-flight-race", "lag"}:
            try:
                budget = Budget.of(found.limits)
                falls = front(judge.system(group), explanation.lag or 0, most, budget)
            except OutOfBudget:
                return ()
            return tuple((one.lag / SECOND, one.swaps) for one in falls)
    return ()
