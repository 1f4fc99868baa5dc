"""Text that nothing obeys: no terminal, no reader of lines, no spreadsheet.

What strangers typed into forms stands in what is printed and written; a program that acts on it is
the same mistake everywhere. Markup has an escaper of its own, in `surfaces`.
"""

from __future__ import annotations

import re

ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
    "|[\U000e0000-\U000e007f]"
)
_FORMULA = re.compile("['=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_BYTE, _PLANE = 0x100, 0x10000


def visible(text: str) -> str:
    r"""Return text in which control, bidi, zero-width and lone surrogate characters are escapes.

    A terminal or a browser obeys them; what strangers typed must not be obeyed.

    >>> visible("a\x1b[2Kb\u202e")
    'a\\x1b[2Kb\\u202e'
    """
    return ACTING.sub(_shown, text)


def json_line(text: str) -> str:
    r"""Return JSON of one line, spelled so that no terminal and no `splitlines` obeys it.

    It means the same: JSON may write any character of a text as `\u....`.

    >>> json_line('"\x85"')
    '"\\u0085"'
    """
    return ACTING.sub(_unit, text)


def cell(text: str) -> str:
    """Return a text as a cell of CSV that no spreadsheet runs; `bare` takes it back.

    What begins with `=`, `+`, `-`, `@`, their full-width forms, a tab or a line end gets an
    apostrophe before it (OWASP, "CSV Injection"), and so does what begins with an apostrophe, so
    that each cell means one text. Phone numbers are no exception: as a number they lose their `+`.

    >>> cell("+15550123")
    "'+15550123"
    """
    return f"'{text}" if _FORMULA.match(text) else text


def bare(cell: str) -> str:
    """Return the text that `cell` made a cell of.

    >>> bare("'+15550123")
    '+15550123'
    """
    return cell.removeprefix("'")


def _shown(match: re.Match[str]) -> str:
    point = ord(match[0])
    if point < _BYTE:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < _PLANE else f"\\U{point:08x}"


def _unit(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))
