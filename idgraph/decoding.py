"""From a history to steps: identifiers to integers, the rules once, integers back to words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from idgraph import resolve as tables
from idgraph.calls import PROFILE_ID, Call, CallNumber, History, Identifier, Key
from idgraph.rulebook import Policy, Tables
from idgraph.rules import CASES, OPEN, Miss, RuleCode, Write
from idgraph.steps import Change, Kept, Move, ProfileName, Step

_OUTCOMES = {
    "set": tables.SET,
    "keep": tables.KEEP,
    "refuse": tables.REFUSE,
    "merge": tables.MERGE,
    "pass": tables.PASS,
}
_FINDS = {"find": tables.FIND, "skip": tables.SKIP, "refuse": tables.STOP}
_MISSING = {"create": tables.CREATE, "adopt": tables.CREATE, "refuse": tables.REJECT}
KEPT = 16
"""For how many policies the integers are kept: a repair replays one history again and again."""
_Held = Mapping[Key, Identifier]


class _Met(NamedTuple):
    """What the write of one key met: its rule, and who held the identifier."""

    key: Key
    identifier: Identifier | None
    rule: Write
    owner: ProfileName | None


class _Journal(defaultdict[int, list[tuple[int, int, int, int]]]):
    """What changed, by the place of the call that changed it."""

    def __init__(self) -> None:
        super().__init__(list)

    def append(self, entry: tuple[int, int, int, int, int]) -> None:
        call, *rest = entry
        self[call].append((rest[0], rest[1], rest[2], rest[3]))


class Decoder:
    """Identifiers to integers, `resolve` once, integers back to steps."""

    def __init__(self, history: History, policy: Policy) -> None:
        """Number the identifiers of a history and resolve its calls."""
        self.history = history
        self.policy = policy
        self.order = policy.order
        self.sent = [policy.sent(call) for call in history]
        self.kinds = [policy.kind(call) for call in self.sent]
        self.tables = [policy.tables[kind] for kind in self.kinds]
        self.codes: dict[Identifier, int] = {}
        self.known: dict[Identifier, int] = {}
        self.keys: list[int] = []
        self.alike: defaultdict[Identifier, list[Identifier]] = defaultdict(list)
        self.near: dict[Identifier, list[Identifier]] = {}
        self.group = {number: group for group in history.ties for number in group}
        width, count = len(self.order), len(self.sent)
        asked = self._asked()
        self.results = tables.Results(
            [tables.NONE] * count,
            [tables.NONE] * count,
            [[tables.NONE] * width for _ in range(count)],
            [[tables.NONE] * width for _ in range(count)],
        )
        self.journal = _Journal()
        state = tables.State(
            holder=[tables.NONE] * len(self.codes),
            held=[[tables.NONE] * width for _ in range(count)],
            key=self.keys,
            used=[tables.NONE] * len(self.codes),
            into=[tables.NONE] * count,
            journal=self.journal,
        )
        self.rules = rules_of(policy)
        tables.resolve(asked, self.rules, state, self.results)
        self.asked = asked
        self.exact = list(self.codes)
        self.holds: defaultdict[int, _Held] = defaultdict(dict)
        self.finds: dict[Identifier, tuple[int, CallNumber]] = {}
        self.spelled: dict[int, Identifier] = {}

    def _asked(self) -> tables.Asked:
        kinds = {kind.code: number for number, kind in enumerate(self.policy.kinds)}
        own = PROFILE_ID in self.order
        return tables.Asked(
            calls=[self._encode(call) for call in self.sent],
            kinds=[kinds[kind] for kind in self.kinds],
            reads=[int(call.reads) for call in self.sent],
            stops=self._stops(),
            sources=[self._named(call.merges) if own else tables.NONE for call in self.sent],
            learned=[self._named(call.observed) if own else tables.NONE for call in self.sent],
        )

    def _encode(self, call: Call) -> list[int]:
        if call.refused:
            return [tables.NONE] * len(self.order)
        keys = call.keys
        empty = [tables.CLEAR if key in call.clears else tables.NONE for key in self.order]
        return [
            self._code(keys[key]) if key in keys else empty[place]
            for place, key in enumerate(self.order)
        ]

    def _named(self, profile: str | None) -> int:
        return tables.NONE if profile is None else self._code(Identifier(PROFILE_ID, profile))

    def _code(self, identifier: Identifier) -> int:
        if identifier in self.known:
            return self.known[identifier]
        exact = self.policy.canonical(identifier)
        near = self.near[identifier] = self.alike[self.policy.loose(identifier)]
        if exact not in self.codes:
            self.codes[exact] = len(self.codes)
            self.keys.append(self.order.index(exact.key))
            near.append(exact)
        return self.known.setdefault(identifier, self.codes[exact])

    def _exact(self, identifier: Identifier) -> Identifier:
        """The identifier as the platform compares it; one of a refused call has no number."""
        code = self.known.get(identifier)
        return self.policy.canonical(identifier) if code is None else self.exact[code]

    def _stops(self) -> list[int]:
        stops = list(range(1, len(self.sent) + 1))
        if self.policy.at_once and self.policy.at_once.decided == "unseen":
            for group in self.history.ties:
                stops[group[0] - 1] = group[-1]
        return stops

    def steps(self) -> Iterator[Step]:
        """Decode the integers, keeping what each profile holds in the spelling of its writer."""
        landings = _landings(self.history, self._profiles(), self._survivors())
        born = 0
        for place, call in enumerate(self.sent):
            target, matched = self.results.profile[place], self.results.matched[place]
            created = target == born
            born += created
            before = self.holds[target] if target != tables.NONE else {}
            codes = self._assumed(place, before)
            met = self._met(place)
            contents, moves, merged = self._note(place)
            after = contents.get(target, before)
            changed, kept = _written(met, before, after, merged)
            written = (*(change.rule for change in changed), *(item.rule for item in kept))
            asked_away = matched == tables.NONE and self._missed(place).decided == "refuse"
            yield Step(
                number=place + 1,
                call=call,
                matched=None if matched == tables.NONE else self.order[matched],
                profile=_name(target),
                created=created,
                refused=call.refused
                or (target == tables.NONE and (matched != tables.NONE or asked_away)),
                rule=self._rule(place, written),
                candidates=self._candidates(place),
                changed=changed,
                kept=kept,
                assumed=self._open((*codes, *written)),
                before=before,
                after=after,
                landed=landings[place],
                merged=tuple(f"P{source + 1}" for source in merged),
                contents={f"P{profile + 1}": held for profile, held in contents.items()},
                moves=moves,
            )

    def _profiles(self) -> list[int]:
        """Where the rules send each call."""
        return [self.results.profile[place] for place in range(len(self.sent))]

    def _survivors(self) -> dict[int, int]:
        """Into which profile each merged one went."""
        return {
            source: into
            for entries in self.journal.values()
            for what, source, into, _ in entries
            if what == tables.MERGED
        }

    def _candidates(self, place: int) -> dict[Key, ProfileName]:
        found = self.results.found[place]
        return {
            row.key: f"P{found[self.order.index(row.key)] + 1}"
            for row in self.tables[place].trial
            if found[self.order.index(row.key)] != tables.NONE
        }

    def _rule(self, place: int, written: tuple[RuleCode, ...]) -> RuleCode:
        """The rule that sent the call where it went; of a refused call, the rule that refused."""
        matched, target = self.results.matched[place], self.results.profile[place]
        if self.sent[place].refused or matched == tables.NONE:
            return self._missed(place).code
        row = next(r for r in self.tables[place].trial if r.key == self.order[matched])
        if target == tables.NONE and row.decided != "refuse":
            refusing = (self.policy.rules[code] for code in written)
            return next(rule.code for rule in refusing if rule.decided == "refuse")
        return row.code

    def _missed(self, place: int) -> Miss:
        """The rule for a call that finds nobody."""
        call, nobody = self.sent[place], self.tables[place].nobody
        if call.refused:
            return self.policy.missed("refused")
        carried = next((key for key in nobody if call.get(key) is not None), None)
        if carried is None:
            return self.policy.missed("no-key")
        return self.policy.missed("asked") if call.reads else nobody[carried]

    def _met(self, place: int) -> list[_Met]:
        """What the writes of a call met, before they were done."""
        found: list[_Met] = []
        call, table = self.sent[place], self.tables[place]
        stopped = self.results.profile[place] == tables.NONE
        if stopped and self.results.matched[place] == tables.NONE:
            return []
        for column, key in enumerate(self.order):
            case = self.results.wrote[place][column]
            if case == tables.NONE:
                continue
            identifier = call.get(key)
            holder = self.finds.get(self._exact(identifier)) if identifier else None
            rule = _write_rule(table, key, case)
            if rule is not None:
                owner = _name(holder[0]) if holder else None
                found.append(_Met(key, identifier, rule, owner))
        return found

    def _note(self, place: int) -> tuple[dict[int, _Held], tuple[Move, ...], tuple[int, ...]]:
        """Keep up what each profile holds and whom each identifier finds since which call."""
        if place not in self.journal:
            return {}, (), ()
        touched: dict[int, _Held] = {}
        moves: dict[Identifier, ProfileName | None] = {}
        merged: list[int] = []
        written = {self.codes.get(self._exact(i)): i for i in self.sent[place].identifiers}
        for what, profile, other, code in self.journal[place]:
            if what == tables.MERGED:
                merged.append(profile)
            elif what == tables.FINDS:
                exact = self.exact[code]
                moves[exact] = _name(profile)
                self.finds.pop(exact, None)
                if profile != tables.NONE:
                    self.finds[exact] = (profile, place + 1)
            else:
                key = self.order[other]
                rest = {k: v for k, v in self.holds[profile].items() if k != key}
                if code != tables.NONE:
                    known = self.spelled.get(code, self.exact[code])
                    self.spelled[code] = written.get(code, known)
                    rest[key] = self.spelled[code]
                self.holds[profile] = touched[profile] = rest
        found = tuple(Move(identifier, profile) for identifier, profile in moves.items())
        return touched, found, tuple(merged)

    def _open(self, codes: Iterable[RuleCode]) -> tuple[RuleCode, ...]:
        wanted = dict.fromkeys(codes)
        return tuple(code for code in wanted if self.policy.rules[code].evidence in OPEN)

    def _assumed(self, place: int, before: _Held) -> tuple[RuleCode, ...]:
        """The rules that decided where the call went, in the order in which they were asked."""
        call, table = self.sent[place], self.tables[place]
        if call.refused:
            return (self.policy.missed("refused").code,)
        codes: list[RuleCode] = self._changed_on_the_way(place)
        matched, found = self.results.matched[place], self.results.found[place]
        for row in table.trial:
            column = self.order.index(row.key)
            identifier = call.get(row.key)
            if identifier is None:
                continue
            codes += self._apart(identifier)
            if column == matched:
                codes.append(row.code)
                if row.key in before and before[row.key] != identifier:
                    codes += self.policy.together(identifier, before[row.key])
                break
            if found[column] != tables.NONE:
                codes += self._passed_over(place, row.key, found[column])
        if matched == tables.NONE:
            codes.append(self._missed(place).code)
        return (*codes, *self._at_once(place))

    def _changed_on_the_way(self, place: int) -> list[RuleCode]:
        call = self.history.calls[place]
        return [row.code for row in self.policy.send if call.get(row.key) is not None]

    def _passed_over(self, place: int, key: Key, candidate: int) -> Iterator[RuleCode]:
        """The rules by which a key that is held did not lead to its holder."""
        row = next(r for r in self.tables[place].trial if r.key == key)
        if row.decided == "skip":
            yield row.code
        for other, held in self.holds[candidate].items():
            sent, rule = self.sent[place].get(other), self.tables[place].write[other, "different"]
            if sent is not None and sent != held and rule.decided == "pass":
                yield rule.code

    def _apart(self, identifier: Identifier) -> tuple[RuleCode, ...]:
        """The spelling rules that keep an identifier apart from one that is held."""
        exact = self._exact(identifier)
        held = [o for o in self.near[identifier] if o != exact and o in self.finds]
        return tuple(code for other in held for code in self.policy.apart(identifier, other))

    def _at_once(self, place: int) -> tuple[RuleCode, ...]:
        """The rule for calls at once, where the call's fate hangs on whether it saw another."""
        group = self.group.get(place + 1, ())
        rule = self.policy.at_once if group else None
        if rule is None:
            return ()
        matched = self.results.matched[place]
        seen = [matched] if matched != tables.NONE else range(len(self.order))
        call = self.sent[place]
        for key in (self.order[number] for number in seen):
            identifier = call.get(key)
            holder = self.finds.get(self._exact(identifier)) if identifier else None
            if holder and holder[1] in group:
                return (rule.code,)
        return ()


