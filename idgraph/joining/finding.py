"""The calls at which persons were joined, and what looks like it where nobody is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from idgraph.calls import PROFILE_ID, Call, CallNumber, Identifier, Key
from idgraph.joining.judging import judged
from idgraph.joining.meetings import Meeting, Meetings
from idgraph.joining.reasons import ReasonCode
from idgraph.joining.senders import Senders
from idgraph.persons import Confidence, PersonName, Persons, link, loosely
from idgraph.placeholders import stands_for_nobody
from idgraph.registry import Several, Shown
from idgraph.replays import Replay
from idgraph.steps import ProfileName

MANY = 3
"""So many different values of a key beside one identifier are a sign of several persons."""
_SINGLE: tuple[Key, ...] = ("external_id", "email")
"""The keys of which a person has one, as a rule."""


@dataclass(frozen=True, slots=True, repr=False)
class Join(Shown):
    r"""The call at which a person came to a profile that somebody else was on.

    `profile` is the one left in the end, were it merged later. `persons` are the one there before
    and the one that came; a suspicion (`one-key-many-partners`) knows one person only. `key` led
    the call or the merge there, None where only a merge request or an observation did. `other` is
    the latest call of the one before; `by` is the call that carries a key which is not its
    person's, mostly `call` itself. `source` is the profile that a merge brought, None where the
    call itself landed. `partner` is the key that came with too many values, of a suspicion alone.

    >>> import idgraph as ig
    >>> calls = "email=a@example.com person=a\nemail=a@example.com person=b"
    >>> ig.joins(ig.replay(ig.parse(calls)))[0]
    <Join at call 2 on P1: shared-address (possible)>
    """

    profile: ProfileName
    call: CallNumber
    persons: tuple[PersonName, ...] = field(repr=False)
    reason: ReasonCode
    confidence: Confidence
    key: Key | None
    other: CallNumber
    by: CallNumber
    source: ProfileName | None = None
    partner: Key | None = None

    def __repr__(self) -> str:
        """Say where and why, without the persons' names."""
        return f"<Join at call {self.call} on {self.profile}: {self.reason} ({self.confidence})>"

    @property
    def suspected(self) -> bool:
        """Whether this is a suspicion: nobody is named, and one person may be behind it all."""
        return self.partner is not None


def joins(replay: Replay, persons: Persons | None = None) -> Several[Join]:
    r"""Return every join of a replay, by call number; a profile of n persons has n - 1.

    Where the log names nobody, calls that share an identifier are taken for one person's, so that
    few can be joined: then a profile may have a suspicion instead.

    >>> import idgraph as ig
    >>> calls = "email=a@example.com person=a\nemail=a@example.com person=b"
    >>> ig.joins(ig.replay(ig.parse(calls)))
    (<Join at call 2 on P1: shared-address (possible)>,)
    """
    people = link(replay.history) if persons is None else persons
    senders = Senders(replay, people)
    found = [_join(senders, meeting) for meeting in Meetings(senders)]
    joined = {join.profile for join in found}
    doubts = (join for join in _suspicions(replay, people) if join.profile not in joined)
    return Several(sorted((*found, *doubts), key=lambda join: join.call))


def by_profile(found: Iterable[Join]) -> list[tuple[Join, ...]]:
    """Return the joins of one profile for one reason together, in order of their first calls."""
    groups: defaultdict[tuple[ProfileName, ReasonCode], list[Join]] = defaultdict(list)
    for join in found:
        groups[join.profile, join.reason].append(join)
    return [tuple(group) for group in groups.values()]


def sharers(found: Iterable[Join]) -> tuple[PersonName, ...]:
    """Return who shares a profile with somebody else, in order of the joins; no suspicions."""
    known = (join for join in found if not join.suspected)
    return tuple(dict.fromkeys(name for join in known for name in join.persons))


def _join(senders: Senders, met: Meeting) -> Join:
    verdict = judged(senders, met)
    return Join(
        profile=senders.replay.survivor(met.source or met.step.landed or ""),
        call=met.step.number,
        persons=(met.before, met.came),
        reason=verdict.reason,
        confidence=verdict.confidence,
        key=met.key,
        other=met.other,
        by=verdict.by,
        source=met.source,
    )


def _suspicions(replay: Replay, people: Persons) -> Iterator[Join]:
    """Yield, once a profile, that one identifier came with many values of a person's one key."""
    seen: defaultdict[tuple[ProfileName, Identifier, Key], dict[Identifier, CallNumber]]
    seen, told = defaultdict(dict), set[ProfileName]()
    for step in replay:
        person = people.of(step.number)
        if step.landed is None or step.call.person is not None or person is None:
            continue
        profile = replay.survivor(step.landed)
        for one, partner in _pairs(step.call, people):
            values = seen[profile, one, partner.key]
            values.setdefault(partner, step.number)
            if len(values) == MANY and profile not in told:
                told.add(profile)
                yield _suspicion(profile, person, one.key, partner.key, tuple(values.values()))


def _pairs(call: Call, people: Persons) -> Iterator[tuple[Identifier, Identifier]]:
    """What a call carries side by side: an identifier, and one of which a person has one."""
    carried = [loosely(i) for i in call.identifiers if not stands_for_nobody(i)]
    for one in carried:
        if one.key != PROFILE_ID and one not in people.crowded:
            yield from ((one, i) for i in carried if i.key in _SINGLE and i.key != one.key)


def _suspicion(
    profile: ProfileName, person: PersonName, key: Key, partner: Key, calls: tuple[CallNumber, ...]
) -> Join:
    return Join(
        profile=profile,
        call=calls[-1],
        persons=(person,),
        reason="one-key-many-partners",
        confidence="possible",
        key=key,
        other=calls[0],
        by=calls[-1],
        partner=partner,
    )
