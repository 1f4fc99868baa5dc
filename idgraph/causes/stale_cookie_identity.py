"""A page load was tracked at once, under the email that the browser's cookie still had."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "stale-cookie-identity"
PAGE_LOADS = ("__activity__", "Active on Site")
"""The event that the browser script sends on its own at each page load, as sent and as shown."""
FIELDS = ("cookie $email", "cookie email")


def _find(evidence: Evidence) -> Finding | None:
    if evidence.lost is None or evidence.lost[0] != "email" or not evidence.step.created:
        return None
    sent, context = evidence.call.get("email"), evidence.call.context
    held = any(evidence.same(context.get(name), sent) for name in FIELDS)
    if not held or evidence.call.event not in PAGE_LOADS:
        return None
    return Finding(CODE, "certain", calls={"update": evidence.lost[1]})


CAUSE = Cause(
    code=CODE,
    rank=59,
    title="A page load under the cookie's old email",
    advice="Delete the browser's identity cookie when an email changes; identify before the rest.",
    source="community thread 15999; the browser script as served in 2026 sends the page load at "
    "once under the cookie's identity",
    wordings={
        "plain": Wording(
            says="{call} is a page load, which the browser sends at once under the identity of its "
            "cookie; that still has the {email} that {update} had replaced on {source}, so the "
            "call found nobody and made {target}.",
            fix="Delete the cookie `__kla_id` where {update} changes the {email}, and identify the "
            "visitor with the current {email} before the page loads the script that sends {call}.",
        )
    },
    find=_find,
    shows=(
        """
        # call 3 believed cookie $email=old@example.com
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +5s     browser event=__activity__ email=old@example.com
        """,
    ),
    spares=(
        """
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +5s     browser event=__activity__ email=old@example.com
        """,
        """
        # call 3 believed cookie $email=new@example.com
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +5s     browser event=__activity__ email=new@example.com
        """,
    ),
)
