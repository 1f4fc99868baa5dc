"""A value that stands for nobody pulled several people onto one profile, or found nobody."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording
from idgraph.placeholders import stands_for_nobody

CODE = "placeholder-identifier"


def _find(evidence: Evidence) -> Finding | None:
    policy = evidence.replay.policy
    for rung in evidence.rungs.values():
        if rung.finding == "replaced" and rung.at is not None:
            other = evidence.replay.step(rung.at)
            by = other.call.get(other.matched) if other.matched else None
            if by is not None and stands_for_nobody(by):
                words = {"key": f"`{policy.label(by.key)}`", "lost": f"`{policy.label(rung.key)}`"}
                return Finding(CODE, "certain", "displaced", {"other": rung.at}, words)
    carried = evidence.call.identifiers
    if all(stands_for_nobody(identifier) for identifier in carried):
        return Finding(CODE, "certain", words={"key": f"`{policy.label(carried[0].key)}`"})
    return None


CAUSE = Cause(
    code=CODE,
    rank=10,
    title="A placeholder instead of an identifier",
    advice="Send no key at all where there is no value: never `null`, `guest@...` or `0`.",
    source="a list of such values ships with Segment Unify; reported by agencies for Klaviyo",
    wordings={
        "plain": Wording(
            says="{call} names nobody: its {key} is a placeholder, so no profile of the person can "
            "be found by it, and it was filed on {target}.",
            fix="Leave {key} out of {call} and send an identifier of the person instead.",
        ),
        "displaced": Wording(
            says="{other}, for somebody else, found {source} by a placeholder in {key} and "
            "replaced the {lost} on it, so {call} no longer found {source} and made {target}.",
            fix="Leave the placeholder {key} out of every call; {other} is where it took {source} "
            "away.",
        ),
    },
    find=_find,
    shows=(
        """
        server person=ann external_id=a1 email=guest@shop.example
        server person=ben external_id=b1 email=guest@shop.example
        server person=ann external_id=a1
        """,
        """
        server person=ann external_id=a1 email=ann@example.com
        browser person=ann email=null
        """,
    ),
    spares=(
        """
        server person=ann external_id=a1 email=ann@example.com
        server person=ben external_id=b1 email=ben@example.com
        server person=ann external_id=a1
        """,
        """
        server person=ann external_id=a1 email=ann@example.com
        browser person=ann email=new@example.com
        """,
    ),
)