@lru_cache(maxsize=KEPT)
def rules_of(policy: Policy) -> tables.Rules:
    """Return a policy as integers: keys are columns in its order, classes are rows."""
    column = {key: place for place, key in enumerate(policy.order)}
    every = [policy.tables[kind.code] for kind in policy.kinds]
    rows = {row.key: row for row in policy.key}
    limits = {"one": 0, "many": tables.NONE}
    return tables.Rules(
        trial=[[column[row.key] for row in table.trial] for table in every],
        finds=[
            [_FINDS[{r.key: r.decided for r in table.trial}.get(key, "skip")] for key in column]
            for table in every
        ],
        outcomes=[
            [
                [
                    _OUTCOMES[rule.decided] if rule else tables.KEEP
                    for rule in (_write_rule(table, key, case) for case in range(len(CASES)))
                ]
                for key in column
            ]
            for table in every
        ],
        nobody=[[column[key] for key in table.nobody] for table in every],
        missing=[
            [
                _MISSING.get(table.nobody[key].decided, tables.IGNORE)
                if key in table.nobody
                else tables.IGNORE
                for key in column
            ]
            for table in every
        ],
        limit=[rows[key].limit or limits[rows[key].holds] for key in column],
        handle=[int(rows[key].handle) for key in column],
    )


