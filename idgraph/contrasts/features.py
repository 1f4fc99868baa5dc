"""What a feature is: something that a person's calls show or do not, told from the calls alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from idgraph.calls import CallNumber, Key
from idgraph.contrasts.cases import Case
from idgraph.edits import Edit

Kind = Literal["mechanism", "circumstance"]
"""A `mechanism` is about keys, values, order and gaps, and can be undone by editing calls; a
`circumstance` is about who sent them, where and when, and cannot."""


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that the calls of a person show or do not.

    `says` is what a call or a person does, as a clause; in braces stand keys, which are named in
    the spelling of the policy, `{name}` and `{value}`. `value` is what somebody wrote into a
    payload, an endpoint or an event's name, None where the clause holds no such thing; `path` is
    where in a payload it stands, and its last part the name. `rank` orders features that the same
    persons show: the smaller it is, the nearer the feature is to how a profile is found.
    """

    code: str = field(repr=False)
    says: str
    kind: Kind
    rank: int
    value: str | None = field(default=None, repr=False)
    path: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The code, without what somebody wrote."""
        return self.code if self.value is None else self.code.partition(":")[0]

    def words(self, labels: Callable[[Key], str]) -> str:
        """Return the clause; `labels` spells a key."""
        own = {"value": self.value or "", "name": self.path[-1] if self.path else ""}
        return self.says.format_map(_Names(labels, own))


class _Names(dict[str, str]):
    """The names in the braces of a clause."""

    def __init__(self, labels: Callable[[Key], str], own: Mapping[str, str]) -> None:
        super().__init__(own)
        self._labels = labels

    def __missing__(self, key: Key) -> str:
        return f"`{self._labels(key)}`"


class Hold(NamedTuple):
    """A call at which a feature holds, and the edit that takes it away; None: nothing does."""

    call: CallNumber
    edit: Edit | None = None


Find = Callable[[Case], Iterable[Hold]]


class Told(NamedTuple):
    """A feature and the calls at which it holds."""

    feature: Feature
    hold: Hold
