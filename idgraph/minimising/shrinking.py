"""Fewer calls, then fewer keys: delta debugging, each trial a replay.

Own code, since the libraries for it (picire and its kin) shrink files and run programs, with a pool
of processes and packages of their own; what a list in memory needs of them is the loop below, after
Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002). Our trials are
not monotone, so the result is minimal in that no single call can go, and not the smallest there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from idgraph import causes
from idgraph.calls import Call, CallNumber, History, history
from idgraph.ladders import ladder
from idgraph.minimising.targets import Target, split_at
from idgraph.persons import link
from idgraph.progress import bar
from idgraph.replays import replay

State = tuple[tuple[CallNumber, Call], ...]
"""The calls that are left, in order, each with the number that it had."""
Item = TypeVar("Item")
Holds = Callable[[State], bool]


class Trials:
    """The trials of one search, counted: whether some calls still split as they must."""

    def __init__(self, target: Target, call: CallNumber) -> None:
        """Take what must hold, and the old number of the splitting call."""
        self.target = target
        self.call = call
        self.count = 0
        self._on: Callable[[int], object] = lambda _: None
        self._known: dict[State, bool] = {}

    def holds(self, state: State) -> bool:
        """Tell whether some calls split as they must; each set of them is tried once."""
        if all(number != self.call for number, _ in state):
            return False
        if state not in self._known:
            self.count += 1
            self._on(1)
            told = self.history(state)
            self._known[state] = self.target.holds(told, self.place(state, told))
        return self._known[state]

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Count the trials in a bar where they take long."""
        with bar("minimising", unit="trials") as self._on:
            yield

    def lag_s(self, state: State) -> float | None:
        """Return how late a look-up was at least, in seconds; None where the verdict is no lag."""
        told = self.history(state)
        return self.target.lag_s(told, self.place(state, told))

    def place(self, state: State, told: History) -> CallNumber:
        """Return the number that the splitting call has now, in the history of some calls."""
        mine = next(call for number, call in state if number == self.call)
        return next(number for number, call in enumerate(told, 1) if call is mine)

    @staticmethod
    def history(state: State) -> History:
        """Return the history of some calls."""
        return history(call for _, call in state)

    @staticmethod
    def bare(call: Call) -> Call:
        """Return a call without what no rule and no cause looks at: its request is made anew."""
        return replace(call, payload={}, wire={})


def likely(state: State, trials: Trials) -> State:
    """Return few calls that are enough by what is known of the split; all where none are.

    Tried are the calls that its cause and its ladder name, with the first and the last ones on the
    profile that was missed. They are the ones that people look for, where others would do as well.
    """
    told = replay(trials.history(state), trials.target.policy)
    people = link(told.history)
    call = trials.place(state, told.history)
    split = split_at(told, people, call)
    if split is None:
        return state
    finding = causes.explain_split(told, people, split)
    rungs = ladder(told, call, split.source)
    named = {call, *(finding.calls.values() if finding else ())}
    named |= {rung.at for rung in rungs if rung.at is not None}
    before = [n for n in people.calls[split.person] if n < call]
    on = [n for n in before if told.step(n).landed == split.source]
    for more in ((), on[:1], on[-1:], (*on[:1], *on[-1:]), before[:1]):
        few = tuple(pair for n, pair in enumerate(state, 1) if n in {*named, *more})
        if len(few) < len(state) and trials.holds(few):
            return few
    return state


def fewest(state: tuple[Item, ...], holds: Callable[[tuple[Item, ...]], bool]) -> tuple[Item, ...]:
    """Return items of which none can be left out: large parts are tried before small ones.

    All of them together hold; none at all is never tried.
    """
    size = max(1, len(state) // 2)
    while True:
        before, end = len(state), len(state)
        while end > 0:
            rest = state[: max(0, end - size)] + state[end:]
            if rest and holds(rest):
                state = rest
            end -= size
        if size == 1 and len(state) == before:
            return state
        size = max(1, size // 2)


def leaner(state: State, holds: Holds) -> State:
    """Return the calls without the keys, and the other parts, that do not matter."""
    for place, (number, call) in enumerate(state):
        left = call
        for lighter in _lighter(call):
            tried = lighter(left)
            changed = (*state[:place], (number, tried), *state[place + 1 :])
            if tried != left and tried.identifiers and holds(changed):
                left, state = tried, changed
    return state


def _lighter(call: Call) -> Iterator[Callable[[Call], Call]]:
    """The ways to make a call lighter, the last key first: a lower key matters less often."""
    for identifier in reversed(call.identifiers):
        yield lambda one, key=identifier.key: one.without(key)  # type: ignore[misc]
    for name in call.context:
        yield lambda one, name=name: replace(  # type: ignore[misc]
            one, context={n: i for n, i in one.context.items() if n != name}
        )
    yield lambda one: replace(one, clears=())
    yield lambda one: replace(one, event_id=None)
    if call.clock != "occurred_at":
        # The claim of a time long past would be sent along by whoever sends the calls again.
        yield lambda one: replace(one, occurred_at=None)
