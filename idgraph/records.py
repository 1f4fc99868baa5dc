"""Results as plain records: the JSON of the command line, one mapping a call, person or rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import msgspec

from idgraph import differences as unlike
from idgraph.advising import Effect, Repairs, advice_sentence
from idgraph.calls import Call, CallNumber, History, Identifier, Key, Reading
from idgraph.causes import Cause
from idgraph.clocks import SECOND, iso
from idgraph.coverage import Coverage, cover
from idgraph.diagnosis import DiagnosedPerson, DiagnosedSplit, Diagnosis
from idgraph.edits import edit_words
from idgraph.explain import join_sentences, why_not_sentence
from idgraph.inert import json_line
from idgraph.joining import Join
from idgraph.ladders import Rung, WhyNot
from idgraph.merging import COLUMNS, MergeList
from idgraph.minimising import Reproducer
from idgraph.observing import Observed
from idgraph.outlook import Behind, Outcomes, PersonOutcomes, outcome_sentences
from idgraph.repairs import Repair
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.rules import Rule
from idgraph.steps import Step
from idgraph.verdicts import NamedFault, Verdict, Verdicts

Record = dict[str, Any]


def line(record: Mapping[str, Any]) -> str:
    """Return a record as one line of JSON that no terminal acts on."""
    return json_line(msgspec.json.encode(record).decode())


def value(identifier: Identifier | None) -> object:
    """Return an identifier's value for JSON: a number keeps the digits of its writer."""
    if identifier is None:
        return None
    return msgspec.Raw(identifier.text.encode()) if identifier.number else identifier.text


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


def persons(diagnosis: Diagnosis) -> Iterator[Record]:
    """Return the persons that split, with causes, why and what to change; then the joins."""
    yield from (split_person(diagnosis.replay, person) for person in diagnosis)
    yield from ({"joined": _join(diagnosis.replay, join)} for join in diagnosis.joins)


def merges(found: MergeList, *, redact: bool = True) -> Iterator[Record]:
    """Return the pairs of a merge list, ready and blocked ones."""
    return ({name: getattr(pair, name) for name in COLUMNS} for pair in found.shown(redact=redact))


def repairs(found: Repairs) -> Iterator[Record]:
    """Return the repair of each person that split, then the advice by call site."""
    replay = found.diagnosis.replay
    for person in found.persons:
        mended = _repair(replay, person.repair, person.advice)
        none: Record = {"edits": [], "verified": False, "prevents": [], "says": person.advice}
        hold = found.holds.get(person.name)
        yield {"person": person.name, **(mended or none), "side_effects": [], "holds": hold}
    for one in found.advice:
        yield {
            "advice": {
                "channel": one.site.channel,
                "endpoint": one.site.endpoint,
                "event": one.site.event or None,
                "edit": one.kind,
                "key": one.key,
                "calls": list(one.calls),
                **_effect(one.effect),
                "verified": one.verified,
                "says": advice_sentence(replay, one),
            }
        }
    yield {"together": _effect(found.together)}


def _effect(effect: Effect) -> Record:
    splits = list(effect.harms)
    return {
        "cures": list(effect.cures),
        "side_effects": {"splits": splits, "joins": effect.joins},
    }


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


