"""Claims about the command line: commands, JSON, exit codes, and silence about values."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from idgraph import cli, demos, sources
from idgraph.cli.listing import SECTIONS

ADDRESS = "quirkyname73@very-own-host.example"
CALLS = (
    f'{{"sent_at": "2021-04-16T08:00:00Z", "external_id": 7, "email": "{ADDRESS}"}}\n'
    f'{{"sent_at": "2021-04-16T08:01:00Z", "external_id": 7, "email": "new.{ADDRESS}"}}\n'
    f'{{"sent_at": "2021-04-16T08:02:00Z", "email": "{ADDRESS}"}}\n'
)


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "calls.jsonl"
    path.write_text(CALLS, "utf-8")
    return str(path)


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.cli, list(words))


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def process(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from idgraph.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_help_shows_every_command_once_with_its_whole_sentence() -> None:
    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(cli.cli.commands)
    listed = run("--help").stdout.partition("Options:")[2]
    told = " ".join(listed.split())
    for name, command in cli.cli.commands.items():
        sentence = " ".join((command.help or "").partition("\n\n")[0].split())
        assert told.count(f" {name} {sentence}") == 1
    assert all(f"\n{title}:\n" in listed for title in SECTIONS)


def test_the_package_itself_can_be_run() -> None:
    command = [sys.executable, "-m", "idgraph", "formats", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == run("formats", "--json").stdout


def test_read_gives_a_line_a_call_and_the_account_last(log: str) -> None:
    *calls, last = rows(run("read", log, "--json", "--show-identifiers"))
    assert [call["call"] for call in calls] == [1, 2, 3]
    assert calls[0]["keys"] == {"external_id": 7, "email": ADDRESS}
    assert calls[0]["origin"] == f"{log}:1"
    assert calls[0]["at"] == "2021-04-16T08:00:00Z"
    assert {"channel", "endpoint", "event", "event_id", "person", "observed_profile"} <= set(
        calls[0]
    )
    summary = last["summary"]
    assert (summary["rows"], summary["calls"]) == (3, 3)
    assert (summary["not_calls"], summary["rejected"]) == (0, 0)


def test_replay_gives_what_the_contract_names(log: str) -> None:
    first, second, third = rows(run("replay", log, "--json", "--show-identifiers"))
    assert (first["matched_key"], first["profile"], first["created"]) == (None, "P1", True)
    assert second["matched_key"] == "external_id"
    assert second["changed"] == [
        {"key": "email", "from": ADDRESS, "to": f"new.{ADDRESS}", "rule": "replace-email"}
    ]
    assert second["candidates"] == {"external_id": "P1"}
    assert (third["profile"], third["rule"]) == ("P2", "create-profile")
    assert third["assumed"] == third["merged"] == []
    assert third["refused"] is False


def test_diagnose_gives_a_line_a_split_person(log: str) -> None:
    (person,) = rows(run("diagnose", log, "--json"))
    assert (person["profiles"], person["calls"]) == (["P1", "P2"], [1, 2, 3])
    (split,) = person["splits"]
    assert (split["call"], split["from"], split["to"]) == (3, "P1", "P2")
    assert split["cause"] == "old-email-after-update"
    assert split["origin"] == f"{log}:3"
    assert split["why"]
    assert split["fix"]
    assert person["repair"]["verified"]
    assert person["repair"]["edits"][0]["call"] == 3


def test_standard_output_holds_json_alone_and_messages_go_to_standard_error(log: str) -> None:
    result = run("diagnose", log, "--json")
    assert "Policy: klaviyo-classic" in result.stderr
    assert "Policy" not in result.stdout


@pytest.mark.parametrize("command", ["read", "replay", "diagnose"])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_identifier_is_shown_unless_asked_for(
    log: str, command: str, form: tuple[str, ...]
) -> None:
    hidden = run(command, log, *form)
    assert hidden.exit_code == 0
    assert "quirkyname73" not in hidden.output
    assert "very-own-host" not in hidden.output
    if form or command == "read":
        assert "quirkyname73" in run(command, log, *form, "--show-identifiers").output


def test_the_report_is_written_and_holds_no_identifier(log: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = run("report", log, "-o", str(page), "--title", "Two profiles")
    assert result.exit_code == 0, result.output
    text = page.read_text("utf-8")
    assert "Two profiles" in text
    assert "quirkyname73" not in text
    shown = tmp_path / "shown.html"
    assert run("report", log, "-o", str(shown), "--show-identifiers").exit_code == 0
    assert "quirkyname73" in shown.read_text("utf-8")


def test_an_assumption_changes_the_result(tmp_path: Path) -> None:
    path = tmp_path / "case.csv"
    path.write_text("sent_at,email\n1618560000,A@b.example\n1618560001,a@b.example\n", "utf-8")
    one, other = rows(run("replay", str(path), "--json"))
    assert one["profile"] == other["profile"]
    assumed = rows(run("replay", str(path), "--json", "--assume", "email-case=different"))
    assert [row["profile"] for row in assumed] == ["P1", "P2"]


def test_rejects_are_written_and_strict_makes_one_an_error(tmp_path: Path) -> None:
    path, rejects = tmp_path / "calls.jsonl", tmp_path / "rejects.jsonl"
    path.write_text(CALLS + '{"email": [1]}\n', "utf-8")
    last = rows(run("read", str(path), "--json", "--rejects", str(rejects)))[-1]["summary"]
    assert (last["rows"], last["calls"], last["rejected"]) == (4, 3, 1)
    (row,) = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()]
    assert row["origin"] == f"{path}:4"
    assert set(row) == {"origin", "slug", "reason"}
    failed = process("read", str(path), "--strict")
    assert (failed.returncode, failed.stdout) == (2, "")
    assert f"{path}:4" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("diagnose", "nowhere.jsonl"), "nowhere.jsonl"),
        (("diagnos", "x"), "diagnose"),
        (("diagnose",), "PATH"),
        (("replay", "LOG", "--policy", "klavio"), "klaviyo"),
        (("replay", "LOG", "--assume", "email-case"), "RULE=OUTCOME"),
        (("replay", "LOG", "--assume", "email-case=maybe"), "same or different"),
        (("read", "LOG", "--format", "har5"), "exchange-log"),
        (("policy", "klaviyo-classic", "match-mail"), "no rule"),
        (("demo", "scenario-9"), "scenario"),
    ],
)
def test_wrong_usage_exits_2_with_one_message_and_no_traceback(
    log: str,
    words: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = (log if word == "LOG" else word for word in words)
    monkeypatch.setattr(sys, "argv", ["idgraph", *given])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    assert told in said.err


@pytest.mark.parametrize("command", ["policy", "causes", "formats", "demo"])
def test_a_catalogue_is_shown_to_people_and_to_programs(command: str) -> None:
    assert run(command).exit_code == 0
    assert rows(run(command, "--json"))


def test_one_rule_is_shown_with_its_evidence_and_source() -> None:
    shown = run("policy", "klaviyo-classic", "match-email").output
    assert "Documented" in shown
    assert "1187" in shown
    (row,) = rows(run("policy", "klaviyo-classic", "match-email", "--json"))
    assert row["evidence"] == "documented"
    assert "--assume email-case=different" in run("policy", "klaviyo-classic", "email-case").output


def test_the_warning_of_latin_1_survives_redaction(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"sent_at,email\n2026-01-01T00:00:00Z,ren\xe9@example.com\n")
    assert "read as Latin-1" in run("read", str(path)).output


def test_a_demo_can_be_written_as_a_log_that_diagnoses_the_same(tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl"
    shown = run("demo", "shop", "--json", "--log", str(path))
    told = rows(run("diagnose", str(path), "--json"))
    assert [p["splits"][0]["cause"] for p in told] == [p["splits"][0]["cause"] for p in rows(shown)]
    assert path.read_text("utf-8").splitlines() == list(demos.exchanges("shop"))


def test_text_that_a_terminal_would_act_on_is_shown_and_not_acted_on(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    row = {"sent_at": 1618560000, "email": "a\u001b[2Jb@example.com", "event": "x\u202ey"}
    path.write_text(json.dumps(row), "utf-8")
    shown = run("read", str(path), "--show-identifiers").output
    assert "\u001b" not in shown
    assert "\u202e" not in shown


def test_a_closed_pipe_is_no_error(log: str) -> None:
    command = f"{sys.executable} -c 'from idgraph.cli import main; main()' read {log} | head -c 1"
    shell = ["bash", "-o", "pipefail", "-c", command]
    result = subprocess.run(shell, capture_output=True, text=True, check=False)
    assert "Traceback" not in result.stderr
    assert result.returncode in (0, 141)


def test_ctrl_c_exits_130(log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sources, "read", interrupted)
    monkeypatch.setattr(sys, "argv", ["idgraph", "read", log])
    with pytest.raises(SystemExit) as raised:
        cli.main()
    assert raised.value.code == 130


def test_two_policies_are_compared_in_general_and_on_a_log(log: str) -> None:
    rules = rows(run("policy", "klaviyo-classic", "--diff", "klaviyo-classic-late", "--json"))
    assert {"situation", "senders", "klaviyo-classic", "klaviyo-classic-late"} == set(rules[0])
    pair = ("policy", "klaviyo-classic", log, "--diff", "klaviyo-classic-late")
    assert [row["call"] for row in rows(run(*pair, "--json"))] == [2, 3]
    shown = run(*pair)
    assert "2 of 3 calls" in shown.output
    assert "quirkyname73" not in shown.output


def test_repair_gives_a_line_a_person_and_then_the_advice(log: str) -> None:
    person, *_, last = rows(run("repair", log, "--json"))
    assert {"edits", "verified", "prevents", "side_effects"} <= set(person)
    assert person["prevents"] == [3]
    assert {"cures", "side_effects"} == set(last["together"])
    assert "smallest change" in run("repair", log).output
