"""The workbench: open a log, choose a person, look at it from every side, write the report."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idgraph import explain, sources
from idgraph.calls import CallNumber, History
from idgraph.diagnosis import Diagnosis
from idgraph.errors import IdgraphError, UsageError
from idgraph.persons import PersonName
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.surfaces.widgets.linking import Choice, Circle, circle
from idgraph.surfaces.widgets.live import ipywidgets, traitlets
from idgraph.surfaces.workbench import script, stills
from idgraph.surfaces.workbench.answers import Answers, Careful
from idgraph.surfaces.workbench.asking import Asked, Wanted
from idgraph.surfaces.workbench.cases import BUNDLE, REPORT, REPRODUCER, Cases, Collected
from idgraph.surfaces.workbench.investigation import Investigation
from idgraph.surfaces.workbench.persons import PersonRow, PersonTable
from idgraph.surfaces.workbench.screen import Screen
from idgraph.surfaces.workbench.script import Script
from idgraph.surfaces.workbench.tabs import TABS, Tab, VerdictTab, notice, said_of

if TYPE_CHECKING:
    import pandas as pd


class Workbench(ipywidgets.VBox):  # type: ignore[misc]
    """Investigate a history without writing code.

    `person`, `call` and `tab` say what is looked at; all can be set and observed. `person` is a
    name as the screen shows it, of a redacted history a stand-in, but the name that the history
    knows is understood as well; "" while nothing is open. `code` is a script that does what was
    done so far.

    >>> import idgraph as ig
    >>> ig.Workbench(ig.demo("email-change-broke"))
    <Workbench: 1 of 1 persons split; person 1, call 5, steps; 0 cases>
    """

    person = traitlets.Unicode("")
    call = traitlets.Int(0)
    tab = traitlets.Unicode("steps")

    def __init__(
        self,
        given: str | Path | History | Replay | Diagnosis | pd.DataFrame | None = None,
        *,
        policy: str | Policy | None = None,
        redact: bool = True,
    ) -> None:
        """Open a path (a file, folder or glob), a call table, a history or what comes of it.

        Without one, nothing is open yet. What cannot be read is said on the screen, where another
        file can be chosen at once.
        """
        self._redact = redact
        self._script = Script()
        self._told: Investigation | None = None
        self._circle: Circle | None = None
        self._tabs: dict[str, Tab] = {}
        self._guarded = False
        self._cases = Cases()
        titles = {name: tab.title for name, tab in TABS.items()}
        self.screen = Screen(Answers(self).acts, titles)
        self.screen.lines.whisper(lines=self._script.lines)
        super().__init__(self.screen.parts)
        for css in ("idgraph", "workbench"):
            self.add_class(css)
        self._begin(given, policy)

    # --- what Python may ask ---------------------------------------------------------------------

    @property
    def history(self) -> History:
        """The history that is open, as it was given; a `UsageError` where none is."""
        return self._open.history

    @property
    def replay(self) -> Replay:
        """Its replay."""
        return self._open.replay

    @property
    def diagnosis(self) -> Diagnosis:
        """Its diagnosis."""
        return self._open.given_diagnosis

    @property
    def table(self) -> PersonTable:
        """The persons, and how they are sorted, filtered and paged."""
        return self._open.table

    @property
    def rows(self) -> tuple[PersonRow, ...]:
        """The persons that filter and search leave, in the order of the table."""
        return tuple(self._open.table.left)

    @property
    def cases(self) -> tuple[Collected, ...]:
        """The persons that were added to the cases, with what was noted of them."""
        return self._cases.held

    @property
    def code(self) -> str:
        """A script that does what was done so far; it holds no identifier of the history."""
        return self._script.text

    def read(
        self,
        path: str | Path,
        *,
        policy: str | None = None,
        map: tuple[str, ...] = (),  # noqa: A002 - the word of the command line
        observe: tuple[str, ...] = (),
    ) -> None:
        """Open a file, folder or glob; what is open already is closed."""
        self._read(Asked(str(path), tuple(map), tuple(observe)), policy)

    def filter(self, **wanted: Any) -> None:
        """Show some persons: `split`, `cause`, `channel`, `since` and `until` (days in UTC)."""
        told = self._open
        told.table.filter(Wanted(**wanted))
        self._note("filter", *script.filtered(told.table.wanted))
        self._show_persons()

    def sort(self, column: str, *, descending: bool = False) -> None:
        """Sort the persons by a column of the table."""
        self._open.table.sort(column, descending=descending)
        self._show_persons()

    def search(self, text: str) -> tuple[PersonRow, ...]:
        """Show the persons that carry an identifier, and return them; one alone is chosen.

        Neither the identifier nor what was typed is kept anywhere, only a token for it, which is
        understood here as well.
        """
        told = self._open
        found, token = told.finder.find(text)
        told.table.search(found, token)
        self._note("filter", script.people_at("left", sorted(found)))
        if len(found) == 1:
            self.person = told.name_at(next(iter(found)))
        self._show_persons()
        return self.rows

    def unsearch(self) -> None:
        """Show again what the filter leaves."""
        self._open.table.filter(self._open.table.wanted)
        self._show_persons()

    def turn(self, page: int) -> None:
        """Show another page of the table; the first or the last where there is no such page."""
        self._open.table.page = page
        self._show_persons()

    def choose(self, place: int) -> None:
        """Look at the person at a place in the history, 1-based."""
        self.person = self._open.name_at(place)

    def add(self, note: str = "") -> None:
        """Add the chosen person to the cases."""
        told = self._open
        self._cases.add(told.place(self.person), note)
        self._changed_cases()

    def remove(self, place: int) -> None:
        """Take a person, by place in the history, out of the cases."""
        self._cases.remove(place)
        self._changed_cases()

    def note(self, place: int, text: str) -> None:
        """Note something, in Markdown, on a person that was added to the cases."""
        self._cases.note(place, text)
        self.screen.show_cases(self._open, self._cases)

    def write_report(
        self, path: str | Path = REPORT, *, title: str = "", note: str = "", overwrite: bool = False
    ) -> Path:
        """Write one offline page of the cases, and return its path."""
        told = self._open
        done = self._cases.report(told, Path(path), title=title, note=note, overwrite=overwrite)
        self._note("report", *script.reported(path, title, note))
        return done

    def write_bundle(self, path: str | Path = BUNDLE, *, overwrite: bool = False) -> Path:
        """Write the cases as a ZIP for support, and return its path."""
        done = self._cases.bundle(self._open, Path(path), overwrite=overwrite)
        found = "ig.verdict(replay, people=who)"
        self._note("bundle", f"ig.write_bundle({found}, {str(path)!r}, people=who)")
        return done

    def write_reproducer(
        self, folder: str | Path = REPRODUCER, *, overwrite: bool = False
    ) -> list[Path]:
        """Write the fewest calls that still split each of the cases, and return the paths."""
        told = self._open
        done = self._cases.reproducers(told, Path(folder), overwrite=overwrite)
        split = [n for n in self._cases.places if told.diagnosed(told.name_at(n))]
        made = dict.fromkeys(path.parent for path in done)
        self._note("reproducer", *script.reproducers(zip(split, made, strict=True)))
        return done

    def __repr__(self) -> str:
        """Say what is open and looked at, without an identifier."""
        if self._told is None:
            return "<Workbench: nothing is open>"
        told = self._told
        split, total = len(told.diagnosis), len(told.diagnosis.people)
        at = f"person {told.place(self.person)}, call {self.call}, {self.tab}"
        cases = explain.counted(len(self._cases), "case")
        where = f"; {at}" if self.person else ""
        return f"<Workbench: {split} of {total} persons split{where}; {cases}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add to the live view what a notebook shows that has no kernel any more."""
        found = super()._repr_mimebundle_(**kwargs)
        still = stills.still(self._told)
        return None if found is None else {**found, "text/plain": repr(self), "text/html": still}

    def _mime_(self) -> tuple[str, str]:
        """Give marimo, which shows no widget made of others, a summary and what to use there."""
        return "text/html", stills.elsewhere(self._told)

    # --- opening ---------------------------------------------------------------------------------

    @property
    def _open(self) -> Investigation:
        if self._told is None:
            raise UsageError("no history is open", remedy="Open a file first.")
        return self._told

    def _begin(self, given: Any, policy: str | Policy | None) -> None:
        with Careful(self):
            if isinstance(given, str | Path):
                self._read(Asked(str(given)), policy)
            elif isinstance(given, Diagnosis):
                self._take(given.replay, asked=None, policy=policy)
            elif given is not None:
                whole = given if isinstance(given, History | Replay) else sources.read(given)
                self._take(whole, asked=None, policy=policy)
        if self._told is None:
            self.screen.say("")
            self.screen.browse(Path.cwd())

    def _read(self, asked: Asked, policy: str | Policy | None) -> None:
        self.screen.say(f"Reading {Path(asked.path).name}")
        self._take(asked.history(), asked=asked, policy=policy)

    def _take(
        self, given: History | Replay, *, asked: Asked | None, policy: str | Policy | None
    ) -> None:
        """Investigate a history; the one before is let go once the new one is there."""
        told = Investigation(given, policy=policy, redact=self._redact, told=self.screen.say)
        for tab in self._tabs.values():
            tab.close()
        if self._circle is not None:
            self._circle.leave(self)
        self._circle = circle(told.history)
        self._circle.join(self)
        self._told, self._cases = told, Cases()
        self._tabs = {name: self._tab(name, told) for name in TABS}
        named = policy if isinstance(policy, str) else None
        if isinstance(given, Replay) or isinstance(policy, Policy):
            named = told.policy.name
        self._note("open", *script.opened(asked, named, told.assumptions))
        self.screen.open(told, asked.path if asked else "")
        with self._quietly():
            self.person, self.call = "", 0
        split = [one.name for one in told.table.left]
        self._show_persons()
        self.screen.show_cases(told, self._cases)
        if split:
            self.person = split[0]
        else:
            self._show_chosen()

    def _tab(self, name: str, told: Investigation) -> Tab:
        if name == "verdict":
            return VerdictTab(told, self._moved, self._note, self._judged)
        return TABS[name](told, self._moved, self._note)

    # --- whom and which call ---------------------------------------------------------------------

    @traitlets.validate("person")
    def _check_person(self, proposal: Any) -> PersonName:
        name: str = proposal["value"]
        if not name or name in self._open.table.rows:
            return name
        if name not in self._open.names:
            raise traitlets.TraitError("no person of that name is in the history; see `.rows`")
        return self._open.name_at(self._open.names.index(name) + 1)

    @traitlets.validate("call")
    def _check_call(self, proposal: Any) -> CallNumber:
        number: CallNumber = proposal["value"]
        if number and number not in self._open.case(self.person).frames:
            raise traitlets.TraitError(f"call {number} is not among the calls of this person")
        return number

    @traitlets.validate("tab")
    def _check_tab(self, proposal: Any) -> str:
        name: str = proposal["value"]
        if name not in TABS:
            raise traitlets.TraitError(f"there is no such tab: there are {', '.join(TABS)}")
        return name

    @traitlets.observe("person")
    def _changed_person(self, change: Any) -> None:
        if self._guarded or not change["new"]:
            return
        with self._quietly():
            self.call = self._open.decisive(self.person)
        self._arrived()

    @traitlets.observe("call")
    def _changed_call(self, change: Any) -> None:
        if not self._guarded and change["new"]:
            self._tabs[self.tab].go(self.person, self.call)
            self._show_chosen()
            self._tell()

    def follow(self, circle: Circle, choice: Choice) -> None:  # noqa: ARG002 - it has but one
        """Go to a call that was chosen in another widget over the history that is open."""
        if choice.number is not None:
            self.choose(choice.number)
        if choice.call in self._open.case(self.person).frames:
            self.call = choice.call

    def _tell(self) -> None:
        """Let the other widgets over the history that is open go to the call."""
        if self._circle is not None and self.call:
            self._circle.choose(Choice(self.call, self._open.place(self.person)), self)

    @traitlets.observe("tab")
    def _changed_tab(self, _change: Any) -> None:
        if self._told is not None and self.person:
            self._show_tab()

    def _moved(self, person: PersonName, call: CallNumber) -> None:
        """Follow a call or person that somebody chose inside a tab."""
        if (person, call) == (self.person, self.call) or person not in self._open.table.rows:
            return
        other = person != self.person
        if call not in self._open.case(person).frames:
            call = self._open.decisive(person)
        with self._quietly():
            self.person, self.call = person, call
        if other:
            self._note("person", self._line_of_person())
            self._show_persons()
        self._show_chosen()
        self._tabs[self.tab].go(person, call)
        self._tell()

    def _arrived(self) -> None:
        """Show another person."""
        self._note("person", self._line_of_person())
        self._show_persons()
        self._show_chosen()
        self._show_tab()
        self._tell()

    def _line_of_person(self) -> str:
        return f"person = people[{self._open.place(self.person) - 1}]"

    def _judged(self, person: PersonName, verdict: str) -> None:
        self._open.table.judge(person, verdict)
        self._show_persons()

    @contextlib.contextmanager
    def _quietly(self) -> Iterator[None]:
        """Let nothing act on what is set meanwhile."""
        before, self._guarded = self._guarded, True
        try:
            yield
        finally:
            self._guarded = before

    # --- showing ---------------------------------------------------------------------------------

    def _show_persons(self) -> None:
        self.screen.show_persons(self._open, self.person)

    def _show_chosen(self, busy: str = "") -> None:
        added = bool(self.person) and self._open.place(self.person) in self._cases.places
        self.screen.show_chosen(
            self._open, self.person, self.call, tab=self.tab, added=added, busy=busy
        )

    def _show_tab(self) -> None:
        """Make the view of the tab, and say meanwhile what is going on."""
        tab = self._tabs[self.tab]
        self._show_chosen(busy=tab.busy)
        try:
            view = tab.view(self.person, self.call)
        except IdgraphError as problem:
            view = notice(said_of(problem))
        self.screen.panel.children = (view,)
        self._show_chosen()

    def _changed_cases(self) -> None:
        self._note("cases", script.people_at("who", self._cases.places))
        self.screen.show_cases(self._open, self._cases)
        self._show_chosen()

    def _note(self, kind: str, *lines: str) -> None:
        self._script.add(kind, *lines)
        self.screen.lines.whisper(lines=self._script.lines)
