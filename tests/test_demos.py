"""Claims about the built-in histories: they go the whole way of a log and show what they say."""

import json
from pathlib import Path

import pytest

from idgraph import demos
from idgraph.calls import History
from idgraph.diagnosis import diagnose
from idgraph.errors import UsageError
from idgraph.notation import parse
from idgraph.observing import observed
from idgraph.replays import replay
from idgraph.sources import read

EXPECTED = {
    "scenario-1": [],
    "scenario-2": [],
    "scenario-3": [],
    "scenario-4": [],
    "scenario-5": [],
    "scenario-6": [(2, "id-only-then-email-only")],
    "scenario-7": [(2, "simultaneous-first-calls")],
    "email-change-worked": [],
    "email-change-broke": [(5, "new-email-not-yet-visible")],
    "email-change-old": [(5, "old-email-after-update")],
    "email-change-overtaken": [(3, "unexplained")],
    "email-change-at-once": [(4, "new-email-not-yet-visible")],
    "email-change-deviated": [(5, "update-not-applied")],
    "shop": [
        (6, "id-only-then-email-only"),
        (13, "old-email-after-update"),
        (18, "id-text-or-number"),
        (20, "simultaneous-first-calls"),
    ],
}


@pytest.mark.parametrize("name", demos.names())
def test_a_demo_shows_the_splits_and_causes_that_it_is_for(name: str) -> None:
    found = diagnose(replay(demos.demo(name)))
    shown = [(s.split.call, s.cause) for person in found for s in person.splits]
    assert shown == EXPECTED[name]


@pytest.mark.parametrize("name", demos.names())
def test_a_demo_reads_back_the_identifiers_of_its_notation(name: str) -> None:
    text = next(story.text for story in demos.demos() if story.name == name)
    assert _identifiers(demos.demo(name)) == _identifiers(parse(text))


@pytest.mark.parametrize("name", demos.names())
def test_every_row_of_a_demo_is_a_call_with_its_payload(name: str) -> None:
    told = demos.demo(name)
    rows = [json.loads(row) for row in demos.exchanges(name)]
    assert told.reading.rows == told.reading.with_calls == len(rows)
    assert all(call.payload and call.wire for call in told)
    assert told.call(1).origin == f"demo {name}:1"


def test_the_pieces_of_a_story_put_together_show_its_split(tmp_path: Path) -> None:
    files = demos.write_traces(tmp_path / "pieces")
    told = read(files.har, files.log, progress=False)
    assert diagnose(replay(read(files.log, progress=False))).persons == ()
    assert [call.observed for call in told] == [None] * 8
    joined = observed(told, [files.events])
    assert joined.ways == {"event-id": 8}
    found = diagnose(replay(joined.history))
    assert [(s.split.call, s.cause) for s in found.persons[0].splits] == [
        (5, "stale-cookie-identity")
    ]
    assert not any(step.deviates for step in found.replay)


def test_an_unknown_demo_gets_a_suggestion() -> None:
    with pytest.raises(UsageError, match="scenario-6"):
        demos.demo("scenario6")


def _identifiers(told: History) -> list[object]:
    return [(call.identifiers, call.channel, call.sent_at) for call in told]
