"""A comparison with stand-ins for all values: those that stand in the same calls have the same."""

from __future__ import annotations

from dataclasses import replace

from idgraph.calls import History
from idgraph.comparison.aligning import align
from idgraph.comparison.finding import compared, pairs, under_both
from idgraph.comparison.results import Comparison, Told
from idgraph.comparison.sides import Side, side
from idgraph.comparison.values import tongues
from idgraph.persons import link
from idgraph.redaction import Redactor
from idgraph.redaction.terms import Terms
from idgraph.replays import replay


def veiled(
    found: Comparison, *, redact: bool = True, origins: bool = False, terms: Terms | None = None
) -> Comparison:
    """Return a comparison of the redacted histories; the same where nothing is to be redacted.

    What it says is the same, but for names. With `origins` the rows keep the names of their files;
    on `terms` of its own it may be under a key, and its times moved.
    """
    if not redact:
        return found
    good, bad = _histories(found, terms)
    if origins:
        good, bad = _placed(good, found.good), _placed(bad, found.bad)
    one, other = _side(good, found.good), _side(bad, found.bad)
    if found.policies:
        return under_both(one, other, found.limits)
    names = [*found.good.people], [*one.people]
    stands = dict(zip(*names, strict=True))
    others = tuple(stands[name] for name in found.others)
    return replace(compared(one, other, found.limits), others=others)


def _histories(found: Comparison, terms: Terms | None) -> tuple[History, History]:
    good, bad = found.good.replay.history, found.bad.replay.history
    if good.calls == bad.calls:
        hidden = Redactor(good, terms=terms).history(good)
        return hidden, hidden
    if not (_whole(found.good) and _whole(found.bad)):
        one_veil, other_veil = Redactor(good, terms=terms), Redactor(bad, terms=terms)
        return one_veil.history(good), other_veil.history(bad)
    one, other = (side(told.replay, told.people, told.person) for told in (found.good, found.bad))
    told = tongues(one, other, pairs(align(one, other).rows))
    spoken = tuple(told.of(call) for call in bad)
    every = replace(good, calls=(*good.calls, *spoken), ties=(), duplicates=())
    both = Redactor(every, terms=terms)
    return both.history(good), both.history(replace(bad, calls=spoken))


def _whole(told: Told) -> bool:
    return len(told.numbers) == len(told.replay.history)


def _placed(history: History, told: Told) -> History:
    given = told.replay.history
    calls = zip(history, given, strict=True)
    return replace(history, calls=tuple(replace(a, origin=b.origin) for a, b in calls))


def _side(history: History, told: Told) -> Side:
    shown = replay(history, told.replay.policy, assume=told.replay.assumptions)
    people = link(history)
    found = side(shown, people, [*people][told.number - 1])
    calls = tuple(replace(history.call(n), observed=None) for n in told.numbers)
    return (
        found
        if found.numbers == told.numbers
        else replace(found, numbers=told.numbers, calls=calls)
    )
