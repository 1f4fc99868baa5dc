"""Why a call did not find a profile: key by key, what the profile held and what the call sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from idgraph.calls import CallNumber, Identifier, Key
from idgraph.replays import Replay
from idgraph.rules import RuleCode
from idgraph.steps import ProfileName

Finding = Literal[
    "held", "unseen", "spelled-otherwise", "replaced", "held-by-other", "never-held", "not-sent"
]


@dataclass(frozen=True, slots=True)
class Rung:
    """One key of the ladder: what the call sent, what the profile held just before it.

    `finding` is `held` where this key finds the profile; `unseen` where call `at`, of the same
    instant, put it there and the rules were told that the call did not see it;
    `spelled-otherwise` where the profile holds the value in another spelling that `rules` keep
    apart; `replaced` where it held the value until call `at`; `held-by-other` where `holder` holds
    it; `never-held`; `not-sent`. `holder` is None where nobody holds the value.
    """

    key: Key
    finding: Finding
    sent: Identifier | None
    holds: Identifier | None
    at: CallNumber | None = None
    holder: ProfileName | None = None
    rules: tuple[RuleCode, ...] = ()


def ladder(replay: Replay, number: CallNumber, profile: ProfileName) -> tuple[Rung, ...]:
    """Return, in the order of trial, why each key of a call finds a profile or does not."""
    held = replay.held(profile, number)
    keys = replay.step(number).call.keys
    return tuple(
        _rung(replay, number, profile, key, sent=keys.get(key), holds=held.get(key))
        for key in (row.key for row in replay.policy.of(replay.step(number).call).trial)
    )


def _rung(
    replay: Replay,
    number: CallNumber,
    profile: ProfileName,
    key: Key,
    *,
    sent: Identifier | None,
    holds: Identifier | None,
) -> Rung:
    if sent is None:
        return Rung(key, "not-sent", None, holds)
    running = [
        tenure
        for tenure in replay.tenures(sent)
        if tenure.since < number and (tenure.until is None or tenure.until >= number)
    ]
    holder = running[0].profile if running else None
    ended = [
        tenure.until
        for tenure in replay.tenures(sent)
        if tenure.profile == profile and tenure.until is not None and tenure.until < number
    ]
    if holder == profile:
        since = running[0].since
        finding: Finding = "held" if replay.sees(number, since) else "unseen"
        return Rung(key, finding, sent, holds, since, holder)
    if holds is not None and replay.policy.loose(holds) == replay.policy.loose(sent):
        rules = replay.policy.apart(sent, holds)
        return Rung(key, "spelled-otherwise", sent, holds, holder=holder, rules=rules)
    if ended:
        return Rung(key, "replaced", sent, holds, ended[-1], holder)
    return Rung(key, "held-by-other" if holder else "never-held", sent, holds, holder=holder)
