"""What all records are made of: a line of JSON, and the value of an identifier in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from idgraph.calls import Identifier, Key
from idgraph.inert import json_line

Record = dict[str, Any]


def line(record: Mapping[str, Any]) -> str:
    """Return a record as one line of JSON that no terminal acts on."""
    return json_line(msgspec.json.encode(record).decode())


def value(identifier: Identifier | None) -> object:
    """Return an identifier's value for JSON: a number keeps the digits of its writer."""
    if identifier is None:
        return None
    return msgspec.Raw(identifier.text.encode()) if identifier.number else identifier.text


def values(keys: Mapping[Key, Identifier]) -> dict[Key, object]:
    """Return the values of some identifiers by their keys."""
    return {key: value(identifier) for key, identifier in keys.items()}
