"""The key of a map of stand-ins: 32 bytes in a file of their own, readable by their owner alone."""

from __future__ import annotations

import hmac
import os
import stat
from pathlib import Path

from idgraph.errors import UnreadableError, UsageError
from idgraph.redaction.standins import KEY_BYTES

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_key(path: str | os.PathLike[str]) -> Path:
    """Write a new key to a file that is not there yet, for its owner alone, and return its path.

    A `UsageError` where something of that name is there: a key is never written over.
    """
    target = Path(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(target, flags, 0o600)
    except FileExistsError:
        raise UsageError(
            "there is a file of that name already, and a key is never written over",
            where=str(target),
            remedy="Give it with --key-file, or make the new key under another name.",
        ) from None
    except OSError:
        raise UnreadableError(
            "the key cannot be written here", where=str(target), remedy="Check the folder."
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(KEY_BYTES))
    return target


def read_key(path: str | os.PathLike[str], *, outside: Path | None = None) -> bytes:
    """Return the key in a file.

    A `UsageError` where it is no key, where others than its owner may read it, or where it lies
    in the folder `outside`, which is going to be shared.
    """
    target = Path(path)
    if outside is not None and target.resolve().is_relative_to(outside.resolve()):
        raise UsageError(
            "the key lies in the folder that is written to share",
            where=str(target),
            remedy="Keep it elsewhere: whoever has it can try out who is behind a stand-in.",
        )
    try:
        mode = target.stat().st_mode
        key = target.read_bytes() if stat.S_ISREG(mode) else b""
    except OSError:
        raise UnreadableError(
            "the key cannot be read",
            where=str(target),
            remedy="Make one with `idgraph redact --make-key FILE`.",
        ) from None
    if os.name == "posix" and mode & _OTHERS:
        raise UsageError(
            "others than its owner may read the key",
            where=str(target),
            remedy="Run `chmod 600` on it, or make another one with --make-key.",
        )
    if len(key) != KEY_BYTES:
        raise UsageError(
            f"a key has {KEY_BYTES} bytes, and this file has another size",
            where=str(target),
            remedy="Make one with `idgraph redact --make-key FILE`.",
        )
    return key


def fingerprint(key: bytes) -> str:
    """Return four digits that tell whether two copies were made under one key, and no more."""
    return hmac.digest(key, b"fingerprint", "sha256").hex()[:4]
