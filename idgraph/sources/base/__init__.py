"""What every source shares: opened inputs, rows of JSON, the accounting, the shape of a source."""

from idgraph.sources.base.accounting import Outcome, Tally, outcome_of
from idgraph.sources.base.names import names_of, top_names
from idgraph.sources.base.opening import HEAD, Input, Place, places
from idgraph.sources.base.rows import (
    elements,
    ended_early,
    json_rows,
    line_rows,
    whole_text,
)
from idgraph.sources.base.source import Source
from idgraph.sources.base.spoken import calls_of, dialect_of, own_hosts

__all__ = [
    "HEAD",
    "Input",
    "Outcome",
    "Place",
    "Source",
    "Tally",
    "calls_of",
    "dialect_of",
    "elements",
    "ended_early",
    "json_rows",
    "line_rows",
    "names_of",
    "outcome_of",
    "own_hosts",
    "places",
    "top_names",
    "whole_text",
]
