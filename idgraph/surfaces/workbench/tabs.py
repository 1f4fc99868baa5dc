"""The tabs of the chosen person: each makes its view when it is first opened, and keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from idgraph.advising import repair
from idgraph.calls import CallNumber
from idgraph.comparison import Comparison, compare
from idgraph.errors import IdgraphError
from idgraph.firmness import HOLDS, firmness
from idgraph.persons import PersonName
from idgraph.surfaces.drawing import html, trees
from idgraph.surfaces.results import chapters
from idgraph.surfaces.widgets.compare_view import Compare
from idgraph.surfaces.widgets.graph_view import GraphView
from idgraph.surfaces.widgets.live import ipywidgets, traitlets
from idgraph.surfaces.widgets.split_view import SplitView
from idgraph.surfaces.widgets.stepper_view import Stepper
from idgraph.surfaces.widgets.verdict_view import VerdictView
from idgraph.surfaces.widgets.what_if import WhatIf
from idgraph.surfaces.widgets.why_not_view import WhyNotView
from idgraph.surfaces.workbench.investigation import Investigation
from idgraph.surfaces.workbench.piece import close_all
from idgraph.surfaces.workbench.script import edited
from idgraph.verdicts import verdict
from idgraph.views.base.blocks import Block, Notice, Paragraph, rich, words

Moved = Callable[[PersonName, CallNumber], None]
Noted = Callable[..., None]


class Tab:
    """One way to look at a person.

    `moved` hears which call somebody chose here, `noted` which Python lines do the same. `busy` is
    what is said while the view is made.
    """

    name = ""
    title = ""
    busy = ""
    _kept: Any = None

    def __init__(self, told: Investigation, moved: Moved, noted: Noted) -> None:
        """Make nothing yet."""
        self.told, self._moved, self._noted = told, moved, noted
        self._quiet = False

    def view(self, person: PersonName, call: CallNumber) -> Any:
        """Return the widget that shows a person at a call."""
        raise NotImplementedError

    def go(self, person: PersonName, call: CallNumber) -> None:
        """Go to a call that was chosen elsewhere; where it is not shown, stay."""

    def renewed(self, widget: Any) -> Any:
        """Keep a widget in place of the one before, which is closed with all that is in it."""
        if widget is not self._kept:
            self.close()
            self._kept = widget
        return widget

    def close(self) -> None:
        """Close what was made, or a notebook would go on saving it."""
        close_all(self._kept)
        self._kept = None

    def own(self, person: PersonName, call: CallNumber) -> CallNumber:
        """Return the call if it is the person's own, else the one that first split the person."""
        return call if call in self.told.case(person).mine else self.told.decisive(person)

    def quietly(self, widget: Any, **values: Any) -> None:
        """Set what a widget shows without hearing of it; what it does not show is passed over."""
        before, self._quiet = self._quiet, True
        try:
            for name, value in values.items():
                if getattr(widget, name) != value:
                    setattr(widget, name, value)
        except traitlets.TraitError:
            pass
        finally:
            self._quiet = before

    def heard(self, person: PersonName, call: CallNumber) -> None:
        """Pass on what somebody chose in this tab."""
        if not self._quiet:
            self._moved(person, call)


class Viewed(Tab):
    """A live view of a call, which goes where the others go; `kind` is its class."""

    kind: Any = None
    _widget: Any = None

    def made(self, person: PersonName, call: CallNumber) -> Any:
        """Return the view, opened at a call."""
        told = self.told.shown
        return self.kind(told, person=person, call=call, redact=False, linked=False)

    def line(self) -> str:
        """Return the Python line that shows the same."""
        named = self.name if self.name != "steps" else "stepper"
        shown = f"ig.{self.kind.__name__}(replay, person=person, call={self._widget.call})"
        return f"{named} = {shown}"

    def view(self, person: PersonName, call: CallNumber) -> Any:
        """Return the view of the person."""
        if self._widget is None:
            self._widget = self.made(person, call)
            self._widget.observe(self._chosen, ["call", "person", "profile"])
        self.go(person, call)
        return self.renewed(self._widget)

    def go(self, person: PersonName, call: CallNumber) -> None:
        """Go to a call; say the line."""
        if self._widget is not None:
            self.quietly(self._widget, person=person, call=call)
            self._noted(self.name, self.line())

    def _chosen(self, _change: Any) -> None:
        if self._widget is not None and not self._quiet:
            self._noted(self.name, self.line())
            self.heard(self._widget.person, self._widget.call)


