"""Compares two histories: aligns them, lists what differs, and finds what makes the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from idgraph.calls import CallNumber, Identifier, Key
from idgraph.comparison.aligning import Aligned, Alignment, align
from idgraph.comparison.differing import Difference, differences
from idgraph.comparison.flipping import Flips, Search, Trial
from idgraph.comparison.hybrids import OWN, Hybrids, Numbers
from idgraph.comparison.results import Comparison, Link, Pair, Told
from idgraph.comparison.sides import Place, Side
from idgraph.comparison.trials import Trials, Way, profiles, ruled, verdict_of, way_of
from idgraph.comparison.values import Tongues, tongues
from idgraph.comparison.wording import came
from idgraph.progress import bar
from idgraph.searching.limits import Limits
from idgraph.steps import ProfileName, Step
from idgraph.verdicts import Verdict

_NONE: Numbers = frozenset()
_TIMED = frozenset(("order", "in-flight", "lag"))


@dataclass(frozen=True)
class _Work:
    """All that is known of two sides while they are compared."""

    good: Side
    bad: Side
    alignment: Alignment
    told: Tongues
    differences: tuple[Difference, ...]
    hybrids: Hybrids
    limits: Limits
    foreign: bool


def compared(good: Side, bad: Side, limits: Limits) -> Comparison:
    """Compare the histories of two persons under one policy."""
    work = _work(good, bad, limits)
    found = verdict_of(bad, limits)
    way = way_of(work.hybrids, found)
    trials = Trials(work.hybrids, way, _least(work, way), limits, found.lag_s)
    active = [one for one in work.differences if _active(one, way, good, bad)]
    active.sort(key=_likely(bad))
    numbers = [one.number for one in active]
    with bar("comparing", unit="trials") as on:
        trial = _counting(trials.duplicated, on)
        search = Search(trial, numbers, trials.most, _alike(work, active))
        alone = way in _TIMED and search.duplicated(_NONE) is True
        flips = _none(search) if alone or way == "none" else search.flips()
    best = flips.best or _NONE
    return _result(
        work,
        way=way,
        flips=flips,
        minimal=tuple(one for one in work.differences if one.number in best),
        needed=dict(_needed(work, trials, search.every, best)),
        chain=tuple(_chain(work, search.every, flips)) if way == "rules" and best else (),
        verdict=found,
        alone=alone,
    )


def _counting(trial: Trial, on: Callable[[int], object]) -> Trial:
    """A trial that tells when it is done."""

    def told(taken: Numbers) -> bool | None:
        found = trial(taken)
        on(1)
        return found

    return told


def _none(search: Search) -> Flips:
    """What flips nothing, where nothing was to be searched for."""
    return Flips(
        (),
        (),
        exact=True,
        spared=False,
        idle=search.every,
        idle_verified=False,
        trials=search.trials,
    )


def under_both(good: Side, bad: Side, limits: Limits) -> Comparison:
    """Compare one history under two policies: what differs is where its calls go."""
    rows = tuple(Aligned(place, place) for place in range(len(good.calls)))
    work = _prepared(good, bad, Alignment(rows, 0), Tongues(good.calls, bad.calls, {}), limits)
    none = Flips((), (), exact=True, spared=False, idle=_NONE, idle_verified=False, trials=0)
    return _result(
        work, way="none", flips=none, minimal=(), needed={}, chain=(), verdict=None, alone=False
    )


def _work(good: Side, bad: Side, limits: Limits) -> _Work:
    alignment = align(good, bad)
    told = tongues(good, bad, pairs(alignment.rows))
    return _prepared(good, bad, alignment, told, limits)


def _prepared(good: Side, bad: Side, alignment: Alignment, told: Tongues, limits: Limits) -> _Work:
    found = differences(good, bad, alignment, told)
    hybrids = Hybrids(good, bad, alignment.rows, told, found)
    return _Work(good, bad, alignment, told, found, hybrids, limits, _foreign(bad, hybrids))


def pairs(rows: Sequence[Aligned]) -> Iterator[tuple[Place, Place]]:
    """Yield the calls that have a counterpart, those that were moved last."""
    later = []
    for row in rows:
        if row.good is not None and row.bad is not None:
            yield row.good, row.bad
        elif row.good is not None and row.moved is not None:
            other = rows[row.moved].bad
            if other is not None:
                later.append((row.good, other))
    yield from later


def _foreign(bad: Side, hybrids: Hybrids) -> bool:
    """Tell whether the duplicated history, in the other's language, comes out otherwise."""
    every = frozenset(one.number for one in hybrids.differences)
    steps = ruled(hybrids, every).steps
    return [(s.matched, s.created, s.refused) for s in steps] != [
        (s.matched, s.created, s.refused) for s in bad.given
    ]


