"""The chapters of a report, in blocks: the verdict, the splits, the rules, what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from idgraph import explain
from idgraph.advising import Advice, Effect, Repairs, advice_sentence
from idgraph.calls import History, Identifier
from idgraph.clocks import iso
from idgraph.coverage import cover
from idgraph.diagnosis import DiagnosedPerson, Diagnosis, hinge_sentence
from idgraph.firmness import HOLDS
from idgraph.joining import REASONS, Join, by_profile, sharers
from idgraph.ladders import WhyNot
from idgraph.merging import BLOCKS, WARNINGS, MergeList, MergePair
from idgraph.replays import Replay
from idgraph.views import split as splitting
from idgraph.views import why_not as view
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
    Span,
    Table,
    code,
    rich,
    words,
)
from idgraph.views.base.case import Case

MOST = 40
"""Cases that are drawn; further persons that split are listed in the summary only."""
_REJECTS = 100
_PAIRS = 20
_NAMED = 5
"""Persons of one profile that are named; the others are counted."""
_SUMMARY = ("Person", "Profiles", "Split at", "Cause", "What happened", "What to change")


def verdict(diagnosis: Diagnosis) -> str:
    """Return in a sentence how many persons split, and how many share a profile."""
    total, split = len(diagnosis.people), len(diagnosis.persons)
    calls = len(diagnosis.replay)
    scope = f"{explain.counted(calls, 'call')} of {explain.counted(total, 'person')}"
    shared = explain.sharing_words(diagnosis.joins)
    if split:
        parted = f"{split} of {explain.counted(total, 'person')} split into several profiles"
        return f"{explain.listed((parted, *shared))} ({scope})."
    if shared:
        return f"Nobody split, but {explain.listed(shared)} ({scope})."
    return f"Nobody split: {scope}, and each person has one profile."


def _unsplit(diagnosis: Diagnosis) -> Notice:
    """The verdict where nobody split, which is good news where nobody shares a profile either."""
    sure = "warning" if sharers(diagnosis.joins) else "note"
    return Notice(rich(verdict(diagnosis)), sure if diagnosis.joins else "good")


def summary(diagnosis: Diagnosis) -> list[Block]:
    """Return who split, at which call, why, and what to change: one row a person."""
    if not diagnosis.persons:
        return [_unsplit(diagnosis)]
    rows = tuple(_summed(person) for person in diagnosis.persons)
    caption = rich("Persons with more than one profile, in the order of their splits")
    blocks: list[Block] = [Table(caption, tuple(map(rich, _SUMMARY)), rows, "summary")]
    left = len(diagnosis.persons) - MOST
    if left > 0:
        blocks.append(Notice(rich(f"The first {MOST} of them are drawn below; {left} are not.")))
    return blocks


def _summed(person: DiagnosedPerson) -> Row:
    first = person.splits[0]
    cells = (
        words(person.name),
        words(", ".join(person.profiles)),
        words(f"call {first.split.call}"),
        (*words(first.title), Span(" "), Span(first.cause, code=True)),
        rich(first.happened),
        rich(first.fix),
    )
    return Row(tuple(Cell(cell) for cell in cells))


def diagnosed(told: Replay, person: DiagnosedPerson) -> Iterator[Block]:
    """Go through the splits of a person: what happened, why, and what to change."""
    for found in person.splits:
        yield Heading(words(splitting.title(person, found)), 3)
        yield Facts(
            (
                (rich("What happened"), rich(found.happened)),
                (rich("Why"), rich(found.why)),
                (
                    rich("Cause"),
                    (*words(f"{found.title} ({found.confidence}) "), *code(found.cause)),
                ),
                (rich("What to change"), rich(found.fix)),
                (rich("Last chance"), rich(found.chance)),
                (rich("Rests on"), rich(", ".join(f"`{rule}`" for rule in found.rules))),
            )
        )
        yield splitting.holdings(told, found)
    if person.advice:
        yield Notice(rich(person.advice), "good" if person.repair else "note")


def joined(diagnosis: Diagnosis) -> Iterator[Block]:
    """Return which profiles are of two persons, why, and what to change; may be empty."""
    groups = by_profile(diagnosis.joins)
    for group in groups[:MOST]:
        yield from _joined(diagnosis.replay, group)
    if len(groups) > MOST:
        yield Notice(rich(f"And {len(groups) - MOST} more, which are not listed here."))


def _joined(told: Replay, group: tuple[Join, ...]) -> Iterator[Block]:
    first = group[0]
    names = list(dict.fromkeys(name for join in group for name in join.persons))
    since = f"joined at call {first.call}" if len(group) == 1 else f"from call {first.call} on"
    who = "perhaps several persons" if first.suspected else f"{_named(names)}, {since}"
    yield Heading(words(f"{first.profile}: {who}"), 3)
    happened, advice = explain.join_sentences(told, first)
    title = f"{REASONS[first.reason].title} ({first.confidence}) "
    yield Facts(
        (
            (rich("What happened"), rich(happened)),
            (rich("Reason"), (*words(title), *code(first.reason))),
            (rich("What to change"), rich(advice)),
        )
    )


def _named(names: Sequence[str]) -> str:
    left = len(names) - _NAMED
    return explain.listed([*names[:_NAMED], *([f"{left} more"] if left > 0 else [])])


def company(diagnosis: Diagnosis, case: Case) -> str:
    """Return with whom a person shares a profile, for a heading; "" where with nobody."""
    mine = tuple(dict.fromkeys(map(diagnosis.replay.survivor, case.profiles)))
    met = [join for join in diagnosis.joins if join.profile in mine]
    others = [name for name in sharers(met) if name != case.person]
    which = [name for name in mine if len(mine) > 1 and any(j.profile == name for j in met)]
    part = f"{explain.listed(which)} " if which else ""
    return f", {part}shared with {_named(others)}" if others else ""


def why_not(found: WhyNot) -> list[Block]:
    """Return why a call did not go to a profile, key by key, and what was missing."""
    rows = tuple(view.rungs(found.replay, found.call, found.profile))
    verb = "go" if found.found else "not go"
    caption = words(f"Why did call {found.call} {verb} to {found.profile}?")
    table = Table(caption, tuple(map(rich, view.HEADS)), rows, "why-not")
    return [table, Notice(rich(explain.why_not_sentence(found)), "good" if found.link else "note")]


def hinges(diagnosis: Diagnosis) -> list[Block]:
    """Return what would come out otherwise if rules that nothing documents did; may be empty."""
    found = diagnosis.hinges[:MOST]
    if not found:
        return []
    sentences = tuple(words(hinge_sentence(hinge)) for hinge in found)
    return [
        Paragraph(rich("These results hang on rules that nothing documents:")),
        Items(sentences),
    ]


def repairs(found: Repairs) -> Iterator[Block]:
    """Return the changes at call sites with what they do to everybody, then person by person."""
    told = found.diagnosis.replay
    if not found.persons:
        yield _unsplit(found.diagnosis)
        return
    if found.advice:
        heads = ("Change", "Calls", "Keeps whole", "Splits instead", "Joins two persons")
        rows = tuple(_advised(told, one) for one in found.advice)
        if len(rows) > 1:
            first = (Cell(rich("All verified ones without side effects, at once")), Cell(words("")))
            rows += (Row((*first, *_effect(found.together))),)
        caption = rich("Changes at call sites, tried on every call there")
        yield Table(caption, tuple(map(rich, heads)), rows, "repairs")
    yield Paragraph(rich("Person by person, the smallest change:"))
    shown = found.persons[:MOST]
    yield Items(tuple(rich(f"{one.name}: {one.advice}{_hold(found, one)}") for one in shown))
    left = len(found.persons) - len(shown)
    if left:
        yield Paragraph(rich(f"And {explain.counted(left, 'person')} more."))


def _hold(found: Repairs, person: DiagnosedPerson) -> str:
    """How firmly the person's repair holds, where there is one."""
    hold = found.holds.get(person.name)
    return f" {HOLDS[hold]}" if hold else ""


