"""What redaction did, counted: values mapped by kind, places emptied by reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from idgraph.redaction.times import NONE, ORDER, STAY, WEEKS

MAPPED, DROPPED, SHIFTED, KEPT = "mapped", "dropped", "shifted", "kept"

_KINDS = {
    "external_id": "ids of customers",
    "email": "email addresses",
    "phone_number": "phone numbers",
    "anonymous_id": "ids of browsers and devices",
    "_kx": "exchange ids (_kx)",
    "profile_id": "profile ids",
    "observed": "profile ids",
    "person": "names of persons in the log",
    "event": "event names of your own",
    "event_id": "event ids",
    "property": "property names of your own",
    "company": "public keys",
    "list": "list ids",
    "metric": "metric ids",
    "file": "names of input files",
    "host": "hosts",
    "path": "parts of addresses",
    "page": "ids of pages",
    "ip": "network addresses",
}
_TIMES = {
    WEEKS: (SHIFTED, "all times alike, by whole weeks"),
    ORDER: (SHIFTED, "all times: only their order is left"),
    STAY: (KEPT, "all times, as they were"),
}
PSEUDONYMOUS = (
    "This is pseudonymous data in the words of GDPR Art. 4(5), not anonymous data: {} and counts "
    "are kept, so that whoever holds the vendor's own log can join the two."
)
_INTERVALS = ("weekday and hour of each time (UTC)", "every interval, to the last digit")


def pseudonymous(times: str) -> str:
    """Say what redacted data are, and what of the times is kept in them."""
    return PSEUDONYMOUS.format("order" if times == ORDER else "intervals, order")


class Line(NamedTuple):
    """One line of an account: what became of what, and how many; None where it is not counted."""

    treatment: str
    what: str
    number: int | None


class Account:
    """Counts what redaction did; it knows values while it counts, and tells none of them."""

    def __init__(self) -> None:
        """Start with nothing done."""
        self._mapped: defaultdict[str, set[str]] = defaultdict(set)
        self._dropped: Counter[str] = Counter()

    def __repr__(self) -> str:
        """Say how much was mapped and dropped; never which."""
        return (
            f"<Account: {sum(self.mapped.values())} mapped, {sum(self.dropped.values())} dropped>"
        )

    @property
    def mapped(self) -> dict[str, int]:
        """How many different values have a stand-in, by kind in words."""
        return {kind: len(self._mapped[kind]) for kind in sorted(self._mapped)}

    @property
    def dropped(self) -> dict[str, int]:
        """How many places were emptied, by what stood there."""
        return dict(sorted(self._dropped.items()))

    def map(self, kind: str, text: str) -> None:
        """Count a value that has a stand-in, once."""
        self._mapped[_KINDS.get(kind, kind)].add(text)

    def drop(self, what: str, number: int = 1) -> None:
        """Count places that are emptied."""
        self._dropped[what] += number

    def add(self, other: Account) -> None:
        """Take over what another account counted."""
        for kind, texts in other._mapped.items():
            self._mapped[kind] |= texts
        self._dropped += other._dropped

    def lines(self, times: str, *, hosts: bool = True) -> Iterator[Line]:
        """Go through the account; `hosts` says that public mail hosts are kept."""
        yield from (Line(MAPPED, kind, number) for kind, number in self.mapped.items())
        yield from (Line(DROPPED, what, number) for what, number in self.dropped.items())
        if times != NONE:
            yield Line(*_TIMES[times], None)
        if times in (WEEKS, STAY):
            yield from (Line(KEPT, what, None) for what in _INTERVALS)
        yield Line(KEPT, "the vendor's own words, channels, endpoints, statuses", None)
        yield Line(KEPT, "placeholders (null, undefined, guest) and spellings", None)
        if hosts:
            yield Line(KEPT, "public mail hosts (gmail.com) and their mistypings", None)
