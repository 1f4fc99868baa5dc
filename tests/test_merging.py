"""Claims about the merge list: what is merged into what, what is left alone, what is written."""

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from idgraph import cli, sources
from idgraph.calls import history
from idgraph.diagnosis import diagnose
from idgraph.errors import UsageError
from idgraph.merging import BLOCKS, BURST, COLUMNS, REASONS, WARNINGS, MergeList, merge_list
from idgraph.notation import parse
from idgraph.persons import link
from idgraph.redaction import redact
from idgraph.replays import replay
from idgraph.splitting import landed_on

A, B, C, D = (f"01GDDKASAP8TKDDA2GRZDSVP4{letter}" for letter in "ABCD")
OLD = "Y6nRLr"
SPLIT = f"""
    server  external_id=b1 email=quirkyname73@very-own-host.example -> {A}
    browser email=new.quirkyname73@very-own-host.example -> {B}
    form    external_id=b1 email=new.quirkyname73@very-own-host.example -> {A}
"""


def listed(text: str, policy: str = "klaviyo-classic") -> MergeList:
    return merge_list(replay(parse(text), policy))


def sides(found: MergeList) -> list[tuple[str, str, str | None]]:
    return [(pair.destination, pair.source, pair.blocked) for pair in found]


def persons(count: int, profiles: int) -> str:
    """Persons of several profiles each, all observed."""
    return "\n".join(
        f"person=p{n} email={n}.{m}@example.com -> {n:013d}{m:013d}"
        for n in range(count)
        for m in range(profiles)
    )


# --- destination ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "destination", "reason"),
    [
        ("person=p email=x@example.com\nperson=p external_id=a", "P2", "highest-key"),
        ("person=p external_id=0\nperson=p email=x@example.com", "P2", "highest-key"),
        ("person=p external_id=a\nperson=p external_id=b\nexternal_id=b", "P2", "most-calls"),
        ("person=p external_id=a\nperson=p external_id=b", "P1", "earliest"),
    ],
)
def test_the_destination_holds_the_highest_key_or_most_calls_or_is_the_oldest(
    text: str, destination: str, reason: str
) -> None:
    (group,) = listed(text).groups
    assert (group.destination, group.reason) == (destination, reason)
    assert reason in REASONS


def test_the_platforms_own_id_does_not_make_a_profile_the_destination() -> None:
    text = f"person=p email=x@example.com profile_id={A}\nperson=p external_id=a"
    assert listed(text, "klaviyo").groups[0].destination == "P2"


def test_a_person_with_one_profile_is_not_listed() -> None:
    assert listed("external_id=a email=x@example.com\nemail=x@example.com").groups == ()


def test_a_diagnosis_and_its_replay_have_the_same_list() -> None:
    told = replay(parse(SPLIT))
    assert merge_list(diagnose(told)) == replace(merge_list(told), people=link(told.history))


def test_what_was_merged_is_no_duplicate_and_its_id_is_gone() -> None:
    text = f"""
        server email=x@example.com -> {A}
        person=p server external_id=a -> {B}
        server endpoint=profile-merge profile_id={A} merges={B} -> {A}
    """
    assert listed(text, "klaviyo").groups == ()
    (pair,) = listed(f"{text}\nperson=p external_id=c email=y@example.com -> {C}", "klaviyo")
    assert {pair.destination_id, pair.source_id} == {A, C}


# --- blocked -------------------------------------------------------------------------------------

BLOCKED = {
    "shared-by-two-persons": f"""
        person=ann external_id=a email=x@example.com -> {A}
        person=ben email=x@example.com -> {A}
        person=ann email=y@example.com -> {B}""",
    "placeholder-identifier": f"""
        external_id=a email=guest@shop.example -> {A}
        external_id=a email=y@example.com -> {B}""",
    "conflicting-ids": f"person=p external_id=a -> {A}\nperson=p external_id=b -> {B}",
    "guessed-person": f"""
        email=x@example.com anonymous_id=device -> {A}
        email=y@example.com anonymous_id=device -> {B}""",
    "observed-twice": f"""
        browser email=x@example.com -> {A}
        browser anonymous_id=device -> {B}
        browser email=x@example.com anonymous_id=device -> {A}
        browser external_id=a email=x@example.com -> {C}""",
    "one-profile-id": f"""
        person=p profile_id={A} email=x@example.com
        person=p external_id=b -> {A}""",
    "strange-profile-id": f"""
        person=p external_id=a -> {A}
        person=p email=x@example.com -> betty""",
    "unknown-profile-id": f"person=p external_id=a -> {A}\nperson=p email=x@example.com",
}
UNDER = {"observed-twice": "klaviyo", "one-profile-id": "klaviyo"}


