"""The identity graph of a whole history as blocks: its profiles, and its arrows with counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from idgraph.explain import counted
from idgraph.graph import identity_graph
from idgraph.persons import link
from idgraph.replays import Replay
from idgraph.views.base.blocks import Block, Cell, Heading, Paragraph, Row, Table, rich, words

MOST = 200
"""Rows of a table; more are counted."""


def blocks(replay: Replay) -> Iterator[Block]:
    """Return how many profiles and calls there are, the profiles, and the arrows between them."""
    profiles = replay.profiles()
    people = link(replay.history)
    shared = f"{counted(len(replay), 'call')} of {counted(len(people), 'person')}"
    yield Heading(words(f"Identity graph: {counted(len(profiles), 'profile')}, {shared}"))
    label = replay.policy.label
    rows = [
        (
            one.name,
            f"call {one.created_by}" if one.created_by else "(observed)",
            counted(len(one.calls), "call"),
            ", ".join(label(key) for key in one.identifiers) or "-",
        )
        for one in profiles
    ]
    yield from _table("Profiles", ("profile", "made by", "calls", "holds"), rows)
    yield from _table("Arrows, by their first calls", _HEADS, _arrows(replay))


_HEADS = ("from", "to", "found by", "calls", "first")


def _arrows(replay: Replay) -> list[tuple[str, ...]]:
    """Calls that share where they come from, where they land and by what."""
    edges = identity_graph(replay).edges(data=True)
    found: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for source, target, data in sorted(edges, key=lambda edge: edge[2]["call"]):
        found[source, target, data["label"]].append(data["call"])
    return [(*ends, counted(len(own), "call"), f"call {own[0]}") for ends, own in found.items()]


def _table(
    caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> Iterator[Block]:
    cells = tuple(Row(tuple(Cell(words(text)) for text in row)) for row in rows[:MOST])
    yield Table(words(caption), tuple(map(words, heads)), cells)
    if len(rows) > MOST:
        yield Paragraph(rich(f"And {len(rows) - MOST} more; see them all with --json."))
