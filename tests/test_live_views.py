# ruff: noqa: SLF001 - what a script is given is private to Python
"""The live views of one thing each: the identity graph, why not, a split, the calls in time."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import traitlets
from playwright.sync_api import Locator, Page, expect

from idgraph import notation
from idgraph.calls import Call, History, Identifier, history
from idgraph.diagnosis import diagnose, diagnose_person
from idgraph.errors import UsageError
from idgraph.futures import what_if
from idgraph.ladders import why_not
from idgraph.persons import link
from idgraph.replays import Replay, replay
from idgraph.surfaces.cases import stepper
from idgraph.surfaces.drawing import html
from idgraph.surfaces.reports.report import report
from idgraph.surfaces.widgets.graph_view import GraphView
from idgraph.surfaces.widgets.split_view import SplitView
from idgraph.surfaces.widgets.stepper_view import Stepper
from idgraph.surfaces.widgets.verdict_view import VerdictView
from idgraph.surfaces.widgets.why_not_view import WhyNotView
from idgraph.views import network, split

OpenContext = Callable[..., Any]
HOSTILE: list[str] = json.loads(
    (Path(__file__).parent / "hostile" / "payloads.json").read_text("utf-8")
)
BETTY = """
    # Betty, as it broke
    server  external_id=b1 email=old@example.com person=betty
    +1d server  external_id=b1 email=new@example.com person=betty
    +4s browser email=new@example.com person=betty
    +4s form    email=old@example.com person=betty
    +4s mobile  phone_number=+4930123456 person=betty
    +1h server external_id=c1 email=carl@example.com person=carl
