"""The what-if widget: edit a call, and see both futures of a person side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from idgraph import policy as policies
from idgraph.calls import Call, CallNumber, Key
from idgraph.errors import IdgraphError, UsageError
from idgraph.explain import call_words
from idgraph.futures import Edits, Future, Value, what_if
from idgraph.persons import PersonName, link
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.rules import OPEN, RuleCode
from idgraph.surfaces.cases import futures
from idgraph.surfaces.displays import remains
from idgraph.surfaces.drawing import html
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.results.veils import Veil
from idgraph.surfaces.widgets.linking import Choice, Linked
from idgraph.surfaces.widgets.live import anywidget, ipywidgets, traitlets
from idgraph.views.base.case import Cases

MOST = 500
"""Calls that a list offers."""
_WHOLE = re.compile(r"-?(0|[1-9]\d*)")


class Told(anywidget.AnyWidget):
    """The sentence on the persons, in a region that a screen reader follows."""

    _esm = html.module("keys.js", "what-if.js")
    _css = html.asset("stepper.css") + html.asset("what-if.css")
    sentence = traitlets.Unicode("").tag(sync=True)
    mood = traitlets.Unicode("").tag(sync=True)


class WhatIf(Linked, ipywidgets.VBox):  # type: ignore[misc]
    """Edit the calls of a person, and see what would have become of it beside what did.

    `person` and `call` say whose and which call the controls edit, and `profile` where that call
    landed; all can be set and observed. Unless it is not to be `linked`, it moves with the other
    widgets over the same history to the calls that are somebody's.
    `future` is what the edits made so far lead to, of the replay that was given; `edits` are these
    as the keyword arguments of `what_if`, with the values of the history and not their stand-ins,
    so that they can be copied into code; `edit` sets them.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.WhatIf(replay)
    <WhatIf: call 5, person 1, <Future klaviyo-classic: 0 edits, 0 changed calls; 0 persons with
    fewer profiles, 0 with more>>
    """

    future = traitlets.Any()

    def __init__(
        self,
        replay: Replay,
        *,
        person: PersonName | None = None,
        call: CallNumber | None = None,
        redact: bool = True,
        veil: Veil | None = None,
        linked: bool = True,
    ) -> None:
        """Open on `call`; without one, on the first split of `person`, or of the first to split.

        `veil` is what is shown of the replay, where it was made already.
        """
        self.replay = replay
        self._veil = veil or Veil(replay, redact=redact)
        self._shown = self._veil.shown
        cases = Cases(self._shown)
        self.people = cases.by_splits()
        if not self.people:
            raise UsageError(
                "a what-if was asked for of a history in which no call names a person",
                remedy="Look at `history.table()` and at `history.reading`.",
            )
        self._cases = cases
        self._known = dict(zip(link(replay.history), cases.persons, strict=False))
        self._edits = Edits()
        self._drawn = self._veil.future(self._edits)
        self._guarded = False
        self._build()
        name = self._home(person, call)
        start = self._start(name) if call is None else call
        super().__init__(self._children(), person=name, call=start, future=self._real())
        for css in ("idgraph", "what-if"):
            self.add_class(css)
        self._follow()
        self._show_person()
        self._show()
        self._open(linked=linked)

    @property
    def edits(self) -> dict[str, Any]:
        """The edits made so far, as the keyword arguments of `what_if`."""
        return self._edits.arguments

    def edit(self, **edits: Any) -> None:
        """Put these edits, as of `what_if`, in place of all made so far; none takes all back."""
        self._take(what_if(self.replay, **edits).edits)

    def __repr__(self) -> str:
        """Say where the controls are and what the edits lead to, without an identifier."""
        number = list(self._cases.persons).index(self.person) + 1
        return f"<WhatIf: call {self.call}, person {number}, {self.future!r}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add to the live view what a notebook shows that has no kernel any more."""
        found = super()._repr_mimebundle_(**kwargs)
        still = remains.rooted(futures.markup(self._drawn, self.person))
        return None if found is None else {**found, "text/plain": repr(self), "text/html": still}

    # --- whom and which call ---------------------------------------------------------------------

    def _home(self, person: PersonName | None, call: CallNumber | None) -> PersonName:
        if person is not None:
            return self._named(person)
        owner = self._cases.persons.of(call) if call is not None else None
        return owner if owner is not None else self.people[0]

    def _start(self, person: PersonName) -> CallNumber:
        case = self._cases.case(person)
        return case.calls[case.splits[0] - 1] if case.splits else case.own[0]

    def _named(self, person: str) -> PersonName:
        name = person if person in self._cases.persons.calls else self._known.get(person)
        if name is None:
            raise traitlets.TraitError("no person of that name is in the history; see `.people`")
        return name

    @traitlets.validate("person")
    def _check_person(self, proposal: Any) -> PersonName:
        return self._named(proposal["value"])

    @traitlets.validate("call")
    def _check_call(self, proposal: Any) -> CallNumber:
        number: CallNumber = proposal["value"]
        if self._cases.persons.of(number) is None:
            raise traitlets.TraitError(f"call {number} is not among the calls of a person")
        return number

    @traitlets.observe("person")
    def _changed_person(self, _change: Any) -> None:
        if self._guarded or not self._ready:
            return
        if self._cases.persons.of(self.call) != self.person:
            with self._quietly():
                self.call = self._start(self.person)
        self._show_person()
        self._show()

    @traitlets.observe("call")
    def _changed_call(self, _change: Any) -> None:
        if self._guarded or not self._ready:
            return
        with self._quietly():
            self.person = self._cases.persons.of(self.call) or self.person
        self._show_person()
        self._show()

    # --- linking ---------------------------------------------------------------------------------

    def _numbers(self) -> tuple[CallNumber, ...]:
        return self._cases.persons.calls[self.person]

    def _person_number(self) -> int | None:
        owner = self._cases.persons.of(self.call)
        return None if owner is None else list(self._cases.persons).index(owner) + 1

    def _take_choice(self, choice: Choice) -> None:
        if self._cases.persons.of(choice.call) is not None:
            self.call = choice.call

    # --- what it is made of ----------------------------------------------------------------------

    _ready = False
    _pictured: tuple[Edits, PersonName] | None = None

    def _build(self) -> None:
        wide = {"style": {"description_width": "initial"}}
        people = [(visible(name), place) for place, name in enumerate(self.people)]
        self._who = ipywidgets.Dropdown(options=people, description="Person", **wide)
        self._which = ipywidgets.Dropdown(description="Call", **wide)
        self._fields: dict[Key, Any] = {}
        self._keys = ipywidgets.VBox()
        self._move = ipywidgets.Dropdown(description="Comes", **wide)
        self._delay = ipywidgets.FloatText(description="Delayed by (s)", **wide)
        self._out = ipywidgets.Checkbox(description="Leave this call out", indent=False)
        self._rules = ipywidgets.Dropdown(options=self._policies(), description="Policy", **wide)
        self._assumed = ipywidgets.Dropdown(description="Open rule", **wide)
        self._told = Told()
        self._count = ipywidgets.HTML()
        self._reset = ipywidgets.Button(description="Take all back")
        self._list = ipywidgets.VBox()
        self._both = ipywidgets.HTML()
        self._changed = ipywidgets.HTML()

    def _children(self) -> tuple[Any, ...]:
        whose = _card(_title("Which call"), self._who, self._which)
        edited = (self._keys, self._move, self._delay, self._out)
        what = _card(_title("What it carries, and when it comes"), *edited)
        rules = _card(_title("By which rules"), self._rules, self._assumed)
        heading = _boxed("heading", self._count, self._reset)
        made = _card(heading, self._list)
        made.add_class("edits")
        left, right = _boxed("column", whose, what), _boxed("column", self._told, rules, made)
        return (_boxed("desk", left, right), self._both, _boxed("changed-box", self._changed))

    def _policies(self) -> list[tuple[str, str]]:
        own = self.replay.policy.name
        return [(f"{own}, as it is", ""), *((n, n) for n in policies.names() if n != own)]

    def _follow(self) -> None:
        """Listen to the controls; from here on they act."""
        acts: dict[Any, Callable[[Any], None]] = {
            self._who: lambda value: self.set_trait("person", self.people[value]),
            self._which: lambda value: self.set_trait("call", value),
            self._move: lambda value: self._set("before", value),
            self._delay: lambda value: self._set("delay", value),
            self._out: self._leave_out,
            self._rules: self._set_policy,
            self._assumed: self._set_assumption,
        }
        for control, act in acts.items():
            control.observe(self._acting(act), "value")
        self._reset.on_click(lambda _button: self._take(Edits()))
        self._ready = True

    def _acting(self, act: Callable[[Any], None]) -> Callable[[Any], None]:
        def follow(change: Any) -> None:
            if not self._guarded:
                act(change["new"])

        return follow

    def _quietly(self) -> _Quiet:
        return _Quiet(self)

    # --- edits -----------------------------------------------------------------------------------

    def _real(self) -> Future:
        return what_if(self.replay, **self._edits.arguments)

    def _take(self, edits: Edits) -> None:
        """Make some edits those that hold; what cannot be is said, and the old ones stay."""
        before = self._edits
        self._edits = edits
        try:
            future, self._drawn = self._real(), self._veil.future(edits)
        except IdgraphError as problem:
            self._edits = before
            self._show()
            self._pictured = None  # what is said next is of neither future
            self._told.sentence, self._told.mood = f"{problem.found}. {problem.remedy}", "bad"
            return
        self._show()
        self.future = future

    def _put(self, key: Key, text: str) -> None:
        """Let the call carry what a field says; what the call carries anyway is no edit."""
        base = self._call.get(key)
        value: Value = text or None
        if base is not None and base.number and _WHOLE.fullmatch(text):
            value = int(text)
        values = dict(self._edits.put.get(self.call, {}))
        if text == (base.text if base else ""):
            values.pop(key, None)
        else:
            values[key] = self._veil.meant(key, value)
        self._set("put", values)

    def _set(self, name: str, value: Any) -> None:
        """Set what one kind of edits says of the call; nothing takes it back."""
        held = {**getattr(self._edits, name), self.call: value}
        given: dict[str, Any] = {name: {number: one for number, one in held.items() if one}}
        self._take(replace(self._edits, **given))

    def _leave_out(self, out: bool) -> None:  # noqa: FBT001 - the value of a checkbox
        others = tuple(number for number in self._edits.without if number != self.call)
        self._take(replace(self._edits, without=(*others, *((self.call,) if out else ()))))

    def _set_policy(self, name: str) -> None:
        known = policies.load(name).rules if name else self.replay.policy.rules
        assume = {code: outcome for code, outcome in self._edits.assume.items() if code in known}
        self._take(replace(self._edits, policy=name or None, assume=assume))

    def _set_assumption(self, assumed: tuple[RuleCode, str]) -> None:
        self._take(replace(self._edits, assume=dict([assumed]) if assumed[0] else {}))

    def _without(self, edit: tuple[str, Any]) -> Edits:
        """The edits without one of them."""
        name, place = edit
        if name == "policy":
            return replace(self._edits, policy=None, assume={})
        given: Any = getattr(self._edits, name)
        if name == "put":
            number, key = place
            values = {k: v for k, v in given[number].items() if k != key}
            rest: Any = {n: v for n, v in {**given, number: values}.items() if v}
        elif name == "without":
            rest = tuple(number for number in given if number != place)
        else:
            rest = {n: value for n, value in given.items() if n != place}
        changed: dict[str, Any] = {name: rest}
        return replace(self._edits, **changed)

    # --- showing ---------------------------------------------------------------------------------

    @property
    def _call(self) -> Call:
        """The call under edit, as the screen shows it."""
        return self._veil.shown.history.call(self.call)

    @property
    def _policy(self) -> Policy:
        return self._drawn.replay.policy

    def _show_person(self) -> None:
        """Offer the calls of the person, and the keys of the call."""
        case = self._cases.case(self.person)
        own = (n for n in case.own[:MOST] if n != self.call)
        offered = sorted((*own, self.call))
        others = [number for number in case.calls[:MOST] if number != self.call]
        with self._quietly():
            self._who.value = self.people.index(self.person)
            self._which.options = [(self._words(number), number) for number in offered]
            self._which.value = self.call
            places = [(f"just before {self._words(n)}", n) for n in others]
            self._move.options = [("where it came", 0), *places]
            self._show_keys()

    def _words(self, number: CallNumber) -> str:
        return visible(call_words(self._veil.shown, number))

    def _show_keys(self) -> None:
        shown = dict.fromkeys((*self._veil.shown.policy.order, *self._call.keys))
        self._fields = {key: self._field(key) for key in shown}
        self._keys.children = tuple(self._fields.values())

    def _field(self, key: Key) -> Any:
        field = ipywidgets.Text(
            description=self._veil.shown.policy.label(key),
            placeholder="sent as null" if key in self._call.clears else "not sent",
            continuous_update=False,
            style={"description_width": "initial"},
        )
        field.add_class("key")
        field.observe(self._acting(lambda text: self._put(key, text)), "value")
        return field

    def _show(self) -> None:
        """Bring every control and both futures up to date."""
        with self._quietly():
            self._show_call()
            self._show_rules()
            self._show_edits()
        if self._pictured == (self._edits, self.person):
            return  # another call of the same person: neither future has changed
        self._pictured = (self._edits, self.person)
        self._told.sentence, self._told.mood = futures.told(self._drawn, self.person)
        self._both.value = futures.pictures(self._drawn, self.person) + futures.remark(
            self._drawn, self.person
        )
        self._changed.value = futures.changed(self._drawn)

    def _show_call(self) -> None:
        put = self._drawn.edits.put.get(self.call, {})
        for key, field in self._fields.items():
            base = self._call.get(key)
            value = put.get(key, base.text if base else None)
            field.value = "" if value is None else str(value)
            _mark(field, edited=key in put)
        moved, late = self._edits.before.get(self.call, 0), self._edits.delay.get(self.call, 0)
        known = {place for _, place in self._move.options}
        self._move.value = moved if moved in known else 0
        self._delay.value, self._out.value = late, self.call in self._edits.without
        self._delay.disabled = self._call.at is None
        _mark(self._move, edited=bool(moved))
        _mark(self._delay, edited=bool(late))

    def _show_rules(self) -> None:
        name = self._edits.policy
        chosen = name if isinstance(name, str) else ""
        self._rules.value = chosen if chosen in {value for _, value in self._rules.options} else ""
        base = policies.load(chosen) if chosen else self.replay.policy
        options = [("nothing assumed", ("", "")), *_open(base)]
        self._assumed.options = options
        held = next(iter(self._edits.assume.items()), None)
        self._assumed.value = held if held in {value for _, value in options} else ("", "")
        _mark(self._rules, edited=name is not None)
        _mark(self._assumed, edited=held is not None)

    def _show_edits(self) -> None:
        found = list(futures.edit_words(self._drawn.edits, self._policy))
        words = futures.lines(sentence for _, sentence in found)
        count = f"{len(found)} edit{'s' * (len(found) != 1)} so far" if found else "No edits so far"
        self._count.value = html.markup(["h3", {}, count])
        self._reset.disabled = not found
        pairs = zip(found, words, strict=True)
        self._list.children = tuple(
            self._row(place, edit, text) for place, ((edit, _), text) in enumerate(pairs, 1)
        )

    def _row(self, place: int, edit: tuple[str, Any], text: str) -> Any:
        button = ipywidgets.Button(description=f"Take back edit {place}")
        button.on_click(lambda _button: self._take(self._without(edit)))
        return _boxed("edit", ipywidgets.HTML(text), button)


class _Quiet:
    """While it lasts, controls that Python sets do not act."""

    def __init__(self, widget: WhatIf) -> None:
        self._widget = widget
        self._before = False

    def __enter__(self) -> None:
        self._before, self._widget._guarded = self._widget._guarded, True  # noqa: SLF001

    def __exit__(self, *_: object) -> None:
        self._widget._guarded = self._before  # noqa: SLF001


def _open(policy: Policy) -> Iterator[tuple[str, tuple[RuleCode, str]]]:
    """The other outcomes of the rules that nothing documents."""
    for code, rule in policy.rules.items():
        if rule.evidence in OPEN:
            for outcome in rule.allowed:
                if outcome != rule.decided:
                    yield visible(f"{code} comes out as {outcome}"), (code, outcome)


def _title(text: str) -> Any:
    return ipywidgets.HTML(html.markup(["h3", {}, text]))


def _boxed(css: str, *children: Any) -> Any:
    box = ipywidgets.Box(children)
    box.add_class(css)
    return box


def _card(*children: Any) -> Any:
    box = ipywidgets.VBox(children)
    box.add_class("card")
    return box


def _mark(control: Any, *, edited: bool) -> None:
    if edited:
        control.add_class("edited")
    else:
        control.remove_class("edited")
