"""What the orders of a person's calls come to, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from idgraph.clocks import SECOND, span
from idgraph.explain import listed, upper
from idgraph.outlook.results import PersonOutcomes
from idgraph.searching.sampling import Probability

_LARGE = 10**9


def outcome_sentences(found: PersonOutcomes) -> tuple[str, ...]:
    """Return in how many orders a person splits, where that is decided, and what else can split it.

    A share of orders is said to be no probability, and a probability to rest on a model.
    """
    sentences = [*_orders(found), *_decided(found), *_behind(found)]
    if found.probability is not None:
        sentences.append(_probability(found, found.probability))
    return tuple(sentences)


def number_words(number: int) -> str:
    """Return a number as a sentence has it, a large one by its size.

    >>> number_words(24), number_words(362880), number_words(8 * 10**53)
    ('24', '362,880', 'about 8.0e53')
    """
    large = number >= _LARGE
    return f"about {Decimal(number):.1e}".replace("e+", "e") if large else f"{number:,}"


def _orders(found: PersonOutcomes) -> Iterator[str]:
    name, orders, split = found.person, found.orders, found.split_orders
    if orders is None:
        yield f"The calls of {name} can come in more orders than the limits allow to count."
    elif split is None:
        yield (
            f"The calls of {name} can come in {number_words(orders)} orders; in how many of them "
            f"{name} splits is more than the limits allow to count."
        )
    elif orders == 1:
        verb = "splits" if split else "does not split"
        yield f"The calls of {name} can only come in one order, and in it {name} {verb}."
    elif split == 0:
        yield f"In none of {number_words(orders)} orders {name} splits."
    elif split == orders:
        yield f"In all of {number_words(orders)} orders {name} splits: the order is not to blame."
    else:
        yield f"In {number_words(split)} of {number_words(orders)} orders {name} splits."
        yield "That is a count and no probability: orders are not equally likely."


def _decided(found: PersonOutcomes) -> Iterator[str]:
    if found.orders is None or not found.split_orders or found.split_orders == found.orders:
        return
    if found.decided_at is None:
        yield f"As the calls were recorded, {found.person} does not split."
    else:
        yield (
            f"As the calls were recorded, the split is decided at call {found.decided_at}: "
            f"however the calls after it come, {found.person} splits."
        )


def _behind(found: PersonOutcomes) -> Iterator[str]:
    """What only look-ups that are behind can do."""
    if found.split_orders != 0:
        return
    behind = f"at most {span(round(found.lag.lag_s * SECOND))} behind"
    ways = (
        (found.in_flight, "where calls that are under way together do not see each other"),
        (found.lag, f"where look-ups are {behind}"),
    )
    for possible, where in ways:
        if possible.granularity == "none":
            yield f"Whether {found.person} can split {where} is more than the limits allow to tell."
        elif possible.split:
            missed = possible.split.missed
            pairs = listed(f"call {one} does not see call {other}" for one, other in missed)
            yield f"{upper(found.person)} can split {where}: for example, if {pairs}."
            return


def _probability(found: PersonOutcomes, drawn: Probability) -> str:
    return (
        f"If {drawn.model}, {found.person} splits with a probability of {drawn.share:.2f} "
        f"({drawn.low:.2f} to {drawn.high:.2f} at 95 %, {drawn.draws:,} draws): that is a model of "
        "the timing, and nobody knows it to hold."
    )