class Steps(Viewed):
    """Call by call."""

    name, title = "steps", "Steps"
    busy = "Drawing the calls"
    kind = Stepper


class GraphTab(Viewed):
    """The profiles, and which call led to which."""

    name, title = "graph", "Graph"
    busy = "Drawing the identity graph"
    kind = GraphView


class SplitTab(Viewed):
    """Where the person became two profiles."""

    name, title = "split", "Split"
    busy = "Looking at the split"

    def made(self, person: PersonName, call: CallNumber) -> SplitView:  # noqa: ARG002 - go() goes
        """Return the first split of the person."""
        return SplitView(self.told.shown, person=person, redact=False, linked=False)

    def line(self) -> str:
        """Return the line that shows the split."""
        return f"split = ig.SplitView(replay, person=person, split={self._widget.split})"


class WhyNotTab(Viewed):
    """Why a call did not find a profile."""

    name, title = "why-not", "Why not"
    busy = "Asking why"
    kind = WhyNotView

    def go(self, person: PersonName, call: CallNumber) -> None:
        """Ask of a call that was chosen elsewhere; of another person's, ask of the own split."""
        super().go(person, self.own(person, call))

    def line(self) -> str:
        """Return the line that asks."""
        return f"why = ig.why_not(replay, {self._widget.call}, {self._widget.profile!r})"


class CompareTab(Tab):
    """Beside the most similar person that has one profile."""

    title = "Compare"
    busy = "Looking for the most similar person that has one profile"
    _widget: Compare | None = None

    def __init__(self, told: Investigation, moved: Moved, noted: Noted) -> None:
        """Compare nothing yet."""
        super().__init__(told, moved, noted)
        self._made: Any = None
        self._person: PersonName | None = None

    def view(self, person: PersonName, call: CallNumber) -> Any:
        """Return both histories side by side, or a word why there are none."""
        if person != self._person:
            self._person, self._made = person, self._compared(person)
        widget = self.renewed(self._made)
        self._widget = widget if isinstance(widget, Compare) else None
        self.go(person, call)
        if self._widget is not None:
            self._noted("compare", "comparison = ig.compare(replay, bad_person=person)")
        return widget

    def _compared(self, person: PersonName) -> Any:
        if self.told.diagnosed(person) is None:
            return notice("This person has one profile. Choose one that split to compare it.")
        if all(row.profiles > 1 for row in self.told.table.rows.values()):
            return notice(
                "Nobody in this history has one profile: there is nobody to compare with."
            )
        try:
            found = compare(self.told.shown, bad_person=person)
        except IdgraphError as problem:
            return notice(said_of(problem))
        if not isinstance(found, Comparison):
            return notice("There is nobody to compare this person with.")
        widget = Compare(found, redact=False, with_others=False)
        widget.observe(self._stepped, "call_bad")
        return widget

    def go(self, person: PersonName, call: CallNumber) -> None:
        """Step the duplicated side to a call."""
        if self._widget is not None and person == self._person:
            self.quietly(self._widget, call_bad=call)

    def _stepped(self, change: Any) -> None:
        if self._person is not None:
            self.heard(self._person, change["new"])


