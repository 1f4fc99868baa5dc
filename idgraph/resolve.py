"""The identity rules, once: integers in, integers out.

Identifiers are small integers, profiles are numbered by birth, keys are columns. What a platform
does is in the tables that a policy gives; here is only how tables are applied. The functions keep
to what plain Python and a compiler for numeric Python share: no objects, no dictionaries, every
array indexed by integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

NONE, CLEAR = -1, -2
"""In place of an identifier: the call says nothing of the key, or empties it."""
ABSENT, DIFFERENT, TAKEN, ALONE, ALONE_DIFFERENT, CLEARED = range(6)
SET, KEEP, REFUSE, MERGE, PASS = range(5)
FIND, SKIP, STOP = range(3)
IGNORE, CREATE, REJECT = range(3)
FINDS, HOLDS, MERGED = range(3)


class Row(Protocol):
    """Integers that can be read and written by place: a list, or a row of an array."""

    def __getitem__(self, place: int, /) -> int: ...
    def __setitem__(self, place: int, value: int, /) -> None: ...
    def __len__(self) -> int: ...


class Journal(Protocol):
    """Takes (call, what, profile, key, identifier) for each change of state."""

    def append(self, entry: tuple[int, int, int, int, int], /) -> None:
        """Take one change."""


class Silent:
    """A journal that keeps nothing."""

    def append(self, entry: tuple[int, int, int, int, int], /) -> None:
        """Forget one change."""


class Rules(NamedTuple):
    """A policy as tables, by class of call where one is named first.

    `trial[kind]` are the keys in order of trial; `finds[kind][key]` is FIND, SKIP or STOP;
    `outcomes[kind][key][case]` SET, KEEP, REFUSE, MERGE or PASS; `nobody[kind]` the keys in the
    order in which they decide what becomes of a call that finds nobody, and `missing[kind][key]`
    IGNORE, CREATE or REJECT. `limit[key]` is 0 where a profile holds one value, else how many find
    it at most; `handle[key]` is 1 where the key does not identify by itself.
    """

    trial: Sequence[Sequence[int]]
    finds: Sequence[Sequence[int]]
    outcomes: Sequence[Sequence[Sequence[int]]]
    nobody: Sequence[Sequence[int]]
    missing: Sequence[Sequence[int]]
    limit: Sequence[int]
    handle: Sequence[int]


class State(NamedTuple):
    """What the platform keeps.

    `holder[identifier]` is the profile that an identifier finds, or NONE; `held[profile][key]` what
    a profile holds, or NONE; `key[identifier]` the key of each; `used[identifier]` the last call
    that wrote it; `into[profile]` the profile that it was merged into, or NONE. `journal` is told
    of every change: FINDS (identifier now finds profile, or NONE), HOLDS (profile now holds
    identifier, or NONE, of the key), MERGED (profile went into the one in the place of key).
    """

    holder: Row
    held: Sequence[Row]
    key: Sequence[int]
    used: Row
    into: Row
    journal: Journal


class Asked(NamedTuple):
    """The calls in order.

    `calls[call][key]` is an identifier, NONE or CLEAR; `kinds[call]` its class; `reads[call]` is 1
    where it only asks: it finds a profile, and neither writes nor creates one. `stops[call]` is the
    end of the group that starts at the call: all of a group look up before any of them writes;
    `call + 1` where calls see each other. `sources[call]` is an identifier of the profile that the
    call asks to merge into the one it finds, `learned[call]` one that the answer told of that
    profile; NONE for none.
    """

    calls: Sequence[Sequence[int]]
    kinds: Sequence[int]
    reads: Sequence[int]
    stops: Sequence[int]
    sources: Sequence[int]
    learned: Sequence[int]


class Results(NamedTuple):
    """What is filled, per call.

    `matched` is a key or NONE; `profile` NONE where the call was refused, carries no key, or asked
    in vain; `found[call][key]` the profile of each key; `wrote[call][key]` the case that a write
    met, NONE where nothing was to write.
    """

    matched: Row
    profile: Row
    found: Sequence[Row]
    wrote: Sequence[Row]


def look_up(ids: Sequence[int], kind: int, rules: Rules, state: State, found: Row) -> int:
    """Fill `found[key]` with the profile of each key, and return the key that matches, or NONE.

    It is the first in the order of trial whose identifier is held by a profile, unless its rule
    passes it over, or that profile holds another value of a key that does not allow it.
    """
    for key in range(len(ids)):
        found[key] = state.holder[ids[key]] if ids[key] >= 0 else NONE
    for key in rules.trial[kind]:
        if found[key] != NONE and rules.finds[kind][key] != SKIP:
            fits = True
            for other in range(len(ids)):
                held = state.held[found[key]][other]
                differs = held not in (NONE, ids[other]) and ids[other] >= 0 and other != key
                if differs and rules.outcomes[kind][other][DIFFERENT] == PASS:
                    fits = False
            if fits:
                return key
    return NONE


def resolve(asked: Asked, rules: Rules, state: State, results: Results) -> int:
    """Resolve calls in order and return the number of profiles created.

    `state.held` must have a row for each profile that can come to be: one a call is enough.
    """
    profiles = 0
    first = 0
    while first < len(asked.calls):
        stop = asked.stops[first]
        for call in range(first, stop):
            results.matched[call] = look_up(
                asked.calls[call], asked.kinds[call], rules, state, results.found[call]
            )
        for call in range(first, stop):
            results.profile[call] = land(call, profiles, asked, rules, state, results)
            profiles += results.profile[call] == profiles
        first = stop
    return profiles


def land(  # noqa: PLR0917 - as above
    call: int, fresh: int, asked: Asked, rules: Rules, state: State, results: Results
) -> int:
    """Write one call, whose look-up is done, and return its profile; `fresh` is the next new."""
    ids, kind, matched = asked.calls[call], asked.kinds[call], results.matched[call]
    profile = NONE
    if matched != NONE:
        target = results.found[call][matched]
        while state.into[target] != NONE:
            target = state.into[target]
        if asked.reads[call] == 1:
            return target
        if rules.finds[kind][matched] != STOP and update(
            ids, target, call, kind, rules, state, results.wrote[call]
        ):
            profile = target
    elif asked.reads[call] == 0 and _missing(ids, kind, rules) == CREATE:
        create(ids, fresh, call, kind, rules, state, results.found[call], results.wrote[call])
        profile = fresh
    if profile != NONE:
        _told(profile, call, asked, rules, state)
    return profile


def _missing(ids: Sequence[int], kind: int, rules: Rules) -> int:
    """What becomes of a call that finds nobody: the first key that it carries decides."""
    for key in rules.nobody[kind]:
        if ids[key] >= 0:
            return rules.missing[kind][key]
    return IGNORE


def _told(profile: int, call: int, asked: Asked, rules: Rules, state: State) -> None:
    """Do the merge that a call asks for, and keep the name that its answer tells."""
    source = asked.sources[call]
    if source != NONE and state.holder[source] not in (NONE, profile):
        merge(state.holder[source], profile, call, rules, state)
    name = asked.learned[call]
    nameless = name != NONE and state.held[profile][state.key[name]] == NONE
    if nameless and state.holder[name] == NONE:
        put(name, profile, call, rules, state)


def create(  # noqa: PLR0917 - as above
    ids: Sequence[int],
    profile: int,
    call: int,
    kind: int,
    rules: Rules,
    state: State,
    found: Row,
    wrote: Row,
) -> None:
    """Write a new profile with all that the call carries.

    An identifier that the look-up saw on another profile stays there, where the rules say so. One
    that a profile got in the meantime is on both, and goes on finding the first.
    """
    for key in range(len(ids)):
        wrote[key] = NONE
        if ids[key] >= 0:
            owner = state.holder[ids[key]]
            wrote[key] = ABSENT if owner == NONE else TAKEN
            if owner == NONE or rules.outcomes[kind][key][TAKEN] == SET:
                put(ids[key], profile, call, rules, state)
            elif found[key] == NONE:
                _hold(profile, key, ids[key], call, state)


def update(  # noqa: PLR0917 - as above
    ids: Sequence[int],
    profile: int,
    call: int,
    kind: int,
    rules: Rules,
    state: State,
    wrote: Row,
) -> bool:
    """Write what the call carries on the profile that it found; False where the call is refused.

    A refused call writes nothing at all.
    """
    refused = False
    for key in range(len(ids)):
        wrote[key] = _case(key, ids[key], profile, rules, state)
        if wrote[key] != NONE:
            refused = refused or rules.outcomes[kind][key][wrote[key]] == REFUSE
    if refused:
        return False
    for key in range(len(ids)):
        if wrote[key] != NONE:
            outcome = rules.outcomes[kind][key][wrote[key]]
            if outcome == MERGE:
                outcome = _merged_by(ids[key], key, profile, call, kind, rules, state)
            if outcome == SET and wrote[key] == CLEARED:
                _release(profile, key, call, rules, state)
            elif outcome == SET:
                put(ids[key], profile, call, rules, state)
    return True


def _case(key: int, identifier: int, profile: int, rules: Rules, state: State) -> int:
    """What a write of one key meets; NONE where nothing is to be written."""
    mine = state.held[profile][key]
    if identifier == CLEAR:
        return NONE if mine == NONE else CLEARED
    if identifier in (NONE, mine):
        return NONE
    owner = state.holder[identifier]
    if owner in (NONE, profile):
        return ABSENT if mine == NONE else DIFFERENT
    for other in range(len(rules.handle)):
        if other != key and rules.handle[other] == 0 and state.held[owner][other] != NONE:
            return TAKEN
    return ALONE if mine == NONE else ALONE_DIFFERENT


def _merged_by(  # noqa: PLR0917 - as above
    identifier: int, key: int, profile: int, call: int, kind: int, rules: Rules, state: State
) -> int:
    """Merge the holder of an identifier into a profile, and say what is left to do: SET or KEEP.

    Two profiles whose values of one key may not differ are not merged.
    """
    owner = state.holder[identifier]
    if owner in (NONE, profile):  # another key of the call has merged it already
        return SET if state.held[profile][key] == NONE else KEEP
    for other in range(len(rules.limit)):
        one, two = state.held[profile][other], state.held[owner][other]
        if NONE not in (one, two) and rules.outcomes[kind][other][DIFFERENT] == PASS:
            return KEEP
    merge(owner, profile, call, rules, state)
    if state.held[profile][key] == identifier:
        return KEEP
    return rules.outcomes[kind][key][DIFFERENT]


def merge(source: int, profile: int, call: int, rules: Rules, state: State) -> None:
    """Move what a source holds to the profile, where that has room; the rest finds nobody."""
    for identifier in range(len(state.key)):
        if state.holder[identifier] == source:
            key = state.key[identifier]
            primary = state.held[source][key] == identifier
            if primary and state.held[profile][key] == NONE:
                _find(identifier, profile, call, state)
                _hold(profile, key, identifier, call, state)
            else:
                _find(identifier, profile if rules.limit[key] != 0 else NONE, call, state)
    for key in range(len(rules.limit)):
        if state.held[source][key] != NONE:
            _hold(source, key, NONE, call, state)
        _evict(profile, key, call, rules, state)
    state.into[source] = profile
    state.journal.append((call, MERGED, source, profile, NONE))


def put(identifier: int, profile: int, call: int, rules: Rules, state: State) -> None:
    """Let a profile hold an identifier, whoever held it before."""
    key = state.key[identifier]
    owner = state.holder[identifier]
    if rules.limit[key] == 0 and state.held[profile][key] != NONE:
        _release(profile, key, call, rules, state)
    if owner not in (NONE, profile) and state.held[owner][key] == identifier:
        _hold(owner, key, NONE, call, state)
    if owner != profile:
        _find(identifier, profile, call, state)
    _hold(profile, key, identifier, call, state)
    state.used[identifier] = call
    _evict(profile, key, call, rules, state)


def _release(profile: int, key: int, call: int, rules: Rules, state: State) -> None:
    """Empty a key of a profile; its values find nobody any more."""
    single = state.held[profile][key] if rules.limit[key] == 0 else NONE
    for identifier in range(len(state.key)) if single == NONE else range(single, single + 1):
        if state.holder[identifier] == profile and state.key[identifier] == key:
            _find(identifier, NONE, call, state)
    _hold(profile, key, NONE, call, state)


def _evict(profile: int, key: int, call: int, rules: Rules, state: State) -> None:
    """Give up the values that were written longest ago, where more find a profile than may."""
    over = rules.limit[key] > 0
    while over:
        count, oldest = 0, NONE
        for identifier in range(len(state.key)):
            if state.key[identifier] == key and state.holder[identifier] == profile:
                count += 1
                if identifier != state.held[profile][key] and (
                    oldest == NONE or state.used[identifier] < state.used[oldest]
                ):
                    oldest = identifier
        over = count > rules.limit[key] and oldest != NONE
        if over:
            _find(oldest, NONE, call, state)


def _find(identifier: int, profile: int, call: int, state: State) -> None:
    state.holder[identifier] = profile
    state.journal.append((call, FINDS, profile, NONE, identifier))


def _hold(profile: int, key: int, identifier: int, call: int, state: State) -> None:
    state.held[profile][key] = identifier
    state.journal.append((call, HOLDS, profile, key, identifier))
