"""Claims about the coverage statement: what is there, and what cannot be answered."""

from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import Call, Identifier, history
from idgraph.coverage import cover
from idgraph.notation import parse


def _open(text: str) -> str:
    return " ".join(cover(parse(text)).unanswerable)


def test_a_history_with_everything_leaves_nothing_open() -> None:
    assert _open("person=b external_id=b -> A\nperson=b email=b@example.com -> B") == ""


def test_each_gap_is_named_with_what_to_record() -> None:
    assert "observed_profile" in _open("person=b external_id=b")
    assert "person column" in _open("external_id=b -> A")
    assert "exchange id (_kx) alone, 1 in number" in _open("_kx=k\n_kx=k email=b@example.com")
    bare = history([Call((Identifier("email", "b@example.com"),), occurred_at=5)])
    assert "received_at" in " ".join(cover(bare).unanswerable)
    assert "no call" in " ".join(cover(history([])).unanswerable)


def test_the_statement_counts_channels_clocks_and_times() -> None:
    found = cover(
        parse("server external_id=b -> A\n& form email=b@example.com\nform email=c@d.example")
    )
    assert found.channels == {"form": 2, "server": 1}
    assert found.clocks == {"sent_at": 3}
    assert (found.observed, found.ties, found.duplicates) == (1, 2, 0)
    told = list(found.sentences())
    assert "from 2021-04-16T08:00:00Z to 2021-04-16T08:01:00Z" in told
    assert "with an observed profile: 1 of 3 calls (33%)" in told


@given(st.lists(st.sampled_from(["server external_id=a", "& form email=b@c.example", "_kx=k"])))
def test_every_call_is_counted_once_by_channel_and_by_clock(lines: list[str]) -> None:
    found = cover(parse("\n".join(lines)))
    assert sum(found.channels.values()) == sum(found.clocks.values()) == found.calls == len(lines)
