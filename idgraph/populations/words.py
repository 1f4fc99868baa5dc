"""What populations say, in sentences: the curve, the readings, the experiments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from idgraph.populations.fitting import FEWEST_LATE, FEWEST_MISSES, Curve
from idgraph.populations.rates import Share, percent

if TYPE_CHECKING:
    from idgraph.populations.calibrating import Calibration
    from idgraph.populations.delays import Visibility
    from idgraph.populations.suites import Landing, Suite

TELLING = 0.8
"""From which posterior on a case is said to be one thing rather than the other."""
_HINT, _CLEAR = 2.7, 10.8
"""Twice the logarithm of a likelihood ratio that chance exceeds once in 20 and once in 2,000 times
where there is no floor (half a chi-square, since a floor cannot be negative)."""
EXPERIMENT = (
    "What can tell them apart is an experiment on a test account: update an email, look the "
    "profile up by its own id, then send the new email alone, 0.1, 0.3, 1, 3, 10 and 30 s after "
    "the update, each gap some twenty times with fresh addresses (the experiments hold the "
    "requests)."
)


def number(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> number(1, "look-up"), number(2, "look-up")
    ('1 look-up', '2 look-ups')
    """
    return f"{count:,} {noun}" + "s" * (count != 1)


def seconds(span: float) -> str:
    """Return a time in seconds, with two digits that count.

    >>> seconds(0.123), seconds(45.6), seconds(1234)
    ('0.12 s', '46 s', '1,200 s')
    """
    return f"{float(f'{span:.2g}'):,.12g} s"


# --- visibility ----------------------------------------------------------------------------------


def of_curve(curve: Curve) -> str:
    """Return the floor and the half-life of a curve in a few words."""
    lag = curve.half_life_s
    dies = "no lag" if lag is None else f"lag with a half-life of {seconds(lag)}"
    return f"floor {_between(curve)}, {dies}"


def of_visibility(found: Visibility) -> Iterator[str]:
    """Return what the look-ups say."""
    misses = len(found.missed)
    if not found.looked:
        yield (
            "No look-up can be judged: none whose landing was observed came after a logged write "
            "of its key."
        )
        yield EXPERIMENT
        return
    share = percent(misses / len(found))
    yield (
        f"{number(len(found), 'look-up')} went by a key that an earlier call had written and were "
        f"observed; {misses:,} of them ({share}) landed elsewhere than the rules say."
    )
    if not misses:
        high = Share(0, len(found)).interval[1]
        yield f"So nothing is late here: at most {percent(high)} of such look-ups miss."
        return
    yield from _ends(found)
    if found.curve is None:
        yield from _too_few(found, misses)
    else:
        yield from _told(found, found.curve)
    if found.claimed:
        yield (
            f"The gaps of {number(found.claimed, 'look-up')} rest on the senders' claims of when "
            "things happened."
        )


def _ends(found: Visibility) -> Iterator[str]:
    """How many miss in the first and in the last bin that has any."""
    filled = [one for one in found.bins if one.missed.of]
    if len(filled) > 1:
        first, last = filled[0], filled[-1]
        yield (
            f"{_share(first.missed)} missed less than {seconds(first.high_s)} after the write, "
            f"{_share(last.missed)} more than {seconds(last.low_s)} after it."
        )


def _share(share: Share) -> str:
    return f"{percent(share.count / share.of)} ({share.count:,} of {share.of:,})"


def _too_few(found: Visibility, misses: int) -> Iterator[str]:
    yield (
        f"That cannot tell lag from a deviation with so few: it takes {FEWEST_MISSES} misses "
        f"(there are {misses}), or the part that is no lag is known to no better than a fifth "
        f"either way, and {FEWEST_LATE} look-ups later than {seconds(found.limits.max_lag_s)} "
        f"after the write (there are {found.late:,}), or nobody sees where the curve ends."
    )
    yield EXPERIMENT


