"""Hypothesis profiles, and the browser, page and JupyterLab that the tests of screens share."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext, Page
from screens import Lab, LabServer, Watch, serve

IN_CI = bool(os.environ.get("CI"))

# While one writes, laws run with few examples; `make test` runs each with all of its own.
settings.register_profile("dev", deadline=None, max_examples=10)
settings.register_profile("traced", deadline=None, derandomize=True, max_examples=5)
settings.register_profile("laws", deadline=None, max_examples=25)
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
    """Let the garbage collector pass over all that is loaded by now, and come round more rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture
def watch() -> Watch:
    """Hold what the pages of this test asked for, complained about and asked of the user."""
    return Watch()


OfflineContext = Callable[..., BrowserContext]


@pytest.fixture
def offline_context(browser: Browser, watch: Watch) -> Iterator[OfflineContext]:
    """Open browser contexts without network, as a colleague opens a report from an e-mail.

    Takes what `browser.new_context` takes (`color_scheme`, `java_script_enabled`, `viewport`).
    The test fails at its end if a page asked for anything outside, wrote an error or opened a
    dialog.
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
    watch.assert_quiet()


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


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """Run one JupyterLab for all tests: it takes seconds to start."""
    with serve(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture
def lab(lab_server: LabServer, browser: Browser, watch: Watch, tmp_path: Path) -> Iterator[Lab]:
    """Hold a folder of this test's own in JupyterLab.

    The test fails at its end if a page asked for anything outside, wrote an error or opened a
    dialog.
    """
    folder = lab_server.folder / tmp_path.name
    folder.mkdir()
    opened = Lab(lab_server, browser, watch, folder)
    yield opened
    opened.close()
    watch.assert_quiet(*opened.addresses)
