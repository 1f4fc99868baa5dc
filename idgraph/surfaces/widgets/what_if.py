"""The what-if widget: edit a call, and see both futures of a person side by side."""

from __future__ import annotations

from typing import Any

from idgraph.calls import CallNumber
from idgraph.errors import IdgraphError, UsageError
from idgraph.futures import Edits, Future, what_if
from idgraph.persons import PersonName, link
from idgraph.replays import Replay
from idgraph.surfaces.cases import futures
from idgraph.surfaces.displays import remains
from idgraph.surfaces.drawing import html, trees
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.results.veils import Veil
from idgraph.surfaces.widgets import controls, editing
from idgraph.surfaces.widgets.linking import Choice, Linked
from idgraph.surfaces.widgets.live import anywidget, traitlets
from idgraph.views.base.case import Cases


class WhatIf(Linked, anywidget.AnyWidget):
    """Edit the calls of a person, and see what would have become of it beside what did.

    `person` and `call` say whose and which call the controls edit, and `profile` where that call
    landed; all can be set and observed. Unless it is not to be `linked`, it moves with the other
    widgets over the same history to the calls that are somebody's.
    `future` is what the edits made so far lead to, of the replay that was given; `edits` are these
    as the keyword arguments of `what_if`, with the values of the history and not their stand-ins,
    so that they can be copied into code; `edit` sets them.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.WhatIf(replay)
    <WhatIf: call 5, person 1, <Future klaviyo-classic: 0 edits, 0 changed calls; 0 persons with
    fewer profiles, 0 with more>>
    """

    _esm = html.module("keys.js", "building.js", "what-if.js")
    _css = html.asset("stepper.css") + html.asset("what-if.css")
    future = traitlets.Any()
    call = traitlets.Int(1).tag(sync=True)
    _people: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _place = traitlets.Int(0).tag(sync=True)
    _offered = traitlets.Dict().tag(sync=True)
    _standing = traitlets.Dict().tag(sync=True)
    _heard = traitlets.Int(0).tag(sync=True)
    """The `turn` of where the controls stand that the screen has seen after it asked."""
    _made = traitlets.Dict().tag(sync=True)
    _told = traitlets.Dict().tag(sync=True)
    _drawings: Any = traitlets.List().tag(sync=True)
    """Both futures, and beneath them what was observed."""
    _changes: Any = traitlets.List().tag(sync=True)

    def __init__(
        self,
        replay: Replay,
        *,
        person: PersonName | None = None,
        call: CallNumber | None = None,
        redact: bool = True,
        veil: Veil | None = None,
        linked: bool = True,
    ) -> None:
        """Open on `call`; without one, on the first split of `person`, or of the first to split.

        `veil` is what is shown of the replay, where it was made already.
        """
        self.replay = replay
        self._veil = veil or Veil(replay, redact=redact)
        self._shown = self._veil.shown
        cases = Cases(self._shown)
        self.people = cases.by_splits()
        if not self.people:
            raise UsageError(
                "a what-if was asked for of a history in which no call names a person",
                remedy="Look at `history.table()` and at `history.reading`.",
            )
        self._cases = cases
        self._known = dict(zip(link(replay.history), cases.persons, strict=False))
        self._edits = Edits()
        self._drawn = self._veil.future(self._edits)
        name = self._home(person, call)
        start = self._start(name) if call is None else call
        names = [visible(one) for one in self.people]
        super().__init__(_people=names, person=name, call=start, future=self._real())
        self._ready = True
        self._show()
        self.on_msg(self._answer)
        self._open(linked=linked)

    @property
    def edits(self) -> dict[str, Any]:
        """The edits made so far, as the keyword arguments of `what_if`."""
        return self._edits.arguments

    def edit(self, **edits: Any) -> None:
        """Put these edits, as of `what_if`, in place of all made so far; none takes all back."""
        self._take(what_if(self.replay, **edits).edits)

    def __repr__(self) -> str:
        """Say where the controls are and what the edits lead to, without an identifier."""
        number = list(self._cases.persons).index(self.person) + 1
        return f"<WhatIf: call {self.call}, person {number}, {self.future!r}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add to the live view what a notebook shows that has no kernel any more."""
        found = super()._repr_mimebundle_(**kwargs)
        still = remains.rooted(futures.markup(self._drawn, self.person))
        if found is None:
            return None
        return {**found[0], "text/plain": repr(self), "text/html": still}, found[1]

    # --- whom and which call ---------------------------------------------------------------------

    def _home(self, person: PersonName | None, call: CallNumber | None) -> PersonName:
        if person is not None:
            return self._named(person)
        owner = self._cases.persons.of(call) if call is not None else None
        return owner if owner is not None else self.people[0]

    def _start(self, person: PersonName) -> CallNumber:
        case = self._cases.case(person)
        return case.calls[case.splits[0] - 1] if case.splits else case.own[0]

    def _named(self, person: str) -> PersonName:
        name = person if person in self._cases.persons.calls else self._known.get(person)
        if name is None:
            raise traitlets.TraitError("no person of that name is in the history; see `.people`")
        return name

    @traitlets.validate("person")
    def _check_person(self, proposal: Any) -> PersonName:
        return self._named(proposal["value"])

    @traitlets.validate("call")
    def _check_call(self, proposal: Any) -> CallNumber:
        number: CallNumber = proposal["value"]
        if self._cases.persons.of(number) is None:
            raise traitlets.TraitError(f"call {number} is not among the calls of a person")
        return number

    @traitlets.observe("_place")
    def _picked(self, change: Any) -> None:
        if self._ready and 0 <= change["new"] < len(self.people):
            self.person = self.people[change["new"]]

    @traitlets.observe("person")
    def _changed_person(self, _change: Any) -> None:
        if self._ready and self._cases.persons.of(self.call) != self.person:
            self.call = self._start(self.person)

    @traitlets.observe("call")
    def _changed_call(self, _change: Any) -> None:
        if self._ready:
            self.person = self._cases.persons.of(self.call) or self.person
            self._show()

    # --- linking ---------------------------------------------------------------------------------

    def _numbers(self) -> tuple[CallNumber, ...]:
        return self._cases.persons.calls[self.person]

    def _person_number(self) -> int | None:
        owner = self._cases.persons.of(self.call)
        return None if owner is None else list(self._cases.persons).index(owner) + 1

    def _take_choice(self, choice: Choice) -> None:
        if self._cases.persons.of(choice.call) is not None:
            self.call = choice.call

    # --- edits -----------------------------------------------------------------------------------

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        """Take what was asked for on the screen; what was not offered is let be."""
        edits = editing.edited(self._edits, self._desk, content)
        if edits is not None:
            self._take(edits)

    def _real(self) -> Future:
        return what_if(self.replay, **self._edits.arguments)

    def _take(self, edits: Edits) -> None:
        """Make some edits those that hold; what cannot be is said, and the old ones stay."""
        before = self._edits
        self._edits = edits
        try:
            future, self._drawn = self._real(), self._veil.future(edits)
        except IdgraphError as problem:
            self._edits = before
            self._show()
            self._pictured = None  # what is said next is of neither future
            self._told = {"sentence": f"{problem.found}. {problem.remedy}", "mood": "bad"}
            return
        self._show()
        self.future = future

    # --- showing ---------------------------------------------------------------------------------

    _ready = False
    _pictured: tuple[Edits, PersonName] | None = None
    _turn = 0

    @property
    def _desk(self) -> editing.Desk:
        return controls.desk(self._veil, self._cases, self._drawn, self.call)

    def _show(self) -> None:
        """Bring every control and both futures up to date."""
        desk = self._desk
        self._turn += 1  # a control goes back to where it stood even if nothing else is new
        with self.hold_sync():
            self._place = self.people.index(self.person)
            self._offered = controls.offered(desk, self._cases, self.person)
            self._standing = {**controls.standing(desk, self._drawn), "turn": self._turn}
            self._made = controls.made(self._drawn)
            if self._pictured != (self._edits, self.person):  # else neither future has changed
                self._pictured = (self._edits, self.person)
                self._show_futures()

    def _show_futures(self) -> None:
        sentence, mood = futures.told(self._drawn, self.person)
        self._told = {"sentence": sentence, "mood": mood}
        seen = futures.observed(self._drawn, self.person)
        self._drawings = [futures.beside(self._drawn, self.person), *map(trees.tree, seen)]
        self._changes = [trees.tree(futures.differing(self._drawn))]
