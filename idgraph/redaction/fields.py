"""What travels with a request: bodies, fields of forms and addresses, cookies, headers, answers.

Everything is built anew from words that are known to be nobody's: a text of which nothing is known
is dropped, with its length said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

from idgraph.calls import KEYS, Identifier
from idgraph.dialects.base import Number
from idgraph.placeholders import placeholder
from idgraph.redaction import Redactor
from idgraph.redaction.encodings import packed, recoded, requoted, rewritten
from idgraph.redaction.headers import BOUNDARY, media, sender
from idgraph.redaction.keptwords import AMOUNTS, IDENTIFYING, SECRET_TEXT, SECRETS, TIMES
from idgraph.redaction.payloads import REMOVED, Path, Payload, written
from idgraph.redaction.wirewords import (
    ENDINGS,
    HEADERS,
    OWN_SUBDOMAINS,
    PACKINGS,
    PATH_WORDS,
    QUERY_KINDS,
    QUERY_NAMES,
)
from idgraph.sources.base import own_hosts

COOKIE = "__kla_id"
"""The cookie in which the platform's script keeps who the visitor is: all others are removed."""

_ADDRESS = re.compile(
    r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*):)?"
    r"(?://(?:(?P<user>[^/?#@]*)@)?(?P<host>\[[^\]]*\]|[^/?#:]*)(?P<port>:\d{0,5})?)?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<rest>.*))?",
    re.DOTALL,
)
_SCHEMES = frozenset(("http", "https", "ws", "wss"))
_HERE = re.compile(r"localhost|127\.\d+\.\d+\.\d+|\[::1\]")
_HELD = {"list": "list", "lists": "list", "profiles": "profile_id", "person": "profile_id"}
_HELD |= {"people": "profile_id", "metrics": "metric", "metric": "metric", "segments": "list"}
"""What the part of a path behind such a word is."""
_LIKE_ID = re.compile(r"(?=.*\d)[\da-zA-Z]{20,}|[\da-fA-F-]{32,}|\d{5,}|\+\d+")
_PLAIN = frozenset(("", "0", "1", "true", "false"))
_PART_NAME = re.compile(r'content-disposition:[^\r\n]*?;\s*name="([^"\r\n]*)"', re.IGNORECASE)
_REVISION = re.compile(r"20\d\d-\d\d-\d\d(?:\.(?:pre|rc|beta)\d?)?")
_NETWORK_HEADERS = frozenset(("x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip"))
_SECRET_HEADERS = frozenset(("authorization", "set-cookie", "x-klaviyo-api-key", "x-api-key"))


