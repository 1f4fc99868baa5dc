"""What populations show, as plain records: the JSON of a command line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from idgraph.populations.calibrating import Calibration
from idgraph.populations.delays import Visibility
from idgraph.populations.requesting import looks
from idgraph.populations.suites import Experiment, Landing, Suite
from idgraph.populations.timing import Trial

Record = dict[str, Any]


def of_visibility(found: Visibility) -> Iterator[Record]:
    """Return the bins of a visibility curve, then the look-ups that missed, then the summary.

    `to_s` is None in the last bin; `lag` and `deviation` are None where nobody can tell.
    """
    for one in found.bins:
        low, high = one.missed.interval
        yield {
            "from_s": one.low_s,
            "to_s": one.high_s if math.isfinite(one.high_s) else None,
            "look_ups": one.missed.of,
            "missed": one.missed.count,
            "rate": _short(one.missed.rate),
            "low": _short(low),
            "high": _short(high),
            "fitted": _short(one.fitted),
        }
    for look_up, posterior in found.cases():
        yield {
            "call": look_up.call,
            "origin": found.replay.history.call(look_up.call).origin,
            "write": look_up.write,
            "key": look_up.key,
            "gap_s": round(look_up.gap_s, 6),
            "lag": _short(posterior.lag) if posterior else None,
            "deviation": _short(posterior.deviation) if posterior else None,
        }
    yield {"summary": _summary(found)}


def _summary(found: Visibility) -> Record:
    curve = found.curve
    fitted: Record = {}
    if curve is not None:
        fitted = {
            "floor": _short(curve.floor),
            "floor_low": _short(curve.low),
            "floor_high": _short(curve.high),
            "two_log_ratio": _short(curve.ratio),
            "half_life_s": _short(curve.half_life_s),
            "lags": [{"mean_s": mean, "share": _short(share)} for mean, share in curve.lags],
        }
    return {
        "policy": found.replay.policy.name,
        "look_ups": len(found),
        "missed": len(found.missed),
        "late": found.late,
        "can_tell": curve is not None,
        **fitted,
        "says": list(found.sentences()),
    }


def of_calibration(found: Calibration) -> Iterator[Record]:
    """Return the classes of readings, best first, then what is settled and what stays open."""
    for number, one in enumerate(found.classes, 1):
        low, high = one.explained.interval
        yield {
            "class": number,
            "readings": [dict(reading.flips) for reading in one.readings],
            "explained": one.explained.count,
            "persons": one.explained.of,
            "share": _short(one.explained.rate),
            "low": _short(low),
            "high": _short(high),
            "luck": _short(one.luck),
            "tied": one.tied,
        }
    summary = {
        "policy": found.readings.policy.name,
        "readings": len(found.readings),
        "left": [dict(reading.flips) for reading in found.tied],
        "settled": found.settled,
        "open": {code: list(outcomes) for code, outcomes in found.left_open.items()},
        "says": list(found.sentences()),
    }
    yield {"summary": summary}


def of_suite(found: Suite, *, requests: bool = False) -> Iterator[Record]:
    """Return the experiments, the trials on timing, then what they cannot tell apart.

    With `requests`, each comes with the requests to send and those that show what became of it.
    """
    for one in found:
        yield {
            "experiment": one.number,
            "calls": one.notation.splitlines()[1:],
            "predictions": [
                {
                    "landings": [_landing(landing) for landing in prediction.landings],
                    "readings": [dict(reading.flips) for reading in prediction.readings],
                }
                for prediction in one.predictions
            ],
            **(_requests(one) if requests else {}),
        }
    for trial in found.timed.trials if found.timed else ():
        yield {
            "trial": trial.gap_s,
            "calls": trial.notation.splitlines()[1:],
            "repeats": found.timed.repeats if found.timed else None,
            **(_requests(trial) if requests else {}),
        }
    summary = {
        "policy": found.readings.policy.name,
        "experiments": len(found),
        "calls": found.cost,
        "readings": len(found.readings),
        "alike": [[dict(one.flips) for one in group] for group in found.classes if len(group) > 1],
        "given_up": found.given_up,
        "says": list(found.sentences()),
    }
    yield {"summary": summary}


def _landing(one: Landing) -> Record:
    return {
        "call": one.call,
        "profile": one.profile,
        "created": one.created,
        "refused": one.refused,
        "became": one.became,
    }


def _requests(one: Experiment | Trial) -> Record:
    return {"requests": list(one.requests()), "looks": list(looks(one.history))}


def _short(value: float | None) -> float | None:
    """A number to four digits that count: the rest differs from one machine to the next."""
    return None if value is None else float(f"{value:.4g}")
