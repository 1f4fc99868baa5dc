"""Puts stand-ins in place of what names people, everywhere in a history, and keeps the evidence.

Kept: calls, order, ties, channels, endpoints, answers, which values are equal, and how they differ
in spelling. All times are kept as they are, unshifted, for now: someone who holds the vendor's own
log can join the two. This makes pseudonymous data, not anonymous data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from idgraph.calls import KEYS, Call, History, Identifier, Key, Reading
from idgraph.clocks import instant
from idgraph.redaction.keptwords import (
    AMOUNTS,
    IDENTIFYING,
    METRICS,
    OWN_VALUES,
    OWN_WORDS,
    SECRET_TEXT,
    SECRETS,
    TIMES,
    TYPED_IDS,
    VALUED,
)
from idgraph.redaction.standins import Standins

Path = tuple[str, ...]
Wire = Mapping[Path, Key]

REMOVED = "(secret removed)"
_SHOWN = 3
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

    Numbered stand-ins (no `key`) also repeat one-slip mistypings between the addresses of the
    history. Keyed ones do not: an address must have the same stand-in in a file that lacks its
    mistyping.
    """

    def __init__(self, history: History, *, key: bytes | None = None) -> None:
        """See every value of the history once, so that numbers follow the order of appearance."""
        self._given = history
        self._key = key
        wide: set[tuple[str, str]] = set()
        while True:
            self._start(history, wide)
            self._copy = self._copied(history)
            if self._standins.exhausted <= wide:
                break
            wide |= self._standins.exhausted

    def __repr__(self) -> str:
        """Say what it is for, without the key or any value."""
        return f"<Redactor of {len(self._given)} calls: {self._standins!r}>"

    def _start(self, history: History, wide: Iterable[tuple[str, str]]) -> None:
        phones = (call.get("phone_number") for call in history)
        digits = ("".join(filter(str.isdecimal, one.text)) for one in phones if one)
        self._standins = Standins(self._key, phones=filter(None, digits), wide=wide)
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
        text = self._standins.of(identifier.text, identifier.key)
        return identifier._replace(text=text)

    def text(self, kind: str, text: str) -> str:
        """Return the stand-in of a text of some kind.

        Kinds are the keys, `observed`, `person`, `event`, `event_id`, `property`, `company`,
        `list`, `metric`, `origin`, `endpoint` and `title`.
        """
        if kind in KEYS:
            return self._standins.of(text, kind)
        if kind == "origin":
            return self._origin(text)
        if kind == "endpoint":
            return self._endpoint(text)
        if kind == "title":
            return "" if self._tells(text) else text
        if (kind == "event" and text in METRICS) or (kind == "property" and text in OWN_WORDS):
            return text
        return self._standins.of(text, kind)

    def history(self, history: History) -> History:
        """Return a redacted copy of a history: same calls, order, ties, clocks and channels."""
        return self._copy if history is self._given else self._copied(history)

    def _copied(self, history: History) -> History:
        return replace(
            history,
            calls=tuple(self._call(call) for call in history),
            reading=self._reading(history.reading),
            title=self.text("title", history.title),
        )

    def _call(self, call: Call) -> Call:
        wire = {tuple(path): key for key, path in call.wire.items()}
        walk = _Payload(self, wire)
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
        )

    def _maybe(self, kind: str, text: str | None) -> str | None:
        return None if text is None else self.text(kind, text)

    def _reading(self, reading: Reading) -> Reading:
        rejects = tuple(
            replace(
                reject,
                origin=self.text("origin", reject.origin),
                reason="(left out)" if self._tells(reject.reason) else reject.reason,
            )
            for reject in reading.rejects
        )
        notes = tuple("(left out)" if self._tells(note) else note for note in reading.notes)
        return replace(reading, rejects=rejects, notes=notes)

    def _origin(self, origin: str) -> str:
        """`some/path.jsonl:17` becomes `input 1:17`; files are numbered, names never shown."""
        if _NOTATION.fullmatch(origin):
            return origin
        match = _LINE.fullmatch(origin)
        file, line = match.groups() if match else (origin, "")
        number = self._files.setdefault(file, len(self._files) + 1)
        return f"input {number}{line}"

    def _endpoint(self, endpoint: str) -> str:
        """Keep an endpoint, but for the parts of its path that are an identifier or look like one.

        Those that the history knows get their stand-in, others are left out.
        """
        return "".join(self._segment(part) for part in _SEGMENTS.split(endpoint))

    def _segment(self, part: str) -> str:
        bare = unquote(part)
        if bare in self._known:
            return self._standins.of(bare, self._known[bare])
        return "(id)" if "@" in bare or _ID.fullmatch(bare) else part

    def known(self, text: str) -> str | None:
        """Return the stand-in of a text that is one of the history's identifiers, else None."""
        return self._standins.of(text, self._known[text]) if text in self._known else None

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


