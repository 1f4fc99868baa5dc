"""The sender's own id went where the platform's id of the profile belongs."""

from __future__ import annotations

from idgraph.calls import PROFILE_ID
from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "klaviyo-id-slot"
LENGTHS = (6, 26)
"""Profile ids have 26 characters, older ones 6 (help centre, 2026-04-21)."""


def _find(evidence: Evidence) -> Finding | None:
    sent, held = evidence.call.get(PROFILE_ID), evidence.held.get("external_id")
    if not evidence.step.created or sent is None or held is None:
        return None
    if "external_id" in evidence.call.keys or len(sent.text) in LENGTHS or sent.text != held.text:
        return None
    return Finding(CODE, "certain", words={"slot": evidence.label(PROFILE_ID)})


CAUSE = Cause(
    code=CODE,
    rank=44,
    title="The shop's id in the place of the platform's",
    advice="Send your own id as external_id; the profile id is only what the platform answered.",
    source="magento2-klaviyo 3475d58, buildCustomerProperties: $id goes to data.id, the script "
    "sends it to external_id; help centre, 2026-04-21: the length of profile ids",
    wordings={
        "plain": Wording(
            says="{call} carries the {id} of {source} in {slot}, the place of the platform's own "
            "id, whose length it has not, and not in {id}; so it was not found by it, and was "
            "filed on {target}.",
            fix="Send the value of {slot} in {call} as {id}.",
        )
    },
    find=_find,
    shows=(
        """
        browser person=betty external_id=1001 email=old@example.com
        server  person=betty profile_id=1001 email=new@example.com
        """,
        """
        # policy klaviyo
        browser person=betty endpoint=client/profiles external_id=1001 email=betty@example.com
        server  person=betty endpoint=events event="Placed Order" profile_id=1001
        """,
    ),
    spares=(
        """
        browser person=betty external_id=1001 email=old@example.com
        server  person=betty profile_id=1001 external_id=1001 email=new@example.com
        """,
        """
        browser person=betty external_id=1001 email=old@example.com
        server  person=betty profile_id=1002 email=new@example.com
        """,
        """
        browser person=betty external_id=ABC123 email=old@example.com
        server  person=betty profile_id=ABC123 email=new@example.com
        """,
    ),
)
