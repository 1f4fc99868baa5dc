"""Claims about populations: lags against deviations, readings against traffic, experiments."""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations

import msgspec
import pytest
from simulated_shop import Shop, World, shop

from idgraph import sources
from idgraph.calls import Call, History, history
from idgraph.clocks import SECOND
from idgraph.decoding import Decoder
from idgraph.errors import AssumptionError, UsageError
from idgraph.notation import parse
from idgraph.persons import link
from idgraph.policy import load, names
from idgraph.populations import (
    Calibration,
    Experiment,
    Landing,
    RuleReading,
    RuleReadings,
    Suite,
    Trial,
    Visibility,
    calibrate,
    experiments,
    records,
    rule_readings,
    visibility,
)
from idgraph.populations.agreement import agreements
from idgraph.populations.alphabet import Values, letters
from idgraph.populations.fitting import fit
from idgraph.populations.requesting import looks
from idgraph.populations.sequences import Search
from idgraph.populations.suites import landings
from idgraph.replays import replay
from idgraph.searching.limits import Limits

AT_ONCE = Limits(settle_s=0)
CHANGED = """
    server        external_id=b1 email=old@example.com took=200ms -> A
    +1h  server   external_id=b1 email=new@example.com took=200ms -> A
    +4s  browser  email=new@example.com took=200ms -> {profile}
"""


def seen(text: str, policy: str = "klaviyo-classic", limits: Limits = AT_ONCE) -> Visibility:
    return visibility(replay(parse(text), policy), limits=limits)


# --- which look-ups count ------------------------------------------------------------------------


def test_a_look_up_counts_from_the_end_of_the_write_of_its_key_to_its_own_begin() -> None:
    found = seen(CHANGED.format(profile="B"))
    assert [(one.call, one.write, one.key, one.missed) for one in found.looked] == [
        (2, 1, "external_id", False),
        (3, 2, "email", True),
    ]
    assert [one.gap_s for one in found.looked] == pytest.approx([3599.8, 3.8])


def test_a_queued_write_ends_when_its_queue_may() -> None:
    late = seen(CHANGED.format(profile="B"), limits=Limits(settle_s=1.5))
    assert late.looked[1].gap_s == pytest.approx(2.3)


def test_a_person_is_passed_over_after_the_first_disagreement() -> None:
    more = "+1h browser email=new@example.com -> A\n+1h server external_id=b1 -> A"
    assert len(seen(CHANGED.format(profile="B") + more)) == 2
    assert len(seen(CHANGED.format(profile="A") + more)) == 4
    other = "server external_id=c1 -> C\n+1h server external_id=c1 -> C"
    assert len(seen(CHANGED.format(profile="B") + more + "\n" + other)) == 3


def test_of_keys_that_lead_to_one_profile_the_one_written_first_counts() -> None:
    text = """
        browser email=a@example.com -> A
        +1h server external_id=b1 email=a@example.com -> A
        +1s server external_id=b1 email=a@example.com -> A
    """
    last = seen(text).looked[-1]
    assert (last.call, last.write, last.key) == (3, 1, "email")


@pytest.mark.parametrize(
    "text",
    [
        "external_id=b1\nexternal_id=b1 -> A",
        "external_id=b1 -> A\nexternal_id=b1",
        "external_id=b1 -> A\nexternal_id=b2 -> B",
        "@2021-04-16T08:00:00Z external_id=b1 -> A",
    ],
    ids=["write not observed", "look-up not observed", "nothing written", "one call"],
)
def test_without_two_observations_of_one_key_nothing_counts(text: str) -> None:
    assert len(seen(text)) == 0
    assert "No look-up can be judged" in seen(text).sentences()[0]


def test_a_look_up_by_the_profiles_own_id_takes_no_index() -> None:
    text = """
        server endpoint=profile-import external_id=b1 -> 01J0000000000000000000000A
        +1h server endpoint=profiles/{id} profile_id=01J0000000000000000000000A -> \
            01J0000000000000000000000A
    """
    assert len(seen(text.replace("\\\n", ""), "klaviyo")) == 0


