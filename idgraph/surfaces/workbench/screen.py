"""What the workbench shows, part by part: each is told anew where something changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from idgraph import policy as policies
from idgraph.calls import CallNumber
from idgraph.errors import IdgraphError
from idgraph.persons import PersonName
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.widgets.live import ipywidgets
from idgraph.surfaces.workbench import asking, stills
from idgraph.surfaces.workbench.cases import BUNDLE, REPORT, REPRODUCER, Cases
from idgraph.surfaces.workbench.investigation import Investigation
from idgraph.surfaces.workbench.piece import Act, Piece, close_all
from idgraph.surfaces.workbench.tabs import boxed, markup

_NOBODY = "No call of this history names a person, so there is nobody to look at."


class Screen:
    """The parts of the screen, from top to bottom."""

    def __init__(self, acts: Mapping[str, Mapping[str, Act]], titles: Mapping[str, str]) -> None:
        """Draw an empty screen; `acts` says by part what is done, `titles` names the tabs."""
        self._titles = titles
        names = [[name, policies.load(name).title] for name in policies.names()]
        self.opener = Piece("open", acts["open"], policies=names, opened=False, busy="")
        self.summary = ipywidgets.VBox()
        self.persons = Piece("persons", acts["persons"])
        self.chosen = Piece("chosen", acts["chosen"])
        self.panel = ipywidgets.VBox()
        self.panel.add_class("wb-panel")
        self.cases = Piece("cases", acts["cases"])
        self.cases.whisper(path=REPORT, bundle=BUNDLE, reproducer=REPRODUCER)
        self.lines = Piece("lines", {})

    @property
    def parts(self) -> tuple[Any, ...]:
        """The parts, in order."""
        top = (self.opener, self.summary, self.persons, self.chosen, self.panel)
        return (*top, self.cases, self.lines)

    def say(self, words: str) -> None:
        """Say what is going on; "" when it is done."""
        self.opener.show(busy=words and visible(words))

    def fail(self, problem: IdgraphError | None) -> None:
        """Say what is amiss, where, and what to do; None takes it away."""
        if problem is None:
            self.opener.whisper(error=None)
            return
        self.say("")
        told = {"found": problem.found, "where": problem.where, "remedy": problem.remedy}
        self.opener.whisper(error={name: visible(text) for name, text in told.items()})

    def browse(self, folder: str | Path) -> None:
        """Offer what a folder holds."""
        found = asking.browse(folder)
        self.opener.whisper(
            folder=str(found.path),
            up=str(found.path.parent),
            folders=list(found.folders),
            files=list(found.files),
            left=found.left,
        )

    def open(self, told: Investigation, path: str) -> None:
        """Show a history that was opened, as a whole."""
        self.opener.show(opened=True, busy="")
        self.opener.whisper(path=path, error=None)
        before, self.summary.children = (
            self.summary.children,
            (boxed(markup(stills.summary(told))),),
        )
        for widget in before:
            close_all(widget)

    def show_persons(self, told: Investigation, person: PersonName) -> None:
        """Show the table of persons."""
        self.persons.state = told.table.state(person)

    def show_chosen(
        self,
        told: Investigation,
        person: PersonName,
        call: CallNumber,
        *,
        tab: str,
        added: bool,
        busy: str = "",
    ) -> None:
        """Show whom one looks at, how, and what is being worked out."""
        if not person:
            self.chosen.state = {"empty": _NOBODY}
            self.panel.children = ()
            return
        found = told.diagnosed(person)
        self.chosen.state = {
            "title": f"{told.table.rows[person].title}, call {call}",
            "told": visible(found.splits[0].happened) if found else "This person did not split.",
            "tabs": [[name, title] for name, title in self._titles.items()],
            "tab": tab,
            "busy": busy,
            "added": added,
        }

    def show_cases(self, told: Investigation, cases: Cases) -> None:
        """Show the persons that were collected; notes are whispered."""
        named = {row.place: row for row in told.table.rows.values()}
        held = [named[place] for place in cases.places]
        self.cases.state = {"cases": [[row.place, row.title, row.cause or "-"] for row in held]}
        self.cases.whisper(notes={str(one.place): one.note for one in cases.held})
