"""The built-in histories: the thread's scenarios, its email change, and a small shop.

Each is written in the notation, turned into the requests that a shop really sends, and read back
from those, so that a demo goes the whole way of a log.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from idgraph import notation, policy, sources
from idgraph.calls import CHANNELS, History
from idgraph.demos.requests import exchange
from idgraph.errors import UsageError

POLICY = "klaviyo-classic"


@dataclass(frozen=True, slots=True)
class Demo:
    """A built-in history: its name, what it shows, and its calls in the notation."""

    name: str
    title: str
    text: str


_BEFORE = """
    server  event="Placed Order" external_id=b1001 email=betty@example.com -> BETTY1
    +20min  browser event="Viewed Product" email=betty@example.com -> BETTY1
"""
_CHANGED = """
    +1d     server event="Updated Account" external_id=b1001 email=betty.new@example.com -> BETTY1
"""
_AFTER = """
    +4min   server event="Placed Order" external_id=b1001 email=betty.new@example.com -> BETTY1
    {after}  browser event="Viewed Product" email={email} -> {profile}
"""
_EMAIL_CHANGE = f"{_BEFORE}{_CHANGED}{_AFTER}"
_ORDER = f"""{_BEFORE}
    +1d     browser event="Viewed Product" email=betty@example.com -> BETTY2
    +200ms  server event="Updated Account" external_id=b1001 email=betty.new@example.com -> BETTY1
    {_AFTER}
"""
_AT_ONCE = f"""{_BEFORE}{_CHANGED}
    +150ms  form event="Subscribed" email=betty.new@example.com -> BETTY2
    {_AFTER}
"""

_SHOP = """
    server   event="Placed Order" external_id=a77 email=ann@example.com
    +3min    browser event="Viewed Product" email=ann@example.com
    +10min   server event="Placed Order" external_id=b1001 email=betty@example.com
    +2min    browser event="Viewed Product" email=betty@example.com
    +30min   server event="Started Checkout" external_id=c310
    +40s     form email=carl@example.com
    +5min    server event="Placed Order" external_id=c310 email=carl@example.com
    +1h      form email=dora@example.com
    +2min    server event="Placed Order" external_id=d48 email=dora@example.com
    +1d      server event="Updated Account" external_id=a77 email=ann.lee@example.com
    +8min    browser event="Viewed Product" email=ann.lee@example.com
    +1h      server event="Updated Account" external_id=b1001 email=betty.new@example.com
    +4s      browser event="Active on Site" email=betty@example.com
    +50s     browser event="Viewed Product" email=betty@example.com
    +6min    server event="Placed Order" external_id=b1001 email=betty.new@example.com
    +30min   browser event="Viewed Product" email=dora@example.com
    +2h      server event="Placed Order" external_id:=512 email=emil@example.com
    +1min    server event="Fulfilled Order" external_id=512
    +20min   server event="Placed Order" external_id=f9 email=faye@example.com -> FAYEA1
    &        form email=faye@example.com -> FAYEA2
    +1d      server event="Placed Order" external_id=d48 email=dora@example.com
    +3h      browser event="Viewed Product" email=carl@example.com
    +10min   browser event="Viewed Product" email=betty.new@example.com
    +1h      server event="Placed Order" external_id=a77 email=ann.lee@example.com
