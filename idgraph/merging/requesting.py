"""Merges as requests to the platform, for somebody else to send: in batches, within its limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from idgraph.errors import UsageError
from idgraph.merging.pairs import MergeGroup, MergePair
from idgraph.requesting import MERGE_PATH, merge_body

BURST, STEADY = 10, 150
"""Merges a second and a minute that the platform takes, for all who use one account's private keys.

The reference of `merge_profiles` says so, seen in copies of revisions 2024-07-15 and 2026-04-15;
look whether it still does.
"""


def requests(groups: Iterable[MergeGroup], batch_size: int) -> tuple[dict[str, Any], ...]:
    """Return the requests of the pairs that are ready; `MergeList.requests` says how."""
    if not 1 <= batch_size <= BURST:
        remedy = f"Give a size of 1 to {BURST}."
        raise UsageError("the platform does not take batches of that size", remedy=remedy)
    return tuple(
        {
            "method": "POST",
            "path": MERGE_PATH,
            "body": merge_body(pair.destination_id, pair.source_id),
            "batch": number,
        }
        for number, pairs in enumerate(_batches(groups, batch_size), 1)
        for pair in pairs
    )


def pacing(batch_size: int = BURST) -> str:
    """Return how fast batches of a size may be sent, in a sentence."""
    return (
        f"Send one batch at a time, and the next {60 * batch_size / STEADY:g} s later: the "
        f"platform takes {BURST} merges a second and {STEADY} a minute, all integrations of the "
        "account together, and answers 429 with `Retry-After` beyond (see its reference of "
        "`merge_profiles`, limits change)."
    )


def _batches(groups: Iterable[MergeGroup], size: int) -> Iterator[list[MergePair]]:
    """Go through the pairs that are ready: the first of each group, then the second, and so on."""
    for turn in zip_longest(*(group.ready for group in groups)):
        pairs = [pair for pair in turn if pair is not None]
        yield from (pairs[start : start + size] for start in range(0, len(pairs), size))
