"""The short text notation for histories: one call a line, as people would say it.

    # Betty, as it broke
    server   external_id=b1 email=old@example.com
    +1d  server  external_id=b1 email=new@example.com
    &    browser event="Viewed Product" email=new@example.com -> B

A line holds, in any order: a channel; `key=text`, or `key:=42` where the value is a JSON number;
`event=`, `event_id=`, `endpoint=`, `person=`, `merges=` (the profile id of the one to be merged),
`clears=email,phone_number` (keys sent as null); a time (`@2021-04-16T08:00:00Z`, or `+4s` after the
line before; one minute where nothing is said; `&` for the same instant); `took=300ms` until the
answer; and `-> B` for the profile that was observed. A text with blanks is quoted as in a shell.
Lines that start with `#` are remarks, the first one is the title.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from idgraph.calls import CHANNELS, KEYS, Call, History, Identifier, Key, history, in_order
from idgraph.clocks import SECOND, Instant, instant, iso
from idgraph.errors import NotationError

START: Instant = 1618560000 * SECOND
"""2021-04-16T08:00:00Z, the day that the thread which idgraph answers was opened."""
STRIDE: Instant = 60 * SECOND

_UNITS = {"ms": 1000, "s": SECOND, "min": 60 * SECOND, "h": 3600 * SECOND, "d": 86400 * SECOND}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|min|h|d)")
_FIELDS = ("event", "event_id", "endpoint", "person", "merges")


def parse(text: str, *, origin: str = "notation") -> History:
    r"""Return the history that the lines of `text` say; `NotationError` names the line at fault.

    >>> import idgraph as ig
    >>> ig.parse("server external_id=b1 email=a@example.com\n+1d browser email=a@example.com")
    <History: 2 calls, 0 ties>
    """
    calls: list[Call] = []
    titles: list[str] = []
    at: Instant | None = None
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("#"):
            titles.append(bare.lstrip("# "))
        elif bare:
            calls.append(_call(bare, at, f"{origin}:{number}"))
            at = calls[-1].sent_at
    return history(calls, title=titles[0] if titles else "")


def write(calls: Iterable[Call]) -> str:
    r"""Return the notation of some calls, one a line; `parse` reads the same calls back.

    >>> import idgraph as ig
    >>> ig.write(ig.parse("browser email=a@example.com"))
    '@2021-04-16T08:00:00Z browser email=a@example.com\n'
    """
    return "".join(" ".join(_words(call)) + "\n" for call in calls)


def _call(line: str, before: Instant | None, origin: str) -> Call:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise _fault("the quotes of the line do not close", origin) from error
    at = START if before is None else before + STRIDE
    channel, took, observed = "other", None, None
    fields: dict[str, str] = {}
    keys: dict[str, Identifier] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if word == "->":
            observed = next(rest, None)
        elif word in CHANNELS:
            channel = word
        elif word == "&" or word[:1] in ("+", "@"):
            at = _time(word, before, origin)
        elif not equals:
            raise _fault("a word is neither a channel, a time nor `name=value`", origin)
        elif name in (*_FIELDS, "clears"):
            fields[name] = value
        elif name == "took":
            took = _span(value, origin)
        else:
            identifier = _identifier(name, value, origin)
            keys[identifier.key] = identifier
    if not keys:
        raise _fault("the line names no identifier", origin)
    return Call(
        identifiers=in_order(keys.values()),
        channel=channel,
        endpoint=fields.get("endpoint", ""),
        event=fields.get("event"),
        event_id=fields.get("event_id"),
        person=fields.get("person"),
        clears=tuple(_known(key, origin) for key in fields.get("clears", "").split(",") if key),
        merges=fields.get("merges"),
        observed=observed,
        sent_at=at,
        answered_at=None if took is None else at + took,
        origin=origin,
    )


def _identifier(name: str, value: str, origin: str) -> Identifier:
    number = name.endswith(":")
    key = _known(name.removesuffix(":"), origin)
    if number and not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
        raise _fault("a value after `:=` is no JSON number", origin)
    return Identifier(key, value, number)


def _known(key: str, origin: str) -> Key:
    if key not in KEYS:
        raise _fault("the line names an unknown key", origin)
    return key


def _time(word: str, before: Instant | None, origin: str) -> Instant:
    if word.startswith("@"):
        at = instant(word[1:])
        if at is None:
            raise _fault("a time after `@` is no ISO 8601 time with a zone", origin)
        return at
    base = START if before is None else before
    return base if word == "&" else base + _span(word[1:], origin)


def _span(text: str, origin: str) -> int:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise _fault("a duration is not a number and a unit (ms, s, min, h, d)", origin)
    return round(float(match[1]) * _UNITS[match[2]])


def _fault(found: str, origin: str) -> NotationError:
    return NotationError(found, where=origin, remedy=f"Keys are {', '.join(KEYS)}.")


def _words(call: Call) -> Iterator[str]:
    if call.at is not None:
        yield f"@{iso(call.at)}"
    yield call.channel
    for name in _FIELDS:
        if getattr(call, name):
            yield f"{name}={shlex.quote(getattr(call, name))}"
    for identifier in call.identifiers:
        yield f"{identifier.key}{':' * identifier.number}={shlex.quote(identifier.text)}"
    if call.clears:
        yield f"clears={','.join(call.clears)}"
    if call.answered_at is not None and call.at is not None:
        yield f"took={(call.answered_at - call.at) / 1000:g}ms"
    if call.observed:
        yield f"-> {shlex.quote(call.observed)}"
