"""Puts stand-ins in place of what names people, everywhere in a history, and keeps the evidence.

Kept: calls, order, ties, channels, endpoints, answers, which values are equal, and how they differ
in spelling. Times stay on a screen, whose reader has to find the call in the own log, and are
shifted by whole weeks in what is shared (`times`). This makes pseudonymous data, not anonymous
data: intervals stay, so that someone who holds the vendor's own log can join the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote

from idgraph.calls import KEYS, Call, History, Identifier, Key, Reading
from idgraph.progress import going
from idgraph.redaction.account import Account
from idgraph.redaction.keptwords import METRICS, OWN_WORDS
from idgraph.redaction.networks import Networks
from idgraph.redaction.payloads import Payload
from idgraph.redaction.standins import Standins
from idgraph.redaction.terms import Terms
from idgraph.redaction.times import NONE, STAY
from idgraph.redaction.wirewords import PATH_WORDS

_TELLING = 3
"""A text of at least so many letters gives somebody away where it stands inside a sentence."""
_LINE = re.compile(r"(.*?)((?:[:#]\d{1,12})*)", re.DOTALL)
_NOTATION = re.compile(r"(?:notation)?(?::\d+)?")
_WORD = re.compile(r"\w+")
_ID = re.compile(r"(?=.*\d)[\da-zA-Z]{20,}|[\da-fA-F-]{32,}|\d{5,}|\+\d+")
_SEGMENTS = re.compile(r"([/?&=#]+)")


def redact(history: History, key: bytes | None = None) -> History:
    r"""Return a copy of a history with a stand-in for each value that names somebody.

    With a `key` of 32 bytes a value has the same stand-in in every file redacted under that key;
    without one, stand-ins are numbered by first appearance and two files cannot be joined.

    >>> import idgraph as ig
    >>> ig.write(ig.redact(ig.parse("browser email=betty@example.org")))
    "@2021-04-16T08:00:00Z browser email='mail~1m@site-1m.example'\n"
    """
    return Redactor(history, key=key).history(history)


class Redactor:
    """The stand-ins of one history, for all that is printed, drawn or saved of it.

    One-slip mistypings between the addresses of the history are repeated: the first of them to
    appear has the stand-in that it has everywhere, and a mistyped one that of its neighbour, with
    the same slip. So under a key, too, a mistyped address has another stand-in in a file that lacks
    the address it was meant to be; all others keep theirs.
    """

    def __init__(
        self, history: History, *, key: bytes | None = None, terms: Terms | None = None
    ) -> None:
        """See every value of the history once, so that numbers follow the order of appearance.

        `terms` say more than a `key` alone, and count in their account what is done.
        """
        self._given = history
        self.terms = terms or Terms(key)
        self._key = self.terms.key
        self.account = Account()
        wide: set[tuple[str, str]] = set()
        while True:
            self._start(history, wide)
            self._copy = self._copied(history)
            if self._standins.exhausted <= wide:
                break
            wide |= self._standins.exhausted
        self.terms.account.add(self.account)
        self.account = self.terms.account

    def __repr__(self) -> str:
        """Say what it is for, without the key or any value."""
        return f"<Redactor of {len(self._given)} calls: {self._standins!r}>"

    def _start(self, history: History, wide: Iterable[tuple[str, str]]) -> None:
        phones = (call.get("phone_number") for call in history)
        digits = ("".join(filter(str.isdecimal, one.text)) for one in phones if one)
        self.account = Account()
        self._standins = Standins(
            self._key, phones=filter(None, digits), wide=wide, public=not self.terms.more
        )
        self._networks = Networks(self._key)
        self._files: dict[str, int] = {}
        self._told: dict[str, bool] = {}
        self._known: dict[str, Key] = {}
        seen = [identifier for call in history for identifier in call.identifiers]
        seen += [Identifier("profile_id", label) for label in history.labels]
        told = (name for call in history for name in (call.owner, call.merges))
        seen += [Identifier("profile_id", name) for name in told if name]
        seen += [identifier for call in history for identifier in call.context.values()]
        copied = ("profile_id", "_kx")
        for identifier in sorted(seen, key=lambda one: one.key in copied):
            self._known.setdefault(identifier.text, identifier.key)
            self.identifier(identifier)

    def identifier(self, identifier: Identifier) -> Identifier:
        """Return an identifier with its stand-in; a number stays a number."""
        # As a phone number `1e9` would lose its letter, and be no number any more.
        whole = identifier.text.removeprefix("-").isdecimal()
        kind = identifier.key if whole or not identifier.number else "external_id"
        return identifier._replace(text=self._mapped(kind, identifier.text))

    def _mapped(self, kind: str, text: str) -> str:
        made = self._standins.of(text, kind)
        if made != text:
            self.account.map(kind, text)
        return made

    def text(self, kind: str, text: str) -> str:
        """Return the stand-in of a text of some kind.

        Kinds are the keys, `observed`, `person`, `event`, `event_id`, `property`, `company`,
        `list`, `metric`, `origin`, `endpoint`, `path`, `page` and `title`.
        """
        if kind in KEYS:
            return self._mapped(kind, text)
        if kind == "origin":
            return self._origin(text)
        if kind == "endpoint":
            return self._endpoint(text)
        if kind == "title":
            return self._told_text("titles and reasons", "", text)
        if (kind == "event" and text in METRICS) or (kind == "property" and text in OWN_WORDS):
            return text
        return self._mapped(kind, text)

    @property
    def stays(self) -> bool:
        """Whether times stay as they are."""
        return self.terms.times.kind in (STAY, NONE)

    def time(self, value: object) -> object:
        """Return a time of a log where it goes, in the form in which it is written."""
        return self.terms.times.written(value)

    def host(self, name: str) -> str:
        """Return the stand-in of a host; that of a shop is the one that its addresses are at."""
        made = self._standins.host(name)
        if made != name:
            self.account.map("host", name)
        return made

    def network(self, text: str) -> str | None:
        """Return the stand-in of a network address, equal for equal ones; None where it is none."""
        made = self._networks.of(text)
        if made is not None:
            self.account.map("ip", text)
        return made

    def history(self, history: History) -> History:
        """Return a redacted copy of a history: same calls, order, ties, clocks and channels."""
        return self._copy if history is self._given else self._copied(history)

    def _copied(self, history: History) -> History:
        with going(history.calls, "redacting", unit="calls") as calls:
            made = tuple(map(self._call, calls))
        return replace(
            history,
            calls=made,
            reading=self._reading(history.reading),
            title=self.text("title", history.title),
        )

    def _call(self, call: Call) -> Call:
        wire = {tuple(path): key for key, path in call.wire.items()}
        walk, times = Payload(self, wire), self.terms.times
        payload = walk.tree(call.payload, (), ())
        return replace(
            call,
            identifiers=tuple(self.identifier(identifier) for identifier in call.identifiers),
            endpoint=self.text("endpoint", call.endpoint),
            event=self._maybe("event", call.event),
            event_id=self._maybe("event_id", call.event_id),
            person=self._maybe("person", call.person),
            observed=self._maybe("observed", call.observed),
            owner=self._maybe("observed", call.owner),
            merges=self._maybe("observed", call.merges),
            context={name: self.identifier(one) for name, one in call.context.items()},
            origin=self.text("origin", call.origin),
            payload=payload,
            wire={key: walk.moved_to(tuple(path)) for key, path in call.wire.items()},
            occurred_at=times.moved(call.occurred_at),
            sent_at=times.moved(call.sent_at),
            received_at=times.moved(call.received_at),
            answered_at=times.moved(call.answered_at),
        )

    def _maybe(self, kind: str, text: str | None) -> str | None:
        return None if text is None else self.text(kind, text)

    def _reading(self, reading: Reading) -> Reading:
        rejects = tuple(
            replace(
                reject,
                origin=self.text("origin", reject.origin),
                reason=self._told_text("titles and reasons", "(left out)", reject.reason),
            )
            for reject in reading.rejects
        )
        notes = tuple(
            self._told_text("titles and reasons", "(left out)", note) for note in reading.notes
        )
        return replace(reading, rejects=rejects, notes=notes)

    def _origin(self, origin: str) -> str:
        """`some/path.jsonl:17` becomes `input 1:17`; files are numbered, names never shown."""
        if _NOTATION.fullmatch(origin):
            return origin
        match = _LINE.fullmatch(origin)
        file, line = match.groups() if match else (origin, "")
        number = self._files.setdefault(file, len(self._files) + 1)
        self.account.map("file", file)
        return f"input {number}{line}"

    def _endpoint(self, endpoint: str) -> str:
        """Keep an endpoint, but for the parts of its path that are not a platform's own words.

        Those that the history knows get their stand-in, what looks like an id is left out, and any
        other word gets a name of its own: a path may hold a person's name.
        """
        return "".join(self._segment(part) for part in _SEGMENTS.split(endpoint))

    def _segment(self, part: str) -> str:
        bare = unquote(part)
        if not bare or _SEGMENTS.fullmatch(bare) or bare in PATH_WORDS:
            return part
        if bare in self._known:
            return self._mapped(self._known[bare], bare)
        return "(id)" if "@" in bare or _ID.fullmatch(bare) else self._mapped("path", bare)

    def known(self, text: str) -> str | None:
        """Return the stand-in of a text that is one of the history's identifiers, else None."""
        return self._mapped(self._known[text], text) if text in self._known else None

    def _told_text(self, what: str, instead: str, text: str) -> str:
        """A sentence as it is, or what stands instead of one that tells on somebody."""
        if not self._tells(text):
            return text
        self.account.drop(what)
        return instead

    def _tells(self, sentence: str) -> bool:
        """Say whether a sentence holds an address, a value or the core of one, or a file's name.

        One or two letters tell only where they are a word of their own.
        """
        if sentence not in self._told:
            folded = sentence.casefold()
            words = frozenset(_WORD.findall(folded))
            names = (*self._standins.cores, *(file.casefold() for file in self._files))
            self._told[sentence] = "@" in sentence or any(
                name in folded if len(name) >= _TELLING else name in words for name in names
            )
        return self._told[sentence]
