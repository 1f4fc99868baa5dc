"""What a browser had open when it sent a request: the page, and the cookies of the page's host.

A call goes to the platform's host, which gets neither the shop's cookies nor, as browsers cut the
Referer down to the host, the page's address. Both stand in the entries around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from idgraph.clocks import Instant, instant
from idgraph.dialects.base import Exchange
from idgraph.sources.har.kinds import host_of, kind_of


class Pages:
    """Remembers pages and cookies while the entries go by, in their order."""

    def __init__(self, listed: Iterable[object]) -> None:
        """Start with the pages that the file lists: Chromium gives each its address as title."""
        self._titles: dict[str, str] = {}
        self._starts: list[tuple[Instant, str]] = []
        self._documents: dict[tuple[str, str], str] = {}
        self._cookies: dict[str, str] = {}
        for page in listed:
            if not isinstance(page, dict) or not isinstance(page.get("id"), str):
                continue
            title = page.get("title")
            if isinstance(title, str) and host_of(title):
                self._titles[page["id"]] = title
            started = instant(page.get("startedDateTime"))
            if started is not None:
                self._starts.append((started, page["id"]))
        self._starts.sort(key=itemgetter(0))

    def see(self, entry: Mapping[str, Any], exchange: Exchange) -> None:
        """Take in a document and the cookies that its host got."""
        host = host_of(exchange.url)
        cookies = exchange.headers.get("cookie") or _listed_cookies(entry)
        if cookies:
            self._cookies[host] = cookies
        if exchange.method == "GET" and kind_of(entry, exchange.url) == "document":
            page = self._page(entry)
            self._documents[page, host] = exchange.url
            self._documents[page, ""] = exchange.url

    def of(self, entry: Mapping[str, Any], exchange: Exchange) -> tuple[str, str]:
        """Return the address of the page that sent a request, and its host's cookies; "" for none.

        The address is that of the page's last document from the host which the request names as
        its origin, since frames of other hosts have documents too.
        """
        page = self._page(entry)
        headers = exchange.headers
        host = host_of(headers.get("origin", "")) or host_of(headers.get("referer", ""))
        title = self._titles.get(page, "")
        if host and host_of(title) != host:
            title = ""
        address = self._documents.get((page, host)) or title
        return address, self._cookies.get(host or host_of(address), "")

    def _page(self, entry: Mapping[str, Any]) -> str:
        """Return the id of an entry's page: the one it names, else the last one begun before it."""
        named = entry.get("pageref")
        if isinstance(named, str):
            return named
        started = instant(entry.get("startedDateTime")) if self._starts else None
        if started is None:
            return ""
        return next((page for at, page in reversed(self._starts) if at <= started), "")


def _listed_cookies(entry: Mapping[str, Any]) -> str:
    cookies = entry["request"].get("cookies")
    pairs = [one for one in cookies if isinstance(one, dict)] if isinstance(cookies, list) else []
    return "; ".join(f"{one.get('name')}={one.get('value')}" for one in pairs)
