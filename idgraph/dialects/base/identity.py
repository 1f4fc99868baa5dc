"""From values on the wire to identifiers: nothing folded, nothing joined, nothing guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from idgraph.calls import Identifier, Key, in_order
from idgraph.dialects.base.exact_json import Number
from idgraph.dialects.base.faults import Notes, RejectRow


def identifier(key: Key, value: object) -> Identifier | None:
    """Return the identifier that a value on the wire is; None where the sender had none.

    Null, the empty text and `undefined` are absent. A text stays bit for bit; a number keeps its
    JSON type and every digit. True, false, objects and lists are a `bad-identifier`, a text with
    U+FFFD or half a character is `undecodable`: two broken texts would become one person.

    >>> identifier("external_id", 42)
    <Identifier external_id: number of 2 characters>
    """
    if value is None or value in ("", "undefined"):
        return None
    if isinstance(value, str):
        if not value.isascii() and _broken(value):
            raise RejectRow("undecodable", key)
        return Identifier(key, str(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RejectRow("bad-identifier", key)
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN
        raise RejectRow("bad-number", key)
    return Identifier(key, value.text if isinstance(value, Number) else _digits(value), number=True)


def _digits(value: float) -> str:
    try:
        return repr(value)
    except ValueError:  # an integer of more than 4300 digits
        raise RejectRow("bad-number") from None


def _broken(value: str) -> bool:
    return "\ufffd" in value or any("\ud800" <= letter <= "\udfff" for letter in value)


def identifiers(
    holder: Mapping[str, object],
    spellings: Iterable[tuple[str, Key]],
    path: tuple[str, ...],
    notes: Notes,
) -> tuple[tuple[Identifier, ...], dict[Key, tuple[str, ...]]]:
    """Return the identifiers that an object carries, and the path of each key in the payload.

    `spellings` gives (name on the wire, key) in order of trust: where two spellings of a key
    differ the first one wins and a note is counted. `path` leads from the payload to `holder`.
    """
    found: dict[Key, Identifier] = {}
    wire: dict[Key, tuple[str, ...]] = {}
    for name, key in spellings:
        if name not in holder:
            continue
        one = identifier(key, holder[name])
        if one is None:
            continue
        if key not in found:
            found[key] = one
            wire[key] = (*path, name)
        elif found[key] != one:
            notes.count("half-known")
    return in_order(found.values()), wire
