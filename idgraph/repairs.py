"""The smallest change to the calls that keeps a person whole, verified by replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from idgraph.calls import CallNumber, Identifier
from idgraph.causes import Finding
from idgraph.edits import Edit, EditKind, applied, edit_words, moved
from idgraph.explain import listed
from idgraph.ladders import Rung, ladder
from idgraph.persons import PersonName, Persons
from idgraph.placeholders import stands_for_nobody
from idgraph.replays import Part, Replay
from idgraph.rulebook import Policy
from idgraph.splitting import Split
from idgraph.steps import ProfileName, Step, reached, survivors

LARGEST = 3
"""The most edits that are tried together."""
BRIDGES = 5
"""How many of the person's later calls are tried before the splitting one."""
EFFORT = 50_000
"""How many steps may be replayed in the search for one person's repair; at least 8 replays."""


@dataclass(frozen=True, slots=True)
class Repair:
    """Edits that keep a person one profile, each shown to do so by a replay of the edited calls.

    Replayed under what made each split: the rules alone, a look-up that did not see a call, or a
    spelling that the platform tells apart. Every smaller set of edits of those kinds was tried
    before and fails. `prevents` are the splitting calls.
    """

    edits: tuple[Edit, ...]
    prevents: tuple[CallNumber, ...]


def smallest(
    replay: Replay, persons: Persons, cases: Sequence[tuple[Split, Finding | None]]
) -> Repair | None:
    """Return the smallest repair of one person's splits; None where none was found.

    `cases` are all splits of the person, each with the finding of its cause. Edits are: adding a
    key that the missed profile holds, replacing a value by the one that it holds or by its
    spelling, leaving out a stale value or a placeholder, waiting, and sending a later call before.
    An edit that splits somebody else, or puts two persons on one profile, is not taken.
    """
    timed = [case for case in cases if case[0].observed or "first" in _calls(case[1])]
    others = [_against(replay, persons, *case) for case in timed]
    predicted = [case for case in cases if not case[0].observed]
    found = _search(replay, persons, predicted) if predicted else ()
    if found is None or None in others:
        return None
    edits = tuple(dict.fromkeys((*found, *(edit for edit in others if edit is not None))))
    part = Part(replay, persons.calls[cases[0][0].person])
    steps = part.steps(applied(replay, edits), early=moved(edits), policy=seeing(replay.policy))
    whole = profiles_of(persons, steps)[cases[0][0].person] == 1
    return Repair(edits, tuple(split.call for split, _ in cases)) if whole else None


def repair_sentence(replay: Replay, repair: Repair | None) -> str:
    """Return a repair as one sentence."""
    if repair is None:
        return "No change of up to three calls was found that keeps the person one profile."
    words = listed(edit_words(replay, edit) for edit in repair.edits)
    return f"The smallest change, verified by replay: {words}."


