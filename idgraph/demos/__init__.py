"""The built-in histories, as one log or as people really have them: in several places."""

from idgraph.demos.stories import POLICY, Demo, demo, demos, exchanges, names, write_demo
from idgraph.demos.traces import Traces, write_traces

__all__ = [
    "POLICY",
    "Demo",
    "Traces",
    "demo",
    "demos",
    "exchanges",
    "names",
    "write_demo",
    "write_traces",
]
