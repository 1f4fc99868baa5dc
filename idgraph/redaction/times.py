"""Moves all times of a set alike: by whole weeks, so that weekday, hour and every interval stay.

A shift never moves a call over a day on which the rules of a platform change: a copy is judged by
the rules that the original is judged by. Where no whole week is left the times stay as they are.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from idgraph.calls import CallNumber, History
from idgraph.clocks import SECOND, Instant, instant, iso
from idgraph.dialects.base import Number

WEEK: Instant = 7 * 86_400 * SECOND
CLOCKS = ("received_at", "sent_at", "occurred_at", "answered_at")
WEEKS, ORDER, STAY, NONE = "weeks", "order", "stay", "none"
"""What becomes of the times: whole weeks, their order alone, they stay, or there are none."""
UNTOLD = "(time)"

_MONDAY: Instant = 4 * 86_400 * SECOND
"""The first Monday after 1970 began."""
_FIRST, _LAST = date(2010, 1, 4), date(2038, 1, 4)
_USUAL = date(2021, 1, 4)
_REACH = 104
"""A key moves times by at most so many weeks, where that is free."""
_DRAWS = 64
_DATE = re.compile(r"(\s*)(\d{4})(-?)(\d{2})\3(\d{2})(?=[T ]|\s*$)")
_DIGITS = re.compile(r"([+-]?)(\d{1,20})(\.\d{1,12})?")
_UNITS = ((10**11, SECOND), (10**14, 1000), (10**17, 1))


@dataclass(frozen=True, slots=True)
class Times:
    """Where the times of a set go; `kind` is one of WEEKS, ORDER, STAY and NONE.

    The shift shows in no text and no repr.
    """

    kind: str = STAY
    shift: Instant = field(default=0, repr=False)
    places: Mapping[Instant, Instant] = field(default_factory=dict, repr=False)

    def moved(self, at: Instant | None) -> Instant | None:
        """Return where an instant goes; None where its place in the order is not known."""
        if at is None:
            return None
        return self.places.get(at) if self.kind == ORDER else at + self.shift

    def written(self, value: object) -> object:
        """Return a time of a log moved, in the form in which it was written.

        `(time)` where it stands for none, so that a text in a field for times is never passed on.
        """
        if value is None or value == "" or isinstance(value, bool):
            return value
        if isinstance(value, datetime):
            return self._typed(value)
        if isinstance(value, date):
            return None if self.kind == ORDER else value + timedelta(microseconds=self.shift)
        text = _text_of(value)
        made = self._text(text)
        if made is None:
            return UNTOLD
        return made if isinstance(value, str) else Number(made)

    def _text(self, text: str) -> str | None:
        bare = text.strip()
        at = instant(bare)
        digits = _DIGITS.fullmatch(bare)
        if at is None and digits is None:
            return self._other(bare)
        new = self.moved(at)
        if at is None or new is None:
            return None
        return self._number(digits, at, new) if digits else self._iso(bare, new)

    def _other(self, bare: str) -> str | None:
        """A number with an exponent, or a text without a zone, which is no time but looks it."""
        try:
            value = float(bare)
        except ValueError:
            return self._zoneless(bare)
        at = instant(value)
        return None if at is None else self._text(repr(value))

    def _zoneless(self, bare: str) -> str | None:
        try:
            datetime.fromisoformat(bare)
        except ValueError:
            return None
        return None if self.kind == ORDER else self._dated(bare)

    def _number(self, digits: re.Match[str], at: Instant, new: Instant) -> str:
        sign, whole, fraction = digits.groups()
        unit = next((size for bound, size in _UNITS if int(whole) < bound), None)
        if self.kind == ORDER:
            return str(new // unit if unit else new * 1000)
        delta = new - at
        moved = int(f"{sign}{whole}") + (delta // unit if unit else delta * 1000)
        return f"{moved}{fraction or ''}"

    def _iso(self, bare: str, new: Instant) -> str:
        moved = None if self.kind == ORDER else self._dated(bare)
        return moved or iso(new) or UNTOLD

    def _dated(self, bare: str) -> str | None:
        """The same text with another date: a whole number of days leaves the rest alone."""
        found = _DATE.match(bare)
        if found is None:
            return None
        blank, year, dash, month, day = found.groups()
        try:
            there = date(int(year), int(month), int(day)) + timedelta(microseconds=self.shift)
        except (ValueError, OverflowError):
            return None
        return f"{blank}{there.strftime(f'%Y{dash}%m{dash}%d')}{bare[found.end() :]}"

    def _typed(self, value: datetime) -> datetime | None:
        if self.kind != ORDER:
            return value + timedelta(microseconds=self.shift)
        new = self.moved(instant(value.isoformat()))
        return None if new is None else value + timedelta(microseconds=new - _instant(value))


def chosen(
    histories: Iterable[History],
    *,
    instants: Iterable[Instant] = (),
    key: bytes | None = None,
    rounded: bool = False,
) -> Times:
    """Return where the times of some histories, and some `instants` beside them, go, all alike.

    Under a key the shift is the key's own wherever it is free; without one the first call comes to
    a fixed week. With `rounded` only the order is left: one second from each instant to the next.
    """
    found = list(histories)
    beside = set(instants)
    moments = sorted(beside | {at for one in found for call in one if (at := call.at) is not None})
    if not moments:
        return Times(NONE)
    if rounded:
        every = {getattr(call, name) for one in found for call in one for name in CLOCKS}
        known = beside | {at for at in every if at is not None}
        return Times(ORDER, places=_places(sorted(known)))
    weeks = _weeks(moments, key)
    return Times(WEEKS, weeks * WEEK) if weeks else Times(STAY)


def _weeks(moments: list[Instant], key: bytes | None) -> int:
    least, most = _free(moments)
    if least > most or least == most == 0:
        return 0
    if key is None:
        start = moments[0] - (moments[0] - _MONDAY) % WEEK
        wanted = (_base(moments[0]) - start) // WEEK
        return min(max(wanted, least), most)
    for salt in range(_DRAWS):
        drawn = _drawn(key, salt) % (2 * _REACH + 1) - _REACH
        if drawn and least <= drawn <= most:
            return drawn
    return least + _drawn(key, _DRAWS) % (most - least + 1)


def _drawn(key: bytes, salt: int) -> int:
    return int.from_bytes(hmac.digest(key, f"shift|{salt}".encode(), "sha256"))


def _free(moments: list[Instant]) -> tuple[int, int]:
    """The least and the greatest number of weeks that leave every call between its two days."""
    edges = _edges()
    least, most = -(10**9), 10**9
    for at in moments:
        after = max((edge for edge in edges if edge <= at), default=edges[0])
        before = min((edge for edge in edges if edge > at), default=edges[-1])
        least = max(least, -((at - after) // WEEK))
        most = min(most, (before - at - 1) // WEEK)
    return least, most


def _base(at: Instant) -> Instant:
    """The Monday to which the week of a first call goes."""
    edges = _edges()
    after = max((edge for edge in edges if edge <= at), default=edges[0])
    base = _midnight(_USUAL) if after == edges[0] else after
    return base + (_MONDAY - base) % WEEK


@cache
def _edges() -> tuple[Instant, ...]:
    """The days on which any rules begin or have ended, and where this stops looking."""
    from idgraph import policy

    every = [policy.load(name) for name in policy.names()]
    begun = {_midnight(date.fromisoformat(one.since)) for one in every if one.since}
    ended = {
        _midnight(date.fromisoformat(one.until) + timedelta(days=1)) for one in every if one.until
    }
    return tuple(sorted({*begun, *ended, _midnight(_FIRST), _midnight(_LAST)}))


def _midnight(day: date) -> Instant:
    return _instant(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - taken for UTC


def _instant(moment: datetime) -> Instant:
    zone = "" if moment.tzinfo else "Z"
    found = instant(moment.isoformat() + zone)
    if found is None:
        raise AssertionError("a datetime is an instant")
    return found


def _places(moments: list[Instant]) -> dict[Instant, Instant]:
    """One second after another, begun anew behind each day on which rules change."""
    places: dict[Instant, Instant] = {}
    starts: dict[Instant, CallNumber] = {}
    for at in moments:
        base = _base(at)
        starts[base] = starts.get(base, -1) + 1
        places[at] = base + starts[base] * SECOND
    return places


def _text_of(value: object) -> str:
    return value.text if isinstance(value, Number) else str(value)
