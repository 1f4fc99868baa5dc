"""Claims about the drawing of a verdict: where things are, what is marked, what settings do."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import Call, History, Identifier, history
from idgraph.clocks import SECOND
from idgraph.demos import demo
from idgraph.notation import parse
from idgraph.searching.intervals import Interval
from idgraph.searching.limits import Limits
from idgraph.verdicts import EXPLAINED, Verdict, Verdicts, verdict
from idgraph.verdicts.sensitivity import SETTLES_S, SKEWS_S, Held, Sensitivity, sensitivity
from idgraph.views import timing
from idgraph.views.base import ink
from idgraph.views.base.blocks import (
    Block,
    Box,
    Dials,
    Figure,
    Group,
    Items,
    Paragraph,
    Shape,
    Stroke,
    Words,
    flat,
    plain,
)
from idgraph.views.timing import Judged, charts, settings
from idgraph.views.timing.axis import Axis
from idgraph.views.timing.drawing import MOST, Drawing
from idgraph.views.timing.effects import effects

BEHIND = """
    server  external_id=b1 email=old@x.de -> A
    +1min browser email=old@x.de -> A
    +1d server external_id=b1 email=new@x.de took=300ms -> A
    +3s browser email=new@x.de -> B
"""
RACE = "email-change-overtaken"
LAG = "email-change-broke"
DEMOS = (RACE, LAG, "email-change-at-once", "email-change-deviated", "email-change-old")
QUICK = Limits(nodes=500)


def judged(told: History, limits: Limits = QUICK) -> tuple[Verdicts, Verdict]:
    found = verdict(told, limits=limits, deep=len(told) < 7)
    return found, found.persons[0]


@cache
def behind() -> tuple[Verdicts, Verdict, Sensitivity]:
    """A lag that changes with every setting."""
    found, one = judged(parse(BEHIND))
    return found, one, sensitivity(found, one.person)


def drawing(told: History) -> Drawing:
    return Drawing(*judged(told))


def shapes(figure: Figure, kind: str) -> list[Shape]:
    every = flat(figure.shapes)
    return [shape for shape in every if kind in getattr(shape, "kind", "").split()]


def said(figure: Figure, kind: str) -> list[str]:
    return [shape.text for shape in shapes(figure, kind) if isinstance(shape, Words)]


def anybody(seed: int, count: int, gap: float) -> History:
    """A person with calls of two addresses, some of them observed on one of two profiles."""
    rng, at = random.Random(seed), 1_618_560_000 * SECOND  # noqa: S311 - no secret
    made = []
    for _ in range(count):
        at += int(rng.expovariate(1 / gap) * SECOND)
        email = Identifier("email", rng.choice(["a@example.com", "b@example.com"]))
        ours = (Identifier("external_id", "b1"),) * rng.randint(0, 1)
        made.append(
            Call(
                (*ours, email),
                channel=rng.choice(["server", "browser", "form"]),
                person="p",
                sent_at=at,
                answered_at=rng.choice([None, at + 200_000]),
                observed=rng.choice([None, "A", "A", "B"]),
            )
        )
    return history(made)


HISTORIES = [
    *map(demo, DEMOS),
    *(anybody(seed, *size) for seed in range(3) for size in ((5, 0.5), (9, 2), (20, 90))),
]


# --- the axis ------------------------------------------------------------------------------------


instants = st.integers(0, 10**13)


@given(st.lists(st.tuples(instants, instants), min_size=1, max_size=12))
def test_later_is_never_further_left_and_every_piece_can_be_seen(
    ends: list[tuple[int, int]],
) -> None:
    bars = [Interval(min(pair), max(pair)) for pair in ends]
    axis = Axis([(bar, 50) for bar in bars], [bars[0].lo], 800)
    points = sorted({point for bar in bars for point in bar})
    places = [axis.x(point) for point in points]
    assert places == sorted(places)
    assert all(two - one >= 10 for one, two in itertools.pairwise(places))
    assert places[-1] <= axis.width


def test_an_idle_day_is_cut_out_and_says_how_long_it_was() -> None:
    figure = drawing(parse("server email=a@x.de took=300ms\n+1d browser email=a@x.de")).figure()
    assert said(figure, "gap") == ["23 h 59 min"]
    assert len(shapes(figure, "torn")) == 1
    assert figure.width < 800


def test_a_long_call_is_cut_in_its_middle_and_short_ones_are_still_seen() -> None:
    told = parse(
        """
        import email=a@x.de took=3h
        +10min browser email=a@x.de took=1ms
        +1min browser email=a@x.de took=1ms
        """
    )
    figure = drawing(told).figure()
    assert said(figure, "gap") == ["10 min", "59 s", "2 h 48 min"]
    assert all(box.width >= 4 for box in shapes(figure, "wire") if isinstance(box, Box))


def test_calls_without_any_clock_are_drawn_as_all_at_once() -> None:
    calls = [Call((Identifier("email", "a@x.de"),), observed=name) for name in "AB"]
    figure = drawing(history(calls)).figure()
    assert "no call has a clock: all may have been at once" in said(figure, "tick")
    assert said(figure, "day") == []
    assert all(box.width > 50 for box in shapes(figure, "pending") if isinstance(box, Box))


# --- effects -------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", HISTORIES)
def test_the_effects_of_a_witness_can_all_have_been_when_they_are_drawn(told: History) -> None:
    found, one = judged(told)
    drawn = effects(found, one)
    assert set(drawn) == (set(one.order) if one.verdict in EXPLAINED else set())
    for number, effect in drawn.items():
        bar = found.spans[number - 1]
        assert bar.lo <= effect.earliest <= effect.latest <= bar.hi
    for late in one.missed:
        began = found.spans[late.call - 1].lo
        assert drawn[late.unseen].earliest >= began - round(late.lag_s * SECOND)
        assert drawn[late.unseen].rank < drawn[late.call].rank


def test_an_order_race_shows_the_order_in_which_the_calls_took_effect() -> None:
    drawn = drawing(demo(RACE))
    assert list(drawn.marks) == list(drawn.verdict.order) == [1, 2, 4, 3, 5, 6]
    assert said(drawn.figure(), "rank") == ["1", "2", "3", "4", "5", "6"]
    places = [x for x, _ in drawn.marks.values()]
    assert places == sorted(places)


def test_calls_that_cannot_touch_the_same_profiles_have_no_order_between_them() -> None:
    told = parse("server email=a@x.de person=p -> A\n+1h form email=b@x.de person=p -> B\n")
    drawn = drawing(told)
    assert {effect.chain for _, effect in drawn.marks.values()} == {0, 1}
    assert shapes(drawn.figure(), "witness") == []


# --- the drawing ---------------------------------------------------------------------------------


def test_a_call_has_a_bar_a_number_and_its_profile_and_the_splitting_one_is_flagged() -> None:
    figure = drawing(demo(LAG)).figure()
    assert len(shapes(figure, "bar")) == 5
    assert said(figure, "number") == [f"call {number}" for number in range(1, 6)]
    assert said(figure, "landed") == ["P1", "P1", "P1", "P1", "O1"]
    assert len(shapes(figure, "flag")) == 1


def test_what_was_answered_is_told_apart_from_what_settles_by_its_shape() -> None:
    told = parse("server email=a@x.de took=300ms -> A\n+1s browser email=a@x.de took=1s -> A")
    figure = drawing(told).figure()
    wires, rests = shapes(figure, "wire"), shapes(figure, "pending")
    for wire, rest in zip(wires, rests, strict=True):
        assert isinstance(wire, Box)
        assert isinstance(rest, Box)
        assert wire.height > rest.height
        assert rest.x <= wire.x < wire.x + wire.width < rest.x + rest.width


def test_a_stale_look_up_points_at_what_it_did_not_see_and_says_how_late_it_was() -> None:
    drawn = drawing(demo(LAG))
    figure = drawn.figure()
    assert said(figure, "behind") == ["call 5 did not see call 3: 5 min 59 s behind"]
    (arrow,) = shapes(figure, "tip")
    assert isinstance(arrow, Stroke)
    assert f"L{drawn.marks[3][0]} " in arrow.d
    (both,) = said(drawing(demo("email-change-at-once")).figure(), "behind")
    assert both.endswith("both under way at once")


def test_where_nothing_explains_no_order_is_drawn() -> None:
    figure = drawing(demo("email-change-deviated")).figure()
    assert said(figure, "rank") == []
    assert "first impossible" in said(figure, "tag")


def test_calls_of_others_on_the_same_profiles_are_marked_as_such() -> None:
    told = parse("email=a@x.de person=p -> A\n+1h email=a@x.de person=q -> A")
    assert said(drawing(told).figure(), "tag") == ["another person"]


def test_of_many_calls_those_are_drawn_on_which_the_verdict_hangs() -> None:
    lines = ["external_id=b1 email=a@x.de -> A", *["+1min external_id=b1 -> A"] * 40]
    drawn = drawing(parse("\n".join((*lines, "+1min email=a@x.de -> B", lines[1]))))
    assert len(drawn.calls) == MOST
    assert {split.call for split in drawn.verdict.splits} == {42} <= set(drawn.calls)
    assert "the other 31 calls are left out" in drawn.left_out()


@pytest.mark.parametrize("told", HISTORIES)
def test_labels_never_lie_on_each_other_and_all_is_inside(told: History) -> None:
    drawn = drawing(told)
    figure = drawn.figure()
    boxes = []
    for number in drawn.calls:
        left = drawn.axis.x(drawn.found.spans[number - 1].lo)
        boxes.append((left, left + drawn.label(number).width, drawn.y[number]))
    for one, other in itertools.combinations(boxes, 2):
        assert one[2] != other[2] or one[1] <= other[0] or other[1] <= one[0]
    heads = [w for w in flat(figure.shapes) if isinstance(w, Words) and w.kind in {"clock", "day"}]
    for here, there in itertools.combinations(sorted(heads, key=lambda w: w.x), 2):
        assert here.y != there.y or here.x + ink.width(here.text) <= there.x
    assert all(shape.x + shape.width <= figure.width for shape in _placed(figure.shapes))


def _placed(given: tuple[Shape, ...]) -> Iterator[Box]:
    for shape in given:
        if isinstance(shape, Group):
            for box in _placed(shape.shapes):
                yield Box(box.x + shape.shift, box.y, box.width, box.height, box.kind)
        elif isinstance(shape, Box):
            yield shape


@pytest.mark.parametrize("told", HISTORIES)
def test_a_drawing_holds_integers_and_no_data_outside_of_words(told: History) -> None:
    found, one = judged(told)
    for block in timing.blocks(Judged(found, one)):
        for shape in flat(block.shapes) if isinstance(block, Figure) else ():
            values = [getattr(shape, name) for name in shape.__dataclass_fields__]
            assert not [value for value in values if isinstance(value, float)]
            assert "example.com" not in getattr(shape, "kind", "") + getattr(shape, "title", "")
            if isinstance(shape, Stroke):
                assert set(shape.d) <= set("MLHVZ0123456789- ")


# --- with other settings -------------------------------------------------------------------------


def dials() -> tuple[Dials, Sensitivity, Verdicts]:
    found, one, changes = behind()
    return settings.dials(found, one, changes, timing.settle(found)), changes, found


def state(block: Dials, places: tuple[int, int, int]) -> tuple[str, bool]:
    """What the script shows where the sliders stand at these places."""
    steps = block.states[places[0] * len(block.dials[1].words) + places[1]]
    return block.told[[told for start, told in steps if start <= places[2]][-1]]


def test_the_sliders_begin_where_the_verdict_was_given() -> None:
    block, _, _ = dials()
    start = (block.dials[0].start, block.dials[1].start, block.dials[2].start)
    assert [dial.words[dial.start] for dial in block.dials] == ["1 s", "0 s", "10 min"]
    sentence, same = state(block, start)
    assert same
    assert sentence.startswith("lag: a look-up used an index that was behind by 1.7 s at")


def test_every_place_of_the_sliders_says_what_was_worked_out() -> None:
    block, changes, found = dials()
    lags = [0, len(block.dials[2].words) - 1]
    for settle, skew, lag in itertools.product(range(len(SETTLES_S)), range(len(SKEWS_S)), lags):
        held = changes.at(SETTLES_S[settle], SKEWS_S[skew])
        rung = held.at(found.limits.max_lag_s if lag else 0.0)
        sentence, same = state(block, (settle, skew, lag))
        assert sentence.startswith(f"{rung}: ")
        assert same == (rung == "lag")


def test_the_table_says_the_same_and_marks_the_cell_of_the_verdict() -> None:
    table = dials()[0].table
    heads = [plain(head) for head in table.columns]
    assert heads[:2] == ["Settling time", "Clocks off by 0 s"]
    assert heads[-1] == "Clocks off by 2 s to 5 s"
    cells = {plain(row.cells[0].text): row.cells[1] for row in table.rows}
    assert (
        plain(cells["1 s"].text) == "deviation; lag \N{GREATER-THAN OR EQUAL TO} 1.7 s (as judged)"
    )
    assert plain(cells["5 s to 1 min"].text) == "order-race"
    marked = [cell for row in table.rows for cell in row.cells if cell.mark]
    assert marked == [cells["1 s"]]


def test_where_no_setting_changes_the_verdict_a_sentence_says_so() -> None:
    found, one = judged(demo("email-change-deviated"))
    every = list(timing.blocks(Judged(found, one, sensitivity(found, one.person))))
    assert not [block for block in every if isinstance(block, Dials)]
    assert isinstance(every[-1], Paragraph)
    assert plain(every[-1].text).startswith("It stays so with settling times from 0 s to 1 min")


def test_a_settling_time_of_its_own_is_among_those_that_are_shown() -> None:
    found = verdict(demo(LAG), limits=Limits(settle_s=0.7, skew_s=0.3))
    assert timing.settle(found) == 0.7
    held = [Held(s, k, ((0.0, "lag"),)) for s in (0.0, 0.7) for k in (0.0, 0.3)]
    block = settings.dials(found, found.persons[0], Sensitivity("b", tuple(held), ()), 0.7)
    assert [dial.words[dial.start] for dial in block.dials] == ["700 ms", "300 ms", "10 min"]


@pytest.mark.parametrize("seed", range(4))
def test_between_two_settings_that_are_alike_there_is_nothing_else(seed: int) -> None:
    """Against a grid in which every cell is worked out by itself."""
    found, one = judged(anybody(seed, 4, 1), Limits(nodes=100_000))
    settles, skews = (0.0, 0.5, 1.0), (0.0, 1.0)
    whole = sensitivity(found, one.person, settles_s=settles, skews_s=skews)
    for held in whole.grid:
        alone = sensitivity(found, one.person, settles_s=(held.settle_s,), skews_s=(held.skew_s,))
        assert alone.grid == (held,)


# --- words, and what there is to trade -----------------------------------------------------------


def blocks(curve: timing.Curve = ()) -> list[Block]:
    return list(timing.blocks(Judged(*behind(), curve)))


def test_words_come_first_then_the_drawing_then_the_proof() -> None:
    first, second, _, *rest = blocks()
    one = behind()[1]
    assert isinstance(first, Paragraph)
    assert plain(first.text) == one.because.replace("`", "")
    assert isinstance(second, Figure)
    assert [type(block) for block in rest] == [Items, Dials]
    assert isinstance(rest[0], Items)
    assert len(rest[0].items) == len(one.proof)


def test_swaps_are_held_against_lag_only_where_there_is_something_to_trade() -> None:
    assert not [b for b in blocks() if isinstance(b, Figure) and b.kind == "chart"]
    figure = charts.trade(((0.0, 3), (1.7, 1), (12.0, 0)))
    assert said(figure, "value") == ["3", "1", "0"]
    assert said(figure, "tick")[2:] == ["0 s", "1.7 s", "12 s"]
    assert "from a lag of 1.7 s on: 1 swap" in figure.description


def test_the_curve_says_when_it_went_wrong_and_a_flat_one_is_a_sentence() -> None:
    curve = ((1, Fraction(2, 3)), (2, Fraction(2, 3)), (3, Fraction(1)))
    (figure,) = (b for b in blocks(curve) if isinstance(b, Figure) and b.kind == "chart")
    assert said(figure, "value") == ["67%", "100%"]
    assert [charts.inevitability(((1, share),)).description[-4:] for share in (0.999, 0.001)] == [
        ">99%",
        " <1%",
    ]
    told = [plain(b.text) for b in blocks(((1, 0), (2, 0))) if isinstance(b, Paragraph)]
    assert "By the rules alone, no order of these calls ends split." in told
