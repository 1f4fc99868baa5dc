"""What the command line shows people: results and catalogues as blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from idgraph import differences as unlike
from idgraph import explain
from idgraph.calls import History, Identifier, Reading
from idgraph.causes import Cause
from idgraph.clocks import iso
from idgraph.coverage import Coverage, cover
from idgraph.demos import Demo
from idgraph.diagnosis import DiagnosedPerson, Diagnosis, hinge_sentence
from idgraph.joining import REASONS, by_profile
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.rules import Rule
from idgraph.sources.base import Source
from idgraph.steps import Step
from idgraph.verdicts import RUNGS, Verdicts
from idgraph.views.base.blocks import (
    Block,
    Cell,
    Heading,
    Items,
    Paragraph,
    Rich,
    Row,
    Table,
    rich,
    words,
)

_VERDICTS = ("verdict", "persons", "what it says")
REJECTS_SHOWN = 20
JOINS_SHOWN = 40


def calls(history: History) -> Iterator[Block]:
    """Return a table of the calls, and the account of the rows."""
    rows = (
        (str(n), iso(c.at) or "", c.channel, c.event or c.endpoint, _keys(c.keys.items()), c.origin)
        for n, c in enumerate(history, 1)
    )
    heads = ("call", "at (UTC)", "channel", "event", "keys", "origin")
    yield _table(history.title or "Calls", heads, rows)
    yield from account(history)


def account(history: History) -> Iterator[Block]:
    """Return how the rows were used: nothing is lost."""
    return statement(cover(history), history.reading)


def statement(found: Coverage, reading: Reading) -> Iterator[Block]:
    """Return the account of the rows, what the calls cover, and what they cannot tell."""
    more = f" ({found.calls} calls)" if found.calls != found.with_calls else ""
    unused, rejected = sum(found.not_calls.values()), len(reading.rejects)
    counts = f"{found.with_calls} with calls{more}, {unused} not calls, {rejected} rejected"
    yield Paragraph(words(f"{found.rows} rows read: {counts}."))
    sentences = [*found.sentences(), *reading.notes]
    sentences += [f"rejected: {r.origin}: {r.reason}" for r in reading.rejects[:REJECTS_SHOWN]]
    left = rejected - REJECTS_SHOWN
    sentences += [f"and {left} more rejects; write them with --rejects FILE"] if left > 0 else []
    yield Items(tuple(words(sentence) for sentence in sentences))
    if found.unanswerable:
        yield Paragraph(words("What these data cannot tell:"))
        yield Items(tuple(words(sentence) for sentence in found.unanswerable))


def steps(replay: Replay) -> Iterator[Block]:
    """Return a table of what each call came to."""
    heads = ("call", "at (UTC)", "channel", "event", "found by", "profile", "rule", "changed")
    rows = ((*_sent(step), *_came_to(replay, step)) for step in replay)
    yield _table(replay.history.title or "Steps", heads, rows)
    assumed = dict.fromkeys(code for step in replay for code in step.assumed)
    if assumed:
        yield Paragraph(words("Assumed, as nothing documents it or it is inferred:"))
        yield Items(tuple(_rule_words(replay.policy, code) for code in assumed))


def _sent(step: Step) -> tuple[str, ...]:
    call = step.call
    return (str(step.number), iso(call.at) or "", call.channel, call.event or call.endpoint)


def _came_to(replay: Replay, step: Step) -> tuple[str, ...]:
    found = replay.policy.label(step.matched) if step.matched else "(created)"
    if step.profile is None:
        found = "(refused)" if step.refused else "(no known key)"
    where = step.profile or "-"
    if step.deviates:
        where = f"{where}, observed {step.landed}"
    changed = ", ".join(
        f"{replay.policy.label(c.key)} {'set' if c.before is None else 'replaced'}"
        for c in step.changed
    )
    return found, where, step.rule, changed


def diagnosis(found: Diagnosis) -> Iterator[Block]:
    """Return who split, at which call, why and what to change."""
    total, split = len(found.people), len(found)
    head = (f"{split} of {total} persons split", *explain.sharing_words(found.joins))
    yield Heading(words("; ".join(head)))
    for person in found:
        yield from _person(found.replay, person)
    yield from _joined(found)
    if found.hinges:
        yield Heading(words("What hangs on a rule that nothing documents"), level=3)
        yield Items(tuple(words(hinge_sentence(hinge)) for hinge in found.hinges))
    rules = dict.fromkeys(code for person in found for one in person.splits for code in one.rules)
    if rules:
        yield Heading(words("The rules on which this rests"), level=3)
        yield Items(tuple(_rule_words(found.replay.policy, code) for code in rules))
    yield from account(found.replay.history)


def _person(replay: Replay, person: DiagnosedPerson) -> Iterator[Block]:
    names = explain.listed(person.profiles)
    counts = f"{len(person.calls)} calls, {len(person.profiles)} profiles ({names})"
    heading = f"{explain.upper(explain.person_words(person.name))}: {counts}"
    yield Heading(words(heading), level=3)
    for one in person.splits:
        origin = replay.history.call(one.split.call).origin
        yield Paragraph(
            words(f"Split at call {one.split.call} ({origin}): {one.title} [{one.cause}]")
        )
        sentences = (
            f"What happened: {one.happened}",
            f"Why {one.split.source} was not found: {one.why}",
            one.chance,
            f"What to change: {one.fix}",
        )
        yield Items(tuple(rich(sentence) for sentence in sentences))
    yield Paragraph(rich(person.advice))


def _joined(found: Diagnosis) -> Iterator[Block]:
    """The profiles of two persons: the first call of each reason, and how many there are."""
    groups = by_profile(found.joins)
    if groups:
        yield Heading(words("Two persons on one profile"), level=3)
    for group in groups[:JOINS_SHOWN]:
        first, more = group[0], len(group) - 1
        origin = found.replay.history.call(first.call).origin
        title = REASONS[first.reason].title
        head = f"{first.profile}, at call {first.call} ({origin}): {title} [{first.reason}]"
        yield Paragraph(words(head))
        happened, advice = explain.join_sentences(found.replay, first)
        sentences = [f"What happened ({first.confidence}): {happened}", f"What to change: {advice}"]
        sentences += [f"And {more} further persons came to it for this reason."] if more else []
        yield Items(tuple(rich(sentence) for sentence in sentences))
    if len(groups) > JOINS_SHOWN:
        yield Paragraph(words(f"And {len(groups) - JOINS_SHOWN} more; see them all with --json."))


def verdicts(found: Verdicts) -> Iterator[Block]:
    """Return what can explain each person's profiles, with the proof; clean ones are counted."""
    telling = [one for one in found if one.verdict != "clean"]
    yield Heading(words(f"{len(telling)} of {explain.counted(len(found), 'person')} to explain"))
    for one in telling:
        named = explain.upper(explain.person_words(one.person))
        yield Heading(words(f"{named}: {one.verdict}"), level=3)
        yield Paragraph(rich(one.because))
        if one.proof:
            yield Items(tuple(map(rich, one.proof)))
    rows = ((rung, str(number), RUNGS[rung]) for rung, number in found.counts.items())
    yield _table("Verdicts", _VERDICTS, rows)


