"""The experiment that tells what is late: the queue, the index, or the rules themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from idgraph.calls import History
from idgraph.notation import parse
from idgraph.populations.alphabet import SENDERS, Place, Sender, Sent, Values, usable
from idgraph.populations.requesting import probe, ready
from idgraph.replays import replay
from idgraph.rulebook import Policy

GAPS_S = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""How long after the update the new email is sent alone."""
REPEATS = 20
"""Times that each gap is worth: no miss in so many still leaves room for 16 % (Wilson, 95 %)."""
_SETTLED_S = 60
_UPDATES: tuple[Sender, ...] = (*SENDERS, ("server", "person"))

_THOUGH = "the last call makes a profile although the probe shows the new email"
EXPLANATIONS: tuple[tuple[str, str], ...] = (
    ("nothing is late", "the last call lands on the profile of the id at every gap"),
    (
        "a queue is late",
        "the last call makes a profile only where the probe before it does not show the new email",
    ),
    ("the index is late", f"{_THOUGH}, and ever more rarely the longer the gap"),
    (
        "the update is not applied",
        "the probe never shows the new email, and the last call makes a profile at every gap",
    ),
    ("the platform deviates", f"{_THOUGH}, about as often after 30 s as after 0.1 s"),
)
"""What may be the matter, and what is then seen."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One gap of the experiment: the calls, the last of which comes `gap_s` after the update."""

    gap_s: float
    notation: str
    history: History

    def requests(self) -> tuple[dict[str, Any], ...]:
        """Return the requests, with the probe between the update and the last call.

        The last one's `wait_s` counts from the answer to the update; the probe goes out just before
        it. Empty where no request is known.
        """
        sent, look = ready(self.history), probe(self.history)
        if not sent or look is None:
            return ()
        *before, last = sent
        between = {"call": None, **look, "wait_s": 0.0}
        return (*before, between, {**last, "wait_s": self.gap_s})


@dataclass(frozen=True, slots=True)
class Timed:
    """The trials, shortest gap first, each worth repeating with fresh addresses."""

    trials: tuple[Trial, ...]
    repeats: int = REPEATS

    @property
    def explanations(self) -> tuple[tuple[str, str], ...]:
        """What may be the matter, and what is then seen."""
        return EXPLANATIONS


def timing(policy: Policy, run: int, first: int) -> Timed | None:
    """Return the experiment on timing, its test addresses numbered from `first` on.

    An email of a known id is replaced, in the first way in which the policy applies that, else it
    is the first email of the id; then it is sent alone. None where no call can update an email so
    that the rules find its profile by it.
    """
    story = next(_stories(policy), None)
    if story is None:
        return None
    trials = (_trial(story, gap, Values(run, first + n)) for n, gap in enumerate(GAPS_S))
    return Timed(tuple(trials))


def _trial(story: tuple[Sent, ...], gap_s: float, values: Values) -> Trial:
    first, update, last = map(values.line, story)
    lines = (
        f"# the new email {gap_s:g} s after the update",
        first,
        f"+{_SETTLED_S}s {update}",
        f"+{gap_s:g}s {last}",
    )
    text = "".join(f"{line}\n" for line in lines)
    return Trial(gap_s, text, parse(text))


def _stories(policy: Policy) -> Iterator[tuple[Sent, ...]]:
    """Go through the ways to give an id an email by which the rules then find its profile."""
    known = usable(policy, _UPDATES)
    starts = [one for one in known if one[0] == "server" and one[1] != "person"]
    ends = [one for one in known if one[0] != "server"] or starts
    both = (Place("external_id"), Place("email"))
    other = (Place("external_id"), Place("email", 2))
    for given, changed, sent in (
        (both, other, Place("email", 2)),
        ((Place("external_id"),), both, Place("email")),
    ):
        for update in known:
            if starts and ends:
                story = (
                    Sent(*starts[0], given),
                    Sent(*update, changed),
                    Sent(*ends[0], (sent,)),
                )
                if _finds(policy, story):
                    yield story


def _finds(policy: Policy, story: tuple[Sent, ...]) -> bool:
    values = Values(1, 1)
    steps = replay(parse("\n".join(map(values.line, story))), policy).steps
    return steps[2].matched == "email" and steps[2].profile == steps[0].profile
