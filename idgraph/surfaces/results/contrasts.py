"""What separates duplicated persons from correct ones, as blocks: for a terminal and a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idgraph.contrasts import Contrast, Effect, Estimate, Example, Separator, veiled
from idgraph.contrasts.wording import ratio_words
from idgraph.populations.rates import percent
from idgraph.replays import Replay
from idgraph.views.base.blocks import Block, Cell, Heading, Items, Rich, Row, Table, rich, words

ROWS = 25
_DRAWN = 3
_STATUS = {
    "verified": "verified by replay",
    "associated": "seen together",
    "goes-along": "goes along",
}


def blocks_of(found: Contrast) -> Iterator[Block]:
    """Return what leads in sentences, all features in a table, and persons of either kind.

    Names of persons and words out of payloads stand in it as in the contrast: veil that first.
    """
    bad, good = found.bad_persons, found.good_persons
    head = f"{bad:,} duplicated person{'s' * (bad != 1)} against {good:,} correct"
    yield Heading(words(head))
    yield from detail(found)


def detail(found: Contrast) -> Iterator[Block]:
    """Return the same without a heading."""
    yield Items(tuple(rich(sentence) for sentence in found.sentences()))
    if found.features:
        yield _features(found)
    if found.causes:
        yield _persons(found)


def veiled_blocks(found: Contrast) -> Iterator[Block]:
    """Return the same with a stand-in for each name of a person and each word out of a payload."""
    return blocks_of(veiled(found))


def _features(found: Contrast) -> Table:
    left = len(found.features) - ROWS
    more = f", and {left} more with --json" if left > 0 else ""
    heads = (
        *("feature", "duplicated", "correct", "difference (95 %)", "risk ratio (95 %)"),
        *("p, corrected", "undone", "it"),
    )
    return Table(
        rich(f"What separates them{more}"),
        tuple(words(head) for head in heads),
        tuple(_row(found, one) for one in found.features[:ROWS]),
    )


def _row(found: Contrast, one: Separator) -> Row:
    table = one.estimate
    cells: tuple[Rich, ...] = (
        rich(found.words(one.feature)),
        words(percent(table.rate_bad)),
        words(percent(table.rate_good)),
        words(_difference(table.difference)),
        words(ratio_words(table.ratio)),
        words(f"{one.p:.2g}"),
        words(_undone(one.effect)),
        words(_STATUS[one.status]),
    )
    mark = "muted" if one.status == "goes-along" else ""
    return Row(tuple(Cell(text, mark) for text in cells))


def _difference(one: Estimate) -> str:
    value, low, high = (f"{100 * number:.0f}" for number in (one.value, one.low, one.high))
    return f"{value} ({low} to {high})"


def _undone(effect: Effect | None) -> str:
    if effect is None:
        return "cannot be"
    if not effect.ruled and not effect.unseen:
        return "nothing to replay"
    return f"{effect.removes} of {effect.held} gone"


def _persons(found: Contrast) -> Table:
    """Persons to look at: of each feature that leads, some of both groups."""
    rows = [
        Row(
            (
                Cell(rich(found.words(one.feature))),
                Cell(_group(example)),
                Cell(words(shows)),
                Cell(words(example.person)),
                Cell(words(str(example.call))),
            )
        )
        for one in found.causes
        for shows, examples in _kinds(one)
        for example in examples
    ]
    heads = ("feature", "person is", "shows it", "person", "call")
    return Table(words("Persons to look at"), tuple(words(head) for head in heads), tuple(rows))


def drawn(found: Contrast) -> list[tuple[str, Replay, Example]]:
    """Return some persons of the first cause, of both groups, each with a line about it."""
    cause = next(iter(found.causes), None)
    if cause is None:
        return []
    bad = [(f"{o.person}: duplicated, see call {o.call}", found.bad, o) for o in cause.bad]
    good = [(f"{o.person}: correct, without it", found.good, o) for o in cause.spared]
    return [*bad[:_DRAWN], *good[:_DRAWN]]


def _group(example: Example) -> Rich:
    return words("duplicated" if example.bad else "correct")


def _kinds(one: Separator) -> Iterable[tuple[str, tuple[Example, ...]]]:
    return (("yes", one.bad), ("yes", one.good), ("no", one.spared))
