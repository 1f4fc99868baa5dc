"""A call waited in a queue, and carried the identity of the time when it had been put there."""

from __future__ import annotations

from idgraph.calls import Call
from idgraph.causes.base import Cause, Evidence, Finding, Wording
from idgraph.clocks import SECOND, Instant, span

CODE = "queued-event-came-late"


def _find(evidence: Evidence) -> Finding | None:
    if evidence.lost is None or not evidence.step.created:
        return None
    key, number = evidence.lost
    update = _arrival(evidence.replay.history.call(number))
    happened, came = evidence.call.occurred_at, _arrival(evidence.call)
    if happened is None or came is None or update is None or happened + SECOND > update:
        return None
    words = {"key": evidence.label(key), "lag": span(came - happened)}
    return Finding(CODE, "likely", calls={"update": number}, words=words)


def _arrival(call: Call) -> Instant | None:
    return call.sent_at if call.received_at is None else call.received_at


CAUSE = Cause(
    code=CODE,
    rank=55,
    title="A queued call came after the update",
    advice="Look the person up when the queue sends, not when it stores; shorten the queue.",
    source="magento2-klaviyo 3475d58, SalesQuoteSaveAfter and EventsTopic: a cron job sends the "
    "event later with the identity that was stored with it",
    wordings={
        "plain": Wording(
            says="{call} happened {lag} before it came, with the {key} that was on {source} then; "
            "meanwhile {update} replaced it, so {call} found nobody and made {target}.",
            fix="Let the queue send {call} with the {key} that is current when it sends, or "
            "with {id}.",
        )
    },
    find=_find,
    shows=(
        """
        # call 3 occurred 3h before
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +20min  server event="Added To Cart" email=old@example.com
        """,
    ),
    spares=(
        """
        # call 3 occurred 5min before
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +20min  server event="Added To Cart" email=old@example.com
        """,
        """
        # call 3 occurred 3h before
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +20min  server event="Added To Cart" email=new@example.com
        """,
        """
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +20min  server event="Added To Cart" email=old@example.com
        """,
    ),
)
