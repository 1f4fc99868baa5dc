"""Text, markup, pictures, notebooks and the widget: strings stay strings, structure stays put."""

from __future__ import annotations

import base64
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import html5lib
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from idgraph import notation
from idgraph.calls import Call, History, Identifier, history
from idgraph.comparison import compare
from idgraph.demos import demo
from idgraph.diagnosis import diagnose
from idgraph.errors import UsageError
from idgraph.replays import Replay, replay
from idgraph.surfaces.cases import stepper, stills
from idgraph.surfaces.displays import notebook
from idgraph.surfaces.drawing import html, svg, text, trees
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.reports.report import report
from idgraph.surfaces.widgets.compare_view import Compare
from idgraph.surfaces.widgets.graph_view import GraphView
from idgraph.surfaces.widgets.overview_view import OverviewView
from idgraph.surfaces.widgets.split_view import SplitView
from idgraph.surfaces.widgets.stepper_view import Stepper
from idgraph.surfaces.widgets.verdict_view import VerdictView
from idgraph.surfaces.widgets.what_if import WhatIf
from idgraph.surfaces.widgets.why_not_view import WhyNotView
from idgraph.views import calls, ladder, payload, state
from idgraph.views.base.blocks import (
    Cell,
    Facts,
    Heading,
    Items,
    Line,
    Notice,
    Paragraph,
    Payload,
    Row,
    Table,
    code,
    words,
)
from idgraph.views.base.case import Case, Cases

HOSTILE: list[str] = json.loads(
    (Path(__file__).parent / "hostile" / "payloads.json").read_text("utf-8")
)
BETTY = """
    # Betty, as it broke
    server  external_id=b1 email=old@example.com person=betty
    +1d server  external_id=b1 email=new@example.com person=betty
    +4s browser email=new@example.com person=betty
    +4s form    email=old@example.com person=betty
    server external_id=c1 email=carl@example.com person=carl
"""


def betty() -> Replay:
    return replay(notation.parse(BETTY))


def case_of(found: Replay) -> Case:
    cases = Cases(found)
    return cases.case(cases.by_splits()[0])


def hostile(value: str) -> History:
    """Return a history that split, with a value in every place that a stranger can write to."""

    def call(*identifiers: Identifier, at: int) -> Call:
        body = {"event": value, value: [value], "$email": value}
        return Call(
            identifiers=identifiers,
            channel="form",
            endpoint=value,
            event=value,
            event_id=value,
            person=value,
            sent_at=at,
            origin=f"{value}:1",
            payload=body,
            wire={"email": ("$email",)},
        )

    ours, theirs = Identifier("external_id", f"id {value}"), Identifier("email", f"at {value}")
    return history([call(ours, at=1), call(theirs, at=2), call(ours, theirs, at=3)], title=value)


def shape(node: Any) -> Any:
    """Return the tags of a parsed tree, its words and the values of its attributes left out."""
    return (str(node.tag), sorted(node.attrib), [shape(child) for child in node])


def parsed(markup: str) -> Any:
    return html5lib.parse(markup, namespaceHTMLElements=False)


# --- markup ---------------------------------------------------------------------------------------


def every_block(value: str) -> list[Any]:
    rich = words(value)
    return [
        Heading(rich),
        Paragraph(rich),
        Notice(rich),
        Items((rich, code(value))),
        Facts(((rich, code(value)),)),
        Table(rich, (rich,), (Row((Cell(rich),), 1, "call-1"),)),
        Payload(rich, (Line(value, "matched", value),)),
    ]


@given(st.text(min_size=1))
def test_what_is_parsed_back_is_what_was_said(value: str) -> None:
    for block in every_block(value):
        node = parsed(html.markup(trees.tree(block)))
        assert visible(value) in "".join(node.itertext())


@given(st.text(min_size=1))
def test_the_tree_does_not_depend_on_the_words(value: str) -> None:
    for block, plain in zip(every_block(value), every_block("x"), strict=True):
        ours, theirs = (parsed(html.markup(trees.tree(each))) for each in (block, plain))
        assert shape(ours) == shape(theirs)


@given(st.text())
def test_printable_text_is_left_alone_and_nothing_acts(value: str) -> None:
    shown = visible(value)
    assert all(ord(char) >= 0x20 and not 0x7F <= ord(char) < 0xA0 for char in shown)
    if value.isascii() and value.isprintable():
        assert shown == value


