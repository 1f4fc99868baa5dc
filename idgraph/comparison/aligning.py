"""Which call of one history does what which call of the other does: by role, never by clock.

Needleman-Wunsch on the roles of calls. Whole numbers make it exact, so that the same histories are
always aligned in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from idgraph.calls import Key
from idgraph.comparison.sides import Place, Role, Side, Standing
from idgraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

GAP = 120
"""What a call without a counterpart costs: two of them cost more than any two calls of a person."""
LARGEST = 100_000_000
"""The most pairs of calls that are looked at: two histories of 10,000 calls each."""
_WORST, _NEVER = 2 * GAP - 10, 3 * GAP
_CHANNEL, _ENDPOINT, _EVENT, _READS, _CLEARS = 80, 30, 40, 80, 30
_KEY, _STANDING, _UPDATE, _UPDATES = 35, 25, 20, 2
_MOVED = 70
"""Up to this a call without a counterpart is one that the other history has elsewhere."""
_CROWD = 400
"""Of how many calls without a counterpart one is looked for elsewhere, in either history."""
_PAIRED, _GOOD, _BAD = 0, 1, 2


class Aligned(NamedTuple):
    """A row of the alignment: a call of each history, None where one has no counterpart.

    `moved` is the row in which the other history has the same call, None where it has none.
    """

    good: Place | None
    bad: Place | None
    moved: int | None = None


class Alignment(NamedTuple):
    """The rows, in order, and what they cost: 0 for histories of the same roles."""

    rows: tuple[Aligned, ...]
    cost: int


def cost(one: Role, other: Role) -> int:
    """Return how unlike two roles are; never more than two calls without a counterpart.

    But for calls of a person and of somebody else, which are never aligned.
    """
    if one.own != other.own:
        return _NEVER
    mine, theirs = dict(one.standings), dict(other.standings)
    total = _CHANNEL * (one.channel != other.channel)
    total += _ENDPOINT * (one.endpoint != other.endpoint)
    total += _EVENT * (one.event != other.event)
    total += _READS * (one.reads != other.reads) + _CLEARS * (one.clears != other.clears)
    total += _KEY * len(mine.keys() ^ theirs.keys())
    total += _STANDING * sum(mine[key] != theirs[key] for key in mine.keys() & theirs.keys())
    total += _UPDATE * min(_UPDATES, abs(one.updates - other.updates))
    return min(_WORST, total)


def align(good: Side, bad: Side) -> Alignment:
    """Align the calls of two sides.

    Of alignments that cost the same, one that pairs earlier calls of the correct history with later
    ones of the other is not taken. A `UsageError` where both are too long.
    """
    if len(good.calls) * len(bad.calls) > LARGEST:
        raise UsageError(
            f"histories of {len(good.calls)} and {len(bad.calls)} calls are too long to compare",
            remedy="Cut both to the calls around the split.",
        )
    ways, total = _ways(good.roles, bad.roles)
    rows, mine, theirs = [], len(good.calls), len(bad.calls)
    while mine or theirs:
        way = int(ways[mine, theirs])
        mine -= way != _BAD
        theirs -= way != _GOOD
        rows.append(Aligned(None if way == _BAD else mine, None if way == _GOOD else theirs))
    return Alignment(_with_moves(rows[::-1], good.roles, bad.roles), total)


def _ways(good: Sequence[Role], bad: Sequence[Role]) -> tuple[npt.NDArray[np.int8], int]:
    """How the cheapest alignment of each pair of beginnings ends, and what the whole costs."""
    import numpy as np

    kinds = {role: place for place, role in enumerate(dict.fromkeys((*good, *bad)))}
    theirs = np.array([kinds[role] for role in bad], dtype=np.intp)
    rows: dict[Role, npt.NDArray[np.int64]] = {}
    ramp = np.arange(len(bad) + 1, dtype=np.int64) * GAP
    ways = np.full((len(good) + 1, len(bad) + 1), _BAD, dtype=np.int8)
    above = ramp
    for number, role in enumerate(good, 1):
        if role not in rows:
            rows[role] = np.array([cost(role, other) for other in kinds], dtype=np.int64)
        best = above + GAP
        paired = above[:-1] + rows[role][theirs]
        taken = paired <= best[1:]
        best[1:] = np.where(taken, paired, best[1:])
        # A gap is linear, so that the way along the row is a running minimum.
        here = np.minimum.accumulate(best - ramp) + ramp
        ways[number] = _GOOD
        ways[number, 1:][taken] = _PAIRED
        ways[number][here < best] = _BAD
        above = here
    return ways, int(above[-1])


def _with_moves(
    rows: list[Aligned], good: Sequence[Role], bad: Sequence[Role]
) -> tuple[Aligned, ...]:
    """Note which calls without a counterpart have one elsewhere: the likest first, then the next.

    Such a call is known again by who sends which keys; what its values are to the person depends on
    its place.
    """
    ours = [
        (n, _sent(good[row.good]))
        for n, row in enumerate(rows)
        if row.good is not None and row.bad is None
    ]
    theirs = [
        (n, _sent(bad[row.bad]))
        for n, row in enumerate(rows)
        if row.bad is not None and row.good is None
    ]
    found = sorted(
        (worth, n, m)
        for n, one in ours[:_CROWD]
        for m, other in theirs[:_CROWD]
        if (worth := cost(one, other)) <= _MOVED
    )
    taken: set[int] = set()
    for _, n, m in found:
        if not taken & {n, m}:
            taken |= {n, m}
            rows[n], rows[m] = rows[n]._replace(moved=m), rows[m]._replace(moved=n)
    return tuple(rows)


def _sent(role: Role) -> Role:
    """A role without what depends on the calls before it."""
    keys: tuple[tuple[Key, Standing], ...] = tuple((key, "current") for key, _ in role.standings)
    return replace(role, standings=keys, updates=0)
