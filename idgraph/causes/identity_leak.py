"""Another person's call carried a key of this person and put its own value beside it."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording
from idgraph.steps import Step

CODE = "identity-leak"


def _find(evidence: Evidence) -> Finding | None:
    if evidence.lost is None or not evidence.step.created:
        return None
    key, number = evidence.lost
    other = evidence.replay.step(number)
    who = evidence.persons.of(number)
    if other.matched is None or who is None or who == evidence.split.person:
        return None
    words = {"key": evidence.label(other.matched), "lost": evidence.label(key)}
    return Finding(CODE, "likely", _wording(other), {"other": number}, words)


def _wording(other: Step) -> str:
    """An id of somebody else rode along; an email or a phone number may be shared."""
    if other.matched in ("email", "phone_number"):
        return "shared"
    return "browser" if other.call.channel in ("browser", "form", "mobile") else "plain"


CAUSE = Cause(
    code=CODE,
    rank=52,
    title="A call of somebody else carries this person's key",
    advice="Give each call a fresh dictionary of its own person; forget the visitor on logout.",
    source="python-klaviyo c35ecff: one default dictionary shared by all identify calls; the "
    "script as served in 2026: identify calls close together go out as one body; community thread "
    "1187, scenario 5: the id of the call replaces that of the profile",
    wordings={
        "plain": Wording(
            says="{other}, of another person, carries the {key} that is on {source}, and replaced "
            "the {lost} there; {call} carries the {lost} that was lost so, found nobody and made "
            "{target}.",
            fix="Leave the {key} of this person out of {other}: build its dictionary anew, so "
            "that nothing of an earlier call rides along.",
        ),
        "browser": Wording(
            says="{other}, of another person, carries the {key} that is on {source}, and replaced "
            "the {lost} there; {call} carries the {lost} that was lost so, found nobody and made "
            "{target}.",
            fix="Leave the {key} of this person out of {other}: delete the identity of the device "
            "on logout, and send one identify a page.",
        ),
        "shared": Wording(
            says="{other}, of another person, carries the {key} that is on {source}, and replaced "
            "the {lost} there; {call} carries the {lost} that was lost so, found nobody and made "
            "{target}.",
            fix="Leave the {key} out of {other} and of every call of one of the two persons: a "
            "{key} that two share makes one profile of both.",
        ),
    },
    find=_find,
    shows=(
        """
        server person=ann external_id=a1 email=ann@example.com
        server person=ben external_id=a1 email=ben@example.com
        +1h    form person=ann email=ann@example.com
        """,
        """
        server  person=ann external_id=a1 email=ann@example.com
        browser person=ben external_id=a1 email=ben@example.com
        +1h     browser person=ann event="Viewed Product" email=ann@example.com
        """,
        """
        server person=ann external_id=a1 email=home@example.com
        server person=ben external_id=b1 email=home@example.com
        +1h    server person=ann external_id=a1
        """,
    ),
    spares=(
        """
        server person=ann external_id=a1 email=ann@example.com
        server person=ben external_id=b1 email=ben@example.com
        +1h    form person=ann email=ann@example.com
        """,
        """
        server person=ann external_id=a1 email=ann@example.com
        server person=ann external_id=a1 email=ann.lee@example.com
        +1h    form person=ann email=ann@example.com
        """,
    ),
)
