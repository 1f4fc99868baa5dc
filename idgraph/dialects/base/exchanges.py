"""Exchange, one recorded request with its answer; Dialect, what turns it into calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from idgraph.agents import agent
from idgraph.calls import CHANNELS, Call, Channel, Identifier
from idgraph.clocks import Instant
from idgraph.dialects.base.faults import NotACall, Notes, RejectRow, label, moment

_STATUS = re.compile("[0-9]{3}")

Row = Mapping[str, object]
"""An exchange as the native log holds it: `request`, `response` and what else the log knows."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded request and its answer.

    Header names are in lower case. `body` is the object or the text that went over the wire,
    `answer` the body of the response, None where there was none. Clocks are whole microseconds
    since 1970 in UTC. `channel`, `person` and `observed` are what the log itself says, and win
    over anything that the request lets guess. `page` is the address of the page that sent the
    request and `cookies` the cookies that its own host last got (as a Cookie header), "" where the
    log knows neither. Readers count in `notes` what they cannot use.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    status: int | None = None
    answer: object = None
    occurred_at: Instant | None = None
    sent_at: Instant | None = None
    received_at: Instant | None = None
    answered_at: Instant | None = None
    channel: Channel | None = None
    person: str | None = None
    observed: str | None = None
    page: str = ""
    cookies: str = ""
    origin: str = ""
    notes: Notes = field(default_factory=Notes, compare=False, repr=False)

    def call(self, identifiers: tuple[Identifier, ...], endpoint: str, channel: Channel) -> Call:
        """Return a call with what the exchange says of it; `channel` where the log names none.

        What a dialect knows besides (event, payload, answer) goes on it by `dataclasses.replace`.
        """
        return Call(
            identifiers=identifiers,
            channel=self.channel or channel,
            endpoint=endpoint,
            person=self.person,
            observed=self.observed,
            occurred_at=self.occurred_at,
            sent_at=self.sent_at,
            received_at=self.received_at,
            answered_at=self.answered_at,
            answer=self.status,
            agent=agent(self.headers.get("user-agent", "")),
            origin=self.origin,
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """A row of an exchange log and what it must be read to.

    `expect` holds one {key or field: value} a call, in order; `not_a_call` is the reason where the
    row is none. All values are made up.
    """

    title: str
    row: Row
    expect: tuple[Mapping[str, object], ...] = ()
    not_a_call: str | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one generation of a platform's API speaks.

    `claims` says whether a request is one of its own, from method and address alone, and never
    raises. `calls` returns at least one call, or raises `NotACall` or `RejectRow`. `hosts` are the
    platform's own hosts, each with all below it: a browser's log is read for these alone.
    `believed` tells what the sender believed besides, for calls of any dialect; it never raises.
    """

    name: str
    title: str
    era: str
    claims: Callable[[Exchange], bool]
    calls: Callable[[Exchange], tuple[Call, ...]]
    samples: tuple[Sample, ...]
    hosts: tuple[str, ...] = ()
    believed: Callable[[Exchange], Mapping[str, Identifier]] | None = None


def exchange_from(row: object, origin: str, notes: Notes) -> Exchange:
    """Return the exchange that a row of the native log holds; `NotACall` or `RejectRow` else."""
    if not isinstance(row, dict):
        raise RejectRow("bad-row")
    request = row.get("request")
    if request is None:
        raise NotACall("no-request")
    if not isinstance(request, dict):
        raise RejectRow("bad-request")
    body, url = request.get("body"), request.get("url")
    method = request.get("method", "GET" if body is None else "POST")
    if not isinstance(url, str) or not isinstance(method, str):
        raise RejectRow("bad-request")
    response = row.get("response")
    answer: Mapping[str, object] = response if isinstance(response, dict) else {}
    return Exchange(
        method=method.upper(),
        url=url,
        headers=headers_of(request.get("headers")),
        body=body,
        status=_status(answer.get("status")),
        answer=answer.get("body"),
        occurred_at=moment(row.get("occurred_at"), notes),
        sent_at=moment(row.get("sent_at"), notes),
        received_at=moment(row.get("received_at"), notes),
        answered_at=moment(row.get("answered_at"), notes),
        channel=channel_of(row.get("channel")),
        person=label(row.get("person"), "person"),
        observed=label(row.get("observed_profile"), "observed_profile"),
        origin=origin,
        notes=notes,
    )


def channel_of(value: object) -> Channel | None:
    """Return the channel that a log names; None where it names none; else a `bad-channel`."""
    if value is None or value == "":
        return None
    name = value.strip().lower() if isinstance(value, str) else ""
    if name not in CHANNELS:
        raise RejectRow("bad-channel")
    return name


def headers_of(value: object) -> dict[str, str]:
    """Return headers by name in lower case, given as an object or, as browsers do, a list."""
    if isinstance(value, list):
        pairs = [(h.get("name"), h.get("value")) for h in value if isinstance(h, dict)]
    else:
        pairs = list(value.items()) if isinstance(value, dict) else []
    return {name.lower(): str(found) for name, found in pairs if isinstance(name, str)}


def _status(value: object) -> int | None:
    if isinstance(value, str) and _STATUS.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
