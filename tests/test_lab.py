"""The notebook in a real JupyterLab: run, stepped by hand, and set from Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

if TYPE_CHECKING:
    from conftest import LabServer, Watch

pytestmark = [pytest.mark.ui, pytest.mark.slow]

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
PATIENCE = 60_000


def _run_all(page: Page, lab: LabServer, name: str, notebook: nbformat.NotebookNode) -> None:
    """Run a notebook in a workspace of its own: another one's tabs would come back, and ask."""
    nbformat.write(notebook, lab.folder / name)  # type: ignore[no-untyped-call]
    page.goto(f"{lab.url}/lab/workspaces/{Path(name).stem}/tree/{name}")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def _cell(page: Page, code: str, *, down: bool = False) -> Locator:
    """The cell with that code, scrolled to: JupyterLab draws only the cells in sight."""
    cell = page.locator(".jp-CodeCell").filter(has_text=code).first
    panel = page.locator(".jp-WindowedPanel-outer").last
    panel.hover()
    for _ in range(60):
        if cell.count() and cell.is_visible():
            break
        page.mouse.wheel(0, 500 if down else -500)
        page.wait_for_timeout(100)
    cell.scroll_into_view_if_needed()
    return cell


def test_the_notebook_steps_live_and_python_sees_and_sets_the_call(
    browser: Browser, lab_server: LabServer, watch: Watch, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1500, "height": 1000})
    watch.follow(context)
    page = context.new_page()
    name, then = "02-the-rules.ipynb", "print('at call', stepper.call)"
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells.append(nbformat.v4.new_code_cell(then))  # type: ignore[no-untyped-call]
    _run_all(page, lab_server, name, notebook)
    stepper = _cell(page, "broke = ig.replay").locator(".idgraph.live")

    # It was opened on call 5; a later cell has set it to call 3.
    expect(stepper.locator(".status")).to_have_text("call 3 of 5", timeout=PATIENCE)
    sentence, payload = stepper.locator(".sentence"), stepper.locator(".panels")
    expect(sentence).to_contain_text("Call 3 (server")
    expect(sentence).to_contain_text("replaced the $email of P1")
    expect(payload).to_contain_text('"$id"')
    expect(payload).to_contain_text("matched")
    assert page.locator("mjx-container").count() == 0

    stepper.get_by_role("button", name="Next call", exact=True).click()
    expect(stepper.locator(".status")).to_have_text("call 4 of 5")
    page.keyboard.press("ArrowRight")
    expect(stepper.locator(".status")).to_have_text("call 5 of 5")
    expect(sentence).to_contain_text("observed on O1")
    expect(payload).not_to_contain_text('"$id"')
    cells = page.locator(".jp-Cell").count()
    page.keyboard.press("b")
    page.keyboard.press("a")
    assert page.locator(".jp-Cell").count() == cells
    stepper.screenshot(path=tmp_path / "stepper.png")

    last = _cell(page, "print('at call'", down=True)
    expect(last.locator(".jp-OutputArea-output")).to_have_text("at call 3")
    last.locator(".jp-Editor").click()
    page.keyboard.press("Control+Enter")
    expect(last.locator(".jp-OutputArea-output")).to_have_text("at call 5")
    assert watch.outside(lab_server.url, lab_server.url.replace("http", "ws")) == []
    context.close()


def test_a_what_if_is_edited_by_keyboard_and_python_sees_the_edits(
    browser: Browser,
    lab_server: LabServer,
    watch: Watch,
    axe: Callable[[Page], list[str]],
    tmp_path: Path,
) -> None:
    context = browser.new_context(viewport={"width": 1500, "height": 1300})
    watch.follow(context)
    page = context.new_page()
    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    sources = (
        """import idgraph as ig
base = ig.replay(ig.demo("email-change-old"))
widget = ig.WhatIf(base, redact=False)
widget""",
        "print(list(widget.edits), len(widget.future.changed))",
    )
    notebook.cells = [nbformat.v4.new_code_cell(text) for text in sources]  # type: ignore[no-untyped-call]
    _run_all(page, lab_server, "what-if.ipynb", notebook)

    widget = page.locator(".idgraph.what-if")
    expect(widget.get_by_role("status")).to_contain_text("2 profiles", timeout=PATIENCE)
    widget.get_by_label("Leave this call out").focus()
    page.keyboard.press("Space")
    expect(widget.get_by_role("status")).to_contain_text("1 profile instead of 2")
    expect(widget.get_by_role("table")).to_contain_text("left out")
    assert widget.get_by_alt_text("Calls on profiles").count() == 2
    assert [fault for fault in axe(page) if "what-if" in fault or "widget-" in fault] == []
    widget.screenshot(path=tmp_path / "what-if.png")

    last = _cell(page, "print(list", down=True)
    last.locator(".jp-Editor").click()
    page.keyboard.press("Control+Enter")
    expect(last.locator(".jp-OutputArea-output")).to_have_text("['without'] 1")
    widget.get_by_role("button", name="Take back edit 1").focus()
    page.keyboard.press("Enter")
    expect(widget.get_by_role("status")).to_contain_text("Nothing is edited yet")
    assert watch.outside(lab_server.url, lab_server.url.replace("http", "ws")) == []
    context.close()


