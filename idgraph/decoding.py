"""From a history to steps: identifiers to integers, the rules once, integers back to words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from idgraph import resolve as tables
from idgraph.calls import Call, CallNumber, History, Identifier, Key
from idgraph.policy import Policy
from idgraph.rules import CASES, OPEN, Miss, RuleCode
from idgraph.steps import Change, Kept, ProfileName, Step

_OUTCOMES = {"set": tables.SET, "keep": tables.KEEP, "refuse": tables.REFUSE}


class Decoder:
    """Identifiers to integers, `resolve` once, integers back to steps."""

    def __init__(self, history: History, policy: Policy) -> None:
        """Number the identifiers of a history and resolve its calls."""
        self.history = history
        self.policy = policy
        self.order = policy.order
        self.codes: dict[Identifier, int] = {}
        self.alike: defaultdict[Identifier, list[Identifier]] = defaultdict(list)
        self.calls = [self._encode(call) for call in history]
        self.group = {number: group for group in history.ties for number in group}
        width, count = len(self.order), len(self.calls)
        self.matched = [tables.NONE] * count
        self.profile = [tables.NONE] * count
        self.found = [[tables.NONE] * width for _ in range(count)]
        self.wrote = [[tables.NONE] * width for _ in range(count)]
        tables.resolve(
            self.calls,
            [int(call.reads) for call in history],
            self._stops(),
            [[_OUTCOMES[policy.writes[key, case].decided] for case in CASES] for key in self.order],
            [int(key in policy.many) for key in self.order],
            [tables.NONE] * len(self.codes),
            [[tables.NONE] * width for _ in range(count)],
            self.matched,
            self.profile,
            self.found,
            self.wrote,
        )
        self.holds: list[Mapping[Key, Identifier]] = []
        self.finds: dict[Identifier, tuple[int, CallNumber]] = {}

    def _encode(self, call: Call) -> list[int]:
        keys = {} if call.refused else call.keys
        return [self._code(keys[key]) if key in keys else tables.NONE for key in self.order]

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
            before = self.holds[target] if target != tables.NONE else {}
            codes = self._assumed(place, call, before)
            changed, kept = self._writes(place, call, before)
            after = {**before, **{change.key: change.after for change in changed}}
            self._note(place, changed, after)
            written = (*(change.rule for change in changed), *(item.rule for item in kept))
            yield Step(
                number=place + 1,
                call=call,
                matched=None if matched == tables.NONE else self.order[matched],
                profile=_name(target),
                created=created,
                refused=call.refused or (matched != tables.NONE and target == tables.NONE),
                rule=self.policy.refuses.code if call.refused else self._rule(place, written),
                candidates={
                    key: f"P{profile + 1}"
                    for key, profile in zip(self.order, self.found[place], strict=True)
                    if profile != tables.NONE
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
        if matched == tables.NONE:
            return self._miss(place).code
        if target == tables.NONE:
            refusing = (self.policy.rules[code] for code in written)
            return next(rule.code for rule in refusing if rule.decided == "refuse")
        return self.policy.match[matched].code

    def _miss(self, place: int) -> Miss:
        """The rule for a call that finds nobody."""
        if max(self.calls[place], default=tables.NONE) == tables.NONE:
            return self.policy.ignores
        reads = self.history.calls[place].reads
        return self.policy.reads if reads else self.policy.creates

    def _writes(
        self, place: int, call: Call, before: Mapping[Key, Identifier]
    ) -> tuple[tuple[Change, ...], tuple[Kept, ...]]:
        changed: list[Change] = []
        kept: list[Kept] = []
        target, keys = self.profile[place], call.keys
        fresh = self.matched[place] == tables.NONE
        for key, case in zip(self.order, self.wrote[place], strict=True):
            if case == tables.NONE or (target == tables.NONE and fresh):
                continue
            rule, identifier = self.policy.writes[key, CASES[case]], keys[key]
            holder = self.finds.get(self.policy.canonical(identifier))
            owner = _name(holder[0]) if holder else None
            if fresh or (rule.decided == "set" and target != tables.NONE):
                taken = owner if case == tables.TAKEN and not fresh else None
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
        if target != tables.NONE:
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
        last = len(self.order) - 1 if matched == tables.NONE else matched
        for key in self.order[: last + 1]:
            if key in keys:
                codes += self._apart(keys[key])
        if matched == tables.NONE:
            codes.append(self._miss(place).code)
        else:
            rule = self.policy.match[matched]
            codes.append(rule.code)
            if rule.key in before and before[rule.key] != keys[rule.key]:
                codes += self.policy.together(keys[rule.key], before[rule.key])
        return (*codes, *self._at_once(place))

    def _apart(self, identifier: Identifier) -> tuple[RuleCode, ...]:
        """The spelling rules that keep an identifier apart from one that is held."""
        exact = self.policy.canonical(identifier)
        others = self.alike[self.policy.loose(identifier)]
        held = (other for other in others if other != exact and other in self.finds)
        return tuple(code for other in held for code in self.policy.apart(identifier, other))

    def _at_once(self, place: int) -> tuple[RuleCode, ...]:
        """The rule for calls at once, where the call's fate hangs on whether it saw another."""
        rule, group = self.policy.at_once, self.group.get(place + 1, ())
        if rule is None or not group:
            return ()
        matched = self.matched[place]
        seen = [matched] if matched != tables.NONE else range(len(self.order))
        call = self.history.calls[place]
        for key in (self.order[number] for number in seen):
            identifier = call.get(key)
            holder = self.finds.get(self.policy.canonical(identifier)) if identifier else None
            if holder and holder[1] in group:
                return (rule.code,)
        return ()


def _name(target: int) -> ProfileName | None:
    return None if target == tables.NONE else f"P{target + 1}"


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
