"""What strangers typed stays text: payloads in every field, on every surface.

Nothing is redacted here, so that the payloads really get there. The oracle is the same surface with
a harmless word in place of the payload: tags, attributes, keys, rows and lines must be the same.
"""

from __future__ import annotations

import ast
import base64
import csv
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from artefacts import (
    LIMITS,
    POLICY,
    Artefacts,
    Subject,
    artefacts,
    bundles,
    commands,
    displays,
    merges,
    pictures,
    reproducers,
    widgets,
)
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Frame, Page, expect

import idgraph as ig
from idgraph import cli, inert
from idgraph.records import values
from idgraph.redaction import Redactor
from idgraph.sources import read
from idgraph.surfaces.drawing import html, sharing, text
from idgraph.surfaces.reports.report import report

if TYPE_CHECKING:
    from screens import Lab, Watch

PAYLOADS: list[str] = json.loads(
    (Path(__file__).parent / "hostile" / "payloads.json").read_text("utf-8")
)
AT_ONCE = " ".join(PAYLOADS)
GROUPS = 6
PACKAGE = Path(ig.__file__).parent
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What a terminal obeys; a line feed ends our own lines."""


# --- inputs ---------------------------------------------------------------------------------------


def rows(words: Callable[[int], str]) -> list[dict[str, Any]]:
    """Return the requests of a person that split and of one that stayed whole; `words` fill them.

    `words(n)` is what stands in the n-th place: every field, key, header and name has another n.
    """

    def row(number: int, *, split: bool, identifiers: dict[str, str]) -> dict[str, Any]:
        body = {
            "token": words(0),
            "event": words(1),
            "customer_properties": {
                **identifiers,
                f"key {words(2)}": words(3),
                "$first_name": words(4),
                "nested": {words(5): [words(6)]},
            },
            "properties": {"$event_id": f"{words(7)} {number}", "note": words(8)},
        }
        return {
            "request": {
                "method": "POST",
                "url": "https://a.klaviyo.com/api/track",
                "headers": {f"X-{words(9)}": words(10), "Referer": words(11)},
                "body": body,
            },
            "response": {"status": 200, "body": words(12)},
            "sent_at": f"2021-04-16T0{number + 1}:{'30' if split else '00'}:00Z",
            "channel": "server",
            "person": f"{'s' if split else 'w'} {words(13)}",
            "observed_profile": f"{words(14)} {number // 2 if split else 9}",
        }

    ours, old, new = f"{words(0)} s", f"{words(1)} old", f"{words(1)} new"
    theirs, mail = f"{words(2)} w", f"{words(3)} w"
    return [
        row(0, split=True, identifiers={"$id": ours, "$email": old}),
        row(0, split=False, identifiers={"$id": theirs, "$email": mail}),
        row(1, split=True, identifiers={"$id": ours, "$email": new}),
        row(1, split=False, identifiers={"$email": mail}),
        row(2, split=True, identifiers={"$email": old}),
    ]


def subject(words: Callable[[int], str], folder: Path) -> Subject:
    """Return a log, in a file with such a name, with a row that is rejected."""
    safe = words(15).replace("/", "_")[:40]
    out = folder / "out"
    out.mkdir(parents=True)
    log = folder / f"{safe}.jsonl"
    told = rows(words)
    bad = json.loads(json.dumps(told[0]))
    bad["request"]["body"]["customer_properties"]["$email"] = {words(16): words(16)}
    log.write_text("\n".join(json.dumps(row) for row in (*told, bad)), "utf-8")
    return Subject(read(log, progress=False), log, out, redact=False)


def at_once(_: int) -> str:
    return AT_ONCE


def harmless(_: int) -> str:
    return "x"


def grouped(group: int) -> Callable[[int], str]:
    """Return words that are whole payloads, another one in each place."""
    return lambda number: PAYLOADS[(number * GROUPS + group) % len(PAYLOADS)]


@pytest.fixture
def unveiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show all as it is; lines as long as they are; trees that repeat, each in its place."""
    monkeypatch.setattr(Redactor, "history", lambda _self, history: history)
    monkeypatch.setattr(Redactor, "text", lambda _self, _kind, text: text)
    monkeypatch.setattr(Redactor, "identifier", lambda _self, one: one)
    monkeypatch.setattr(text, "WIDTH", 10**9)
    monkeypatch.setattr(sharing, "_WORTH", 10**9)


