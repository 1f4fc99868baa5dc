"""Exported events, each once, with the profile under which it was filed first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from idgraph.exports.base import EventSeen, MergeSeen


@dataclass(frozen=True, slots=True)
class Event:
    """An event, once, however often it was exported.

    `profile` is None where it was exported under several and no merge explains it.
    """

    seen: EventSeen
    profile: str | None


def distinct(events: Iterable[EventSeen], into: Mapping[str, set[str]]) -> list[Event]:
    """Return each event once, in an order that hangs on the events alone."""
    shown: defaultdict[tuple[str, str], list[EventSeen]] = defaultdict(list)
    for event in events:
        own = ("id", event.event_id) if event.event_id else ("origin", event.origin)
        shown[own].append(event)
    found = []
    for group in shown.values():
        seen = min(group, key=lambda event: (event.metric is None, event.at is None, event.origin))
        found.append(Event(seen, _filed_first({event.profile for event in group}, into)))
    return sorted(found, key=lambda event: event.seen.origin)


def _filed_first(profiles: set[str], into: Mapping[str, set[str]]) -> str | None:
    """Return the profile that the others took over in merges; None where there is no such one."""
    later = {other for one in profiles for other in into.get(one, ()) if other != one}
    first = profiles - later
    return first.pop() if len(first) == 1 else None


def successors(merges: Iterable[MergeSeen]) -> dict[str, set[str]]:
    """Return, for each source, every profile into which it was merged sooner or later."""
    steps: defaultdict[str, set[str]] = defaultdict(set)
    for merge in merges:
        steps[merge.source].add(merge.destination)
    found: dict[str, set[str]] = {}
    for source in steps:
        reached: set[str] = set()
        waiting = list(steps[source])
        while waiting:
            one = waiting.pop()
            if one not in reached:
                reached.add(one)
                waiting.extend(steps.get(one, ()))
        found[source] = reached
    return found
