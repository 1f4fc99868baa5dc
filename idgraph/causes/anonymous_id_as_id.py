"""Where the id of a person was not known, the sender put the id of the device in its place."""

from __future__ import annotations

import re

from idgraph.calls import Identifier
from idgraph.causes.base import Cause, Confidence, Evidence, Finding, Wording

CODE = "anonymous-id-as-id"
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def _find(evidence: Evidence) -> Finding | None:
    sent, held = evidence.call.get("external_id"), evidence.held.get("external_id")
    if not evidence.step.created or evidence.same(sent, held):
        return None
    for wording, identifier in (("plain", sent), ("held", held)):
        confidence = _anonymous(evidence, identifier) if identifier else None
        if confidence is not None:
            calls = {"maker": evidence.maker} if wording == "held" else {}
            return Finding(CODE, confidence, wording, calls)
    return None


def _anonymous(evidence: Evidence, identifier: Identifier) -> Confidence | None:
    """How sure it is that an id is that of a device; None where it is not.

    It is where a call of the person tells it as the device's. A shop's own ids can look like a
    device's, so the look counts only where the person has an id of another look as well.
    """
    calls = [
        evidence.replay.history.call(number)
        for number in evidence.persons.calls[evidence.split.person]
    ]
    devices = [
        value
        for call in calls
        for value in (call.get("anonymous_id"), call.context.get("cookie cid"))
    ]
    if any(device is not None and device.text == identifier.text for device in devices):
        return "certain"
    ids = {found.text for call in calls if (found := call.get("external_id")) is not None}
    mixed = any(_UUID.fullmatch(text) is None for text in ids)
    return "likely" if mixed and _UUID.fullmatch(identifier.text) else None


CAUSE = Cause(
    code=CODE,
    rank=64,
    title="The id of a device as the id of the person",
    advice="Switch off the fallback to the anonymous id: send no id where there is none.",
    source="rudder-transformer c98d160, V1: external_id falls back to anonymousId; Segment's "
    "documentation discourages the same",
    wordings={
        "plain": Wording(
            says="{call} carries the id of a device as {id}, which is not on {source}, so it "
            "found nobody and made {target}; another device would make another profile.",
            fix="Leave {id} out of {call} until the person's own is known, and send {email} "
            "instead.",
        ),
        "held": Wording(
            says="{source} is known by the id of a device, which {maker} sent as {id}; {call} does "
            "not carry it, so it found nobody and made {target}.",
            fix="Leave {id} out of {maker}: there it is the id of a device, which must not stand "
            "for the person.",
        ),
    },
    find=_find,
    shows=(
        """
        server  person=betty external_id=b1 email=betty@example.com
        browser person=betty external_id=9b2b1a52-2c1e-4d3f-8a77-0d5a3f1c2e4b
        """,
        """
        browser external_id=d-77 anonymous_id=d-77
        +1h     form email=betty@example.com
        +1min   server external_id=d-77 email=betty@example.com
        """,
    ),
    spares=(
        """
        server  person=betty external_id=b1 email=betty@example.com
        browser person=betty external_id=b2
        """,
        """
        server  person=betty external_id=9b2b1a52-2c1e-4d3f-8a77-0d5a3f1c2e4b
        form    person=betty email=betty@example.com
        """,
        """
        browser external_id=b1 anonymous_id=d-77
        +1h     form email=betty@example.com
        +1min   server external_id=b1 email=betty@example.com
        """,
    ),
)
