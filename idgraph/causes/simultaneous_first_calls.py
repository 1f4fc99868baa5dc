"""Two first calls at the same time each looked before the other had written."""

from __future__ import annotations

from idgraph.causes.base import Cause, Confidence, Evidence, Finding, Wording
from idgraph.clocks import span

CODE = "simultaneous-first-calls"


def _find(evidence: Evidence) -> Finding | None:
    maker = evidence.maker
    first = evidence.replay.step(maker)
    fresh = evidence.step.created or evidence.split.observed
    if not (fresh and first.created and maker in evidence.own and evidence.overlaps(maker)):
        return None
    tied = evidence.replay.history.tied(maker, evidence.split.call)
    if evidence.split.observed or _shares(evidence):
        confidence: Confidence = "certain" if tied else "likely"
        gap = evidence.gap(maker) or 0
        when = "at the same instant" if gap == 0 else f"{span(gap)} apart"
        return Finding(CODE, confidence, calls={"first": maker}, words={"when": when})
    if tied:
        return Finding(CODE, "certain", "disjoint", {"first": maker})
    return None


def _shares(evidence: Evidence) -> bool:
    """Whether the rules themselves let the two calls miss each other (they share a key)."""
    first = evidence.replay.history.call(evidence.maker)
    canonical = evidence.replay.policy.canonical
    one = {canonical(identifier) for identifier in first.identifiers}
    return any(canonical(identifier) in one for identifier in evidence.call.identifiers)


CAUSE = Cause(
    code=CODE,
    rank=20,
    title="Two first calls at the same time",
    advice="Let one call with all keys come first, and the others only after it has taken effect.",
    source="community thread 1187, staff: both profiles being created at the same time",
    wordings={
        "plain": Wording(
            says="{first} and {call} came {when}: each looked for a profile before the other had "
            "written one, so {first} made {source} and {call} made {target}.",
            fix="Send {call} only after {first} has taken effect, or send it with the same keys "
            "from the same place as {first}.",
        ),
        "disjoint": Wording(
            says="{first} and {call} came at the same instant and have no key in common, so "
            "{first} made {source} and {call} made {target}; in any order they would be two.",
            fix="Send one call with all keys first: {first} and {call} together.",
        ),
    },
    find=_find,
    shows=(
        """
        server external_id=b1 email=betty@example.com -> A
        & form email=betty@example.com -> B
        """,
        """
        server person=betty external_id=b1
        & form person=betty email=betty@example.com
        """,
        """
        # assume at-once=unseen
        server external_id=b1 email=betty@example.com
        & form email=betty@example.com
        """,
        """
        server external_id=b1 email=betty@example.com took=200ms -> A
        +700ms form email=betty@example.com -> B
        """,
    ),
    spares=(
        """
        server external_id=b1 email=betty@example.com
        & form email=betty@example.com
        """,
        """
        server person=betty external_id=b1
        +1h form person=betty email=betty@example.com
        """,
        """
        server external_id=b1 email=betty@example.com -> A
        +1h form email=betty@example.com -> B
        """,
    ),
)
