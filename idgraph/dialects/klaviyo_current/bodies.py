"""What the body of each endpoint holds: one profile, one event, or many of either."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from idgraph.calls import Key
from idgraph.dialects.base import Notes, RejectRow, identifier
from idgraph.dialects.klaviyo_current.naming import (
    Found,
    cleared,
    fields,
    merged,
    of_attributes,
    of_id,
    of_profile,
    of_resource,
    of_subscription,
    source_of_merge,
)

PATCH, MERGE, IMPORT = "profiles/{id}", "profile-merge", "profile-import"


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: the body, the profile id in the address (None but for a PATCH), the notes."""

    body: Mapping[str, Any]
    path_id: str | None
    notes: Notes


@dataclass(frozen=True, slots=True)
class Named:
    """A profile that a body names: the object that does, and the attributes of its event if any.

    The object of a bulk request is the part that speaks of this profile, with this event alone.
    `clears` are the keys that it empties, `merges` is the id of the profile to be merged into it.
    """

    found: Found
    payload: Mapping[str, Any]
    event: Mapping[str, Any] | None = None
    clears: tuple[Key, ...] = ()
    merges: str | None = None


def named(endpoint: str, sent: Sent) -> list[Named]:
    """Return each profile, or each profile and event, that a request to an endpoint names.

    Entries that name nobody are counted in the notes and left out.
    """
    every = list(READERS[endpoint](sent))
    given = [one for one in every if one.found[0]]
    if given:
        for _ in range(len(every) - len(given)):
            sent.notes.count("nameless")
    return given


def _data(sent: Sent) -> dict[str, Any]:
    data = sent.body.get("data")
    if not isinstance(data, dict):
        raise RejectRow("bad-payload", "data")
    return data


def _attributes(resource: Mapping[str, Any]) -> dict[str, Any]:
    return fields(resource.get("attributes"), "attributes")


def _elements(holder: object, what: str) -> list[dict[str, Any]]:
    found = fields(holder, what).get("data")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RejectRow("bad-payload", what)
    return found


def _profile(sent: Sent) -> Iterator[Named]:
    yield Named(of_resource(_data(sent), ("data",), sent.notes), sent.body)


def _imported(sent: Sent) -> Iterator[Named]:
    data = _data(sent)
    found = of_resource(data, ("data",), sent.notes)
    yield Named(found, sent.body, clears=cleared(data))


def _patched(sent: Sent) -> Iterator[Named]:
    """The id in the address names the profile, whether the body repeats it or not."""
    data = fields(sent.body.get("data"), "data")
    one = identifier("profile_id", sent.path_id)
    addressed: Found = ((), {}) if one is None else ((one,), {})
    parts = (addressed, of_resource(data, ("data",), sent.notes))
    yield Named(merged(parts, sent.notes), sent.body, clears=cleared(data))


def _event(sent: Sent) -> Iterator[Named]:
    event = _attributes(_data(sent))
    found = of_profile(event.get("profile"), ("data", "attributes", "profile"), sent.notes)
    yield Named(found, sent.body, event)


def _subscription(sent: Sent) -> Iterator[Named]:
    """Until 2023-06-15 the profile's fields stood among the attributes of the subscription."""
    attributes, path = _attributes(_data(sent)), ("data", "attributes")
    if "profile" in attributes:
        found = of_profile(attributes["profile"], (*path, "profile"), sent.notes)
    else:
        found = of_attributes(attributes, path, sent.notes)
    yield Named(found, sent.body)


def _token(sent: Sent) -> Iterator[Named]:
    path = ("data", "attributes", "profile")
    yield Named(of_profile(_attributes(_data(sent)).get("profile"), path, sent.notes), sent.body)


def _merge(sent: Sent) -> Iterator[Named]:
    """The destination alone: a source is an object of the merge, and no identifier of the call."""
    data = _data(sent)
    found = of_id(data, ("data",), sent.notes)
    yield Named(found, sent.body, merges=source_of_merge(data))


def _imports(sent: Sent) -> Iterator[Named]:
    for profile in _elements(_attributes(_data(sent)).get("profiles"), "profiles"):
        found = of_resource(profile, (), sent.notes)
        yield Named(found, profile, clears=cleared(profile))


def _subscriptions(sent: Sent) -> Iterator[Named]:
    attributes = _attributes(_data(sent))
    if "subscriptions" not in attributes:
        for profile in _elements(attributes.get("profiles"), "profiles"):
            yield Named(of_resource(profile, (), sent.notes), profile)
        return
    for entry in _elements({"data": attributes["subscriptions"]}, "subscriptions"):
        yield Named(of_subscription(entry, sent.notes), entry)


def _client_events(sent: Sent) -> Iterator[Named]:
    return _events(_data(sent), sent.notes)


def _server_events(sent: Sent) -> Iterator[Named]:
    entries = _elements(_attributes(_data(sent)).get("events-bulk-create"), "events-bulk-create")
    for entry in entries:
        yield from _events(entry, sent.notes)


def _events(entry: dict[str, Any], notes: Notes) -> Iterator[Named]:
    """A profile with its events: one call for each event, whose object holds that event alone."""
    attributes = _attributes(entry)
    found = of_profile(attributes.get("profile"), ("attributes", "profile"), notes)
    events = _elements(attributes.get("events"), "events")
    if not events:
        yield Named(found, entry)
    for event in events:
        alone = {**attributes, "events": {**attributes["events"], "data": [event]}}
        yield Named(found, {**entry, "attributes": alone}, _attributes(event))


READERS: Mapping[str, Callable[[Sent], Iterator[Named]]] = {
    "profiles": _profile,
    PATCH: _patched,
    IMPORT: _imported,
    "profile-bulk-import-jobs": _imports,
    MERGE: _merge,
    "profile-subscription-bulk-create-jobs": _subscriptions,
    "events": _event,
    "event-bulk-create-jobs": _server_events,
    "push-tokens": _token,
    "client/profiles": _profile,
    "client/events": _event,
    "client/event-bulk-create": _client_events,
    "client/subscriptions": _subscription,
    "client/push-tokens": _token,
}
"""By endpoint as a call names it: the private ones without their `/api/`."""
