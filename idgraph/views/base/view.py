"""A view: its name, its title, and the blocks that it makes of a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from idgraph.steps import Step
from idgraph.views.base.blocks import Block
from idgraph.views.base.case import Case


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a case; found by the registry, one file each.

    `blocks` shows the whole case. `panel` shows one call: a view that has it stands among the
    panels of the stepper, those of lower `rank` first; None is for a call of which it says nothing.
    """

    name: str
    title: str
    blocks: Callable[[Case], tuple[Block, ...]]
    panel: Callable[[Case, Step], Block | None] | None = None
    rank: int = 0