class WhatIfTab(Tab):
    """Edit a call, and see both futures."""

    title = "What if"
    busy = "Preparing both futures"
    _widget: WhatIf | None = None

    def view(self, person: PersonName, call: CallNumber) -> Any:
        """Return the controls and both futures."""
        number = self.own(person, call)
        if self._widget is None:
            told = self.told
            self._widget = WhatIf(
                told.replay, person=person, call=number, veil=told.veil(), linked=False
            )
            self._widget.observe(self._chosen, ["call", "person"])
            self._widget.observe(self._edited, "future")
        self.go(person, call)
        self._note()
        return self.renewed(self._widget)

    def go(self, person: PersonName, call: CallNumber) -> None:
        """Let the controls edit a call that was chosen elsewhere."""
        if self._widget is not None:
            self.quietly(self._widget, call=self.own(person, call))

    def _chosen(self, _change: Any) -> None:
        if self._widget is not None:
            self.heard(self._widget.person, self._widget.call)

    def _edited(self, _change: Any) -> None:
        self._note()

    def _note(self) -> None:
        if self._widget is not None:
            given = edited(self.told.history, self._widget.future.edits)
            self._noted("what-if", f"future = ig.what_if(replay{given})")


class VerdictTab(Tab):
    """What can explain it."""

    title = "Verdict"
    busy = "Searching for what can explain it"

    def __init__(
        self,
        told: Investigation,
        moved: Moved,
        noted: Noted,
        judged: Callable[[PersonName, str], None],
    ) -> None:
        """Judge nobody yet; `judged` hears the verdict on a person."""
        super().__init__(told, moved, noted)
        self._judged = judged
        self._made: Any = None
        self._person: PersonName | None = None

    def view(self, person: PersonName, call: CallNumber) -> Any:  # noqa: ARG002 - of all calls
        """Return the verdict on the person, with its drawing and its sliders."""
        if person != self._person:
            found = verdict(self.told.shown, people=[person])
            self._made = VerdictView(found, person=person, show_identifiers=True, linked=False)
            self._person = person
            self._judged(person, found.of(person).verdict)
        self._noted("verdict", "verdicts = ig.verdict(replay, people=[person])")
        return self.renewed(self._made)


class RepairTab(Tab):
    """What to change."""

    title = "Repair"
    busy = "Trying how firmly the repair holds"

    def view(self, person: PersonName, call: CallNumber) -> Any:  # noqa: ARG002 - of all calls
        """Return what happened at each split, why, and the smallest verified change."""
        found = self.told.diagnosed(person)
        if found is None:
            said = "This person has one profile: there is nothing to repair."
            return self.renewed(notice(said, "good"))
        blocks = list(chapters.diagnosed(self.told.shown, found))
        if found.repair is not None:
            hold = firmness(self.told.shown, found.calls, found.repair)
            blocks.append(Paragraph(rich(HOLDS[hold])))
        self._noted("repair", "repair = {one.name: one.repair for one in diagnosis}[person]")
        return self.renewed(boxed(markup(blocks), *self._everywhere()))

    def _everywhere(self) -> tuple[Any, ...]:
        """A button that works out what to change for everybody, which takes a while."""
        button = ipywidgets.Button(description="What to change at every call site, for everybody")
        said = ipywidgets.HTML()

        def act(_button: object) -> None:
            button.disabled, said.value = True, "<p>Trying it on every call ...</p>"
            said.value = markup(chapters.repairs(repair(self.told.diagnosis)))
            self._noted("repairs", "repairs = ig.repair(diagnosis)")

        button.on_click(act)
        return button, said


TABS: dict[str, type[Tab]] = {
    "steps": Steps,
    "graph": GraphTab,
    "split": SplitTab,
    "why-not": WhyNotTab,
    "compare": CompareTab,
    "what-if": WhatIfTab,
    "verdict": VerdictTab,
    "repair": RepairTab,
}
"""The tabs by name, in order."""


def markup(blocks: Iterable[Block]) -> str:
    """Return blocks as HTML."""
    return "".join(html.markup(trees.tree(block)) for block in blocks)


def notice(text: str, mood: str = "note") -> Any:
    """Return a widget that says something in place of a view."""
    return boxed(markup([Notice(words(text), mood)]))


def said_of(problem: IdgraphError) -> str:
    """Return what is amiss and what to do, in place of a view."""
    return f"{problem.found[:1].upper()}{problem.found[1:]}. {problem.remedy}"


def boxed(text: str, *more: Any) -> Any:
    """Return a widget that shows HTML of ours, and more below it."""
    found = ipywidgets.VBox([ipywidgets.HTML(text), *more])
    found.add_class("wb-view")
    return found
