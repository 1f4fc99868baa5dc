"""`read`: from what a person names to all that the platform's exports show, every row accounted."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from idgraph import registry, sources
from idgraph.calls import Reject
from idgraph.dialects.base import Notes
from idgraph.errors import UnreadableError
from idgraph.exports.base.export import Export, Outcome
from idgraph.exports.base.records import EventSeen, Exported, MergeSeen, MetricSeen, ProfileSeen
from idgraph.sources.base import Input, Place, places
from idgraph.sources.base.looks import looks_like

_SHOWN = 20


def formats() -> tuple[Export, ...]:
    """Return every format of export that is read, in order of name of module."""
    found: tuple[Export, ...] = registry.collect("idgraph.exports", "EXPORT")
    return found


def read(*inputs: object, name: str | None = None) -> Exported:
    """Return what the exports in one or more inputs show, files in sorted order.

    An input is what `idgraph.sources.read` takes, but for a DataFrame; its format is told by its
    content. `UnreadableError` gathers the faults of all inputs; of a folder, files of another kind
    are passed over with a note. `name` is what origins call an input without a path.
    """
    notes, tally = Notes(), _Tally()
    used: dict[str, None] = {}
    for place, export in _chosen(list(places(list(inputs), name=name)), notes):
        used.setdefault(export.name)
        with contextlib.closing(place.open()) as opened:
            for outcome in export.read(opened, notes):
                tally.add(outcome)
            ended = opened.broken_end(1)
            if ended:
                tally.add(ended)
            for doubt in opened.doubts():
                notes.say(doubt)
    return tally.exported(tuple(used), notes)


class _Tally:
    """Collects outcomes, and vouches that no row was lost."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.rejects: list[Reject] = []
        self.not_used: Counter[str] = Counter()
        self.rows = 0
        self.used = 0

    def add(self, outcome: Outcome) -> None:
        self.rows += 1
        if isinstance(outcome, Reject):
            self.rejects.append(outcome)
        elif isinstance(outcome, str):
            self.not_used[outcome] += 1
        elif outcome:
            self.used += 1
            self.seen.extend(outcome)

    def exported(self, formats: tuple[str, ...], notes: Notes) -> Exported:
        """Return all of it; an `AssertionError` where a row became nothing."""
        accounted = self.used + sum(self.not_used.values()) + len(self.rejects)
        if accounted != self.rows:
            raise AssertionError(f"{self.rows} rows were read and {accounted} are accounted for")
        events = _named([one for one in self.seen if isinstance(one, EventSeen)], self.seen)
        nameless = sum(event.metric is None for event in events)
        if nameless:
            notes.say(
                f"events whose metric has no name here, and so no call: {nameless}; fetch them "
                "with include=metric, or name a page of metrics too"
            )
        return Exported(
            events=events,
            profiles=tuple(one for one in self.seen if isinstance(one, ProfileSeen)),
            merges=tuple(one for one in self.seen if isinstance(one, MergeSeen)),
            rows=self.rows,
            used=self.used,
            not_used=dict(sorted(self.not_used.items())),
            rejects=tuple(self.rejects),
            formats=formats,
            notes=notes.sentences(),
        )


def _named(events: list[EventSeen], seen: list[Any]) -> tuple[EventSeen, ...]:
    """Name the metrics of events that came with an id alone; a metric of two names has none."""
    names: dict[str, str | None] = {}
    for one in seen:
        if isinstance(one, MetricSeen) and names.setdefault(one.metric_id, one.name) != one.name:
            names[one.metric_id] = None
    return tuple(
        event
        if event.metric is not None or event.metric_id is None
        else replace(event, metric=names.get(event.metric_id))
        for event in events
    )


def _chosen(found: list[Place | UnreadableError], notes: Notes) -> Iterator[tuple[Place, Export]]:
    chosen: list[tuple[Place, Export]] = []
    faults: list[UnreadableError] = []
    passed: list[UnreadableError] = []
    for place in found:
        fitting = place if isinstance(place, UnreadableError) else _fitting(place)
        if isinstance(place, Place) and isinstance(fitting, Export):
            chosen.append((place, fitting))
        elif isinstance(fitting, UnreadableError):
            in_folder = isinstance(place, Place) and place.in_folder
            (passed if in_folder else faults).append(fitting)
    if faults or not chosen:
        raise _gathered(faults or passed)
    if passed:
        notes.say(f"files of the folder that are no exports and were not read: {len(passed)}")
    yield from chosen


def _fitting(place: Place) -> Export | UnreadableError:
    try:
        opened = place.open()
    except OSError:
        remedy = "Check the disk and the rights."
        return UnreadableError("the file cannot be opened", where=place.name, remedy=remedy)
    try:
        known = () if opened.packed_twice else formats()
        fitting = (one for one in known if one.sniff(opened.head, place.name))
        return next(fitting, None) or _unrecognised(opened)
    finally:
        if not place.once:
            opened.close()


def _unrecognised(opened: Input) -> UnreadableError:
    calls = (one for one in sources.formats() if one.sniff(opened.head, opened.name))
    found = next(calls, None)
    looks = looks_like(opened) if found is None else f"a log of calls ({found.name})"
    listed = ", ".join(one.looks for one in formats())
    remedy = f"Exports are {listed}." if found is None else "Name it as an input of its own."
    return UnreadableError(
        f"an export was expected, and this is {looks}", where=opened.name, remedy=remedy
    )


def _gathered(faults: list[UnreadableError]) -> UnreadableError:
    if len(faults) == 1:
        return faults[0]
    if not faults:
        return UnreadableError("no export was named", remedy="Name a file, or a folder of them.")
    texts = [f"{fault.where}: {fault.found}" if fault.where else fault.found for fault in faults]
    left = len(texts) - _SHOWN
    more = f"; and {left} more" if left > 0 else ""
    remedies = list(dict.fromkeys(fault.remedy for fault in faults))
    return UnreadableError(
        f"{len(faults)} exports cannot be read: {'; '.join(texts[:_SHOWN])}{more}",
        remedy=" ".join(remedies[:3]),
    )
