"""`--map`: a log of any shape, read by saying which column of a call stands where in its rows."""

from idgraph.mapping.parsing import NAMES, REQUEST, Mapping, Place, parse
from idgraph.mapping.reading import source

__all__ = ["NAMES", "REQUEST", "Mapping", "Place", "parse", "source"]
