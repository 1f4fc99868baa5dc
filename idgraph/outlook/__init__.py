"""Every way that the calls of a person can have gone: in how many orders, and to which profiles.

Nothing that was observed is asked: this is what the rules say can come of calls whose order is
known only as far as their times tell.
"""

from idgraph.outlook.finding import inevitability, outcomes
from idgraph.outlook.results import Behind, Outcomes, Partition, PersonOutcomes, Possibility
from idgraph.outlook.wording import outcome_sentences

__all__ = [
    "Behind",
    "Outcomes",
    "Partition",
    "PersonOutcomes",
    "Possibility",
    "inevitability",
    "outcome_sentences",
    "outcomes",
]
