"""A comparison of two histories for people: what makes the difference, and both side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from idgraph.calls import CallNumber
from idgraph.comparison import Comparison, Difference, Pair, Told, difference_words, sentences
from idgraph.comparison.wording import came
from idgraph.explain import call_words, counted, listed, upper
from idgraph.steps import ProfileName
from idgraph.views.base.blocks import (
    Block,
    Cell,
    Items,
    Paragraph,
    Row,
    Table,
    rich,
    words,
)

TITLE = "What makes the difference?"
ROWS = 60
"""An alignment of more rows is shown by those that differ, and those beside them."""
_AROUND = 2
_DRAWN = 400
"""Rows that are shown at most."""
IDLE = 20
"""Differences without effect that are listed; the others are counted."""
MATTERS = "makes the difference"


def heads(found: Comparison) -> tuple[str, str]:
    """Return what the two sides are called: by how they came out, or by their policies."""
    if found.policies:
        return found.good.replay.policy.name, found.bad.replay.policy.name
    return "Correct", "Duplicated"


def sides(found: Comparison) -> tuple[str, str]:
    """Return the two sides as a sentence names them."""
    if found.policies:
        return heads(found)
    return "the correct history", "the duplicated history"


def blocks(found: Comparison, prefix: str | None = None) -> Iterator[Block]:
    """Return all that is said of a comparison; with a `prefix`, rows have anchors `row-N`."""
    yield lead(found)
    yield from detail(found, prefix)


def lead(found: Comparison) -> Paragraph:
    """Return the sentence that says it all."""
    return Paragraph(rich(sentences(found)[0]), "lead")


def detail(found: Comparison, prefix: str | None = None) -> Iterator[Block]:
    """Return the other sentences, the alignment, what makes no difference, and the chain."""
    # The chain has a table of its own.
    ends = tuple(f"; with the difference undone it {link.would_be}." for link in found.chain)
    more = [said for said in sentences(found)[1:] if not (ends and said.endswith(ends))]
    if more:
        yield Items(tuple(rich(said) for said in more))
    yield alignment(found, prefix)
    yield from _rest(found)
    if found.chain:
        yield chain(found)


# --- how much a difference weighs ----------------------------------------------------------------


def weight(found: Comparison, one: Difference) -> str:
    """Return in words what a difference counts for; nothing where that was not asked.

    `makes the difference` is one of the smallest set, `would do it too` one of another such set.
    """
    if one in found.minimal:
        return MATTERS
    if any(one.number in numbers for numbers in (*found.flips.forth, *found.flips.back)):
        return "would do it too"
    if not one.read:
        return "read by no rule"
    if found.alone:
        return "is not to blame"
    if found.minimal:
        return "makes no difference" if found.flips.idle_verified else "not known"
    return ""


def ranked(found: Comparison, differences: Iterable[Difference]) -> list[Difference]:
    """Return differences, those that matter first, then those that a rule reads."""
    return sorted(differences, key=lambda one: (one not in found.minimal, not one.read, one.number))


# --- the alignment -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Hand:
    """One side of a comparison, ready to be told."""

    told: Told

    @cached_property
    def _arrivals(self) -> dict[ProfileName, int]:
        """The profiles of the person, counted from 1 by arrival: no name differs by its place."""
        mine, found = set(self.told.people.calls[self.told.person]), dict[ProfileName, int]()
        for number in self.told.numbers:
            landed = self.told.replay.step(number).landed
            if number in mine and landed is not None:
                found.setdefault(self.told.replay.survivor(landed), len(found) + 1)
        return found

    def words(self, number: CallNumber | None) -> str:
        """Return a call and what came of it, in words without a value."""
        if number is None:
            return "no such call"
        replay, step = self.told.replay, self.told.replay.step(number)
        where = self._index(step.profile)
        seen = f", but is observed on {self._profile(step.landed)}" if step.deviates else ""
        return f"{upper(call_words(replay, number))} {came(replay.policy, step, where)}{seen}"

    def _index(self, profile: ProfileName | None) -> int | None:
        return self._arrivals.get(self.told.replay.survivor(profile)) if profile else None

    def _profile(self, profile: ProfileName | None) -> str:
        index = self._index(profile)
        return f"profile {index}" if index else "a profile of somebody else"


def alignment(found: Comparison, prefix: str | None = None) -> Table:
    """Return both histories side by side, row by row; of a long one only what differs."""
    kept = shown_rows(found)
    hands = _Hand(found.good), _Hand(found.bad)
    one, other = heads(found)
    columns = ("Row", one, other, "What differs", "Comes out")
    rows = tuple(_row(found, pair, hands, prefix) for pair in kept)
    caption = "Both, row by row"
    if left := len(found) - len(kept):
        verb = "is" if left == 1 else "are"
        caption = f"{len(kept)} of {len(found)} rows: what differs, and what stands beside it; "
        caption += f"{counted(left, 'row')} {verb} left out"
    return Table(words(caption), tuple(map(rich, columns)), rows, "alignment")


def shown_rows(found: Comparison) -> Sequence[Pair]:
    """Return the rows to show: all, or those that differ and come out differently, with others.

    Those with a difference that matters, and the first that comes out differently, go before all
    others where there are too many.
    """
    if len(found) <= ROWS:
        return found.pairs
    telling = {one.row + 1 for one in found.minimal} | {found.first_divergence or 1}
    differing = [p.number for p in found.pairs if p.differences or not p.matches]
    kept: set[int] = set()
    for number in (*sorted(telling), *differing):
        if len(kept) >= _DRAWN:
            break
        kept.update(range(max(1, number - _AROUND), min(len(found), number + _AROUND) + 1))
    return [found.pairs[number - 1] for number in sorted(kept)]


def _row(found: Comparison, pair: Pair, hands: tuple[_Hand, _Hand], prefix: str | None) -> Row:
    outcome, mark = comes_out(found, pair)
    matters = any(one in found.minimal for one in pair.differences)
    cells = (
        Cell(words(str(pair.number))),
        Cell(rich(hands[0].words(pair.good)), "" if pair.good else "muted"),
        Cell(rich(hands[1].words(pair.bad)), "" if pair.bad else "muted"),
        Cell(rich(_differs(found, pair) or "-"), "changed" if matters else ""),
        Cell(words(outcome), mark),
    )
    if prefix is None:
        return Row(cells)
    return Row(cells, pair.number, f"{prefix}row-{pair.number}")


def comes_out(found: Comparison, pair: Pair) -> tuple[str, str]:
    """Return whether both calls of a row came out alike, in words and as a mark."""
    if pair.number == found.first_divergence:
        return "differently, for the first time", "split"
    if not pair.matches:
        return "differently", "changed"
    return ("alike", "muted") if pair.holds else ("alike, but the profile holds something else", "")


def _differs(found: Comparison, pair: Pair) -> str:
    """The differences of a row in words, those that matter first; where the call was moved."""
    matters = [_told(found, one) for one in pair.differences if one in found.minimal]
    others = [one for one in ranked(found, pair.differences) if one not in found.minimal]
    told = [f"{upper(MATTERS)}: {listed(matters)}."] if matters else []
    if others:
        besides = "Besides: " if matters else ""
        told.append(f"{upper(besides + '; '.join(_told(found, one) for one in others))}.")
    if pair.moved is not None:
        told.append(f"The same call stands in row {pair.moved}.")
    return " ".join(told)


def _told(found: Comparison, one: Difference) -> str:
    """A difference in words; the call has its name in the cell beside it already."""
    said = difference_words(found, one)
    if one.kind == "removed":
        said = "the call is missing"
    elif one.bad is not None:
        named = call_words(found.bad.replay, one.bad)
        said = said.removeprefix(named).removeprefix(":").strip()
    return said


# --- the rest ------------------------------------------------------------------------------------


def _rest(found: Comparison) -> Iterator[Block]:
    idle = ranked(found, found.idle())
    if not idle:
        return
    yield Paragraph(rich(_idle_words(found)))
    told = [upper(difference_words(found, one)) for one in idle[:IDLE]]
    left = len(idle) - len(told)
    yield Items(tuple(rich(one) for one in (*told, *([f"And {left} more."] if left else []))))


def _idle_words(found: Comparison) -> str:
    if found.alone:
        return "Differences that are not to blame:"
    if not found.minimal:
        return "What differs, without being known to matter:"
    if found.flips.idle_verified:
        return "Differences that make no difference:"
    return "Other differences; whether they matter in other combinations is not known:"


def chain(found: Comparison) -> Table:
    """Return the calls that come out otherwise once the smallest difference is undone."""
    columns = ("Call", "As it is", "With the difference undone")
    rows = (
        (words(upper(call_words(found.bad.replay, link.call))), rich(link.is_now), link.would_be)
        for link in found.chain
    )
    made = tuple(Row((Cell(call), Cell(now), Cell(rich(then)))) for call, now, then in rows)
    caption = "From the difference to the split, call by call"
    return Table(words(caption), tuple(map(rich, columns)), made, "chain")
