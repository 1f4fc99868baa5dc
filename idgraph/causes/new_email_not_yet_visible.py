"""The look-up did not see an email that an earlier call had just put on the profile."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording
from idgraph.clocks import SECOND, span

CODE = "new-email-not-yet-visible"
MOST = 600 * SECOND
"""A write that is invisible for longer is a lost write, which is no lag."""


def _find(evidence: Evidence) -> Finding | None:
    rung = evidence.rungs.get("email")
    if not evidence.split.observed or rung is None or rung.finding != "held" or rung.at is None:
        return None
    gap = evidence.gap(rung.at)
    if evidence.step.matched != "email" or gap is None or not 0 <= gap <= MOST:
        return None
    return Finding(CODE, "likely", calls={"writer": rung.at}, words={"gap": span(gap)})


CAUSE = Cause(
    code=CODE,
    rank=30,
    title="The new email was not yet visible",
    advice="Wait after an email update, or send the id with the calls that follow it.",
    source="community thread 1187: day one a duplicate, day two a match, with the same payloads",
    wordings={
        "plain": Wording(
            says="{call} carries the {email} that {writer} had put on {source} {gap} before; the "
            "rules find {source} by it, but the call was observed on {target}: the look-up did "
            "not see the new {email} yet.",
            fix="Send {id} with {call}, or send {call} later than {gap} after {writer}.",
        )
    },
    find=_find,
    shows=(
        """
        server  external_id=b1 email=old@example.com -> A
        +1d     server external_id=b1 email=new@example.com -> A
        +4min   browser email=new@example.com -> B
        """,
    ),
    spares=(
        """
        server  external_id=b1 email=old@example.com -> A
        +1d     server external_id=b1 email=new@example.com -> A
        +4min   browser email=new@example.com -> A
        """,
        """
        server  external_id=b1 email=old@example.com -> A
        +1d     server external_id=b1 email=new@example.com -> A
        +4h     browser email=new@example.com -> B
        """,
        """
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +4min   browser email=old@example.com
        """,
    ),
)
