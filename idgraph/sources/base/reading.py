"""`read`: from what a person names to one history, with every row accounted for."""

from __future__ import annotations

import contextlib
import difflib
import gc
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from idgraph import registry
from idgraph.calls import Call, History, Reading, Reject, history
from idgraph.dialects.base import Notes
from idgraph.errors import RejectedRowsError, UnreadableError, UsageError
from idgraph.filing import whole
from idgraph.progress import bar
from idgraph.sources.base.accounting import Tally
from idgraph.sources.base.looks import unrecognised
from idgraph.sources.base.opening import Input, Place, places
from idgraph.sources.base.source import Source

_SHOWN = 20


def formats() -> registry.Several[Source]:
    """Return every format that is read, in order of name of module.

    >>> import idgraph as ig
    >>> [source.name for source in ig.formats()]
    ['access-log', 'call-table', 'cdp-events', 'exchange-log', 'har']
    """
    return registry.Several(registry.collect("idgraph.sources", "SOURCE"))


def read(
    source: object,
    *more: object,
    format: str | Source | None = None,  # noqa: A002 - the word of the command line
    strict: bool = False,
    progress: bool = True,
    name: str | None = None,
    title: str = "",
) -> History:
    """Return the history in one or more inputs, in order of the best clock of each call.

    An input is a path, a folder, a glob, `-`, bytes, a binary file, or a pandas DataFrame. Its
    format is told by its content, or named (`formats` lists them), or given as a `Source`, such as
    that of a mapping. Files are read in sorted order.
    `history.reading` accounts for every row. `UnreadableError` gathers the faults of all inputs;
    with `strict` a row that cannot be read is a `RejectedRowsError`. `progress` shows a bar on a
    terminal while a long reading lasts. `name` is what origins call an input without a path, such
    as bytes; `title` becomes that of the history.

    >>> import idgraph as ig
    >>> ig.read(b'{"external_id": "b1", "email": "a@example.com"}', title="one call")
    <History 'one call': 1 calls, 0 ties>
    """
    calls: list[Call] = []
    reading = scan(source, *more, take=calls.append, format=format, progress=progress, name=name)
    result = history(calls)
    if strict and reading.rejects:
        raise RejectedRowsError(
            f"every row had to be readable, and {len(reading.rejects)} of {reading.rows} "
            f"are not: {_listed([_line(reject) for reject in reading.rejects])}.",
            remedy="Mend these rows, or read without `strict`.",
        )
    notes = (*reading.notes, *_order_notes(result), *_tie_notes(result))
    return replace(result, reading=replace(reading, notes=notes), title=title)


def scan(
    source: object,
    *more: object,
    take: Callable[[Call], object],
    format: str | Source | None = None,  # noqa: A002 - the word of the command line
    progress: bool = True,
    name: str | None = None,
) -> Reading:
    """Hand each call of one or more inputs to `take`, in order of rows, and account for the rows.

    No call is kept, so memory stays flat however long a log is (a JSON array apart, whose text is
    held). Else as `read`.
    """
    named = None if format is None else _named(format)
    tally, notes = Tally(take), Notes()
    used: dict[str, None] = {}
    inputs = list(_flat((source, *more)))
    frames = _frames(inputs, named)
    paths = [one for one in inputs if not _is_frame(one)]
    chosen = _chosen(list(places(paths, name=name)), named, notes)
    for frame in frames:
        used.setdefault(_read_frame(frame, name or "DataFrame", tally, notes))
    total = sum(place.size for place, _ in chosen)
    looked = bar("reading", unit="B", total=total or None, scale=True, shown=progress)
    with looked as on_bytes, _collector_paused():
        for place, reader in chosen:
            used.setdefault(reader.name)
            opened = place.open(on_bytes)
            with contextlib.closing(opened):
                _read_input(opened, reader, tally, notes)
    return tally.reading(tuple(used), notes.sentences())


def located(source: object, *, format: str | None = None) -> list[tuple[Place, Source]]:  # noqa: A002 - the word of the command line
    """Return where the inputs lie that `source` names, in the order of reading, and their formats.

    `UnreadableError` gathers the faults of all inputs. A DataFrame lies nowhere.
    """
    named = None if format is None else _named(format)
    return _chosen(list(places(source)), named, Notes())


def write_rejects(read_history: History, path: str | os.PathLike[str]) -> None:
    """Write the rejects as JSON Lines: `origin`, `slug`, `reason`. The file is whole or absent."""
    target = Path(path)
    rows = [
        json.dumps({"origin": one.origin, "slug": one.slug, "reason": one.reason}) + "\n"
        for one in read_history.reading.rejects
    ]
    try:
        with whole(target, mode=0o600) as part:
            part.write_text("".join(rows), "utf-8")
    except OSError:
        raise UnreadableError(
            "the rejects could not be written here",
            where=os.fspath(path),
            remedy="Check the folder, its rights and the room on the disk.",
        ) from None


