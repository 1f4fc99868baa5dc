"""Where two persons became one profile: the call or the merge that joined them, and why."""

from idgraph.joining.finding import MANY, Join, by_profile, joins, sharers
from idgraph.joining.reasons import REASONS, Reason

__all__ = ["MANY", "REASONS", "Join", "Reason", "by_profile", "joins", "sharers"]
