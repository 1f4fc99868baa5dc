"""Identifier, Call and History: what was sent, by whom, when, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from idgraph.clocks import CLOCKS, Instant, iso
from idgraph.errors import UsageError
from idgraph.registry import Shown, show

if TYPE_CHECKING:
    import pandas as pd

Key = str
"""The kind of an identifier, in the names of Klaviyo's OpenAPI files."""
PROFILE_ID: Key = "profile_id"
"""The platform's own name of a profile: what an answer or an export tells, too."""
KEYS: tuple[Key, ...] = (
    PROFILE_ID,
    "external_id",
    "email",
    "phone_number",
    "anonymous_id",
    "_kx",
)
Channel = str
CHANNELS: tuple[Channel, ...] = ("server", "browser", "form", "mobile", "import", "other")
CallNumber = int
"""1-based place of a call in its history: what screens, JSON and sentences call `call`."""


_TELLING = 3
"""A text of at least so many letters gives somebody away where it stands inside a title."""


class Identifier(NamedTuple):
    """A key and its value, with the value's JSON type: the number 42 is not the text "42".

    `text` keeps every digit of a number as it was written.

    >>> import idgraph as ig
    >>> ig.Identifier("email", "a@example.com")
    <Identifier email: text of 13 characters>
    >>> ig.Identifier("external_id", "42", number=True).value
    42
    """

    key: Key
    text: str
    number: bool = False

    def __repr__(self) -> str:
        """Say what kind of identifier it is, without its value."""
        kind = "number" if self.number else "text"
        return f"<Identifier {self.key}: {kind} of {len(self.text)} characters>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return show(self)  # a named tuple can have no other base

    @property
    def value(self) -> str | int | float:
        """The value as JSON would carry it; exact for whole numbers of any size."""
        if not self.number:
            return self.text
        return int(self.text) if self.text.lstrip("-").isdigit() else float(self.text)


