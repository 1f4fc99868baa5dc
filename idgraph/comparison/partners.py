"""Which correct person to compare a duplicated one with: the one whose calls are most alike."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from idgraph.comparison.aligning import align
from idgraph.comparison.sides import Side, side
from idgraph.errors import UsageError
from idgraph.persons import PersonName, Persons
from idgraph.replays import Replay
from idgraph.splitting import landed_on

LOOKED_AT = 300
"""How many correct persons are looked at: those with about as many calls first."""


def whole(replay: Replay, people: Persons) -> tuple[PersonName, ...]:
    """Return the persons with one profile, as far as anyone knows, in order of first call."""
    return tuple(n for n in people if len(landed_on(replay, people.calls[n])) == 1)


def duplicated(replay: Replay, people: Persons) -> tuple[PersonName, ...]:
    """Return the persons with two or more profiles, in order of first call."""
    return tuple(n for n in people if len(landed_on(replay, people.calls[n])) > 1)


def nearest(
    bad: Side, replay: Replay, people: Persons, names: Iterable[PersonName]
) -> tuple[Side, tuple[PersonName, ...]]:
    """Return the side most like a duplicated one, and the names of the others, likest first.

    Alike are calls of the same channels in the same order with the same keys. Persons of other
    channels are looked at last. A `UsageError` where there is nobody to choose from.
    """
    length = len(people.calls[bad.person]) if people is bad.people else len(bad.calls)
    channels = {call.channel for call in bad.calls}

    def unlike(name: PersonName) -> tuple[int, int]:
        mine = {replay.history.call(number).channel for number in people.calls[name]}
        return len(mine ^ channels), abs(len(people.calls[name]) - length)

    sides = [
        side(replay, people, name)
        for name in islice(sorted(names, key=unlike), LOOKED_AT)
        if people is not bad.people or name != bad.person
    ]
    if not sides:
        raise UsageError(
            "nobody with one profile is there to compare with",
            remedy="Give the history of a person that tracked correctly.",
        )
    ranked = sorted(sides, key=lambda one: align(one, bad).cost)
    return ranked[0], tuple(one.person for one in ranked[1:6])
