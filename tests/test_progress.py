"""A bar is there for somebody who waits, and for nobody else."""

from __future__ import annotations

import io
import sys
from functools import cache
from pathlib import Path

import pytest

import idgraph as ig
from idgraph import progress
from idgraph.calls import History
from idgraph.replays import Replay

COUNT = 3


@cache
def broke() -> History:
    return ig.demo("email-change-broke")


@cache
def fleet() -> Replay:
    return ig.replay(ig.demo_fleet(40), "klaviyo-classic")


class Terminal(io.StringIO):
    """Standard error as a terminal has it."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in place of standard error; pytest undoes what a fixture does to it."""
    found = Terminal()
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setattr(progress, "DELAY_S", 0)
    monkeypatch.delenv(progress.SWITCH, raising=False)
    return found


def counted() -> list[int]:
    with progress.going(range(COUNT), "counting", unit="things") as numbers:
        return list(numbers)


def test_a_terminal_shows_what_is_done_and_is_clean_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = terminal(monkeypatch)
    assert counted() == [0, 1, 2]
    assert "counting" in screen.getvalue()
    assert screen.getvalue().split("\r")[-2].strip() == ""


def test_what_is_over_soon_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    monkeypatch.setattr(progress, "DELAY_S", 60)
    assert counted() == [0, 1, 2]
    assert screen.getvalue() == ""


def test_standard_error_that_is_no_terminal_stays_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    piped = io.StringIO()
    monkeypatch.setattr(sys, "stderr", piped)
    assert counted() == [0, 1, 2]
    assert piped.getvalue() == screen.getvalue() == ""


def test_a_kernel_shows_it_though_it_says_that_it_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})
    monkeypatch.delenv(progress.SWITCH, raising=False)
    monkeypatch.setattr(sys, "stderr", kind())
    assert progress.wanted()


def test_a_word_in_the_environment_silences_it(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    monkeypatch.setenv(progress.SWITCH, "0")
    assert counted() == [0, 1, 2]
    assert screen.getvalue() == ""


def test_a_bar_within_another_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    with progress.bar("outside", unit="things", total=COUNT) as on:
        for _ in range(COUNT):
            counted()
            on(1)
    assert "outside" in screen.getvalue()
    assert "counting" not in screen.getvalue()
    assert progress.wanted()


def test_cancelling_takes_the_bar_away_and_lets_the_next_one_be_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = terminal(monkeypatch)

    def cancelled() -> None:
        with progress.going(range(COUNT), "counting", unit="things") as numbers:
            for number in numbers:
                if number:
                    raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cancelled()
    assert screen.getvalue().split("\r")[-2].strip() == ""
    assert progress.wanted()


@pytest.mark.parametrize(
    ("doing", "run"),
    [
        ("diagnosing", lambda: ig.diagnose(ig.replay(broke()))),
        ("replaying", lambda: ig.replay(ig.parse("external_id=b1\n" * 1001))),
        ("describing", lambda: ig.contrast(fleet(), permutations=100)),
        ("comparing", lambda: ig.compare(*ig.demo_pair())),
        ("judging", lambda: ig.verdict(broke())),
        ("counting orders", lambda: ig.outcomes(broke())),
        ("trying repairs", lambda: ig.repair(ig.diagnose(ig.replay(broke())))),
        ("minimising", lambda: ig.minimise(ig.replay(broke()))),
        ("trying readings", lambda: ig.calibrate(broke())),
        ("dealing groups", lambda: ig.contrast(fleet(), permutations=100)),
        ("redacting", lambda: ig.report(broke(), verdict=False)),
        ("drawing", lambda: ig.report(broke(), verdict=False)),
        ("reading", lambda: ig.read(b'{"external_id": "b1"}\n')),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_can_take_long_says_what_it_does(
    monkeypatch: pytest.MonkeyPatch, doing: str, run: object
) -> None:
    screen = terminal(monkeypatch)
    assert callable(run)
    run()
    assert doing in screen.getvalue()


def test_redacted_copies_say_how_far_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = ig.write_demo("shop", tmp_path / "shop.jsonl")
    screen = terminal(monkeypatch)
    ig.redact_files(log, tmp_path / "copy.jsonl")
    assert "copying" in screen.getvalue()


def test_a_notebook_has_one_line_that_is_replaced_and_empty_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outputs: list[list[str]] = []

    class Handle:
        """An output of a notebook: the texts that it has shown."""

        def update(self, shown: dict[str, str], *, raw: bool) -> None:
            """Replace what is shown."""
            assert raw
            outputs[-1].append(shown["text/plain"])

    def display(shown: dict[str, str], *, raw: bool, display_id: bool) -> Handle:
        assert raw
        assert display_id
        outputs.append([shown["text/plain"]])
        return Handle()

    kind = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})
    stream = kind()
    terminal(monkeypatch)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("IPython.display.display", display)
    assert counted() == [0, 1, 2]
    (lines,) = outputs
    assert lines[0].startswith("counting")
    assert lines[-1] == ""
    assert stream.getvalue() == ""
