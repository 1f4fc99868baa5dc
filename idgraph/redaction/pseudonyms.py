"""What stand-ins look like: drawn from a number, or from a key and the core."""

from __future__ import annotations

import hmac
import re
from functools import lru_cache

from idgraph.redaction import anatomy

Family = str
"""Cores of one family share a name space.

They are `local`, `domain`, `tag`, `text`, `digits`, `phone` and `name`.
"""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID_HEAD = "aaaaaaaa"
_KEYED_DIGITS = 12
_SAFE_DIGITS = 15
_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aeiou"
_CHECKS = "abcdefghijklmnopqrstuv"
_SPACED = frozenset(("person", "event", "property"))
"""Kinds that people read as names: `person 1`, not `person-1`."""


def numbered(family: Family, word: str, core: str, kind: str, number: int) -> str:  # noqa: PLR0911
    """Return the stand-in of a core that was the so-manieth of its kind to appear."""
    if family == "local":
        return f"{word}~{checked(number)}"
    if family == "domain":
        return f"{word}-{checked(number)}.example"
    if family == "tag":
        return f"{word}{checked(number)}"
    if family == "digits":
        return str(number + _first(core))
    if family == "phone":
        return _undialled(core, 100_000 + number)
    if kind == "external_id" and _UUID.fullmatch(core):
        return f"{_UUID_HEAD}-0000-4000-8000-{number:012d}"
    if word == "phone":
        return f"phone-{_lettered(number)}"
    return f"{word}{' ' if kind in _SPACED else '-'}{number}"


def keyed(family: Family, word: str, core: str, kind: str, drawn: int) -> str:  # noqa: PLR0911
    """Return the stand-in of a core for which `drawn` was drawn under a key."""
    if family == "digits":
        width = max(len(core), _KEYED_DIGITS)
        return str(10 ** (width - 1) + drawn % (9 * 10 ** (width - 1)))
    if family == "phone":
        return _undialled(core, drawn % 10**6)
    name, number = _pronounced(drawn)
    if anatomy.accented(core):
        name = anatomy.with_accent(name)
    if family == "local":
        return f"{name.replace('-', '~')}{number}"
    if family == "domain":
        return f"{name}{number}.example"
    if kind == "external_id" and _UUID.fullmatch(core):
        return f"{_UUID_HEAD}-0000-4000-8000-{drawn % 16**12:012x}"
    if word.startswith("phone"):
        return f"phone-{name}"
    return f"{word}{' ' if kind in _SPACED else '-'}{name}{number}"


def checked(number: int) -> str:
    """Return a number and a letter that any one slip in the number would change.

    Changed or swapped digits change the rest modulo 11, a lost or an added one the length.
    """
    return f"{number}{_CHECKS[number % 11 + 11 * (len(str(number)) % 2)]}"


def _lettered(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _first(core: str) -> int:
    """Ids too long for a JavaScript number keep their length: that they are is a cause."""
    return 10 ** (len(core) - 1) if len(core) > _SAFE_DIGITS and core.isdigit() else 1000


def drawn_from(key: bytes, family: Family, core: str, salt: int) -> int:
    """Return the HMAC-SHA-256 of a core as a number; `salt` draws again after a collision."""
    said = f"{family}|{core}|{salt}" if salt else f"{family}|{core}"
    return int.from_bytes(hmac.digest(key, said.encode("utf-8", "surrogatepass"), "sha256"))


def _pronounced(drawn: int) -> tuple[str, str]:
    """Return two words that nobody is called, and two digits: some 40 bits."""
    letters: list[str] = []
    for alphabet in (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS, _CONSONANTS) * 2:
        drawn, rest = divmod(drawn, len(alphabet))
        letters.append(alphabet[rest])
    return "".join((*letters[:5], "-", *letters[5:])), f"{drawn % 100:02d}"


def _undialled(digits: str, number: int) -> str:
    """Return a phone number of the same length and country that cannot be dialled.

    North America: area code 555 is nobody's and no exchange starts with 0 (or 1). Elsewhere: no
    national number starts with three zeros.
    """
    country = _country(digits)
    width = len(digits) - len(country)
    if country in {"", "1"}:
        return f"{country}5550{number:0{max(width - 4, 6)}d}"
    return f"{country}000{number:0{max(width - 3, 6)}d}"


@lru_cache(maxsize=4096)
def _country(digits: str) -> str:
    """The country code that digits start with; empty where they make no international number."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return ""
    return str(parsed.country_code) if phonenumbers.is_possible_number(parsed) else ""
