"""`df.idgraph` is there for people who use pandas, and loads nothing for those who do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import idgraph as ig
from idgraph.errors import IdgraphError


def calls() -> Any:
    """Return the calls of a built-in history as a DataFrame, which is `Any` to have an accessor."""
    return ig.demo("email-change-broke").table().reset_index()


@pytest.mark.slow
def test_whoever_uses_pandas_after_idgraph_has_the_accessor() -> None:
    program = "import idgraph as ig, pandas as pd; ig.read; pd.DataFrame().idgraph"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_accessor_does_what_the_functions_do(tmp_path: Path) -> None:
    told = calls().idgraph
    history = ig.read(calls())
    replay = ig.replay(history)
    assert told.read() == history
    assert told.replay() == replay
    assert told.diagnose() == ig.diagnose(replay)
    assert told.verdict() == ig.verdict(history)
    assert told.stepper().call == ig.Stepper(replay).call
    page = told.report(tmp_path / "report.html")
    assert page.read_text("utf-8") == ig.report(replay)


def test_a_frame_that_holds_no_calls_has_the_accessor_and_says_what_is_missing() -> None:
    frame: Any = pd.DataFrame({"colour": ["red"]})
    assert "1 rows" in repr(frame.idgraph)
    with pytest.raises(IdgraphError):
        frame.idgraph.read()