class _Payload:
    """One payload on its way to its redacted copy; keeps where each part of it went."""

    def __init__(self, redactor: Redactor, wire: Wire) -> None:
        self.redactor = redactor
        self.wire = wire
        self.moves: dict[Path, Path] = {(): ()}

    def moved_to(self, path: Path) -> Path:
        """Where a path of the payload leads in the copy; names alone where it leads nowhere."""
        if path in self.moves:
            return self.moves[path]
        return tuple(self.redactor.text("property", name) for name in path)

    def tree(self, tree: Mapping[str, Any], old: Path, new: Path) -> dict[str, Any]:
        copy: dict[str, Any] = {}
        for name, value in tree.items():
            shown = self.redactor.text("property", str(name))
            self.moves[*old, str(name)] = (*new, shown)
            kind = self._kind(str(name), tree, old)
            copy[shown] = self._value(value, str(name), kind, (*old, str(name)))
        return copy

    def _kind(self, name: str, tree: Mapping[str, Any], old: Path) -> str:
        if name == "id" and isinstance(tree.get("type"), str):
            return TYPED_IDS.get(tree["type"], "list")
        if name == "name" and "metric" in old:
            return "event"
        return IDENTIFYING.get(name, "")

    def _value(self, value: Any, name: str, kind: str, old: Path) -> Any:
        if name.lower() in SECRETS:
            return REMOVED
        if old in self.wire and not isinstance(value, Mapping | list | tuple | bool):
            return self._stood(value, self.wire[old])
        if isinstance(value, Mapping):
            return self.tree(value, old, self.moves[old])
        if isinstance(value, list | tuple):
            return self._list(value, name, kind, old)
        return self._leaf(value, name, kind)

    def _leaf(self, value: Any, name: str, kind: str) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._text(value, name, kind)
        return self._number(value, name, kind)

    def _list(self, values: list[Any] | tuple[Any, ...], name: str, kind: str, old: Path) -> Any:
        """Keep three elements, and any in which an identifier of the call stands."""
        new, depth = self.moves[old], len(old)
        held = {path[depth] for path in self.wire if len(path) > depth and path[:depth] == old}
        copy: list[Any] = []
        for place, value in enumerate(values):
            if place < _SHOWN or str(place) in held:
                self.moves[*old, str(place)] = (*new, str(len(copy)))
                copy.append(self._value(value, name, kind, (*old, str(place))))
        left = len(values) - len(copy)
        return [*copy, f"(... {left} more)"] if left else copy

    def _stood(self, value: Any, key: Key) -> Any:
        """The stand-in of a value that the call was read to carry, in the value's own type."""
        number = not isinstance(value, str)
        found = self.redactor.identifier(Identifier(key, _written(value), number))
        return found.value if value is not None else None

    def _text(self, text: str, name: str, kind: str) -> str:
        if SECRET_TEXT.search(text):
            return REMOVED
        if kind:
            return self.redactor.text(kind, text)
        if (name in VALUED and text in OWN_VALUES) or (name in TIMES and instant(text) is not None):
            return text
        known = self.redactor.known(text)
        return f"(text, {len(text)} characters)" if known is None else known

    def _number(self, number: Any, name: str, kind: str) -> Any:
        if name in TIMES or name in AMOUNTS:
            return number
        written = _written(number)
        if kind in KEYS or (not kind and self.redactor.known(written) is not None):
            return self.redactor.identifier(
                Identifier(kind or "external_id", written, number=True)
            ).value
        return self.redactor.text(kind, written) if kind else "(number)"


def _written(value: Any) -> str:
    """A number as it was written, every digit of it."""
    text: str = getattr(value, "text", None) or str(value)
    return text
