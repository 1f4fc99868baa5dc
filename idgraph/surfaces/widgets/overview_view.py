"""The overview of a fleet as a live widget: narrow it down, and choose a person to look at."""

from __future__ import annotations

from datetime import date
from typing import Any

from idgraph.calls import CallNumber, History
from idgraph.diagnosis import Diagnosis
from idgraph.overviews import Overview, overview, veiled
from idgraph.overviews.facts import Facts
from idgraph.persons import PersonName
from idgraph.replays import Replay
from idgraph.surfaces.displays import remains
from idgraph.surfaces.drawing import html
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.reports import overviews
from idgraph.surfaces.widgets.linking import Choice, Circle, circle
from idgraph.surfaces.widgets.live import anywidget, traitlets

_FILTERS = ("channel", "cause", "since", "until")


class OverviewView(anywidget.AnyWidget):
    """A fleet at a glance, by channel, cause and days; charts and tables follow.

    `channel` and `cause` are "" for all, `since` and `until` days in UTC (`2021-05-01`), both
    included, "" for no end. `call` is the first split of the person that is chosen, 0 while none
    is, and `person` its name: of a redacted fleet a stand-in, but the name that the history knows
    is understood as well. All can be set and observed. Unless it is not to be `linked`, the other
    widgets over the same history go to that call. `overview` is the whole, `narrowed` what is shown
    of it, both as they were sent.

    >>> import idgraph as ig
    >>> ig.OverviewView(ig.replay(ig.demo("shop")))
    <OverviewView klaviyo-classic: 4 of 6 persons split, 4 profiles too many, 24 calls>
    """

    _esm = html.module("keys.js", "building.js", "overview.js")
    _css = html.asset("stepper.css") + html.asset("overview.css")
    channel = traitlets.Unicode("").tag(sync=True)
    cause = traitlets.Unicode("").tag(sync=True)
    since = traitlets.Unicode("").tag(sync=True)
    until = traitlets.Unicode("").tag(sync=True)
    call = traitlets.Int(0).tag(sync=True)
    person = traitlets.Unicode("")
    _choices = traitlets.Dict().tag(sync=True)
    _shown = traitlets.Dict().tag(sync=True)

    _circle: Circle | None = None

    def __init__(
        self,
        source: Replay | History | Diagnosis | Overview,
        *,
        redact: bool = True,
        linked: bool = True,
    ) -> None:
        """Open on the whole fleet; what is no overview yet is summed up first."""
        given = source if isinstance(source, Overview) else overview(source)
        self.overview = given
        self._seen = veiled(given) if redact else given
        self._named = _firsts(self._seen.facts)
        self._known = dict(zip(_firsts(given.facts), self._named, strict=True))
        self._calls = {call: name for name, call in self._named.items()}
        self._channels = sorted(set(given.facts.traffic["channel"]))
        self._causes = list(given.causes()["cause"])
        super().__init__(_choices=self._offered(), _shown=overviews.shown(self._seen))
        if linked and given.replay is not None:
            self._circle = circle(given.replay.history)
            self._circle.join(self)

    @property
    def people(self) -> tuple[PersonName, ...]:
        """The persons that split, in the order of their splits, as they are shown."""
        return tuple(self._named)

    @property
    def narrowed(self) -> Overview:
        """What is shown, as it was sent."""
        return self.overview.only(**self._chosen())

    def __repr__(self) -> str:
        """Say what is shown, without a name."""
        told = repr(self.narrowed).removeprefix("<Overview ")
        return f"<OverviewView {told}"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add to the live view what a notebook shows that has no kernel any more."""
        found = super()._repr_mimebundle_(**kwargs)
        if found is None:
            return None
        still = overviews.cell(self._seen.only(**self._chosen()))
        more = {"text/plain": repr(self), "text/html": remains.rooted(still)}
        return {**found[0], **more}, found[1]

    def _offered(self) -> dict[str, Any]:
        days = self.overview.facts.traffic["day"].dropna()
        ends = [str(end.date()) for end in (days.min(), days.max())] if len(days) else ["", ""]
        channels = [["", "all"], *([name, visible(name)] for name in self._channels)]
        return {
            "channels": channels,
            "causes": [["", "all"], *([code, code] for code in self._causes)],
            "days": ends,
        }

    def _chosen(self) -> dict[str, Any]:
        return {name: getattr(self, name) or None for name in _FILTERS}

    @traitlets.validate("channel", "cause")
    def _check_choice(self, proposal: Any) -> str:
        value: str = proposal["value"]
        known = self._channels if proposal["trait"].name == "channel" else self._causes
        if value and value not in known:
            raise traitlets.TraitError(f"there is none of that name: {', '.join(known)}")
        return value

    @traitlets.validate("since", "until")
    def _check_day(self, proposal: Any) -> str:
        value: str = proposal["value"]
        try:
            return date.fromisoformat(value).isoformat() if value else ""
        except ValueError as error:
            raise traitlets.TraitError("a day is written as 2021-05-01") from error

    @traitlets.validate("call")
    def _check_call(self, proposal: Any) -> CallNumber:
        number: CallNumber = proposal["value"]
        if number and number not in self._calls:
            raise traitlets.TraitError(f"call {number} is the first split of nobody; see `.people`")
        return number

    @traitlets.validate("person")
    def _check_person(self, proposal: Any) -> PersonName:
        name: PersonName = self._known.get(proposal["value"], proposal["value"])
        if name and name not in self._named:
            raise traitlets.TraitError("no person of that name split; see `.people`")
        return name

    @traitlets.observe(*_FILTERS)
    def _narrowed_down(self, _change: Any) -> None:
        self._shown = overviews.shown(self._seen.only(**self._chosen()))

    @traitlets.observe("call")
    def _picked(self, change: Any) -> None:
        self.person = self._calls.get(change["new"], "")
        if self._circle is not None and self.call:
            self._circle.choose(Choice(self.call), self)

    def follow(self, circle: Circle, choice: Choice) -> None:  # noqa: ARG002 - it has but one
        """Choose the person whose first split was chosen in another widget; else stay."""
        if choice.call in self._calls:
            self.call = choice.call

    @traitlets.observe("person")
    def _named_anew(self, change: Any) -> None:
        self.call = self._named.get(change["new"], 0)


def _firsts(facts: Facts) -> dict[PersonName, CallNumber]:
    """The first split of each person that split."""
    firsts = facts.splits.drop_duplicates("person")
    return dict(zip(firsts["person"], map(int, firsts["call"]), strict=True))
