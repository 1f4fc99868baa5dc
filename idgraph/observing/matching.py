"""Which event a call made: by event id, or by metric, time and value, where either fits alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from idgraph.calls import Call, CallNumber
from idgraph.clocks import SECOND, Instant
from idgraph.exports.base import metric_name, sent_value
from idgraph.observing.account import Join
from idgraph.observing.events import Event
from idgraph.observing.pairing import Window, pair


def joined(
    calls: Sequence[Call], events: Sequence[Event], skew: Instant
) -> tuple[list[Join], dict[str, list[CallNumber]], Counter[str]]:
    """Return the joins, the calls left open by reason, and how many events fit how."""
    shared = _shared_ids(calls, events)
    windows: dict[CallNumber, Window] = {}
    reasons: dict[CallNumber, str] = {}
    for number, call in enumerate(calls, 1):
        fitting = _window(call, shared, skew)
        if isinstance(fitting, Window):
            windows[number] = fitting
        else:
            reasons[number] = fitting
    numbers = list(windows)
    points = {place: one for place, event in enumerate(events) if (one := _point(event, shared))}
    places = list(points)
    found = pair(list(windows.values()), list(points.values()))
    joins: list[Join] = []
    fitted = Counter({"joined": 0, "open": 0, "unmatched": len(events) - len(places)})
    for number, partner, candidates in zip(numbers, found.partner, found.points, strict=True):
        if partner is None:
            reasons[number] = _why_open(candidates)
            continue
        event = events[places[partner]]
        if event.profile is None:
            reasons[number] = "moved"
            continue
        way = _way(calls[number - 1], shared)
        joins.append(Join(number, way, event.profile, event.seen.origin))
    fitted["joined"] = len(joins)
    fitted["open"] = sum(count > 0 for count in found.windows) - len(joins)
    fitted["unmatched"] += sum(count == 0 for count in found.windows)
    still_open: defaultdict[str, list[CallNumber]] = defaultdict(list)
    for number in sorted(reasons):
        still_open[reasons[number]].append(number)
    return joins, still_open, fitted


def _why_open(candidates: int) -> str:
    if candidates == 0:
        return "no-candidate"
    return "several-calls" if candidates == 1 else "several-events"


@dataclass(frozen=True, slots=True)
class _Shared:
    """The (metric, event id) that calls and events share; `single` those of one call, one event."""

    both: frozenset[tuple[str, str]]
    single: frozenset[tuple[str, str]]


def _shared_ids(calls: Iterable[Call], events: Iterable[Event]) -> _Shared:
    sent = Counter(one for call in calls if not call.refused and (one := sent_id(call)))
    seen = Counter(one for event in events if (one := _seen_id(event)))
    both = frozenset(sent.keys() & seen.keys())
    return _Shared(both, frozenset(one for one in both if sent[one] == seen[one] == 1))


def sent_id(call: Call) -> tuple[str, str] | None:
    """Return the metric and the event id that a call gave its event; None where it gave none."""
    if call.event is None or call.event_id is None:
        return None
    return metric_name(call.event), call.event_id


def _seen_id(event: Event) -> tuple[str, str] | None:
    seen = event.seen
    return None if seen.metric is None or seen.unique_id is None else (seen.metric, seen.unique_id)


def _window(call: Call, shared: _Shared, skew: Instant) -> Window | str:
    """Return when the event of a call can be dated; a reason where it cannot be looked for.

    Where several calls or events share one event id, time and value decide among these alone. In
    all others, an event and a call that both have an id do not fit: the ids differ.
    """
    if call.refused:
        return "refused"
    if call.event is None:
        return "no-event"
    own = sent_id(call)
    if own is not None and own in shared.single:
        return Window(("single", *own), 0, 0)
    times = _seconds(call, skew)
    if times is None:
        return "no-time"
    value = sent_value(call.payload)
    if own is not None and own in shared.both:
        return Window(("shared", *own), *times, value)
    return Window(("other", metric_name(call.event)), *times, value, marked=own is not None)


def _seconds(call: Call, skew: Instant) -> tuple[int, int] | None:
    """Return the first and the last second that the event of a call can have.

    An event has the time that its sender claims, cut to the second, or else that of its receipt
    (OpenAPI file of 2026-07-15, `time`).
    """
    if call.occurred_at is not None:
        return call.occurred_at // SECOND, call.occurred_at // SECOND
    known = [at for at in (call.sent_at, call.received_at, call.answered_at) if at is not None]
    if not known:
        return None
    return (min(known) - skew) // SECOND, (max(known) + skew) // SECOND


def _point(event: Event, shared: _Shared) -> Window | None:
    seen, own = event.seen, _seen_id(event)
    if own is not None and own in shared.single:
        return Window(("single", *own), 0, 0)
    if seen.metric is None or seen.at is None:
        return None
    second = seen.at // SECOND
    if own is not None and own in shared.both:
        return Window(("shared", *own), second, second, seen.value)
    return Window(("other", seen.metric), second, second, seen.value, marked=own is not None)


def _way(call: Call, shared: _Shared) -> str:
    if sent_id(call) in shared.single:
        return "event-id"
    return "metric-receipt-value" if call.occurred_at is None else "metric-time-value"
