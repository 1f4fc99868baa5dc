"""How far two shares differ, with intervals: what a person reads behind a ranked feature."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from statistics import NormalDist

from idgraph.searching.sampling import wilson

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fourfold:
    """Persons by feature and group: `bad` and `good` are those that show the feature.

    `bad_of` and `good_of` are all persons of the two groups.
    """

    bad: int
    bad_of: int
    good: int
    good_of: int

    @property
    def holding(self) -> int:
        """The persons that show the feature."""
        return self.bad + self.good

    @property
    def rate_bad(self) -> float:
        """The share of the duplicated persons that show it."""
        return self.bad / self.bad_of

    @property
    def rate_good(self) -> float:
        """The share of the correct persons that show it."""
        return self.good / self.good_of

    @property
    def difference(self) -> Estimate:
        """How much larger the share is among the duplicated (95 %)."""
        return newcombe(self.bad, self.bad_of, self.good, self.good_of)

    @property
    def ratio(self) -> Estimate:
        """How many times likelier a person is duplicated that shows it than one that does not.

        Where the groups are two files it speaks of the persons in them, as many as somebody put
        there: no risk of anybody else.
        """
        every = self.bad_of + self.good_of
        without = every - self.holding
        return katz(self.bad, self.holding, self.bad_of - self.bad, without)


def newcombe(one: int, of: int, other: int, other_of: int) -> Estimate:
    """Return the difference of two shares with its hybrid score interval of 95 %.

    Method 10 of R. G. Newcombe, Interval estimation for the difference between independent
    proportions, Statistics in Medicine 17 (1998), 873-890.

    >>> found = newcombe(56, 70, 48, 80)
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    share, second = one / of, other / other_of
    (low, high), (second_low, second_high) = wilson(one, of), wilson(other, other_of)
    value = share - second
    return Estimate(
        value,
        value - sqrt((share - low) ** 2 + (second_high - second) ** 2),
        value + sqrt((high - share) ** 2 + (second - second_low) ** 2),
    )


def katz(one: int, of: int, other: int, other_of: int) -> Estimate:
    """Return the ratio of two shares with its interval on the log scale.

    D. Katz and others, Obtaining confidence intervals for the risk ratio in cohort studies,
    Biometrics 34 (1978), 469-474. It is the stratified one with a single stratum.
    """
    return mantel_haenszel([(one, of, other, other_of)]) or Estimate(1.0, 0.0, inf)


Stratum = tuple[int, int, int, int]
"""Duplicated persons among those with the feature, and these; then the same without it."""


def mantel_haenszel(strata: Iterable[Stratum]) -> Estimate | None:
    """Return the ratio of two risks that strata have in common (95 %); None if they cannot tell.

    The ratio of Mantel and Haenszel with the variance of S. Greenland and J. M. Robins, Estimation
    of a common effect parameter from sparse follow-up data, Biometrics 41 (1985), 55-68. A stratum
    all of whose persons are on one side of the feature tells nothing. Where nobody on one side is
    duplicated, half a person is added to each cell, so that the interval stays finite.
    """
    telling = [row for row in strata if row[1] and row[3]]
    if not any(row[0] or row[2] for row in telling):
        return None
    bare = not any(row[0] for row in telling) or not any(row[2] for row in telling)
    more = 0.5 if bare else 0.0
    above = below = spread = 0.0
    for one, of, other, other_of in telling:
        a, n, b, m = one + more, of + 2 * more, other + more, other_of + 2 * more
        every = n + m
        above += a * m / every
        below += b * n / every
        spread += (n * m * (a + b) - a * b * every) / every**2
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * sqrt(max(0.0, spread / (above * below)))
    value = above / below
    return Estimate(value, exp(log(value) - half), exp(log(value) + half))
