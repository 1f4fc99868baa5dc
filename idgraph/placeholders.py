"""Values that stand for nobody: what shops send when they have no identifier."""

from __future__ import annotations

import re

from idgraph.calls import Identifier

MAILBOXES = frozenset({"guest", "null", "undefined", "none", "nil", "anonymous", "unknown"})
MAILBOXES |= {"noreply", "no-reply", "noemail", "no-email", "no_email", "nomail", "guestuser"}
"""The part before the @ of addresses that stand for nobody, whatever shop they are at."""

_WORDS = frozenset(
    [
        "null",
        "none",
        "nil",
        "undefined",
        "nan",
        "n/a",
        "na",
        "unknown",
        "anonymous",
        "guest",
        "true",
        "false",
        "-",
        "-1",
        "0",
        "empty",
        "default",
        "(null)",
        "<null>",
        "[null]",
        "(none)",
        "test@test.com",
        "a@a.com",
        "none@none.com",
        "null@null.com",
        "[redacted]",
    ]
) | {"", "[object object]", "[email redacted]", "[email protected]"}
_TEMPLATE = re.compile(
    r"(?:\{\{[a-z_.|$ ]{0,60}\}\}|\{%[a-z_.|$ ]{0,60}%\}|\*\|[a-z_.: ]{0,40}\|\*"
    r"|\$\{[a-z_. ]{0,60}\}|<%=?[a-z_. ]{0,60}%>|%[a-z_]{2,40}%|\[\[[a-z_. ]{0,60}\]\])",
    re.IGNORECASE,
)
_ZEROS = re.compile(r"-?0+(?:\.0+)?|[0-]{2,}|[*#-]{2,}|[xX]{2,}")


def placeholder(text: str) -> bool:
    """Say whether a text stands for nobody: an empty one, `null`, an unrendered template, zero.

    Such a value is a cause of joined and split persons, so people must see it as it is.
    """
    bare = text.strip()
    return (
        bare.casefold() in _WORDS
        or _TEMPLATE.fullmatch(bare) is not None
        or _ZEROS.fullmatch(bare) is not None
    )


def stands_for_nobody(identifier: Identifier) -> bool:
    """Tell whether an identifier is a placeholder: it connects nobody, whoever sent it.

    >>> stands_for_nobody(Identifier("email", "guest@shop.example"))
    True
    >>> stands_for_nobody(Identifier("email", "betty@example.com"))
    False
    """
    mailbox, at, _ = identifier.text.strip().casefold().partition("@")
    return placeholder(identifier.text) or (bool(at) and mailbox.partition("+")[0] in MAILBOXES)