"""
VALUES = ("old@example.com", "new@example.com", "carl@example.com", "betty", "+4930123456")


@cache
def betty() -> Replay:
    return replay(notation.parse(BETTY))


def alone(kind: Any, **options: Any) -> Any:
    return kind(betty(), linked=False, **options)


def sent(widget: Any) -> str:
    """All that goes to the screen, and what a notebook keeps, its picture decoded."""
    state = json.dumps(widget.get_state(), default=str)
    data = json.dumps(widget._repr_mimebundle_()[0])
    drawn = re.findall(r"base64,([A-Za-z0-9+/=]+)", data)
    return state + data + " ".join(b64decode(one).decode() for one in drawn)


def cells(widget: Any, kind: str) -> list[list[str]]:
    """The words of the table of that class, row by row."""
    (table,) = (
        block[2]
        for block in widget._page["blocks"]
        if block[0] == "div" and block[2][0] == "table" and block[2][1].get("class") == kind
    )
    return [[said(cell) for cell in row[2:]] for row in table[-1][2:]]


def said(tree: Any) -> str:
    return tree if isinstance(tree, str) else "".join(said(child) for child in tree[2:])


# --- the identity graph ---------------------------------------------------------------------------


def test_the_graph_lists_its_arrows_with_their_calls() -> None:
    widget = alone(GraphView)
    assert [row[:3] for row in cells(widget, "arrows")] == [
        ["START to P1", "created", "1"],
        ["P1 to P1", "$id", "1"],
        ["P1 to P1", "$email", "1"],
        ["P1 to P2", "created", "1"],
        ["P2 to P3", "created", "1"],
    ]
    assert widget._page["rows"] == ["1", "2", "3", "4", "5"]
    drawn = {call for bundle in network.bundles(widget._case) for call in bundle.frames}
    assert drawn == {1, 2, 3, 4, 5}


def test_a_step_makes_no_new_drawing() -> None:
    widget = alone(GraphView)
    page = widget._page
    widget.call = 3
    assert widget._page is page
    assert "Call 3" in said(widget._said)
    widget.person = "carl"
    assert widget._page is not page
    assert widget._calls == [6]


# --- why not --------------------------------------------------------------------------------------


def test_why_not_opens_on_the_first_split_and_the_profile_it_should_have_found() -> None:
    widget = alone(WhyNotView)
    assert (widget.call, widget.profile, widget.person) == (4, "P1", "person 1")
    assert widget.why_not == why_not(betty(), 4, "P1")
    assert [row[2] for row in cells(widget, "why-not")] == ["FAIL", "FAIL"]


def test_another_call_and_another_profile_are_asked_about() -> None:
    widget = alone(WhyNotView)
    widget.profile = "P2"
    widget.call = 3
    assert (widget.why_not.call, widget.why_not.profile) == (3, "P2")
    assert widget.step.landed == "P1"
    widget.person = "carl"
    assert (widget.call, widget.profile, widget.why_not.found) == (6, "P4", True)
    for wrong in ("P9", "", "old@example.com"):
        with pytest.raises(traitlets.TraitError) as caught:
            widget.profile = wrong
        assert "@" not in str(caught.value)
    assert widget.profile == "P4"


def test_why_not_opens_where_it_is_told() -> None:
    widget = alone(WhyNotView, call=5, profile="P1")
    assert (widget.call, widget.profile) == (5, "P1")
    assert alone(WhyNotView, call=6).profile == "P4"
    with pytest.raises(traitlets.TraitError):
        alone(WhyNotView, call=7)
    with pytest.raises(traitlets.TraitError):
        alone(WhyNotView, profile="P9")


# --- a split --------------------------------------------------------------------------------------


def test_a_split_shows_what_both_profiles_held() -> None:
    widget = alone(SplitView, redact=False)
    assert (widget.call, widget.split, widget.profile) == (4, 1, "P2")
    assert cells(widget, "holdings") == [
        ["$id", "b1", "-", "-"],
        ["$email", "new@example.com", "old@example.com", "old@example.com"],
    ]
    assert [row[0] for row in cells(widget, "deciding")] == ["2 (server)", "4 (form)"]


def test_splits_are_gone_through_by_place_and_by_call() -> None:
    widget = alone(SplitView)
    widget.split = 2
    assert (widget.call, widget.profile) == (5, "P3")
    widget.call = 2
    assert (widget.split, widget.call) == (2, 2)
    widget.call = 4
    assert widget.split == 1
    with pytest.raises(traitlets.TraitError):
        widget.split = 3
    with pytest.raises(traitlets.TraitError):
        alone(SplitView, split=3)
    assert alone(SplitView, split=2).call == 5


def test_who_did_not_split_is_said_not_to_have() -> None:
    widget = alone(SplitView, person="carl")
    assert (widget.call, widget._calls) == (6, [])
    assert "did not split" in said(widget._said)
    assert repr(widget) == "<SplitView: person 2, no split>"


def test_one_person_alone_is_diagnosed_as_among_all() -> None:
    told = betty()
    found = {person.name: person for person in diagnose(told)}
    for name in link(told.history):
        assert diagnose_person(told, name) == found.get(name)


def test_the_calls_that_decided_a_split_are_among_those_before_it_and_itself() -> None:
    told = betty()
    for person in diagnose(told):
        for found in person.splits:
            table = split.deciding(told, found)
            assert [row.call for row in table.rows][-1] == found.split.call


# --- all of them ----------------------------------------------------------------------------------

KINDS: list[Any] = [GraphView, WhyNotView, SplitView]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_the_history_is_shown_unless_asked_for(kind: Any) -> None:
    assert not [value for value in VALUES if value in sent(alone(kind))]
    assert "betty" in sent(alone(kind, redact=False))


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_offered_can_be_picked(kind: Any) -> None:
    widget = alone(kind)
    before = (widget.person, widget.call, widget.profile)
    for wrong in (
        None,
        {},
        {"pick": "person", "value": "9"},
        {"pick": "person", "value": 1},
        {"pick": ["person"], "value": "1"},
        {"pick": "profile", "value": "P9"},
        {"pick": "call", "value": "2"},
        {"pick": "_page", "value": {}},
    ):
        widget._answer(widget, wrong, [])
    assert (widget.person, widget.call, widget.profile) == before
    widget._answer(widget, {"pick": "person", "value": "1"}, [])
    assert (widget.person, widget.call) == ("person 2", 6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_call_a_wrong_person_and_nobody_are_refused(kind: Any) -> None:
    widget = alone(kind)
    for wrong in (0, 6, 7, -1):
        with pytest.raises(traitlets.TraitError):
            widget.call = wrong
    with pytest.raises(traitlets.TraitError):
        widget.person = "nobody"
    assert widget.person == "person 1"
    with pytest.raises(UsageError):
        kind(replay(History(())))


@pytest.mark.parametrize("kind", KINDS)
def test_a_still_is_left_for_a_notebook_without_kernel(kind: Any) -> None:
    data = alone(kind)._repr_mimebundle_()[0]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"].startswith(f"<{kind.__name__}: ")
    assert "<img" in data["text/html"]
    assert "<table" in data["text/html"]


def hostile(value: str) -> Replay:
    calls = [
        Call((Identifier("external_id", "x"), Identifier("email", value)), person=value),
        Call((Identifier("email", f"{value} at"),), event=value, person=value, origin=value),
    ]
    return replay(history(calls))


@pytest.mark.parametrize("value", HOSTILE[::8])
@pytest.mark.parametrize("kind", KINDS)
def test_what_strangers_wrote_stays_words(kind: Any, value: str) -> None:
    widget = kind(hostile(value), redact=False, linked=False)
    for block in widget._page["blocks"]:
        html.markup(block)  # a tag or attribute out of the closed lists is an error
    known = "p|code|div|span|svg|img|table|caption|t[a-z]+|ul|li|h3|a|dl|dt|dd"
    assert not re.search(rf"<(?!/?({known})\b)", widget._repr_mimebundle_()[0]["text/html"])


# --- the same in a report -------------------------------------------------------------------------


def test_a_report_of_a_future_draws_both() -> None:
    future = what_if(betty(), put={4: {"email": "new@example.com"}})
    page = str(report(future))
    assert page == str(report(future))
    assert page.count('class="network"') == 2
    assert not [value for value in VALUES if value in page]
    assert "new@example.com" in str(report(future, redact=False))


def test_a_report_of_a_why_not_has_its_ladder_and_the_rules() -> None:
    page = str(report([betty(), why_not(betty(), 4, "P1")]))
    assert page.count('class="why-not"') >= 1
    anchors = re.findall(r' id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)
    assert {"r2-why-not", "r2-rules"} <= set(anchors)
    assert not [value for value in VALUES if value in page]


def test_a_report_shows_what_both_profiles_of_a_split_held() -> None:
    assert str(report(betty())).count('class="holdings"') == 2


# --- in a browser ---------------------------------------------------------------------------------

_MODEL = """
const models = STATES.map((state) => {
  const held = { ...state }, acts = {};
  return { sent: [], held, get: (name) => held[name], save_changes() {},
    send(content) { this.sent.push(content); },
    arrive(content) { acts["msg:custom"].forEach((act) => act(content)); },
    set(name, value) {
      held[name] = value;
      (acts[`change:${name}`] ?? []).forEach((act) => act());
    },
    on(name, act) { (acts[name] ??= []).push(act); }, off() {} };
});
window.models = models;
"""


def page_of(folder: Path, states: list[dict[str, Any]], render: str, *scripts: str) -> str:
    """Write a page with a widget of each state, its model a stub; returns the address."""
    style = "".join(map(html.asset, ("stepper.css", "verdict.css", "views.css")))
    script = html.module("building.js", *scripts, "keys.js")
    script += _MODEL.replace("STATES", html.island(states))
    script += (
        f"models.forEach((model) => {render}({{ model, el: document.querySelector('main') }}));"
    )
    page = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Views</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style>{style}</style></head><body class="idgraph"><main><h1>Views</h1></main>'
        f'<script type="module">{script}</script></body></html>'
    )
    path = folder / "views.html"
    path.write_text(page, "utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def page_of_views(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a page with every view, each with a model of its own."""
    widgets: list[Any] = [
        GraphView(betty(), linked=False),
        WhyNotView(betty(), linked=False),
        SplitView(betty(), linked=False),
        VerdictView(betty(), linked=False),
    ]
    names = ("call", "_calls", "_page", "_said", "_heard")
    states = [{name: getattr(widget, name) for name in names} for widget in widgets]
    return page_of(tmp_path_factory.mktemp("views"), states, "renderView", "views.js")


