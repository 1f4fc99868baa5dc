"""The persons of two groups, each with its calls and what was known at every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from idgraph.calls import Call, CallNumber, Identifier, Key
from idgraph.persons import PersonName, Persons, loosely
from idgraph.placeholders import stands_for_nobody
from idgraph.replays import Replay


@dataclass(frozen=True)
class Side:
    """A history that persons were taken from: its replay, and who is who in it."""

    replay: Replay
    people: Persons


@dataclass(frozen=True, slots=True)
class Moment:
    """A call, and what the person's calls before it had told; nothing of what became of any.

    `id` is the first id so far that is no placeholder, `email` the last email that came along with
    an id, `other` the first email so far that is another than the call's own; None where there is
    none. `spelled` are the earlier spellings of the call's identifiers, by key: the first of each.
    `replaced` says that the call's email had come along with an id and that another one has since.
    `together` that an email came along with an id before. `writer` is the call that first brought
    the call's email along with an id.
    """

    number: CallNumber
    call: Call
    id: Identifier | None
    email: Identifier | None
    other: Identifier | None
    spelled: dict[Key, Identifier]
    replaced: bool
    together: bool
    writer: CallNumber | None

    def lacks(self, key: Key) -> bool:
        """Tell whether the call does not carry a key."""
        return self.call.get(key) is None

    def real(self, key: Key) -> Identifier | None:
        """Return what the call carries of a key; None where it is a placeholder."""
        own = self.call.get(key)
        return None if own is None or stands_for_nobody(own) else own


@dataclass(frozen=True)
class Case:
    """A person of a group: `bad` where the person has several profiles, or is of the bad history.

    What a feature may look at are the calls alone.
    """

    side: Side
    person: PersonName
    numbers: tuple[CallNumber, ...]
    bad: bool

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls, in order."""
        return tuple(self.side.replay.history.call(number) for number in self.numbers)

    def pairs(self) -> Iterator[tuple[CallNumber, Call]]:
        """Go through the calls with their numbers."""
        return zip(self.numbers, self.calls, strict=True)

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """The calls with what was known before each."""
        known = _Known()
        return tuple(known.moment(number, call) for number, call in self.pairs())

    @cached_property
    def id(self) -> Identifier | None:
        """The first id of the person that is no placeholder."""
        return next((one for m in self.moments if (one := m.real("external_id"))), None)

    @cached_property
    def email(self) -> Identifier | None:
        """The first email of the person that is no placeholder."""
        return next((one for m in self.moments if (one := m.real("email"))), None)


@dataclass
class _Known:
    """What the calls of a person have told so far."""

    id: Identifier | None = None
    email: Identifier | None = None
    emails: list[Identifier] = field(default_factory=list)
    spelled: dict[Identifier, Identifier] = field(default_factory=dict)
    writers: dict[Identifier, CallNumber] = field(default_factory=dict)

    def moment(self, number: CallNumber, call: Call) -> Moment:
        loose = {key: loosely(one) for key, one in call.keys.items()}
        email = loose.get("email")
        last = loosely(self.email) if self.email is not None else None
        found = Moment(
            number=number,
            call=call,
            id=self.id,
            email=self.email,
            other=next((one for one in self.emails if loosely(one) != email), None),
            spelled={key: self.spelled[one] for key, one in loose.items() if one in self.spelled},
            replaced=email in self.writers and email != last,
            together=bool(self.writers),
            writer=self.writers.get(email) if email is not None else None,
        )
        self._learn(number, call, loose)
        return found

    def _learn(self, number: CallNumber, call: Call, loose: dict[Key, Identifier]) -> None:
        own, email = call.get("external_id"), call.get("email")
        own = None if own is None or stands_for_nobody(own) else own
        email = None if email is None or stands_for_nobody(email) else email
        self.id = self.id or own
        for key, one in loose.items():
            self.spelled.setdefault(one, call.keys[key])
        if email is not None:
            if loose["email"] not in map(loosely, self.emails):
                self.emails.append(email)
            if own is not None:
                self.email = email
                self.writers.setdefault(loose["email"], number)
