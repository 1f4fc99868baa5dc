"""A split as a live widget: both profiles, the calls that decided, why, and the smallest repair."""

from __future__ import annotations

from typing import Any

from idgraph.calls import CallNumber
from idgraph.diagnosis import DiagnosedPerson, DiagnosedSplit, diagnose_person
from idgraph.explain import counted
from idgraph.persons import PersonName
from idgraph.replays import Replay
from idgraph.surfaces.widgets.live import traitlets
from idgraph.surfaces.widgets.panes import Pane, Pick
from idgraph.views import split as view
from idgraph.views.base.blocks import Block, Notice, rich


class SplitView(Pane):
    """Look at where one person became two profiles.

    `split` is the place, from 1, of the split shown among those of `person`; `call` is the call
    chosen, of those of the person; `profile` is where it landed. All can be set and observed.

    >>> import idgraph as ig
    >>> ig.SplitView(ig.replay(ig.demo("email-change-old")))
    <SplitView: person 1, split at call 5 old-email-after-update>
    """

    _keys = (("→ ←", "Next, previous split"), ("Home End", "First, last split"))
    split = traitlets.Int(1)

    def __init__(
        self,
        replay: Replay,
        *,
        person: PersonName | None = None,
        split: int = 1,
        redact: bool = True,
        linked: bool = True,
    ) -> None:
        """Open on a split of `person`, else of the first that split."""
        self._begin(replay, "a split", redact=redact)
        self._case = self._home(person, None)
        self._judge()
        calls = self._stepped()
        if calls and not 1 <= split <= len(calls):
            raise traitlets.TraitError(f"there is no split {split}: there are {len(calls)}")
        self._launch(calls[split - 1] if calls else self._start(), linked=linked)
        self.split = split

    def __repr__(self) -> str:
        """Say what is shown, without an identifier."""
        found = self._found
        told = f"split at call {found.split.call} {found.cause}" if found else "no split"
        return f"<SplitView: person {self._case.number}, {told}>"

    def _judge(self) -> None:
        self._diagnosed: DiagnosedPerson | None = diagnose_person(
            self._shown, self._case.person, self._cases.persons
        )

    @property
    def _found(self) -> DiagnosedSplit | None:
        """The split that is shown; None where the person did not split."""
        person = self._diagnosed
        return person.splits[min(self.split, len(person.splits)) - 1] if person else None

    def _title(self) -> str:
        return f"Split of {self._case.name}"

    def _sentence(self) -> str:
        if self._found is None:
            return f"{self._case.name.capitalize()} did not split: it has one profile."
        return self._found.happened

    def _blocks(self) -> tuple[Block, ...]:
        if self._diagnosed is None or self._found is None:
            calls = counted(len(self._case.own), "call")
            return (Notice(rich(f"Nothing to show: {calls}, and one profile."), "good"),)
        return tuple(view.detail(self._shown, self._diagnosed, self._found))

    def _picks(self) -> tuple[Pick, ...]:
        person = self._diagnosed
        if person is None or len(person.splits) == 1:
            return ()
        titles = ((str(n), view.title(person, one)) for n, one in enumerate(person.splits, 1))
        pick = {"name": "split", "label": "Split", "value": str(self.split)}
        return (pick | {"options": list(titles)},)

    def _picked(self, name: str, value: str) -> None:
        self.set_trait(name, int(value))

    def _stepped(self) -> tuple[CallNumber, ...]:
        person = self._diagnosed
        return tuple(found.split.call for found in person.splits) if person else ()

    def _start(self) -> CallNumber:
        return (*self._stepped(), self._case.calls[0])[0]

    def _show_person(self, call: CallNumber | None) -> None:
        self._judge()
        self.split = 1
        super()._show_person(call)

    def _turn(self, _change: Any) -> None:
        if self.call in self._stepped():
            self.split = self._stepped().index(self.call) + 1

    @traitlets.validate("split")
    def _check_split(self, proposal: Any) -> int:
        place: int = proposal["value"]
        count = len(self._stepped()) or 1
        if not 1 <= place <= count:
            raise traitlets.TraitError(f"there is no split {place}: there are {count}")
        return place

    @traitlets.observe("split")
    def _changed_split(self, change: Any) -> None:
        calls = self._stepped()
        if change["new"] <= len(calls) and self.call != calls[change["new"] - 1]:
            self.call = calls[change["new"] - 1]
        self._draw()
