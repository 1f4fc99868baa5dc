"""JSON without loss: every digit kept, duplicate names told, nothing that is no JSON let through.

The usual readers join ids: orjson turns 2**64 + 1 into a float, `json.loads` keeps the last of
two duplicate names and takes NaN. Here each of these is exact or is a reject.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Self

from idgraph.dialects.base.faults import RejectRow

DEPTH = 512
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_DIGITS = 4000


class Number(float):
    """A float that still knows the text it was written as."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Read a JSON number; one beyond the range of floats is a `bad-number`."""
        number = super().__new__(cls, text)
        if number in (float("inf"), float("-inf")):
            raise RejectRow("bad-number")
        number.text = text
        return number

    def __repr__(self) -> str:
        """Return the number as it was written."""
        return self.text


def decode(source: str) -> Any:
    """Return the value of a JSON text; `RejectRow` where it is none or cannot be kept exactly."""
    value, end = decode_at(source, _blank_until(source, 0))
    if _blank_until(source, end) != len(source):
        raise RejectRow("bad-json", "more text after its end")
    return value


def decode_at(source: str, start: int) -> tuple[Any, int]:
    """Return the JSON value that starts at `start` and where it ends; else `RejectRow`."""
    try:
        value, end = _DECODER.raw_decode(source, start)
    except RecursionError:
        raise RejectRow("too-deep") from None
    except json.JSONDecodeError as error:
        raise RejectRow("bad-json", f"after {error.pos - start} characters") from None
    except StopIteration:
        raise RejectRow("bad-json", "at its start") from None
    except ValueError:  # int() refuses texts of more than 4300 digits
        raise RejectRow("bad-number") from None
    if source.count("[", start, end) + source.count("{", start, end) > DEPTH:
        _check_depth(value)
    if _HALF.search(source, start, end):
        return _whole_characters(source[start:end]), end
    return value, end


def _blank_until(source: str, start: int) -> int:
    while start < len(source) and source[start] in " \t\r\n":
        start += 1
    return start


def _whole_characters(source: str) -> Any:
    """Read again with each lone half of a character as U+FFFD, which no identifier may hold.

    So a name cut in the middle of an emoji costs a character of a title, never a call.
    """
    whole = _ESCAPE.sub(lambda found: r"\ufffd" if found["half"] else found[0], source)
    return _DECODER.raw_decode(whole)[0]


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEPTH:
            raise RejectRow("too-deep")
        nested: list[Any] = []
        for item in level:
            inner = item.values() if isinstance(item, dict) else item
            nested.extend(child for child in inner if isinstance(child, dict | list))
        level = nested


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        for name, value in pairs:
            if not _same(found[name], value):
                raise RejectRow("duplicate-key")
    return found


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON texts: 1, 1.0 and true are three values."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and repr(one) == repr(other)


def _no_constant(_: str) -> Any:
    raise RejectRow("bad-number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Number, parse_constant=_no_constant
)
