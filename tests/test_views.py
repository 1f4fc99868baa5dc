"""The views: what each says of a case, in the closed vocabulary, on data and not on prose."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph import notation, registry
from idgraph.calls import Identifier, history
from idgraph.replays import Replay, replay
from idgraph.views import calls, context, ladder, lanes, network, payload, state
from idgraph.views.base import ink
from idgraph.views.base.blocks import (
    MARKS,
    Block,
    Disc,
    Figure,
    Group,
    Shape,
    Stroke,
    Table,
    Words,
    flat,
    plain,
    rich,
)
from idgraph.views.base.case import FOLDED, ROWS, Case, Cases, brief
from idgraph.views.base.view import View

VIEWS: tuple[View, ...] = registry.collect("idgraph.views", "VIEW")
BETTY = """
    # Betty, as it broke
    server  external_id=b1 email=old@example.com person=betty
    +1d server  external_id=b1 email=new@example.com person=betty
    +4s browser email=new@example.com person=betty
    +4s form    email=old@example.com person=betty
    +1min browser email=new@example.com person=betty
"""


def case_of(text: str, person: str | None = None) -> Case:
    cases = Cases(replay(notation.parse(text)))
    return cases.case(person or cases.by_splits()[0])


def shapes(figures: Iterator[Figure] | tuple[Figure, ...], kind: str) -> list[Shape]:
    """Return the shapes of that class in some figures."""
    every = itertools.chain.from_iterable(flat(figure.shapes) for figure in figures)
    return [shape for shape in every if kind in getattr(shape, "kind", "").split()]


def tiles(case: Case) -> tuple[Figure, ...]:
    drawn = lanes.Lanes(case)
    return tuple(drawn.tile(number).figure for number in range(drawn.tiles()))


def said(figures: tuple[Figure, ...], kind: str) -> list[str]:
    """Return the words of that class, in order."""
    return [shape.text for shape in shapes(figures, kind) if isinstance(shape, Words)]


@st.composite
def replays(draw: st.DrawFn) -> Replay:
    """Histories of up to 90 calls with few values, so that they meet, split and swing."""
    line = st.tuples(
        st.sampled_from(["server", "browser", "form", "mobile", "import", "other"]),
        st.sampled_from(["", "external_id=b1", "external_id=b2", "external_id=b3"]),
        st.sampled_from(["", "email=a@example.com", "email=b@example.com", "email=A@example.com"]),
        st.sampled_from(["", "phone_number=+15550100", "anonymous_id=z"]),
        st.sampled_from(["", "-> A", "-> B", "-> C"]),
    ).filter(lambda words: any(words[1:4]))
    lines = draw(st.lists(line, min_size=1, max_size=90))
    return replay(notation.parse("\n".join(" ".join((*words, "person=p")) for words in lines)))


def test_an_event_that_was_delivered_twice_is_tagged_at_the_second_delivery() -> None:
    case = case_of("event=A event_id=1 external_id=b1\nevent=A event_id=1 external_id=b1", "b1")
    assert said(tiles(case), "tag") == ["same event again"]


def test_a_look_up_is_tagged_as_one_that_only_asked() -> None:
    told = [replace(call, reads=n == 2) for n, call in enumerate(notation.parse(BETTY), 1)]
    cases = Cases(replay(history(told)))
    assert "only asked" in said(tiles(cases.case("betty")), "tag")


def believing() -> Case:
    """Betty's case, in which call 4 came with a cookie that knows another address."""
    told = notation.parse(BETTY)
    cookie = {"cookie $email": Identifier("email", "other@example.com")}
    calls = [replace(call, context=cookie if n == 4 else {}) for n, call in enumerate(told, 1)]
    cases = Cases(replay(history(calls)))
    return cases.case(cases.by_splits()[0])


def test_what_a_sender_believed_is_shown_against_what_it_sent() -> None:
    case = believing()
    shown = context.table(case, case.step(4))
    assert shown is not None
    assert [plain(cell.text) for cell in shown.rows[0].cells] == [
        "cookie $email",
        "other@example.com",
        "the call sent another $email",
    ]
    assert context.table(case, case.step(1)) is None


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_view_speaks_the_closed_vocabulary(view: View) -> None:
    case = believing()
    made = view.blocks(case)
    assert made
    assert all(isinstance(block, get_args(Block)) for block in made)
    if view.panel:
        assert isinstance(view.panel(case, case.step(4)), get_args(Block))


@given(replays())
def test_every_view_can_show_any_case(found: Replay) -> None:
    cases = Cases(found)
    for name in cases.persons:
        case = cases.case(name)
        for view in VIEWS:
            for block in view.blocks(case):
                if isinstance(block, Table):
                    assert all(len(row.cells) == len(block.columns) for row in block.rows)
                    assert all(cell.mark in MARKS for row in block.rows for cell in row.cells)


