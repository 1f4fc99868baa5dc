"""Why a row gives no call: closed lists of reasons, and what a reader notes beside the rows.

No sentence here ever holds a value of the input, so each of them may be printed anywhere.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from idgraph.clocks import instant
from idgraph.errors import CatalogueError

if TYPE_CHECKING:
    from idgraph.clocks import Instant

Scalar = str | int | float
"""A JSON value that can stand as text: neither true, false, null, an object nor a list."""

NOT_CALLS = {
    "answer-0": "the platform answered 0: it could not decode the call and queued nothing",
    "answer-error": "the platform refused the request (400 to 499)",
    "blocked": "the browser blocked the request: it was never sent",
    "document": "the request fetched a page",
    "font": "the request fetched a font",
    "image": "the request fetched an image",
    "look-up": "the request only asks for a profile: it writes nothing",
    "media": "the request fetched a film or a sound",
    "never-sent": "the sender gave the event up and sent nothing",
    "no-identifier": "the row names no profile",
    "no-request": "the row holds no request",
    "not-an-identity-event": "the event is of no kind that names a profile",
    "not-an-identity-request": "the request is none that names a profile",
    "other-host": "the browser's request went to another host than the platform's",
    "own-traffic": "the platform's own script fetched its files or reported figures",
    "preflight": "the browser asked whether it may send a request (OPTIONS)",
    "script": "the request fetched a script",
    "style": "the request fetched a style sheet",
}
"""Why a row that could be read is no call."""

REJECTS = {
    "bad-channel": "the channel is none of the known ones",
    "bad-data": "the data is neither a JSON object nor the base64 of one",
    "bad-field": "a field holds an object, a list or true or false where a text belongs",
    "bad-identifier": "an identifier is an object, a list, true or false",
    "bad-json": "the text is no JSON",
    "bad-line": "the line is not written as an access log writes its lines",
    "bad-number": "a number is NaN, infinite, or longer than 4000 digits",
    "bad-payload": "the payload is not shaped as its endpoint expects",
    "bad-quotes": "the quotes of the row do not follow the rules of CSV",
    "bad-request": "the request lacks a method or an address, or they are no texts",
    "bad-row": "the row is no object",
    "corrupt": "the file is damaged here",
    "cut": "the input ends here, before the row does",
    "cut-address": "the log cut the address of the request off before its end",
    "duplicate-key": "one name stands twice with different values",
    "no-body": "the request had a body, and the log did not keep it",
    "ragged-row": "the row has more or fewer cells than the header",
    "too-dense": "the file unpacks to more than 1000 times its size",
    "too-deep": "the JSON is nested deeper than 512 levels",
    "too-long": "the row is longer than 64 MiB",
    "undecodable": "bytes or halves of characters that stand for no text",
}
"""Why a row could not be read."""

_NOTES = {
    "anonymous-as-id": "an anonymousId was used as external_id in {}",
    "bad-cookie": "{} of the platform's script that could not be read {were} not used",
    "bad-link": "{} with an identifier that could not be read {were} not used",
    "claim-aside": "{} that payloads claim {were} put aside: the order of delivery is known",
    "bodiless": "{} whose body the log does not hold {were} counted as naming nobody",
    "elsewhere": "{} to other hosts looked like calls to the platform and {were} not read",
    "enforced": "{} will lose the userId on the way: enforceEmailAsPrimary is on",
    "given-up": "{} {were} given up by the sender and never sent",
    "half-known": "{} in one call spelt twice with different values; the first spelling was taken",
    "id-dropped": "enforceEmailAsPrimary dropped the id in {}",
    "list-id": "{} given to a list call, which reads an email and a phone number only",
    "nameless": "{} without an identifier in a bulk request {were} left out",
    "overtaken": "{} left in another order than the source events (batch reordering)",
    "no-zone": "{} without a zone {were} not used",
    "no-time": "{} that {are} no time {were} not used",
    "secondary": "{} given to or taken from a profile {were} left in the payload",
}
_NOUNS = {
    "anonymous-as-id": "call",
    "bad-cookie": "cookie",
    "bad-link": "link",
    "claim-aside": "time",
    "bodiless": "request",
    "elsewhere": "request",
    "enforced": "source event",
    "given-up": "source event",
    "half-known": "identifier",
    "id-dropped": "call",
    "list-id": "id",
    "nameless": "profile",
    "overtaken": "delivery",
    "no-zone": "time",
    "no-time": "time",
    "secondary": "secondary email",
}


class NotACall(Exception):  # noqa: N818 - no error: a row that is read and put aside
    """A row that could be read and is no call; `reason` is a key of `NOT_CALLS`."""

    def __init__(self, reason: str) -> None:
        """Take a reason of the closed list."""
        super().__init__(reason)
        _known(reason, NOT_CALLS)
        self.reason = reason


class RejectRow(Exception):  # noqa: N818 - data about a row, turned into a result by the source
    """A row that cannot be read; `slug` is a key of `REJECTS`, `reason` a sentence."""

    def __init__(self, slug: str, detail: str = "") -> None:
        """Take a slug of the closed list; `detail` (where in the row) must hold no value."""
        super().__init__(slug)
        _known(slug, REJECTS)
        self.slug = slug
        self.reason = f"{REJECTS[slug]} ({detail})" if detail else REJECTS[slug]


def _known(name: str, names: dict[str, str]) -> None:
    if name not in names:
        raise CatalogueError(f"the reason {name!r} is in no closed list", where=__name__)


class Notes:
    """Counts what a person should know before trusting the order or the identifiers."""

    def __init__(self) -> None:
        """Start without any note."""
        self._counts: Counter[str] = Counter()
        self._said: dict[str, None] = {}

    def count(self, what: str) -> None:
        """Count one more of a kind of note (a key of the closed list)."""
        self._counts[what] += 1

    def say(self, sentence: str) -> None:
        """Keep a sentence once; it must hold no value of the input."""
        self._said.setdefault(sentence)

    def sentences(self) -> tuple[str, ...]:
        """Return the notes as sentences, counts first, each in order of its kind."""
        counted = (_sentence(what, self._counts[what]) for what in sorted(self._counts))
        return (*counted, *self._said)


def _sentence(what: str, number: int) -> str:
    one = number == 1
    noun = _NOUNS[what]
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return _NOTES[what].format(
        f"{number} {noun if one else many}",
        were="was" if one else "were",
        are="is" if one else "are",
    )


def moment(value: object, notes: Notes) -> Instant | None:
    """Return the instant that a time stands for; None, and a note, where it stands for none.

    Null and empty texts are no time and no fault either.
    """
    if value is None or value == "":
        return None
    found = instant(value)
    if found is None and isinstance(value, float):
        found = instant(float(value))  # a number written with an exponent
    if found is None:
        notes.count("no-zone" if _lacks_zone(value) else "no-time")
    return found


def _lacks_zone(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value.strip()).tzinfo is None
    except ValueError:
        return False


def text(value: object, what: str) -> str | None:
    """Return a field that is kept as text, such as an event; None where it is absent.

    Numbers become their digits. Anything else is a `bad-field`, told by the name `what`. Halves of
    characters are shown as U+FFFD: outside identifiers a cut text is better than a lost call.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, Scalar):
        raise RejectRow("bad-field", what)
    found = value if isinstance(value, str) else repr(value)
    if found.isascii():
        return found
    return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def label(value: object, what: str) -> str | None:
    """Return a text that tells people or profiles apart: one with lost characters is a reject."""
    found = text(value, what)
    if found and "\ufffd" in found:
        raise RejectRow("undecodable", what)
    return found
