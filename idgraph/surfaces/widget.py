"""The stepper as a live widget: Python sees the call one looks at, and may set it."""

from __future__ import annotations

from typing import Any

from idgraph.calls import CallNumber
from idgraph.errors import UsageError
from idgraph.persons import PersonName
from idgraph.replays import Replay
from idgraph.steps import Step
from idgraph.surfaces import html, notebook, stepper, trees
from idgraph.surfaces.live import anywidget, traitlets
from idgraph.surfaces.subjects import shown
from idgraph.surfaces.visible import visible
from idgraph.views.base.case import Cases


class Stepper(anywidget.AnyWidget):
    """Go through the calls of a person, one by one.

    `call` is the number of the call shown and `person` whose calls they are; both can be set and
    observed. `person` is one of `people`, those that split first; of a redacted history these are
    stand-ins, but the name that the history knows is understood as well.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.Stepper(replay, call=3)
    <Stepper: call 3 of 5, person 1, 2 profiles, 1 split>
    """

    _esm = html.asset("stepper.js")
    _css = html.asset("stepper.css")
    call = traitlets.Int(1).tag(sync=True)
    person = traitlets.Unicode("")
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
    ) -> None:
        """Open on `call`; without `person`, on the first person that split.

        A person whose calls do not include call 1 opens on the first of its own.
        """
        self.replay = replay
        self._cases = Cases(shown(replay, redact=redact))
        self.people = self._cases.by_splits()
        if not self.people:
            raise UsageError(
                "a stepper was asked for of a history in which no call names a person",
                remedy="Look at `history.table()` and at `history.reading`.",
            )
        self._known = dict(zip(Cases(replay).persons, self._cases.persons, strict=False))
        self._case = self._cases.case(self._home(person, call))
        self._document = stepper.steps(self._case)
        super().__init__(_people=[visible(name) for name in self.people], **self._opened(call))
        self.on_msg(self._answer)

    @property
    def step(self) -> Step:
        """The step of the call shown, of the replay that was given."""
        return self.replay.step(self.call)

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
        more = {"text/plain": repr(self), "text/html": notebook.fallback(self._case)}
        return {**found[0], **more}, found[1]

    def _home(self, person: PersonName | None, call: CallNumber) -> PersonName:
        if person is not None:
            return self._named(person)
        owner = self._cases.persons.of(call) if call != 1 else None
        return owner if owner is not None else self.people[0]

    def _named(self, person: str) -> PersonName:
        name = person if person in self._cases.persons.calls else self._known.get(person)
        if name is None:
            raise traitlets.TraitError("no person of that name is in the history; see `.people`")
        return name

    def _opened(self, call: CallNumber) -> dict[str, Any]:
        place = self.people.index(self._case.person)
        head = stepper.head(self._document) | {"name": str(place)}
        first = self._case.calls[0]
        number = first if call == 1 else call
        return {"_head": head, "_place": place, "call": number, "person": self._case.person}

    @traitlets.validate("call")
    def _check_call(self, proposal: Any) -> CallNumber:
        number: CallNumber = proposal["value"]
        if number not in self._case.frames:
            raise traitlets.TraitError(
                f"call {number} is not among the calls of this person: {_ranges(self._case.calls)}"
            )
        return number

    @traitlets.validate("person")
    def _check_person(self, proposal: Any) -> PersonName:
        return self._named(proposal["value"])

    @traitlets.observe("person")
    def _changed_person(self, change: Any) -> None:
        if change["new"] != self._case.person:
            self._case = self._cases.case(change["new"])
            self._document = stepper.steps(self._case)
            opened = self._opened(1)
            with self.hold_sync():
                self.call, self._place, self._head = (
                    opened["call"],
                    opened["_place"],
                    opened["_head"],
                )

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


def _ranges(numbers: tuple[CallNumber, ...]) -> str:
    return trees.tally(numbers[:1000]).replace(" ", ", ")
