"""Instants: how a time in a log becomes whole microseconds since 1970 in UTC, and back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

Instant = int
"""Whole microseconds since 1970-01-01T00:00:00Z; exact, because a race is a matter of these."""

SECOND: Instant = 1_000_000
CLOCKS = ("received_at", "sent_at", "occurred_at")
"""The clocks that can order a history, best first: arrival, then departure, then the claim."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,12})?")
_UNITS = ((10**11, SECOND), (10**14, 1000), (10**17, 1))
"""Epoch numbers below the bound count in units of so many microseconds: s, ms, us."""
_NANOSECONDS_BELOW = 10**20
_UNITS_OF_TIME = (("day", 86400), ("h", 3600), ("min", 60), ("s", 1))


def instant(value: object) -> Instant | None:
    """Return the instant that a log's time stands for; None where it stands for none.

    Takes ISO 8601 text with a zone, and Unix seconds, milliseconds, microseconds or nanoseconds as
    number or digits, told apart by magnitude. A text without a zone is no time: guessing one would
    move calls past each other. Nothing bad ever becomes 1970 or now.

    >>> instant("2021-04-16T10:00:00+02:00") == instant(1618560000) == instant("1618560000000")
    True
    >>> instant("2021-04-16 10:00") is None
    True
    """
    if isinstance(value, bool) or value is None:
        return None
    text = repr(value) if isinstance(value, int | float) else str(value).strip()
    return _of_number(text) if _NUMBER.fullmatch(text) else _of_text(text)


def _of_text(text: str) -> Instant | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else (moment - _EPOCH) // timedelta(microseconds=1)


def _of_number(text: str) -> Instant | None:
    whole, _, fraction = text.partition(".")
    size = abs(int(whole))
    for bound, micros in _UNITS:
        if size < bound:
            digits = (fraction + "000000000000")[:6]
            rest = int(digits) * micros // SECOND
            return int(whole) * micros + (-rest if whole.startswith("-") else rest)
    return int(whole) // 1000 if size < _NANOSECONDS_BELOW else None


def iso(at: Instant | None) -> str | None:
    """Return an instant as ISO 8601 in UTC, with only as many decimals as it needs.

    >>> iso(1618560000_500000)
    '2021-04-16T08:00:00.500Z'
    """
    if at is None:
        return None
    try:
        moment = _EPOCH + timedelta(microseconds=at)
    except OverflowError:
        return f"{at} us"
    decimals = "microseconds" if at % 1000 else "milliseconds" if at % SECOND else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=decimals) + "Z"


def span(micros: int) -> str:
    """Return a duration in the largest unit that reads well: `350 ms`, `4 s`, `3 min`, `2 days`.

    >>> span(4_000_000), span(95_000_000), span(86_400_000_000)
    ('4 s', '1 min 35 s', '1 day')
    """
    if abs(micros) < SECOND:
        return f"{micros / 1000:g} ms"
    seconds = round(micros / SECOND)
    for (unit, size), (small, part) in pairwise(_UNITS_OF_TIME):
        if seconds >= size:
            whole, rest = seconds // size, seconds % size // part
            name = f"{unit}s" if unit == "day" and whole > 1 else unit
            return f"{whole} {name}" + (f" {rest} {small}" if rest else "")
    return f"{round(micros / SECOND, 1):g} s"
