"""Who a JSON:API object names: the identifiers of a profile in each shape that it ever had.

Shapes after the OpenAPI files of the revisions 2022-10-17 to 2026-07-15 and, for what the browser
script puts among the properties, the script itself as served in 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from idgraph.calls import Identifier, Key, in_order
from idgraph.dialects.base import Notes, RejectRow, identifiers
from idgraph.dialects.base.klaviyo import SPELLINGS

Path = tuple[str, ...]
Found = tuple[tuple[Identifier, ...], dict[Key, Path]]
"""The identifiers of one profile, and where in the payload each of them stands."""

_ATTRIBUTES = (
    ("email", "email"),
    ("phone_number", "phone_number"),
    ("external_id", "external_id"),
    ("anonymous_id", "anonymous_id"),
    ("_kx", "_kx"),
)
_PROPERTIES = (("$exchange_id", "_kx"),)
"""The one identifier among custom properties, by the browser script; an `id` there is none."""
_ID = (("id", "profile_id"),)
_META = (*_ID, *_ATTRIBUTES)
_FLAT = (
    *SPELLINGS,
    ("external_id", "external_id"),
    ("anonymous_id", "anonymous_id"),
    ("_kx", "_kx"),
)
"""A flat profile is the dictionary of the classic Track. Its `$` names are documented; the bare
ones are taken as in the classic API, and nobody says whether the platform does."""
_ENTRY = (*_ATTRIBUTES[:2], ("profile_id", "profile_id"))


def fields(value: object, what: str) -> dict[str, Any]:
    """Return an object of the payload, empty where there is none; else a `bad-payload`.

    An empty list counts as an empty object: PHP writes one for the other.
    """
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise RejectRow("bad-payload", what)
    return value


def of_resource(resource: Mapping[str, Any], path: Path, notes: Notes) -> Found:
    """Return whom a resource names: `{"id", "attributes": {...}, "meta": {"identifiers"}}`.

    `meta.identifiers` is of 2022-10-17 and 2023-01-24 and repeats the attributes, which win.
    """
    attributes = fields(resource.get("attributes"), "attributes of a profile")
    meta = fields(resource.get("meta"), "meta of a profile")
    repeated = fields(meta.get("identifiers"), "meta.identifiers")
    _note_secondary(meta, notes)
    _note_secondary(attributes.get("meta"), notes)
    return merged(
        (
            of_attributes(attributes, (*path, "attributes"), notes),
            identifiers(resource, _ID, path, notes),
            identifiers(repeated, _META, (*path, "meta", "identifiers"), notes),
        ),
        notes,
    )


def of_attributes(attributes: Mapping[str, Any], path: Path, notes: Notes) -> Found:
    """Return whom attributes name, `properties.$exchange_id` included."""
    properties = fields(attributes.get("properties"), "properties of a profile")
    return merged(
        (
            identifiers(attributes, _ATTRIBUTES, path, notes),
            identifiers(properties, _PROPERTIES, (*path, "properties"), notes),
        ),
        notes,
    )


def of_profile(value: object, path: Path, notes: Notes) -> Found:
    """Return whom the `profile` of another object names, nested (from 2023-07-15) or flat."""
    profile = fields(value, "profile")
    if isinstance(profile.get("data"), dict):
        return of_resource(profile["data"], (*path, "data"), notes)
    return identifiers(profile, _FLAT, path, notes)


def of_subscription(entry: Mapping[str, Any], notes: Notes) -> Found:
    """Return whom an entry of the `subscriptions` of 2022-10-17 to 2023-06-15 names."""
    return identifiers(entry, _ENTRY, (), notes)


def of_id(resource: Mapping[str, Any], path: Path, notes: Notes) -> Found:
    """Return the profile that a resource names by its id alone."""
    return identifiers(resource, _ID, path, notes)


def merged(parts: Iterable[Found], notes: Notes) -> Found:
    """Join what several places say, in order of trust: where two differ the first one wins.

    A difference is counted in the notes.
    """
    found: dict[Key, Identifier] = {}
    wire: dict[Key, Path] = {}
    for ids, places in parts:
        for one in ids:
            if found.setdefault(one.key, one) != one:
                notes.count("half-known")
            elif one.key in places:
                wire.setdefault(one.key, places[one.key])
    return in_order(found.values()), wire


def cleared(resource: Mapping[str, Any]) -> tuple[Key, ...]:
    """Return the keys that a null empties.

    Null clears and missing keeps, on a PATCH and on the imports: OpenAPI files, profile endpoints.
    """
    attributes = fields(resource.get("attributes"), "attributes of a profile")
    keys = _ATTRIBUTES[:3]
    return tuple(key for name, key in keys if name in attributes and attributes[name] is None)


def source_of_merge(resource: Mapping[str, Any]) -> str | None:
    """Return the id of the profile that a merge request names as its source; it takes one."""
    relationships = fields(resource.get("relationships"), "relationships of a merge")
    given = fields(relationships.get("profiles"), "profiles of a merge").get("data")
    first = given[0] if isinstance(given, list) and given else None
    found, _ = identifiers(first if isinstance(first, dict) else {}, _ID, (), Notes())
    return found[0].text if found else None


def _note_secondary(meta: object, notes: Notes) -> None:
    """Count emails of `meta.patch_identifiers` (from 2026-04-15): a call holds one email."""
    patch = meta.get("patch_identifiers") if isinstance(meta, dict) else None
    for change in ("append", "unappend"):
        named = patch.get(change) if isinstance(patch, dict) else None
        emails = named.get("email") if isinstance(named, dict) else None
        for _ in emails if isinstance(emails, list) else [emails] * isinstance(emails, str):
            notes.count("secondary")
