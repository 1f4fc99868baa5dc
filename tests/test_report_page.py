"""The report in a browser, from disk, without network: steps, keys, access, strangers' text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from idgraph import notation
from idgraph.calls import Call, History, Identifier, history
from idgraph.comparison import compare
from idgraph.replays import replay
from idgraph.surfaces.displays import notebook
from idgraph.surfaces.drawing import html, svg
from idgraph.surfaces.reports.parts import host
from idgraph.surfaces.reports.report import report
from idgraph.views.base.case import Cases

if TYPE_CHECKING:
    from screens import Watch

pytestmark = pytest.mark.ui

HOSTILE: list[str] = json.loads(
    (Path(__file__).parent / "hostile" / "payloads.json").read_text("utf-8")
)
BETTY = """
    # Betty, as it broke
    server  event="Created Account" external_id=b1 email=old@example.com person=betty
    +1d server  external_id=b1 email=new@example.com person=betty
    +4s browser email=new@example.com person=betty
    +4s form    email=old@example.com person=betty
    +1min browser email=new@example.com person=betty
    +1min mobile email=old@example.com person=betty
    +1min import email=old@example.com external_id=c1 person=carl
    +1min other anonymous_id=z person=betty
    +1min server external_id=b1 person=betty
"""
OBSERVED = BETTY + "    +1min server external_id=b1 person=betty -> Z\n"
OpenContext = Callable[..., Any]


@pytest.fixture(scope="module")
def betty(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    report(replay(notation.parse(OBSERVED)), path)
    return path.as_uri()


def status(page: Page) -> str:
    return str(page.locator(".live .status").inner_text())


def number(page: Page) -> int:
    found = re.match(r"call (\d+)", status(page))
    assert found
    return int(found[1])


def test_it_opens_on_the_first_split_and_steps_by_click(offline_page: Page, betty: str) -> None:
    offline_page.goto(betty)
    assert number(offline_page) == 4
    offline_page.get_by_role("button", name="Next call", exact=True).click()
    assert number(offline_page) == 5
    offline_page.get_by_role("button", name="Previous interesting call").click()
    assert number(offline_page) == 4
    offline_page.get_by_role("button", name="Last call").click()
    expect(offline_page.get_by_role("button", name="Next call", exact=True)).to_be_disabled()
    offline_page.get_by_role("button", name="First call").click()
    assert number(offline_page) == 1


def test_it_steps_by_keyboard_and_keys_do_not_leave_it(offline_page: Page, betty: str) -> None:
    offline_page.goto(betty)
    offline_page.evaluate(
        "window.leaked = []; document.body.addEventListener('keydown', e => leaked.push(e.key))"
    )
    offline_page.get_by_role("button", name="Next call", exact=True).focus()
    seen = []
    for key in ("Home", "ArrowRight", "n", "End", "ArrowLeft", "p", "PageDown", "PageUp"):
        offline_page.keyboard.press(key)
        seen.append(number(offline_page))
    assert seen[:3] == [1, 2, 4]
    assert seen[3] == 10
    assert seen[4] == 9
    offline_page.keyboard.press("b")
    assert offline_page.evaluate("leaked") == []
    offline_page.keyboard.press("Tab")
    assert offline_page.evaluate("leaked") == ["Tab"]


def test_it_steps_by_the_slider_and_plays(offline_page: Page, betty: str) -> None:
    offline_page.goto(betty)
    slider = offline_page.get_by_role("slider")
    slider.fill("2")
    assert number(offline_page) == 2
    assert slider.get_attribute("aria-valuetext") == status(offline_page)
    slider.focus()
    offline_page.keyboard.press(" ")
    expect(offline_page.get_by_role("button", name="Pause")).to_be_visible()
    expect(offline_page.locator(".live .status")).to_contain_text("call 3")
    offline_page.keyboard.press(" ")
    expect(offline_page.get_by_role("button", name="Play")).to_be_visible()


def test_marks_arrows_and_rows_select_their_call(offline_page: Page, betty: str) -> None:
    offline_page.goto(betty)
    offline_page.locator(".lanes-box [data-call='2'] .mark").click()
    assert number(offline_page) == 2
    offline_page.locator(".live .calls tr[data-call='6'] td").last.click()
    assert number(offline_page) == 6
    offline_page.locator(".network-box [data-call='4'] .label").click()
    assert number(offline_page) == 4
    assert offline_page.url.endswith("#call-4")


def test_a_link_to_a_call_opens_on_it(offline_page: Page, betty: str) -> None:
    offline_page.goto(f"{betty}#call-2")
    assert number(offline_page) == 2
    offline_page.evaluate("location.hash = '#call-5'")
    expect(offline_page.locator(".live .status")).to_contain_text("call 5")


def test_what_is_held_and_counted_follows_the_call(offline_page: Page, betty: str) -> None:
    offline_page.goto(f"{betty}#call-1")
    lane = offline_page.locator(".lane").filter(has_text="P1")
    first = lane.locator(".held").inner_text()
    counted = offline_page.locator(".network-box .node").filter(has_text="P1").locator(".calls")
    assert counted.text_content() == "1 call"
    offline_page.get_by_role("button", name="Next call", exact=True).click()
    assert lane.locator(".held").inner_text() != first
    assert counted.text_content() == "2 calls"


def test_the_current_call_is_announced_and_marked(offline_page: Page, betty: str) -> None:
    offline_page.goto(betty)
    live = offline_page.locator(".live [aria-live=polite]")
    expect(live).to_contain_text("Call 4")
    current = offline_page.locator(".live tr[aria-current=step]")
    assert current.count() == 1
    assert current.get_attribute("data-call") == "4"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_stands_in_the_way_of_access(
    offline_context: OpenContext,
    axe: Callable[[Page], list[str]],
    betty: str,
    scheme: str,
    width: int,
) -> None:
    page = offline_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    ).new_page()
    page.goto(betty)
    for _ in range(3):
        assert axe(page) == []
        page.get_by_role("button", name="Next interesting call").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_can_be_read_with_scripts_off(offline_context: OpenContext, betty: str) -> None:
    page = offline_context(java_script_enabled=False).new_page()
    page.goto(betty)
    expect(page.get_by_text("1 of 2 persons split").first).to_be_visible()
    expect(page.locator(".still svg").first).to_be_visible()
    assert page.locator(".still .calls tbody tr").count() == 10
    expect(page.locator("#call-4")).to_be_visible()


TWO = BETTY.replace("person=carl", "person=carl\n    +1min server email=cc@example.com person=carl")


def test_a_link_opens_the_case_that_has_the_call_and_can_be_copied(
    offline_context: OpenContext, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    told = replay(notation.parse(TWO))
    good = notation.parse("external_id=b1 email=a@example.com person=p\n+1min email=a@example.com")
    bad = notation.parse("external_id=b1 person=p\n+1min email=a@example.com person=p")
    report([told, compare(good, bad), told], path)
    page = offline_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    for anchor, place in (("call-3", 0), ("r3-call-7", -1)):
        page.goto(f"{path.as_uri()}#{anchor}")
        host = page.locator("[data-idgraph-report]").nth(place)
        expect(host.locator(".status")).to_contain_text(f"call {anchor[-1]} ")
        expect(host.locator(".bar")).to_be_in_viewport()
        host.get_by_role("button", name="Next call", exact=True).click()
        host.get_by_role("button", name="Copy link to this call").press("Enter")
        expect(host.get_by_text("Link copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.url
        prefix, _, call = anchor.rpartition("-")
        assert copied.endswith(f"#{prefix}-{int(call) + 1}")
    pane = page.locator(".pane.side-1")
    page.goto(f"{path.as_uri()}#r2-bad-call-2")
    expect(pane.locator(".status")).to_contain_text("call 2")
    pane.get_by_role("button", name="Copy link to this call").click()
    assert page.evaluate("navigator.clipboard.readText()").endswith("#r2-bad-call-2")


def test_contents_follow_the_reader_and_fold_where_there_is_no_room(
    offline_page: Page, betty: str
) -> None:
    offline_page.set_viewport_size({"width": 1400, "height": 900})
    offline_page.goto(betty)
    nav = offline_page.get_by_role("navigation", name="Contents")
    expect(nav.locator("[aria-current]")).to_have_text("Summary")
    nav.get_by_role("link", name="What was read").click()
    expect(nav.locator("[aria-current]")).to_have_text("What was read")
    expect(nav).to_be_in_viewport()
    nav.get_by_role("link", name="Summary").click()
    expect(nav.locator("[aria-current]")).to_have_text("Summary")
    offline_page.set_viewport_size({"width": 390, "height": 800})
    expect(nav.get_by_role("link", name="Rules used")).to_be_hidden()
    nav.get_by_text("Contents").click()
    nav.get_by_role("link", name="Rules used").click()
    expect(nav.get_by_role("link", name="Rules used")).to_be_hidden()
    expect(offline_page.get_by_role("heading", name="Rules used")).to_be_in_viewport()


def test_paper_shows_all_calls_and_no_controls(offline_page: Page, betty: str) -> None:
    offline_page.goto(betty)
    offline_page.emulate_media(media="print")
    expect(offline_page.locator(".still .calls tbody tr")).to_have_count(10)
    expect(offline_page.locator(".live")).to_be_hidden()
    expect(offline_page.locator(".still .decisive h3")).to_have_text("The decisive call: call 4")
    expect(offline_page.get_by_role("navigation")).to_be_hidden()
    offline_page.set_viewport_size({"width": 690, "height": 900})
    assert offline_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    offline_page.emulate_media(media="screen")
    expect(offline_page.locator(".still")).to_have_count(0)
    expect(offline_page.locator(".live")).to_be_visible()


# --- what can explain it -------------------------------------------------------------------------


BEHIND = """
    # Betty, and a look-up that was behind
    server  external_id=b1 email=old@example.com person=betty -> A
    +1min browser email=old@example.com person=betty -> A
    +1d server external_id=b1 email=new@example.com took=300ms person=betty -> A
    +3s browser event="Viewed Product" email=new@example.com person=betty -> B
