"""The browser's token was given out for the old email, and was not filed where the id is."""

from __future__ import annotations

from idgraph.calls import CallNumber
from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "stale-exchange-id"


def _find(evidence: Evidence) -> Finding | None:
    rung = evidence.rungs.get("_kx")
    if not evidence.split.observed or rung is None or rung.finding != "held" or rung.at is None:
        return None
    update = _update_since(evidence, rung.at)
    if evidence.step.matched != "_kx" or update is None:
        return None
    return Finding(CODE, "possible", calls={"token": rung.at, "writer": update})


def _update_since(evidence: Evidence, since: CallNumber) -> CallNumber | None:
    """The last call that replaced the email of the missed profile after it had the token."""
    updates = (
        step.number
        for step in evidence.earlier()
        if step.number > since and step.profile == evidence.split.source
        for change in step.updates
        if change.key == "email"
    )
    return max(updates, default=None)


CAUSE = Cause(
    code=CODE,
    rank=28,
    title="The browser's token is that of the old email",
    advice="Delete the browser's identity cookie when an email changes, and identify again first.",
    source="community thread 15999: the script makes duplicates after an email change; whether a "
    "token stands for an email or for a profile is not documented",
    wordings={
        "plain": Wording(
            says="{call} carries the `_kx` that came with {token}, before {writer} replaced the "
            "{email} of {source}; it was observed on {target}, so the token may still stand for "
            "the old {email}.",
            fix="Delete the browser's cookie `__kla_id` after {writer} and identify the visitor "
            "with the current {email} before {call}.",
        )
    },
    find=_find,
    shows=(
        """
        # policy klaviyo
        server  endpoint=profile-import external_id=b1 email=old@example.com -> A
        +1min   browser endpoint=client/profiles email=old@example.com _kx=k1 -> A
        +1d     server endpoint=profile-import external_id=b1 email=new@example.com -> A
        +10s    browser endpoint=client/events event=__activity__ _kx=k1 -> B
        """,
    ),
    spares=(
        """
        # policy klaviyo
        server  endpoint=profile-import external_id=b1 email=old@example.com -> A
        +1min   browser endpoint=client/profiles email=old@example.com _kx=k1 -> A
        +10s    browser endpoint=client/events event=__activity__ _kx=k1 -> B
        """,
        """
        # policy klaviyo
        server  endpoint=profile-import external_id=b1 email=old@example.com -> A
        +1min   browser endpoint=client/profiles email=old@example.com _kx=k1 -> A
        +1d     server endpoint=profile-import external_id=b1 email=new@example.com -> A
        +10s    browser endpoint=client/events event=__activity__ _kx=k1 -> A
        """,
    ),
)
