"""Claims about how firmly a repair holds, each against what the edited calls can come to."""

from dataclasses import replace

import pytest

from idgraph.advising import repair
from idgraph.demos import demo
from idgraph.notation import parse
from idgraph.replays import replay


@pytest.mark.parametrize(
    ("name", "hold"),
    [
        ("email-change-broke", "lag"),
        ("email-change-old", "in-flight"),
        ("scenario-7", "in-flight"),
    ],
)
def test_a_repair_says_how_firmly_it_holds(name: str, hold: str) -> None:
    assert set(repair(replay(demo(name))).holds.values()) == {hold}


def test_a_repair_of_calls_that_overlap_holds_in_order_alone() -> None:
    told = replay(
        parse(
            """
            server external_id=b1 email=old@example.com person=b took=50ms
            +1h  server external_id=b1 email=new@example.com person=b took=50ms
            +100ms  browser email=old@example.com person=b took=50ms
            """
        )
    )
    found = repair(told)
    assert found.persons[0].repair is not None
    assert found.holds == {"b": "in-order"}


def test_a_history_without_clocks_is_only_known_in_order() -> None:
    told = parse("server external_id=b1 person=b\nbrowser email=e@example.com person=b")
    bare = tuple(replace(call, sent_at=None, answered_at=None) for call in told)
    assert set(repair(replay(replace(told, calls=bare))).holds.values()) == {"in-order"}
