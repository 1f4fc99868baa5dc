"""A history under a policy: one step per call, and where each call landed.

The rules are applied by `resolve`, whose integers `decoding` turns into steps.
"""

from __future__ import annotations

import importlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from idgraph import policy as policies
from idgraph.calls import PROFILE_ID, Call, CallNumber, History, Identifier, Key
from idgraph.clocks import iso
from idgraph.decoding import Decoder
from idgraph.groups import Groups
from idgraph.progress import bar, counted
from idgraph.registry import Shown
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode
from idgraph.steps import Profile, ProfileName, Step, Tenure, survivors

if TYPE_CHECKING:
    import pandas as pd

    from idgraph.ladders import WhyNot

_LADDERS = "idgraph.ladders"
"""What a replay is asked stands above it; looked up by name, so that imports run one way."""
_FEW = 1000
"""Calls that are replayed in no time: searches replay small histories by the ten thousand."""
_Timeline = tuple[list[CallNumber], list[Mapping[Key, Identifier]]]


@dataclass(frozen=True, repr=False)
class Replay(Shown):
    """A history under a policy: one step per call, in the order of the history.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> replay
    <Replay klaviyo-classic: 5 calls, 1 profiles, 1 observed elsewhere than the rules say>
    >>> replay[1]
    <Step 1: P1, created>
    """

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

    def __getitem__(self, number: CallNumber) -> Step:
        """Return the step of the call of that number, from 1 as everywhere."""
        return self.step(number)

    def _ipython_key_completions_(self) -> list[CallNumber]:
        return list(range(1, len(self) + 1))

    def step(self, number: CallNumber) -> Step:
        """Return the step of a call; a `UsageError` where there is no such call."""
        self.history.call(number)
        return self.steps[number - 1]

    def profiles(self) -> tuple[Profile, ...]:
        """Return the profiles at the end: those of the rules by birth, then observed ones.

        One that was merged is gone: its calls are those of the profile that it went into.
        """
        landed: defaultdict[ProfileName, list[CallNumber]] = defaultdict(list)
        seen: dict[ProfileName, dict[Key, Identifier]] = {}
        made = {step.profile: step.number for step in self.steps if step.created and step.profile}
        for step in self.steps:
            if step.landed:
                landed[self.survivor(step.landed)].append(step.number)
                if step.landed not in made:
                    seen.setdefault(step.landed, {}).update(step.call.keys)
        end = len(self) + 1
        left = [name for name in made if name not in self._into]
        known = [Profile(n, self.held(n, end), made[n], tuple(landed[n])) for n in left]
        return (*known, *(Profile(n, seen[n], None, tuple(landed[n])) for n in seen))

    def survivor(self, profile: ProfileName) -> ProfileName:
        """Return the profile that a profile went into in the end; itself where it was not."""
        return self._into.get(profile, profile)

    @cached_property
    def _into(self) -> dict[ProfileName, ProfileName]:
        return survivors(self.steps)

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
            for profile, content in step.contents.items():
                numbers, contents = found[profile]
                numbers.append(step.number)
                contents.append(content)
        return dict(found)

    def tenures(self, identifier: Identifier) -> tuple[Tenure, ...]:
        """Return who held an identifier, and when, in order; empty where nobody ever did."""
        return self._tenures.get(self.policy.canonical(identifier), ())

    @cached_property
    def _tenures(self) -> dict[Identifier, tuple[Tenure, ...]]:
        found: defaultdict[Identifier, list[Tenure]] = defaultdict(list)
        for step in self.steps:
            for identifier, profile in ((move.identifier, move.profile) for move in step.moves):
                tenures = found[identifier]
                if tenures and tenures[-1].until is None:
                    tenures[-1] = replace(tenures[-1], until=step.number)
                if profile is not None:
                    tenures.append(Tenure(profile, step.number, None))
        return {identifier: tuple(tenures) for identifier, tenures in found.items()}

    def why_not(self, number: CallNumber, profile: ProfileName) -> WhyNot:
        """Say why a call did not go to a profile, key by key, and what was missing.

        A `UsageError` where there is no such call or profile.
        """
        found: WhyNot = importlib.import_module(_LADDERS).why_not(self, number, profile)
        return found

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
        return tuple(sorted(n for root in wanted for n in self._members[root]))

    @cached_property
    def _members(self) -> dict[Identifier, list[CallNumber]]:
        found: defaultdict[Identifier, list[CallNumber]] = defaultdict(list)
        for number, root in enumerate(self._component, 1):
            found[root].append(number)
        return dict(found)

    def component(self, number: CallNumber) -> Identifier:
        """Return what stands for all calls that can touch the same profiles as a call."""
        return self._component[number - 1]

    @cached_property
    def _component(self) -> list[Identifier]:
        groups: Groups[Identifier] = Groups()
        carried = [
            tuple(self.policy.canonical(identifier) for identifier in _naming(call, self.policy))
            for call in map(self.policy.sent, self.history)
        ]
        for identifiers in carried:
            groups.join(identifiers)
        alone = Identifier("", "")
        return [groups.root((*identifiers, alone)[0]) for identifiers in carried]

    def table(self) -> pd.DataFrame:
        """Return one row a call: where it went, by which key and rule, and what it changed."""
        import pandas as pd

        from idgraph.frames import Frame

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
        table = Frame(rows, dtype=object)
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
        steps = Decoder(history, policy or self.replay.policy).steps()
        return dict(zip(order, steps, strict=True))


def _naming(call: Call, policy: Policy) -> tuple[Identifier, ...]:
    """All that leads from a call to a profile: what it carries, and the profile ids it tells."""
    told = (call.observed, call.merges) if PROFILE_ID in policy.order else ()
    return (*call.identifiers, *(Identifier(PROFILE_ID, name) for name in told if name))


def replay(
    history: History,
    policy: str | Policy = "klaviyo-classic",
    *,
    assume: Mapping[RuleCode, str] | None = None,
) -> Replay:
    """Run a history under a policy; one step per call.

    `policy` is a name that ships, the path of a `.toml` file, or a `Policy`. `assume` says how
    rules come out whose outcome nobody documents (`{"taken-email": "set"}`). Deterministic.

    >>> import idgraph as ig
    >>> for step in ig.replay(ig.demo("scenario-2")):
    ...     print(step)
    <Step 1: P1, created>
    <Step 2: P1, found by email>
    """
    chosen = policies.load(policy) if isinstance(policy, str) else policy
    chosen = chosen.assuming(assume or {})
    with bar("replaying", unit="calls", total=len(history), shown=len(history) > _FEW) as on:
        steps = tuple(counted(Decoder(history, chosen).steps(), on))
    return Replay(history, chosen, steps, dict(assume or {}))
