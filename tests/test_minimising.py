"""Claims about the reproducer: few calls, the same split, in forms that somebody else can run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import assume, given
from hypothesis import strategies as st
from test_causes import SHOWS, _history

import idgraph as ig
from idgraph import cli, demos, policy
from idgraph.calls import Call, History, Identifier, history
from idgraph.causes import Cause
from idgraph.clocks import SECOND
from idgraph.errors import UsageError
from idgraph.minimising import FORMS, Reproducer, chosen, minimise
from idgraph.minimising.shrinking import fewest
from idgraph.replays import Replay, replay

STORIES = [name for name in demos.names() if chosen(replay(demos.demo(name))) is not None]
HOSTILE = (
    "a'; touch pwned; 'b@e.example",
    '$(touch pwned)`touch pwned`"@e.example',
    "line\nend\\n @e.example",
    "\0PUBLIC_KEY\0{public key}@e.example",
    "$HOST ${PUBLIC_KEY}@e.example",
    "~0~é ü~1~@e.example",
)


def told_of(text: str) -> Replay:
    """Replay a history of a cause's own, as its remarks ask for."""
    assumed = dict(re.findall(r"# assume (\S+)=(\S+)", text))
    name = "".join(re.findall(r"# policy (\S+)", text)) or "klaviyo-classic"
    return replay(_history(text), name, assume=assumed)


def splits_of(told: Replay) -> list[tuple[int, str]]:
    return [(one.split.call, one.cause) for who in ig.diagnose(told) for one in who.splits]


def judged(told: Replay, call: int) -> list[str]:
    """Return the verdict of the person whose call it is; none where it rests on nothing seen."""
    name = ig.link(told.history).of(call)
    assert name is not None
    found = ig.verdict(told, people=[name], deep=False)
    return [one.verdict for one in found if one.observed or one.verdict == "payload"]


def read_again(found: Reproducer, *, redact: bool) -> Replay:
    read = ig.read(found.log(redact=redact).encode(), progress=False, strict=True)
    return replay(read, found.replay.policy, assume=found.replay.assumptions)


def parts(told: History) -> list[Call]:
    """Return the calls without what a log cannot keep: rows, and the requests themselves."""
    return [replace(call, origin="", answer=None, payload={}, wire={}) for call in told]


# --- what stays -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cause", "text"), SHOWS, ids=[c.code for c, _ in SHOWS])
def test_a_cause_stays_the_same_when_its_history_is_minimised_and_redacted(
    cause: Cause, text: str
) -> None:
    found = minimise(told_of(text))
    assert (found.cause, found.minimal) == (cause.code, "1-minimal")
    for redact in (True, False):
        told = read_again(found, redact=redact)
        assert (found.call, cause.code) in splits_of(told)
        if found.verdict:
            assert judged(told, found.call) == [found.verdict]


@pytest.mark.parametrize("name", STORIES)
def test_a_story_keeps_its_verdict_and_its_log_reads_back_as_its_calls(name: str) -> None:
    whole = replay(demos.demo(name))
    found = minimise(whole)
    split = chosen(whole)
    assert split is not None
    assert len(found) <= len(whole)
    assert found.numbers[found.call - 1] == split.call
    told = read_again(found, redact=False)
    assert parts(told.history) == parts(found.history)
    if found.verdict:
        assert judged(told, found.call) == [found.verdict] == judged(whole, split.call)


def test_no_value_of_the_history_is_in_any_form_unless_asked_for() -> None:
    found = minimise(demos.demo("email-change-broke"))
    for form in FORMS:
        assert "betty" not in found.text(form).lower()
        assert "BETTY2" not in found.text(form)
        assert "betty.new@example.com" in found.text(form, redact=False)


def test_forms_with_stand_ins_claim_what_the_stand_ins_show() -> None:
    told = ig.parse("""
        server external_id=b1 email=a@e.example person=p
        server email=b@e.example person=p
        """)
    found = minimise(told)
    assert found.cause == "address-typo"
    assert found.redacted.cause != found.cause, "of a single letter a stand-in shows no typo"
    assert ran(found.pytest()) == ran(found.pytest(redact=False)) == []


def test_calls_of_other_people_and_keys_that_do_not_matter_are_left_out() -> None:
    told = ig.parse("""
        server  external_id=a1 email=ann@example.com
        server  external_id=b1 email=old@example.com phone_number=+15005550006
        +1d     server external_id=b1 email=new@example.com phone_number=+15005550006
        +3h     browser external_id=a1
        +2h     browser email=old@example.com
        +1h     server external_id=b1
        """)
    found = minimise(told)
    assert (found.cause, found.numbers, found.call) == ("old-email-after-update", (2, 3, 5), 3)
    assert all(call.get("phone_number") is None for call in found.history)
    assert found.gaps == (None, 60 * SECOND, 60 * SECOND), "no gap matters"


