"""From exports to a history with observed profiles, and the account of how each was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from idgraph import exports as exported_files
from idgraph.calls import Call, CallNumber, History, Identifier
from idgraph.clocks import SECOND, Instant
from idgraph.exports.base import LOGGED_MERGE, Exported
from idgraph.observing.account import Contradiction, FiledTwice, Join, Observed, Survivors
from idgraph.observing.events import Event, distinct, successors
from idgraph.observing.matching import joined, sent_id

SKEW: Instant = 5 * SECOND
"""How far the sender's clock and the platform's may be apart; an assumption, not documented."""


def observed(
    history: History, paths: object, *, current: bool = False, skew: Instant = SKEW
) -> Observed:
    """Return the history with what some exports show of it; `observe` says how.

    `paths` is a path, a folder, a glob, bytes, or a list of these: `UnreadableError` gathers their
    faults.

    >>> import idgraph as ig
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     traces = ig.write_traces(folder)
    ...     ig.observed(ig.read(traces.har, traces.log), [traces.events])
    <Observed: 8 of 8 calls joined>
    """
    return observe(history, exported_files.read(paths), current=current, skew=skew)


def observe(
    history: History, exported: Exported, *, current: bool = False, skew: Instant = SKEW
) -> Observed:
    """Return the history with observed profiles, and how each of them was found.

    `event-id`: the event id of the call is that of exactly one event of its metric, and of no other
    call. `metric-time-value`: the metric, the claimed second and, where both have one, the value
    agree with exactly one event, which fits no other call. `metric-receipt-value`: so too, where
    the call claims no time: then the event has the time of its receipt, which lies between sending
    and answer, give or take `skew` (microseconds). `identifiers`: a call that makes no event, all
    of whose known identifiers one profile alone holds now; who held them then is another question,
    so it is observed only with `current`.

    A call that has an observed profile keeps it. All but `event-id` rest on the history holding the
    calls of every sender: an event of a call that was never recorded may fit another one.
    """
    events = distinct(exported.events, successors(exported.merges))
    joins, still_open, fitted = joined(history.calls, events, skew)
    holders = _current_holders(history.calls, still_open["no-event"], exported)
    if current:
        joins += holders
        taken = {join.call for join in holders}
        still_open["no-event"] = [n for n in still_open["no-event"] if n not in taken]
    calls, kept = _applied(history.calls, joins, successors(exported.merges))
    return Observed(
        history=replace(history, calls=calls),
        exported=exported,
        joins=tuple(sorted(joins, key=lambda join: join.call)),
        current=tuple(holders),
        current_taken=current,
        open={reason: tuple(numbers) for reason, numbers in still_open.items() if numbers},
        events=dict(sorted(fitted.items())),
        confirmed=tuple(kept.confirmed),
        merged=tuple(kept.merged),
        contradictions=tuple(kept.contradictions),
        survivors=_survivors(calls, joins, exported),
        twice=_filed_twice(history.calls, events),
    )


def _current_holders(
    calls: Sequence[Call], numbers: Iterable[CallNumber], exported: Exported
) -> list[Join]:
    """Return the one profile that holds now what each of some calls carries, where it is one.

    An identifier has to be the same to the letter: whether the platform folds it is not known.
    """
    holders: defaultdict[Identifier, dict[str, str]] = defaultdict(dict)
    for row in exported.profiles:
        if row.profile is not None:
            for one in (*row.identifiers, Identifier("profile_id", row.profile)):
                shown = holders[one].setdefault(row.profile, row.origin)
                holders[one][row.profile] = min(shown, row.origin)
    found = []
    for number in numbers:
        call = calls[number - 1]
        held = {p: at for one in call.identifiers for p, at in holders.get(one, {}).items()}
        if call.observed is None and len(held) == 1:
            ((profile, origin),) = held.items()
            found.append(Join(number, "identifiers", profile, origin))
    return found


@dataclass(slots=True)
class _Kept:
    confirmed: list[CallNumber] = field(default_factory=list)
    merged: list[CallNumber] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)


def _applied(
    calls: Sequence[Call], joins: Iterable[Join], into: Mapping[str, set[str]]
) -> tuple[tuple[Call, ...], _Kept]:
    """Return the calls with their profiles, and what became of those that had one."""
    made, kept = list(calls), _Kept()
    for join in sorted(joins, key=lambda join: join.call):
        call = calls[join.call - 1]
        if call.observed is None:
            made[join.call - 1] = replace(call, observed=join.profile)
        elif call.observed == join.profile:
            kept.confirmed.append(join.call)
        elif join.profile in into.get(call.observed, ()):
            kept.merged.append(join.call)
        else:
            kept.contradictions.append(Contradiction(join.call, call.origin, join.origin))
    return tuple(made), kept


def _survivors(calls: Sequence[Call], joins: Iterable[Join], exported: Exported) -> Survivors:
    merged: defaultdict[str, list[Instant | None]] = defaultdict(list)
    for merge in exported.merges:
        merged[merge.destination].append(merge.at)
    for event in exported.events:
        if event.metric is not None and event.metric.casefold() == LOGGED_MERGE:
            merged[event.profile].append(event.at)
    having, before, ids = [], [], set()
    for join in sorted(joins, key=lambda join: join.call):
        call, moments = calls[join.call - 1], merged.get(join.profile, ())
        if moments and call.observed == join.profile:
            ids.add(join.profile)
            having.append(join.call)
            if call.at is None or any(at is None or call.at <= at for at in moments):
                before.append(join.call)
    return Survivors(len(ids), tuple(having), tuple(before))


def _filed_twice(calls: Sequence[Call], events: Iterable[Event]) -> tuple[FiledTwice, ...]:
    """Return the events whose id stands under several profiles, those that moved left out."""
    filed: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        metric = event.seen.metric or event.seen.metric_id
        if metric and event.seen.unique_id and event.profile:
            filed[metric, event.seen.unique_id].append(event)
    twice = {own: group for own, group in filed.items() if len({e.profile for e in group}) > 1}
    carrying: defaultdict[tuple[str, str], list[CallNumber]] = defaultdict(list)
    for number, call in enumerate(calls, 1):
        own = sent_id(call)
        if own in twice:
            carrying[own].append(number)
    found = (
        FiledTwice(tuple(carrying.get(own, ())), tuple(sorted(e.seen.origin for e in group)))
        for own, group in twice.items()
    )
    return tuple(sorted(found, key=lambda one: (one.calls, one.origins)))
