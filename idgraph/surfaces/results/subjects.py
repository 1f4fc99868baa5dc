"""What is shown: the replay behind a result, redacted unless told otherwise."""

from __future__ import annotations

from idgraph.calls import History
from idgraph.diagnosis import Diagnosis
from idgraph.redaction import Redactor
from idgraph.redaction.terms import Terms
from idgraph.replays import Replay, replay

Result = History | Replay | Diagnosis


def shown(result: Result, *, redact: bool = True, terms: Terms | None = None) -> Replay:
    """Return the replay behind a result; a history is replayed under the default policy.

    A redacted replay is a replay of the redacted history, so that nothing drawn from it can hold a
    value: no view has to know. On `terms` of its own it may be under a key, and its times moved.
    """
    if isinstance(result, Diagnosis):
        base = result.replay
    else:
        base = replay(result) if isinstance(result, History) else result
    if not redact:
        return base
    history = Redactor(base.history, terms=terms).history(base.history)
    return replay(history, base.policy, assume=base.assumptions)
