"""The what-if widget: its controls make edits, its texts say what they lead to."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import traitlets

from idgraph import notation
from idgraph.calls import History
from idgraph.errors import UsageError
from idgraph.futures import what_if
from idgraph.replays import Replay, replay
from idgraph.surfaces.drawing import html
from idgraph.surfaces.widgets.what_if import WhatIf

HOSTILE: list[str] = json.loads(
    (Path(__file__).parent / "hostile" / "payloads.json").read_text("utf-8")
)
BETTY = """
    # Betty, as it broke
    server  external_id=b1 email=old@example.com person=betty
    +1d server  external_id=b1 email=new@example.com person=betty
    +4s browser email=new@example.com person=betty
    +4s form    email=old@example.com person=betty
    server external_id:=77 email=carl@example.com person=carl
"""


def betty() -> Replay:
    return replay(notation.parse(BETTY))


LISTS = {"Comes": "before", "Policy": "policy", "Open rule": "assume"}
VALUES = {"Delayed by (s)": "delay", "Leave this call out": "without"}


def state(widget: WhatIf, name: str) -> Any:
    """What the screen was sent under a name."""
    return widget.get_state(name)[name]


def ask(widget: WhatIf, name: str, **what: Any) -> None:
    """Ask for something as the screen does."""
    send(widget, {"ask": name, "call": widget.call, **what})


def send(widget: WhatIf, content: object) -> None:
    """Send a message as the screen does."""
    widget._handle_custom_msg(content, [])  # noqa: SLF001 - what a screen sends


def options(widget: WhatIf, label: str) -> list[str]:
    """The words of a list."""
    name = {"Comes": "places", "Policy": "rules"}.get(label)
    found = state(widget, "_offered")[name] if name else state(widget, "_standing")["assumed"]
    return list(found)


def fields(widget: WhatIf) -> dict[str, str]:
    """What the fields show, by their labels."""
    labels = (one["label"] for one in state(widget, "_offered")["fields"])
    shown = (text for text, _ in state(widget, "_standing")["fields"])
    return dict(zip(labels, shown, strict=True))


def use(widget: WhatIf, label: str, value: Any) -> None:
    """Set the control with a label: a list by the words of a choice, a field by its text."""
    if label in LISTS:
        ask(widget, LISTS[label], place=options(widget, label).index(value))
    elif label in VALUES:
        ask(widget, VALUES[label], value=value)
    else:
        ask(widget, "put", place=list(fields(widget)).index(label), value=value)


def said(widget: WhatIf) -> str:
    return str(state(widget, "_told")["sentence"])


def drawn(widget: WhatIf) -> list[Any]:
    """The trees that the screen was sent."""
    made = state(widget, "_made")["edits"]
    return [*made, *state(widget, "_drawings"), *state(widget, "_changes")]


def texts(widget: WhatIf) -> str:
    """All that the widget sends to the screen."""
    return json.dumps(widget.get_state(), default=str)


def test_it_opens_on_the_call_that_split() -> None:
    widget = WhatIf(betty())
    assert (widget.call, widget.person, widget.edits) == (4, "person 1", {})
    assert said(widget) == "Person 1 has 2 profiles. Nothing is edited yet."


def test_a_field_makes_an_edit_and_the_future_follows() -> None:
    widget = WhatIf(betty(), redact=False)
    seen: list[Any] = []
    widget.observe(lambda change: seen.append(change["new"]), "future")
    use(widget, "$email", "new@example.com")
    assert widget.edits == {"put": {4: {"email": "new@example.com"}}}
    assert said(widget) == "Person betty has 1 profile instead of 2."
    assert [future.changed[0].call for future in seen] == [4]
    assert widget.future == what_if(betty(), **widget.edits)


def test_what_is_typed_back_is_no_edit() -> None:
    widget = WhatIf(betty(), redact=False)
    use(widget, "$email", "")
    assert widget.edits == {"put": {4: {"email": None}}}
    assert fields(widget)["$email"] == ""
    use(widget, "$email", "old@example.com")
    assert widget.edits == {}


def test_a_stand_in_that_is_typed_stands_for_the_value() -> None:
    widget = WhatIf(betty())
    widget.call = 3
    standin = fields(widget)["$email"]
    widget.call = 4
    use(widget, "$email", standin)
    assert widget.edits == {"put": {4: {"email": "new@example.com"}}}
    assert said(widget) == "Person 1 has 1 profile instead of 2."


def test_nothing_of_the_history_is_shown_and_what_is_typed_is() -> None:
    widget = WhatIf(betty())
    use(widget, "$id", "b1")
    use(widget, "$email", "fresh@typed.example")
    shown = texts(widget)
    assert "fresh@typed.example" in shown
    for value in ("old@example.com", "new@example.com", "carl@example.com", "betty"):
        assert value not in shown
    assert "old@example.com" in texts(WhatIf(betty(), redact=False))


def test_a_number_stays_a_number() -> None:
    widget = WhatIf(betty(), call=5, redact=False)
    use(widget, "$id", "78")
    assert widget.edits == {"put": {5: {"external_id": 78}}}


def test_a_call_is_moved_delayed_and_left_out() -> None:
    widget = WhatIf(betty())
    (second,) = (one for one in options(widget, "Comes") if "call 2 " in one)
    use(widget, "Comes", second)
    use(widget, "Delayed by (s)", 90)
    use(widget, "Leave this call out", value=True)
    assert widget.edits == {"before": {4: 2}, "delay": {4: 90}, "without": (4,)}
    ask(widget, "back", place=1)
    ask(widget, "back", place=1)
    assert widget.edits == {"before": {4: 2}}
    stood = state(widget, "_standing")
    assert (stood["without"], stood["delay"]) == ([False, False], [0, False])
    assert stood["before"] == [options(widget, "Comes").index(second), True]
    ask(widget, "reset")
    assert (widget.edits, state(widget, "_standing")["before"]) == ({}, [0, False])


def test_rules_are_chosen_and_an_open_one_assumed() -> None:
    widget = WhatIf(betty())
    use(widget, "Open rule", "email-case comes out as different")
    assert widget.edits == {"assume": {"email-case": "different"}}
    use(widget, "Policy", "klaviyo")
    assert widget.future.replay.policy.name == "klaviyo"
    ask(widget, "reset")
    assert widget.edits == {}


def test_an_edit_of_somebody_else_is_told_as_a_side_effect() -> None:
    widget = WhatIf(betty(), call=5)
    assert widget.person == "person 2"
    widget.edit(put={2: {"external_id": None}})
    assert "Side effect: Person 1 splits at call 2." in said(widget)


def test_a_person_and_a_call_can_be_set_and_wrong_ones_are_refused() -> None:
    widget = WhatIf(betty(), person="carl")
    assert widget.call == 5
    widget.person = "betty"
    assert (widget.person, widget.call) == ("person 1", 4)
    widget.set_state({"call": 2})
    assert widget.call == 2
    widget.set_state({"_place": 1})
    assert (widget.person, widget.call) == ("person 2", 5)
    for wrong in (0, 6):
        with pytest.raises(traitlets.TraitError):
            widget.call = wrong
    with pytest.raises(traitlets.TraitError):
        widget.person = "nobody"
    with pytest.raises(UsageError):
        WhatIf(replay(History(())))
    with pytest.raises(UsageError):
        widget.edit(without=(9,))
    assert widget.edits == {}


def test_a_still_is_left_for_a_notebook_without_kernel() -> None:
    widget = WhatIf(betty())
    widget.edit(without=(1, 2, 3, 4))
    assert said(widget) == "No call of person 1 is left that is filed on a profile."
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"].startswith("<WhatIf: call 4, person 1, <Future klaviyo-classic")
    assert 'alt="Calls on profiles"' in data["text/html"]
    assert "@example.com" not in data["text/html"]


def test_what_was_observed_is_left_out_and_said() -> None:
    text = "external_id=a email=x@example.com -> A\nemail=x@example.com -> B"
    widget = WhatIf(replay(notation.parse(text)))
    assert "call 2 was observed elsewhere" in texts(widget)


@pytest.mark.parametrize("value", [HOSTILE[0], HOSTILE[20], HOSTILE[49], "<b>x</b>", "a\x1b[2Kb"])
def test_what_is_typed_is_shown_as_words(value: str) -> None:
    widget = WhatIf(betty())
    use(widget, "$id", value)
    markup = " ".join(map(html.markup, drawn(widget)))  # which refuses what is not on the lists
    tags = "p|h3|code|div|span|svg|desc|g|title|path|rect|circle|text|tspan|table|caption|t\\w+"
    assert not re.search(rf"<(?!/?({tags})\b)", markup)
    assert "<b>" not in markup


@pytest.mark.parametrize(
    "asked",
    [
        None,
        "reset",
        {},
        {"ask": "reset", "call": 3},
        {"ask": "nothing", "call": 4},
        {"ask": "put", "call": 4, "place": 99, "value": "x"},
        {"ask": "put", "call": 4, "place": 0, "value": 7},
        {"ask": "before", "call": 4, "place": -1},
        {"ask": "before", "call": 4, "place": True},
        {"ask": "delay", "call": 4, "value": float("nan")},
        {"ask": "delay", "call": 4, "value": "9"},
        {"ask": "without", "call": 4, "value": 1},
        {"ask": "policy", "call": 4, "place": 99},
        {"ask": "assume", "call": 4, "place": None},
        {"ask": "back", "call": 4, "place": 5},
    ],
)
def test_what_was_not_offered_is_let_be(asked: object) -> None:
    widget = WhatIf(betty())
    widget.edit(delay={2: 5})
    send(widget, asked)
    assert widget.edits == {"delay": {2: 5}}


def test_a_control_goes_back_to_where_it_stood_when_an_edit_cannot_be() -> None:
    clockless = tuple(
        replace(call, occurred_at=None, sent_at=None, received_at=None) for call in betty().history
    )
    widget = WhatIf(replay(replace(betty().history, calls=clockless)))
    assert state(widget, "_offered")["timed"] is False
    before = state(widget, "_standing")
    use(widget, "Delayed by (s)", 9)
    assert widget.edits == {}
    assert state(widget, "_told")["mood"] == "bad"
    after = state(widget, "_standing")
    assert after["delay"] == [0, False]
    assert after != before  # or the screen would not hear of it
