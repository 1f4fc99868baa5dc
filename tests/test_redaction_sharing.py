"""Times of what is shared, the redacted report, and the command that redacts."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import idgraph as ig
from idgraph.calls import Call, History, Identifier, history
from idgraph.cli import cli
from idgraph.clocks import SECOND, instant
from idgraph.overviews import Overview
from idgraph.overviews.facts import Facts
from idgraph.policy import load, names
from idgraph.redaction.account import Account
from idgraph.redaction.terms import terms_of
from idgraph.redaction.times import ORDER, STAY, WEEK, WEEKS, Times, chosen
from idgraph.surfaces.reports.report import report

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEYED = bytes(range(32))


def at(text: str) -> int:
    found = instant(text)
    assert found is not None
    return found


def calls_at(moments: list[int]) -> History:
    who = (Identifier("email", "b@shop.example"),)
    return history([Call(who, endpoint="track", sent_at=moment) for moment in moments])


def sides(given_: History) -> list[list[bool]]:
    """Which policies were in force on the day of each call."""
    policies = [load(name) for name in names()]
    return [[one.in_force(call) for one in policies] for call in given_]


def moved(given_: History, times: Times) -> History:
    return calls_at([times.moved(call.at) or 0 for call in given_])


moments = st.integers(at("2012-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z"))


@given(st.lists(moments, min_size=1, max_size=5), st.sampled_from([None, KEYED, bytes(32)]))
def test_all_times_move_by_the_same_whole_weeks_and_none_over_a_day_on_which_rules_change(
    given_: list[int], key: bytes | None
) -> None:
    before = calls_at(given_)
    times = chosen([before], key=key)
    assert times.shift % WEEK == 0
    assert (times.kind == STAY) == (times.shift == 0)
    after = moved(before, times)
    assert sides(after) == sides(before)
    for one, other in zip(before, after, strict=True):
        assert (other.at or 0) - (one.at or 0) == times.shift


@given(moments, st.integers(1, 1000))
def test_without_a_key_a_first_call_comes_to_a_fixed_week_that_does_not_tell_its_own(
    start: int, weeks: int
) -> None:
    one, other = calls_at([start]), calls_at([start + weeks * WEEK])
    if sides(one) == sides(other):
        shown = [moved(told, chosen([told])).calls[0].at for told in (one, other)]
        same = shown[0] == shown[1]
        stays = STAY in {chosen([one]).kind, chosen([other]).kind}
        assert same or stays


def test_calls_on_both_sides_of_a_change_of_rules_stay_on_their_sides() -> None:
    given_ = calls_at([at("2022-05-20T10:00:00Z"), at("2022-06-20T10:00:00Z")])
    times = chosen([given_], key=KEYED)
    assert times.kind == WEEKS
    assert sides(moved(given_, times)) == sides(given_)
    tight = calls_at([at("2022-05-27T10:00:00Z"), at("2022-05-28T10:00:00Z")])
    assert chosen([tight], key=KEYED).kind == STAY


def test_one_key_moves_sets_alike_where_it_can() -> None:
    one = calls_at([at("2020-03-01T10:00:00Z")])
    other = calls_at([at("2020-04-01T10:00:00Z"), at("2020-05-01T10:00:00Z")])
    assert chosen([one], key=KEYED).shift == chosen([other], key=KEYED).shift != 0
    assert chosen([one], key=bytes(32)).shift != chosen([one], key=KEYED).shift


FORMS = [
    *("2021-04-16T08:00:00.123Z", "2021-04-16T23:30:00+05:30", "20210416T080000Z"),
    *("2021-04-16 08:00:00", "1618560000", "1618560000.25", "1618560000123", "1618560000123456"),
    *("2021-W15-5T08:00:00Z", "1.61856e9"),
]


@pytest.mark.parametrize("text", FORMS)
def test_a_time_keeps_its_form_its_weekday_and_its_hour(text: str) -> None:
    times = Times(WEEKS, 3 * WEEK)
    made = times.written(text)
    assert isinstance(made, str)
    assert made != text
    before, after = instant(text), instant(made)
    if before is None:
        before, after = instant(f"{text}Z"), instant(f"{made}Z")
    if before is None:
        before, after = instant(float(text)), instant(float(made))
    assert after == (before or 0) + 3 * WEEK
    if "W" not in text and "e" not in text:
        assert re.sub(r"\d", "0", made) == re.sub(r"\d", "0", text)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)), st.integers(-300, 300))  # noqa: DTZ001 - the zone is written behind
def test_a_written_date_is_the_one_so_many_weeks_later(moment: datetime, weeks: int) -> None:
    times = Times(WEEKS, weeks * WEEK)
    made = times.written(f"{moment.isoformat()}+02:00")
    assert made == f"{(moment + timedelta(weeks=weeks)).isoformat()}+02:00"


@pytest.mark.parametrize("text", ["yesterday at Betty's", "betty@shop.example", "12:30", "1e400"])
def test_what_is_no_time_is_never_passed_on_as_one(text: str) -> None:
    assert Times(WEEKS, WEEK).written(text) == "(time)"
    assert Times().written(text) == "(time)"


@given(st.lists(moments, min_size=1, max_size=6))
def test_of_the_order_alone_nothing_but_the_order_is_left(given_: list[int]) -> None:
    before = calls_at(given_)
    times = chosen([before], rounded=True)
    after = moved(before, times)
    assert times.kind == ORDER
    assert sides(after) == sides(before)
    ranks = [sorted({call.at or 0 for call in told}) for told in (before, after)]
    assert [ranks[0].index(call.at or 0) for call in before] == [
        ranks[1].index(call.at or 0) for call in after
    ]
    steps = {b - a for a, b in zip(ranks[1], ranks[1][1:], strict=False)}
    assert all(step == SECOND or step > 86_400 * SECOND for step in steps)


def test_no_shift_is_told_by_a_repr() -> None:
    terms = terms_of([calls_at([at("2020-03-01T10:00:00Z")])], key=KEYED)
    told = repr(terms) + repr(Account()) + str(terms.lines())
    assert str(terms.times.shift) not in told
    assert repr(KEYED) not in told


# ------------------------------------------------------------------ reports

BROKE = ig.demo("email-change-broke")


def test_a_redacted_report_has_its_times_shifted_and_says_what_was_redacted() -> None:
    page = str(report(BROKE, verdict=False))
    assert "2021-04-1" not in page
    assert "1618560000" not in page
    assert 'id="redacted"' in page
    assert "pseudonymous" in page
    kept = str(report(BROKE, verdict=False, keep_times=True))
    assert "2021-04-1" in kept
    shown = str(report(BROKE, verdict=False, redact=False))
    assert 'id="redacted"' not in shown


def test_a_report_under_a_key_has_the_stand_ins_of_the_files_under_it(tmp_path: Path) -> None:
    from idgraph.redaction.keyfiles import make_key, read_key

    key = make_key(tmp_path / "key")
    page = str(report(BROKE, verdict=False, key_file=key))
    stand_in = ig.redact(BROKE, read_key(key)).calls[0].keys["external_id"].text
    assert stand_in in page
    assert stand_in not in str(report(BROKE, verdict=False))


def test_a_report_of_a_comparison_moves_both_histories_alike() -> None:
    good, bad = ig.demo("email-change-worked"), ig.demo("email-change-broke")
    page = str(report(ig.compare(good, bad)))
    assert "2021-04-1" not in page
    assert 'id="redacted"' in page


def test_an_overview_of_tables_alone_has_its_times_shifted_as_one_with_a_history() -> None:
    whole = ig.overview(ig.replay(BROKE))
    tables = Overview(whole.facts, whole.policy)
    assert whole.facts.instants() == tables.facts.instants() != frozenset()
    for found in (whole, tables):
        page = str(report(found))
        assert "2021-04-1" not in page
        assert "shifted alike by whole weeks" in page
        assert "2021-04-1" in str(report(found, keep_times=True))
    empty = Overview(Facts.of({}), whole.policy)
    assert "There are no times" in str(report(empty))


# ------------------------------------------------------------------ the command


def run(*words: str) -> tuple[str, str, int]:
    done = CliRunner().invoke(cli, list(words))
    return done.stdout, done.stderr, done.exit_code if not done.exception else 2


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return ig.write_demo("email-change-broke", tmp_path / "betty.jsonl")


def test_redact_writes_a_copy_and_prints_the_account(log: Path, tmp_path: Path) -> None:
    copy, key = tmp_path / "copy.jsonl", tmp_path / "key"
    out, told, code = run("redact", str(log), "-o", str(copy), "--make-key", str(key))
    assert code == 0
    assert "email addresses" in out
    assert "betty" not in out
    assert re.search("key [0-9a-f]{4}", told)
    assert len(ig.read(str(copy), progress=False)) == len(BROKE)
    again = tmp_path / "again.jsonl"
    assert run("redact", str(log), "-o", str(again), "--key-file", str(key))[2] == 0
    assert again.read_bytes() == copy.read_bytes()


def test_redact_prints_its_account_as_json(log: Path, tmp_path: Path) -> None:
    out, _, _ = run("redact", str(log), "-o", str(tmp_path / "copy.jsonl"), "--json")
    *lines, last = (json.loads(line) for line in out.splitlines())
    assert {line["treatment"] for line in lines} == {"mapped", "shifted", "kept"}
    assert last["summary"]["rows"] == last["summary"]["calls"] == len(BROKE)
    assert last["summary"]["unlike"] == 0


def test_a_key_alone_can_be_made(tmp_path: Path) -> None:
    assert run("redact", "--make-key", str(tmp_path / "key"))[2] == 0
    assert (tmp_path / "key").stat().st_size == 32


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["{log}"],
        ["{log}", "-o", "{log}"],
        ["{log}", "-o", "{copy}", "--key-file", "{log}"],
        ["{log}", "-o", "{copy}", "--key-file", "a", "--make-key", "b"],
    ],
)
def test_a_request_that_makes_no_sense_writes_nothing(
    words: list[str], log: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.jsonl"
    names_ = [word.format(log=log, copy=copy) for word in words]
    assert run("redact", *names_)[2] == 2
    assert not copy.exists()


def test_a_redaction_shows_its_account_in_a_notebook(log: Path, tmp_path: Path) -> None:
    found = ig.redact_files(log, tmp_path / "copy.jsonl")
    bundle = found._repr_mimebundle_()
    assert "email addresses" in bundle["text/html"]
    assert "betty" not in bundle["text/html"] + bundle["text/plain"]
