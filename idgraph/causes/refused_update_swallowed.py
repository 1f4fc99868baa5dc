"""The call that would have put the value on the profile was refused, and nobody repeated it."""

from __future__ import annotations

from idgraph.calls import Identifier
from idgraph.causes.base import Cause, Confidence, Evidence, Finding, Wording
from idgraph.steps import Step

CODE = "refused-update-swallowed"


def _find(evidence: Evidence) -> Finding | None:
    if not evidence.step.created:
        return None
    for rung in evidence.rungs.values():
        if rung.sent is None or rung.finding != "never-held":
            continue
        for step in evidence.earlier():
            if step.refused and _would_have_written(evidence, step, rung.sent):
                answered = evidence.replay.history.call(step.number).refused
                confidence: Confidence = "certain" if answered else "possible"
                words = {"key": evidence.label(rung.key)}
                return Finding(CODE, confidence, calls={"refused": step.number}, words=words)
    return None


def _would_have_written(evidence: Evidence, step: Step, sent: Identifier) -> bool:
    """Whether a call carried this value, and beside it a key that the missed profile holds."""
    call = step.call
    others = (i for i in call.identifiers if i.key != sent.key)
    known = any(evidence.same(other, evidence.held.get(other.key)) for other in others)
    return known and evidence.same(call.get(sent.key), sent)


CAUSE = Cause(
    code=CODE,
    rank=46,
    title="A refused update that nobody repeated",
    advice="Log every 409 and 404, merge the profiles that stand in the way, then send it again.",
    source="klaviyo-api-node issues 74 and 75 and klaviyo-api-php issue 63: 409; community thread "
    "11971: 404",
    wordings={
        "plain": Wording(
            says="{refused} was to put the {key} of {call} on {source}, but it was refused and "
            "changed nothing; so {call} found nobody by this {key} and made {target}.",
            fix="Read the answer to {refused}, remove what stands in its way (another profile that "
            "holds one of its keys: merge it), and send it again before {call}.",
        )
    },
    find=_find,
    shows=(
        """
        # call 2 refused
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com phone_number=+15005550006
        +1h     form email=new@example.com
        """,
        """
        # policy klaviyo
        # call 2 refused
        server  endpoint=profile-import external_id=b1 email=old@example.com
        +1d     server endpoint=profile-import external_id=b1 email=new@example.com
        +1h     form endpoint=client/subscriptions email=new@example.com
        """,
    ),
    spares=(
        """
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com phone_number=+15005550006
        +1h     form email=new@example.com
        """,
        """
        # call 2 refused
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +1min   server external_id=b1 email=new@example.com
        +1h     form email=new@example.com
        """,
        """
        # call 2 refused
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=old@example.com
        +1h     form email=new@example.com
        +1h     server external_id=b1 email=new@example.com
        """,
    ),
)
