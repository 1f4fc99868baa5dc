"""What a recording never writes: keys, passwords, tokens and cookies, masked before they are kept.

Nothing else is touched: a text without a secret comes back letter for letter.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import quote, unquote_plus

MASK = "[masked]"
KEPT_COOKIE = "__kla_id"
"""The cookie in which the platform's script keeps who the visitor is: evidence, and no secret."""

_DEEP = 4
_NAMES = (
    "access[_-]?token|api[_-]?key|authorization|card_number|client_secret|code_verifier|cvv"
    "|id[_-]?token|passw(?:or)?d|private[_-]?key|refresh[_-]?token|secret|sessionid"
)
_KEY = re.compile(r"pk_[0-9A-Za-z_]{16,}")
"""A private key is `pk_` and 34 characters (by the rule of secret scanners); shorter ones count."""
_MEMBER = re.compile(
    rf'("(?:{_NAMES})"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*)', re.IGNORECASE | re.DOTALL
)
_INNER_MEMBER = re.compile(rf'((?<!\\)\\++"(?:{_NAMES})\\++"\s*:\s*\\++")[^"\\]*', re.IGNORECASE)
_FIELD = re.compile(rf"((?:^|[?&;])(?:{_NAMES})=)[^&;#\s\"'<>\\]+", re.IGNORECASE)
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_VALUE = re.compile(r"(?<==)[^&;#\s\"'<>\\]+")
_SECRET_HEADER = re.compile(rf"{_NAMES}|token|session|^cookie2?$|^set-cookie", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z-]* ")


def mask_text(text: str, depth: int = _DEEP) -> str:
    """Return a body or an address without its secrets; JSON stays JSON, a form stays a form.

    Looks into values that are percent-encoded or base64, and writes such a value anew only where
    there was a secret in it.

    >>> mask_text("/api/v2/list/LIST/members?api_key=made-up&page=2")
    '/api/v2/list/LIST/members?api_key=[masked]&page=2'
    """
    masked = _KEY.sub(MASK, text)
    masked = _MEMBER.sub(rf'\1"{MASK}"', masked)
    masked = _INNER_MEMBER.sub(rf"\g<1>{MASK}", masked)
    masked = _FIELD.sub(rf"\g<1>{MASK}", masked)
    if depth == 0:
        return masked
    masked = _VALUE.sub(lambda found: _mask_quoted(found[0], depth), masked)
    return _PACKED.sub(lambda found: _mask_packed(found[0], depth), masked)


def mask_bytes(raw: bytes) -> bytes:
    """Return bytes that are no text without the private keys in them."""
    return _KEY.sub(MASK, raw.decode("latin-1")).encode("latin-1")


def mask_header(name: str, value: str) -> str:
    """Return the value of a header without its secrets.

    Of an `Authorization` its scheme stays, of cookies their names, and `__kla_id` whole.
    """
    known = name.lower()
    if known in ("authorization", "proxy-authorization"):
        scheme = _SCHEME.match(value)
        return f"{scheme[0] if scheme else ''}{MASK}"
    if known == "cookie":
        return "; ".join(_mask_cookie(one.strip()) for one in value.split(";"))
    return MASK if _SECRET_HEADER.search(known) else mask_text(value)


def _mask_cookie(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    if name.strip() == KEPT_COOKIE:
        return pair
    return f"{name}={MASK}" if equals else MASK


def _mask_quoted(value: str, depth: int) -> str:
    """Mask inside a percent-encoded value of a form or a query."""
    if "%" not in value:
        return value
    plain = unquote_plus(value)
    masked = mask_text(plain, depth - 1)
    return value if masked == plain else quote(masked, safe="")


def _mask_packed(run: str, depth: int) -> str:
    """Mask inside base64, standard or URL-safe, padded or not, and pack it in the same way."""
    letters = run.rstrip("=")
    altchars = b"-_" if "-" in letters or "_" in letters else b"+/"
    try:
        raw = base64.b64decode(letters + "=" * (-len(letters) % 4), altchars, validate=True)
        plain = raw.decode("utf-8")
    except (binascii.Error, ValueError):
        return run
    masked = mask_text(plain, depth - 1)
    if masked == plain:
        return run
    packed = base64.b64encode(masked.encode("utf-8"), altchars).decode("ascii")
    return packed if run.endswith("=") or len(letters) % 4 == 0 else packed.rstrip("=")
