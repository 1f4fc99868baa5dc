"""The tabs of the chosen person: each makes its view when it is first opened, and keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from idgraph.advising import repair
from idgraph.calls import CallNumber
from idgraph.comparison import Comparison, compare
from idgraph.errors import IdgraphError
from idgraph.explain import call_words
from idgraph.firmness import HOLDS, firmness
from idgraph.ladders import why_not
from idgraph.persons import PersonName
from idgraph.surfaces import chapters, html, trees
from idgraph.surfaces.compare_view import Compare
from idgraph.surfaces.live import ipywidgets, traitlets
from idgraph.surfaces.verdict_view import VerdictView
from idgraph.surfaces.visible import visible
from idgraph.surfaces.what_if import MOST, WhatIf
from idgraph.surfaces.widget import Stepper
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


class Steps(Tab):
    """Call by call."""

    title = "Steps"
    busy = "Drawing the calls"
    _stepper: Stepper | None = None

    def view(self, person: PersonName, call: CallNumber) -> Any:
        """Return the stepper of the person."""
        if self._stepper is None:
            shown = self.told.shown
            self._stepper = Stepper(shown, person=person, call=call, redact=False)
            self._stepper.observe(self._stepped, ["call", "person"])
        self.go(person, call)
        return self.renewed(self._stepper)

    def go(self, person: PersonName, call: CallNumber) -> None:
        """Step to a call; say the line."""
        if self._stepper is not None:
            self.quietly(self._stepper, person=person, call=call)
            self._noted("steps", f"stepper = ig.Stepper(replay, person=person, call={call})")

    def _stepped(self, _change: Any) -> None:
        if self._stepper is not None:
            self.heard(self._stepper.person, self._stepper.call)


class WhyNotTab(Tab):
    """Why a call did not find a profile."""

    title = "Why not"
    busy = "Asking why"

    def __init__(self, told: Investigation, moved: Moved, noted: Noted) -> None:
        """Make the pickers, empty."""
        super().__init__(told, moved, noted)
        wide = {"style": {"description_width": "initial"}}
        self._call = ipywidgets.Dropdown(description="Why did this call", **wide)
        self._profile = ipywidgets.Dropdown(description="not go to profile", **wide)
        self._said = ipywidgets.HTML()
        pickers = ipywidgets.HBox([self._call, self._profile])
        pickers.add_class("wb-pickers")
        self._view = ipywidgets.VBox([pickers, self._said])
        self._view.add_class("wb-view")
        self._person: PersonName | None = None
        self._call.observe(self._picked, "value")
        self._profile.observe(self._chosen, "value")

    def view(self, person: PersonName, call: CallNumber) -> Any:
        """Return the pickers and the ladder."""
        self._offer(person, self.own(person, call))
        return self.renewed(self._view)

    def go(self, person: PersonName, call: CallNumber) -> None:
        """Ask of a call that was chosen elsewhere."""
        if self._person is not None:
            self._offer(person, self.own(person, call))

    def _offer(self, person: PersonName, call: CallNumber) -> None:
        self._quiet, self._person = True, person
        case = self.told.case(person)
        numbers = sorted({*case.own[:MOST], call})
        options = [(visible(call_words(self.told.shown, n)), n) for n in numbers]
        self._call.options, self._call.value = options, call
        names = [name for name, born in case.met.items() if born < call] or [*case.met]
        self._profile.options = names
        self._profile.value = self._expected(person, call, names)
        self._quiet = False
        self._show()

    def _expected(self, person: PersonName, call: CallNumber, names: list[str]) -> str:
        """The profile that the call should have found: where the person's call before it was."""
        found = self.told.diagnosed(person)
        sources = [s.split.source for s in found.splits if s.split.call == call] if found else []
        landed = self.told.shown.step(call).landed
        others = [name for name in names if name != landed]
        return next((name for name in (*sources, *others, *names) if name in names), names[0])

    def _picked(self, change: Any) -> None:
        if not self._quiet and self._person is not None:
            self._offer(self._person, change["new"])
            self._moved(self._person, change["new"])

    def _chosen(self, _change: Any) -> None:
        if not self._quiet:
            self._show()

    def _show(self) -> None:
        number, profile = self._call.value, self._profile.value
        self._said.value = markup(chapters.why_not(why_not(self.told.shown, number, profile)))
        self._noted("why-not", f"why = ig.why_not(replay, {number}, {profile!r})")


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
        widget = Compare(found, redact=False)
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
            self._widget = WhatIf(told.replay, person=person, call=number, veil=told.veil())
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
            self._made = VerdictView(found, person=person, show_identifiers=True)
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
        blocks = list(chapters.diagnosed(found))
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
