"""The readings of a policy: the ways in which rules that nothing documents may come out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from idgraph.errors import AssumptionError
from idgraph.rulebook import Policy
from idgraph.rules import OPEN, Rule, RuleCode

MOST = 64
"""How many readings are looked at, where they are combined."""


@dataclass(frozen=True, slots=True)
class RuleReading:
    """One way to read a policy: the rules that come out otherwise than it says, by code."""

    flips: tuple[tuple[RuleCode, str], ...] = ()

    @property
    def name(self) -> str:
        """The reading in a few words.

        >>> RuleReading((("taken-email", "set"),)).name, RuleReading().name
        ('taken-email=set', 'as the policy says')
        """
        return ", ".join(f"{code}={to}" for code, to in self.flips) or "as the policy says"


@dataclass(frozen=True, slots=True)
class RuleReadings:
    """Some readings of a policy, the one that it says first.

    `codes` are the rules that differ among them. `combined` tells that a reading may differ from
    the first in more than one of these. `how` says in words how the readings were made, `left_out`
    counts those that there was no room for.
    """

    policy: Policy
    every: tuple[RuleReading, ...]
    codes: tuple[RuleCode, ...]
    combined: bool
    how: str
    left_out: int = 0

    def __len__(self) -> int:
        """Return the number of readings."""
        return len(self.every)

    def under(self, reading: RuleReading) -> Policy:
        """Return the policy under one of the readings."""
        return self.policy.assuming(dict(reading.flips))

    def outcome(self, reading: RuleReading, code: RuleCode) -> str:
        """Return how a rule comes out under a reading."""
        return dict(reading.flips).get(code, self.policy.rules[code].decided)


def rule_readings(
    policy: Policy, codes: Iterable[RuleCode] | None = None, *, most: int | None = MOST
) -> RuleReadings:
    """Return the readings of a policy: every combination if there are at most `MOST`, else flips.

    `codes` are the rules that may come out otherwise, the most important first; by default all that
    are open, in the order of the policy. Rules with evidence or with one outcome alone stay as they
    are. Of flips, `most` bounds the number, None does not. An unknown code is an `AssumptionError`.
    """
    wanted = list(policy.rules) if codes is None else list(dict.fromkeys(codes))
    rules = [rule for rule in (_rule(policy, code) for code in wanted) if is_open(rule)]
    ways = [_ways(rule) for rule in rules]
    names = tuple(rule.code for rule in rules)
    if math.prod(map(len, ways)) <= MOST:
        every = tuple(_combined(names, ways))
        how = f"every combination of {', '.join(names)}" if names else "no rule is open here"
        return RuleReadings(policy, every, names, combined=True, how=how)
    flips = [
        RuleReading(((code, to),)) for code, way in zip(names, ways, strict=True) for to in way[1:]
    ]
    kept = flips if most is None else flips[: most - 1]
    told = tuple(dict.fromkeys(flip.flips[0][0] for flip in kept))
    out = len(flips) - len(kept)
    how = f"one at a time, the other outcomes of {', '.join(told)}"
    more = f", without {out} for which there was no room" if out else ""
    every = (RuleReading(), *kept)
    return RuleReadings(policy, every, told, combined=False, how=f"{how}{more}", left_out=out)


def is_open(rule: Rule) -> bool:
    """Tell whether nothing documents a rule, and it could come out otherwise."""
    return rule.evidence in OPEN and len(rule.allowed) > 1


def _rule(policy: Policy, code: RuleCode) -> Rule:
    if code not in policy.rules:
        raise AssumptionError(
            f"policy {policy.name} has no rule of that code",
            where=code,
            remedy=f"See `idgraph policy {policy.name}`.",
        )
    return policy.rules[code]


def _ways(rule: Rule) -> list[str]:
    """The outcomes of a rule, the one that the policy goes by first."""
    return [rule.decided, *(one for one in rule.allowed if one != rule.decided)]


def _combined(names: tuple[RuleCode, ...], ways: list[list[str]]) -> Iterable[RuleReading]:
    for outcomes in product(*ways):
        pairs = zip(names, outcomes, ways, strict=True)
        yield RuleReading(tuple((code, to) for code, to, way in pairs if to != way[0]))
