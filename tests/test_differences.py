"""Claims about differences: where two policies part, and with which calls of a history."""

import pytest

from idgraph import policy as policies
from idgraph.differences import SITUATIONS, changed_calls, compare_policies
from idgraph.notation import parse

CLASSIC, LATE, CURRENT = map(policies.load, ("klaviyo-classic", "klaviyo-classic-late", "klaviyo"))


def _found(one: policies.Policy, other: policies.Policy) -> dict[str, tuple[str, ...]]:
    return {row.situation: row.senders for row in compare_policies(one, other)}


@pytest.mark.parametrize("name", policies.names())
def test_a_policy_does_not_differ_from_itself(name: str) -> None:
    chosen = policies.load(name)
    assert compare_policies(chosen, chosen) == ()


def test_the_cut_of_2022_shows_in_updates_and_in_nothing_else() -> None:
    found = _found(CLASSIC, LATE)
    assert set(found) == {
        "another email of an id",
        "another id of an email",
        "the new email after an update",
        "the old email after an update",
    }
    assert "identify" in found["another email of an id"]
    assert "import" not in found["another email of an id"]


def test_a_profile_held_by_the_lower_key_alone_is_merged_today_and_was_not() -> None:
    (row,) = (
        row
        for row in compare_policies(CLASSIC, CURRENT)
        if row.situation == "an email that another profile holds, and nothing else"
    )
    assert (row.one.merged, row.other.merged) == ((), ("P2",))


def test_differences_are_the_other_way_round_the_other_way_round() -> None:
    forth = {(r.situation, r.one.words, r.other.words) for r in compare_policies(CLASSIC, CURRENT)}
    back = {(r.situation, r.other.words, r.one.words) for r in compare_policies(CURRENT, CLASSIC)}
    assert forth == back


def test_only_the_calls_that_come_out_differently_are_named() -> None:
    calls = parse(
        "server endpoint=identify external_id=b1 email=old@example.com\n"
        "server endpoint=identify external_id=b1 email=new@example.com\n"
        "browser endpoint=identify email=new@example.com\n"
        "server endpoint=identify external_id=b1"
    )
    found = {row.call: row for row in changed_calls(calls, CLASSIC, LATE)}
    assert found[3].other.created
    assert not found[3].one.created
    assert set(found) == {2, 3, 4}


def test_every_situation_reads_as_a_history() -> None:
    for _, given, call in SITUATIONS:
        assert len(parse(f"{given}\n{call}")) == len(given.splitlines()) + 1