def test_calls_without_a_clock_have_no_gap() -> None:
    calls = parse("external_id=b1 -> A\nexternal_id=b1 -> A").calls
    bare = history(replace(call, sent_at=None) for call in calls)
    assert len(visibility(replay(bare))) == 0


def test_a_look_up_that_was_answered_404_missed() -> None:
    first, second = parse("email=a@example.com -> A\n+1h email=a@example.com").calls
    asked = replace(second, reads=True, answer=404, endpoint="people/search")
    found = visibility(replay(history([first, asked])))
    assert [one.missed for one in found.looked] == [True]


def test_overlapping_calls_are_in_the_first_bin() -> None:
    text = "email=a@example.com took=2s -> A\n+1s email=a@example.com -> B"
    found = seen(text)
    assert found.looked[0].gap_s == -1
    assert (found.bins[0].missed.count, found.bins[0].missed.of) == (1, 1)


# --- the curve -----------------------------------------------------------------------------------


@cache
def simulated(seed: int, persons: int, world: World | None = None) -> tuple[Shop, Visibility]:
    made = shop(seed, persons, world)
    return made, visibility(replay(made.history), limits=AT_ONCE)


def posteriors(made: Shop, found: Visibility, mechanism: str) -> list[float]:
    """How likely the misses of one mechanism are said to be a lag."""
    told = (
        (made.mechanisms.get(one.call), posterior)
        for one, posterior in found.cases()
        if posterior is not None
    )
    return [posterior.lag for why, posterior in told if why == mechanism]


def area(lags: Sequence[float], bugs: Sequence[float]) -> float:
    """How often a lag is said to be one rather than a bug is, of all pairs; half for a tie."""
    pairs = [(lag > bug) + 0.5 * (lag == bug) for lag in lags for bug in bugs]
    return sum(pairs) / len(pairs)


def check(made: Shop, found: Visibility) -> None:
    lags, bugs = (posteriors(made, found, why) for why in ("lag", "bug"))
    assert len(lags) + len(bugs) == len(found.missed)
    assert found.curve is not None
    assert found.curve.low <= len(bugs) / len(found) <= found.curve.high
    assert found.curve.low < World().floor < found.curve.high
    assert found.curve.ratio > 10.8
    assert area(lags, bugs) > 0.75
    assert sum(lag > 0.5 for lag in lags) > 0.9 * len(lags)
    assert sum(bug < 0.5 for bug in bugs) > 0.5 * len(bugs)


@pytest.mark.slow
def test_the_floor_is_recovered_and_lags_are_told_from_bugs() -> None:
    check(*simulated(1, 700))


@pytest.mark.slow
def test_of_three_thousand_persons_too() -> None:
    check(*simulated(1, 3000))


