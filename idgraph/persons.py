"""Who is who, in hindsight: which calls belong to one human.

The platform has to decide as calls arrive; we may look at the whole history. Whatever was ever
sent together belongs to one person, unless the log itself says who it was.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from idgraph.calls import KEYS, Call, CallNumber, History, Identifier, in_order
from idgraph.errors import UsageError
from idgraph.groups import Groups
from idgraph.placeholders import stands_for_nobody
from idgraph.registry import Shown

PersonName = str
Confidence = Literal["certain", "likely", "possible"]
"""How sure something is that is said of persons in hindsight."""
CROWD = 10
"""An identifier that was sent with more different external ids than this connects nobody: it is a
till, a shop's own address or a test account, though no list of placeholders knows it."""

_NAMING = ("external_id", *(key for key in KEYS if key != "external_id"))


@dataclass(frozen=True, slots=True, repr=False)
class Persons(Shown):
    """The persons of a history, in the order of their first calls.

    `calls` holds the numbers of each person's calls. A call that only carries placeholders belongs
    to nobody, unless the log names its person. `crowded` are identifiers that many persons shared.

    >>> import idgraph as ig
    >>> people = ig.link(ig.demo("shop"))
    >>> people
    <Persons: 6 persons, 24 calls>
    """

    calls: dict[PersonName, tuple[CallNumber, ...]]
    crowded: tuple[Identifier, ...] = ()
    _names: dict[CallNumber, PersonName] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of persons."""
        return len(self.calls)

    def __iter__(self) -> Iterator[PersonName]:
        """Go through the names, in the order of first calls."""
        return iter(self.calls)

    def __getitem__(self, name: PersonName) -> tuple[CallNumber, ...]:
        """Return the numbers of a person's calls; a `UsageError` where nobody is called so."""
        return self.calls[named(name, self.calls)]

    def _ipython_key_completions_(self) -> list[PersonName]:
        return list(self.calls)

    def of(self, number: CallNumber) -> PersonName | None:
        """Return whose call it is; None where nothing tells."""
        return self._names.get(number)

    def __repr__(self) -> str:
        """Say how many persons there are, without a name."""
        return f"<Persons: {len(self)} persons, {len(self._names)} calls>"


def named(name: PersonName, known: Collection[PersonName]) -> PersonName:
    """Return the name of a person that is known; a `UsageError` where it is not."""
    if name not in known:
        raise UsageError(
            "there is no person of that name",
            remedy=f"There are {len(known)}: list them by iterating, or in a notebook with Tab.",
        )
    return name


def link(history: History) -> Persons:
    r"""Tell the persons of a history apart.

    A `person` in the log wins. Calls without one are connected by the identifiers that they carry,
    compared loosely (letter case, blanks, number or text), so that a difference in spelling which
    splits a profile does not split the person; placeholders connect nobody. Such a person is named
    by the first `external_id` of its calls, else by the first identifier of the next best key.

    >>> import idgraph as ig
    >>> people = ig.link(ig.parse("external_id=b1 email=a@example.com\nemail=A@example.com"))
    >>> list(people), people["b1"]
    (['b1'], (1, 2))
    """
    crowded = _crowded(history)
    groups: Groups[Identifier] = Groups()
    named: defaultdict[Identifier, set[PersonName]] = defaultdict(set)
    linked = [_links(call, crowded) for call in history]
    for call, links in zip(history, linked, strict=True):
        if call.person is None:
            groups.join(links)
        else:
            for identifier in links:
                named[identifier].add(call.person)
    known: defaultdict[Identifier, set[PersonName]] = defaultdict(set)
    for identifier, who in named.items():
        known[groups.root(identifier)] |= who
    names: dict[CallNumber, PersonName] = {}
    roots: defaultdict[Identifier, list[CallNumber]] = defaultdict(list)
    for number, (call, links) in enumerate(zip(history, linked, strict=True), 1):
        owners = known[groups.root(links[0])] if links else set()
        if call.person is not None:
            names[number] = call.person
        elif len(owners) == 1:
            names[number] = next(iter(owners))
        elif links:
            roots[groups.root(links[0])].append(number)
    for numbers in roots.values():
        name = _name(history, numbers, crowded, set(names.values()))
        names |= dict.fromkeys(numbers, name)
    return _persons(names, crowded)


def _persons(names: dict[CallNumber, PersonName], crowded: set[Identifier]) -> Persons:
    calls: defaultdict[PersonName, list[CallNumber]] = defaultdict(list)
    for number in sorted(names):
        calls[names[number]].append(number)
    grouped = {name: tuple(numbers) for name, numbers in calls.items()}
    return Persons(grouped, in_order(crowded), names)


def loosely(identifier: Identifier) -> Identifier:
    """Return an identifier without the differences of spelling that one human's values show."""
    text = identifier.text.strip().casefold()
    if identifier.key == "phone_number":
        text = re.sub(r"\D", "", text) or text
    return Identifier(identifier.key, text)


def _links(call: Call, crowded: set[Identifier]) -> tuple[Identifier, ...]:
    loose = (loosely(i) for i in call.identifiers if not stands_for_nobody(i))
    return tuple(identifier for identifier in loose if identifier not in crowded)


def _crowded(history: History) -> set[Identifier]:
    companions: defaultdict[Identifier, set[Identifier]] = defaultdict(set)
    for call in history:
        own = call.get("external_id")
        if own is not None and not stands_for_nobody(own):
            for identifier in call.identifiers:
                if identifier.key != "external_id":
                    companions[loosely(identifier)].add(loosely(own))
    return {identifier for identifier, owners in companions.items() if len(owners) > CROWD}


def _name(
    history: History, numbers: list[CallNumber], crowded: set[Identifier], taken: set[PersonName]
) -> PersonName:
    calls = [history.call(number) for number in numbers]
    for key in _NAMING:
        for call in calls:
            identifier = call.get(key)
            if identifier and loosely(identifier) in _links(call, crowded):
                name = identifier.text
                return name if name not in taken else f"{name} ({key})"
    raise AssertionError(numbers)  # a group exists only because an identifier links it