def _call(number: CallNumber, call: Call) -> Record:
    return {
        "call": number,
        "origin": call.origin,
        "at": iso(call.at),
        "channel": call.channel,
        "endpoint": call.endpoint,
        "keys": _values(call.keys),
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


def _values(keys: Mapping[Key, Identifier]) -> dict[Key, object]:
    return {key: value(identifier) for key, identifier in keys.items()}


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


def split_person(replay: Replay, person: DiagnosedPerson) -> Record:
    """Return a person that split, with its splits and the smallest change."""
    return {
        "person": person.name,
        "profiles": list(person.profiles),
        "calls": list(person.calls),
        "splits": [_split(replay, found) for found in person.splits],
        "repair": _repair(replay, person.repair, person.advice),
    }


def _join(replay: Replay, join: Join) -> Record:
    happened, advice = join_sentences(replay, join)
    return {
        "profile": join.profile,
        "call": join.call,
        "origin": replay.history.call(join.call).origin,
        "persons": list(join.persons),
        "key": join.key,
        "reason": join.reason,
        "confidence": join.confidence,
        "happened": happened,
        "advice": advice,
    }


def _split(replay: Replay, found: DiagnosedSplit) -> Record:
    split = found.split
    return {
        "call": split.call,
        "origin": replay.history.call(split.call).origin,
        "from": split.source,
        "to": split.target,
        "cause": found.cause,
        "confidence": found.confidence,
        "observed": split.observed,
        "happened": found.happened,
        "why": found.why,
        "fix": found.fix,
        "last_chance": split.chance,
        "rules": list(found.rules),
        "ladder": [_rung(rung) for rung in found.rungs],
    }


def _rung(rung: Rung) -> Record:
    return {
        "key": rung.key,
        "finding": rung.finding,
        "sent": value(rung.sent),
        "holds": value(rung.holds),
        "at": rung.at,
        "holder": rung.holder,
    }


def why_not(found: WhyNot) -> Record:
    """Return why a call did not go to a profile, key by key, and what was missing."""
    link = found.link
    missing = link and {
        "call": link.call,
        "key": link.identifier.key,
        "to": value(link.identifier),
        "replaces": link.replaces,
    }
    return {
        "call": found.call,
        "profile": found.profile,
        "found": found.found,
        "says": why_not_sentence(found),
        "ladder": [{**_rung(rung), "rules": list(rung.rules)} for rung in found.rungs],
        "missing": missing,
    }


def _repair(replay: Replay, repair: Repair | None, advice: str) -> Record | None:
    if repair is None:
        return None
    return {
        "says": advice,
        "verified": True,
        "prevents": list(repair.prevents),
        "edits": [
            {
                "call": edit.call,
                "also": list(edit.also),
                "edit": edit.kind,
                "key": edit.key,
                "to": value(edit.identifier),
                "after": edit.after,
                "before": edit.before,
                "says": edit_words(replay, edit),
            }
            for edit in repair.edits
        ],
    }


def verdicts(found: Verdicts) -> Iterator[Record]:
    """Return the verdict of each person."""
    limits = {
        "settle_s": found.limits.settle_s,
        "skew_s": found.limits.skew_s,
        "max_lag_s": found.limits.max_lag_s,
        "nodes": found.limits.nodes,
        "seconds": found.limits.seconds,
    }
    return ({**_verdict(one), "limits": limits} for one in found)


def _verdict(one: Verdict) -> Record:
    evidence = one.evidence
    return {
        "person": one.person,
        "verdict": one.verdict,
        "because": one.because,
        "calls": list(one.calls),
        "profiles": list(one.profiles),
        "landed": {str(number): name for number, name in one.landed.items()},
        "lag_s": one.lag_s,
        "swaps": one.swaps,
        "fewest_swaps": one.fewest,
        "order": list(one.order),
        "missed": [
            {"call": m.call, "unseen": m.unseen, "lag_s": m.lag_s, "keys": list(m.keys)}
            for m in one.missed
        ],
        "splits": [
            {
                "call": split.call,
                "verdict": split.verdict,
                "from": split.source,
                "to": split.target,
                "cause": split.cause,
            }
            for split in one.splits
        ],
        "faults": [[_fault(fault) for fault in each] for each in one.faults],
        "evidence": evidence
        and {
            "first_impossible": evidence.first_impossible,
            "contradiction": [{"call": o.call, "what": o.what} for o in evidence.contradiction],
        },
        "readings": [
            {"rule": r.rule, "outcome": r.outcome, "verdict": r.verdict} for r in one.readings
        ],
        "observed": one.observed,
        "strength_bits": one.strength_bits,
        "would_decide": list(one.would_decide),
        "given_up": one.given_up,
        "posterior": one.posterior
        and {"lag": one.posterior.lag, "deviation": one.posterior.deviation},
        "rules": list(one.rules),
        "proof": list(one.proof),
    }


def _fault(one: NamedFault) -> Record:
    keys = {identifier.key: value(identifier) for identifier in one.identifiers}
    return {"fault": one.fault, "call": one.call, "keys": keys or None, "again": one.again}


def outcomes(found: Outcomes) -> Iterator[Record]:
    """Return every way that the calls of each person could have gone."""
    return (_ways(one) for one in found)


def _ways(one: PersonOutcomes) -> Record:
    return {
        "person": one.person,
        "calls": list(one.calls),
        "orders": one.orders,
        "split_orders": one.split_orders,
        "granularity": one.granularity,
        "partitions": [
            {
                "profiles": [list(calls) for calls in part.profiles],
                "orders": part.orders,
                "witness": list(part.witness),
            }
            for part in one.partitions
        ],
        "inevitability": [float(share) for _, share in one.inevitability],
        "after": [call for call, _ in one.inevitability],
        "probability": one.probability and asdict(one.probability),
        "in_flight": _behind(one.in_flight),
        "lag": _behind(one.lag),
        "says": list(outcome_sentences(one)),
    }


def _behind(one: Behind) -> Record:
    return {
        "lag_s": one.lag_s,
        "granularity": one.granularity,
        "partitions": [
            {
                "profiles": [list(calls) for calls in part.profiles],
                "witness": list(part.witness),
                "missed": [list(pair) for pair in part.missed],
            }
            for part in one.partitions
        ],
    }
