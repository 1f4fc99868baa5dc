"""Gathers the facts of an overview from a replay: one pass over its steps, and one over splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from idgraph import causes, explain
from idgraph.calls import Call, CallNumber, History, Identifier
from idgraph.causes import Evidence
from idgraph.clocks import SECOND, Instant
from idgraph.diagnosis import Diagnosis, resting_on
from idgraph.overviews.facts import Facts
from idgraph.overviews.results import Overview
from idgraph.persons import Persons, link
from idgraph.populations.lookups import look_ups
from idgraph.replays import Replay, replay
from idgraph.rules import RuleCode
from idgraph.searching.intervals import intervals
from idgraph.searching.limits import Limits
from idgraph.splitting import Split, jumps, landed_on
from idgraph.steps import Change, Step

_DAY: Instant = 86_400 * SECOND
_Why = Mapping[CallNumber, tuple[str, tuple[RuleCode, ...]]]
"""The cause of the split at a call, and the rules on which that rests."""


def overview(source: Replay | History | Diagnosis, *, people: Persons | None = None) -> Overview:
    """Return what a fleet looks like as a whole.

    A history is replayed under the default policy; of a diagnosis the causes are taken as they are.
    `people` saves the work of linking where that was done before. Deterministic.

    >>> import idgraph as ig
    >>> ig.overview(ig.demo("shop"))
    <Overview klaviyo-classic: 4 of 6 persons split, 4 profiles too many, 24 calls>
    """
    if isinstance(source, Diagnosis):
        told, who = source.replay, source.people
    else:
        told = replay(source) if isinstance(source, History) else source
        who = people or link(told.history)
    found = jumps(told, who)
    why = _diagnosed(source) if isinstance(source, Diagnosis) else _explained(told, who, found)
    splits = {split.call for split in found}
    rows: dict[str, list[tuple[Any, ...]]] = {
        "persons": [_person(told, name, who.calls[name]) for name in who],
        "splits": [_split(told, who, split, why) for split in found],
        "traffic": _traffic(told),
        "returns": sorted(_returns(told, who, splits), key=lambda row: (row[2], row[1])),
        "look_ups": list(_looked_up(told, who)),
        "rules": _rules(told, {code for _, codes in why.values() for code in codes}),
    }
    return Overview(Facts.of(rows), told.policy.name, told)


def _diagnosed(found: Diagnosis) -> _Why:
    return {one.split.call: (one.cause, one.rules) for person in found for one in person.splits}


def _explained(told: Replay, who: Persons, found: Sequence[Split]) -> _Why:
    why = {}
    for split in found:
        evidence = Evidence.of(told, who, split)
        finding = causes.first_cause(evidence)
        code = finding.cause if finding else causes.UNEXPLAINED
        why[split.call] = (code, resting_on(told, split, tuple(evidence.rungs.values())))
    return why


def _person(told: Replay, name: str, numbers: Sequence[CallNumber]) -> tuple[Any, ...]:
    moments = [at for n in numbers if (at := told.history.call(n).at) is not None]
    landed = landed_on(told, numbers)
    ends = (min(moments), max(moments)) if moments else (None, None)
    return name, len(numbers), len(landed), *ends


def _site(call: Call) -> tuple[str, str, str]:
    return call.channel, call.endpoint, call.event or ""


def _split(told: Replay, who: Persons, split: Split, why: _Why) -> tuple[Any, ...]:
    call = told.history.call(split.call)
    own = who.calls[split.person]
    before = [n for n in takewhile(lambda n: n < split.call, own) if told.step(n).landed]
    held = told.history.call(before[-1]).at
    gap = None if held is None or call.at is None else (call.at - held) / SECOND
    cause, rules = why[split.call]
    told_by = (cause, split.observed, gap, " ".join(rules))
    return (split.person, split.call, call.at, *_site(call), *told_by)


def _traffic(told: Replay) -> list[tuple[Any, ...]]:
    counts = Counter(
        (None if call.at is None else call.at - call.at % _DAY, *_site(call))
        for call in told.history
    )
    return [(*place, calls) for place, calls in counts.items()]


def _rules(told: Replay, rested: set[RuleCode]) -> list[tuple[Any, ...]]:
    """The rules that decided anything of a call, and those on which a split rests."""
    counts = Counter(code for step in told for code in set(_deciding(step)))
    return [
        (code, explain.rule_sentence(told.policy, code), rule.evidence, counts[code])
        for code, rule in told.policy.rules.items()
        if code in counts or code in rested
    ]


def _deciding(step: Step) -> Iterator[RuleCode]:
    yield from (step.rule, *step.assumed)
    yield from (change.rule for change in step.changed)
    yield from (kept.rule for kept in step.kept)


def _looked_up(told: Replay, who: Persons) -> Iterator[tuple[Any, ...]]:
    if not told.history.labels:
        return
    spans = intervals(told.history, told.policy, Limits())
    for one in look_ups(told, who, spans):
        call = told.history.call(one.call)
        name = who.of(one.call)
        yield name, one.call, call.at, call.channel, max(0.0, one.gap_s), one.missed


def _returns(told: Replay, who: Persons, splits: set[CallNumber]) -> Iterator[tuple[Any, ...]]:
    """The next calls by either address after each update of an email, person by person."""
    for name in who:
        steps = [told.step(number) for number in who.calls[name]]
        updates = [(place, change) for place, step in enumerate(steps) if (change := _new(step))]
        ends = [*(place + 1 for place, _ in updates[1:]), len(steps)]
        for (place, change), end in zip(updates, ends, strict=False):
            update = steps[place]
            for address, email in (("old", change.before), ("new", change.after)):
                # The call of the next update counts as well: it may come by an address, too.
                later = (step for step in steps[place + 1 : end] if _comes_by(told, step, email))
                step = next(later, None)
                if step is not None:
                    call, number = step.call, step.number
                    delay = _since(update.call, call)
                    moment = (call.at, call.channel, address, delay)
                    yield (name, update.number, number, *moment, number in splits)


def _new(step: Step) -> Change | None:
    """The change by which a call put another email in the place of one; None where it did not."""
    return next((c for c in step.updates if c.key == "email" and c.after is not None), None)


def _comes_by(told: Replay, step: Step, email: Identifier | None) -> bool:
    """Whether a call is looked up by that email first: no key that is tried before it is sent."""
    trial = told.policy.of(step.call).trial
    first = next((one for row in trial if (one := step.call.get(row.key)) is not None), None)
    if first is None or email is None:
        return False
    return told.policy.canonical(first) == told.policy.canonical(email)


def _since(update: Call, call: Call) -> float | None:
    return None if update.at is None or call.at is None else (call.at - update.at) / SECOND
