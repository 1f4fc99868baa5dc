"""What somebody asks of the workbench: which files to read how, and which persons to list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from idgraph import mapping, observing, sources
from idgraph.calls import History
from idgraph.errors import UnreadableError, UsageError

SUFFIXES = (
    *(".csv", ".gz", ".har", ".json", ".jsonl", ".log", ".ndjson", ".parquet", ".tsv", ".txt"),
    *(".xml", ".zst"),
)
"""Of files that a folder lists; the content of one decides how it is read."""
MOST = 300
"""Entries of a folder that are listed."""
_CALLS = "calls.parquet"


@dataclass(frozen=True, slots=True)
class Asked:
    """Files, folders or globs to read, and how.

    `map` says where columns stand in a log of one's own (`email=payload.user.mail`, or a TOML
    file), `observe` are exports that show where the platform filed the calls.
    """

    path: str
    map: tuple[str, ...] = ()
    observe: tuple[str, ...] = ()

    @property
    def read(self) -> str:
        """What is read: of a folder that an audit wrote, its calls."""
        calls = Path(self.path) / _CALLS
        return str(calls) if calls.is_file() else self.path

    def history(self) -> History:
        """Read it; an `IdgraphError` says what is amiss."""
        if not self.path.strip():
            raise UsageError(
                "no file was named", remedy="Type the path of a log, or choose one from the list."
            )
        form = mapping.source(mapping.parse(self.map)) if self.map else None
        try:
            found = sources.read(self.read, format=form, progress=False)
        except OSError:
            raise UnreadableError(
                "the file cannot be read",
                where=self.path,
                remedy="Check that it is there and that you may read it.",
            ) from None
        return observing.observed(found, list(self.observe)).history if self.observe else found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which persons a list holds: those alone that `split`, of a cause, a channel, some days.

    `channel` and the days are those of the first call that split the person, else of the person's
    first call; `since` and `until` are days in UTC (`2024-05-01`), "" where any will do.
    """

    split: bool = True
    cause: str = ""
    channel: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds that can be opened, by name; `left` is how many are not listed."""

    path: Path
    folders: tuple[str, ...]
    files: tuple[str, ...]
    left: int


def browse(path: str | Path) -> Folder:
    """List a folder; an `UnreadableError` where there is none or it may not be read."""
    folder = Path(path).expanduser().resolve()
    try:
        inside = sorted(folder.iterdir(), key=lambda one: one.name.casefold())
        folders = [one.name for one in inside if not one.name.startswith(".") and one.is_dir()]
        files = [one.name for one in inside if _readable(one)]
    except OSError:
        raise UnreadableError(
            "the folder cannot be listed", where=str(folder), remedy="Choose another one."
        ) from None
    kept = files[: max(0, MOST - len(folders))]
    left = max(0, len(folders) - MOST) + len(files) - len(kept)
    return Folder(folder, tuple(folders[:MOST]), tuple(kept), left)


def _readable(path: Path) -> bool:
    hidden = path.name.startswith(".")
    return not hidden and path.suffix.lower() in SUFFIXES and path.is_file()


def words(text: str) -> tuple[str, ...]:
    """Return what a field holds, one a line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def lines(given: Iterable[str]) -> str:
    """Return what a field shows of several."""
    return "\n".join(given)
