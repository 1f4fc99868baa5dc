"""A history under a policy: one step per call, and where each call landed.

The rules are applied by `resolve`; this module turns identifiers into integers for it, and its
integers back into steps.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from idgraph import policy as policies
from idgraph import resolve as rules
from idgraph.calls import Call, CallNumber, History, Identifier, Key
from idgraph.clocks import iso
from idgraph.groups import Groups
from idgraph.policy import CASES, OPEN, Policy, RuleCode
from idgraph.registry import Shown

if TYPE_CHECKING:
    import pandas as pd

ProfileName = str
"""`P1`, `P2`, ... in order of creation; `O1`, `O2`, ... for one that only observation knows."""

_Timeline = tuple[list[CallNumber], list[Mapping[Key, Identifier]]]
_OUTCOMES = {"set": rules.SET, "keep": rules.KEEP, "refuse": rules.REFUSE}


@dataclass(frozen=True, slots=True)
class Change:
    """What a call did to one key of its profile.

    `before` is None where the key was empty; `taken_from` is the profile that lost the identifier
    to this one, None where nobody did.
    """

    key: Key
    before: Identifier | None
    after: Identifier
    rule: RuleCode
    taken_from: ProfileName | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An identifier of a call that was not written; `holder` is the profile that holds it."""

    identifier: Identifier
    rule: RuleCode
    holder: ProfileName | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one call came to.

    `matched` is the key that found the profile, None where the call created one. `profile` is None
    where the call was refused or carries no key that the rules look up. `rule` says why it went
    where it went. `candidates` are the profiles that each key of the call would have found, in the
    order of trial. `assumed` are the rules with evidence `unknown` or `inferred` that decided
    anything. `before` and `after` are what the profile held, by key. `landed` is where the call
    really landed as far as anyone knows: the observed profile where there is one, else `profile`.
    """

    number: CallNumber
    call: Call
    matched: Key | None
    profile: ProfileName | None
    created: bool
    refused: bool
    rule: RuleCode
    candidates: Mapping[Key, ProfileName]
    changed: tuple[Change, ...]
    kept: tuple[Kept, ...]
    assumed: tuple[RuleCode, ...]
    before: Mapping[Key, Identifier]
    after: Mapping[Key, Identifier]
    landed: ProfileName | None

    @property
    def updates(self) -> tuple[Change, ...]:
        """The changes that replaced another value."""
        return tuple(change for change in self.changed if change.before is not None)

    @property
    def deviates(self) -> bool:
        """Whether the call was observed elsewhere than where the rules send it."""
        return self.landed != self.profile


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile at the end of a replay: what it holds, which call created it, which landed on it.

    `created_by` is None for a profile that only observation knows; its `identifiers` are then
    those that the calls observed on it carried, the last one of each key.
    """

    name: ProfileName
    identifiers: Mapping[Key, Identifier]
    created_by: CallNumber | None
    calls: tuple[CallNumber, ...]


@dataclass(frozen=True, slots=True)
class Tenure:
    """A time in which a profile held an identifier: from a call to a call, None if to the end."""

    profile: ProfileName
    since: CallNumber
    until: CallNumber | None


