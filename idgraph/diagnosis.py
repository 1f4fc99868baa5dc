"""The persons that split, why, and what to change: all that the core knows, in one result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from idgraph import causes, explain, repairs
from idgraph.calls import CallNumber
from idgraph.causes import Finding
from idgraph.joining import Join, joins
from idgraph.ladders import Rung, ladder
from idgraph.persons import PersonName, Persons, link, named
from idgraph.progress import going
from idgraph.registry import Shown
from idgraph.repairs import Repair
from idgraph.replays import Replay, replay
from idgraph.rules import RuleCode
from idgraph.splitting import Split, jumps, landed_on, splits
from idgraph.steps import ProfileName

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, repr=False)
class DiagnosedSplit(Shown):
    """A split with its cause, in data and in sentences.

    `cause` is a code of the catalogue, or `unexplained`; `title` and `confidence` belong to it.
    `happened` says what happened, `why` why the call did not find the profile, key by key, `fix`
    what to change, `chance` which call could have prevented it. `rules` are the codes of the rules
    on which this rests; `rungs` is the ladder behind `why`.
    """

    split: Split
    cause: str
    title: str
    confidence: str
    happened: str = field(repr=False)
    why: str = field(repr=False)
    fix: str = field(repr=False)
    chance: str = field(repr=False)
    rules: tuple[RuleCode, ...]
    rungs: tuple[Rung, ...]

    def __repr__(self) -> str:
        """Say where and why, without a value."""
        return f"<DiagnosedSplit at call {self.split.call}: {self.cause} ({self.confidence})>"


@dataclass(frozen=True, slots=True, repr=False)
class DiagnosedPerson(Shown):
    """A person that has two or more profiles.

    `calls` are the person's calls, `profiles` where they landed in order of arrival, `splits` the
    calls at which a further profile came about, `repair` the smallest verified change, None where
    none was found, and `advice` says it in a sentence.
    """

    name: PersonName = field(repr=False)
    calls: tuple[CallNumber, ...]
    profiles: tuple[ProfileName, ...]
    splits: tuple[DiagnosedSplit, ...]
    repair: Repair | None
    advice: str = field(repr=False)

    def __repr__(self) -> str:
        """Say where the person split, without the name."""
        at = ", ".join(f"call {one.split.call} {one.cause}" for one in self.splits)
        return f"<DiagnosedPerson: {len(self.profiles)} profiles: {at}>"


@dataclass(frozen=True, slots=True)
class Hinge:
    """A result that hangs on a rule which nothing documents.

    Were `rule` to come out as `outcome`, `person` would `splits` at `call` (True) or would not
    (False, `call` being where it does now).
    """

    rule: RuleCode
    outcome: str
    person: PersonName = field(repr=False)
    call: CallNumber
    splits: bool


@dataclass(frozen=True, slots=True, repr=False)
class Diagnosis(Shown):
    """The persons of a replay that split, in the order of their splits.

    `joins` is the opposite failure: the calls at which two persons became one profile.

    >>> import idgraph as ig
    >>> ig.diagnose(ig.replay(ig.demo("email-change-old")))
    <Diagnosis klaviyo-classic: 1 of 1 persons split: call 5 old-email-after-update>
    """

    replay: Replay
    people: Persons
    persons: tuple[DiagnosedPerson, ...]
    hinges: tuple[Hinge, ...]
    joins: tuple[Join, ...] = ()

    def __len__(self) -> int:
        """Return the number of persons that split."""
        return len(self.persons)

    def __iter__(self) -> Iterator[DiagnosedPerson]:
        """Go through the persons that split."""
        return iter(self.persons)

    def __getitem__(self, person: PersonName) -> DiagnosedPerson:
        """Return the splits of a person; a `UsageError` where nobody of that name split."""
        every = {one.name: one for one in self.persons}
        return every[named(person, every)]

    def _ipython_key_completions_(self) -> list[PersonName]:
        return [one.name for one in self.persons]

    def table(self) -> pd.DataFrame:
        """Return one row a split: person, call, origin, profiles, cause, why and fix."""
        from idgraph.frames import Frame

        columns = ["person", "call", "origin", "from", "to", "cause", "happened", "fix"]
        rows = [
            (
                person.name,
                found.split.call,
                self.replay.history.call(found.split.call).origin,
                found.split.source,
                found.split.target,
                found.cause,
                found.happened,
                found.fix,
            )
            for person in self.persons
            for found in person.splits
        ]
        return Frame(rows, columns=columns)

    def __repr__(self) -> str:
        """Say who splits where and why, without a value."""
        total, split = len(self.people), len(self.persons)
        head = f"<Diagnosis {self.replay.policy.name}: {split} of {total} persons split"
        places = (
            f"call {found.split.call} {found.cause}"
            for person in self.persons
            for found in person.splits
        )
        told = ": ".join((head, ", ".join(places))) if self.persons else head
        return f"{told}{self._joined()}>"

    def _joined(self) -> str:
        """How many profiles are of two persons, for the line that says who split."""
        known = {join.profile for join in self.joins if not join.suspected}
        doubtful = {join.profile for join in self.joins} - known
        counts = ((known, "joined"), (doubtful, "perhaps joined"))
        told = (f"{len(p)} profile{'s' * (len(p) != 1)} {how}" for p, how in counts if p)
        return "".join(f"; {words}" for words in told)


def diagnose(replay: Replay) -> Diagnosis:
    """Say which persons of a replay split, at which call, why, and what to change.

    >>> import idgraph as ig
    >>> found = ig.diagnose(ig.replay(ig.demo("email-change-old")))
    >>> [split.cause for person in found for split in person.splits]
    ['old-email-after-update']
    """
    people = link(replay.history)
    found: dict[PersonName, list[Split]] = {}
    for split in splits(replay, people):
        found.setdefault(split.person, []).append(split)
    with going(found, "diagnosing", unit="persons") as names:
        persons = tuple(_person(replay, people, name, found[name]) for name in names)
    now = {name: mine[0].call for name, mine in found.items()}
    hinges = tuple(_hinges(replay, people, now))
    return Diagnosis(replay, people, persons, hinges, joins(replay, people))


def diagnose_person(
    replay: Replay, name: PersonName, people: Persons | None = None
) -> DiagnosedPerson | None:
    """Say the same of one person alone; None where that person did not split."""
    known = people or link(replay.history)
    found = list(splits(replay, known, person=name))
    return _person(replay, known, name, found) if found else None


def _person(
    replay: Replay, people: Persons, name: PersonName, found: list[Split]
) -> DiagnosedPerson:
    cases = [(split, causes.explain_split(replay, people, split)) for split in found]
    repair = repairs.smallest(replay, people, cases)
    return DiagnosedPerson(
        name=name,
        calls=people.calls[name],
        profiles=landed_on(replay, people.calls[name]),
        splits=tuple(_split(replay, split, finding) for split, finding in cases),
        repair=repair,
        advice=repairs.repair_sentence(replay, repair),
    )


def _split(replay: Replay, split: Split, finding: Finding | None) -> DiagnosedSplit:
    rungs = ladder(replay, split.call, split.source)
    happened, fix = explain.cause_sentences(replay, split, finding)
    entry = causes.cause(finding.cause) if finding else None
    return DiagnosedSplit(
        split=split,
        cause=entry.code if entry else causes.UNEXPLAINED,
        title=entry.title if entry else "No known cause explains it",
        confidence=finding.confidence if finding else "possible",
        happened=happened,
        why=explain.ladder_sentence(replay, rungs, split.source),
        fix=fix,
        chance=explain.chance_sentence(replay, split),
        rules=resting_on(replay, split, rungs),
        rungs=rungs,
    )


def resting_on(replay: Replay, split: Split, rungs: tuple[Rung, ...]) -> tuple[RuleCode, ...]:
    """Return the rules on which a split rests: how it was looked up, how a value was replaced."""
    step = replay.step(split.call)
    codes = [
        row.code for row in replay.policy.of(step.call).trial if step.call.get(row.key) is not None
    ]
    for rung in rungs:
        codes += rung.rules
        if rung.finding == "replaced" and rung.at is not None:
            codes += [c.rule for c in replay.step(rung.at).updates if c.key == rung.key]
    return tuple(dict.fromkeys((*codes, step.rule, *step.assumed)))


def _hinges(base: Replay, people: Persons, now: Mapping[PersonName, CallNumber]) -> Iterator[Hinge]:
    """Replay under the other outcome of each open rule that decided anything.

    `now` holds the first splitting call of each person that splits.
    """
    used = dict.fromkeys(code for step in base for code in step.assumed)
    for code in used:
        rule = base.policy.rules[code]
        for outcome in (o for o in rule.allowed if o != rule.decided):
            other = replay(base.history, base.policy, assume={code: outcome})
            then = {split.person: split.call for split in reversed(jumps(other, people))}
            for person in people:
                if (person in now) != (person in then):
                    call = then.get(person, now.get(person, 0))
                    yield Hinge(code, outcome, person, call, splits=person in then)


def hinge_sentence(hinge: Hinge) -> str:
    """Return a hinge as a sentence, with what to say to see the other branch."""
    verb = "would split at" if hinge.splits else "would not split at"
    return (
        f"{hinge.person} {verb} call {hinge.call} if rule {hinge.rule}, which nothing documents, "
        f"came out as {hinge.outcome} (--assume {hinge.rule}={hinge.outcome})."
    )
