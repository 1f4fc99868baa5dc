"""Characters that a screen acts on instead of showing, made visible."""

from __future__ import annotations

import re

_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
    "|[\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Return text in which control, bidi, zero-width and lone surrogate characters are escapes.

    A terminal or a browser obeys them; what strangers typed must not be obeyed.

    >>> visible("a\x1b[2Kb\u202e")
    'a\\x1b[2Kb\\u202e'
    """
    return _ACTING.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    point = ord(match[0])
    if point < 0x100:  # noqa: PLR2004
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"  # noqa: PLR2004
