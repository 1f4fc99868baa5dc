"""Source, one format of input: how it is recognised and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from idgraph.dialects.base import Notes
from idgraph.registry import Shown
from idgraph.sources.base.accounting import Outcome
from idgraph.sources.base.opening import Input

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, repr=False)
class Source(Shown):
    """One format.

    `says` is a sentence for the catalogue. `sniff` gets the first 64 KiB, unpacked and as UTF-8,
    and the file's name, and never raises; at most one source may take a given head. `read` gives
    one outcome for each row of the input, in order, and counts what it cannot use in the notes.
    `frame` reads a DataFrame, called by a name, in the same way; one source has it.
    `sample` reads to the calls of `expect`, one {key or field: value} a call.
    """

    name: str
    title: str
    says: str
    sniff: Callable[[bytes, str], bool]
    read: Callable[[Input, Notes], Iterator[Outcome]]
    sample: bytes | Callable[[], bytes]
    expect: tuple[Mapping[str, object], ...]
    frame: Callable[[pd.DataFrame, str, Notes], Iterator[Outcome]] | None = None

    def __repr__(self) -> str:
        """Say which format it is."""
        return f"<Source {self.name}: {self.title}>"
