"""A profile that has no id cannot be found by a call that brings an id and no known email."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "email-only-then-id"


def _find(evidence: Evidence) -> Finding | None:
    held, keys = evidence.held, evidence.call.keys
    if not evidence.step.created or "external_id" not in keys:
        return None
    if "email" not in held or "external_id" in held:
        return None
    if "email" not in keys:
        return Finding(CODE, "certain", calls={"maker": evidence.maker})
    if evidence.finding("email") != "never-held":
        return None
    return Finding(CODE, "certain", "other-email", {"maker": evidence.maker})


CAUSE = Cause(
    code=CODE,
    rank=88,
    title="Profile with an email only, then a call with an id",
    advice="Send the email that is known with the first call that carries the id.",
    source="community thread 1187: matching is by the keys of the call alone, scenario 6 the "
    "other way round",
    wordings={
        "plain": Wording(
            says="{source}, which {maker} made, holds {email} and no {id}, and {call} carries {id} "
            "and no {email}: they have no key in common, so the call found nobody and made "
            "{target}.",
            fix="Send {email} with {call}, or {id} with {maker}.",
        ),
        "other-email": Wording(
            says="{source}, which {maker} made, holds {email} and no {id}, and {call} carries {id} "
            "and an {email} that was never on {source}, so the call found nobody and made "
            "{target}.",
            fix="Send {id} with {maker}, or before {call} one call with its {id} and the {email} "
            "of {maker}.",
        ),
    },
    find=_find,
    shows=(
        """
        form   email=betty@example.com
        +1d    server external_id=b1
        +1h    server external_id=b1 email=betty@example.com
        """,
        """
        form   person=betty email=betty@example.com
        +1d    server person=betty external_id=b1 email=betty@work.example
        """,
    ),
    spares=(
        """
        form   email=betty@example.com
        +1d    server external_id=b1 email=betty@example.com
        """,
        """
        server external_id=b1
        +1d    form email=betty@example.com
        +1h    server external_id=b1 email=betty@example.com
        """,
    ),
)
