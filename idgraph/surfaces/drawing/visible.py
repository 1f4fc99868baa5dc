"""Characters that a screen acts on instead of showing, made visible: as for a terminal."""

from __future__ import annotations

from idgraph.inert import visible

__all__ = ["visible"]