def test_a_verdict_is_asked_by_keyboard_what_would_be_otherwise(
    browser: Browser,
    lab_server: LabServer,
    watch: Watch,
    axe: Callable[[Page], list[str]],
    tmp_path: Path,
) -> None:
    context = browser.new_context(viewport={"width": 1500, "height": 1500})
    watch.follow(context)
    page = context.new_page()
    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    sources = (
        """import idgraph as ig
told = ig.parse('''
    server external_id=b1 email=old@example.com person=betty -> A
    +1d server external_id=b1 email=new@example.com person=betty -> A
    +3s browser email=new@example.com person=betty -> B
    +1d form email=carl@example.com person=carl -> C
    +100ms browser email=carl@example.com person=carl -> D
''')
widget = ig.VerdictView(told)
widget""",
        "print(widget.verdict.verdict)",
    )
    notebook.cells = [nbformat.v4.new_code_cell(text) for text in sources]  # type: ignore[no-untyped-call]
    _run_all(page, lab_server, "verdict.ipynb", notebook)

    widget = page.locator(".idgraph.verdict-view")
    expect(widget.locator("svg.timing")).to_be_visible(timeout=PATIENCE)
    expect(widget.get_by_role("status").first).to_contain_text("A lag explains it")
    told = widget.locator(".dials").get_by_role("status")
    expect(told).to_contain_text("as judged above")
    widget.get_by_role("slider", name="Settling time of the queue").focus()
    cells = page.locator(".jp-Cell").count()
    page.keyboard.press("Home")
    page.keyboard.press("b")
    assert page.locator(".jp-Cell").count() == cells
    expect(told).to_contain_text("by 3 s at least")
    widget.get_by_label("Person").select_option("person 2: in-flight-race")
    expect(widget.get_by_role("status").first).to_contain_text("Two calls at once explain it")
    expect(told).to_contain_text("in-flight-race: ")
    assert [fault for fault in axe(page) if "verdict-view" in fault or "dial" in fault] == []
    widget.screenshot(path=tmp_path / "verdict.png")

    last = _cell(page, "print(widget.verdict", down=True)
    last.locator(".jp-Editor").click()
    page.keyboard.press("Control+Enter")
    expect(last.locator(".jp-OutputArea-output")).to_have_text("in-flight-race")
    assert watch.outside(lab_server.url, lab_server.url.replace("http", "ws")) == []
    assert watch.complaints == []
    context.close()


def test_a_call_chosen_in_one_widget_is_chosen_in_all_and_in_python(
    browser: Browser, lab_server: LabServer, watch: Watch, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1500, "height": 7000})
    watch.follow(context)
    page = context.new_page()
    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    sources = (
        """import idgraph as ig
replay = ig.replay(ig.demo("shop"))
widgets = [
    ig.Stepper(replay), ig.GraphView(replay), ig.WhyNotView(replay), ig.SplitView(replay),
    ig.VerdictView(replay), ig.WhatIf(replay),
]
display(*widgets)""",
        "print([widget.call for widget in widgets])\nwidgets[0].call = 13",
    )
    notebook.cells = [nbformat.v4.new_code_cell(text) for text in sources]  # type: ignore[no-untyped-call]
    _run_all(page, lab_server, "linked.ipynb", notebook)
    stood = page.locator(".idgraph.live > .bar > .status")
    expect(stood).to_have_count(5, timeout=PATIENCE)

    page.locator(".idgraph.view .arrows a").nth(2).click()
    for place in range(5):
        expect(stood.nth(place)).to_contain_text("call 12")
    expect(page.locator(".what-if").get_by_label("Call", exact=True)).to_contain_text("call 12")
    last = page.locator(".jp-CodeCell").filter(has_text="print([widget.call").last
    last.locator(".jp-Editor").click()
    page.keyboard.press("Control+Enter")
    expect(last.locator(".jp-OutputArea-output")).to_have_text("[12, 12, 12, 12, 12, 12]")
    for place in range(5):
        expect(stood.nth(place)).to_contain_text("call 13")
    assert watch.outside(lab_server.url, lab_server.url.replace("http", "ws")) == []
    assert watch.complaints == []
    page.locator(".jp-CodeCell").first.screenshot(path=tmp_path / "linked.png")
    context.close()
