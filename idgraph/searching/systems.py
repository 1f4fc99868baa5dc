"""Calls that belong together, made ready for a search: intervals, precedence, kinds."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from operator import or_

from idgraph.calls import PROFILE_ID, Call, CallNumber, History
from idgraph.clocks import SECOND, Instant
from idgraph.decoding import Decoder
from idgraph.groups import Groups
from idgraph.resolve import NONE
from idgraph.rulebook import Policy
from idgraph.searching.automaton import Automaton
from idgraph.searching.intervals import Interval
from idgraph.searching.states import Kind, Label

Place = int
"""A call within a system: 0-based, by the earliest instant of its effect, ties as recorded."""
Mask = int
"""A set of places."""
TWINS = 200
"""How many interchangeable calls before a call are looked at."""
ROUNDING: Instant = SECOND
"""How exact the time is at which a platform says that it made a profile."""


@dataclass(frozen=True)
class System:
    """Calls that can touch the same profiles, ready for a search.

    By place: `numbers` are those of the calls in their history, `recorded` their rank in its order,
    `spans` when they can have taken effect, `kinds` the number of their kind, `before` the mask of
    those that must come earlier. `impossible` says that an observation cannot hold in any order.
    """

    calls: tuple[Call, ...]
    numbers: tuple[CallNumber, ...]
    recorded: tuple[int, ...]
    spans: tuple[Interval, ...]
    kinds: tuple[int, ...]
    before: tuple[Mask, ...]
    atomic: Automaton
    stale: Automaton
    labels: tuple[str, ...]
    decoder: Decoder
    impossible: bool

    def __len__(self) -> int:
        """Return the number of calls."""
        return len(self.numbers)

    @property
    def every(self) -> Mask:
        """The mask of all calls."""
        return (1 << len(self)) - 1

    @cached_property
    def in_order(self) -> tuple[Place, ...]:
        """The places in the order of the history."""
        return tuple(sorted(range(len(self)), key=self.recorded.__getitem__))

    @cached_property
    def leaning(self) -> tuple[Mask, ...]:
        """`before`, and of calls that are interchangeable the one recorded first goes first.

        Where two are of one kind and one can begin and end no later than the other, each order that
        explains the observations has a twin in which they are not swapped.
        """
        return self.leaning_by((0,) * len(self))

    def leaning_by(self, old: Sequence[Mask]) -> tuple[Mask, ...]:
        """Return the same for look-ups that must have seen `old`, by place, and may miss the rest.

        There two calls are interchangeable only where they must have seen the same: then each can
        look up what the other one did, and who had to see one of them still does.
        """
        masks = list(self.before)
        alike: defaultdict[tuple[int, Mask], list[Place]] = defaultdict(list)
        for place, kind in enumerate(self.kinds):
            for other in alike[kind, old[place]][-TWINS:]:
                earlier = self.recorded[other] < self.recorded[place]
                if earlier and self.spans[other].hi <= self.spans[place].hi:
                    masks[place] |= 1 << other
            alike[kind, old[place]].append(place)
        return tuple(masks)

    def old(self, lag: Instant) -> tuple[Mask, ...]:
        """Return, by place, the calls that a look-up behind by `lag` at most must have seen.

        They had taken effect more than `lag` before it began.
        """
        return _ended(self.spans, lag)

    def automaton(self, *, stale: bool) -> Automaton:
        """Return the automaton that keeps earlier indexes, or the one that does not."""
        return self.stale if stale else self.atomic


def system(
    history: History,
    numbers: Sequence[CallNumber],
    policy: Policy,
    spans: Sequence[Interval],
    created: Mapping[str, Instant],
    *,
    probes: Sequence[Call] = (),
    merged: Mapping[str, frozenset[str]] | None = None,
) -> System:
    """Return the system of some calls of a history.

    `spans` are the intervals of all calls of the history, `created` when observed profiles were
    made, where that is known. `probes` are look-ups that came after all calls: what an export says.
    `merged` names the profiles that went into another one after all calls: its id stands for them.
    """
    calls = [probe(history.call(number)) for number in numbers] + list(probes)
    last = max((spans[number - 1].hi for number in numbers), default=0)
    known = [spans[number - 1] for number in numbers] + [Interval(last + 1, last + 1)] * len(probes)
    part = replace(history, calls=tuple(calls), ties=(), duplicates=())
    decoder = Decoder(part, policy)
    labels = tuple(dict.fromkeys(call.observed for call in calls if call.observed))
    kinds = [_kind(decoder, place, labels, created, span) for place, span in enumerate(known)]
    catalogue = tuple(dict.fromkeys(kinds))
    order = sorted(range(len(calls)), key=lambda place: (known[place].lo, place))
    creates = [
        key in table.nobody and table.nobody[key].decided == "create"
        for table in (policy.tables[kind.code] for kind in policy.kinds)
        for key in policy.order
    ]
    atomic, stale = (
        Automaton(
            catalogue,
            decoder.keys,
            decoder.rules,
            _labels(labels, merged or {}),
            creates,
            stale=keeps,
        )
        for keeps in (False, True)
    )
    late = any(
        call.observed in created and span.hi < created[call.observed] - ROUNDING
        for call, span in zip(calls, known, strict=True)
        if call.observed
    )
    named = [*numbers, *range(len(history) + 1, len(history) + 1 + len(probes))]
    return System(
        calls=tuple(calls[place] for place in order),
        numbers=tuple(named[place] for place in order),
        recorded=tuple(order),
        spans=tuple(known[place] for place in order),
        kinds=tuple(catalogue.index(kinds[place]) for place in order),
        before=_ended([known[place] for place in order], 0),
        atomic=atomic,
        stale=stale,
        labels=labels,
        decoder=decoder,
        impossible=late,
    )


def _labels(names: Sequence[str], merged: Mapping[str, frozenset[str]]) -> tuple[Label, ...]:
    """The observed profiles, with the room that later merges make."""
    families: Groups[str] = Groups()
    for name, sources in merged.items():
        families.join((name, *sources))
    roots = [families.root(name) for name in names]
    return tuple(
        Label(roots.index(root), 1 + len(merged.get(name, ())))
        for name, root in zip(names, roots, strict=True)
    )


def probe(call: Call) -> Call:
    """Return a call as an observation of the platform.

    A refusal that names the holder of an identifier wrote nothing and shows who held it: it is a
    look-up. One that names nobody shows nothing.
    """
    if not call.refused:
        return call
    if call.owner is None:
        return replace(call, observed=None, created=None)
    shown = tuple(i for i in call.identifiers if i.key != PROFILE_ID)
    return replace(
        call,
        identifiers=shown,
        clears=(),
        merges=None,
        refused=False,
        reads=True,
        created=None,
        observed=call.owner,
    )


def _ended(spans: Sequence[Interval], lag: Instant) -> tuple[Mask, ...]:
    """By place, the mask of those that ended more than `lag` before it began."""
    by_end = sorted(range(len(spans)), key=lambda place: spans[place].hi)
    ends = [spans[place].hi for place in by_end]
    masks = [0, *accumulate((1 << place for place in by_end), or_)]
    return tuple(masks[bisect_left(ends, span.lo - lag)] for span in spans)


def _kind(
    decoder: Decoder,
    place: int,
    labels: Sequence[str],
    created: Mapping[str, Instant],
    span: Interval,
) -> Kind:
    call, asked = decoder.history.calls[place], decoder.asked
    made = NONE if call.created is None or call.reads else int(call.created)
    at = created.get(call.observed) if call.observed else None
    founds = at is None or span.lo - ROUNDING <= at <= span.hi + ROUNDING
    success = call.answer is not None and 200 <= call.answer < 300  # noqa: PLR2004 - HTTP's
    applied = decoder.tables[place].settle_s == 0
    return Kind(
        ids=tuple(asked.calls[place]),
        rules=asked.kinds[place],
        reads=asked.reads[place],
        source=asked.sources[place],
        learned=asked.learned[place],
        label=labels.index(call.observed) if call.observed else NONE,
        made=made,
        accepted=success and applied and not call.refused,
        founds=founds,
    )
