"""The browser tracked an event before its identify was answered, so under the old identity."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording
from idgraph.clocks import SECOND, span

CODE = "track-before-identify-answered"
WAIT = SECOND
"""How long after the departure of an identify whose answer has no time it may be open still."""


def _find(evidence: Evidence) -> Finding | None:
    if evidence.lost is None or not evidence.step.created:
        return None
    key, number = evidence.lost
    identify, track = evidence.replay.history.call(number), evidence.call
    if identify.channel != "browser" or track.channel != "browser":
        return None
    if identify.event is not None or track.event is None:
        return None
    if identify.sent_at is None or track.sent_at is None:
        return None
    answered = identify.answered_at or identify.sent_at + WAIT
    if not identify.sent_at <= track.sent_at <= answered:
        return None
    words = {"key": evidence.label(key), "gap": span(track.sent_at - identify.sent_at)}
    return Finding(CODE, "likely", calls={"identify": number}, words=words)


CAUSE = Cause(
    code=CODE,
    rank=58,
    title="Tracked before the identify was answered",
    advice="In the browser, track only in the callback of identify.",
    source="the browser script as served in 2026 changes its identity only when identify is "
    "answered; what that does to profiles is inferred",
    wordings={
        "plain": Wording(
            says="{call} left {gap} after {identify}, before that was answered, so the browser "
            "still sent the {key} which {identify} replaced on {source}; it found nobody and made "
            "{target}.",
            fix="Send {call} only when {identify} has been answered: track in its callback.",
        )
    },
    find=_find,
    shows=(
        """
        browser external_id=b1 email=old@example.com
        +1d     browser external_id=b1 email=new@example.com took=800ms
        +200ms  browser event="Viewed Product" email=old@example.com
        """,
    ),
    spares=(
        """
        browser external_id=b1 email=old@example.com
        +1d     browser external_id=b1 email=new@example.com took=800ms
        +2s     browser event="Viewed Product" email=old@example.com
        """,
        """
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com took=800ms
        +200ms  browser event="Viewed Product" email=old@example.com
        """,
        """
        browser external_id=b1 email=old@example.com
        +1d     browser external_id=b1 email=new@example.com took=800ms
        +200ms  browser event="Viewed Product" email=new@example.com
        """,
    ),
)
