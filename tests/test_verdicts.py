"""Claims about verdicts: which rung explains which history, and what never moves a verdict."""

import random
from dataclasses import replace

import pytest
from simulated_shop import shop

from idgraph import policy as policies
from idgraph.calls import Call, History, Identifier, history
from idgraph.clocks import SECOND
from idgraph.demos import demo
from idgraph.errors import UsageError
from idgraph.exports.base import Exported, MergeSeen, ProfileSeen
from idgraph.notation import parse
from idgraph.redaction import redact
from idgraph.replays import replay
from idgraph.searching.limits import Limits
from idgraph.verdicts import RUNGS, Verdict, Verdicts, verdict

HEIGHT = {rung: height for height, rung in enumerate(RUNGS)}


def _only(found: Verdicts) -> Verdict:
    (one,) = found
    return one


def _of(text: str, policy: str = "klaviyo-classic", **options: object) -> Verdict:
    return _only(verdict(parse(text), policy, **options))  # type: ignore[arg-type]


# --- the rungs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rung", "split", "cause"),
    [
        ("email-change-worked", "clean", None, None),
        ("email-change-old", "payload", 5, "old-email-after-update"),
        ("email-change-overtaken", "order-race", 3, "old-email-after-update"),
        ("email-change-at-once", "in-flight-race", 4, "new-email-not-yet-visible"),
        ("email-change-broke", "lag", 5, "new-email-not-yet-visible"),
        ("email-change-deviated", "deviation", 5, "update-not-applied"),
    ],
)
def test_each_email_change_has_its_own_verdict(
    name: str, rung: str, split: int | None, cause: str | None
) -> None:
    found = _only(verdict(demo(name)))
    assert found.verdict == rung
    assert [(s.call, s.verdict, s.cause) for s in found.splits] == (
        [] if split is None else [(split, rung, cause)]
    )


def test_a_lag_is_the_least_that_explains() -> None:
    found = _of(
        """
        server  external_id=b1 email=old@example.com took=100ms -> A
        +1h  server external_id=b1 email=new@example.com took=300ms -> A
        +3s  browser email=new@example.com -> B
        """
    )
    assert (found.verdict, found.lag_s, found.swaps) == ("lag", 1.7, 0)
    assert [(one.call, one.unseen) for one in found.missed] == [(3, 2)]


def test_the_lag_that_is_needed_has_to_be_allowed() -> None:
    told = demo("email-change-broke")
    least = _only(verdict(told)).lag_s
    assert least is not None
    assert _only(verdict(told, limits=Limits(max_lag_s=least))).verdict == "lag"
    shorter = Limits(max_lag_s=least - 0.001)
    assert _only(verdict(told, limits=shorter)).verdict == "deviation"


def test_an_order_race_names_the_order_with_the_fewest_swaps() -> None:
    found = _only(verdict(demo("email-change-overtaken")))
    assert (found.order, found.swaps, found.fewest) == ((1, 2, 4, 3, 5, 6), 1, True)


def test_an_index_of_one_key_can_be_behind_alone() -> None:
    found = _of(
        """
        server  external_id=b1 person=b -> A
        +3s  browser email=e@example.com person=b -> B
        +3s  server external_id=b1 email=e@example.com person=b -> B
        """
    )
    assert (found.verdict, found.lag_s) == ("per-index-lag", 5.0)
    assert [(one.call, one.unseen, one.keys) for one in found.missed] == [(3, 1, ("external_id",))]


def test_a_call_that_is_missing_explains_what_no_order_does() -> None:
    told = parse(
        """
        server external_id=b1 email=old@example.com person=b -> A
        +1d browser email=new@example.com person=b -> A
        """
    )
    found = _only(verdict(told))
    assert (found.verdict, found.profiles) == ("incomplete", ("P1",))
    missing = found.faults[0][0]
    assert (missing.fault, missing.call) == ("unlogged-call", 2)
    assert {i.key for i in missing.identifiers} == {"external_id", "email"}


def test_a_deviation_names_the_fault_and_the_observations_that_contradict() -> None:
    found = _only(verdict(demo("email-change-deviated")))
    assert [fault.fault for fault in found.faults[0]] == ["blind-create"]
    assert found.evidence is not None
    assert found.evidence.first_impossible == 5
    assert [(o.call, o.what) for o in found.evidence.contradiction] == [
        (4, "profile"),
        (5, "profile"),
    ]


def test_without_observations_the_verdict_is_what_the_rules_predict() -> None:
    found = _of("server external_id=b1 person=b\n+1h browser email=e@example.com person=b")
    assert (found.verdict, found.observed, found.strength_bits) == ("payload", 0, 0.0)
    assert "no profile was observed" in found.because


