"""What a notebook shows of results and values that have no chapter: facts and tables, redacted.

A name of a person is an identifier. Where a value knows its calls it is shown by its stand-in, else
by its place alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from math import isinf

from idgraph import explain
from idgraph.bundling import Bundle
from idgraph.calls import Call, Identifier, history
from idgraph.clocks import iso
from idgraph.diagnosis import DiagnosedPerson, DiagnosedSplit
from idgraph.differences import ChangedCall, Difference
from idgraph.joining import Join
from idgraph.ladders import Rung
from idgraph.observing.account import Observed
from idgraph.outlook import Outcomes
from idgraph.outlook.results import Behind, PersonOutcomes
from idgraph.persons import PersonName, Persons, link
from idgraph.populations.calibrating import Calibration
from idgraph.populations.delays import Visibility
from idgraph.populations.suites import Suite
from idgraph.redaction import Redactor
from idgraph.redaction.files import Redaction
from idgraph.registry import Several
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.searching.limits import Limits
from idgraph.sources.base import Source
from idgraph.splitting import Split
from idgraph.steps import Step
from idgraph.surfaces.results import redactions
from idgraph.surfaces.results.rows import HEADS, Line, codes, line
from idgraph.surfaces.results.subjects import shown
from idgraph.verdicts import RUNGS, Verdict
from idgraph.views.base.blocks import (
    Block,
    Cell,
    Facts,
    Items,
    Notice,
    Paragraph,
    Rich,
    Row,
    Span,
    Table,
    code,
    rich,
    words,
)

MOST = 100
"""Rows of a table that are shown; the others are counted."""


@singledispatch
def blocks(result: object) -> Iterable[Block] | None:
    """Return what is shown of a result; None where its line says all there is."""
    del result
    return None


def _table(caption: str, heads: Line, lines: Iterable[Line], kind: str = "") -> Iterator[Block]:
    every = [tuple(line) for line in lines]
    rows = tuple(Row(tuple(Cell(_said(part)) for part in line)) for line in every[:MOST])
    yield Table(rich(caption), tuple(map(_said, heads)), rows, kind)
    if len(every) > MOST:
        yield Notice(rich(f"And {len(every) - MOST} more, which are not shown here."))


def _facts(*pairs: tuple[str, str | Rich]) -> Facts:
    """Names and what they are; in both, what stands between backticks is code."""
    return Facts(tuple((rich(name), _said(told)) for name, told in pairs))


def _said(part: str | Rich) -> Rich:
    return rich(part) if isinstance(part, str) else part


def _numbers(numbers: Sequence[int], most: int = 12) -> str:
    left = len(numbers) - most
    more = f", and {left} more" if left > 0 else ""
    return ", ".join(map(str, numbers[:most])) + more or "-"


# --- calls ----------------------------------------------------------------------------------------


@blocks.register
def _identifier(one: Identifier) -> Iterator[Block]:
    (stood,) = _veiled(Call((one,))).identifiers
    yield _facts(("Key", code(one.key)), *_values([stood]), ("Type", _type(one)))


@blocks.register
def _call(call: Call) -> Iterator[Block]:
    stood = _veiled(call)
    event = stood.event or stood.endpoint or "-"
    yield _facts(
        ("At (UTC)", words(iso(call.at) or "-")),
        ("Clock", code(call.clock) if call.clock else "row order"),
        ("Channel", words(call.channel)),
        ("Event", words(event)),
        *_values(stood.identifiers),
    )


@blocks.register
def _step(step: Step) -> Iterator[Block]:
    pairs = (
        ("Call", str(step.number)),
        ("Came to", step.came_to),
        ("Rule", f"`{step.rule}`"),
        ("Would find", ", ".join(f"`{key}`: {name}" for key, name in step.candidates.items())),
        ("Changed", ", ".join(map(_change, step.changed)) or "nothing"),
        ("Kept out", codes(kept.identifier.key for kept in step.kept)),
        ("Rests on the open rules", codes(step.assumed)),
        ("Landed on", step.landed or "-"),
    )
    told = (pair for pair in pairs if pair[1] not in {"", "-"})
    yield _facts(*told, *_values(_veiled(step.call).identifiers))


def _change(change: object) -> str:
    key, before, after = (getattr(change, name) for name in ("key", "before", "after"))
    return f"`{key}` {'emptied' if after is None else 'set' if before is None else 'replaced'}"


def _veiled(call: Call) -> Call:
    """A call by itself with stand-ins: they are not those that its history has for it."""
    told = history([call])
    return Redactor(told).history(told).calls[0]


def _values(identifiers: Iterable[Identifier]) -> Iterator[tuple[str, Rich]]:
    for one in identifiers:
        yield f"`{one.key}`, by a stand-in", code(one.text if one.number else f'"{one.text}"')


def _type(one: Identifier) -> str:
    return "number" if one.number else "text"


@blocks.register
def _redaction(done: Redaction) -> Iterator[Block]:
    return redactions.blocks(done)


@blocks.register
def _persons(people: Persons) -> Iterator[Block]:
    heads = ("Person", "Calls", "First", "Last", "Their numbers")
    lines = (
        (str(place), str(len(numbers)), str(numbers[0]), str(numbers[-1]), _numbers(numbers))
        for place, numbers in enumerate(people.calls.values(), 1)
    )
    yield from _table("Persons, in the order of their first calls, without names", heads, lines)


# --- rules ----------------------------------------------------------------------------------------


@blocks.register
def _policy(policy: Policy) -> Iterator[Block]:
    yield Paragraph(words(policy.title), "lead")
    yield Paragraph(rich(policy.says))
    rows = (
        (
            code(rule.code),
            rich(explain.rule_sentence(policy, rule.code)),
            words(rule.decided or "seen"),
            words(rule.evidence),
            codes(rule.classes),
        )
        for rule in policy.rules.values()
    )
    heads = ("Rule", "What it says, and where that is from", "Outcome", "Evidence", "Classes")
    yield from _table(f"The {len(policy.rules)} rules, in order", heads, rows, "rules")


@blocks.register
def _limits(limits: Limits) -> Iterator[Block]:
    settle = "as the policy says" if limits.settle_s is None else f"{limits.settle_s:g} s"
    yield _facts(
        ("A queued call takes effect within", settle),
        ("Clocks are off by at most", f"{limits.skew_s:g} s"),
        ("An index is behind by at most", f"{limits.max_lag_s:g} s"),
        ("A search is given up after", f"{limits.nodes:,} nodes or {limits.seconds:g} s a person"),
    )


@blocks.register
def _bundle(bundle: Bundle) -> Iterator[Block]:
    yield _facts(
        ("Calls", str(len(bundle.history))),
        ("Policy", words(bundle.policy.title)),
        ("Verdicts given", str(len(bundle.given))),
        ("Judge again", code(".judged()")),
        ("Compare with what was given", code(".same()")),
    )


# --- splits and verdicts --------------------------------------------------------------------------


@blocks.register
def _diagnosed_split(one: DiagnosedSplit) -> Iterator[Block]:
    split = one.split
    yield _facts(
        ("Split", f"at call {split.call}, from {split.source} to {split.target}"),
        ("Cause", (*words(f"{one.title} ({one.confidence}) "), *code(one.cause))),
        ("Rests on", codes(one.rules)),
    )


@blocks.register
def _diagnosed_person(one: DiagnosedPerson) -> Iterator[Block]:
    yield Paragraph(words(f"{len(one.calls)} calls on {explain.listed(one.profiles)}"), "lead")
    for split in one.splits:
        yield from _diagnosed_split(split)
    yield _facts(("Repair", "found" if one.repair else "none found"))


@blocks.register
def _verdict(one: Verdict) -> Iterator[Block]:
    yield Paragraph((*code(one.verdict), *words(f": {RUNGS[one.verdict]}")), "lead")
    # What `because` and `proof` say can name events; all verdicts together show them veiled.
    strength = "not worked out" if one.strength_bits is None else f"{one.strength_bits:.1f} bits"
    yield _facts(
        ("Calls", _numbers(one.calls)),
        ("Profiles", words(", ".join(one.profiles) or "-")),
        ("Observed", str(one.observed)),
        ("Lag", "none needed" if one.lag_s is None else f"{one.lag_s:g} s"),
        ("Swaps", str(one.swaps)),
        ("Strength", strength),
        ("Would decide", _numbers(one.would_decide)),
        ("Rests on", codes(one.rules)),
    )


@blocks.register
def _outcomes(found: Outcomes) -> Iterator[Block]:
    names = _standins(found.replay)
    heads = ("Person", "Calls", "Orders", "That split", "Decided at", "In flight", "Lag")
    lines: Iterable[Line] = ([names[o.person], str(len(o.calls)), *_odds(o)] for o in found)
    yield from _table("In how many orders the calls of a person end split", heads, lines)


@blocks.register
def _person_outcomes(one: PersonOutcomes) -> Iterator[Block]:
    names = ("Orders", "That split", "Decided at", "In flight", "With a lag")
    yield _facts(("Calls", _numbers(one.calls)), *zip(names, _odds(one), strict=True))


def _odds(one: PersonOutcomes) -> tuple[str, ...]:
    counts = ("not counted" if n is None else f"{n:,}" for n in (one.orders, one.split_orders))
    decided = "no call" if one.decided_at is None else f"call {one.decided_at}"
    return (*counts, decided, _possible(one.in_flight), _possible(one.lag))


def _possible(behind: Behind) -> str:
    if behind.granularity == "none":
        return "not found out"
    return "cannot split" if behind.split is None else "can split"


def _standins(replay: Replay) -> dict[PersonName, Rich]:
    """What stands for the name of each person of a replay."""
    veiled = link(shown(replay).history)
    return {name: words(stood) for name, stood in zip(link(replay.history), veiled, strict=False)}


# --- populations, exports -------------------------------------------------------------------------


@blocks.register
def _visibility(found: Visibility) -> Iterator[Block]:
    yield Items(tuple(map(words, found.sentences())))
    heads = ("Seconds since the write", "Look-ups", "Missed", "Share", "Fitted")
    lines = (
        (
            _span(one.low_s, one.high_s),
            str(one.missed.of),
            str(one.missed.count),
            _percent(one.missed.rate if one.missed.of else None),
            _percent(one.fitted),
        )
        for one in found.bins
    )
    yield from _table("Look-ups by the time since the write", heads, lines)


def _span(low_s: float, high_s: float) -> str:
    return f"{low_s:,g} and more" if isinf(high_s) else f"{low_s:g} to {high_s:g}"


@blocks.register
def _calibration(found: Calibration) -> Iterator[Block]:
    yield Items(tuple(map(words, found.sentences())))
    heads = ("Reading", "Persons explained", "Share", "Left")
    lines = (
        (
            words(reading.name),
            f"{one.explained.count} of {one.explained.of}",
            _percent(one.explained.rate),
            "yes" if one.tied else "no",
        )
        for one in found
        for reading in one.readings
    )
    yield from _table("Readings of the open rules, the best first", heads, lines)


@blocks.register
def _suite(found: Suite) -> Iterator[Block]:
    yield Items(tuple(map(words, found.sentences())))
    heads = ("Experiment", "Calls", "Outcomes told apart", "Notation")
    lines = (
        (str(one.number), str(len(one.calls)), str(len(one.predictions)), _notation(one.notation))
        for one in found
    )
    yield from _table("Experiments, the cheapest first; every value is a test value", heads, lines)


def _notation(text: str) -> Rich:
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return tuple(span for line in lines for span in (Span(line, code=True), Span(" ")))


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


@blocks.register
def _observed(found: Observed) -> Iterator[Block]:
    told = found.summary()
    kinds = ("rows", "used", "not_used", "rejected", "events", "profiles", "merges")
    yield _facts(
        ("Calls joined", f"{len(found.joins)} of {len(found.history)}"),
        *((f"Joined by {way}", str(count)) for way, count in found.ways.items()),
        *((f"Left open, {why}", _numbers(calls)) for why, calls in found.open.items()),
        ("Confirmed", _numbers(found.confirmed)),
        ("Merged since", _numbers(found.merged)),
        ("Contradictions", _numbers([one.call for one in found.contradictions])),
        *((f"Exports: {kind.replace('_', ' ')}", str(told[kind])) for kind in kinds),
    )


# --- several, each with the table of its kind -----------------------------------------------------


@blocks.register
def _several(found: Several) -> Iterator[Block]:  # type: ignore[type-arg]
    if not found:
        yield Notice(rich("None."))
        return
    caption, heads = HEADS.get(type(found[0]), ("Results", ("What",)))
    yield from _table(f"{caption}: {len(found)}", heads, map(line, found))


@blocks.register(Split)
@blocks.register(Join)
@blocks.register(Rung)
@blocks.register(Difference)
@blocks.register(ChangedCall)
@blocks.register(Source)
def _one(found: object) -> Iterator[Block]:
    _, heads = HEADS[type(found)]
    yield _facts(*zip(heads, line(found), strict=True))


def of_edges(rows: Iterable[tuple[int, str, str, str, str, str]]) -> Iterator[Block]:
    """Return the calls of an identity graph, one row an edge; no identifier is among them."""
    heads = ("Call", "From", "To", "Matched by", "Rule", "Channel")
    lines = (
        (str(n), words(a), words(b), code(label), code(rule), words(channel))
        for n, a, b, label, rule, channel in sorted(rows)
    )
    yield from _table("Calls, as edges from profile to profile", heads, lines)
