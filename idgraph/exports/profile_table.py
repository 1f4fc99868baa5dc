"""The CSV of profiles that lists, segments and profiles are exported as.

No official list of columns was found. The names are those that public import code expects, in two
variants, one with and one without a column of ids; others may occur, and are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from idgraph.dialects.base import Notes, identifiers, label, moment
from idgraph.exports.base import (
    Export,
    NotUsed,
    Outcome,
    ProfileSeen,
    Seen,
    roles_of,
    rows_of,
    words_of,
)
from idgraph.sources.base import Input

_ROLES = {
    ("klaviyo", "id"): "profile",
    ("klaviyo", "profile", "id"): "profile",
    ("profile", "id"): "profile",
    ("email",): "email",
    ("email", "address"): "email",
    ("phone",): "phone_number",
    ("phone", "number"): "phone_number",
    ("external", "id"): "external_id",
    ("profile", "created", "on"): "created",
    ("created",): "created",
    ("updated",): "updated",
    ("first", "name"): "for people",
    ("last", "name"): "for people",
    ("email", "marketing", "consent"): "for people",
    ("sms", "consent"): "for people",
    ("date", "added"): "for people",
    ("sent", "at"): "of a call",
    ("received", "at"): "of a call",
    ("occurred", "at"): "of a call",
    ("channel",): "of a call",
    ("endpoint",): "of a call",
    ("event",): "of a call",
}
_KEYS = ("email", "phone_number", "external_id")
_SPELLINGS = tuple((key, key) for key in _KEYS)


def _role(name: str) -> str | None:
    found = _ROLES.get(words_of(name))
    return None if found in ("for people", "of a call") else found


def sniff(head: bytes, _: str) -> bool:
    """Take a table with identifiers and an id or a column made for people, and no call's column."""
    if head.lstrip()[:1] in (b"{", b"["):
        return False
    found = set(roles_of(head, lambda name: _ROLES.get(words_of(name))).values())
    keys = found & {"profile", *_KEYS}
    return bool(keys and found & {"profile", "for people"}) and "of a call" not in found


def read(source: Input, notes: Notes) -> Iterator[Outcome]:
    """Return the profile of each row; times in them mostly have no zone, and then are no times."""
    return rows_of(source, _role, lambda row, origin: _shown(row, origin, notes))


def _shown(row: Mapping[str, str], origin: str, notes: Notes) -> tuple[Seen, ...]:
    profile = label(row.get("profile"), "profile")
    found, _ = identifiers(row, _SPELLINGS, (), notes)
    if profile is None and not found:
        raise NotUsed("no-identifier")
    created, updated = (moment(row.get(name), notes) for name in ("created", "updated"))
    return (ProfileSeen(profile, found, created, updated, origin),)


_SAMPLE = """\
Email,Klaviyo ID,First Name,Last Name,Zip Code,Email Marketing Consent,Profile Created On
betty@example.com,EXAMPLEA,Betty,"Example, B.",00000,SUBSCRIBED,2026-03-01 09:00:00
,EXAMPLEB,,,,,2026-03-02T10:05:03+00:00
,,Nobody,,,,
"""

EXPORT = Export(
    name="profile-table",
    title="CSV of profiles",
    looks="an exported CSV of profiles",
    says="One profile a row, with or without its id: Email, Klaviyo ID, ...; Email, Phone Number.",
    sniff=sniff,
    read=read,
    sample=_SAMPLE.encode(),
    expect=(
        {"profile": "EXAMPLEA", "email": "betty@example.com", "created": None},
        {"profile": "EXAMPLEB", "created": 1772445903_000000},
    ),
)
