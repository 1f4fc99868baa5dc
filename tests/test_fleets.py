"""Made-up fleets: the truth about them is what was asked for, by the rules and by the cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

import idgraph as ig
from idgraph.calls import History
from idgraph.demos import fleets
from idgraph.errors import UsageError
from idgraph.futures import by_rules
from idgraph.persons import link
from idgraph.splitting import landed_on

CAUSES = {
    "stale-cookie": "old-email-after-update",
    "id-only-first": "id-only-then-email-only",
    "email-blank": "email-case-or-blank",
    "id-number": "id-text-or-number",
    "second-email": "missing-id-on-new-email",
    "lag": "new-email-not-yet-visible",
    "none": "unexplained",
}
BY_RULES = [plant for plant in fleets.plants() if plant not in ("lag", "none")]


def duplicated(fleet: History, *, observed: bool) -> set[str]:
    """Return the persons with several profiles, as they were observed or by the rules."""
    told = ig.replay(fleet)
    seen, people = told if observed else by_rules(told), link(fleet)
    return {name for name in people if len(landed_on(seen, people.calls[name])) > 1}


def test_the_same_arguments_give_the_same_fleet_and_another_seed_another_one() -> None:
    once, again = ig.demo_fleet(30, seed=4), ig.demo_fleet(30, seed=4)
    assert once == again
    assert ig.demo_fleet(30, seed=5) != once


@pytest.mark.parametrize("plant", BY_RULES)
def test_a_plant_makes_duplicates_by_the_rules_and_nothing_else_does(plant: str) -> None:
    planted = duplicated(ig.demo_fleet(25, plant=plant, rate=1.0), observed=False)
    spared = duplicated(ig.demo_fleet(25, plant=plant, rate=0.0), observed=False)
    # A guest who finds nobody by the shared id keeps the profile, until the next one takes it.
    assert len(planted) >= (20 if plant == "placeholder-id" else 25)
    assert spared == set()


def test_a_lag_and_a_bare_deviation_make_duplicates_by_observation_alone() -> None:
    for plant in ("lag", "none"):
        fleet = ig.demo_fleet(40, plant=plant, rate=1.0, deviations=0.0)
        assert duplicated(fleet, observed=False) == set()
        assert len(duplicated(fleet, observed=True)) >= 34


def test_deviations_are_as_many_as_asked_for() -> None:
    fleet = ig.demo_fleet(40, rate=0.0, deviations=1.0)
    assert len(duplicated(fleet, observed=True)) == 40
    assert duplicated(ig.demo_fleet(40, rate=0.0, deviations=0.0), observed=True) == set()


def test_every_call_has_what_a_read_call_has() -> None:
    fleet = ig.demo_fleet(20)
    for call in fleet:
        assert call.person
        assert call.observed
        assert call.agent
        assert call.endpoint in ("track", "list/subscribe")
        for key, path in call.wire.items():
            held: object = call.payload
            for name in path:
                assert isinstance(held, Mapping)
                held = held[name]
            assert held == call.keys[key].value
    assert len({call.origin for call in fleet}) == len(fleet)


def test_what_goes_along_is_frequent_among_the_planted_alone() -> None:
    fleet = ig.demo_fleet(120, plant="email-blank", beside=["browser"], deviations=0.0)
    people, split = link(fleet), duplicated(fleet, observed=False)
    shows = {
        name
        for name in people
        if any(fleet.call(number).agent == "Safari 14" for number in people.calls[name])
    }
    assert len(shows & split) > 0.75 * len(split)
    assert len(shows - split) < 0.25 * (len(people) - len(split))


@pytest.mark.parametrize("plant", CAUSES)
def test_a_pair_is_a_correct_person_and_one_with_the_cause_of_the_plant(plant: str) -> None:
    good, bad = ig.demo_pair(plant, seed=1)
    assert len(ig.diagnose(ig.replay(good))) == 0
    found = ig.diagnose(ig.replay(bad)).persons
    assert found[0].splits[0].cause == CAUSES[plant]
    assert len(link(good)) == len(link(bad)) == 1


def test_an_unknown_name_gets_a_suggestion_and_a_share_has_bounds() -> None:
    with pytest.raises(UsageError, match="Did you mean stale-cookie"):
        ig.demo_fleet(1, plant="stale-cooky")
    with pytest.raises(UsageError, match="Did you mean browser"):
        ig.demo_fleet(1, beside=["browsers"])
    with pytest.raises(UsageError, match="rate"):
        ig.demo_fleet(1, rate=1.5)


def test_the_software_of_a_fleet_survives_redaction_and_no_name_does() -> None:
    fleet = ig.demo_fleet(10)
    hidden = ig.redact(fleet)
    assert [call.agent for call in hidden] == [call.agent for call in fleet]
    names = {call.person for call in fleet}
    assert names.isdisjoint(call.person for call in hidden)
    assert replace(hidden, calls=()).ties == replace(fleet, calls=()).ties
