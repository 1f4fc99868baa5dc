"""The parts of the workbench that are drawn by its own script: a state, and what is asked back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from idgraph.surfaces.drawing import html
from idgraph.surfaces.widgets.live import anywidget, traitlets

_BELONGING = ("layout", "style")
"""Widgets that belong to each widget, and stay behind unless they are closed too."""
Act = Callable[[Mapping[str, Any]], None]


class Piece(anywidget.AnyWidget):
    """A part of the screen.

    `state` is saved with a notebook, so it holds what may be seen alone. What somebody typed, and
    names of files, are only `whispered`: the screen gets them and asks for them again when it is
    opened anew, no file does.
    """

    _esm = html.module("keys.js", "workbench.js")
    _css = html.asset("stepper.css") + html.asset("workbench.css")
    kind = traitlets.Unicode("").tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, kind: str, acts: Mapping[str, Act], **state: Any) -> None:
        """Show a state; `acts` says what is done when the screen asks for something by name."""
        self._acts = acts
        self.whispered: dict[str, Any] = {}
        super().__init__(kind=kind, state=state)
        self.on_msg(self._asked)

    def show(self, **state: Any) -> None:
        """Change some of the state."""
        self.state = {**self.state, **state}

    def whisper(self, **words: Any) -> None:
        """Change some of what is shown and not saved."""
        self.whispered |= words
        self.send({"whispered": self.whispered})

    def _asked(self, _widget: object, content: Any, _buffers: object) -> None:
        name = content.get("do") if isinstance(content, dict) else None
        if name == "hello":
            self.send({"whispered": self.whispered})
        elif isinstance(name, str) and name in self._acts:
            self._acts[name](content)


def close_all(widget: Any) -> None:
    """Close a widget and all that is in it, or a notebook would go on saving it; None is fine."""
    if widget is None:
        return
    for part in getattr(widget, "children", ()):
        close_all(part)
    for name in _BELONGING:
        close_all(getattr(widget, name, None))
    widget.close()
