"""The workbench: what the screen asks is done, said in Python, and gives nobody away."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import ipywidgets
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from screens import PATIENCE, Lab

import idgraph as ig
from idgraph import records
from idgraph.calls import History
from idgraph.errors import UsageError
from idgraph.sources.call_table.writing import row_of
from idgraph.surfaces.workbench import Workbench
from idgraph.surfaces.workbench.asking import Wanted
from idgraph.surfaces.workbench.persons import COLUMNS, PersonRow, PersonTable
from idgraph.surfaces.workbench.tabs import TABS

CALLS = """
    # Three persons, two of whom split
    @2021-05-01T08:00:00Z server  external_id=b1 email=old@example.com person=betty
    @2021-05-02T08:00:00Z server  external_id=b1 email=new@example.com person=betty
    +4s browser email=new@example.com person=betty
    @2021-05-03T08:00:00Z form email=old@example.com person=betty
    @2021-05-04T08:00:00Z server external_id=c7 email=carl@example.com phone_number=+4915112345678
    +1d browser email=carl@example.com
    @2021-05-06T08:00:00Z server  external_id=d9 email=dora@example.com person=dora
    @2021-05-07T08:00:00Z browser email=dora2@example.com person=dora
"""
SECRETS = ("old@example", "new@example", "carl@", "dora@", "dora2@", "betty", "15112345")


def history() -> History:
    return ig.parse(CALLS)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The calls as a file in the folder where one works."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "betty-calls.jsonl"
    path.write_text("".join(f"{records.line(row_of(call))}\n" for call in history()), "utf-8")
    return path


def ask(bench: Workbench, part: str, do: str, **more: Any) -> None:
    """Do what a click on the screen does."""
    piece = getattr(bench.screen, part)
    piece._asked(piece, {"do": do, **more}, [])  # noqa: SLF001 - as its message does


def shown(bench: Workbench) -> Any:
    """The view that stands in the panel."""
    (view,) = bench.screen.panel.children
    return view


def error(bench: Workbench) -> dict[str, str] | None:
    found: dict[str, str] | None = bench.screen.opener.whispered.get("error")
    return found


def places(bench: Workbench) -> list[int]:
    return [place for place, _ in bench.screen.persons.state["rows"]]


def run(bench: Workbench, **names: Any) -> dict[str, Any]:
    """Run the script of a workbench."""
    space: dict[str, Any] = dict(names)
    exec(bench.code, space)  # noqa: S102 - that is what it is for
    return space


# --- opening --------------------------------------------------------------------------------------


def test_nothing_is_open_and_the_folder_is_offered(log: Path) -> None:
    (log.parent / "logs").mkdir()
    (log.parent / ".hidden.jsonl").touch()
    (log.parent / "picture.png").touch()
    bench = Workbench()
    offered = bench.screen.opener.whispered
    assert (offered["folders"], offered["files"], offered["left"]) == (["logs"], [log.name], 0)
    ask(bench, "opener", "list", folder=str(log.parent / "logs"))
    assert (bench.screen.opener.whispered["files"], error(bench)) == ([], None)
    assert repr(bench) == "<Workbench: nothing is open>"


def test_a_file_is_opened_by_hand_on_the_first_person_that_split(log: Path) -> None:
    bench = Workbench()
    ask(bench, "opener", "open", path=str(log))
    assert error(bench) is None
    assert (bench.person, bench.call, bench.tab) == ("person 1", 4, "steps")
    assert bench.screen.opener.state["opened"]
    assert bench.screen.opener.state["busy"] == ""
    assert places(bench) == [1, 3]
    assert [row.causes for row in bench.rows] == [
        tuple(one.cause for one in person.splits) for person in bench.diagnosis
    ]


def test_histories_replays_and_diagnoses_are_opened_directly() -> None:
    replay = ig.replay(history(), policy="klaviyo", assume={"email-case": "different"})
    given = (history(), replay, ig.diagnose(replay), history().table().reset_index())
    benches = [Workbench(one) for one in given]
    assert [len(bench.history) for bench in benches] == [8, 8, 8, 8]
    assert benches[1].replay is benches[2].replay is replay
    told = run(benches[1], history=replay.history)["replay"]
    assert (told.policy.name, told.assumptions) == ("klaviyo", {"email-case": "different"})


def test_the_policy_can_be_chosen(log: Path) -> None:
    bench = Workbench(log, policy="klaviyo-classic-late")
    assert bench.replay.policy.name == "klaviyo-classic-late"
    ask(bench, "opener", "open", path=str(log), policy="klaviyo")
    assert bench.replay.policy.name == "klaviyo"
    assert run(bench)["replay"].policy.name == "klaviyo"


def test_columns_and_exports_are_named_by_hand(log: Path) -> None:
    rows = [{"who": {"mail": f"{name}@example.com"}, "at": 1620000000} for name in ("ann", "bob")]
    log.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    bench = Workbench()
    ask(bench, "opener", "open", path=log.name, map="email=who.mail\nsent_at=at\n")
    assert error(bench) is None
    assert [call.identifiers[0].text for call in bench.history] == [
        "ann@example.com",
        "bob@example.com",
    ]
    assert run(bench)["history"].calls == bench.history.calls


def test_of_a_folder_that_an_audit_wrote_the_calls_are_read(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text("{}", "utf-8")
    history().table().reset_index().to_parquet(tmp_path / "calls.parquet")
    assert len(Workbench(tmp_path).history) == 8


@pytest.mark.parametrize("path", ["nowhere.jsonl", "", "broken.csv", "folder"])
def test_what_cannot_be_read_is_said_and_another_file_can_be_opened(log: Path, path: str) -> None:
    (log.parent / "broken.csv").write_text("what,ever\n1,2\n", "utf-8")
    (log.parent / "folder").mkdir()
    bench = Workbench(path)
    told = error(bench)
    assert told is not None
    assert told["found"]
    assert told["remedy"]
    assert bench.screen.opener.state["busy"] == ""
    assert bench.screen.opener.whispered["files"]
    ask(bench, "opener", "open", path=str(log))
    assert (error(bench), bench.call) == (None, 4)


def test_a_history_in_which_nobody_is_named_says_so() -> None:
    bench = Workbench(ig.history([]))
    assert (bench.person, bench.call, bench.rows) == ("", 0, ())
    assert bench.screen.chosen.state["empty"]
    bench.tab = "verdict"
    assert bench.screen.panel.children == ()


def test_another_file_takes_the_place_of_the_first_one_and_leaves_no_widget(log: Path) -> None:
    bench = Workbench(log)
    before = len(_living())
    for tab in (*TABS, "steps"):
        bench.tab = tab
    bench.add()
    assert len(_living()) > before + 20
    bench.read(log)
    assert (bench.cases, bench.tab, bench.call) == ((), "steps", 4)
    assert len(_living()) < before + 5


# --- the table of persons -------------------------------------------------------------------------


def test_columns_sort_both_ways_by_a_click() -> None:
    bench = Workbench(history())
    ask(bench, "persons", "filter", split=False)
    assert places(bench) == [1, 2, 3]
    ask(bench, "persons", "sort", column="calls")
    assert places(bench) == [2, 3, 1]
    ask(bench, "persons", "sort", column="calls")
    assert places(bench) == [1, 2, 3]
    ask(bench, "persons", "sort", column="cause")
    assert places(bench)[-1] == 2
    ask(bench, "persons", "sort", column="nothing")
    assert error(bench) is not None


def test_filters_leave_the_persons_of_a_cause_a_channel_and_some_days() -> None:
    bench = Workbench(history())
    cause = bench.diagnosis.persons[0].splits[0].cause
    for wanted, left in (
        ({"cause": cause}, [1]),
        ({"channel": "browser"}, [3]),
        ({"since": "2021-05-04"}, [3]),
        ({"until": "2021-05-03"}, [1]),
        ({"channel": "mobile"}, []),
        ({}, [1, 3]),
    ):
        ask(bench, "persons", "filter", split=True, **wanted)
        assert places(bench) == left
        named = [person.name for person in run(bench, history=bench.history)["left"]]
        assert named == [["betty", "c7", "dora"][place - 1] for place in left]


def _table(draws: list[tuple[int, int, str, int | None]]) -> PersonTable:
    rows = {
        f"person {place}": PersonRow(
            place, f"person {place}", 1 + splits, calls, splits, cause, (cause,), 1, "server", at
        )
        for place, (calls, splits, cause, at) in enumerate(draws, 1)
    }
    return PersonTable(rows)


_ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 2),
        st.sampled_from(["", "late-email", "typo"]),
        st.none() | st.integers(0, 4).map(lambda day: (1 + day * 86_400) * 1_000_000),
    ),
    max_size=60,
)


@given(_ROWS, st.sampled_from(list(COLUMNS)), st.booleans(), st.booleans())
def test_pages_in_a_row_are_the_persons_wanted_in_order(
    draws: list[tuple[int, int, str, int | None]],
    column: str,
    down: bool,  # noqa: FBT001 - drawn
    split: bool,  # noqa: FBT001 - drawn
) -> None:
    table = _table(draws)
    table.filter(Wanted(split=split, since="1970-01-02"))
    table.sort(column, descending=down)
    seen = []
    for page in range(1, table.state(None)["pages"] + 1):
        table.page = page
        seen += [place for place, _ in table.state(None)["rows"]]
    kept = [
        (place, (calls, splits, cause, at))
        for place, (calls, splits, cause, at) in enumerate(draws, 1)
        if (splits or not split)
        and at is not None
        and dt.datetime.fromtimestamp(at / 1e6, dt.UTC).day >= 2
    ]
    assert sorted(seen) == [place for place, _ in kept]
    values = dict(kept)
    index = {"calls": 0, "profiles": 1, "splits": 1, "cause": 2, "at": 3}.get(column)
    for one, other in pairwise(seen):
        first, second = (values[place][index] if index is not None else 0 for place in (one, other))
        if column == "person":
            assert (one > other) if down else (one < other)
        elif first == second:
            assert one < other
        elif "" in {first, second}:
            assert second == ""
        else:
            assert (first > second) if down else (first < second)  # type: ignore[operator]


def test_a_page_alone_is_sent_of_many_persons() -> None:
    table = _table([(1, 1, "typo", 0)] * 10_000)
    assert len(json.dumps(table.state("person 1"))) < 8_000
    table.page = 10**9
    assert table.state(None)["page"] == table.state(None)["pages"] == 400


# --- searching ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["carl@example.com", " CARL@Example.com ", "c7", "+49 151 1234-5678", "4915112345678"]
)
def test_a_person_is_found_by_an_identifier_in_any_spelling(text: str) -> None:
    bench = Workbench(history())
    ask(bench, "persons", "find", text=text)
    assert places(bench) == [2]
    assert bench.screen.chosen.state["title"].endswith("call 5")
    assert run(bench, history=bench.history)["person"] == "c7"


def test_a_person_is_found_by_what_the_screen_shows_and_by_the_token_of_a_search() -> None:
    bench = Workbench(history())
    stand_in = bench.screen.persons.state["rows"][0][1][0]
    assert [row.place for row in bench.search(stand_in)] == [1]
    assert [row.place for row in bench.search("dora2@example.com")] == [3]
    token = bench.screen.persons.state["search"]
    again = Workbench(history())
    assert [row.place for row in again.search(token)] == [3]
    assert again.screen.persons.state["search"] == token
    ask(again, "persons", "find", text="")
    assert (places(again), again.screen.persons.state["search"]) == ([1, 3], "")


def test_a_token_cannot_be_guessed_without_the_history() -> None:
    one, other = Workbench(history()), Workbench(history().only((5, 6)))
    tokens = []
    for bench in (one, other):
        bench.search("carl@example.com")
        tokens.append(bench.screen.persons.state["search"])
    assert tokens[0] != tokens[1]


def test_who_is_not_there_is_said_and_the_chosen_person_stays() -> None:
    bench = Workbench(history())
    assert bench.search("nobody@example.com") == ()
    assert bench.person == "person 1"


# --- one person from every side -------------------------------------------------------------------


def test_views_are_made_when_their_tab_is_opened() -> None:
    before = set(_living())
    bench = Workbench(history())
    kinds = {type(_living()[one]).__name__ for one in set(_living()) - before}
    assert "Stepper" in kinds
    assert not kinds & {"Compare", "WhatIf", "VerdictView"}
    for tab, kind in (("compare", "Compare"), ("what-if", "WhatIf"), ("verdict", "VerdictView")):
        ask(bench, "chosen", "tab", tab=tab)
        assert type(shown(bench)).__name__ == kind
        first = shown(bench)
        ask(bench, "chosen", "tab", tab="steps")
        ask(bench, "chosen", "tab", tab=tab)
        assert shown(bench) is first


def test_a_call_chosen_in_one_tab_is_that_of_the_others() -> None:
    bench = Workbench(history())
    shown(bench).call = 2
    assert bench.call == 2
    bench.tab = "what-if"
    assert shown(bench).call == 2
    shown(bench).call = 3
    assert (bench.call, bench.person) == (3, "person 1")
    bench.tab = "why-not"
    assert shown(bench).call == 3
    shown(bench).call = 4
    assert bench.call == 4
    for tab in ("graph", "split"):
        bench.tab = tab
        assert shown(bench).call == 4
    bench.tab = "compare"
    assert shown(bench).call_bad == 4
    shown(bench).call_bad = 2
    bench.tab = "steps"
    assert (bench.call, shown(bench).call) == (2, 2)


def test_a_person_is_chosen_in_the_table_in_a_tab_and_in_python() -> None:
    bench = Workbench(history())
    ask(bench, "persons", "choose", place=3)
    assert (bench.person, bench.call, shown(bench).call) == ("person 2", 8, 8)
    shown(bench).person = "person 1"
    assert (bench.person, bench.screen.persons.state["chosen"]) == ("person 1", 1)
    bench.person = "dora"
    assert (bench.person, bench.call) == ("person 2", 8)
    for name, wrong in (("person", "nobody"), ("call", 2), ("tab", "nothing")):
        with pytest.raises(traitlets.TraitError):
            setattr(bench, name, wrong)


def test_why_not_asks_of_the_profile_that_the_call_should_have_found() -> None:
    bench = Workbench(history())
    bench.tab = "why-not"
    split = bench.diagnosis.persons[0].splits[0].split
    assert (shown(bench).call, shown(bench).profile) == (split.call, split.source)


def test_a_call_chosen_in_a_widget_beside_it_is_chosen_in_the_workbench_and_the_other_way() -> None:
    replay = ig.replay(history())
    bench, stepper = Workbench(replay), ig.Stepper(replay)
    stepper.call = 2
    assert (bench.call, shown(bench).call) == (2, 2)
    bench.person = "dora"
    assert stepper.call == bench.call == 8
    shown(bench).call = 7
    assert stepper.call == 7


def test_a_person_with_one_profile_has_nothing_to_compare_or_repair() -> None:
    bench = Workbench(history())
    bench.search("c7")
    for tab in ("compare", "repair"):
        bench.tab = tab
        assert "one profile" in shown(bench).children[0].value


def test_where_nobody_tracked_correctly_the_comparison_says_so() -> None:
    bench = Workbench(history().only(range(1, 5)))
    bench.tab = "compare"
    assert "nobody to compare with" in shown(bench).children[0].value


def test_a_verdict_that_was_asked_for_stands_in_the_table() -> None:
    bench = Workbench(history())
    assert bench.rows[0].verdict == ""
    bench.tab = "verdict"
    assert bench.rows[0].verdict == shown(bench).verdict.verdict
    assert bench.screen.persons.state["rows"][0][1][-1] == bench.rows[0].verdict


def test_what_to_change_for_everybody_is_worked_out_on_demand() -> None:
    bench = Workbench(history())
    bench.tab = "repair"
    told, button, said = shown(bench).children
    assert "smallest change" in told.value
    button.click()
    assert said.value.count("<tr>") > 1
    assert button.disabled


# --- the same in Python ---------------------------------------------------------------------------


def test_the_script_does_what_was_done_by_hand(log: Path) -> None:
    bench = Workbench(log)
    ask(bench, "persons", "choose", place=3)
    shown(bench).call = 7
    bench.tab = "what-if"
    shown(bench).edit(put={8: {"email": "dora@example.com", "external_id": "fresh"}})
    future = shown(bench).future
    bench.tab = "compare"
    bench.tab = "verdict"
    bench.tab = "repair"
    shown(bench).children[1].click()
    bench.tab = "why-not"
    made = run(bench)
    assert repr(made["diagnosis"]) == repr(bench.diagnosis)
    assert made["person"] == "dora"
    assert (made["stepper"].call, made["why"].call) == (7, 7)
    assert made["future"].edits == future.edits
    assert made["comparison"].bad.person == "dora"
    assert made["verdicts"].of("dora").verdict == bench.rows[1].verdict
    assert made["repair"] == bench.diagnosis.persons[1].repair
    assert len(made["repairs"].advice) > 0


def test_no_line_holds_an_identifier_of_the_history(log: Path) -> None:
    bench = Workbench(log)
    bench.search("dora2@example.com")
    bench.tab = "what-if"
    shown(bench).edit(put={8: {"email": "dora@example.com"}})
    told = bench.code.replace(log.name, "")
    assert not [secret for secret in SECRETS if secret in told]
    assert "fresh@typed.example" not in told
    assert run(bench)["future"].edits.put == {8: {"email": "dora@example.com"}}


def test_steps_from_call_to_call_are_one_line() -> None:
    bench = Workbench(history())
    for call in (1, 2, 3, 4):
        shown(bench).call = call
    assert bench.code.count("ig.Stepper") == 1
    assert bench.screen.lines.whispered["lines"] == bench.code.splitlines()


# --- cases ----------------------------------------------------------------------------------------


def test_a_report_holds_the_cases_alone_with_their_notes(log: Path) -> None:
    bench = Workbench(log)
    ask(bench, "persons", "choose", place=3)
    ask(bench, "chosen", "add")
    ask(bench, "cases", "note", place=3, text="Ask about the *cookie*.")
    assert bench.screen.cases.state["cases"][0][0] == 3
    ask(bench, "cases", "write", what="report", path="out.html", title="Dora", note="Two of us")
    assert bench.screen.cases.whispered["mood"] == "good"
    text = Path("out.html").read_text("utf-8")
    assert "Two of us" in text
    assert "cookie" in text
    assert "1 of 1 person split" in text
    assert not [secret for secret in SECRETS if secret in text.replace(log.name, "")]
    first = Path("out.html").stat().st_mtime_ns
    ask(bench, "cases", "write", what="report", path="out.html")
    assert bench.screen.cases.whispered["mood"] == "bad"
    assert Path("out.html").stat().st_mtime_ns == first
    ask(bench, "cases", "write", what="report", path="out.html", over=True)
    assert bench.screen.cases.whispered["mood"] == "good"
    assert "Two of us" not in Path("out.html").read_text("utf-8")


def test_a_bundle_and_reproducers_are_written_and_so_does_the_script(log: Path) -> None:
    bench = Workbench(log)
    for place in (1, 3):
        bench.choose(place)
        bench.add()
    ask(bench, "cases", "write", what="bundle", path="case.zip")
    ask(bench, "cases", "write", what="reproducer", path="few")
    assert bench.screen.cases.whispered["mood"] == "good"
    bundle = Path("case.zip").read_bytes()
    few = {path: path.read_bytes() for path in Path("few").rglob("*.*")}
    assert {path.parts[1] for path in few} == {"person-1", "person-3"}
    assert ig.read_bundle("case.zip").same()
    Path("case.zip").unlink()
    run(bench)
    assert Path("case.zip").read_bytes() == bundle
    assert {path: path.read_bytes() for path in Path("few").rglob("*.*")} == few


def test_cases_are_removed_and_without_one_nothing_is_written(log: Path) -> None:
    bench = Workbench(log)
    bench.add()
    bench.add()
    assert [one.place for one in bench.cases] == [1]
    assert bench.screen.chosen.state["added"]
    ask(bench, "cases", "remove", place=1)
    assert (bench.cases, bench.screen.chosen.state["added"]) == ((), False)
    for what in ("report", "bundle", "reproducer"):
        ask(bench, "cases", "write", what=what, path="out")
        assert bench.screen.cases.whispered["mood"] == "bad"
    bench.search("c7")
    bench.add()
    ask(bench, "cases", "write", what="reproducer", path="out")
    ask(bench, "cases", "write", what="report", path="no/such/folder.html")
    assert bench.screen.cases.whispered["mood"] == "bad"
    assert [path.name for path in log.parent.iterdir()] == [log.name]


# --- what is saved --------------------------------------------------------------------------------


def _living() -> dict[str, Any]:
    """The widgets that a notebook saves now."""
    return dict(ipywidgets.widgets.widget._instances)  # noqa: SLF001 - there is no public list


def _saved(before: set[str]) -> str:
    fresh = [widget for name, widget in _living().items() if name not in before]
    found = ipywidgets.Widget.get_manager_state(widgets=fresh)["state"]
    states = (one["state"] for one in found.values())
    ours = ({name: v for name, v in one.items() if name not in {"_esm", "_css"}} for one in states)
    return json.dumps(list(ours), default=str)


def test_the_saved_state_holds_no_identifier_no_path_and_nothing_typed(log: Path) -> None:
    before = set(_living())
    bench = Workbench()
    ask(bench, "opener", "open", path="nowhere-typed.jsonl")
    ask(bench, "opener", "open", path=str(log))
    ask(bench, "persons", "find", text="dora2@example.com")
    ask(bench, "persons", "find", text="typed-nobody@example.com")
    for tab in TABS:
        ask(bench, "chosen", "tab", tab=tab)
    ask(bench, "chosen", "add")
    ask(bench, "cases", "note", place=3, text="typed note")
    ask(bench, "cases", "write", what="report", path="typed-report.html", title="typed title")
    assert bench.screen.cases.whispered["mood"] == "good"
    saved = _saved(before)
    assert "person 2" in saved
    told = [*SECRETS, "typed", log.name, str(log.parent)]
    assert [text for text in told if text in saved] == []


def test_identifiers_are_shown_where_that_is_asked_for() -> None:
    bench = Workbench(history(), redact=False)
    assert bench.person == "betty"
    assert bench.screen.persons.state["rows"][0][1][0] == "person betty"


def test_a_notebook_without_a_kernel_keeps_the_summary_and_the_table() -> None:
    bench = Workbench(history())
    kept = bench._repr_mimebundle_()
    assert kept["text/plain"] == repr(bench)
    assert kept["text/html"].count(">person ") == 2
    assert not [secret for secret in SECRETS if secret in kept["text/html"]]
    assert not [secret for secret in SECRETS if secret in repr(bench)]
    assert "Nothing is open" in Workbench()._repr_mimebundle_()["text/html"]


def test_where_it_cannot_be_shown_it_names_the_widgets_that_can_be(log: Path) -> None:
    kind, told = Workbench(log)._mime_()
    assert kind == "text/html"
    named = set(re.findall(r"<code>ig\.(\w+)</code>", told))
    assert {"Stepper", "VerdictView", "WhatIf"} <= named <= set(dir(ig))
    assert told.count(">person ") > 1
    assert not [secret for secret in SECRETS if secret in told]


def test_what_strangers_typed_is_text_in_all_that_is_drawn() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    typed = ig.parse(
        f"""
        server external_id=b1 email=old@example.com event="{hostile}" person="{hostile}"
        +1d browser email=new@example.com event="{hostile}" person="{hostile}"
        """
    )
    bench = Workbench(typed, redact=False)
    drawn = [bench._repr_mimebundle_()["text/html"]]
    for tab in ("why-not", "what-if", "verdict", "repair"):
        bench.tab = tab
        drawn += [w.value for w in _living().values() if isinstance(w, ipywidgets.HTML)]
    assert any("&lt;img" in text for text in drawn)
    assert not any("<img src=x" in text for text in drawn)


def test_nothing_can_be_asked_while_nothing_is_open() -> None:
    bench = Workbench()
    for act in (bench.add, lambda: bench.search("x"), lambda: bench.sort("calls"), bench.filter):
        with pytest.raises(UsageError):
            act()
    ask(bench, "persons", "choose", place=1)
    assert error(bench) is not None


# --- in JupyterLab --------------------------------------------------------------------------------


@pytest.mark.ui
def test_a_history_is_investigated_by_mouse_and_by_keyboard(
    lab: Lab, axe: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    text = "".join(f"{records.line(row_of(call))}\n" for call in history())
    (lab.folder / "calls.jsonl").write_text(text, "utf-8")
    code = "import idgraph as ig\nbench = ig.Workbench()\nbench"
    page = lab.run_cells(code, width=1400, height=2600)
    bench = page.locator(".idgraph.workbench")
    bench.get_by_role("button", name="calls.jsonl").click(timeout=PATIENCE)
    persons = bench.get_by_role("region", name="Persons")
    expect(persons.get_by_role("row")).to_have_count(3, timeout=PATIENCE)
    expect(bench.get_by_role("tabpanel", name="Steps")).to_contain_text("call 4", timeout=PATIENCE)
    persons.get_by_role("button", name="Calls").click()
    expect(persons.get_by_role("columnheader", name="Calls")).to_have_attribute(
        "aria-sort", "ascending"
    )

    # From here on by keyboard alone.
    cells = page.locator(".jp-Cell").count()
    search = persons.get_by_role("searchbox")
    search.focus()
    page.keyboard.type("CARL@example.com")
    page.keyboard.press("Enter")
    expect(persons.get_by_role("row")).to_have_count(2)
    expect(bench.get_by_role("heading", name="call 5")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(persons.get_by_role("row")).to_have_count(3)
    persons.get_by_role("row").nth(1).get_by_role("button").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(bench.get_by_role("heading", name="person 1, call 4")).to_be_visible()
    expect(persons.locator("tr[aria-current] button")).to_be_focused()
    page.keyboard.press("b")
    bench.get_by_role("tab", name="Steps").focus()
    for _ in ("Graph", "Split", "Why not"):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(bench.get_by_role("tabpanel", name="Why not")).to_contain_text("call 4")
    spoken = bench.get_by_role("region", name="The same in Python")
    expect(spoken).to_contain_text("ig.why_not(replay, 4")
    assert page.locator(".jp-Cell").count() == cells
    bench.get_by_role("button", name="Add to cases").focus()
    page.keyboard.press("Enter")
    bench.get_by_role("button", name="Write report").click()
    expect(bench.get_by_text("Wrote idgraph-report.html")).to_be_visible(timeout=PATIENCE)
    assert (lab.folder / "idgraph-report.html").is_file()
    expect(spoken).to_contain_text("ig.report")
    assert [fault for fault in axe(page) if "wb" in fault or "workbench" in fault] == []
    bench.screenshot(path=tmp_path / "workbench.png")
