"""What live views share: whose calls they show, which one is chosen, and how blocks reach them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from idgraph.calls import CallNumber
from idgraph.errors import UsageError
from idgraph.explain import step_sentence
from idgraph.persons import PersonName
from idgraph.replays import Replay
from idgraph.surfaces.displays import remains
from idgraph.surfaces.drawing import html, trees
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.results.subjects import shown
from idgraph.surfaces.widgets.linking import Choice, Linked, ranges
from idgraph.surfaces.widgets.live import anywidget, traitlets
from idgraph.views.base.blocks import Block, rich
from idgraph.views.base.case import Case, Cases

Pick = dict[str, Any]
"""A chooser: its `name`, `label`, `value` and `options`, pairs of value and words."""


class Cased(Linked):
    """What widgets share that show the case of one person at a time.

    `people` are the persons, those that split first; of a redacted history these are stand-ins, but
    the name that the history knows is understood as well.
    """

    people: tuple[PersonName, ...]
    _cases: Cases
    _case: Case
    _opens_at: CallNumber | None = None
    """The call to open on where another person is shown; None for the usual one."""

    def _begin(self, replay: Replay, what: str, *, redact: bool) -> None:
        """Look who is there; a `UsageError` where nobody is."""
        self.replay = replay
        self._shown = shown(replay, redact=redact)
        self._cases = Cases(self._shown)
        self.people = self._cases.by_splits()
        if not self.people:
            raise UsageError(
                f"{what} was asked for of a history in which no call names a person",
                remedy="Look at `history.table()` and at `history.reading`.",
            )
        self._known = dict(zip(Cases(replay).persons, self._cases.persons, strict=False))

    def _home(self, person: PersonName | None, call: CallNumber | None) -> Case:
        """The case to open: of a person, else of whose call it is, else of the first."""
        if person is not None:
            return self._cases.case(self._named(person))
        owner = None if call is None else self._cases.persons.of(call)
        return self._cases.case(self.people[0] if owner is None else owner)

    def _named(self, person: str) -> PersonName:
        name = person if person in self._cases.persons.calls else self._known.get(person)
        if name is None:
            raise traitlets.TraitError("no person of that name is in the history; see `.people`")
        return name

    def _show_person(self, call: CallNumber | None) -> None:
        """Show the case, which is another one now, at a call of it or at its usual one."""
        raise NotImplementedError

    @traitlets.validate("call")
    def _check_call(self, proposal: Any) -> CallNumber:
        number: CallNumber = proposal["value"]
        if number not in self._case.frames:
            known = ranges(self._case.calls)
            message = f"call {number} is not among the calls of this person: {known}"
            raise traitlets.TraitError(message)
        return number

    @traitlets.validate("person")
    def _check_person(self, proposal: Any) -> PersonName:
        return self._named(proposal["value"])

    @traitlets.observe("person")
    def _changed_person(self, change: Any) -> None:
        if change["new"] != self._case.person:
            self._case = self._cases.case(change["new"])
            self._show_person(self._opens_at)
            self._moved(None)

    # --- linking ---------------------------------------------------------------------------------

    def _numbers(self) -> Sequence[CallNumber]:
        return self._case.calls

    def _person_number(self) -> int:
        return self._case.number

    def _take_choice(self, choice: Choice) -> None:
        wanted = self._cases.showing(choice.call, choice.number, self._case)
        if wanted is None:
            return
        self._opens_at = choice.call
        self.person = wanted
        self._opens_at = None
        self.call = choice.call


class Pane(Cased, anywidget.AnyWidget):
    """A view that Python makes as blocks, anew for each person, and for each call where it must."""

    _esm = html.module("keys.js", "building.js", "views.js")
    _css = html.asset("stepper.css") + html.asset("views.css")
    _keys: tuple[tuple[str, str], ...] = (
        ("→ ←", "Next, previous call"),
        ("Home End", "First, last call"),
    )
    _remade = True
    """Whether the blocks are others for each call."""
    call = traitlets.Int(1).tag(sync=True)
    _page = traitlets.Dict().tag(sync=True)
    _calls: Any = traitlets.List(traitlets.Int()).tag(sync=True)
    """Apart from the page, which may be another one at each call: there can be many."""
    _said: Any = traitlets.List().tag(sync=True)
    _heard = traitlets.Int(0).tag(sync=True)
    """How often the screen has shown what was picked on it."""

    def _launch(self, call: CallNumber, *, linked: bool) -> None:
        """Open on a call of the case that was chosen."""
        anywidget.AnyWidget.__init__(self, call=self._check_call({"value": call}))
        self.person = self._case.person
        self._draw()
        self.on_msg(self._answer)
        self.observe(self._turn, "call")
        self._open(linked=linked)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add to the live view what a notebook shows that has no kernel any more."""
        found = super()._repr_mimebundle_(**kwargs)
        if found is None:
            return None
        still = remains.viewed(self._blocks(), self._case)
        return {**found[0], "text/plain": repr(self), "text/html": still}, found[1]

    # --- what a view says of itself --------------------------------------------------------------

    def _title(self) -> str:
        """The name of the view for screen readers."""
        raise NotImplementedError

    def _blocks(self) -> Sequence[Block]:
        """What is shown."""
        raise NotImplementedError

    def _picks(self) -> Iterable[Pick]:
        """What can be chosen beside the person."""
        return ()

    def _picked(self, name: str, value: str) -> None:
        """Take what was chosen on the screen."""

    def _rows(self) -> tuple[str, ...]:
        """For which frames each row of the first table stands, where it stands for several."""
        return ()

    def _stepped(self) -> Sequence[CallNumber]:
        """The calls that the arrow keys go through."""
        return self._case.calls

    def _sentence(self) -> str:
        """What is said above the blocks, and by a screen reader at each call."""
        return step_sentence(self._shown, self._shown.step(self.call))

    # --- showing ---------------------------------------------------------------------------------

    def _draw(self) -> None:
        with self.hold_sync():
            self._calls = list(self._stepped())
            self._page = {
                "title": visible(self._title()),
                "picks": [*self._who(), *self._picks()],
                "blocks": [trees.scrolled(block) for block in self._blocks()],
                "rows": list(self._rows()),
                "keys": [list(pair) for pair in self._keys],
            }
            self._said = trees.element("p", "", *trees.inline(rich(self._sentence())))

    def _turn(self, _change: Any) -> None:
        if self._remade:
            self._draw()
        else:
            self._said = trees.element("p", "", *trees.inline(rich(self._sentence())))

    def _show_person(self, call: CallNumber | None) -> None:
        with self.hold_sync():
            self.call = self._start() if call is None else call
            self._draw()

    def _start(self) -> CallNumber:
        """The call on which a person is opened."""
        return self._case.calls[0]

    def _who(self) -> list[Pick]:
        if len(self.people) == 1:
            return []
        options = [(str(place), visible(name)) for place, name in enumerate(self.people)]
        value = str(self.people.index(self._case.person))
        return [{"name": "person", "label": "Person", "value": value, "options": options}]

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        """Take what was picked on the screen; what was not offered is let be."""
        name, value = picked(self._page["picks"], content)
        if name == "person":
            self.person = self.people[int(value)]
        elif name:
            self._picked(name, value)


def picked(offered: Iterable[Pick], content: object) -> tuple[str, str]:
    """Return which chooser a message from the screen is of, and the value picked; "" for neither.

    What was not offered counts as nothing.
    """
    told = content if isinstance(content, dict) else {}
    name, value = told.get("pick"), told.get("value")
    if not isinstance(name, str) or not isinstance(value, str):
        return "", ""
    known = any(pick["name"] == name and value in dict(pick["options"]) for pick in offered)
    return (name, value) if known else ("", "")
