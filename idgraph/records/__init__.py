"""Results as plain records: the JSON of the command line, one mapping a call, person or rule."""

from idgraph.records.catalogues import cause, changed_calls, differences, rule, rules
from idgraph.records.explained import outcomes, verdicts
from idgraph.records.histories import calls, minimised, steps, summary
from idgraph.records.splits import merges, persons, repairs, split_person, why_not
from idgraph.records.values import Record, line, value

__all__ = [
    "Record",
    "calls",
    "cause",
    "changed_calls",
    "differences",
    "line",
    "merges",
    "minimised",
    "outcomes",
    "persons",
    "repairs",
    "rule",
    "rules",
    "split_person",
    "steps",
    "summary",
    "value",
    "verdicts",
    "why_not",
]
