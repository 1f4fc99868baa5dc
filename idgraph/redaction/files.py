"""Redacts whole files in the form they came in: the copy reads to the same calls, with stand-ins.

Nothing is passed on that is not known to be nobody's; what is left out is counted. The copy is read
again when it is written, and its calls are compared with those of the redacted history.
"""

from __future__ import annotations

import gzip
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from idgraph.calls import Call, History
from idgraph.errors import UnreadableError, UsageError
from idgraph.filing import whole
from idgraph.progress import bar
from idgraph.redaction import Redactor
from idgraph.redaction.account import Line, pseudonymous
from idgraph.redaction.fields import Fields
from idgraph.redaction.keyfiles import read_key
from idgraph.redaction.terms import terms_of
from idgraph.redaction.writing import Copied, copy_input
from idgraph.registry import Shown
from idgraph.sources.base import Place, Source
from idgraph.sources.base.layers import GZIP, ZSTD
from idgraph.sources.base.reading import located, read

if TYPE_CHECKING:
    import pandas as pd

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

_COMPARED = (
    *("identifiers", "channel", "endpoint", "event", "event_id", "person", "observed", "answer"),
    *("received_at", "sent_at", "occurred_at", "answered_at", "created", "refused", "owner"),
    *("reads", "clears", "merges", "context", "agent"),
)


@dataclass(frozen=True, slots=True, repr=False)
class Redaction(Shown):
    """The redacted copies of some files, and the account of what was done.

    `rows` were read and `rows` stand in the copies: those that could not be read stand there as
    rows that say so, and `left_out` counts them by reason. `not_calls` are rows that name nobody,
    reduced to method, address and answer. `times` says what became of times. `unlike` counts the
    calls of the copies that do not read as those of the redacted history do: none, unless a form
    is met that is not known here.

    >>> import idgraph as ig
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = ig.redact_files(ig.write_demo("shop"), f"{folder}/shop.jsonl")
    >>> done.table()["treatment"].unique().tolist()
    ['mapped', 'shifted', 'kept']
    """

    paths: tuple[Path, ...]
    rows: int
    calls: int
    not_calls: int
    left_out: dict[str, int]
    unlike: int
    lines: tuple[Line, ...]
    times: str
    key: str = ""

    def __repr__(self) -> str:
        """Say in one line what was written, without a name or a value."""
        files = "1 file" if len(self.paths) == 1 else f"{len(self.paths)} files"
        left = sum(self.left_out.values())
        lost = f", {left} of them left out" if left else ""
        unlike = f"; {self.unlike} calls read differently" if self.unlike else ""
        return f"<Redaction: {files}, {self.rows} rows{lost}, {self.calls} calls{self._by}{unlike}>"

    @property
    def _by(self) -> str:
        return f", {self.key}" if self.key else ""

    def table(self) -> pd.DataFrame:
        """Return the account, one row a kind: `treatment`, `what`, `number` (None: not counted)."""
        from idgraph.frames import Frame

        return Frame(self.account(), columns=["treatment", "what", "number"], dtype=object)

    def account(self) -> tuple[Line, ...]:
        """Return all of the account: what was mapped, dropped, shifted, kept and left out."""
        left = (Line("left out", f"rows: {slug}", number) for slug, number in self.left_out.items())
        aside = Line("reduced", "rows that are no calls", self.not_calls)
        return (*self.lines, *((aside,) if self.not_calls else ()), *left)


