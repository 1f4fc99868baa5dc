"""What official SDKs and a browser really send is recorded, and read with the right keys."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import sys
import threading
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserType, Page
from test_recording import Recorder, recorder_process

from idgraph.calls import Call, History
from idgraph.sources import read

pytestmark = pytest.mark.slow

SENDERS = Path(__file__).parent / "senders"
KEY = "pk_made0up0made0up0made0up0made0up0m"
BETTY = {"external_id": "b1", "email": "Betty@example.com"}
CHANGED = {"external_id": "b1", "email": "betty@new.example"}
NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
"""An SDK that does not keep to its base address must reach nobody."""


def unless_installed(command: list[str], folder: Path) -> None:
    """Run an installation; where it fails, the test is skipped, in CI it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode == 0:
        return
    message = f"cannot be installed here: {' '.join(command[-3:])}"
    if os.environ.get("CI"):
        pytest.fail(f"{message}\n{done.stdout}{done.stderr}")
    pytest.skip(message)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Python that has the official SDKs of both worlds."""
    place = tmp_path_factory.mktemp("python")
    venv.create(place, with_pip=True)
    found = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [str(found), "-m", "pip", "install", "--disable-pip-version-check"]
    unless_installed([*install, "klaviyo-api==25.0.0", "klaviyo==3.1.7"], place)
    return found


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose scripts find the official Node SDK."""
    place = tmp_path_factory.mktemp("node")
    npm = shutil.which("npm") or "npm"
    if shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("npm is not installed")
    unless_installed([npm, "install", "--no-audit", "--no-fund", "klaviyo-api@23.0.0"], place)
    return place


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    """Record into a file of its own, and pass nothing on."""
    with recorder_process(tmp_path / "log.jsonl") as (_, running):
        yield running


def send(running: Recorder, *command: str | Path, cwd: Path) -> History:
    """Run a sender against the recorder and read what was recorded; nothing may be rejected."""
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{running.port}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=os.environ | NOWHERE,
    )
    assert done.returncode == 0, done.stderr
    assert KEY not in running.path.read_text("utf-8")
    history = read(running.path)
    assert history.reading.rejects == ()
    return history


def said(call: Call) -> tuple[str, dict[str, Any]]:
    return call.endpoint, {one.key: one.value for one in call.identifiers}


def test_current_python_sdk(recorder: Recorder, python: Path, tmp_path: Path) -> None:
    history = send(recorder, python, SENDERS / "python_current.py", cwd=tmp_path)
    known = "01HZZZZZZZZZZZZZZZZZZZZZZ1"
    assert [said(call) for call in history] == [
        ("events", BETTY),
        ("profile-import", CHANGED),
        ("profiles", {"phone_number": "+15005550001"}),
        ("profiles/{id}", {"profile_id": known, "external_id": "b1"}),
        ("profile-subscription-bulk-create-jobs", {"email": "form@example.com"}),
        ("profile-bulk-import-jobs", {"email": "one@example.com"}),
        ("profile-bulk-import-jobs", {"external_id": "two"}),
        ("event-bulk-create-jobs", BETTY),
        ("event-bulk-create-jobs", BETTY),
        ("profile-merge", {"profile_id": known}),
    ]
    ids = [call.event_id for call in history if call.event]
    assert ids == ["order-1", "seen-1", "seen-2"]
    assert {call.channel for call in history} == {"server"}
    assert {call.clock for call in history} == {"received_at"}


def test_classic_python_sdk(recorder: Recorder, python: Path, tmp_path: Path) -> None:
    history = send(recorder, python, SENDERS / "python_classic.py", cwd=tmp_path)
    assert [said(call) for call in history] == [
        ("track", {"external_id": 42, "email": "Betty@example.com"}),
        ("track", {"email": "Betty@example.com"}),
        ("identify", BETTY | {"phone_number": "+15005550001"}),
        ("identify", {"external_id": "b1"}),
        ("list/subscribe", {"email": "form@example.com"}),
        ("list/members", {"email": "one@example.com"}),
        ("list/members", {"email": "two@example.com"}),
    ]
    assert (history.calls[0].event, history.calls[0].event_id) == ("Placed Order", "order-1")
    assert history.calls[0].occurred_at == 1618560000_000000
    assert [row["request"]["method"] for row in recorder.rows()[:4]] == [
        *("GET", "POST", "GET", "POST")
    ]


