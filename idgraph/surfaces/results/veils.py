"""What a screen shows in place of a history's values, and what a text typed there stands for."""

from __future__ import annotations

from dataclasses import replace

from idgraph.calls import Identifier, Key
from idgraph.futures import Edits, Future, Value, what_if
from idgraph.redaction import Redactor
from idgraph.redaction.terms import Terms
from idgraph.replays import Replay
from idgraph.replays import replay as run


class Veil:
    """A replay and the one that a screen shows of it: redacted, or the same.

    A value that the history knows, be it in another spelling, is shown by its stand-in; any other
    one that a person types is shown as typed.
    """

    def __init__(
        self,
        replay: Replay,
        *,
        redact: bool = True,
        terms: Terms | None = None,
        known: tuple[Redactor, Replay] | None = None,
    ) -> None:
        """Pair the values of the history with what is shown of them.

        It is redacted on `terms` of its own where there are such; `known` are the redactor of the
        history and the redacted replay, where they were made already.
        """
        self.replay = replay
        self.shown = replay
        self._redactor = Redactor(replay.history, terms=terms) if redact and known is None else None
        if known is not None:
            self._redactor, self.shown = known
        elif self._redactor is not None:
            veiled = self._redactor.history(replay.history)
            self.shown = run(veiled, replay.policy, assume=replay.assumptions)
        pairs = zip(replay.history, self.shown.history, strict=True)
        both = [p for c, d in pairs for p in zip(c.identifiers, d.identifiers, strict=True)]
        self._texts = {given.text for given, _ in both}
        self._loose = {replay.policy.loose(given) for given, _ in both}
        self._known = {stood.text: given.text for given, stood in both}
        self._exact = {(stood.key, stood.text): given.text for given, stood in both}

    def meant(self, key: Key, value: Value) -> Value:
        """Return the value of the history for which a typed one stands; itself where for none."""
        if value is None or str(value) in self._texts:
            return value
        text = self._exact.get((key, str(value)), self._known.get(str(value), str(value)))
        return _typed_as(value, text)

    def veiled(self, key: Key, value: Value) -> Value:
        """Return what is shown of a value."""
        if self._redactor is None or value is None:
            return value
        given = Identifier(key, str(value), not isinstance(value, str))
        known = given.text in self._texts or self.replay.policy.loose(given) in self._loose
        return _typed_as(value, self._redactor.identifier(given).text) if known else value

    def future(self, edits: Edits) -> Future:
        """Return what is shown of a future with some edits of the replay."""
        put = {
            number: {key: self.veiled(key, value) for key, value in values.items()}
            for number, values in edits.put.items()
        }
        return what_if(self.shown, **replace(edits, put=put).arguments)


def _typed_as(value: Value, text: str) -> Value:
    """A text with the JSON type of another value, where it can have it."""
    whole = text.removeprefix("-").isdecimal() and str(int(text)) == text
    return int(text) if isinstance(value, int) and whole else text
