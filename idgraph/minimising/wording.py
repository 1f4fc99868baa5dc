"""A reproducer in words: a sentence for people, and the text of a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from idgraph.calls import Call, CallNumber
from idgraph.clocks import Instant, iso, span
from idgraph.explain import call_words, counted, keyed, label, step_sentence, upper
from idgraph.inert import visible
from idgraph.minimising.pacing import matters
from idgraph.rules import RuleCode

if TYPE_CHECKING:
    from idgraph.minimising.results import Reproducer


GAPS = (
    "A gap of one minute is one that does not matter, any other one does; so the times are not "
    "those of the log."
)


def headline(found: Reproducer, of: int | None = None) -> str:
    """Return in a sentence what is left; `of` is how many calls there were, None if unsaid."""
    before = f" of {of}" if of is not None else ""
    rest = f"{counted(len(found), 'call')}{before} still split the person at call {found.call}"
    judged = f", verdict {found.verdict}" if found.verdict else ""
    return f"{rest}: {found.split.title} [{found.cause}]{judged}."


def minimal_sentence(found: Reproducer) -> str:
    """Return in a sentence what was tried."""
    tried = f"{counted(found.trials, 'set')} of calls replayed."
    if found.minimal is None:
        return f"Fewer calls may do: the search ended early; {tried}"
    return f"Leaving out any one call loses it (1-minimal); {tried}"


def gap_words(gap: Instant | None) -> str:
    """Return the gap before a call, marked where it matters; nothing where no clock tells."""
    if gap is None:
        return ""
    if gap == 0:
        return "at once (matters)"
    return f"{span(gap)} later{' (matters)' if matters(gap) else ''}"


def ticket(found: Reproducer) -> str:
    """Return the text in Markdown: what happens, the calls, the rules, how to reproduce."""
    return "\n".join(map(visible, _ticket(found))) + "\n"


def _ticket(found: Reproducer) -> Iterator[str]:
    told, one = found.replay, found.split
    yield f"# One person becomes two profiles: {one.title}"
    yield ""
    yield f"{upper(counted(len(found), 'call'))}, in this order, under {told.policy.title}:"
    yield ""
    yield "| call | when (UTC) | gap | channel | request | identifiers | filed under |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for number, (call, gap) in enumerate(zip(found.history, found.gaps, strict=True), 1):
        yield f"| {' | '.join(_cells(found, number, call, gap))} |"
    yield ""
    yield f"{GAPS} P1, P2 and so on are profiles in the order in which they came about."
    yield ""
    yield "## Expected"
    yield ""
    yield from _expected(found)
    yield ""
    yield "## What happened"
    yield ""
    yield _prose(one.happened)
    yield _prose(f"Why {one.split.source} was not found: {one.why}")
    if found.verdict:
        yield f"What can explain what was observed: {found.verdict}."
    yield ""
    yield "## What would mend it"
    yield ""
    yield _prose(one.fix)
    yield _prose(found.diagnosed.advice)
    yield ""
    yield "## To reproduce"
    yield ""
    assumed = "".join(f" --assume {c}={o}" for c, o in sorted(told.assumptions.items()))
    yield f"`idgraph diagnose calls.jsonl --policy {told.policy.name}{assumed}`"
    if found.sendable:
        yield "or, at a test account, `HOST=... sh calls.sh`."
    yield minimal_sentence(found)


def _cells(found: Reproducer, number: CallNumber, call: Call, gap: Instant | None) -> Iterable[str]:
    step = found.replay.step(number)
    policy = found.replay.policy
    keys = (f"{label(policy, one.key)} {_code(one.text, one.number)}" for one in call.identifiers)
    what = " ".join(word for word in (call.endpoint, _plain(call.event)) if word)
    landed = f"{step.landed or '-'}{' (observed)' if call.observed else ''}"
    at = iso(call.at) or "-"
    return (str(number), at, gap_words(gap), call.channel, what, ", ".join(keys), _plain(landed))


def _expected(found: Reproducer) -> Iterator[str]:
    """By which rules the call belongs where: what was observed elsewhere, or what they split."""
    told, one = found.replay, found.split
    step = told.step(one.split.call)
    if one.split.observed:
        ruled = found.replay.step(one.split.call)
        yield f"By the rules {call_words(told, ruled.number)} goes to {ruled.profile or 'nobody'}:"
        codes: tuple[RuleCode, ...] = tuple(dict.fromkeys((ruled.rule, *one.rules)))
    else:
        yield f"One profile, {one.split.source}: all these calls are of one person."
        yield _prose(f"{step_sentence(told, step)} It follows from")
        codes = one.rules
    yield ""
    for code in codes:
        rule = told.policy.rules[code]
        source = told.policy.sources[rule.source]
        dated = f", {source.date}" if source.date else ""
        yield f"- `{code}`: {keyed(rule.says)} ({rule.evidence}; {source.title}{dated})"


def _code(text: str, number: bool) -> str:  # noqa: FBT001 - of an identifier
    """A value as code in a cell: what a stranger wrote breaks neither the cell nor the code."""
    shown = text if number else repr(text)
    return f"`{_plain(shown).replace('`', chr(39))}`"


def _prose(text: str) -> str:
    """A sentence in which a stranger's word makes no markup and no link; it holds none of ours."""
    return text.replace("<", "&lt;").replace("[", "\\[")


def _plain(text: str | None) -> str:
    """A text in one cell of a table."""
    return " ".join((text or "").replace("|", "\\|").split())
