"""Claims about how verdicts are shown: in a report, a notebook, a terminal and as a widget."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import html5lib
import pytest
import traitlets

from idgraph import notation
from idgraph.calls import Call, History, Identifier, history
from idgraph.demos import demo
from idgraph.errors import UsageError
from idgraph.replays import Replay, replay
from idgraph.searching.limits import Limits
from idgraph.surfaces.drawing import html, text
from idgraph.surfaces.drawing.html import asset
from idgraph.surfaces.reports.report import report
from idgraph.surfaces.results import explanations, terminal
from idgraph.surfaces.widgets.verdict_view import VerdictView
from idgraph.verdicts import Verdicts, verdict
from idgraph.verdicts.sensitivity import SETTLES_S, SKEWS_S
from idgraph.views import timing

HOSTILE: list[str] = json.loads(
    (Path(__file__).parent / "hostile" / "payloads.json").read_text("utf-8")
)
LAG = """
    # Betty, and a look-up that was behind
    server  external_id=b1 email=old@example.com person=betty -> A
    +1d server external_id=b1 email=new@example.com took=300ms person=betty -> A
    +3s browser event="Viewed Product" email=new@example.com person=betty -> B
    +1h server external_id=c1 email=carl@example.com person=carl -> C
"""
HEADING = ">What can explain it</h3>"
VALUES = ("old@example.com", "new@example.com", "carl@example.com", "betty")


def lagging() -> Replay:
    return replay(notation.parse(LAG))


@cache
def page(told: str = LAG, *, judge: bool = True) -> str:
    return str(report(replay(notation.parse(told)), verdict=judge))


def shape(node: Any) -> Any:
    """Return the tags of a parsed tree, its words and the values of its attributes left out."""
    return (str(node.tag), sorted(node.attrib), [shape(child) for child in node])


def parsed(markup: str) -> Any:
    return html5lib.parse(markup, namespaceHTMLElements=False)


# --- the report ----------------------------------------------------------------------------------


def test_a_person_that_split_is_explained_where_something_was_observed() -> None:
    assert page().count(HEADING) == 1
    assert "A lag explains it" in page()
    assert HEADING not in page(re.sub("-> .", "", LAG))
    assert HEADING not in page(judge=False)
    assert "verdict" not in page(judge=False)


def test_a_verdict_that_no_setting_changes_is_drawn_in_its_colours_too() -> None:
    settled = str(report(replay(demo("email-change-overtaken"))))
    assert "It stays so" in settled
    assert asset("verdict.css") in settled


def test_a_report_without_verdicts_holds_no_script_and_no_style_for_them() -> None:
    assert page().count("'sha256-") == 4
    assert page(judge=False).count("'sha256-") == 3
    assert page(judge=False).count("<script") == page().count("<script") - 2


def test_it_names_no_address_and_no_value() -> None:
    assert re.findall(r"(?:https?|ftp|file|ws|blob):", page()) == []
    assert not [value for value in VALUES if value in page()]


def test_it_stays_small_and_the_same() -> None:
    assert len(page()) - len(page(judge=False)) < 60_000
    assert page() == str(report(lagging()))


def test_everybody_is_listed_and_the_first_are_explained_in_detail() -> None:
    lines = []
    for number in range(explanations.MOST + 3):
        lines.append(
            f"server external_id=x{number} email=e{number}@x.de person=p{number} -> A{number}"
        )
        lines.append(f"+1d form email=f{number}@x.de person=p{number} -> B{number}")
    told = page("\n".join(lines))
    assert told.count(HEADING) == explanations.MOST
    assert "Verdicts on 23 persons: 23 " in told
    assert "20 persons of them are explained in detail below" in told
    anchors = re.findall(r' id="([^"]+)"', told)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r' href="#([^"]+)"', told)) <= set(anchors)


def test_one_who_has_one_profile_is_listed_where_the_rules_say_otherwise() -> None:
    told = replay(
        notation.parse(
            """
            server external_id=b1 email=old@x.de -> A
            +1d browser email=new@x.de -> A
            +100ms server external_id=b1 email=new@x.de -> A
            """
        )
    )
    found = explanations.explained(told, [])
    assert [one.verdict for one in found.verdicts] == ["order-race"]
    assert found.detailed == {}


def test_what_may_be_spent_is_up_to_the_caller() -> None:
    told = str(report(lagging(), limits=Limits(max_lag_s=1.0)))
    assert "nor by a lag of up to 1 s" in told


def observed(value: str) -> History:
    """Two calls of a person at once, with a value in every place a stranger can write to."""
    ours, theirs = Identifier("external_id", f"id {value}"), Identifier("email", f"at {value}")
    fields = {"channel": "form", "endpoint": value, "event": value, "person": value}

    def call(*identifiers: Identifier, at: int, seen: str) -> Call:
        more: dict[str, Any] = {**fields, "sent_at": at * 10**5, "observed": f"{seen} {value}"}
        return Call(identifiers=identifiers, origin=f"{value}:1", **more)

    calls = [call(ours, theirs, at=0, seen="A"), call(theirs, at=1, seen="B")]
    return history(calls, title=value)


@cache
def harmless() -> Any:
    return shape(parsed(str(report(observed("x"), redact=False))))


@pytest.mark.parametrize("value", [HOSTILE[0], HOSTILE[20], HOSTILE[49], "</script>", "\u202e"])
def test_no_value_changes_the_shape_of_a_verdict(value: str) -> None:
    assert shape(parsed(str(report(observed(value), redact=False)))) == harmless()


# --- the notebook and the terminal ---------------------------------------------------------------


def judged() -> Verdicts:
    return verdict(notation.parse(LAG))


def test_verdicts_show_themselves_without_a_kernel_and_without_a_value() -> None:
    bundle = judged()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    found = parsed(bundle["text/html"])
    rows = [["".join(cell.itertext()) for cell in row] for row in found.iter("tr")]
    assert [row[:3] for row in rows[1:]] == [
        ["person 1", "lag", "P1, O1"],
        ["person 2", "clean", "P2"],
    ]
    assert "Verdicts on 2 persons: 1 clean and 1 lag." in "".join(found.itertext())
    assert not [value for value in VALUES if value in bundle["text/html"]]


def test_a_terminal_says_who_is_to_explain_proves_it_and_counts_the_verdicts() -> None:
    written = text.text(terminal.verdicts(judged()))
    assert "1 of 2 persons to explain" in written
    assert "Person betty: lag\n\nA lag explains it" in written
    assert "\n- Call 3 (browser, Viewed Product) began 1.7 s after call 2" in written
    assert re.search(r"clean +1 +one profile, as the rules say\nlag +1 ", written)


def test_every_block_of_a_verdict_can_be_read_in_a_terminal() -> None:
    told = verdict(notation.parse(LAG), people=["betty"], limits=Limits(max_lag_s=2.0))
    written = text.text(timing.blocks(explanations.in_detail(told, told.of("betty"))))
    assert "call 3 did not see call 2: 1.7 s behind" in written
    assert "The verdict with other settings" in written


# --- the widget ----------------------------------------------------------------------------------


def sent(widget: Any) -> str:
    """All that the widget sends to the screen."""
    return json.dumps(widget.get_state(), default=str)


@cache
def view() -> VerdictView:
    return VerdictView(judged())


def test_it_opens_on_the_first_person_that_is_not_clean() -> None:
    widget = view()
    assert (widget.person, widget.people) == ("person 1", ("person 1", "person 2"))
    assert widget.verdict.person == "betty"
    assert repr(widget) == "<VerdictView: person 1, lag>"
    assert widget.get_state()["_told"]["sentence"].partition(":")[0] == "A lag explains it"


def test_another_person_can_be_chosen_by_hand_and_by_name() -> None:
    widget = VerdictView(judged(), person="carl")
    assert (widget.person, widget.verdict.verdict) == ("person 2", "clean")
    (chooser,) = widget.get_state()["_page"]["picks"]
    assert [words for _, words in chooser["options"]] == ["person 1: lag", "person 2: clean"]
    assert widget.get_state()["_dials"] is None
    odd: tuple[Any, ...] = ({"pick": "person"}, {"pick": "person", "value": ["0"]}, {}, None, "x")
    for content in ({"pick": "person", "value": "2"}, {"pick": "call", "value": "0"}, *odd):
        widget._handle_custom_msg(content, [])  # noqa: SLF001
        assert widget.person == "person 2"
    for value in ("0", "0", "2", 0, None):
        widget._handle_custom_msg({"pick": "person", "value": value}, [])  # noqa: SLF001
        assert widget.person == "person 1"
    assert len(widget.get_state()["_dials"]["states"]) == len(SETTLES_S) * len(SKEWS_S)
    widget.person = "carl"
    assert widget.get_state()["_page"]["picks"][0]["value"] == "1"
    with pytest.raises(traitlets.TraitError):
        widget.person = "nobody"


def test_identifiers_are_shown_only_where_that_is_asked_for() -> None:
    assert not [value for value in VALUES if value in sent(view())]
    shown = VerdictView(judged(), show_identifiers=True)
    assert shown.people == ("betty", "carl")
    assert shown.verdict is shown.verdicts.of("betty")


def test_a_history_and_a_replay_are_judged_first() -> None:
    assert VerdictView(demo("email-change-at-once")).verdict.verdict == "in-flight-race"
    assert VerdictView(replay(demo("email-change-old"))).verdict.verdict == "payload"
    with pytest.raises(UsageError):
        VerdictView(History(()))


def test_it_leaves_words_a_picture_and_the_table_for_a_notebook_without_kernel() -> None:
    data, _ = view()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == "<VerdictView: person 1, lag>"
    assert "A lag explains it" in data["text/html"]
    assert "The verdict with other settings" in data["text/html"]
    assert 'alt="When each call can have taken effect"' in data["text/html"]
    assert "@example.com" not in data["text/html"]


@pytest.mark.parametrize("value", [HOSTILE[0], HOSTILE[20], "<b>x</b>", "a\x1b[2Kb"])
def test_what_strangers_wrote_is_shown_as_words(value: str) -> None:
    widget = VerdictView(observed(value), show_identifiers=True)
    state = widget.get_state()
    told, page = state["_told"], state["_page"]
    drawn = [*told["proof"], *told["table"], *page["blocks"], state["_said"]]
    markup = " ".join(map(html.markup, drawn))
    tags = "p|code|div|span|svg|desc|g|title|path|rect|circle|text|table|caption|t[a-z]+|ul|li"
    assert not re.search(rf"<(?!/?({tags})\b)", markup)
    assert "<b>" not in markup
    assert "\x1b" not in sent(widget)
