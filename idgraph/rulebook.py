"""A platform's identity rules at a date, as tables: which rule speaks of which call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatch
from functools import cached_property, lru_cache
from typing import TypeVar

import msgspec

from idgraph.calls import Call, Identifier, Key
from idgraph.clocks import iso
from idgraph.errors import AssumptionError
from idgraph.registry import Shown
from idgraph.rules import (
    CallClass,
    Case,
    Example,
    Fold,
    KeyRow,
    Match,
    Miss,
    MissCase,
    Rule,
    RuleCode,
    Send,
    Source,
    Spelling,
    SpellingOutcome,
    Timing,
    Write,
    folded,
)

_Row = TypeVar("_Row", bound=Rule)


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for one class of calls.

    `trial` holds the match rules in order of trial, `write` the rule of each key and case, `nobody`
    what becomes of a call that carries a key and finds nobody, in the order in which keys decide.
    """

    trial: tuple[Match, ...]
    write: Mapping[tuple[Key, Case], Write]
    nobody: Mapping[Key, Miss]
    settle_s: float


class Policy(
    Shown,
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    dict=True,
    rename={"kinds": "class"},
):
    """A platform's identity rules at a date.

    `since` and `until` are the first and the last day on which they held, or "". `kinds` are the
    classes of calls that they tell apart; a policy whose classes name no endpoints is used only
    where it is asked for. `extends` names the policy whose rows hold where this one has none.

    >>> import idgraph as ig
    >>> policy = ig.load("klaviyo-classic")
    >>> policy, policy.order
    (<Policy klaviyo-classic: 24 rules, ... to 2022-05-27>, ('external_id', 'email',
    'phone_number'))
    """

    name: str
    title: str
    says: str
    extends: str = ""
    since: str = ""
    until: str = ""
    kinds: tuple[CallClass, ...]
    source: tuple[Source, ...]
    key: tuple[KeyRow, ...]
    send: tuple[Send, ...] = ()
    match: tuple[Match, ...]
    miss: tuple[Miss, ...]
    write: tuple[Write, ...]
    spelling: tuple[Spelling, ...] = ()
    timing: tuple[Timing, ...] = ()
    example: tuple[Example, ...] = ()

    def __repr__(self) -> str:
        """Say in one line which it is and how many rules it has."""
        since = f"{self.since or '...'} to {self.until or 'today'}"
        return f"<Policy {self.name}: {len(self.rules)} rules, {since}>"

    def __hash__(self) -> int:
        """Let what follows from a policy be kept by it, though its examples cannot be hashed."""
        return hash(self.name)

    @property
    def rows(self) -> tuple[Rule, ...]:
        """Every rule, in the order of the file."""
        return (
            *self.send,
            *self.match,
            *self.miss,
            *self.write,
            *self.spelling,
            *self.timing,
        )

    @cached_property
    def rules(self) -> dict[RuleCode, Rule]:
        """Every rule by its code, in the order of the file."""
        return {row.code: row for row in self.rows}

    @cached_property
    def order(self) -> tuple[Key, ...]:
        """The keys that find a profile, in the order of trial."""
        return tuple(dict.fromkeys(row.key for row in self.match))

    @cached_property
    def many(self) -> frozenset[Key]:
        """The keys of which a replaced value goes on finding its profile."""
        return frozenset(row.key for row in self.key if row.holds == "many")

    @cached_property
    def labels(self) -> dict[Key, str]:
        """How people of the policy's era spell each key."""
        return {row.key: row.label for row in self.key}

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every source by its code."""
        return {row.code: row for row in self.source}

    @cached_property
    def tables(self) -> dict[str, Tables]:
        """The rules for each class of calls, by its code."""
        return {kind.code: self._tables(kind.code) for kind in self.kinds}

    def _tables(self, kind: str) -> Tables:
        trial = tuple({row.key: row for row in _ranked(self.match, kind)}.values())
        nobody: dict[Key, Miss] = {}
        for row in self.miss:
            if row.case == "nobody" and (not row.classes or kind in row.classes):
                for key in row.keys or self.order:
                    nobody.setdefault(key, row)
        settle = [row.settle_s for row in _ranked(self.timing, kind) if row.case == "settle"]
        return Tables(
            trial=tuple(row for row in self.match if row in trial),
            write={(row.key, row.case): row for row in _ranked(self.write, kind)},
            nobody=nobody,
            settle_s=settle[-1] if settle else 0.0,
        )

    def kind(self, call: Call) -> str:
        """Return the code of the class that a call is of."""
        if call.endpoint:
            named = (k for k in self.kinds if _among(call.endpoint, k.endpoints))
        else:
            named = (k for k in self.kinds if call.channel in k.channels)
        return next(named, self.kinds[0]).code

    def of(self, call: Call) -> Tables:
        """Return the rules for a call."""
        return self.tables[self.kind(call)]

    @property
    def at_once(self) -> Timing | None:
        """The rule for calls of the same instant, None where the policy has none."""
        return next((row for row in self.timing if row.case == "same-instant"), None)

    def missed(self, case: MissCase) -> Miss:
        """Return the rule for a call that was refused, only asked, or carries no key."""
        return next(row for row in self.miss if row.case == case)

    @property
    def picked(self) -> bool:
        """Whether it may be picked for a history: else it names no endpoints and is asked for."""
        return any(kind.endpoints for kind in self.kinds)

    def speaks_of(self, call: Call) -> bool:
        """Tell whether the rules speak of the endpoint of a call, where it has one."""
        return not call.endpoint or any(_among(call.endpoint, k.endpoints) for k in self.kinds)

    def in_force(self, call: Call) -> bool:
        """Tell whether the rules held on the day of a call, where it has a clock."""
        day = (iso(call.at) or "")[:10]
        return not day or (self.since <= day and (not self.until or day <= self.until))

    def label(self, key: Key) -> str:
        """Return the spelling of a key; its canonical name where the policy does not know it."""
        return self.labels.get(key, key)

    def sent(self, call: Call) -> Call:
        """Return a call as the platform gets it, after a sender in between changed its keys."""
        for row in self.send:
            carried = call.get(row.key)
            if carried is None or row.decided == "send":
                continue
            if row.decided == "rename" and call.get(row.to) is None:
                call = call.carrying(carried._replace(key=row.to))
            call = call.without(row.key)
        return call

    def canonical(self, identifier: Identifier) -> Identifier:
        """Return the identifier as the platform compares it: two are one if these are equal."""
        return folded(identifier, self._folds.get(identifier.key, ((), ()))[0])

    def loose(self, identifier: Identifier) -> Identifier:
        """Return the identifier with every spelling rule of its key applied, decided or not."""
        return folded(identifier, self._folds.get(identifier.key, ((), ()))[1])

    @cached_property
    def _folds(self) -> dict[Key, tuple[tuple[Fold, ...], tuple[Fold, ...]]]:
        """By key: the folds that come out `same`, and all of them."""
        return {
            row.key: (
                tuple(r.fold for r in self.spelling if r.key == row.key and r.decided == "same"),
                tuple(r.fold for r in self.spelling if r.key == row.key),
            )
            for row in self.key
        }

    def assuming(self, assumptions: Mapping[RuleCode, str]) -> Policy:
        """Return the policy with some rules coming out as told (`{"email-case": "different"}`).

        An unknown rule, or an outcome that the rule cannot have, is an `AssumptionError`.
        """
        if not assumptions:
            return self  # a copy would work its tables out anew
        changed = {code: self._assumed(code, outcome) for code, outcome in assumptions.items()}
        return msgspec.structs.replace(
            self,
            send=tuple(changed.get(r.code, r) for r in self.send),
            match=tuple(changed.get(r.code, r) for r in self.match),
            miss=tuple(changed.get(r.code, r) for r in self.miss),
            write=tuple(changed.get(r.code, r) for r in self.write),
            spelling=tuple(changed.get(r.code, r) for r in self.spelling),
            timing=tuple(changed.get(r.code, r) for r in self.timing),
        )

    def _assumed(self, code: RuleCode, outcome: str) -> Rule:
        rule = self.rules.get(code)
        if rule is None:
            near = get_close_matches(code, self.rules, 1)
            raise AssumptionError(
                f"policy {self.name} has no rule of that code",
                where=f"--assume {code}",
                remedy=f"Did you mean {near[0]}?" if near else f"See `idgraph policy {self.name}`.",
            )
        if outcome not in rule.allowed:
            choice = " or ".join(rule.allowed)
            raise AssumptionError(
                f"rule {code} of policy {self.name} cannot come out so",
                where=f"--assume {code}",
                remedy=f"It comes out {choice}." if choice else "Nothing can be assumed of it.",
            )
        return msgspec.structs.replace(rule, outcome=outcome, default="")

    def apart(self, one: Identifier, other: Identifier) -> tuple[RuleCode, ...]:
        """Return the spelling rules that keep two spellings of one value apart."""
        return self._differing(one, other, "different")

    def together(self, one: Identifier, other: Identifier) -> tuple[RuleCode, ...]:
        """Return the spelling rules without which two spellings would not be one identifier."""
        return self._differing(one, other, "same")

    def _differing(
        self, one: Identifier, other: Identifier, outcome: SpellingOutcome
    ) -> tuple[RuleCode, ...]:
        rows = tuple(rule for rule in self.spelling if rule.key == one.key)
        found = []
        for rule in rows:
            others = tuple(row.fold for row in rows if row is not rule)
            differ = folded(one, others) != folded(other, others)
            if rule.decided == outcome and differ:
                found.append(rule.code)
        return tuple(found)


@lru_cache(maxsize=4096)
def _among(endpoint: str, patterns: tuple[str, ...]) -> bool:
    """Whether a pattern is that of an endpoint; kept, as a history asks it of few for each call."""
    return any(fnmatch(endpoint, pattern) for pattern in patterns)


def _ranked(rows: Iterable[_Row], kind: str) -> list[_Row]:
    """The rows that hold for a class, those that name it last: there they take the place."""
    held = [row for row in rows if not row.classes or kind in row.classes]
    return sorted(held, key=lambda row: bool(row.classes))
