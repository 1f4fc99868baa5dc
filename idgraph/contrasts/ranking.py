"""What leads and what only goes along with it: told apart by strata and by replay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from idgraph.contrasts import permuting
from idgraph.contrasts.intervals import Fourfold, mantel_haenszel
from idgraph.contrasts.results import Example, Given, Reason, Separator, Status
from idgraph.contrasts.tables import Column, Sheet
from idgraph.contrasts.undoing import Effect, undone

if TYPE_CHECKING:
    from idgraph.contrasts.tables import Flags, Matrix

EXAMPLES = 5
"""So many persons of a kind are named for each feature."""


@dataclass(frozen=True)
class Candidate:
    """A feature that chance does not explain: its column, its place, and its corrected p."""

    sheet: Sheet
    place: int
    p: float
    score: float
    mined: Flags
    estimated: Flags

    @property
    def column(self) -> Column:
        """The feature, and where it holds."""
        return self.sheet.columns[self.place]

    @cached_property
    def effect(self) -> Effect | None:
        """What undoing it does; None for a circumstance and where no edit undoes it."""
        if self.column.feature.kind != "mechanism":
            return None
        cases = self.sheet.cases
        bad = ((cases[n], holds) for n, holds in self.column.holds.items() if cases[n].bad)
        return undone(bad)

    @property
    def verified(self) -> bool:
        """Whether a replay without it has fewer duplicates."""
        return self.effect is not None and self.effect.removes > self.effect.new

    @property
    def idle(self) -> bool:
        """Whether there were duplicates that it could have removed, and it removed none."""
        effect = self.effect
        return effect is not None and effect.ruled > 0 and effect.removes <= effect.new


def ranked(candidates: Iterable[Candidate], *, alpha: float, seed: int) -> tuple[Separator, ...]:
    """Return the features, what leads first and each followed by what goes along with it.

    Those that a replay verifies are asked first, by how far they stand out. One leads unless what
    is left of it among persons alike in those that lead already could be chance (at `alpha`, among
    all persons); unless, not being verified, what is left of it among persons with about as many
    calls could be; or unless undoing it removes no duplicate though the rules make duplicates of
    persons who show it.
    """
    order = sorted(candidates, key=lambda one: (not one.verified, -one.score, one.place))
    leaders: list[_Placed] = []
    along: list[_Placed] = []
    for one in order:
        placed = _placed(one, leaders, alpha, seed)
        (along if placed.status == "goes-along" else leaders).append(placed)
    return tuple(_separators(leaders, along))


@dataclass
class _Placed:
    """A candidate and what was decided of it."""

    candidate: Candidate
    status: Status
    reason: Reason
    leader: str
    by_calls: Given
    given: Given | None

    @property
    def code(self) -> str:
        return self.candidate.column.feature.code


def _placed(one: Candidate, leaders: Sequence[_Placed], alpha: float, seed: int) -> _Placed:
    sheet, column = one.sheet, _column(one)
    given = None
    if leaders:
        given = given_leaders(sheet, column, [led.candidate for led in leaders], seed=seed)
    by_calls = stratified(column, sheet.bad, sheet.thirds, seed=seed)
    leader = _nearest(one, leaders)
    status: Status = "goes-along"
    reason: Reason = ""
    if given is not None and given.p > alpha:
        reason = "given-others"
    elif one.idle:
        reason = "no-effect"
    elif not one.verified and by_calls.p > alpha:
        reason, leader = "given-calls", ""
    else:
        status = "verified" if one.verified else "associated"
        leader = ""
    return _Placed(one, status, reason, leader, by_calls, given)


def given_leaders(
    sheet: Sheet, column: Matrix, leaders: Iterable[Candidate], *, seed: int
) -> Given:
    """Return what is left of a column among persons who are alike in what leads."""
    columns = [_column(one).astype(int).tolist() for one in leaders]
    return stratified(column, sheet.bad, list(zip(*columns, strict=True)), seed=seed)


def stratified(column: Matrix, bad: Flags, strata: Sequence[Hashable], *, seed: int) -> Given:
    """Return what is left of a feature among persons of the same stratum."""
    counts: defaultdict[Hashable, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for held, hit, stratum in zip(column.tolist(), bad.tolist(), strata, strict=True):
        row = counts[stratum]
        row[0 if held else 2] += hit
        row[1 if held else 3] += 1
    rows = [(row[0], row[1], row[2], row[3]) for row in counts.values()]
    return Given(mantel_haenszel(rows), permuting.given(rows, seed=(seed, 3)))


def fourfold(column: Matrix, bad: Flags) -> Fourfold:
    """Count the persons of both groups that show a feature."""
    held = column > 0
    return Fourfold(
        int((held & bad).sum()), int(bad.sum()), int((held & ~bad).sum()), int((~bad).sum())
    )


def examples(sheet: Sheet, column: Matrix, *, bad: bool, shows: bool) -> tuple[int, ...]:
    """Return the places of the first persons of a group that show a feature, or do not."""
    held = column > 0
    wanted = (sheet.bad == bad) & (held == shows)
    return tuple(int(place) for place in wanted.nonzero()[0][:EXAMPLES])


def _column(one: Candidate) -> Matrix:
    return one.sheet.matrix[:, one.place]


def _nearest(one: Candidate, leaders: Sequence[_Placed]) -> str:
    """The leader whose persons it overlaps most."""
    mine = one.column.holds.keys()

    def overlap(led: _Placed) -> float:
        theirs = led.candidate.column.holds.keys()
        return len(mine & theirs) / len(mine | theirs)

    return max(leaders, key=overlap).code if leaders else ""


def _separators(leaders: list[_Placed], along: list[_Placed]) -> Iterator[Separator]:
    for led in leaders:
        yield _separator(led)
        yield from (_separator(one) for one in along if one.leader == led.code)
    yield from (_separator(one) for one in along if not one.leader)


def _separator(placed: _Placed) -> Separator:
    one = placed.candidate
    sheet, column = one.sheet, _column(one)
    bad, mined, told = sheet.bad, one.mined, one.estimated

    def named(*, of_bad: bool, shows: bool) -> tuple[Example, ...]:
        places = examples(sheet, column, bad=of_bad, shows=shows)
        return tuple(_example(sheet, place, one.column) for place in places)

    return Separator(
        feature=one.column.feature,
        status=placed.status,
        reason=placed.reason,
        leader=placed.leader,
        p=one.p,
        mined=fourfold(column[mined], bad[mined]),
        estimate=fourfold(column[told], bad[told]),
        alike=one.column.alike,
        effect=one.effect,
        by_calls=placed.by_calls,
        given=placed.given,
        bad=named(of_bad=True, shows=True),
        good=named(of_bad=False, shows=True),
        spared=named(of_bad=False, shows=False),
    )


def _example(sheet: Sheet, place: int, column: Column) -> Example:
    case = sheet.cases[place]
    holds = column.holds.get(place, ())
    call = holds[0].call if holds else case.numbers[0]
    return Example(case.bad, case.person, call)


def example_of(sheet: Sheet, place: int, columns: Iterable[Column]) -> Example:
    """Return a person with the last of the calls at which its features first hold."""
    case = sheet.cases[place]
    return Example(case.bad, case.person, max(one.holds[place][0].call for one in columns))