def test_current_node_sdk(recorder: Recorder, node: Path) -> None:
    script = Path(shutil.copy(SENDERS / "node_current.cjs", node))
    history = send(recorder, shutil.which("node") or "node", script, cwd=node)
    assert [said(call) for call in history] == [
        ("events", BETTY),
        ("profile-import", CHANGED),
        ("profile-subscription-bulk-create-jobs", {"email": "form@example.com"}),
        ("profile-bulk-import-jobs", {"email": "one@example.com"}),
        ("profile-bulk-import-jobs", {"external_id": "two"}),
    ]
    assert history.calls[0].event_id == "order-1"


# --- a browser ------------------------------------------------------------------------------------

PAGE = "http://shop.example/"
PLATFORM = "http://a.klaviyo.com"
KX = "bWFkZS11cA.SHOP01"
SENT = """
async (platform) => {
  const company = "?company_id=SHOP01";
  const send = (path, revision, type, attributes) =>
    fetch(platform + path + company, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "revision": revision,
        "X-Klaviyo-Onsite": "1",
      },
      body: JSON.stringify({ data: { type, attributes } }),
    }).then((answer) => answer.status);
  const profile = (attributes) => ({ data: { type: "profile", attributes } });
  const kx = "bWFkZS11cA.SHOP01";
  return [
    await send("/client/profiles/", "2024-10-15", "profile", {
      email: "Betty@example.com", properties: { $exchange_id: kx },
    }),
    await send("/client/events/", "2026-07-15", "event", {
      metric: { data: { type: "metric", attributes: { name: "__activity__" } } },
      profile: profile({ _kx: kx, properties: { $exchange_id: kx } }),
      properties: {},
    }),
    await send("/client/subscriptions/", "2026-07-15", "subscription", {
      profile: profile({ email: "betty@new.example", _kx: kx }),
    }),
  ];
}
"""
BY_BROWSER = [
    ("client/profiles", {"email": "Betty@example.com", "_kx": KX}),
    ("client/events", {"_kx": KX}),
    ("client/subscriptions", {"email": "betty@new.example", "_kx": KX}),
]


class _Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Shop</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


Visit = Callable[[Callable[[Page], Any]], Any]


@pytest.fixture
def visit(
    recorder: Recorder,
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    tmp_path: Path,
) -> Iterator[Visit]:
    """Return what does something on a shop's page, for which the platform is the recorder.

    Chromium itself takes the shop's and the platform's names to this machine, so that what it sends
    and what it writes into its log are the same as on a real page.
    """
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Shop) as shop:
        threading.Thread(target=shop.serve_forever).start()
        rules = {"shop.example": shop.server_port, "a.klaviyo.com": recorder.port}
        mapped = ", ".join(f"MAP {name} 127.0.0.1:{port}" for name, port in rules.items())
        flags = [*browser_type_launch_args["args"], f"--host-resolver-rules={mapped}"]
        browser = browser_type.launch(**browser_type_launch_args | {"args": flags})

        def do(what: Callable[[Page], Any]) -> Any:
            context = browser.new_context(record_har_path=tmp_path / "session.har")
            page = context.new_page()
            page.goto(PAGE)
            done = what(page)
            context.close()
            return done

        try:
            yield do
        finally:
            browser.close()
            shop.shutdown()


@pytest.mark.ui
def test_requests_of_a_page(recorder: Recorder, visit: Visit, tmp_path: Path) -> None:
    assert visit(lambda page: page.evaluate(SENT, PLATFORM)) == [202, 202, 202]
    recorded = read(recorder.path)
    assert [said(call) for call in recorded] == BY_BROWSER
    assert [call.channel for call in recorded] == ["browser", "browser", "form"]
    preflights = [row for row in recorder.rows() if row["request"]["method"] == "OPTIONS"]
    assert preflights
    assert dict(recorded.reading.not_calls) == {"not-an-identity-request": len(preflights)}
    browsed = read(tmp_path / "session.har")
    assert browsed.reading.rejects == ()
    assert [said(call) for call in browsed] == BY_BROWSER
    for seen, kept in zip(browsed, recorded, strict=True):
        assert seen.payload == kept.payload
        assert seen.channel == kept.channel


@pytest.mark.ui
def test_base_address_that_a_page_was_given(recorder: Recorder, visit: Visit) -> None:
    address = f"http://127.0.0.1:{recorder.port}"
    assert visit(lambda page: page.evaluate(SENT, address)) == [202, 202, 202]
    assert [said(call) for call in read(recorder.path)] == BY_BROWSER
    assert {row["request"]["headers"]["Origin"] for row in recorder.rows()} == {PAGE.rstrip("/")}
