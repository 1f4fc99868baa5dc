"""What is asked for at the controls of a what-if, as edits of the replay that was given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from idgraph import policy as policies
from idgraph.calls import Call, CallNumber, Key
from idgraph.futures import Edits, Value
from idgraph.rules import RuleCode
from idgraph.surfaces.results.veils import Veil

EditName = tuple[str, Any]
"""Which edit one is: an argument of `what_if`, and the key of it."""
_WHOLE = re.compile(r"-?(0|[1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Desk:
    """The call under edit, and what the screen offers there: asked for by its place.

    `keys` are the fields, `others` the calls that it can come before, `rules` the policies ("" for
    the own one), `assumed` the outcomes of open rules, `made` the edits made so far.
    """

    veil: Veil
    call: CallNumber
    keys: Sequence[Key]
    others: Sequence[CallNumber]
    rules: Sequence[str]
    assumed: Sequence[tuple[RuleCode, str]]
    made: Sequence[EditName]

    @property
    def carried(self) -> Call:
        """The call as the screen shows it."""
        return self.veil.shown.history.call(self.call)


def edited(edits: Edits, desk: Desk, asked: object) -> Edits | None:
    """Return the edits after what the screen asked for; None for what was not offered there."""
    given: Mapping[str, Any] = asked if isinstance(asked, dict) else {}
    act = _ACTS.get(str(given.get("ask")))
    return act(edits, desk, given) if act and given.get("call") == desk.call else None


def put(edits: Edits, desk: Desk, key: Key, text: str) -> Edits:
    """Let the call carry what a field says; what the call carries anyway is no edit."""
    base = desk.carried.get(key)
    value: Value = text or None
    if base is not None and base.number and _WHOLE.fullmatch(text):
        value = int(text)
    values = dict(edits.put.get(desk.call, {}))
    if text == (base.text if base else ""):
        values.pop(key, None)
    else:
        values[key] = desk.veil.meant(key, value)
    return _with(edits, desk, "put", values)


def without(edits: Edits, edit: EditName) -> Edits:
    """Return the edits but one."""
    name, place = edit
    if name == "policy":
        return replace(edits, policy=None, assume={})
    given: Any = getattr(edits, name)
    if name == "put":
        number, key = place
        values = {k: v for k, v in given[number].items() if k != key}
        rest: Any = {n: v for n, v in {**given, number: values}.items() if v}
    elif name == "without":
        rest = tuple(number for number in given if number != place)
    else:
        rest = {n: value for n, value in given.items() if n != place}
    changed: dict[str, Any] = {name: rest}
    return replace(edits, **changed)


def _with(edits: Edits, desk: Desk, name: str, value: Any) -> Edits:
    """The edits with what one kind of them says of the call; nothing takes it back."""
    held = {**getattr(edits, name), desk.call: value}
    given: dict[str, Any] = {name: {number: one for number, one in held.items() if one}}
    return replace(edits, **given)


def _at(offered: Sequence[Any], place: object) -> Any:
    """What is offered at a place, from 0; None where nothing is."""
    if not isinstance(place, int) or isinstance(place, bool):
        return None
    return offered[place] if 0 <= place < len(offered) else None


def _put(edits: Edits, desk: Desk, asked: Mapping[str, Any]) -> Edits | None:
    key, text = _at(desk.keys, asked.get("place")), asked.get("value")
    return put(edits, desk, key, text) if key is not None and isinstance(text, str) else None


def _move(edits: Edits, desk: Desk, asked: Mapping[str, Any]) -> Edits | None:
    other = _at((0, *desk.others), asked.get("place"))
    return None if other is None else _with(edits, desk, "before", other)


def _delay(edits: Edits, desk: Desk, asked: Mapping[str, Any]) -> Edits | None:
    value = asked.get("value")
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        return None
    return _with(edits, desk, "delay", value)


def _leave_out(edits: Edits, desk: Desk, asked: Mapping[str, Any]) -> Edits | None:
    out = asked.get("value")
    if not isinstance(out, bool):
        return None
    others = tuple(number for number in edits.without if number != desk.call)
    return replace(edits, without=(*others, *((desk.call,) if out else ())))


def _choose_policy(edits: Edits, desk: Desk, asked: Mapping[str, Any]) -> Edits | None:
    name = _at(desk.rules, asked.get("place"))
    if name is None:
        return None
    known = policies.load(name).rules if name else desk.veil.replay.policy.rules
    assume = {code: outcome for code, outcome in edits.assume.items() if code in known}
    return replace(edits, policy=name or None, assume=assume)


def _assume(edits: Edits, desk: Desk, asked: Mapping[str, Any]) -> Edits | None:
    found = _at((("", ""), *desk.assumed), asked.get("place"))
    return None if found is None else replace(edits, assume=dict([found]) if found[0] else {})


def _take_back(edits: Edits, desk: Desk, asked: Mapping[str, Any]) -> Edits | None:
    edit = _at(desk.made, asked.get("place"))
    return None if edit is None else without(edits, edit)


def _reset(_edits: Edits, _desk: Desk, _asked: Mapping[str, Any]) -> Edits | None:
    return Edits()


_ACTS: Mapping[str, Callable[[Edits, Desk, Mapping[str, Any]], Edits | None]] = {
    "put": _put,
    "before": _move,
    "delay": _delay,
    "without": _leave_out,
    "policy": _choose_policy,
    "assume": _assume,
    "back": _take_back,
    "reset": _reset,
}
