"""The calls of a person as bars on a time axis: when each can have taken effect, in what order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from idgraph.calls import CallNumber, Channel
from idgraph.clocks import SECOND, iso, span
from idgraph.explain import counted
from idgraph.searching.intervals import Interval
from idgraph.steps import ProfileName
from idgraph.verdicts import Missed, Verdict, Verdicts
from idgraph.views.base import ink
from idgraph.views.base.blocks import (
    Box,
    Disc,
    Figure,
    Group,
    Legend,
    Shape,
    Stroke,
    Words,
    rich,
)
from idgraph.views.timing.axis import HEAD, Axis
from idgraph.views.timing.effects import Effect, effects

MOST = 12
"""Calls that are drawn: of more, those on which the verdict hangs and those beside them."""
PAPER = 940
"""Pixels that the drawing should be wide at most."""
_GUTTER = 112
_ROW, _PAD, _BAND = 46, 8, 30
_BAR = 18
_DISC = 9
_APART = 22


@dataclass(frozen=True, slots=True)
class Label:
    """What stands above the bar of a call, from left to right: (words, class, pixels)."""

    parts: tuple[tuple[str, str, int], ...]

    @property
    def width(self) -> int:
        """How many pixels it takes."""
        return sum(width for _, _, width in self.parts)


class Drawing:
    """The drawing of a verdict: which calls, on which rows, where their effects are."""

    def __init__(self, found: Verdicts, verdict: Verdict) -> None:
        """Lay out the calls that are drawn."""
        self.calls = _drawn(verdict)
        self.found, self.verdict = _at_once(found, self.calls), verdict
        self.effects = effects(self.found, verdict)
        self.splits = {split.call for split in verdict.splits}
        inner = {at for number in self.calls for at in self._sent(number)}
        bars = [(self.found.spans[n - 1], self.label(n).width) for n in self.calls]
        self.axis = Axis(bars, inner, PAPER - _GUTTER)
        self._rows()

    def _sent(self, number: CallNumber) -> tuple[int, ...]:
        """When a call was sent and answered, as far as the log says and its interval goes."""
        call, bar = self.found.replay.history.call(number), self.found.spans[number - 1]
        begin = call.sent_at if call.sent_at is not None else call.at
        if begin is None:
            return ()
        end = begin if call.answered_at is None else call.answered_at
        return min(max(begin, bar.lo), bar.hi), min(max(begin, end, bar.lo), bar.hi)

    # --- rows ------------------------------------------------------------------------------------

    def _rows(self) -> None:
        """Give each call a row in the lane of its channel on which nothing is in its way."""
        self.lanes: dict[Channel, tuple[int, int]] = {}
        self.y: dict[CallNumber, int] = {}
        top = HEAD + 6
        for channel in dict.fromkeys(self._channel(number) for number in self.calls):
            ends: list[int] = []
            for number in (n for n in self.calls if self._channel(n) == channel):
                left, right = self._extent(number)
                row = next((r for r, end in enumerate(ends) if end <= left), len(ends))
                ends[row : row + 1] = [right + 10]
                self.y[number] = top + _PAD + row * _ROW + 28
            height = _PAD + _ROW * len(ends)
            self.lanes[channel] = (top, height)
            top += height
        self.bottom = top
        self.height = top + _BAND * len(self._missed) + 8 * bool(self._missed)
        reach = max((self._extent(n)[1] for n in self.calls), default=0)
        told = max((ink.width(_behind(one)) for one in self._missed), default=0)
        self.width = _GUTTER + max(self.axis.width, reach, told + 12) + 8

    def _channel(self, number: CallNumber) -> Channel:
        return self.found.replay.history.call(number).channel

    def _extent(self, number: CallNumber) -> tuple[int, int]:
        bar = self.found.spans[number - 1]
        left = self.axis.x(bar.lo)
        return left, max(self.axis.x(bar.hi), left + self.label(number).width)

    def label(self, number: CallNumber) -> Label:
        """Return what stands above the bar of a call: number, profile, what is special about it."""
        named = f"call {number}"
        parts = [(named, "number", 7 * len(named) + 6)]
        profile = self.profile(number)
        if profile:
            parts.append((profile, "pill", 7 * len(profile) + 16))
        if number in self.splits:
            parts.append(("split", "flag", 44))
        evidence = self.verdict.evidence
        if evidence and evidence.first_impossible == number:
            parts.append(("first impossible", "tag", 92))
        if number not in self.verdict.calls:
            parts.append(("another person", "tag", 84))
        return Label(tuple(parts))

    def profile(self, number: CallNumber) -> ProfileName | None:
        """Return where a call landed, as the verdict names the profiles."""
        own = self.verdict.landed.get(number)
        return own or self.found.replay.step(number).landed

    # --- effects ---------------------------------------------------------------------------------

    @cached_property
    def marks(self) -> dict[CallNumber, tuple[int, Effect]]:
        """Where the effect of each call is drawn, in the order of the witness."""
        placed: dict[CallNumber, tuple[int, Effect]] = {}
        last: dict[int, int] = {}
        for number, effect in sorted(self.effects.items(), key=lambda item: item[1].rank):
            if number not in self.y:
                continue
            low, high = self.axis.x(effect.earliest), self.axis.x(effect.latest)
            x = max((low + high) // 2, last.get(effect.chain, low - _APART) + _APART)
            x = max(min(x, high), last.get(effect.chain, low))
            placed[number] = (x, effect)
            last[effect.chain] = x
        return placed

    @cached_property
    def _missed(self) -> tuple[Missed, ...]:
        """The stale look-ups whose both calls are drawn, the later ones first."""
        known = self.effects.keys() & set(self.y)
        return tuple(one for one in self.verdict.missed if {one.call, one.unseen} <= known)

    # --- shapes ----------------------------------------------------------------------------------

    def figure(self) -> Figure:
        """Return the drawing."""
        shapes = (
            *self._ground(),
            Group(tuple(self.axis.head()), shift=_GUTTER),
            Group(tuple(self._inside()), shift=_GUTTER),
        )
        told = "; ".join(self.told(number) for number in self.calls)
        told = "; ".join(filter(None, (told, *map(_behind, self._missed))))
        title = "When each call can have taken effect"
        return Figure(title, told, self.width, self.height, shapes, "timing")

    def _ground(self) -> Iterator[Shape]:
        yield Words(6, 28, "Clock (UTC)", "tick", "start")
        for place, (channel, (top, height)) in enumerate(self.lanes.items()):
            yield Box(0, top, self.width, height, f"band b{place % 2}")
            yield ink.mark(channel, 18, top + height // 2, "mark plain")
            yield Words(36, top + height // 2 + 4, channel, "name", "start")

    def _inside(self) -> Iterator[Shape]:
        for number in self.calls:
            yield self._bar(number)
        yield from self._witness()
        yield from self.axis.cuts(self.bottom)
        levels = [(one, self.bottom + 8 + _BAND * n) for n, one in enumerate(self._missed)]
        for one, level in levels:
            yield from self._stale(one, level)
        for one, level in levels:
            yield self._named(one, level)
        for number in self.calls:
            yield Group(tuple(self._above(number)), "above")
        for number, (x, effect) in self.marks.items():
            y = self.y[number]
            yield Disc(x, y, _DISC, "effect")
            yield Words(x, y + 4, str(effect.rank), "rank")

    def _bar(self, number: CallNumber) -> Shape:
        bar, y = self.found.spans[number - 1], self.y[number]
        left, right = self.axis.x(bar.lo), self.axis.x(bar.hi)
        shapes: list[Shape] = [Box(left, y - 5, max(right - left, 3), 10, "pending", 2)]
        sent = [self.axis.x(at) for at in self._sent(number)]
        if sent:
            wide = max(sent[1] - sent[0], 4)
            shapes.append(Box(sent[0], y - _BAR // 2, wide, _BAR, "wire", 2))
        mine = number in self.verdict.calls
        css = "bar" if mine else "bar other"
        return Group(tuple(shapes), css, number, title=self.told(number))

    def _above(self, number: CallNumber) -> Iterator[Shape]:
        """The label of a call, over all lines that cross it."""
        x, y = self.axis.x(self.found.spans[number - 1].lo), self.y[number] - _BAR // 2 - 6
        for text, css, wide in self.label(number).parts:
            middle = x + (wide - 6) // 2
            if css in {"pill", "flag"}:
                yield Box(x, y - 12, wide - 6, 16, css, 8 if css == "pill" else 3)
                yield Words(middle, y, text, "landed" if css == "pill" else "flagged")
            else:
                yield Words(x, y, text, css, "start")
            x += wide

    def _witness(self) -> Iterator[Shape]:
        """A thin line through the effects, in their order."""
        chains: dict[int, list[str]] = {}
        for number, (x, effect) in self.marks.items():
            chains.setdefault(effect.chain, []).append(f"{x} {self.y[number]}")
        for points in chains.values():
            if len(points) > 1:
                yield Stroke("M" + "L".join(points), "witness")

    def _stale(self, one: Missed, y: int) -> Iterator[Shape]:
        """An arrow from a look-up to the effect that it did not see, below all lanes."""
        start, end = self._ends(one)
        top, tip = self.y[one.call] + _BAR // 2, self.y[one.unseen] + _DISC
        yield Stroke(f"M{start} {top}V{y + 2}H{end}V{tip + 6}", "stale")
        yield Stroke(f"M{end - 5} {tip + 9}L{end} {tip}L{end + 5} {tip + 9}Z", "tip")

    def _ends(self, one: Missed) -> tuple[int, int]:
        """Where the arrow of a stale look-up begins and ends."""
        return self.axis.x(self.found.spans[one.call - 1].lo) + 3, self.marks[one.unseen][0]

    def _named(self, one: Missed, y: int) -> Words:
        text, (start, end) = _behind(one), self._ends(one)
        room = self.width - _GUTTER - ink.width(text) // 2
        middle = min(max((start + end) // 2, ink.width(text) // 2 + 4), room)
        return Words(middle, y + 18, text, "behind")

    # --- words -----------------------------------------------------------------------------------

    def told(self, number: CallNumber) -> str:
        """Return a call in one plain sentence, without any value."""
        call, bar = self.found.replay.history.call(number), self.found.spans[number - 1]
        said = [f"call {number}, {call.channel}"]
        begin = call.sent_at if call.sent_at is not None else call.at
        said.append(f"sent at {iso(begin)}" if begin is not None else "without a clock")
        if begin is not None and call.answered_at is not None:
            said.append(f"answered after {span(call.answered_at - begin)}")
        said.append(f"may have taken effect within {span(bar.hi - bar.lo)}")
        if number in self.effects:
            said.append(f"took effect as number {self.effects[number].rank}")
        profile = self.profile(number)
        said += [f"on {profile}"] if profile else []
        said += ["split"] if number in self.splits else []
        return ", ".join(said)

    def left_out(self) -> str:
        """Say which calls are not drawn; empty where all are."""
        left = len(_all(self.verdict)) - len(self.calls)
        if not left:
            return ""
        return (
            f"Drawn are the {len(self.calls)} calls on which the verdict hangs and those beside "
            f"them; the other {counted(left, 'call')} are left out."
        )

    def legend(self) -> Legend:
        """Return what the bars, discs and marks mean: only those that are there."""
        entries: list[tuple[tuple[Shape, ...], str]] = [
            ((Box(2, 3, 30, _BAR, "wire", 2),), "from sending to answer"),
            (
                (Box(2, 7, 30, 10, "pending", 2),),
                "may take effect: still queued, or clocks are off",
            ),
        ]
        if self.marks:
            discs = (Stroke("M6 12H28", "witness"), Disc(8, 12, 7, "effect"))
            entries.append(((*discs, Disc(26, 12, 7, "effect")), "the order of the effects"))
        if self._missed:
            entries.append(((Stroke("M2 12H32", "stale"),), "did not see that effect"))
        if any(piece.cut is not None for piece in self.axis.pieces):
            edges = tuple(
                Stroke(f"M{x} 2L{x + 5} 7L{x} 12L{x + 5} 17L{x} 22", "edge") for x in (11, 19)
            )
            entries.append((edges, "time cut out, as long as it says"))
        return Legend(tuple((Figure("", "", 34, 24, s, "key"), rich(t)) for s, t in entries))


def _at_once(found: Verdicts, calls: Iterable[CallNumber]) -> Verdicts:
    """The verdicts with time for calls without any clock: they are drawn as all at once."""
    if any(found.replay.history.call(number).at is not None for number in calls):
        return found
    return replace(found, spans=tuple(Interval(bar.lo, bar.lo + 1) for bar in found.spans))


def _behind(one: Missed) -> str:
    late = f"{span(round(one.lag_s * SECOND))} behind" if one.lag_s else "both under way at once"
    return f"call {one.call} did not see call {one.unseen}: {late}"


def _all(verdict: Verdict) -> tuple[CallNumber, ...]:
    return tuple(sorted({*verdict.order, *verdict.calls}))


def _drawn(verdict: Verdict) -> tuple[CallNumber, ...]:
    """The calls that are drawn, as recorded: all, or those nearest to what tells."""
    every = _all(verdict)
    if len(every) <= MOST:
        return every
    telling = {split.call for split in verdict.splits}
    telling |= {number for one in verdict.missed for number in (one.call, one.unseen)}
    telling |= {fault.call for each in verdict.faults for fault in each}
    order = [number for number in verdict.order if number in set(every)]
    telling |= {one for one, two in zip(order, sorted(order), strict=True) if one != two}
    if verdict.evidence:
        telling |= {seen.call for seen in verdict.evidence.contradiction}
        telling |= {verdict.evidence.first_impossible or 0}
    places = [place for place, number in enumerate(every) if number in telling] or [0]
    near = sorted(range(len(every)), key=lambda p: (min(abs(p - t) for t in places), p))
    return tuple(every[place] for place in sorted(near[:MOST]))
