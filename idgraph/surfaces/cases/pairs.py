"""Two histories as two linked steppers: their cases, and each row of both as data for the script.

The script knows which call stands beside which; all that it says of a row is composed here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Any, NamedTuple

from idgraph.calls import Call, CallNumber, Identifier
from idgraph.comparison import Comparison, Difference, Pair, Told
from idgraph.comparison.sides import STANDINGS
from idgraph.explain import listed
from idgraph.surfaces.cases import stepper, stills
from idgraph.surfaces.drawing import html, trees
from idgraph.surfaces.drawing.sharing import shared
from idgraph.surfaces.drawing.trees import Tree
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.results import comparisons
from idgraph.views.base.blocks import Cell, Rich, Row, Span, Table, rich, words
from idgraph.views.base.case import Case, Cases

_LONGEST = 80
"""Characters of a value that a row shows; the payload below has it whole."""
_STANDINGS: dict[str, str] = dict(STANDINGS.items())
_STANDINGS |= {"another one": "a different one", "number": "a number", "text": "a text"}
_LACKING = "not there"
_NAMES = {
    "added": "a call more",
    "removed": "a call less",
    "moved": "the place of the call",
    "channel": "the channel",
    "endpoint": "the endpoint",
    "reads": "whether it writes",
    "clears": "the keys that it empties",
    "merges": "whether it merges",
    "answer": "the answer",
    "gap": "the time since the call before",
    "event": "the event",
}


class Stand(NamedTuple):
    """Where two linked steppers stand at a row: of a call that is lacking, at the one before it."""

    good: CallNumber
    bad: CallNumber


def stands(found: Comparison) -> tuple[Stand, ...]:
    """Return where both steppers stand, row by row."""
    good = _standing((pair.good for pair in found.pairs), found.good.numbers[0])
    bad = _standing((pair.bad for pair in found.pairs), found.bad.numbers[0])
    return tuple(Stand(*both) for both in zip(good, bad, strict=True))


def _standing(numbers: Iterator[CallNumber | None], first: CallNumber) -> Iterator[CallNumber]:
    """The call of each row, else the last before it, else the first of all."""
    stood: Iterator[CallNumber | None] = accumulate(numbers, lambda held, call: call or held)
    return (number or first for number in stood)


def opening(found: Comparison) -> int:
    """Return the row to open on: the first that comes out differently, else that differs."""
    return found.first_divergence or found.first_difference or 1


def case(told: Told) -> Case:
    """Return the case of one side: all calls that are compared."""
    whole = Cases(told.replay, told.people).case(told.person)
    calls = tuple(sorted({*whole.calls, *told.numbers}))
    return replace(whole, calls=calls)


def head(found: Comparison) -> dict[str, Any]:
    """Return what the script needs beside the two steppers: rows, names, and where to jump."""
    stood = stands(found)
    return {
        "heads": [visible(name) for name in comparisons.heads(found)],
        "row": opening(found),
        "difference": found.first_difference or 0,
        "divergence": found.first_divergence or 0,
        "telling": [p.number for p in found.pairs if p.differences or not p.matches],
        "rows": [
            [*stand, _lacking(pair), visible(told(found, pair)), differing(found, pair)]
            for pair, stand in zip(found.pairs, stood, strict=True)
        ],
    }


def _lacking(pair: Pair) -> int:
    """Which side has no call in a row: 0 neither, 1 the first, 2 the second."""
    return 1 if pair.good is None else 2 if pair.bad is None else 0


def steps_head(case: Case, name: str, prefix: str = "") -> dict[str, Any]:
    """Return the head of one stepper, named for screen readers by its side."""
    made = stepper.head(stepper.steps(case), prefix)
    return made | {"title": f"{made['title']}: {visible(name)}"}


# --- a row in words ------------------------------------------------------------------------------


def told(found: Comparison, pair: Pair) -> str:
    """Return a row in words: both calls, how they came out, in what they differ; never a value."""
    sides = _side(found, pair, 0), _side(found, pair, 1)
    outcome, _ = comparisons.comes_out(found, pair)
    said = [f"Row {pair.number} of {len(found)}: {'; '.join(sides)}.", f"Comes out {outcome}."]
    ranked = comparisons.ranked(found, pair.differences)
    names = dict.fromkeys(_named(found, one) for one in ranked)
    said.append(f"Differs in: {listed(names)}." if names else "Nothing that was sent differs.")
    if pair.moved is not None:
        said.append(f"The same call of the other history stands in row {pair.moved}.")
    return " ".join(said)


def _side(found: Comparison, pair: Pair, place: int) -> str:
    name, side = comparisons.heads(found)[place], (found.good, found.bad)[place]
    number = (pair.good, pair.bad)[place]
    if number is None:
        return f"{comparisons.sides(found)[place]} has no such call and stays where it is"
    name = f"under {name}" if found.policies else name.lower()
    return f"{name} call {number} {_came(side, number)}"


def _came(side: Told, number: CallNumber) -> str:
    """What became of a call, with the names of profiles that the stepper beside it shows."""
    step = side.replay.step(number)
    if step.refused:
        said = "was refused"
    elif step.profile is None:
        said = "is filed nowhere"
    elif step.matched is None:
        said = f"{'created' if step.created else 'names'} {step.profile}"
    else:
        said = f"found {step.profile} by {side.replay.policy.label(step.matched)}"
    return f"{said}, but was observed on {step.landed}" if step.deviates else said


def _named(found: Comparison, one: Difference) -> str:
    name = _what(found, one)
    return f"{name} ({comparisons.MATTERS})" if one in found.minimal else name


def _what(found: Comparison, one: Difference) -> str:
    if one.kind == "key":
        return found.bad.replay.policy.label(one.key or "")
    return _NAMES.get(one.kind, one.field)


# --- a row, field by field -----------------------------------------------------------------------


def differing(found: Comparison, pair: Pair) -> Tree | None:
    """Return what differs in a row, field by field with both values; None where nothing does."""
    if not pair.differences:
        return None
    columns = tuple(map(words, ("What differs", *comparisons.heads(found), "What it counts for")))
    rows = tuple(_field(found, one) for one in comparisons.ranked(found, pair.differences))
    caption = f"Row {pair.number}, field by field"
    return trees.tree(Table(words(caption), columns, rows, "fields"))


def _field(found: Comparison, one: Difference) -> Row:
    counts = comparisons.weight(found, one)
    whole = _what(found, one)
    name = rich(f"`{whole}`") if one.kind in {"key", "field", "context"} else words(whole)
    good, bad = _call(found.good, one.good), _call(found.bad, one.bad)
    return Row(
        (
            Cell(name),
            Cell(_value(one, good, one.was) or _carried(found.good, good)),
            Cell(_value(one, bad, one.now) or _carried(found.bad, bad)),
            Cell(words(counts or "-"), "changed" if one in found.minimal else "muted"),
        )
    )


def _call(side: Told, number: CallNumber | None) -> Call | None:
    return None if number is None else side.replay.history.call(number)


def _value(one: Difference, call: Call | None, said: str) -> Rich:
    """What one side has of a difference: its value, and what that is to the person.

    Empty where the call itself is the difference.
    """
    if call is None:
        return words("no such call")
    if one.kind == "key":
        identifier, standing = call.get(one.key or ""), f" ({_STANDINGS.get(said, said)})"
        return (*_held(identifier), Span(standing)) if identifier else words(_LACKING)
    if one.kind == "context":
        return _held(call.context.get(one.field)) or words(_LACKING)
    if one.kind == "field":
        return _leaf(call.payload, one.field)
    return words(said or _plain(one, call))


def _held(identifier: Identifier | None) -> Rich:
    return () if identifier is None else (Span(_short(identifier.value), code=True),)


def _plain(one: Difference, call: Call) -> str:
    """What is said of a difference whose sides are no words of their own."""
    if one.kind == "merges":
        return "asks for a merge" if call.merges else "asks for none"
    return "none" if one.kind == "clears" else ""


def _carried(side: Told, call: Call | None) -> Rich:
    """What a call carries that the other history does not have, or has elsewhere."""
    labels = (side.replay.policy.label(one.key) for one in call.identifiers) if call else ()
    return rich(f"carries {listed(f'`{label}`' for label in labels) or 'no key'}")


def _leaf(payload: object, path: str) -> Rich:
    """The value of a payload at a path of names joined by dots; a name may hold dots itself."""
    if not path:
        return (Span(_short(payload), code=True),)
    if isinstance(payload, Mapping):
        for name, inner in payload.items():
            rest = path.removeprefix(str(name))
            if path == name or (path.startswith(str(name)) and rest.startswith(".")):
                found = _leaf(inner, rest.removeprefix("."))
                if found != words(_LACKING):
                    return found
    return words(_LACKING)


def _short(value: object) -> str:
    said = json.dumps(value, ensure_ascii=False, default=str)
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


# --- the page ------------------------------------------------------------------------------------


def host(found: Comparison, prefix: str = "") -> html.Host:
    """Return both steppers for a page, with all their pages in it, and what stands there without.

    Anchors are `row-N` for the rows, `good-call-N` and `bad-call-N` for the calls, all with the
    prefix before them.
    """
    sides = zip((found.good, found.bad), comparisons.heads(found), ("good-", "bad-"), strict=True)
    still, steppers = [], []
    for told_, name, css in sides:
        shown, before = case(told_), f"{prefix}{css}"
        document = stepper.steps(shown)
        pages = range(len(document.pages))
        steppers.append(
            {
                "head": steps_head(shown, name, before),
                "pages": [stepper.page(document, number, before) for number in pages],
            }
        )
        still.append(trees.element("h3", "", visible(name)))
        still.append(stills.still(shown, before))
    parts, again = shared({"rows": head(found)["rows"], "sides": steppers})
    data = {**head(found), "prefix": prefix, **parts, "shared": again}
    return html.Host(trees.element("div", "still", *still), data, "pair")
