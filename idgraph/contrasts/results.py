"""What a contrast of two groups of persons comes to, as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from idgraph.calls import CallNumber
from idgraph.contrasts import wording
from idgraph.contrasts.features import Feature
from idgraph.contrasts.intervals import Estimate, Fourfold
from idgraph.contrasts.undoing import Effect
from idgraph.persons import PersonName
from idgraph.registry import Shown
from idgraph.replays import Replay

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["verified", "associated", "goes-along"]
"""`verified`: separates the groups, and undoing it removes duplicates by replay. `associated`:
separates them, nothing that was tried explains it away, and no replay can show what it does.
`goes-along`: separates them, and makes no difference given another one, or when undone."""
Reason = Literal["", "given-others", "given-calls", "no-effect"]
"""Why a feature only goes along: given the features that lead, given the number of calls, or
because undoing it removes no duplicate."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a contrast was asked for.

    `alpha` is the share of contrasts that find anything where there is nothing, at most. `halves`
    says whether features were chosen in one half of the persons and estimated in the other.
    """

    alpha: float
    permutations: int
    seed: int
    halves: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What is left of a feature among persons who are alike otherwise.

    `ratio` is its risk ratio over the strata (95 %), None where no stratum can tell; `p` how likely
    chance alone would leave so much.
    """

    ratio: Estimate | None
    p: float


@dataclass(frozen=True, slots=True)
class Example:
    """A person to look at: of the bad or the good group, and a call; its first where it has none.

    `call` is the first call at which the feature holds. `person` is a name out of the log.
    """

    bad: bool
    person: PersonName = field(repr=False)
    call: CallNumber


@dataclass(frozen=True, slots=True)
class Separator:
    """A feature that separates the groups more than chance does.

    `p` is its chance corrected for all that were tried, in the persons in which it was `mined`;
    `estimate` are the persons of the other half, or the same ones where there are no halves.
    `leader` is the code of the feature with which it goes along, "" for none. `alike` are features
    that nearly the same persons show. `effect` is what undoing it does, None for a circumstance
    and where no edit undoes it. `by_calls` is what is left of it among persons with about as many
    calls, `given` among persons alike in the features that lead, None where none led before it.
    `bad` and `good` are persons that show it, `spared` correct ones that do not.
    """

    feature: Feature
    status: Status
    reason: Reason
    leader: str
    p: float
    mined: Fourfold
    estimate: Fourfold
    alike: tuple[Feature, ...]
    effect: Effect | None
    by_calls: Given
    given: Given | None
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    spared: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Two or three features that separate the groups together better than any fewer of them.

    Mined in one half; `p`, corrected for the conjunctions that were tested, and `estimate` are of
    the other half. `given` is what is left of it among persons alike in the features that lead,
    None where none leads.
    """

    features: tuple[Feature, ...]
    p: float
    mined: Fourfold
    estimate: Fourfold
    given: Given | None
    bad: tuple[Example, ...]
    good: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class TooFew:
    """That nothing was ranked: so many persons in the groups, and so many are needed in each.

    `least_p` is the smallest chance that the permutations could have come to, where that is what
    is too large; None where persons are what is missing.
    """

    bad: int
    good: int
    needed: int
    least_p: float | None = None


@dataclass(frozen=True, repr=False)
class Contrast(Shown):
    """What separates the duplicated persons from the correct ones.

    `good` and `bad` are the replays that the persons are from: the same one where a fleet was
    divided by outcome (`divided`). `bad_persons` and `good_persons` are how many were compared,
    `left_out` those of a single call, which cannot split. `observed` of the compared persons were
    seen on profiles by the platform, for the others the rules say. `features` are ranked: what
    leads, each followed by what goes along with it. `tried` is how many features were described and
    `tested` how many of them were shown by enough persons.

    >>> import idgraph as ig
    >>> ig.contrast(ig.demo("shop"))
    <Contrast klaviyo-classic: 4 duplicated persons against 2 correct ones; too few to rank
    anything>
    """

    good: Replay
    bad: Replay
    divided: bool
    bad_persons: int
    good_persons: int
    left_out: int
    observed: int
    tried: int
    tested: int
    features: tuple[Separator, ...]
    conjunctions: tuple[Conjunction, ...]
    too_few: TooFew | None
    settings: Settings

    def __len__(self) -> int:
        """Return the number of features that separate the groups."""
        return len(self.features)

    def __iter__(self) -> Iterator[Separator]:
        """Go through the features that separate the groups."""
        return iter(self.features)

    @property
    def causes(self) -> tuple[Separator, ...]:
        """The features that lead: `verified` and `associated`, without what goes along."""
        return tuple(one for one in self.features if one.status != "goes-along")

    @property
    def why_too_few(self) -> str | None:
        """Say what is missing for a ranking; None where nothing is."""
        return None if self.too_few is None else wording.of_too_few(self.too_few)

    def words(self, feature: Feature) -> str:
        """Return a feature as a clause, keys in the spelling of the policy."""
        return feature.words(self.bad.policy.label)

    def sentences(self) -> tuple[str, ...]:
        """Return what the contrast says, for people."""
        return tuple(wording.of_contrast(self))

    def table(self) -> pd.DataFrame:
        """Return one row a feature, ranked: its figures among the persons it is estimated from.

        Rates are shares of either group, `low` and `high` the 95 % interval of their difference,
        `ratio_low` and `ratio_high` that of the risk ratio. `removed` of `split` duplicates are
        gone by replay, both None where nothing could be undone.
        """
        from idgraph.frames import Frame

        return Frame([self._row(one) for one in self.features], columns=_COLUMNS)

    def _row(self, one: Separator) -> tuple[object, ...]:
        found, effect = one.estimate, one.effect
        differ, ratio = found.difference, found.ratio
        return (
            one.feature.code,
            self.words(one.feature),
            one.feature.kind,
            one.status,
            one.leader,
            one.p,
            found.rate_bad,
            found.rate_good,
            *(differ.value, differ.low, differ.high),
            *(ratio.value, ratio.low, ratio.high),
            None if effect is None else effect.removes,
            None if effect is None else effect.held,
        )

    def __repr__(self) -> str:
        """Say in one line what was compared and what leads, without a person's name."""
        head = f"<Contrast {self.bad.policy.name}: {self.bad_persons} duplicated persons against "
        head += f"{self.good_persons} correct ones; "
        if self.too_few is not None:
            return f"{head}too few to rank anything>"
        led = ", ".join(f"{one.feature.name} {one.status}" for one in self.causes)
        along = len(self.features) - len(self.causes)
        return f"{head}{led or 'nothing leads'}, {along} only go along>"


_COLUMNS = [
    *("code", "feature", "kind", "status", "goes_with", "p", "rate_bad", "rate_good"),
    *("difference", "low", "high", "ratio", "ratio_low", "ratio_high", "removed", "split"),
]