@given(replays())
def test_drawings_hold_integers_and_no_data_outside_of_words(found: Replay) -> None:
    case = Cases(found).case("p")
    for figure in (*tiles(case), *lanes.Lanes(case).stills(), network.figure(case)):
        for shape in flat(figure.shapes):
            numbers = [v for v in _values(shape) if isinstance(v, float)]
            assert numbers == []
            assert "example.com" not in getattr(shape, "kind", "")
            if isinstance(shape, Stroke):
                assert set(shape.d) <= set("MLHVCQZ0123456789- ")


def _values(shape: Shape) -> Iterator[object]:
    return (getattr(shape, name) for name in shape.__dataclass_fields__)


@given(replays())
def test_every_call_has_one_mark_and_is_in_one_arrow(found: Replay) -> None:
    case = Cases(found).case("p")
    marked = [s.call for s in shapes(tiles(case), "call") if isinstance(s, Group)]
    assert marked == list(case.calls)
    arrows = sorted(frame for bundle in network.bundles(case) for frame in bundle.frames)
    assert arrows == [frame for frame, step in case.steps() if step.landed is not None]


@given(replays())
def test_words_of_the_identity_graph_never_lie_on_each_other(found: Replay) -> None:
    case = Cases(found).case("p")
    boxes = [
        (w.x - _half(w), w.x + _half(w), w.y - 9, w.y + 2)
        for w in flat(network.figure(case).shapes)
        if isinstance(w, Words)
    ]
    for one, other in itertools.combinations(boxes, 2):
        apart = one[1] < other[0] or other[1] < one[0] or one[3] < other[2] or other[3] < one[2]
        assert apart


def _half(words: Words) -> int:
    counted = f" x{len(words.count)}" if len(words.count) > 1 else ""
    return ink.width(words.text + counted) // 2


def test_rows_stand_in_order_of_birth_and_begin_there() -> None:
    drawn = lanes.Lanes(case_of(BETTY))
    assert [(lane.name, lane.birth) for lane in drawn.lanes] == [("P1", 1), ("P2", 4)]
    assert drawn.lanes[0].top < drawn.lanes[1].top


def test_a_lane_tells_what_the_profile_holds_as_time_goes() -> None:
    first, second = lanes.Lanes(case_of(BETTY)).lanes
    held = [(h.since, [value for _, value, _ in h.chips]) for h in first.holdings]
    assert held == [(1, ["b1", "old@example.com"]), (2, ["b1", "new@example.com"])]
    assert [h.since for h in second.holdings] == [4]


def test_the_first_split_is_flagged_once_and_each_jump_is_drawn_bold() -> None:
    drawn = tiles(case_of(BETTY))
    assert len(shapes(drawn, "flag")) == 1
    assert len(shapes(drawn, "jump")) == 2  # to P2, and back


def test_marks_are_labelled_as_the_era_spells_the_key() -> None:
    assert said(tiles(case_of(BETTY)), "key") == ["created", "$id", "$email", "created", "$email"]


def test_a_replaced_value_is_tagged_where_it_happened() -> None:
    assert said(tiles(case_of(BETTY)), "tag") == ["$email replaced"]


def test_gaps_are_told_once_where_they_say_something() -> None:
    assert said(tiles(case_of(BETTY)), "gap") == ["+1 day", "+4 s", "+4 s"]
    at_once = case_of("email=a@example.com\n& email=a@example.com")
    assert said(tiles(at_once), "gap") == ["same time"]


def test_an_observation_against_the_rules_leaves_a_ghost_where_they_would_have_it() -> None:
    text = "external_id=b1 person=p -> A\n&  external_id=b1 person=p -> B"
    drawn = lanes.Lanes(case_of(text))
    assert [(lane.name, lane.remark) for lane in drawn.lanes] == [
        ("P1", ""),
        ("O1", "observed only"),
    ]
    (ghost,) = shapes(tiles(case_of(text)), "ghost")
    assert isinstance(ghost, Disc)
    assert ghost.y < drawn.lanes[1].top


def test_a_call_that_lands_nowhere_stands_on_a_row_of_its_own() -> None:
    drawn = lanes.Lanes(case_of("external_id=b1 person=p\nanonymous_id=z person=p"))
    assert [lane.name for lane in drawn.lanes] == [lanes.NOWHERE, "P1"]