"""


def names() -> tuple[str, ...]:
    """Return the names of the built-in histories."""
    return tuple(_demos())


def demos() -> tuple[Demo, ...]:
    """Return the built-in histories."""
    return tuple(_demos().values())


def demo(name: str) -> History:
    """Return a built-in history, read from the requests that it stands for.

    >>> import idgraph as ig
    >>> ig.demo("email-change-broke")
    <History 'The email change, as it broke: same payloads, two profiles': 5 calls, 0 ties>
    """
    story = _demo(name)
    log = "\n".join(exchanges(story.name)).encode()
    return sources.read(log, progress=False, name=f"demo {story.name}", title=story.title)


def exchanges(name: str) -> Iterator[str]:
    """Return a built-in history as the rows of an exchange log, one JSON text a request."""
    for call in notation.parse(_demo(name).text):
        yield json.dumps(exchange(call), ensure_ascii=False)


def write_demo(name: str, path: str | Path | None = None) -> Path:
    """Write a built-in history as an exchange log; into a folder for passing files by default.

    >>> import idgraph as ig
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ig.write_demo("shop", f"{folder}/shop.jsonl").name
    'shop.jsonl'
    """
    target = Path(path) if path else Path(tempfile.mkdtemp(prefix="idgraph-")) / f"{name}.jsonl"
    target.write_text("".join(f"{row}\n" for row in exchanges(name)), "utf-8")
    return target


def _demo(name: str) -> Demo:
    if name not in _demos():
        near = get_close_matches(name, names(), 1)
        known = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names())}."
        raise UsageError("no built-in history has that name", remedy=known)
    return _demos()[name]


@cache
def _demos() -> dict[str, Demo]:
    examples = policy.load(POLICY).example
    scenarios = [
        Demo(e.code, _SCENARIOS[e.code], _one_person(e.given, e.call, e.code))
        for e in examples
        if e.code in _SCENARIOS
    ]
    stories = [
        Demo("shop", "A small shop: who was tracked correctly, who was duplicated", _SHOP),
        *scenarios,
        *(Demo(name, title, text) for name, title, text in _CHANGES),
    ]
    return {story.name: story for story in stories}


def _one_person(given: tuple[str, ...], call: str, code: str) -> str:
    """An example as calls of one human; of calls at the same time, both profiles were observed."""
    lines = [f"person=betty {line}" for line in (*given, call)]
    if code == "scenario-7":
        lines = [f"{line} -> {label}" for line, label in zip(lines, ("01A", "01B"), strict=True)]
    return "\n".join(_with_sender(line) for line in lines)


def _with_sender(line: str) -> str:
    """A line with a channel: where none is said, a call with an id is the server's."""
    words = set(line.split())
    if words & set(CHANNELS):
        return line
    return f"{'server' if 'external_id' in line else 'browser'} {line}"


_SCENARIOS = {
    "scenario-1": "The id is known: matched by $id",
    "scenario-2": "The email is known: matched by $email",
    "scenario-3": "Id and email, the id is known: the profile gets the email",
    "scenario-4": "Id and email, the email is known: the profile gets the id",
    "scenario-5": "Another id with a known email: the id is replaced",
    "scenario-6": "A profile with an id only, then an email only: a permanent duplicate",
    "scenario-7": "Two calls at the same time: each may create a profile",
}
_NEW, _OLD = "betty.new@example.com", "betty@example.com"
_CHANGES = (
    (
        "email-change-worked",
        "The email change, as it worked",
        _EMAIL_CHANGE.format(after="+2min", email=_NEW, profile="BETTY1"),
    ),
    (
        "email-change-broke",
        "The email change, as it broke: same payloads, two profiles",
        _EMAIL_CHANGE.format(after="+2min", email=_NEW, profile="BETTY2"),
    ),
    (
        "email-change-old",
        "The email change with a browser that still knows the old address",
        _EMAIL_CHANGE.format(after="+2min", email=_OLD, profile="BETTY2"),
    ),
    (
        "email-change-overtaken",
        "The email change that overtook a page view sent before it",
        _ORDER.format(after="+2min", email=_NEW, profile="BETTY1"),
    ),
    (
        "email-change-at-once",
        "The email change and a form with the new address, both under way at once",
        _AT_ONCE.format(after="+2min", email=_NEW, profile="BETTY1"),
    ),
    (
        "email-change-deviated",
        "The email change that was not found a day later, though it had been applied",
        _EMAIL_CHANGE.format(after="+1d", email=_NEW, profile="BETTY2"),
    ),
)
