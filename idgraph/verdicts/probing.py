"""What else there is to know of a verdict: other readings, deciding unknowns, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from idgraph.calls import Call, CallNumber, History
from idgraph.persons import PersonName, Persons
from idgraph.replays import Replay, replay
from idgraph.rulebook import Policy
from idgraph.rules import OPEN, Rule
from idgraph.searching.limits import Limits
from idgraph.verdicts.blame import Case
from idgraph.verdicts.judging import Group, Judge
from idgraph.verdicts.ladder import EXPLAINED, Rung, explain
from idgraph.verdicts.results import Evidence, Observation, OtherReading

TRIES = 60
"""How many other histories or readings are judged for one person at most."""
SHARE = 10
"""Each of them may take this part of the nodes that the verdict itself may take."""


@dataclass(frozen=True)
class Part:
    """A person's calls and all that can touch their profiles, judged apart from the rest."""

    history: History
    numbers: tuple[CallNumber, ...]
    person: PersonName
    own: tuple[CallNumber, ...]
    policy: Policy
    limits: Limits

    @classmethod
    def of(cls, case: Case) -> Part:
        """Return the part of a history that a case is about; old numbers are kept."""
        numbers = tuple(sorted(n for group in case.groups for n in group.numbers))
        fresh = {old: new for new, old in enumerate(numbers, 1)}
        limits = case.judge.limits
        return cls(
            history=case.judge.history.only(numbers),
            numbers=numbers,
            person=case.person,
            own=tuple(fresh[n] for n in case.calls),
            policy=case.judge.replay.policy,
            limits=replace(limits, nodes=max(1, limits.nodes // SHARE)),
        )

    def rung(
        self,
        *,
        changes: Mapping[CallNumber, Call] | None = None,
        policy: Policy | None = None,
        below: Rung | None = None,
    ) -> Rung:
        """Return the verdict with some calls changed (by new numbers), or under other rules.

        With `below` it is `deviation` where no lower rung than that explains.
        """
        calls = tuple((changes or {}).get(n, call) for n, call in enumerate(self.history, 1))
        told = replay(replace(self.history, calls=calls), policy or self.policy)
        judge = Judge(told, self.limits, below=below)
        return Case(judge, Persons({self.person: self.own}), self.person).rung


def readings(case: Case, rung: Rung) -> Iterator[OtherReading]:
    """Go through the rules that nothing documents under whose other outcome a lower rung explains.

    The verdict goes by what the policy takes such a rule to be; here each is turned by itself.
    """
    part = Part.of(case)
    for rule, outcome in _open(part)[:TRIES]:
        other = part.rung(policy=part.policy.assuming({rule.code: outcome}), below=rung)
        if other in EXPLAINED:
            yield OtherReading(rule.code, outcome, other)


def _open(part: Part) -> list[tuple[Rule, str]]:
    """The open rules of keys and classes that the calls use, with each other outcome."""
    carried = {i.key for call in part.history for i in part.policy.sent(call).identifiers}
    kinds = {part.policy.kind(call) for call in part.history}
    found = []
    for rule in part.policy.rows:
        key = getattr(rule, "key", None)
        fits = (key is None or key in carried) and (not rule.classes or kinds & {*rule.classes})
        if rule.evidence in OPEN and fits and rule.kind != "timing":
            found += [(rule, outcome) for outcome in rule.allowed if outcome != rule.decided]
    return found


def would_decide(case: Case, rung: Rung) -> Iterator[CallNumber]:
    """Go through the person's calls whose unknown profile could move the verdict.

    For each, the profiles that were observed and one that was not are tried in its place.
    """
    part = Part.of(case)
    labels = part.history.labels
    unknown = [n for n in part.own if _unknown(part.history.call(n))]
    fresh = f"{''.join(labels)}+"
    for number in unknown[: TRIES // (len(labels) + 1)] if labels else ():
        call = part.history.call(number)
        for label in (*labels, fresh):
            other = part.rung(changes={number: replace(call, observed=label)})
            if other != rung and (other in EXPLAINED or other == "undecided"):
                yield part.numbers[number - 1]
                break


def _unknown(call: Call) -> bool:
    return call.observed is None and not call.refused and not call.reads


# --- evidence ------------------------------------------------------------------------------------


def evidence(case: Case) -> Evidence | None:
    """Return what to show of observations that nothing explains; None where all are explained."""
    for group in case.groups:
        if case.found[group].rung == "deviation":
            whole = _Whole(case.judge, group)
            return Evidence(whole.first_impossible(), tuple(whole.contradiction()))
    return None


class _Whole:
    """The observations of a group, to be taken away one by one."""

    def __init__(self, judge: Judge, group: Group) -> None:
        self.judge, self.group = judge, group
        nodes = max(1, judge.limits.nodes // SHARE)
        self.limits = replace(judge.limits, nodes=nodes, seconds=judge.limits.seconds / 4)

    def explained(self, calls: Mapping[CallNumber, Call], numbers: tuple[CallNumber, ...]) -> bool:
        """Tell whether some calls with these observations are explained; if nobody knows, yes."""
        base = self.judge
        changed = tuple(calls.get(n, call) for n, call in enumerate(base.history, 1))
        history = replace(base.history, calls=changed).only(numbers)
        exported = base.exported if len(numbers) == len(self.group.numbers) else None
        judge = Judge(Replay(history, base.replay.policy, ()), self.limits, exported)
        spans = tuple(base.spans[number - 1] for number in numbers)
        for part in judge.groups_of(range(1, len(numbers) + 1)):
            made = judge.system(part, spans)
            found = explain(made, self.limits, connected=part.connected, faults=False)
            if found.rung in {"incomplete", "deviation"}:
                return False
        return True

    def first_impossible(self) -> CallNumber | None:
        """The first call up to which nothing explains the observations any more."""
        for size in range(1, len(self.group.numbers) + 1):
            if not self.explained({}, self.group.numbers[:size]):
                return self.group.numbers[size - 1]
        return None

    def contradiction(self) -> Iterator[Observation]:
        """A smallest set of observations that contradict the rules.

        Taken away one by one: what is not needed for the contradiction stays away. That is exact,
        since fewer observations never are harder to explain.
        """
        gone: dict[CallNumber, Call] = {}
        for number in self.group.numbers:
            call = self.judge.history.call(number)
            for what in _observations(call):
                current = gone.get(number, call)
                tried = {**gone, number: _without(current, what)}
                if self.explained(tried, self.group.numbers):
                    yield Observation(number, what)
                else:
                    gone = tried


def _observations(call: Call) -> Iterator[str]:
    if call.observed and not call.refused:
        yield "profile"
    if call.refused and call.owner:
        yield "owner"
    if call.created is not None and not call.refused:
        yield "created"
    if call.answer is not None and not call.refused:
        yield "accepted"


def _without(call: Call, what: str) -> Call:
    return {
        "profile": replace(call, observed=None),
        "owner": replace(call, owner=None),
        "created": replace(call, created=None),
        "accepted": replace(call, answer=None),
    }[what]
