"""Claims about rendered notebooks: they step offline, and what others made does nothing."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click.testing
import html5lib
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from idgraph import notation
from idgraph.cli import cli
from idgraph.errors import IdgraphError, UnreadableError, UsageError
from idgraph.replays import replay
from idgraph.surfaces.displays import notebook
from idgraph.surfaces.drawing import html
from idgraph.surfaces.notebooks import cells, foreign
from idgraph.surfaces.notebooks.exporting import IdgraphExporter
from idgraph.surfaces.notebooks.rendering import render
from idgraph.surfaces.widgets.stepper_view import Stepper

ROOT = Path(__file__).resolve().parent.parent
HOSTILE: list[str] = json.loads(
    (Path(__file__).parent / "hostile" / "payloads.json").read_text("utf-8")
)
BETTY = """
    server  external_id=b1 email=old@example.com person=betty
    +1d server  external_id=b1 email=new@example.com person=betty
    +4s form    email=old@example.com person=betty
"""
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
Cell = dict[str, Any]


def markdown(source: str) -> Cell:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def code(*outputs: Any, source: str = "x") -> Cell:
    """Return a cell with outputs; a dictionary is the forms of a result, a text is printed."""
    made = [
        {"output_type": "stream", "name": "stdout", "text": output}
        if isinstance(output, str)
        else {"output_type": "display_data", "data": output, "metadata": {}}
        for output in outputs
    ]
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "execution_count": 1,
        "outputs": made,
    }


def book(*written: Cell) -> dict[str, Any]:
    return {"cells": list(written), "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def save(folder: Path, *written: Cell) -> Path:
    path = folder / "book.ipynb"
    path.write_text(json.dumps(book(*written)), "utf-8")
    return path


def parsed(text: str) -> Any:
    return html5lib.parse(text, namespaceHTMLElements=False)


def tag(node: Any) -> str:
    """Return the tag of a parsed node without its name space."""
    return str(node.tag).rpartition("}")[2]


def body(*written: Cell) -> Any:
    (main,) = parsed(cells.page(book(*written))).iter("main")
    return main


def said(*written: Cell) -> str:
    return "".join(body(*written).itertext())


# --- cells ----------------------------------------------------------------------------------------


def test_the_title_is_the_first_heading() -> None:
    page = parsed(cells.page(book(markdown("words"), markdown("## A `b`"), markdown("# C"))))
    assert [node.text for node in page.iter("title")] == ["A b"]
    assert [node.text for node in parsed(cells.page(book(code()), "name")).iter("title")] == [
        "name"
    ]


def test_headings_are_in_the_contents_one_under_another() -> None:
    page = parsed(cells.page(book(markdown("# A\n\n## B"), code(), markdown("## C"))))
    (nav,) = page.iter("nav")
    (inner,) = nav.findall("details/ul/li/ul")
    assert ["".join(node.itertext()) for node in inner] == ["B", "C"]
    anchors = [node.get("id") for node in page.iter() if node.get("id")]
    assert len(anchors) == len(set(anchors))
    assert {node.get("href") for node in nav.iter("a")} == {f"#{anchor}" for anchor in anchors}


def test_html_comes_before_a_live_widget_and_a_widget_alone_is_its_line() -> None:
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    assert "shown" in said(code(view | {"text/html": "<b>shown</b>", "text/plain": "line"}))
    assert "line" in said(code(view | {"text/plain": "line"}))


def test_a_live_stepper_leaves_its_picture_and_its_table() -> None:
    bundle = Stepper(replay(notation.parse(BETTY)))._repr_mimebundle_()[0]
    main = body(code(bundle))
    assert len(list(main.iter("img"))) == 1
    assert len(list(main.iter("tr"))) == 4
    assert list(main.iter("iframe")) == []


def test_pictures_stay_and_streams_are_what_a_terminal_would_leave() -> None:
    main = body(code({"image/png": PIXEL}, "\x1b[31mred\x1b[0m 10%\r20%\n", "more\n"))
    (picture,) = main.iter("img")
    assert str(picture.get("src")).startswith("data:image/png;base64,")
    streams = [node for node in main.iter("pre") if node.get("class") == "stream"]
    assert ["".join(node.itertext()) for node in streams] == ["20%\nmore"]


def test_a_source_that_was_folded_is_folded() -> None:
    cell = code("out", source="secret = 1")
    cell["metadata"] = {"jupyter": {"source_hidden": True}}
    (folded,) = body(cell).iter("details")
    assert folded.get("open") is None
    assert "secret" in "".join(folded.itertext())


def test_a_table_of_pandas_stays_a_table() -> None:
    text = (
        "<style scoped>.dataframe {x: y}</style><table border='1' class='dataframe'><thead>"
        "<tr><th></th><th>a</th></tr></thead><tbody><tr><th>0</th><td>1</td></tr></tbody></table>"
    )
    main = body(code({"text/html": text}))
    assert len(list(main.iter("td"))) == 1
    assert "dataframe {" not in "".join(main.itertext())


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc", "Cf", "Cn", "Co"])))
def test_code_is_read_back_as_it_was_written(source: str) -> None:
    (shown,) = (
        n for n in body(code(source=f"x{source}x")).iter("pre") if n.get("class") == "source"
    )
    assert "".join(shown.itertext()).replace("\u2028", "") == f"x{source}x".replace("\u2028", "")


def test_the_same_notebook_is_the_same_bytes() -> None:
    written = book(
        markdown("# A"), code({"text/html": notebook.markup(replay(notation.parse(BETTY)))})
    )
    assert cells.page(written) == cells.page(written)


# --- strangers' HTML ------------------------------------------------------------------------------


ADDED = [
    "<form action=//evil.test><input name=a></form>",
    "<meta http-equiv=refresh content='0;url=//evil.test'>",
    "<a href=//evil.test>a</a><base href=//evil.test>",
    "<svg xmlns='http://www.w3.org/2000/svg' onload=alert(1)><script>alert(2)</script></svg>",
    "<math><mtext><table><style><!--</style><img title='--&gt;&lt;img src onerror=a()&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<hr class=idgraph-place-0><hr class=idgraph-place-99>",
    "<img src='data:text/html;base64,PHNjcmlwdD4='><img src=data:image/png,alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
]


@pytest.mark.parametrize("value", [*HOSTILE, *ADDED])
def test_nothing_of_a_strangers_html_acts(value: str) -> None:
    page = parsed(
        cells.page(
            book(
                markdown(value),
                code(
                    {"text/html": value}, {"text/markdown": value}, {"image/svg+xml": value}, value
                ),
            ),
            value,
        )
    )
    (nav,) = page.iter("nav")
    ours = {node.get("href") for node in nav.iter("a")}
    for node in page.find("body").iter():
        if node.tag == "script":
            assert node.get("type") == "module"
            continue
        assert tag(node) in html.TAGS | {"body", "img"}
        assert not [name for name in node.attrib if name.startswith("on") or name == "style"]
        assert node.get("href") in {None, *ours}
        assert node.get("src") is None or str(node.get("src")).startswith("data:image/")
    assert len(list(page.iter("script"))) == 1


def test_a_link_says_its_address_and_leads_nowhere() -> None:
    main = body(code({"text/html": '<a href="https://a.example/b">here</a>'}))
    assert "here (https://a.example/b)" in "".join(main.itertext())
    assert list(main.iter("a")) == []


def test_a_drawing_of_ours_stays_a_drawing_and_one_with_a_name_space_becomes_a_picture() -> None:
    inline = "<svg viewBox='0 0 9 9' class='k-id'><path d='M0 0H9' onclick='x'></path></svg>"
    (drawn,) = (node for node in body(code({"text/html": inline})).iter() if tag(node) == "svg")
    assert drawn.get("viewBox") == "0 0 9 9"
    whole = "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0H9'/></svg>"
    assert len(list(body(code({"text/html": whole})).iter("img"))) == 1


def test_only_a_frame_that_is_what_we_write_is_kept() -> None:
    ours = notebook.markup(replay(notation.parse(BETTY)))
    assert len(list(body(code({"text/html": ours})).iter("iframe"))) == 1
    for old, new in (("default-src 'none'", ""), ("<main>", "<main><b>x</b>"), ("stepper", "s")):
        escaped = new.replace("'", "&#39;")
        changed = ours.replace(old.replace("'", "&#39;"), escaped, 1)
        assert changed != ours
        main = body(code({"text/html": changed}))
        assert list(main.iter("iframe")) == []
        assert len(list(main.iter("img"))) == 1
        assert foreign.OTHER in "".join(main.itertext())


def test_the_page_names_every_script_by_its_bytes_and_nothing_outside() -> None:
    page = cells.page(book(code({"text/html": notebook.markup(replay(notation.parse(BETTY)))})))
    (policy,) = (
        node.get("content")
        for node in parsed(page).iter("meta")
        if node.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert "unsafe" not in policy
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert rules["script-src"].count("sha256-") >= 2
    assert "http" not in policy


# --- files ----------------------------------------------------------------------------------------


def test_nbconvert_finds_the_exporter_by_its_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = project["entry-points"]["nbconvert.exporters"]["idgraph"]
    module, _, name = named.partition(":")
    assert getattr(import_module(module), name) is IdgraphExporter


def test_the_exporter_writes_what_render_writes(tmp_path: Path) -> None:
    path = save(tmp_path, markdown("# A"), code("out"))
    assert render(path) == tmp_path / "book.html"
    exporter: Any = IdgraphExporter()  # type: ignore[no-untyped-call]
    made, kept = exporter.from_filename(str(path))
    assert made == (tmp_path / "book.html").read_text("utf-8")
    assert kept["output_extension"] == ".html"


def test_what_is_no_notebook_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be read"):
        render(tmp_path / "none.ipynb")
    for text in ("", "{}", "[1]", '{"cells": 3, "nbformat": 4, "nbformat_minor": 4}', "words"):
        (tmp_path / "b.ipynb").write_text(text, "utf-8")
        with pytest.raises(UnreadableError, match="not a Jupyter notebook"):
            render(tmp_path / "b.ipynb")
    assert not (tmp_path / "b.html").exists()


def test_neither_a_stream_nor_the_notebook_itself_is_written_to(tmp_path: Path) -> None:
    path = save(tmp_path, code())
    before = path.read_bytes()
    for source, target in (("-", None), (path, "-"), (path, path)):
        with pytest.raises(UsageError):
            render(source, target)
    with pytest.raises(UnreadableError, match="cannot be written"):
        render(path, tmp_path / "none" / "b.html")
    assert path.read_bytes() == before


def test_older_notebooks_are_read(tmp_path: Path) -> None:
    v3: Any = nbformat.v3
    sheet = v3.new_worksheet(cells=[v3.new_code_cell(input="old")])
    old = v3.writes_json(v3.new_notebook(worksheets=[sheet]))
    (tmp_path / "b.ipynb").write_text(old, "utf-8")
    assert "old" in render(tmp_path / "b.ipynb").read_text("utf-8")


def test_the_command_line_says_what_it_wrote(tmp_path: Path) -> None:
    path, out = save(tmp_path, code("out")), tmp_path / "page.html"
    found = click.testing.CliRunner().invoke(cli, ["render", str(path), "-o", str(out)])
    assert found.exit_code == 0, found.output
    assert str(out) in found.stderr
    assert out.is_file()


@pytest.mark.slow
def test_a_notebook_is_run_first_where_asked_and_a_cell_that_fails_is_named(tmp_path: Path) -> None:
    path = save(tmp_path, markdown("# A"), code(source="print(6 * 7)"))
    before = path.read_bytes()
    assert "42" in render(path, execute=True).read_text("utf-8")
    assert path.read_bytes() == before
    failing = save(tmp_path, markdown("# A"), code(source="raise KeyError('betty@example.com')"))
    with pytest.raises(IdgraphError) as caught:
        render(failing, execute=True)
    assert "cell 2 of 2" in str(caught.value)
    assert "KeyError" in str(caught.value)
    assert "betty" not in str(caught.value)


# --- in a browser ---------------------------------------------------------------------------------


@pytest.mark.ui
def test_a_rendered_notebook_steps_offline_and_strangers_do_nothing(
    offline_page: Page, axe: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    ours = notebook.markup(replay(notation.parse(BETTY)))
    strange = [code({"text/html": value}, {"text/markdown": value}) for value in (*HOSTILE, *ADDED)]
    marks = [markdown(value) for value in HOSTILE]
    path = save(tmp_path, markdown("# A\n\n## B"), code({"text/html": ours}), *marks, *strange)
    offline_page.goto(render(path).as_uri())
    frame = offline_page.frame_locator("iframe").first
    expect(frame.locator(".status")).to_contain_text("call 3")
    frame.get_by_role("button", name="Previous call").click()
    expect(frame.locator(".status")).to_contain_text("call 2")
    expect(offline_page.locator(".idgraph-still")).to_be_hidden()
    offline_page.emulate_media(media="print")
    expect(offline_page.locator(".idgraph-still")).to_be_visible()
    offline_page.emulate_media(media="screen")
    plain = render(save(tmp_path, markdown("# A"), code({"text/html": ours}, "out")))
    for scheme in ("light", "dark"):
        offline_page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        offline_page.goto(plain.as_uri())
        assert axe(offline_page) == []
