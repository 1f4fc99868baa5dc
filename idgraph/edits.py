"""Edits: changes to calls as their sender could make them, and what a history becomes by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from idgraph.calls import Call, CallNumber, Identifier, Key
from idgraph.explain import call_words, label
from idgraph.replays import Replay
from idgraph.steps import ProfileName

EditKind = Literal["add", "replace", "normalise", "drop", "wait", "order"]
KINDS: dict[EditKind, str] = {
    "add": "send a key that the profile holds, which the call lacks",
    "replace": "send the value that the profile holds, in place of another one",
    "normalise": "send the value in the spelling that the profile holds",
    "drop": "leave out a key whose value is a placeholder or out of date",
    "wait": "send the call only after another one has taken effect",
    "order": "send a call that knows both keys before the one that knows one",
}
"""What a repair may change, as a sender would do it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to a call, and to `also`, the person's later calls that carry the same.

    `add` and `replace` put `identifier`, which `holder` holds, on the call (None where it is the
    splitting call's own); `normalise` puts it there in place of another spelling of it; `drop`
    takes `key` off it; `wait` lets it be sent only after call `after` has taken effect; `order`
    lets it be sent just before call `before`.
    """

    call: CallNumber
    kind: EditKind
    key: Key | None = None
    identifier: Identifier | None = None
    holder: ProfileName | None = None
    after: CallNumber | None = None
    before: CallNumber | None = None
    also: tuple[CallNumber, ...] = ()

    @property
    def calls(self) -> tuple[CallNumber, ...]:
        """All calls that it changes."""
        return (self.call, *self.also)

    def of(self, call: Call) -> Call:
        """Return what a call becomes by it; waiting and order leave the call as it is."""
        if self.identifier is not None:
            return call.carrying(self.identifier)
        return call.without(self.key) if self.kind == "drop" and self.key is not None else call


def applied(replay: Replay, edits: Iterable[Edit]) -> dict[CallNumber, Call]:
    """Return the calls that some edits change, as they become."""
    changes: dict[CallNumber, Call] = {}
    for edit in edits:
        for number in edit.calls:
            changes[number] = edit.of(changes.get(number, replay.history.call(number)))
    return changes


def moved(edits: Iterable[Edit]) -> tuple[CallNumber, CallNumber] | None:
    """Return which call comes just before which by some edits; None where none moves one."""
    pairs = ((edit.call, edit.before) for edit in edits if edit.kind == "order")
    return next(((call, before) for call, before in pairs if before is not None), None)


def edit_words(replay: Replay, edit: Edit) -> str:
    """Return an edit as a sentence says it."""
    words = call_words(replay, edit.call)
    if edit.also:
        words += f" and {len(edit.also)} later call{'s' if len(edit.also) > 1 else ''} like it"
    if edit.kind == "wait" and edit.after is not None:
        return f"send {words} only after {call_words(replay, edit.after)} has taken effect"
    if edit.kind == "order" and edit.before is not None:
        return f"send {words} before {call_words(replay, edit.before)}"
    key = label(replay.policy, edit.key or "")
    return {
        "add": f"send {key} with {words}",
        "replace": f"send in {words} the {key} that {edit.holder} holds",
        "normalise": f"send the {key} of {words} in the spelling that {edit.holder} holds",
    }.get(edit.kind, f"leave {key} out of {words}")
