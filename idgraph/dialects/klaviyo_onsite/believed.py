"""What the browser believed when it sent a call: its identity cookie, and its page's address.

The script takes an identity from its cookie `__kla_id` and from the first of `_kx`, `_ke` and
`utm_email` in the address (the script as served in 2026). All that stand there are kept here: they
are evidence, and no part of the call.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from idgraph.calls import Identifier, Key
from idgraph.dialects.base import (
    Exchange,
    Notes,
    RejectRow,
    data_object,
    decode,
    form_texts,
    identifier,
)
from idgraph.dialects.base.klaviyo import SPELLINGS

_COOKIE = re.compile(r"(?:^|[;\s])__kla_id=([^;]*)")
_IN_COOKIE: tuple[tuple[str, Key], ...] = (*SPELLINGS, ("cid", "anonymous_id"))
_IN_LINK: tuple[tuple[str, Key], ...] = (("kl_email", "email"), ("kl_phone_number", "phone_number"))
_ADDRESS = re.compile(r"https?://[^/?#]+/?(?P<rest>[^#]*)", re.IGNORECASE)


def believed(exchange: Exchange) -> Mapping[str, Identifier]:
    """Return what cookie and page said, as `cookie $email`, `page _kx`; empty without either.

    A cookie that came with the request itself counts before one that the page's host last got. A
    Referer counts before the page's own address, unless it was cut down to the host, as browsers
    do for requests to other hosts.
    """
    headers = exchange.headers
    referer = headers.get("referer", "")
    found: dict[str, Identifier] = {}
    if "cookie" in headers or exchange.cookies:
        cookie = _COOKIE.search(headers.get("cookie", "")) or _COOKIE.search(exchange.cookies)
        if cookie:
            found |= _of_cookie(cookie[1], exchange.notes)
    if referer or exchange.page:
        address = _ADDRESS.match(referer)
        whole = address is not None and address["rest"] != ""
        found |= _of_page(referer if whole else exchange.page or referer, exchange.notes)
    return found


def _of_cookie(value: str, notes: Notes) -> dict[str, Identifier]:
    bare = value.strip().replace("%22", '"').strip('"')
    if not bare:
        return {}  # a cookie that was deleted
    try:
        holder = data_object(bare)
    except RejectRow:
        notes.count("bad-cookie")
        return {}
    return _named("cookie", holder, _IN_COOKIE, notes)


def _of_page(address: str, notes: Notes) -> dict[str, Identifier]:
    query = address.partition("#")[0].partition("?")[2]
    if "_k" not in query and "utm_email" not in query:
        return {}
    fields = form_texts(query)
    found = _named("page", fields, (("_kx", "_kx"), ("utm_email", "email")), notes)
    packed = fields.get("_ke")
    if isinstance(packed, str) and packed:
        found |= _of_link(packed, notes)
    return found


def _of_link(packed: str, notes: Notes) -> dict[str, Identifier]:
    """Read `_ke`: the base64 of an address, or of an object with an address and a phone number."""
    letters = packed.replace(" ", "+").rstrip("=").replace("-", "+").replace("_", "/")
    try:
        plain = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True).decode()
        if not plain.startswith("{"):
            return _named("page", {"_ke": plain}, (("_ke", "email"),), notes)
        holder = decode(plain)
    except (binascii.Error, ValueError, RejectRow):
        notes.count("bad-link")
        return {}
    return _named("page", holder, _IN_LINK, notes)


def _named(
    where: str, holder: Mapping[str, object], names: tuple[tuple[str, Key], ...], notes: Notes
) -> dict[str, Identifier]:
    found: dict[str, Identifier] = {}
    for name, key in names:
        try:
            one = identifier(key, holder.get(name))
        except RejectRow:
            notes.count("bad-cookie" if where == "cookie" else "bad-link")
        else:
            if one is not None:
                found[f"{where} {name}"] = one
    return found
