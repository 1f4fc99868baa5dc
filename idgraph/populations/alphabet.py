"""The calls that experiments are made of: who sends them, and whose identifiers they carry.

Identifiers stand for places: `email 1` is the first test address of an experiment. `Values` makes
them real. All are unmistakably tests: addresses at example.com, phone numbers of the block that is
kept for fiction.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from idgraph.calls import Call, Channel, Identifier, Key, in_order
from idgraph.rulebook import Policy
from idgraph.rules import Fold, Rule, RuleCode, Spelling, Timing

TESTED: tuple[Key, ...] = ("external_id", "email", "phone_number", "anonymous_id")
"""The keys whose values a tester can make up: the others are names that the platform gives."""
_ACCEPTED: dict[str, tuple[Key, ...]] = {
    "list/subscribe": ("email", "phone_number"),
    "profile-subscription-bulk-create-jobs": ("email", "phone_number"),
    "client/subscriptions": ("external_id", "email", "phone_number"),
    "profile-import": ("external_id", "email", "phone_number"),
    "profiles": ("external_id", "email", "phone_number"),
}
"""Keys by endpoint, after the same references as the dialects; others take all of `TESTED`."""
_NEEDS_ADDRESS = ("client/subscriptions",)
SENDERS: tuple[Sender, ...] = (
    ("server", "events"),
    ("server", "track"),
    ("server", "identify"),
    ("server", "profile-import"),
    ("server", "profiles"),
    ("server", "profile-subscription-bulk-create-jobs"),
    ("browser", "client/events"),
    ("browser", "track"),
    ("browser", "identify"),
    ("form", "client/subscriptions"),
    ("form", "list/subscribe"),
    ("server", ""),
    ("browser", ""),
    ("form", ""),
    ("import", ""),
)
"""Channels and the endpoints that they call, the likeliest first; without one for policies that
name none."""


@dataclass(frozen=True, slots=True)
class Place:
    """An identifier of an experiment: its key, which of them it is, and how it is spelt."""

    key: Key
    which: int = 1
    spelt: Fold | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One call of an experiment; `at_once` says that it goes out together with the one before."""

    channel: Channel
    endpoint: str
    places: tuple[Place, ...]
    at_once: bool = False


Sender = tuple[Channel, str]
"""A channel, and the endpoint that it calls or ""."""
Letter = tuple[Sent, ...]
"""What a sequence grows by: one call, or two at once."""


_DIGITS = 9
"""The id that is spelt with digits alone: it can be sent as a number, too."""


@dataclass(frozen=True, slots=True)
class Values:
    """Makes identifiers out of places: `run` and `experiment` keep one test apart from another."""

    run: int
    experiment: int

    def of(self, place: Place) -> Identifier:
        """Return the identifier that a place stands for."""
        digits = place.spelt == "type" or place.which == _DIGITS
        text = self._text(place.key, place.which, digits=digits)
        if place.spelt == "case":
            text = text.upper()
        if place.spelt == "blanks":
            text = f"{text} "
        if place.spelt == "symbols":
            text = f"{text[:2]} {text[2:5]}-{text[5:8]}-{text[8:]}"
        return Identifier(place.key, text, number=place.spelt == "type")

    def _text(self, key: Key, which: int, *, digits: bool) -> str:
        letter = "abcdefghij"[which - 1]
        name = f"idgraph-test-{self.run}-{self.experiment}{letter}"
        if key == "email":
            return f"{name}@example.com"
        if key == "phone_number":
            return f"+120255501{(2 * self.experiment + which - 2) % 100:02}"
        if digits:
            return f"{self.run}{self.experiment:03}"
        return name if key == "external_id" else f"{name}-device"

    def line(self, sent: Sent) -> str:
        """Return a call in the notation."""
        words = ["&"] if sent.at_once else []
        words.append(sent.channel)
        if sent.endpoint:
            words.append(f"endpoint={sent.endpoint}")
        carried = in_order(map(self.of, sent.places))
        words += [f"{i.key}{':' * i.number}={shlex.quote(i.text)}" for i in carried]
        return " ".join(words)

    def call(self, sent: Sent) -> Call:
        """Return a call as the rules see it, without a time."""
        identifiers = in_order(map(self.of, sent.places))
        return Call(identifiers, channel=sent.channel, endpoint=sent.endpoint)


