"""What the orders of a person's calls come to, in data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from idgraph.calls import CallNumber
from idgraph.explain import counted
from idgraph.persons import PersonName, Persons, named
from idgraph.registry import Shown
from idgraph.replays import Replay
from idgraph.searching.landings import Granularity
from idgraph.searching.limits import Limits
from idgraph.searching.sampling import Probability

if TYPE_CHECKING:
    import pandas as pd

Profiles = tuple[tuple[CallNumber, ...], ...]
"""The calls of a person that end on each profile, both in order of numbers."""
Told = Granularity | Literal["none"]
"""How finely outcomes are told apart; `none` where that was too much in any way."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One way in which the calls of a person can end, and in how many orders they do.

    `profiles` are the calls on each profile, merges followed, in the order `witness`, which has
    `swaps` pairs of calls the other way round than recorded; no such order has fewer. Calls that
    carry the same and can change places are not told apart. Where outcomes are only told apart by
    the number of profiles, or by whether there are several, `profiles` is an example.
    """

    profiles: Profiles
    orders: int
    witness: tuple[CallNumber, ...]
    swaps: int


@dataclass(frozen=True, slots=True)
class Possibility:
    """One way in which the calls of a person can end where look-ups are behind.

    In the order `witness`, the first of each pair in `missed` saw neither the second nor what came
    after that; all other look-ups saw everything.
    """

    profiles: Profiles
    witness: tuple[CallNumber, ...]
    swaps: int
    missed: tuple[tuple[CallNumber, CallNumber], ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """What is possible where look-ups are behind by `lag_s` at most: whether, not how often.

    With 0 they looked while their calls were under way. `granularity` is that of `partitions`,
    which are those that need the fewest look-ups behind first.
    """

    lag_s: float
    granularity: Told
    partitions: tuple[Possibility, ...]

    @property
    def split(self) -> Possibility | None:
        """The nearest possibility in which the person splits; None where there is none."""
        return next((one for one in self.partitions if len(one.profiles) > 1), None)


@dataclass(frozen=True, slots=True, repr=False)
class PersonOutcomes(Shown):
    """Every way that the calls of a person can have gone.

    `calls` are the person's; `recorded` are all calls that can land on the same profiles, as they
    were recorded: it is their orders that are counted. `orders` are all that are admissible,
    `split_orders` those in which the person's calls end on two or more profiles; None where there
    were too many to count. `partitions` tell them apart as finely as `granularity` says, and their
    orders add up. `inevitability` gives, after each call as recorded, the share of the admissible
    ways to go on that end split; it is empty where that was not counted. `probability` is an
    estimate under a model of timing, None where none was asked for.
    """

    person: PersonName = field(repr=False)
    calls: tuple[CallNumber, ...]
    recorded: tuple[CallNumber, ...]
    orders: int | None
    split_orders: int | None
    granularity: Told
    partitions: tuple[Partition, ...]
    inevitability: tuple[tuple[CallNumber, Fraction], ...]
    in_flight: Behind
    lag: Behind
    probability: Probability | None = None

    def __repr__(self) -> str:
        """Say in how many orders the person splits, without the name."""
        split, orders = ("?" if n is None else f"{n:,}" for n in (self.split_orders, self.orders))
        return f"<PersonOutcomes: split in {split} of {orders} orders of {len(self.calls)} calls>"

    @property
    def decided_at(self) -> CallNumber | None:
        """The first call as recorded after which every way to go on ends split; None for none."""
        return next((call for call, share in self.inevitability if share == 1), None)


@dataclass(frozen=True, slots=True, repr=False)
class Outcomes(Shown):
    """What the orders of the calls of each person come to, persons in order of first calls.

    >>> import idgraph as ig
    >>> ig.outcomes(ig.demo("email-change-at-once"))
    <Outcomes klaviyo-classic: 1 person: 0 split in every order, 1 in some, 0 in none>
    """

    replay: Replay
    people: Persons
    persons: tuple[PersonOutcomes, ...]
    limits: Limits

    def __len__(self) -> int:
        """Return the number of persons."""
        return len(self.persons)

    def __iter__(self) -> Iterator[PersonOutcomes]:
        """Go through the persons."""
        return iter(self.persons)

    def of(self, person: PersonName) -> PersonOutcomes:
        """Return the outcomes of a person; a `UsageError` where nobody is called so."""
        return self[person]

    def __getitem__(self, person: PersonName) -> PersonOutcomes:
        """Return the outcomes of a person; a `UsageError` where nobody is called so."""
        every = {one.person: one for one in self.persons}
        return every[named(person, every)]

    def _ipython_key_completions_(self) -> list[PersonName]:
        return [one.person for one in self.persons]

    def table(self) -> pd.DataFrame:
        """Return one row a person: how many orders, in how many of them the person splits, ...

        `orders` and `split_orders` are None where they were not counted, `decided_at` where no call
        decides. `in_flight` and `lag` say whether the person can split so; None: not found out.
        """
        from idgraph.frames import Frame

        columns = ["person", "calls", "orders", "split_orders", "granularity", "partitions"]
        columns += ["decided_at", "in_flight", "lag"]
        rows = [
            (
                one.person,
                len(one.calls),
                one.orders,
                one.split_orders,
                one.granularity,
                len(one.partitions),
                one.decided_at,
                *(
                    None if behind.granularity == "none" else behind.split is not None
                    for behind in (one.in_flight, one.lag)
                ),
            )
            for one in self.persons
        ]
        return Frame(rows, columns=columns, dtype=object)

    def __repr__(self) -> str:
        """Say how many persons split in which orders, without a value."""
        known = [(one.split_orders, one.orders) for one in self.persons if one.orders is not None]
        every = sum(split == orders for split, orders in known)
        never = sum(split == 0 for split, _ in known)
        unknown = sum(one.split_orders is None for one in self.persons)
        more = f", {unknown} not counted" if unknown else ""
        return (
            f"<Outcomes {self.replay.policy.name}: {counted(len(self), 'person')}: {every} split "
            f"in every order, {len(self) - every - never - unknown} in some, {never} in none{more}>"
        )
