"""Export, one format of what the platform hands out: how it is recognised and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from idgraph.calls import Reject
from idgraph.dialects.base import Notes, RejectRow
from idgraph.errors import CatalogueError
from idgraph.exports.base.records import Seen
from idgraph.sources.base import Input

NOT_USED = {
    "error-answer": "the row is the error answer of an API",
    "no-identifier": "the profile has neither an id nor an identifier",
    "no-merge": "the merge lacks the id of its source or of its destination",
    "no-profile-id": "the event does not say on which profile it is",
    "other-resource": "the resource is none of an event, a profile or a metric",
}
"""Why a row of an export that could be read shows nothing."""

Outcome = tuple[Seen, ...] | str | Reject
"""What a row became: what it shows (at least one record), a reason why nothing, or a reject."""


class NotUsed(Exception):  # noqa: N818 - no error: a row that is read and put aside
    """A row that could be read and shows nothing; `reason` is a key of `NOT_USED`."""

    def __init__(self, reason: str) -> None:
        """Take a reason of the closed list."""
        super().__init__(reason)
        if reason not in NOT_USED:
            raise CatalogueError(f"the reason {reason!r} is in no closed list", where=__name__)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Export:
    """One format.

    `looks` names it inside a sentence, `says` is a sentence for the catalogue. `sniff` gets the
    first 64 KiB, unpacked and as UTF-8, and the file's name, and never raises; at most one export
    may take a given head. `read` gives one outcome for each row, in order. `sample` reads to the
    records of `expect`, one {field: value} each.
    """

    name: str
    title: str
    looks: str
    says: str
    sniff: Callable[[bytes, str], bool]
    read: Callable[[Input, Notes], Iterator[Outcome]]
    sample: bytes
    expect: tuple[Mapping[str, object], ...]


def outcome_of(make: Callable[[], tuple[Seen, ...]], origin: str) -> Outcome:
    """Return what reading one row comes to."""
    try:
        return make()
    except NotUsed as aside:
        return aside.reason
    except RejectRow as fault:
        return Reject(origin, fault.slug, fault.reason)
