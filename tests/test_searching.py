"""Claims about the searches for orders and stale look-ups: they agree with brute force."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from searching_cases import POLICIES
from searching_differences import differences, drawn, longer, miscounted, shortcuts

from idgraph import policy as policies
from idgraph.clocks import SECOND
from idgraph.notation import parse
from idgraph.searching.finding import Mode, Search
from idgraph.searching.intervals import intervals
from idgraph.searching.limits import Budget, Limits
from idgraph.searching.systems import system
from idgraph.verdicts import Verdict, verdict


@pytest.mark.parametrize("policy", POLICIES)
def test_searches_agree_with_brute_force(policy: str) -> None:
    for seed in range(5):
        assert differences(drawn(seed, policy)) == [], seed


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
def test_counts_are_those_of_all_orders_acted_out(policy: str) -> None:
    for seed in range(40):
        assert miscounted(drawn(seed, policy)) == [], seed


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
def test_searches_and_counts_agree_with_brute_force_at_length(policy: str) -> None:
    for seed in (*range(5, 15), *range(1000, 1040)):
        case = drawn(seed, policy)
        assert [*differences(case), *miscounted(case)] == [], seed


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
def test_no_shortcut_of_a_search_loses_an_order_of_a_longer_history(policy: str) -> None:
    for seed in range(15):
        assert shortcuts(longer(seed, policy)) == [], seed


# --- hard histories ------------------------------------------------------------------------------


def _only(text: str, **limits: float) -> Verdict:
    found = verdict(parse(text), "klaviyo-classic", limits=Limits(**limits), deep=False)  # type: ignore[arg-type]
    (one,) = found
    return one


def test_thirty_equal_calls_at_one_instant_are_one_order() -> None:
    line = "browser email=e@example.com person=p -> A"
    assert _only("\n".join([line, *(f"& {line}" for _ in range(29))])).verdict == "clean"


def test_intervals_that_touch_can_come_in_either_order() -> None:
    text = """
        browser email=old@example.com person=p took=1s -> A
        +1h  browser email=old@example.com person=p took=1s -> B
        +1s  server external_id=b1 email=old@example.com person=p took=1s -> B
    """
    touching = _only(text, settle_s=0)
    apart = _only(text.replace("+1s ", "+1001ms "), settle_s=0)
    assert touching.verdict == apart.verdict


def test_keys_looked_up_apart_explain_all_that_one_look_up_does() -> None:
    told = parse(
        """
        browser anonymous_id=d1 person=p took=10ms -> A
        +1h  server external_id=b1 anonymous_id=d1 person=p took=10ms -> A
        &    server external_id=b2 anonymous_id=d1 person=p took=10ms -> A
        """
    )
    rules, limits = policies.load("segment-unify"), Limits(settle_s=0.0)
    one = system(told, (1, 2, 3), rules, intervals(told, rules, limits), {})
    for keyed in (False, True):
        assert Search(one, Mode(0, keyed), Budget.of(limits)).order() is not None


def test_an_email_that_goes_to_and_fro_between_two_ids_is_followed() -> None:
    lines = ["server external_id=b1 email=e@example.com person=p"]
    lines += [
        f"+1min server external_id=b{number % 2 + 1} email=e@example.com person=p"
        for number in range(8)
    ]
    found = _only("\n".join(lines))
    assert found.verdict in {"clean", "payload"}


def test_a_profile_that_two_calls_claim_to_have_made_is_no_order() -> None:
    told = parse("browser email=e@example.com person=p\n+1h browser email=e@example.com person=p")
    calls = tuple(replace(call, created=True, observed="A") for call in told)
    found = verdict(replace(told, calls=calls), "klaviyo-classic", deep=False)
    assert next(iter(found)).verdict in {"incomplete", "deviation"}


def test_a_clock_that_runs_backwards_is_no_error() -> None:
    told = parse("browser email=e@example.com person=p\n+1h browser email=e@example.com person=p")
    calls = tuple(replace(call, answered_at=(call.sent_at or 0) - SECOND) for call in told)
    found = verdict(replace(told, calls=calls), "klaviyo-classic", deep=False)
    assert next(iter(found)).verdict == "clean"


def test_calls_without_a_clock_can_have_come_in_any_order() -> None:
    told = parse(
        """
        browser email=old@example.com person=p -> A
        browser email=old@example.com person=p -> B
        server external_id=b1 email=old@example.com person=p -> A
        server external_id=b1 email=new@example.com person=p -> A
        """
    )
    none = {"sent_at": None, "received_at": None, "occurred_at": None, "answered_at": None}
    calls = tuple(replace(call, **none) for call in told)  # type: ignore[arg-type]
    found = verdict(replace(told, calls=calls), "klaviyo-classic", deep=False)
    assert next(iter(found)).verdict == "order-race"


@pytest.mark.slow
def test_a_person_with_thousands_of_calls_is_judged() -> None:
    dice = random.Random(1)  # noqa: S311 - no secret
    lines = ["server external_id=b1 email=e@example.com person=p -> A"]
    lines += [f"+{dice.randint(2, 9)}s browser email=e@example.com person=p -> A"] * 2_999
    assert _only("\n".join(lines)).verdict == "clean"
    late = "+3s browser email=e@example.com person=p -> B"
    assert _only("\n".join((*lines, late))).verdict in {"deviation", "undecided"}


def test_a_larger_window_never_needs_more() -> None:
    text = """
        server external_id=b1 email=old@example.com person=p -> A
        +1h  server external_id=b1 email=new@example.com person=p took=100ms -> A
        +4s  browser email=new@example.com person=p took=100ms -> B
    """
    lags = [_only(text, settle_s=settle).lag_s for settle in (0, 0.5, 1, 2, 3)]
    assert all(
        one is not None and other is not None and one > other for one, other in pairwise(lags)
    )
