"""Claims about the identity graph: profiles are nodes, each call is one edge."""

import json
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.errors import UsageError
from idgraph.graph import graph_json, identity_graph, write_graph
from idgraph.notation import parse
from idgraph.replays import replay

TEXT = """
server  external_id:=42 email=old@example.com
browser email=old@example.com
server  external_id:=42 email=new@example.com
browser email=old@example.com
server  external_id:=42
"""


def _edges(text: str) -> list[tuple[str, str, str]]:
    graph = identity_graph(replay(parse(text)))
    return [(source, target, data["label"]) for source, target, data in graph.edges(data=True)]


def test_a_self_loop_found_the_person_again_and_an_edge_between_profiles_is_the_split() -> None:
    assert sorted(_edges(TEXT)) == [
        ("P1", "P1", "$email"),
        ("P1", "P1", "$id"),
        ("P1", "P2", "created"),
        ("P2", "P1", "$id"),
        ("START", "P1", "created"),
    ]


def test_nodes_and_edges_carry_what_the_contract_names() -> None:
    graph = identity_graph(replay(parse(TEXT)))
    assert isinstance(graph, nx.MultiDiGraph)
    assert graph.nodes["P1"] == {
        "identifiers": {"external_id": 42, "email": "new@example.com"},
        "created_by": 1,
        "calls": [1, 2, 3, 5],
    }
    assert graph.edges["P1", "P2", 4] == {
        "call": 4,
        "matched_key": None,
        "label": "created",
        "rule": "create-profile",
        "channel": "browser",
        "at": "2021-04-16T08:03:00Z",
        "origin": "notation:5",
    }


def test_each_person_starts_at_the_start() -> None:
    edges = _edges("external_id=a\nexternal_id=b\nexternal_id=a")
    assert [edge[:2] for edge in edges] == [("START", "P1"), ("START", "P2"), ("P1", "P1")]


def test_a_call_that_landed_nowhere_stays_where_its_person_was() -> None:
    assert _edges("_kx=a email=b@example.com\n_kx=a")[1] == ("P1", "P1", "not filed")


def test_an_observed_landing_is_labelled_so() -> None:
    edges = _edges("external_id=b email=b@example.com -> A\nemail=b@example.com -> B")
    assert edges[1] == ("P1", "O1", "observed")


@given(st.lists(st.sampled_from(["external_id=a", "email=x@example.com", "_kx=k"]), max_size=8))
def test_every_call_is_exactly_one_edge(lines: list[str]) -> None:
    graph = identity_graph(replay(parse("\n".join(lines))))
    assert sorted(data["call"] for _, _, data in graph.edges(data=True)) == list(
        range(1, len(lines) + 1)
    )


def test_graphml_reads_back_the_same_shape(tmp_path: Path) -> None:
    graph = identity_graph(replay(parse(TEXT)))
    back = nx.read_graphml(write_graph(graph, tmp_path / "g.graphml"), force_multigraph=True)
    assert set(back.nodes) == set(graph.nodes)
    assert sorted(back.edges()) == sorted(graph.edges())
    assert json.loads(back.nodes["P1"]["identifiers"])["external_id"] == 42


def test_json_reads_back_the_same_graph(tmp_path: Path) -> None:
    graph = identity_graph(replay(parse(TEXT)))
    data = json.loads(write_graph(graph, tmp_path / "g.json").read_text("utf-8"))
    assert data == graph_json(graph)
    back = nx.node_link_graph(data, edges="edges")
    assert nx.utils.graphs_equal(nx.MultiDiGraph(back), nx.MultiDiGraph(graph)) or sorted(
        d["call"] for _, _, d in back.edges(data=True)
    ) == [1, 2, 3, 4, 5]


def test_another_ending_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="graphml"):
        write_graph(identity_graph(replay(parse(TEXT))), tmp_path / "g.png")
