"""Claims about notes: Markdown becomes trees of ours, and nothing in it acts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click.testing
import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph import notation
from idgraph.calls import Call, Identifier, history
from idgraph.cli import cli
from idgraph.errors import UnreadableError
from idgraph.replays import replay
from idgraph.surfaces.drawing import html
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.reports import notes
from idgraph.surfaces.reports.report import report

HOSTILE: list[str] = json.loads(
    (Path(__file__).parent / "hostile" / "payloads.json").read_text("utf-8")
)
MADE = {"p", "em", "strong", "code", "ul", "ol", "li", "pre", "blockquote", "hr", "br", "div"}
MADE |= {"table", "thead", "tbody", "tr", "th", "td", "h3", "h4"}
CALLS = """
    server  external_id=b1 email=betty@example.com person=betty
    +1d server  external_id=b1 email=new@example.com person=betty
    +4s browser email=betty@example.com person=betty
"""


def tags(text: str) -> list[str]:
    """Return the tags of a note in order, those within others behind them."""
    return [str(node.tag) for node in nodes(text)]


def nodes(text: str) -> list[Any]:
    markup = "".join(map(html.markup, notes.note(text)[0]))
    page: Any = html5lib.parse(f"<body>{markup}", namespaceHTMLElements=False)
    return list(page.find("body").iter())[1:]


def words(text: str) -> str:
    markup = "".join(map(html.markup, notes.note(text)[0]))
    return "".join(html5lib.parse(markup, namespaceHTMLElements=False).itertext())


# --- what comes of Markdown -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo", ["p"]),
        ("*a* **b** `c`", ["p", "em", "strong", "code"]),
        ("- a\n- b", ["ul", "li", "li"]),
        ("3. a\n\n   b", ["ol", "li", "p", "p"]),
        ("- a\n  1. b", ["ul", "li", "ol", "li"]),
        ("> a", ["blockquote", "p"]),
        ("```sh\na\n```", ["pre", "code"]),
        ("    a", ["pre", "code"]),
        ("---", ["hr"]),
        ("a  \nb", ["p", "br"]),
        (
            "|a|b|\n|-|-|\n|c|d|",
            ["div", "table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"],
        ),
    ],
)
def test_markdown_becomes_trees(text: str, expected: list[str]) -> None:
    assert tags(text) == expected


def test_headings_start_below_those_of_the_page_and_go_no_deeper_than_they_exist() -> None:
    parts, titles = notes.note("## a\n\n### b\n\n###### c")
    assert [part[0] for part in parts] == ["h3", "h4", "h4"]
    assert [(one.words, one.level, one.anchor) for one in titles] == [
        ("a", 3, "note-1"),
        ("b", 4, "note-2"),
        ("c", 4, "note-3"),
    ]


def test_a_link_is_words_with_the_address_behind_and_a_picture_its_description() -> None:
    assert (
        words("[the ticket](https://tickets.example/17)")
        == "the ticket (https://tickets.example/17)"
    )
    assert words("<https://tickets.example>") == "https://tickets.example"
    assert words("![a *screen*](http://x/y.png)") == "a screen"
    assert tags("[a](https://b.example) ![c](d.png)") == ["p"]


def test_code_keeps_its_lines_and_blanks() -> None:
    assert words("```\na\n\tb\n  c\n```") == "a\n    b\n  c"


@pytest.mark.parametrize("value", HOSTILE)
def test_html_in_a_note_is_text(value: str) -> None:
    # A backtick, a list sign or a table of the payload may well make an element; no tag of it does.
    found = nodes(value)
    assert {str(node.tag) for node in found} <= MADE
    named = {name for node in found for name in node.attrib}
    assert named <= {"id", "class", "tabindex", "role", "aria-label", "start"}


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"])))
def test_any_text_is_a_note_and_is_written_by_the_one_escaper(text: str) -> None:
    for part in notes.note(text)[0]:
        assert html.markup(part)


@given(st.text(alphabet="abc xyz", min_size=1).filter(lambda text: text == text.strip()))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert words(text) == text


def test_characters_that_act_are_made_visible() -> None:
    assert words("a\u202eb") == visible("a\u202eb")


# --- in a report ----------------------------------------------------------------------------------


def page_of(**options: Any) -> Any:
    text = str(report(replay(notation.parse(CALLS)), **options))
    return html5lib.parse(text, namespaceHTMLElements=False)


def links(page: Any) -> list[str]:
    (nav,) = page.iter("nav")
    return [str(node.get("href")) for node in nav.iter("a")]


def test_a_note_stands_in_the_contents_with_its_headings() -> None:
    assert links(page_of(note="# What I did"))[:3] == ["#note", "#note-1", "#summary"]
    assert "#note" not in links(page_of())
    assert "#note" not in links(page_of(note=" \n"))


def test_every_line_of_the_contents_leads_somewhere_once() -> None:
    told = [replay(notation.parse(CALLS)), replay(notation.parse(CALLS))]
    page = html5lib.parse(str(report(told, note="# a\n\n# b")), namespaceHTMLElements=False)
    anchors = [node.get("id") for node in page.iter() if node.get("id")]
    assert len(anchors) == len(set(anchors))
    assert set(links(page)) <= {f"#{anchor}" for anchor in anchors}
    assert {"#part", "#r2-part", "#r2-summary"} <= set(links(page))


# --- from a file ----------------------------------------------------------------------------------


def run(*arguments: str) -> click.testing.Result:
    return click.testing.CliRunner().invoke(cli, arguments)


@pytest.fixture
def log(tmp_path: Path) -> str:
    rows = (
        {"sent_at": f"2024-05-0{n}T08:00:00Z", "external_id": "b1", "email": email}
        for n, email in enumerate(("betty@example.com", "new@example.com"), 1)
    )
    path = tmp_path / "calls.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def test_a_note_that_is_not_there_or_not_utf_8_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be read"):
        notes.read(tmp_path / "none.md")
    (tmp_path / "latin.md").write_bytes("Grüße".encode("latin-1"))
    with pytest.raises(UnreadableError, match="UTF-8"):
        notes.read(tmp_path / "latin.md")
    (tmp_path / "marked.md").write_bytes("\ufeffGrüße".encode())
    assert notes.read(tmp_path / "marked.md") == "Grüße"


@pytest.mark.parametrize("command", [["report", "-o"], ["compare", "--report"]])
def test_the_command_line_takes_a_title_and_a_note(
    command: list[str], log: str, tmp_path: Path
) -> None:
    (tmp_path / "note.md").write_text("Seen on *Monday*.", "utf-8")
    name, option = command
    paths = [log, log] if name == "compare" else [log]
    out = str(tmp_path / "page.html")
    found = run(
        *(name, *paths, option, out, "--title", "My title", "--note", str(tmp_path / "note.md"))
    )
    assert found.exit_code == 0, found.output
    text = Path(out).read_text("utf-8")
    assert "<h1>My title</h1>" in text
    assert "<em>Monday</em>" in text
    assert "identifiers of the history" not in found.stderr


def test_a_note_that_tells_an_identifier_is_warned_of_without_telling_it(
    log: str, tmp_path: Path
) -> None:
    (tmp_path / "note.md").write_text("# Seen\n\nBETTY@example.com wrote.", "utf-8")
    out = str(tmp_path / "page.html")
    given = ("report", log, "-o", out, "--note", str(tmp_path / "note.md"))
    found = run(*given)
    assert "line 3" in found.stderr
    assert "betty@" not in found.output.lower()
    assert "BETTY@example.com" in Path(out).read_text("utf-8")
    assert "line 3" not in run(*given, "--show-identifiers").stderr


def test_a_title_without_a_report_is_a_mistake(log: str) -> None:
    found = run("compare", log, log, "--title", "x")
    assert isinstance(found.exception, Exception)
    assert found.exit_code != 0


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("nobody", []),
        ("see b1, please", [1]),
        ("\n(ann@shop.example).", [2]),
        ("call +49 170 123-4567 now", [1]),
        ("call 17 of 42", []),
        ("order 1234567", [1]),
        ("b11", []),
    ],
)
def test_identifiers_are_found_as_a_reader_would_see_them(text: str, lines: list[int]) -> None:
    values = [
        ("external_id", "b1"),
        ("email", "ANN@shop.example"),
        ("phone_number", "+491701234567"),
    ]
    made = [Call(identifiers=(Identifier(key, value),)) for key, value in values]
    numbers = tuple(Identifier("external_id", number, number=True) for number in ("1234567", "17"))
    made.append(Call(identifiers=numbers[:1]))
    made.append(Call(identifiers=numbers[1:]))
    assert notes.telling(text, history(made)) == lines