def _advised(told: Replay, one: Advice) -> Row:
    said = rich(advice_sentence(told, one))
    return Row((Cell(said), Cell(words(str(len(one.calls)))), *_effect(one.effect, one.verified)))


def _effect(effect: Effect, verified: bool = True) -> tuple[Cell, ...]:  # noqa: FBT001, FBT002
    cured = f"{len(effect.cures)}{'' if verified else ' (each by itself)'}"
    return tuple(Cell(words(text)) for text in (cured, str(len(effect.harms)), str(effect.joins)))


def merges(found: MergeList, *, redact: bool = True) -> Iterator[Block]:
    """Return which profiles to merge into which, what speaks against the others, the warnings."""
    pairs = found.shown(redact=redact)
    if not pairs:
        yield Notice(rich("No person has several profiles: there is nothing to merge."), "good")
        return
    caption = f"{len(found.ready)} of {explain.counted(len(pairs), 'pair')} ready to merge"
    heads = ("Person", "Destination", "Its id", "Source", "Its id", "Reason", "Blocked")
    yield Table(rich(caption), tuple(map(rich, heads)), tuple(map(_merge, pairs)), "merges")
    if found.blocked:
        yield Paragraph(rich("Not to be merged, and why:"))
        every = {code: [pair for pair in pairs if pair.blocked == code] for code in found.blocked}
        yield Items(tuple(rich(_block(code, held)) for code, held in every.items()))
    yield from (Notice(rich(sentence), "warning") for sentence in WARNINGS)


