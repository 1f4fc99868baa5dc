"""Which software sent a request, told from its user agent in the words of a closed list."""

from __future__ import annotations

import re

_SDK = re.compile(r"\b(klaviyo-[a-z-]{2,20})/(\d{1,4}(?:\.\d{1,4}){0,2})", re.IGNORECASE)
_LIBRARIES = (
    *("python-requests", "python-urllib", "python-httpx", "aiohttp", "GuzzleHttp", "curl", "Wget"),
    *("okhttp", "Java", "Apache-HttpClient", "axios", "node-fetch", "undici", "Go-http-client"),
    *("Faraday", "Ruby", "RestSharp", "Dart", "Typhoeus", "PostmanRuntime", "CFNetwork"),
)
_LIBRARY = re.compile(
    rf"\b({'|'.join(map(re.escape, _LIBRARIES))})(?:/v?(\d{{1,4}}(?:\.\d{{1,4}})?))?", re.IGNORECASE
)
_BROWSERS = (
    ("Instagram app", re.compile(r"\bInstagram ?(\d{1,4})?")),
    ("Facebook app", re.compile(r"\bFB(?:AN|AV)/?(\d{1,4})?")),
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/(\d{1,4})")),
    ("Opera", re.compile(r"\bOPR/(\d{1,4})")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/(\d{1,4})")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS)/(\d{1,4})")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d{1,4})")),
    ("Safari", re.compile(r"\bVersion/(\d{1,4})[\d.]* (?:Mobile/\w+ )?Safari/")),
)
"""Tried in this order: nearly every browser also claims to be those below it."""


def agent(text: str) -> str:
    """Return the software and its version, of a browser the major one; `other` where not listed.

    An empty text stays empty. Nothing but the names of the list and digits is ever returned, so
    that the result can be shown: a user agent may hold anything.

    >>> agent("App/1.0 (com.shop; build:1; iOS 17.0.0) klaviyo-swift/3.0.1")
    'klaviyo-swift 3.0.1'
    >>> agent("python-requests/2.25.1"), agent("My shop's own client"), agent("")
    ('python-requests 2.25', 'other', '')
    """
    if not text:
        return ""
    sdk = _SDK.search(text)
    if sdk is not None and sdk[1].casefold() in _SDKS:
        return f"{sdk[1].casefold()} {sdk[2]}"
    for name, pattern in _BROWSERS:
        found = pattern.search(text)
        if found is not None:
            return f"{name} {found[1]}" if found[1] else name
    library = _LIBRARY.search(text)
    if library is None:
        return "other"
    name = next(one for one in _LIBRARIES if one.casefold() == library[1].casefold())
    return f"{name} {library[2]}" if library[2] else name


def family(told: str) -> str:
    """Return the software without its version.

    >>> family("Safari 14"), family("Instagram app"), family("python-requests 2.25")
    ('Safari', 'Instagram app', 'python-requests')
    """
    return re.sub(r" [\d.]+$", "", told)


_SDKS = frozenset(
    {
        *("klaviyo-swift", "klaviyo-android", "klaviyo-react-native", "klaviyo-flutter"),
        *("klaviyo-api-python", "klaviyo-api-php", "klaviyo-api-node", "klaviyo-api-ruby"),
        *("klaviyo-python", "klaviyo-php", "klaviyo-ruby", "klaviyo-node", "klaviyo-expo"),
    }
)
