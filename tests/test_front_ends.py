"""Widgets in front ends other than JupyterLab: themes, shadow trees, keys, and scripts that load.

The pages bear what JupyterLab, VS Code and marimo put on theirs; each widget's script runs as it
is, with a model that is kept in the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import idgraph as ig
from idgraph.surfaces.drawing import html
from idgraph.surfaces.widgets.what_if import WhatIf

OpenContext = Callable[..., Any]
STATIC = Path(html.__file__).parent.parent / "static"


# --- scripts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_a_script_loads_nothing_and_needs_no_loader(path: Path) -> None:
    code = re.sub(r"(?m)^\s*(?://|/?\*).*$", "", path.read_text("utf-8"))
    assert not re.findall(r"(?m)^\s*import\b|\bimport\(|\brequire\(|\bcurrentScript\b", code)


def test_no_colour_is_borrowed_from_a_front_end() -> None:
    sheets = {path.name: path.read_text("utf-8") for path in STATIC.glob("*.css")}
    for name, text in sheets.items():
        own = set(re.findall(r"(--[\w-]+):", sheets["stepper.css"] + text))
        assert set(re.findall(r"var\((--[\w-]+)\)", text)) <= own, name


# --- themes ---------------------------------------------------------------------------------------

THEMES = (
    ('data-jp-theme-light="true"', "light"),
    ('data-jp-theme-light="false"', "dark"),
    ('class="vscode-light" data-vscode-theme-kind="vscode-light"', "light"),
    ('class="vscode-dark" data-vscode-theme-kind="vscode-dark"', "dark"),
    ('class="vscode-high-contrast" data-vscode-theme-kind="vscode-high-contrast"', "dark"),
    ('class="vscode-high-contrast vscode-high-contrast-light"', "light"),
    ('data-vscode-theme-kind="vscode-high-contrast-light"', "light"),
    ('data-vscode-theme-kind="vscode-high-contrast"', "dark"),
    ('class="light light-theme"', "light"),
    ('class="dark dark-theme"', "dark"),
    ('data-shadow="" style="color-scheme: light"', "light"),
    ('data-shadow="" style="color-scheme: dark"', "dark"),
)
SHADE = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(document.querySelector("style").textContent);
for (const host of document.querySelectorAll("[data-shadow]")) {
  const root = host.attachShadow({ mode: "open" });
  root.append(...host.childNodes);
  root.adoptedStyleSheets = [sheet];
}
"""
SHOWN = """[...document.querySelectorAll("body > div")].map((host) => {
  const style = getComputedStyle((host.shadowRoot ?? host).querySelector(".idgraph"));
  return [style.colorScheme, style.backgroundColor];
})"""


@pytest.mark.ui
@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_of_the_front_end_goes_before_that_of_the_system(
    offline_context: OpenContext, system: str
) -> None:
    page = offline_context(color_scheme=system).new_page()
    hosts = "".join(f'<div {marks}><p class="idgraph">x</p></div>' for marks, _ in THEMES)
    bare = '<div><p class="idgraph">x</p></div>'
    page.set_content(f"<style>{html.asset('stepper.css')}</style>{hosts}{bare}")
    page.evaluate(SHADE)
    paper = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}
    found = page.evaluate(SHOWN)
    assert [background for _, background in found] == [
        *(paper[scheme] for _, scheme in THEMES),
        paper[system],
    ]
    assert [scheme for scheme, _ in found[:-1]] == [scheme for _, scheme in THEMES]


# --- the what-if ----------------------------------------------------------------------------------

MODEL = """
const acts = {}, held = STATE, kept = [];
const model = { held, sent: [], saved: 0, get: (name) => held[name],
  save_changes() { this.saved += 1; }, send(content) { this.sent.push(content); },
  set(name, value) { held[name] = value; (acts[`change:${name}`] ?? []).forEach((act) => act()); },
  on(name, act) { (acts[name] ??= []).push(act); }, off() {} };
const host = document.querySelector("main");
const root = PLACE;
root.adoptedStyleSheets = [new CSSStyleSheet()];
root.adoptedStyleSheets[0].replaceSync(STYLE);
document.addEventListener("keydown", (event) => kept.push(event.key));
window.page = { model, root, kept };
renderWhatIf({ model, el: root === document ? host : root });
"""


@pytest.fixture(scope="module")
def what() -> WhatIf:
    """Return a what-if with an edit of its call, and one of another."""
    widget = WhatIf(ig.replay(ig.demo("shop")), linked=False)
    widget.edit(without=[widget.call], delay={4: 5})
    return widget


