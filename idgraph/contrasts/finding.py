"""From two groups of persons to what separates them: describe, rank by chance, verify."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import TYPE_CHECKING

from idgraph import policy as policies
from idgraph.calls import History
from idgraph.contrasts import permuting, ranking, subgroups
from idgraph.contrasts.cases import Case, Side
from idgraph.contrasts.ranking import Candidate, fourfold
from idgraph.contrasts.results import Conjunction, Contrast, Separator, Settings, TooFew
from idgraph.contrasts.tables import Sheet, sheet
from idgraph.errors import UsageError
from idgraph.persons import PersonName, Persons, link
from idgraph.replays import Replay, replay
from idgraph.rulebook import Policy
from idgraph.splitting import landed_on

if TYPE_CHECKING:
    import numpy as np

    from idgraph.contrasts.tables import Flags, Matrix

FEWEST = 10
"""With fewer persons in a group nothing is ranked."""
FEWEST_HALVED = 40
"""With fewer persons in the smaller group there are no halves: a half of 20 finds too little."""
FEWEST_CALLS = 2
"""A person of a single call cannot split."""


def contrast(
    good: History | Replay,
    bad: History | Replay | None = None,
    *,
    policy: str | Policy | None = None,
    alpha: float = 0.05,
    permutations: int = 1000,
    seed: int = 0,
) -> Contrast:
    """Return what separates the persons that have several profiles from those that have one.

    With `good` alone its persons are divided by outcome: by where their calls were observed, and by
    the rules where they were not. With `bad` the persons of that history stand against those of
    `good`, whatever came of them. Persons of a single call are left out. Features are told from the
    calls alone. With at least 40 persons in either group, features are chosen in one half of them,
    drawn by `seed`, and estimated in the other; else chosen and estimated in all, which flatters
    them. `alpha` is shared evenly by single features and conjunctions. With fewer than 10 persons
    in a group, or too few permutations for `alpha`, nothing is ranked. `policy` is as in `replay`;
    None takes that of a replay, and picks one for a history. Deterministic.

    >>> import idgraph as ig
    >>> ig.contrast(ig.demo_fleet(60), permutations=100).features[0].feature.code
    'old-email-after-change'
    """
    _check(alpha, permutations)
    sides = [_side(one, policy) for one in ((good,) if bad is None else (good, bad))]
    cases = [case for place, side in enumerate(sides) for case in _cases(side, place, len(sides))]
    whole = sum(len(case.numbers) < FEWEST_CALLS for case in cases)
    cases = [case for case in cases if len(case.numbers) >= FEWEST_CALLS]
    count = sum(case.bad for case in cases)
    few = _too_few(count, len(cases) - count, alpha, permutations)
    halved = few is None and min(count, len(cases) - count) >= FEWEST_HALVED
    settings = Settings(alpha, permutations, seed, halved)
    described = None if few else sheet(cases)
    features: tuple[Separator, ...] = ()
    conjunctions: tuple[Conjunction, ...] = ()
    if described is not None and described.columns:
        features, conjunctions = _Search(described, settings).results()
    return Contrast(
        good=sides[0].replay,
        bad=sides[-1].replay,
        divided=bad is None,
        bad_persons=count,
        good_persons=len(cases) - count,
        left_out=whole,
        observed=sum(any(call.observed for call in case.calls) for case in cases),
        tried=described.tried if described else 0,
        tested=len(described.columns) if described else 0,
        features=features,
        conjunctions=conjunctions,
        too_few=few,
        settings=settings,
    )


def _check(alpha: float, permutations: int) -> None:
    if not 0 < alpha < 1:
        raise UsageError("alpha is no chance", remedy="Give a number between 0 and 1.")
    if permutations < 1:
        raise UsageError("there are no permutations", remedy="Give 1 or more.")


def _side(given: History | Replay, policy: str | Policy | None) -> Side:
    if isinstance(given, Replay):
        told = given if policy is None else replay(given.history, policy)
    else:
        told = replay(given, policies.pick(given)[0] if policy is None else policy)
    return Side(told, link(told.history))


def _cases(side: Side, place: int, of: int) -> list[Case]:
    def outcome(name: PersonName, people: Persons) -> bool:
        return len(landed_on(side.replay, people.calls[name])) > 1 if of == 1 else place == 1

    people = side.people
    return [Case(side, name, people.calls[name], outcome(name, people)) for name in people]


def _too_few(bad: int, good: int, alpha: float, permutations: int) -> TooFew | None:
    if min(bad, good) < FEWEST:
        return TooFew(bad, good, FEWEST)
    least = max(1 / (permutations + 1), 1 / comb(bad + good, bad))
    return TooFew(bad, good, FEWEST, least) if least > alpha / 2 else None


class _Search:
    """The persons of both groups, in halves where there are enough."""

    def __init__(self, described: Sheet, settings: Settings) -> None:
        self.sheet, self.settings = described, settings
        every = described.bad | ~described.bad
        seed = (settings.seed, 0)
        self.mined = permuting.halves(described.bad, seed=seed) if settings.halves else every
        self.told = ~self.mined if settings.halves else every

    def results(self) -> tuple[tuple[Separator, ...], tuple[Conjunction, ...]]:
        """Return the features, then the conjunctions, for which there are halves."""
        candidates = self._candidates()
        alpha = self.settings.alpha / max(1, len(candidates))
        features = ranking.ranked(candidates, alpha=alpha, seed=self.settings.seed)
        if not self.settings.halves:
            return features, ()
        led = {one.feature.code for one in features if one.status != "goes-along"}
        leaders = [one for one in candidates if one.column.feature.code in led]
        return features, tuple(self._conjunctions(leaders))

    def _candidates(self) -> list[Candidate]:
        """The features that chance does not explain in one half, nor turn about in the other."""
        matrix, bad = self._half(self.sheet.matrix, self.mined)
        chances = self._chances(matrix, bad, 1)
        scores = permuting.scores(matrix, bad.astype(matrix.dtype)[None, :])[0]
        other, told = self._half(self.sheet.matrix, self.told)
        return [
            Candidate(self.sheet, place, p, float(scores[place]), self.mined, self.told)
            for place, p in enumerate(chances.tolist())
            if p <= self.settings.alpha / 2 and _confirmed(other[:, place], told)
        ]

    def _conjunctions(self, leaders: Sequence[Candidate]) -> list[Conjunction]:
        """Those mined in one half that chance does not explain in the other, nor what leads."""
        import numpy as np

        matrix, bad = self._half(self.sheet.matrix, self.mined)
        mined = subgroups.mined(matrix, bad)
        if not mined:
            return []
        every = np.stack([subgroups.conjoined(self.sheet.matrix, one) for one in mined], axis=1)
        other, told = self._half(every, self.told)
        chances = self._chances(other, told, 2).tolist()
        return [
            found
            for place, (members, p) in enumerate(zip(mined, chances, strict=True))
            if p <= self.settings.alpha / 2
            and _confirmed(other[:, place], told)
            and (found := self._conjunction(members, every[:, place], p, leaders)) is not None
        ]

    def _conjunction(
        self, members: subgroups.Members, column: Matrix, p: float, leaders: Sequence[Candidate]
    ) -> Conjunction | None:
        """The conjunction; None where it makes no difference given what leads."""
        given = None
        if leaders:
            seed = self.settings.seed
            given = ranking.given_leaders(self.sheet, column, leaders, seed=seed)
            if given.p > self.settings.alpha / subgroups.MOST:
                return None
        columns = [self.sheet.columns[place] for place in members]

        def named(*, bad: bool) -> list[int]:
            return list(ranking.examples(self.sheet, column, bad=bad, shows=True))

        return Conjunction(
            features=tuple(one.feature for one in columns),
            p=p,
            mined=fourfold(*self._half(column, self.mined)),
            estimate=fourfold(*self._half(column, self.told)),
            given=given,
            bad=tuple(ranking.example_of(self.sheet, n, columns) for n in named(bad=True)),
            good=tuple(ranking.example_of(self.sheet, n, columns) for n in named(bad=False)),
        )

    def _half(self, matrix: Matrix, half: Flags) -> tuple[Matrix, Flags]:
        return matrix[half], self.sheet.bad[half]

    def _chances(self, matrix: Matrix, bad: Flags, part: int) -> np.typing.NDArray[np.float64]:
        count, seed = self.settings.permutations, self.settings.seed
        return permuting.chances(matrix, bad, permutations=count, seed=(seed, part))


def _confirmed(column: Matrix, bad: Flags) -> bool:
    """Whether the difference of the two shares is above nothing, by its 95 % interval."""
    return fourfold(column, bad).difference.low > 0