def pane(page: Page, place: int) -> Locator:
    return page.locator(".idgraph.view").nth(place)


def chosen(page: Page, place: int) -> int:
    number: int = page.evaluate(f"models[{place}].held.call")
    return number


@pytest.mark.ui
def test_the_graph_is_walked_by_mouse_and_keyboard(offline_page: Page, page_of_views: str) -> None:
    offline_page.goto(page_of_views)
    graph = pane(offline_page, 0)
    expect(graph.locator(".status")).to_have_text("call 1 (1 of 5)")
    graph.locator(".edge .label").nth(3).click()
    assert chosen(offline_page, 0) > 1
    graph.locator("tbody a").first.click()
    assert chosen(offline_page, 0) == 1
    graph.locator(".node:not(.start) .name").first.click()
    assert chosen(offline_page, 0) == 2
    for key, number in (("ArrowDown", 3), ("ArrowDown", 4), ("ArrowUp", 3), ("ArrowRight", 4)):
        offline_page.keyboard.press(key)
        assert chosen(offline_page, 0) == number
    expect(graph.locator("tr[aria-current]")).to_contain_text("P1 to P2")
    assert graph.locator(".edge.now").count() == 1
    offline_page.keyboard.press("End")
    assert chosen(offline_page, 0) == 5
    assert graph.locator(".yet").count() == 0


