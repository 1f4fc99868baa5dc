"""One history under investigation: as it was given, and as the screen shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from idgraph import policy as policies
from idgraph.calls import CallNumber, History
from idgraph.diagnosis import DiagnosedPerson, Diagnosis, diagnose
from idgraph.persons import PersonName, link
from idgraph.redaction import Redactor
from idgraph.replays import Replay
from idgraph.replays import replay as run
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode
from idgraph.surfaces.results.veils import Veil
from idgraph.surfaces.workbench.persons import Finder, PersonTable, rows_of
from idgraph.views.base.case import Case, Cases


class Investigation:
    """A history, and a replay of it in which nothing is left that the screen may not show.

    All that is drawn is made of `shown`, so no part of the screen has to know what is redacted;
    `replay` is of the calls as they were given, and made only where it is asked for.
    """

    def __init__(
        self,
        given: History | Replay,
        *,
        policy: str | Policy | None = None,
        redact: bool = True,
        told: Callable[[str], None] = lambda _words: None,
    ) -> None:
        """Redact, replay and diagnose; `told` hears what is going on."""
        self.history = given.history if isinstance(given, Replay) else given
        self.redacted = redact
        self._redactor: Redactor | None = None
        self._given = given if isinstance(given, Replay) and policy is None else None
        if self._given is not None:
            self.policy, why = self._given.policy, ""
        elif policy is None:
            name, why = policies.pick(self.history)
            self.policy = policies.load(name)
        else:
            self.policy, why = policies.load(policy) if isinstance(policy, str) else policy, ""
        self.why = why
        self.shown = self._shown(told)
        told("Looking for splits and their causes")
        self.diagnosis = diagnose(self.shown)
        self.cases = Cases(self.shown, self.diagnosis.people)
        self.table = PersonTable(rows_of(self.diagnosis))

    def _shown(self, told: Callable[[str], None]) -> Replay:
        if not self.redacted:
            told(f"Replaying {len(self.history)} calls")
            return self.replay
        told("Putting stand-ins in place of identifiers")
        self._redactor = Redactor(self.history)
        hidden = self._redactor.history(self.history)
        told(f"Replaying {len(self.history)} calls")
        return run(hidden, self.policy, assume=self.assumptions)

    @property
    def assumptions(self) -> Mapping[RuleCode, str]:
        """How rules that nothing documents were told to come out."""
        return self._given.assumptions if self._given is not None else {}

    @cached_property
    def replay(self) -> Replay:
        """The replay of the calls as they were given."""
        return self._given or run(self.history, self.policy)

    def veil(self) -> Veil:
        """Return what pairs the values of the history with what is shown of them."""
        if self._redactor is None:
            return Veil(self.replay, redact=False)
        return Veil(self.replay, known=(self._redactor, self.shown))

    @cached_property
    def names(self) -> tuple[PersonName, ...]:
        """The names that the history knows, in the order of `shown`'s."""
        return tuple(link(self.history))

    @cached_property
    def finder(self) -> Finder:
        """What finds a person by an identifier."""
        return Finder(self.diagnosis.people, self.history, self.shown.history)

    def case(self, name: PersonName) -> Case:
        """Return the case of a person by the name that is shown."""
        return self.cases.case(name)

    def name_at(self, place: int) -> PersonName:
        """Return the name that is shown of the person at a place, 1-based."""
        return tuple(self.diagnosis.people)[place - 1]

    def place(self, name: PersonName) -> int:
        """Return a person's place in the history, 1-based."""
        return self.table.rows[name].place

    def diagnosed(self, name: PersonName) -> DiagnosedPerson | None:
        """Return what is known of a person that split; None of another."""
        return self._diagnosed.get(name)

    @cached_property
    def _diagnosed(self) -> dict[PersonName, DiagnosedPerson]:
        return {person.name: person for person in self.diagnosis}

    def decisive(self, name: PersonName) -> CallNumber:
        """Return the call that first split a person, else the person's first."""
        return self.table.rows[name].call

    @cached_property
    def given_diagnosis(self) -> Diagnosis:
        """The diagnosis of the calls as they were given."""
        return diagnose(self.replay) if self.redacted else self.diagnosis
