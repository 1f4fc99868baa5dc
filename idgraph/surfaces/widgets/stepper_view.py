"""The stepper as a live widget: Python sees the call one looks at, and may set it."""

from __future__ import annotations

from typing import Any

from idgraph.calls import CallNumber
from idgraph.persons import PersonName
from idgraph.replays import Replay
from idgraph.surfaces.cases import stepper
from idgraph.surfaces.displays import remains
from idgraph.surfaces.drawing import html
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.widgets.live import anywidget, traitlets
from idgraph.surfaces.widgets.panes import Cased


class Stepper(Cased, anywidget.AnyWidget):
    """Go through the calls of a person, one by one.

    `call` is the number of the call shown, `person` whose calls they are and `profile` where the
    call landed; all can be set and observed. `person` is one of `people`, those that split first;
    of a redacted history these are stand-ins, but the name that the history knows is understood as
    well. It moves with the other widgets over the same history unless it is not to be `linked`.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.Stepper(replay, call=3)
    <Stepper: call 3 of 5, person 1, 2 profiles, 1 split>
    """

    _esm = html.module("keys.js", "building.js", "stepper.js")
    _css = html.asset("stepper.css")
    call = traitlets.Int(1).tag(sync=True)
    _head = traitlets.Dict().tag(sync=True)
    _people = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _place = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        replay: Replay,
        *,
        person: PersonName | None = None,
        call: CallNumber = 1,
        redact: bool = True,
        linked: bool = True,
    ) -> None:
        """Open on `call`; without `person`, on the first person that split.

        A person whose calls do not include call 1 opens on the first of its own.
        """
        self._begin(replay, "a stepper", redact=redact)
        self._case = self._home(person, None if call == 1 else call)
        self._document = stepper.steps(self._case)
        opened = self._opened(None if call == 1 else call)
        super().__init__(_people=[visible(name) for name in self.people], **opened)
        self.on_msg(self._answer)
        self._open(linked=linked)

    def __repr__(self) -> str:
        """Say what is shown, without an identifier."""
        profiles, splits = len(self._case.profiles), len(self._case.splits)
        return (
            f"<Stepper: call {self.call} of {len(self._cases.replay)}, person {self._case.number}, "
            f"{profiles} profile{'s' * (profiles != 1)}, {splits} split{'s' * (splits != 1)}>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add to the live view what a notebook shows that has no kernel any more."""
        found = super()._repr_mimebundle_(**kwargs)
        if found is None:
            return None
        more = {"text/plain": repr(self), "text/html": remains.fallback(self._case)}
        return {**found[0], **more}, found[1]

    def _opened(self, call: CallNumber | None) -> dict[str, Any]:
        place = self.people.index(self._case.person)
        head = stepper.head(self._document) | {"name": str(place)}
        number = self._case.calls[0] if call is None else call
        return {"_head": head, "_place": place, "call": number, "person": self._case.person}

    def _show_person(self, call: CallNumber | None) -> None:
        self._document = stepper.steps(self._case)
        opened = self._opened(call)
        with self.hold_sync():
            self.call, self._place, self._head = opened["call"], opened["_place"], opened["_head"]

    @traitlets.observe("_place")
    def _picked(self, change: Any) -> None:
        if 0 <= change["new"] < len(self.people):
            self.person = self.people[change["new"]]

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        """Send a page that the screen asks for."""
        number = content.get("get") if isinstance(content, dict) else None
        if isinstance(number, int) and 0 <= number < len(self._document.pages):
            page = stepper.page(self._document, number)
            self.send({"page": page, "number": number, "document": content.get("document")})
