"""Calls, and what became of each, as records; one a call."""

from __future__ import annotations

from collections.abc import Iterator

from idgraph.calls import Call, CallNumber, History, Reading
from idgraph.clocks import SECOND, iso
from idgraph.coverage import Coverage, cover
from idgraph.minimising import Reproducer
from idgraph.observing import Observed
from idgraph.records.values import Record, value, values
from idgraph.replays import Replay
from idgraph.steps import Step


def calls(history: History, observed: Observed | None = None) -> Iterator[Record]:
    """Return the calls of a history, then the account of its rows.

    `observed` adds how each call was joined with an export, and the account of the joins.
    """
    ways = {join.call: join.way for join in observed.joins} if observed else {}
    for number, call in enumerate(history, 1):
        joined = {"observed_by": ways.get(number)} if observed else {}
        yield {**_call(number, call), **_sender(call), **joined}
    more: Record = {
        "ties": [list(group) for group in history.ties],
        "duplicates": [list(group) for group in history.duplicates],
    }
    if observed:
        more["observing"] = observed.summary()
    yield {"summary": {**summary(cover(history), history.reading), **more}}


def summary(found: Coverage, reading: Reading) -> Record:
    """Return the account of the rows, and what the calls cover."""
    return {
        "rows": found.rows,
        "calls": found.calls,
        "rows_with_calls": found.with_calls,
        "not_calls": sum(found.not_calls.values()),
        "rejected": sum(found.rejects.values()),
        "not_calls_by_reason": found.not_calls,
        "rejected_by_reason": found.rejects,
        "formats": list(reading.formats),
        "clocks": found.clocks,
        "channels": found.channels,
        "first": iso(found.first),
        "last": iso(found.last),
        "observed": found.observed,
        "named": found.named,
        "exchange_id_alone": found.handles,
        "notes": list(reading.notes),
        "unanswerable": list(found.unanswerable),
    }


def minimised(found: Reproducer) -> Iterator[Record]:
    """Return the calls that are left, each with the number that it had, then what stays of them."""
    for (number, call), was in zip(enumerate(found.history, 1), found.numbers, strict=True):
        yield {**_call(number, call), **_sender(call), "was": was}
    yield {
        "summary": {
            "calls": len(found),
            "person": found.person,
            "call": found.call,
            "cause": found.cause,
            "verdict": found.verdict,
            "gaps_s": [None if gap is None else gap / SECOND for gap in found.gaps],
            "minimal": found.minimal,
            "trials": found.trials,
        }
    }


def steps(replay: Replay) -> Iterator[Record]:
    """Return what each call came to."""
    return (_step(step) for step in replay)


def _call(number: CallNumber, call: Call) -> Record:
    return {
        "call": number,
        "origin": call.origin,
        "at": iso(call.at),
        "channel": call.channel,
        "endpoint": call.endpoint,
        "keys": values(call.keys),
    }


def _sender(call: Call) -> Record:
    return {
        "event": call.event,
        "event_id": call.event_id,
        "person": call.person,
        "observed_profile": call.observed,
        "clock": call.clock,
        "answer": call.answer,
        "created": call.created,
        "refused": call.refused,
        "owner": call.owner,
        "reads": call.reads,
        "clears": list(call.clears),
        "merges": call.merges,
        "context": {name: value(identifier) for name, identifier in call.context.items()},
    }


def _step(step: Step) -> Record:
    return {
        **_call(step.number, step.call),
        "matched_key": step.matched,
        "profile": step.profile,
        "created": step.created,
        "refused": step.refused,
        "rule": step.rule,
        "changed": [
            {"key": c.key, "from": value(c.before), "to": value(c.after), "rule": c.rule}
            for c in step.changed
        ],
        "kept": [{"key": k.identifier.key, "rule": k.rule, "holder": k.holder} for k in step.kept],
        "candidates": dict(step.candidates),
        "assumed": list(step.assumed),
        "merged": list(step.merged),
        "landed": step.landed,
    }
