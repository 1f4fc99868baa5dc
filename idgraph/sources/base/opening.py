# ruff: noqa: PTH112, PTH113, PTH116, PTH118, PTH207 - names stay as they were given: Path tidies them
"""Paths, folders, globs, standard input and bytes: from what a person names to open inputs."""

from __future__ import annotations

import codecs
import glob
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from idgraph.calls import Reject
from idgraph.dialects.base import REJECTS
from idgraph.errors import UnreadableError
from idgraph.sources.base.layers import (
    BOM_UTF16,
    GZIP,
    ZSTD,
    Counted,
    Damage,
    Recoded,
    Unpacked,
    Widened,
)

HEAD = 1 << 16
_BUFFER = 1 << 20


def _nothing(_: int) -> None:
    """Count no bytes."""


@dataclass(slots=True)
class Input:
    """One opened input: `name` as the person gave it, and its bytes, unpacked and as UTF-8.

    `head` is the start, not yet taken from the stream. `packed_twice` says that what was unpacked
    is packed again.
    """

    name: str
    stream: io.BufferedReader[Any]
    damage: Damage
    head: bytes
    packed_twice: bool = False
    _told: bool = False

    def broken_end(self, line: int) -> Reject | None:
        """Return, once, the reject that says where a cut or damaged input ends; None else."""
        slug = self.damage.slug
        if slug is None or self._told:
            return None
        self._told = True
        reason = f"{REJECTS[slug]} (byte {self.damage.offset})"
        return Reject(f"{self.name}:{line}", slug, reason)

    def doubts(self) -> Iterator[str]:
        """Give, once all is read, what puts its text in doubt; names no file, which is secret."""
        if self.damage.latin:
            yield (
                "an input is no UTF-8 and was read as Latin-1 (Windows-1252); if its accents look "
                "wrong, save it as UTF-8"
            )

    def close(self) -> None:
        """Close the stream and the file below it."""
        self.stream.close()


@dataclass(slots=True)
class Place:
    """Where an input lies. `size` is in bytes on disk, 0 where unknown.

    `in_folder` says that a folder was named, and not this file: then a file of some other kind is
    passed over with a note.
    """

    name: str
    start: Callable[[], BinaryIO]
    size: int = 0
    in_folder: bool = False
    once: bool = False
    _kept: Input | None = field(default=None, repr=False)

    def open(self, on_bytes: Callable[[int], object] = _nothing) -> Input:
        """Open the input, or give again the one opened before where it can be read only once."""
        if self._kept is None:
            opened = _opened(self.name, self.start(), on_bytes, owned=not self.once)
            if not self.once:
                return opened
            self._kept = opened
        return self._kept


def _opened(name: str, file: BinaryIO, on_bytes: Callable[[int], object], *, owned: bool) -> Input:
    damage = Damage()
    stream: io.BufferedReader[Any] = io.BufferedReader(
        Counted(file, damage, on_bytes, owned=owned), _BUFFER
    )
    magic = _magic(stream)
    if magic:
        stream = io.BufferedReader(Unpacked(stream, damage, magic), _BUFFER)
    twice = bool(magic and _magic(stream))
    if stream.peek(2)[:2] in BOM_UTF16:
        stream = io.BufferedReader(Recoded(stream, damage), _BUFFER)
    elif stream.peek(3)[:3] == codecs.BOM_UTF8:
        stream.read(3)
    else:
        stream = io.BufferedReader(Widened(stream, damage), _BUFFER)
    return Input(name, stream, damage, stream.peek(HEAD)[:HEAD], twice)


def _magic(stream: io.BufferedReader[Any]) -> bytes:
    start = stream.peek(4)[:4]
    return next((magic for magic in (GZIP, ZSTD) if start.startswith(magic)), b"")


def places(source: object, *, name: str | None = None) -> Iterator[Place | UnreadableError]:
    """Return where the inputs lie that `source` names, files in sorted order, faults in between.

    Takes a path, a folder, a glob, `-`, bytes, a binary file object, or a list of these. `name` is
    what origins call an input that has no path.
    """
    if isinstance(source, list | tuple):
        for one in source:
            yield from places(one, name=name)
    elif isinstance(source, bytes | bytearray):
        data = bytes(source)
        yield Place(name or "<bytes>", lambda: io.BytesIO(data), len(data))
    elif hasattr(source, "read"):
        yield _of_file(source, name)
    elif source == "-":
        yield Place(name or "-", lambda: sys.stdin.buffer, once=True)
    elif isinstance(source, str | os.PathLike):
        yield from _of_path(os.fspath(source))
    else:
        kind = type(source).__name__
        yield UnreadableError(
            f"a path, a DataFrame, bytes or a file was expected, and {kind} was found",
            remedy="Give a path such as 'calls.jsonl'.",
        )


def _of_file(file: object, name: str | None) -> Place:
    if isinstance(file, io.TextIOBase):
        buffer = getattr(file, "buffer", None)
        file = (
            io.BytesIO(file.read().encode("utf-8", "surrogatepass")) if buffer is None else buffer
        )
    own = getattr(file, "name", None)
    known = own if isinstance(own, str) else "<file>"
    return Place(name or known, lambda: file, once=True)  # type: ignore[arg-type,return-value]


def _of_path(path: str | bytes) -> Iterator[Place | UnreadableError]:
    name = os.fsdecode(path)
    if os.path.isdir(name):
        yield from _of_folder(name)
    elif os.path.lexists(name) or not glob.has_magic(name):
        yield _of_one(name)
    else:
        found = [one for one in sorted(glob.glob(name, recursive=True)) if not os.path.isdir(one)]
        for one in found:
            yield _of_one(one)
        if not found:
            yield UnreadableError("no file matches", where=name, remedy="Check the pattern.")


def _of_folder(folder: str) -> Iterator[Place | UnreadableError]:
    inside = os.path.realpath(folder)
    found = False
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(parent, name)
            if name.startswith(".") or not os.path.isfile(path):
                continue
            if os.path.commonpath([inside, os.path.realpath(path)]) != inside:
                continue  # a link that leads out of the folder that was named
            found = True
            yield _of_one(path, in_folder=True)
    if not found:
        remedy = "Name a folder that holds logs or tables."
        yield UnreadableError("the folder holds no file to read", where=folder, remedy=remedy)


def _of_one(name: str, *, in_folder: bool = False) -> Place | UnreadableError:
    try:
        status = os.stat(name)
        if not stat.S_ISREG(status.st_mode):
            remedy = "Pipe it in and name it `-`."
            return UnreadableError("this is no regular file", where=name, remedy=remedy)
        with Path(name).open("rb"):
            pass
    except FileNotFoundError:
        remedy = "Check the path; a relative one starts at the working folder."
        return UnreadableError("there is no such file", where=name, remedy=remedy)
    except PermissionError:
        remedy = "Ask for the right to read it."
        return UnreadableError("the file may not be read", where=name, remedy=remedy)
    except (OSError, ValueError):  # a name too long, or with a NUL
        remedy = "Check the path and the disk."
        return UnreadableError("the file cannot be opened", where=name, remedy=remedy)
    return Place(name, lambda: Path(name).open("rb"), status.st_size, in_folder)