def drawn(seed: int, floor: float, count: int = 6000) -> list[tuple[float, bool]]:
    """Look-ups at gaps from 0.1 s to a few hours, behind by 2 s and by a minute on average."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    found = []
    for _ in range(count):
        gap = 10 ** rng.uniform(-1, 4)
        behind = rng.choices((0.0, 2.0, 60.0), (0.94, 0.045, 0.015))[0]
        missed = rng.random() < floor or (behind > 0 and rng.expovariate(1 / behind) > gap)
        found.append((gap, missed))
    return found


def test_a_lag_that_dies_out_needs_no_floor() -> None:
    curve = fit(drawn(1, 0.0), 600)
    assert curve.low == 0
    assert curve.ratio < 2.7
    assert curve.half_life_s is not None
    assert 0.5 < curve.half_life_s < 10


def test_the_interval_of_the_floor_holds_it_as_often_as_it_says() -> None:
    curves = [fit(drawn(seed, 0.02, 1000), 600) for seed in range(10)]
    assert sum(curve.low <= 0.02 <= curve.high for curve in curves) >= 8


def test_a_platform_that_only_deviates_has_no_lag() -> None:
    rng = random.Random(4)  # noqa: S311 - a simulation
    curve = fit([(10 ** rng.uniform(-1, 4), rng.random() < 0.1) for _ in range(3000)], 600)
    assert curve.low <= 0.1 <= curve.high
    assert sum(share for _, share in curve.lags) < 0.03


def test_chances_are_never_negative_and_never_above_one() -> None:
    for looked in ([(1.0, True)] * 9, [(1.0, False)] * 9, [(0.0, True), (1e6, True)] * 9):
        curve = fit(looked, 600)
        assert 0 <= curve.floor <= curve.miss(0) <= 1 + 1e-9
        assert curve.low <= curve.floor <= curve.high


def test_the_bins_hold_every_look_up_once() -> None:
    _, found = simulated(1, 700)
    table = found.table()
    assert table["look_ups"].sum() == len(found)
    assert table["missed"].sum() == len(found.missed)
    assert list(table["from_s"]) == [0, 0.3, 1, 3, 10, 30, 100, 300, 1000]
    assert (table["low"] <= table["rate"]).all()
    assert table["fitted"].between(0, 1).all()


def test_with_seven_duplicates_it_does_not_tell() -> None:
    text = CHANGED.format(profile="B")
    people = [text.replace("b1", f"b{n}").replace("@", f"{n}@") for n in range(7)]
    people = [one.replace("-> ", f"-> P{n}") for n, one in enumerate(people)]
    found = seen("\n+1d ".join(one.strip() for one in people))
    assert len(found.missed) == 7
    assert found.curve is None
    assert found.posterior(found.missed[0].call) is None
    said = " ".join(found.sentences())
    assert "cannot tell lag from a deviation with so few" in said
    assert "experiment on a test account" in said
    assert "too few" in repr(found)


def test_a_call_that_did_not_miss_has_no_posterior() -> None:
    _, found = simulated(1, 700)
    hit = next(one for one in found.looked if not one.missed)
    assert found.posterior(hit.call) is None


def test_gaps_by_the_senders_claims_are_counted() -> None:
    calls = parse(CHANGED.format(profile="A")).calls
    claims = history(replace(c, sent_at=None, answered_at=None, occurred_at=c.at) for c in calls)
    assert visibility(replay(claims)).claimed == 2


# --- readings ------------------------------------------------------------------------------------


def test_few_open_rules_are_combined_and_many_come_out_one_at_a_time() -> None:
    policy = load("klaviyo-classic")
    few = rule_readings(policy, ["email-case", "taken-email"])
    assert (len(few), few.combined, few.every[0]) == (8, True, RuleReading())
    many = rule_readings(policy)
    assert not many.combined
    assert all(len(reading.flips) <= 1 for reading in many.every)
    bounded = rule_readings(policy, most=5)
    assert (len(bounded), bounded.left_out) == (5, len(many) - 5)


def test_rules_with_evidence_are_not_questioned() -> None:
    assert len(rule_readings(load("klaviyo-classic"), ["match-id", "replace-email"])) == 1
    with pytest.raises(AssumptionError):
        rule_readings(load("klaviyo-classic"), ["no-such-rule"])


WORLDS = {
    "email-case=different, taken-email=set": World(odd=0.15, fold=False, taken="set"),
    "as the policy says": World(odd=0.15, fold=True, taken="keep"),
    "email-case=different": World(odd=0.15, fold=False, taken="keep"),
}


@pytest.mark.parametrize("truth", WORLDS)
def test_the_true_reading_explains_most_persons(truth: str) -> None:
    found = calibrate(shop(3, 100, WORLDS[truth]).history)
    assert truth in [reading.name for reading in found.classes[0].readings]
    worst = found.classes[-1].explained.rate or 0
    assert (found.classes[0].explained.rate or 0) > worst + 0.2
    assert truth in [reading.name for reading in found.tied]


def test_readings_that_traffic_cannot_tell_apart_stay_together() -> None:
    found = calibrate(shop(3, 100, WORLDS["email-case=different, taken-email=set"]).history)
    assert found.settled == {"email-case": "different"}
    assert found.left_open == {"taken-email": ("set", "merge")}
    assert len(found.table()) == len(found.readings) == 8


@pytest.mark.slow
def test_a_rule_that_is_read_wrongly_looks_like_a_floor() -> None:
    told = shop(3, 300, WORLDS["email-case=different"]).history
    found = calibrate(told)
    right = found.readings.under(found.tied[0])
    wrong, mended = (visibility(replay(told, one)).curve for one in (found.readings.policy, right))
    assert wrong is not None
    assert mended is None or mended.high < wrong.low


def naively_explained(told: History, readings: RuleReadings, reading: RuleReading) -> set[str]:
    """Persons whose observed ids and profiles go one to one; for rules that never merge."""
    steps = replay(told, readings.under(reading)).steps
    found = set()
    for person, numbers in link(told).calls.items():
        pairs = {(steps[n - 1].profile, steps[n - 1].call.observed) for n in numbers}
        one_way, other = ({pair[side] for pair in pairs} for side in (0, 1))
        if None not in one_way and len(pairs) == len(one_way) == len(other):
            found.add(person)
    return found


def test_what_a_reading_explains_is_what_a_full_replay_under_it_shows() -> None:
    told = shop(5, 60, World(odd=0.2, fold=False)).history
    found = calibrate(told)
    counted = {reading: group.explained for group in found for reading in group.readings}
    assert len(counted) == 8
    for reading, explained in counted.items():
        if "merge" not in reading.name:
            assert explained.count == len(naively_explained(told, found.readings, reading))


def agreed(told: History, policy: str = "klaviyo-classic") -> list[bool]:
    return agreements(Decoder(told, load(policy)))


MERGED = """
    server endpoint=events external_id=b1 -> {first}
    browser endpoint=client/profiles email=b@example.com -> {second}
    server endpoint=events external_id=b1 email=b@example.com -> {third}
    browser endpoint=client/profiles email=b@example.com -> {fourth}
