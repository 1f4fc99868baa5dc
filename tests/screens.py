"""What tests of screens share: what a page did, a folder in JupyterLab, notebooks run by menu."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Dialog,
        Locator,
        Page,
        Request,
    )

PATIENCE = 60_000
LOCAL = ("file:", "data:", "blob:", "about:")
START_SECONDS = 90
FLAGS = [
    "--no-browser",
    "--allow-root",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--IdentityProvider.token=",
    "--ServerApp.disable_check_xsrf=True",
    "--LabApp.extension_manager=readonly",
]


# --- pages ----------------------------------------------------------------------------------------


@dataclass
class Watch:
    """What pages asked for, complained about and asked of the user while they were open."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Note every request, console error, uncaught exception and dialog of `context`."""
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("dialog", self._stopped)

    def outside(self, *allowed: str) -> list[str]:
        """Return the requests that start neither with a local scheme nor with `allowed`."""
        return [url for url in self.requests if not url.startswith((*LOCAL, *allowed))]

    def assert_quiet(self, *allowed: str) -> None:
        """Insist that pages asked nobody but `allowed`, wrote no error and opened no dialog."""
        assert self.outside(*allowed) == []
        assert self.complaints == []
        assert self.dialogs == []

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _stopped(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


# --- JupyterLab -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class LabServer:
    """A running JupyterLab: its address, and the folder that it shows."""

    url: str
    folder: Path

    def ask(self, path: str, method: str = "GET") -> Any:
        """Call the server's REST API and return the decoded answer, None where it has no body."""
        request = urllib.request.Request(f"{self.url}{path}", method=method)  # noqa: S310 - ours
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
            body = answer.read()
        return json.loads(body) if body else None


def wait_until_up(server: LabServer, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers; fail with its log if it dies or takes too long."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        try:
            server.ask("/api/status")
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-4000:]}")


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serve(home: Path) -> Iterator[LabServer]:
    """Run a JupyterLab below `home` with nothing of the user's own."""
    places = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "IPYTHONDIR": home / "ipython",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
    }
    # It would otherwise ask about news, over the notebook.
    asked = home / "settings" / "@jupyterlab" / "apputils-extension"
    asked.mkdir(parents=True)
    (asked / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}', "utf-8")
    server = LabServer(f"http://127.0.0.1:{free_port()}", home / "notebooks")
    server.folder.mkdir()
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        *FLAGS,
        f"--ServerApp.port={server.url.rpartition(':')[2]}",
        f"--ServerApp.root_dir={server.folder}",
    ]
    log = home / "log.txt"
    environment = os.environ | {name: str(place) for name, place in places.items()}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        wait_until_up(server, process, log)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


@dataclass
class Lab:
    """One test's JupyterLab: `folder` is its own, and so is every kernel that it starts.

    All tests share the server, which takes seconds to start. None may see the files of another:
    which tests come before it depends on how many run at once.
    """

    server: LabServer
    browser: Browser
    watch: Watch
    folder: Path
    _opened: list[BrowserContext] = field(default_factory=list)

    def run(
        self, name: str, notebook: nbformat.NotebookNode, *, width: int = 1500, height: int = 1000
    ) -> Page:
        """Save `notebook` as `name`, open it and run all of its cells by the menu.

        In a workspace of its own: the tabs of another one would come back, and ask.
        """
        nbformat.write(notebook, self.folder / name)  # type: ignore[no-untyped-call]
        context = self.browser.new_context(viewport={"width": width, "height": height})
        self.watch.follow(context)
        self._opened.append(context)
        page = context.new_page()
        place = self.folder.name
        page.goto(f"{self.server.url}/lab/workspaces/{place}/tree/{place}/{name}")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=PATIENCE)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        return page

    def run_cells(self, *sources: str, width: int = 1500, height: int = 1000) -> Page:
        """Run a notebook of those cells, as `run` does."""
        made = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
        made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
        made.cells = [nbformat.v4.new_code_cell(source) for source in sources]  # type: ignore[no-untyped-call]
        return self.run("made.ipynb", made, width=width, height=height)

    def close(self) -> None:
        """Close the pages and end the kernels, which would survive the server otherwise."""
        for context in self._opened:
            context.close()
        for kernel in self.server.ask("/api/kernels"):
            self.server.ask(f"/api/kernels/{kernel['id']}", method="DELETE")

    @property
    def addresses(self) -> tuple[str, str]:
        """What the pages may ask: the server, and its socket."""
        return self.server.url, self.server.url.replace("http", "ws")


def find_cell(page: Page, code: str, *, down: bool = False) -> Locator:
    """Return the cell with that code, scrolled to: JupyterLab draws only the cells in sight."""
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


def run_cell(page: Page, code: str, *, down: bool = False) -> Locator:
    """Run the cell with that code by keyboard; returns its output."""
    cell = find_cell(page, code, down=down)
    cell.locator(".jp-Editor").click()
    page.keyboard.press("Control+Enter")
    return cell.locator(".jp-OutputArea-output")
