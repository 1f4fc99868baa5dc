"""A profile that only has a phone number, and calls that only have other keys, or the reverse."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "phone-only-profile"


def _find(evidence: Evidence) -> Finding | None:
    held, keys = set(evidence.held), set(evidence.call.keys)
    if evidence.split.observed:
        shared = evidence.step.matched == "phone_number" and held == {"phone_number"}
        return Finding(CODE, "likely", "observed") if shared and "email" in keys else None
    if not evidence.step.created:
        return None
    if held == {"phone_number"} and "phone_number" not in keys:
        return Finding(CODE, "certain", calls={"maker": evidence.maker})
    if keys == {"phone_number"} and evidence.finding("phone_number") == "never-held":
        return Finding(CODE, "certain", "phone-later")
    return None


CAUSE = Cause(
    code=CODE,
    rank=78,
    title="A profile with a phone number only",
    advice="Ask for phone and email in one form, or send both with the first order.",
    source="help centre: SMS and email profile merging, and Understanding identity resolution, "
    "2026-04-21: a sign-up by text message is not merged",
    wordings={
        "plain": Wording(
            says="{maker} made {source} with {phone} alone, and {call} carries no {phone}: they "
            "have no key in common, so the call found nobody and made {target}.",
            fix="Send {phone} with {call}, or with {maker} a key that {call} carries.",
        ),
        "phone-later": Wording(
            says="{call} carries a {phone} alone that was never on {source}, so it found nobody "
            "and made {target} with nothing but {phone}.",
            fix="Send with {call} a key that {source} holds: ask for {email} where {phone} is "
            "asked for.",
        ),
        "observed": Wording(
            says="{call} carries the {phone} of {source}, which holds nothing else, beside an "
            "{email}, and was observed on {target}: the platform does not join a sign-up by text "
            "message and an {email}.",
            fix="Merge {source} and {target} by hand, and ask for {email} where {phone} is asked "
            "for.",
        ),
    },
    find=_find,
    shows=(
        """
        form   phone_number=+15005550006
        +1d    server event="Placed Order" email=betty@example.com
        +1min  server email=betty@example.com phone_number=+15005550006
        """,
        """
        server person=betty external_id=b1 email=betty@example.com
        +1d    form person=betty phone_number=+15005550006
        """,
    ),
    spares=(
        """
        form   phone_number=+15005550006
        +1d    server event="Placed Order" email=betty@example.com phone_number=+15005550006
        """,
        """
        server person=betty external_id=b1 email=betty@example.com phone_number=+15005550006
        +1d    form person=betty phone_number=+15005550006
        """,
        """
        server person=betty external_id=b1 phone_number=+15005550006
        +1d    form person=betty email=betty@example.com
        """,
    ),
)
