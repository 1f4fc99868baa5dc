"""The duplicates that exist: which profile to merge into which, and which pairs to leave alone.

A list to read, and requests for somebody else to send: idgraph sends nothing.
"""

from idgraph.merging.listing import COLUMNS, MergeList, merge_list
from idgraph.merging.pairs import BLOCKS, REASONS, WARNINGS, MergeGroup, MergePair
from idgraph.merging.requesting import BURST, STEADY, pacing

__all__ = [
    "BLOCKS",
    "BURST",
    "COLUMNS",
    "REASONS",
    "STEADY",
    "WARNINGS",
    "MergeGroup",
    "MergeList",
    "MergePair",
    "merge_list",
    "pacing",
]
