"""The persons of a history as a table: sorted, filtered and searched in Python, shown by pages."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from idgraph.calls import CallNumber, History
from idgraph.clocks import Instant, iso
from idgraph.diagnosis import DiagnosedPerson, Diagnosis
from idgraph.errors import UsageError
from idgraph.explain import person_words
from idgraph.persons import PersonName, Persons, loosely
from idgraph.splitting import landed_on
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.workbench.asking import Wanted

PAGE = 25
"""Persons on a page."""
COLUMNS = {
    "person": "Person",
    "profiles": "Profiles",
    "calls": "Calls",
    "splits": "Splits",
    "cause": "Cause",
    "channel": "Channel",
    "at": "When (UTC)",
    "verdict": "Verdict",
}
_TOKEN = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What a table says of a person.

    `place` is the person's place in the history, 1-based. `call` is the first call that split the
    person, else the first of all; `channel` and `at` are its own. `cause` is that of the first
    split, "" of a person that did not split, `causes` those of all. `verdict` is "" until asked.
    """

    place: int
    name: PersonName
    profiles: int
    calls: int
    splits: int
    cause: str
    causes: tuple[str, ...]
    call: CallNumber
    channel: str
    at: Instant | None
    verdict: str = ""

    @property
    def title(self) -> str:
        """How a screen names the person."""
        return visible(person_words(self.name))

    @property
    def when(self) -> str:
        """When the call was, to the second in UTC; "-" where nobody knows."""
        return (iso(self.at) or "-").replace("T", " ").removesuffix("Z").partition(".")[0]

    def fits(self, wanted: Wanted) -> bool:
        """Tell whether the person is one of those wanted."""
        day = (iso(self.at) or "")[:10]
        return (
            (self.splits > 0 or not wanted.split)
            and wanted.cause in {"", *self.causes}
            and wanted.channel in {"", self.channel}
            and (not wanted.since or day >= wanted.since)
            and (not wanted.until or "" < day <= wanted.until)
        )

    def cells(self) -> list[str]:
        """What stands in the columns."""
        numbers = (self.profiles, self.calls, self.splits)
        words = (self.cause or "-", self.channel, self.when, self.verdict or "-")
        return [self.title, *(visible(text) for text in (*map(str, numbers), *words))]


def rows_of(found: Diagnosis) -> dict[PersonName, PersonRow]:
    """Return a row of each person, in order of first call."""
    split = {person.name: person for person in found}
    return {
        name: _row(found, place, name, split.get(name))
        for place, name in enumerate(found.people, 1)
    }


def _row(
    found: Diagnosis, place: int, name: PersonName, person: DiagnosedPerson | None
) -> PersonRow:
    own = found.people.calls[name]
    causes = tuple(dict.fromkeys(one.cause for one in person.splits)) if person else ()
    number = person.splits[0].split.call if person else own[0]
    call = found.replay.history.call(number)
    profiles = person.profiles if person else landed_on(found.replay, own)
    return PersonRow(
        place=place,
        name=name,
        profiles=len(profiles),
        calls=len(own),
        splits=len(person.splits) if person else 0,
        cause=causes[0] if causes else "",
        causes=causes,
        call=number,
        channel=call.channel,
        at=call.at,
    )


