"""Two histories side by side: what is shown, where both stand, and both in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Locator, Page, expect
from screens import PATIENCE, Lab, Watch, run_cell

from idgraph import comparison, notation
from idgraph.calls import Call, History, Identifier, history
from idgraph.comparison import Comparison
from idgraph.demos import demo
from idgraph.surfaces.cases import pairs
from idgraph.surfaces.displays import notebook
from idgraph.surfaces.drawing import html, text
from idgraph.surfaces.drawing.sharing import shared
from idgraph.surfaces.reports.report import report
from idgraph.surfaces.results import comparisons
from idgraph.surfaces.widgets.compare_view import Compare
from idgraph.views.base.blocks import Block, Items, Paragraph, Table, plain

HOSTILE: list[str] = json.loads(
    (Path(__file__).parent / "hostile" / "payloads.json").read_text("utf-8")
)
VALUES = ("anna@", "anna1", "betty@", "betty-new@", "betty1", "Lamp")
GOOD = """
    server  event="Placed Order" external_id=anna1 email=anna@example.com person=anna
    +1d server external_id=anna1 email=anna-new@example.com person=anna
    +1h browser event="Viewed Product" email=anna-new@example.com person=anna
    +1d server external_id=anna1 person=anna
"""
BAD = """
    server  event="Placed Order" external_id=betty1 email=betty@example.com person=betty
    +1d server external_id=betty1 email=betty-new@example.com person=betty
    +5min form email=betty-new@example.com person=betty
    +1h browser event="Viewed Lamp" email=betty@example.com person=betty
    +1d server external_id=betty1 person=betty
