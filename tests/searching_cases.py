"""Small random histories for the searches: what a platform with slow look-ups could have shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

import msgspec
from cards import CardName, Landing, Platform
from searching_oracle import Case, Number, Span, admissible, along

from idgraph.calls import PROFILE_ID, Call, Identifier, Key
from idgraph.clocks import SECOND, Instant
from idgraph.rulebook import Policy

POLICIES = (
    "klaviyo-classic",
    "klaviyo-classic-late",
    "klaviyo",
    "klaviyo-multi-email",
    "segment-unify",
    "customerio",
)
_VALUES: dict[Key, tuple[str, ...]] = {
    "external_id": ("b1", "b1", "b2"),
    "email": ("a@e.example", "a@e.example", "b@e.example", "b@e.example", "c@e.example"),
    "phone_number": ("+15005550001",),
    PROFILE_ID: ("A", "B"),
    "anonymous_id": ("d1", "d2"),
    "_kx": ("t1",),
}
_ID, _OLD, _NEW = (
    Identifier(key, _VALUES[key][place])
    for key, place in (("external_id", 0), ("email", 0), ("email", 2))
)
_THREAD = ((_ID, _OLD), (_ID, _NEW), (_ID,), (_OLD,), (_NEW,))
"""What one person's calls carry whose email changes."""
_WEIGHTS = {"external_id": 8, "email": 10, "phone_number": 2, PROFILE_ID: 1, "anonymous_id": 2}
_LABELS = ("A", "B", "C", "D", "E", "F", "G")
_SIZES = {1: 1, 2: 10, 3: 34, 4: 36, 5: 17, 6: 2}
_START: Instant = 1_618_560_000 * SECOND


@dataclass(frozen=True)
class _Weather:
    """How far behind look-ups are, at most; with `keyed` each key by itself. None: not at all."""

    lag: Instant | None
    keyed: bool


def random_history(rng: Random, policy: Policy, *, calls: int = 0, orders: int = 24) -> Case:
    """Return a few calls as such a platform could have taken them, and what was seen of them.

    Some of what was seen is left out, and sometimes some is wrong. `calls` is how many there are
    (0: some), of which no more than `orders` orders are possible.
    """
    policy = _reading(rng, policy)
    count = calls or rng.choices(list(_SIZES), list(_SIZES.values()))[0]
    timed = _timed(rng, _payloads(rng, policy, count), orders)
    sent = tuple(sorted(timed, key=lambda call: call.at or 0))
    case = Case(policy, sent, tuple(map(span, sent)), most=rng.choice([0, 1, 3, 600, 600]) * SECOND)
    case = _probed(rng, case)
    return _disturbed(rng, _observed(rng, case))


def span(call: Call) -> Span:
    """Return when a call can have taken effect: from its first clock to its last."""
    begin = [at for at in (call.sent_at, call.received_at) if at is not None]
    end = [*begin, *([] if call.answered_at is None else [call.answered_at])]
    return Span(min(begin), max(end))


# --- calls ---------------------------------------------------------------------------------------


def _chance(rng: Random, share: float) -> bool:
    return rng.random() < share


def _reading(rng: Random, policy: Policy) -> Policy:
    """The policy, sometimes with rules coming out otherwise, or with room for fewer values."""
    if _chance(rng, 0.35):
        rules = (*policy.match, *policy.miss, *policy.write)
        flipped = rng.sample([rule for rule in rules if rule.allowed], rng.randint(1, 3))
        policy = policy.assuming({rule.code: rng.choice(rule.allowed) for rule in flipped})
    if _chance(rng, 0.3):
        limit = rng.choice([1, 2])
        rows = (msgspec.structs.replace(row, limit=limit) for row in policy.key if row.limit)
        fewer = {row.key: row for row in rows}
        policy = msgspec.structs.replace(
            policy, key=tuple(fewer.get(row.key, row) for row in policy.key)
        )
    return policy


def _payloads(rng: Random, policy: Policy, count: int) -> list[Call]:
    """Calls of few kinds, so that some are alike."""
    places = [_place(rng, policy) for _ in range(rng.choice([1, 1, 2]))]
    kinds = [_payload(rng, policy, places) for _ in range(rng.choice([1, 2, 2, 3, 4]))]
    if _chance(rng, 0.4):
        sent = rng.sample(_THREAD, rng.choice([2, 3, 4]))
        kinds = [replace(rng.choice(places), identifiers=carried) for carried in sent]
    return [rng.choice(kinds) for _ in range(count)]


