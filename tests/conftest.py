"""Hypothesis profiles, and the browser, page and JupyterLab that the tests of screens share."""

from __future__ import annotations

import gc
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

IN_CI = bool(os.environ.get("CI"))

settings.register_profile("dev", deadline=None, max_examples=25)
settings.register_profile("traced", deadline=None, derandomize=True, max_examples=5)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=100,
    print_blob=True,
    # CI machines are slow at random; that says nothing about a strategy.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if IN_CI else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count a test that drives a browser among the slow ones."""
    for item in items:
        if item.get_closest_marker("ui"):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over all that is loaded by now, in each of its rounds."""
    gc.collect()
    gc.freeze()


CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAB_FLAGS = [
    "--no-browser",
    "--allow-root",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--IdentityProvider.token=",
    "--ServerApp.disable_check_xsrf=True",
    # Its first start would otherwise open a dialogue about news, over the notebook.
    "--LabApp.news_url=",
    "--LabApp.extension_manager=readonly",
]
LAB_START_SECONDS = 90
LOCAL = ("file:", "data:", "blob:", "about:")


# --- browser --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Where Chromium is; without one the test is skipped, in CI it fails."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    message = "no Chromium found; on Debian: apt install chromium"
    if IN_CI:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], chromium_path: Path
) -> dict[str, Any]:
    """Make pytest-playwright start the system's Chromium: nothing is downloaded for tests."""
    return browser_type_launch_args | {
        "executable_path": str(chromium_path),
        "args": CHROMIUM_FLAGS,
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Fix what a page can see of its surroundings, so that pages look the same everywhere."""
    return browser_context_args | {
        "locale": "en-GB",
        "timezone_id": "UTC",
        "viewport": {"width": 1280, "height": 900},
    }


@dataclass
class Watch:
    """What pages asked for and complained about while they were open."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Note every request, console error and uncaught exception of `context`."""
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def outside(self, *allowed: str) -> list[str]:
        """Return the requests that start neither with a local scheme nor with `allowed`."""
        return [url for url in self.requests if not url.startswith((*LOCAL, *allowed))]

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


@pytest.fixture
def watch() -> Watch:
    """Hold what the pages of this test asked for and complained about."""
    return Watch()


OfflineContext = Callable[..., BrowserContext]


@pytest.fixture
def offline_context(browser: Browser, watch: Watch) -> Iterator[OfflineContext]:
    """Open browser contexts without network, as a colleague opens a report from an e-mail.

    Takes what `browser.new_context` takes (`color_scheme`, `java_script_enabled`, `viewport`).
    The test fails at its end if a page asked for anything outside or wrote an error.
    """
    opened: list[BrowserContext] = []

    def open_context(**options: Any) -> BrowserContext:
        context = browser.new_context(offline=True, **options)
        watch.follow(context)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()
    assert watch.outside() == []
    assert watch.complaints == []


@pytest.fixture
def offline_page(offline_context: OfflineContext) -> Page:
    """Open one page without network; see `offline_context` for what it guards."""
    return offline_context(viewport={"width": 1280, "height": 900}).new_page()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """Return the text of axe-core, the accessibility checker, for `page.evaluate`."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def axe(axe_source: str) -> Callable[[Page], list[str]]:
    """Return a function that lists a page's accessibility faults, one line each."""

    def faults(page: Page) -> list[str]:
        # Evaluated and not added as a script: a page's content policy would rightly refuse it.
        page.evaluate(axe_source)
        found = page.evaluate("axe.run().then(result => result.violations)")
        return [
            f"{fault['id']} ({fault['impact']}): {fault['help']}: {node['html']}"
            for fault in found
            for node in fault["nodes"]
        ]

    return faults


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


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_up(server: LabServer, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers; fail with its log if it dies or takes too long."""
    give_up = time.monotonic() + LAB_START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        try:
            server.ask("/api/status")
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """Start JupyterLab with nothing of the user's own, and leave no kernel behind."""
    home = tmp_path_factory.mktemp("lab")
    places = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "IPYTHONDIR": home / "ipython",
    }
    server = LabServer(f"http://127.0.0.1:{free_port()}", home / "notebooks")
    server.folder.mkdir()
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        *LAB_FLAGS,
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
        # A kernel survives the server that started it.
        for kernel in server.ask("/api/kernels"):
            server.ask(f"/api/kernels/{kernel['id']}", method="DELETE")
    finally:
        process.terminate()
        process.wait(timeout=30)
