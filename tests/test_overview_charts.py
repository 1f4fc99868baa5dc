"""Charts of a fleet: laid out offline, drawn by us, safe, the same each time, told in words too."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import traitlets
from playwright.sync_api import Page, expect

import idgraph as ig
from idgraph.calls import History
from idgraph.overviews import Overview, overview, veiled
from idgraph.surfaces.displays import notebook
from idgraph.surfaces.drawing import charts, html, svg
from idgraph.surfaces.reports import overviews
from idgraph.surfaces.reports.report import report
from idgraph.surfaces.widgets.overview_view import OverviewView
from idgraph.views.base.blocks import Box, Figure, Words

if TYPE_CHECKING:
    from conftest import OfflineContext

SCRIPT = "<script>alert(1)</script>"
STALE = f"""
    server event="Placed Order" external_id=b1 email=old@example.com person=betty
    +1h server external_id=b1 email=new@example.com person=betty
    +25min browser event="{SCRIPT}" email=old@example.com person=betty
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fleet() -> History:
    return ig.demo_fleet(60, rate=0.4, seed=2, beside=["browser"])


@pytest.fixture(scope="module")
def found(fleet: History) -> Overview:
    return overview(ig.replay(fleet))


@pytest.fixture(scope="module")
def figures(found: Overview) -> dict[str, Figure]:
    return charts.figures(found)