def usable(policy: Policy, among: Iterable[Sender] = SENDERS) -> list[Sender]:
    """Return the senders of whose endpoints a policy speaks; those without one if it names none."""
    return [
        (channel, endpoint)
        for channel, endpoint in among
        if bool(endpoint) == policy.picked and policy.speaks_of(Call((), endpoint=endpoint))
    ]


def _by_class(policy: Policy) -> dict[str, Sender]:
    """The first sender of each class of calls that anybody here can send, by its code."""
    found: dict[str, Sender] = {}
    for channel, endpoint in usable(policy):
        call = Call((), channel=channel, endpoint=endpoint)
        found.setdefault(policy.kind(call), (channel, endpoint))
    return found


def testable(rule: Rule) -> bool:
    """Tell whether calls with made-up values can show how a rule comes out."""
    keys = (getattr(rule, "key", ""), *getattr(rule, "keys", ()))
    return isinstance(rule, Timing) or any(key in TESTED for key in keys)


def letters(policy: Policy, rules: Iterable[Rule]) -> tuple[Letter, ...]:
    """Return the letters in which some rules of a policy may matter, in a fixed order.

    First those of the story that everybody tells (an id with an email, the id or the email alone,
    another email), then those that carry the key of a rule, from a sender of its class, and
    spellings or calls at once where a rule speaks of them.
    """
    known = usable(policy)
    if not known:
        return ()
    server, browser = (_of_channel(known, channel) for channel in ("server", "browser"))
    found = [
        Sent(*server, _places("external_id", "email")),
        Sent(*browser, _places("email")),
        Sent(*server, _places("external_id")),
        Sent(*server, (Place("external_id"), Place("email", 2))),
        Sent(*browser, (Place("email", 2),)),
    ]
    told: list[Letter] = [(one,) for one in found]
    for rule in rules:
        told += _of_rule(policy, rule, server, browser)
    fits = (letter for letter in told if all(_sendable(policy, sent) for sent in letter))
    return tuple(dict.fromkeys(fits))


def _of_channel(known: Sequence[Sender], channel: Channel) -> Sender:
    """The first sender of a channel; the first of all where the channel has none."""
    return next((one for one in known if one[0] == channel), known[0])


def _places(*keys: Key) -> tuple[Place, ...]:
    return tuple(map(Place, keys))


def _sendable(policy: Policy, sent: Sent) -> bool:
    accepted = _ACCEPTED.get(sent.endpoint, TESTED)
    carried = {place.key for place in sent.places}
    known = {row.key for row in policy.key}
    addressed = carried & {"email", "phone_number"} or sent.endpoint not in _NEEDS_ADDRESS
    return carried <= set(accepted) and carried <= known and bool(addressed)


def _of_rule(policy: Policy, rule: Rule, server: Sender, browser: Sender) -> Iterator[Letter]:
    """The letters that one rule needs."""
    if isinstance(rule, Timing):
        first = Sent(*server, _places("external_id", "email"))
        yield first, Sent(*browser, _places("email"), at_once=True)
        return
    key = getattr(rule, "key", "")
    if isinstance(rule, Spelling):
        yield from _spelt(rule, browser if key == "email" else server)
        return
    keys = [one for one in (key, *getattr(rule, "keys", ())) if one in TESTED]
    for one in keys:
        for sender in _senders_of(policy, rule):
            yield from ((Sent(*sender, places),) for places in _carrying(one))


def _spelt(rule: Spelling, sender: Sender) -> Iterator[Letter]:
    which = _DIGITS if rule.fold == "type" else 1
    if rule.key in TESTED:
        yield (Sent(*sender, (Place(rule.key, which),)),)
        yield (Sent(*sender, (Place(rule.key, which, rule.fold),)),)


def _senders_of(policy: Policy, rule: Rule) -> Iterator[Sender]:
    """The senders of the first two classes in which a rule is in force."""
    by_class = _by_class(policy)
    force = [code for code in by_class if rule.code in _in_force(policy, code)]
    yield from (by_class[code] for code in force[:2])


def _in_force(policy: Policy, code: str) -> set[RuleCode]:
    table = policy.tables[code]
    rows = (*table.trial, *table.write.values(), *table.nobody.values(), *policy.send)
    return {row.code for row in rows}


def _carrying(key: Key) -> Iterator[tuple[Place, ...]]:
    """What calls carry of which one key is looked at: alone, with another key, another value."""
    other: Key = "external_id" if key == "email" else "email"
    yield (Place(key),)
    yield (Place(key), Place(other))
    yield (Place(key, 2), Place(other))
    yield (Place(key, 2),)
    yield (Place(key), Place(other, 2))
