"""The table of contents of a page: at its side where there is room, folded above it where not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from idgraph.surfaces.drawing import trees
from idgraph.surfaces.drawing.trees import Tree
from idgraph.surfaces.drawing.visible import visible


class Entry(NamedTuple):
    """A line of the contents: its words, the anchor where it leads, the lines under it."""

    name: str
    anchor: str
    under: tuple[Entry, ...] = ()


def contents(entries: Sequence[Entry]) -> Tree:
    """Return the contents as a folding list; without scripts it stands unfolded."""
    summary = trees.element("summary", "", "Contents")
    folded = trees.element("details", "", summary, _items(entries), open="open")
    return trees.element("nav", "contents", folded, aria_label="Contents")


def _items(entries: Sequence[Entry]) -> Tree:
    return trees.element("ul", "", *map(_item, entries))


def _item(entry: Entry) -> Tree:
    link = trees.element("a", "", visible(entry.name), href=f"#{entry.anchor}")
    return trees.element("li", "", link, *([_items(entry.under)] if entry.under else []))


def nested(levels: Sequence[tuple[int, Entry]]) -> list[Entry]:
    """Return headings in order, each with its level, as entries under entries.

    >>> nested([(1, Entry("One", "a")), (3, Entry("Deep", "b")), (1, Entry("Two", "c"))])[0].under
    (Entry(name='Deep', anchor='b', under=()),)
    """
    found: list[Entry] = []
    place = 0
    while place < len(levels):
        level, entry = levels[place]
        end = place + 1
        while end < len(levels) and levels[end][0] > level:
            end += 1
        found.append(entry._replace(under=tuple(nested(levels[place + 1 : end]))))
        place = end
    return found
