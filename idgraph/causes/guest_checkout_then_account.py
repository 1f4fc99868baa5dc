"""A guest ordered with an email alone, and the account that came later has an id."""

from __future__ import annotations

import re

from idgraph.calls import CallNumber
from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "guest-checkout-then-account"
_ORDER = re.compile(r"\b(?:order(?:ed)?|checkout|purchased?)\b", re.IGNORECASE)


def _find(evidence: Evidence) -> Finding | None:
    held, keys = evidence.held, evidence.call.keys
    if not evidence.step.created or "email" not in held or "external_id" in held:
        return None
    order = _order(evidence)
    if order is None or "external_id" not in keys:
        return None
    if "email" in keys and evidence.finding("email") != "never-held":
        return None
    return Finding(CODE, "likely", "two-emails" if "email" in keys else "plain", {"order": order})


def _order(evidence: Evidence) -> CallNumber | None:
    """The first order on the missed profile."""
    for step in evidence.earlier():
        here = step.landed == evidence.split.source and "email" in step.call.keys
        if here and _ORDER.search(step.call.event or ""):
            return step.number
    return None


CAUSE = Cause(
    code=CODE,
    rank=86,
    title="An order as a guest, then an account",
    advice="Send the email with every call of an account, and the id with every order.",
    source="reported by agencies; community thread 1187: matching is by the keys of the call alone",
    wordings={
        "plain": Wording(
            says="{order} came from a guest, with {email} and without {id}; {call} carries the "
            "{id} of the account and no {email}, so it did not find {source} and made {target}.",
            fix="Send {email} with {call}.",
        ),
        "two-emails": Wording(
            says="{order} came from a guest, with {email} and without {id}; {call} carries the "
            "{id} of the account and another {email}, so it did not find {source} and made "
            "{target}.",
            fix="When the account is made, send one call with the {email} of {order} and the {id} "
            "of {call}.",
        ),
    },
    find=_find,
    shows=(
        """
        server event="Placed Order" email=betty@example.com
        +1d    browser event="Created Account" external_id=b1
        +1h    server external_id=b1 email=betty@example.com
        """,
        """
        server person=betty event="Placed Order" email=betty@example.com
        +1d    server person=betty external_id=b1 email=betty@work.example
        """,
    ),
    spares=(
        """
        server event="Placed Order" email=betty@example.com
        +1d    browser event="Created Account" external_id=b1 email=betty@example.com
        """,
        """
        form   email=betty@example.com
        +1d    browser event="Created Account" external_id=b1
        +1h    server external_id=b1 email=betty@example.com
        """,
    ),
)
