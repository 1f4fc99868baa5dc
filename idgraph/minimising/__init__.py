"""The reproducer: a history of thousands of calls shrinks to the few that still split the person.

As an exchange log, a test for pytest, requests for curl, and text for a ticket.
"""

from __future__ import annotations

from collections.abc import Mapping

from idgraph import policy as policies
from idgraph.calls import CallNumber, History
from idgraph.errors import UsageError
from idgraph.minimising.pacing import paced
from idgraph.minimising.results import FORMS, Reproducer, reproducer
from idgraph.minimising.shrinking import State, Trials, fewest, leaner, likely
from idgraph.minimising.targets import LIMITS, split_at, target_of
from idgraph.minimising.writing import settled
from idgraph.persons import PersonName, link
from idgraph.replays import Replay, replay
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode
from idgraph.searching.limits import Limits
from idgraph.splitting import Split, jumps

__all__ = ["FORMS", "Reproducer", "chosen", "minimise"]

_ROUNDS = 4
"""How often the calls are shrunk again after they were written as requests and read back."""


def minimise(
    history: History | Replay,
    policy: str | Policy | None = None,
    *,
    assume: Mapping[RuleCode, str] | None = None,
    person: PersonName | None = None,
    call: CallNumber | None = None,
    limits: Limits | None = None,
) -> Reproducer:
    """Return the few calls of a history that still split a person: same call, cause and verdict.

    `policy` is as in `replay`; by default that of the replay, or the one that the requests show.
    The split is the first one, or the first of `person`, or the one at `call`. Where anything of
    the person was observed the verdict stays the same, too (`limits` are its own); a verdict that
    is undecided for the whole history cannot be kept. `UsageError` where there is no such split.
    Deterministic.

    >>> import idgraph as ig
    >>> found = ig.minimise(ig.demo("shop"))
    >>> found, len(found.history)
    (<Reproducer klaviyo-classic: 3 calls, call 2 id-only-then-email-only, 1-minimal>, 3)
    """
    told = _told(history, policy, assume)
    split = chosen(told, person=person, call=call)
    if split is None:
        raise UsageError(
            "no person splits", where="minimise", remedy="There is nothing to reproduce."
        )
    target = target_of(told, split, limits or LIMITS)
    trials = Trials(target, split.call)
    state = _started(told, split, trials)
    with trials.shown():
        state, minimal = _shrunk(state, trials, told.policy)
    return reproducer(told, state, trials, minimal=minimal)


def chosen(
    told: Replay, *, person: PersonName | None = None, call: CallNumber | None = None
) -> Split | None:
    """Return the split that is asked for, None where nobody splits at all.

    `UsageError` where somebody splits, and not so.
    """
    people = link(told.history)
    if person is not None and person not in people.calls:
        raise UsageError("the history has no such person", remedy="See `idgraph diagnose`.")
    if call is not None:
        told.history.call(call)
        found = split_at(told, people, call)
        if found is None or person not in (None, found.person):
            where = f"call {call}"
            raise UsageError("nobody splits there", where=where, remedy="See `idgraph diagnose`.")
        return found
    every = jumps(told, people)
    mine = [split for split in every if person in (None, split.person)]
    if person is not None and not mine:
        raise UsageError("this person does not split", remedy="See `idgraph diagnose`.")
    return mine[0] if mine else None


def _told(
    history: History | Replay, policy: str | Policy | None, assume: Mapping[RuleCode, str] | None
) -> Replay:
    if isinstance(history, Replay) and policy is None and not assume:
        return history
    base = history.history if isinstance(history, Replay) else history
    if policy is None:
        policy = history.policy if isinstance(history, Replay) else policies.pick(base)[0]
    before = history.assumptions if isinstance(history, Replay) else {}
    return replay(base, policy, assume={**before, **(assume or {})})


def _started(told: Replay, split: Split, trials: Trials) -> State:
    """The calls that can matter: those related to the person's, or else all."""
    own = link(told.history).calls[split.person]
    for numbers in (told.related(own), range(1, len(told) + 1)):
        state = tuple((n, trials.bare(told.history.call(n))) for n in numbers)
        if trials.holds(state):
            return state
    raise UsageError(
        "the split is not the same once the calls stand in the order of their clocks",
        where=f"call {split.call}",
        remedy="Read the history with `ig.read`, or order it with `ig.history`.",
    )


def _shrunk(state: State, trials: Trials, policy: Policy) -> tuple[State, bool]:
    """Shrink until nothing more can go, also of the calls as their requests say them."""
    for _ in range(_ROUNDS):
        before: State = ()
        while state != before:
            before = state
            few = fewest(likely(state, trials), trials.holds)
            state = paced(leaner(few, trials.holds), trials)
        said = settled(state, trials, policy)
        if said == state:
            break
        state = said
    return state, not any(trials.holds(rest) for rest in _without_one(state))


def _without_one(state: State) -> list[State]:
    return [state[:place] + state[place + 1 :] for place in range(len(state))]
