"""A split: both profiles with what they hold, the calls that decided, why, and by which rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from idgraph import explain
from idgraph.clocks import iso
from idgraph.diagnosis import DiagnosedPerson, DiagnosedSplit, diagnose_person
from idgraph.views.base import ink
from idgraph.views.base.blocks import (
    Block,
    Cell,
    Facts,
    Heading,
    Items,
    Notice,
    Paragraph,
    Rich,
    Row,
    Table,
    code,
    rich,
    words,
)
from idgraph.views.base.view import View

if TYPE_CHECKING:
    from idgraph.calls import CallNumber, Identifier, Key
    from idgraph.replays import Replay
    from idgraph.steps import ProfileName
    from idgraph.views.base.case import Case

Held = Mapping["Key", "Identifier"]


def title(person: DiagnosedPerson, found: DiagnosedSplit) -> str:
    """Return which split of a person it is, by its call and both profiles."""
    place = person.splits.index(found) + 1
    several = f" {place} of {len(person.splits)}" if len(person.splits) > 1 else ""
    split = found.split
    return f"Split{several}: call {split.call}, from {split.source} to {split.target}"


def detail(replay: Replay, person: DiagnosedPerson, found: DiagnosedSplit) -> Iterator[Block]:
    """Return all that is known of one split; what happened stands above it, by the caller."""
    yield holdings(replay, found)
    yield deciding(replay, found)
    yield Facts(
        (
            (rich("Why"), rich(found.why)),
            (rich("Cause"), (*words(f"{found.title} ({found.confidence}) "), *code(found.cause))),
            (rich("What to change"), rich(found.fix)),
            (rich("Last chance"), rich(found.chance)),
        )
    )
    if person.advice:
        yield Notice(rich(person.advice), "good" if person.repair else "note")
    yield Paragraph(rich("It rests on these rules:"))
    yield rules(replay, found)


def holdings(replay: Replay, found: DiagnosedSplit) -> Table:
    """Return what the one profile held when the call came, what it sent, what the other held then.

    Of a profile that only observation knows nobody can tell what it held.
    """
    split = found.split
    call = replay.history.call(split.call)
    before = replay.held(split.source, split.call)
    after = replay.held(split.target, split.call + 1)
    known = {key: None for held in (before, call.keys, after) for key in held}
    order = [key for key in replay.policy.order if key in known]
    order += [key for key in known if key not in order]
    rows = tuple(_row(replay, key, (before, call.keys, after)) for key in order)
    heads = (
        "Key",
        f"{split.source} held before",
        f"Call {split.call} sent",
        f"{split.target} held after" if after else f"{split.target}: observed, not known",
    )
    caption = words(f"Both profiles at call {split.call}")
    return Table(caption, tuple(map(words, heads)), rows, "holdings")


def _row(replay: Replay, key: Key, helds: tuple[Held, Held, Held]) -> Row:
    before, sent, after = (held.get(key) for held in helds)
    cells = [_cell(before, ""), _cell(sent, ""), _cell(after, "")]
    if before is not None and sent is not None:
        same = replay.policy.canonical(before) == replay.policy.canonical(sent)
        cells[1] = _cell(sent, "matched" if same else "changed")
    return Row((Cell(code(replay.policy.label(key))), *cells))


def _cell(identifier: Identifier | None, mark: str) -> Cell:
    if identifier is None:
        return Cell(words("-"), "muted")
    return Cell(code(ink.shorten(identifier.text, ink.LONGEST) or '""'), mark)


def deciding(replay: Replay, found: DiagnosedSplit) -> Table:
    """Return the calls on which the split hangs, in order; each row leads to its call."""
    split = found.split
    roles: dict[CallNumber, list[str]] = {}
    for rung in found.rungs:
        label = explain.label(replay.policy, rung.key)
        if rung.finding == "replaced" and rung.at is not None:
            roles.setdefault(rung.at, []).append(f"took the {label} from {split.source}")
        elif rung.holder == split.source and rung.at is not None:
            roles.setdefault(rung.at, []).append(f"put the {label} on {split.source}")
    if split.chance is not None:
        roles.setdefault(split.chance, []).append("the last that could have joined them")
    how = "was observed on" if split.observed else "landed on"
    roles.setdefault(split.call, []).append(f"{how} {split.target}: the split")
    rows = tuple(_deciding(replay, number, roles[number]) for number in sorted(roles))
    heads = ("Call", "At (UTC)", "What it is", "Row")
    return Table(rich("The calls that decided it"), tuple(map(rich, heads)), rows, "deciding")


def _deciding(replay: Replay, number: CallNumber, roles: list[str]) -> Row:
    call = replay.history.call(number)
    at = (iso(call.at) or "-").replace("T", " ").removesuffix("Z")
    says: Rich = rich(explain.upper(explain.listed(roles)))
    name = f"{number} ({call.channel})"
    cells = (words(name), words(at), says, words(call.origin or "-"))
    return Row(tuple(map(Cell, cells)), number)


def rules(replay: Replay, found: DiagnosedSplit) -> Items:
    """Return the rules on which a split rests, each with its evidence and source."""
    policy = replay.policy
    return Items(
        tuple(
            (*code(rule), *rich(f": {explain.rule_sentence(policy, rule)}")) for rule in found.rules
        )
    )


def decisive(person: DiagnosedPerson) -> tuple[tuple[CallNumber, ProfileName], ...]:
    """Return the call of each split with the profile that it should have found."""
    return tuple((found.split.call, found.split.source) for found in person.splits)


def blocks(replay: Replay, person: DiagnosedPerson) -> Iterator[Block]:
    """Return all splits of a person, one under the other."""
    for found in person.splits:
        yield Heading(words(title(person, found)), 3)
        yield Notice(rich(found.happened), "warning")
        yield from detail(replay, person, found)


def _blocks(case: Case) -> tuple[Block, ...]:
    person = diagnose_person(case.replay, case.person, case.persons)
    return tuple(blocks(case.replay, person)) if person else ()


VIEW = View("split", "How the person was split", _blocks)
