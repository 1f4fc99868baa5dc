"""Every public result and value shows itself: one line, bare HTML, no value, no trust needed."""

from __future__ import annotations

import inspect
import pickle
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import html5lib
import ipywidgets
import networkx as nx
import pandas as pd
import pytest

import idgraph as ig
from idgraph.calls import Call, Identifier
from idgraph.errors import UsageError
from idgraph.frames import Frame
from idgraph.observing.account import WAYS
from idgraph.registry import Several

CANARY = "canary"
HISTORY = """\
# the shop's history
server external_id=canary-1 email=canary-old@example.com person=canary-p event=canary-event -> A
server external_id=canary-1 email=canary-new@example.com person=canary-p -> A
browser email=canary-old@example.com person=canary-p event=canary-event -> B
browser external_id=canary-2 email=canary-new@example.com person=canary-q
"""
PLAIN = {"IdgraphError"}
"""Public classes that are no result: a mistake shows itself as text."""
SAFE = {"div", "p", "code", "table", "caption", "thead", "tbody", "tr", "th", "td", "dl", "dt"}
SAFE |= {
    "details",
    "summary",
    "dd",
    "ul",
    "li",
    "span",
    "h3",
    "html",
    "head",
    "body",
    "iframe",
    "style",
    "img",
    "a",
    "h2",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return one result of every public function that has one, and its parts, by name."""
    folder = tmp_path_factory.mktemp("displays")
    exports = folder / "canary-profiles.csv"
    exports.write_text("Klaviyo ID,Email\n01CANARY,canary-new@example.com\n", encoding="utf-8")
    told = ig.parse(HISTORY)
    replay = ig.replay(told, "klaviyo-classic")
    verdicts = ig.verdict(replay)
    found, outcomes = ig.diagnose(replay), ig.outcomes(replay)
    one, other = ig.load("klaviyo-classic"), ig.load("klaviyo")
    good = ig.parse(
        HISTORY.replace("email=canary-old@example.com person", "person", 1).replace("-old", "-new")
    )
    return {
        "parse": told,
        "call": told[1],
        "identifier": told[1].identifiers[0],
        "replay": replay,
        "step": replay[2],
        "link": ig.link(told),
        "diagnose": found,
        "diagnosed person": next(iter(found)),
        "diagnosed split": next(iter(found)).splits[0],
        "splits": ig.splits(replay),
        "split": ig.splits(replay)[0],
        "joins": ig.joins(replay),
        "join": ig.joins(replay)[0],
        "verdict": verdicts,
        "one verdict": next(iter(verdicts)),
        "outcomes": outcomes,
        "one person's outcomes": next(iter(outcomes)),
        "repair": ig.repair(replay),
        "merge_list": ig.merge_list(replay),
        "contrast": ig.contrast(replay),
        "overview": ig.overview(replay),
        "redact_files": ig.redact_files(ig.write_demo("shop"), folder / "shop.jsonl"),
        "compare": ig.compare(good, told, good_person="canary-p", bad_person="canary-p"),
        "minimise": ig.minimise(replay),
        "what_if": ig.what_if(replay, without=[1]),
        "why_not": ig.why_not(replay, 3, "P1"),
        "ladder": ig.ladder(replay, 3, "P1"),
        "rung": ig.ladder(replay, 3, "P1")[0],
        "identity_graph": ig.identity_graph(replay),
        "load": one,
        "limits": ig.Limits(),
        "compare_policies": ig.compare_policies(one, other),
        "changed_calls": ig.changed_calls(told, one, other),
        "calibrate": ig.calibrate(replay),
        "visibility": ig.visibility(replay),
        "experiments": ig.experiments("klaviyo-classic", longest=2),
        "formats": ig.formats(),
        "observed": ig.observed(told, exports),
        "bundle": ig.read_bundle(ig.write_bundle(verdicts, folder / "case.zip", redact=False)),
        "none of them": Several[int](()),
    }


NAMES = (
    "parse",
    "call",
    "identifier",
    "replay",
    "step",
    "link",
    "diagnose",
    "diagnosed person",
    "diagnosed split",
    "splits",
    "split",
    "joins",
    "join",
    "verdict",
    "one verdict",
    "outcomes",
    "one person's outcomes",
    "repair",
    "merge_list",
    "contrast",
    "overview",
    "redact_files",
    "compare",
    "minimise",
    "what_if",
    "why_not",
    "ladder",
    "rung",
    "identity_graph",
    "load",
    "limits",
    "compare_policies",
    "changed_calls",
    "calibrate",
    "visibility",
    "experiments",
    "formats",
    "observed",
    "bundle",
    "none of them",
)
"""The names of the results, which are made when the first one is asked for."""


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def first(results: dict[str, Any]) -> Callable[[str], dict[str, str]]:
    """Return how a result showed itself the first time, by name: to draw one takes a while."""

    @cache
    def drawn(name: str) -> dict[str, str]:
        bundle: dict[str, str] = results[name]._repr_mimebundle_()
        return bundle

    return drawn


def test_every_public_class_of_results_is_among_those_that_are_tried(
    results: dict[str, Any],
) -> None:
    assert set(results) == set(NAMES)
    public = {one: kind for one in ig.__all__ if inspect.isclass(kind := getattr(ig, one))}
    widgets = {one for one, kind in public.items() if issubclass(kind, ipywidgets.Widget)}
    tried = {type(one).__name__ for one in results.values()}
    assert set(public) - widgets - PLAIN - tried == set()


def test_a_line_says_what_a_result_is_without_a_value_or_an_address(
    results: dict[str, Any], name: str
) -> None:
    line = repr(results[name])
    assert "\n" not in line
    assert len(line) < 400
    assert CANARY not in line.lower()
    assert not re.search(r"0x[0-9a-f]{6}", line)
    assert "@" not in line


def test_a_notebook_gets_bare_html_without_a_value(
    results: dict[str, Any], first: Callable[[str], dict[str, str]], name: str
) -> None:
    shown = first(name)
    assert set(shown) == {"text/plain", "text/html"}
    assert shown["text/plain"] == repr(results[name])
    markup = shown["text/html"]
    assert CANARY not in markup.lower()
    page = html5lib.parse(markup, namespaceHTMLElements=False)
    body = page.find("body")
    assert body is not None
    assert "mathjax_ignore" in body[0].get("class", "").split()
    assert "<script" not in re.sub(r"srcdoc='[^']*'", "", markup)
    assert not re.search(r"https?://", markup)
    assert {one.tag for one in body.iter()} <= SAFE
    assert all(one.attrib["sandbox"] == "allow-scripts" for one in body.iter("iframe"))
    assert "".join(body.itertext()).strip()


def test_the_same_result_shows_itself_the_same(
    results: dict[str, Any], first: Callable[[str], dict[str, str]], name: str
) -> None:
    shown = first(name)
    again = results[name]._repr_mimebundle_()
    assert again is not shown
    assert again == shown


# --- tuples, graphs and tables stay what they are -------------------------------------------------


def test_several_results_are_a_tuple(results: dict[str, Any]) -> None:
    found = results["splits"]
    assert isinstance(found, tuple)
    assert found == tuple(found)
    assert hash(found) == hash(tuple(found))
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes


def test_an_identity_graph_is_any_multigraph(results: dict[str, Any]) -> None:
    graph = results["identity_graph"]
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph(graph)
    assert nx.utils.graphs_equal(graph, plain)
    assert type(graph.copy()) is type(graph)
    assert list(nx.weakly_connected_components(graph)) == [set(graph)]
    assert pickle.loads(pickle.dumps(graph)).edges == graph.edges  # noqa: S301 - our own bytes


def test_a_table_is_never_typeset_as_maths_and_other_tables_are_left_alone(
    results: dict[str, Any],
) -> None:
    table = results["diagnose"].table()
    assert isinstance(table, pd.DataFrame)
    for one in (table, table.head(1), table[["fix"]], table.sort_values("call").reset_index()):
        assert type(one) is Frame
        assert "mathjax_ignore" in str(one._repr_html_())
    assert pd.get_option("display.html.use_mathjax") is True


def test_a_table_is_equal_to_a_plain_one_and_can_be_pickled(results: dict[str, Any]) -> None:
    table = results["parse"].table()
    pd.testing.assert_frame_equal(table, pd.DataFrame(table))
    again = pickle.loads(pickle.dumps(table))  # noqa: S301 - our own bytes
    pd.testing.assert_frame_equal(again, table)


# --- names in brackets ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["parse", "replay"])
def test_a_call_is_found_by_its_number(results: dict[str, Any], name: str) -> None:
    found = results[name]
    assert found._ipython_key_completions_() == [1, 2, 3, 4]
    assert found[1] is next(iter(found))
    for number in (0, 5, -1):
        with pytest.raises(UsageError):
            found[number]


@pytest.mark.parametrize("name", ["link", "diagnose", "verdict", "outcomes"])
def test_a_person_is_found_by_name(results: dict[str, Any], name: str) -> None:
    found = results[name]
    names = found._ipython_key_completions_()
    assert set(names) <= {"canary-p", "canary-q"}
    assert names
    assert found[names[0]] == next(iter(found.calls.values() if name == "link" else found))
    with pytest.raises(UsageError) as caught:
        found["canary-nobody"]
    assert CANARY not in str(caught.value)


def test_values_that_hold_identifiers_show_none(results: dict[str, Any]) -> None:
    call = Call((Identifier("email", "canary@example.com"), Identifier("external_id", "7", True)))  # noqa: FBT003
    assert repr(call) == "<Call other: email, external_id>"
    assert repr(call.identifiers[1]) == "<Identifier external_id: number of 1 characters>"
    step = results["step"]
    assert CANARY not in repr((step.changed, step.kept, step.before, step.moves)).lower()


def test_how_calls_are_joined_is_said(results: dict[str, Any]) -> None:
    assert set(results["observed"].ways) <= set(WAYS)
