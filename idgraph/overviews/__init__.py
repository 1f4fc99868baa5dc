"""A fleet at a glance: how many persons split, when, where, why, how soon, and on what it rests."""

from idgraph.overviews.facts import Facts
from idgraph.overviews.finding import overview
from idgraph.overviews.results import Numbers, Overview
from idgraph.overviews.veiling import veiled

__all__ = ["Facts", "Numbers", "Overview", "overview", "veiled"]