def test_a_search_that_is_given_up_says_so_and_guesses_nothing() -> None:
    lines = ["server external_id=b1 email=e1@example.com person=p -> A"]
    lines += [
        f"& browser external_id=b{i % 3} email=e{i % 4}@example.com person=p -> {'AB'[i % 2]}"
        for i in range(12)
    ]
    found = _of("\n".join(lines), limits=Limits(nodes=5))
    assert found.verdict == "undecided"
    assert found.given_up is not None
    assert "given up" in found.because


def test_a_refusal_that_names_the_holder_is_an_observation() -> None:
    text = """
        server endpoint=/api/profiles external_id=b1 email=e@example.com took=50ms -> A
        +1h server endpoint=/api/profiles email=e@example.com took=50ms
    """
    told = parse(text)
    refused = replace(told.call(2), refused=True, answer=409, owner="B")
    found = _only(verdict(replace(told, calls=(told.call(1), refused)), "klaviyo"))
    assert found.verdict in {"deviation", "incomplete"}
    fits = replace(refused, owner="A")
    assert _only(verdict(replace(told, calls=(told.call(1), fits)), "klaviyo")).verdict == "clean"


def test_an_exported_profile_is_an_observation_at_the_end() -> None:
    told = parse(
        """
        server external_id=b1 email=e@example.com took=50ms -> A
        +1h browser email=e@example.com took=50ms -> A
        """
    )
    last = told.call(2).at
    row = ProfileSeen("A", (Identifier("email", "e@example.com"),), None, last, "profiles:1")
    assert _only(verdict(told, exported=Exported(profiles=(row,)))).verdict == "clean"
    other = replace(row, profile="B")
    found = _only(verdict(told, exported=Exported(profiles=(other,))))
    assert HEIGHT[found.verdict] >= HEIGHT["incomplete"]


def test_a_profile_is_not_older_than_the_platform_says() -> None:
    told = parse(
        """
        server external_id=b1 email=e@example.com took=50ms -> A
        +1h browser email=e@example.com took=50ms -> A
        """
    )
    late = told.call(2).at
    row = ProfileSeen("A", (), late, None, "profiles:1")
    found = _only(verdict(told, exported=Exported(profiles=(row,))))
    assert HEIGHT[found.verdict] >= HEIGHT["incomplete"]


def test_the_reading_of_an_open_rule_that_explains_more_simply_is_named() -> None:
    found = _only(verdict(demo("email-change-at-once")))
    assert ("taken-email", "merge", "order-race") in {
        (r.rule, r.outcome, r.verdict) for r in found.readings
    }


def test_an_unknown_profile_that_would_change_the_verdict_is_asked_for() -> None:
    found = _of(
        """
        server external_id=b1 email=old@example.com -> A
        +1h  server external_id=b1 email=new@example.com
        +200ms  browser email=new@example.com
        +1h  browser email=new@example.com -> A
        +1h  browser email=old@example.com -> B
        """
    )
    assert (found.verdict, found.would_decide) == ("payload", (3,))


def test_two_profiles_that_only_an_observation_links_are_no_order() -> None:
    found = _of(
        """
        browser email=a@example.com person=p took=20ms -> A
        & browser email=b@example.com person=p took=20ms -> A
        """
    )
    assert HEIGHT[found.verdict] >= HEIGHT["incomplete"]


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_limits_are_spans_of_time(wrong: float) -> None:
    with pytest.raises(UsageError):
        Limits(max_lag_s=wrong)


# --- laws ----------------------------------------------------------------------------------------

_POLICIES = ("klaviyo-classic", "klaviyo-classic-late", "klaviyo", "klaviyo-multi-email")
_IDS = [Identifier("external_id", "u1"), Identifier("external_id", "u2")]
_EMAILS = [Identifier("email", f"{name}@example.com") for name in ("one", "two", "three")]


