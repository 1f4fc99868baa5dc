"""Joins calls with what the platform exported: which profile each of them landed on, if it shows.

An event shows where its call landed. Nothing is guessed: a call and an event are joined only if
each is the only one that fits the other, and whatever stays open is counted with its reason.
"""

from idgraph.observing.account import OPEN, WAYS, Observed
from idgraph.observing.joining import SKEW, observe, observed

__all__ = ["OPEN", "SKEW", "WAYS", "Observed", "observe", "observed"]
