"""What a reproducer is: few calls, which ones they were, and the forms to hand them on in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from idgraph.calls import CallNumber, History
from idgraph.clocks import Instant
from idgraph.diagnosis import DiagnosedPerson, DiagnosedSplit, Diagnosis, diagnose
from idgraph.errors import UsageError
from idgraph.filing import whole
from idgraph.minimising import curls, testing, wording, writing
from idgraph.minimising.pacing import gap_before
from idgraph.minimising.shrinking import State, Trials
from idgraph.persons import PersonName, link
from idgraph.redaction import Redactor
from idgraph.redaction.terms import terms_of
from idgraph.registry import Shown
from idgraph.replays import Replay, replay
from idgraph.verdicts import Rung

Form = Literal["log", "pytest", "curl", "ticket"]
FORMS: dict[Form, str] = {
    "log": "calls.jsonl",
    "pytest": "test_split.py",
    "curl": "calls.sh",
    "ticket": "ticket.md",
}
"""The forms of a reproducer, and the files that they are written to."""


@dataclass(frozen=True, repr=False)
class Reproducer(Shown):
    """The few calls of a history that still split a person, with the same cause and verdict.

    `history` is in the real values, with the calls as their requests say them: times moved so that
    a gap of one minute is one that does not matter. `numbers` are the numbers that the calls had,
    `call` is the one that splits, now, `person` who. `verdict` is None where nothing of the person
    was observed; where it is `undecided` only the cause was kept. `minimal` is `1-minimal` where
    leaving out any one call was tried and loses the split, None where the search was given up.
    `trials` is how many sets of calls were replayed.

    >>> import idgraph as ig
    >>> replay = ig.replay(ig.demo("email-change-broke"))
    >>> ig.minimise(replay)
    <Reproducer klaviyo-classic: 2 calls, call 2 new-email-not-yet-visible, verdict lag, 1-minimal>
    """

    history: History
    replay: Replay
    numbers: tuple[CallNumber, ...]
    person: PersonName
    call: CallNumber
    cause: str
    verdict: Rung | None
    trials: int
    minimal: Literal["1-minimal"] | None

    def __len__(self) -> int:
        """Return the number of calls that are left."""
        return len(self.history)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """The diagnosis of the calls."""
        return diagnose(self.replay)

    @property
    def diagnosed(self) -> DiagnosedPerson:
        """The person who splits."""
        return next(one for one in self.diagnosis if one.name == self.person)

    @property
    def split(self) -> DiagnosedSplit:
        """The split that is reproduced."""
        return next(one for one in self.diagnosed.splits if one.split.call == self.call)

    @property
    def gaps(self) -> tuple[Instant | None, ...]:
        """The microseconds before each call, None before the first and where a clock is missing."""
        pairs = tuple(enumerate(self.history, 1))
        return (None, *(gap_before(pairs, place) for place in range(1, len(pairs))))

    @cached_property
    def redacted(self) -> Reproducer:
        """The same with stand-ins for all values, its times moved by whole weeks.

        Its `cause` is that of the stand-ins: of an address of a letter or two they do not tell that
        it is mistyped. `UsageError` where they lose the split.
        """
        terms = terms_of([self.history])
        history = Redactor(self.history, terms=terms).history(self.history)
        told = replay(history, self.replay.policy, assume=self.replay.assumptions)
        person = link(history).of(self.call)
        fresh = replace(self, history=history, replay=told, person=person or "")
        splits = [one for who in fresh.diagnosis for one in who.splits]
        cause = next((one.cause for one in splits if one.split.call == self.call), None)
        if cause is None:
            remedy = "Show them: `redact=False`, `--show-identifiers`."
            raise UsageError("stand-ins would lose the split", where="minimise", remedy=remedy)
        return replace(fresh, cause=cause)

    def shown(self, *, redact: bool = True) -> Reproducer:
        """Return what may be shown of it."""
        return self.redacted if redact else self

    def log(self, *, redact: bool = True) -> str:
        """Return the calls as JSON Lines that `read` reads back: an exchange log.

        A call table where a call has no request that idgraph can write (an endpoint of another
        platform, a refusal that the classic API does not tell).
        """
        return writing.log(self.shown(redact=redact).history)

    def pytest(self, *, redact: bool = True) -> str:
        """Return a test that holds the calls and claims the split, its cause and its repair."""
        return testing.text(self.shown(redact=redact))

    def curl(self, *, redact: bool = True) -> str:
        """Return a script for `sh` that sends the calls to a host, which is still to be filled in.

        `UsageError` where a call has no request that idgraph can write.
        """
        return curls.text(self.shown(redact=redact))

    def ticket(self, *, redact: bool = True) -> str:
        """Return text for a ticket: what happens, the calls, what was expected by which rule."""
        return wording.ticket(self.shown(redact=redact))

    def text(self, form: Form, *, redact: bool = True) -> str:
        """Return one of the `FORMS`."""
        made: str = getattr(self, form)(redact=redact)
        return made

    def write(
        self, folder: str | Path, *, redact: bool = True, force: bool = False
    ) -> tuple[Path, ...]:
        """Write all forms into a folder, and return their paths; it is made where there is none.

        A script for curl is left out where there is none. `UsageError` where a file is there
        already, unless `force`.
        """
        able = [form for form in FORMS if form != "curl" or self.sendable]
        paths = [Path(folder) / FORMS[form] for form in able]
        _check(paths, force=force)
        texts = [self.text(form, redact=redact) for form in able]
        Path(folder).mkdir(parents=True, exist_ok=True)
        for text, path in zip(texts, paths, strict=True):
            with whole(path) as part:
                part.write_text(text, "utf-8", newline="\n")
        return tuple(paths)

    @property
    def sendable(self) -> bool:
        """Whether every call has a request that idgraph can write."""
        return all(curls.sendable(call) for call in self.history)

    def __repr__(self) -> str:
        """Say what is left and what stays, without a value."""
        judged = f", verdict {self.verdict}" if self.verdict else ""
        split = f"call {self.call} {self.cause}{judged}"
        minimal = f", {self.minimal}" if self.minimal else ""
        name = self.replay.policy.name
        return f"<Reproducer {name}: {len(self)} calls, {split}{minimal}>"


def reproducer(told: Replay, state: State, trials: Trials, *, minimal: bool) -> Reproducer:
    """Return the result of a search that ended with these calls of a replay."""
    history = trials.history(state)
    number = next(n for n, (old, _) in enumerate(state, 1) if old == trials.call)
    return Reproducer(
        history=history,
        replay=replay(history, told.policy, assume=told.assumptions),
        numbers=tuple(old for old, _ in state),
        person=link(history).of(number) or "",
        call=number,
        cause=trials.target.cause,
        verdict=trials.target.verdict,
        trials=trials.count,
        minimal="1-minimal" if minimal else None,
    )


def _check(paths: Iterable[Path], *, force: bool) -> None:
    there = [path.name for path in paths if path.exists()]
    if there and not force:
        raise UsageError(
            f"files are there already: {', '.join(there)}",
            where="minimise",
            remedy="Give another folder, or write over them (--force; force=True).",
        )