def _write_rule(table: Tables, key: Key, case: int) -> Write | None:
    """The rule for what a write met; of a profile held alone, that of a taken key stands in."""
    name = CASES[case]
    rule = table.write.get((key, name))
    if rule is None and name.startswith("alone"):
        return table.write.get((key, "taken"))
    return rule


def _written(
    cases: Iterable[_Met],
    before: _Held,
    after: _Held,
    merged: tuple[int, ...],
) -> tuple[tuple[Change, ...], tuple[Kept, ...]]:
    """Tell what was written from what was kept out, by what the profile holds after the call."""
    changed: list[Change] = []
    kept: list[Kept] = []
    for key, identifier, rule, owner in cases:
        if before.get(key) != after.get(key):
            lost = owner if rule.decided == "set" and not merged else None
            changed.append(Change(key, before.get(key), after.get(key), rule.code, lost))
        elif identifier is not None:
            kept.append(Kept(identifier, rule.code, owner))
    return tuple(changed), tuple(kept)


def _name(target: int) -> ProfileName | None:
    return None if target == tables.NONE else f"P{target + 1}"


def _landings(
    history: History, predicted: list[int], into: Mapping[int, int]
) -> list[ProfileName | None]:
    """Where each call landed: observation wins over the rules.

    A label stands for the first profile on which the rules and an observation meet; a label that
    meets only profiles which already have one is a profile of its own, `O1`, `O2`, ... An export
    shows the owner of today, so that the label of a profile that was merged may be that of the one
    that it went into: then nothing deviates.
    """

    def last(profile: int) -> int:
        while profile in into:
            profile = into[profile]
        return profile

    bound: dict[str, int | ProfileName] = {}
    others = 0
    for call, profile in zip(history, predicted, strict=True):
        if call.observed and profile != tables.NONE and call.observed not in bound:
            free = profile not in bound.values()
            others += not free
            bound[call.observed] = profile if free else f"O{others}"
    landed: list[ProfileName | None] = []
    for call, profile in zip(history, predicted, strict=True):
        real = bound.get(call.observed, profile) if call.observed else profile
        if isinstance(real, int):
            together = profile != tables.NONE and last(profile) == last(real)
            landed.append(_name(profile if together else real))
        else:
            landed.append(real)
    return landed