@pytest.mark.parametrize("code", BLOCKS)
def test_each_block_has_a_history_and_keeps_its_pair_out_of_the_requests(code: str) -> None:
    found = listed(BLOCKED[code], UNDER.get(code, "klaviyo-classic"))
    assert [pair.blocked for pair in found] == [code]
    assert list(found.blocked) == [code]
    assert found.ready == ()
    assert found.requests() == ()


@pytest.mark.parametrize(
    "text",
    [
        f"external_id:=42 email=x@example.com -> {A}\nexternal_id=42 email=x@example.com -> {B}",
        f"person=p external_id=a -> {A}\nperson=p email=x@example.com -> {OLD}",
        f"person=p anonymous_id=d email=x@example.com -> {A}\nperson=p email=y@example.com -> {B}",
        SPLIT,
    ],
    ids=["id of another type", "old profile id", "named in the log", "connected by identifiers"],
)
def test_what_speaks_against_nothing_is_ready(text: str) -> None:
    assert [pair.blocked for pair in listed(text)] == [None]


def test_of_several_external_ids_it_is_a_guess_whose_a_third_profile_is() -> None:
    found = listed(f"""
        external_id=ann email=home@example.com -> {A}
        external_id=ben email=home@example.com -> {B}
        email=home@example.com -> {C}
    """)
    assert sorted(pair.blocked or "" for pair in found) == ["conflicting-ids", "guessed-person"]


def test_a_profile_under_an_address_that_many_persons_share_is_not_merged() -> None:
    till = "\n".join(f"person=p{n} external_id={n} email=till@shop.example" for n in range(1, 12))
    alone = f"person=p external_id=a email=till@shop.example -> {A}"
    other = f"person=p email=x@example.com -> {B}"
    elsewhere = till.replace("\n", f" -> {C}\n") + f" -> {C}"
    assert list(listed(f"{elsewhere}\n{alone}\n{other}").blocked) == ["placeholder-identifier"]
    assert list(listed(f"{till}\n{alone}\n{other}").blocked) == ["shared-by-two-persons"]
    assert listed(f"{alone}\n{other}").blocked == {}


def test_the_platforms_id_counts_where_a_sender_put_its_own_in_its_place() -> None:
    found = listed(
        f"""
        person=p profile_id=customer-7 email=x@example.com -> {A}
        person=p external_id=a -> {B}
        """,
        "klaviyo",
    )
    assert [(pair.destination_id, pair.source_id) for pair in found] == [(B, A)]


# --- laws ----------------------------------------------------------------------------------------


def _calls_of(person: str, own: list[str], other: str) -> st.SearchStrategy[dict[str, str]]:
    """Calls of a person: mostly with what is the person's alone, and observed on own profiles."""
    mails = [f"{person}1@example.com", f"{person}2@example.com", "home@example.com"]
    return st.fixed_dictionaries(
        {"email": st.sampled_from([*mails[:2] * 6, mails[2], "guest@shop.example"])},
        optional={
            "person": st.just(person),
            "external_id": st.sampled_from([*[person] * 6, f"{person}-new", "0"]),
            "anonymous_id": st.sampled_from([person, "device"]),
            "->": st.sampled_from([*own * 4, other]),
        },
    )


_CALLS = st.lists(
    st.one_of(_calls_of("p", [A, B], C), _calls_of("q", [C, D], A)), min_size=4, max_size=9
)
_POLICIES = st.sampled_from(["klaviyo-classic", "klaviyo", "klaviyo-multi-email"])


def written(calls: Iterable[dict[str, str]]) -> str:
    """Return calls in the notation, where they were observed last."""
    words = (sorted(call.items(), key=lambda pair: pair[0] == "->") for call in calls)
    return "\n".join(" ".join(f"{k}={v}".replace("->=", "-> ") for k, v in one) for one in words)