def _place(rng: Random, policy: Policy) -> Call:
    """A call's endpoint, or the channel that stands for one."""
    kind = rng.choice(policy.kinds)
    if kind.channels and (not kind.endpoints or _chance(rng, 0.3)):
        return Call((), channel=rng.choice(kind.channels))
    return Call((), channel="server", endpoint=rng.choice(kind.endpoints).replace("*", "events"))


def _payload(rng: Random, policy: Policy, places: Sequence[Call]) -> Call:
    keys = [key for key in policy.order if key in _WEIGHTS or _chance(rng, 0.1)]
    weights = [_WEIGHTS.get(key, 1) for key in keys]
    carried = set(rng.choices(keys, weights, k=rng.choice([1, 2, 2, 3])))
    named = PROFILE_ID in policy.order
    absent = [key for key in ("email", "phone_number", "external_id") if key not in carried]
    return replace(
        rng.choice(places),
        identifiers=tuple(
            Identifier(key, rng.choice(_VALUES[key])) for key in policy.order if key in carried
        ),
        reads=_chance(rng, 0.06),
        clears=(rng.choice(absent),) if absent and _chance(rng, 0.06) else (),
        merges=rng.choice(_LABELS[:2]) if named and _chance(rng, 0.08) else None,
    )


def _timed(rng: Random, calls: Sequence[Call], orders: int) -> list[Call]:
    """The calls with clocks on a small grid: ties, touching ends, nests, instants and gaps.

    Sometimes the last ones come when all others are over, which tells what those came to. Of many
    calls not too many orders are possible: brute force has to go through all.
    """
    late = rng.choice([0, 0, 1, 2])
    while True:
        width = rng.choice([0, 2, 4, 7] if len(calls) - late < 5 else [2, 7, 10, 14])
        lengths = rng.choice([(0,), (0, 1, 2), (1, 3), (0, 1, 5), (5,)])
        begins = [rng.randint(0, width) for _ in calls]
        begins[max(0, len(calls) - late) :] = [30 + place for place in range(min(late, len(calls)))]
        timed = [
            _clocked(rng, call, begin, rng.choice(lengths) if begin < 30 else 0)
            for call, begin in zip(calls, begins, strict=True)
        ]
        some = islice(admissible([span(call) for call in timed]), orders + 1)
        if len(list(some)) <= orders:
            return timed


def _clocked(rng: Random, call: Call, begin: int, length: int) -> Call:
    def at(seconds: int) -> Instant:
        return _START + seconds * SECOND

    arrived = rng.randint(begin, begin + length) if _chance(rng, 0.25) else None
    wrong = _chance(rng, 0.03)
    return replace(
        call,
        sent_at=at(begin),
        received_at=None if arrived is None else at(arrived),
        answered_at=at(begin - 1 if wrong else begin + length) if length or wrong else None,
    )


def _probed(rng: Random, case: Case) -> Case:
    """The case, sometimes with look-ups after all calls: what an export says."""
    if len(case.calls) > 4 or not _chance(rng, 0.15):
        return case
    carried = sorted({identifier for call in case.calls for identifier in call.identifiers})
    asked = [Call((identifier,), reads=True) for identifier in carried if identifier.key != "_kx"]
    probes = tuple(rng.sample(asked, min(len(asked), rng.choice([1, 1, 2]))))
    after = max(span.hi for span in case.spans) + 1
    spans = (*case.spans, *(Span(after, after) for _ in probes))
    return replace(case, calls=(*case.calls, *probes), spans=spans, probes=len(probes))


# --- what was seen of them -----------------------------------------------------------------------