def _merge(pair: MergePair) -> Row:
    said = (pair.person, pair.destination, pair.destination_id, pair.source, pair.source_id)
    cells = [Cell(words(text or "not known")) for text in said]
    codes = [Cell(code(pair.reason)), Cell(code(pair.blocked) if pair.blocked else words("-"))]
    return Row((*cells, *codes))


def _block(code: str, pairs: Sequence[MergePair]) -> str:
    """Return which pairs something speaks against, and what."""
    named = [f"{pair.source} into {pair.destination}" for pair in pairs[:_PAIRS]]
    left = len(pairs) - len(named)
    more = [f"{left} more"] if left > 0 else []
    return f"`{code}` ({explain.listed([*named, *more])}): {BLOCKS[code]}."


def rules(replayed: Replay, *others: Replay) -> list[Block]:
    """Return the rules that a replay used, each with its source, and what was assumed.

    Those of `others`, which are of the same policy, are among them.
    """
    policy = replayed.policy
    steps = [step for each in (replayed, *others) for step in each]
    used = {code for step in steps for code in (step.rule, *step.assumed)}
    used |= {change.rule for step in steps for change in step.changed}
    used |= {kept.rule for step in steps for kept in step.kept}
    codes = [rule for rule in policy.rules if rule in used]
    rows = tuple(
        Row(
            (
                Cell(code(rule)),
                Cell(rich(explain.rule_sentence(policy, rule))),
                Cell(words(policy.rules[rule].evidence)),
            )
        )
        for rule in codes
    )
    columns = (rich("Rule"), rich("What it says, and where that is from"), rich("Evidence"))
    blocks: list[Block] = [Table(words(policy.title), columns, rows, "rules")]
    told = [f"`{rule}` comes out as {outcome}" for rule, outcome in replayed.assumptions.items()]
    if told:
        blocks.append(Notice(rich(f"Assumed for this replay: {'; '.join(told)}."), "warning"))
    return blocks


def calls(history: History, most: int) -> Table:
    """Return the first calls of a history: when, by whom, what, with which identifiers."""
    rows = tuple(
        Row(
            (
                Cell(words(str(number))),
                Cell(words((iso(call.at) or "-").replace("T", " ").removesuffix("Z"))),
                Cell(words(call.channel)),
                Cell(words(call.event or call.endpoint or "-")),
                Cell(_identifiers(call.identifiers)),
                Cell(words(call.origin)),
            )
        )
        for number, call in enumerate(history.calls[:most], 1)
    )
    left = len(history) - len(rows)
    caption = f"The first {most} of {len(history)} calls" if left > 0 else "Calls, in order"
    heads = ("Call", "At (UTC)", "Channel", "Event", "Identifiers", "Row")
    return Table(words(caption), tuple(map(rich, heads)), rows)


def _identifiers(identifiers: Iterable[Identifier]) -> Rich:
    spans: list[Span] = []
    for one in identifiers:
        value = one.text if one.number else f'"{one.text}"'
        spans += [Span(f"{one.key}={value}", code=True), Span(" ")]
    return tuple(spans)


def reading(history: History) -> list[Block]:
    """Return how the rows of the input were used: they add up."""
    rows = history.reading
    dropped = "; ".join(f"{n} {reason}" for reason, n in sorted(rows.not_calls.items()))
    clocks = ", ".join(f"{name} ({count} calls)" for name, count in history.clocks.items())
    pairs = [
        ("Rows read", str(rows.rows)),
        ("Rows with calls", f"{rows.with_calls}, which hold {rows.calls} calls"),
        ("Not calls", f"{sum(rows.not_calls.values())}{f': {dropped}' if dropped else ''}"),
        ("Rejected", str(len(rows.rejects))),
        ("Formats", ", ".join(rows.formats) or "-"),
        ("Ordered by", clocks or "-"),
        ("Ties", f"{explain.counted(len(history.ties), 'group')} of calls at the same instant"),
    ]
    blocks: list[Block] = [Facts(tuple((words(name), words(value)) for name, value in pairs))]
    blocks += [Notice(words(sentence)) for sentence in rows.notes]
    if rows.rejects:
        refused = tuple(
            Row((Cell(words(r.origin)), Cell(code(r.slug)), Cell(words(r.reason))))
            for r in rows.rejects[:_REJECTS]
        )
        names = (rich("Row"), rich("Kind"), rich("Reason"))
        blocks.append(Table(rich(f"Rejected rows ({len(refused)} shown)"), names, refused))
    untold = cover(history).unanswerable
    if untold:
        blocks.append(Paragraph(rich("What these data cannot tell:")))
        blocks.append(Items(tuple(words(sentence) for sentence in untold)))
    return blocks
