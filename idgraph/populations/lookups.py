"""The look-ups of a history: how long after the write of their key they came, and what they found.

Each calls for an observation: where a call landed, that it made a profile, that it found nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from idgraph.calls import PROFILE_ID, Call, CallNumber, Identifier, Key
from idgraph.clocks import SECOND
from idgraph.persons import PersonName, Persons
from idgraph.replays import Replay
from idgraph.searching.intervals import Interval
from idgraph.steps import ProfileName, Step

_Written = dict[Identifier, tuple[CallNumber, ProfileName | None]]
"""The call that last changed whom an identifier finds, and whom it finds since."""
_NOBODY = 404


@dataclass(frozen=True, slots=True)
class LookUp:
    """A call that should have found a profile by a key that an earlier call had written.

    `gap_s` goes from the latest instant at which call `write` can have taken effect to the earliest
    of the look-up, and is negative where they overlapped. `missed`: it was observed elsewhere than
    the rules say.
    """

    call: CallNumber
    write: CallNumber
    key: Key
    gap_s: float
    missed: bool


def look_ups(replay: Replay, people: Persons, spans: Sequence[Interval]) -> Iterator[LookUp]:
    """Go through the look-ups of a replay, in order, person by person until one disagrees.

    Both the look-up and the write have to be observed, and to have a clock. What a person's
    profiles hold after a call that the rules do not explain, nobody knows: later calls of that
    person are passed over. So are look-ups by the profile's own id, which take no index.
    """
    written: _Written = {}
    over: set[PersonName] = set()
    for step in replay:
        person = people.of(step.number)
        if person is not None and person not in over:
            elsewhere = disagrees(step)
            found = _looked_up(step, replay, written) if _shown(step) else None
            if found is not None:
                write, key = found
                gap = (spans[step.number - 1].lo - spans[write - 1].hi) / SECOND
                yield LookUp(step.number, write, key, gap, elsewhere)
            if elsewhere:
                over.add(person)
        written |= {m.identifier: (step.number, m.profile) for m in step.moves}


def disagrees(step: Step) -> bool:
    """Tell whether a call was observed elsewhere than where the rules send it.

    That the platform found somebody where the rules make a profile is no disagreement: there may
    have been a time before the log.
    """
    call = step.call
    if call.refused:
        return False
    made = call.created is True and step.matched is not None
    return step.deviates or made or (_vain(call) and step.profile is not None)


def _vain(call: Call) -> bool:
    return call.reads and call.observed is None and call.answer == _NOBODY


def _shown(step: Step) -> bool:
    """Whether something shows what a look-up found."""
    return not step.call.refused and (step.call.observed is not None or _vain(step.call))


def _looked_up(step: Step, replay: Replay, written: _Written) -> tuple[CallNumber, Key] | None:
    """The write that a look-up has to see, and its key; None where there is none to go by.

    Where several keys lead to the same profile it is the one that was written first: a look-up that
    sees no more than that finds the profile all the same.
    """
    if step.matched in (None, PROFILE_ID) or step.profile is None:
        return None
    target = step.candidates.get(step.matched) if step.matched else None
    found = []
    for key, profile in step.candidates.items():
        carried = step.call.get(key)
        if profile == target and carried is not None:
            write, holder = written.get(replay.policy.canonical(carried), (0, None))
            if holder == target and replay.sees(step.number, write):
                found.append((write, key))
    first = min(found, default=None)
    if first is None or step.call.at is None:
        return None
    call = replay.history.call(first[0])
    return None if call.observed is None or call.at is None else first
