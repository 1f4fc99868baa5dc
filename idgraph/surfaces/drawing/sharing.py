"""Trees that repeat are written once: the pages of a stepper are much alike."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

_WORTH = 48
"""Characters from which on a place for a tree is shorter than the tree."""

Kind = int
"""The number of all values that are written alike."""


def shared(data: Any) -> tuple[Any, list[Any]]:
    """Return data with a place for each list that comes again, and the lists of those places.

    A place is `{"": n}`, which no attributes of ours are; lists of places may hold places.

    >>> shared([["p", {"class": "a long name of a class"}, "words"]] * 2)
    ([{'': 0}, {'': 0}], [['p', {'class': 'a long name of a class'}, 'words']])
    """
    kinds = _Kinds()
    whole = kinds.add(data)
    return kinds.put(whole), kinds.lists


class _Kinds:
    """Values by their kind; each is looked at once, so that time grows with their number alone."""

    def __init__(self) -> None:
        self.kinds: dict[Any, Kind] = {}
        self.values: list[Any] = []
        self.lengths: list[int] = []
        self.counts: Counter[Kind] = Counter()
        self.places: dict[Kind, int] = {}
        self.lists: list[Any] = []

    def add(self, node: Any) -> Kind:
        """Note a value with all that it holds, and return its kind."""
        held: Any
        if isinstance(node, list):
            held = tuple(map(self.add, node))
            kind = self._kind((list, held), held, lambda: _sum(self.lengths[one] for one in held))
            self.counts[kind] += 1
            return kind
        if isinstance(node, dict):
            held = {name: self.add(child) for name, child in node.items()}
            key = (dict, tuple(held.items()))
            return self._kind(
                key, held, lambda: _sum(_long(name) + 1 + self.lengths[held[name]] for name in held)
            )
        return self._kind((type(node), node), node, lambda: _long(node))

    def _kind(self, key: Any, value: Any, length: Any) -> Kind:
        found = self.kinds.get(key)
        if found is None:
            found = self.kinds[key] = len(self.values)
            self.values.append(value)
            self.lengths.append(length())
        return found

    def put(self, kind: Kind) -> Any:
        """Return a value of a kind, with places in it."""
        value = self.values[kind]
        if isinstance(value, dict):
            return {name: self.put(child) for name, child in value.items()}
        if not isinstance(value, tuple):
            return value
        if self.counts[kind] == 1 or self.lengths[kind] < _WORTH:
            return [self.put(child) for child in value]
        if kind not in self.places:
            made = [self.put(child) for child in value]
            self.places[kind] = len(self.lists)
            self.lists.append(made)
        return {"": self.places[kind]}


def _sum(lengths: Any) -> int:
    """Characters of what brackets hold, with brackets and commas."""
    every = list(lengths)
    total: int = sum(every) + max(0, len(every) - 1) + 2
    return total


def _long(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False))
