"""Why two persons met on a profile, with the call that carried a key not its person's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from idgraph.calls import Call, CallNumber, Identifier, Key
from idgraph.joining.meetings import Meeting
from idgraph.joining.reasons import ReasonCode
from idgraph.joining.senders import Senders
from idgraph.persons import Confidence, PersonName, loosely
from idgraph.placeholders import stands_for_nobody
from idgraph.replays import Replay

_DEVICE: tuple[Key, ...] = ("anonymous_id", "_kx")
_ADDRESS: tuple[Key, ...] = ("email", "phone_number")
_OWN: tuple[Key, ...] = ("external_id", *_ADDRESS)


class Verdict(NamedTuple):
    """A reason, how sure it is, and the call that carries a key not its person's."""

    reason: ReasonCode
    confidence: Confidence
    by: CallNumber


def judged(senders: Senders, met: Meeting) -> Verdict:
    """Return why two persons met."""
    identifier = met.step.call.get(met.key or "")
    return _keyless(senders, met) if identifier is None else _keyed(senders, met, identifier)


def _keyless(senders: Senders, met: Meeting) -> Verdict:
    sure: Confidence = "certain" if {met.before, met.came} <= senders.named else "possible"
    if met.source is not None:
        return Verdict("merged", sure, met.step.number)
    code = "observed" if met.step.deviates else "unexplained"
    return Verdict(code, sure if met.step.deviates else "possible", met.step.number)


def _keyed(senders: Senders, met: Meeting, identifier: Identifier) -> Verdict:
    number = met.step.number
    if stands_for_nobody(identifier):
        return Verdict("placeholder", "certain", number)
    if loosely(identifier) in senders.people.crowded:
        return Verdict("placeholder", "likely", number)
    if identifier.key in _DEVICE:
        return Verdict("shared-device", "likely", number)
    guest, host = (met.before, met.came) if met.source else (met.came, met.before)
    return _strayed(senders, met, identifier, guest=guest, host=host)


def _strayed(
    senders: Senders,
    met: Meeting,
    identifier: Identifier,
    *,
    guest: PersonName,
    host: PersonName,
) -> Verdict:
    """Whose the identifier is, and how a call of the other came by it.

    `host` is the person that the call met by it, `guest` the other one, mostly the call's own.
    """
    number = met.step.number
    sent, theirs = senders.calls(guest, identifier), senders.calls(host, identifier)
    odd = senders.stray(guest, identifier), senders.stray(host, identifier)
    if identifier.key in _ADDRESS and sent and theirs and not any(odd):
        often = len(sent) > 1 and len(theirs) > 1
        return Verdict("shared-address", "likely" if often else "possible", number)
    if not theirs and senders.replay.step(met.other).deviates:
        return Verdict("observed", "likely", met.other)
    put = theirs or [_put(senders.replay, identifier, number)]
    by, owner = (put[0], guest) if not theirs or odd == (False, True) else (number, host)
    return _carried(senders, identifier, by, owner)


def _carried(
    senders: Senders, identifier: Identifier, by: CallNumber, owner: PersonName
) -> Verdict:
    """How a call came to carry an identifier of `owner`, who did not send it."""
    call = senders.replay.history.call(by)
    previous = senders.previous.get(by)
    if previous is not None and previous in senders.calls(owner, identifier):
        before = set(map(loosely, senders.replay.history.call(previous).identifiers))
        if not set(map(loosely, call.identifiers)) <= before:
            return Verdict("identity-leak", "likely", by)
    if any(not senders.calls(owner, other) for other in _personal(call, identifier)):
        return Verdict("two-in-one-body", "likely", by)
    code = "shared-address" if identifier.key in _ADDRESS else "unexplained"
    return Verdict(code, "possible", by)


def _personal(call: Call, but: Identifier) -> Iterator[Identifier]:
    """What else a call carries that names a human."""
    others = (i for i in call.identifiers if i.key in _OWN and i.key != but.key)
    return (identifier for identifier in others if not stands_for_nobody(identifier))


def _put(replay: Replay, identifier: Identifier, number: CallNumber) -> CallNumber:
    """The call that put an identifier where a later call found it."""
    since = (tenure.since for tenure in replay.tenures(identifier) if tenure.since < number)
    return max(since, default=number)