def _least(work: _Work, way: Way) -> int:
    """From how many profiles on a hybrid is duplicated: more than the correct history has."""
    if way == "rules":
        return profiles(ruled(work.hybrids, _NONE)) + 1
    return 2


def _active(one: Difference, way: Way, good: Side, bad: Side) -> bool:
    """Tell whether a difference is exchanged: those that the rules, or the clocks, can tell."""
    if one.kind != "gap" or way in _TIMED:
        return one.read
    tied = (good, one.good), (bad, one.bad)
    at = [_tied(side, number) for side, number in tied if number is not None]
    return len(set(at)) > 1


def _likely(bad: Side) -> Callable[[Difference], tuple[int, int]]:
    """How likely a difference is to matter: that of a splitting call, then of one that updates."""
    arrivals: dict[int | None, CallNumber] = {}
    for place, number in enumerate(bad.numbers):
        if bad.own[place]:
            arrivals.setdefault(bad.index(place), number)
    splitting = {number for index, number in arrivals.items() if index and index > 1}
    updating = {step.number for step in bad.given if step.updates}

    def rank(one: Difference) -> tuple[int, int]:
        told = 0 if one.bad in splitting else 1 if one.bad in updating else 2
        return told + (one.kind == "gap"), one.number

    return rank


def _alike(work: _Work, found: Iterable[Difference]) -> Iterable[Numbers]:
    """The differences that one mistake of a sender can have made, group by group."""
    groups: defaultdict[tuple[object, ...], set[int]] = defaultdict(set)
    for one in found:
        place = work.alignment.rows[one.row]
        role = (
            work.bad.roles[place.bad] if place.bad is not None else work.good.roles[place.good or 0]
        )
        whole = one.kind in {"added", "removed"}
        sent = (role.channel, role.endpoint, role.standings if whole else ())
        groups[one.kind, one.key, one.was, one.now, sent].add(one.number)
    return map(frozenset, groups.values())


def _tied(side: Side, number: CallNumber) -> bool:
    place = side.numbers.index(number)
    return place > 0 and side.replay.history.tied(number, side.numbers[place - 1])


# --- what makes the difference -------------------------------------------------------------------


def _needed(
    work: _Work, trials: Trials, every: Numbers, best: Numbers
) -> Iterator[tuple[int, tuple[Key, ...]]]:
    """Of each added call of the smallest set, the keys without which it would not duplicate."""
    for one in work.differences:
        if one.number not in best or one.kind != "added" or one.bad is None:
            continue
        call = work.told.bad[work.bad.numbers.index(one.bad)]
        keys = [identifier.key for identifier in call.identifiers]
        less = ({one.row: (key,)} for key in keys)
        kept = zip(keys, less, strict=True)
        yield (
            one.number,
            tuple(
                key
                for key, without in kept
                if trials.splits(work.hybrids.history(every, less=without)) is False
            ),
        )


