"""The identity graph as networkx keeps it, with a line and a picture of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from idgraph.registry import Shown

if TYPE_CHECKING:
    _Graph = nx.MultiDiGraph[str]
else:
    _Graph = nx.MultiDiGraph


class IdentityGraph(Shown, _Graph):
    """A `networkx.MultiDiGraph` that shows itself in a notebook, and else is any other.

    Copies and subgraphs are of the same class; `networkx.MultiDiGraph(graph)` makes a plain one.

    >>> IdentityGraph(policy="klaviyo-classic")
    <IdentityGraph klaviyo-classic: 0 nodes, 0 calls>
    """

    def __repr__(self) -> str:
        """Say how large it is, without a value."""
        policy = self.graph.get("policy", "of no policy")
        nodes, calls = self.number_of_nodes(), self.number_of_edges()
        return f"<IdentityGraph {policy}: {nodes} nodes, {calls} calls>"
