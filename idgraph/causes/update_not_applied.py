"""An email update was answered as if it were done, and the profile kept its old email."""

from __future__ import annotations

from idgraph.calls import CallNumber, Identifier
from idgraph.causes.base import Cause, Confidence, Evidence, Finding, Wording
from idgraph.clocks import SECOND, span

CODE = "update-not-applied"
LEAST = 600 * SECOND
"""A new email that is not seen for longer than this is no lag of the look-up."""


def _find(evidence: Evidence) -> Finding | None:
    return _observed(evidence) if evidence.split.observed else _by_rule(evidence)


def _by_rule(evidence: Evidence) -> Finding | None:
    """The rules say that an earlier call with this email wrote it nowhere."""
    sent = evidence.call.get("email")
    if "external_id" in evidence.call.keys or not evidence.brings_new_email:
        return None
    for step in evidence.earlier():
        for kept in step.kept:
            mine = evidence.same(kept.identifier, sent) and step.landed == evidence.split.source
            if mine and kept.holder is None:
                stated = evidence.replay.policy.rules[kept.rule].evidence == "documented"
                confidence: Confidence = "certain" if stated else "possible"
                return Finding(CODE, confidence, calls={"update": step.number})
    return None


def _observed(evidence: Evidence) -> Finding | None:
    """By the rules an earlier call wrote the email, but what was observed speaks against it."""
    rung = evidence.rungs.get("email")
    if rung is None or rung.finding != "held" or rung.at is None:
        return None
    former = _replaced(evidence, rung.at)
    if (
        evidence.step.matched != "email"
        or former is None
        or _found_by(evidence, rung.sent, rung.at)
    ):
        return None
    witness = _found_by(evidence, former, rung.at)
    if witness is not None:
        return Finding(CODE, "likely", "still-old", {"writer": rung.at, "witness": witness})
    gap = evidence.gap(rung.at)
    if gap is None or gap <= LEAST:
        return None
    return Finding(CODE, "possible", "observed", {"writer": rung.at}, {"gap": span(gap)})


def _replaced(evidence: Evidence, update: CallNumber) -> Identifier | None:
    """The email that an update replaced, None where it replaced none."""
    changes = evidence.replay.step(update).updates
    return next((change.before for change in changes if change.key == "email"), None)


def _found_by(
    evidence: Evidence, email: Identifier | None, update: CallNumber
) -> CallNumber | None:
    """The first call after the update that was observed to find the profile by an email alone."""
    for number in evidence.persons.calls[evidence.split.person]:
        step = evidence.replay.step(number)
        observed = step.call.observed is not None and step.landed == evidence.split.source
        alone = "external_id" not in step.call.keys and evidence.same(step.call.get("email"), email)
        if number > update and observed and alone:
            return number
    return None


CAUSE = Cause(
    code=CODE,
    rank=25,
    title="An email update that was not applied",
    advice="Change an email by the private API, and look the profile up to see that it changed.",
    source="v1-2 guide: Identify does not update identifiers; API reference since 2024-02-15: the "
    "client endpoints keep them and answer 202",
    wordings={
        "plain": Wording(
            says="{update} found {source} and carried the {email} of {call}, but a call of its "
            "kind does not replace {email}, whatever it is answered; so {call} found nobody by "
            "the new {email} and made {target}.",
            fix="Change {email} by the private API instead of by {update}, or send {id} with "
            "{call}.",
        ),
        "still-old": Wording(
            says="{writer} was to replace the {email} of {source}, but {witness} was observed on "
            "{source} with the old {email} after it, and {call}, with the new one, on {target}: "
            "the update was not applied.",
            fix="Repeat {writer} by the private API and look {source} up after it; until then "
            "send {id} with {call}.",
        ),
        "observed": Wording(
            says="{writer} was to replace the {email} of {source}, but {call} was observed on "
            "{target} with the new {email} {gap} later, which is too long for a lag: the update "
            "may never have been applied.",
            fix="Look {source} up after {writer} to see which {email} it holds, and send {id} "
            "with {call}.",
        ),
    },
    find=_find,
    shows=(
        """
        # policy klaviyo-classic-late
        server endpoint=identify external_id=b1 email=old@example.com
        +1d    server endpoint=identify external_id=b1 email=new@example.com
        +1h    form email=new@example.com
        +1min  server event="Placed Order" external_id=b1 email=new@example.com
        """,
        """
        # policy klaviyo
        server  endpoint=profile-import external_id=b1 email=old@example.com
        +1d     browser endpoint=client/profiles external_id=b1 email=new@example.com
        +1h     form email=new@example.com
        """,
        """
        server  external_id=b1 email=old@example.com -> A
        +1d     server external_id=b1 email=new@example.com -> A
        +4h     browser email=new@example.com -> B
        """,
    ),
    spares=(
        """
        server endpoint=identify external_id=b1 email=old@example.com
        +1d    server endpoint=identify external_id=b1 email=new@example.com
        +1h    form email=new@example.com
        """,
        """
        server  external_id=b1 email=old@example.com -> A
        +1d     server external_id=b1 email=new@example.com -> A
        +4min   browser email=new@example.com -> B
        """,
        """
        server  external_id=b1 email=old@example.com -> A
        +1d     server external_id=b1 email=new@example.com -> A
        +4h     browser email=new@example.com -> B
        +1d     browser email=new@example.com -> A
        """,
    ),
)
