"""Claims about counts over admissible orders, against all permutations replayed one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import CallNumber, History, history
from idgraph.clocks import SECOND
from idgraph.demos import demo
from idgraph.notation import parse
from idgraph.outlook import PersonOutcomes, inevitability, outcomes
from idgraph.replays import Replay, replay
from idgraph.rulebook import Policy
from idgraph.verdicts import verdict

RULES: tuple[tuple[str, dict[str, str]], ...] = (
    ("klaviyo-classic", {}),
    ("klaviyo-classic", {"taken-id": "set", "taken-email": "set"}),
    ("klaviyo-classic", {"taken-id": "merge", "taken-email": "merge"}),
    ("klaviyo", {}),
    ("braze", {}),
    ("customerio", {}),
    ("mparticle", {}),
    ("segment-unify", {}),
)
_CARRIED = (
    "external_id=a",
    "email=x@e.example",
    "email=X@e.example",
    "email=y@e.example",
    "external_id=a email=x@e.example",
    "external_id=a email=x@e.example",
    "external_id=a email=x@e.example",
    "external_id=a email=y@e.example",
    "external_id=b email=x@e.example",
    "anonymous_id=n",
    "anonymous_id=n email=x@e.example",
    "anonymous_id=n external_id=a",
    "profile_id=A",
    "profile_id=A email=y@e.example",
    "email=x@e.example merges=B",
)


@st.composite
def histories(draw: st.DrawFn, most: int = 5) -> History:
    """A short history in which some calls overlap, some only ask, and some were refused."""
    line = st.tuples(
        st.sampled_from(["+0ms", "+0ms", "+300ms", "+300ms", "+2s", "+1d"]),
        st.sampled_from(["server", "browser"]),
        st.sampled_from(_CARRIED),
        st.sampled_from(["took=100ms", "took=3s"]),
        st.sampled_from(["person=me", "person=me", "person=other"]),
        st.sampled_from(["", "-> A", "-> B"]),
    )
    lines = draw(st.lists(line, min_size=min(3, most), max_size=most))
    calls = []
    for call in parse("\n".join(map(" ".join, lines))):
        mark = draw(st.sampled_from([""] * 8 + ["refused", "reads"]))
        calls.append(replace(call, refused=mark == "refused", reads=mark == "reads"))
    return history(calls)


def orders(recorded: History, policy: Policy, numbers: Sequence[CallNumber]) -> Iterator[list[int]]:
    """Go through all permutations in which no call comes before one that was over by then."""
    ends = [(call.answered_at or 0) + round(policy.of(call).settle_s * SECOND) for call in recorded]
    for order in permutations(numbers):
        wrong = (
            ends[later - 1] < (recorded.call(one).sent_at or 0)
            for place, one in enumerate(order)
            for later in order[place + 1 :]
        )
        if not any(wrong):
            yield list(order)


def ended(told: Replay, order: Sequence[CallNumber], mine: Sequence[CallNumber]) -> list[list[int]]:
    """Replay the calls in an order, and return the person's by the profile that they end on."""
    calls = tuple(told.history.call(number) for number in order)
    again = replay(replace(told.history, calls=calls, ties=(), duplicates=()), told.policy)
    found: dict[str, list[int]] = {}
    for number, step in zip(order, again, strict=True):
        if step.profile is not None and number in mine:
            found.setdefault(again.survivor(step.profile), []).append(number)
    return list(found.values())


Signature = tuple[object, ...]


def signatures(told: Replay, numbers: Sequence[CallNumber], every: list[list[int]]) -> list[object]:
    """By number, what a call carries and which calls always come before and after it."""
    found: list[object] = [None] * (len(told.history) + 1)
    for number in numbers:
        call = told.policy.sent(told.history.call(number))
        looked_up = [i for i in call.identifiers if i.key in told.policy.order]
        befores = [frozenset(order[: order.index(number)]) for order in every]
        afters = [frozenset(order[order.index(number) :]) - {number} for order in every]
        found[number] = (
            frozenset(map(told.policy.canonical, looked_up)),
            told.policy.kind(call),
            call.reads,
            (call.observed, call.merges) if "profile_id" in told.policy.order else None,
            call.person,
            frozenset.intersection(*befores),
            frozenset.intersection(*afters),
        )
    return found


def partition(profiles: Sequence[Sequence[int]], signs: list[object]) -> frozenset[object]:
    """The calls that end together, twins not told apart."""
    blocks = (frozenset(Counter(signs[n] for n in numbers).items()) for numbers in profiles)
    return frozenset(Counter(blocks).items())


@given(histories(), st.sampled_from(RULES))
def test_counts_and_shares_are_those_of_all_permutations(
    calls: History, rules: tuple[str, dict[str, str]]
) -> None:
    told = replay(calls, rules[0], assume=rules[1])
    for one in outcomes(told):
        every = list(orders(calls, told.policy, one.recorded))
        signs = signatures(told, one.recorded, every)
        ends = {tuple(order): ended(told, order, one.calls) for order in every}
        assert one.granularity == "partitions"
        assert one.orders == len(every)
        assert one.split_orders == sum(len(profiles) > 1 for profiles in ends.values())
        counts = Counter(partition(profiles, signs) for profiles in ends.values())
        found = {partition(p.profiles, signs): p.orders for p in one.partitions}
        assert found == counts
        assert len(found) == len(one.partitions)
        _witnesses(one, ends, signs)
        _shares(one, ends)


def _witnesses(
    one: PersonOutcomes, ends: dict[tuple[int, ...], list[list[int]]], signs: list[object]
) -> None:
    """Each witness comes to its partition, and none that does has fewer swaps."""
    for found in one.partitions:
        assert sorted(map(sorted, ends[found.witness])) == sorted(map(list, found.profiles))
        kind = partition(found.profiles, signs)
        same = [order for order, profiles in ends.items() if partition(profiles, signs) == kind]
        assert found.swaps == turned(found.witness) == min(map(turned, same))


def turned(order: Sequence[int]) -> int:
    """How many pairs are not as recorded."""
    return sum(one > other for place, one in enumerate(order) for other in order[place + 1 :])


def _shares(one: PersonOutcomes, ends: dict[tuple[int, ...], list[list[int]]]) -> None:
    for place, (call, share) in enumerate(one.inevitability):
        assert call == one.recorded[place]
        start = one.recorded[: place + 1]
        going = [profiles for order, profiles in ends.items() if order[: place + 1] == start]
        assert share == Fraction(sum(len(profiles) > 1 for profiles in going), len(going))
    assert len(one.inevitability) == len(one.recorded)


def test_the_inevitability_of_a_witness_ends_with_what_it_came_to() -> None:
    found = verdict(demo("email-change-overtaken"))
    (one,) = found
    curve = inevitability(found.replay, one.person, one.order)
    assert [call for call, _ in curve] == [1, 2, 4, 3, 5, 6]
    assert [float(share) for _, share in curve] == [0.5, 0.5, 1, 1, 1, 1]
    recorded = inevitability(found.replay, one.person, range(1, 7))
    assert [float(share) for _, share in recorded] == [0.5, 0.5, 0, 0, 0, 0]
