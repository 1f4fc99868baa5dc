"""How people write a path: a JSON pointer (`/user/0/mail`) or with dots (`user[0].mail`)."""

from __future__ import annotations

import re

from idgraph.sources.base.paths import Path

_BAD_ESCAPE = re.compile(r"~(?![01])")
_STEP = re.compile(r"(?:\\.|[^\\.\[\]])+|\[[0-9]+\]|\.", re.DOTALL)


def path_of(text: str) -> Path | None:
    r"""Return the names that a path is made of; None where the text is no path.

    A text that starts with a slash is a JSON pointer (RFC 6901: `~1` is a slash, `~0` a tilde).
    Any other has a dot between names; `[0]` and `.0` are places in a list, and a backslash keeps
    the dot, bracket or slash behind it.

    >>> path_of("/payload/user.mail") == path_of(r"payload.user\.mail") == ("payload", "user.mail")
    True
    >>> path_of("users[0].mail")
    ('users', '0', 'mail')
    """
    if text.startswith("/"):
        if _BAD_ESCAPE.search(text):
            return None
        return tuple(name.replace("~1", "/").replace("~0", "~") for name in text[1:].split("/"))
    return _of_dots(text)


def _of_dots(text: str) -> Path | None:
    names: list[str] = []
    place, joined = 0, True
    while place < len(text):
        step = _STEP.match(text, place)
        if step is None:
            return None
        sign, place = step[0], step.end()
        if sign == ".":
            if joined:
                return None
            joined = True
        elif sign.startswith("["):
            if joined and names:
                return None
            names.append(sign[1:-1])
            joined = False
        else:
            if not joined:
                return None
            names.append(re.sub(r"\\(.)", r"\1", sign, flags=re.DOTALL))
            joined = False
    return None if joined else tuple(names)
