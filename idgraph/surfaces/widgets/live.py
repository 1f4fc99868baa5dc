"""What live widgets are made of, or a clear word where it is not installed."""

from __future__ import annotations

from idgraph.errors import MissingExtraError

try:
    import anywidget
    import ipywidgets
    import traitlets
except ImportError as error:
    raise MissingExtraError(
        "the widget needs packages that are not installed",
        remedy="Run `pip install 'idgraph[lab]'`.",
    ) from error

__all__ = ["anywidget", "ipywidgets", "traitlets"]
