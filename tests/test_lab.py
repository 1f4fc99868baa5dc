"""The notebook in a real JupyterLab: run, stepped by hand, and set from Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect
from screens import PATIENCE, Lab, find_cell, run_cell

pytestmark = [pytest.mark.ui, pytest.mark.slow]

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def test_the_notebook_steps_live_and_python_sees_and_sets_the_call(
    lab: Lab, tmp_path: Path
) -> None:
    name, then = "02-the-rules.ipynb", "print('at call', stepper.call)"
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells.append(nbformat.v4.new_code_cell(then))  # type: ignore[no-untyped-call]
    page = lab.run(name, notebook)
    stepper = find_cell(page, "broke = ig.replay").locator(".idgraph.live")

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

    last = find_cell(page, "print('at call'", down=True)
    expect(last.locator(".jp-OutputArea-output")).to_have_text("at call 3")
    expect(run_cell(page, "print('at call'", down=True)).to_have_text("at call 5")


def test_a_what_if_is_edited_by_keyboard_and_python_sees_the_edits(
    lab: Lab, axe: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    page = lab.run_cells(
        """import idgraph as ig
base = ig.replay(ig.demo("email-change-old"))
widget = ig.WhatIf(base, redact=False)
widget""",
        "print(list(widget.edits), len(widget.future.changed))",
        height=1300,
    )

    widget = page.locator(".idgraph.what-if")
    expect(widget.get_by_role("status")).to_contain_text("2 profiles", timeout=PATIENCE)
    widget.get_by_label("Leave this call out").focus()
    page.keyboard.press("Space")
    expect(widget.get_by_role("status")).to_contain_text("1 profile instead of 2")
    expect(widget.get_by_role("table")).to_contain_text("left out")
    assert widget.get_by_role("img", name="Calls on profiles").count() == 2
    assert [fault for fault in axe(page) if "what-if" in fault or 'class="row' in fault] == []
    widget.screenshot(path=tmp_path / "what-if.png")

    expect(run_cell(page, "print(list", down=True)).to_have_text("['without'] 1")
    widget.get_by_role("button", name="Take back edit 1").focus()
    page.keyboard.press("Enter")
    expect(widget.get_by_role("status")).to_contain_text("Nothing is edited yet")


def test_a_verdict_is_asked_by_keyboard_what_would_be_otherwise(
    lab: Lab, axe: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    page = lab.run_cells(
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
        height=1500,
    )

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

    expect(run_cell(page, "print(widget.verdict", down=True)).to_have_text("in-flight-race")


def test_a_call_chosen_in_one_widget_is_chosen_in_all_and_in_python(
    lab: Lab, tmp_path: Path
) -> None:
    page = lab.run_cells(
        """import idgraph as ig
replay = ig.replay(ig.demo("shop"))
widgets = [
    ig.Stepper(replay), ig.GraphView(replay), ig.WhyNotView(replay), ig.SplitView(replay),
    ig.VerdictView(replay), ig.WhatIf(replay),
]
display(*widgets)""",
        "print([widget.call for widget in widgets])\nwidgets[0].call = 13",
        height=7000,
    )
    stood = page.locator(".idgraph.live > .bar > .status")
    expect(stood).to_have_count(5, timeout=PATIENCE)

    page.locator(".idgraph.view .arrows a").nth(2).click()
    for place in range(5):
        expect(stood.nth(place)).to_contain_text("call 12")
    expect(page.locator(".what-if").get_by_label("Call", exact=True)).to_contain_text("call 12")
    now = run_cell(page, "print([widget.call", down=True)
    expect(now).to_have_text("[12, 12, 12, 12, 12, 12]")
    for place in range(5):
        expect(stood.nth(place)).to_contain_text("call 13")
    page.locator(".jp-CodeCell").first.screenshot(path=tmp_path / "linked.png")