@given(_CALLS, _POLICIES)
def test_no_request_merges_what_another_one_merges_or_merges_into(
    calls: list[dict[str, str]], policy: str
) -> None:
    bodies = [row["body"]["data"] for row in listed(written(calls), policy).requests()]
    into = [body["id"] for body in bodies]
    merged = [body["relationships"]["profiles"]["data"][0]["id"] for body in bodies]
    assert len(set(merged)) == len(merged)
    assert set(merged).isdisjoint(into)


@given(_CALLS, _POLICIES)
def test_merging_all_that_is_ready_leaves_each_person_one_profile_but_for_the_blocked(
    calls: list[dict[str, str]], policy: str
) -> None:
    found = listed(written(calls), policy)
    into = {pair.source: pair.destination for pair in found.ready}
    for group in found.groups:
        landed = landed_on(found.replay, found.people.calls[group.person])
        left = {into.get(profile, profile) for profile in landed}
        assert len(left) == 1 + len(group.pairs) - len(group.ready)


@given(_CALLS, _POLICIES)
def test_no_merge_touches_a_profile_with_calls_of_somebody_else(
    calls: list[dict[str, str]], policy: str
) -> None:
    found = listed(written(calls), policy)
    profiles = {profile.name: profile for profile in found.replay.profiles()}
    for pair in found.ready:
        numbers = profiles[pair.source].calls + profiles[pair.destination].calls
        assert {found.people.of(number) for number in numbers} == {pair.person}


# --- requests ------------------------------------------------------------------------------------


def test_a_request_is_the_documented_one() -> None:
    (row,) = listed(SPLIT).requests()
    assert row == {
        "method": "POST",
        "path": "/api/profile-merge",
        "body": {
            "data": {
                "type": "profile-merge",
                "id": A,
                "relationships": {"profiles": {"data": [{"type": "profile", "id": B}]}},
            }
        },
        "batch": 1,
    }


def test_requests_that_were_sent_make_the_person_one_profile_when_they_are_read_back(
    tmp_path: Path,
) -> None:
    text = "\n".join(
        f"person=p server endpoint=profile-import email={n}@example.com -> {own}"
        for n, own in enumerate((A, B, C))
    )
    found = listed(text, "klaviyo")
    log = tmp_path / "sent.jsonl"
    rows = [json.loads(line) for line in _lines(found.write_requests(tmp_path / "merges.jsonl"))]
    sent = [
        {
            "request": {
                "method": row["method"],
                "url": f"https://a.klaviyo.com{row['path']}",
                "headers": {"revision": "2026-07-15"},
                "body": row["body"],
            },
            "response": {"status": 201},
            "sent_at": "2026-07-15T08:00:00Z",
        }
        for row in rows
    ]
    log.write_text("".join(f"{json.dumps(row)}\n" for row in sent), "utf-8")
    after = history((*parse(text).calls, *sources.read(str(log)).calls))
    assert len(sides(found)) == len(rows) == 2
    assert [profile.name for profile in replay(after, "klaviyo").profiles()] == ["P1"]


@pytest.mark.parametrize("size", [1, 3, BURST])
def test_a_batch_has_no_more_than_its_size_and_one_merge_a_destination(size: int) -> None:
    rows = listed(persons(7, 4)).requests(batch_size=size)
    assert len(rows) == 7 * 3
    numbers = [row["batch"] for row in rows]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, max(numbers) + 1))
    for _, batch in groupby(rows, key=lambda row: row["batch"]):
        into = [row["body"]["data"]["id"] for row in batch]
        assert len(set(into)) == len(into) <= size


@pytest.mark.parametrize("size", [0, BURST + 1])
def test_a_batch_beyond_the_limit_of_the_platform_is_refused(size: int) -> None:
    with pytest.raises(UsageError):
        listed(SPLIT).requests(batch_size=size)


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


# --- showing -------------------------------------------------------------------------------------


