"""The overview of a fleet: numbers and tables out of its facts, each share with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from idgraph.overviews import tables, wording
from idgraph.overviews.facts import Facts
from idgraph.populations.rates import Share
from idgraph.registry import Shown
from idgraph.replays import Replay

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many persons and calls there are, and how many persons split.

    `too_many` are the profiles beyond the first of each person, which is the number of splits.
    `nobodys` are calls that belong to no person; None where only a part of the facts is looked at.
    """

    persons: int
    calls: int
    split_persons: int
    too_many: int
    nobodys: int | None

    @property
    def share(self) -> Share:
        """The share of persons that split, with its Wilson interval (95 %)."""
        return Share(self.split_persons, self.persons)

    @property
    def too_few(self) -> bool:
        """Whether there are too few persons to say anything of the share."""
        return self.persons < wording.FEWEST


@dataclass(frozen=True, slots=True)
class Filter:
    """What an overview is narrowed down to; None where to nothing. Days are in UTC, inclusive."""

    channel: str | None = None
    cause: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def given(self) -> bool:
        """Whether it leaves anything out."""
        return any((self.channel, self.cause, self.since, self.until))


@dataclass(frozen=True, eq=False, repr=False)
class Overview(Shown):
    """What a fleet looks like as a whole.

    `facts` are the tables that all of it is worked out from; `replay` is None where they came from
    elsewhere. `filter` is what it was narrowed down to. The tables hold names of persons and events
    as they were sent; whatever shows an overview veils them first.

    >>> import idgraph as ig
    >>> ig.overview(ig.demo("shop")).channels()[["channel", "splits"]].values.tolist()
    [['form', 2], ['browser', 1], ['server', 1]]
    """

    facts: Facts
    policy: str
    replay: Replay | None = None
    filter: Filter = Filter()

    @cached_property
    def numbers(self) -> Numbers:
        """The numbers that come first."""
        facts = self.facts
        calls = int(facts.traffic["calls"].sum())
        return Numbers(
            persons=len(facts.persons),
            calls=calls,
            split_persons=int(facts.splits["person"].nunique()),
            too_many=len(facts.splits),
            nobodys=None if self.filter.given else calls - int(facts.persons["calls"].sum()),
        )

    @cached_property
    def unit(self) -> str:
        """`day`, `week`, `month` or `year`: what a bar stands for, so that bars stay readable."""
        return tables.unit(self.facts)

    def causes(self) -> pd.DataFrame:
        """Return one row a cause: cause, title, splits, persons, share of all splits."""
        return tables.causes(self.facts)

    def times(self) -> pd.DataFrame:
        """Return one row a period and cause: period, cause, splits, persons; zeros are there.

        `period` is when the period of `unit` begins, in UTC, weeks on Mondays; a last period `NaT`
        holds the splits without an instant, if any.
        """
        return tables.times(self.facts, self.unit)

    def periods(self) -> pd.DataFrame:
        """Return one row a period: period, calls, splits, rate of splits a call, low, high."""
        return tables.periods(self.facts, self.unit)

    def channels(self) -> pd.DataFrame:
        """Return one row a channel: channel, calls, splits, rate of splits a call, low, high."""
        return tables.channels(self.facts)

    def sites(self) -> pd.DataFrame:
        """Return one row a call site: site, channel, endpoint, event, calls, splits, rate, ...

        `site` is how advice names it. Those with the most splits come first.
        """
        return tables.sites(self.facts)

    def gaps(self) -> pd.DataFrame:
        """Return one row a bin of gaps: gap, from_s, to_s, splits, observed.

        A gap is the time from the person's call before the splitting one, which still found the old
        profile, to that; `observed` of the splits are told by an observation alone.
        """
        return tables.gaps(self.facts)

    def lags(self) -> pd.DataFrame:
        """Return one row a bin of gaps since the write: gap, from_s, to_s, look_ups, missed, ...

        `rate` of the look-ups missed what had been written, `low` and `high` are its interval.
        """
        return tables.lags(self.facts)

    def delays(self) -> pd.DataFrame:
        """Return one row an address and delay: address, delay, from_s, to_s, calls, split, rate, ..

        The calls are each person's next one by the `old` and by the `new` address after an update
        of its email, by the time since the update; `low` and `high` are the interval of the rate.
        """
        return tables.delays(self.facts)

    def rules(self) -> pd.DataFrame:
        """Return one row a rule: rule, says, evidence, calls it decided, splits resting on it."""
        return tables.rules(self.facts)

    def assumptions(self) -> pd.DataFrame:
        """Return the same of those rules that are inferred or unknown, and persons that split."""
        return tables.assumptions(self.facts)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name, in the order in which they are shown."""
        names = ("causes", "times", "periods", "channels", "sites", "gaps", "delays", "lags")
        return {name: getattr(self, name)() for name in (*names, "rules", "assumptions")}

    def only(
        self,
        *,
        channel: str | None = None,
        cause: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Overview:
        """Return the overview of some of the splits; see `Facts.only` for what stays beside them.

        What it was narrowed down to before holds as well.
        """
        wanted = {"channel": channel, "cause": cause, "since": since, "until": until}
        given = {name: value for name, value in wanted.items() if value}
        return replace(self, facts=self.facts.only(**given), filter=replace(self.filter, **given))

    def sentences(self) -> tuple[str, ...]:
        """Return what the fleet shows, for people: each sentence says of how many it speaks."""
        return tuple(text for lines in wording.sentences(self).values() for text in lines)

    def charts(self) -> Mapping[str, alt.LayerChart | alt.FacetChart]:
        """Return charts by the name of their table; one without any data is left out.

        They are plain Altair charts, which a page or notebook of ours shows as drawings; no
        renderer is changed. A `MissingExtraError` where Altair is not installed.
        """
        from idgraph.overviews.charts import charts

        return charts(self)

    def __repr__(self) -> str:
        """Say in one line how many split, without a name."""
        told = self.numbers
        narrowed = ", narrowed down" if self.filter.given else ""
        return (
            f"<Overview {self.policy}: {told.split_persons:,} of {told.persons:,} persons split, "
            f"{told.too_many:,} profiles too many, {told.calls:,} calls{narrowed}>"
        )
