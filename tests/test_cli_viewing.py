"""Claims about the commands that show one view: graph, why-not, split."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from idgraph import cli, demos
from idgraph.errors import UsageError


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.cli, list(words))


def row(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    return json.loads(line)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(demos.write_demo("shop", tmp_path_factory.mktemp("cli") / "calls.jsonl"))


def test_the_graph_has_one_edge_a_call(shop: str) -> None:
    found = row(run("graph", shop, "--json"))
    assert sorted(edge["call"] for edge in found["edges"]) == list(range(1, 25))
    assert {node["id"] for node in found["nodes"]} >= {"START", "P1", "P9", "O1"}


def test_the_graph_in_words_counts_every_call_once(shop: str) -> None:
    told = run("graph", shop).stdout
    assert told.startswith("Identity graph: 10 profiles, 24 calls of 6 persons")
    arrows = told.partition("Arrows, by their first calls")[2]
    assert sum(map(int, re.findall(r"(\d+) calls? +call \d+", arrows))) == 24


def test_why_not_asks_by_itself_where_the_person_was_before(shop: str) -> None:
    found = row(run("why-not", shop, "--call", "13", "--json"))
    assert (found["profile"], found["found"]) == ("P2", False)
    assert {rung["key"]: rung["finding"] for rung in found["ladder"]}["email"] == "replaced"
    assert found["missing"]["call"] == 13
    other = row(run("why-not", shop, "--call", "13", "--profile", "P3", "--json"))
    assert other["profile"] == "P3"
    assert "P2" in run("why-not", shop, "--call", "13").stdout


@pytest.mark.parametrize("wrong", [("--call", "99"), ("--call", "13", "--profile", "P99")])
def test_a_call_or_a_profile_that_is_not_there_is_said(shop: str, wrong: tuple[str, ...]) -> None:
    assert isinstance(run("why-not", shop, *wrong).exception, UsageError)


def test_a_split_is_that_of_the_first_person_or_of_the_one_named(shop: str) -> None:
    first = row(run("split", shop, "--json"))
    assert first["splits"][0]["call"] == 13
    (named,) = (
        json.loads(line)
        for line in run("diagnose", shop, "--json").stdout.splitlines()
        if json.loads(line).get("profiles") == ["P3", "P4"]
    )
    assert row(run("split", shop, "--person", named["person"], "--json")) == named
    assert "P3" in run("split", shop, "--person", named["person"]).stdout


def test_a_person_is_known_by_name_though_only_the_stand_in_is_shown(shop: str) -> None:
    shown = row(run("split", shop, "--person", "b1001", "--json", "--show-identifiers"))
    assert shown["person"] == "b1001"
    hidden = run("split", shop, "--person", "b1001")
    assert hidden.exit_code == 0
    assert "b1001" not in hidden.output


def test_nobody_is_said_to_have_split(tmp_path: Path) -> None:
    path = str(demos.write_demo("scenario-1", tmp_path / "calls.jsonl"))
    told = run("split", path)
    assert (told.exit_code, told.stdout, "Nobody split." in told.stderr) == (0, "", True)
    assert isinstance(run("split", path, "--person", "nobody at all").exception, UsageError)
