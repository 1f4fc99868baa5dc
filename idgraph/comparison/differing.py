"""In what two aligned histories differ, difference by difference, each of which can be exchanged.

What no rule reads (events, payload fields, what a cookie held) is listed, and never exchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, NamedTuple

from idgraph.calls import Call, CallNumber, Identifier, Key
from idgraph.clocks import CLOCKS, SECOND, Instant, span
from idgraph.comparison.aligning import Aligned, Alignment
from idgraph.comparison.sides import Place, Side, Standing
from idgraph.comparison.values import Tongues

Kind = Literal[
    "added",
    "removed",
    "moved",
    "key",
    "channel",
    "endpoint",
    "reads",
    "clears",
    "merges",
    "answer",
    "gap",
    "event",
    "field",
    "context",
]
KINDS: dict[Kind, str] = {
    "added": "the duplicated history has a call that the correct one lacks",
    "removed": "the duplicated history lacks a call that the correct one has",
    "moved": "a call comes at another place",
    "key": "a call carries a key with another value, or in one history alone",
    "channel": "a call is sent by somebody else",
    "endpoint": "a call goes to another endpoint",
    "reads": "a call only asks in one history",
    "clears": "a call empties other keys",
    "merges": "a call asks for a merge in one history alone",
    "answer": "a call was refused in one history alone",
    "gap": "another time has passed since the call before",
    "event": "a call has another event",
    "field": "another field of the payload differs",
    "context": "the sender believed something else",
}
"""The kinds of differences; those from `event` on are read by no rule."""
UNREAD: frozenset[Kind] = frozenset(("event", "field", "context"))
_OWN = frozenset(("event_id", "unique_id", "id", "time", "timestamp", "datetime", "answered_at"))
_OWN |= {*CLOCKS, "person", "observed_profile"}
GAPS = (0, SECOND, 10 * SECOND, 60 * SECOND, 600 * SECOND, 3600 * SECOND, 86400 * SECOND)
"""Gaps that lie between the same two of these are alike; 0 is the same instant."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference of two histories.

    `row` is its place in the alignment, 0-based; `good` and `bad` are the calls, by their numbers
    in the histories given, None where one history has no such call. `key` is set for `key`, `field`
    names the part of the payload or context. `was` and `now` say without a value what stands in the
    correct and in the duplicated history.
    """

    number: int
    kind: Kind
    row: int
    good: CallNumber | None
    bad: CallNumber | None
    key: Key | None = None
    field: str = ""
    was: str = ""
    now: str = ""

    @property
    def read(self) -> bool:
        """Whether any rule reads what differs."""
        return self.kind not in UNREAD


class _Found(NamedTuple):
    kind: Kind
    key: Key | None = None
    field: str = ""
    was: str = ""
    now: str = ""


def differences(
    good: Side, bad: Side, alignment: Alignment, told: Tongues
) -> tuple[Difference, ...]:
    """Return all differences of two aligned sides, row by row."""
    numbers = count(1)
    found = []
    for place, row in enumerate(alignment.rows):
        mine, theirs = _both(alignment.rows, row)
        if row.bad is None and row.moved is not None:
            continue  # said where the duplicated history has the call
        ours = None if mine is None else good.numbers[mine]
        other = None if theirs is None else bad.numbers[theirs]
        told_apart = _row(good, bad, (mine, theirs), told, moved=row.moved is not None)
        found += [Difference(next(numbers), o.kind, place, ours, other, *o[1:]) for o in told_apart]
    return tuple(found)


def _both(rows: tuple[Aligned, ...], row: Aligned) -> tuple[Place | None, Place | None]:
    """The calls of a row; of one that was moved, those of both its rows."""
    other = rows[row.moved] if row.moved is not None else row
    return (other.good if row.good is None else row.good), (
        other.bad if row.bad is None else row.bad
    )


def _row(
    good: Side,
    bad: Side,
    places: tuple[Place | None, Place | None],
    told: Tongues,
    *,
    moved: bool,
) -> Iterator[_Found]:
    mine, theirs = places
    if mine is None:
        yield _Found("added")
    elif theirs is None:
        yield _Found("removed")
    else:
        if moved:
            yield _Found("moved")
        yield from _keys(good, bad, mine, theirs, told)
        yield from _sender(told.good[mine], told.bad[theirs])
        was, now = gap(good, mine), gap(bad, theirs)
        if not moved and alike(was) != alike(now):
            yield _Found("gap", was=_passed(was), now=_passed(now))
        yield from _unread(told.good[mine], told.bad[theirs])


def _keys(good: Side, bad: Side, mine: Place, theirs: Place, told: Tongues) -> Iterator[_Found]:
    ours, others = told.good[mine].keys, told.bad[theirs].keys
    for key in dict.fromkeys((*ours, *others)):
        one, other = ours.get(key), others.get(key)
        if one != other:
            was = _standing(one, good.standings[mine].get(key))
            now = _standing(other, bad.standings[theirs].get(key))
            if was == now:
                now = "another one"
            elif one and other and one.number != other.number:
                was, now = (_typed(each) for each in (one, other))
            yield _Found("key", key, was=was, now=now)


def _standing(identifier: Identifier | None, standing: Standing | None) -> str:
    return "none" if identifier is None else str(standing)


def _typed(identifier: Identifier) -> str:
    return "number" if identifier.number else "text"


def _sender(one: Call, other: Call) -> Iterator[_Found]:
    if one.channel != other.channel:
        yield _Found("channel", was=one.channel, now=other.channel)
    if one.endpoint != other.endpoint:
        yield _Found("endpoint", was=one.endpoint, now=other.endpoint)
    if one.reads != other.reads:
        yield _Found("reads", was=_doing(one), now=_doing(other))
    if one.clears != other.clears:
        yield _Found("clears", was=" ".join(one.clears), now=" ".join(other.clears))
    if bool(one.merges) != bool(other.merges):
        yield _Found("merges")
    if one.refused != other.refused:
        yield _Found("answer", was=_answered(one), now=_answered(other))


def _doing(call: Call) -> str:
    return "asks" if call.reads else "writes"


def _answered(call: Call) -> str:
    return "refused" if call.refused else "taken"


def _unread(one: Call, other: Call) -> Iterator[_Found]:
    if one.event != other.event:
        yield _Found("event", was=one.event or "none", now=other.event or "none")
    mine, theirs = dict(_fields(one)), dict(_fields(other))
    for path in dict.fromkeys((*mine, *theirs)):
        yield from _compared("field", ".".join(path), mine.get(path), theirs.get(path))
    for name in dict.fromkeys((*one.context, *other.context)):
        yield from _compared("context", name, one.context.get(name), other.context.get(name))


def _compared(kind: Kind, name: str, one: object, other: object) -> Iterator[_Found]:
    if one is None or other is None:
        if one is not other:
            yield _Found(kind, field=name, was=_there(one), now=_there(other))
    elif one != other:
        yield _Found(kind, field=name, was="one", now="another")


def _there(value: object) -> str:
    return "none" if value is None else "one"


def _fields(call: Call) -> Iterable[tuple[tuple[str, ...], Any]]:
    """The fields of a payload that are no identifier of the call: the path of each, and its text.

    What differs in any two calls, such as the id of an event and its time, says nothing.
    """
    keys = set(map(tuple, call.wire.values()))
    return (
        (path, value)
        for path, value in _leaves(call.payload, ())
        if path not in keys and path[-1].lstrip("$") not in _OWN
    )


def _leaves(part: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(part, Mapping):
        for name, inner in part.items():
            yield from _leaves(inner, (*path, str(name)))
    elif path:
        yield path, repr(part)


def gap(side: Side, place: Place) -> Instant | None:
    """Return the microseconds since the call before; None for a first call or without a clock."""
    before = side.calls[place - 1].at if place else None
    at = side.calls[place].at
    return None if at is None or before is None else at - before


def alike(passed: Instant | None) -> int | None:
    """Return a number that gaps of about the same length share; None where there is none."""
    return None if passed is None else sum(passed > bound for bound in GAPS)


def _passed(passed: Instant | None) -> str:
    return "unknown" if passed is None else span(passed)
