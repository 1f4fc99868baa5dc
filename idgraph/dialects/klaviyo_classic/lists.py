"""The v2 list calls: each profile that they name is a call, and an answer may say who it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from idgraph.calls import Call, Identifier
from idgraph.dialects.base import Exchange, NotACall, RejectRow, decode, identifiers

SUBSCRIBE = "list/subscribe"
_SPELLINGS = (
    ("$email", "email"),
    ("email", "email"),
    ("$phone_number", "phone_number"),
    ("phone_number", "phone_number"),
)
"""The v2 list calls document an email and a phone number, and no id."""
_IDS = ("$id", "id", "external_id")


def list_calls(exchange: Exchange, endpoint: str, payload: dict[str, Any]) -> tuple[Call, ...]:
    """Return a call for each profile of the list; its payload is that profile's own object."""
    profiles = payload.get("profiles")
    if isinstance(profiles, dict):
        profiles = [profiles]
    if not isinstance(profiles, list):
        raise RejectRow("bad-payload", "profiles")
    found = list(_list_profiles(exchange, profiles))
    if not found:
        raise NotACall("no-identifier")
    observed = _observed([ids for ids, _, _ in found], exchange.answer)
    return tuple(
        replace(
            exchange.call(ids, endpoint, "form" if endpoint == SUBSCRIBE else "server"),
            observed=exchange.observed or seen,
            payload=profile,
            wire=wire,
        )
        for (ids, wire, profile), seen in zip(found, observed, strict=True)
    )


_Found = tuple[tuple[Identifier, ...], dict[str, tuple[str, ...]], dict[str, Any]]


def _list_profiles(exchange: Exchange, profiles: list[Any]) -> Iterator[_Found]:
    for profile in profiles:
        if not isinstance(profile, dict):
            raise RejectRow("bad-payload", "a profile of the list")
        if any(profile.get(name) not in (None, "") for name in _IDS):
            exchange.notes.count("list-id")
        ids, wire = identifiers(profile, _SPELLINGS, (), exchange.notes)
        if ids:
            yield ids, wire, profile


def _observed(sent: list[tuple[Identifier, ...]], answer: object) -> list[str | None]:
    """Return the profile id that the answer gives to each profile that was sent, None if none.

    An answer holds the identifiers of each profile. Only equal ones count, since `Betty@` and
    `betty@` may be two profiles; one in another spelling counts at its own place alone, and only
    where both lists are equally long.
    """
    if isinstance(answer, str) and answer.lstrip().startswith("["):
        try:
            answer = decode(answer)
        except RejectRow:
            return [None] * len(sent)
    given = answer if isinstance(answer, list) else []
    entries: list[Mapping[str, Any]] = [entry for entry in given if _names_profile(entry)]
    placed = len(entries) == len(sent)
    by_identifier: dict[tuple[str, str], set[str]] = {}
    for entry in entries:
        for key in ("email", "phone_number"):
            if isinstance(entry.get(key), str) and entry[key]:
                by_identifier.setdefault((key, entry[key]), set()).add(entry["id"])
    return [
        _only(by_identifier, ids) or (_in_place(ids, entries[place]) if placed else None)
        for place, ids in enumerate(sent)
    ]


def _names_profile(entry: object) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("id"), str) and bool(entry["id"])


def _only(
    by_identifier: Mapping[tuple[str, str], set[str]], ids: tuple[Identifier, ...]
) -> str | None:
    profiles = set().union(*(by_identifier.get((i.key, i.text), set()) for i in ids))
    return profiles.pop() if len(profiles) == 1 else None


def _in_place(ids: tuple[Identifier, ...], entry: Mapping[str, Any]) -> str | None:
    keys = {key for key in ("email", "phone_number") if entry.get(key)}
    if keys != {i.key for i in ids}:
        return None
    same = all(_loose(i.key, i.text) == _loose(i.key, str(entry[i.key])) for i in ids)
    return str(entry["id"]) if same else None


def _loose(key: str, value: str) -> str:
    return re.sub(r"\D", "", value) if key == "phone_number" else value.strip().casefold()
