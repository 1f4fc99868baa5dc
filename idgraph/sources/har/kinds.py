"""Why an entry of a HAR is no call: what kind of file it fetched, or from whose host."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)", re.IGNORECASE)
_HERE = re.compile(r"localhost|127\.\d+\.\d+\.\d+|\[::1\]")
_TYPES = {
    "document": "document",
    "font": "font",
    "image": "image",
    "media": "media",
    "preflight": "preflight",
    "script": "script",
    "stylesheet": "style",
}
"""What Chromium calls a kind of resource (`_resourceType`)."""
_MIMES = (
    (re.compile("image/"), "image"),
    (re.compile(r"font/|application/(?:x-)?(?:font|vnd\.ms-fontobject)"), "font"),
    (re.compile(r"(?:text|application)/(?:x-)?(?:java|ecma)script"), "script"),
    (re.compile("text/css"), "style"),
    (re.compile("text/html|application/xhtml"), "document"),
    (re.compile("(?:audio|video)/"), "media"),
)
_ENDING = re.compile(
    r"[^?#]*\.(?:(?P<image>png|jpe?g|gif|webp|avif|svg|ico|bmp)|(?P<font>woff2?|ttf|otf|eot)"
    r"|(?P<script>m?js)|(?P<style>css)|(?P<media>mp4|webm|mp3|m4a|ogg|wav))(?:[?#]|$)",
    re.IGNORECASE,
)


def host_of(url: str) -> str:
    """Return the host in an address, in lower case and without its port; "" where it has none."""
    found = _HOST.match(url)
    return found[1].lower() if found else ""


def is_own_host(host: str, hosts: Iterable[str]) -> bool:
    """Say whether a host is the platform's, or this machine, where a recorder stands in for it.

    Shops have an `/api/track` of their own: a path alone does not make a call in a browser's log.
    """
    here = _HERE.fullmatch(host) is not None
    return here or any(host == own or host.endswith(f".{own}") for own in hosts)


def kind_of(entry: Mapping[str, Any], url: str) -> str | None:
    """Return what an entry fetched (a reason of the closed list); None for data of any kind."""
    named = entry.get("_resourceType")
    if isinstance(named, str) and named.lower() in _TYPES:
        return _TYPES[named.lower()]
    response = entry.get("response")
    content = response.get("content") if isinstance(response, dict) else None
    mime = content.get("mimeType") if isinstance(content, dict) else None
    by_mime = (kind for pattern, kind in _MIMES if isinstance(mime, str) and pattern.match(mime))
    ending = _ENDING.match(url)
    return next(by_mime, None) or (ending.lastgroup if ending else None)


def reason_of(entry: Mapping[str, Any], url: str, *, own: bool) -> str:
    """Return why an entry that no dialect reads is no call."""
    return kind_of(entry, url) or ("not-an-identity-request" if own else "other-host")
