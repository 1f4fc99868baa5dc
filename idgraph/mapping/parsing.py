"""What a person says of a foreign log: where each column of a call stands, or what it always is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Named
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path as File

from idgraph.calls import KEYS
from idgraph.errors import UnreadableError, UsageError
from idgraph.mapping.paths import path_of
from idgraph.sources.base.paths import Path

_SHARED = (
    "sent_at",
    "received_at",
    "occurred_at",
    "answered_at",
    "channel",
    "person",
    "observed_profile",
)
_TABLE = (*KEYS, *_SHARED, "endpoint", "event", "event_id")
REQUEST = ("url", "method", "headers", "body", "status", "answer")
"""The columns of a log of whole requests; `status` and `answer` are what came back."""
NAMES = tuple(dict.fromkeys((*_TABLE, *REQUEST)))

_CONSTANTS = "constants"
_WHERE = "--map"
_WORD = re.compile(r"[A-Za-z_$][\w$-]{0,40}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands: the names down to it, and the path as the person wrote it."""

    column: str
    path: Path
    written: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """Where the columns of a call stand in a foreign row, and what is the same in every row.

    Several places of one column are tried in order: the first one that holds a value counts.
    """

    places: tuple[Place, ...]
    constants: Named[str, str]

    @property
    def columns(self) -> dict[str, list[Place]]:
        """The places by column, in order."""
        found: dict[str, list[Place]] = {}
        for place in self.places:
            found.setdefault(place.column, []).append(place)
        return found

    @property
    def of_requests(self) -> bool:
        """Whether each row is a whole request, whose identifiers a dialect reads."""
        return "url" in self.columns or "url" in self.constants


def parse(arguments: Iterable[str]) -> Mapping:
    """Return the mapping that arguments say: `name=path`, `name:=constant`, or a TOML file.

    The file holds `name = "path"` or `name = ["path", "path"]`, and constants in a table
    `[constants]`. `UsageError` gathers everything that is wrong with it, `UnreadableError` tells of
    a file that cannot be read.
    """
    places: list[Place] = []
    constants: dict[str, str] = {}
    faults: list[str] = []
    for where, name, value in _said(arguments, faults):
        constant = name.endswith(":")
        column = name.removesuffix(":")
        path = None if constant else path_of(value)
        if column not in NAMES:
            faults.append(f"{where}: {_unknown(column)}")
        elif constant and constants.setdefault(column, value) != value:
            faults.append(f"{where}: `{column}` has two constants")
        elif constant:
            continue
        elif path is None:
            faults.append(f"{where}: the path of `{column}` is neither /a/b nor a.b")
        else:
            places.append(Place(column, path, value))
    mapping = Mapping(tuple(dict.fromkeys(places)), constants)
    faults += [] if faults else _contradictions(mapping)
    if faults:
        raise UsageError("; ".join(faults), where=_WHERE, remedy=f"Names are {', '.join(NAMES)}.")
    return mapping


def _said(arguments: Iterable[str], faults: list[str]) -> Iterator[tuple[str, str, str]]:
    """Each (where it is said, name with `:` for a constant, path or constant)."""
    for number, argument in enumerate(arguments, 1):
        name, equals, value = argument.partition("=")
        if equals:
            yield f"entry {number}", name.strip(), value if name.endswith(":") else value.strip()
        elif argument.endswith(".toml"):
            yield from _of_file(argument, faults)
        else:
            faults.append(f"entry {number} is neither `name=path` nor a TOML file")


def _of_file(file: str, faults: list[str]) -> Iterator[tuple[str, str, str]]:
    try:
        said = tomllib.loads(File(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # tomllib's and the decoder's faults are ValueErrors
        raise UnreadableError(
            "the mapping is no TOML file that can be read",
            where=file,
            remedy='Write lines such as `email = "payload.user.mail"`.',
        ) from None
    constants = said.pop(_CONSTANTS, {})
    if not isinstance(constants, dict):
        faults.append(f"{file}: `{_CONSTANTS}` is no table")
        constants = {}
    given = [*said.items(), *((f"{name}:", value) for name, value in constants.items())]
    for name, value in given:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield file, name, one
            else:
                faults.append(f"{file}: {_quoted(name.rstrip(':'))} is given no text")


def _unknown(name: str) -> str:
    close = get_close_matches(name.lower().removeprefix("$"), NAMES, n=1)
    hint = f"; did you mean `{close[0]}`?" if close else ""
    return f"{_quoted(name)} is no column of a call{hint}"


def _quoted(name: str) -> str:
    """Show a plain word only: somebody may paste a person's datum in the place of a name."""
    return f"`{name}`" if _WORD.fullmatch(name) else "a name"


def _contradictions(mapping: Mapping) -> list[str]:
    given = {*mapping.columns, *mapping.constants}
    if mapping.of_requests:
        foreign = [name for name in _TABLE if name in given and name not in _SHARED]
        if not foreign:
            return []
        return [f"`url` reads whole requests, so `{name}` comes from them" for name in foreign]
    alone = [f"`{name}` needs a `url` beside it" for name in REQUEST if name in given]
    if not alone and not given & set(KEYS):
        return ["neither an identifier nor a `url` is mapped"]
    return alone
