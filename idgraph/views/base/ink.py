"""How things look everywhere: the class and dash of a key, the mark of a channel, text widths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idgraph.views.base.blocks import Box, Disc, Shape, Stroke

if TYPE_CHECKING:
    from idgraph.replays import Replay
    from idgraph.steps import Step

KINDS = {
    "external_id": "k-id",
    "email": "k-email",
    "phone_number": "k-phone",
    "anonymous_id": "k-anon",
    "_kx": "k-kx",
    "profile_id": "k-profile",
}
"""The class of each key: a colour of the Okabe-Ito palette and a dash, both in the style sheet."""
CREATED, OTHER, OBSERVED = "k-created", "k-other", "k-observed"

CHANNEL_MARKS = {
    "server": "square",
    "browser": "circle",
    "form": "diamond",
    "mobile": "triangle",
    "import": "hexagon",
    "other": "dot",
}


LONGEST = 80
"""Characters of a value that a table or a lane shows."""


def kind(key: str | None) -> str:
    """Return the class of a key; a key of a policy of one's own is drawn as `other`."""
    return CREATED if key is None else KINDS.get(key, OTHER)


def kind_of(step: Step) -> str:
    """Return the class of what brought a call where it landed."""
    if step.deviates:
        return OBSERVED
    return OTHER if step.landed is None else kind(step.matched)


def found(step: Step) -> bool:
    """Whether a key brought the call where it landed: not refused, not observed elsewhere."""
    return step.matched is not None and step.landed is not None and not step.deviates


def mark(channel: str, x: int, y: int, css: str) -> Shape:
    """Return the mark of a channel, 18 pixels across, around a point."""
    shape = CHANNEL_MARKS.get(channel, "dot")
    if shape == "square":
        return Box(x - 8, y - 8, 16, 16, css, 2)
    if shape == "circle":
        return Disc(x, y, 9, css)
    if shape == "diamond":
        return Stroke(f"M{x} {y - 11}L{x + 11} {y}L{x} {y + 11}L{x - 11} {y}Z", css)
    if shape == "triangle":
        return Stroke(f"M{x} {y - 10}L{x + 10} {y + 8}L{x - 10} {y + 8}Z", css)
    if shape == "hexagon":
        d = f"M{x - 10} {y}L{x - 5} {y - 9}L{x + 5} {y - 9}L{x + 10} {y}L{x + 5} {y + 9}"
        return Stroke(f"{d}L{x - 5} {y + 9}Z", css)
    return Disc(x, y, 6, css)


def width(text: str) -> int:
    """Return the pixels that a label of 11 pixels may take; generous, since fonts differ."""
    return 7 * len(text)


def shorten(text: str, length: int) -> str:
    """Return text of at most `length` characters, its middle left out."""
    if len(text) <= length:
        return text
    head = (length - 1) * 2 // 3
    return f"{text[:head]}…{text[head + 1 - length :]}"


def spelling(replay: Replay, key: str) -> str:
    """Return the label of a key in the policy's era, kept short enough for a drawing."""
    return shorten(replay.policy.label(key), 16)
