"""Two histories, one that tracked correctly and one that duplicated: what makes the difference."""

from idgraph.comparison.choosing import compare, compared_example
from idgraph.comparison.differing import Difference
from idgraph.comparison.flipping import Flips
from idgraph.comparison.results import Comparison, Link, Pair, Told
from idgraph.comparison.veiling import veiled
from idgraph.comparison.wording import difference_words, sentences, summary

__all__ = [
    "Comparison",
    "Difference",
    "Flips",
    "Link",
    "Pair",
    "Told",
    "compare",
    "compared_example",
    "difference_words",
    "sentences",
    "summary",
    "veiled",
]