@dataclass(frozen=True, slots=True, repr=False)
class Call(Shown):
    """One request that names a profile by one or more identifiers.

    All instants are whole microseconds since 1970 in UTC, None where the log has no such clock:
    `occurred_at` is the sender's claim, the other three belong to the request. `origin` is the raw
    row (`file:line`). `payload` is the decoded body as the sender wrote it, for showing; `wire`
    says where in it each key stood (`{"external_id": ("customer_properties", "$id")}`).
    `observed` is the profile id that the platform returned or later exported, None if unknown;
    `person` is who the log says it was. `answer` is the HTTP status, None if there was none;
    `created` whether the platform said that the call made a profile, None if it did not say;
    `refused` that it answered with a refusal, so that nothing was written; `owner` the profile id
    that a refusal named as holding an identifier already; `reads` that the call only asked who it
    is and wrote nothing; `clears` are the keys that it sent as null to empty them; `merges` is the
    profile id of the one that it asks to merge into the one it names. `context` is what the sender
    believed besides (`{"cookie $email": ..., "page _kx": ...}`): evidence, and no part of the call.
    `agent` is the software that sent it, as `idgraph.agents` names it, "" if unknown.

    >>> import idgraph as ig
    >>> ig.parse("browser email=a@example.com")[1]
    <Call 2021-04-16T08:00:00Z browser: email>
    >>> ig.parse("browser email=a@example.com")[1].keys
    {'email': <Identifier email: text of 13 characters>}
    """

    identifiers: tuple[Identifier, ...]
    channel: Channel = "other"
    endpoint: str = ""
    event: str | None = None
    event_id: str | None = None
    person: str | None = None
    observed: str | None = None
    occurred_at: Instant | None = None
    sent_at: Instant | None = None
    received_at: Instant | None = None
    answered_at: Instant | None = None
    answer: int | None = None
    created: bool | None = None
    refused: bool = False
    owner: str | None = None
    reads: bool = False
    clears: tuple[Key, ...] = ()
    merges: str | None = None
    context: Mapping[str, Identifier] = field(default_factory=dict, hash=False)
    agent: str = ""
    origin: str = ""
    payload: Mapping[str, object] = field(default_factory=dict, hash=False)
    wire: Mapping[Key, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def clock(self) -> str | None:
        """The name of the best clock that this call has; None where only row order is left."""
        return next((name for name in CLOCKS if getattr(self, name) is not None), None)

    @property
    def at(self) -> Instant | None:
        """The instant on that clock."""
        for name in CLOCKS:  # plain, as `get`: sorting a history asks for each call
            moment: Instant | None = getattr(self, name)
            if moment is not None:
                return moment
        return None

    @property
    def keys(self) -> dict[Key, Identifier]:
        """The identifiers by key."""
        return {identifier.key: identifier for identifier in self.identifiers}

    def get(self, key: Key) -> Identifier | None:
        """Return the identifier of that key; None where the call does not carry one."""
        found = None
        for identifier in self.identifiers:  # asked so often that to make `keys` first would tell
            if identifier.key == key:
                found = identifier
        return found

    def carrying(self, identifier: Identifier) -> Call:
        """Return this call as it would be with `identifier`, in place of any value of that key."""
        return self._with({**self.keys, identifier.key: identifier})

    def without(self, key: Key) -> Call:
        """Return this call as it would be without that key."""
        return self._with({k: v for k, v in self.keys.items() if k != key})

    def later(self, span: Instant) -> Call:
        """Return this call with all clocks of its request moved by so many microseconds."""
        clocks = ("occurred_at", "sent_at", "received_at", "answered_at")
        moments = {name: getattr(self, name) for name in clocks}
        changed = {name: at + span for name, at in moments.items() if at is not None}
        return replace(self, **changed)

    def __repr__(self) -> str:
        """Say when it came, from where, and which keys it carries, without a value."""
        when = f" {iso(self.at)}" if self.at is not None else ""
        keys = ", ".join(identifier.key for identifier in self.identifiers)
        return f"<Call{when} {self.channel}: {keys or 'no identifier'}>"

    def _with(self, keys: Mapping[Key, Identifier]) -> Call:
        return replace(self, identifiers=in_order(keys.values()))


def in_order(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Return identifiers in the order of `KEYS`; unknown keys last, by name."""
    place = {key: number for number, key in enumerate(KEYS)}
    return tuple(sorted(identifiers, key=lambda i: (place.get(i.key, len(KEYS)), i.key)))


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read: where it stands, a slug from a closed list, why (no value)."""

    origin: str = field(repr=False)
    slug: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of the input were used: nothing is lost.

    `rows == with_calls + sum(not_calls.values()) + len(rejects)`, always. `calls` can exceed
    `with_calls`, since one row may hold many calls. `not_calls` counts rows by reason. `notes` are
    sentences that a person should read before trusting the order or the identifiers.
    """

    rows: int = 0
    with_calls: int = 0
    calls: int = 0
    not_calls: Mapping[str, int] = field(default_factory=dict)
    rejects: tuple[Reject, ...] = ()
    formats: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class History(Shown):
    """Calls in order.

    Ordered by the best clock of each call (arrival, else departure, else the sender's claim); a
    call without a clock stays behind the call before it in the input. `ties` holds the numbers of
    calls that share an instant, group by group: their order is the order of their rows, a guess.
    `duplicates` holds those that share an event and its id: one event, delivered more than once.

    >>> import idgraph as ig
    >>> history = ig.parse("external_id=b1 email=a@example.com")
    >>> history, len(history), history[1].channel
    (<History: 1 calls, 0 ties>, 1, 'other')
    """

    calls: tuple[Call, ...]
    ties: tuple[tuple[CallNumber, ...], ...] = ()
    duplicates: tuple[tuple[CallNumber, ...], ...] = ()
    reading: Reading = Reading()
    title: str = ""

    def __len__(self) -> int:
        """Return the number of calls."""
        return len(self.calls)

    def __iter__(self) -> Iterator[Call]:
        """Go through the calls in order."""
        return iter(self.calls)

    def __getitem__(self, number: CallNumber) -> Call:
        """Return the call of that number, from 1 as everywhere: `history[3]` is call 3."""
        return self.call(number)

    def _ipython_key_completions_(self) -> list[CallNumber]:
        return list(range(1, len(self) + 1))

    def call(self, number: CallNumber) -> Call:
        """Return the call of that 1-based number; a `UsageError` where there is none."""
        if not 1 <= number <= len(self.calls):
            raise UsageError(
                f"call {number} was asked for", remedy=f"The history has calls 1 to {len(self)}."
            )
        return self.calls[number - 1]

    def tied(self, number: CallNumber, other: CallNumber) -> bool:
        """Tell whether two calls share an instant."""
        return any(number in group and other in group for group in self.ties)

    @property
    def clocks(self) -> dict[str, int]:
        """How many calls were ordered by which clock, best first; `row order` for those without."""
        used = [call.clock or "row order" for call in self.calls]
        return {name: used.count(name) for name in (*CLOCKS, "row order") if name in used}

    @property
    def labels(self) -> tuple[str, ...]:
        """The observed profile ids, in order of appearance."""
        return tuple(dict.fromkeys(call.observed for call in self.calls if call.observed))

    def only(self, numbers: Iterable[CallNumber]) -> History:
        """Return the history of just those calls, in their order; they are numbered afresh."""
        wanted = sorted(set(numbers))
        fresh = {old: new for new, old in enumerate(wanted, 1)}

        def kept(groups: Iterable[tuple[CallNumber, ...]]) -> tuple[tuple[CallNumber, ...], ...]:
            parts = (tuple(fresh[n] for n in group if n in fresh) for group in groups)
            return tuple(part for part in parts if len(part) > 1)

        calls = tuple(self.call(number) for number in wanted)
        return replace(self, calls=calls, ties=kept(self.ties), duplicates=kept(self.duplicates))

    def table(self) -> pd.DataFrame:
        """Return one row a call: number, origin, clocks (UTC), channel, endpoint, keys, event, ...

        Identifiers are the raw values; a key that a call does not carry is None. Columns of keys
        that no call carries are left out.
        """
        import pandas as pd

        from idgraph.frames import Frame

        carried = [key for key in KEYS if any(call.get(key) for call in self.calls)]
        rows = [_row(number, call, carried) for number, call in enumerate(self.calls, 1)]
        table = Frame(rows, dtype=object).set_index("call") if rows else Frame()
        for name in ("at", "occurred_at", "sent_at", "received_at", "answered_at"):
            if name in table:
                table[name] = pd.to_datetime(table[name], utc=True, format="ISO8601")
        return table

    def __repr__(self) -> str:
        """Say in one line what is there, without any value."""
        name = f" {self.title!r}" if self.title and not self._told_by_title() else ""
        people = len({call.person for call in self.calls if call.person})
        persons = f", {people} named persons" if people else ""
        rows = self.reading
        lost = f"; {len(rows.rejects)} of {rows.rows} rows rejected" if rows.rejects else ""
        return f"<History{name}: {len(self)} calls, {len(self.ties)} ties{persons}{lost}>"

    def _told_by_title(self) -> bool:
        """Whether the title holds an address or a value of a call: people paste what they look at.

        The redaction goes further, and leaves out a title that holds so much as a part of a value.
        """
        values = (one.text for call in self.calls for one in call.identifiers)
        return "@" in self.title or any(v in self.title for v in values if len(v) >= _TELLING)


def _row(number: CallNumber, call: Call, carried: Sequence[Key]) -> dict[str, object]:
    keys = call.keys
    return {
        "call": number,
        "origin": call.origin,
        "at": iso(call.at),
        "clock": call.clock,
        "channel": call.channel,
        "endpoint": call.endpoint,
        **{key: keys[key].value if key in keys else None for key in carried},
        "event": call.event,
        "event_id": call.event_id,
        "person": call.person,
        "observed_profile": call.observed,
    }


def history(calls: Iterable[Call], *, reading: Reading | None = None, title: str = "") -> History:
    """Put calls in order and mark their ties.

    Stable: calls of one instant keep the order given. A call without any clock takes the place
    right behind the call given before it, and is no tie.

    >>> import idgraph as ig
    >>> call = ig.Call((ig.Identifier("email", "a@example.com"),), sent_at=0)
    >>> ig.history([call, call])
    <History: 2 calls, 1 ties>
    """
    given = tuple(calls)
    moments: list[Instant] = []
    for call in given:
        before = moments[-1] if moments else -(2**63)
        moments.append(before if call.at is None else call.at)
    order = sorted(range(len(given)), key=moments.__getitem__)
    ordered = tuple(given[place] for place in order)
    numbered = enumerate((call.at for call in ordered), 1)
    groups = (
        tuple(number for number, _ in group)
        for at, group in groupby(numbered, key=lambda pair: pair[1])
        if at is not None
    )
    ties = tuple(group for group in groups if len(group) > 1)
    found = reading or Reading(rows=len(given), with_calls=len(given), calls=len(given))
    return History(ordered, ties, _duplicates(ordered), found, title)


def _duplicates(calls: Sequence[Call]) -> tuple[tuple[CallNumber, ...], ...]:
    """The calls that carry one event id of one event; without an id nothing tells."""
    found: defaultdict[tuple[str | None, str], list[CallNumber]] = defaultdict(list)
    for number, call in enumerate(calls, 1):
        if call.event_id is not None:
            found[call.event, call.event_id].append(number)
    return tuple(tuple(numbers) for numbers in found.values() if len(numbers) > 1)
