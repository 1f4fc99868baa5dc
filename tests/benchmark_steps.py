"""Measures a step of the stepper in Chromium, script and layout: `python tests/benchmark_steps.py`.

Times depend on the machine; the ratio of the long history to the short one is what to compare. A
frame of a screen has 16.7 ms.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import idgraph as ig
from idgraph.calls import History
from idgraph.surfaces.reports.report import report

STEPS = 400
CLICKS = """steps => {
  const next = document.querySelector('.idgraph.live button.next');
  const times = [];
  for (let step = 0; step < steps; step += 1) {
    const begun = performance.now();
    next.click();
    document.body.getBoundingClientRect();
    times.push(performance.now() - begun);
  }
  return times;
}"""


def visits(calls: int) -> History:
    """Return one person's calls: every fiftieth names an account, every seventh a new address."""
    lines = []
    for number in range(calls):
        account = number // 50 % 40
        email = f"n{number}" if number % 7 == 0 and number % 50 else f"e{account}"
        sender = "browser" if number % 7 and number % 50 else f"server external_id=b{account}"
        lines.append(f"+1min {sender} email={email}@x.example person=p")
    return ig.parse("\n".join(lines))


def measured(page: Page, calls: int) -> list[float]:
    """Return the milliseconds of each step through a report of so many calls."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        report(ig.replay(visits(calls), "klaviyo-classic"), path)
        page.goto(path.as_uri())
        page.wait_for_selector(".idgraph.live", timeout=120_000)
        page.wait_for_timeout(1500)
        times: list[float] = sorted(page.evaluate(CLICKS, min(STEPS, calls - 1)))
    middle, late = statistics.median(times), times[int(len(times) * 0.95)]
    print(  # noqa: T201 - what it is for
        f"{calls:>6,} calls: a step takes {middle:.1f} ms, 19 in 20 under {late:.1f}, "
        f"the slowest {times[-1]:.1f} ms"
    )
    return times


def main() -> None:
    """Measure a short and a long history, and print the ratio."""
    with sync_playwright() as browsers:
        chromium = browsers.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        short, long = (measured(page, calls) for calls in (100, 10_000))
        ratio = statistics.median(long) / statistics.median(short)
        print(f"a step through the long one takes {ratio:.1f} times as long")  # noqa: T201
        chromium.close()


if __name__ == "__main__":
    main()
