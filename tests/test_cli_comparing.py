"""Claims about the command that compares histories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from idgraph import cli, demos


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.cli, list(words))


def row(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.fixture
def good(tmp_path: Path) -> str:
    return str(demos.write_demo("email-change-worked", tmp_path / "good.jsonl"))


@pytest.fixture
def bad(tmp_path: Path) -> str:
    return str(demos.write_demo("email-change-old", tmp_path / "bad.jsonl"))


def test_compare_gives_what_the_contract_names_and_no_value(good: str, bad: str) -> None:
    result = run("compare", good, bad, "--json")
    found = row(result)
    assert found["first_divergence"] == {"row": 5, "good": 5, "bad": 5}
    assert [one["kind"] for one in found["differences"]] == ["key"]
    assert found["minimal"] == [1]
    assert (found["forth"], found["back"], found["immaterial"]) == ([[1]], [[1]], [])
    assert "betty" not in result.output


def test_identifiers_are_shown_where_it_is_asked_for(good: str, bad: str) -> None:
    assert (
        row(run("compare", good, bad, "--json", "--show-identifiers"))["bad"]["person"] == "b1001"
    )
    assert "b1001" not in run("compare", good, bad).output


def test_a_person_of_a_log_is_compared_with_the_likest_correct_one(tmp_path: Path) -> None:
    shop = str(demos.write_demo("shop", tmp_path / "shop.jsonl"))
    found = row(run("compare", shop, "--bad", "b1001", "--json", "--show-identifiers"))
    assert found["good"]["person"] == "a77"
    assert found["next_in_likeness"]


def test_one_history_is_compared_under_two_policies(good: str) -> None:
    found = row(
        run("compare", good, "--policy", "klaviyo-classic", "--other-policy", "klaviyo", "--json")
    )
    assert (found["good"]["policy"], found["bad"]["policy"]) == ("klaviyo-classic", "klaviyo")
    assert found["differences"] == []


@pytest.mark.parametrize("words", [("--bad", "nobody"), ("--policy", "no-such-policy")])
def test_what_is_not_there_is_a_usage_error(good: str, bad: str, words: tuple[str, str]) -> None:
    result = run("compare", good, bad, *words)
    assert result.exit_code != 0


def test_two_groups_of_persons_are_contrasted_and_the_page_shows_a_pair(tmp_path: Path) -> None:
    shop = str(demos.write_demo("shop", tmp_path / "shop.jsonl"))
    page = tmp_path / "page.html"
    result = run("compare", shop, shop, "--json", "--report", str(page))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[-1])
    assert "ann@example.com" not in page.read_text("utf-8")


def test_three_paths_are_too_many(good: str, bad: str) -> None:
    assert run("compare", good, bad, good).exit_code != 0