def redact_files(
    paths: Paths,
    out: str | os.PathLike[str],
    *,
    key_file: str | os.PathLike[str] | None = None,
    more: bool = False,
    force: bool = False,
    format: str | None = None,  # noqa: A002 - the word of the command line
) -> Redaction:
    """Write a redacted copy of an exchange log, HAR or call table, and return the account of it.

    One input is written to the file `out`; of several `out` is a folder and the copies are
    `input-1.jsonl` and so on, since names of files are data. A copy is packed as the original is,
    and written whole or not at all. With a key a value has the same stand-in in every set under
    that key; without one two sets cannot be joined. `more` maps public mail hosts, too, and leaves
    of the times their order alone. A `UsageError` where `out` is there and `force` is not given.

    >>> import idgraph as ig
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ig.redact_files(ig.write_demo("shop"), f"{folder}/shop.jsonl")
    <Redaction: 1 file, 24 rows, 24 calls>
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    named = [sys.stdin.buffer.read() if one == "-" else one for one in given]
    located_inputs = located(named, format=format)
    target = Path(out)
    many = len(located_inputs) > 1
    key = None if key_file is None else read_key(key_file, outside=target if many else None)
    _check_target(target, [place for place, _ in located_inputs], many=many, force=force)
    history = read(named, format=format, progress=False)
    terms = terms_of([history], key=key, more=more)
    redactor = Redactor(history, terms=terms)
    fields = Fields(redactor)
    with bar("copying", unit="rows", total=history.reading.rows) as on:
        copies = [_copy(place, source, fields, on) for place, source in located_inputs]
    written = [_written(target, number, one, many=many) for number, one in enumerate(copies, 1)]
    left: Counter[str] = Counter()
    for one in copies:
        left += one.copied.left_out
    return Redaction(
        paths=tuple(written),
        rows=sum(one.copied.rows for one in copies),
        calls=len(history),
        not_calls=sum(history.reading.not_calls.values()),
        left_out=dict(sorted(left.items())),
        unlike=_unlike(redactor.history(history), written, format),
        lines=terms.lines(),
        times=terms.times.kind,
        key=terms.mark,
    )


@dataclass(frozen=True, slots=True)
class _Copy:
    data: bytes
    copied: Copied
    packing: str


def _copy(place: Place, source: Source, fields: Fields, on: Callable[[int], object]) -> _Copy:
    with place.start() as file:
        start = file.read(4)
    packing = ".gz" if start.startswith(GZIP) else ".zst" if start.startswith(ZSTD) else ""
    data, copied = copy_input(place, source, fields, on)
    return _Copy(_packed(data, packing), copied, packing)


def _packed(data: bytes, packing: str) -> bytes:
    """Pack without a name or a time: the same input makes the same bytes."""
    if packing == ".gz":
        return gzip.compress(data, mtime=0)
    if packing == ".zst":
        import zstandard

        return zstandard.ZstdCompressor().compress(data)
    return data


def _check_target(target: Path, places: Sequence[Place], *, many: bool, force: bool) -> None:
    taken = target.exists()
    if many and taken and not target.is_dir():
        remedy = "Of several inputs the copies go into a folder: give the name of one."
        raise UsageError("this is a file", where=str(target), remedy=remedy)
    if not many and target.is_dir():
        remedy = "Give the name of a file in it."
        raise UsageError("this is a folder", where=str(target), remedy=remedy)
    inside = target.resolve()
    for place in places:
        given = Path(place.name).resolve()
        if inside in (given, given.parent if many else given):
            remedy = "Give another name: the original is never written over."
            raise UsageError("the copy would lie on or beside its original", remedy=remedy)
    if taken and not force and (not many or any(target.iterdir())):
        remedy = "Give another name, or --force."
        raise UsageError("something is there already", where=str(target), remedy=remedy)


def _written(target: Path, number: int, one: _Copy, *, many: bool) -> Path:
    """Nobody ever sees half a copy."""
    path = target / f"input-{number}{one.copied.ending}{one.packing}" if many else target
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as part:
            part.write_bytes(one.data)
    except OSError:
        raise UnreadableError(
            "the copy could not be written here",
            where=str(path),
            remedy="Check the folder, its rights and the room on the disk.",
        ) from None
    return path


def _unlike(wanted: History, paths: Sequence[Path], form: str | None) -> int:
    """How many calls of the copies do not read as they should."""
    try:
        found = read([str(path) for path in paths], format=form, progress=False)
    except UnreadableError:
        return len(wanted)
    pairs = zip(wanted, found, strict=False)
    unlike = sum(_evidence(one) != _evidence(other) for one, other in pairs)
    return unlike + abs(len(wanted) - len(found))


def _evidence(call: Call) -> list[object]:
    return [getattr(call, name) for name in _COMPARED]


def records(found: Redaction) -> Iterator[dict[str, object]]:
    """Return the account as plain records, the summary last; paths are those of the copies."""
    yield from (one._asdict() for one in found.account())
    summary = {
        "files": [str(path) for path in found.paths],
        "rows": found.rows,
        "calls": found.calls,
        "not_calls": found.not_calls,
        "left_out": sum(found.left_out.values()),
        "unlike": found.unlike,
        "key": found.key or None,
    }
    yield {"summary": summary}


def sentences(found: Redaction) -> Iterator[str]:
    """Say what was written and what to know of it; nothing in it is a value or a name."""
    left = sum(found.left_out.values())
    yield (
        f"{found.rows} rows in, {found.rows} rows out: {found.rows - left - found.not_calls} with "
        f"calls, {found.not_calls} that are no calls, reduced, and {left} that could not be read, "
        "each a row that says so."
    )
    if found.unlike:
        yield f"{found.unlike} calls do not read as in the original: look before you share."
    else:
        yield "The copies were read again: the calls are the same, with stand-ins."
    yield pseudonymous(found.times)