@dataclass(frozen=True, repr=False)
class Replay(Shown):
    """A history under a policy: one step per call, in the order of the history."""

    history: History
    policy: Policy
    steps: tuple[Step, ...]
    assumptions: Mapping[RuleCode, str] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of steps, which is that of the calls."""
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        """Go through the steps in order."""
        return iter(self.steps)

    def step(self, number: CallNumber) -> Step:
        """Return the step of a call; a `UsageError` where there is no such call."""
        self.history.call(number)
        return self.steps[number - 1]

    def profiles(self) -> tuple[Profile, ...]:
        """Return the profiles at the end: those of the rules by birth, then observed ones."""
        landed: defaultdict[ProfileName, list[CallNumber]] = defaultdict(list)
        seen: dict[ProfileName, dict[Key, Identifier]] = {}
        made = {step.profile: step.number for step in self.steps if step.created and step.profile}
        for step in self.steps:
            if step.landed:
                landed[step.landed].append(step.number)
                if step.landed not in made:
                    seen.setdefault(step.landed, {}).update(step.call.keys)
        end = len(self) + 1
        known = [Profile(n, self.held(n, end), made[n], tuple(landed[n])) for n in made]
        return (*known, *(Profile(n, seen[n], None, tuple(landed[n])) for n in seen))

    def held(self, profile: ProfileName, before: CallNumber) -> Mapping[Key, Identifier]:
        """Return what a profile held just before a call; empty where it did not exist yet."""
        numbers, contents = self._timelines.get(profile, ([], []))
        place = bisect_left(numbers, before)
        return contents[place - 1] if place else {}

    @cached_property
    def _timelines(self) -> dict[ProfileName, _Timeline]:
        """What each profile held after each call that changed it."""
        found: defaultdict[ProfileName, _Timeline] = defaultdict(lambda: ([], []))
        for step in self.steps:
            for change in step.changed:
                if change.taken_from:
                    numbers, contents = found[change.taken_from]
                    numbers.append(step.number)
                    contents.append({k: v for k, v in contents[-1].items() if k != change.key})
            if step.profile and (step.changed or step.created):
                numbers, contents = found[step.profile]
                numbers.append(step.number)
                contents.append(step.after)
        return dict(found)

    def tenures(self, identifier: Identifier) -> tuple[Tenure, ...]:
        """Return who held an identifier, and when, in order; empty where nobody ever did."""
        return self._tenures.get(self.policy.canonical(identifier), ())

    @cached_property
    def _tenures(self) -> dict[Identifier, tuple[Tenure, ...]]:
        ended: defaultdict[Identifier, list[Tenure]] = defaultdict(list)
        running: dict[tuple[ProfileName, Identifier], CallNumber] = {}
        for step in self.steps:
            for change in step.changed:
                after = self.policy.canonical(change.after)
                lost = [(change.taken_from, after)]
                if change.before is not None and change.key not in self.policy.many:
                    lost.append((step.profile, self.policy.canonical(change.before)))
                for loser, identifier in lost:
                    if loser and (loser, identifier) in running:
                        since = running.pop((loser, identifier))
                        ended[identifier].append(Tenure(loser, since, step.number))
                if step.profile:
                    running[step.profile, after] = step.number
        for (profile, identifier), since in running.items():
            ended[identifier].append(Tenure(profile, since, None))
        return {i: tuple(sorted(t, key=lambda tenure: tenure.since)) for i, t in ended.items()}

    def sees(self, number: CallNumber, other: CallNumber) -> bool:
        """Tell whether a call sees what an earlier one wrote; not so at once, if so assumed."""
        rule = self.policy.at_once
        unseen = rule is not None and rule.decided == "unseen"
        return not (unseen and self.history.tied(number, other))

    def related(self, numbers: Iterable[CallNumber]) -> tuple[CallNumber, ...]:
        """Return these calls and all that can touch the same profiles, in order.

        Calls are related that share an identifier, or are linked by calls that do. No other call
        can change what becomes of them, so a part of a history can be replayed alone.
        """
        wanted = {self._component[number - 1] for number in numbers}
        return tuple(n for n, root in enumerate(self._component, 1) if root in wanted)

    @cached_property
    def _component(self) -> list[Identifier]:
        groups: Groups[Identifier] = Groups()
        carried = [
            tuple(self.policy.canonical(identifier) for identifier in call.identifiers)
            for call in self.history
        ]
        for identifiers in carried:
            groups.join(identifiers)
        return [groups.root(identifiers[0]) for identifiers in carried]

    def table(self) -> pd.DataFrame:
        """Return one row a call: where it went, by which key and rule, and what it changed."""
        import pandas as pd

        rows = [
            {
                "call": step.number,
                "origin": step.call.origin,
                "at": iso(step.call.at),
                "channel": step.call.channel,
                "matched_key": step.matched,
                "profile": step.profile,
                "created": step.created,
                "refused": step.refused,
                "rule": step.rule,
                "changed": ", ".join(change.key for change in step.changed),
                "assumed": ", ".join(step.assumed),
                "landed": step.landed,
            }
            for step in self.steps
        ]
        table = pd.DataFrame(rows, columns=list(rows[0]) if rows else None)
        if rows:
            table["at"] = pd.to_datetime(table["at"], utc=True, format="ISO8601")
            table = table.set_index("call")
        return table

    def __repr__(self) -> str:
        """Say in one line how many profiles came of how many calls."""
        made = sum(step.created for step in self.steps)
        elsewhere = sum(step.deviates for step in self.steps)
        aside = f", {elsewhere} observed elsewhere than the rules say" if elsewhere else ""
        return f"<Replay {self.policy.name}: {len(self)} calls, {made} profiles{aside}>"


class Part:
    """The part of a history that can touch some calls, replayed with edits; old numbers stay."""

    def __init__(
        self, replay: Replay, numbers: Iterable[CallNumber], *, until: CallNumber | None = None
    ) -> None:
        """Take the calls related to `numbers`, up to and including call `until` if given."""
        related = replay.related(numbers)
        self.numbers = tuple(n for n in related if until is None or n <= until)
        self.replay = replay
        self._history = replay.history.only(self.numbers)

    def steps(
        self,
        changes: Mapping[CallNumber, Call],
        *,
        early: tuple[CallNumber, CallNumber] | None = None,
        policy: Policy | None = None,
    ) -> dict[CallNumber, Step]:
        """Return the steps of the part, by old numbers, with some calls replaced.

        `early=(call, before)` lets a call come just before another, as if its look-up had not seen
        that one; `policy` replays under other rules.
        """
        order = list(self.numbers)
        if early is not None:
            order.remove(early[0])
            order.insert(order.index(early[1]), early[0])
        place = {number: new for new, number in enumerate(self.numbers, 1)}
        calls = tuple(changes.get(n, self._history.call(place[n])) for n in order)
        ties = self._history.ties if early is None else ()
        history = replace(self._history, calls=calls, ties=ties)
        steps = _Decoder(history, policy or self.replay.policy).steps()
        return dict(zip(order, steps, strict=True))


def replay(
    history: History,
    policy: str | Policy = "klaviyo-classic",
    *,
    assume: Mapping[RuleCode, str] | None = None,
) -> Replay:
    """Run a history under a policy; one step per call.

    `policy` is a name that ships, the path of a `.toml` file, or a `Policy`. `assume` says how
    rules come out whose outcome nobody documents (`{"taken-email": "set"}`). Deterministic.
    """
    chosen = policies.load(policy) if isinstance(policy, str) else policy
    chosen = chosen.assuming(assume or {})
    return Replay(history, chosen, tuple(_Decoder(history, chosen).steps()), dict(assume or {}))


class _Decoder:
    """Identifiers to integers, `resolve` once, integers back to steps."""

    def __init__(self, history: History, policy: Policy) -> None:
        self.history = history
        self.policy = policy
        self.order = policy.order
        self.codes: dict[Identifier, int] = {}
        self.alike: defaultdict[Identifier, list[Identifier]] = defaultdict(list)
        self.calls = [self._encode(call) for call in history]
        self.group = {number: group for group in history.ties for number in group}
        width, count = len(self.order), len(self.calls)
        self.matched = [rules.NONE] * count
        self.profile = [rules.NONE] * count
        self.found = [[rules.NONE] * width for _ in range(count)]
        self.wrote = [[rules.NONE] * width for _ in range(count)]
        rules.resolve(
            self.calls,
            self._stops(),
            [[_OUTCOMES[policy.writes[key, case].decided] for case in CASES] for key in self.order],
            [int(key in policy.many) for key in self.order],
            [rules.NONE] * len(self.codes),
            [[rules.NONE] * width for _ in range(count)],
            self.matched,
            self.profile,
            self.found,
            self.wrote,
        )
        self.holds: list[Mapping[Key, Identifier]] = []
        self.finds: dict[Identifier, tuple[int, CallNumber]] = {}

    def _encode(self, call: Call) -> list[int]:
        keys = {} if call.refused else call.keys
        return [self._code(keys[key]) if key in keys else rules.NONE for key in self.order]

    def _code(self, identifier: Identifier) -> int:
        exact = self.policy.canonical(identifier)
        if exact not in self.codes:
            self.codes[exact] = len(self.codes)
            self.alike[self.policy.loose(identifier)].append(exact)
        return self.codes[exact]

    def _stops(self) -> list[int]:
        stops = list(range(1, len(self.calls) + 1))
        if self.policy.at_once and self.policy.at_once.decided == "unseen":
            for group in self.history.ties:
                stops[group[0] - 1] = group[-1]
        return stops

    def steps(self) -> Iterator[Step]:
        """Decode the integers, keeping what each profile holds in the spelling of its writer."""
        landings = _landings(self.history, [_name(target) for target in self.profile])
        for place, call in enumerate(self.history):
            target, matched = self.profile[place], self.matched[place]
            created = target == len(self.holds)
            if created:
                self.holds.append({})
            before = self.holds[target] if target != rules.NONE else {}
            codes = self._assumed(place, call, before)
            changed, kept = self._writes(place, call, before)
            after = {**before, **{change.key: change.after for change in changed}}
            self._note(place, changed, after)
            written = (*(change.rule for change in changed), *(item.rule for item in kept))
            yield Step(
                number=place + 1,
                call=call,
                matched=None if matched == rules.NONE else self.order[matched],
                profile=_name(target),
                created=created,
                refused=call.refused or (matched != rules.NONE and target == rules.NONE),
                rule=self.policy.refuses.code if call.refused else self._rule(place, written),
                candidates={
                    key: f"P{profile + 1}"
                    for key, profile in zip(self.order, self.found[place], strict=True)
                    if profile != rules.NONE
                },
                changed=changed,
                kept=kept,
                assumed=self._open((*codes, *written)),
                before=before,
                after=after,
                landed=landings[place],
            )

    def _rule(self, place: int, written: tuple[RuleCode, ...]) -> RuleCode:
        """The rule that sent the call where it went; of a refused call, the rule that refused."""
        matched, target = self.matched[place], self.profile[place]
        if matched == rules.NONE:
            none = target == rules.NONE
            return self.policy.ignores.code if none else self.policy.creates.code
        if target == rules.NONE:
            refusing = (self.policy.rules[code] for code in written)
            return next(rule.code for rule in refusing if rule.decided == "refuse")
        return self.policy.match[matched].code

    def _writes(
        self, place: int, call: Call, before: Mapping[Key, Identifier]
    ) -> tuple[tuple[Change, ...], tuple[Kept, ...]]:
        changed: list[Change] = []
        kept: list[Kept] = []
        target, keys = self.profile[place], call.keys
        fresh = self.matched[place] == rules.NONE
        for key, case in zip(self.order, self.wrote[place], strict=True):
            if case == rules.NONE or (target == rules.NONE and fresh):
                continue
            rule, identifier = self.policy.writes[key, CASES[case]], keys[key]
            holder = self.finds.get(self.policy.canonical(identifier))
            owner = _name(holder[0]) if holder else None
            if fresh or (rule.decided == "set" and target != rules.NONE):
                taken = owner if case == rules.TAKEN and not fresh else None
                changed.append(Change(key, before.get(key), identifier, rule.code, taken))
            else:
                kept.append(Kept(identifier, rule.code, owner))
        return tuple(changed), tuple(kept)

    def _note(
        self, place: int, changed: tuple[Change, ...], after: Mapping[Key, Identifier]
    ) -> None:
        """Keep up what each profile holds and whom each identifier finds since which call."""
        target = self.profile[place]
        for change in changed:
            if change.before is not None and change.key not in self.policy.many:
                self.finds.pop(self.policy.canonical(change.before), None)
            exact = self.policy.canonical(change.after)
            if change.taken_from:
                loser = self.finds[exact][0]
                rest = {k: v for k, v in self.holds[loser].items() if k != change.key}
                self.holds[loser] = rest
                del self.finds[exact]
            self.finds.setdefault(exact, (target, place + 1))
        if target != rules.NONE:
            self.holds[target] = after

    def _open(self, codes: tuple[RuleCode, ...]) -> tuple[RuleCode, ...]:
        wanted = dict.fromkeys(codes)
        return tuple(code for code in wanted if self.policy.rules[code].evidence in OPEN)

    def _assumed(
        self, place: int, call: Call, before: Mapping[Key, Identifier]
    ) -> tuple[RuleCode, ...]:
        """The rules that decided where the call went, in the order in which they were asked."""
        if call.refused:
            return (self.policy.refuses.code,)
        codes: list[RuleCode] = []
        matched, keys = self.matched[place], call.keys
        last = len(self.order) - 1 if matched == rules.NONE else matched
        for key in self.order[: last + 1]:
            if key in keys:
                codes += self._apart(keys[key])
        if matched == rules.NONE:
            none = max(self.calls[place], default=rules.NONE) == rules.NONE
            codes.append((self.policy.ignores if none else self.policy.creates).code)
        else:
            rule = self.policy.match[matched]
            codes.append(rule.code)
            if rule.key in before and before[rule.key] != keys[rule.key]:
                codes += policies.together(self.policy, keys[rule.key], before[rule.key])
        return (*codes, *self._at_once(place))

    def _apart(self, identifier: Identifier) -> tuple[RuleCode, ...]:
        """The spelling rules that keep an identifier apart from one that is held."""
        exact = self.policy.canonical(identifier)
        others = self.alike[self.policy.loose(identifier)]
        held = (other for other in others if other != exact and other in self.finds)
        return tuple(
            code for other in held for code in policies.apart(self.policy, identifier, other)
        )

    def _at_once(self, place: int) -> tuple[RuleCode, ...]:
        """The rule for calls at once, where the call's fate hangs on whether it saw another."""
        rule, group = self.policy.at_once, self.group.get(place + 1, ())
        if rule is None or not group:
            return ()
        matched = self.matched[place]
        seen = [matched] if matched != rules.NONE else range(len(self.order))
        call = self.history.calls[place]
        for key in (self.order[number] for number in seen):
            identifier = call.get(key)
            holder = self.finds.get(self.policy.canonical(identifier)) if identifier else None
            if holder and holder[1] in group:
                return (rule.code,)
        return ()


def _name(target: int) -> ProfileName | None:
    return None if target == rules.NONE else f"P{target + 1}"


def _landings(history: History, predicted: list[ProfileName | None]) -> list[ProfileName | None]:
    """Where each call landed: observation wins over the rules.

    A label stands for the first profile on which the rules and an observation meet; a label that
    meets only profiles which already have one is a profile of its own, `O1`, `O2`, ...
    """
    bound: dict[str, ProfileName] = {}
    others = 0
    for call, profile in zip(history, predicted, strict=True):
        if call.observed and profile and call.observed not in bound:
            free = profile not in bound.values()
            others += not free
            bound[call.observed] = profile if free else f"O{others}"
    landed: list[ProfileName | None] = []
    for call, profile in zip(history, predicted, strict=True):
        landed.append(bound.get(call.observed, profile) if call.observed else profile)
    return landed
