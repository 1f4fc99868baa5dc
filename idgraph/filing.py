"""Files that are whole or not there at all, whatever interrupts their writing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """Hand over a path beside the target to write to, which takes its name at the end.

    `mode` says who may read it. Where the block is left by an error, or by Ctrl-C, what was written
    is removed and the target is as it was.

    >>> with tempfile.TemporaryDirectory() as folder, whole(Path(folder) / "a.txt") as part:
    ...     part.write_text("all of it", "utf-8")
    9
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())  # or a crash could leave the name and lose the bytes
        part.chmod(mode)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