"""
PLACES = [(1, 1, 1), (2, 2, 2), (3, 2, 3), (4, 3, 4), (5, 4, 5)]
"""The rows of these two, and where both steppers stand: the form has no counterpart."""


def compare(good: History, bad: History | None = None, **more: Any) -> Comparison:
    """Compare two persons, as all these tests do."""
    told = comparison.compare(good, bad, **more)
    assert isinstance(told, Comparison)
    return told


@cache
def found() -> Comparison:
    return compare(notation.parse(GOOD), notation.parse(BAD), policy="klaviyo-classic")


@cache
def long() -> Comparison:
    """Two histories of 150 calls, one of which sends an old email in call 100."""
    head = "server external_id=b1 email=old@example.com person=p\n"
    head += "+1h server external_id=b1 email=new@example.com person=p\n"
    call = "+1h browser email=new@example.com person=p\n"
    other = call.replace("new", "old")
    good = head + call * 148
    bad = head + call * 97 + other + call * 50
    return compare(notation.parse(good), notation.parse(bad), policy="klaviyo-classic")


def tables(shown: list[Block]) -> dict[str, Table]:
    return {block.kind: block for block in shown if isinstance(block, Table)}


def cells(table: Table, row: int) -> list[str]:
    return [plain(cell.text) for cell in table.rows[row].cells]


def at(widget: Compare) -> tuple[int, int, int]:
    return widget.row, widget.call_good, widget.call_bad


# --- the blocks ----------------------------------------------------------------------------------


def test_it_leads_with_what_makes_the_difference() -> None:
    first = next(comparisons.blocks(found()))
    assert isinstance(first, Paragraph)
    assert first.kind == "lead"
    assert "still carries" in plain(first.text)


def test_both_histories_stand_row_by_row_and_what_matters_is_marked_by_a_word() -> None:
    table = tables(list(comparisons.blocks(found())))["alignment"]
    assert [plain(row.cells[0].text) for row in table.rows] == ["1", "2", "3", "4", "5"]
    assert cells(table, 2)[1] == "no such call"
    assert cells(table, 2)[4] == "alike"
    assert cells(table, 3)[1].endswith("finds profile 1 by $email")
    assert cells(table, 3)[2].endswith("creates profile 2 with $email")
    assert cells(table, 3)[3].startswith("Makes the difference: still carries an old $email")
    assert cells(table, 3)[4] == "differently, for the first time"
    assert [plain(row.cells[3].text)[:5] == "Makes" for row in table.rows].count(True) == 1


def test_a_difference_has_one_weight() -> None:
    weights = {one.kind: comparisons.weight(found(), one) for one in found().differences}
    assert weights["key"] == "makes the difference"
    assert weights["added"] == "makes no difference"
    assert weights["event"] == "read by no rule"
    luck = compare(demo("email-change-worked"), demo("email-change-broke"))
    assert luck.alone
    assert {comparisons.weight(luck, one) for one in luck.differences} <= {"is not to blame"}


def test_what_makes_no_difference_is_listed_and_shortened() -> None:
    lists = [block for block in comparisons.blocks(found()) if isinstance(block, Items)]
    assert len(lists[-1].items) == len(found().idle())
    more = "+1h form email=betty-new@example.com person=betty\n" * 25
    bad = notation.parse("\n".join(line.strip() for line in BAD.splitlines()) + more)
    many = compare(notation.parse(GOOD), bad, policy="klaviyo-classic")
    lists = [block for block in comparisons.blocks(many) if isinstance(block, Items)]
    longest = max(lists, key=lambda block: len(block.items))
    assert len(longest.items) == comparisons.IDLE + 1
    left = len(many.idle()) - comparisons.IDLE
    assert plain(longest.items[-1]) == f"And {left} more."


def test_the_chain_is_a_table_and_not_said_twice() -> None:
    shown = list(comparisons.blocks(found()))
    chain = tables(shown)["chain"]
    assert len(chain.rows) == len(found().chain)
    assert cells(chain, 0)[1:] == ["creates profile 2 with $email", "finds profile 1 by $email"]
    said = [plain(item) for block in shown if isinstance(block, Items) for item in block.items]
    assert not [one for one in said if "with the difference undone" in one]


def test_a_long_history_shows_what_differs_and_what_stands_beside_it() -> None:
    rows = [pair.number for pair in comparisons.shown_rows(long())]
    differing = {p.number for p in long().pairs if p.differences or not p.matches}
    around = {n + d for n in differing for d in (-2, -1, 0, 1, 2) if 0 < n + d <= len(long())}
    assert long().first_divergence in rows
    assert set(rows) == around
    assert len(rows) < comparisons.ROWS
    caption = plain(comparisons.alignment(long()).caption)
    assert f"{len(rows)} of 150 rows" in caption
    assert f"{150 - len(rows)} rows are left out" in caption
    assert len(comparisons.shown_rows(found())) == len(found())


def test_under_two_policies_the_sides_have_their_names() -> None:
    told = compare(demo("email-change-broke"), policy="klaviyo-classic", other_policy="klaviyo")
    assert comparisons.heads(told) == ("klaviyo-classic", "klaviyo")
    table = tables(list(comparisons.blocks(told)))["alignment"]
    assert [plain(name) for name in table.columns[1:3]] == ["klaviyo-classic", "klaviyo"]


def test_every_block_can_be_read_in_a_terminal() -> None:
    written = text.text(comparisons.blocks(found()))
    assert "Makes the difference" in written
    assert "With the difference undone" in written


# --- where both stand ----------------------------------------------------------------------------


def test_at_a_row_that_one_history_lacks_it_stands_at_its_last_call_before() -> None:
    assert [(n, *both) for n, both in enumerate(pairs.stands(found()), 1)] == PLACES
    mirrored = compare(notation.parse(BAD), notation.parse(GOOD), policy="klaviyo-classic")
    assert [(n, *both) for n, both in enumerate(pairs.stands(mirrored), 1)] == [
        (row, bad, good) for row, good, bad in PLACES
    ]


def test_before_its_first_call_a_history_stands_at_it() -> None:
    late = "form email=x@example.com person=betty\n" + BAD
    told = compare(notation.parse(GOOD), notation.parse(late), policy="klaviyo-classic")
    assert told.pairs[0].good is None
    assert pairs.stands(told)[0] == (1, 1)


def test_every_call_of_both_stands_in_one_row_of_the_steppers() -> None:
    for told in (found(), long(), compare(demo("shop"), bad_person="b1001")):
        for side, name in ((told.good, "good"), (told.bad, "bad")):
            rows = [getattr(pair, name) for pair in told.pairs if getattr(pair, name)]
            assert rows == list(side.numbers)
            assert set(rows) <= set(pairs.case(side).calls)


def test_it_opens_where_they_first_part() -> None:
    widget = Compare(found())
    assert widget.row == found().first_divergence == 4
    assert at(widget) == PLACES[3]
    assert at(Compare(found(), row=2)) == PLACES[1]
    same = compare(notation.parse(GOOD), notation.parse(GOOD), policy="klaviyo-classic")
    assert at(Compare(same)) == (1, 1, 1)


@pytest.mark.parametrize("place", PLACES)
def test_a_row_set_from_python_moves_both_calls(place: tuple[int, int, int]) -> None:
    widget = Compare(found())
    widget.row = place[0]
    assert at(widget) == place
    assert widget.get_state()["_at"] == list(place)


def test_linked_a_call_set_in_one_moves_the_other_and_the_row() -> None:
    widget = Compare(found())
    widget.call_good = 1
    assert at(widget) == (1, 1, 1)
    widget.call_bad = 3
    assert at(widget) == (3, 2, 3)


def test_unlinked_a_call_moves_alone_and_linking_brings_the_other_there() -> None:
    widget = Compare(found())
    widget.linked = False
    widget.call_bad = 1
    assert at(widget) == (1, 3, 1)
    widget.call_good = 4
    assert at(widget) == (5, 4, 1)
    widget.linked = True
    assert at(widget) == (5, 4, 5)


def test_the_screen_moves_it_too_and_who_watches_is_told_once() -> None:
    widget = Compare(found())
    seen: list[tuple[str, int]] = []
    names = ["row", "call_good", "call_bad"]
    widget.observe(lambda change: seen.append((change["name"], change["new"])), names)
    widget.set_state({"_at": [3, 2, 3]})
    assert at(widget) == (3, 2, 3)
    assert sorted(seen) == [("call_bad", 3), ("call_good", 2), ("row", 3)]


def test_who_watches_may_move_on() -> None:
    widget = Compare(found())

    def on(change: Any) -> None:
        if change["new"] == 2:
            widget.row = 5

    widget.observe(on, "row")
    widget.row = 2
    assert at(widget) == PLACES[4]


@pytest.mark.parametrize(
    ("name", "value"), [("row", 0), ("row", 6), ("call_good", 5), ("call_bad", 6), ("call_bad", 0)]
)
def test_what_is_not_there_is_refused_and_nothing_moves(name: str, value: int) -> None:
    widget = Compare(found())
    with pytest.raises(traitlets.TraitError, match=str(value)):
        setattr(widget, name, value)
    assert at(widget) == PLACES[3]


@pytest.mark.parametrize("wrong", [[4, 9, 4], [9, 3, 4], [4, 3], [4, 3, 9]])
def test_a_screen_cannot_stand_where_nothing_is(wrong: list[int]) -> None:
    widget = Compare(found())
    with pytest.raises(traitlets.TraitError):
        widget.set_state({"_at": wrong})
    assert at(widget) == PLACES[3]


def test_it_compares_what_compare_compares() -> None:
    widget = Compare(notation.parse(GOOD), notation.parse(BAD), policy="klaviyo-classic")
    assert widget.comparison == found()
    assert Compare(demo("shop"), bad_person="b1001").comparison.bad.person == "b1001"
    policies = Compare(demo("email-change-broke"), policy="klaviyo", other_policy="klaviyo-classic")
    assert policies.get_state()["_head"]["heads"] == ["klaviyo", "klaviyo-classic"]


def test_it_sends_the_pages_that_a_screen_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    widget = Compare(found())
    sent: list[Any] = []
    monkeypatch.setattr(widget, "send", sent.append)
    asked: tuple[Any, ...] = (
        {"get": 0, "side": 1},
        {"get": 0, "side": 0},
        {"get": 1, "side": 0},
        {"get": -1, "side": 0},
        {"get": 0, "side": 2},
        {"get": "0", "side": 0},
        {},
        None,
    )
    for content in asked:
        widget._handle_custom_msg(content, [])  # noqa: SLF001 - what a screen sends
    assert [(one["side"], one["number"]) for one in sent] == [(1, 0), (0, 0)]
    assert [len(one["page"]["panels"]) for one in sent] == [5, 4]


# --- what a row says -----------------------------------------------------------------------------


def test_a_row_is_told_in_one_line() -> None:
    told = [row[3] for row in Compare(found()).get_state()["_head"]["rows"]]
    assert told[3] == (
        "Row 4 of 5: correct call 3 found P1 by $email; duplicated call 4 created P2. Comes out "
        "differently, for the first time. Differs in: $email (makes the difference) and the event."
    )
    assert "the correct history has no such call and stays where it is" in told[2]
    assert told[0].endswith("Nothing that was sent differs.")


def fields(told: Comparison, row: int) -> dict[str, list[str]]:
    """The cells of what differs in a row, by their heading."""
    tree = pairs.differing(told, told.pairs[row - 1])
    assert tree is not None
    lines = re.findall(r"<tr>(.*?)</tr>", html.markup(tree))
    made = [
        [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line)]
        for line in lines[1:]
    ]
    return {cells[0]: cells[1:] for cells in made}


def test_a_row_shows_both_values_field_by_field() -> None:
    shown = fields(found(), 4)
    assert shown["$email"] == [
        "&quot;anna-new@example.com&quot; (the current one)",
        "&quot;betty@example.com&quot; (an old one)",
        "makes the difference",
    ]
    assert fields(found(), 3)["a call more"][:2] == ["no such call", "carries $email"]
    assert pairs.differing(found(), found().pairs[0]) is None


def with_payload(value: Any) -> History:
    one = Identifier("external_id", "a")
    sent = Call((one,), channel="server", person="p", payload={"a.b": {"c": value}, "a": 1})
    return history((sent,))


@pytest.mark.parametrize("value", [HOSTILE[0], [1, {"x": None}], 7, "y" * 500])
def test_a_field_is_found_by_its_path_and_long_values_are_cut(value: Any) -> None:
    told = compare(with_payload("other"), with_payload(value), policy="klaviyo-classic")
    pair = told.pairs[0]
    assert [one.field for one in pair.differences] == ["a.b.c"]
    (shown,) = fields(told, 1).values()
    assert shown[0] == "&quot;other&quot;"
    assert shown[1] != "not there"
    assert shown[2] == "read by no rule"
    assert all(len(cell) < 120 + 80 for cell in shown)


# --- nothing leaks -------------------------------------------------------------------------------


def test_nothing_of_the_histories_is_sent_unless_that_is_asked_for() -> None:
    def sent(widget: Compare) -> str:
        return json.dumps([widget.get_state(), widget._repr_mimebundle_()[0]], default=str)

    assert not [value for value in VALUES if value in sent(Compare(found()))]
    shown = sent(Compare(found(), redact=False))
    assert "betty@example.com" in shown
    assert "betty@" not in repr(Compare(found(), redact=False))
    assert repr(Compare(found())).startswith("<Compare: row 4 of 5; 4 and 5 calls")


def test_a_notebook_shows_it_redacted_and_without_a_kernel() -> None:
    bundle = notebook.mimebundle(found())
    assert bundle["text/plain"] == repr(found())
    assert "Makes the difference" in bundle["text/html"]
    assert not [value for value in VALUES if value in bundle["text/html"]]
    assert "application/vnd.jupyter.widget-view+json" not in bundle
    live = Compare(found())._repr_mimebundle_()[0]
    assert "application/vnd.jupyter.widget-view+json" in live
    assert live["text/html"] == bundle["text/html"]


def test_a_report_is_redacted_and_the_same_each_time() -> None:
    page = str(report(found()))
    assert not [value for value in VALUES if value in page]
    assert page == str(report(found()))
    assert "<h1>What makes the difference?</h1>" in page
    assert "betty@example.com" in str(report(found(), redact=False))


def test_a_report_holds_the_script_of_pairs_only_where_there_is_one() -> None:
    alone = str(report(demo("email-change-old")))
    both = str(report([demo("email-change-old"), found()]))
    assert html.asset("compare.css") not in alone
    assert html.asset("compare.css") in both
    assert html.module("building.js", "stepper.js", "compare.js") in both
    anchors = re.findall(r' id="([^"]+)"', both)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', both)) <= set(anchors)
    assert "r2-row-4" in anchors


def test_a_module_of_several_files_exports_once() -> None:
    made = html.module("building.js", "stepper.js", "compare.js")
    assert len(re.findall(r"^export ", made, re.MULTILINE)) == 1
    assert made.endswith(html.asset("compare.js"))
    names = re.findall(r"^(?:const|let|function) (\w+)", made, re.MULTILINE)
    assert len(names) == len(set(names))


def test_rules_of_both_policies_are_cited() -> None:
    told = compare(demo("email-change-broke"), policy="klaviyo-classic", other_policy="klaviyo")
    page = str(report(told))
    for side in (told.good, told.bad):
        assert side.replay.policy.title in page


@pytest.mark.slow
def test_two_hundred_calls_twice_keep_the_page_under_a_megabyte() -> None:
    head = "server external_id=b1 email=m@example.com person=p\n"
    good = head + "+1h browser email=m@example.com person=p\n" * 199
    bad = good + "+1h form email=n@example.com person=p\n"
    told = compare(notation.parse(good), notation.parse(bad), policy="klaviyo-classic")
    assert len(str(report(told)).encode()) < 1_000_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=60),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=20,
)


def unfolded(node: Any, lists: list[Any]) -> Any:
    if isinstance(node, list):
        return [unfolded(child, lists) for child in node]
    if isinstance(node, dict):
        if "" in node:
            return unfolded(lists[node[""]], lists)
        return {name: unfolded(child, lists) for name, child in node.items()}
    return node


@given(JSON, st.integers(1, 4))
def test_what_is_written_once_comes_back_whole(data: Any, times: int) -> None:
    folded, lists = shared([data] * times)
    assert unfolded(folded, lists) == [data] * times


# --- in a browser --------------------------------------------------------------------------------

OpenContext = Callable[..., Any]


@pytest.fixture(scope="module")
def page_of_both(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("pair") / "report.html"
    report(found(), path)
    return path.as_uri()


def stood(page: Page | Locator) -> tuple[int, int, int]:
    """The row, and the calls of both steppers, as the screen says them."""
    said = [
        page.locator(".rows .status").inner_text(),
        *(page.locator(f".side-{side} .live .status").inner_text() for side in (0, 1)),
    ]
    row, good, bad = (int(re.findall(r"\d+", words)[0]) for words in said)
    return row, good, bad


@pytest.mark.ui
def test_a_step_in_one_moves_the_other(offline_page: Page, page_of_both: str) -> None:
    offline_page.goto(page_of_both)
    assert stood(offline_page) == (4, 3, 4)
    bad, good = offline_page.locator(".side-1"), offline_page.locator(".side-0")
    bad.get_by_role("button", name="Previous call", exact=True).click()
    assert stood(offline_page) == (3, 2, 3)
    told = offline_page.locator(".rows").get_by_role("status")
    expect(told).to_contain_text("the correct history has no such call and stays where it is")
    expect(good).to_have_class(re.compile("lacks"))
    good.get_by_role("button", name="First call").click()
    assert stood(offline_page) == (1, 1, 1)
    good.locator(".calls tr[data-call='4'] td").last.click()
    assert stood(offline_page) == (5, 4, 5)
    assert offline_page.url.endswith("#row-5")


@pytest.mark.ui
def test_unlinked_they_step_alone_and_linking_brings_them_together(
    offline_page: Page, page_of_both: str
) -> None:
    offline_page.goto(page_of_both)
    offline_page.get_by_role("checkbox").uncheck()
    offline_page.locator(".side-1").get_by_role("button", name="First call").click()
    assert stood(offline_page) == (1, 3, 1)
    told = offline_page.locator(".rows").get_by_role("status", include_hidden=True)
    expect(told).to_contain_text("Not linked: the steppers stand at call 3 and call 1")
    offline_page.locator(".side-0 button.next").focus()
    offline_page.keyboard.press("ArrowRight")
    assert stood(offline_page) == (5, 4, 1)
    offline_page.get_by_role("checkbox").check()
    assert stood(offline_page) == (5, 4, 5)


@pytest.mark.ui
def test_buttons_go_to_where_they_differ_and_where_they_part(
    offline_page: Page, page_of_both: str
) -> None:
    offline_page.goto(f"{page_of_both}#row-1")
    assert stood(offline_page) == (1, 1, 1)
    expect(offline_page.get_by_role("button", name="Previous row")).to_be_disabled()
    offline_page.get_by_role("button", name="First difference").click()
    assert stood(offline_page) == (3, 2, 3)
    offline_page.get_by_role("button", name="Where it comes out differently").click()
    assert stood(offline_page) == (4, 3, 4)
    expect(offline_page.locator(".differing")).to_contain_text("makes the difference")
    offline_page.get_by_role("button", name="Next row").click()
    assert stood(offline_page) == (5, 4, 5)
    expect(offline_page.get_by_role("button", name="Next row")).to_be_disabled()


@pytest.mark.ui
@pytest.mark.parametrize("place", [".pair .rows .next", ".side-0 button.next", ".side-1 input"])
def test_keys_go_through_the_rows_and_do_not_leave_it(
    offline_page: Page, page_of_both: str, place: str
) -> None:
    offline_page.goto(page_of_both)
    offline_page.evaluate(
        "window.leaked = []; document.body.addEventListener('keydown', e => leaked.push(e.key))"
    )
    offline_page.locator(place).focus()
    seen = []
    for key in ("Home", "ArrowRight", "ArrowDown", "d", "End", "ArrowLeft", "p", "n", "ArrowUp"):
        offline_page.keyboard.press(key)
        seen.append(stood(offline_page)[0])
    assert seen == [1, 2, 3, 4, 5, 4, 3, 4, 3]
    offline_page.keyboard.press("b")
    assert offline_page.evaluate("leaked") == []
    offline_page.keyboard.press("Tab")
    assert offline_page.evaluate("leaked") == ["Tab"]


@pytest.mark.ui
def test_one_voice_tells_the_row(offline_page: Page, page_of_both: str) -> None:
    offline_page.goto(page_of_both)
    speaking = ".live [aria-live=polite]"
    assert offline_page.locator(speaking).count() == 1
    told = offline_page.locator(speaking).inner_text()
    assert told.startswith("Row 4 of 5: correct call 3 found P1 by $email")
    offline_page.get_by_role("checkbox").uncheck()
    assert offline_page.locator(speaking).count() == 2


@pytest.mark.ui
def test_a_link_opens_on_a_row_or_a_call(offline_page: Page, page_of_both: str) -> None:
    offline_page.goto(f"{page_of_both}#bad-call-2")
    assert stood(offline_page) == (2, 2, 2)
    offline_page.locator(".alignment tr[data-call='5'] td").last.click()
    expect(offline_page.locator(".rows .status")).to_have_text("row 5 of 5")
    offline_page.locator(".alignment a", has_text="3").click()
    expect(offline_page.locator(".rows .status")).to_have_text("row 3 of 5")


@pytest.mark.ui
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_stands_in_the_way_of_access(
    offline_context: OpenContext,
    axe: Callable[[Page], list[str]],
    page_of_both: str,
    scheme: str,
    width: int,
) -> None:
    page = offline_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    ).new_page()
    page.goto(page_of_both)
    for _ in range(2):
        assert axe(page) == []
        page.get_by_role("button", name="Previous row").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    left = [page.locator(f".side-{side}").bounding_box() for side in (0, 1)]
    assert (left[0] or {})["x"] < (left[1] or {})["x"] or width == 390
    assert (left[0] or {})["y"] < (left[1] or {})["y"] or width == 1280


@pytest.mark.ui
def test_both_are_read_without_scripts_and_on_paper(
    offline_context: OpenContext, page_of_both: str
) -> None:
    page = offline_context(java_script_enabled=False).new_page()
    page.goto(page_of_both)
    expect(page.locator(".alignment")).to_contain_text("Makes the difference")
    assert page.locator(".still .calls tbody tr").count() == 9
    assert page.locator(".pair").count() == 0
    printed = offline_context().new_page()
    printed.goto(page_of_both)
    printed.emulate_media(media="print")
    expect(printed.locator(".still .calls tbody tr")).to_have_count(9)
    expect(printed.locator(".pair")).to_be_hidden()
    printed.emulate_media(media="screen")
    expect(printed.locator(".still")).to_have_count(0)
    expect(printed.locator(".pair")).to_be_visible()


def hostile(old: str) -> History:
    """A history whose every call carries another of the strings in every field."""
    made = [
        Call(
            identifiers=identifiers,
            channel="form",
            endpoint=value,
            event=f"{old}{value}",
            person="somebody",
            sent_at=2 * place + n,
            context={value: Identifier("email", f"{old}{value}")},
            origin=f"{value}:1",
            payload={"event": f"{old}{value}", value: [value], "$email": f"{old}{value}"},
            wire={"email": ("$email",)},
        )
        for place, value in enumerate(HOSTILE[:40])
        for n, identifiers in enumerate(
            (
                (Identifier("external_id", "x"), Identifier("email", f"{value} at")),
                (Identifier("email", f"{old}{value} at"),),
            )
        )
    ]
    return history(made, title=HOSTILE[0])


@pytest.mark.ui
def test_strangers_text_does_nothing(offline_page: Page, watch: Watch, tmp_path: Path) -> None:
    told = compare(hostile(""), hostile("o"), policy="klaviyo-classic")
    page = str(report(told, redact=False, title=HOSTILE[2], note=HOSTILE[3]))
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    path = tmp_path / "report.html"
    path.write_text(page, "utf-8")
    offline_page.goto(path.as_uri())
    offline_page.locator(".rows button.next").focus()
    offline_page.keyboard.press("Home")
    offline_page.evaluate(
        f"() => {{ for (let n = 0; n < {len(told)}; n += 1)"
        " document.querySelector('.rows button.next').click(); }"
    )
    assert stood(offline_page)[0] == len(told)
    assert watch.requests == [path.as_uri()]
    kinds = "iframe, img, object, embed, link, base"
    assert offline_page.locator(kinds).count() == 0


@pytest.mark.ui
def test_python_sees_and_sets_where_both_stand(
    lab: Lab, axe: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    page = lab.run_cells(
        """import idgraph as ig
widget = ig.Compare(ig.demo("shop"), bad_person="b1001", row=1)
widget""",
        "print(widget.row, widget.call_good, widget.call_bad, widget.linked)\n"
        "widget.row = 2 if widget.row == 5 else 1",
        width=1800,
        height=1400,
    )
    widget = page.locator(".idgraph.pair")
    expect(widget.locator(".side-1 .sentence")).to_contain_text("Call 3", timeout=PATIENCE)
    widget.locator(".rows button.next").focus()
    cells = page.locator(".jp-Cell").count()
    for key in ("d", "b", "a", "ArrowRight"):
        page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == cells
    assert stood(widget) == (5, 11, 14)
    expect(widget.locator(".side-0 .panels")).to_contain_text("Payload, as it was sent")
    assert [fault for fault in axe(page) if "idgraph" in fault or 'class="pane ' in fault] == []
    widget.screenshot(path=tmp_path / "compare.png")

    expect(run_cell(page, "print(widget.row", down=True)).to_have_text("5 11 14 True")
    expect(page.locator(".idgraph.pair .rows .status")).to_have_text("row 2 of 7")
    assert stood(page.locator(".idgraph.pair")) == (2, 2, 4)
