"""The payload of a call as it was sent, its identifiers marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from idgraph.views.base.blocks import Line, Payload, rich, words
from idgraph.views.base.view import View

if TYPE_CHECKING:
    from idgraph.calls import Key
    from idgraph.steps import Step
    from idgraph.views.base.case import Case

LINES, LENGTH = 60, 160
"""A longer body is cut here, and says so."""
Place = tuple[str, ...]


def payload(case: Case, step: Step) -> Payload:
    """Return the body of a call; of a call from a table, the identifiers as they were read."""
    call = step.call
    body: Mapping[str, object] = call.payload
    wire: Mapping[Key, Place] = call.wire
    caption = "Payload, as it was sent"
    if not body:
        body = {case.replay.policy.label(i.key): i.value for i in call.identifiers}
        wire = {i.key: (case.replay.policy.label(i.key),) for i in call.identifiers}
        if call.event is not None:
            body = {"event": call.event, **body}
        caption = "What the log says of this call"
    places = {tuple(place): key for key, place in wire.items()}
    lines = [_line(text, places.get(place), step) for text, place in _lines(body)]
    if len(lines) > LINES:
        found = [line for line in lines[LINES:] if line.mark]
        rest = Line(f"… {len(lines) - LINES - len(found)} more lines")
        lines = [*lines[:LINES], rest, *found]
    return Payload(
        rich(caption) if not call.origin else words(f"{caption} ({call.origin})"), tuple(lines)
    )


def _line(text: str, key: Key | None, step: Step) -> Line:
    short = text if len(text) <= LENGTH else f"{text[:LENGTH]}… ({len(text)} characters)"
    if key is None:
        return Line(short)
    if key == step.matched:
        refused = ", which refused it" if step.refused else ""
        return Line(short, "matched", f"matched: found {step.candidates[key]}{refused}")
    note = "identifier"
    if any(change.key == key and change.before is not None for change in step.changed):
        note = "identifier: replaced what the profile held"
    elif any(kept.identifier.key == key for kept in step.kept):
        note = "identifier: not written"
    return Line(short, "identifier", note)


def _lines(body: object) -> Iterator[tuple[str, Place]]:
    """The lines of pretty JSON, each with the place of its value in the body."""
    yield from _value(body, (), "", "", "")


def _value(
    value: object, place: Place, indent: str, name: str, comma: str
) -> Iterator[tuple[str, Place]]:
    head = f"{indent}{name}"
    if isinstance(value, Mapping) and value:
        yield f"{head}{{", place
        items = [(f"{_json(str(k))}: ", v, (*place, str(k))) for k, v in value.items()]
        brackets = "}"
    elif isinstance(value, list | tuple) and value:
        yield f"{head}[", place
        items = [("", v, (*place, str(n))) for n, v in enumerate(value)]
        brackets = "]"
    else:
        yield f"{head}{_json(value)}{comma}", place
        return
    for number, (label, item, where) in enumerate(items, 1):
        yield from _value(item, where, f"{indent}  ", label, "," * (number < len(items)))
    yield f"{indent}{brackets}{comma}", ("", *place)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _blocks(case: Case) -> tuple[Payload, ...]:
    return tuple(payload(case, step) for _, step in case.steps())


VIEW = View("payload", "Payloads", _blocks, payload, 4)
