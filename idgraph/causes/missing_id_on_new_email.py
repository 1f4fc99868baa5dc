"""A call brings a new email without the id that would have found the profile."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "missing-id-on-new-email"


def _find(evidence: Evidence) -> Finding | None:
    held, keys = evidence.held, evidence.call.keys
    if not evidence.step.created or "external_id" in keys or "email" not in keys:
        return None
    if "email" not in held or evidence.finding("email") != "never-held":
        return None
    return Finding(CODE, "certain", "plain" if "external_id" in held else "no-id")


CAUSE = Cause(
    code=CODE,
    rank=90,
    title="No id on a call whose email is new",
    advice="A call that brings a new email must also carry a key that the profile already holds.",
    source="community thread 1187: matching is by the keys of the call alone",
    wordings={
        "plain": Wording(
            says="{call} carries an {email} that {source} never held, and not the {id} of "
            "{source}, so it found nobody and made {target}.",
            fix="Send {id} with {call}.",
        ),
        "no-id": Wording(
            says="{call} carries an {email} that {source} never held, and {source} holds no {id} "
            "by which it could have been found, so the call made {target}.",
            fix="Send {id} with the calls before it and with {call}.",
        ),
    },
    find=_find,
    shows=(
        """
        server  external_id=b1 email=old@example.com
        +1d     browser email=new@example.com
        +1min   server external_id=b1 email=new@example.com
        """,
        """
        form    person=betty email=old@example.com
        form    person=betty email=new@example.com
        """,
    ),
    spares=(
        """
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +1min   browser email=new@example.com
        """,
        """
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +1min   browser email=old@example.com
        """,
    ),
)
