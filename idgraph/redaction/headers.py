"""Headers of which a part stays: what software sent a request, and of what kind its body is."""

from __future__ import annotations

from idgraph.agents import agent
from idgraph.redaction.wirewords import MEDIA

BOUNDARY = "--idgraph-boundary"
"""What stands between the parts of a form, whatever it was in the original."""
_SENDERS = (
    *("python", "php", "guzzle", "curl", "wget", "ruby", "faraday", "java", "okhttp", "axios"),
    *("node", "undici", "go-http", "dart", "perl", "dotnet", "restsharp", "httpclient"),
    *("klaviyo-ios", "klaviyo-android", "klaviyo", "dalvik", "cfnetwork"),
)
"""Words by which the dialects tell the senders of a server and of a mobile app."""
_SPELLED = {
    "Instagram app": "Instagram {}",
    "Facebook app": "FBAV/{}",
    "Edge": "Edg/{}",
    "Opera": "OPR/{}",
    "Samsung Internet": "SamsungBrowser/{}",
    "Safari": "Version/{} Safari/1",
}


def media(value: str) -> str:
    """Return the kinds of contents in a header, without what a sender put beside them."""
    found = (MEDIA.match(one.strip()) for one in value.split(","))
    kinds = [one[0].lower() for one in found if one]
    forms = any(one == "multipart/form-data" for one in kinds)
    return ", ".join(kinds) + (f"; boundary={BOUNDARY[2:]}" if forms else "")


def sender(text: str) -> str:
    """Return a user agent of the software's name and version, told apart as before.

    >>> sender("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36")
    'Mozilla/5.0 Chrome/120'
    """
    told = agent(text)
    if not told:
        return ""
    name, _, version = told.rpartition(" ") if told[-1].isdigit() else (told, "", "")
    spelled = _SPELLED.get(name, "{}".join((f"{name}/", ""))) if version else name
    parts = ["Mozilla/5.0"] if text.startswith("Mozilla") else []
    parts += [spelled.format(version)] if told != "other" else []
    shown = " ".join(parts)
    folded, more = text.lower(), list[str]()
    for word in _SENDERS:
        if word in folded and word not in " ".join((shown.lower(), *more)):
            more.append(word)
    full = " ".join((*parts, *more)) or "other"
    return full if agent(full) == told else shown or "other"
