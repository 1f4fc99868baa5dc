"""Verdicts in sentences: one that anyone understands, then the proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idgraph.calls import CallNumber
from idgraph.clocks import SECOND, span
from idgraph.explain import call_words, counted, label, listed, upper
from idgraph.populations import Posterior
from idgraph.replays import Replay
from idgraph.rules import RuleCode
from idgraph.searching.limits import Limits
from idgraph.verdicts.blame import Case
from idgraph.verdicts.ladder import RUNGS, Rung
from idgraph.verdicts.results import (
    BlamedSplit,
    Evidence,
    Missed,
    NamedFault,
    OtherReading,
)

_NO_CAUSE = "unexplained"


def because(case: Case, splits: Iterable[BlamedSplit], missed: Iterable[Missed]) -> str:
    """Return the verdict in one sentence, without a value."""
    rung, replay = case.rung, case.judge.replay
    seen = "" if case.observed else ", by the rules alone: no profile was observed"
    found, late = list(splits), list(missed)
    if rung == "clean":
        profile = listed(case.profiles) or "no profile"
        return f"All {counted(len(case.calls), 'call')} are on {profile}, as the rules say{seen}."
    if rung == "payload":
        calls = listed(call_words(replay, one.call) for one in found) or "the calls"
        return f"The payloads explain it: {calls} could not find the profile{seen}."
    if rung == "order-race":
        return (
            "The order explains it: in another order of calls that were under way at once, which "
            f"the clocks allow, the rules give what was observed ({_swapped(case.swaps)})."
        )
    if rung == "in-flight-race":
        return f"Two calls at once explain it: {_looked(replay, late)} and neither saw the other."
    if rung in {"lag", "per-index-lag"}:
        return f"A lag explains it: {_behind(replay, late)}."
    return _unexplained(case, rung)


def _swapped(swaps: int) -> str:
    return f"{counted(swaps, 'pair')} of calls the other way round than recorded"


def _looked(replay: Replay, late: list[Missed]) -> str:
    pairs = [
        f"{call_words(replay, one.call)} looked before {call_words(replay, one.unseen)} had written"
        for one in late
    ]
    return listed(pairs)


def _behind(replay: Replay, late: list[Missed]) -> str:
    worst = max(late, key=lambda one: one.lag_s)
    keys = f" by {listed(label(replay.policy, k) for k in worst.keys)}" if worst.keys else ""
    return (
        f"the look-up{keys} of {call_words(replay, worst.call)} used an index that was at least "
        f"{span(round(worst.lag_s * SECOND))} old and did not see "
        f"{call_words(replay, worst.unseen)}"
    )


def _unexplained(case: Case, rung: Rung) -> str:
    most = span(round(case.judge.limits.max_lag_s * SECOND))
    if rung == "incomplete":
        return (
            "A call that is not in the log explains it; no order that the clocks allow and no lag "
            f"of up to {most} does."
        )
    if rung == "deviation":
        return (
            "Not explained by any order that the clocks allow, nor by a lag of up to "
            f"{most}: under these rules the platform did what nothing documents."
        )
    given = case.given_up or "payload"
    return (
        f"Nobody knows yet: the search was given up while it asked whether {RUNGS[given]}. Give it "
        "more nodes or seconds."
    )


def proof(
    case: Case,
    *,
    missed: Iterable[Missed],
    faults: Iterable[Iterable[NamedFault]],
    evidence: Evidence | None,
    readings: Iterable[OtherReading],
    would_decide: Iterable[CallNumber],
    bits: float | None,
) -> Iterator[str]:
    """Go through the sentences that prove a verdict, or say what it leaves open."""
    replay, limits = case.judge.replay, case.judge.limits
    if case.rung not in {"clean", "payload", "undecided"}:
        yield _ruled_out(case)
    for one in missed:
        yield _miss(replay, one)
    yield from _named(replay, [list(each) for each in faults])
    if evidence is not None:
        yield from _shown(replay, evidence)
    for reading in readings:
        outcome = f"rule `{reading.rule}`, which nothing documents, came out as {reading.outcome}"
        yield f"It would be {reading.verdict} ({RUNGS[reading.verdict]}) if {outcome}."
    decide = list(would_decide)
    if decide:
        calls = listed(call_words(replay, number) for number in decide)
        yield f"Unknown, and it could change this: the profile of {calls}. Export it."
    if bits is not None and case.observed and case.rung != "clean":
        yield f"The strength of this explanation: {bits:.1f} bits {_strength(bits)}."
    if case.rung not in {"clean", "payload"}:
        yield _allowed(limits)


def weighed(chance: Posterior) -> str:
    """Return how likely a look-up that missed was behind, by the look-ups of all persons."""
    return (
        f"By the look-ups of all persons together, it is a lag with {chance.lag:.0%} and a "
        f"deviation that looks like one with {chance.deviation:.0%}: lags die out with the time "
        "since the write, deviations do not."
    )


def _strength(bits: float) -> str:
    if bits < 2:  # noqa: PLR2004 - one in four
        return "(compatible with it, weak evidence: much else would have been as well)"
    return "(it predicted this and little else)" if bits > 5 else "(some evidence)"  # noqa: PLR2004 - one in 32


def _ruled_out(case: Case) -> str:
    codes = ", ".join(f"`{code}`" for code in trial_rules(case))
    return f"In the recorded order the rules give something else than was observed [{codes}]."


def trial_rules(case: Case) -> tuple[RuleCode, ...]:
    """Return the rules by which the calls of the person are looked up and kept."""
    steps = (case.judge.replay.step(number) for number in case.calls)
    return tuple(dict.fromkeys(code for step in steps for code in (step.rule, *step.assumed)))


def _miss(replay: Replay, one: Missed) -> str:
    call, unseen = call_words(replay, one.call), call_words(replay, one.unseen)
    policy = replay.policy
    rules = [row.code for row in policy.timing if row.case == "settle" or not one.lag_s]
    cited = ", ".join(f"`{code}`" for code in rules)
    how = (
        f"began {span(round(one.lag_s * SECOND))} after {unseen} had ended at the latest"
        if one.lag_s
        else f"was under way at once with {unseen}"
    )
    return f"{upper(call)} {how}, and did not see what that wrote [{cited}]."


def _named(replay: Replay, faults: list[list[NamedFault]]) -> Iterator[str]:
    if faults:
        ways = [listed(_fault(replay, one) for one in each) for each in faults]
        yield f"The cheapest explanations: {'; or '.join(ways)}."


def _fault(replay: Replay, one: NamedFault) -> str:
    words = call_words(replay, one.call) if one.call <= len(replay.history) else "the export"
    policy = replay.policy
    keys = listed(label(policy, i.key) for i in one.identifiers)
    again = call_words(replay, one.again) if one.again else ""
    return {
        "blind-create": f"{words} made a profile although one of its keys found one",
        "wrong-precedence": f"a later key of {words} decided although an earlier one was found",
        "wrong-profile": f"{words} landed on a profile that none of its keys found",
        "lost-write": f"{words} found its profile, was accepted and wrote nothing",
        "duplicate-execution": f"{again} took effect once more just before {words}",
        "unlogged-call": f"a call with {keys} that is not in the log came just before {words}",
    }[one.fault]


def _shown(replay: Replay, evidence: Evidence) -> Iterator[str]:
    if evidence.first_impossible is not None and evidence.first_impossible <= len(replay.history):
        words = call_words(replay, evidence.first_impossible)
        yield f"Up to {words} nothing explains it any more; the calls before it are explained."
    if evidence.contradiction:
        what = {
            "profile": "the profile of",
            "owner": "the holder named by",
            "created": "whether a profile was made by",
            "accepted": "that the platform accepted",
        }
        said = (f"{what[o.what]} {call_words(replay, o.call)}" for o in evidence.contradiction)
        yield f"These alone contradict the rules, and no fewer do: {listed(said)}."


def _allowed(limits: Limits) -> str:
    settle = "as the rules say" if limits.settle_s is None else f"{limits.settle_s:g} s"
    return (
        f"Allowed for: a queued call takes effect up to its settling time after its answer "
        f"({settle}), clocks that are off by {limits.skew_s:g} s, look-ups that are behind by up "
        f"to {limits.max_lag_s:g} s."
    )
