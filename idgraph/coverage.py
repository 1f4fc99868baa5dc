"""What a history can tell and what it cannot: the statement at the end of every reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from idgraph.calls import Call, Channel, History, Reading
from idgraph.clocks import CLOCKS, Instant, iso
from idgraph.sources import scan
from idgraph.sources.base import Source

_ORDERS = (*CLOCKS, "row order")


@dataclass(frozen=True, slots=True)
class Coverage:
    """The account of the rows, and what the calls hold.

    `clocks` counts calls by the clock that orders them; `first` and `last` are instants on it, None
    where no call has one. `observed`, `named` and `handles` count calls with an observed profile,
    with a person named by the log, and with an exchange id (`_kx`) as their only identifier.
    `ties` and `duplicates` are None where the calls were not held together to be compared.
    `unanswerable` are sentences: the questions that these data leave open, and what to record.
    """

    rows: int
    with_calls: int
    calls: int
    not_calls: Mapping[str, int]
    rejects: Mapping[str, int]
    clocks: Mapping[str, int]
    channels: Mapping[Channel, int]
    first: Instant | None
    last: Instant | None
    ties: int | None
    duplicates: int | None
    observed: int
    named: int
    handles: int
    unanswerable: tuple[str, ...]

    def sentences(self) -> Iterator[str]:
        """Say it for people, a sentence a line."""
        for reason, count in self.not_calls.items():
            yield f"not a call, {reason}: {count}"
        for slug, count in self.rejects.items():
            yield f"rejected, {slug}: {count}"
        if not self.calls:
            return
        yield f"channels: {_listed(self.channels)}"
        yield f"ordered by: {_listed(self.clocks)}"
        if self.first is not None:
            yield f"from {iso(self.first)} to {iso(self.last)}"
        share = f"{self.observed} of {self.calls} calls ({self.observed / self.calls:.0%})"
        yield f"with an observed profile: {share}"
        if self.ties:
            yield f"sharing an instant with another call: {self.ties}; row order is their order"
        if self.duplicates:
            yield f"delivering an event again that another call delivered: {self.duplicates}"


def cover(history: History) -> Coverage:
    """Return what a history covers, and which questions it cannot answer."""
    count = _Count()
    for call in history:
        count.add(call)
    ties = sum(len(group) for group in history.ties)
    duplicates = sum(len(group) - 1 for group in history.duplicates)
    return count.coverage(history.reading, ties, duplicates)


def survey(
    source: object,
    *more: object,
    format: str | Source | None = None,  # noqa: A002 - the word of the command line
    progress: bool = True,
) -> tuple[Coverage, Reading]:
    """Return what a log of any size covers, and the account of its rows, in flat memory.

    No call is kept: ties and duplicates are not counted. Else as `sources.read`.
    """
    count = _Count()
    reading = scan(source, *more, take=count.add, format=format, progress=progress)
    return count.coverage(reading, None, None), reading


class _Count:
    """What the calls hold, counted one by one."""

    def __init__(self) -> None:
        self.calls = self.observed = self.named = self.handles = 0
        self.clocks: Counter[str] = Counter()
        self.channels: Counter[Channel] = Counter()
        self.first: Instant | None = None
        self.last: Instant | None = None

    def add(self, call: Call) -> None:
        self.calls += 1
        self.observed += call.observed is not None
        self.named += call.person is not None
        self.handles += {identifier.key for identifier in call.identifiers} == {"_kx"}
        self.clocks[call.clock or "row order"] += 1
        self.channels[call.channel] += 1
        at = call.at
        if at is not None:
            self.first = at if self.first is None else min(self.first, at)
            self.last = at if self.last is None else max(self.last, at)

    def coverage(self, reading: Reading, ties: int | None, duplicates: int | None) -> Coverage:
        rejects = Counter(reject.slug for reject in reading.rejects)
        return Coverage(
            rows=reading.rows,
            with_calls=reading.with_calls,
            calls=self.calls,
            not_calls=dict(sorted(reading.not_calls.items())),
            rejects=dict(sorted(rejects.items())),
            clocks={name: self.clocks[name] for name in _ORDERS if name in self.clocks},
            channels=dict(sorted(self.channels.items())),
            first=self.first,
            last=self.last,
            ties=ties,
            duplicates=duplicates,
            observed=self.observed,
            named=self.named,
            handles=self.handles,
            unanswerable=tuple(self._unanswerable()),
        )

    def _unanswerable(self) -> Iterator[str]:
        if not self.calls:
            yield "There is no call: nothing can be said of any person."
            return
        claimed = self.clocks["occurred_at"] + self.clocks["row order"]
        if claimed:
            yield (
                f"In which order calls arrived: {claimed} of {self.calls} have no clock of the "
                "request, so the sender's claim or the order of rows stands in. Record sent_at or "
                "received_at."
            )
        if not self.observed:
            yield (
                "What the platform really did: no call has an observed profile, so a split that "
                "the rules do not explain cannot be seen. Add observed_profile, or join an export "
                "of events with --observe."
            )
        if self.handles:
            yield (
                f"Whose calls are those that carry an exchange id (_kx) alone, {self.handles} in "
                "number: nothing in them tells. Record the identify call of the same browser, or "
                "the page address."
            )
        if not self.named:
            yield (
                "Whether two people who share no identifier are one: no call names its person. "
                "Add a person column where you know it."
            )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
