"""Many against many: what separates the duplicated persons from the correct ones, and is it why."""

from idgraph.contrasts.features import Feature
from idgraph.contrasts.finding import contrast
from idgraph.contrasts.intervals import Estimate, Fourfold
from idgraph.contrasts.results import (
    Conjunction,
    Contrast,
    Example,
    Separator,
    Settings,
    TooFew,
)
from idgraph.contrasts.undoing import Effect
from idgraph.contrasts.veiling import veiled

__all__ = [
    "Conjunction",
    "Contrast",
    "Effect",
    "Estimate",
    "Example",
    "Feature",
    "Fourfold",
    "Separator",
    "Settings",
    "TooFew",
    "contrast",
    "veiled",
]
