"""Made-up fleets: a thousand persons, of whom some are duplicated by one mechanism that is known.

What causes the duplicates, what only goes along with it, and what is mere noise is chosen by the
caller, so that an analysis of a fleet can be held against the truth.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from itertools import pairwise

from idgraph.calls import Call, CallNumber, History, Reading, history
from idgraph.clocks import SECOND
from idgraph.demos.shoppers import PLANTS, Shopper, write_calls
from idgraph.errors import UsageError
from idgraph.notation import START
from idgraph.persons import link, loosely
from idgraph.replays import replay

POLICY = "klaviyo-classic"
NONE = "none"
BESIDE = ("browser", "sdk", "country", "form", "hour", "letter-case")
"""What can go along with a plant and causes nothing under the rules."""
ALONG, ELSEWHERE = 0.9, 0.15
"""How often persons with the plant, and those without, show what goes along with it."""
_DAYS = 60
_BEHIND = 5 * SECOND
"""How long the index of the platform that lags is behind."""
_MISSES = 0.95
"""How often it is."""


def demo_fleet(
    persons: int = 1000,
    *,
    plant: str = "stale-cookie",
    rate: float = 0.2,
    seed: int = 0,
    beside: Iterable[str] = ("browser",),
    deviations: float = 0.01,
) -> History:
    """Return the calls of some persons of a made-up shop, `rate` of them with what is planted.

    `plant` is one of `plants()`: a mechanism that makes duplicates by the rules of
    `klaviyo-classic` (`lag` by an observation alone); `none` duplicates as many persons by a bare
    deviation, whatever they did. `beside` are the circumstances of `BESIDE` that 90 % of the
    persons with the plant show and 15 % of the others; without a plant, 15 % of all. `deviations`
    is the share of persons one of whose calls was observed elsewhere than the rules say. Every call
    names its person and was observed. An unknown name and a share outside 0 to 1 are a
    `UsageError`. Same arguments, same fleet.

    >>> import idgraph as ig
    >>> ig.demo_fleet(20, plant="stale-cookie", seed=1)
    <History 'A made-up fleet of 20 persons': 152 calls, 0 ties, 20 named persons>
    """
    along = tuple(beside)
    _check(plant, along, rate=rate, deviations=deviations)
    rng = random.Random(f"fleet {seed}")  # noqa: S311 - a made-up shop needs no secret chance
    calls: list[Call] = []
    marked: set[str] = set()
    for number in range(1, persons + 1):
        planted = rng.random() < rate
        name = f"person-{number:05d}"
        # Without a plant nothing that a person does may hang together with being a duplicate.
        shows = ALONG if planted and plant != NONE else ELSEWHERE
        traits = frozenset(one for one in BESIDE if one in along and rng.random() < shows)
        begun = START + rng.randrange(_DAYS * 86_400) * SECOND
        shopper = Shopper(number, name, begun, rng, traits)
        calls += write_calls(shopper, plant if planted else NONE)
        marked |= {name} if planted else set()
    title = f"A made-up fleet of {persons} persons"
    told = history(calls, reading=_read(len(calls)), title=title)
    return _observed(told, rng, plant, marked, deviations)


def demo_pair(plant: str = "stale-cookie", seed: int = 0) -> tuple[History, History]:
    """Return the calls of a correct and of a duplicated person of one made-up fleet.

    The correct one is the person with most nearly as many calls; the first of those. Where the
    mechanism takes several persons (`placeholder-id`) the calls of the others are not in it.

    >>> import idgraph as ig
    >>> good, bad = ig.demo_pair("stale-cookie")
    >>> print(good, bad)
    <History 'A correct person': 6 calls, 0 ties, 1 named persons> <History 'A duplicated person': 6
    calls, 0 ties, 1 named persons>
    """
    fleet = demo_fleet(30, plant=plant, rate=0.4, seed=seed, deviations=0.0)
    people = link(fleet)
    seen = {name: {fleet.call(n).observed for n in people.calls[name]} for name in people}
    whole = [name for name in people if len(seen[name]) == 1]
    split = next(name for name in people if len(seen[name]) > 1)
    count = len(people.calls[split])
    like = min(whole, key=lambda name: abs(len(people.calls[name]) - count))
    good, bad = (fleet.only(people.calls[name]) for name in (like, split))
    return _titled(good, "A correct person"), _titled(bad, "A duplicated person")


def plants() -> tuple[str, ...]:
    """Return the names of what can be planted, `none` last."""
    return (*PLANTS, NONE)


def _titled(one: History, title: str) -> History:
    return replace(one, title=title, reading=_read(len(one)))


def _read(calls: int) -> Reading:
    return Reading(rows=calls, with_calls=calls, calls=calls)


def _check(plant: str, beside: Iterable[str], **shares: float) -> None:
    for what, given, known in (
        ("plant", (plant,), plants()),
        ("circumstance", beside, BESIDE),
    ):
        for name in given:
            if name not in known:
                near = get_close_matches(name, known, 1)
                remedy = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
                raise UsageError(f"no {what} of a made-up fleet has that name", remedy=remedy)
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise UsageError(f"{name} is no share", remedy="Give a number from 0 to 1.")


def _observed(
    told: History, rng: random.Random, plant: str, marked: set[str], deviations: float
) -> History:
    """The history with where a platform that keeps to the rules filed each call, but for a few.

    A platform whose index is behind misses most new emails that are looked up at once, whoever's
    they are: of two persons who did the same, none is likelier to be duplicated.
    """
    steps = replay(told, POLICY).steps
    seen = [step.landed and f"PROFILE{int(step.landed[1:]):06d}" for step in steps]
    people = link(told)
    for name in people:
        numbers = people.calls[name]
        behind = plant == "lag" and rng.random() < _MISSES
        missed = _missed(told, numbers) if behind else None
        astray = rng.random() < deviations or (plant == NONE and name in marked)
        if missed is None and astray:
            missed = rng.choice(numbers[1:])
        if missed is not None:
            seen[missed - 1] = f"STRAY{missed:06d}"
    calls = (
        replace(call, observed=label, origin=f"fleet:{row}")
        for row, (call, label) in enumerate(zip(told, seen, strict=True), 1)
    )
    return replace(told, calls=tuple(calls))


def _missed(told: History, numbers: Iterable[CallNumber]) -> CallNumber | None:
    """The first call that names an email alone that the call before had put on the profile."""
    for before, number in pairwise(numbers):
        one, other = told.call(before), told.call(number)
        soon = other.at is not None and one.at is not None and other.at - one.at < _BEHIND
        alone = [loosely(identifier) for identifier in other.identifiers]
        same = alone == [loosely(i) for i in one.identifiers if i.key == "email"]
        if one.event == "Updated Account" and soon and same:
            return number
    return None
