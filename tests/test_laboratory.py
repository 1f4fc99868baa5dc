"""Claims about `idgraph lab`: the notebooks are copied, kept, and served."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from idgraph.errors import UnreadableError
from idgraph.surfaces import laboratory


def test_every_notebook_is_copied(tmp_path: Path) -> None:
    target = laboratory.copy_notebooks(tmp_path / "lab")
    names = [path.name for path in sorted(target.glob("*.ipynb"))]
    assert names == [
        "01-first-look.ipynb",
        "02-the-rules.ipynb",
        "03-your-own-history.ipynb",
        "04-why-not-and-repair.ipynb",
        "05-the-verdict.ipynb",
        "06-what-makes-the-difference.ipynb",
        "07-many-persons.ipynb",
        "08-sharing.ipynb",
    ]


def test_a_notebook_that_was_changed_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "02-the-rules.ipynb").write_text("mine", "utf-8")
    laboratory.copy_notebooks(tmp_path)
    assert (tmp_path / "02-the-rules.ipynb").read_text("utf-8") == "mine"
    assert (tmp_path / "01-first-look.ipynb").is_file()


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(UnreadableError, match="Name a folder"):
        laboratory.copy_notebooks(tmp_path / "file" / "lab")


@pytest.mark.slow
def test_the_lab_serves_the_copies(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = "from idgraph.cli import main; main()"
    places = {name: str(tmp_path / name) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR")}
    environment = os.environ | places | {"JUPYTER_PORT": str(port), "JUPYTER_TOKEN": "t"}
    command = [sys.executable, "-c", program, "lab", str(tmp_path / "lab"), "--no-browser"]
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        answer = _answer(f"http://127.0.0.1:{port}/api/contents?token=t", running)
    finally:
        os.killpg(running.pid, 15)
        running.wait(timeout=30)
    assert "02-the-rules.ipynb" in answer


def _answer(url: str, running: subprocess.Popen[bytes]) -> str:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and running.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own server
                return str(answer.read())
        except OSError:
            time.sleep(0.2)
    return "no answer"
