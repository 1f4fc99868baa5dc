"""The cases that were collected, and what is written of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from idgraph.bundling import write_bundle
from idgraph.errors import UsageError
from idgraph.minimising import minimise
from idgraph.persons import PersonName, link
from idgraph.replays import Replay
from idgraph.replays import replay as run
from idgraph.surfaces.reports.report import report
from idgraph.surfaces.results.subjects import shown
from idgraph.surfaces.workbench.investigation import Investigation
from idgraph.verdicts import verdict

REPORT, BUNDLE, REPRODUCER = "idgraph-report.html", "idgraph-case.zip", "idgraph-reproducer"
"""Where things are written unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A person who was added to the cases, by place in the history, and what was noted."""

    place: int
    note: str = ""


class Cases:
    """The persons whose cases are to be written, in the order in which they were added."""

    def __init__(self) -> None:
        """Begin with none."""
        self._held: dict[int, Collected] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._held)

    @property
    def places(self) -> tuple[int, ...]:
        """The places of the persons."""
        return tuple(self._held)

    @property
    def held(self) -> tuple[Collected, ...]:
        """The cases."""
        return tuple(self._held.values())

    def add(self, place: int, note: str = "") -> None:
        """Add a person; one who is there already stays where it is."""
        self._held.setdefault(place, Collected(place, note))

    def remove(self, place: int) -> None:
        """Take a person out."""
        self._held.pop(place, None)

    def note(self, place: int, text: str) -> None:
        """Note something on a person, in Markdown."""
        if place in self._held:
            self._held[place] = replace(self._held[place], note=text)

    def report(
        self, told: Investigation, path: Path, *, title: str, note: str, overwrite: bool
    ) -> Path:
        """Write one page of these persons alone, and return its path."""
        free(path, overwrite=overwrite)
        case, names = self._alone(told)
        both = note_of(self.held, names, note, case, redact=told.redacted)
        write = report([case], path, title=title or None, note=both or None, redact=told.redacted)
        return Path(write)

    def bundle(self, told: Investigation, path: Path, *, overwrite: bool) -> Path:
        """Write these persons as a ZIP from which the verdict can be worked out again."""
        free(path, overwrite=overwrite)
        names = self._names(told)
        found = verdict(told.replay, people=names)
        return write_bundle(found, path, people=names, redact=told.redacted)

    def reproducers(self, told: Investigation, folder: Path, *, overwrite: bool) -> list[Path]:
        """Write the fewest calls that still split each person, a folder a person."""
        written: list[Path] = []
        split = [name for name in self._names(told) if told.diagnosed(_shown_as(told, name))]
        if not split:
            raise UsageError(
                "none of the cases is of a person that split",
                remedy="Add a person that split: there is nothing to reproduce of the others.",
            )
        for name in split:
            place = told.place(_shown_as(told, name))
            found = minimise(told.replay, person=name)
            where = folder / f"person-{place}" if len(split) > 1 else folder
            written += found.write(where, redact=told.redacted, force=overwrite)
        return written

    def _names(self, told: Investigation) -> list[PersonName]:
        if not self._held:
            raise UsageError(
                "no case was collected",
                remedy="Choose a person in the table and press `Add to cases`.",
            )
        return [told.names[place - 1] for place in self._held]

    def _alone(self, told: Investigation) -> tuple[Replay, list[PersonName]]:
        """The replay of these persons' calls and all that can touch the same profiles."""
        names = self._names(told)
        calls = link(told.history).calls
        numbers = told.replay.related(number for name in names for number in calls[name])
        part = told.history.only(numbers)
        return run(part, told.policy, assume=told.assumptions), names


def note_of(
    held: Iterable[Collected], names: Iterable[PersonName], note: str, case: Replay, *, redact: bool
) -> str:
    """Return the note of a report: what was noted of all, then of each person by its name there."""
    people = link(shown(case, redact=redact).history)
    there = dict(zip(link(case.history), people, strict=True))
    each = [
        f"- {there[name]}: {one.note.strip()}"
        for one, name in zip(held, names, strict=True)
        if one.note.strip()
    ]
    return "\n\n".join(part for part in (note.strip(), "\n".join(each)) if part)


def free(path: Path, *, overwrite: bool) -> None:
    """Raise a `UsageError` where a file is there already that may not be written over."""
    if path.exists() and not overwrite:
        raise UsageError(
            "the file is there already",
            where=str(path),
            remedy="Give another name, or tick `Write over it`.",
        )
    if not path.parent.is_dir():
        raise UsageError(
            "the folder is not there", where=str(path.parent), remedy="Choose one that is."
        )


def _shown_as(told: Investigation, name: PersonName) -> PersonName:
    return told.name_at(told.names.index(name) + 1)