def test_a_gap_that_matters_stays_and_others_become_a_minute() -> None:
    found = minimise(demos.demo("email-change-at-once"))
    assert found.verdict == "in-flight-race"
    assert found.gaps[found.call - 1] == 150_000
    assert {gap for n, gap in enumerate(found.gaps) if n != found.call - 1} == {None, 60 * SECOND}


def test_a_lag_stays_as_long_as_it_was_observed() -> None:
    whole = demos.demo("email-change-broke")
    found = minimise(whole)
    assert found.verdict == "lag"
    [before], [after] = ig.verdict(whole), ig.verdict(found.replay)
    assert before.lag_s == after.lag_s
    assert before.lag_s is not None
    assert before.lag_s > 60


def test_a_person_or_a_call_can_be_chosen() -> None:
    shop = replay(demos.demo("shop"))
    first, *others = [split.call for split in ig.splits(shop)]
    assert minimise(shop).numbers[minimise(shop).call - 1] == first
    for call in others:
        found = minimise(shop, call=call)
        assert found.numbers[found.call - 1] == call
        person = ig.link(shop.history).of(call)
        assert person is not None
        assert minimise(shop, person=person).history == found.history


@pytest.mark.parametrize("asked", [{"person": "nobody"}, {"call": 1}, {"call": 99}])
def test_a_split_that_is_not_there_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        minimise(demos.demo("shop"), **asked)


def test_a_history_in_which_nobody_splits_is_refused() -> None:
    assert chosen(replay(demos.demo("email-change-worked"))) is None
    with pytest.raises(UsageError, match="no person splits"):
        minimise(demos.demo("email-change-worked"))


# --- laws -----------------------------------------------------------------------------------------

EMAILS = [Identifier("email", text) for text in ("a@e.example", "b@e.example", "A@e.example")]
IDS = [Identifier("external_id", "b1"), Identifier("external_id", "7", number=True)]
POLICIES = st.sampled_from(("klaviyo-classic", "klaviyo-classic-late", "klaviyo", "customerio"))