def _flat(inputs: tuple[object, ...] | list[object]) -> Iterator[object]:
    for one in inputs:
        if isinstance(one, list | tuple):
            yield from _flat(list(one))
        else:
            yield one


def _named(name: str | Source) -> Source:
    if isinstance(name, Source):
        return name
    wanted = name.strip().lower().replace("_", "-")
    known = {source.name: source for source in formats()}
    if wanted in known:
        return known[wanted]
    close = difflib.get_close_matches(wanted, known, n=1)
    hint = f"Did you mean `{close[0]}`? " if close else ""
    raise UsageError(
        "no format has this name", where="--format", remedy=f"{hint}Formats: {', '.join(known)}."
    )


def _frames(inputs: list[object], named: Source | None) -> list[Any]:
    frames = [one for one in inputs if _is_frame(one)]
    if frames and named and named.frame is None:
        remedy = "Rename its columns to those of a call table, or write it as JSON Lines."
        raise UsageError(f"a DataFrame cannot be read as {named.name}", remedy=remedy)
    return frames


def _is_frame(source: object) -> bool:
    return hasattr(source, "iloc") and hasattr(source, "columns")


def _chosen(
    found: list[Place | UnreadableError], named: Source | None, notes: Notes
) -> list[tuple[Place, Source]]:
    """Return where to read and as what; `UnreadableError` with the faults of all inputs."""
    chosen: list[tuple[Place, Source]] = []
    faults: list[UnreadableError] = []
    passed: list[UnreadableError] = []
    for place in found:
        if isinstance(place, UnreadableError):
            faults.append(place)
            continue
        fitting = _fitting(place, named)
        if isinstance(fitting, Source):
            chosen.append((place, fitting))
        else:
            (passed if place.in_folder else faults).append(fitting)
    if not chosen and not faults:
        faults, passed = passed, []
    if faults:
        raise faults[0] if len(faults) == 1 else _gathered(faults)
    if passed:
        files = "1 file" if len(passed) == 1 else f"{len(passed)} files"
        notes.say(f"{files} in the folder hold no calls in a known format and were not read")
    return chosen


def _fitting(place: Place, named: Source | None) -> Source | UnreadableError:
    try:
        opened = place.open()
    except OSError:
        remedy = "Check the disk and the rights."
        return UnreadableError("the file cannot be opened", where=place.name, remedy=remedy)
    try:
        sources = () if opened.packed_twice else formats()
        fitting = (one for one in sources if one.sniff(opened.head, place.name))
        found = named if named and not opened.packed_twice else next(fitting, None)
        return found or unrecognised(opened)
    finally:
        if not place.once:
            opened.close()


def _gathered(faults: list[UnreadableError]) -> UnreadableError:
    texts = [f"{fault.where}: {fault.found}" if fault.where else fault.found for fault in faults]
    remedies = dict.fromkeys(fault.remedy for fault in faults)
    return UnreadableError(
        f"{len(faults)} inputs cannot be read: {_listed(texts)}",
        remedy=" ".join(list(remedies)[:3]),
    )


def _listed(texts: list[str]) -> str:
    left = len(texts) - _SHOWN
    return "; ".join(texts[:_SHOWN]) + (f"; and {left} more" if left > 0 else "")


def _line(reject: Reject) -> str:
    return f"{reject.origin} {reject.slug}: {reject.reason}"


def _read_input(opened: Input, reader: Source, tally: Tally, notes: Notes) -> None:
    for outcome in reader.read(opened, notes):
        tally.add(outcome)
    ended = opened.broken_end(1)
    if ended:
        tally.add(ended)
    for doubt in opened.doubts():
        notes.say(doubt)


def _read_frame(frame: Any, name: str, tally: Tally, notes: Notes) -> str:
    chosen, reader = next((one.name, one.frame) for one in formats() if one.frame)
    for outcome in reader(frame, name, notes):
        tally.add(outcome)
    return chosen


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Spare the collector, which would walk all calls again and again: rows make no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _order_notes(result: History) -> Iterator[str]:
    used = result.clocks
    if list(used) == ["row order"]:
        yield "no clock: row order is taken as the order"
    elif len(used) > 1:
        parts = ", ".join(f"{number} by {name}" for name, number in used.items())
        yield f"order mixes clocks: calls {parts}"


def _tie_notes(result: History) -> Iterator[str]:
    tied = sum(map(len, result.ties))
    if tied:
        yield f"ties: {tied} calls share an instant with another; they keep the order of rows"
