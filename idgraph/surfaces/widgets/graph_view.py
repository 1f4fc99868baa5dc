"""The identity graph as a live widget: profiles, and arrows that lead to their calls."""

from __future__ import annotations

from idgraph.calls import CallNumber
from idgraph.explain import counted
from idgraph.persons import PersonName
from idgraph.replays import Replay
from idgraph.surfaces.cases import stepper
from idgraph.surfaces.drawing import trees
from idgraph.surfaces.widgets.panes import Pane
from idgraph.views import network
from idgraph.views.base.blocks import Block


class GraphView(Pane):
    """Look at the profiles of a person, and at the calls as arrows between them.

    `call`, `person` and `profile` can be set and observed. A click on an arrow goes to its next
    call, one on a profile to the next call that landed there; the table below says the same.

    >>> import idgraph as ig
    >>> ig.GraphView(ig.replay(ig.demo("email-change-old")), call=5)
    <GraphView: call 5, person 1, 2 profiles, 4 arrows>
    """

    _keys = (
        ("→ ←", "Next, previous call"),
        ("↓ ↑", "Next, previous arrow"),
        ("Home End", "First, last call"),
    )
    _remade = False

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
        self._begin(replay, "an identity graph", redact=redact)
        self._case = self._home(person, None if call == 1 else call)
        self._launch(self._case.calls[0] if call == 1 else call, linked=linked)

    def __repr__(self) -> str:
        """Say what is shown, without an identifier."""
        arrows = counted(len(network.bundles(self._case)), "arrow")
        profiles = counted(len(self._case.profiles), "profile")
        return f"<GraphView: call {self.call}, person {self._case.number}, {profiles}, {arrows}>"

    def _title(self) -> str:
        return f"Identity graph of {self._case.name}"

    def _blocks(self) -> tuple[Block, ...]:
        case = self._case
        return (network.figure(case), stepper.legend(case), network.arrows(case))

    def _rows(self) -> tuple[str, ...]:
        return tuple(trees.tally(bundle.frames) for bundle in network.bundles(self._case))
