"""What two policies would do differently: in typical situations, and with a history's calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from idgraph.calls import CHANNELS, CallNumber, History, Key
from idgraph.notation import parse
from idgraph.registry import Several, Shown
from idgraph.replays import replay
from idgraph.rulebook import Policy
from idgraph.steps import ProfileName, Step

_A, _B = "email=a@example.com", "email=b@example.com"
_PHONE = "phone_number=+15005550006"
_UPDATED = f"external_id=b1 {_A}\nexternal_id=b1 {_B}"
SITUATIONS: tuple[tuple[str, str, str], ...] = (
    ("an id-only call, then an email-only one", "external_id=b1", _A),
    ("the first email of an id", "external_id=b1", f"external_id=b1 {_A}"),
    ("the first id of an email", _A, f"external_id=b1 {_A}"),
    ("another email of an id", f"external_id=b1 {_A}", f"external_id=b1 {_B}"),
    ("another id of an email", f"external_id=b1 {_A}", f"external_id=b2 {_A}"),
    ("the new email after an update", _UPDATED, _B),
    ("the old email after an update", _UPDATED, _A),
    (
        "an email that another profile holds, and nothing else",
        f"external_id=b1\n{_A}",
        f"external_id=b1 {_A}",
    ),
    (
        "an email that another profile holds, with an id",
        f"external_id=b1\nexternal_id=b2 {_A}",
        f"external_id=b1 {_A}",
    ),
    (
        "a phone number that another profile holds, and nothing else",
        f"{_A}\n{_PHONE}",
        f"{_A} {_PHONE}",
    ),
    (
        "the email of a profile that was merged",
        f"external_id=b1 {_B}\n{_A}\nexternal_id=b1 {_A}",
        _A,
    ),
    ("the email of an anonymous device", "anonymous_id=d1", f"anonymous_id=d1 {_A}"),
    ("the device of somebody else", f"{_A} anonymous_id=d1", f"{_B} anonymous_id=d1"),
    ("the token of a browser alone", f"{_A} _kx=t1", "_kx=t1"),
    ("an email as null", f"external_id=b1 {_A}", "external_id=b1 clears=email"),
    ("an email in other letter case", _A, "email=A@Example.com"),
    ("an email with a blank", _A, "email=' a@example.com'"),
    ("an id as a number", "external_id=42", "external_id:=42"),
    ("an id in other letter case", "external_id=b1", "external_id=B1"),
    ("a phone number with blanks", _PHONE, "phone_number='+1 500 555 0006'"),
    ("two first calls of one instant", f"external_id=b1 {_A}", f"& {_A}"),
)
"""A title, the calls before, and the call that is looked at; the keys of nobody."""


@dataclass(frozen=True, slots=True, repr=False)
class Outcome:
    """What a call came to: where it went, by which key and rule, and what the profile then held.

    `profile` is None where it went nowhere.
    """

    profile: ProfileName | None
    matched: Key | None
    created: bool
    refused: bool
    merged: tuple[ProfileName, ...]
    holds: tuple[str, ...]
    rules: tuple[str, ...]

    def __repr__(self) -> str:
        """Say where the call went, without a value."""
        return f"<Outcome {self.place}>"

    @property
    def words(self) -> str:
        """The outcome in a few words."""
        if self.refused:
            return "refused"
        if self.profile is None:
            return "filed nowhere"
        merging = " and merges the other" if self.merged else ""
        return f"{self._found}{merging}; it then holds {' '.join(self.holds) or 'nothing'}"

    @property
    def place(self) -> str:
        """Where the call went, without a value."""
        if self.refused or self.profile is None:
            return "refused" if self.refused else "nowhere"
        merging = f", merges {' '.join(self.merged)}" if self.merged else ""
        return f"{self.profile}, {self._found}{merging}"

    @property
    def _found(self) -> str:
        return "a new profile" if self.created else f"found by {self.matched}"


@dataclass(frozen=True, slots=True, repr=False)
class Difference(Shown):
    """A situation that comes out differently, the senders with which it does, and both outcomes.

    `senders` are channels, or endpoints of which both policies speak.
    """

    situation: str
    senders: tuple[str, ...]
    one: Outcome
    other: Outcome

    def __repr__(self) -> str:
        """Say which situation it is."""
        return f"<Difference: {self.situation}>"


@dataclass(frozen=True, slots=True, repr=False)
class ChangedCall(Shown):
    """A call of a history that comes out differently."""

    call: CallNumber
    one: Outcome
    other: Outcome

    def __repr__(self) -> str:
        """Say where the call goes under both, without a value."""
        return f"<ChangedCall {self.call}: {self.one.place}; or {self.other.place}>"


def compare_policies(one: Policy, other: Policy) -> Several[Difference]:
    """Return the typical situations in which two policies do not do the same, in a fixed order.

    Each is replayed for each channel, and for each endpoint of which both speak; senders with which
    both outcomes are the same share a row. Compared is what becomes of the call, not by which rule.

    >>> import idgraph as ig
    >>> one, other = ig.load("klaviyo-classic"), ig.load("klaviyo-classic-late")
    >>> ig.compare_policies(one, other)[0]
    <Difference: another email of an id>
    """
    found: dict[tuple[str, str, str], list[tuple[str, Outcome, Outcome]]] = {}
    for title, given, call in SITUATIONS:
        for sender in (*CHANNELS, *_shared(one, other)):
            word = sender if sender in CHANNELS else f"endpoint={sender}"
            calls = parse("\n".join(f"{word} {line}" for line in (*given.splitlines(), call)))
            first, second = _last(calls, one), _last(calls, other)
            if first.words != second.words:
                rows = found.setdefault((title, first.words, second.words), [])
                rows.append((sender, first, second))
    return Several(
        Difference(title, tuple(sender for sender, _, _ in rows), rows[0][1], rows[0][2])
        for (title, _, _), rows in found.items()
    )


def changed_calls(history: History, one: Policy, other: Policy) -> Several[ChangedCall]:
    """Return the calls of a history that come out differently under two policies, in order.

    >>> import idgraph as ig
    >>> one, other = ig.load("klaviyo-classic"), ig.load("klaviyo-classic-late")
    >>> ig.changed_calls(ig.demo("shop"), one, other)[1]
    <ChangedCall 11: P1, found by email; or P6, a new profile>
    """
    pairs = zip(replay(history, one), replay(history, other), strict=True)
    found = ((a.number, _outcome(a), _outcome(b)) for a, b in pairs)
    return Several(
        ChangedCall(number, first, second)
        for number, first, second in found
        if _told(first) != _told(second)
    )


def _told(outcome: Outcome) -> tuple[object, ...]:
    return (outcome.profile, outcome.refused, outcome.merged, outcome.holds)


def _shared(one: Policy, other: Policy) -> Iterator[str]:
    """The endpoints that both policies name, in the order of the first."""
    theirs = {pattern for kind in other.kinds for pattern in kind.endpoints}
    for kind in one.kinds:
        yield from (name for name in kind.endpoints if name in theirs and not set("*{") & set(name))


def _last(calls: History, policy: Policy) -> Outcome:
    return _outcome(replay(calls, policy).steps[-1])


def _outcome(step: Step) -> Outcome:
    held = step.after.values()
    return Outcome(
        profile=step.profile,
        matched=step.matched,
        created=step.created,
        refused=step.refused,
        merged=step.merged,
        holds=tuple(sorted(f"{i.key}={i.text}" for i in held if i.key != "profile_id")),
        rules=(step.rule, *(c.rule for c in step.changed), *(k.rule for k in step.kept)),
    )
