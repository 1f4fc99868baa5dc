"""What an input that no source takes looks like, and what to do about it."""

from __future__ import annotations

import re

from idgraph import registry
from idgraph.errors import UnreadableError
from idgraph.sources.base.names import top_names
from idgraph.sources.base.opening import Input

_MAGIC = (
    (b"PK\x03\x04", "a zip archive", "Unpack it and name the files inside."),
    (b"%PDF", "a PDF document", "Export the calls as CSV or JSON Lines."),
    (b"\x89PNG", "an image", "Name a log or a table."),
    (b"\xff\xd8\xff", "an image", "Name a log or a table."),
    (b"BZh", "packed with bzip2", "Unpack it first: `bunzip2 FILE`."),
    (b"\xfd7zXZ", "packed with xz", "Unpack it first: `unxz FILE`."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as CSV (UTF-8)."),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a]")
_LISTED = "`idgraph formats` lists what is read, `--format NAME` chooses one."
_BESIDE = (
    "It says where the platform filed calls, and not what they carried: record the requests (an "
    "exchange log or a call table), and name this file beside them with `--observe FILE`."
)


def unrecognised(source: Input) -> UnreadableError:
    """Return the error for an input that no source recognises; it holds nothing of the input."""
    looks, remedy = _looks(source)
    return UnreadableError(
        f"calls were expected, and this is {looks}", where=source.name, remedy=remedy
    )


def looks_like(source: Input) -> str:
    """Return what an input looks like, as a part of a sentence that holds nothing of the input."""
    return _looks(source)[0]


def _looks(source: Input) -> tuple[str, str]:
    if source.packed_twice:
        return "packed twice", "Unpack it once: one level of gzip or zstd is read."
    if source.damage.slug and not source.head:
        return "packed, and cut or damaged at its start", "Fetch the file again."
    if not source.head.strip():
        return "empty", "Name a file that holds rows."
    head = source.head
    return _looks_exported(source) or _looks_foreign(head) or _looks_textual(head)


def _looks_exported(source: Input) -> tuple[str, str] | None:
    """An export of the platform; looked up by name, since exports are read by means of sources."""
    exports = registry.collect("idgraph.exports", "EXPORT")
    found = (export.looks for export in exports if export.sniff(source.head, source.name))
    looks = next(found, None)
    return None if looks is None else (looks, _BESIDE)


def _looks_foreign(head: bytes) -> tuple[str, str] | None:
    if head.startswith(b"PK\x03\x04") and b"xl/" in head:
        return "an Excel workbook", "Save the sheet as CSV (UTF-8)."
    for magic, looks, remedy in _MAGIC:
        if head.startswith(magic):
            return looks, remedy
    return None


def _looks_textual(head: bytes) -> tuple[str, str]:
    start = head.lstrip()[:2000].lower()
    if re.match(rb"<(!doctype html|html|head|body)", start):
        return "an HTML page", "Export the data itself: a page was saved, maybe a login page."
    if start.startswith(b"<"):
        return "XML", f"Convert it to CSV or JSON Lines. {_LISTED}"
    if start[:1] in (b"{", b"["):
        return _looks_json(top_names(head))
    if _is_binary(head):
        return "binary data", _LISTED
    return "text without a header that names identifiers", (
        f"Give the first row the names `sent_at`, `external_id`, `email`. {_LISTED}"
    )


def _looks_json(names: set[str]) -> tuple[str, str]:
    if names & {"errors", "error", "detail"} and not names & {"data", "id"}:
        return "the error answer of an API", "Mend the request that fetched it, and fetch again."
    return "JSON with neither a `request` nor identifiers at the top of its rows", (
        f"Write one object a row with `external_id`, `email` and a clock. {_LISTED}"
    )


def _is_binary(head: bytes) -> bool:
    return b"\0" in head or len(_CONTROLS.findall(head)) * 10 > len(head)
