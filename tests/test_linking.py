"""Widgets over one history, linked: what is chosen in one is chosen in all, and nothing echoes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

import idgraph as ig
from idgraph import notation
from idgraph.replays import Replay, replay
from idgraph.surfaces.widgets import linking
from idgraph.surfaces.widgets.compare_view import Compare
from idgraph.surfaces.widgets.graph_view import GraphView
from idgraph.surfaces.widgets.linking import Choice, Linked
from idgraph.surfaces.widgets.split_view import SplitView
from idgraph.surfaces.widgets.stepper_view import Stepper
from idgraph.surfaces.widgets.verdict_view import VerdictView
from idgraph.surfaces.widgets.what_if import WhatIf
from idgraph.surfaces.widgets.why_not_view import WhyNotView

BOTH = """
    # Betty broke, Carl did not, and one call names nobody
    server  external_id=b1 email=old@example.com person=betty
    +1d server  external_id=b1 email=new@example.com person=betty
    +4s browser email=new@example.com person=betty
    +4s form    email=old@example.com person=betty
    +1h server external_id=c1 email=carl@example.com person=carl
    +1h browser email=carl@example.com person=carl
    +1h browser email=none
"""


def both() -> Replay:
    return replay(notation.parse(BOTH))


@pytest.fixture
def base() -> Replay:
    return both()


@pytest.fixture(scope="module")
def opened() -> Iterator[dict[str, Linked]]:
    """Return one of each over the same history; they are closed again."""
    base = both()
    made = {
        "stepper": Stepper(base),
        "graph": GraphView(base),
        "why": WhyNotView(base),
        "split": SplitView(base),
        "what": WhatIf(base),
        "verdict": VerdictView(base),
    }
    yield made
    for widget in made.values():
        widget.close()


@pytest.fixture
def widgets(opened: dict[str, Linked]) -> dict[str, Linked]:
    """Return one of each, all of them at betty's last call."""
    opened["stepper"].person = "betty"
    opened["stepper"].call = 4
    return opened


def calls(widgets: dict[str, Linked]) -> set[int]:
    return {widget.call for widget in widgets.values()}


@pytest.mark.parametrize("name", ["stepper", "graph", "why", "split", "what", "verdict"])
def test_a_call_chosen_in_one_is_chosen_in_all(widgets: dict[str, Linked], name: str) -> None:
    for number in (2, 3, 1):
        widgets[name].call = number
        assert calls(widgets) == {number}
        assert widgets[name].step.number == number


@pytest.mark.parametrize("name", ["stepper", "graph", "why", "split", "what", "verdict"])
def test_all_follow_to_another_person(widgets: dict[str, Linked], name: str) -> None:
    widgets[name].person = "carl"
    assert len({widget.person for widget in widgets.values()}) == 1
    assert calls(widgets) <= {5, 6}
    assert len(calls(widgets)) == 1


def test_each_widget_is_told_once_of_each_choice(widgets: dict[str, Linked]) -> None:
    seen: list[tuple[str, int]] = []
    note = {
        widget: lambda change, name=name: seen.append((name, change["new"]))
        for name, widget in widgets.items()
    }
    for widget, act in note.items():
        widget.observe(act, "call")
    widgets["stepper"].call = 2
    assert sorted(seen) == sorted((name, 2) for name in widgets)
    seen.clear()
    widgets["what"].call = 6
    assert sorted(seen) == sorted((name, 6) for name in widgets)
    for widget in widgets.values():
        widget.unobserve(note[widget], "call")


def test_one_that_does_not_show_the_call_stays(base: Replay) -> None:
    stepper, what, verdict = Stepper(base), WhatIf(base), VerdictView(base)
    linking.circle(base.history).choose(Choice(7))
    assert (stepper.call, what.call, verdict.call) == (1, 4, 7)
    linking.circle(base.history).choose(Choice(99))
    assert (stepper.call, what.call, verdict.call) == (1, 4, 7)


def test_one_that_is_not_linked_neither_tells_nor_follows(base: Replay) -> None:
    stepper, alone, graph = Stepper(base), Stepper(base, linked=False), GraphView(base)
    stepper.call = 3
    assert (alone.call, graph.call) == (1, 3)
    alone.call = 2
    assert (stepper.call, graph.call) == (3, 3)


def test_equal_histories_that_were_read_twice_are_not_linked() -> None:
    one, other = Stepper(both()), Stepper(both())
    one.call = 4
    assert other.call == 1


def test_another_policy_over_the_same_history_is_linked(base: Replay) -> None:
    one, other = Stepper(base), Stepper(replay(base.history, "klaviyo"), redact=False)
    one.person = "carl"
    assert (other.person, other.call) == ("carl", 5)


def test_a_closed_widget_is_forgotten(base: Replay) -> None:
    stepper, graph = Stepper(base), GraphView(base)
    circle = linking.circle(base.history)
    assert len(circle) == 2
    graph.close()
    stepper.call = 3
    assert (len(circle), graph.call) == (1, 1)
    graph.close()


@dataclass(eq=False)
class _Listener:
    heard: list[Choice] = field(default_factory=list)

    def follow(self, circle: linking.Circle, choice: Choice) -> None:
        """Choose again, as an observer might."""
        self.heard.append(choice)
        circle.choose(Choice(choice.call + 1), self)


