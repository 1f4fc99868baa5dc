"""The what-if widget: its controls make edits, its texts say what they lead to."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import traitlets

from idgraph import notation
from idgraph.calls import History
from idgraph.errors import UsageError
from idgraph.futures import what_if
from idgraph.replays import Replay, replay
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


def control(widget: WhatIf, label: str) -> Any:
    """The control with a label; there is just one."""
    (found,) = (w for w in parts(widget) if getattr(w, "description", None) == label)
    return found


def parts(widget: Any) -> list[Any]:
    return [widget, *(p for child in getattr(widget, "children", ()) for p in parts(child))]


def said(widget: WhatIf) -> str:
    (region,) = (part for part in parts(widget) if hasattr(part, "sentence"))
    return str(region.sentence)


def texts(widget: WhatIf) -> str:
    """All that the widget sends to the screen, pictures decoded."""
    state = " ".join(json.dumps(part.get_state(), default=str) for part in parts(widget))
    drawn = re.findall(r"base64,([A-Za-z0-9+/=]+)", state)
    return state + " ".join(b64decode(one).decode() for one in drawn)


def test_it_opens_on_the_call_that_split() -> None:
    widget = WhatIf(betty())
    assert (widget.call, widget.person, widget.edits) == (4, "person 1", {})
    assert said(widget) == "Person 1 has 2 profiles. Nothing is edited yet."


def test_a_field_makes_an_edit_and_the_future_follows() -> None:
    widget = WhatIf(betty(), redact=False)
    seen: list[Any] = []
    widget.observe(lambda change: seen.append(change["new"]), "future")
    control(widget, "$email").value = "new@example.com"
    assert widget.edits == {"put": {4: {"email": "new@example.com"}}}
    assert said(widget) == "Person betty has 1 profile instead of 2."
    assert [future.changed[0].call for future in seen] == [4]
    assert widget.future == what_if(betty(), **widget.edits)


def test_what_is_typed_back_is_no_edit() -> None:
    widget = WhatIf(betty(), redact=False)
    field = control(widget, "$email")
    field.value = ""
    assert widget.edits == {"put": {4: {"email": None}}}
    field.value = "old@example.com"
    assert widget.edits == {}


def test_a_stand_in_that_is_typed_stands_for_the_value() -> None:
    widget = WhatIf(betty())
    widget.call = 3
    standin = control(widget, "$email").value
    widget.call = 4
    control(widget, "$email").value = standin
    assert widget.edits == {"put": {4: {"email": "new@example.com"}}}
    assert said(widget) == "Person 1 has 1 profile instead of 2."


def test_nothing_of_the_history_is_shown_and_what_is_typed_is() -> None:
    widget = WhatIf(betty())
    control(widget, "$id").value = "b1"
    control(widget, "$email").value = "fresh@typed.example"
    shown = texts(widget)
    assert "fresh@typed.example" in shown
    for value in ("old@example.com", "new@example.com", "carl@example.com", "betty"):
        assert value not in shown
    assert "old@example.com" in texts(WhatIf(betty(), redact=False))


def test_a_number_stays_a_number() -> None:
    widget = WhatIf(betty(), call=5, redact=False)
    control(widget, "$id").value = "78"
    assert widget.edits == {"put": {5: {"external_id": 78}}}


def test_a_call_is_moved_delayed_and_left_out() -> None:
    widget = WhatIf(betty())
    control(widget, "Comes").value = 2
    control(widget, "Delayed by (s)").value = 90
    control(widget, "Leave this call out").value = True
    assert widget.edits == {"before": {4: 2}, "delay": {4: 90}, "without": (4,)}
    control(widget, "Take back edit 2").click()
    control(widget, "Take back edit 2").click()
    assert widget.edits == {"before": {4: 2}}
    assert control(widget, "Leave this call out").value is False
    control(widget, "Take all back").click()
    assert (widget.edits, control(widget, "Comes").value) == ({}, 0)


def test_rules_are_chosen_and_an_open_one_assumed() -> None:
    widget = WhatIf(betty())
    control(widget, "Open rule").value = ("email-case", "different")
    assert widget.edits == {"assume": {"email-case": "different"}}
    control(widget, "Policy").value = "klaviyo"
    assert widget.future.replay.policy.name == "klaviyo"
    control(widget, "Take all back").click()
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
    control(widget, "Call").value = 2
    assert widget.call == 2
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
    data = widget._repr_mimebundle_()
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
    field = control(widget, "$id")
    field.value = value
    markup = " ".join(p.value for p in parts(widget) if type(p).__name__ == "HTML")
    assert not re.search(r"<(?!/?(p|h3|code|div|span|img|table|caption|t\w+)\b)", markup)
    assert "<b>" not in markup
