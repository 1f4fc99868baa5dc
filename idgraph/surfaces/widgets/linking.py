"""Widgets over one history, linked: a call that is chosen in one is chosen in all that show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from weakref import WeakValueDictionary, ref

from idgraph.calls import CallNumber, History
from idgraph.replays import Replay
from idgraph.steps import ProfileName, Step
from idgraph.surfaces.drawing.trees import tally
from idgraph.surfaces.widgets.live import traitlets


@dataclass(frozen=True, slots=True)
class Choice:
    """A call that was chosen, and the place of the person whose calls are looked at, from 1.

    `number` is None where that is nobody in particular: then it is whose call it is. Persons go by
    their place because a redacted widget knows them by other names.
    """

    call: CallNumber
    number: int | None = None


class Member(Protocol):
    """What can be in a circle."""

    def follow(self, circle: Circle, choice: Choice) -> None:
        """Choose what was chosen elsewhere, where it is shown here; else stay."""
        ...


class Circle:
    """The widgets over one history, held weakly, and what was chosen last (None before that)."""

    _telling: ClassVar[bool] = False
    """Whether any circle is being told: a widget in two circles hands nothing from one to the
    other, or two such widgets would send each other back and forth."""

    def __init__(self, history: History) -> None:
        """Begin without members."""
        self.history = history
        self.chosen: Choice | None = None
        self._members: list[Callable[[], Member | None]] = []

    def __len__(self) -> int:
        """Return how many members there are."""
        return len(self._present())

    def join(self, member: Member) -> None:
        """Let a member follow from now on."""
        self._members = [held for held in self._members if held() is not None]
        self._members.append(ref(member))

    def leave(self, member: Member) -> None:
        """Forget a member."""
        self._members = [held for held in self._members if held() not in {None, member}]

    def choose(self, choice: Choice, source: Member | None = None) -> None:
        """Tell all members but the source, in the order in which they came.

        What members do on being told is no further choice: nothing goes round in circles.
        """
        if Circle._telling:
            return
        self.chosen, Circle._telling = choice, True
        try:
            for member in self._present():
                if member is not source:
                    member.follow(self, choice)
        finally:
            Circle._telling = False

    def _present(self) -> list[Member]:
        return [member for held in self._members if (member := held()) is not None]


_CIRCLES: WeakValueDictionary[int, Circle] = WeakValueDictionary()


def circle(history: History) -> Circle:
    """Return the circle of a history, the same one as long as anybody holds it.

    It is that of the very object: an equal history that was read again is another one.
    """
    found = _CIRCLES.get(id(history))
    if found is None:
        # The circle holds the history, so that no other one can come to have its address.
        found = _CIRCLES[id(history)] = Circle(history)
    return found


class Linked(traitlets.HasTraits):
    """What the widgets share that look at one call of one person.

    `call` is the number of the call chosen, `person` whose calls are shown, `profile` where the
    call landed, "" where nowhere; all can be set and observed. To set `profile` goes to the next
    call on it, from the last one back to the first.
    """

    call = traitlets.Int(1)
    person = traitlets.Unicode("")
    profile = traitlets.Unicode("")
    replay: Replay
    _shown: Replay
    _circle: Circle | None = None
    _profile_lands = True
    """Whether `profile` is where the call landed, and not what is asked of it."""

    @property
    def step(self) -> Step:
        """The step of the call chosen, of the replay that was given."""
        return self.replay.step(self.call)

    # --- what a widget says of itself ------------------------------------------------------------

    def _numbers(self) -> Sequence[CallNumber]:
        """The calls that are shown, in order."""
        raise NotImplementedError

    def _person_number(self) -> int | None:
        """The place of the person shown."""
        raise NotImplementedError

    def _take_choice(self, choice: Choice) -> None:
        """Go to a choice if it is shown here."""
        raise NotImplementedError

    # --- linking ---------------------------------------------------------------------------------

    def _open(self, *, linked: bool) -> None:
        """Say where it stands; and from now on follow and tell, if it is to be linked."""
        if self._profile_lands:
            self.profile = self._landed(self.call)
        if linked:
            self._circle = circle(self.replay.history)
            self._circle.join(self)

    def follow(self, circle: Circle, choice: Choice) -> None:  # noqa: ARG002 - it has but one
        """Choose what was chosen in another widget, where this one shows it."""
        if 1 <= choice.call <= len(self.replay):
            self._take_choice(choice)

    def close(self) -> None:
        """Close the widget: it follows no more."""
        if self._circle is not None:
            self._circle.leave(self)
            self._circle = None
        widget: Any = super()
        widget.close()

    @traitlets.observe("call")
    def _moved(self, _change: Any) -> None:
        """Tell the others; a widget says so itself once it shows another person."""
        if self._profile_lands:
            self.profile = self._landed(self.call)
        if self._circle is not None:
            self._circle.choose(Choice(self.call, self._person_number()), self)

    # --- profiles --------------------------------------------------------------------------------

    def _landed(self, number: CallNumber) -> ProfileName:
        return self._shown.step(number).landed or ""

    def _profile_named(self, name: str) -> ProfileName:
        """The name that is shown of a profile, given that one or the one in the history."""
        pairs = zip(self.replay, self._shown, strict=True)
        known = {given.landed: told.landed for given, told in pairs if given.landed != told.landed}
        return known.get(name) or name

    @traitlets.validate("profile")
    def _check_profile(self, proposal: Any) -> ProfileName:
        name: str = proposal["value"]
        if not self._profile_lands or name == self._landed(self.call):
            return name
        found = [landed for landed in map(self._landed, self._numbers()) if landed]
        if name not in found:
            name = self._profile_named(name)
        if name not in found:
            known = ", ".join(dict.fromkeys(found)) or "none"
            message = f"no call that is shown landed on a profile of that name; there are: {known}"
            raise traitlets.TraitError(message)
        return name

    @traitlets.observe("profile")
    def _changed_profile(self, change: Any) -> None:
        name = change["new"]
        if self._profile_lands and name != self._landed(self.call):
            there = [number for number in self._numbers() if self._landed(number) == name]
            self.call = next((number for number in there if number > self.call), there[0])


def ranges(numbers: Sequence[CallNumber]) -> str:
    """Return which calls are shown, for the message that another one is not."""
    return tally(tuple(numbers[:1000])).replace(" ", ", ")
