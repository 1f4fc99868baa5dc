"""A bar while something takes long, in a terminal or a notebook, and nothing where it does not.

`IDGRAPH_PROGRESS=0` in the environment silences it everywhere.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")
DELAY_S = 0.5
"""What is over sooner shows nothing, and leaves nothing in a notebook that is saved."""
SWITCH = "IDGRAPH_PROGRESS"
_SURFACE = "idgraph.surfaces.displays.ticker"
_UNDER_WAY: ContextVar[bool] = ContextVar("under_way", default=False)
"""Whether a bar is under way: one within another would move a notebook's cursor about."""


def wanted() -> bool:
    """Tell whether somebody looks: a terminal, or a notebook, and no bar is under way."""
    if os.environ.get(SWITCH) == "0" or _UNDER_WAY.get() or sys.stderr is None:
        return False
    return sys.stderr.isatty() or _in_notebook()


def _in_notebook() -> bool:
    """Whether a kernel runs this: its streams say that they are no terminals, yet are shown."""
    return type(sys.stderr).__module__.startswith("ipykernel")


@contextmanager
def going(items: Collection[Item], doing: str, *, unit: str) -> Iterator[Iterator[Item]]:
    """Hand over the items to go through, with a bar that says what is done and counts them.

    It is plain text, in notebooks too, and gone with the block, be it that the work was cancelled.

    >>> with going(["a", "b"], "counting", unit="letters") as letters:
    ...     print(*letters)
    a b
    """
    with bar(doing, unit=unit, total=len(items)) as on:
        yield counted(items, on)


def counted(items: Iterable[Item], on: Callable[[int], object]) -> Iterator[Item]:
    """Go through items and tell `on` of each that is done."""
    for item in items:
        yield item
        on(1)


@contextmanager
def bar(
    doing: str, *, unit: str, total: int | None = None, scale: bool = False, shown: bool = True
) -> Iterator[Callable[[int], object]]:
    """Show a bar while the block runs; what it hands over is called with how much was done.

    With `scale` large numbers are shortened (`3.2M`). Without `shown` nothing is shown.
    """
    if not shown or not wanted():
        yield lambda _: None
        return
    from tqdm import tqdm

    # Core code knows no notebook: its surface is looked up by name, as that of results is.
    notebook = importlib.import_module(_SURFACE) if _in_notebook() else None
    drawn = tqdm(
        desc=doing,
        total=total,
        unit=unit if scale else f" {unit}",
        unit_scale=scale,
        delay=DELAY_S,
        leave=False,
        file=notebook.Ticker() if notebook else sys.stderr,
    )
    _UNDER_WAY.set(True)
    try:
        with drawn:
            yield drawn.update
    finally:
        _UNDER_WAY.set(False)
