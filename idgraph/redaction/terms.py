"""On which terms a set is redacted: under which key, where its times go, what else is mapped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from idgraph.calls import History
from idgraph.clocks import Instant
from idgraph.redaction.account import Account, Line
from idgraph.redaction.keyfiles import fingerprint
from idgraph.redaction.times import Times, chosen


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one set of histories: what is redacted on them has one account.

    Without a `key` stand-ins are numbered. `times` says where times go (they stay by default);
    with `more` public mail hosts are mapped, too.
    """

    key: bytes | None = field(default=None, repr=False)
    times: Times = field(default_factory=Times)
    more: bool = False
    account: Account = field(default_factory=Account, compare=False)

    @property
    def mark(self) -> str:
        """What a copy says of its key: `key 3fa1`; "" where there is none."""
        return "" if self.key is None else f"key {fingerprint(self.key)}"

    def lines(self) -> tuple[Line, ...]:
        """Return the account of what was redacted on these terms so far."""
        return tuple(self.account.lines(self.times.kind, hosts=not self.more))


def terms_of(
    histories: Iterable[History],
    *,
    instants: Iterable[Instant] = (),
    key: bytes | None = None,
    more: bool = False,
    keep_times: bool = False,
) -> Terms:
    """Return the terms for some histories that are shared together, their times moved alike.

    `instants` are those shared beside them, of calls whose history is not there.
    """
    if keep_times:
        return Terms(key, Times(), more)
    return Terms(key, chosen(histories, instants=instants, key=key, rounded=more), more)
