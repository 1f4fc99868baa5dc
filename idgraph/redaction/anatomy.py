"""Takes a spelling apart and repeats it: what is around, inside and above the core of a value.

Each function looks at how a value deviates from its core and makes another core deviate in the
same way. Where the other core is shorter there are several ways; they come best first, so that
the caller can pass over one that is already another value's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import islice, product
from typing import NamedTuple

_OPENING = "<\"'\u201c\u2018\u00ab("
_CLOSING = ">\"'\u201d\u2019\u00bb),.;"
_MAILTO = "mailto:"
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_TO_FULL = {narrow: narrow + 0xFEE0 for narrow in range(0x21, 0x7F)}
_TO_NARROW = {full: narrow for narrow, full in _TO_FULL.items()}
_LETTERS = "xzqkvwjypbdfghcnrstlmaeiou"
_DIGITS = "7938246510"
_LOOKALIKES = "\u0430\u0435\u043e\u0441\u0456"
_ENOUGH = 400

Place = tuple[int, str]
"""Before which letter of the core a character stands, and the character."""


def faint(letter: str) -> bool:
    """Say whether a character shows as nothing: white space, invisible or control characters."""
    return letter.isspace() or letter in _INVISIBLE or unicodedata.category(letter) in {"Cf", "Cc"}


def ends(text: str) -> tuple[str, str, str]:
    """Return what stands before, in and after: blanks, quotes, brackets, `mailto:`, a full stop.

    >>> ends(' "mailto:b@shop.example". ')
    (' "mailto:', 'b@shop.example', '". ')
    """
    start, stop = 0, len(text)
    while start < stop:
        if faint(text[start]) or text[start] in _OPENING:
            start += 1
        elif text[start : start + len(_MAILTO)].lower() == _MAILTO:
            start += len(_MAILTO)
        else:
            break
    while stop > start and (faint(text[stop - 1]) or text[stop - 1] in _CLOSING):
        stop -= 1
    return text[:start], text[start:stop], text[stop:]


def narrowed(text: str) -> str | None:
    """Return a text of full-width letters in plain ones; None where it has any other form."""
    narrow = text.translate(_TO_NARROW)
    return narrow if narrow != text and widened(narrow) == text else None


def widened(text: str) -> str:
    """Return a text with its plain letters in full width."""
    return text.translate(_TO_FULL)


def composed(text: str) -> str | None:
    """Return the NFC form of a text in NFD; None where it has any other form.

    A few letters (U+0390) fold to their own decomposition: those two spellings differ in case
    alone to a platform that folds, so they are left to `cased`.
    """
    joined = unicodedata.normalize("NFC", text)
    apart = unicodedata.normalize("NFD", joined)
    same = joined == text or apart != text or joined.casefold() == text.casefold()
    return None if same else joined


def decomposed(text: str) -> str:
    """Return the NFD form of a text."""
    return unicodedata.normalize("NFD", text)


def accented(text: str) -> bool:
    """Say whether NFC and NFD of a text differ."""
    return decomposed(text) != text


def with_accent(word: str) -> str:
    """Return a word with an accent on its first vowel: one that NFD takes apart."""
    for vowel, accent in zip("aeiou", "\u00e1\u00e9\u00ed\u00f3\u00fa", strict=True):
        place = word.find(vowel)
        if place >= 0 and not any(other in word[:place] for other in "aeiou"):
            return word[:place] + accent + word[place + 1 :]
    return "\u00e1" + word


def without(text: str, *, dots: bool) -> tuple[str, tuple[Place, ...]]:
    """Return a text without its faint characters (and dots), and where each of them stood."""
    core: list[str] = []
    places: list[Place] = []
    for letter in text:
        if faint(letter) or (dots and letter == "."):
            places.append((len(core), letter))
        else:
            core.append(letter)
    return "".join(core), tuple(places)


def scattered(places: tuple[Place, ...], length: int, width: int) -> Iterator[tuple[Place, ...]]:
    """Yield the same places in a core of another width, the nearest first; the ends stay ends."""
    options = [
        [(near, letter) for near in _nearest(place, length, width)] for place, letter in places
    ]
    for choice in islice(product(*options), _ENOUGH):
        if [place for place, _ in choice] == sorted(place for place, _ in choice):
            yield choice


def _nearest(place: int, length: int, width: int) -> list[int]:
    if place == 0:
        return [0]
    if place == length:
        return [width]
    wanted = place * width / length
    return sorted(range(1, width), key=lambda other: (abs(other - wanted), other)) or [width]


def inserted(core: str, places: tuple[Place, ...]) -> str:
    """Return a core with characters put before the letters that their places name."""
    parts: list[str] = []
    done = 0
    for place, letter in places:
        parts += (core[done:place], letter)
        done = place
    return "".join((*parts, core[done:]))


def cased(model: str, core: str) -> Iterator[str]:
    """Yield spellings of `core` whose letter case is like that of `model`, the best first.

    No capitals, all capitals and one in front keep their class. Any other pattern is scaled letter
    by letter and never becomes one of the three.
    """
    capitals = [letter == letter.upper() for letter in model if letter.lower() != letter.upper()]
    width = sum(letter.lower() != letter.upper() for letter in core)
    front = (True, *(False,) * (width - 1))
    classes = {(False,) * width: not any(capitals), (True,) * width: all(capitals)}
    classes.setdefault(front, bool(capitals) and capitals[0] and not any(capitals[1:]))
    natural = next((pattern for pattern, holds in classes.items() if holds), None)
    if natural is not None:
        yield _with_case(core, natural)
    count = len(capitals)
    scaled = tuple(bool(count) and capitals[place * count // width] for place in range(width))
    for number in range(min(2**width, _ENOUGH)):
        flips = tuple(bool(number >> place & 1) for place in reversed(range(width)))
        pattern = tuple(one != other for one, other in zip(scaled, flips, strict=True))
        if pattern not in classes:
            yield _with_case(core, pattern)


def _with_case(core: str, pattern: tuple[bool, ...]) -> str:
    rest = iter(pattern)
    return "".join(
        (letter.upper() if next(rest) else letter.lower())
        if letter.lower() != letter.upper()
        else letter
        for letter in core
    )


class Typo(NamedTuple):
    """One slip of the hand: `insert`, `delete`, `substitute` or `transpose`, where, which letter.

    `doubled` says that an inserted letter repeats its neighbour.
    """

    slip: str
    place: int
    length: int
    letter: str = ""
    doubled: bool = False


def typo(one: str, other: str) -> Typo | None:
    """Return the one slip that makes `other` of `one`; None where it takes none or several.

    >>> typo("betty", "bettty").slip, typo("betty", "bteyt")
    ('insert', None)
    """
    size = len(one)
    start = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(size, len(other)),
    )
    rest, tail = one[start:], other[start:]
    if len(other) == size + 1 and rest == tail[1:]:
        doubled = start > 0 and tail[0] == one[start - 1]
        return Typo("insert", start, size, tail[0], doubled)
    if len(other) == size - 1 and rest[1:] == tail:
        return Typo("delete", start, size)
    if len(other) != size or not rest:
        return None
    if rest[1:] == tail[1:]:
        return Typo("substitute", start, size, tail[0])
    if rest[:2] == tail[1::-1] and rest[2:] == tail[2:]:
        return Typo("transpose", start, size)
    return None


def slipped(word: str, slip: Typo) -> Iterator[str]:
    """Yield a word with the same slip, the place and the letter that fit best first."""
    wanted = slip.place * len(word) / max(slip.length, 1)
    for place in sorted(range(len(word) + 1), key=lambda other: (abs(other - wanted), other)):
        head, tail = word[:place], word[place:]
        if slip.slip == "insert":
            letters = head[-1:] if slip.doubled else _like(slip.letter)
            yield from (head + letter + tail for letter in letters)
        elif slip.slip == "delete" and tail and len(word) > 1:
            yield head + tail[1:]
        elif slip.slip == "substitute" and tail:
            yield from (head + letter + tail[1:] for letter in _like(slip.letter))
        elif slip.slip == "transpose" and len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def _like(letter: str) -> str:
    if accented(letter):
        return "\u00e1\u00e9\u00ed\u00f3\u00fa"
    if not letter.isascii():
        return _LOOKALIKES
    return _DIGITS if letter.isdigit() else _LETTERS
