"""Trees that repeat are written once: the pages of a stepper are much alike."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

_WORTH = 48
"""Characters from which on a place for a tree is shorter than the tree."""


def shared(data: Any) -> tuple[Any, list[Any]]:
    """Return data with a place for each list that comes again, and the lists of those places.

    A place is `{"": n}`, which no attributes of ours are; lists of places may hold places.

    >>> shared([["p", {"class": "a long name of a class"}, "words"]] * 2)
    ([{'': 0}, {'': 0}], [['p', {'class': 'a long name of a class'}, 'words']])
    """
    counts: Counter[str] = Counter()
    _count(data, counts)
    again = {text for text, times in counts.items() if times > 1 and len(text) >= _WORTH}
    places: dict[str, int] = {}
    lists: list[Any] = []
    return _put(data, again, places, lists), lists


def _count(node: Any, counts: Counter[str]) -> None:
    for child in _children(node):
        _count(child, counts)
    if isinstance(node, list):
        counts[_text(node)] += 1


def _put(node: Any, again: set[str], places: dict[str, int], lists: list[Any]) -> Any:
    if isinstance(node, dict):
        return {name: _put(child, again, places, lists) for name, child in node.items()}
    if not isinstance(node, list):
        return node
    text = _text(node)
    if text not in again:
        return [_put(child, again, places, lists) for child in node]
    if text not in places:
        made = [_put(child, again, places, lists) for child in node]
        places[text] = len(lists)
        lists.append(made)
    return {"": places[text]}


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _text(node: list[Any]) -> str:
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))
