"""The vocabulary of policies: what a rule may say, and when two spellings are one identifier.

The vocabulary is closed: a word that is not in it makes a policy unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from idgraph.calls import Identifier, Key

RuleCode = str
Evidence = Literal["documented", "source", "reported", "inferred", "unknown"]
OPEN: frozenset[Evidence] = frozenset({"inferred", "unknown"})
"""Evidence on which nothing should rest silently."""

Case = Literal["absent", "different", "taken", "alone", "alone-different", "cleared"]
CASES: tuple[Case, ...] = ("absent", "different", "taken", "alone", "alone-different", "cleared")
"""What a write can meet: the profile lacks the key; holds another value; another profile holds the
identifier; holds it and nothing else (and this one lacks the key, or holds another value); the call
empties the key."""
NEEDED: tuple[Case, ...] = ("absent", "different", "taken")
"""The cases of which every policy must speak; `alone` falls back on `taken`."""
WriteOutcome = Literal["set", "keep", "refuse", "merge", "pass"]
MatchOutcome = Literal["find", "skip", "refuse"]
MissCase = Literal["nobody", "no-key", "refused", "asked"]
MissOutcome = Literal["create", "adopt", "ignore", "refuse", "read"]
_MISSED: dict[MissCase, tuple[MissOutcome, ...]] = {
    "nobody": ("create", "adopt", "ignore", "refuse"),
    "no-key": ("ignore",),
    "refused": ("refuse",),
    "asked": ("read",),
}
SendOutcome = Literal["send", "drop", "rename"]
SpellingOutcome = Literal["same", "different"]
TimingOutcome = Literal["seen", "unseen"]
Fold = Literal["case", "blanks", "type", "symbols"]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a rule comes from: a title that can be looked up, and the date of what was read."""

    code: str
    title: str
    date: str


class CallClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class of calls that are treated alike: patterns of their endpoints, and channels.

    A call without an endpoint is of the first class that names its channel, else of the first.
    """

    code: str
    says: str
    endpoints: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


class KeyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key that the policy knows, the label that people of its era read, and how many it holds.

    With `many`, a value that was replaced still finds its profile, up to `limit` of them (0: any
    number): then the one that was used longest ago is given up. A `handle` leads to a profile but
    does not identify it: a profile that holds handles besides counts as identified by one key.
    """

    key: Key
    label: str
    holds: Literal["one", "many"]
    limit: int = 0
    handle: bool = False


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a policy: a code, one sentence, its source and the mark of its evidence.

    `outcome` is what happens; where it is `unknown`, `default` says what a replay goes by. A rule
    that names `classes` holds for calls of these alone, and there instead of one that names none.
    """

    code: RuleCode
    says: str
    source: str
    evidence: Evidence
    detail: str = ""
    classes: tuple[str, ...] = ()

    @property
    def allowed(self) -> tuple[str, ...]:
        """The outcomes that this rule could have; empty where nothing can be assumed."""
        return ()

    @property
    def decided(self) -> str:
        """The outcome that a replay goes by."""
        outcome: str = getattr(self, "outcome", "")
        default: str = getattr(self, "default", "")
        return default if outcome == "unknown" else outcome

    @property
    def kind(self) -> str:
        """The table of the policy that the rule stands in."""
        return type(self).__name__.lower()


class Match(Rule, frozen=True):
    """A call that carries a held identifier of this key goes to the holder.

    With `skip` it does not; with `refuse` it is refused, as a request that only creates.
    """

    key: Key
    outcome: MatchOutcome | Literal["unknown"] = "find"
    default: MatchOutcome | Literal[""] = ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """A key finds, is passed over, or makes the platform refuse."""
        return ("find", "skip", "refuse")


class Miss(Rule, frozen=True):
    """What becomes of a call that finds nobody, carries no key, was refused, or only asked.

    Rows of case `nobody` are asked in order: the first of which the call carries one of `keys`
    (empty: any) applies. `adopt` makes a node for a profile that was there before the history.
    """

    case: MissCase
    outcome: MissOutcome | Literal["unknown"]
    default: MissOutcome | Literal[""] = ""
    keys: tuple[Key, ...] = ()

    @property
    def allowed(self) -> tuple[str, ...]:
        """The outcomes that make sense in the case."""
        return _MISSED[self.case]


class Write(Rule, frozen=True):
    """What a call does to one key of the profile it was matched to.

    `merge` merges the profile that holds the identifier into it; `pass` says that a profile with
    another value is not the one: the look-up goes on with the next key.
    """

    key: Key
    case: Case
    outcome: WriteOutcome | Literal["unknown"]
    default: WriteOutcome | Literal[""] = ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """The outcomes that make sense in the case."""
        if self.case == "cleared":
            return ("set", "keep")
        more = {"absent": (), "different": ("pass",)}.get(self.case, ("merge",))
        return ("set", "keep", "refuse", *more)


class Send(Rule, frozen=True):
    """What a sender in between does to one key before the platform sees the call.

    `rename` sends it as key `to`, where the call carries none of that key.
    """

    key: Key
    outcome: SendOutcome | Literal["unknown"]
    to: Key = ""
    default: SendOutcome | Literal[""] = ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """A key is sent, left out, or sent as another one."""
        return ("send", "drop", "rename") if self.to else ("send", "drop")


class Spelling(Rule, frozen=True):
    """Whether two spellings of a value are one identifier."""

    key: Key
    fold: Fold
    outcome: SpellingOutcome | Literal["unknown"]
    default: SpellingOutcome | Literal[""] = ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """Two spellings are the same identifier or different ones."""
        return ("same", "different")


class Timing(Rule, frozen=True):
    """Whether calls see each other's writes, and how long a queued write takes to settle."""

    case: Literal["same-instant", "settle"]
    outcome: TimingOutcome | Literal["unknown"]
    default: TimingOutcome | Literal[""] = ""
    settle_s: float = 0.0

    @property
    def allowed(self) -> tuple[str, ...]:
        """Calls at once see each other or not; a settling time has no other outcome."""
        return ("seen", "unseen") if self.case == "same-instant" else ()


class Expectation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an example must come to; only what is given is checked."""

    matched_key: Key | None = None
    created: bool = False
    refused: bool = False
    profiles: int
    merged: tuple[str, ...] = ()
    holds: str = ""
    assumed: tuple[RuleCode, ...] = ()


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A history in the notation and what its last call must come to."""

    code: str
    given: tuple[str, ...] = ()
    call: str
    assume: dict[RuleCode, str] = {}
    expect: Expectation

    @property
    def text(self) -> str:
        """The whole example in the notation."""
        return "\n".join((f"# {self.code}", *self.given, self.call))


def _symbols(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return f"+{digits}" if digits else text


_FOLDS: dict[Fold, Callable[[str], str]] = {
    "case": str.casefold,
    "blanks": str.strip,
    "type": str,
    "symbols": _symbols,
}


def folded(identifier: Identifier, folds: tuple[Fold, ...]) -> Identifier:
    """Return an identifier with the named differences of spelling taken out."""
    if not folds:
        return identifier
    text = identifier.text
    for fold in folds:
        text = _FOLDS[fold](text)
    return Identifier(identifier.key, text, identifier.number and "type" not in folds)
