"""What a history can tell and what it cannot: the statement at the end of every reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from idgraph.calls import Channel, History
from idgraph.clocks import Instant, iso


@dataclass(frozen=True, slots=True)
class Coverage:
    """The account of the rows, and what the calls hold.

    `clocks` counts calls by the clock that orders them; `first` and `last` are instants on it, None
    where no call has one. `observed`, `named` and `handles` count calls with an observed profile,
    with a person named by the log, and with an exchange id (`_kx`) as their only identifier.
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
    ties: int
    duplicates: int
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
    reading, moments = history.reading, [call.at for call in history if call.at is not None]
    handles = sum({i.key for i in call.identifiers} == {"_kx"} for call in history)
    return Coverage(
        rows=reading.rows,
        with_calls=reading.with_calls,
        calls=len(history),
        not_calls=dict(sorted(reading.not_calls.items())),
        rejects=dict(sorted(Counter(reject.slug for reject in reading.rejects).items())),
        clocks=history.clocks,
        channels=dict(sorted(Counter(call.channel for call in history).items())),
        first=min(moments, default=None),
        last=max(moments, default=None),
        ties=sum(len(group) for group in history.ties),
        duplicates=sum(len(group) - 1 for group in history.duplicates),
        observed=sum(call.observed is not None for call in history),
        named=sum(call.person is not None for call in history),
        handles=handles,
        unanswerable=tuple(_unanswerable(history, handles)),
    )


def _unanswerable(history: History, handles: int) -> Iterator[str]:
    if not len(history):
        yield "There is no call: nothing can be said of any person."
        return
    claimed = history.clocks.get("occurred_at", 0) + history.clocks.get("row order", 0)
    if claimed:
        yield (
            f"In which order calls arrived: {claimed} of {len(history)} have no clock of the "
            "request, so the sender's claim or the order of rows stands in. Record sent_at or "
            "received_at."
        )
    if not any(call.observed for call in history):
        yield (
            "What the platform really did: no call has an observed profile, so a split that the "
            "rules do not explain cannot be seen. Add observed_profile, or an export of events."
        )
    if handles:
        yield (
            f"Whose calls are those that carry an exchange id (_kx) alone, {handles} in number: "
            "nothing in them tells. Record the identify call of the same browser, or the page "
            "address."
        )
    if not any(call.person for call in history):
        yield (
            "Whether two people who share no identifier are one: no call names its person. Add a "
            "person column where you know it."
        )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
