"""Values deep inside a row, found by path: names of objects and places in lists."""

from __future__ import annotations

import re
from typing import Any

from idgraph.dialects.base import decode

Path = tuple[str, ...]
"""Names from the row down to a value; in a list a name is the 0-based place, as in RFC 6901."""

_PLACE = re.compile(r"0|[1-9][0-9]{0,8}")


def reached(row: object, path: Path) -> tuple[Any, ...]:
    """Return the one value to which a path leads, or nothing where it leads nowhere.

    A text that holds a JSON object or list is looked into where the path goes on: logs keep bodies
    so. `RejectRow` where such a text is no JSON.

    >>> reached({"user": [{"mail": "b@example.com"}]}, ("user", "0", "mail"))
    ('b@example.com',)
    >>> reached({"user": None}, ("user", "mail"))
    ()
    """
    value: Any = row
    for name in path:
        if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
            value = decode(value)
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and _PLACE.fullmatch(name) and int(name) < len(value):
            value = value[int(name)]
        else:
            return ()
    return (value,)