@pytest.mark.ui
def test_what_python_sets_is_shown_and_what_is_picked_is_sent(
    offline_page: Page, page_of_views: str
) -> None:
    offline_page.goto(page_of_views)
    offline_page.evaluate("models.forEach((model) => model.set('call', 4))")
    for place in range(4):
        expect(pane(offline_page, place).locator(".status")).to_contain_text("call 4")
    assert pane(offline_page, 3).locator("svg [data-call].now").count() == 1
    pane(offline_page, 1).get_by_label("Why not").last.select_option("P2")
    assert offline_page.evaluate("models[1].sent") == [{"pick": "profile", "value": "P2"}]
    heard = "models.map((model) => model.held._heard)"
    assert offline_page.evaluate(heard) == [0, 0, 0, 0]
    # Once the answer is shown the screen says so, once; what Python does alone is no answer.
    for _ in range(2):
        offline_page.evaluate("models.forEach((m) => m.set('_page', { ...m.held._page }))")
        assert offline_page.evaluate(heard) == [0, 1, 0, 0]
    pane(offline_page, 2).locator("tr[data-call='2'] a").click()
    assert chosen(offline_page, 2) == 2


@pytest.mark.ui
def test_a_step_over_the_edge_of_a_page_finds_the_next_one_there(
    offline_page: Page, tmp_path: Path
) -> None:
    widget = Stepper(replay(notation.parse("email=a@x.example\n" * 100)), linked=False)
    state = {name: getattr(widget, name) for name in ("call", "_head", "_people", "_place")}
    offline_page.goto(page_of(tmp_path, [state], "render", "stepper.js"))
    asked = [message["get"] for message in offline_page.evaluate("models[0].sent")]
    assert asked == [0, 1]
    sentence = offline_page.locator(".sentence")
    expect(sentence).to_have_text("…")
    arrive = "page => models[0].arrive(page)"
    for number in asked:
        page = stepper.page(widget._document, number)
        offline_page.evaluate(arrive, {"page": page, "number": number, "document": "0"})
    expect(sentence).to_contain_text("Call 1 (")
    slider = offline_page.get_by_role("slider")
    slider.fill(str(state["_head"]["tile"]))
    slider.press("ArrowRight")
    # At once: nobody answers for the page here.
    assert sentence.inner_text().startswith(f"Call {state['_head']['tile'] + 1} (")
    asked = [message["get"] for message in offline_page.evaluate("models[0].sent")]
    assert asked == [0, 1, 2]


