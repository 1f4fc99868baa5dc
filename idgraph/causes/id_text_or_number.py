"""One sender writes the id as a number, another as a text."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "id-text-or-number"


def _find(evidence: Evidence) -> Finding | None:
    rung = evidence.rungs.get("external_id")
    if rung is None or rung.finding != "spelled-otherwise" or rung.sent is None:
        return None
    if rung.holds is None or rung.sent.number == rung.holds.number:
        return None
    words = {
        "sent": "a number" if rung.sent.number else "a text",
        "held": "a number" if rung.holds.number else "a text",
    }
    return Finding(CODE, "possible", words=words)


CAUSE = Cause(
    code=CODE,
    rank=40,
    title="The id as text and as number",
    advice='Send the id in one JSON type everywhere: a text, as in `"42"`.',
    source="the browser script tells 42 and the text 42 apart; what the server does is unknown",
    wordings={
        "plain": Wording(
            says="{call} sends {id} as {sent} while {source} holds it as {held}; if the platform "
            "tells them apart, which nothing documents, the call finds nobody and makes {target}.",
            fix="Send {id} in {call} as {held}, as the calls before it do.",
        )
    },
    find=_find,
    shows=(
        """
        server  external_id:=42 email=betty@example.com
        browser external_id=42
        +1min server external_id:=42
        """,
    ),
    spares=(
        """
        server  external_id=42 email=betty@example.com
        browser external_id=42
        """,
        """
        # assume id-type=same
        server  external_id:=42 email=betty@example.com
        browser external_id=42
        """,
    ),
)