def test_the_table_has_a_row_a_pair_and_stand_ins_unless_told_otherwise() -> None:
    found = listed(SPLIT)
    hidden, shown = found.table(), found.table(redact=False)
    assert list(hidden.columns) == list(shown.columns) == list(COLUMNS)
    assert shown[["destination_id", "source_id", "blocked"]].to_numpy().tolist() == [[A, B, None]]
    assert not {A, B} & set(hidden.to_numpy()[0])
    assert hidden["says"].tolist() == shown["says"].tolist()
    assert found.csv(redact=False).splitlines()[1].startswith(f"b1,P1,{A},P2,{B},highest-key,,")


def test_a_stand_in_is_the_one_that_the_redacted_history_has() -> None:
    text = f"phone_number=+4915112345678 -> {A}\nphone_number=+49151/12345678 -> {B}"
    found = listed(text)
    copy = redact(found.replay.history)
    (pair,) = found.shown()
    assert [pair.destination_id, pair.source_id] == [call.observed for call in copy]
    assert [pair.person] == list(link(copy)) != list(found.people)


def test_a_spreadsheet_does_not_run_the_name_of_a_person() -> None:
    found = listed("person==1+1 external_id=a\nperson==1+1 email=x@example.com")
    assert found.csv(redact=False).splitlines()[1].startswith("'=1+1,")
    phone = listed("person=+4915112345 external_id=a\nperson=+4915112345 email=x@example.com")
    assert phone.csv(redact=False).splitlines()[1].startswith("'+4915112345,")


def test_a_list_shows_itself_without_a_value() -> None:
    bundle = listed(SPLIT)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    for text in bundle.values():
        assert "quirkyname73" not in text
        assert A not in text
    assert "<table" in bundle["text/html"]
    assert listed("external_id=a")._repr_mimebundle_()["text/html"]


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "calls.jsonl"
    email = "quirkyname73@very-own-host.example"
    rows: list[dict[str, Any]] = [
        {"sent_at": "2021-04-16T08:00:00Z", "external_id": "b1", "email": email},
        {"sent_at": "2021-04-16T08:01:00Z", "email": f"new.{email}", "person": "b1"},
        {"sent_at": "2021-04-16T08:02:00Z", "external_id": "b2", "person": email},
        {"sent_at": "2021-04-16T08:03:00Z", "email": f"other.{email}", "person": email},
    ]
    for row, own in zip(rows, (A, B, C, None), strict=True):
        row |= {"observed_profile": own, "person": row.get("person", "b1")}
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return str(path)


def run(*words: str) -> Result:
    result = CliRunner().invoke(cli.cli, ["merges", *words])
    assert result.exit_code == 0, result.output
    return result


def test_the_command_gives_a_line_a_pair(log: str) -> None:
    rows = [json.loads(line) for line in run(log, "--json").stdout.splitlines()]
    assert [set(row) for row in rows] == [set(COLUMNS)] * 2
    assert [(row["destination"], row["source"]) for row in rows] == [("P1", "P2"), ("P3", "P4")]
    assert [row["blocked"] for row in rows] == [None, "unknown-profile-id"]
    shown = [
        json.loads(line) for line in run(log, "--json", "--show-identifiers").stdout.split("\n")[:2]
    ]
    assert (shown[0]["destination_id"], shown[0]["source_id"]) == (A, B)


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_the_command_warns_and_shows_no_identifier_unless_asked_for(
    log: str, form: tuple[str, ...]
) -> None:
    hidden = run(log, *form).output
    words = " ".join(hidden.split())
    assert all(warning in words for warning in WARNINGS)
    assert "quirkyname73" not in hidden
    assert A not in hidden
    assert "quirkyname73" in run(log, *form, "--show-identifiers").output


def test_the_command_writes_requests_with_real_ids_and_a_table_with_stand_ins(
    log: str, tmp_path: Path
) -> None:
    sheet, requests = tmp_path / "merges.csv", tmp_path / "merges.jsonl"
    told = run(log, "--csv", str(sheet), "--requests", str(requests)).stderr
    (row,) = [json.loads(line) for line in _lines(requests)]
    assert (row["body"]["data"]["id"], row["batch"]) == (A, 1)
    assert "quirkyname73" not in requests.read_text("utf-8") + sheet.read_text("utf-8")
    assert A not in sheet.read_text("utf-8")
    assert "429" in told
    run(log, "--csv", str(sheet), "--show-identifiers")
    assert A in sheet.read_text("utf-8")