"""


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("AAAA", [True] * 4),
        ("ABAA", [True] * 4),
        ("ABAB", [True, True, True, False]),
        ("ABBA", [True, True, False, True]),
        ("ABCA", [True, True, False, True]),
    ],
)
def test_a_merged_profile_has_the_name_of_the_other_or_one_of_its_own_before(
    labels: str, expected: list[bool]
) -> None:
    names = dict(zip(("first", "second", "third", "fourth"), labels, strict=True))
    assert agreed(parse(MERGED.format(**names)), "klaviyo") == expected


def test_what_the_platform_says_of_making_a_profile_has_to_come_out() -> None:
    one, two = parse("email=a@example.com\nemail=a@example.com").calls
    made = [replace(one, created=True), replace(two, created=True)]
    assert agreed(history(made)) == [True, False]
    found = [replace(one, created=False), replace(two, created=False)]
    assert agreed(history(found)) == [False, True]


def test_of_nobody_observed_nothing_is_preferred() -> None:
    found = calibrate(parse("email=a@example.com\nemail=A@example.com"))
    assert (found.persons, len(found.classes), len(found.tied)) == (0, 1, 2)
    assert "Nothing was observed" in found.sentences()[0]


def test_a_history_without_open_rules_has_one_reading() -> None:
    found = calibrate(parse("external_id=b1 -> A\nexternal_id=b1 -> A"))
    assert (len(found.readings), found.classes[0].explained.count) == (1, 1)
    assert len(experiments(found.remaining())) == 0


# --- experiments ---------------------------------------------------------------------------------

FEW = {
    "klaviyo-classic": None,
    "klaviyo-classic-late": ("track-keeps-email", "fill-id", "email-blanks", "at-once"),
    "klaviyo": ("event-keeps-email", "form-sets-email", "merge-phone", "id-type", "phone-symbols"),
    "segment-unify": None,
}


@cache
def suite(policy: str) -> Suite:
    return experiments(rule_readings(load(policy), FEW[policy], most=None))


def answers(found: Suite, reading: RuleReading) -> list[tuple[Landing, ...]]:
    """What a full replay under a reading shows of each experiment."""
    policy = found.readings.under(reading)
    return [landings(replay(one.history, policy)) for one in found]


def check_suite(found: Suite) -> None:
    told = {reading: answers(found, reading) for reading in found.readings.every}
    for one, other in combinations(found.classes, 2):
        assert told[one[0]] != told[other[0]]
    for group in found.classes:
        assert all(told[one] == told[group[0]] for one in group)
    for number, experiment in enumerate(found):
        assert len(experiment.calls) <= found.longest
        for prediction in experiment.predictions:
            seen_by = {told[reading][number] for reading in prediction.readings}
            assert seen_by == {prediction.landings}
        spare = [[*(a for n, a in enumerate(each) if n != number)] for each in told.values()]
        assert len(set(map(tuple, spare))) < len(found.classes)


@pytest.mark.parametrize("policy", FEW)
def test_a_suite_separates_what_it_says_and_none_of_its_experiments_is_spare(policy: str) -> None:
    check_suite(suite(policy))


@pytest.mark.slow
@pytest.mark.parametrize("policy", names())
def test_so_do_the_suites_of_all_open_rules(policy: str) -> None:
    found = experiments(policy)
    check_suite(found)
    check_requests(found)


def test_the_classic_rules_come_apart_but_for_one_that_no_call_can_meet() -> None:
    found = suite("klaviyo-classic")
    (alike,) = [group for group in found.classes if len(group) > 1]
    assert {flip[0] for reading in alike for flip in reading.flips} == {"taken-id"}
    assert (len(found.classes), len(found) <= 10, found.cost <= 26) == (20, True, True)


def test_a_search_foresees_what_a_replay_shows() -> None:
    readings = rule_readings(load("klaviyo-classic"), most=None)
    alphabet = letters(readings.policy, readings.policy.rows)
    search = Search(readings)
    rng = random.Random(7)  # noqa: S311 - a simulation
    for _ in range(12):
        sentence = tuple(rng.choices(alphabet, k=rng.randint(2, 4)))
        text = "\n".join(Values(1, 1).line(sent) for letter in sentence for sent in letter)
        marks = search.marks(sentence)
        told = [landings(replay(parse(text), readings.under(one))) for one in readings.every]
        pairs = list(zip(marks, told, strict=True))
        assert len(set(pairs)) == len(set(marks)) == len(set(told))


def test_what_was_seen_leaves_the_readings_that_foresaw_it() -> None:
    found = suite("klaviyo-classic")
    for group in found.classes:
        told = answers(found, group[-1])
        shown = {
            one.number: [None if s.profile is None else f"id {s.became or s.profile}" for s in each]
            for one, each in zip(found, told, strict=True)
        }
        assert found.left(shown) == group


def test_what_was_seen_has_to_be_of_an_experiment() -> None:
    for wrong in ({99: ["A"]}, {1: ["A"]}):
        with pytest.raises(UsageError):
            suite("klaviyo-classic").left(wrong)


def test_what_traffic_leaves_open_an_experiment_can_tell() -> None:
    found = calibrate(shop(3, 100, WORLDS["email-case=different, taken-email=set"]).history)
    asked = experiments(found.remaining())
    assert len(asked.classes) == len(found.tied) == 2
    assert len(asked) == 1
    check_suite(asked)


def sent_calls(requests: Sequence[dict[str, object]]) -> list[Call]:
    """The calls that the package reads out of requests, as a recorder would have kept them."""
    at, rows = 1_618_560_000.0, []
    for request in requests:
        at += float(str(request["wait_s"]))
        url = f"https://a.klaviyo.com{request['path']}"
        row = {**request, "url": url}
        rows.append(msgspec.json.encode({"request": row, "sent_at": at}))
    return list(sources.read(b"\n".join(rows), progress=False)) if rows else []


def check_requests(found: Suite) -> None:
    for one in found:
        read = sent_calls(one.requests())
        if found.readings.policy.picked:
            assert [(call.identifiers, call.endpoint) for call in read] == [
                (call.identifiers, call.endpoint) for call in one.calls
            ]


@pytest.mark.parametrize("policy", ["klaviyo-classic", "klaviyo-classic-late", "klaviyo"])
def test_requests_say_what_the_notation_says(policy: str) -> None:
    check_requests(suite(policy))
    assert all(looks(one.history) for one in suite(policy))


def is_test_value(text: str) -> bool:
    made_up = text.strip().lower().startswith("idgraph-test-") or text.startswith("1001")
    fiction = "".join(filter(str.isdigit, text)).startswith("120255501")
    return made_up or fiction


@pytest.mark.parametrize("policy", FEW)
def test_every_identifier_is_unmistakably_a_test(policy: str) -> None:
    found = suite(policy)
    assert found.timed is not None
    parts: list[Experiment | Trial] = [*found, *found.timed.trials]
    every = [{i for call in one.history for i in call.identifiers} for one in parts]
    assert all(is_test_value(one.text) for values in every for one in values)
    emails = [one for values in every for one in values if one.key == "email"]
    assert all(one.text.strip().lower().endswith("@example.com") for one in emails)
    assert all(not one & other for one, other in combinations(every, 2))


def test_another_run_has_other_addresses() -> None:
    readings = rule_readings(load("klaviyo-classic"), ["email-case"])
    one, other = (experiments(readings, run=run)[0].notation for run in (1, 2))
    assert one != other
    assert one == experiments(readings, run=1)[0].notation


@pytest.mark.parametrize("policy", ["klaviyo-classic", "klaviyo-classic-late", "klaviyo"])
def test_the_trials_wait_longer_and_longer_with_a_probe_between(policy: str) -> None:
    timed = suite(policy).timed
    assert timed is not None
    assert [trial.gap_s for trial in timed.trials] == [0.1, 0.3, 1, 3, 10, 30]
    for trial in timed.trials:
        made, update, last = replay(trial.history, policy).steps
        assert (last.matched, last.profile) == ("email", made.profile == "P1" and update.profile)
        assert (last.call.sent_at or 0) - (update.call.sent_at or 0) == trial.gap_s * SECOND
        *_, probe, sent = trial.requests()
        assert (probe["method"], probe["call"], sent["wait_s"]) == ("GET", None, trial.gap_s)


def test_a_policy_without_endpoints_has_experiments_but_no_requests() -> None:
    found = suite("segment-unify")
    assert len(found) > 0
    assert found[0].requests() == looks(found[0].history) == ()
    assert found.timed is not None
    assert found.timed.trials[0].requests() == ()


def test_experiments_have_few_calls_and_runs_are_numbered_from_one() -> None:
    for wrong in ({"longest": 6}, {"longest": 0}, {"run": 0}):
        with pytest.raises(UsageError):
            experiments("segment-unify", **wrong)


# --- what all results have -----------------------------------------------------------------------


def test_records_are_json_and_end_with_a_summary() -> None:
    made, curve = simulated(1, 700)
    few = seen(CHANGED.format(profile="B"))
    part = calibrate(made.history.only(range(1, 400)))
    for rows in (
        list(records.of_visibility(curve)),
        list(records.of_visibility(few)),
        list(records.of_calibration(part)),
        list(records.of_suite(suite("klaviyo"), requests=True)),
        list(records.of_suite(suite("segment-unify"))),
    ):
        assert msgspec.json.decode(msgspec.json.encode(rows)) == rows
        assert rows[-1].keys() == {"summary"}
        assert rows[-1]["summary"]["says"]


def test_no_repr_and_no_sentence_holds_a_value() -> None:
    made, curve = simulated(1, 700)
    part: Calibration = calibrate(made.history.only(range(1, 400)))
    for found in (curve, part, suite("klaviyo-classic")):
        told = " ".join((repr(found), *found.sentences()))
        assert "@" not in told
        assert "person " not in told
        assert found._repr_mimebundle_()["text/plain"] == repr(found)


@pytest.mark.slow
def test_the_same_input_gives_the_same_output() -> None:
    made, curve = simulated(3, 300)
    again = visibility(replay(made.history), limits=AT_ONCE, people=link(made.history))
    assert (repr(again), again.sentences()) == (repr(curve), curve.sentences())
    assert suite("segment-unify").table().equals(experiments("segment-unify").table())