class PersonTable:
    """The rows, and which of them are shown in which order."""

    def __init__(self, rows: dict[PersonName, PersonRow]) -> None:
        """Show those that split, in the order of their splits; all where nobody did."""
        self.rows = rows
        self.wanted = Wanted(split=any(row.splits for row in rows.values()))
        self.found: frozenset[int] | None = None
        self.token = ""
        self.sorted, self.descending, self.page = "at", False, 1

    @property
    def left(self) -> list[PersonRow]:
        """The rows that filter and search leave, in the order that was asked for."""
        if self.found is not None:
            kept = [row for row in self.rows.values() if row.place in self.found]
        else:
            kept = [row for row in self.rows.values() if row.fits(self.wanted)]
        known = [row for row in kept if self._value(row) not in {None, ""}]
        # Stable: equal rows stay in order of place, whichever way they are sorted.
        known.sort(key=self._value, reverse=self.descending)
        return [*known, *(row for row in kept if self._value(row) in {None, ""})]

    def _value(self, row: PersonRow) -> Any:
        return row.place if self.sorted == "person" else getattr(row, self.sorted)

    def sort(self, column: str, *, descending: bool = False) -> None:
        """Sort by a column; of equal rows the person that came first stands first."""
        if column not in COLUMNS:
            raise UsageError(
                "the table has no such column", remedy=f"There are {', '.join(COLUMNS)}."
            )
        self.sorted, self.descending, self.page = column, descending, 1

    def filter(self, wanted: Wanted) -> None:
        """Show the persons wanted; a search is over."""
        self.wanted, self.found, self.token, self.page = wanted, None, "", 1

    def search(self, found: frozenset[int], token: str) -> None:
        """Show the persons found, whatever is filtered; `token` stands for what was looked for."""
        self.found, self.token, self.page = found, token, 1

    def judge(self, name: PersonName, verdict: str) -> None:
        """Note the verdict on a person."""
        self.rows[name] = replace(self.rows[name], verdict=verdict)

    @cached_property
    def choices(self) -> dict[str, list[str]]:
        """What the filters offer."""
        every = self.rows.values()
        return {
            "cause": sorted({cause for row in every for cause in row.causes}),
            "channel": sorted({row.channel for row in every}),
        }

    def state(self, chosen: PersonName | None) -> dict[str, Any]:
        """Return what the screen shows: one page, and no more than that."""
        left = self.left
        pages = max(1, -(-len(left) // PAGE))
        self.page = min(max(1, self.page), pages)
        first = (self.page - 1) * PAGE
        row = self.rows.get(chosen) if chosen else None
        return {
            "columns": [[key, title] for key, title in COLUMNS.items()],
            "rows": [[one.place, one.cells()] for one in left[first : first + PAGE]],
            "sorted": self.sorted,
            "descending": self.descending,
            "page": self.page,
            "pages": pages,
            "chosen": row.place if row else 0,
            "told": self._told(left, first),
            "choices": self.choices,
            "wanted": {
                "split": self.wanted.split,
                "cause": self.wanted.cause,
                "channel": self.wanted.channel,
                "since": self.wanted.since,
                "until": self.wanted.until,
            },
            "search": self.token,
        }

    def _told(self, left: Sequence[PersonRow], first: int) -> str:
        total = len(self.rows)
        if self.found is not None:
            who = "person carries" if len(left) == 1 else "persons carry"
            return f"{len(left)} of {total} {who} that identifier."
        if not total:
            return "No call names a person: see above what was read."
        if not left:
            return "No person fits. Take a filter back, or show all persons."
        split = " that split" if self.wanted.split else ""
        last = min(len(left), first + PAGE)
        return f"{first + 1} to {last} of {len(left)} persons{split} ({total} in all)."


class Finder:
    """Finds persons by an identifier: as it was sent, or as the screen shows it.

    What was looked for is kept as a token alone: a hash under a key that is made of all identifiers
    of the history. Who lacks the history cannot try guesses; who reads it again finds the person.
    """

    def __init__(self, people: Persons, given: History, shown: History) -> None:
        """Note who carries what; letter case, blanks and the marks of phone numbers are no matter.

        `people` are those of either history: their calls have the same numbers.
        """
        self._places: defaultdict[str, set[int]] = defaultdict(set)
        places = {name: place for place, name in enumerate(people, 1)}
        for number in range(1, len(given) + 1):
            owner = people.of(number)
            if owner is not None:
                for text in (*_texts(given, number), *_texts(shown, number)):
                    self._places[text].add(places[owner])
        carried = sorted({text for n in range(1, len(given) + 1) for text in _texts(given, n)})
        self._key = hashlib.sha256("\0".join(carried).encode("utf-8", "replace")).digest()

    def find(self, text: str) -> tuple[frozenset[int], str]:
        """Return the places of the persons that carry an identifier, and the token for it.

        A token of an earlier search is understood as well.
        """
        folded = text.strip().casefold()
        digits = re.sub(r"\D", "", folded)
        found = self._places.get(folded) or (self._places.get(digits) if digits else None)
        if found:
            return frozenset(found), self._token(folded if folded in self._places else digits)
        if _TOKEN.fullmatch(folded):
            for known, places in self._places.items():
                if hmac.compare_digest(self._token(known), folded):
                    return frozenset(places), folded
        return frozenset(), self._token(folded)

    def _token(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "replace"), "sha256").hexdigest()[:16]


def _texts(history: History, number: CallNumber) -> Iterator[str]:
    call = history.call(number)
    yield from (loosely(one).text for one in call.identifiers)
    yield from (text.strip().casefold() for text in (call.person, call.observed) if text)
