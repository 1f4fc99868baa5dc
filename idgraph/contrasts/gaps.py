"""Features of time between calls: how soon one looks up what another has brought."""

from __future__ import annotations

from collections.abc import Iterator

from idgraph.calls import Call
from idgraph.clocks import SECOND
from idgraph.contrasts.cases import Case
from idgraph.contrasts.features import Feature, Hold, Told
from idgraph.edits import Edit

SPANS_S = (1, 5, 30, 300, 3600)
"""The thresholds, in seconds: within a settling time, a lag, a visit."""

_SOON = {
    span: Feature(
        f"email-used-within-{span}s",
        f"an {{email}} comes alone within {span} s after the call that brought it",
        "mechanism",
        50 + place,
    )
    for place, span in enumerate(SPANS_S)
}
_FIRST = {
    span: Feature(
        f"first-calls-within-{span}s",
        f"the second call comes within {span} s after the first",
        "mechanism",
        60 + place,
    )
    for place, span in enumerate(SPANS_S)
}


def found(case: Case) -> Iterator[Told]:
    """Go through the features of time that the calls of a person show."""
    yield from _soon(case)
    if len(case.calls) > 1:
        waits = Edit(case.numbers[1], "wait", after=case.numbers[0])
        for feature in _within(_FIRST, case.calls[0], case.calls[1]):
            yield Told(feature, Hold(case.numbers[1], waits))


def _soon(case: Case) -> Iterator[Told]:
    """Calls that carry an email without an id, soon after the call that put it on the profile."""
    calls = dict(case.pairs())
    for one in case.moments:
        if one.writer is not None and one.lacks("external_id"):
            waits = Edit(one.number, "wait", after=one.writer)
            for feature in _within(_SOON, calls[one.writer], one.call):
                yield Told(feature, Hold(one.number, waits))


def _within(features: dict[int, Feature], before: Call, call: Call) -> Iterator[Feature]:
    if before.at is not None and call.at is not None:
        gap = call.at - before.at
        yield from (one for span, one in features.items() if 0 <= gap <= span * SECOND)
