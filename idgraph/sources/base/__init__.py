"""What every source shares: opened inputs, rows of JSON, the accounting, the shape of a source."""

from idgraph.sources.base.accounting import Outcome, Tally, outcome_of
from idgraph.sources.base.opening import HEAD, Input, Place, places
from idgraph.sources.base.rows import json_rows, top_names
from idgraph.sources.base.source import Source

__all__ = [
    "HEAD",
    "Input",
    "Outcome",
    "Place",
    "Source",
    "Tally",
    "json_rows",
    "outcome_of",
    "places",
    "top_names",
]