# --- shapes ---------------------------------------------------------------------------------------


def shape(name: str, data: bytes) -> Any:
    """Return what of an artefact must not depend on what strangers typed."""
    return SHAPES.get(name.rpartition(".")[2], _lines)(data)


def _lines(data: bytes) -> int:
    return data.count(b"\n")


def _page(data: bytes) -> Any:
    return _tree(html5lib.parse(data.decode(), namespaceHTMLElements=False))


def _drawing(data: bytes) -> Any:
    try:
        return _tree(ET.fromstring(data))  # noqa: S314 - our own
    except ET.ParseError:
        return "not well formed"


def _rows(data: bytes) -> Any:
    return [_data(json.loads(line)) for line in data.split(b"\n") if line]


def _cells(data: bytes) -> list[int]:
    return [len(row) for row in csv.reader(io.StringIO(data.decode(), newline=""))]


def _members(data: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(one, shape(one, archive.read(one))) for one in archive.namelist()]


def _program(data: bytes) -> list[str]:
    return [type(node).__name__ for node in ast.walk(ast.parse(data))]


SHAPES: dict[str, Callable[[bytes], Any]] = {
    "html": _page,
    "svg": _drawing,
    "json": _rows,
    "jsonl": _rows,
    "log": _rows,
    "csv": _cells,
    "zip": _members,
    "pytest": _program,
}


def _tree(node: Any) -> Any:
    """Tags and names of attributes; a page within an attribute, a picture, or data is opened."""
    if not isinstance(node.tag, str):
        return "a remark"
    inner = [_tree(child) for child in node]
    if "srcdoc" in node.attrib:
        inner.append(shape("frame.html", node.attrib["srcdoc"].encode()))
    if node.tag == "img" and "src" in node.attrib:
        head, _, packed = node.attrib["src"].partition(",")
        drawn = head == "data:image/svg+xml;base64"
        inner.append(shape("picture.svg", base64.b64decode(packed)) if drawn else "no drawing")
    if node.tag == "script" and node.attrib.get("type") == "application/json":
        inner.append(_data(json.loads(node.text)))
    elif node.tag in ("script", "style"):
        inner.append(node.text)
    return (node.tag, sorted(node.attrib), inner)


def _data(value: Any) -> Any:
    """Lists and maps, and the markup of a part that shows markup; a stranger's name is `?`."""
    if isinstance(value, dict):
        if value.get("_model_name") == "HTMLModel":
            return ("markup", shape("part.html", value["value"].encode()))
        return ("map", [(_key(name), _data(one)) for name, one in value.items()])
    if isinstance(value, list):
        return ("list", [_data(one) for one in value])
    return type(value).__name__


def _key(name: str) -> str:
    return name if re.fullmatch(r"[a-z$][\w$-]{1,40}", name) else "?"


def faults(hostile: dict[str, bytes], plain: dict[str, bytes]) -> list[str]:
    """Return the artefacts whose shape depends on the words in them."""
    assert set(hostile) == {*hostile, *plain}
    return [name for name in plain if shape(name, hostile[name]) != shape(name, plain[name])]


SHOWN = (displays, pictures, reproducers, bundles, merges)


def titled(one: Subject) -> Artefacts:
    """Reports whose title and note are typed by a stranger, too."""
    words = one.history.call(1).event
    for name in ("diagnosis", "comparison", "contrast"):
        page = report(
            [one.results[name]], redact=False, title=words, note=words, verdict=True, limits=LIMITS
        )
        yield f"report of a {name}.html", str(page).encode()


