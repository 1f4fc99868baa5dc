"""The edited history: what calls carry, when they come, which are left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from idgraph.calls import KEYS, PROFILE_ID, Call, CallNumber, History, Identifier, Key
from idgraph.calls import history as in_time
from idgraph.clocks import SECOND
from idgraph.errors import UsageError
from idgraph.futures.results import Edits, Value
from idgraph.rulebook import Policy

_Ties = tuple[tuple[CallNumber, ...], ...]


def check(history: History, edits: Edits) -> None:
    """Refuse edits of calls that are not there, and those that cannot be made."""
    for number in (*edits.put, *edits.before, *edits.before.values(), *edits.delay, *edits.without):
        history.call(number)
    for number, values in edits.put.items():
        for key, value in values.items():
            _check_value(number, key, value)
    for number, other in edits.before.items():
        if number == other:
            remedy = "Name another call before which it is to come."
            raise UsageError(f"call {number} cannot come before itself", remedy=remedy)
    for number, seconds in edits.delay.items():
        if not math.isfinite(seconds):
            remedy = "Give a number of seconds."
            raise UsageError(f"the delay of call {number} is no span of time", remedy=remedy)
        if seconds and history.call(number).at is None:
            remedy = "Say with `before` where it comes."
            raise UsageError(f"call {number} has no clock that could move", remedy=remedy)


def edited(base: History, edits: Edits, policy: Policy) -> tuple[History, tuple[CallNumber, ...]]:
    """Return the edited history, and the number in the base of each of its calls."""
    calls = {n: _put(call, edits.put.get(n, {})) for n, call in enumerate(base, 1)}
    order, ties = list(calls), base.ties
    late = {n: round(seconds * SECOND) for n, seconds in edits.delay.items() if seconds}
    if late:
        calls |= {n: calls[n].later(span) for n, span in late.items()}
        order, ties = _in_time(calls)
    for number, other in edits.before.items():
        _move(calls, order, number, other)
    ties = tuple(tuple(n for n in group if n not in edits.before) for group in ties)
    numbers = tuple(n for n in order if n not in edits.without)
    told = PROFILE_ID in policy.order
    kept = tuple(calls[n] if told else _unobserved(calls[n]) for n in numbers)
    place = {old: new for new, old in enumerate(numbers, 1)}
    again = (sorted(place[n] for n in group if n in place) for group in base.duplicates)
    edited = replace(
        base,
        calls=kept,
        ties=tuple(_runs(sorted(place[n] for n in group if n in place) for group in ties)),
        duplicates=tuple(tuple(group) for group in again if len(group) > 1),
    )
    return edited, numbers


def _check_value(number: CallNumber, key: Key, value: object) -> None:
    if key not in KEYS:
        raise UsageError(
            f"the edit of call {number} names an unknown key", remedy=f"Keys are {', '.join(KEYS)}."
        )
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise UsageError(
            f"the edit of call {number} puts neither a text nor a whole number on {key}",
            remedy="Give a text or a whole number, or None for a key that is not sent.",
        )


def _put(call: Call, values: Mapping[Key, Value]) -> Call:
    edited = replace(call, clears=tuple(key for key in call.clears if key not in values))
    for key, value in values.items():
        if value is None:
            edited = edited.without(key)
        else:
            edited = edited.carrying(Identifier(key, str(value), not isinstance(value, str)))
    if (edited.identifiers, edited.clears) == (call.identifiers, call.clears):
        return call
    return replace(
        edited, refused=False, answer=None, owner=None, created=None, payload={}, wire={}
    )


def _unobserved(call: Call) -> Call:
    """A call without the profile on which it was seen; only a look-up of profile ids needs it."""
    return replace(call, observed=None) if call.observed else call


def _in_time(calls: Mapping[CallNumber, Call]) -> tuple[list[CallNumber], _Ties]:
    """The order of some calls by their clocks, and their ties, by the numbers given."""
    fresh = {number: replace(call) for number, call in calls.items()}
    names = {id(call): number for number, call in fresh.items()}
    found = in_time(fresh.values())
    order = [names[id(call)] for call in found]
    return order, tuple(tuple(order[n - 1] for n in group) for group in found.ties)


def _move(
    calls: dict[CallNumber, Call], order: list[CallNumber], number: CallNumber, other: CallNumber
) -> None:
    """Let a call come just before another, at the instant of that one."""
    old = order.index(number)
    order.remove(number)
    place = order.index(other)
    if place != old:
        clocked = (calls[n].at for n in reversed(order[: place + 1]))
        moment = next((at for at in clocked if at is not None), None)
        own = calls[number].at
        if own is not None and moment is not None:
            calls[number] = calls[number].later(moment - own)
    order.insert(place, number)


def _runs(groups: Iterable[list[CallNumber]]) -> Iterator[tuple[CallNumber, ...]]:
    """The stretches of each group that nothing interrupts: a call in between ends a tie."""
    for group in groups:
        parts: list[list[CallNumber]] = []
        for number in group:
            if parts and parts[-1][-1] == number - 1:
                parts[-1].append(number)
            else:
                parts.append([number])
        yield from (tuple(part) for part in parts if len(part) > 1)
