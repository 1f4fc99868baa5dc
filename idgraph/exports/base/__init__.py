"""What every export shares: records, the account of rows, pages of JSON, tables made for people."""

from idgraph.exports.base.export import NOT_USED, Export, NotUsed, Outcome
from idgraph.exports.base.naming import LOGGED_MERGE, metric_name, sent_value, worth
from idgraph.exports.base.pages import element_names, elements_of
from idgraph.exports.base.records import (
    EventSeen,
    Exported,
    MergeSeen,
    MetricSeen,
    ProfileSeen,
    Seen,
    event_seen,
    when,
)
from idgraph.exports.base.tables import roles_of, rows_of, words_of

__all__ = [
    "LOGGED_MERGE",
    "NOT_USED",
    "EventSeen",
    "Export",
    "Exported",
    "MergeSeen",
    "MetricSeen",
    "NotUsed",
    "Outcome",
    "ProfileSeen",
    "Seen",
    "element_names",
    "elements_of",
    "event_seen",
    "metric_name",
    "roles_of",
    "rows_of",
    "sent_value",
    "when",
    "words_of",
    "worth",
]