@pytest.mark.usefixtures("unveiled")
def test_all_payloads_at_once_change_no_display(tmp_path: Path) -> None:
    ours, theirs = (
        artefacts(subject(words, tmp_path / name), displays, pictures, reproducers)
        for name, words in (("ours", at_once), ("theirs", harmless))
    )
    assert faults(ours, theirs) == []


@pytest.mark.slow
@pytest.mark.usefixtures("unveiled")
@pytest.mark.parametrize("group", range(GROUPS))
def test_no_payload_changes_the_shape_of_any_surface(group: int, tmp_path: Path) -> None:
    ours, theirs = (
        artefacts(subject(words, tmp_path / name), titled, *SHOWN, widgets, commands)
        for name, words in (("ours", grouped(group)), ("theirs", harmless))
    )
    assert faults(ours, theirs) == []
    printed = {n: d for n, d in ours.items() if re.search(r"output\.|messages\.|reproducer", n)}
    assert {n: ACTING.findall(d.decode()) for n, d in printed.items() if acts(d)} == {}


def acts(data: bytes) -> bool:
    """Whether a terminal would obey anything in what is printed."""
    return ACTING.search(data.decode()) is not None


@pytest.mark.parametrize("part", ["markup", "terminal", "lines of JSON"])
@pytest.mark.usefixtures("unveiled")
def test_without_an_escaper_the_tests_are_red(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if part == "markup":
        monkeypatch.setattr(html, "escape", lambda text: text)
        ours, theirs = (
            artefacts(subject(words, tmp_path / name), displays)
            for name, words in (("ours", grouped(0)), ("theirs", harmless))
        )
        assert len(faults(ours, theirs)) > len(ours) // 4
        return
    where = text if part == "terminal" else values
    name = "visible" if part == "terminal" else "json_line"
    monkeypatch.setattr(where, name, lambda told: told)
    one = subject(lambda _: "\u009d0;t\u009c\u202e", tmp_path)
    done = CliRunner().invoke(
        cli.cli,
        ["read", str(one.log), "--show-identifiers", *(["--json"] if part != "terminal" else [])],
    )
    assert acts(done.stdout_bytes)


# --- a terminal and a spreadsheet -----------------------------------------------------------------


@given(st.text())
def test_a_line_of_json_means_the_same_and_acts_on_nothing(value: str) -> None:
    line = json.dumps({value: value}, ensure_ascii=False)
    assert json.loads(inert.json_line(line)) == {value: value}
    assert not ACTING.search(inert.json_line(line))
    assert len(inert.json_line(line).splitlines()) == 1


@given(st.text())
def test_a_cell_is_no_formula_and_means_one_text(value: str) -> None:
    cell = inert.cell(value)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b"))
    assert inert.bare(cell) == value


@pytest.mark.parametrize("value", [*PAYLOADS[-20:], "+1555 0123", "+1-555", "-1", "'=1", "0"])
def test_the_merge_list_comes_back_from_a_spreadsheet(value: str) -> None:
    history = ig.history(
        [
            ig.Call((ig.Identifier(key, word),), person=value, observed=f"{value}{word}")
            for key, word in (("external_id", "b1"), ("email", "b@example.com"))
        ]
    )
    found = ig.merge_list(ig.replay(history, POLICY))
    (row,) = csv.DictReader(io.StringIO(found.csv(redact=False), newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    assert inert.bare(row["person"]) == value
    assert {inert.bare(row["source_id"]), inert.bare(row["destination_id"])} == {
        f"{value}b1",
        f"{value}b@example.com",
    }


@pytest.mark.parametrize("value", ["\u001b[2K", "a\nWARN nothing", "\u202e", "\u009d0;t"])
def test_no_name_of_a_file_acts_on_a_terminal(value: str, tmp_path: Path) -> None:
    path = tmp_path / f"{value}.jsonl"
    for words in (["read", str(path)], ["demo", "email-change-old", "--report", f"{path}.html"]):
        done = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.cli, words)
        told = f"{done.output}{done.exception or ''}"
        assert not ACTING.search(told)
        assert not any(line.startswith("WARN") for line in told.splitlines())
        assert "\x1b" not in told


# --- a browser ------------------------------------------------------------------------------------


CLICK = """() => {
  let clicked = 0;
  for (let round = 0; round < 2; round += 1) {
    for (const one of document.querySelectorAll("button, summary, a, input, select, [tabindex]")) {
      one.focus?.();
      one.click?.();
      one.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
      if (one.matches("input[type=range]")) {
        one.value = one.max;
        one.dispatchEvent(new Event("input", { bubbles: true }));
      }
      clicked += 1;
    }
  }
  return clicked;
}"""
MADE = "document.querySelectorAll('iframe, img, object, embed, link, base, script[src]').length"


@pytest.mark.ui
@pytest.mark.usefixtures("unveiled")
def test_a_report_of_all_payloads_does_nothing_whatever_is_clicked(
    offline_page: Page, watch: Watch, tmp_path: Path
) -> None:
    """All but the first page go without the content policy, which is the second line only."""
    gone: list[str] = []

    def moved(frame: Frame) -> None:
        gone.append(frame.url.partition("#")[0])

    offline_page.on("framenavigated", moved)
    opened = []
    for group in range(GROUPS):
        one = subject(grouped(group), tmp_path / str(group))
        told = [one.results[name] for name in ("diagnosis", "comparison", "contrast")]
        page = str(report(told, redact=False, title=PAYLOADS[group], note=PAYLOADS[-group]))
        if group:
            page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        path = tmp_path / f"{group}.html"
        path.write_text(page, "utf-8")
        opened.append(path.as_uri())
        offline_page.goto(path.as_uri())
        assert offline_page.evaluate(CLICK) > MANY
        assert offline_page.evaluate(MADE) == 0
    assert watch.requests == opened
    assert list(dict.fromkeys(gone)) == opened


MANY = 30
LAB = """import idgraph as ig
told = ig.replay(ig.read("hostile-{group}.jsonl"), "klaviyo-classic")
from IPython.display import display
people = list(ig.link(told.history).calls)
for one in (
    ig.Stepper(told, redact=False),
    ig.WhatIf(told, redact=False),
    ig.VerdictView(told, show_identifiers=True),
    ig.Compare(told, told, good_person=people[1], bad_person=people[0], redact=False),
    ig.Workbench(told, redact=False),
):
    display(one)
"""


@pytest.mark.ui
def test_widgets_in_jupyterlab_show_payloads_and_do_nothing(lab: Lab, tmp_path: Path) -> None:
    sources = []
    for group, words in enumerate((grouped(0), at_once)):
        one = subject(words, tmp_path / str(group))
        (lab.folder / f"hostile-{group}.jsonl").write_bytes(one.log.read_bytes())
        sources.append(LAB.replace("{group}", str(group)))
    page = lab.run_cells(*sources, "print('all', 'done')", height=9000)
    expect(page.get_by_text("all done").last).to_be_visible(timeout=90_000)
    expect(page.locator(".idgraph.what-if").first).to_be_visible(timeout=60_000)
    inside = "[...document.querySelectorAll('.jp-OutputArea .idgraph')]"
    seen = page.evaluate(f"{inside}.map(one => one.textContent).join(' ')")
    assert "alert(" in seen
    made = "iframe, object, embed, link, base, script, video, audio, marquee, svg script"
    made += ", details:not(.own)"  # the workbench folds parts of itself
    assert page.evaluate(f"{inside}.flatMap(n => [...n.querySelectorAll('{made}')]).length") == 0
    for _ in range(2):
        page.evaluate(
            f"{inside}.forEach(n => n.querySelectorAll('button, summary, [tabindex]')"
            ".forEach(one => { one.focus(); one.click(); }))"
        )
    page.wait_for_function("document.querySelectorAll('.idgraph').length > 0")
    assert page.url.startswith(lab.server.url)


# --- the source tree ------------------------------------------------------------------------------


SINKS = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|srcdoc|DOMParser)\b"
    r"|\bdocument\.write|\beval\(|\bnew Function\b|\|\s*safe\b|\bMarkup\(|\bsetTimeout\(\s*[\"'`]"
    r"|\bon\w+\s*=\s*[\"'`]|\.setAttribute\(\s*[\"']on"
)
CONSTANT = 'new DOMParser().parseFromString("<svg></svg>", "text/html")'
"""How the stepper asks for the name space of drawings: it parses this text alone."""
MARKUP = re.compile(r"<(?:[a-z!/]|\x00)|=[\"']\x00[\"']")
WRITERS: dict[str, frozenset[str]] = {
    "surfaces/drawing/html.py": frozenset(
        ("_write", "_picture", "_frame", "page", "_host", "_script"),
    ),
    "surfaces/displays/notebook.py": frozenset(("frame",)),
    "surfaces/displays/remains.py": frozenset(
        ("rooted", "plain", "explanation", "still", "viewed")
    ),
    "surfaces/cases/futures.py": frozenset(("pictures", "_image", "_card")),
    "surfaces/notebooks/foreign.py": frozenset(("keep",)),
    "surfaces/reports/overviews.py": frozenset(("_picture",)),
    "surfaces/drawing/svg.py": frozenset(("picture", "_svg", "stacked")),
}
"""The functions that put markup together, of markup that the one escaper made, and of constants."""


