"""Two ids came with one email, and the platform kept a profile for each of them."""

from __future__ import annotations

from idgraph.causes.base import Cause, Confidence, Evidence, Finding, Wording
from idgraph.clocks import SECOND

CODE = "two-ids-one-email"
LAG = 600 * SECOND
"""What a look-up does not see for longer than this is no lag."""


def _find(evidence: Evidence) -> Finding | None:
    email, other = evidence.rungs.get("email"), evidence.rungs.get("external_id")
    if not evidence.split.observed or evidence.step.matched != "email":
        return None
    if email is None or email.finding != "held" or email.at is None:
        return None
    if other is None or other.sent is None or other.since is None:
        return None
    if other.finding == "spelled-otherwise" or email.sent != evidence.held.get("email"):
        return None
    gap = evidence.gap(email.at)
    confidence: Confidence = "likely" if gap is not None and gap > LAG else "possible"
    return Finding(CODE, confidence, calls={"rival": other.since})


CAUSE = Cause(
    code=CODE,
    rank=24,
    title="Two ids with one email",
    advice="Agree on one id for a person across all senders; merge the two profiles by hand.",
    source="no documentation says what an id does that comes with the email of a profile with "
    "another id; community thread 2572: a partner on two profiles with one email; that two ids "
    "are the reason is inferred",
    wordings={
        "plain": Wording(
            says="{call} carries the {email} of {source} with another {id} than the one that "
            "{rival} put there; the rules find {source} by the {email}, but the call was observed "
            "on {target}: the platform seems to keep a profile for each {id}.",
            fix="Send in {call} the {id} that {source} holds, unless two people share the {email}; "
            "then give each of them an {email} of their own.",
        )
    },
    find=_find,
    shows=(
        """
        server  external_id=b1 email=betty@example.com -> A
        +1d     server external_id=b2 email=betty@example.com -> B
        """,
        """
        server  external_id=b1 email=betty@example.com -> A
        +1min   import external_id=b2 email=betty@example.com -> B
        +1d     server external_id=b1 email=betty@example.com -> A
        +1d     import external_id=b2 email=betty@example.com -> B
        """,
    ),
    spares=(
        """
        server  external_id=b1 email=betty@example.com -> A
        +1d     server external_id=b2 email=betty@example.com -> A
        """,
        """
        server  external_id=b1 email=betty@example.com -> A
        +1d     server external_id=b2 -> B
        +1d     server external_id=b2 email=betty@example.com -> B
        """,
        """
        server  external_id=b1 email=betty@example.com -> A
        +1min   form email=betty@example.com -> B
        """,
        """
        form    email=betty@example.com -> A
        +1min   server external_id=b2 email=betty@example.com -> B
        """,
        """
        server  external_id=42 email=betty@example.com -> A
        +1d     server external_id:=42 email=betty@example.com -> B
        """,
    ),
)
