"""Where a bar is drawn in a notebook: one output, whose line is replaced, and empty in the end.

On standard error each redrawing would stay in a notebook that is saved by a program.
"""

from __future__ import annotations

from typing import Any


class Ticker:
    """A stream of text of which only the last line is there, on the screen and in the file."""

    encoding = "utf-8"

    def __init__(self) -> None:
        """Show nothing yet: what is over soon leaves no output."""
        self._handle: Any = None

    def write(self, text: str) -> int:
        """Show a line in place of the one before."""
        from IPython.display import display

        shown = {"text/plain": text.strip()}
        if self._handle is not None:
            self._handle.update(shown, raw=True)
        elif text.strip():
            self._handle = display(shown, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        return len(text)

    def flush(self) -> None:
        """Do nothing: each line is shown at once."""
