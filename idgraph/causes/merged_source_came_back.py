"""A call still carries a key of a profile that was merged away."""

from __future__ import annotations

from idgraph.calls import CallNumber, Identifier
from idgraph.causes.base import Cause, Confidence, Evidence, Finding, Wording

CODE = "merged-source-came-back"


def _find(evidence: Evidence) -> Finding | None:
    if not evidence.step.created:
        return None
    for identifier in evidence.call.identifiers:
        merge = _merge(evidence, identifier)
        if merge is not None:
            assumed = evidence.replay.step(merge).assumed
            confidence: Confidence = "likely" if assumed else "certain"
            words = {"key": evidence.label(identifier.key)}
            return Finding(CODE, confidence, calls={"merge": merge}, words=words)
    return None


def _merge(evidence: Evidence, identifier: Identifier) -> CallNumber | None:
    """The call that merged the last holder of an identifier into the missed profile."""
    for tenure in reversed(evidence.replay.tenures(identifier)):
        if tenure.until is not None and tenure.until < evidence.split.call:
            gone = tenure.profile in evidence.replay.step(tenure.until).merged
            same = evidence.replay.survivor(tenure.profile) == evidence.split.source
            return tenure.until if gone and same else None
    return None


CAUSE = Cause(
    code=CODE,
    rank=48,
    title="A merged profile's old key came back",
    advice="After a merge, stop every sender that still uses a key of the profile that is gone.",
    source="help centre: FAQ on identity resolution, 2026-04-21: after a merge, a call with the "
    "old email of the source makes a profile again",
    wordings={
        "plain": Wording(
            says="{call} carries the {key} of a profile that {merge} merged into {source}; a "
            "merge does not keep it, so the call found nobody and made {target}.",
            fix="Send in {call} a key that {source} holds.",
        )
    },
    find=_find,
    shows=(
        """
        # policy klaviyo
        server  endpoint=profile-import external_id=b1 email=betty@example.com
        form    endpoint=client/subscriptions email=old@example.com
        +1h     server endpoint=events event="Placed Order" external_id=b1 email=old@example.com
        +1d     browser endpoint=client/events email=old@example.com
        """,
    ),
    spares=(
        """
        # policy klaviyo
        server  endpoint=profile-import external_id=b1 email=betty@example.com
        form    endpoint=client/subscriptions email=old@example.com
        +1h     server endpoint=events event="Placed Order" external_id=b1 email=old@example.com
        +1d     browser endpoint=client/events email=betty@example.com
        """,
        """
        server  external_id=b1 email=betty@example.com
        form    email=old@example.com
        +1h     server event="Placed Order" external_id=b1 email=old@example.com
        +1d     browser email=old@example.com
        """,
    ),
)