@given(
    st.recursive(
        st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_an_island_is_json_that_cannot_end_its_script(data: Any) -> None:
    written = html.island(data)
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == data


@pytest.mark.parametrize(
    "tree",
    [
        ["script", {}, "x"],
        ["p", {"style": "color: red"}],
        ["p", {"onclick": "x"}],
        ["a", {"href": "javascript:x"}],
    ],
)
def test_markup_knows_only_the_closed_lists(tree: trees.Tree) -> None:
    with pytest.raises(ValueError, match=r".+"):
        html.markup(tree)


def test_the_script_and_the_markup_know_the_same_lists() -> None:
    script = html.asset("building.js")
    joined = re.sub(r'" \+\s*"', "", script)
    lists = {
        word
        for found in re.findall(r'"([a-zA-Z0-9 -]+)"\)?\.split', joined)
        for word in found.split()
    }
    used = html.TAGS - html.FRAME_TAGS - {"main", "nav", "header", "footer", "desc"}
    assert used <= lists
    assert lists >= html.ATTRIBUTES - html.FRAME_ATTRIBUTES


# --- the report -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def harmless() -> Any:
    return shape(parsed(str(report(hostile("x"), redact=False, title="x", note="x"))))


@pytest.mark.slow
@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_changes_the_shape_of_a_report(value: str, harmless: Any) -> None:
    page = str(report(hostile(value), redact=False, title=value, note="x"))
    assert shape(parsed(page)) == harmless


def test_a_report_is_the_same_bytes_for_the_same_input() -> None:
    assert report(betty()) == report(betty())


def test_a_report_names_no_address_and_no_outside_file() -> None:
    page = str(report(betty()))
    assert re.findall(r"(?:https?|ftp|file|ws|blob):", page) == []
    assert re.findall(r"<(?:link|img|iframe|base|object|embed)\b", page) == []


def test_the_content_policy_names_the_script_and_the_style_by_their_bytes() -> None:
    page = str(report(betty()))
    policy = re.findall(r'content="(default-src[^"]*)"', page)
    assert policy
    assert "unsafe" not in policy[0]
    assert policy[0].count("'sha256-") == 3


def test_a_report_is_redacted_unless_told_otherwise(tmp_path: Path) -> None:
    assert "old@example.com" not in str(report(betty()))
    assert "old@example.com" in str(report(betty(), redact=False))
    assert "pseudonymous" in str(report(betty()))
    path = report(betty(), tmp_path / "r.html")
    assert path == tmp_path / "r.html"
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.html"]


def test_a_report_of_two_results_has_each_anchor_once() -> None:
    page = str(report([betty(), diagnose(betty()), notation.parse(BETTY)]))
    anchors = re.findall(r' id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert {"call-1", "r2-call-1", "r3-call-1"} <= set(anchors)
    links = re.findall(r' href="#([^"]+)"', page)
    assert set(links) <= set(anchors)


def test_a_report_of_nothing_is_a_mistake_and_of_nobody_split_is_not() -> None:
    with pytest.raises(UsageError):
        report([])
    assert "Nobody split" in str(report(replay(notation.parse("external_id=b1"))))


def test_a_report_of_calls_that_name_nobody_still_says_what_was_read() -> None:
    assert "What was read" in str(report(replay(History(()))))


def test_a_case_of_200_calls_stays_small() -> None:
    lines = (f"external_id=b1 email=m{n // 20}@example.com person=p" for n in range(200))
    assert len(str(report(replay(notation.parse("\n".join(lines)))))) < 1_000_000


def test_the_drawing_of_a_long_case_shows_the_decisive_call_and_says_that_it_is_not_all() -> None:
    same = ["external_id=b1 email=a@example.com person=p"] * 150
    found = case_of(replay(notation.parse("\n".join([*same, "email=b@example.com person=p"]))))
    words = "".join(parsed(html.markup(stills.still(found))).itertext())
    assert "The drawing shows" in words
    assert "call 151, " in words
    assert "The decisive call: call 151" in words


@pytest.mark.slow
def test_a_comparison_of_200_calls_on_each_side_stays_small() -> None:
    lines = [f"external_id=b1 email=m{n // 20}@example.com person=p" for n in range(200)]
    other = [*lines[:100], "email=m0@example.com person=p", *lines[101:]]
    found = compare(*(notation.parse("\n".join(side)) for side in (lines, other)))
    assert len(str(report(found))) < 1_000_000


def test_rows_add_up_in_the_report() -> None:
    page = parsed(str(report(betty())))
    pairs = [("".join(n.itertext())) for n in page.iter("dd")]
    assert "5, which hold 5 calls" in pairs


def test_a_comparison_says_of_each_side_what_was_read() -> None:
    found = compare(demo("email-change-worked"), demo("email-change-broke"))
    page = parsed(str(report(found)))
    section = next(one for one in page.iter("section") if "reading" in str(one[0].attrib.get("id")))
    assert ["".join(one.itertext()) for one in section.iter("h3")] == ["Correct", "Duplicated"]
    assert len(list(section.iter("dl"))) == len(("Correct", "Duplicated"))


# --- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_acts_on_a_terminal_or_adds_a_line(value: str) -> None:
    def shown(word: str) -> str:
        case = case_of(replay(hostile(word)))
        step = case.step(2)
        return text.text(
            [
                *calls.VIEW.blocks(case),
                ladder.rungs(case, step),
                state.state(case, step),
                payload.payload(case, step),
            ]
        )

    written = shown(value)
    assert written == visible(written.replace("\n", "\x00")).replace("\\x00", "\n")
    assert len(begun(written)) == len(begun(shown("x")))


def begun(written: str) -> list[str]:
    """The lines that start at the margin; a wide cell goes on in lines that do not."""
    return [line for line in written.split("\n") if line[:1].strip()]


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1))
def test_a_table_in_a_terminal_has_a_line_at_the_margin_for_each_row(
    cells: list[tuple[str, str]],
) -> None:
    rows = tuple(
        Row((Cell(words(f"{n} {one}")), Cell(words(one)), Cell(code(other))))
        for n, (one, other) in enumerate(cells)
    )
    heads = (words("Row"), words("What it says"), words("Value"))
    written = text.text([Table(words("A table"), heads, rows)])
    assert [line.split()[0] for line in begun(written)[3:]] == [str(n) for n in range(len(cells))]


def test_a_wide_cell_goes_on_under_itself_and_no_word_is_broken() -> None:
    long, value = "a sentence of many words " * 12, "x" * 70
    heads = (words("Row"), words("Says"), words("Value"))
    table = Table(
        words("A table"), heads, (Row((Cell(words("1")), Cell(words(long)), Cell(code(value)))),)
    )
    _, _, rule, *lines = text.text([table]).rstrip("\n").split("\n")
    start, end = (rule.index("-", 5), rule.rindex("  "))
    assert " ".join(line[start:end].strip() for line in lines).split() == long.split()
    assert value in lines[0]
    narrow = Table(words("A table"), heads[:2], (Row((Cell(words("1")), Cell(words(long[:80])))),))
    assert len(text.text([narrow]).rstrip("\n").split("\n")) == len(
        ("caption", "heads", "rule", "row")
    )


def test_every_block_can_be_read_in_a_terminal() -> None:
    document = stepper.steps(case_of(betty()))
    written = text.text([*every_block("some words"), document.network, document.legend, document])
    assert "some words" in written
    assert "P1 to P2: created" in written


# --- pictures and notebooks -----------------------------------------------------------------------


@pytest.mark.parametrize("value", [HOSTILE[0], HOSTILE[20], HOSTILE[49], "]]>", "\ud800"])
def test_a_picture_is_well_formed_and_holds_no_script(value: str) -> None:
    drawn = ET.fromstring(svg.picture(case_of(replay(hostile(value)))))  # noqa: S314 - our own
    tags = {node.tag.rpartition("}")[2] for node in drawn.iter()}
    assert tags <= {"svg", "style", "g", "path", "rect", "circle", "text", "tspan", "title", "desc"}


@pytest.mark.parametrize(
    "result",
    [betty(), diagnose(betty())],
    ids=["replay", "diagnosis"],
)
def test_a_result_shows_itself_without_a_kernel(result: Any) -> None:
    bundle = result._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == repr(result)
    page = parsed(bundle["text/html"])
    (frame,) = page.iter("iframe")
    assert frame.attrib["sandbox"] == "allow-scripts"
    assert frame.attrib["height"].isdigit()
    assert "old@example.com" not in bundle["text/html"]
    (picture,) = page.iter("img")
    assert b"old@example.com" not in base64.b64decode(picture.attrib["src"].partition(",")[2])
    (still,) = (node for node in page.iter("div") if node.get("class") == "idgraph-still")
    assert len(list(still.iter("tr"))) == len(betty().history.only([1, 2, 3, 4])) + 1


def test_a_diagnosis_says_who_split_before_it_steps() -> None:
    markup = notebook.markup(diagnose(betty()))
    before, frame, _ = markup.partition("<iframe")
    assert frame
    assert "1 of 2 persons split" in before
    assert "old-email-after-update" in before


def test_a_history_shows_what_was_read_and_its_calls_redacted() -> None:
    bundle = notation.parse(BETTY)._repr_mimebundle_()
    assert "Rows read" in bundle["text/html"]
    assert "old@example.com" not in bundle["text/html"]
    page = parsed(bundle["text/html"])
    *_, table = page.iter("table")
    assert len(list(table.iter("tr"))) == len(notation.parse(BETTY)) + 1


def test_an_empty_history_shows_itself_all_the_same() -> None:
    assert "There is no call" in notebook.mimebundle(History(()))["text/html"]


def test_the_frame_holds_the_page_unchanged() -> None:
    markup = notebook.markup(betty())
    (frame,) = parsed(markup).iter("iframe")
    assert frame.attrib["srcdoc"].startswith("<!DOCTYPE html>")
    assert frame.attrib["srcdoc"].rstrip().endswith("</html>")


@cache
def still_shape(value: str) -> Any:
    return shape(parsed(html.markup(stills.still(case_of(replay(hostile(value)))))))


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_changes_the_shape_of_what_a_notebook_shows(value: str) -> None:
    assert still_shape(value) == still_shape("x")


# --- the widget -----------------------------------------------------------------------------------


def test_the_widget_tells_python_which_call_is_shown() -> None:
    widget = Stepper(betty())
    seen: list[int] = []
    widget.observe(lambda change: seen.append(change["new"]), "call")
    widget.call = 3
    assert (widget.call, widget.step.number, seen) == (3, 3, [3])
    assert repr(widget) == "<Stepper: call 3 of 5, person 1, 2 profiles, 1 split>"


@pytest.mark.parametrize("number", [0, -1, 5, 6, 10**30])
def test_a_call_that_is_not_shown_is_refused(number: int) -> None:
    widget = Stepper(betty())
    with pytest.raises(traitlets.TraitError, match=r"its calls|the calls of this person: 1-4"):
        widget.call = number
    assert widget.call == 1


def test_persons_that_split_come_first_and_can_be_picked_by_their_own_name() -> None:
    widget = Stepper(betty(), redact=False)
    assert widget.people == ("betty", "carl")
    widget.person = "carl"
    assert (widget.person, widget.call) == ("carl", 5)
    hidden = Stepper(betty(), person="carl")
    assert hidden.call == 5
    assert "carl" not in hidden.people
    with pytest.raises(traitlets.TraitError):
        widget.person = "nobody"


def test_the_widget_opens_where_it_is_told() -> None:
    assert Stepper(betty(), call=4).call == 4
    with pytest.raises(traitlets.TraitError):
        Stepper(betty(), call=77)
    with pytest.raises(UsageError):
        Stepper(replay(History(())))


def test_pages_are_sent_when_they_are_asked_for() -> None:
    widget = Stepper(betty())
    sent: list[Any] = []
    widget.send = lambda content, _buffers=None: sent.append(content)
    widget._answer(widget, {"get": 0, "document": "0"}, [])  # noqa: SLF001 - as the kernel does
    for wrong in ({"get": 9}, {"get": "0"}, {"get": -1}, {}, None, [1]):
        widget._answer(widget, wrong, [])  # noqa: SLF001
    assert [message["number"] for message in sent] == [0]
    assert len(sent[0]["page"]["panels"]) == 4


def test_the_widget_leaves_a_picture_for_a_notebook_without_kernel() -> None:
    data = Stepper(betty())._repr_mimebundle_()[0]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"].startswith("<Stepper: call 1 of 5")
    assert "<img" in data["text/html"]
    assert "old@example.com" not in data["text/html"]


def test_what_opens_the_widget_does_not_grow_with_what_the_calls_carry() -> None:
    def size(number: int) -> int:
        lines = "\n".join(["external_id=b1 person=p"] * number)
        return len(html.island(stepper.head(stepper.steps(case_of(replay(notation.parse(lines)))))))

    assert size(400) - size(200) < 200 * 12


def both(make: Callable[[], object]) -> tuple[object, object]:
    return make(), make()


def test_pages_are_the_same_each_time() -> None:
    document = stepper.steps(case_of(betty()))
    one, other = both(lambda: stepper.page(document, 0))
    assert one == other


@pytest.mark.parametrize(
    "widget",
    [
        Compare,
        GraphView,
        OverviewView,
        SplitView,
        Stepper,
        VerdictView,
        WhatIf,
        WhyNotView,
    ],
)
def test_a_module_of_several_files_says_once_what_it_exports(widget: Any) -> None:
    assert widget._esm.count("\nexport default ") == 1  # noqa: SLF001 - as anywidget reads it
    assert widget._esm.rstrip().endswith("};")  # noqa: SLF001
