"""Results that come by the dozen, one row each: what stands in its cells, without a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch

from idgraph.differences import ChangedCall, Difference
from idgraph.joining import REASONS, Join
from idgraph.ladders import Rung
from idgraph.sources.base import Source
from idgraph.splitting import Split
from idgraph.views.base.blocks import Rich, code, rich, words

Line = Sequence[str | Rich]
"""The cells of a row; in a text, what stands between backticks is code."""


HEADS: dict[type, tuple[str, tuple[str, ...]]] = {
    Split: ("Splits", ("Call", "From", "To", "Observed only", "Last chance")),
    Join: ("Two persons on one profile", ("Call", "Profile", "Reason", "Confidence", "Persons")),
    Rung: ("Keys, in the order of trial", ("Key", "Finding", "Holder", "At call", "Rules")),
    Difference: ("Situations", ("Situation", "Sent by", "One policy", "The other")),
    ChangedCall: ("Calls that come out differently", ("Call", "One policy", "The other")),
    Source: ("Formats", ("Format", "Title", "Says")),
}
"""By kind of result: the caption of their table, and its heads."""


def codes(texts: Iterable[str]) -> str:
    """Return texts as code, side by side."""
    return " ".join(f"`{text}`" for text in texts) or "-"


@singledispatch
def line(one: object) -> Line:
    """Return the cells of a result that stands in a list."""
    return (words(repr(one)),)


@line.register
def _split_line(one: Split) -> Line:
    chance = "-" if one.chance is None else f"call {one.chance}"
    return (str(one.call), one.source, one.target, "yes" if one.observed else "no", chance)


@line.register
def _join_line(one: Join) -> Line:
    title = (*words(f"{REASONS[one.reason].title} "), *code(one.reason))
    return (str(one.call), one.profile, title, one.confidence, str(len(one.persons)))


@line.register
def _rung_line(one: Rung) -> Line:
    at = "-" if one.at is None else str(one.at)
    return (code(one.key), one.finding, one.holder or "-", at, codes(one.rules))


@line.register
def _difference_line(one: Difference) -> Line:
    return (one.situation, codes(one.senders), words(one.one.words), words(one.other.words))


@line.register
def _changed_line(one: ChangedCall) -> Line:
    return (str(one.call), words(one.one.place), words(one.other.place))


@line.register
def _source_line(one: Source) -> Line:
    return (code(one.name), words(one.title), rich(one.says))