@pytest.fixture(scope="module")
def written(found: Overview, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(report(found, tmp_path_factory.mktemp("fleet") / "fleet.html"))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a chart asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def said(figure: Figure) -> list[str]:
    return [part.text for part in figure.shapes if isinstance(part, Words)]


@pytest.mark.usefixtures("no_network")
def test_charts_are_drawn_offline_and_the_same_each_time(
    found: Overview, figures: dict[str, Figure]
) -> None:
    import altair as alt

    before = alt.renderers.active
    drawn = charts.figures(found)
    assert list(drawn) == ["times", "sites", "gaps", "delays", "lags"]
    assert drawn == figures
    assert alt.renderers.active == before
    for figure in drawn.values():
        picture = svg.stacked((figure,))
        assert re.findall(r"(?:href|src|url\()[^ >]*", picture) == []
        assert set(re.findall(r"https?://[^\"]*", picture)) == {"http://www.w3.org/2000/svg"}
        assert figure.title in said(figure)


def test_each_chart_says_its_numbers_in_words(found: Overview, figures: dict[str, Figure]) -> None:
    sites = found.sites().head(12)
    for site, splits, calls in zip(sites["site"], sites["splits"], sites["calls"], strict=True):
        assert f"{splits:,} of {calls:,} calls" in said(figures["sites"])
        assert f"{site}: {splits:,} splits of {calls:,} calls" in figures["sites"].description
    told = {label for figure in figures.values() for label in said(figure)}
    assert not {label for label in told if "nan" in label.lower() or "undefined" in label}
    table = found.delays()
    for row in table[table["calls"] > 0].itertuples():
        label = f"{row.address} address, {row.delay}: {row.split:,} of {row.calls:,}"
        assert label in said(figures["delays"])


def test_an_axis_marks_whole_numbers_once_however_few_it_counts() -> None:
    drawn = charts.figures(overview(ig.replay(ig.parse(STALE))))
    for name in ("times", "sites", "gaps"):
        marks = [part for part in drawn[name].shapes if isinstance(part, Words)]
        ticks = [mark.text for mark in marks if mark.kind == "tick" and mark.text.isdecimal()]
        assert ticks == ["0", "1"]


def test_all_charts_have_the_same_plain_looks(found: Overview) -> None:
    looks = [chart.to_dict()["config"] for chart in found.charts().values()]
    assert len(looks) > 1
    for look in looks:
        assert look == looks[0]
        assert look["axis"]["labelLimit"] == look["header"]["labelLimit"] == 1000
        assert look["background"] == "transparent"


def test_bars_are_as_long_as_what_they_count(found: Overview, figures: dict[str, Figure]) -> None:
    figure = figures["gaps"]
    bars = [part for part in figure.shapes if isinstance(part, Box)]
    wide = [bar.width for bar in bars]
    assert {bar.kind for bar in bars} == {"f-bar"}
    counts = [n for n in found.gaps()["splits"] if n]
    assert len(wide) == len(counts)
    scale = max(wide) / max(counts)
    assert all(abs(w - scale * n) <= 1 for w, n in zip(wide, counts, strict=True))


def test_words_of_strangers_are_words_everywhere() -> None:
    told = overview(ig.parse(STALE))
    figure = charts.figures(told)["sites"]
    assert any(SCRIPT in label for label in said(figure))
    page = str(report(told, redact=False))
    cell = overviews.cell(told)
    for markup in (svg.stacked((figure,)), page, cell):
        assert "<script>alert" not in markup
    assert "&lt;script&gt;alert(1)" in page
    assert "alert(1)" not in str(report(told))
    assert "alert(1)" not in notebook.mimebundle(told)["text/html"]


def test_what_is_not_on_the_lists_is_refused() -> None:
    import altair as alt
    import pandas as pd

    base = alt.Chart(pd.DataFrame({"a": [1, 2]})).encode(x="a:Q").properties(title="A chart")
    with pytest.raises(KeyError):
        charts.figure(alt.layer(base.mark_line()), "")
    with pytest.raises(KeyError):
        charts.figure(alt.layer(base.mark_bar(color="#123456")), "")


def test_a_report_of_a_fleet_steps_through_persons_of_each_cause(
    found: Overview, written: Path
) -> None:
    page = written.read_text("utf-8")
    for anchor in ("fleet-causes", "fleet-delays", "split", "typical", "typical-1", "rules"):
        assert page.count(f'id="{anchor}"') == 1
        assert anchor == "typical-1" or f'href="#{anchor}"' in page
    stepped = list(overviews.typical(veiled(found)))
    assert page.count('data-idgraph-report=""') == len(stepped)
    codes = {title.split("`")[1] for title, _ in stepped}
    assert codes == set(found.causes()["cause"].head(4))
    assert "shopper" not in page
    assert "person-0" not in page


def test_the_widget_narrows_down_and_names_persons(fleet: History, found: Overview) -> None:
    view = OverviewView(found)
    assert len(view.people) == found.numbers.split_persons
    before = view._shown["told"]  # noqa: SLF001 - what the screen gets
    view.channel, view.since = "browser", "2021-05-01"
    only = found.only(channel="browser", since="2021-05-01")
    assert view.narrowed.numbers == only.numbers
    assert view._shown["told"] != before  # noqa: SLF001
    name = str(found.facts.splits["person"].iloc[1])
    view.person = name
    assert view.person.startswith("person ")
    assert fleet.call(view.call).person == name
    view.call = 0
    assert view.person == ""
    for trait, bad in (("channel", "fax"), ("cause", "fate"), ("since", "May"), ("call", 10**6)):
        with pytest.raises(traitlets.TraitError):
            setattr(view, trait, bad)
    assert "person-" not in repr(view) + json.dumps(view._shown) + json.dumps(view._choices)  # noqa: SLF001


# --- in a browser ---------------------------------------------------------------------------------

HARNESS = """
const state = %s;
const acts = new Map();
window.sent = [];
const model = {
  get: (name) => state[name],
  set: (name, value) => { state[name] = value; window.sent.push([name, value]); },
  save_changes: () => {},
  on: (names, act) => { for (const name of names.split(" ")) acts.set(name, act); },
  off: () => {},
};
window.change = (name, value) => { state[name] = value; acts.get(`change:${name}`)(); };
renderOverview({ model, el: document.querySelector("#place") });
"""


@pytest.fixture
def widget_page(tmp_path: Path) -> Callable[[OverviewView], str]:
    """Write the widget with a model that stands in for a kernel, and return its address."""

    def write(view: OverviewView) -> str:
        names = ("channel", "cause", "since", "until", "call", "_choices", "_shown")
        state = html.island({name: getattr(view, name) for name in names})
        module, style = view._esm, view._css  # noqa: SLF001 - what the notebook gets
        script = module.replace("export default { render: renderOverview };", HARNESS % state)
        path = tmp_path / "view.html"
        head = f'<!DOCTYPE html><html lang="en"><title>view</title><style>{style}</style>'
        body = '<main><h1>A page</h1><h2>A view</h2><div id="place"></div></main>'
        body += f'<script type="module">{script}</script></html>'
        path.write_text(head + body, "utf-8")
        return path.as_uri()

    return write


@pytest.mark.ui
def test_the_widget_shows_filters_charts_and_persons(
    found: Overview,
    offline_page: Page,
    widget_page: Callable[[OverviewView], str],
    axe: Callable[[Page], list[str]],
) -> None:
    view = OverviewView(found)
    page = offline_page
    page.goto(widget_page(view))
    expect(page.get_by_role("status")).to_contain_text("of 60 persons split")
    assert page.locator("svg.fleet").count() == 5
    page.get_by_label("Channel").select_option("browser")
    page.get_by_label("From (UTC)").fill("2021-05-01")
    page.get_by_label("From (UTC)").dispatch_event("change")
    first = page.locator(".people tr[data-call]").first
    first.locator("a").click()
    call = int(first.get_attribute("data-call") or 0)
    sent = page.evaluate("window.sent")
    assert sent[0] == ["channel", "browser"]
    assert ["since", "2021-05-01"] in sent
    assert sent[-1] == ["call", call]
    assert first.get_attribute("aria-current") == "true"
    page.locator("summary").first.click()
    hostile = overviews.shown(overview(ig.parse(STALE)))
    page.evaluate("shown => window.change('_shown', shown)", hostile)
    expect(page.locator(".chapters")).to_contain_text(SCRIPT)
    assert page.locator(".chapters script").count() == 0
    assert page.locator("details").first.evaluate("node => node.open")
    assert axe(page) == []


@pytest.mark.ui
@pytest.mark.parametrize(
    ("scheme", "wide", "fill"),
    [("dark", 390, "rgb(255, 138, 61)"), ("light", 1400, "rgb(213, 94, 0)")],
)
def test_a_report_of_a_fleet_reads_on_every_screen(  # noqa: PLR0917 - fixtures
    written: Path,
    offline_context: OfflineContext,
    axe: Callable[[Page], list[str]],
    scheme: str,
    wide: int,
    fill: str,
) -> None:
    context = offline_context(color_scheme=scheme, viewport={"width": wide, "height": 900})
    page = context.new_page()
    page.goto(written.as_uri())
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) <= 0
    expect(page.locator("svg.fleet")).to_have_count(5)
    page.locator("main summary").first.click()
    expect(page.locator("main details table").first).to_be_visible()
    colours = page.locator("svg.fleet .f-split").first.evaluate(
        "node => getComputedStyle(node).fill"
    )
    assert colours == fill
    assert axe(page) == []
