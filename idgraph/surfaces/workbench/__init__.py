"""The workbench: the whole investigation of a history without a line of code."""

from idgraph.surfaces.workbench.bench import Workbench

__all__ = ["Workbench"]
