"""A comparison as a plain record: what the command line prints as JSON; it holds no value."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from idgraph.comparison.differing import Difference
from idgraph.comparison.flipping import Flips
from idgraph.comparison.results import Comparison, Told
from idgraph.comparison.wording import difference_words, sentences

Record = dict[str, Any]


def of_comparison(found: Comparison) -> Record:
    """Return a comparison for JSON: both sides, the rows, what differs, what matters and why.

    Rows, calls and differences are numbered from 1; `first_difference` and `first_divergence` are
    rows, null where there is none.
    """
    apart = found.first_divergence
    pair = found.pairs[apart - 1] if apart else None
    return {
        "good": _told(found.good),
        "bad": _told(found.bad),
        "first_difference": found.first_difference,
        "first_divergence": pair and {"row": pair.number, "good": pair.good, "bad": pair.bad},
        "differences": [_difference(found, one) for one in found.differences],
        "minimal": [one.number for one in found.minimal],
        "says": list(sentences(found)),
        "way": found.way,
        "verdict": found.verdict.verdict if found.verdict else None,
        "lag_s": found.verdict.lag_s if found.verdict else None,
        "by_luck": found.alone,
        **_flips(found.flips),
        "chain": [asdict(link) for link in found.chain],
        "rows": [
            {
                "row": row.number,
                "good": row.good,
                "bad": row.bad,
                "moved": row.moved,
                "matches": row.matches,
                "holds": row.holds,
                "differences": [one.number for one in row.differences],
            }
            for row in found.pairs
        ],
        "next_in_likeness": list(found.others),
        "limits": asdict(found.limits),
    }


def _told(told: Told) -> Record:
    return {
        "person": told.person,
        "policy": told.replay.policy.name,
        "calls": list(told.numbers),
        "profiles": told.profiles,
    }


def _flips(flips: Flips) -> Record:
    return {
        "forth": [sorted(one) for one in flips.forth],
        "back": [sorted(one) for one in flips.back],
        "turns": flips.turns,
        "mends": flips.mends,
        "exact": flips.exact,
        "spared": flips.spared,
        "immaterial": sorted(flips.idle),
        "immaterial_verified": flips.idle_verified,
        "trials": flips.trials,
    }


def _difference(found: Comparison, one: Difference) -> Record:
    return {
        "number": one.number,
        "kind": one.kind,
        "row": one.row + 1,
        "good": one.good,
        "bad": one.bad,
        "key": one.key,
        "field": one.field or None,
        "was": one.was or None,
        "now": one.now or None,
        "read": one.read,
        "needed_keys": list(found.needed.get(one.number, ())),
        "says": difference_words(found, one),
    }
