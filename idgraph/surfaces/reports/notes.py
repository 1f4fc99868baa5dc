"""A note in Markdown as trees: what an analyst writes beside a report, or between cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from idgraph.calls import History
from idgraph.errors import UnreadableError
from idgraph.surfaces.drawing.trees import Tree, element
from idgraph.surfaces.drawing.visible import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

_DEEPEST = 4
"""The lowest heading that a page has."""
_NESTED = 100
_TAGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PLAIN = {
    "paragraph": "p",
    "bullet_list": "ul",
    "list_item": "li",
    "blockquote": "blockquote",
    "strong": "strong",
    "em": "em",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "th": "th",
    "td": "td",
}
_LONG, _MIXED = 4, 2
"""Characters from which on a value is looked for in a note; with both letters and digits in it."""
_WORD = re.compile(r"[^\s<>()\[\]{}\"'`,;|*]+")
_NUMBER = re.compile(r"\+?\d[\d ()./-]{5,}\d")


@dataclass(frozen=True, slots=True)
class Title:
    """A heading of a note: its words, its level from 1, and its anchor."""

    words: str
    level: int
    anchor: str


def read(path: str | Path) -> str:
    """Return the text of a note; one that is not there or not UTF-8 is an `UnreadableError`."""
    try:
        return Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        remedy = "Save the note as UTF-8."
        raise UnreadableError("the note is not UTF-8", where=str(path), remedy=remedy) from error
    except OSError as error:
        remedy = "Name a Markdown file that you may read."
        raise UnreadableError("the note cannot be read", where=str(path), remedy=remedy) from error


def note(
    text: str, *, prefix: str = "note", level: int | None = 3
) -> tuple[list[Tree], list[Title]]:
    """Return Markdown as trees, and its headings in order.

    CommonMark with tables. The highest heading that it uses becomes one of `level`, where None
    leaves each as it is, but that none is lower than the fourth; anchors are `prefix-1`,
    `prefix-2`. HTML in it is text, an address stands in parentheses behind the words of its link
    and leads nowhere, a picture is its description: nothing in a note loads, links or runs.
    """
    from markdown_it.tree import SyntaxTreeNode

    root = SyntaxTreeNode(_parser().parse(text))
    used = _TAGS if level is None else _levels(root)
    writer = _Writer(prefix, level or 1, used)
    return [part for node in root.children for part in writer.block(node)], writer.titles


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Without HTML, which would be somebody else's markup, and without guesses at addresses.
    return MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTED}).enable("table")


def _levels(root: SyntaxTreeNode) -> Sequence[str]:
    return sorted({node.tag for node in root.walk() if node.type == "heading"})


class _Writer:
    """Turns nodes into trees and keeps the headings that it met."""

    def __init__(self, prefix: str, level: int, used: Sequence[str]) -> None:
        self.prefix = prefix
        self.levels = {tag: min(level + place, _DEEPEST) for place, tag in enumerate(used)}
        self.titles: list[Title] = []

    def block(self, node: SyntaxTreeNode) -> Iterator[Tree]:
        if node.type == "heading":
            yield self._heading(node)
        elif node.type in {"fence", "code_block"}:
            yield code(node.content)
        elif node.type == "hr":
            yield element("hr")
        elif node.type == "table":
            table = element("table", "", *self._blocks(node))
            yield element(
                "div", "wide", table, tabindex="0", role="group", aria_label="A table of the note"
            )
        elif node.type == "ordered_list":
            first = node.attrs.get("start", "")
            start = str(first) if str(first).isdigit() else ""
            yield element("ol", "", *self._blocks(node), start=start)
        elif node.type in {"inline", "html_block"} or node.type not in _PLAIN:
            yield element("p", "", *self.inline(node))
        else:
            yield element(_PLAIN[node.type], "", *self._blocks(node))

    def _blocks(self, node: SyntaxTreeNode) -> Iterator[str | Tree]:
        for child in node.children:
            if child.type == "inline":
                yield from self.inline(child)
            elif child.type == "paragraph" and child.hidden:  # of a list without blank lines
                for inner in child.children:
                    yield from self.inline(inner)
            else:
                yield from self.block(child)

    def _heading(self, node: SyntaxTreeNode) -> Tree:
        words = [part for child in node.children for part in self.inline(child)]
        level, anchor = self.levels[node.tag], f"{self.prefix}-{len(self.titles) + 1}"
        self.titles.append(Title("".join(_said(words)), level, anchor))
        return element(f"h{level}", "", *words, id=anchor)

    def inline(self, node: SyntaxTreeNode) -> Iterator[str | Tree]:
        """Go through the words of a node and what stands out in them."""
        if not node.children:
            yield from self._leaf(node)
        for child in node.children:
            inner = tuple(self.inline(child)) if child.children else ()
            if child.type == "link":
                yield from inner
                address = visible(str(child.attrs.get("href", "")))
                if address and "".join(_said(inner)) != address:
                    yield f" ({address})"
            elif child.type in _PLAIN:
                yield element(_PLAIN[child.type], "", *inner)
            else:
                yield from self._leaf(child)

    def _leaf(self, node: SyntaxTreeNode) -> Iterator[str | Tree]:
        if node.type == "softbreak":
            yield " "
        elif node.type == "hardbreak":
            yield element("br")
        elif node.type == "code_inline":
            yield element("code", "", visible(node.content))
        elif node.type == "image":
            yield "".join(_said(self.inline(node))) if node.children else "picture"
        elif node.content:
            yield visible(node.content)


def _said(parts: Iterable[str | Tree]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        else:
            yield from _said(part[2:])


def code(text: str) -> Tree:
    """Return lines of code as a tree; they keep their blanks."""
    lines = text.expandtabs(4).removesuffix("\n").split("\n")
    return element("pre", "", element("code", "", "\n".join(map(visible, lines))), tabindex="0")


# --- what a note tells ----------------------------------------------------------------------------


def telling(text: str, *histories: History) -> list[int]:
    """Return the lines of a note, from 1, that hold an identifier of the histories.

    It is a note's author who says what may be known, so that this is for a warning and no veil:
    values are found as they stand, in any letter case, phone numbers with any blanks; very short
    ones and numbers of up to three digits are not looked for.
    """
    held = set(_held(histories))
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if not held.isdisjoint(_candidates(line))
    ]


def _held(histories: Iterable[History]) -> Iterator[str]:
    for history in histories:
        for call in history.calls:
            for one in call.identifiers:
                yield from _forms(one.text)
                if one.key == "phone_number":
                    yield _digits(one.text)
            yield from _forms(call.person or "")
            yield from _forms(call.observed or "")


def _forms(text: str) -> Iterator[str]:
    folded = text.strip().casefold()
    mixed = re.search(r"\d", folded) and re.search(r"[^\W\d]", folded)
    if len(folded) >= (_MIXED if mixed else _LONG):
        yield folded


def _candidates(line: str) -> Iterator[str]:
    for match in _WORD.finditer(line):
        word = match[0].casefold()
        yield word
        yield word.strip(".:!?_=/-")
    for match in _NUMBER.finditer(line):
        yield _digits(match[0])


def _digits(text: str) -> str:
    return "tel:" + re.sub(r"\D", "", text)