def test_no_script_of_ours_turns_text_into_markup() -> None:
    scripts = sorted((PACKAGE / "surfaces" / "static").glob("*.js"))
    assert scripts
    texts = {one.name: one.read_text("utf-8").replace(CONSTANT, "") for one in scripts}
    found = {name: SINKS.findall(text) for name, text in texts.items()}
    assert {name: sinks for name, sinks in found.items() if sinks} == {}


def functions(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Yield each f-string and each call of a module with the name of the function it stands in."""

    def walk(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
        inner = node.name if isinstance(node, ast.FunctionDef) else name
        if isinstance(node, ast.JoinedStr | ast.Call | ast.Assign):
            yield inner, node
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inner)

    yield from walk(ast.parse(path.read_text("utf-8")), "")


def test_only_the_writers_of_markup_put_markup_together() -> None:
    found: dict[str, set[str]] = {}
    for path in sorted((PACKAGE / "surfaces").rglob("*.py")):
        for name, node in functions(path):
            if isinstance(node, ast.JoinedStr) and name != "__repr__":
                parts = (str(getattr(part, "value", "")) for part in node.values)
                flat = "".join(
                    one if isinstance(part, ast.Constant) else "\x00"
                    for part, one in zip(node.values, parts, strict=True)
                )
                if path.name != "terminal.py" and "\x00" in flat and MARKUP.search(flat):
                    found.setdefault(path.relative_to(PACKAGE).as_posix(), set()).add(name)
    assert {
        path: sorted(names - WRITERS.get(path, frozenset())) for path, names in found.items()
    } == {path: [] for path in found}


MADE_BY_ESCAPER = re.compile(r"markup\(.*|text", re.DOTALL)


def test_parts_that_show_markup_get_it_from_the_escaper_alone() -> None:
    """`ipywidgets.HTML` runs what it is given: it starts empty or with markup, and is set so."""
    odd = []
    for path in sorted((PACKAGE / "surfaces").rglob("*.py")):
        for _, node in functions(path):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("HTML"):
                odd += [
                    f"{path.name}:{node.lineno}"
                    for given_ in node.args
                    if not MADE_BY_ESCAPER.fullmatch(ast.unparse(given_))
                ]
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "said.value":
                made = ast.unparse(node.value)
                odd += [] if MADE_BY_ESCAPER.fullmatch(made) else [f"{path.name}:{node.lineno}"]
    assert odd == []
