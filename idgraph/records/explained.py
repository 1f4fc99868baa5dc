"""What can explain it, and every way it could have gone, as records; one a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from idgraph.outlook import Behind, Outcomes, PersonOutcomes, outcome_sentences
from idgraph.records.values import Record, value
from idgraph.verdicts import NamedFault, Verdict, Verdicts


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
