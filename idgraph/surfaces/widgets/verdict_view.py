"""The verdict on a person in a notebook: words, drawing, proof, and sliders for assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from idgraph.calls import CallNumber, History
from idgraph.errors import UsageError
from idgraph.explain import upper
from idgraph.persons import PersonName, link
from idgraph.replays import Replay
from idgraph.surfaces.displays import remains
from idgraph.surfaces.drawing import html, trees
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.results import explanations
from idgraph.surfaces.results.subjects import shown
from idgraph.surfaces.widgets.linking import Choice, Linked
from idgraph.surfaces.widgets.live import anywidget, traitlets
from idgraph.surfaces.widgets.panes import Pick, picked
from idgraph.verdicts import Verdict, Verdicts, verdict
from idgraph.views import timing
from idgraph.views.base.blocks import Block, Dials, Figure, Group, Legend, flat


class VerdictView(Linked, anywidget.AnyWidget):
    """What can explain the profiles of a person, and what would if other things were allowed for.

    `person` says of whom, one of `people`: those whose verdict is not `clean` come first. Of a
    redacted history these are stand-ins, but the name that the history knows is understood as well.
    `verdict` is the verdict on that person, of the history that was given. `call` is the call that
    is marked in the drawing, `profile` where it landed by what was observed, else by the rules; to
    set the call of another person shows that one, if it was judged. Unless it is not to be `linked`
    it moves with the other widgets over the same history.

    >>> import idgraph as ig
    >>> ig.VerdictView(ig.demo("email-change-at-once"))
    <VerdictView: person 1, in-flight-race>
    """

    _esm = html.module("keys.js", "building.js", "views.js", "verdict.js", "verdict-view.js")
    _css = html.asset("stepper.css") + html.asset("verdict.css") + html.asset("views.css")
    call = traitlets.Int(1).tag(sync=True)
    _told: Any = traitlets.Dict().tag(sync=True)
    """The verdict in a sentence, its `mood`, and what is under the drawing and its sliders."""
    _page: Any = traitlets.Dict().tag(sync=True)
    _calls: Any = traitlets.List(traitlets.Int()).tag(sync=True)
    _said: Any = traitlets.List().tag(sync=True)
    _heard = traitlets.Int(0).tag(sync=True)
    """How often the screen has shown what was picked on it."""
    _dials: Any = traitlets.Any(None, allow_none=True).tag(sync=True)
    """None where no other setting changes anything."""

    def __init__(
        self,
        found: Verdicts | Replay | History,
        *,
        person: PersonName | None = None,
        show_identifiers: bool = False,
        linked: bool = True,
    ) -> None:
        """Open on `person`, else on the first whose verdict is not `clean`.

        A history or replay is judged first, within the default limits.
        """
        self.verdicts = found if isinstance(found, Verdicts) else verdict(found)
        if not len(self.verdicts):
            raise UsageError(
                "a verdict was asked for of a history in which no call names a person",
                remedy="Look at `history.table()` and at `history.reading`.",
            )
        self.replay = self.verdicts.replay
        self._shown = told = shown(self.replay, redact=not show_identifiers)
        self._veiled = not show_identifiers
        self._linked = link(told.history)
        names = zip(link(self.replay.history), self._linked, strict=False)
        stand_ins = dict(names)
        ranked = sorted(self.verdicts, key=lambda one: one.verdict == "clean")
        self._given = {stand_ins[one.person]: one for one in ranked}
        self._known = {one.person: name for name, one in self._given.items()}
        self.people = tuple(self._given)
        self._judged: dict[PersonName, tuple[Block, ...]] = {}
        start = self.people[0] if person is None else self._named(person)
        super().__init__(person=start, call=self._start(start))
        self._ready = True
        self._show()
        self.on_msg(self._answer)
        self._open(linked=linked)

    @property
    def verdict(self) -> Verdict:
        """The verdict on the person, of the history that was given."""
        return self._given[self.person]

    def __repr__(self) -> str:
        """Say what is shown, without an identifier."""
        place = list(self.verdicts.people).index(self.verdict.person) + 1
        return f"<VerdictView: person {place}, {self.verdict.verdict}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add to the live view what a notebook shows that has no kernel any more."""
        found = super()._repr_mimebundle_(**kwargs)
        if found is None:
            return None
        still = remains.explanation(self._blocks())
        return {**found[0], "text/plain": repr(self), "text/html": still}, found[1]

    def _named(self, person: str) -> PersonName:
        name = person if person in self._given else self._known.get(person)
        if name is None:
            raise traitlets.TraitError("no person of that name was judged; see `.people`")
        return name

    @traitlets.validate("person")
    def _check_person(self, proposal: Any) -> PersonName:
        return self._named(proposal["value"])

    @traitlets.observe("person")
    def _changed_person(self, _change: Any) -> None:
        if not self._ready:
            return
        if self._linked.of(self.call) != self.person:
            self.call = self._start(self.person)
        self._show()
        self._moved(None)

    # --- the call --------------------------------------------------------------------------------

    _ready = False

    def _start(self, person: PersonName) -> CallNumber:
        one = self._given[person]
        return next((split.call for split in one.splits), one.calls[0])

    @traitlets.validate("call")
    def _check_call(self, proposal: Any) -> CallNumber:
        number: CallNumber = proposal["value"]
        if not 1 <= number <= len(self.replay):
            raise traitlets.TraitError(f"there is no call {number}: there are {len(self.replay)}")
        return number

    @traitlets.observe("call")
    def _changed_call(self, _change: Any) -> None:
        if self._ready:
            owner = self._linked.of(self.call)
            if owner in self._given:
                self.person = owner
            self._say()

    # --- linking ---------------------------------------------------------------------------------

    def _numbers(self) -> Sequence[CallNumber]:
        return self._linked.calls[self.person]

    def _person_number(self) -> int:
        return list(self._linked).index(self.person) + 1

    def _take_choice(self, choice: Choice) -> None:
        self.call = choice.call

    # --- showing ---------------------------------------------------------------------------------

    def _blocks(self) -> tuple[Block, ...]:
        """The blocks of the person, judged in depth once, with stand-ins where they are wanted."""
        if self.person not in self._judged:
            found = self.verdicts
            if self._veiled:
                found = explanations.veiled(found, [self.verdict.person])
            one = found.of(self.person)
            judged = explanations.in_detail(found, one)
            self._judged[self.person] = tuple(timing.blocks(judged))
        return self._judged[self.person]

    def _show(self) -> None:
        """Bring the screen to the person: words, drawing, proof, sliders and their table."""
        first, *rest = self._blocks()
        dials = next((block for block in rest if isinstance(block, Dials)), None)
        drawn = [block for block in rest if isinstance(block, Figure | Legend)]
        proof = [block for block in rest if block is not dials and block not in drawn]
        self._drawn = dict(_drawn(drawn))
        with self.hold_sync():
            self._told = {
                "title": "What can explain it",
                "sentence": visible(timing.sentence(first)),
                "mood": "good" if self.verdict.verdict == "clean" else "bad",
                "proof": [trees.scrolled(block) for block in proof],
                "table": [] if dials is None else [trees.scrolled(dials)],
            }
            self._calls = sorted(self._drawn)
            self._page = {
                "title": "The calls in time",
                "picks": self._who(),
                "blocks": [trees.scrolled(block) for block in drawn],
                "rows": [],
                "keys": [["→ ←", "Next, previous call"], ["Home End", "First, last call"]],
            }
            self._dials = explanations.states(dials) if dials else None
            self._say()

    def _say(self) -> None:
        """Say what the drawing says of the call."""
        said = self._drawn.get(self.call, f"Call {self.call} is not drawn.")
        self._said = trees.element("p", "", visible(said))

    def _who(self) -> list[Pick]:
        if len(self.people) == 1:
            return []
        options = [
            (str(place), f"{visible(name)}: {one.verdict}")
            for place, (name, one) in enumerate(self._given.items())
        ]
        value = str(self.people.index(self.person))
        return [{"name": "person", "label": "Person", "value": value, "options": options}]

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        """Take the person that was picked on the screen; what was not offered is let be."""
        name, value = picked(self._page["picks"], content)
        if name:
            self.person = self.people[int(value)]


def _drawn(blocks: Iterable[Block]) -> Iterable[tuple[CallNumber, str]]:
    """What the drawings say of each call that they show."""
    figures = (block for block in blocks if isinstance(block, Figure))
    for part in (part for figure in figures for part in flat(figure.shapes)):
        if isinstance(part, Group) and part.call is not None:
            yield part.call, f"{upper(part.title)}."
