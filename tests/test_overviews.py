"""A fleet at a glance: tables against plain counts, shares against known values, honest little."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import idgraph as ig
from idgraph import causes, demos
from idgraph.calls import Call, Identifier, history
from idgraph.cli.base import cli
from idgraph.clocks import SECOND
from idgraph.errors import UsageError
from idgraph.overviews import Facts, Numbers, Overview, overview, records, tables, veiled, wording
from idgraph.overviews.facts import COLUMNS
from idgraph.persons import link
from idgraph.populations.rates import Share
from idgraph.replays import Replay
from idgraph.splitting import jumps
from idgraph.surfaces.drawing.text import text
from idgraph.surfaces.reports import overviews as surface

PLANTED = {"stale-cookie": "old-email-after-update", "id-number": "id-text-or-number"}
TWO = """
    server  event="Placed Order" external_id=b1 email=old@example.com person=betty
    +1h server external_id=b1 email=new@example.com person=betty
    +5min browser event="Viewed Product" email=new@example.com person=betty
    +25min browser event="Viewed Product" email=old@example.com person=betty
    +1h browser event="Viewed Product" email=old@example.com person=betty
    +1d server external_id=a1 email=anna@example.com person=anna
"""


@pytest.fixture(scope="module", params=PLANTED)
def fleet(request: pytest.FixtureRequest) -> tuple[str, Replay, Overview]:
    told = ig.replay(ig.demo_fleet(80, plant=request.param, rate=0.4, seed=3))
    return PLANTED[request.param], told, overview(told)


def rows(table: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return list(table[list(columns)].itertuples(index=False, name=None))


# --- tables against plain counts ------------------------------------------------------------------


def test_numbers_and_places_are_those_of_a_plain_count(
    fleet: tuple[str, Replay, Overview],
) -> None:
    _, told, found = fleet
    people = link(told.history)
    landed = {
        name: {step.landed for n in people.calls[name] if (step := told.step(n)).landed}
        for name in people
    }
    many = [len(profiles) for profiles in landed.values() if len(profiles) > 1]
    assert found.numbers == Numbers(80, len(told), len(many), sum(many) - len(many), 0)
    splits = [split.call for split in jumps(told, people)]
    calls = [(c.channel, c.endpoint, c.event or "") for c in told.history]
    of, split = Counter(calls), Counter(calls[n - 1] for n in splits)
    counted = rows(found.sites(), "channel", "endpoint", "event", "calls", "splits")
    assert {row[:3]: row[3:] for row in counted} == {p: (of[p], split[p]) for p in of}
    assert len(counted) == len(of)
    assert sum(found.channels()["calls"]) == len(told)


def test_causes_are_those_of_each_split(fleet: tuple[str, Replay, Overview]) -> None:
    planted, told, found = fleet
    people = link(told.history)
    each = [(causes.explain_split(told, people, one), one) for one in jumps(told, people)]
    codes = Counter(finding.cause if finding else "unexplained" for finding, _ in each)
    assert dict(rows(found.causes(), "cause", "splits")) == codes
    assert found.causes().iloc[0]["cause"] == planted
    assert codes[planted] > 0.8 * len(each)


def test_weeks_hold_every_call_and_split_once(fleet: tuple[str, Replay, Overview]) -> None:
    _, told, found = fleet
    week = 7 * 86_400 * SECOND
    monday = 4 * 86_400 * SECOND  # 1970-01-05

    def begin(at: int) -> int:
        return at - (at - monday) % week

    calls = Counter(begin(c.at) for c in told.history if c.at is not None)
    splits = Counter(
        begin(at)
        for one in jumps(told, link(told.history))
        if (at := told.history.call(one.call).at) is not None
    )
    assert found.unit == "week"
    counted = rows(found.periods(), "period", "calls", "splits")
    assert {at.value // 1000: n for at, n, _ in counted if n} == calls
    assert {at.value // 1000: n for at, _, n in counted if n} == splits
    assert all(b - a == pd.Timedelta(weeks=1) for (a, *_), (b, *_) in pairwise(counted))
    times = found.times()
    assert times["splits"].sum() == splits.total()
    assert times.groupby("period")["splits"].sum().tolist() == [row[2] for row in counted]


def test_gaps_and_delays_are_those_of_a_naive_walk(fleet: tuple[str, Replay, Overview]) -> None:
    _, told, found = fleet
    people = link(told.history)
    splits = {one.call: one.person for one in jumps(told, people)}
    moments = [call.at or 0 for call in told.history]
    before = {n: max(m for m in people.calls[who] if m < n) for n, who in splits.items()}
    gaps = sorted((moments[n - 1] - moments[m - 1]) / SECOND for n, m in before.items())
    assert sorted(found.facts.splits["gap_s"]) == gaps
    assert found.gaps()["splits"].sum() == len(gaps)
    naive = sorted(row for name in people for row in _walk(told, people.calls[name], set(splits)))
    assert sorted(rows(found.facts.returns, "update", "call", "address", "split")) == naive
    assert len(naive) > 20


def _walk(
    told: Replay, numbers: tuple[int, ...], splits: set[int]
) -> Iterator[tuple[int, int, str, bool]]:
    """Each update of an email, and the next calls that carry just one of the two addresses."""
    steps = [told.step(number) for number in numbers]
    for place, step in enumerate(steps):
        change = next((c for c in step.updates if c.key == "email"), None)
        if change is None:
            continue
        for address, email in (("old", change.before), ("new", change.after)):
            for later in steps[place + 1 :]:
                sent = later.call.identifiers
                alone = [i.text.strip().casefold() for i in sent if i.key != "_kx"]
                if email is not None and alone == [email.text.strip().casefold()]:
                    yield step.number, later.number, address, later.number in splits
                    break
                if any(c.key == "email" for c in later.updates):
                    break


@settings(max_examples=12)
@given(st.lists(st.sampled_from(["o", "n", "io", "u"]), max_size=12))
def test_each_update_has_at_most_one_next_call_by_each_address(
    acts: list[str],
) -> None:
    calls, email, old = [_call(0, "b1", "e0")], 0, 0
    for place, act in enumerate(acts, 1):
        at = place * 60
        if act == "u":
            old, email = email, email + 1
            calls.append(_call(at, "b1", f"e{email}"))
        else:
            which = old if "o" in act else email
            calls.append(_call(at, "b1" if act == "io" else None, f"e{which}"))
    found = overview(history(calls)).facts.returns
    assert not found.duplicated(["update", "address"]).any()
    assert (found["call"] > found["update"]).all()
    assert (found["delay_s"] > 0).all()
    # Nothing is looked up by an email that also carries the id.
    assert not {n for n, c in enumerate(calls, 1) if len(c.identifiers) > 1} & set(found["call"])


def _call(seconds: int, own: str | None, email: str) -> Call:
    keys = [Identifier("external_id", own)] if own else []
    keys.append(Identifier("email", f"{email}@example.com"))
    return Call(tuple(keys), "server", "track", sent_at=seconds * SECOND, person="betty")


def test_a_call_by_the_old_address_is_held_against_the_delay_since_the_update() -> None:
    found = overview(ig.parse(TWO))
    told = found.delays()
    counted = rows(told[told["calls"] > 0], "address", "delay", "calls", "split")
    assert counted == [("old", "10 min to 1 h", 1, 1), ("new", "1 min to 10 min", 1, 0)]
    assert found.facts.returns["delay_s"].tolist() == [300.0, 1800.0]
    assert found.facts.splits["gap_s"].tolist() == [1500.0]


def test_look_ups_that_missed_are_counted_by_the_gap_since_the_write() -> None:
    told = ig.replay(ig.demo_fleet(80, plant="lag", rate=0.4, seed=3))
    found, seen = overview(told), ig.visibility(told)
    assert found.lags()["look_ups"].sum() == len(seen)
    assert found.lags()["missed"].sum() == len(seen.missed) > 10
    soon = found.lags()
    assert soon.loc[soon["to_s"] <= 10, "missed"].sum() > 0.8 * len(seen.missed)
    assert found.facts.splits["observed"].all()


# --- shares ---------------------------------------------------------------------------------------


def test_intervals_are_wilsons() -> None:
    table = overview(ig.parse(TWO)).channels().set_index("channel")
    # Of 3 browser calls 1 split: the score interval solves (p - 1/3)^2 = z^2 p (1 - p) / 3.
    row, z = table.loc["browser"], 1.959963984540054
    for end in (row["low"], row["high"]):
        assert (end - 1 / 3) ** 2 == pytest.approx(z**2 * end * (1 - end) / 3)
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    published = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611)}
    for (count, of), ends in {**published, (1, 29): (0.0061, 0.1718)}.items():
        assert Share(count, of).interval == pytest.approx(ends, abs=5e-5)
    assert Share(0, 9).interval[0] == 0.0
    assert Share(9, 9).interval[1] == 1.0


@pytest.mark.parametrize(("persons", "few"), [(19, True), (20, False)])
def test_a_share_of_few_persons_is_too_few_to_tell(persons: int, few: bool) -> None:  # noqa: FBT001
    found = overview(ig.demo_fleet(persons, rate=0.3, seed=1))
    assert found.numbers.too_few is few
    assert ("too few" in wording.sentences(found)["numbers"][0]) is few


def test_whether_the_delay_matters_is_told_of_enough_calls_only() -> None:
    names = COLUMNS["returns"]

    def said(soon: int, late: int) -> str:
        made = [("p", 1, 2, 0, "browser", "old", 60.0, n < soon // 2) for n in range(soon)]
        made += [("p", 1, 2, 0, "browser", "old", 9e4, True) for _ in range(late)]
        assert all(len(row) == len(names) for row in made)
        found = Overview(Facts.of({"returns": made}), "klaviyo-classic")
        return wording.sentences(found)["delays"][0]

    assert "too few to tell whether the delay matters" in said(19, 200)
    assert "the later a call comes, the more often it splits" in said(40, 200)


# --- little and nothing ---------------------------------------------------------------------------


def test_nobody_and_nothing_are_said_to_be_so() -> None:
    found = overview(history([]))
    assert found.numbers == Numbers(0, 0, 0, 0, 0)
    assert all(
        not table.select_dtypes("int64").to_numpy().any() for table in found.tables().values()
    )
    assert text(surface.blocks(veiled(found)))


def test_one_person_without_any_time_is_counted_without_one() -> None:
    timeless = [replace(call, sent_at=None) for call in ig.parse(TWO)]
    found = overview(history(timeless[:5]))
    assert found.numbers.split_persons == found.numbers.persons == 1
    assert found.facts.splits["gap_s"].isna().all()
    assert found.facts.returns["delay_s"].isna().all()
    assert rows(found.periods(), "calls", "splits") == [(5, 1)]
    assert found.periods()["period"].isna().all()
    assert found.gaps()["splits"].sum() == found.delays()["calls"].sum() == 0
    assert "too few" in " ".join(found.sentences())


def test_calls_of_one_instant_are_one_day() -> None:
    at = 1_618_560_000 * SECOND
    found = overview(history([replace(call, sent_at=at) for call in ig.parse(TWO)]))
    assert found.unit == "day"
    assert rows(found.periods(), "period", "calls", "splits") == [
        (pd.Timestamp("2021-04-16", tz="UTC"), 6, 1)
    ]
    assert found.facts.splits["gap_s"].tolist() == [0.0]
    assert rows(found.gaps(), "gap", "splits")[0] == ("under 1 s", 1)


@pytest.mark.parametrize(
    ("days", "unit"), [(1, "day"), (31, "day"), (32, "week"), (190, "month"), (1200, "year")]
)
def test_bars_stay_few_however_long_a_log_is(days: int, unit: str) -> None:
    made = [(n * 86_400 * SECOND, "server", "track", "", 1) for n in (0, days - 1)]
    found = Overview(Facts.of({"traffic": made}), "klaviyo-classic")
    assert found.unit == unit
    assert 1 <= len(found.periods()) <= 36
    assert found.periods()["calls"].sum() == 2


# --- parts, other ways in, and what is shown ------------------------------------------------------


def test_parts_by_channel_cause_and_days_add_up(fleet: tuple[str, Replay, Overview]) -> None:
    _, _, found = fleet
    many = found.numbers.too_many
    channels = [found.only(channel=name).numbers for name in found.channels()["channel"]]
    assert sum(one.too_many for one in channels) == many
    assert sum(one.calls for one in channels) == found.numbers.calls
    kinds = [found.only(cause=code).numbers.too_many for code in found.causes()["cause"]]
    assert sum(kinds) == many
    halves = found.only(until="2021-05-10"), found.only(since="2021-05-11")
    assert sum(one.numbers.too_many for one in halves) == many
    assert sum(one.numbers.calls for one in halves) == found.numbers.calls
    assert all(one.numbers.persons <= 80 and one.numbers.nobodys is None for one in halves)
    assert not found.only(cause="no-such-cause").delays()["split"].any()
    with pytest.raises(UsageError):
        found.only(since="yesterday")


def test_a_diagnosis_gives_the_same_facts_as_its_replay() -> None:
    told = ig.replay(ig.parse(TWO))
    one, other = overview(told).facts, overview(ig.diagnose(told)).facts
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_tables_from_elsewhere_give_the_same_overview(fleet: tuple[str, Replay, Overview]) -> None:
    _, _, found = fleet
    copied = {name: getattr(found.facts, name).to_dict("records") for name in COLUMNS}
    facts = Facts(**{name: pd.DataFrame(each) for name, each in copied.items()})
    other = Overview(facts, found.policy)
    assert other.sentences() == found.sentences()
    assert other.numbers == found.numbers
    assert veiled(other).facts.persons["person"].iloc[0] == "person 1"


def test_what_is_shown_holds_no_name_and_no_word_of_a_customer() -> None:
    told = ig.parse(TWO.replace('"Viewed Product"', '"Viewed by betty@example.com"'))
    found = overview(told)
    shown = veiled(found)
    written = text(surface.blocks(shown)) + "".join(map(str, records.of_overview(shown)))
    for canary in ("betty", "anna", "@", "old@"):
        assert canary in str(told.table().to_dict()) or canary == "@"
        assert canary not in written
    assert dict(rows(shown.causes(), "cause", "splits")) == {"old-email-after-update": 1}
    assert repr(found) == repr(shown)


def test_the_command_line_prints_numbers_and_rows(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    ig.write_demo(demos.demos()[0].name, log)
    done = CliRunner().invoke(cli, ["overview", str(log), "--json"])
    assert done.exit_code == 0, done.output
    first, *others = map(json.loads, done.stdout.splitlines())
    assert first["numbers"]["persons"] >= 1
    assert first["numbers"]["too_few"] is True
    kinds: defaultdict[str, int] = defaultdict(int)
    for row in others:
        kinds[row["table"]] += row.get("splits", 0)
    assert {"causes", "sites", "gaps", "delays", "lags", "rules"} <= set(kinds)
    assert kinds["causes"] == kinds["sites"] == first["numbers"]["too_many"]
    plain = CliRunner().invoke(cli, ["overview", str(log), "--since", "2099-01-01"])
    assert plain.exit_code == 0
    assert "No call names a person" in plain.stdout


def test_every_number_of_the_json_is_one() -> None:
    for record in records.of_overview(overview(history([]))):
        json.loads(json.dumps(record, allow_nan=False))
    assert tables.unit(overview(history([])).facts) == "day"


def test_an_overview_says_in_one_line_what_it_is(fleet: tuple[str, Replay, Overview]) -> None:
    _, _, found = fleet
    assert "person-" not in repr(found)
    assert repr(found.only(channel="form")).endswith("narrowed down>")
