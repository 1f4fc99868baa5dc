"""What the command line shows of what could have been, and of many persons at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import inf

from idgraph.explain import counted, person_words, upper
from idgraph.outlook import Outcomes, PersonOutcomes, outcome_sentences
from idgraph.outlook.wording import number_words
from idgraph.populations import Bin, Prediction, Suite, Visibility
from idgraph.populations.rates import Share, percent
from idgraph.populations.words import of_landings, seconds
from idgraph.views.base.blocks import (
    Block,
    Cell,
    Heading,
    Items,
    Paragraph,
    Row,
    Table,
    words,
)

PARTITIONS_SHOWN = 12
READINGS_SHOWN = 4


def outcomes(found: Outcomes) -> Iterator[Block]:
    """Return every way that the calls of each person could have gone; those of one way only count.

    A person whose calls can come in one order, and cannot miss each other, is only counted.
    """
    open_ = [one for one in found if _open(one)]
    told = f"{len(open_)} of {counted(len(found), 'person')} could have gone another way"
    yield Heading(words(told))
    for one in open_:
        yield Heading(words(upper(person_words(one.person))), level=3)
        yield Items(tuple(words(sentence) for sentence in outcome_sentences(one)))
        if len(one.partitions) > 1:
            yield _partitions(one)
        if one.inevitability:
            rows = [(str(call), f"{float(share):.0%}") for call, share in one.inevitability]
            yield _table("How inevitable the split is", ("after call", "end split"), rows)


def _open(one: PersonOutcomes) -> bool:
    ways = {len(part.profiles) for part in one.partitions}
    behind = one.in_flight.split or one.lag.split
    return one.orders != 1 or len(ways) > 1 or (bool(behind) and ways == {1})


def _partitions(one: PersonOutcomes) -> Table:
    rows = [
        (
            "; ".join(", ".join(map(str, calls)) for calls in part.profiles),
            number_words(part.orders),
            ", ".join(map(str, part.witness)),
        )
        for part in one.partitions[:PARTITIONS_SHOWN]
    ]
    left = len(one.partitions) - PARTITIONS_SHOWN
    more = f", and {left} more with --json" if left > 0 else ""
    heads = ("calls on each profile", "orders", "one of them")
    return _table(f"What the orders come to{more}", heads, rows)


def visibility(found: Visibility) -> Iterator[Block]:
    """Return how often look-ups miss, by the time since the write, and what that says."""
    yield Heading(words(repr(found).strip("<>")))
    rows = [
        (_gap(one), f"{one.missed.of:,}", f"{one.missed.count:,}", _rate(one.missed))
        for one in found.bins
        if one.missed.of
    ]
    heads = ("time since the write", "look-ups", "missed", "share (95 %)")
    yield _table("How often a look-up misses", heads, rows)
    yield Items(tuple(words(sentence) for sentence in found.sentences()))


def experiments(found: Suite) -> Iterator[Block]:
    """Return the calls to make on a test account, and what each reading predicts."""
    yield Heading(words(repr(found).strip("<>")))
    yield Items(tuple(words(sentence) for sentence in found.sentences()))
    for one in found:
        yield Heading(words(f"Experiment {one.number}"), level=3)
        yield Items(tuple(words(line) for line in one.notation.splitlines()))
        rows = [
            (of_landings(prediction.landings), _named(prediction)) for prediction in one.predictions
        ]
        yield _table("What each reading predicts", ("what is seen", "readings"), rows)
    if found.timed is not None:
        yield Heading(words("Lag or queue"), level=3)
        for trial in found.timed.trials:
            yield Paragraph(words(f"{seconds(trial.gap_s)} after the update:"))
            yield Items(tuple(words(line) for line in trial.notation.splitlines()))


def _named(prediction: Prediction) -> str:
    """The readings that predict something; of many only how many."""
    names = [reading.name for reading in prediction.readings]
    left = len(names) - READINGS_SHOWN
    return "; ".join(names) if left <= 0 else "; ".join([*names[:2], f"and {len(names) - 2} more"])


def _gap(one: Bin) -> str:
    if one.high_s == inf:
        return f"{one.low_s:g} s and more"
    return f"{one.low_s:g} to {one.high_s:g} s"


def _rate(missed: Share) -> str:
    low, high = missed.interval
    return f"{percent(missed.rate or 0.0)} ({percent(low)} to {percent(high)})"


def _table(caption: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> Table:
    return Table(
        words(caption),
        tuple(words(head) for head in heads),
        tuple(Row(tuple(Cell(words(text)) for text in row)) for row in rows),
    )
