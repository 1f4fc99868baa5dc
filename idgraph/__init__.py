"""idgraph: why is this one person two profiles?

    import idgraph as ig
    history = ig.read("calls.jsonl")            # what was sent, in order
    replay = ig.replay(history)                 # what the documented rules make of it
    ig.diagnose(replay)                         # who split, at which call, why, what to change
    ig.verdict(history)                         # payload, order, lag, or nothing that is documented
    ig.outcomes(history)                        # every way that the calls could have gone
    ig.repair(replay)                           # what to change at which call site
    ig.overview(replay)                         # a fleet at a glance: who, when, where, how soon
    ig.contrast(replay)                         # what separates the duplicated from the others
    ig.merge_list(replay)                       # which of the duplicates that exist to merge
    ig.compare(good, bad)                       # what makes the difference between two histories
    ig.minimise(replay)                         # the few calls that still split: log, test, ticket
    ig.Workbench("calls.jsonl")                 # the whole investigation, without code
    ig.Stepper(replay)                          # go through it, call by call
    ig.GraphView(replay)                        # the identity graph, call by call
    ig.WhyNotView(replay)                       # why a call did not go to a profile, key by key
    ig.SplitView(replay)                        # both profiles of a split, and what decided it
    ig.WhatIf(replay)                           # edit a call and see both futures
    ig.VerdictView(replay)                      # a verdict in time, and with other settings
    ig.OverviewView(replay)                     # a fleet by channel, cause and days
    ig.Compare(good, bad)                       # two histories side by side, step by step
    ig.identity_graph(replay)                   # a networkx.MultiDiGraph
    ig.report([replay], "report.html")          # one offline file, redacted
    ig.redact_files("calls.jsonl", "out.jsonl") # the same log, with stand-ins

The house, from the ground up: `inert` (text that nothing obeys), `errors`, `clocks`, `registry`,
`groups`, `agents` (which software sent a request), `progress` (a bar), `filing` (whole files),
`frames` (tables for people); `calls` (Identifier, Call, History), `multigraphs`, `placeholders`;
`notation`; `dialects` (requests into calls, one file per vendor's API); `sources` (files into
requests, one file per format), `mapping` (a log of any shape), `exports` (where the platform filed
things), `policies` (data: what a platform does), `rules` and `policy`, `resolve` (the rules, once);
`steps`, `decoding`, `replays`, `observing` (calls joined with exports); `persons`, `redaction`,
`requesting` (a call as its request); `ladders`, `splitting`, `joining` (two persons on one
profile), `graph`, `demos`, `populations` (what many persons show); `searching` (orders of effects
that explain what was observed); `causes` (one file each); `explain`; `futures` (what if); `edits`,
`outlook` (every way it could have gone), `repairs`; `diagnosis`; `verdicts` (what can explain it),
`firmness` (how firmly a repair holds); `advising` (one line for a call site), `merging` (the
duplicates that exist), `minimising` (the few calls that still split), `contrasts` (what separates
the duplicated persons from the others); `comparison` (two histories side by side), `overviews` (a
fleet at a glance); `coverage`; `records`; `recording` (a proxy); `views` (one file each, plain
blocks); `bundling` (a case for support); `surfaces` (text, reports, displays, widgets, the
workbench: a folder each); `accessor` (`df.idgraph`); `cli`, which
`__main__` starts.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from idgraph.advising import Repairs as Repairs
    from idgraph.advising import repair as repair
    from idgraph.bundling import Bundle as Bundle
    from idgraph.bundling import read_bundle as read_bundle
    from idgraph.bundling import write_bundle as write_bundle
    from idgraph.calls import Call as Call
    from idgraph.calls import History as History
    from idgraph.calls import Identifier as Identifier
    from idgraph.calls import history as history
    from idgraph.comparison import Comparison as Comparison
    from idgraph.comparison import compare as compare
    from idgraph.contrasts import Contrast as Contrast
    from idgraph.contrasts import contrast as contrast
    from idgraph.demos import demo as demo
    from idgraph.demos import write_demo as write_demo
    from idgraph.demos import write_traces as write_traces
    from idgraph.demos.fleets import demo_fleet as demo_fleet
    from idgraph.demos.fleets import demo_pair as demo_pair
    from idgraph.diagnosis import Diagnosis as Diagnosis
    from idgraph.diagnosis import diagnose as diagnose
    from idgraph.differences import changed_calls as changed_calls
    from idgraph.differences import compare_policies as compare_policies
    from idgraph.errors import IdgraphError as IdgraphError
    from idgraph.futures import Future as Future
    from idgraph.futures import what_if as what_if
    from idgraph.graph import graph_json as graph_json
    from idgraph.graph import identity_graph as identity_graph
    from idgraph.graph import write_graph as write_graph
    from idgraph.joining import Join as Join
    from idgraph.joining import joins as joins
    from idgraph.ladders import WhyNot as WhyNot
    from idgraph.ladders import ladder as ladder
    from idgraph.ladders import why_not as why_not
    from idgraph.merging import MergeList as MergeList
    from idgraph.merging import merge_list as merge_list
    from idgraph.minimising import Reproducer as Reproducer
    from idgraph.minimising import minimise as minimise
    from idgraph.notation import parse as parse
    from idgraph.notation import write as write
    from idgraph.observing import observed as observed
    from idgraph.outlook import Outcomes as Outcomes
    from idgraph.outlook import outcomes as outcomes
    from idgraph.overviews import Overview as Overview
    from idgraph.overviews import overview as overview
    from idgraph.persons import Persons as Persons
    from idgraph.persons import link as link
    from idgraph.policy import Policy as Policy
    from idgraph.policy import load as load
    from idgraph.populations import calibrate as calibrate
    from idgraph.populations import experiments as experiments
    from idgraph.populations import visibility as visibility
    from idgraph.redaction import redact as redact
    from idgraph.redaction.files import Redaction as Redaction
    from idgraph.redaction.files import redact_files as redact_files
    from idgraph.replays import Replay as Replay
    from idgraph.replays import replay as replay
    from idgraph.searching.limits import Limits as Limits
    from idgraph.sources import formats as formats
    from idgraph.sources import read as read
    from idgraph.splitting import splits as splits
    from idgraph.steps import Step as Step
    from idgraph.surfaces.reports.report import report as report
    from idgraph.surfaces.widgets.compare_view import Compare as Compare
    from idgraph.surfaces.widgets.graph_view import GraphView as GraphView
    from idgraph.surfaces.widgets.overview_view import OverviewView as OverviewView
    from idgraph.surfaces.widgets.split_view import SplitView as SplitView
    from idgraph.surfaces.widgets.stepper_view import Stepper as Stepper
    from idgraph.surfaces.widgets.verdict_view import VerdictView as VerdictView
    from idgraph.surfaces.widgets.what_if import WhatIf as WhatIf
    from idgraph.surfaces.widgets.why_not_view import WhyNotView as WhyNotView
    from idgraph.surfaces.workbench import Workbench as Workbench
    from idgraph.verdicts import Verdict as Verdict
    from idgraph.verdicts import Verdicts as Verdicts
    from idgraph.verdicts import verdict as verdict

__version__ = "0.1.0"

_HOMES = {
    "Repairs": "advising",
    "repair": "advising",
    "Bundle": "bundling",
    "read_bundle": "bundling",
    "write_bundle": "bundling",
    "Call": "calls",
    "History": "calls",
    "Identifier": "calls",
    "history": "calls",
    "Comparison": "comparison",
    "compare": "comparison",
    "Contrast": "contrasts",
    "contrast": "contrasts",
    "demo": "demos",
    "write_demo": "demos",
    "write_traces": "demos",
    "demo_fleet": "demos.fleets",
    "demo_pair": "demos.fleets",
    "observed": "observing",
    "Diagnosis": "diagnosis",
    "diagnose": "diagnosis",
    "changed_calls": "differences",
    "compare_policies": "differences",
    "IdgraphError": "errors",
    "Future": "futures",
    "what_if": "futures",
    "graph_json": "graph",
    "identity_graph": "graph",
    "write_graph": "graph",
    "Join": "joining",
    "joins": "joining",
    "WhyNot": "ladders",
    "ladder": "ladders",
    "why_not": "ladders",
    "MergeList": "merging",
    "merge_list": "merging",
    "Reproducer": "minimising",
    "minimise": "minimising",
    "parse": "notation",
    "write": "notation",
    "Outcomes": "outlook",
    "outcomes": "outlook",
    "Overview": "overviews",
    "overview": "overviews",
    "Persons": "persons",
    "link": "persons",
    "Policy": "policy",
    "load": "policy",
    "calibrate": "populations",
    "experiments": "populations",
    "visibility": "populations",
    "redact": "redaction",
    "Redaction": "redaction.files",
    "redact_files": "redaction.files",
    "Replay": "replays",
    "Step": "steps",
    "replay": "replays",
    "Limits": "searching.limits",
    "formats": "sources",
    "read": "sources",
    "splits": "splitting",
    "Compare": "surfaces.widgets.compare_view",
    "GraphView": "surfaces.widgets.graph_view",
    "OverviewView": "surfaces.widgets.overview_view",
    "report": "surfaces.reports.report",
    "SplitView": "surfaces.widgets.split_view",
    "VerdictView": "surfaces.widgets.verdict_view",
    "WhatIf": "surfaces.widgets.what_if",
    "WhyNotView": "surfaces.widgets.why_not_view",
    "Stepper": "surfaces.widgets.stepper_view",
    "Workbench": "surfaces.workbench",
    "Verdict": "verdicts",
    "Verdicts": "verdicts",
    "verdict": "verdicts",
}

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604 - every name is a text


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import idgraph` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'idgraph' has no attribute {name!r}")
    _meet_pandas()
    return getattr(importlib.import_module(f"idgraph.{_HOMES[name]}"), name)


def _meet_pandas() -> None:
    """Tell pandas of `df.idgraph` where somebody uses pandas: it is not loaded for that."""
    # Half of pandas is there while it is being imported; then the next use of idgraph tells it.
    if hasattr(sys.modules.get("pandas"), "DataFrame"):
        importlib.import_module("idgraph.accessor")


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)


_meet_pandas()
