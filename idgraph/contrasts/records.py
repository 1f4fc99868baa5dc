"""A contrast as plain records: the JSON of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from idgraph.contrasts.features import Feature
from idgraph.contrasts.intervals import Estimate, Fourfold
from idgraph.contrasts.results import Conjunction, Contrast, Example, Given, Separator

Record = dict[str, Any]


def of_contrast(found: Contrast) -> Iterator[Record]:
    """Return the features, ranked, then the conjunctions, then what was compared and how.

    Names of persons and words out of payloads stand in it as in the contrast: veil that first.
    """
    yield from (_separator(found, one) for one in found.features)
    yield from (_conjunction(found, one) for one in found.conjunctions)
    summary = {
        "policy": found.bad.policy.name,
        "duplicated": found.bad_persons,
        "correct": found.good_persons,
        "left_out": found.left_out,
        "observed": found.observed,
        "divided": found.divided,
        "described": found.tried,
        "tested": found.tested,
        "limits": asdict(found.settings),
        "too_few": None if found.too_few is None else asdict(found.too_few),
        "says": list(found.sentences()),
    }
    yield {"summary": summary}


def _separator(found: Contrast, one: Separator) -> Record:
    return {
        **_feature(found, one.feature),
        "status": one.status,
        "reason": one.reason,
        "goes_with": one.leader or None,
        "p": _short(one.p),
        "mined": _counts(one.mined),
        "estimate": _counts(one.estimate),
        "alike": [_feature(found, other) for other in one.alike],
        "undone": None if one.effect is None else asdict(one.effect),
        "by_calls": _given(one.by_calls),
        "given": None if one.given is None else _given(one.given),
        "examples": _examples((*one.bad, *one.good)),
        "spared": _examples(one.spared),
    }


def _conjunction(found: Contrast, one: Conjunction) -> Record:
    return {
        "conjunction": [_feature(found, feature) for feature in one.features],
        "p": _short(one.p),
        "mined": _counts(one.mined),
        "estimate": _counts(one.estimate),
        "given": None if one.given is None else _given(one.given),
        "examples": _examples((*one.bad, *one.good)),
    }


def _feature(found: Contrast, one: Feature) -> Record:
    return {"feature": one.code, "says": found.words(one), "kind": one.kind}


def _counts(table: Fourfold) -> Record:
    return {
        "duplicated": [table.bad, table.bad_of],
        "correct": [table.good, table.good_of],
        "difference": _estimate(table.difference),
        "ratio": _estimate(table.ratio),
    }


def _given(one: Given) -> Record:
    return {"ratio": None if one.ratio is None else _estimate(one.ratio), "p": _short(one.p)}


def _estimate(one: Estimate) -> list[float | None]:
    return [_short(number) for number in (one.value, one.low, one.high)]


def _examples(every: Iterable[Example]) -> list[Record]:
    return [{"duplicated": one.bad, "person": one.person, "call": one.call} for one in every]


def _short(number: float) -> float | None:
    """A number to four digits that count; JSON has no infinity."""
    return None if number in (float("inf"), float("-inf")) else float(f"{number:.4g}")