"""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("judged") / "report.html"
    report(replay(notation.parse(BEHIND)), path)
    return path.as_uri()


def test_sliders_show_what_would_be_the_verdict(offline_page: Page, judged: str) -> None:
    offline_page.goto(judged)
    told = offline_page.locator(".dials").get_by_role("status")
    expect(told).to_have_text(re.compile("^lag: .* by 1.7 s at least, as judged above$"))
    settle = offline_page.get_by_role("slider", name="Settling time of the queue")
    settle.focus()
    for _ in range(2):
        offline_page.keyboard.press("ArrowRight")
    assert settle.get_attribute("aria-valuetext") == "5 s"
    expect(told).to_have_text("order-race: another order that the clocks allow gives it")
    offline_page.get_by_role("button", name="Back to the verdict above").click()
    expect(told).to_contain_text("as judged above")
    assert settle.get_attribute("aria-valuetext") == "1 s"
    lag = offline_page.get_by_role("slider", name="Look-ups behind by up to")
    lag.focus()
    offline_page.keyboard.press("Home")
    expect(told).to_contain_text("deviation: ")
    for _ in range(50):
        if "lag: " in told.inner_text():
            break
        offline_page.keyboard.press("ArrowRight")
    assert lag.get_attribute("aria-valuetext") == "1.7 s"
    assert status(offline_page) == "call 4 of 4"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_verdict_stands_in_nobodys_way(
    offline_context: OpenContext,
    axe: Callable[[Page], list[str]],
    judged: str,
    scheme: str,
    width: int,
) -> None:
    page = offline_context(color_scheme=scheme, viewport={"width": width, "height": 900}).new_page()
    page.goto(judged)
    assert axe(page) == []
    page.get_by_role("slider", name="Clocks off by up to").fill("4")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    slider = page.get_by_role("slider", name="Clocks off by up to").bounding_box()
    assert slider
    assert slider["height"] < 60
    assert slider["x"] + slider["width"] <= width


def test_a_verdict_is_read_without_scripts_and_on_paper(
    offline_context: OpenContext, judged: str
) -> None:
    page = offline_context(java_script_enabled=False).new_page()
    page.goto(judged)
    expect(page.get_by_text("A lag explains it").last).to_be_visible()
    expect(page.locator("svg.timing")).to_be_visible()
    expect(page.locator(".settings")).to_contain_text("1.7 s (as judged)")
    expect(page.locator(".dials")).to_have_count(0)
    printed = offline_context().new_page()
    printed.goto(judged)
    printed.emulate_media(media="print")
    expect(printed.locator(".dials")).to_be_hidden()
    expect(printed.locator(".settings")).to_be_visible()


# --- strangers' text -----------------------------------------------------------------------------


def hostile() -> History:
    """Return one history whose every call carries another of the strings in every field."""
    made: list[Call] = []
    for place, value in enumerate(HOSTILE):
        ours = Identifier("external_id", f"{value}")
        theirs = Identifier("email", f"{value} at")
        for identifiers in ((ours,), (theirs,), (ours, theirs)):
            made.append(
                Call(
                    identifiers=identifiers,
                    channel="form",
                    endpoint=value,
                    event=value,
                    event_id=value,
                    person=value if place % 2 else "somebody",
                    observed=value,
                    sent_at=len(made),
                    origin=f"{value}:1",
                    payload={"event": value, value: [value], "$email": value},
                    wire={"email": ("$email",)},
                )
            )
    return history(made, title=HOSTILE[0])


@pytest.mark.parametrize("policy", [True, False], ids=["content policy", "no content policy"])
def test_strangers_text_does_nothing(
    offline_page: Page,
    watch: Watch,
    tmp_path: Path,
    policy: bool,  # noqa: FBT001
) -> None:
    page = str(report(replay(hostile()), redact=False, title=HOSTILE[2], note=HOSTILE[3]))
    if not policy:
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    path = tmp_path / "report.html"
    path.write_text(page, "utf-8")
    offline_page.goto(path.as_uri())
    for root in offline_page.locator(".live").all():
        root.locator("button.first").dispatch_event("click")
        for _ in range(min(30, 6)):
            root.locator("button.on").dispatch_event("click")
    steps = """() => { for (const root of document.querySelectorAll('.live')) {
        const count = Number(root.querySelector('input').max);
        for (let n = 0; n < count; n += 1) root.querySelector('button.next').click(); } }"""
    offline_page.evaluate(steps)
    assert watch.requests == [path.as_uri()]
    assert (
        offline_page.evaluate(
            "document.querySelectorAll('iframe, img, object, embed, link, base').length"
        )
        == 0
    )


def test_a_frame_in_a_notebook_steps_without_kernel(offline_page: Page, tmp_path: Path) -> None:
    path = tmp_path / "cell.html"
    path.write_text(
        f"<!DOCTYPE html><title>cell</title>{notebook.markup(replay(notation.parse(BETTY)))}",
        "utf-8",
    )
    offline_page.goto(path.as_uri())
    frame = offline_page.frame_locator("iframe")
    expect(frame.locator(".status")).to_contain_text("call 4")
    frame.get_by_role("button", name="Next call", exact=True).click()
    expect(frame.locator(".status")).to_contain_text("call 5")
    expect(offline_page.locator(".idgraph-still")).to_be_hidden()


def test_a_picture_keeps_its_colours_by_itself(offline_page: Page, tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    cases = Cases(replay(notation.parse(OBSERVED)))
    path.write_text(svg.picture(cases.case(cases.by_splits()[0])), "utf-8")
    offline_page.goto(path.as_uri())
    look = "name => getComputedStyle(document.querySelector(name))"
    assert offline_page.evaluate(f"({look})('.b0').fill") == "rgb(244, 246, 249)"
    assert offline_page.evaluate(f"({look})('.jump').fill") == "none"
    assert offline_page.evaluate(f"({look})('.across .line').strokeDasharray") != "none"


@pytest.mark.slow
def test_ten_thousand_calls_keep_the_page_small(offline_page: Page, tmp_path: Path) -> None:
    lines = (
        f"{'server' if n % 3 else 'form'} {'external_id=b1' * bool(n % 3)} "
        f"email=m{n // 400}@example.com person=p"
        for n in range(10_000)
    )
    cases = Cases(replay(notation.parse("\n".join(lines))))
    path = tmp_path / "long.html"
    path.write_text(html.document([host(cases.case("p"))]), "utf-8")
    offline_page.goto(path.as_uri())
    count = "document.querySelectorAll('*').length"
    sizes = []
    offline_page.locator("button.next").focus()
    for key in ("End", "Home", "n", "n", "n", *["ArrowRight"] * 60):
        offline_page.keyboard.press(key)
        sizes.append(offline_page.evaluate(count))
    offline_page.evaluate("document.querySelector('.lanes-box').scrollLeft = 200000")
    offline_page.wait_for_function("document.querySelectorAll('.tile svg').length > 0")
    assert max(*sizes, offline_page.evaluate(count)) < 4000