@pytest.mark.ui
def test_the_keys_are_listed_on_a_question_mark_and_the_focus_comes_back(
    offline_page: Page, page_of_views: str
) -> None:
    offline_page.goto(page_of_views)
    for place in range(4):
        view = pane(offline_page, place)
        panel = view.get_by_role("dialog", name="Keys")
        view.get_by_role("slider").focus()
        offline_page.keyboard.press("?")
        expect(panel).to_be_visible()
        expect(panel.get_by_role("button")).to_be_focused()
        before = chosen(offline_page, place)
        offline_page.keyboard.press("ArrowRight")
        assert chosen(offline_page, place) == before
        offline_page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(view.get_by_role("slider")).to_be_focused()
        view.get_by_role("button", name="Keys").click()
        expect(panel).to_be_visible()
        offline_page.keyboard.press("Tab")
        expect(panel).to_be_hidden()


@pytest.mark.ui
@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 390), ("dark", 390), ("dark", 2200), ("light", 500)]
)
def test_nothing_stands_in_the_way_of_access(
    offline_context: OpenContext,
    axe: Callable[[Page], list[str]],
    page_of_views: str,
    scheme: str,
    width: int,
) -> None:
    page = offline_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    ).new_page()
    page.goto(page_of_views)
    page.evaluate("models.forEach((model) => model.set('call', 4))")
    page.get_by_role("button", name="Keys").first.click()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    moving = "[...document.querySelectorAll('*')].filter((node) => {"
    moving += " const style = getComputedStyle(node); return style.scrollBehavior === 'smooth'"
    moving += " || parseFloat(style.transitionDuration) > 0; }).length"
    assert page.evaluate(moving) == 0


@pytest.mark.ui
def test_the_report_says_each_step_in_few_words_and_lists_its_keys(
    offline_page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    report(betty(), path)
    offline_page.goto(path.as_uri())
    heard = offline_page.get_by_role("status")
    expect(heard).to_have_text("Call 4: P2, created, split.")
    offline_page.locator(".live").focus()
    offline_page.locator(".live .next").focus()
    offline_page.keyboard.press("?")
    expect(offline_page.get_by_role("dialog", name="Keys")).to_be_visible()
    offline_page.keyboard.press("Escape")
    expect(offline_page.locator(".live .next")).to_be_focused()
    offline_page.keyboard.press("ArrowLeft")
    expect(heard).to_have_text("Call 3: P1, found by $email.")
    assert Stepper(betty(), linked=False).profile == "P1"


@pytest.mark.ui
def test_a_key_is_kept_from_a_front_end_that_takes_keys_before_any_widget_hears_of_them(
    offline_page: Page,
) -> None:
    offline_page.set_content(
        '<div class="idgraph"><div class="idgraph"><button>in</button></div></div>'
        "<button>out</button>"
    )
    offline_page.add_script_tag(content=html.asset("keys.js"))
    offline_page.evaluate(
        """() => { window.kept = []; document.addEventListener("keydown", (event) => {
          kept.push(event.target.hasAttribute("data-lm-suppress-shortcuts"));
        }, true); }"""
    )
    for name, keys in (("in", ("b", "ArrowRight", "Control+k", "b", "Shift+Tab")), ("out", ("b",))):
        offline_page.get_by_role("button", name=name).focus()
        for key in keys:
            offline_page.keyboard.press(key)
    # Pressing Control and Shift are keys as well.
    assert offline_page.evaluate("kept") == [True, True, False, False, True, True, False, False]
