"""Two histories side by side as a live widget: a step in one moves the other to the same call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from idgraph.calls import CallNumber
from idgraph.comparison import Comparison, compare, veiled
from idgraph.comparison.choosing import Given
from idgraph.comparison.results import RowNumber
from idgraph.errors import UsageError
from idgraph.persons import PersonName
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode
from idgraph.searching.limits import Limits
from idgraph.steps import Step
from idgraph.surfaces.cases import pairs, stepper
from idgraph.surfaces.displays import notebook
from idgraph.surfaces.drawing import html
from idgraph.surfaces.results import comparisons
from idgraph.surfaces.widgets import linking
from idgraph.surfaces.widgets.live import anywidget, traitlets


class Compare(anywidget.AnyWidget):
    """Go through a history that tracked correctly and one that duplicated, side by side.

    `row` is the row of the alignment that is shown, `call_good` and `call_bad` are the calls that
    the two steppers show; all can be set and observed. While `linked`, a step in one history moves
    the other to the call that does the same; where it has none it stays at the last one before.
    Unlinked, the call of one history is set alone, and `row` is that of the call set last.
    `step_good` and `step_bad` are the steps shown. Each side moves with the other widgets over its
    history, unless `with_others` is not wanted.

    >>> import idgraph as ig
    >>> ig.Compare(ig.demo("email-change-worked"), ig.demo("email-change-old"))
    <Compare: row 5 of 5; 5 and 5 calls, 1 and 2 profiles; 1 of 1 differences make the difference
    (rules)>
    """

    _esm = html.module("keys.js", "building.js", "stepper.js", "compare.js")
    _css = html.asset("stepper.css") + html.asset("compare.css")
    row = traitlets.Int(1)
    call_good = traitlets.Int(1)
    call_bad = traitlets.Int(1)
    _circles: Sequence[linking.Circle] = ()
    _told = (0, 0)
    linked = traitlets.Bool(default_value=True).tag(sync=True)
    _at = traitlets.List(traitlets.Int()).tag(sync=True)
    _head = traitlets.Dict().tag(sync=True)
    _sides = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(
        self,
        good: Given | Comparison,
        bad: Given | None = None,
        *,
        policy: str | Policy | None = None,
        other_policy: str | Policy | None = None,
        assume: Mapping[RuleCode, str] | None = None,
        good_person: PersonName | None = None,
        bad_person: PersonName | None = None,
        limits: Limits | None = None,
        row: RowNumber | None = None,
        redact: bool = True,
        with_others: bool = True,
    ) -> None:
        """Compare as `compare` does, or show a comparison; open on `row`.

        Without it, on the first row that comes out differently, else on the first that differs.
        """
        found = (
            good
            if isinstance(good, Comparison)
            else compare(
                good,
                bad,
                policy=policy,
                other_policy=other_policy,
                assume=assume,
                good_person=good_person,
                bad_person=bad_person,
                limits=limits,
            )
        )
        if not isinstance(found, Comparison):
            raise UsageError(
                "both sides hold several persons",
                remedy="Say which two with good_person and bad_person, or call `compare`.",
            )
        self.comparison = found
        self._shown = veiled(self.comparison, redact=redact)
        self._stands = pairs.stands(self._shown)
        cases = (pairs.case(self._shown.good), pairs.case(self._shown.bad))
        self._documents = tuple(map(stepper.steps, cases))
        names = comparisons.heads(self._shown)
        sides = [pairs.steps_head(*pair) for pair in zip(cases, names, strict=True)]
        first = self._row(pairs.opening(self._shown) if row is None else row)
        super().__init__(_head=pairs.head(self._shown), _sides=sides, _at=self._standing(first))
        self.on_msg(self._answer)
        self._told = (self.call_good, self.call_bad)
        self._circles = [
            linking.circle(one.replay.history)
            for one in (self.comparison.good, self.comparison.bad)
            if with_others
        ]
        for one in dict.fromkeys(self._circles):
            one.join(self)

    @property
    def step_good(self) -> Step:
        """The step that the good side shows."""
        return self.comparison.good.replay.step(self.call_good)

    @property
    def step_bad(self) -> Step:
        """The step that the bad side shows."""
        return self.comparison.bad.replay.step(self.call_bad)

    def __repr__(self) -> str:
        """Say which row is shown, and what the comparison says, without a value."""
        told = repr(self.comparison).removeprefix("<Comparison: ")
        return f"<Compare: row {self.row} of {len(self.comparison)}; {told}"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add to the live view what a notebook shows that has no kernel any more."""
        found = super()._repr_mimebundle_(**kwargs)
        if found is None:
            return None
        more = {"text/plain": repr(self), "text/html": notebook.compared(self._shown)}
        return {**found[0], **more}, found[1]

    # --- the other widgets over either history ---------------------------------------------------

    def follow(self, circle: linking.Circle, choice: linking.Choice) -> None:
        """Choose what was chosen in another widget: on the side whose person it is, else any."""
        sides = (self.comparison.good, self.comparison.bad)
        ours = [n for n, one in enumerate(self._circles) if one is circle]
        shows = [n for n in ours if choice.call in self._documents[n].calls]
        for place in sorted(shows, key=lambda n: choice.call not in sides[n].numbers)[:1]:
            self.set_trait("call_bad" if place else "call_good", choice.call)

    def close(self) -> None:
        """Close the widget: it follows no more."""
        for one in self._circles:
            one.leave(self)
        self._circles = []
        super().close()

    def _tell(self) -> None:
        """Tell the others where it has gone; of one history, the side that broke is told."""
        (good, bad), self._told = self._told, (self.call_good, self.call_bad)
        if not self._circles:
            return
        one, other = self._circles
        if self.call_good != good and (one is not other or self.call_bad == bad):
            one.choose(linking.Choice(self.call_good), self)
        if self.call_bad != bad:
            other.choose(linking.Choice(self.call_bad), self)

    # --- where it stands -------------------------------------------------------------------------

    def _standing(self, row: RowNumber) -> list[int]:
        return [row, *self._stands[row - 1]]

    def _row(self, row: RowNumber) -> RowNumber:
        if not 1 <= row <= len(self._stands):
            raise traitlets.TraitError(f"there is no row {row}: there are {len(self._stands)}")
        return row

    @traitlets.validate("row")
    def _check_row(self, proposal: Any) -> RowNumber:
        return self._row(proposal["value"])

    @traitlets.validate("call_good", "call_bad")
    def _check_call(self, proposal: Any) -> CallNumber:
        number: CallNumber = proposal["value"]
        good = proposal["trait"].name == "call_good"
        case = self._documents[0 if good else 1]
        if number not in case.calls:
            which = comparisons.sides(self._shown)[0 if good else 1]
            raise traitlets.TraitError(f"call {number} is not among those compared of {which}")
        return number

    @traitlets.validate("_at")
    def _check_at(self, proposal: Any) -> list[int]:
        at: list[int] = proposal["value"]
        one, other = (document.calls for document in self._documents)
        if len(at) != 3 or at[1] not in one or at[2] not in other:  # noqa: PLR2004 - row, two calls
            raise traitlets.TraitError("the screen stands at calls that are not compared")
        self._row(at[0])
        return at

    @traitlets.observe("_at")
    def _arrived(self, _change: Any) -> None:
        # Each is read anew: whoever observes one of them may move on meanwhile.
        self.row = self._at[0]
        self.call_good = self._at[1]
        self.call_bad = self._at[2]
        self._tell()

    @traitlets.observe("row")
    def _moved_row(self, change: Any) -> None:
        if change["new"] != self._at[0]:
            self._at = self._standing(change["new"])

    @traitlets.observe("call_good", "call_bad")
    def _moved_call(self, change: Any) -> None:
        number, place = change["new"], 1 if change["name"] == "call_good" else 2
        if number == self._at[place]:
            return
        row = self._row_of(number, place)
        if self.linked and row is not None:
            self._at = self._standing(row)
        else:
            at = [row or self._at[0], *self._at[1:]]
            at[place] = number
            self._at = at

    @traitlets.observe("linked")
    def _linked_again(self, change: Any) -> None:
        if change["new"]:
            self._at = self._standing(self._at[0])

    def _row_of(self, number: CallNumber, place: int) -> RowNumber | None:
        numbers = ((p.number, p.good if place == 1 else p.bad) for p in self._shown.pairs)
        return next((row for row, call in numbers if call == number), None)

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        """Send a page that the screen asks for."""
        number, side = (
            (content.get("get"), content.get("side")) if isinstance(content, dict) else (None, None)
        )
        if side not in {0, 1} or not isinstance(number, int):
            return
        if 0 <= number < len(self._documents[side].pages):
            page = stepper.page(self._documents[side], number)
            self.send({"page": page, "number": number, "side": side})