def _observed(rng: Random, case: Case) -> Case:
    """The case with what a platform in some weather shows of it, mostly no plain one."""
    lag = rng.choice([None, 0, 2, 4, 6])
    weather = _Weather(None if lag is None else lag * SECOND, keyed=_chance(rng, 0.3))
    named = dict(zip((f"P{n}" for n in range(1, 8)), _names(rng), strict=True))
    share = rng.choice([0.2, 0.5, 0.8, 1.0])
    shown = [_chance(rng, share) for _ in case.calls[:-2]] + [True] * len(case.calls[-2:])
    plain = [at.card for at in along(case, tuple(range(len(shown))), ()).landings]
    platform, landings = _acted(rng, case, weather, shown, named)
    for _ in range(rng.choice([0, 6, 12])):
        if [at.card for at in landings] == plain:
            platform, landings = _acted(rng, case, weather, shown, named)
    today = _chance(rng, 0.3)
    flags, told = _chance(rng, 0.35), _chance(rng, 0.5)
    calls = []
    for number, call in enumerate(case.calls):
        landing = landings[number]
        card = landing.card
        label = named[platform.last(card) if today else card] if card else None
        seen = replace(call, observed=label if shown[number] else None)
        real = number < len(case.calls) - case.probes
        calls.append(_answered(rng, seen, landing, flags=flags, told=told) if real else seen)
    made = {label: card for card, label in named.items()}
    return replace(case, calls=tuple(calls), created=_created(rng, case, landings, made))


def _names(rng: Random) -> list[str]:
    """Labels for cards; the first two are the ones that calls name."""
    first = rng.sample(_LABELS[:3], 3)
    return [*first, *_LABELS[3:]]


def _acted(
    rng: Random,
    case: Case,
    weather: _Weather,
    shown: Sequence[bool],
    named: dict[CardName, str],
) -> tuple[Platform, list[Landing]]:
    """Act the calls out at random times; the platform at the end, and where each call landed."""
    half = SECOND // 2
    times = [rng.randint(0, (s.hi - s.lo) // half) * half + s.lo for s in case.spans]
    order = sorted(range(len(times)), key=lambda number: (times[number], rng.random()))
    drawers = [Platform(case.policy)]
    landings = [Landing(None)] * len(times)
    for position, number in enumerate(order):
        call, now = case.calls[number], drawers[-1]

        def read(number: Number = number, position: int = position) -> Platform:
            if weather.lag is None or _chance(rng, 0.3):
                return drawers[-1]
            since = case.spans[number].lo - weather.lag
            instant = since + rng.randint(0, (times[number] - since) // half) * half
            seen = sum(times[other] < instant for other in order[:position])
            return drawers[seen]

        at_once, keys = read(), now.values(now.policy.sent(call))
        sight = now.look_up(call, {key: read() if weather.keyed else at_once for key in keys})
        landing = now.copy().land(call, sight)
        if landing.card is not None and shown[number]:
            call = replace(call, observed=named[landing.card])
        drawers.append(now.copy())
        landings[number] = drawers[-1].land(call, sight)
    return drawers[-1], landings


def _answered(rng: Random, call: Call, landing: Landing, *, flags: bool, told: bool) -> Call:
    """The call with the answer that it got."""
    if landing.refused and not call.reads and _chance(rng, 0.7):
        owner = rng.choice([None, *_LABELS[:2]])
        return replace(call, refused=True, answer=409, owner=owner, observed=None)
    if flags and _chance(rng, 0.6) and landing.card is not None:
        call = replace(call, created=landing.new and not landing.adopted)
    return replace(call, answer=200) if told else call


def _created(
    rng: Random, case: Case, landings: Sequence[Landing], made: dict[str, CardName]
) -> dict[str, Instant]:
    """When profiles were made, for those of which it is known."""
    if not _chance(rng, 0.15):
        return {}
    found = {}
    for label, card in made.items():
        first = next((n for n, at in enumerate(landings) if at.new and at.card == card), None)
        if first is not None and _chance(rng, 0.7):
            lo, hi = case.spans[first]
            found[label] = rng.randint(lo // SECOND, hi // SECOND) * SECOND
    return found


def _disturbed(rng: Random, case: Case) -> Case:
    """The case, sometimes with an observation that is wrong."""
    calls = list(case.calls)
    number = rng.randrange(len(calls))
    call = calls[number]
    if _chance(rng, 0.1):
        calls = [replace(call, observed=call.observed and _LABELS[0]) for call in calls]
    elif _chance(rng, 0.2):
        calls[number] = replace(call, observed=rng.choice(_LABELS[:3]))
    elif _chance(rng, 0.12):
        calls[number] = replace(call, created=_chance(rng, 0.5))
    elif _chance(rng, 0.08) and number < len(calls) - case.probes:
        owner = rng.choice([None, *_LABELS[:2]])
        calls[number] = replace(call, refused=True, answer=409, owner=owner, observed=None)
    return replace(case, calls=tuple(calls))
