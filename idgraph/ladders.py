"""Why a call did not find a profile: key by key, what the profile held and what the call sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from idgraph.calls import CallNumber, Identifier, Key
from idgraph.errors import UsageError
from idgraph.registry import Several, Shown
from idgraph.replays import Part, Replay
from idgraph.rules import Match, RuleCode
from idgraph.steps import ProfileName, Step, reached

if TYPE_CHECKING:
    import pandas as pd

LINKS = 25
"""How many earlier calls of a profile are tried, latest first, for the one that lacks a key."""

Finding = Literal[
    "held",
    "unseen",
    "passed-over",
    "refuses",
    "spelled-otherwise",
    "replaced",
    "held-by-other",
    "never-held",
    "not-sent",
]


@dataclass(frozen=True, slots=True, repr=False)
class Rung(Shown):
    """One key of the ladder: what the call sent, what the profile held just before it.

    `finding` is `held` where this key finds the profile; `unseen` where call `at`, of the same
    instant, put it there and the rules were told that the call did not see it; `passed-over` where
    the profile holds it and `rules` send the look-up on; `refuses` where they refuse the call for
    it; `spelled-otherwise` where the profile holds the value in another spelling that `rules` keep
    apart; `replaced` where it held the value until call `at`; `held-by-other` where `holder` holds
    it; `never-held`; `not-sent`. `holder` is None where nobody holds the value. `since` is the call
    since which the profile holds `holds`, None where it holds nothing.
    """

    key: Key
    finding: Finding
    sent: Identifier | None
    holds: Identifier | None
    at: CallNumber | None = None
    holder: ProfileName | None = None
    rules: tuple[RuleCode, ...] = ()
    since: CallNumber | None = None

    def __repr__(self) -> str:
        """Say what came of the key, without a value."""
        return f"<Rung {self.key}: {self.finding}>"

    @property
    def passes(self) -> bool:
        """Whether this key finds the profile."""
        return self.finding == "held"


@dataclass(frozen=True, slots=True)
class Link:
    """The smallest thing missing: had call `call` carried `identifier`, the profile were found.

    Verified by replay. `replaces` says that the call carries another value of that key.
    """

    call: CallNumber
    identifier: Identifier
    replaces: bool


@dataclass(frozen=True, slots=True, repr=False)
class WhyNot(Shown):
    """Why a call did not go to a profile: the rungs in order of trial, and the missing link.

    `born` is the call that made the profile, None for one that only observation knows; `into` the
    profile that it had been merged into before the call, None where it had not been. `link` is None
    where the call found the profile, or where no single key would have led it there.

    >>> import idgraph as ig
    >>> ig.why_not(ig.replay(ig.demo("shop")), 2, "P1")
    <WhyNot call 2 went to P1: $id not-sent, $email held, $phone_number not-sent>
    """

    replay: Replay
    call: CallNumber
    profile: ProfileName
    rungs: tuple[Rung, ...]
    born: CallNumber | None
    into: ProfileName | None
    link: Link | None

    @property
    def found(self) -> bool:
        """Whether the call did go there."""
        return self.replay.step(self.call).profile == self.profile

    def table(self) -> pd.DataFrame:
        """Return one row a key, in order of trial: passes, needed, sent, since, until, holder, why.

        `needed` and `sent` are the raw values, None where there is none; `since` and `until` are
        call numbers: when the profile held what was needed, and when it lost what was sent.
        """
        from idgraph.frames import Frame

        rows = [
            {
                "key": rung.key,
                "passes": rung.passes,
                "needed": rung.holds.value if rung.holds else None,
                "sent": rung.sent.value if rung.sent else None,
                "since": rung.since,
                "until": rung.at if rung.finding == "replaced" else None,
                "holder": rung.holder,
                "finding": rung.finding,
                "rules": ", ".join(rung.rules),
            }
            for rung in self.rungs
        ]
        return Frame(rows, dtype=object).set_index("key")

    def __repr__(self) -> str:
        """Say key by key what came of it, without a value."""
        label = self.replay.policy.label
        rungs = ", ".join(f"{label(rung.key)} {rung.finding}" for rung in self.rungs)
        verb = "went to" if self.found else "did not go to"
        return f"<WhyNot call {self.call} {verb} {self.profile}: {rungs}>"


def why_not(replay: Replay, number: CallNumber, profile: ProfileName) -> WhyNot:
    """Say why a call did not go to a profile; a `UsageError` where there is no such one.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("shop"))
    >>> ig.why_not(replay, 2, "P1")
    <WhyNot call 2 went to P1: $id not-sent, $email held, $phone_number not-sent>
    """
    step = replay.step(number)
    born = {one.profile: one.number for one in replay if one.created}
    if profile not in born and all(one.landed != profile for one in replay):
        known = ", ".join(name for name in born if name) or "none"
        raise UsageError("no profile of that name came to be", remedy=f"There are {known}.")
    into = next((one.profile for one in replay.steps[: number - 1] if profile in one.merged), None)
    link = None if step.profile == profile or into else _link(replay, number, profile)
    rungs = ladder(replay, number, profile)
    return WhyNot(replay, number, profile, rungs, born.get(profile), into, link)


def _link(replay: Replay, number: CallNumber, profile: ProfileName) -> Link | None:
    """The first single key that would have led the call to the profile, by replay."""
    own = [step.number for step in replay.steps[: number - 1] if step.profile == profile]
    part = Part(replay, (*own, number), until=number)
    for link in _links(replay, number, profile, own):
        call = replay.history.call(link.call).carrying(link.identifier)
        if reached(part.steps({link.call: call}), number, own):
            return link
    return None


def _links(
    replay: Replay, number: CallNumber, profile: ProfileName, own: list[CallNumber]
) -> Iterator[Link]:
    """What could have led there: a key that the profile held, or one put on it before."""
    call, held = replay.history.call(number), replay.held(profile, number)
    keys = [row.key for row in replay.policy.of(call).trial]
    for key in sorted(keys, key=lambda key: call.get(key) is not None):
        if key in held:
            yield Link(number, held[key], replaces=call.get(key) is not None)
    for earlier in islice(reversed(own), LINKS):
        before = replay.history.call(earlier)
        for identifier in call.identifiers:
            if before.get(identifier.key) is None:
                yield Link(earlier, identifier, replaces=False)


def ladder(replay: Replay, number: CallNumber, profile: ProfileName) -> Several[Rung]:
    """Return, in the order of trial, why each key of a call finds a profile or does not.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.ladder(replay, 3, "P1")
    (<Rung external_id: held>, <Rung email: never-held>, <Rung phone_number: not-sent>)
    """
    step = replay.step(number)
    held = replay.held(profile, number)
    return Several(
        _rung(replay, step, profile, row, held.get(row.key)) for row in _trial(replay, step)
    )


def _trial(replay: Replay, step: Step) -> tuple[Match, ...]:
    return replay.policy.of(step.call).trial


def _rung(
    replay: Replay, step: Step, profile: ProfileName, row: Match, holds: Identifier | None
) -> Rung:
    key, number, sent = row.key, step.number, step.call.get(row.key)
    since = _since(replay, number, profile, holds)
    if sent is None:
        return Rung(key, "not-sent", None, holds, since=since)
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
        finding, rules = _led(replay, step, row, running[0].since, profile)
        at = running[0].since
        return Rung(key, finding, sent, holds, at, holder, rules, since)
    if holds is not None and replay.policy.loose(holds) == replay.policy.loose(sent):
        rules = replay.policy.apart(sent, holds)
        return Rung(key, "spelled-otherwise", sent, holds, None, holder, rules, since)
    if ended:
        return Rung(key, "replaced", sent, holds, ended[-1], holder, since=since)
    other: Finding = "held-by-other" if holder else "never-held"
    return Rung(key, other, sent, holds, holder=holder, since=since)


def _led(
    replay: Replay, step: Step, row: Match, since: CallNumber, profile: ProfileName
) -> tuple[Finding, tuple[RuleCode, ...]]:
    """What came of a key that the profile held."""
    if not replay.sees(step.number, since):
        return "unseen", ()
    if row.decided == "refuse":
        return "refuses", (row.code,)
    held, tables = replay.held(profile, step.number), replay.policy.of(step.call)
    same = replay.policy.canonical
    rules = [row.code] if row.decided == "skip" else []
    for identifier in step.call.identifiers:
        rule = tables.write.get((identifier.key, "different"))
        other = held.get(identifier.key)
        differs = other is not None and same(other) != same(identifier)
        if rule and rule.decided == "pass" and differs and identifier.key != row.key:
            rules.append(rule.code)
    return ("passed-over", tuple(rules)) if rules else ("held", ())


def _since(
    replay: Replay, number: CallNumber, profile: ProfileName, holds: Identifier | None
) -> CallNumber | None:
    tenures = replay.tenures(holds) if holds else ()
    found = [t.since for t in tenures if t.profile == profile and t.since < number]
    return found[-1] if found else None
