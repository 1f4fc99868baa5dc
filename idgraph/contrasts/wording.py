"""A contrast in sentences: what was seen together, and what a replay shows, never one as the other.

Sentences hold counts, clauses of features and rule codes; never a person's name or value.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING

from idgraph.explain import counted, listed, upper
from idgraph.populations.rates import percent

if TYPE_CHECKING:
    from idgraph.contrasts.intervals import Estimate, Fourfold
    from idgraph.contrasts.results import Conjunction, Contrast, Separator, TooFew

_LARGE = 1000
_SHOWN = 6


def of_contrast(found: Contrast) -> Iterator[str]:
    """Yield what was compared, what leads, what goes along, and how it was asked."""
    yield _compared(found)
    if found.too_few is not None:
        yield of_too_few(found.too_few)
        return
    if not found.features and not found.conjunctions:
        yield (
            f"None of the {found.tested} features separates the two groups more than chance does."
        )
    for one in found.causes:
        yield from of_separator(found, one)
        along = [other for other in found if other.leader == one.feature.code]
        if along:
            yield _along(found, one, along)
    yield from (_aside(found, one) for one in found if one.reason and not one.leader)
    yield from (of_conjunction(found, one) for one in found.conjunctions)
    yield _asked(found)


def of_too_few(few: TooFew) -> str:
    """Return what is missing for a ranking."""
    there = f"{counted(few.bad, 'duplicated person')} and {counted(few.good, 'correct one')}"
    if few.least_p is None:
        return f"Too few to rank anything: there are {there}, and {few.needed} of each are needed."
    return (
        f"Too few to rank anything: of {there} the smallest chance that could come out is "
        f"{few.least_p:.2g}, which is above what is asked for. Ask for more permutations."
    )


def of_separator(found: Contrast, one: Separator) -> Iterator[str]:
    """Yield how far a feature that leads separates the groups, and what a replay shows of it."""
    yield f"{upper(found.words(one.feature))}: {_figures(one.estimate)}; {_chance(one.p)}."
    yield _replayed(one)
    if one.alike:
        others = [found.words(other) for other in one.alike[:_SHOWN]]
        left = len(one.alike) - len(others)
        more = [f"{left} more"] if left else []
        told = listed((*others, *more))
        yield f"Of nearly the same persons holds as well, and cannot be told from it: {told}."


def of_conjunction(found: Contrast, one: Conjunction) -> str:
    """Return how far a conjunction separates the groups."""
    clauses = listed(f"({found.words(feature)})" for feature in one.features)
    return (
        f"Together, more than any fewer of them: {clauses}: {_figures(one.estimate)}; "
        f"{_chance(one.p)}. Seen together, not shown by replay."
    )


def ratio_words(ratio: Estimate | None) -> str:
    """Return a ratio with its interval."""
    if ratio is None:
        return "nothing left to compare"
    return f"{_times(ratio.value)} ({_times(ratio.low)} to {_times(ratio.high)})"


def _times(value: float) -> str:
    if value == inf or value >= _LARGE:
        return f"over {_LARGE:,}"
    return f"{value:.3g}"


def _compared(found: Contrast) -> str:
    said = f"{counted(found.bad_persons, 'duplicated person')} against "
    said += counted(found.good_persons, "correct one")
    if not found.divided:
        said += ", as they were given in two histories"
    else:
        by_rules = found.bad_persons + found.good_persons - found.observed
        said += ", divided by where their calls were observed" if found.observed else ""
        if by_rules:
            how = f"{by_rules} of them by the rules" if found.observed else "divided by the rules"
            said += f", {how}"
    left = f"; {counted(found.left_out, 'person')} of a single call left out"
    return f"{said}{left if found.left_out else ''}."


def _figures(table: Fourfold) -> str:
    differ = table.difference
    return (
        f"{table.bad} of {table.bad_of} duplicated persons ({percent(table.rate_bad)}) against "
        f"{table.good} of {table.good_of} correct ones ({percent(table.rate_good)}), difference "
        f"{_points(differ.value)} points ({_points(differ.low)} to {_points(differ.high)}), risk "
        f"ratio {ratio_words(table.ratio)}"
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _chance(p: float) -> str:
    return f"corrected for the number of tries, p = {p:.2g}"


def _replayed(one: Separator) -> str:
    effect = one.effect
    if one.feature.kind == "circumstance":
        return (
            "Seen together only: no edit of the calls undoes it, and no mechanism that was tried "
            "explains it."
        )
    if effect is None or not effect.removes:
        return "Seen together only: there is no edit of the calls whose replay could show more."
    said = []
    if effect.gone:
        cited = f" [{', '.join(f'`{code}`' for code in effect.rules)}]" if effect.rules else ""
        held = f"{effect.gone} of {counted(effect.ruled, 'duplicate')} that the rules make"
        said.append(f"undone in their calls, {held} are gone{cited}")
    if effect.unseen:
        said.append(
            f"{counted(effect.unseen, 'person')} split by the rules if the call did not see the "
            "one before it, and would not if it waited"
        )
    side = f"; {counted(effect.new, 'person')} then have more profiles" if effect.new else ""
    joined = f"; {effect.joins} more then share a profile" if effect.joins else ""
    return f"Verified by replay: {' and '.join(said)}{side}{joined}."


def _along(found: Contrast, led: Separator, along: list[Separator]) -> str:
    """What goes along with a leader; of many the first."""
    told = [f"({found.words(one.feature)}) {_given(one)}" for one in along[:_SHOWN]]
    left = len(along) - len(told)
    more = [f"{left} more"] if left else []
    return (
        f"These only go along with it ({found.words(led.feature)}), and make no difference given "
        f"it: {'; '.join((*told, *more))}."
    )


def _given(one: Separator) -> str:
    if one.reason == "no-effect":
        return "undone, no duplicate is gone by replay"
    words = f"ratio given what leads {ratio_words(one.given.ratio if one.given else None)}"
    fixed = one.feature.kind == "circumstance"
    return f"{words}; cannot be undone by editing calls" if fixed else words


def _aside(found: Contrast, one: Separator) -> str:
    clause = upper(found.words(one.feature))
    if one.reason == "no-effect":
        return f"{clause}: {_figures(one.estimate)}; but undone, no duplicate is gone by replay."
    return (
        f"{clause}: {_figures(one.estimate)}; but among persons with about as many calls the ratio "
        f"is {ratio_words(one.by_calls.ratio)}."
    )


def _asked(found: Contrast) -> str:
    asked = found.settings
    how = (
        "chosen in one half of the persons, the figures are of the other"
        if asked.halves
        else "chosen and estimated in the same persons, too few for halves: the figures flatter"
    )
    return (
        f"{found.tried} features were described, {found.tested} of them tested, {how}; in at most "
        f"{percent(asked.alpha)} of such analyses anything is found where there is nothing "
        f"({asked.permutations} permutations, seed {asked.seed})."
    )
