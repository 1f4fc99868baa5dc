"""Measures verdicts, comparisons, contrasts and reproducers: `python tests/benchmark.py [--quick]`.

Times depend on the machine; the ratios within one run are what to compare between two commits.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from idgraph.calls import Call, History, Identifier, history
from idgraph.clocks import SECOND, Instant
from idgraph.comparison import compare
from idgraph.contrasts import contrast
from idgraph.demos.fleets import demo_fleet
from idgraph.minimising import minimise
from idgraph.replays import replay
from idgraph.verdicts import verdict

POLICY = "klaviyo-classic"
BEGIN: Instant = 1_700_000_000 * SECOND


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    quick = parser.parse_args().quick
    crowds, persons = (5, 100) if quick else (50, 1000)
    for name, chunk in (("another order", 1), ("in flight, pairs", 2)):
        _tell(name, [crowd(random.Random(seed), 30, chunk) for seed in range(crowds)])  # noqa: S311
    calls = shop(random.Random(1), persons)  # noqa: S311 - no secret
    told = replay(calls, POLICY)
    base = _timed(lambda: replay(calls, POLICY))
    for deep in (False, True):
        took = _timed(partial(verdict, told, deep=deep))
        print(  # noqa: T201 - what it is for
            f"a shop of {persons} persons, {len(calls)} calls{', deep' if deep else ''}: "
            f"{persons / took:,.0f} persons a second, {took / base:.2f} replays"
        )
    for number in (10, 50) if quick else (10, 50, 200, 1000):
        _compared(number)
    _contrasted(100 if quick else 1000)


def _compared(number: int) -> None:
    """Compare two persons of so many calls, and shrink the one that splits."""
    good, bad = visits(number, seed=1, stale=0), visits(number, seed=2, stale=3)
    base = _timed(partial(replay, bad, POLICY))
    for name, work in (
        ("compared with as many", partial(compare, good, bad, policy=POLICY)),
        ("shrunk", partial(minimise, bad, POLICY)),
    ):
        took = _timed(work)
        print(  # noqa: T201 - what it is for
            f"{number} calls of one person, {name}: {took:.2f} s, {took / base:.0f} replays"
        )


def _contrasted(persons: int) -> None:
    fleet = demo_fleet(persons, rate=0.5)
    base = _timed(partial(replay, fleet, POLICY))
    took = _timed(partial(contrast, fleet, policy=POLICY))
    print(  # noqa: T201 - what it is for
        f"{persons} persons divided by outcome, {len(fleet)} calls: {took:.1f} s, "
        f"{took / base:.0f} replays"
    )


def visits(number: int, *, seed: int, stale: int) -> History:
    """Return the calls of one person whose email changes, `stale` of them with the old one."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    late = set(rng.sample(range(number // 2 + 1, number), min(stale, number // 2 - 1)))
    calls = []
    at = BEGIN
    for place in range(number):
        at += rng.choice((3, 60, 4000)) * SECOND
        email = f"{'old' if place < number // 2 or place in late else 'new'}@example.com"
        server = place not in late and (place == number // 2 or rng.random() < 0.3)
        carried = [Identifier("external_id", "b")] * server + [Identifier("email", email)]
        event = rng.choice("ABC")
        channel = "server" if server else "browser"
        calls.append(Call(tuple(carried), channel, event=event, person="b", sent_at=at))
    return history(calls)


def _tell(name: str, crowds: Sequence[History]) -> None:
    base = statistics.median(_timed(partial(replay, told, POLICY)) for told in crowds)
    took = [_timed(partial(verdict, told, POLICY, deep=False)) for told in crowds]
    rungs = {v.verdict for told in crowds for v in verdict(told, POLICY, deep=False)}
    print(  # noqa: T201 - what it is for
        f"30 calls at once, {name}: median {1e3 * statistics.median(took):.1f} ms, "
        f"largest {1e3 * max(took):.0f} ms, {statistics.median(took) / base:.1f} replays "
        f"({', '.join(sorted(rungs))})"
    )


def crowd(rng: random.Random, number: int, chunk: int) -> History:
    """Return calls of one person, all at once, observed as they fall in some other order.

    So many at a time look up before any of these writes.
    """
    emails = [Identifier("email", f"{name}@example.com") for name in ("one", "two", "three")]
    own = Identifier("external_id", "u1")
    calls = []
    for place in range(number):
        carried = [own] * (rng.random() < 0.5)
        carried += [rng.choice(emails)] * (not carried or rng.random() < 0.7)
        at = BEGIN + 1000 * place
        channel = "server" if own in carried else "browser"
        calls.append(Call(tuple(carried), channel, sent_at=at, answered_at=at + SECOND, person="p"))
    order = list(range(number))
    rng.shuffle(order)
    ties = tuple(
        group
        for first in range(1, number + 1, chunk)
        if len(group := tuple(range(first, min(first + chunk, number + 1)))) > 1
    )
    fallen = replace(history(calls), calls=tuple(calls[place] for place in order), ties=ties)
    steps = replay(fallen, POLICY, assume={"at-once": "unseen"} if ties else {}).steps
    seen = {place: step.profile for place, step in zip(order, steps, strict=True)}
    return history(replace(call, observed=seen[place]) for place, call in enumerate(calls))


def shop(rng: random.Random, persons: int) -> History:
    """Return the calls of a shop: seven a person, an email that changes, a few labels off."""
    calls = []
    for person in range(persons):
        at = BEGIN + rng.randrange(10**6) * SECOND
        for number in range(7):
            at += rng.choice([300_000, 2 * SECOND, 60 * SECOND, 3600 * SECOND])
            server = rng.random() < 0.5
            email = f"u{person}@{'old' if number < 4 else 'new'}.example.com"
            carried = [Identifier("external_id", f"u{person}")] * server
            carried.append(Identifier("email", email))
            channel = "server" if server else "browser"
            calls.append(
                Call(
                    tuple(carried),
                    channel,
                    sent_at=at,
                    answered_at=at + 150_000,
                    person=f"u{person}",
                )
            )
    told = history(calls)
    steps = replay(told, POLICY).steps
    return history(
        replace(call, observed=f"{step.profile}{'x' * (rng.random() < 0.01)}")
        for call, step in zip(told, steps, strict=True)
    )


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
