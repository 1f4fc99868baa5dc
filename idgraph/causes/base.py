"""What a cause is, and the evidence that it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from idgraph.calls import Call, CallNumber, Identifier, Key
from idgraph.clocks import SECOND
from idgraph.ladders import Rung, ladder
from idgraph.persons import Confidence as Confidence  # noqa: PLC0414 - causes take it from here
from idgraph.persons import Persons
from idgraph.replays import Replay
from idgraph.splitting import Split
from idgraph.steps import Step


@dataclass(frozen=True, slots=True)
class Finding:
    """That a cause applies, in which wording, and the calls and words that it is said with.

    `calls` maps names in the wording to call numbers, `words` to plain words; neither holds a
    customer's value.
    """

    cause: str
    confidence: Confidence
    wording: str = "plain"
    calls: Mapping[str, CallNumber] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """What is known at a splitting call: the call, the profile it missed, and key by key why."""

    replay: Replay
    persons: Persons
    split: Split
    step: Step
    rungs: Mapping[Key, Rung]

    @classmethod
    def of(cls, replay: Replay, persons: Persons, split: Split) -> Evidence:
        """Gather the evidence at a split."""
        rungs = {rung.key: rung for rung in ladder(replay, split.call, split.source)}
        return cls(replay, persons, split, replay.step(split.call), rungs)

    @property
    def call(self) -> Call:
        """The splitting call."""
        return self.step.call

    @cached_property
    def held(self) -> Mapping[Key, Identifier]:
        """What the missed profile held just before the call."""
        return self.replay.held(self.split.source, self.split.call)

    @cached_property
    def maker(self) -> CallNumber:
        """The call that created the missed profile, or the person's first one observed on it."""
        for step in self.replay:
            if step.landed == self.split.source:
                return step.number
        return self.split.call

    @cached_property
    def own(self) -> tuple[CallNumber, ...]:
        """The person's calls before the split."""
        calls = self.persons.calls[self.split.person]
        return tuple(number for number in calls if number < self.split.call)

    def finding(self, key: Key) -> str:
        """Return what the ladder says of a key; `not-sent` where the policy does not know it."""
        return self.rungs[key].finding if key in self.rungs else "not-sent"

    @cached_property
    def lost(self) -> tuple[Key, CallNumber] | None:
        """The first key of the call that a call had replaced on the missed profile, and that call.

        None where no key of the call was replaced there.
        """
        for rung in self.rungs.values():
            if rung.finding == "replaced" and rung.at is not None:
                return rung.key, rung.at
        return None

    @property
    def brings_new_email(self) -> bool:
        """Whether the call made a profile with an email that the missed one never held."""
        return self.step.created and self.finding("email") == "never-held"

    def earlier(self) -> Iterator[Step]:
        """Go through the steps of the person's calls before the split."""
        return (self.replay.step(number) for number in self.own)

    def same(self, one: Identifier | None, other: Identifier | None) -> bool:
        """Tell whether two identifiers are one as the platform compares them; no if one is None."""
        canonical = self.replay.policy.canonical
        return one is not None and other is not None and canonical(one) == canonical(other)

    def label(self, key: Key) -> str:
        """Return a key as a sentence names it, in the policy's spelling, in backticks."""
        return f"`{self.replay.policy.label(key)}`"

    def gap(self, earlier: CallNumber) -> int | None:
        """Return the microseconds from an earlier call to the splitting one, None if untold."""
        before, now = self.replay.history.call(earlier).at, self.call.at
        return None if before is None or now is None else now - before

    def overlaps(self, earlier: CallNumber) -> bool:
        """Tell whether an earlier call could still take effect when the splitting one began.

        So it is where both share an instant, or the later one began before the earlier one was
        answered and had settled (the policy's settling time, which is inferred).
        """
        if self.replay.history.tied(earlier, self.split.call):
            return True
        before, now = self.replay.history.call(earlier), self.call.sent_at or self.call.at
        begun = before.answered_at or before.at
        if begun is None or now is None:
            return False
        settle_s = self.replay.policy.of(before).settle_s
        return now <= begun + round(settle_s * SECOND)


@dataclass(frozen=True, slots=True)
class Wording:
    """How a cause is said: one sentence on what happened, one on what to change.

    In braces stand the names of calls (`{call}` is the splitting one, others come from the
    finding), of profiles (`{source}`, `{target}`), of keys in the policy's spelling (`{id}`,
    `{email}`, `{phone}`) and of the finding's plain words.
    """

    says: str
    fix: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a split began: when it applies, how it is said, what to do about it.

    `find` returns None where the cause does not apply; its finding picks one of the `wordings`.
    `shows` are histories in the notation whose first split has this cause, `spares` are close ones
    that have not: no split, or another cause. `source` says where the cause is known from.

    Lines in a history say what the notation has no word for: `# assume rule=outcome` asks for
    another outcome of a rule that nobody documents, `# policy NAME` for another policy than the
    default; `# call 2 refused`, `# call 2 occurred 3h before` it was sent, and
    `# call 2 believed page utm_email=old@example.com` tell more of a call.
    """

    code: str
    rank: int
    title: str
    advice: str
    source: str
    wordings: Mapping[str, Wording]
    find: Callable[[Evidence], Finding | None]
    shows: tuple[str, ...]
    spares: tuple[str, ...]
