"""A profile that only has an id cannot be found by a call that only has an email."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "id-only-then-email-only"


def _find(evidence: Evidence) -> Finding | None:
    held, keys = evidence.held, evidence.call.keys
    if not evidence.step.created or "external_id" in keys or "email" not in keys:
        return None
    if "external_id" not in held or "email" in held:
        return None
    return Finding(CODE, "certain", calls={"maker": evidence.maker})


CAUSE = Cause(
    code=CODE,
    rank=80,
    title="Profile with an id only, then a call with an email only",
    advice="Send the email with every call that carries the id, or stop sending the id.",
    source="community thread 1187, scenario 6: a permanent duplicate",
    wordings={
        "plain": Wording(
            says="{maker} made {source} with {id} and no {email}, and {call} carries {email} and "
            "no {id}: they have no key in common, so the call found nobody and made {target}.",
            fix="Send {email} with {maker}, or {id} with {call}.",
        )
    },
    find=_find,
    shows=(
        """
        server external_id=b1
        form   email=betty@example.com
        +1d server external_id=b1 email=betty@example.com
        """,
        """
        server person=betty external_id=b1 phone_number=+15005550006
        form   person=betty email=betty@example.com
        """,
    ),
    spares=(
        """
        server external_id=b1
        server external_id=b1 email=betty@example.com
        form   email=betty@example.com
        """,
        """
        form   email=betty@example.com
        server external_id=b1 email=betty@example.com
        """,
    ),
)
