"""HAR, the network log of a browser or a recording proxy: the calls among all its requests.

Written after the HAR 1.2 specification and what Chromium, Firefox, Playwright and mitmproxy export;
fields that nobody knows are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from idgraph.calls import Call, Reject
from idgraph.dialects.base import NotACall, Notes, RejectRow
from idgraph.sources.base import Input, Outcome, Source, calls_of, dialect_of, outcome_of, own_hosts
from idgraph.sources.har.entries import har_entries
from idgraph.sources.har.exchanges import bare_exchange, whole_exchange
from idgraph.sources.har.kinds import host_of, is_own_host, reason_of
from idgraph.sources.har.pages import Pages
from idgraph.sources.har.sample import EXPECT, SAMPLE

_OPENING = re.compile(rb'\s*\{\s*"log"\s*:\s*\{')


def sniff(head: bytes, _: str) -> bool:
    """Take an object that opens with a `log` that is an object; in a container's log it is text."""
    return _OPENING.match(head) is not None


def read(source: Input, notes: Notes) -> Iterator[Outcome]:
    """Return what each entry comes to; its origin is `file:line#number`, the number from 1."""
    pages: Pages | None = None
    hosts = own_hosts()
    for origin, entry, listed in har_entries(source):
        pages = pages or Pages(listed)
        if isinstance(entry, Reject):
            yield entry
        else:
            yield outcome_of(lambda: _calls(entry, origin, notes, pages, hosts), origin)  # noqa: B023


def _calls(
    entry: Any, origin: str, notes: Notes, pages: Pages, hosts: tuple[str, ...]
) -> tuple[Call, ...]:
    if not isinstance(entry, dict):
        raise RejectRow("bad-row")
    bare = bare_exchange(entry, origin, notes)
    pages.see(entry, bare)
    if bare.method == "OPTIONS":
        raise NotACall("preflight")
    claimed = dialect_of(bare) is not None
    own = is_own_host(host_of(bare.url), hosts)
    if not (claimed and own):
        if claimed:
            notes.count("elsewhere")
        raise NotACall(reason_of(entry, bare.url, own=own))
    exchange = whole_exchange(entry, bare)
    page, cookies = pages.of(entry, bare)
    found = calls_of(replace(exchange, page=page, cookies=cookies))
    agent = exchange.headers.get("user-agent", "")
    return tuple(_in_browser(call) if _browses(agent) else call for call in found)


def _browses(agent: str) -> bool:
    """Say whether a request came from a browser: a proxy also records the senders of a server."""
    return not agent or agent.startswith("Mozilla")


def _in_browser(call: Call) -> Call:
    return call if call.channel in ("form", "mobile") else replace(call, channel="browser")


SOURCE = Source(
    name="har",
    title="HAR (network log of a browser or of mitmproxy)",
    says="The calls among all requests, with what cookie and page address the browser held.",
    sniff=sniff,
    read=read,
    sample=SAMPLE,
    expect=EXPECT,
)
