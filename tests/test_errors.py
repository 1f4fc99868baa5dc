"""A mistake tells a notebook in a few lines what was found, where, and what to do next."""

from __future__ import annotations

import traceback

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import idgraph as ig
from idgraph.errors import IdgraphError, UsageError

CELL = "import idgraph as ig\nfound = ig.demo('shopp')\n"


@pytest.fixture(scope="module")
def shell() -> InteractiveShell:
    config = Config()
    config.HistoryManager.enabled = False  # it would be kept in a file of the person who tests
    return InteractiveShell(config=config)  # type: ignore[no-untyped-call]


def told(shell: InteractiveShell, cell: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a notebook shows of a cell that fails."""
    capsys.readouterr()
    done = shell.run_cell(cell)  # type: ignore[no-untyped-call]
    assert not done.success
    return capsys.readouterr().out


def test_a_notebook_shows_the_line_that_asked_and_no_frame_of_ours(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    text = told(shell, CELL, capsys)
    assert "line 2: found = ig.demo('shopp')" in text
    assert "stories.py" not in text
    assert len(text.strip().splitlines()) < 7


def test_another_mistake_keeps_its_traceback(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Traceback" in told(shell, "1 / 0", capsys)


def test_the_parts_of_a_mistake_stand_on_lines_of_their_own() -> None:
    lines = UsageError(
        "it was not found", where="a.jsonl:3", remedy="Do this."
    )._render_traceback_()
    assert lines == [
        "UsageError: it was not found",
        "  where    a.jsonl:3",
        "  do next  Do this.",
        "  [usage]",
    ]


def test_plain_python_shows_the_whole_traceback() -> None:
    with pytest.raises(IdgraphError) as caught:
        ig.demo("shopp")
    text = "".join(traceback.format_exception(caught.value))
    assert text.startswith("Traceback")
    assert "stories.py" in text


def test_the_line_of_a_function_of_the_person_is_shown_rather_than_the_cell(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = "def look(number):\n    return ig.demo('shop').call(number)\nlook(99999)\n"
    assert "line 2: return ig.demo('shop').call(number)" in told(shell, cell, capsys)
