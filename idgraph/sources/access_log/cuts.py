"""Tells an address that the log cut off from one that was sent wrong."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote

# A text that the end cuts off is one token too, so that no bracket in it counts.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_PART_OF_ESCAPE = re.compile(r"%[0-9A-Fa-f]?$")
_NO_LETTER = re.compile(r"[^A-Za-z0-9+/]")
_ROUNDS = 3


def is_cut(url: str) -> bool:
    """Say whether the last value of a query is the start of a JSON object whose end is missing.

    The object may be in base64 and percent-encoded; what is left of a code at the cut is passed
    over.
    """
    value = url.partition("?")[2].rpartition("&")[2].partition("=")[2]
    for _ in range(_ROUNDS):
        value = _PART_OF_ESCAPE.sub("", value)
        for text in (value.replace("+", " "), _unpacked(value)):
            if text.lstrip().startswith("{"):
                return not _closes(text)
        value = unquote(value)
    return False


def _unpacked(value: str) -> str:
    letters = _NO_LETTER.sub("", value.replace(" ", "+").replace("-", "+").replace("_", "/"))
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]  # one letter alone holds no byte
    return base64.b64decode(whole + "=" * (-len(whole) % 4)).decode("utf-8", "replace")


def _closes(text: str) -> bool:
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in "[{") - (token[0] in "]}")
        if depth == 0:
            return True
    return False
