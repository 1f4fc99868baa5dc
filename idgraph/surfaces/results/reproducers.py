"""A reproducer for people: the calls that are left, what each came to, and what stays."""

from __future__ import annotations

from collections.abc import Iterator

from idgraph.calls import Call, CallNumber
from idgraph.clocks import Instant
from idgraph.minimising import Reproducer, wording
from idgraph.views.base.blocks import Block, Cell, Items, Paragraph, Row, Table, rich, words

_HEADS = ("call", "was", "gap", "channel", "event", "keys", "found by", "filed under")


def blocks(found: Reproducer, of: int | None = None) -> Iterator[Block]:
    """Return a table of the calls and the sentences; `of` is how many calls there were.

    Values stand in it as the reproducer has them: give it a redacted one.
    """
    yield Paragraph(rich(wording.headline(found, of)), "lead")
    rows = [
        Row(tuple(Cell(words(text)) for text in _cells(found, number, call, gap)))
        for number, (call, gap) in enumerate(zip(found.history, found.gaps, strict=True), 1)
    ]
    yield Table(words("The calls that are left"), tuple(map(rich, _HEADS)), tuple(rows))
    one = found.split
    sentences = (
        f"What happened: {one.happened}",
        f"Why {one.split.source} was not found: {one.why}",
        f"What to change: {one.fix}",
        found.diagnosed.advice,
        wording.GAPS,
        wording.minimal_sentence(found),
    )
    yield Items(tuple(rich(sentence) for sentence in sentences))


def _cells(
    found: Reproducer, number: CallNumber, call: Call, gap: Instant | None
) -> tuple[str, ...]:
    step, policy = found.replay.step(number), found.replay.policy
    keys = ", ".join(f"{policy.label(one.key)}={one.text}" for one in call.identifiers)
    by = policy.label(step.matched) if step.matched else "(created)" if step.created else "-"
    landed = f"{step.landed or '-'}{' (observed)' if call.observed else ''}"
    was = str(found.numbers[number - 1])
    what = call.event or call.endpoint
    return (str(number), was, wording.gap_words(gap), call.channel, what, keys, by, landed)