class Fields:
    """Redacts what travels with the requests of one set, by its stand-ins."""

    def __init__(self, redactor: Redactor) -> None:
        """Start with the stand-ins of a history that was read from the same files."""
        self.redactor = redactor
        self._hosts = own_hosts()

    # ---------------------------------------------------------------- values

    def value(self, value: Any) -> Any:
        """Return a JSON value redacted, whatever it holds, with lists of their full length."""
        return _Whole(self).value(value)

    def json(self, text: str) -> str | None:
        """Return a JSON text redacted and written in the same way; None where it is none."""
        return rewritten(text, self.value)

    def dropped(self, text: str) -> str:
        """What stands in place of a free text."""
        self.redactor.account.drop("free texts")
        return f"(text, {len(text)} characters)"

    def removed(self, what: str = "secrets") -> str:
        """What stands in place of a secret."""
        self.redactor.account.drop(what)
        return REMOVED

    # ---------------------------------------------------------------- bodies

    def body(self, body: Any) -> Any:
        """Return the body of a request: an object, or text as it went over the wire."""
        return self._text_body(body) if isinstance(body, str) else self.value(body)

    def _text_body(self, text: str) -> str:
        if not text.strip():
            return text
        if text.startswith("--"):
            return self._multipart(text)
        whole = recoded(text, self.json)
        if whole is not None:
            return whole
        return self.query(text) if "=" in text else self.dropped(text)

    def answer(self, body: Any) -> Any:
        """Return the body of an answer: what is read as evidence stays, all else is dropped."""
        if body is None or isinstance(body, bool):
            return body
        if isinstance(body, Mapping | list):
            return self.value(body)
        text = body if isinstance(body, str) else written(body)
        if text.strip() in _PLAIN:
            return body
        made = self.json(text) if text.lstrip().startswith(("{", "[")) else None
        if made is None:
            self.redactor.account.drop("bodies of answers")
        return made or f"(text, {len(text)} characters)"

    # ---------------------------------------------------------------- fields

    def query(self, text: str) -> str:
        """Return the fields of an address or of a form body, each encoded as it was."""
        return "&".join(self._pair(pair) for pair in text.split("&"))

    def _pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        plain = unquote_plus(name)
        shown = requoted(name, self.name(plain)) if plain else name
        return f"{shown}{equals}{self.field(plain, value)}" if equals else shown

    def name(self, name: str) -> str:
        """Return the name of a field: one that nobody knows may be somebody's datum."""
        return name if name in QUERY_NAMES else self.redactor.text("property", name)

    def field(self, name: str, raw: str) -> str:
        """Return the value of a field, percent-encoded before and after."""
        plain = unquote_plus(raw)
        if name.lower() in SECRETS or (plain and SECRET_TEXT.search(plain)):
            return quote(self.removed()) if plain else raw
        inner = None if name in IDENTIFYING and name != "cid" else recoded(raw, self.json)
        if inner is not None:
            return inner
        if name == "_ke":
            return requoted(raw, self._link(plain))
        return requoted(raw, self._plain_value(name, plain))

    def plain_field(self, name: str, value: str) -> str:
        """Return the value of a field that was never percent-encoded."""
        if name.lower() in SECRETS or (value and SECRET_TEXT.search(value)):
            return self.removed() if value else value
        inner = None if name in IDENTIFYING else recoded(value, self.json)
        return self._plain_value(name, value) if inner is None else inner

    def _plain_value(self, name: str, plain: str) -> str:
        kind = IDENTIFYING.get(name) or QUERY_KINDS.get(name)
        if plain in _PLAIN:
            return plain
        if kind:
            return self.redactor.text(kind, plain)
        if name in TIMES:
            return str(self.redactor.time(plain))
        if name in AMOUNTS and plain.isdecimal():
            return plain
        known = self.redactor.known(plain)
        if known is not None or placeholder(plain):
            return plain if known is None else known
        return self.redactor.network(plain) or self.dropped(plain)

    def _link(self, plain: str) -> str:
        """The `_ke` of a link: the base64 of an address."""
        found = packed(plain)
        if found is None:
            return self.dropped(plain)
        return found.again(self.redactor.text("email", found.text))

    def _multipart(self, text: str) -> str:
        parts: list[str] = []
        for part in text.split(text.split("\n", 1)[0].rstrip("\r"))[1:]:
            head, *rest = re.split(r"\r?\n\r?\n", part, maxsplit=1)
            found = _PART_NAME.search(head)
            if found and rest:
                value = rest[0].removesuffix("\n").removesuffix("\r")
                shown, made = self.name(found[1]), self.plain_field(found[1], value)
                parts.append(f'Content-Disposition: form-data; name="{shown}"\r\n\r\n{made}\r\n')
        return "".join(f"{BOUNDARY}\r\n{part}" for part in parts) + f"{BOUNDARY}--\r\n"

    # ---------------------------------------------------------------- addresses

    def address(self, text: str) -> str:
        """Return an address: host, parts of its path and fields mapped, the rest taken off."""
        found = _ADDRESS.fullmatch(text)
        if found is None:
            return self.dropped(text)
        scheme, host, query = found["scheme"], found["host"], found["query"]
        if scheme and scheme.lower() not in _SCHEMES:
            return self.dropped(text)
        for part in ("user", "rest"):
            if found[part]:
                self.redactor.account.drop("parts of addresses")
        front = f"{scheme}:" if scheme else ""
        if host is not None:
            front += f"//{self.host(host)}{found['port'] or ''}"
        asked = "" if query is None else f"?{self.query(query)}"
        return front + self._path(found["path"]) + asked

    def host(self, name: str) -> str:
        """Return a host; the platform's own and this machine stay."""
        folded = name.lower()
        for own in self._hosts:
            front = folded.removesuffix(own).rstrip(".")
            if folded == own or (folded.endswith(f".{own}") and front in OWN_SUBDOMAINS):
                return name
            if folded.endswith(f".{own}"):
                return f"{self.redactor.text('path', front)}.{own}"
        if not name or _HERE.fullmatch(folded):
            return name
        return self.redactor.network(name.strip("[]")) or self.redactor.host(name)

    def _path(self, path: str) -> str:
        before, parts = "", []
        for part in path.split("/"):
            parts.append(self._segment(part, before))
            before = part
        return "/".join(parts)

    def _segment(self, part: str, before: str) -> str:
        bare = unquote(part)
        if not part or part in PATH_WORDS:
            return part
        known = self.redactor.known(bare)
        if known is not None:
            return quote(known, safe="@+~:," if "@" in part else "+~:,")
        if before in _HELD:
            return quote(self.redactor.text(_HELD[before], bare), safe="@~")
        stem, dot, ending = bare.rpartition(".")
        if dot and ending.lower() in ENDINGS:
            return f"{self._piece(stem)}.{ending.lower()}"
        return self._piece(bare)

    def _piece(self, text: str) -> str:
        if text in PATH_WORDS or not text:
            return text
        if "@" in text or _LIKE_ID.fullmatch(text):
            self.redactor.account.drop("parts of addresses")
            return "(id)"
        return self.redactor.text("path", text)

    # ---------------------------------------------------------------- headers

    def headers(self, headers: Any) -> Any:
        """Return headers in the shape they came in, an object or a list of names and values."""
        if isinstance(headers, Mapping):
            return dict(self._headers((str(name), value) for name, value in headers.items()))
        if not isinstance(headers, list):
            return None
        pairs = [(one.get("name"), one.get("value")) for one in headers if isinstance(one, dict)]
        named = ((name, value) for name, value in pairs if isinstance(name, str))
        return [{"name": name, "value": value} for name, value in self._headers(named)]

    def _headers(self, pairs: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        for name, value in pairs:
            if name.lower() in HEADERS:
                yield name, self._header(name.lower(), str(value))
            else:
                self.redactor.account.drop("headers")

    def _header(self, name: str, value: str) -> str:  # noqa: PLR0911 - one line for each header
        if name in _SECRET_HEADERS:
            return self.removed()
        if name == "cookie":
            return self.cookies(value)
        if name in ("origin", "referer"):
            return self.address(value)
        if name == "user-agent":
            return sender(value)
        if name in _NETWORK_HEADERS:
            found = (self.redactor.network(one) for one in value.split(","))
            return ", ".join(one or "(text)" for one in found)
        if name == "revision":
            return value if _REVISION.fullmatch(value) else self.dropped(value)
        if name in ("content-encoding", "accept-encoding"):
            return ", ".join(one for one in re.split(r"[,;\s]+", value.lower()) if one in PACKINGS)
        if name in ("content-type", "accept"):
            return media(value)
        return value if value in _PLAIN else self.dropped(value)

    def cookies(self, value: str) -> str:
        """Return a Cookie header with the platform's own cookie alone, redacted inside."""
        made: list[str] = []
        for pair in value.split(";"):
            name, equals, inner = pair.strip().partition("=")
            if name == COOKIE and equals:
                made.append(f"{COOKIE}={self.cookie(inner)}")
            elif name:
                self.redactor.account.drop("cookies")
        return "; ".join(made)

    def cookie(self, value: str) -> str:
        """Return the value of the platform's own cookie, in the encoding that it came in."""
        bare = value.strip().replace("%22", '"').strip('"')
        if not bare:
            return value
        made = recoded(bare, self.json)
        if made is None:
            return quote(self.dropped(bare))
        return f'"{made}"' if value.strip().startswith('"') else made


class _Whole(Payload):
    """A payload in a file: whole lists, exact numbers, and what is encoded inside of texts."""

    def __init__(self, fields: Fields) -> None:
        super().__init__(fields.redactor, {})
        self.fields = fields

    def value(self, value: Any) -> Any:
        return self._value(value, "", "", ())

    def _list(self, values: list[Any] | tuple[Any, ...], name: str, kind: str, old: Path) -> Any:
        for place in range(len(values)):
            self.moves[*old, str(place)] = (*old, str(place))
        return [
            self._value(value, name, kind, (*old, str(place))) for place, value in enumerate(values)
        ]

    def _text(self, text: str, name: str, kind: str) -> str:
        if SECRET_TEXT.search(text):
            return self.fields.removed()
        if kind or not text:
            return self.redactor.text(kind, text) if text else text
        if name in TIMES:
            return str(self.redactor.time(text))
        inner = recoded(text, self.fields.json)
        if inner is not None:
            return inner
        return self.redactor.network(text) or super()._text(text, name, kind)

    def _number(self, number: Any, name: str, kind: str) -> Any:
        found = self.redactor.known(written(number))
        if kind in KEYS or (not kind and found is not None and name not in TIMES):
            given = Identifier(kind or "external_id", written(number), number=True)
            return Number(self.redactor.identifier(given).text)
        return super()._number(number, name, kind)
