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

Case = Literal["absent", "different", "taken"]
CASES: tuple[Case, ...] = ("absent", "different", "taken")
WriteOutcome = Literal["set", "keep", "refuse"]
SpellingOutcome = Literal["same", "different"]
TimingOutcome = Literal["seen", "unseen"]
Fold = Literal["case", "blanks", "type", "symbols"]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a rule comes from: a title that can be looked up, and the date of what was read."""

    code: str
    title: str
    date: str


class KeyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key that the policy knows, the label that people of its era read, and how many it holds.

    With `many`, a value that was replaced still finds its profile.
    """

    key: Key
    label: str
    holds: Literal["one", "many"]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a policy: a code, one sentence, its source and the mark of its evidence.

    `outcome` is what happens; where it is `unknown`, `default` says what a replay goes by.
    """

    code: RuleCode
    says: str
    source: str
    evidence: Evidence
    detail: str = ""

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
    """A call that carries a held identifier of this key goes to the holder."""

    key: Key


class Miss(Rule, frozen=True):
    """What becomes of a call that finds nobody, that the platform refused, or that only asked."""

    outcome: Literal["create", "ignore", "refuse", "read"]


class Write(Rule, frozen=True):
    """What a call does to one key of the profile it was matched to."""

    key: Key
    case: Case
    outcome: WriteOutcome | Literal["unknown"]
    default: WriteOutcome | Literal[""] = ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """A write is set, kept out or refused."""
        return ("set", "keep", "refuse")


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
    text = identifier.text
    for fold in folds:
        text = _FOLDS[fold](text)
    return Identifier(identifier.key, text, identifier.number and "type" not in folds)