def policies(chosen: Sequence[Policy]) -> Iterator[Block]:
    """Return the policies that ship."""
    rows = ((one.name, one.since or "", one.until or "today", one.title) for one in chosen)
    yield _table("Policies", ("policy", "since", "until", "of what"), rows)
    yield Paragraph(words("Show one with `idgraph policy NAME`, a rule with `... NAME RULE`."))


def policy(chosen: Policy) -> Iterator[Block]:
    """Return a policy's rules, in order."""
    yield Heading(words(chosen.title))
    yield Paragraph(rich(chosen.says))
    rows = (
        (r.code, r.kind, " ".join(r.classes) or "all", r.decided or "seen", r.evidence, r.says)
        for r in chosen.rules.values()
    )
    kinds = ((k.code, " ".join((*k.endpoints, *k.channels)), k.says) for k in chosen.kinds)
    yield _table("Classes of calls", ("class", "endpoints and channels", "says"), kinds)
    yield _table("Rules", ("rule", "kind", "class", "outcome", "evidence", "says"), rows)
    sources = (f"{source.code}: {source.title} ({source.date})" for source in chosen.source)
    yield Paragraph(words("Sources:"))
    yield Items(tuple(words(source) for source in sources))


def differences(one: Policy, other: Policy) -> Iterator[Block]:
    """Return the typical situations in which two policies do not do the same."""
    found = unlike.compare_policies(one, other)
    rows = (
        (d.situation, " ".join(d.senders), d.one.words, d.other.words)  # the keys of nobody
        for d in found
    )
    if found:
        yield _table("Differences", ("situation", "sent by", one.name, other.name), rows)
    else:
        yield Paragraph(words("No typical situation comes out differently."))


def changed_calls(history: History, one: Policy, other: Policy) -> Iterator[Block]:
    """Return the calls of a history that come out differently."""
    found = unlike.changed_calls(history, one, other)
    rows = ((str(c.call), history.call(c.call).origin, c.one.place, c.other.place) for c in found)
    if found:
        yield _table("Calls", ("call", "origin", one.name, other.name), rows)
    yield Paragraph(words(f"{len(found)} of {len(history)} calls come out differently."))


def rule(chosen: Policy, row: Rule) -> Iterator[Block]:
    """Return one rule, with its source."""
    yield Heading(words(f"{chosen.name}: {row.code}"))
    yield Paragraph(rich(explain.rule_sentence(chosen, row.code)))
    if row.allowed:
        choice = explain.listed((f"--assume {row.code}={end}" for end in row.allowed), last="or")
        yield Paragraph(words(f"Goes by {row.decided}; try {choice}."))


def causes(known: Iterable[Cause]) -> Iterator[Block]:
    """Return the catalogue of causes, by rank."""
    rows = ((one.code, one.title, one.advice, one.source) for one in known)
    yield _table("Causes", ("cause", "title", "advice", "known from"), rows)


def formats(known: Iterable[Source]) -> Iterator[Block]:
    """Return the formats that are read."""
    yield _table("Formats", ("format", "title", "says"), ((s.name, s.title, s.says) for s in known))


def demos(stories: Iterable[Demo]) -> Iterator[Block]:
    """Return the built-in histories."""
    yield _table("Built-in histories", ("name", "title"), ((s.name, s.title) for s in stories))
    yield Paragraph(words("Show one with `idgraph demo NAME`."))


def _rule_words(policy: Policy, code: str) -> Rich:
    return rich(f"{code}: {explain.rule_sentence(policy, code)}")


def _keys(keys: Iterable[tuple[str, Identifier]]) -> str:
    return " ".join(f"{key}={i.text}" if i.number else f'{key}="{i.text}"' for key, i in keys)


def _table(caption: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> Table:
    return Table(
        words(caption),
        tuple(words(head) for head in heads),
        tuple(Row(tuple(Cell(words(text)) for text in row)) for row in rows),
    )