@st.composite
def calls(draw: st.DrawFn) -> Call:
    ids = draw(st.sampled_from([(), (IDS[0],), (IDS[0],), (IDS[1],)]))
    emails = draw(st.sampled_from([(), *((email,) for email in EMAILS)]))
    return Call(
        identifiers=(*ids, *emails) or (EMAILS[0],),
        channel=draw(st.sampled_from(("server", "browser", "form"))),
        person=draw(st.sampled_from((None, "p", "p"))),
        observed=draw(st.sampled_from((None, None, "A", "B"))),
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    drawn = draw(st.lists(calls(), min_size=2, max_size=6))
    gaps = draw(st.lists(st.sampled_from((0, 1, 90, 4000)), min_size=len(drawn), max_size=6))
    at, timed = 1_700_000_000 * SECOND, []
    for number, call in enumerate(drawn):
        at += gaps[number] * SECOND
        timed.append(replace(call, sent_at=at, answered_at=at + 200_000))
    return history(timed)


@pytest.mark.slow
@given(histories(), POLICIES)
def test_what_is_left_still_splits_so_and_loses_it_with_any_call_less(
    told: History, name: str
) -> None:
    whole = replay(told, name)
    split = chosen(whole)
    assume(split is not None)
    assert split is not None
    found = minimise(whole)
    assert len(found) <= len(whole)
    cause = dict(splits_of(whole))[split.call]
    assert (found.call, cause) in splits_of(found.replay)
    want = judged(whole, split.call) if found.verdict else []
    assert want in ([], judged(found.replay, found.call))
    assert found.minimal == "1-minimal"
    for gone in set(range(1, len(found) + 1)) - {found.call}:
        left = history(call for n, call in enumerate(found.history, 1) if n != gone)
        less, place = replay(left, name), found.call - (gone < found.call)
        if _observed(less, place) == _observed(found.replay, found.call):
            assert (place, cause) not in splits_of(less) or (want and judged(less, place) != want)


def _observed(told: Replay, call: int) -> list[bool]:
    return [split.observed for split in ig.splits(told) if split.call == call]


@pytest.mark.slow
@given(histories(), POLICIES)
def test_minimising_again_changes_nothing(told: History, name: str) -> None:
    whole = replay(told, name)
    assume(chosen(whole) is not None)
    found = minimise(whole)
    assert minimise(whole) == found, "deterministic"
    again = minimise(found.replay, call=found.call)
    assert parts(again.history) == parts(found.history)


@given(st.sets(st.integers(0, 40), min_size=1, max_size=4), st.integers(41, 60))
def test_the_search_finds_exactly_the_calls_that_are_needed(needed: set[int], size: int) -> None:
    state = tuple((n, Call((EMAILS[0],))) for n in range(size))
    left = fewest(state, lambda some: needed <= {n for n, _ in some})
    assert {n for n, _ in left} == needed


@pytest.mark.slow
def test_five_thousand_calls_of_one_person_shrink_in_few_trials() -> None:
    ids = (Identifier("external_id", "b1"),)
    old, new = (Identifier("email", f"{name}@e.example") for name in ("old", "new"))
    many: list[Call] = []
    for n in range(5000):
        email = old if n < 3000 else new
        carried = [(*ids, email), ids, (email,)][n % 3]
        at = (1_600_000_000 + 61 * n) * SECOND
        many.append(Call(carried, "server", "track", "Viewed Product", sent_at=at))
    many[4500] = replace(many[4500], identifiers=(old,))
    found = minimise(replay(history(many)))
    assert len(found) == 3
    assert found.numbers[2] == 4501
    assert found.trials < 200


# --- forms ----------------------------------------------------------------------------------------


def ran(text: str, *, without: int | None = None) -> list[str]:
    """Run the claims of a written test, and return those that fail; a row may be left out."""
    space: dict[str, Any] = {}
    exec(compile(text, "test_split.py", "exec"), space)  # noqa: S102 - the file that is claimed of
    if without is not None:
        del space["ROWS"][without - 1]
    failed = []
    for name in [name for name in space if name.startswith("test_")]:
        try:
            space[name]()
        except (AssertionError, ValueError):
            failed.append(name)
    return failed


@pytest.mark.parametrize("name", ["email-change-old", "email-change-broke", "shop", "scenario-6"])
def test_the_written_test_holds_and_fails_once_a_call_is_gone(name: str) -> None:
    found = minimise(demos.demo(name))
    text = found.pytest()
    assert ran(text) == []
    for number in range(1, len(found) + 1):
        assert "test_the_person_splits_at_that_call_with_that_cause" in ran(text, without=number)


def test_the_written_test_holds_the_rules_where_they_do_not_ship() -> None:
    rules = policy.load("klaviyo-classic").assuming({"email-case": "different"})
    told = ig.parse("server external_id=b1 email=a@e.example\nform email=A@e.example")
    found = minimise(told, rules)
    assert "RULES = " in found.pytest()
    assert ran(found.pytest()) == []


@pytest.mark.slow
def test_the_written_test_is_green_in_an_empty_folder(tmp_path: Path) -> None:
    found = minimise(demos.demo("email-change-broke"))
    (tmp_path / "test_split.py").write_text(found.pytest(), "utf-8")
    root = str(Path(ig.__file__).resolve().parent.parent)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_split.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


class Listener(BaseHTTPRequestHandler):
    """A host that answers 200 and keeps what it was sent, as rows of an exchange log."""

    rows: list[dict[str, Any]]

    def _took(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        request = {"method": self.command, "url": self.path, "headers": dict(self.headers)}
        self.rows.append({"request": {**request, "body": body}})
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_PATCH = _took  # noqa: N815 - so the base calls them

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base
        """Say nothing."""


@contextmanager
def listening() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    rows: list[dict[str, Any]] = []
    handler = type("Handler", (Listener,), {"rows": rows})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", rows
        server.shutdown()
        thread.join()


def sent_by(script: str, folder: Path) -> list[Call]:
    """Run a script against a host on this machine, and return the calls that arrived."""
    if shutil.which("curl") is None:
        pytest.skip("no curl found; on Debian: apt install curl")
    keys = {name: f"{name.lower()}-1" for name in ("PUBLIC_KEY", "PRIVATE_KEY", "LIST_ID")}
    with listening() as (host, rows):
        env = {"PATH": os.environ["PATH"], "HOST": host, "PAUSE": "0", **keys}
        checked = subprocess.run(["sh", "-n"], input=script, text=True, check=False)  # noqa: S607
        assert checked.returncode == 0
        done = subprocess.run(
            ["sh", "-c", script],  # noqa: S607
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert list(folder.iterdir()) == []
    assert all(f"{{{word}" not in json.dumps(rows) for word in ("private", "list}"))
    log = "\n".join(map(json.dumps, rows))
    return list(ig.read(log.encode(), progress=False, strict=True))


def said(call: Call) -> tuple[object, ...]:
    return call.identifiers, call.endpoint, call.event, call.event_id, dict(call.context)


@pytest.mark.parametrize("redact", [True, False], ids=["redacted", "as it is"])
@pytest.mark.parametrize(
    "code", ["stale-cookie-identity", "refused-update-swallowed", "merged-source-came-back"]
)
def test_the_script_sends_the_same_calls(code: str, redact: bool, tmp_path: Path) -> None:  # noqa: FBT001
    text = [text for cause, text in SHOWS if cause.code == code][-1]
    found = minimise(told_of(text))
    arrived = sent_by(found.curl(redact=redact), tmp_path)
    assert [said(call) for call in arrived] == [
        said(call) for call in found.shown(redact=redact).history
    ]


@pytest.mark.parametrize("endpoint", ["track", "list/subscribe", "client/events", "events"])
def test_the_script_is_safe_whatever_strangers_wrote(endpoint: str, tmp_path: Path) -> None:
    event = None if endpoint == "list/subscribe" else HOSTILE[0]
    told = history(
        Call((Identifier("email", text),), "form", endpoint, event, person="p", sent_at=n * SECOND)
        for n, text in enumerate(HOSTILE, 1_700_000_000)
    )
    found = minimise(replay(told, "klaviyo-classic"))
    moved = [call.later(59 * SECOND * n) for n, call in enumerate(told)]
    arrived = sent_by(replace(found, history=history(moved)).curl(redact=False), tmp_path)
    assert [said(one) for one in arrived] == [said(one) for one in told]


def test_the_script_needs_a_host_and_waits_where_a_gap_matters() -> None:
    script = minimise(demos.demo("email-change-at-once")).curl()
    done = subprocess.run(
        ["sh", "-c", script],  # noqa: S607
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "HOST" in done.stderr
    assert re.findall(r"(?m)^sleep (\S+)", script).count("0.15") == 1
    assert len(re.findall(r"(?m)&$", script)) == 1


def test_calls_without_a_request_are_a_call_table_and_have_no_script(tmp_path: Path) -> None:
    text = next(text for _, text in SHOWS if "# policy segment-unify" in text)
    found = minimise(told_of(text))
    assert read_again(found, redact=True).history.reading.formats == ("call-table",)
    with pytest.raises(UsageError):
        found.curl()
    assert FORMS["curl"] not in [path.name for path in found.write(tmp_path)]


def test_all_forms_are_written_once_and_over_files_only_by_force(tmp_path: Path) -> None:
    found = minimise(demos.demo("email-change-old"))
    folder = tmp_path / "new"
    assert [path.name for path in found.write(folder)] == list(FORMS.values())
    with pytest.raises(UsageError):
        found.write(folder)
    assert found.write(folder, force=True, redact=False)
    assert "betty.new@example.com" in (folder / FORMS["log"]).read_text("utf-8")


def test_a_ticket_names_each_call_and_each_rule_with_its_source() -> None:
    found = minimise(demos.demo("email-change-deviated"))
    text = found.ticket()
    assert len(re.findall(r"(?m)^\| \d+ \|", text)) == len(found)
    told = found.replay.policy
    for code in found.split.rules:
        assert f"`{code}`" in text
        assert told.sources[told.rules[code].source].title in text


def test_a_result_shows_itself_without_a_value() -> None:
    found = minimise(demos.demo("email-change-broke"))
    shown = found._repr_mimebundle_()
    assert all("betty" not in text.lower() for text in shown.values())
    assert shown["text/html"].count("<tr>") == len(found) + 1


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> str:
    return str(demos.write_demo("email-change-old", tmp_path / "calls.jsonl"))


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.cli, ["minimise", *words])


def test_the_command_gives_the_calls_with_their_old_numbers(log: str) -> None:
    done = run(log, "--json")
    assert done.exit_code == 0, done.output
    *rows, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["call"], row["was"]) for row in rows] == [(1, 1), (2, 3), (3, 5)]
    assert last["summary"]["cause"] == "old-email-after-update"
    assert "betty" not in json.dumps([row["keys"] for row in rows])


def test_the_command_takes_the_name_that_diagnose_prints(log: str) -> None:
    told = CliRunner().invoke(cli.cli, ["diagnose", log, "--json"])
    person = json.loads(told.stdout.splitlines()[0])["person"]
    assert person != "b1001"
    for name in (person, "b1001"):
        assert run(log, "--person", name, "--json").exit_code == 0


def test_the_command_prints_one_form_or_writes_all(log: str, tmp_path: Path) -> None:
    printed = run(log, "--as", "curl")
    assert printed.stdout.startswith("#!/bin/sh\n")
    assert run(log, "-o", str(tmp_path / "out")).exit_code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(FORMS.values())
    assert run(log, "--as", "log", "-o", log).exit_code != 0, "it is not written over"


def test_the_command_says_so_where_nobody_splits(tmp_path: Path) -> None:
    path = demos.write_demo("email-change-worked", tmp_path / "calls.jsonl")
    done = run(str(path))
    assert (done.exit_code, done.stdout) == (0, "")
    assert "No person splits" in done.stderr