def test_a_refused_call_says_whom_it_found_and_that_it_was_refused() -> None:
    text = "external_id=b1\nemail=c@example.com\nexternal_id=b1 email=c@example.com person=p"
    found = replay(notation.parse(text), assume={"taken-email": "refuse"})
    case = Cases(found).case("p")
    step = found.step(3)
    assert step.refused
    assert ladder.rungs(case, step).rows[0].cells[2].mark == "matched"
    assert calls.row(case, step).cells[4].mark != "matched"
    assert "refused" in said(tiles(case), "key")


def test_others_calls_on_the_same_profiles_are_shown_but_not_on_the_path() -> None:
    text = (
        "external_id=b1 email=a@example.com person=betty\n"
        "external_id=c9 person=carl\n"
        "email=a@example.com person=carl\n"
        "external_id=b1 person=betty"
    )
    case = case_of(text, "betty")
    assert (case.own, case.calls) == ((1, 4), (1, 3, 4))
    assert len(shapes(tiles(case), "path")) == 1
    assert [g.call for g in shapes(tiles(case), "other") if isinstance(g, Group)] == [3]


def test_a_path_that_crosses_a_tile_is_drawn_in_both() -> None:
    case = case_of("\n".join(["external_id=b1 person=p"] * (lanes.TILE + 1)))
    first, second = tiles(case)
    assert len(shapes((first,), "path")) == lanes.TILE
    assert len(shapes((second,), "path")) == 1


def test_profiles_beyond_the_rows_share_the_last_one() -> None:
    case = case_of("\n".join(f"email=m{n}@example.com person=p" for n in range(ROWS + 5)))
    assert len(case.rows) == ROWS
    assert case.rows[-1] == FOLDED
    assert case.row("P45") == FOLDED


def test_parallel_calls_are_one_arrow_with_a_count() -> None:
    case = case_of(BETTY + "    browser email=new@example.com person=betty\n" * 3)
    (bundle,) = [b for b in network.bundles(case) if b.loop and b.label == "$email"]
    assert bundle.frames == (3, 6, 7, 8)


def test_the_ladder_says_key_by_key_what_came_of_it() -> None:
    case = case_of(BETTY)
    table = ladder.rungs(case, case.step(4))
    came = [(plain(r.cells[0].text), r.cells[2].mark, plain(r.cells[2].text)) for r in table.rows]
    assert came == [
        ("$id", "muted", "not sent"),
        ("$email", "", "found nobody: replaced on P1 at call 2"),
        ("$phone_number", "muted", "not sent"),
    ]
    found = ladder.rungs(case, case.step(2))
    assert [row.cells[2].mark for row in found.rows] == ["matched", "", "muted"]


def test_a_changed_cell_shows_the_old_and_the_new_value_in_words() -> None:
    case = case_of(BETTY)
    (row,) = state.state(case, case.step(2)).rows
    assert [(plain(cell.text), cell.mark) for cell in row.cells] == [
        ("P1 landed here", ""),
        ("b1", ""),
        ("old@example.com → new@example.com replaced", "changed"),
    ]


def test_the_line_of_the_matched_key_is_marked_in_the_payload() -> None:
    case = case_of(BETTY)
    lines = payload.payload(case, case.step(2)).lines
    assert [line.mark for line in lines] == ["", "matched", "identifier", ""]
    assert lines[1].note == "matched: found P1"


def test_a_long_payload_is_cut_but_keeps_its_identifiers() -> None:
    case = case_of(BETTY)
    step = case.step(1)
    body = {"properties": {f"p{n}": "x" * 900 for n in range(200)}, "$id": "b1"}
    long = case.replay.history.call(1)
    call = type(long)(
        **{f: getattr(long, f) for f in long.__dataclass_fields__}
        | {
            "payload": body,
            "wire": {"external_id": ("$id",)},
        }
    )
    cut = type(step)(**{f: getattr(step, f) for f in step.__dataclass_fields__} | {"call": call})
    lines = payload.payload(case, cut).lines
    assert len(lines) == payload.LINES + 2
    assert lines[-1].mark == "identifier"
    assert max(len(line.text) for line in lines) < payload.LENGTH + 40


def test_rows_of_the_persons_calls_can_be_linked_to() -> None:
    case = case_of(BETTY)
    assert [calls.row(case, step).anchor for _, step in case.steps()][:2] == ["call-1", "call-2"]


def test_a_short_case_keeps_all_calls_that_changed_anything() -> None:
    text = BETTY + "    browser email=new@example.com person=betty\n" * 50
    short = brief(case_of(text), 20)
    assert {1, 2, 4} <= set(short.calls)
    assert len(short.calls) <= 20


def test_backticks_make_code_and_an_odd_one_is_left_alone() -> None:
    assert [(s.text, s.code) for s in rich("by `$id` and")] == [
        ("by ", False),
        ("$id", True),
        (" and", False),
    ]
    assert [(s.text, s.code) for s in rich("it`s")] == [("it`s", False)]