def _chain(work: _Work, every: Numbers, flips: Flips) -> Iterator[Link]:
    """The calls of the duplicated history that come out otherwise once the difference is undone."""
    best = flips.best or _NONE
    split, whole = (every, every - best) if flips.mends else (best, _NONE)
    one, other = _by_row(work, split), _by_row(work, whole)
    for row in sorted(one):
        number = _number(work, row)
        if number is None or not work.bad.own[work.bad.numbers.index(number)]:
            continue
        is_now = one[row]
        would_be = other.get(row, "is not there")
        if is_now != would_be:
            yield Link(number, row + 1, is_now, would_be)


def _number(work: _Work, row: int) -> CallNumber | None:
    place = work.alignment.rows[row].bad
    return None if place is None else work.bad.numbers[place]


def _by_row(work: _Work, taken: Numbers) -> dict[int, str]:
    """What comes of each call of a hybrid, in words without a value, by row."""
    replayed = ruled(work.hybrids, taken)
    arrivals: dict[ProfileName, int] = {}
    found = {}
    for slot, step in zip(work.hybrids.slots(taken), replayed, strict=True):
        if step.profile is not None and step.call.person == OWN:
            arrivals.setdefault(replayed.survivor(step.profile), len(arrivals) + 1)
        place = arrivals.get(replayed.survivor(step.profile)) if step.profile else None
        found[slot.row] = came(replayed.policy, step, place)
    return found


# --- the rows ------------------------------------------------------------------------------------


def _result(
    work: _Work,
    *,
    way: Way,
    flips: Flips,
    minimal: tuple[Difference, ...],
    needed: dict[int, tuple[Key, ...]],
    chain: tuple[Link, ...],
    verdict: Verdict | None,
    alone: bool,
) -> Comparison:
    rows = tuple(_rows(work))
    read = (pair for pair in rows if any(one.read for one in pair.differences))
    apart = (pair for pair in rows if not pair.matches)
    return Comparison(
        good=_told(work.good),
        bad=_told(work.bad),
        pairs=rows,
        differences=work.differences,
        first_difference=next((pair.number for pair in read), None),
        first_divergence=next((pair.number for pair in apart), None),
        way=way,
        flips=flips,
        minimal=minimal,
        needed=needed,
        chain=chain,
        verdict=verdict,
        alone=alone,
        cost=work.alignment.cost,
        limits=work.limits,
        foreign=work.foreign,
    )


def _told(side: Side) -> Told:
    return Told(side.replay, side.people, side.person, side.numbers, side.profiles)


def _rows(work: _Work) -> Iterator[Pair]:
    by_row: dict[int, list[Difference]] = {}
    for one in work.differences:
        by_row.setdefault(one.row, []).append(one)
    for place, row in enumerate(work.alignment.rows):
        good = None if row.good is None else work.good.numbers[row.good]
        bad = None if row.bad is None else work.bad.numbers[row.bad]
        moved = None if row.moved is None else row.moved + 1
        told = tuple(by_row.get(place, ()))
        yield Pair(place + 1, good, bad, moved, told, _matches(work, row), _holds(work, row))


def _matches(work: _Work, row: Aligned) -> bool:
    if row.good is not None and row.bad is not None:
        return _kind(work.good, row.good) == _kind(work.bad, row.bad)
    side, place = (work.good, row.good) if row.bad is None else (work.bad, row.bad)
    return place is None or not side.own[place] or side.index(place) in {None, 0, 1}


def _kind(side: Side, place: Place) -> tuple[object, ...]:
    """How a call came out, in a word that both histories have."""
    step = side.given[place]
    return (
        side.index(place),
        None if step.refused else step.matched,
        step.created,
        step.refused,
        bool(step.merged),
    )


def _holds(work: _Work, row: Aligned) -> bool:
    if row.good is None or row.bad is None:
        return True
    names = work.told.translation
    mine = _content(work.good.given[row.good])
    theirs = {names.get(one, one) for one in _content(work.bad.given[row.bad])}
    return mine == theirs


def _content(step: Step) -> set[Identifier]:
    return {one for one in step.after.values() if one.key != "profile_id"}
