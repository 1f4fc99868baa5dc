"""Which value of one history stands where which value of the other does, and both in one language.

Calls can be exchanged between two histories only where they speak of values in the same words. So
the values of the duplicated history are put in place of those of the correct one that stand in the
same calls, in the spelling that they have: letter case, blanks, number or text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from idgraph.calls import Call, Identifier
from idgraph.comparison.sides import Place, Side
from idgraph.persons import loosely
from idgraph.placeholders import stands_for_nobody

Translation = Mapping[Identifier, Identifier]
_ALIKE, _MET, _EQUAL = 3, 1, 2
"""What speaks for two values: calls in which they have one standing, others, the same letters."""


@dataclass(frozen=True, slots=True)
class Tongues:
    """The calls of both sides with values in one language."""

    good: tuple[Call, ...]
    bad: tuple[Call, ...]
    translation: Translation

    def of(self, call: Call) -> Call:
        """Return a call of the duplicated history with the values of the correct one."""
        return translated(call, self.translation)


def tongues(good: Side, bad: Side, pairs: Iterable[tuple[Place, Place]]) -> Tongues:
    """Return the calls of both sides in one language; `pairs` are calls with the same role."""
    ours, theirs = _spellings(good), _spellings(bad)
    matched = _matched(good, bad, pairs, ours, theirs)
    names: dict[Identifier, Identifier] = {}
    bases = {value: ours[partner][0] for value, partner in matched.items()}
    bases |= _apart(theirs, bases, {*ours, *theirs})
    for value, base in bases.items():
        for spelling in theirs[value]:
            names[spelling] = _respelled(spelling, theirs[value][0], base, set(names.values()))
    calls = tuple(translated(call, names) for call in bad.calls)
    return Tongues(good.calls, calls, names)


def _spellings(side: Side) -> dict[Identifier, list[Identifier]]:
    """The spellings of each value, in order of appearance; placeholders are nobody's."""
    found: defaultdict[Identifier, dict[Identifier, None]] = defaultdict(dict)
    for call in side.calls:
        for identifier in call.identifiers:
            if not stands_for_nobody(identifier):
                found[loosely(identifier)][identifier] = None
    return {value: list(spellings) for value, spellings in found.items()}


def _matched(
    good: Side,
    bad: Side,
    pairs: Iterable[tuple[Place, Place]],
    ours: Mapping[Identifier, list[Identifier]],
    theirs: Mapping[Identifier, list[Identifier]],
) -> dict[Identifier, Identifier]:
    """Each value of the duplicated history with that of the correct one, the best pairs first.

    Two that share letters speak for each other; a number and letters cannot be one another.
    """
    weights: Counter[tuple[Identifier, Identifier]] = Counter()
    weights.update({(value, value): _EQUAL for value in theirs if value in ours})
    for mine, other in pairs:
        held = bad.calls[other].keys
        for identifier in good.calls[mine].identifiers:
            partner = held.get(identifier.key)
            value = loosely(identifier)
            if partner is not None and value in ours and loosely(partner) in theirs:
                key = identifier.key
                alike = good.standings[mine][key] == bad.standings[other][key]
                weights[loosely(partner), value] += _ALIKE if alike else _MET
    found: dict[Identifier, Identifier] = {}
    for (value, partner), _ in weights.most_common():
        free = value not in found and partner not in found.values()
        if free and _fits(theirs[value], ours[partner][0]):
            found[value] = partner
    return found


def _apart(
    theirs: Mapping[Identifier, list[Identifier]],
    bases: Mapping[Identifier, Identifier],
    taken: set[Identifier],
) -> dict[Identifier, Identifier]:
    """Another name for each value without a partner whose own name now stands for another one."""
    used = {loosely(base) for base in bases.values()}
    found = {}
    for value in theirs:
        if value not in bases and value in used:
            name = theirs[value][0]
            while loosely(name) in taken:
                name = name._replace(text=_other(name))
            taken.add(loosely(name))
            found[value] = name
    return found


def _other(name: Identifier) -> str:
    """Another value of the same make: digits stay digits, an address stays one."""
    if name.key == "email":
        return f"other.{name.text}"
    return f"{name.text}0" if name.text.strip()[-1:].isdigit() else f"{name.text}.other"


def _fits(spellings: Iterable[Identifier], base: Identifier) -> bool:
    """Tell whether a value can be spelled in each of these ways: a number is made of digits."""
    return base.text.strip().lstrip("-").isdigit() or not any(one.number for one in spellings)


def _respelled(
    spelling: Identifier, plain: Identifier, base: Identifier, taken: set[Identifier]
) -> Identifier:
    """Return the base, spelled otherwise as one spelling is than the plain one."""
    if spelling.text == plain.text:
        found = base.text
    elif spelling.key == "phone_number":
        found = _dialled(spelling.text, base.text)
    else:
        found = _cased(spelling.text, plain.text, base.text)
    fresh = Identifier(spelling.key, found, spelling.number)
    ways = count(1)
    while fresh in taken and spelling.text != plain.text:
        fresh = fresh._replace(text=_cased_at(found, next(ways)))
    return fresh


def _dialled(spelling: str, base: str) -> str:
    """The digits of the base, written with the blanks and signs of a spelling."""
    digits = iter(re.sub(r"\D", "", base))
    written = re.sub(r"\d", lambda _: next(digits, ""), spelling)
    return written + "".join(digits)


def _cased(spelling: str, plain: str, base: str) -> str:
    bare = spelling.strip()
    front = spelling[: len(spelling) - len(spelling.lstrip())]
    back = spelling[len(spelling.rstrip()) :] if bare else ""
    core = base.strip()
    if bare != plain.strip():
        core = core.upper() if bare.isupper() else core.lower() if bare.islower() else core
        core = _cased_at(core, 0) if core == base.strip() else core
    return f"{front}{core}{back}"


def _cased_at(text: str, place: int) -> str:
    """The text with its letter of that place in the other case; a blank behind where it has none.

    Places go around, so that any number of spellings can be told apart.
    """
    letters = [n for n, letter in enumerate(text) if letter.swapcase() != letter]
    if place >= len(letters):
        return f"{text}{' ' * (place - len(letters) + 1)}"
    at = letters[place]
    return f"{text[:at]}{text[at].swapcase()}{text[at + 1 :]}"


def translated(call: Call, names: Translation) -> Call:
    """Return a call with other values, in its payload and context, too."""
    if not any(identifier in names for identifier in call.identifiers):
        return call
    texts = {old.text: new.text for old, new in names.items()}
    return replace(
        call,
        identifiers=tuple(names.get(one, one) for one in call.identifiers),
        context={name: names.get(one, one) for name, one in call.context.items()},
        payload={name: _said(part, texts) for name, part in call.payload.items()},
    )


def _said(part: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(part, Mapping):
        return {name: _said(inner, texts) for name, inner in part.items()}
    if isinstance(part, list | tuple):
        return [_said(inner, texts) for inner in part]
    if isinstance(part, str):
        return texts.get(part, part)
    if isinstance(part, int) and not isinstance(part, bool):
        found = texts.get(str(part))
        return int(found) if found is not None and found.lstrip("-").isdigit() else part
    return part
