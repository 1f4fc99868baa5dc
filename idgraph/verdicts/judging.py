"""Which calls belong together, and what explains the observations of each such group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from idgraph.calls import Call, CallNumber, History, Identifier
from idgraph.clocks import Instant
from idgraph.exports.base import Exported, ProfileSeen
from idgraph.groups import Groups
from idgraph.replays import Replay
from idgraph.rules import Miss
from idgraph.searching.intervals import Interval, intervals
from idgraph.searching.limits import Limits
from idgraph.searching.systems import System, probe, system
from idgraph.steps import Step
from idgraph.verdicts.ladder import Explanation, Rung, explain


@dataclass(frozen=True)
class Group:
    """Calls that share profiles, by identifiers or because both were observed on one.

    `connected` says that identifiers alone link them. `probes` are look-ups at the end, as an
    export of profiles shows them.
    """

    numbers: tuple[CallNumber, ...]
    connected: bool
    probes: tuple[Call, ...] = ()


class Judge:
    """What explains the observations of a replay, group by group, within some limits."""

    def __init__(
        self,
        told: Replay,
        limits: Limits,
        exported: Exported | None = None,
        *,
        faults: bool = False,
        below: Rung | None = None,
    ) -> None:
        """Take a replay in which calls of one instant see each other.

        `faults` says whether it is asked which faults of the platform would explain a deviation;
        with `below` it is only asked whether a lower rung explains.
        """
        self.faults = faults
        self.below = below
        self.replay = told
        self.limits = limits
        self.exported = exported
        self._known: dict[Group, Explanation] = {}
        self._systems: dict[Group, System] = {}

    @property
    def history(self) -> History:
        """The history that is judged."""
        return self.replay.history

    @cached_property
    def spans(self) -> tuple[Interval, ...]:
        """When each call can have taken effect."""
        return intervals(self.history, self.replay.policy, self.limits)

    @cached_property
    def created(self) -> Mapping[str, Instant]:
        """When the platform says that it made a profile, by its id."""
        rows = self.exported.profiles if self.exported else ()
        return {row.profile: row.created for row in rows if row.profile and row.created is not None}

    @cached_property
    def merged(self) -> Mapping[str, frozenset[str]]:
        """The profiles that an export shows as gone into another one, by that one's id.

        An id that was exported after a merge stands for all of them.
        """
        merges = self.exported.merges if self.exported else ()
        into = {merge.source: merge.destination for merge in merges}
        found: defaultdict[str, set[str]] = defaultdict(set)
        for source, destination in into.items():
            last, seen = destination, {source}
            while last in into and last not in seen:
                seen.add(last)
                last = into[last]
            found[last].add(source)
        return {last: frozenset(sources) for last, sources in found.items()}

    # --- groups --------------------------------------------------------------------------------

    def groups_of(self, numbers: Iterable[CallNumber]) -> tuple[Group, ...]:
        """Return the groups of some calls, in order."""
        return tuple(dict.fromkeys(self._group[number] for number in numbers))

    @cached_property
    def _group(self) -> dict[CallNumber, Group]:
        joined: Groups[Identifier | str | CallNumber] = Groups()
        calls = list(map(probe, self.history))
        for number, call in enumerate(calls, 1):
            part = self._part(number)
            telling = call.observed and call.observed not in self.merged
            joined.join((part, call.observed) if telling and call.observed else (part,))
        members: defaultdict[object, list[CallNumber]] = defaultdict(list)
        for number in range(1, len(calls) + 1):
            members[joined.root(self._part(number))].append(number)
        probes = self._probes(joined)
        found: dict[CallNumber, Group] = {}
        for root, numbers in members.items():
            parts = {self._part(number) for number in numbers}
            group = Group(tuple(numbers), len(parts) == 1, tuple(probes.get(root, ())))
            found |= dict.fromkeys(numbers, group)
        return found

    def _part(self, number: CallNumber) -> Identifier | CallNumber:
        """What stands for the calls that identifiers link to a call; itself where none does."""
        root = self.replay.component(number)
        return root if root.key else number

    def _probes(self, joined: Groups[Identifier | str | CallNumber]) -> Mapping[object, list[Call]]:
        """What an export shows in the end, as look-ups, by the group that they speak of.

        Only rows that nothing touched after the history ended, and identifiers that it holds.
        """
        if self.exported is None:
            return {}
        last = max((span.hi for span in self.spans), default=0)
        owner = {
            self.replay.policy.canonical(identifier): self._part(number)
            for number, call in enumerate(self.history, 1)
            for identifier in call.identifiers
        }
        found: defaultdict[object, list[Call]] = defaultdict(list)
        for row in self.exported.profiles:
            if row.profile is None or row.updated is None or row.updated > last:
                continue
            for identifier in row.identifiers:
                part = owner.get(self.replay.policy.canonical(identifier))
                if part is not None:
                    found[joined.root(part)].append(_shown(row, identifier))
        return found

    # --- explanations --------------------------------------------------------------------------

    def explanation(self, group: Group) -> Explanation:
        """Return what explains a group; worked out once."""
        if group not in self._known:
            if self._plain(group) and self._as_recorded(group):
                self._known[group] = Explanation("payload")
            else:
                self._known[group] = explain(
                    self.system(group),
                    self.limits,
                    connected=group.connected,
                    faults=self.faults,
                    below=self.below,
                )
        return self._known[group]

    def system(self, group: Group, spans: tuple[Interval, ...] | None = None) -> System:
        """Return the system of a group; `spans` are other intervals than the clocks give."""
        if group not in self._systems:
            self._systems[group] = system(
                self.history,
                group.numbers,
                self.replay.policy,
                spans or self.spans,
                self.created,
                probes=group.probes,
                merged=self.merged,
            )
        return self._systems[group]

    def landings(self, group: Group) -> Mapping[CallNumber, object]:
        """Return what stands for the profile of each call of a group that landed on one.

        As the explanation has it; where nothing explains, as it was observed, else by the rules.
        """
        found = self.explanation(group)
        if found.witness is None:
            landed = ((n, self.replay.step(n).landed) for n in group.numbers)
            return {n: self.replay.survivor(name) for n, name in landed if name is not None}
        whole = self.system(group)
        pairs = zip(whole.numbers, found.witness.slots, strict=True)
        return {
            n: (group, slot) for n, slot in pairs if slot is not None and n <= len(self.history)
        }

    def order(self, group: Group) -> tuple[CallNumber, ...]:
        """Return the calls of a group in the order of its witness, else as recorded."""
        found = self.explanation(group).witness
        if found is None:
            return group.numbers
        numbers = self.system(group).numbers
        return tuple(n for p in found.order if (n := numbers[p]) <= len(self.history))

    def _plain(self, group: Group) -> bool:
        """Tell whether the steps of the replay show all there is to be known of the group."""
        return (
            group.connected
            and not group.probes
            and not any(
                step.merged
                or (step.call.refused and step.call.owner)
                or (step.call.observed in self.created)
                or (step.call.observed in self.merged)
                for step in self._steps(group)
            )
        )

    def _as_recorded(self, group: Group) -> bool:
        """Tell whether the rules, in the recorded order, give what was observed of the group."""
        labels: dict[str, str] = {}
        profiles: dict[str, str] = {}
        for step in self._steps(group):
            call, profile = step.call, step.profile
            if call.refused:
                continue
            if call.observed:
                if profile is None or labels.setdefault(call.observed, profile) != profile:
                    return False
                if profiles.setdefault(profile, call.observed) != call.observed:
                    return False
            if not self._told(step):
                return False
        return True

    def _told(self, step: Step) -> bool:
        """Tell whether what the answer said of a call is what the rules make of it."""
        call = step.call
        if call.created is not None and not call.reads:
            rule = self.replay.policy.rules[step.rule]
            made = step.created and isinstance(rule, Miss) and rule.decided == "create"
            if step.profile is None or made != call.created:
                return False
        success = call.answer is not None and 200 <= call.answer < 300  # noqa: PLR2004 - HTTP's
        applied = self.replay.policy.of(call).settle_s == 0
        return not (step.refused and success and applied and not call.reads)

    def _steps(self, group: Group) -> Sequence[Step]:
        return [self.replay.steps[number - 1] for number in group.numbers]


def _shown(row: ProfileSeen, identifier: Identifier) -> Call:
    """An identifier of an exported profile, as a look-up that found it."""
    return Call((identifier,), reads=True, observed=row.profile, origin=row.origin)
