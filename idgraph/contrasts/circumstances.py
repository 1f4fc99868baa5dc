"""Features of who sent the calls, where and when: they may go along with a cause, and are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from idgraph.agents import family
from idgraph.calls import Call, CallNumber, Channel
from idgraph.clocks import SECOND
from idgraph.contrasts.cases import Case
from idgraph.contrasts.features import Feature, Hold, Told

_RANK = 1000
_HOUR, _DAY = 3600 * SECOND, 86_400 * SECOND
_BAND = 6
_WEEKEND = (5, 6)
_THURSDAY = 3
"""The weekday of 1970-01-01, Monday being 0."""
_PASSED = frozenset({"token", "event", "time", "timestamp", "company_id", "$event_id", "unique_id"})
"""Names of a payload that other features look at, or that are another one in every call."""
_LONGEST = 60
"""A longer text is prose, and no value that many persons share."""


def found(case: Case) -> Iterator[Told]:
    """Go through the circumstances of a person's calls."""
    yield from _begun(case)
    for number, call in case.pairs():
        for feature in _of(call):
            yield Told(feature, Hold(number))


def calls_feature(least: int) -> Feature:
    """Return the feature of having at least so many calls."""
    return Feature(f"calls:{least}", f"there are {least} calls or more", "circumstance", _RANK + 90)


@cache
def written(path: tuple[str, ...], value: str) -> Feature:
    """Return the feature of having a value somewhere in a payload."""
    code = f"payload:{'.'.join(path)}:{value}"
    says = "{name} is {value} in a payload"
    return Feature(code, says, "circumstance", _RANK, value, path)


@cache
def named(what: str, which: str) -> Feature:
    """Return the feature of a call to an endpoint, or of an event."""
    verb = "goes to" if what == "endpoint" else "tracks"
    says = f"a call {verb} {{value}}"
    return Feature(f"{what}:{which}", says, "circumstance", _RANK, which)


def _of(call: Call) -> Iterator[Feature]:
    yield _sent_as(call.channel)
    if call.endpoint:
        yield named("endpoint", call.endpoint)
    if call.event:
        yield named("event", call.event)
    if call.agent:
        yield _sent_by("software", family(call.agent))
        yield _sent_by("version", call.agent)
    wire = frozenset(call.wire.values())
    for path, value in _leaves(call.payload, ()):
        if path not in wire:
            yield written(path, value)


@cache
def _sent_as(channel: Channel) -> Feature:
    return Feature(f"channel:{channel}", f"a {channel} call is sent", "circumstance", _RANK)


@cache
def _sent_by(what: str, software: str) -> Feature:
    return Feature(f"{what}:{software}", f"{software} sends a call", "circumstance", _RANK)


def _leaves(
    tree: Mapping[str, object], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, value in tree.items():
        if name in _PASSED:
            continue
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, name))
        elif isinstance(value, str) and 0 < len(value) <= _LONGEST:
            yield (*path, name), value
        elif isinstance(value, bool):
            yield (*path, name), str(value).lower()


def _begun(case: Case) -> Iterator[Told]:
    """The hour and the weekday of the first call, in UTC."""
    first: CallNumber = case.numbers[0]
    at = case.calls[0].at
    if at is None:
        return
    band = at % _DAY // _HOUR // _BAND * _BAND
    says = f"the first call comes from {band} to {band + _BAND} o'clock UTC"
    yield Told(Feature(f"hour:{band}", says, "circumstance", _RANK + 50), Hold(first))
    if (at // _DAY + _THURSDAY) % 7 in _WEEKEND:
        says = "the first call comes on a weekend, in UTC"
        yield Told(Feature("weekend", says, "circumstance", _RANK + 50), Hold(first))
