"""Disjoint sets: which things are connected, when pairs of them are."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)


class Groups(Generic[Thing]):
    """Disjoint sets of things, with path halving; a thing is in a set of its own until joined."""

    def __init__(self) -> None:
        """Start with no things."""
        self._parents: dict[Thing, Thing] = {}

    def root(self, thing: Thing) -> Thing:
        """Return the thing that stands for the whole set."""
        parents = self._parents
        at = parents.setdefault(thing, thing)
        while parents[at] != at:
            parents[at] = parents[parents[at]]
            at = parents[at]
        return at

    def join(self, things: Sequence[Thing]) -> None:
        """Put all these things, and whatever is connected with them, in one set."""
        for other in things[1:]:
            self._parents[self.root(other)] = self.root(things[0])
