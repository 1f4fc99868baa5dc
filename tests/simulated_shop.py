"""A shop and a platform that are simulated, so that tests know what really happened.

The platform is written naively and apart from the package: profiles as dictionaries, an index as a
log of who found whom since when. Everything comes from one seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from idgraph.calls import Call, History, Identifier, history

SECOND = 1_000_000
START = 1_618_560_000 * SECOND
Mechanism = Literal["lag", "bug"]


@dataclass(frozen=True)
class World:
    """How the platform really works, and how the shop calls it.

    `behind` of all look-ups read an index that is behind by an exponential time, whose mean is one
    of `lags` (chance, seconds); `floor` of all that should find a profile make one blindly. `seen`
    is the chance that a landing is observed. `odd` is how often an email goes out in capitals or a
    browser's form makes a profile first; `fold` and `taken` are the platform's rules for those.
    """

    behind: float = 0.055
    lags: tuple[tuple[float, float], ...] = ((0.7, 2.0), (0.3, 60.0))
    floor: float = 0.0043
    seen: float = 1.0
    odd: float = 0.0
    fold: bool = True
    taken: Literal["keep", "set"] = "keep"


@dataclass
class Shop:
    """The calls of a shop and, by number, why a call landed elsewhere than the rules say."""

    history: History
    mechanisms: dict[int, Mechanism]


@dataclass
class Platform:
    """The profiles of one person."""

    world: World
    rng: random.Random
    profiles: list[dict[str, str]] = field(default_factory=list)
    index: list[tuple[int, tuple[str, str], int | None]] = field(default_factory=list)

    def folded(self, key: str, value: str) -> str:
        """Return a value as the platform compares it."""
        return value.lower() if key == "email" and self.world.fold else value

    def finds(self, carried: dict[str, str], at: int) -> int | None:
        """Return whom the keys find, id first, in the index as it was."""
        for key in ("external_id", "email"):
            if key in carried:
                wanted = (key, self.folded(key, carried[key]))
                ways = [to for since, one, to in self.index if one == wanted and since <= at]
                if ways and ways[-1] is not None:
                    return ways[-1]
        return None

    def take(self, carried: dict[str, str], at: int) -> tuple[int, Mechanism | None]:
        """Apply a call, and return its profile and what went wrong."""
        right = seen = self.finds(carried, at)
        blind = self.rng.random() < self.world.floor
        if self.rng.random() < self.world.behind:
            chances, means = zip(*self.world.lags, strict=True)
            mean = self.rng.choices(means, chances)[0]
            seen = self.finds(carried, at - round(self.rng.expovariate(1 / mean) * SECOND))
        if blind:
            seen = None
        wrong: Mechanism | None = None
        if seen != right:
            wrong = "bug" if blind else "lag"
        if seen is None:
            seen = len(self.profiles)
            self.profiles.append({})
        for key, value in carried.items():
            self.write(seen, key, self.folded(key, value), at)
        return seen, wrong

    def write(self, profile: int, key: str, value: str, at: int) -> None:
        """Put a value on a profile, and into the index."""
        mine = self.profiles[profile]
        if mine.get(key) == value:
            return
        owner = self.finds({key: value}, at)
        if owner not in (None, profile):
            if self.world.taken == "keep":
                return
            self.profiles[owner].pop(key, None)
        if key in mine:
            self.index.append((at, (key, mine[key]), None))
        mine[key] = value
        self.index.append((at, (key, value), profile))


def shop(seed: int, persons: int, world: World | None = None) -> Shop:
    """Return the calls of some persons, each person's within a few days."""
    rng, chosen = random.Random(seed), world or World()  # noqa: S311 - a simulation
    rows = [row for person in range(persons) for row in _person(person, chosen, rng)]
    rows.sort(key=lambda row: row[0].sent_at or 0)
    wrong = {number: row[1] for number, row in enumerate(rows, 1) if row[1] is not None}
    return Shop(history([call for call, _ in rows]), wrong)


def _person(
    person: int, world: World, rng: random.Random
) -> Iterator[tuple[Call, Mechanism | None]]:
    platform = Platform(world, rng)
    at = START + rng.randrange(30 * 86_400) * SECOND
    for channel, carried in _story(person, world, rng):
        at += round(10 ** rng.uniform(-1, 4.5) * SECOND)
        took = round(rng.uniform(0.05, 0.3) * SECOND)
        profile, wrong = platform.take(carried, at + rng.randrange(took))
        call = Call(
            tuple(Identifier(key, value) for key, value in carried.items()),
            channel=channel,
            endpoint="track",
            person=f"person {person}",
            observed=f"{person}.{profile}" if rng.random() < world.seen else None,
            sent_at=at,
            answered_at=at + took,
        )
        yield call, wrong
        at += took


def _story(person: int, world: World, rng: random.Random) -> Iterator[tuple[str, dict[str, str]]]:
    """Orders by id and email, visits by email, new emails; at times the old one, or no email."""
    mine, emails = f"c{person}", [f"p{person}.0@example.com"]
    if rng.random() < world.odd:
        emails.append(f"p{person}.form@example.com")
        yield "form", {"email": emails[-1]}
        yield "server", {"external_id": mine, "email": emails[0]}
        yield "server", {"external_id": mine, "email": emails[-1]}
    elif rng.random() < 0.05:
        yield "server", {"external_id": mine}
    else:
        yield "server", {"external_id": mine, "email": emails[-1]}
    for _ in range(rng.randint(3, 9)):
        what = rng.random()
        email = emails[-1]
        if rng.random() < world.odd:
            email = email.upper()
        if what < 0.55:
            yield "browser", {"email": email}
        elif what < 0.8:
            yield "server", {"external_id": mine, "email": email}
        elif what < 0.97:
            emails.append(f"p{person}.{len(emails)}@example.com")
            yield "server", {"external_id": mine, "email": emails[-1]}
        else:
            yield "browser", {"email": emails[0]}
