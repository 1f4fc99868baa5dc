"""Claims about the commands that say what can explain it: what the contract names is there."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from idgraph import cli, demos
from idgraph.bundling import read_bundle

NAMED = {"person", "verdict", "lag_s", "swaps", "order", "profiles", "splits", "faults"}
NAMED |= {"readings", "strength_bits", "would_decide", "limits", "because"}


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.cli, list(words))


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def broke(tmp_path: Path) -> str:
    return str(demos.write_demo("email-change-broke", tmp_path / "calls.jsonl"))


@pytest.fixture
def overtaken(tmp_path: Path) -> str:
    return str(demos.write_demo("email-change-overtaken", tmp_path / "calls.jsonl"))


def test_verdict_gives_what_the_contract_names(broke: str) -> None:
    (person,) = rows(run("verdict", broke, "--json", "--show-identifiers"))
    assert set(person) >= NAMED
    assert (person["person"], person["verdict"], person["lag_s"]) == ("b1001", "lag", 358.8)
    assert person["splits"][0]["call"] == 5
    assert person["order"] == [1, 2, 3, 4, 5]
    assert person["limits"]["max_lag_s"] == 600


def test_what_is_allowed_for_is_told_on_the_command_line(broke: str) -> None:
    (person,) = rows(run("verdict", broke, "--json", "--max-lag", "60"))
    assert (person["verdict"], person["limits"]["max_lag_s"]) == ("deviation", 60)
    (person,) = rows(run("verdict", broke, "--json", "--settle", "400"))
    assert person["verdict"] in {"order-race", "in-flight-race"}
    (person,) = rows(run("verdict", broke, "--json", "--skew", "1"))
    assert person["lag_s"] == pytest.approx(356.8)


def test_an_export_of_profiles_is_taken_into_account(tmp_path: Path) -> None:
    log, export = tmp_path / "calls.jsonl", tmp_path / "profiles.json"
    call = {"external_id": "b1", "email": "e@example.com", "observed_profile": "A"}
    log.write_text(json.dumps({"sent_at": "2021-04-16T08:00:00Z", **call}), "utf-8")
    row = {
        "type": "profile",
        "id": "OTHER",
        "attributes": {"email": "e@example.com", "updated": "2021-04-16T08:00:00+00:00"},
    }
    export.write_text(json.dumps({"data": [row]}), "utf-8")
    (alone,) = rows(run("verdict", str(log), "--json"))
    (person,) = rows(run("verdict", str(log), "--observe", str(export), "--json"))
    assert (alone["verdict"], person["verdict"]) == ("clean", "deviation")


def test_outcomes_gives_what_the_contract_names(overtaken: str) -> None:
    (person,) = rows(run("outcomes", overtaken, "--json"))
    assert (person["orders"], person["split_orders"]) == (2, 1)
    assert sum(part["orders"] for part in person["partitions"]) == 2
    assert all({"profiles", "orders", "witness"} <= set(part) for part in person["partitions"])
    assert person["inevitability"] == [0.5, 0.5, 0, 0, 0, 0]


@pytest.mark.parametrize("command", ["verdict", "outcomes", "visibility"])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_identifier_is_shown_unless_asked_for(
    overtaken: str, command: str, form: tuple[str, ...]
) -> None:
    hidden = run(command, overtaken, *form)
    assert hidden.exit_code == 0, hidden.output
    assert "betty" not in hidden.output.lower()
    assert "b1001" not in hidden.output


def test_people_read_the_verdict_first_and_then_the_proof(overtaken: str) -> None:
    told = run("verdict", overtaken).stdout
    assert told.index("The order explains it") < told.index("In the recorded order")
    told = run("outcomes", overtaken).stdout
    assert "In 1 of 2 orders" in told
    assert "no probability" in told


def test_visibility_says_when_it_cannot_tell(overtaken: str) -> None:
    told = " ".join(run("visibility", overtaken).stdout.split())
    assert "cannot tell lag from a deviation" in told


def test_experiments_hold_the_requests_and_nothing_is_sent() -> None:
    *suite, last = rows(run("experiments", "--json", "--requests"))
    assert "summary" in last
    request = next(one for one in suite if "experiment" in one)["requests"][0]
    assert {"method", "path", "body"} <= set(request)
    told = run("experiments").stdout
    assert "Nothing is sent" in told


def test_a_bundle_is_written_beside_a_report_or_alone(broke: str, tmp_path: Path) -> None:
    page, case = tmp_path / "report.html", tmp_path / "case.zip"
    result = run("report", broke, "-o", str(page), "--verdict", "--bundle", str(case))
    assert result.exit_code == 0, result.output
    assert "What can explain it" in page.read_text("utf-8")
    assert read_bundle(case).same()
    alone = tmp_path / "alone.zip"
    assert run("report", broke, "--bundle", str(alone)).exit_code == 0
    assert alone.read_bytes() == case.read_bytes()


def test_a_report_has_to_be_told_what_to_write(broke: str) -> None:
    result = run("report", broke)
    assert "what to write" in str(result.exception)


def test_a_report_may_go_without_verdicts(broke: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert run("report", broke, "-o", str(page), "--no-verdict").exit_code == 0
    assert "What can explain it" not in page.read_text("utf-8")
