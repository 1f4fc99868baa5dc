"""One sender keys its profile calls by one key and its events by another."""

from __future__ import annotations

from collections import defaultdict

from idgraph.calls import Call, Key
from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "disjoint-keys-by-call-type"
_KEYS: tuple[Key, ...] = ("external_id", "email")


def _find(evidence: Evidence) -> Finding | None:
    maker = evidence.replay.step(evidence.maker).call
    if not evidence.step.created or maker.channel != evidence.call.channel:
        return None
    if _tracks(maker) == _tracks(evidence.call):
        return None
    kinds = _kinds(evidence)
    profile, event = kinds[False], kinds[True]
    if len(profile) != 1 or len(event) != 1 or profile == event:
        return None
    words = {
        "channel": evidence.call.channel,
        "profile_key": evidence.label(min(profile)),
        "event_key": evidence.label(min(event)),
    }
    return Finding(CODE, "likely", calls={"maker": evidence.maker}, words=words)


def _kinds(evidence: Evidence) -> dict[bool, set[Key]]:
    """The keys that the person's calls of the sender carry; True for those with an event."""
    found: defaultdict[bool, set[Key]] = defaultdict(set)
    for number in evidence.persons.calls[evidence.split.person]:
        call = evidence.replay.step(number).call
        if call.channel == evidence.call.channel:
            found[_tracks(call)] |= {key for key in _KEYS if key in call.keys}
    return found


def _tracks(call: Call) -> bool:
    return call.event is not None


CAUSE = Cause(
    code=CODE,
    rank=76,
    title="Profile calls by one key, events by another",
    advice="Map id and email on both kinds of calls, identify and track.",
    source="segmentio/action-destinations 970a17e: by default profiles are sent with the email, "
    "events with the id; that this splits profiles is inferred",
    wordings={
        "plain": Wording(
            says="Of the {channel} calls of the person, those that set the profile carry "
            "{profile_key} and no {event_key}, those with an event the reverse; so {call} shares "
            "no key with {maker}, which made {source}, and made {target}.",
            fix="Send {event_key} with the calls that set the profile, or {profile_key} with the "
            "events: both in {maker} and {call}.",
        )
    },
    find=_find,
    shows=(
        """
        server email=betty@example.com
        server event="Placed Order" external_id=b1
        +1d    form external_id=b1 email=betty@example.com
        """,
        """
        server person=betty event="Placed Order" external_id=b1
        server person=betty email=betty@example.com
        server person=betty event="Fulfilled Order" external_id=b1
        """,
    ),
    spares=(
        """
        server email=betty@example.com
        server event="Placed Order" external_id=b1 email=betty@example.com
        """,
        """
        form   email=betty@example.com
        server event="Placed Order" external_id=b1
        +1d    server external_id=b1 email=betty@example.com
        """,
        """
        server email=betty@example.com
        server event="Placed Order" external_id=b1
        +1d    server external_id=b1 email=betty@example.com
        """,
    ),
)
