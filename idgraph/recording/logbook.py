"""The file that a recording writes: one row a write, appended, mended where a kill has torn it."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from typing import Self

from idgraph.errors import UnreadableError, UsageError

if sys.platform != "win32":
    import fcntl

_HEAD = 1 << 10


class Logbook:
    """An exchange log that is open for appending, and by one recorder alone.

    A row goes out in one write: whoever kills the recorder loses the row in flight at most.
    `mended` says that the file ended in the middle of a line, which got its line end.
    """

    def __init__(self, path: str) -> None:
        """Open or make the file; new ones are for its owner's eyes alone."""
        self.path = path
        self.rows = 0
        self.lost = 0
        self.mended = False
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        # Without it a named pipe would hold us until somebody reads it.
        flags |= getattr(os, "O_NONBLOCK", 0)
        try:
            self._file = os.open(path, flags, 0o600)
        except (OSError, ValueError):
            remedy = "Check the folder and its rights."
            raise UnreadableError(
                "the log cannot be written here", where=path, remedy=remedy
            ) from None
        try:
            self._take()
        except BaseException:
            os.close(self._file)
            raise

    def _take(self) -> None:
        status = os.fstat(self._file)
        if not stat.S_ISREG(status.st_mode):
            remedy = "Name a file of its own."
            raise UnreadableError("this is no regular file", where=self.path, remedy=remedy)
        if sys.platform != "win32":
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                remedy = "Name another file, or stop the other recorder."
                raise UsageError(
                    "another recorder writes this file", where=self.path, remedy=remedy
                ) from None
        if os.read(self._file, _HEAD).lstrip()[:1] not in (b"", b"{"):
            remedy = "Name another file: rows are only appended to an exchange log."
            raise UsageError("the file is no exchange log", where=self.path, remedy=remedy)
        if status.st_size:
            os.lseek(self._file, -1, os.SEEK_END)
            self.mended = os.read(self._file, 1) != b"\n"
        if self.mended:
            os.write(self._file, b"\n")

    def append(self, row: bytes) -> bool:
        """Write a row; say whether it is in the file, whole. A row in part is taken back."""
        size = os.fstat(self._file).st_size
        try:
            written = os.write(self._file, row)
        except OSError:
            written = 0
        if written == len(row):
            self.rows += 1
            return True
        self.lost += 1
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, size)
        return False

    def __enter__(self) -> Self:
        """Give the open file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Put what was written on the disk, and close."""
        with contextlib.suppress(OSError):
            os.fsync(self._file)
        os.close(self._file)
