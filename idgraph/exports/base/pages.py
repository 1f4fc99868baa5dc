"""Pages of an API: rows of JSON, each a page of elements, or one element by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from idgraph.calls import Reject
from idgraph.dialects.base import REJECTS
from idgraph.exports.base.export import Outcome, outcome_of
from idgraph.exports.base.records import Seen
from idgraph.sources.base import Input, json_rows, names_of

_DATA = re.compile(rb'"data"\s*:\s*(?:\[\s*)?\{')
_LOOKED_AT = 20
_RESOURCE = {"type", "id", "attributes"}

Element = Callable[[dict[str, Any], str], tuple[Seen, ...]]


def element_names(head: bytes) -> set[str]:
    """Return the names of the first object that may be an element, however the head is cut.

    That is the first row itself, or what stands in the `data` of a page; empty where there is none.
    An element of the current API has a `type` and `attributes`, one of the classic API an `object`.
    """
    if head.lstrip()[:1] not in (b"{", b"["):
        return set()
    first = head.replace(b"\n{", b"\n {")  # rows after the first do not tell
    starts = [0, *(found.end() - 1 for found in islice(_DATA.finditer(first), _LOOKED_AT))]
    every = ({path[0] for path in names_of(first[start:])} for start in starts)
    return next((names for names in every if "object" in names or names >= _RESOURCE), set())


def elements_of(
    source: Input, is_element: Callable[[dict[str, Any]], bool], shown: Element
) -> Iterator[Outcome]:
    """Return what each element comes to, by `shown(element, origin)`.

    A row of the input is an element, as `is_element` says, or a page of them in `data`, one or a
    list, and in `included`. The origin of an element of a page is that of the page, a sign and its
    number there: `events.json:1#3`.
    """
    for origin, row in json_rows(source):
        if isinstance(row, Reject):
            yield row
        elif not isinstance(row, dict):
            yield Reject(origin, "bad-row", REJECTS["bad-row"])
        elif is_element(row):
            yield outcome_of(lambda: shown(row, origin), origin)  # noqa: B023
        elif "errors" in row and "data" not in row:
            yield "error-answer"
        else:
            yield from _of_page(row, origin, shown)


def _of_page(page: dict[str, Any], origin: str, shown: Element) -> Iterator[Outcome]:
    data, included = page.get("data"), page.get("included", [])
    elements = [data] if isinstance(data, dict) else data
    if not isinstance(elements, list) or not isinstance(included, list):
        yield Reject(origin, "bad-payload", REJECTS["bad-payload"])
        return
    for number, element in enumerate((*elements, *included), 1):
        place = f"{origin}#{number}"
        if isinstance(element, dict):
            yield outcome_of(lambda: shown(element, place), place)  # noqa: B023
        else:
            yield Reject(place, "bad-row", REJECTS["bad-row"])
