"""Rules, causes, and where policies differ, as records; one a row of a catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from idgraph import differences as unlike
from idgraph.calls import History
from idgraph.causes import Cause
from idgraph.records.values import Record
from idgraph.rulebook import Policy
from idgraph.rules import Rule


def rules(policy: Policy) -> Iterator[Record]:
    """Return the rules of a policy, in its order."""
    return (rule(policy, row) for row in policy.rules.values())


def rule(policy: Policy, row: Rule) -> Record:
    """Return one rule, with its source."""
    source = policy.sources[row.source]
    return {
        "policy": policy.name,
        "rule": row.code,
        "kind": row.kind,
        "key": getattr(row, "key", None),
        "case": getattr(row, "case", getattr(row, "fold", None)),
        "classes": list(row.classes),
        "outcome": getattr(row, "outcome", None),
        "default": getattr(row, "default", None) or None,
        "says": row.says,
        "evidence": row.evidence,
        "source": source.title,
        "source_date": source.date,
        "detail": row.detail or None,
    }


def differences(one: Policy, other: Policy) -> Iterator[Record]:
    """Return the typical situations in which two policies do not do the same."""
    for found in unlike.compare_policies(one, other):
        yield {
            "situation": found.situation,
            "senders": list(found.senders),
            one.name: _outcome(found.one),
            other.name: _outcome(found.other),
        }


def changed_calls(history: History, one: Policy, other: Policy) -> Iterator[Record]:
    """Return the calls of a history that come out differently under two policies."""
    for found in unlike.changed_calls(history, one, other):
        origin = history.call(found.call).origin
        sides = {one.name: _outcome(found.one), other.name: _outcome(found.other)}
        yield {"call": found.call, "origin": origin, **sides}


def _outcome(outcome: unlike.Outcome) -> Record:
    return {
        "profile": outcome.profile,
        "matched_key": outcome.matched,
        "created": outcome.created,
        "refused": outcome.refused,
        "merged": list(outcome.merged),
        "rules": list(outcome.rules),
    }


def cause(entry: Cause) -> Record:
    """Return one cause of the catalogue."""
    return {
        "cause": entry.code,
        "title": entry.title,
        "says": entry.wordings["plain"].says,
        "advice": entry.advice,
        "source": entry.source,
    }