def _random(seed: int, policy: str) -> History:
    """A few calls of one person, some at once, observed as the rules say but for some."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    at, calls = 1_700_000_000 * SECOND, []
    for _ in range(rng.randrange(2, 7)):
        at += rng.choice([0, 200_000, 1_500_000, 20 * SECOND, 3600 * SECOND])
        carried = [rng.choice(_IDS)] * (rng.random() < 0.5) + [rng.choice(_EMAILS)] * (
            rng.random() < 0.8
        )
        calls.append(
            Call(
                tuple(carried or [_EMAILS[0]]),
                channel=rng.choice(["server", "browser"]),
                sent_at=at,
                answered_at=at + 100_000,
                person="p",
            )
        )
    told = history(calls)
    steps = replay(told, policy).steps
    seen = []
    for call, step in zip(told, steps, strict=True):
        label = rng.choice([step.profile] * 6 + ["P1", "P2", "P9", None])
        seen.append(replace(call, observed=label))
    return replace(told, calls=tuple(seen))


_CASES = [(policy, seed) for policy in _POLICIES for seed in range(25)]


def _rung(told: History, policy: str, **limits: float) -> str:
    found = verdict(told, policy, limits=Limits(**limits), deep=False)  # type: ignore[arg-type]
    return _only(found).verdict


@pytest.mark.slow
@pytest.mark.parametrize(("policy", "seed"), _CASES)
def test_an_observation_taken_away_never_moves_a_verdict_up(policy: str, seed: int) -> None:
    told = _random(seed, policy)
    height = HEIGHT[_rung(told, policy)]  # type: ignore[index]
    for place, call in enumerate(told):
        fewer = (*told.calls[:place], replace(call, observed=None), *told.calls[place + 1 :])
        lower = _rung(replace(told, calls=fewer), policy)
        assert max(HEIGHT[lower], 1) <= max(height, 1), place  # type: ignore[index]


@pytest.mark.slow
@pytest.mark.parametrize(("policy", "seed"), _CASES)
def test_a_larger_lag_never_turns_an_explanation_off(policy: str, seed: int) -> None:
    told = _random(seed, policy)
    rungs = [_rung(told, policy, max_lag_s=lag) for lag in (0, 1, 15, 600, 7200)]
    heights = [HEIGHT[rung] for rung in rungs]  # type: ignore[index]
    explained = [height < HEIGHT["incomplete"] for height in heights]
    assert explained == sorted(explained)
    assert len({h for h in heights if h < HEIGHT["lag"]}) <= 1


@pytest.mark.parametrize(("policy", "seed"), _CASES[::3])
def test_a_verdict_does_not_change_with_names_redaction_or_rows(policy: str, seed: int) -> None:
    told = _random(seed, policy)
    expected = _told(verdict(told, policy, deep=False))
    renamed = replace(told, calls=tuple(map(_renamed, told)))
    assert _told(verdict(renamed, policy, deep=False)) == expected
    assert _told(verdict(redact(told), policy, deep=False)) == expected
    if len({call.at for call in told}) == len(told):
        rows = list(told)
        random.Random(seed).shuffle(rows)  # noqa: S311 - no secret
        assert _told(verdict(history(rows), policy, deep=False)) == expected


def _renamed(call: Call) -> Call:
    mapped = tuple(Identifier(i.key, f"x{i.text}") for i in call.identifiers)
    return replace(call, identifiers=mapped, observed=call.observed and f"Z{call.observed}")


def _told(found: Verdicts) -> list[object]:
    return [(v.verdict, v.lag_s, v.swaps, v.order, v.profiles, v.splits) for v in found]


@pytest.mark.parametrize(("policy", "seed"), _CASES[::2])
def test_what_the_replay_shows_is_what_the_search_finds_in_the_recorded_order(
    policy: str, seed: int
) -> None:
    told = _random(seed, policy)
    quick = verdict(told, policy, deep=False)
    row = ProfileSeen("nobody", (), None, told.call(1).at, "profiles:1")
    other = replace(told.call(1), identifiers=(Identifier("email", "x@example.com"),))
    searched = verdict(
        replace(told, calls=(*told, replace(other, observed=None, person="q"))),
        policy,
        exported=Exported(profiles=(row,)),
        deep=False,
    )
    assert searched.of("p").verdict == _only(quick).verdict


def test_policies_of_the_laws_are_known() -> None:
    assert set(_POLICIES) <= set(policies.names())


def test_an_id_that_was_exported_after_a_merge_stands_for_both_profiles() -> None:
    told = parse(
        """
        server  external_id=b1 person=b -> KEPT
        +1h  browser email=e@example.com person=b -> KEPT
        +1h  browser email=e@example.com person=b -> GONE
        """
    )
    alone = _only(verdict(told))
    assert HEIGHT[alone.verdict] >= HEIGHT["incomplete"]
    merge = MergeSeen("GONE", "KEPT", told.call(3).at, "merges:1")
    found = _only(verdict(told, exported=Exported(merges=(merge,))))
    assert (found.verdict, len(found.profiles)) == ("payload", 2)
    assert [split.call for split in found.splits] == [2]


@pytest.mark.slow
def test_a_lag_among_many_persons_is_weighed_against_a_deviation() -> None:
    found = verdict(shop(1, 700).history, "klaviyo-classic", deep=False)
    weighed = [one for one in found if one.posterior is not None]
    assert weighed
    assert {one.verdict for one in weighed} <= {"lag", "per-index-lag"}
    assert all("By the look-ups of all persons" in one.proof[-1] for one in weighed)
