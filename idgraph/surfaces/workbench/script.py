"""The Python lines that do what was done on the screen, as a script that can be run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from idgraph.calls import History
from idgraph.futures import Edits
from idgraph.rules import RuleCode
from idgraph.surfaces.workbench.asking import Asked, Wanted

GIVEN = "# `history` is the history that the workbench was given."


class Script:
    """The lines so far, in order; a line takes the place of one of its kind just before it.

    Persons are named by their place and values by the call that carries them, so that no line holds
    an identifier of the history; what somebody typed is in it as typed, as are paths.
    """

    def __init__(self) -> None:
        """Begin with the import."""
        self._lines: list[tuple[str, str]] = [("import", "import idgraph as ig")]

    @property
    def lines(self) -> list[str]:
        """The lines, in order."""
        return [line for _, line in self._lines]

    @property
    def text(self) -> str:
        """The lines as a script."""
        return "\n".join((*self.lines, ""))

    def add(self, kind: str, *lines: str) -> None:
        """Add lines; those just before them that are of the same kind are taken away."""
        while self._lines[-1][0] == kind:
            self._lines.pop()
        self._lines += [(kind, line) for line in lines]


def opened(asked: Asked | None, policy: str | None, assume: Mapping[RuleCode, str]) -> list[str]:
    """Return how a history is read, replayed and diagnosed; without `asked` it was given.

    Without a policy the one of the requests is taken, as `ig.replay` does.
    """
    named = "" if policy is None else f", {policy!r}"
    if assume:
        named += f", assume={dict(assume)!r}"
    return [
        *([GIVEN] if asked is None else _read(asked)),
        f"replay = ig.replay(history{named})",
        "diagnosis = ig.diagnose(replay)",
        "people = list(ig.link(history))",
    ]


def _read(asked: Asked) -> list[str]:
    if asked.map:
        form = f", format=mapping.source(mapping.parse({list(asked.map)!r}))"
        lines = ["from idgraph import mapping", f"history = ig.read({asked.read!r}{form})"]
    else:
        lines = [f"history = ig.read({asked.read!r})"]
    if asked.observe:
        lines.append(f"history = ig.observed(history, {list(asked.observe)!r}).history")
    return lines


def filtered(wanted: Wanted) -> list[str]:
    """Return how the persons are picked that a filter leaves."""
    tests = []
    if wanted.cause:
        tests.append(f"any(one.cause == {wanted.cause!r} for one in person.splits)")
    first = "history.call(person.splits[0].split.call)"
    if wanted.channel:
        tests.append(f"{first}.channel == {wanted.channel!r}")
    day = f"(iso({first}.at) or '')[:10]"
    if wanted.since:
        tests.append(f"{day} >= {wanted.since!r}")
    if wanted.until:
        tests.append(f"'' < {day} <= {wanted.until!r}")
    if not wanted.split:
        return ["left = list(people)"]
    if not tests:
        return ["left = list(diagnosis)"]
    clock = ["from idgraph.clocks import iso"] if wanted.since or wanted.until else []
    return [*clock, f"left = [person for person in diagnosis if {' and '.join(tests)}]"]


def edited(history: History, edits: Edits) -> str:
    """Return the edits of a what-if as arguments; values of the history are named by their call."""
    given = []
    for name, value in edits.arguments.items():
        told = _put(history, value) if name == "put" else repr(value)
        given.append(f"{name}={told}")
    return "".join(f", {one}" for one in given)


def _put(history: History, put: Mapping[int, Mapping[str, Any]]) -> str:
    calls = (
        f"{number}: {{{', '.join(f'{key!r}: {_value(history, value)}' for key, value in new)}}}"
        for number, new in ((number, values.items()) for number, values in put.items())
    )
    return f"{{{', '.join(calls)}}}"


def _value(history: History, value: object) -> str:
    for number, call in enumerate(history, 1):
        for one in call.identifiers:
            if one.value == value and type(one.value) is type(value):
                return f"history.call({number}).get({one.key!r}).value"
    return repr(value)


def people_at(name: str, places: Iterable[int]) -> str:
    """Return how persons are named by their places, 1-based."""
    return f"{name} = [people[place] for place in {[place - 1 for place in places]!r}]"


def reported(path: str | Path, title: str, note: str) -> list[str]:
    """Return how a report of the persons `who` alone is written."""
    more = "".join(
        f", {name}={text!r}" for name, text in (("title", title), ("note", note)) if text
    )
    return [
        "calls = ig.link(history).calls",
        "numbers = replay.related(number for name in who for number in calls[name])",
        "case = ig.replay(history.only(numbers), replay.policy, assume=replay.assumptions)",
        f"ig.report([case], {str(path)!r}{more})",
    ]


def reproducers(written: Iterable[tuple[int, Path]]) -> list[str]:
    """Return how the fewest calls of persons, by place, are written into a folder each."""
    return [
        f"ig.minimise(replay, person=people[{place - 1}]).write({str(where)!r}, force=True)"
        for place, where in written
    ]
