"""Why not, as a live widget: a call, a profile, and key by key why they did not meet."""

from __future__ import annotations

from typing import Any

from idgraph.calls import CallNumber
from idgraph.ladders import WhyNot, why_not
from idgraph.persons import PersonName
from idgraph.replays import Replay
from idgraph.steps import ProfileName
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.results import chapters
from idgraph.surfaces.widgets.live import traitlets
from idgraph.surfaces.widgets.panes import Pane, Pick
from idgraph.views import why_not as view
from idgraph.views.base.blocks import Block

MOST = 500
"""Profiles that are offered."""


class WhyNotView(Pane):
    """Ask why a call did not go to a profile.

    `call`, `person` and `profile`, which is the profile asked about, can be set and observed.
    `why_not` is the answer, of the replay that was given.

    >>> import idgraph as ig
    >>> ig.WhyNotView(ig.replay(ig.demo("email-change-old")))
    <WhyNotView: why call 5 did not go to P1, person 1>
    """

    _profile_lands = False

    def __init__(
        self,
        replay: Replay,
        *,
        call: CallNumber | None = None,
        profile: ProfileName | None = None,
        person: PersonName | None = None,
        redact: bool = True,
        linked: bool = True,
    ) -> None:
        """Open on a call and a profile.

        Without a call on the first split of `person`, or of the first to split; without a profile
        on the one that the call should have found: where the person was before.
        """
        self._begin(replay, "a why-not", redact=redact)
        self._case = self._home(person, call)
        self._asked = ""
        start = self._start() if call is None else call
        if start in self._case.frames:
            self._asked = view.expected(self._case, start)
        if profile is not None:
            self._asked = self._existing(profile)
        self._launch(start, linked=linked)
        self.profile = self._asked

    @property
    def why_not(self) -> WhyNot:
        """The answer, of the replay that was given."""
        told = [step.landed for step in self._shown] + [step.profile for step in self._shown]
        given = [step.landed for step in self.replay] + [step.profile for step in self.replay]
        names = dict(zip(told, given, strict=True))
        return why_not(self.replay, self.call, names.get(self._asked) or self._asked)

    def __repr__(self) -> str:
        """Say what is asked, without an identifier."""
        verb = "did" if self._found.found else "did not"
        asked = f"why call {self.call} {verb} go to {self._asked}"
        return f"<WhyNotView: {asked}, person {self._case.number}>"

    @property
    def _found(self) -> WhyNot:
        return why_not(self._shown, self.call, self._asked)

    def _title(self) -> str:
        return f"Why not: {self._case.name}"

    def _blocks(self) -> tuple[Block, ...]:
        return tuple(chapters.why_not(self._found))

    def _picks(self) -> tuple[Pick, ...]:
        options = [(name, visible(name)) for name in self._offered()]
        label = "Why not"
        return ({"name": "profile", "label": label, "value": self._asked, "options": options},)

    def _picked(self, name: str, value: str) -> None:
        self.set_trait(name, value)

    def _offered(self) -> tuple[ProfileName, ...]:
        """The profiles of the case, and the one asked about."""
        known = tuple(self._case.births)[:MOST]
        return known if self._asked in known else (*known, self._asked)

    def _start(self) -> CallNumber:
        case = self._case
        return case.calls[case.splits[0] - 1] if case.splits else case.own[-1]

    def _show_person(self, call: CallNumber | None) -> None:
        start = self._start() if call is None else call
        self._asked = view.expected(self._case, start)
        super()._show_person(start)
        self.profile = self._asked

    def _existing(self, name: str) -> ProfileName:
        known = {step.landed for step in self._shown} | {step.profile for step in self._shown}
        found = name if name in known else self._profile_named(name)
        if found not in known:
            raise traitlets.TraitError("no profile of that name came to be; see `replay.profiles`")
        return found

    @traitlets.validate("profile")
    def _check_profile(self, proposal: Any) -> ProfileName:
        return self._existing(proposal["value"])

    @traitlets.observe("profile")
    def _changed_profile(self, change: Any) -> None:
        if change["new"] != self._asked:
            self._asked = change["new"]
            self._draw()
