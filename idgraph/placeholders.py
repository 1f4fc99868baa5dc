"""Values that stand for nobody: what shops send when they have no identifier."""

from __future__ import annotations

import re

from idgraph.calls import Identifier

_NOTHING = {"null", "none", "nil", "nan", "n/a", "na", "undefined", "unknown", "anonymous", "guest"}
_WORDS = _NOTHING | {"test", "user", "customer", "false", "true", "-1", ".", "email", "empty"}
_WORDS |= {"default", "[object object]"}
_MAILBOXES = _NOTHING | {"noemail", "no-email", "no_email", "nomail", "noreply", "no-reply", "test"}
_MAILBOXES |= {"dummy", "fake", "guestuser", "guest-checkout"}
_TEMPLATE = re.compile(r"\{\{.*\}\}|\{%.*%\}|\$\{.*\}|%%?\w+%%?|\*\|.*\|\*|<%.*%>")
_BLANK = re.compile(r"[0\-*#\s]*|x{2,}")


def stands_for_nobody(identifier: Identifier) -> bool:
    """Tell whether a value is a placeholder: it connects nobody, whoever sent it.

    These are words such as `null` or `guest`, zeros and dashes, templates that were not filled
    in, and addresses whose mailbox is such a word (`guest@...`).

    >>> stands_for_nobody(Identifier("email", "guest@shop.example"))
    True
    >>> stands_for_nobody(Identifier("email", "betty@example.com"))
    False
    """
    text = identifier.text.strip().casefold()
    if text in _WORDS or _BLANK.fullmatch(text) or _TEMPLATE.search(text):
        return True
    mailbox, at, _ = text.partition("@")
    return bool(at) and mailbox.partition("+")[0] in _MAILBOXES
