"""A platform's identity rules at a date: loaded from a data file, checked, given as tables.

The file says what the platform does; nothing in Python knows a platform. A word that is not in the
vocabulary (`rules`) is a `PolicyError` naming the file and the place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from fnmatch import fnmatch
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import msgspec

from idgraph.calls import Call, History, Identifier, Key
from idgraph.errors import AssumptionError, PolicyError
from idgraph.rules import (
    CASES,
    Case,
    Example,
    Fold,
    KeyRow,
    Match,
    Miss,
    Rule,
    RuleCode,
    Source,
    Spelling,
    SpellingOutcome,
    Timing,
    Write,
    folded,
)


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A platform's identity rules at a date.

    `until` is the last day on which they held, or "". `endpoints` are patterns of the endpoints
    whose calls they speak of.
    """

    name: str
    title: str
    says: str
    until: str = ""
    endpoints: tuple[str, ...] = ()
    source: tuple[Source, ...]
    key: tuple[KeyRow, ...]
    match: tuple[Match, ...]
    miss: tuple[Miss, ...]
    write: tuple[Write, ...]
    spelling: tuple[Spelling, ...] = ()
    timing: tuple[Timing, ...] = ()
    example: tuple[Example, ...] = ()

    @cached_property
    def rules(self) -> dict[RuleCode, Rule]:
        """Every rule by its code, in the order of the file."""
        rows: tuple[Rule, ...] = (
            *self.match,
            *self.miss,
            *self.write,
            *self.spelling,
            *self.timing,
        )
        return {row.code: row for row in rows}

    @cached_property
    def order(self) -> tuple[Key, ...]:
        """The keys in the order of trial."""
        return tuple(row.key for row in self.match)

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
    def writes(self) -> dict[tuple[Key, Case], Write]:
        """The rule of each key and case."""
        return {(row.key, row.case): row for row in self.write}

    @property
    def settle_s(self) -> float:
        """Seconds that a queued write may take after its answer."""
        return next((row.settle_s for row in self.timing if row.case == "settle"), 0.0)

    @property
    def at_once(self) -> Timing | None:
        """The rule for calls of the same instant, None where the policy has none."""
        return next((row for row in self.timing if row.case == "same-instant"), None)

    @property
    def creates(self) -> Miss:
        """The rule by which a call that finds nobody creates a profile."""
        return next(row for row in self.miss if row.outcome == "create")

    @property
    def ignores(self) -> Miss:
        """The rule for a call that carries no key of the policy."""
        return next(row for row in self.miss if row.outcome == "ignore")

    @property
    def reads(self) -> Miss:
        """The rule for a call that only asked, and found nobody."""
        return next(row for row in self.miss if row.outcome == "read")

    @property
    def refuses(self) -> Miss:
        """The rule for a call that was answered with a refusal."""
        return next(row for row in self.miss if row.outcome == "refuse")

    def covers(self, call: Call) -> bool:
        """Tell whether the rules speak of the endpoint of a call; a call without one is covered."""
        return not call.endpoint or any(fnmatch(call.endpoint, one) for one in self.endpoints)

    def label(self, key: Key) -> str:
        """Return the spelling of a key; its canonical name where the policy does not know it."""
        return self.labels.get(key, key)

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
        changed = {code: self._assumed(code, outcome) for code, outcome in assumptions.items()}
        return msgspec.structs.replace(
            self,
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


def names() -> tuple[str, ...]:
    """Return the names of the policies that ship, sorted."""
    folder = files("idgraph") / "policies"
    found = (entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in found))


def load(name: str) -> Policy:
    """Return a policy that ships, or the one of a `.toml` file of your own (a path).

    Raises `PolicyError` where there is none, or where it does not keep to the vocabulary.
    """
    if name.endswith(".toml"):
        return _from_file(name)
    if name not in names():
        near = get_close_matches(name, names(), 1)
        raise PolicyError(
            "no policy of that name ships",
            where=f"--policy {name}",
            remedy=f"Did you mean {near[0]}?" if near else f"There are {', '.join(names())}.",
        )
    return _shipped(name)


def pick(history: History) -> tuple[str, str]:
    """Return the policy that speaks of most calls of a history, and why it was picked.

    Of equals it is the first by name. Where it does not speak of all calls the sentence says so:
    what it then says of the others is documented for no call of their kind.
    """
    chosen = max(map(load, names()), key=lambda policy: sum(map(policy.covers, history)))
    others = sum(not chosen.covers(call) for call in history)
    said = f"Policy: {chosen.name}, by default ({chosen.title})."
    if others:
        said += (
            f" {others} of {len(history)} calls are of endpoints that it does not speak of: what "
            "it says of those is a guess."
        )
    return chosen.name, said


@cache
def _shipped(name: str) -> Policy:
    text = (files("idgraph") / "policies" / f"{name}.toml").read_text("utf-8")
    return parse(text, where=f"policies/{name}.toml")


def _from_file(path: str) -> Policy:
    try:
        return parse(Path(path).read_text("utf-8"), where=path)
    except (OSError, UnicodeDecodeError) as error:
        remedy = f"Give a readable file, or one of {', '.join(names())}."
        raise PolicyError("the policy file cannot be read", where=path, remedy=remedy) from error


def parse(text: str, *, where: str) -> Policy:
    """Return the policy that a TOML text says; `where` names it in errors."""
    try:
        policy = msgspec.convert(tomllib.loads(text), Policy)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        remedy = "The vocabulary is in `idgraph policy --help`."
        raise PolicyError(str(error), where=where, remedy=remedy) from error
    faults = list(_faults(policy))
    if faults:
        raise PolicyError("; ".join(faults), where=where, remedy="Mend the rows named.")
    return policy


def _faults(policy: Policy) -> list[str]:
    rows: tuple[Rule, ...] = (*policy.match, *policy.miss, *policy.write)
    rows += (*policy.spelling, *policy.timing)
    codes = [row.code for row in rows]
    known = {row.key for row in policy.key}
    faults = [f"code {code} is used twice" for code in sorted(set(codes)) if codes.count(code) > 1]
    faults += [
        f"rule {row.code} names the source {row.source}, which is not listed"
        for row in rows
        if row.source not in policy.sources
    ]
    faults += [
        f"rule {row.code} is unknown and has no default to go by"
        for row in rows
        if getattr(row, "outcome", "") == "unknown" and not row.decided
    ]
    faults += [
        f"rule {row.code} names the key {key}, which is not listed"
        for row in rows
        if (key := getattr(row, "key", None)) is not None and key not in known
    ]
    faults += [
        f"nothing says what happens to {key} in case {case}"
        for key in policy.order
        for case in CASES
        if (key, case) not in policy.writes
    ]
    if len(policy.writes) < len(policy.write):
        faults.append("two write rules speak of one key and case")
    for outcome in ("create", "ignore", "refuse", "read"):
        if sum(row.outcome == outcome for row in policy.miss) != 1:
            faults.append(f"one miss rule must come to {outcome}")
    return faults
