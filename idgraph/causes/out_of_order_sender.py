"""The call that ties the new value to the person happened first and came last."""

from __future__ import annotations

from idgraph.calls import Call, CallNumber, Identifier
from idgraph.causes.base import Cause, Evidence, Finding, Wording
from idgraph.clocks import SECOND

CODE = "out-of-order-sender"


def _find(evidence: Evidence) -> Finding | None:
    if not evidence.step.created:
        return None
    for rung in evidence.rungs.values():
        if rung.sent is not None and rung.finding == "never-held":
            late = _overtaken(evidence, rung.sent)
            if late is not None:
                words = {"key": evidence.label(rung.key)}
                return Finding(CODE, "likely", calls={"late": late}, words=words)
    return None


def _overtaken(evidence: Evidence, sent: Identifier) -> CallNumber | None:
    """The call that happened before, came after, and ties the value to the missed profile."""
    for number in evidence.persons.calls[evidence.split.person]:
        call = evidence.replay.step(number).call
        later = number > evidence.split.call and call.clock != "occurred_at"
        ties = evidence.same(call.get(sent.key), sent) and _names(evidence, call, sent)
        if later and ties and _happened_before(call, evidence.call):
            return number
    return None


def _names(evidence: Evidence, call: Call, sent: Identifier) -> bool:
    others = (identifier for identifier in call.identifiers if identifier.key != sent.key)
    return any(evidence.same(other, evidence.held.get(other.key)) for other in others)


def _happened_before(one: Call, other: Call) -> bool:
    """By the sender's claims, which may be whole seconds: nearer than that tells nothing."""
    if one.occurred_at is None or other.occurred_at is None:
        return False
    return one.occurred_at + SECOND <= other.occurred_at


CAUSE = Cause(
    code=CODE,
    rank=56,
    title="Calls came in another order than they happened",
    advice="Let one queue send all calls of a person, in the order in which they happened.",
    source="rudder-transformer c98d160, fixtures of its router: events leave in another order "
    "than they came; that this splits profiles is inferred",
    wordings={
        "plain": Wording(
            says="{late} happened before {call} and came after it; only {late} ties the {key} of "
            "{call} to {source}, so {call} found nobody and made {target}.",
            fix="Send {late} before {call}, in the order in which they happened, or send with "
            "{call} a key that {source} holds.",
        )
    },
    find=_find,
    shows=(
        """
        # call 2 occurred 1s before
        # call 3 occurred 1min before
        server  external_id=b1 email=old@example.com
        +1d     server event="Placed Order" email=new@example.com
        +2s     server external_id=b1 email=new@example.com
        """,
    ),
    spares=(
        """
        # call 2 occurred 1s before
        # call 3 occurred 1s before
        server  external_id=b1 email=old@example.com
        +1d     server event="Placed Order" email=new@example.com
        +2s     server external_id=b1 email=new@example.com
        """,
        """
        # call 2 occurred 1min before
        # call 3 occurred 1s before
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +2s     server event="Placed Order" email=new@example.com
        """,
    ),
)
