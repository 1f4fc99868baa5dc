"""The identity rules, once: integers in, integers out.

Identifiers are small integers, profiles are numbered by birth, keys stand in the order of trial.
What a platform does is in the tables that a policy gives; here is only how tables are applied. The
functions keep to what plain Python and a compiler for numeric Python share: no objects, no
dictionaries, every array indexed by integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

NONE = -1
ABSENT, DIFFERENT, TAKEN = 0, 1, 2
SET, KEEP, REFUSE = 0, 1, 2


class Row(Protocol):
    """Integers that can be read and written by place: a list, or a row of an array."""

    def __getitem__(self, place: int, /) -> int: ...
    def __setitem__(self, place: int, value: int, /) -> None: ...
    def __len__(self) -> int: ...


def look_up(ids: Sequence[int], holder: Row, found: Row) -> int:
    """Find the profile of a call: the first key in the order of trial whose identifier is held.

    `ids[key]` is the identifier that the call carries, or NONE; `holder[identifier]` the profile
    that it finds, or NONE. Fills `found[key]` with the profile of each key and returns the key
    that matched, or NONE.
    """
    matched = NONE
    for key in range(len(ids)):
        found[key] = NONE
        if ids[key] != NONE:
            found[key] = holder[ids[key]]
            if matched == NONE and found[key] != NONE:
                matched = key
    return matched


def create(ids: Sequence[int], profile: int, holder: Row, held: Sequence[Row], wrote: Row) -> None:
    """Write a new profile with all that the call carries.

    An identifier that a profile got in the meantime goes on finding that profile: `wrote[key]`
    then says TAKEN, else ABSENT, and NONE where the call carries nothing.
    """
    for key in range(len(ids)):
        wrote[key] = NONE
        if ids[key] != NONE:
            held[profile][key] = ids[key]
            wrote[key] = ABSENT if holder[ids[key]] == NONE else TAKEN
            if wrote[key] == ABSENT:
                holder[ids[key]] = profile


def update(  # noqa: PLR0917 - a compiler for numeric Python takes no keywords
    ids: Sequence[int],
    profile: int,
    holder: Row,
    held: Sequence[Row],
    wrote: Row,
    outcomes: Sequence[Sequence[int]],
    many: Sequence[int],
) -> bool:
    """Write what the call carries on the profile that it found; False where the call is refused.

    `outcomes[key][case]` is SET, KEEP or REFUSE; `many[key]` is 1 where a replaced value goes on
    finding its profile. `wrote[key]` gets the case that applied, NONE where nothing was to write.
    A refused call writes nothing at all.
    """
    refused = False
    for key in range(len(ids)):
        wrote[key] = NONE
        if ids[key] != NONE and held[profile][key] != ids[key]:
            owner = holder[ids[key]]
            if owner not in (NONE, profile):
                wrote[key] = TAKEN
            elif held[profile][key] == NONE:
                wrote[key] = ABSENT
            else:
                wrote[key] = DIFFERENT
            refused = refused or outcomes[key][wrote[key]] == REFUSE
    if refused:
        return False
    for key in range(len(ids)):
        if wrote[key] != NONE and outcomes[key][wrote[key]] == SET:
            old, owner = held[profile][key], holder[ids[key]]
            if old != NONE and many[key] == 0 and holder[old] == profile:
                holder[old] = NONE
            if owner not in (NONE, profile) and held[owner][key] == ids[key]:
                held[owner][key] = NONE
            holder[ids[key]] = profile
            held[profile][key] = ids[key]
    return True


def resolve(  # noqa: PLR0917 - as above
    calls: Sequence[Sequence[int]],
    reads: Sequence[int],
    stops: Sequence[int],
    outcomes: Sequence[Sequence[int]],
    many: Sequence[int],
    holder: Row,
    held: Sequence[Row],
    matched: Row,
    profile: Row,
    found: Sequence[Row],
    wrote: Sequence[Row],
) -> int:
    """Resolve calls in order and return the number of profiles created.

    `calls[call][key]` is an identifier or NONE. `reads[call]` is 1 where the call only asks: it
    finds a profile, and neither writes nor creates one. `stops[call]` is the end of the group that
    starts at the call: all of a group look up before any of them writes; `call + 1` where calls see
    each other. Fills, per call: `matched` (key or NONE), `profile` (NONE where the call was
    refused, carries no key, or asked in vain), `found[call][key]` and `wrote[call][key]` (case or
    NONE). `held` must have a row for each profile that can come to be: one a call is enough.
    """
    profiles = 0
    first = 0
    while first < len(calls):
        for call in range(first, stops[first]):
            matched[call] = look_up(calls[call], holder, found[call])
        for call in range(first, stops[first]):
            profile[call] = NONE
            if matched[call] != NONE:
                target = found[call][matched[call]]
                if reads[call] == 1 or update(
                    calls[call], target, holder, held, wrote[call], outcomes, many
                ):
                    profile[call] = target
            elif reads[call] == 0 and max(calls[call]) != NONE:
                create(calls[call], profiles, holder, held, wrote[call])
                profile[call] = profiles
                profiles += 1
        first = stops[first]
    return profiles
