"""What a comparison of two histories says, in data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from idgraph.calls import CallNumber, Key
from idgraph.comparison.differing import Difference
from idgraph.comparison.flipping import Flips
from idgraph.comparison.trials import Way
from idgraph.persons import PersonName, Persons
from idgraph.registry import Shown
from idgraph.replays import Replay
from idgraph.searching.limits import Limits
from idgraph.verdicts import Verdict

if TYPE_CHECKING:
    import pandas as pd

RowNumber = int
"""1-based row of an alignment."""


@dataclass(frozen=True, slots=True)
class Told:
    """One of the two histories: a person of a replay. `numbers` are the calls compared."""

    replay: Replay
    people: Persons
    person: PersonName = field(repr=False)
    numbers: tuple[CallNumber, ...]
    profiles: int

    @property
    def number(self) -> int:
        """The place of the person in the history, 1-based: a name that holds no identifier."""
        return [*self.people].index(self.person) + 1


@dataclass(frozen=True, slots=True)
class Pair:
    """Two calls that do the same in both histories, None where one history has no such call.

    `moved` is the row in which the other history has the same call. `matches` tells whether both
    came out alike in kind: found by the same key, on the same of the person's profiles, or created;
    of a call without a counterpart, whether the person stayed where it was. `holds` tells whether
    the profile then held the same in both.
    """

    number: RowNumber
    good: CallNumber | None
    bad: CallNumber | None
    moved: RowNumber | None
    differences: tuple[Difference, ...]
    matches: bool
    holds: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A call that comes out otherwise once the smallest difference is undone.

    `call` and `row` are those of the duplicated history; `is_now` and `would_be` say without a
    value what comes of it.
    """

    call: CallNumber
    row: RowNumber
    is_now: str
    would_be: str


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(Shown):
    """A history that tracked correctly and one that duplicated, call by call.

    `pairs` are the rows of the alignment, in order, and `differences` all that differs.
    `first_difference` is the first row that differs in anything that a rule reads,
    `first_divergence` the first whose calls came out differently in kind; None where there is none.
    `way` says by what the duplicated history is duplicated, and so how hybrids were tried; `flips`
    what turns one history into the other; `minimal` the set of differences to name, empty where
    there is none. `needed` are the keys that matter of a call that only the duplicated history has,
    by the number of the difference. `chain` leads from that to the split, call by call.
    `verdict` is that of the duplicated history, None where two policies are compared. `alone` says
    that the correct history would, without any difference, be as liable to be duplicated: it came
    out well by luck. `others` are the persons next in likeness, where a partner was chosen.
    `foreign` says that the values of the two could not be told in one language.

    >>> import idgraph as ig
    >>> ig.compare(ig.demo("email-change-worked"), ig.demo("email-change-old"))
    <Comparison: 5 and 5 calls, 1 and 2 profiles; 1 of 1 differences make the difference (rules)>
    """

    good: Told
    bad: Told
    pairs: tuple[Pair, ...]
    differences: tuple[Difference, ...]
    first_difference: RowNumber | None
    first_divergence: RowNumber | None
    way: Way
    flips: Flips
    minimal: tuple[Difference, ...]
    needed: Mapping[int, tuple[Key, ...]]
    chain: tuple[Link, ...]
    verdict: Verdict | None
    alone: bool
    cost: int
    limits: Limits
    others: tuple[PersonName, ...] = ()
    foreign: bool = False

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.pairs)

    def __iter__(self) -> Iterator[Pair]:
        """Go through the rows in order."""
        return iter(self.pairs)

    @property
    def policies(self) -> bool:
        """Whether one history was compared under two policies."""
        return self.good.replay.policy != self.bad.replay.policy

    def idle(self) -> tuple[Difference, ...]:
        """Return the differences that make no difference."""
        telling = frozenset().union(*self.flips.forth, *self.flips.back)
        return tuple(one for one in self.differences if one.number not in telling)

    def table(self) -> pd.DataFrame:
        """Return one row a pair: both calls, who sent them, how each came out, what differs.

        `matters` tells whether a difference of the row is one of the smallest set. A call that one
        history lacks is None there.
        """
        from idgraph.frames import Frame

        telling = {one.number for one in self.minimal}
        rows = [
            {
                "row": pair.number,
                "good": pair.good,
                "bad": pair.bad,
                **_came(self.good, pair.good, "good"),
                **_came(self.bad, pair.bad, "bad"),
                "differs": ", ".join(_named(one) for one in pair.differences),
                "matches": pair.matches,
                "holds": pair.holds,
                "matters": any(one.number in telling for one in pair.differences),
            }
            for pair in self.pairs
        ]
        found = Frame(rows, dtype=object)
        return found.set_index("row") if rows else found

    def __repr__(self) -> str:
        """Say in one line how many calls differ, and how many differences matter."""
        if self.policies:
            names = (self.good.replay.policy.name, self.bad.replay.policy.name)
            where = self.first_divergence
            told = f"part at row {where}" if where else "do the same"
            return f"<Comparison: {len(self)} calls under {names[0]} and {names[1]}, which {told}>"
        calls = f"{len(self.good.numbers)} and {len(self.bad.numbers)} calls"
        profiles = f"{self.good.profiles} and {self.bad.profiles} profiles"
        told = f"{len(self.minimal)} of {len(self.differences)} differences"
        return f"<Comparison: {calls}, {profiles}; {told} make the difference ({self.way})>"


def _named(one: Difference) -> str:
    return one.key or one.kind


def _came(told: Told, number: CallNumber | None, side: str) -> dict[str, object]:
    if number is None:
        return dict.fromkeys((f"{side}_channel", f"{side}_matched", f"{side}_profile"))
    step = told.replay.step(number)
    return {
        f"{side}_channel": step.call.channel,
        f"{side}_matched": step.matched,
        f"{side}_profile": step.landed,
    }
