"""Verdicts: what can explain the profiles that the platform really has of a person.

The payloads, the order in which overlapping calls took effect, two calls at once, a look-up that
was behind, a call that is missing, or nothing in the documented rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from idgraph import policy as policies
from idgraph.calls import History
from idgraph.exports.base import Exported
from idgraph.persons import PersonName, Persons, link
from idgraph.populations import Visibility, visibility
from idgraph.progress import going
from idgraph.replays import Replay, replay
from idgraph.rulebook import Policy
from idgraph.rules import RuleCode
from idgraph.searching.limits import Limits
from idgraph.verdicts import probing, words
from idgraph.verdicts.blame import Case
from idgraph.verdicts.judging import Judge
from idgraph.verdicts.ladder import EXPLAINED, RUNGS, Rung
from idgraph.verdicts.results import (
    BlamedSplit,
    Evidence,
    Missed,
    NamedFault,
    Observation,
    OtherReading,
    Verdict,
    Verdicts,
)
from idgraph.verdicts.strength import strength

__all__ = [
    "EXPLAINED",
    "RUNGS",
    "BlamedSplit",
    "Evidence",
    "Limits",
    "Missed",
    "NamedFault",
    "Observation",
    "OtherReading",
    "Rung",
    "Verdict",
    "Verdicts",
    "verdict",
]


_LAGS = ("lag", "per-index-lag")


def verdict(
    history: History | Replay,
    policy: str | Policy | None = None,
    *,
    assume: Mapping[RuleCode, str] | None = None,
    limits: Limits | None = None,
    exported: Exported | None = None,
    people: Iterable[PersonName] | None = None,
    deep: bool = True,
) -> Verdicts:
    """Say of each person of a history what can explain the profiles that were observed.

    `policy` is as in `replay`; by default the one that the requests show. `exported` are exports
    that show profiles in the end and when they were made (what they show of single calls is on the
    calls: see `observe`). `people` are the persons wanted, all by default. Without `deep` nothing
    is said of other readings, deciding unknowns, faults and evidence, which takes further searches.
    The verdict is the lowest rung that explains every observation of all calls that can touch the
    person's profiles. Where nothing was observed it is what the rules predict. Deterministic, but
    for a search that is given up after `limits.seconds`.

    >>> import idgraph as ig
    >>> ig.verdict(ig.demo("email-change-at-once"))
    <Verdicts klaviyo-classic: 1 in-flight-race>
    """
    allowed = limits or Limits()
    told = _seeing(history, policy, assume)
    everybody = link(told.history)
    judge = Judge(told, allowed, exported, faults=deep)
    wanted = everybody if people is None else [name for name in people if name in everybody.calls]
    with going([*wanted], "judging", unit="persons") as names:
        found = [_verdict(Case(judge, everybody, name), deep=deep) for name in names]
    if people is None:
        found = _weighed(told, everybody, found, allowed)
    return Verdicts(told, everybody, tuple(found), allowed, judge.spans)


def _weighed(told: Replay, people: Persons, found: list[Verdict], limits: Limits) -> list[Verdict]:
    """Say of each lag how likely it is one, where there are enough persons to tell."""
    if not any(one.verdict in _LAGS for one in found):
        return found
    curve = visibility(told, limits=limits, people=people)
    return [_told_of(curve, one) if one.verdict in _LAGS else one for one in found]


def _told_of(curve: Visibility, one: Verdict) -> Verdict:
    chances = [chance for m in one.missed if (chance := curve.posterior(m.call)) is not None]
    worst = min(chances, key=lambda chance: chance.lag, default=None)
    if worst is None:
        return one
    return replace(one, posterior=worst, proof=(*one.proof, words.weighed(worst)))


def _seeing(
    history: History | Replay, policy: str | Policy | None, assume: Mapping[RuleCode, str] | None
) -> Replay:
    """The replay in which calls of one instant see each other: that they may not is searched."""
    base = history.history if isinstance(history, Replay) else history
    if policy is None:
        policy = history.policy if isinstance(history, Replay) else policies.pick(base)[0]
    chosen = policies.load(policy) if isinstance(policy, str) else policy
    chosen = chosen.assuming(assume or {})
    if chosen.at_once is not None and chosen.at_once.decided != "seen":
        chosen = chosen.assuming({chosen.at_once.code: "seen"})
    if isinstance(history, Replay) and chosen == history.policy:
        return history
    return replay(base, chosen)


def _verdict(case: Case, *, deep: bool) -> Verdict:
    rung = case.rung
    asked = deep and rung not in {"clean", "undecided"} and case.observed > 0
    higher = asked and rung != "payload"
    missed, splits, faults = tuple(case.missed()), case.splits(), case.faults()
    evidence = probing.evidence(case) if asked and rung == "deviation" else None
    readings = tuple(probing.readings(case, rung)) if higher else ()
    would_decide = tuple(probing.would_decide(case, rung)) if asked else ()
    bits = (strength(case) if asked else None) if case.observed else 0.0
    return Verdict(
        person=case.person,
        verdict=rung,
        calls=case.calls,
        profiles=case.profiles,
        landed={n: name for n in case.calls if (name := case.landed.get(n)) is not None},
        lag_s=case.lag_s,
        swaps=case.swaps,
        fewest=case.fewest,
        order=case.order,
        missed=missed,
        splits=splits,
        faults=faults,
        evidence=evidence,
        readings=readings,
        observed=case.observed,
        strength_bits=bits,
        would_decide=would_decide,
        given_up=case.given_up,
        posterior=None,
        rules=words.trial_rules(case),
        because=words.because(case, splits, missed),
        proof=tuple(
            words.proof(
                case,
                missed=missed,
                faults=faults,
                evidence=evidence,
                readings=readings,
                would_decide=would_decide,
                bits=bits,
            )
        ),
    )
