"""Why splits begin: one file per cause; the first that applies, by rank, is the cause."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording
from idgraph.errors import UsageError
from idgraph.persons import Persons
from idgraph.registry import collect
from idgraph.replays import Replay
from idgraph.splitting import Split

__all__ = [
    "Cause",
    "Evidence",
    "Finding",
    "Wording",
    "catalogue",
    "cause",
    "explain_split",
    "first_cause",
]

UNEXPLAINED = "unexplained"
"""The code of a split that no cause in the catalogue explains: said, never hidden."""


def catalogue() -> tuple[Cause, ...]:
    """Return all causes by rank; of two that apply to a split, the earlier one is given."""
    found: tuple[Cause, ...] = collect(__name__, "CAUSE")
    return tuple(sorted(found, key=lambda cause: (cause.rank, cause.code)))


def cause(code: str) -> Cause:
    """Return the cause of that code; a `UsageError` where there is none."""
    for entry in catalogue():
        if entry.code == code:
            return entry
    raise UsageError("no cause of that code is known", remedy="See `idgraph causes`.")


def explain_split(replay: Replay, persons: Persons, split: Split) -> Finding | None:
    """Return the finding of the first cause that applies to a split, None where none does."""
    return first_cause(Evidence.of(replay, persons, split))


def first_cause(evidence: Evidence) -> Finding | None:
    """Return the same from evidence that was gathered before."""
    for entry in catalogue():
        finding = entry.find(evidence)
        if finding is not None:
            return finding
    return None
