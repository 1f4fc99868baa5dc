"""The identity graph: profiles as nodes, calls as edges labelled with the matched key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idgraph import persons
from idgraph.clocks import iso
from idgraph.errors import UsageError
from idgraph.filing import whole
from idgraph.replays import Replay
from idgraph.steps import Step

if TYPE_CHECKING:
    import networkx as nx

    from idgraph.multigraphs import IdentityGraph

START = "START"
"""The node where each person's first call starts."""


def identity_graph(replay: Replay) -> IdentityGraph:
    """Return the identity graph of a replay.

    Nodes are profiles, with `identifiers` {key: value}, `created_by` (call number, None if only
    observed) and `calls` (numbers). Each call is one edge, whose key is its number, from the
    profile where that person's previous call landed (`START` for the first) to the profile where
    this one landed, with `call`, `matched_key` (None where it created one), `label` (as the
    policy's era spells the key; `created`; `observed` where only observation says so; `refused` or
    `not filed` where it landed nowhere), `rule`, `channel`, `at` (ISO 8601, UTC) and `origin`. So a
    self-loop is a call that found the person again, and an edge between two profiles is where the
    person was split, or swung back.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> graph = ig.identity_graph(replay)
    >>> graph, [label for *_, label in graph.edges(data="label")]
    (<IdentityGraph klaviyo-classic: 3 nodes, 5 calls>, ['created', '$email', '$id', '$id',
    'observed'])
    """
    from idgraph.multigraphs import IdentityGraph

    graph = IdentityGraph(policy=replay.policy.name)
    graph.add_node(START, identifiers={}, created_by=None, calls=[])
    for profile in replay.profiles():
        graph.add_node(
            profile.name,
            identifiers={key: i.value for key, i in profile.identifiers.items()},
            created_by=profile.created_by,
            calls=list(profile.calls),
        )
    people = persons.link(replay.history)
    last: dict[str, str] = {}
    for step in replay:
        person = people.of(step.number) or f"nobody's call {step.number}"
        source = last.get(person, START)
        target = step.landed or source
        last[person] = target
        graph.add_edge(
            source,
            target,
            key=step.number,
            call=step.number,
            matched_key=step.matched,
            label=edge_label(replay, step),
            rule=step.rule,
            channel=step.call.channel,
            at=iso(step.call.at),
            origin=step.call.origin,
        )
    return graph


def edge_label(replay: Replay, step: Step) -> str:
    """Return what stands on a call: the matched key's label, or `created`, `observed`, ..."""
    if step.deviates:
        return "observed"
    if step.landed is None:
        return "refused" if step.refused else "not filed"
    return "created" if step.matched is None else replay.policy.label(step.matched)


def graph_json(graph: nx.MultiDiGraph[str]) -> dict[str, Any]:
    """Return the graph as JSON data: `nodes` with `id`, `edges` with `source` and `target`.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> sorted(ig.graph_json(ig.identity_graph(replay)))
    ['directed', 'edges', 'graph', 'multigraph', 'nodes']
    """
    return {
        "directed": True,
        "multigraph": True,
        "graph": dict(graph.graph),
        "nodes": [{"id": name, **data} for name, data in graph.nodes(data=True)],
        "edges": [
            {"source": source, "target": target, **data}
            for source, target, data in graph.edges(data=True)
        ],
    }


def write_graph(graph: nx.MultiDiGraph[str], path: str | Path) -> Path:
    """Write the graph as GraphML (`.graphml`) or JSON (`.json`), by the ending of the path.

    GraphML knows no lists, maps or nothing: those attributes are written as JSON text, and an
    attribute without a value is left out.

    >>> import idgraph as ig
    >>> import tempfile
    >>> graph = ig.identity_graph(ig.replay(ig.demo("shop")))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ig.write_graph(graph, f"{folder}/graph.graphml").name
    'graph.graphml'
    """
    import networkx as nx

    target = Path(path)
    if target.suffix == ".json":
        with whole(target) as part:
            part.write_text(json.dumps(graph_json(graph), indent=1, ensure_ascii=False), "utf-8")
    elif target.suffix == ".graphml":
        plain: nx.MultiDiGraph[str] = nx.MultiDiGraph(**graph.graph)
        for name, data in graph.nodes(data=True):
            plain.add_node(name, **_plain(data))
        for source, end, number, data in graph.edges(keys=True, data=True):
            plain.add_edge(source, end, key=number, **_plain(data))
        with whole(target) as part:
            nx.write_graphml(plain, part)
    else:
        remedy = "Give a path that ends in .graphml or .json."
        raise UsageError("the ending of the path names no graph format", remedy=remedy)
    return target


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        for name, value in data.items()
        if value is not None
    }
