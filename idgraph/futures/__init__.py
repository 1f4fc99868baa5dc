"""What would have come of a history had some of its calls been otherwise, shown by replay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from idgraph import policy as policies
from idgraph import replays
from idgraph.calls import CallNumber, Key
from idgraph.explain import counted, listed
from idgraph.futures.comparing import by_rules, compared
from idgraph.futures.editing import check, edited
from idgraph.futures.results import ChangedCall, Edits, Future, PersonProfiles, Value
from idgraph.persons import PersonName
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode

__all__ = [
    "ChangedCall",
    "Edits",
    "Future",
    "PersonProfiles",
    "Value",
    "by_rules",
    "person_sentence",
    "side_effects",
    "what_if",
]


def what_if(
    replay: Replay,
    *,
    put: Mapping[CallNumber, Mapping[Key, Value]] | None = None,
    before: Mapping[CallNumber, CallNumber] | None = None,
    delay: Mapping[CallNumber, float] | None = None,
    without: Iterable[CallNumber] = (),
    policy: str | Policy | None = None,
    assume: Mapping[RuleCode, str] | None = None,
) -> Future:
    """Replay a history with some calls edited, and say what comes out differently.

    `put={5: {"email": "new@example.com", "external_id": None}}` changes what call 5 carries (None:
    not sent; a number stays a JSON number); `before={5: 3}` lets it come just before call 3;
    `delay={5: 60}` a minute later, with all its clocks; `without=(5,)` leaves it out. All numbers
    are those of the given history. `policy` and `assume` are as in `replay`; without `policy` the
    one of the replay holds, with what was assumed there. A call whose keys are edited has no answer
    and no body: those it had were another call's. A number or a key that is not known, a call
    before itself, and a delay of a call without a clock are a `UsageError`.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.what_if(replay, without=[2, 3])
    <Future klaviyo-classic: 2 edits, 3 changed calls; 0 persons with fewer profiles, 0 with more>
    """
    edits = Edits(
        {number: dict(values) for number, values in (put or {}).items()},
        dict(before or {}),
        dict(delay or {}),
        tuple(dict.fromkeys(without)),
        policy,
        dict(assume or {}),
    )
    check(replay.history, edits)
    chosen = policies.load(policy) if isinstance(policy, str) else policy or replay.policy
    history, numbers = edited(replay.history, edits, chosen)
    assumed = {**({} if policy else replay.assumptions), **edits.assume}
    return compared(replay, replays.replay(history, chosen, assume=assumed), edits, numbers)


def person_sentence(future: Future, person: PersonName, name: str) -> str:
    """Return in a sentence how many profiles a person has; `name` is what it calls the person."""
    row = future.person(person)
    then = counted(len(row.after), "profile")
    if not row.after:
        return f"No call of {name} is left that is filed on a profile."
    if row.change == 0:
        return f"{name} has {then}, as before."
    return f"{name} has {then} instead of {len(row.before)}."


def side_effects(
    future: Future, person: PersonName, named: Callable[[PersonName], str]
) -> tuple[str, ...]:
    """Return in sentences what an edit does to others: new splits, and profiles now shared.

    `named` says what a sentence calls a person.
    """
    others = (split for split in future.appeared if split.person != person)
    apart = (f"{named(split.person)} splits at call {split.call}." for split in others)
    joined = (f"{listed(map(named, names))} share a profile." for names in future.joined)
    return (*apart, *joined)
