"""Many against many: a planted cause leads and nothing beside it; nothing where none is.

The truth is that of made-up fleets; statistics are held against published numbers and naive counts.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from math import comb

import pytest

import idgraph as ig
from idgraph import contrasts
from idgraph.calls import Call, History, Identifier, history
from idgraph.contrasts import mechanisms, records, tables
from idgraph.contrasts.cases import Case, Side
from idgraph.contrasts.finding import FEWEST
from idgraph.demos import fleets
from idgraph.edits import applied
from idgraph.errors import UsageError
from idgraph.futures import by_rules
from idgraph.persons import link
from idgraph.replays import Replay
from idgraph.splitting import landed_on
from idgraph.surfaces.drawing.text import text
from idgraph.surfaces.reports.report import report
from idgraph.surfaces.results.contrasts import blocks_of

PLANTED = {
    "stale-cookie": "old-email-after-change",
    "id-only-first": "email-alone-after-id-alone",
    "email-blank": "email-blank",
    "id-number": "id-number-and-text",
    "second-email": "new-email-alone",
    "placeholder-id": "placeholder-id",
    "lag": "email-used-within-5s",
}
BESIDE = ("browser", "country", "letter-case")


@pytest.fixture(scope="module")
def fleet() -> History:
    return ig.demo_fleet(120, plant="stale-cookie", rate=0.5, seed=1, beside=BESIDE)


@pytest.fixture(scope="module")
def found(fleet: History) -> ig.Contrast:
    return ig.contrast(fleet, permutations=100)


def leading(found: ig.Contrast) -> list[tuple[str, str]]:
    return [(one.feature.code, one.status) for one in found.causes]


def cases_of(told: Replay) -> list[Case]:
    """The persons of a replay, all taken for duplicated."""
    side = Side(told, link(told.history))
    return [Case(side, name, side.people.calls[name], bad=True) for name in side.people]


# --- what was planted is found ------------------------------------------------------------------


def test_the_planted_mechanism_leads_alone_and_a_replay_verifies_it(found: ig.Contrast) -> None:
    assert leading(found) == [("old-email-after-change", "verified")]
    first = found.causes[0]
    assert first.effect is not None
    assert first.effect.gone == first.effect.ruled == first.effect.held > 40
    assert first.effect.rules == ("create-profile",)
    assert (found.conjunctions, found.too_few) == ((), None)


def test_what_goes_along_with_the_plant_is_listed_under_it(found: ig.Contrast) -> None:
    told = {one.feature.code: one for one in found}
    for code in ("software:Safari", "payload:customer_properties.$country:DE", "email-case"):
        assert told[code].status == "goes-along"
        assert told[code].leader == "old-email-after-change"
        assert told[code].given is not None
    # A browser's name cannot be undone; letter case can, and then no duplicate is gone.
    assert told["software:Safari"].effect is None
    case = told["email-case"].effect
    assert case is not None
    assert (case.ruled > 0, case.removes) == (True, 0)


def test_examples_show_the_feature_at_their_call(found: ig.Contrast, fleet: History) -> None:
    first = found.causes[0]
    assert len(first.bad) == len(first.spared) == 5
    for one in first.bad:
        assert one.bad
        assert fleet.call(one.call).person == one.person
        assert set(fleet.call(one.call).keys) == {"email"}
    assert all(not one.bad for one in first.spared)


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTED)
@pytest.mark.parametrize("seed", range(20, 22))
def test_every_plant_leads_whatever_goes_along(plant: str, seed: int) -> None:
    told = ig.demo_fleet(300, plant=plant, seed=seed, beside=BESIDE)
    found = ig.contrast(told)
    verified = [code for code, status in leading(found) if status == "verified"]
    assert leading(found)[0] == (PLANTED[plant], "verified")
    assert verified == [PLANTED[plant]]


@pytest.mark.slow
def test_beside_a_plant_more_is_claimed_no_more_often_than_stated() -> None:
    told = (
        ig.contrast(ig.demo_fleet(240, plant=plant, seed=seed, beside=BESIDE))
        for plant in PLANTED
        for seed in range(30, 32)
    )
    beside = sum(len(one.causes) > 1 for one in told)
    assert beside <= at_most(14, 0.05)


@pytest.mark.slow
def test_where_nothing_is_planted_something_is_found_no_more_often_than_stated() -> None:
    told = (
        ig.contrast(ig.demo_fleet(200, plant=fleets.NONE, rate=0.3, seed=seed, beside=BESIDE))
        for seed in range(40)
    )
    anything = sum(bool(one.features or one.conjunctions) for one in told)
    assert anything <= at_most(40, 0.05)


@pytest.mark.slow
def test_two_causes_in_one_fleet_both_lead() -> None:
    one = ig.demo_fleet(250, plant="stale-cookie", seed=1)
    other = ig.demo_fleet(250, plant="id-number", seed=2, beside=["country"])
    both = history([*one, *(_renamed(call) for call in other)])
    found = ig.contrast(both)
    assert {code for code, status in leading(found) if status == "verified"} == {
        "old-email-after-change",
        "id-number-and-text",
    }


def _renamed(call: Call) -> Call:
    """The call of another person, with other values."""
    return replace(
        call,
        person=f"other {call.person}",
        observed=f"other {call.observed}",
        identifiers=tuple(one._replace(text=f"9{one.text}") for one in call.identifiers),
    )


@pytest.mark.slow
def test_a_circumstance_of_just_the_planted_persons_is_said_to_be_alike() -> None:
    told = ig.demo_fleet(250, plant="email-blank", seed=3)
    blank = {call.person for call in told for one in call.identifiers if one.text[-1:] == " "}
    agents = (replace(c, agent="curl 7" if c.person in blank else "Ruby") for c in told)
    first = ig.contrast(replace(told, calls=tuple(agents))).causes[0]
    assert first.feature.code == "email-blank"
    assert "software:curl" in {one.code for one in first.alike}


def at_most(of: int, chance: float) -> int:
    """Return how many of so many come out at most, but for one time in a hundred."""
    total = 0.0
    for count in range(of + 1):
        total += comb(of, count) * chance**count * (1 - chance) ** (of - count)
        if total >= 0.99:
            return count
    return of


@pytest.mark.slow
def test_two_histories_against_each_other_lead_to_the_same(
    fleet: History, found: ig.Contrast
) -> None:
    told, people = ig.replay(fleet), link(fleet)
    bad = [name for name in people if len(landed_on(told, people.calls[name])) > 1]
    numbers = {number for name in bad for number in people.calls[name]}
    rest = [number for number in range(1, len(fleet) + 1) if number not in numbers]
    two = ig.contrast(fleet.only(rest), fleet.only(numbers), permutations=100)
    assert not two.divided
    assert (two.bad_persons, two.good_persons) == (found.bad_persons, found.good_persons)
    assert leading(two) == leading(found)
    assert two.causes[0].effect == found.causes[0].effect


# --- a replay, and not the rates, says what is gone ---------------------------------------------


@pytest.mark.parametrize("plant", ["stale-cookie", "placeholder-id"])
def test_the_effect_is_that_of_a_whole_replay_of_the_edited_fleet(plant: str) -> None:
    told = ig.replay(ig.demo_fleet(30, plant=plant, rate=0.5, seed=2, deviations=0.0))
    find = {feature.code: find for feature, find in mechanisms.MECHANISMS}[PLANTED[plant]]
    people, bare = link(told.history), by_rules(told)
    split = {name for name in people if len(landed_on(bare, people.calls[name])) > 1}
    bad = [case for case in cases_of(told) if case.person in split]
    holds = [(case, tuple(find(case))) for case in bad]
    effect = contrasts.undoing.undone((case, held) for case, held in holds if held)
    changes = applied(told, (one.edit for _, held in holds for one in held if one.edit))
    calls = tuple(changes.get(number, call) for number, call in enumerate(told.history, 1))
    edited = by_rules(ig.replay(replace(told.history, calls=calls)))
    left = {name for name in people if len(landed_on(edited, people.calls[name])) > 1}
    assert effect is not None
    assert effect.gone == len(split - left) > 8
    assert effect.ruled == sum(bool(held) for _, held in holds)


# --- features are told from the calls alone -----------------------------------------------------


def described(history: History) -> list[dict[str, list[int]]]:
    """The features of each person: code, and the calls at which it holds."""
    cases = cases_of(ig.replay(history))
    sheet = tables.sheet(cases)
    return [
        {
            column.feature.code: [hold.call for hold in column.holds[place]]
            for column in sheet.columns
            if place in column.holds
        }
        for place in range(len(cases))
    ]


def test_features_know_nothing_of_observations_or_names() -> None:
    told = ig.demo_fleet(40, plant="second-email", rate=0.5, seed=3)
    names = {call.person: f"somebody {place}" for place, call in enumerate(told, 1)}
    blind = tuple(
        replace(call, observed=None, created=None, person=names[call.person]) for call in told
    )
    assert described(replace(told, calls=blind)) == described(told)


@pytest.mark.slow
def test_the_redacted_history_leads_to_the_same_mechanisms(fleet: History) -> None:
    plain, hidden = (ig.contrast(one, permutations=200) for one in (fleet, ig.redact(fleet)))

    def told(found: ig.Contrast) -> list[tuple[str, str, object]]:
        kept = [one for one in found if one.feature.value is None]
        return [(one.feature.code, one.status, one.estimate) for one in kept]

    assert told(hidden) == told(plain)
    assert leading(hidden) == [("old-email-after-change", "verified")]


def calls(*rows: str) -> Case:
    return cases_of(ig.replay(ig.parse("\n".join(f"person=b {row}" for row in rows))))[0]


@pytest.mark.parametrize(
    ("code", "rows", "at"),
    [
        (
            "old-email-after-change",
            (
                "server external_id=1 email=a@x.de",
                "server external_id=1 email=b@x.de",
                "browser email=a@x.de",
                "browser email=b@x.de",
            ),
            [3],
        ),
        ("email-alone-after-id-alone", ("server external_id=1", "form email=a@x.de"), [2]),
        (
            "new-email-alone",
            ("server external_id=1 email=a@x.de", "form email=b@x.de", "form email=b@x.de"),
            [2],
        ),
        ("id-number-and-text", ("server external_id=1", "server external_id:=1"), [2]),
        ("email-blank", ("form email=a@x.de", "form email='a@x.de '", "form email=A@x.de"), [2]),
        ("email-case", ("form email=a@x.de", "form email='a@x.de '", "form email=A@x.de"), [3]),
        ("placeholder-id", ("form email=a@x.de", "server external_id=guest email=a@x.de"), [2]),
        ("another-id", ("server external_id=1", "server external_id=2 email=a@x.de"), [2]),
        ("id-first", ("server external_id=1", "server external_id=1 email=a@x.de"), [1]),
        (
            "email-changes",
            ("server external_id=1 email=a@x.de", "server external_id=1 email=b@x.de"),
            [2],
        ),
        ("phone-alone", ("server external_id=1", "form phone_number=+15005550006"), [2]),
        ("exchange-ids", ("browser _kx=a email=a@x.de", "browser _kx=b email=a@x.de"), [2]),
    ],
)
def test_a_mechanism_holds_at_the_calls_that_show_it(
    code: str, rows: tuple[str, ...], at: list[int]
) -> None:
    find = {feature.code: find for feature, find in mechanisms.MECHANISMS}[code]
    holds = list(find(calls(*rows)))
    assert [hold.call for hold in holds] == at
    assert all(hold.edit is None or hold.edit.call == hold.call for hold in holds)


def test_gaps_hold_at_every_threshold_above_them() -> None:
    case = calls(
        "server external_id=1 email=a@x.de", "+7s browser email=a@x.de", "+2h browser email=a@x.de"
    )
    told = [(one.feature.code, one.hold.call) for one in contrasts.gaps.found(case)]
    assert [code for code, call in told if code.startswith("email-used") and call == 2] == [
        f"email-used-within-{span}s" for span in (30, 300, 3600)
    ]
    assert [code for code, call in told if call == 3] == []


# --- too few ------------------------------------------------------------------------------------


def test_with_fewer_than_ten_in_a_group_nothing_is_ranked() -> None:
    found = ig.contrast(ig.demo_fleet(40, rate=0.1, seed=0, deviations=0.0))
    assert found.bad_persons < FEWEST
    assert found.too_few is not None
    assert (found.too_few.bad, found.too_few.needed) == (found.bad_persons, FEWEST)
    assert (found.features, found.conjunctions, found.tested) == ((), (), 0)
    assert found.why_too_few in found.sentences()


def test_too_few_permutations_for_alpha_rank_nothing(fleet: History) -> None:
    found = ig.contrast(fleet, permutations=20)
    assert found.too_few is not None
    assert found.too_few.least_p == pytest.approx(1 / 21)
    assert found.features == ()


def test_with_few_persons_there_are_no_halves_and_that_is_said() -> None:
    found = ig.contrast(ig.demo_fleet(70, plant="email-blank", rate=0.4, seed=0))
    assert FEWEST <= found.bad_persons < 40
    assert not found.settings.halves
    assert leading(found) == [("email-blank", "verified")]
    assert found.causes[0].mined == found.causes[0].estimate
    assert any("flatter" in sentence for sentence in found.sentences())


def test_nobody_and_nothing_is_too_few() -> None:
    found = ig.contrast(History(()))
    assert (found.bad_persons, found.good_persons) == (0, 0)
    assert found.too_few is not None


def test_persons_of_one_call_are_left_out() -> None:
    one = Call((Identifier("email", "a@example.com"),), channel="form", person="somebody")
    assert ig.contrast(History((one,))).left_out == 1


def test_a_chance_that_is_none_is_refused(fleet: History) -> None:
    with pytest.raises(UsageError, match="alpha"):
        ig.contrast(fleet, alpha=0.0)
    with pytest.raises(UsageError, match="permutations"):
        ig.contrast(fleet, permutations=0)


# --- the same, and nobody's name ----------------------------------------------------------------


@pytest.mark.slow
def test_the_same_seed_gives_the_same_contrast(fleet: History, found: ig.Contrast) -> None:
    again = ig.contrast(fleet, permutations=100)
    assert list(records.of_contrast(again)) == list(records.of_contrast(found))


def test_a_veiled_contrast_holds_no_name_and_no_word_of_a_payload(
    fleet: History, found: ig.Contrast
) -> None:
    hidden = contrasts.veiled(found)
    shown = text(blocks_of(hidden)) + json.dumps(list(records.of_contrast(hidden)))
    bare = text(blocks_of(found))
    named = {one.person for sep in found for one in (*sep.bad, *sep.good, *sep.spared)}
    assert any(name in bare for name in named)
    assert "$country is DE" in bare
    assert not any(name in shown for name in named)
    assert '"DE"' not in shown
    assert "is DE" not in shown
    assert [one.status for one in hidden] == [one.status for one in found]
    assert {one.leader for one in hidden} <= {"", *(one.feature.code for one in hidden)}
    assert (fleet.call(1).person or "") not in found._repr_mimebundle_()["text/html"]


def test_records_are_json_and_hold_all_that_is_ranked(found: ig.Contrast) -> None:
    rows = [json.loads(json.dumps(row, allow_nan=False)) for row in records.of_contrast(found)]
    assert [row["feature"] for row in rows[:-1]] == [one.feature.code for one in found]
    assert rows[-1]["summary"]["limits"] == {
        "alpha": 0.05,
        "permutations": 100,
        "seed": 0,
        "halves": True,
    }
    assert len(found.table()) == len(found)


def test_braces_and_backticks_of_strangers_do_not_break_a_clause() -> None:
    told = ig.demo_fleet(60, plant="email-blank", rate=0.5, seed=0)
    odd = tuple(
        replace(call, payload={**call.payload, "{x}.`y`": "{0} `z`"}) if call.event else call
        for call in told
    )
    cases = cases_of(ig.replay(replace(told, calls=odd)))
    feature = next(
        one.feature
        for case in cases
        for one in contrasts.circumstances.found(case)
        if one.feature.path == ("{x}.`y`",)
    )
    assert feature.words(lambda key: key) == "{x}.`y` is {0} `z` in a payload"


@pytest.mark.slow
def test_a_report_steps_through_persons_of_both_groups_and_each_link_leads_somewhere() -> None:
    fleet = ig.demo_fleet(300, plant="id-only-first", rate=0.4)
    found = ig.contrast(fleet, policy="klaviyo-classic")
    page = str(report(found))
    anchors = re.findall(r'href="#([^"]+)"', page)
    assert anchors
    assert [one for one in dict.fromkeys(anchors) if f'id="{one}"' not in page] == []
    assert len(re.findall(r'id="example-\d+"', page)) == 6
    assert "person-0" not in page
