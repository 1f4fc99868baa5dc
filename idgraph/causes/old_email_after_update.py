"""A call still carries the email that an earlier call had replaced."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "old-email-after-update"


def _find(evidence: Evidence) -> Finding | None:
    rung = evidence.rungs.get("email")
    if rung is None or rung.finding != "replaced" or rung.at is None:
        return None
    if not evidence.step.created and not evidence.split.observed:
        return None
    return Finding(CODE, "certain", calls={"update": rung.at})


CAUSE = Cause(
    code=CODE,
    rank=60,
    title="Old email used after an email update",
    advice="When an email changes, change it in every sender: cookie, queue, form, other shop.",
    source="community threads 1187 and 15999; an update by id frees the old email",
    wordings={
        "plain": Wording(
            says="{call} still carries the {email} that {update} had replaced on {source}; nobody "
            "holds the old {email} any more, so the call found nobody and made {target}.",
            fix="Send the current {email} in {call}, or {id} with it.",
        )
    },
    find=_find,
    shows=(
        """
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +5s     browser email=old@example.com
        """,
        """
        form    email=old@example.com
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +1d     form email=old@example.com phone_number=+15005550006
        """,
    ),
    spares=(
        """
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +5s     browser email=new@example.com
        """,
        """
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +5s     browser external_id=b1 email=old@example.com
        """,
    ),
)
