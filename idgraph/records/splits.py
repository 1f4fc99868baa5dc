"""Who split, why and what mends it, as records; one a person, a pair or a call site."""

from __future__ import annotations

from collections.abc import Iterator

from idgraph.advising import Effect, Repairs, advice_sentence
from idgraph.diagnosis import DiagnosedPerson, DiagnosedSplit, Diagnosis
from idgraph.edits import edit_words
from idgraph.explain import join_sentences, why_not_sentence
from idgraph.joining import Join
from idgraph.ladders import Rung, WhyNot
from idgraph.merging import COLUMNS, MergeList
from idgraph.records.values import Record, value
from idgraph.repairs import Repair
from idgraph.replays import Replay


def persons(diagnosis: Diagnosis) -> Iterator[Record]:
    """Return the persons that split, with causes, why and what to change; then the joins."""
    yield from (split_person(diagnosis.replay, person) for person in diagnosis)
    yield from ({"joined": _join(diagnosis.replay, join)} for join in diagnosis.joins)


def split_person(replay: Replay, person: DiagnosedPerson) -> Record:
    """Return a person that split, with its splits and the smallest change."""
    return {
        "person": person.name,
        "profiles": list(person.profiles),
        "calls": list(person.calls),
        "splits": [_split(replay, found) for found in person.splits],
        "repair": _repair(replay, person.repair, person.advice),
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
