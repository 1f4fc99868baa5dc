"""One payload on its way to its redacted copy: what its names say decides about its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from idgraph.calls import KEYS, Identifier, Key
from idgraph.clocks import instant
from idgraph.redaction.keptwords import (
    AMOUNTS,
    IDENTIFYING,
    OWN_VALUES,
    SECRET_TEXT,
    SECRETS,
    TIMES,
    TYPED_IDS,
    VALUED,
)

if TYPE_CHECKING:
    from idgraph.redaction import Redactor

Path = tuple[str, ...]
Wire = Mapping[Path, Key]

REMOVED = "(secret removed)"
_SHOWN = 3


class Payload:
    """One payload on its way to its redacted copy; keeps where each part of it went."""

    def __init__(self, redactor: Redactor, wire: Wire) -> None:
        self.redactor = redactor
        self.wire = wire
        self.moves: dict[Path, Path] = {(): ()}

    def moved_to(self, path: Path) -> Path:
        """Where a path of the payload leads in the copy; names alone where it leads nowhere."""
        if path in self.moves:
            return self.moves[path]
        return tuple(self.redactor.text("property", name) for name in path)

    def tree(self, tree: Mapping[str, Any], old: Path, new: Path) -> dict[str, Any]:
        """Return an object that stands at a path, for the place where it goes."""
        copy: dict[str, Any] = {}
        for name, value in tree.items():
            shown = self.redactor.text("property", str(name))
            self.moves[*old, str(name)] = (*new, shown)
            kind = self._kind(str(name), tree, old)
            copy[shown] = self._value(value, str(name), kind, (*old, str(name)))
        return copy

    def _kind(self, name: str, tree: Mapping[str, Any], old: Path) -> str:
        if name == "id" and isinstance(tree.get("type"), str):
            return TYPED_IDS.get(tree["type"], "list")
        if name == "name" and "metric" in old:
            return "event"
        return IDENTIFYING.get(name, "")

    def _value(self, value: Any, name: str, kind: str, old: Path) -> Any:
        if name.lower() in SECRETS:
            return self._removed()
        if old in self.wire and not isinstance(value, Mapping | list | tuple | bool):
            return self._stood(value, self.wire[old])
        if isinstance(value, Mapping):
            return self.tree(value, old, self.moves[old])
        if isinstance(value, list | tuple):
            return self._list(value, name, kind, old)
        return self._leaf(value, name, kind)

    def _leaf(self, value: Any, name: str, kind: str) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._text(value, name, kind)
        return self._number(value, name, kind)

    def _list(self, values: list[Any] | tuple[Any, ...], name: str, kind: str, old: Path) -> Any:
        """Keep three elements, and any in which an identifier of the call stands."""
        new, depth = self.moves[old], len(old)
        held = {path[depth] for path in self.wire if len(path) > depth and path[:depth] == old}
        copy: list[Any] = []
        for place, value in enumerate(values):
            if place < _SHOWN or str(place) in held:
                self.moves[*old, str(place)] = (*new, str(len(copy)))
                copy.append(self._value(value, name, kind, (*old, str(place))))
        left = len(values) - len(copy)
        self.redactor.account.drop("elements of long lists", left)
        return [*copy, f"(... {left} more)"] if left else copy

    def _stood(self, value: Any, key: Key) -> Any:
        """The stand-in of a value that the call was read to carry, in the value's own type."""
        number = not isinstance(value, str)
        found = self.redactor.identifier(Identifier(key, written(value), number))
        return found.value if value is not None else None

    def _text(self, text: str, name: str, kind: str) -> str:
        if SECRET_TEXT.search(text):
            return self._removed()
        if kind:
            return self.redactor.text(kind, text)
        if name in VALUED and text in OWN_VALUES:
            return text
        if name in TIMES and instant(text) is not None:
            return text if self.redactor.stays else str(self.redactor.time(text))
        known = self.redactor.known(text)
        return self.dropped(text) if known is None else known

    def dropped(self, text: str) -> str:
        """What stands in place of a free text."""
        self.redactor.account.drop("free texts")
        return f"(text, {len(text)} characters)"

    def _removed(self) -> str:
        self.redactor.account.drop("secrets")
        return REMOVED

    def _number(self, number: Any, name: str, kind: str) -> Any:
        digits = written(number)
        if name in AMOUNTS and self.redactor.known(digits) is None:
            return number
        if name in TIMES:
            return number if self.redactor.stays else self.redactor.time(number)
        if kind in KEYS or (not kind and self.redactor.known(digits) is not None):
            return self.redactor.identifier(
                Identifier(kind or "external_id", digits, number=True)
            ).value
        if kind:
            return self.redactor.text(kind, digits)
        self.redactor.account.drop("numbers")
        return "(number)"


def written(value: Any) -> str:
    """Return a number as it was written, every digit of it."""
    text: str = getattr(value, "text", None) or str(value)
    return text
