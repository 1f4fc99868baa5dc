"""The columns of a call table: which name means what, and how a row of them becomes a call."""

from __future__ import annotations

import re
from collections.abc import Iterable

from idgraph.calls import KEYS, Call, Key
from idgraph.dialects.base import (
    NotACall,
    Notes,
    RejectRow,
    channel_of,
    identifiers,
    label,
    moment,
    text,
)

SPELLINGS: tuple[tuple[str, Key], ...] = (
    ("profile_id", "profile_id"),
    ("$kid", "profile_id"),
    ("external_id", "external_id"),
    ("$id", "external_id"),
    ("id", "external_id"),
    ("email", "email"),
    ("$email", "email"),
    ("phone_number", "phone_number"),
    ("$phone_number", "phone_number"),
    ("anonymous_id", "anonymous_id"),
    ("$anonymous", "anonymous_id"),
    ("_kx", "_kx"),
    ("$exchange_id", "_kx"),
    ("exchange_id", "_kx"),
)
"""In order of trust: our own name, the wire's name with `$`, the wire's bare name."""

IDENTIFYING = frozenset(name for name, _ in SPELLINGS)
_CLOCKS = ("received_at", "sent_at", "occurred_at")
_CLAIMS = ("at", "time", "timestamp")
_FIELDS = ("channel", "endpoint", "event", "event_id", "person", "observed_profile", "answered_at")
_OUTCOMES = ("answer", "created", "refused", "owner", "reads", "clears", "merges")
"""What became of a call; names that tables of other things have, too."""
_KNOWN = IDENTIFYING | {*_CLOCKS, *_CLAIMS, *_FIELDS, *_OUTCOMES}
_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z_$ .-]{0,39}\d{0,2}")
_NAMED, _KEPT = 20, 1000
_LONG = 10


def canonical(name: object) -> str | None:
    """Return the column that a header names, whatever its case; None where it is unknown."""
    if not isinstance(name, str):
        return None
    if name in _KNOWN:
        return name
    lower = name.strip().lower()
    return lower if lower in _KNOWN else None


def is_table(names: Iterable[object]) -> bool:
    """Say whether names of columns are those of a call table.

    An `id` alone is too common a name. A blank in a name we do not know is the mark of an export
    made for people (`First Name`, `Date Added`): without a clock or a field of a call its rows are
    profiles.
    """
    given = list(names)
    known = {canonical(name) for name in given} - {None, *_OUTCOMES}
    identifying = known & IDENTIFYING
    if identifying == {"id"}:
        return bool(known & {*_CLOCKS, *_CLAIMS})
    for_people = any(" " in str(name).strip() for name in given if canonical(name) is None)
    return bool(identifying) and (not for_people or bool(known - IDENTIFYING))


def call_from(row: Iterable[tuple[str, object]], origin: str, notes: Notes) -> Call:
    """Return the call in a row, given as (name of column, value); `NotACall`, `RejectRow` else.

    The payload is the row as it was spelt, known columns only.
    """
    found, spelt = _known_values(row)
    ids, wire = identifiers(found, SPELLINGS, (), notes)
    if not ids:
        raise NotACall("no-identifier")
    claimed = found.get("occurred_at")
    if not any(name in found for name in _CLOCKS):
        claimed = next((found[name] for name in _CLAIMS if name in found), None)
    return Call(
        identifiers=ids,
        channel=channel_of(found.get("channel")) or "other",
        endpoint=text(found.get("endpoint"), "endpoint") or "",
        event=text(found.get("event"), "event"),
        event_id=text(found.get("event_id"), "event_id"),
        person=label(found.get("person"), "person"),
        observed=label(found.get("observed_profile"), "observed_profile"),
        occurred_at=moment(claimed, notes),
        sent_at=moment(found.get("sent_at"), notes),
        received_at=moment(found.get("received_at"), notes),
        answered_at=moment(found.get("answered_at"), notes),
        answer=_whole(found.get("answer")),
        created=_claim(found.get("created")),
        refused=_claim(found.get("refused")) or False,
        owner=label(found.get("owner"), "owner"),
        reads=_claim(found.get("reads")) or False,
        clears=tuple(name for name in str(found.get("clears") or "").split() if name in KEYS),
        merges=label(found.get("merges"), "merges"),
        origin=origin,
        payload={spelt[name]: value for name, value in found.items() if value not in (None, "")},
        wire={key: (spelt[path[0]],) for key, path in wire.items()},
    )


def _claim(value: object) -> bool | None:
    """Return what a cell claims: yes, no, or None where it claims nothing."""
    claims = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    return claims.get(str(value).strip().lower())


def _whole(value: object) -> int | None:
    """Return the whole number of a cell, None where it holds none."""
    digits = str(value).strip()
    return int(digits) if digits.isdecimal() and len(digits) < _LONG else None


def _known_values(row: Iterable[tuple[str, object]]) -> tuple[dict[str, object], dict[str, str]]:
    found: dict[str, object] = {}
    spelt: dict[str, str] = {}
    for name, value in row:
        column = canonical(name)
        if column is None:
            continue
        if column in found and found[column] not in (None, ""):
            if value not in (None, "") and repr(value) != repr(found[column]):
                raise RejectRow("duplicate-key", column)
            continue
        found[column] = value
        spelt[column] = name
    return found, spelt


class Unknown:
    """The columns that were passed over, to be named once."""

    def __init__(self) -> None:
        """Start with none."""
        self._names: dict[object, None] = {}

    def look(self, names: Iterable[object]) -> None:
        """Take in the names of a header or of a row."""
        for name in names:
            if name not in _KNOWN and canonical(name) is None and len(self._names) < _KEPT:
                self._names.setdefault(name)

    def say(self, notes: Notes) -> None:
        """Name the plain names; a name that may itself be a person's datum is only counted."""
        plain = sorted(str(name) for name in self._names if _PLAIN.fullmatch(str(name)))
        named = plain[:_NAMED]
        others = len(self._names) - len(named)
        if self._names:
            parts = [*named, *([f"{others} more"] if others else [])]
            notes.say(f"columns that were not used: {', '.join(parts)}")