def _search(
    replay: Replay, persons: Persons, cases: Sequence[tuple[Split, Finding | None]]
) -> tuple[Edit, ...] | None:
    """Try sets of edits, smaller ones first, until one keeps the person whole by the rules."""
    person = cases[0][0].person
    part = Part(replay, persons.calls[person])
    own = persons.calls[person]
    menu = tuple(dict.fromkeys(edit for case in cases for edit in _menu(replay, own, *case)))
    tries = max(8, EFFORT // max(1, len(part.numbers)))
    sets = (edits for size in range(1, LARGEST + 1) for edits in combinations(menu, size))
    policy = seeing(replay.policy)
    steps = part.steps({}, policy=policy)
    before, relapses = profiles_of(persons, steps), _relapses(policy, steps)
    shared = shared_by(persons, steps)
    if before[person] == 1:
        return ()
    for edits in islice(sets, tries):
        steps = part.steps(applied(replay, edits), early=moved(edits), policy=policy)
        after = profiles_of(persons, steps)
        harmless = all(after[name] <= before[name] for name in before)
        harmless = harmless and shared_by(persons, steps) <= shared
        if after[person] == 1 and harmless and _relapses(policy, steps) <= relapses:
            return edits
    return None


def _relapses(policy: Policy, steps: Mapping[CallNumber, Step]) -> int:
    """How often a call put a value back that had been replaced: an old address come to life."""
    replaced: set[tuple[ProfileName | None, Identifier]] = set()
    count = 0
    for step in steps.values():
        for change in step.updates:
            if change.after is not None:
                count += (step.profile, policy.canonical(change.after)) in replaced
            if change.before is not None:
                replaced.add((step.profile, policy.canonical(change.before)))
    return count


def seeing(policy: Policy) -> Policy:
    """Return the policy under which calls of one instant see each other; waiting is an edit."""
    return policy.assuming({policy.at_once.code: "seen"}) if policy.at_once else policy


def _calls(finding: Finding | None) -> Mapping[str, CallNumber]:
    return finding.calls if finding else {}


def profiles_of(persons: Persons, steps: Mapping[CallNumber, Step]) -> Counter[PersonName]:
    """Return how many profiles each person has, by the rules."""
    return Counter(person for person, _ in _pairs(persons, steps))


def shared_by(persons: Persons, steps: Mapping[CallNumber, Step]) -> int:
    """Return how many persons are on a profile on which another person is, too."""
    crowds = Counter(profile for _, profile in _pairs(persons, steps))
    return sum(number - 1 for number in crowds.values())


def _pairs(
    persons: Persons, steps: Mapping[CallNumber, Step]
) -> set[tuple[PersonName, ProfileName]]:
    into = survivors(steps.values())
    return {
        (person, into.get(step.profile, step.profile))
        for number, step in steps.items()
        if step.profile and (person := persons.of(number)) is not None
    }


def _menu(
    replay: Replay, own: Sequence[CallNumber], split: Split, finding: Finding | None
) -> Iterable[Edit]:
    """The edits that could mend a split that follows from the rules, the most plausible first."""
    call = replay.history.call(split.call)
    if "other" in _calls(finding):
        yield from _undoing(replay, _calls(finding)["other"])
    rungs = [rung for rung in ladder(replay, split.call, split.source) if rung.holds is not None]
    wrong = [rung for rung in rungs if rung.sent is not None and rung.finding != "held"]
    stale = [r for r in wrong if r.finding != "never-held" or r.key == replay.policy.order[0]]
    missing = [r for r in rungs if r.sent is None and r.holds and not stands_for_nobody(r.holds)]
    for rung in (*stale, *missing, *wrong):
        kind = _kind(rung)
        for also in dict.fromkeys(((), _alike(replay, own, split, rung))):
            yield Edit(split.call, kind, rung.key, rung.holds, split.source, also=also)
    if split.chance is not None:
        earlier = replay.history.call(split.chance)
        for identifier in call.identifiers:
            if earlier.get(identifier.key) is None:
                yield Edit(split.chance, "add", identifier.key, identifier)
    if len(call.identifiers) > 1:
        yield from (Edit(split.call, "drop", rung.key) for rung in stale)
    later = (n for n in own if n > split.call and not replay.history.call(n).reads)
    yield from (Edit(n, "order", before=split.call) for n in islice(later, BRIDGES))


def _kind(rung: Rung) -> EditKind:
    if rung.finding == "spelled-otherwise":
        return "normalise"
    return "replace" if rung.sent else "add"


def _alike(
    replay: Replay, own: Sequence[CallNumber], split: Split, rung: Rung
) -> tuple[CallNumber, ...]:
    """The person's later calls on the new profile that are alike in what they send of a key."""
    later = (n for n in own if n > split.call and replay.step(n).landed == split.target)
    return tuple(n for n in later if replay.history.call(n).get(rung.key) == rung.sent)


def _undoing(replay: Replay, number: CallNumber) -> Iterable[Edit]:
    """The edits by which a call would not have replaced what a profile held."""
    step = replay.step(number)
    for identifier in step.call.identifiers:
        if stands_for_nobody(identifier) and len(step.call.identifiers) > 1:
            yield Edit(number, "drop", identifier.key)
    for change in step.updates:
        if change.before is not None:
            yield Edit(number, "replace", change.key, change.before, step.profile)


def _against(
    replay: Replay, persons: Persons, split: Split, finding: Finding | None
) -> Edit | None:
    """The edit that keeps together what only observation saw apart; None where none is known.

    Calls at once can only be kept apart. A key is added where the call would then have joined
    though its look-up did not see the writer: replayed with the call before it. A spelling that the
    platform seems to tell apart is replayed as told apart; so is a profile with another id.
    """
    part = Part(replay, persons.calls[split.person])
    held, call = replay.held(split.source, split.call), replay.history.call(split.call)

    def joins(steps: Mapping[CallNumber, Step]) -> bool:
        own = (n for n in persons.calls[split.person] if n < split.call)
        return reached(steps, split.call, own)

    if "first" in _calls(finding):
        return Edit(split.call, "wait", after=_calls(finding)["first"])
    if "writer" in _calls(finding):
        writer = _calls(finding)["writer"]
        for key in replay.policy.order:
            edit = Edit(split.call, "add", key, held.get(key), split.source)
            missing = key in held and call.get(key) is None
            if missing and joins(part.steps(applied(replay, [edit]), early=(split.call, writer))):
                return edit
        return Edit(split.call, "wait", after=writer)
    if "rival" in _calls(finding):
        rung = next(r for r in ladder(replay, split.call, split.source) if r.key == "external_id")
        rule = replay.policy.of(call).write["external_id", "different"]
        strict = replay.policy.assuming({rule.code: "pass"})
        also = _alike(replay, persons.calls[split.person], split, rung)
        edit = Edit(split.call, "replace", rung.key, rung.holds, split.source, also=also)
        return edit if joins(part.steps(applied(replay, [edit]), policy=strict)) else None
    sent, email = call.get("email"), held.get("email")
    if sent is None or email is None:
        return None
    codes = replay.policy.together(sent, email)
    strict = replay.policy.assuming(dict.fromkeys(codes, "different"))
    edit = Edit(split.call, "normalise", "email", email, split.source)
    return edit if codes and joins(part.steps(applied(replay, [edit]), policy=strict)) else None
