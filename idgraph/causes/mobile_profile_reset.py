"""An app set a profile with fewer identifiers than before, and so began a new one."""

from __future__ import annotations

from idgraph.calls import Call, CallNumber, Key
from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "mobile-profile-reset"
_SET: tuple[Key, ...] = ("external_id", "email", "phone_number")


def _find(evidence: Evidence) -> Finding | None:
    if not evidence.step.created or evidence.call.channel != "mobile":
        return None
    before = _last(evidence)
    if before is None:
        return None
    earlier = evidence.replay.history.call(before)
    device, fresh = earlier.get("anonymous_id"), evidence.call.get("anonymous_id")
    if device is None or fresh is None or evidence.same(device, fresh):
        return None
    lacking = _keys(earlier) - _keys(evidence.call)
    words = {"lacking": " and ".join(evidence.label(key) for key in _SET if key in lacking)}
    return Finding(CODE, "likely", calls={"before": before}, words=words) if lacking else None


def _last(evidence: Evidence) -> CallNumber | None:
    """The person's last call from an app before the split, where it landed on the missed one."""
    mobile = [step for step in evidence.earlier() if step.call.channel == "mobile"]
    found = mobile[-1] if mobile else None
    return found.number if found and found.landed == evidence.split.source else None


def _keys(call: Call) -> set[Key]:
    return {key for key in _SET if key in call.keys}


CAUSE = Cause(
    code=CODE,
    rank=74,
    title="An app set a profile with fewer identifiers",
    advice="In an app, add identifiers with the setters; set a whole profile only at login.",
    source="klaviyo-swift-sdk 67a8b4c and klaviyo-android-sdk 0f80dc7: setProfile with other "
    "identifiers drops the rest and the anonymous id; that this splits is inferred",
    wordings={
        "plain": Wording(
            says="{call} comes with a fresh `anonymous_id` and without the {lacking} of {before}, "
            "as if the app had set the profile anew; none of its keys is on {source}, so it made "
            "{target}.",
            fix="Before {call}, add to the profile with setEmail, setPhoneNumber or setExternalId "
            "instead of setProfile, or give setProfile the {lacking} as well.",
        )
    },
    find=_find,
    shows=(
        """
        mobile person=betty external_id=b1 anonymous_id=d1
        +1h    mobile person=betty email=betty@example.com anonymous_id=d2
        """,
        """
        mobile external_id=b1 email=old@example.com anonymous_id=d1
        +1h    mobile email=new@example.com anonymous_id=d2
        +1d    server external_id=b1 email=new@example.com
        """,
    ),
    spares=(
        """
        mobile person=betty external_id=b1 anonymous_id=d1
        +1h    mobile person=betty email=betty@example.com anonymous_id=d1
        """,
        """
        mobile external_id=b1 email=betty@example.com anonymous_id=d1
        +1h    mobile email=betty@example.com anonymous_id=d2
        """,
    ),
)