def _told(found: Visibility, curve: Curve) -> Iterator[str]:
    ratio = f"2 log LR = {float(f'{curve.ratio:.2g}'):,.12g}"
    if curve.ratio < _HINT:
        yield (
            f"A lag that dies out explains all misses: a part that never dies out is at most "
            f"{percent(curve.high)} and not needed ({ratio})."
        )
    else:
        verb = "does not explain" if curve.ratio >= _CLEAR else "hardly explains"
        yield (
            f"A lag alone {verb} all misses: {_between(curve)} of look-ups miss whatever the gap "
            f"({ratio})."
        )
        yield (
            "Such a floor is what deviations look like, but also calls that are missing from the "
            "log, and a rule that is read wrongly: see how well other readings do."
        )
    half = curve.half_life_s
    if half is not None:
        yield (
            f"{percent(curve.lag(0))} of look-ups are behind; half of these see a write "
            f"{seconds(half)} after it."
        )
    yield _counted(found)


def _between(curve: Curve) -> str:
    return f"{percent(curve.floor)} ({percent(curve.low)} to {percent(curve.high)})"


def _counted(found: Visibility) -> str:
    posteriors = [posterior for _, posterior in found.cases() if posterior is not None]
    lags = sum(one.lag >= TELLING for one in posteriors)
    deviations = sum(one.deviation >= TELLING for one in posteriors)
    rest = len(posteriors) - lags - deviations
    return (
        f"Of the {len(posteriors):,} misses, {lags:,} were behind with {TELLING:.0%} or "
        f"more, {deviations:,} were a deviation with {TELLING:.0%} or more, and of {rest:,} "
        "nobody can tell."
    )


# --- calibration ---------------------------------------------------------------------------------


def of_calibration(found: Calibration) -> Iterator[str]:
    """Return which readings fit, and what stays open."""
    if not found.persons:
        yield "Nothing was observed of anybody: no reading can be preferred to another."
        return
    best = found.classes[0]
    low, high = best.explained.interval
    yield (
        f"Looked at: {number(len(found.readings), 'reading')} ({found.readings.how}), by what was "
        f"observed of {number(found.persons, 'person')}; on {found.unlike:,} of them the readings "
        "differ."
    )
    yield (
        f"The best readings explain {_share(best.explained)} of the persons "
        f"({percent(low)} to {percent(high)}), the worst "
        f"{_share(found.classes[-1].explained)}."
    )
    tied = len(found.tied)
    if tied == len(found.readings):
        yield "This traffic does not tell any of these readings from another."
    else:
        ways = "reading is" if tied == 1 else "readings are"
        yield f"{tied} {ways} left: the others explain clearly fewer persons."
    if found.settled:
        told = ", ".join(f"{code}={outcome}" for code, outcome in found.settled.items())
        yield f"Settled by this traffic: {told}."
    if found.left_open:
        told = ", ".join(f"{code} ({' or '.join(o)})" for code, o in found.left_open.items())
        yield f"Still open: {told}. The experiments tell these apart."


# --- experiments ---------------------------------------------------------------------------------


def of_landings(landings: Sequence[Landing]) -> str:
    """Return what is seen of the calls of an experiment, in a few words."""
    told = [f"{one.call} {_landing(one)}" for one in landings]
    merged = {one.profile: one.became for one in landings if one.became}
    told += [f"{source} is merged into {target}" for source, target in merged.items()]
    return ", ".join(told)


def _landing(one: Landing) -> str:
    if one.profile is None:
        return "is refused" if one.refused else "is filed nowhere"
    return f"makes {one.profile}" if one.created else f"goes to {one.profile}"


def of_suite(found: Suite) -> Iterator[str]:
    """Return what the experiments tell apart, and what they do not."""
    yield (
        f"{number(len(found), 'experiment')} with {number(found.cost, 'call')} on a test account "
        f"tell {number(len(found.readings), 'reading')} ({found.readings.how}) apart into "
        f"{number(len(found.classes), 'group')}."
    )
    alike = [group for group in found.classes if len(group) > 1]
    for group in alike:
        names = "; ".join(reading.name for reading in group)
        yield f"No sequence of up to {found.longest} calls was found that tells apart: {names}."
    if found.given_up:
        yield "Not every such sequence was tried: there are too many."
    if found.timed is not None:
        yield (
            f"What is late is another question: {len(found.timed.trials)} trials, each "
            f"{found.timed.repeats} times with fresh addresses, tell a queue from an index that is "
            "behind."
        )
        yield from (f"If {what}, {seen}." for what, seen in found.timed.explanations)
    yield (
        "Nothing is sent from here. Use an account for tests, wait between calls as the requests "
        "say, give every run a number of its own, and delete the test profiles before another run: "
        "phone numbers repeat."
    )