@pytest.fixture(scope="module")
def pages(what: WhatIf, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the addresses of pages with a what-if, one in the page and one in a shadow tree."""
    state = {k: v for k, v in what.get_state().items() if k not in {"_esm", "_css"}}
    script = html.module("keys.js", "building.js", "what-if.js").replace(
        "export default { render: renderWhatIf };", MODEL
    )
    style = html.island(html.asset("stepper.css") + html.asset("what-if.css"))
    folder, found = tmp_path_factory.mktemp("what-if"), {}
    places = {"page": "document", "shadow": 'host.attachShadow({ mode: "open" })'}
    for name, place in places.items():
        made = script.replace("STATE", html.island(state)).replace("STYLE", style)
        path = folder / f"{name}.html"
        path.write_text(
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>What if</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
            "<body><main><h1>x</h1><h2>x</h2></main>"
            f'<script type="module">{made.replace("PLACE", place)}</script></body></html>',
            "utf-8",
        )
        found[name] = path.as_uri()
    return found


def sent(what: WhatIf, name: str) -> Any:
    """What the screen was sent under a name."""
    return what.get_state(name)[name]


def opened(page: Page, address: str) -> Locator:
    page.goto(address)
    return page.locator(".idgraph.what-if")


@pytest.mark.ui
@pytest.mark.parametrize("place", ["page", "shadow"])
def test_what_is_done_at_the_controls_is_asked_of_python(
    offline_page: Page, pages: dict[str, str], what: WhatIf, place: str
) -> None:
    shown = opened(offline_page, pages[place])
    expect(shown.get_by_role("status")).to_have_text(sent(what, "_told")["sentence"])
    expect(shown.get_by_label("Leave this call out")).to_be_checked()
    assert shown.locator(".edit").count() == 2
    assert shown.get_by_role("img", name="Calls on profiles").count() == 2

    field = shown.get_by_label("$id", exact=True)
    field.fill("typed?")
    expect(shown.get_by_role("dialog")).to_be_hidden()
    offline_page.keyboard.press("Enter")
    shown.get_by_label("Leave this call out").uncheck()
    shown.get_by_label("Comes").select_option(index=1)
    shown.get_by_label("Delayed by (s)").fill("1.5")
    offline_page.keyboard.press("Tab")
    shown.get_by_label("Policy").select_option("klaviyo")
    shown.get_by_role("button", name="Take back edit 2").click()
    shown.get_by_role("button", name="Take all back").click()
    asked = [
        {"ask": "put", "place": 0, "value": "typed?"},
        {"ask": "without", "value": False},
        {"ask": "before", "place": 1},
        {"ask": "delay", "value": 1.5},
        {
            "ask": "policy",
            "place": sent(what, "_offered")["rules"].index("klaviyo"),
        },
        {"ask": "back", "place": 1},
        {"ask": "reset"},
    ]
    assert offline_page.evaluate("page.model.sent") == [a | {"call": what.call} for a in asked]


@pytest.mark.ui
def test_a_call_in_the_drawing_is_edited_when_it_is_clicked(
    offline_page: Page, pages: dict[str, str], what: WhatIf
) -> None:
    shown = opened(offline_page, pages["page"])
    other = next(n for n, _ in sent(what, "_offered")["calls"] if n != what.call)
    shown.locator(f".card:not(.then) [data-call='{other}'] .mark").first.click()
    assert offline_page.evaluate("page.model.held.call") == other


@pytest.mark.ui
def test_what_is_answered_is_shown_and_the_focus_stays(
    offline_page: Page, pages: dict[str, str]
) -> None:
    shown = opened(offline_page, pages["shadow"])
    last = shown.get_by_role("button", name="Take back edit 2")
    last.focus()
    offline_page.keyboard.press("Enter")
    assert offline_page.evaluate("page.model.held._heard") == 0
    offline_page.evaluate(
        """() => { const { model } = page, { _made, _standing } = model.held;
          model.set("_made", { count: "1 edit so far", edits: _made.edits.slice(0, 1) });
          model.set("_standing", { ..._standing, without: [false, false], turn: 77 }); }"""
    )
    expect(shown.get_by_role("button", name="Take back edit 1")).to_be_focused()
    expect(shown.get_by_label("Leave this call out")).not_to_be_checked()
    # That the answer came lets a front end run its cells anew; one that nobody asked for does not.
    assert offline_page.evaluate("page.model.held._heard") == 77
    offline_page.evaluate("page.model.set('_standing', { ...page.model.held._standing, turn: 78 })")
    assert offline_page.evaluate("page.model.held._heard") == 77


@pytest.mark.ui
def test_keys_are_listed_and_none_without_a_modifier_reaches_the_front_end(
    offline_page: Page, pages: dict[str, str]
) -> None:
    shown = opened(offline_page, pages["shadow"])
    box = shown.get_by_label("Leave this call out")
    box.focus()
    for key in ("b", "?", "Escape", "d", "Control+s"):
        offline_page.keyboard.press(key)
        if key == "?":
            expect(shown.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(shown.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(box).to_be_focused()
    assert offline_page.evaluate("page.kept") == ["Control", "s"]


@pytest.mark.ui
@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1400)])
def test_nothing_stands_in_the_way_of_access(
    offline_context: OpenContext,
    axe: Callable[[Page], list[str]],
    pages: dict[str, str],
    scheme: str,
    width: int,
) -> None:
    page = offline_context(color_scheme=scheme, viewport={"width": width, "height": 900}).new_page()
    opened(page, pages["page"])
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