def test_members_are_held_weakly_and_so_is_the_circle() -> None:
    history = both().history
    circle = linking.circle(history)
    listener = _Listener()
    circle.join(listener)
    assert (len(circle), linking.circle(history) is circle) == (1, True)
    del listener
    gc.collect()
    assert len(circle) == 0
    circle.choose(Choice(3))
    del circle
    gc.collect()
    assert linking.circle(history).chosen is None


def test_what_is_chosen_while_all_are_told_goes_no_further() -> None:
    circle = linking.circle(both().history)
    one, other = _Listener(), _Listener()
    circle.join(one)
    circle.join(other)
    circle.choose(Choice(1), one)
    assert (one.heard, other.heard) == ([], [Choice(1)])
    assert circle.chosen == Choice(1)


def test_a_circle_can_be_told_again_after_a_member_failed(base: Replay) -> None:
    stepper, graph = Stepper(base), GraphView(base)

    def fail(_change: Any) -> None:
        raise ZeroDivisionError

    graph.observe(fail, "call")
    with pytest.raises(ZeroDivisionError):
        stepper.call = 2
    graph.unobserve(fail, "call")
    stepper.call = 3
    assert graph.call == 3


LINES = st.tuples(
    st.sampled_from(["external_id=b1", "external_id=b2", ""]),
    st.sampled_from(["email=a@example.com", "email=b@example.com"]),
    st.sampled_from(["person=p", "person=q", "person=r"]),
)
MOVES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 11)), max_size=6)


@given(st.lists(LINES, min_size=1, max_size=8), MOVES)
def test_whatever_is_chosen_where_all_stand_at_the_same(
    lines: list[tuple[str, str, str]], moves: list[tuple[int, int, int]]
) -> None:
    told = replay(notation.parse("\n".join(" ".join(line) for line in lines)))
    made: list[Linked] = [Stepper(told), GraphView(told, redact=False), Stepper(told, redact=False)]
    for which, person, place in moves:
        people: tuple[str, ...] = made[which].people  # type: ignore[attr-defined]
        made[which].person = people[person % len(people)]
        shown = made[which]._numbers()  # noqa: SLF001 - which calls may be chosen
        wanted = shown[place % len(shown)]
        made[which].call = wanted
        assert {widget.call for widget in made} == {wanted}
        assert len({widget._person_number() for widget in made}) == 1  # noqa: SLF001
        assert len({widget.profile for widget in made}) == 1
    for widget in made:
        widget.close()


# --- profiles -------------------------------------------------------------------------------------


def test_the_profile_is_where_the_call_landed(base: Replay) -> None:
    stepper = Stepper(base)
    assert stepper.profile == "P1"
    seen: list[str] = []
    stepper.observe(lambda change: seen.append(change["new"]), "profile")
    for number in (2, 4, 3):
        stepper.call = number
    assert seen == ["P2", "P1"]


def test_to_set_the_profile_goes_to_the_next_call_on_it(base: Replay) -> None:
    stepper = Stepper(base, call=2)
    stepper.profile = "P2"
    assert stepper.call == 4
    stepper.profile = "P1"
    assert stepper.call == 1
    with pytest.raises(traitlets.TraitError, match="there are: P1, P2"):
        stepper.profile = "P3"
    assert (stepper.call, stepper.profile) == (1, "P1")


def test_no_value_is_in_the_message_about_a_wrong_profile(base: Replay) -> None:
    stepper = Stepper(base)
    with pytest.raises(traitlets.TraitError) as caught:
        stepper.profile = "old@example.com"
    assert "@" not in str(caught.value)


def test_a_call_that_landed_nowhere_has_no_profile() -> None:
    told = replay(
        notation.parse("server external_id=a email=x@example.com\nbrowser _kx=z external_id=a"),
        "klaviyo",
    )
    stepper = Stepper(told)
    assert [step.landed or "" for step in told][stepper.call - 1] == stepper.profile


# --- two histories --------------------------------------------------------------------------------


GOOD = BOTH.replace("form    email=old@example.com", "form    email=new@example.com")


def test_each_side_of_a_comparison_moves_with_the_widgets_over_its_history() -> None:
    good, bad = replay(notation.parse(GOOD)), both()
    widget = Compare(good, bad, good_person="betty", bad_person="betty", row=1)
    first, second = Stepper(good), Stepper(bad)
    second.call = 4
    assert (widget.call_good, widget.call_bad, widget.row) == (4, 4, 4)
    widget.row = 2
    assert (first.call, second.call) == (2, 2)
    first.call = 3
    assert (widget.call_bad, widget.step_bad.number, second.call) == (3, 3, 2)
    second.person = "carl"
    assert widget.call_bad == 3
    widget.close()
    widget.row = 1
    assert first.call == 3


def test_two_comparisons_over_the_same_histories_do_not_send_each_other_back() -> None:
    good, bad = replay(notation.parse(GOOD)), both()
    one = Compare(good, bad, good_person="betty", bad_person="betty", row=1)
    other = Compare(good, bad, good_person="betty", bad_person="betty", row=4)
    alone = Compare(good, bad, good_person="betty", bad_person="betty", row=4, with_others=False)
    one.row = 3
    assert (one.row, other.row, alone.row) == (3, 3, 4)


def test_a_person_chosen_in_a_fleet_is_stepped_through_beside_it() -> None:
    told = ig.replay(ig.demo("shop"))
    fleet, stepper = ig.OverviewView(told), ig.Stepper(told)
    fleet.call = 18
    assert stepper.call == 18
    stepper.call = 17
    assert fleet.call == 18
    fleet.person = fleet.people[0]
    assert stepper.call == fleet.call == 6
