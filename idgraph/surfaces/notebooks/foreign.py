"""HTML that others made, as trees of ours: what a page may hold of it, and nothing else."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from html import unescape
from html.parser import HTMLParser
from typing import Any

from idgraph.surfaces.drawing import html
from idgraph.surfaces.drawing.html import Frame, Picture
from idgraph.surfaces.drawing.trees import Tree, element
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.reports import parts

Part = list[Any] | Picture | Frame | str
"""A tree that may hold pictures and frames, or words."""

_SAME = {
    "b": "strong",
    "i": "em",
    "tfoot": "tbody",
    "center": "div",
    "h5": "h4",
    "h6": "h4",
    "a": "span",
}
_UNSAFE = frozenset(("desc", "main", "nav", "title"))
"""Tags of ours that others have no use for, or that a browser reads as the start of other HTML."""
_TAGS = (html.TAGS - _UNSAFE) | set(_SAME) | {"img"}
_KEPT = html.ATTRIBUTES - {"data-call", "data-frames", "data-tally", "href", "id", "open"}
_SKIPPED = re.compile(r"(?is)<(script|style|title)\b[^>]*>.*?</\1\s*>")
_DRAWN = re.compile(r"(?is)<svg\b[^>]*\bxmlns=.*?</svg\s*>")
_FRAMED = re.compile(
    r'<iframe sandbox="allow-scripts" title="Stepper" width="100%" height="(\d{1,4})" '
    r"frameborder=\"0\" srcdoc='([^']*)'></iframe>"
)
OTHER = "Another version of idgraph saved this stepper: run the notebook again to go through it."
_PLACE = "idgraph-place-"
_DATA = re.compile(r'<script type="application/json">(.*?)</script>', re.DOTALL)


def box(tag: str, css: str, parts: Sequence[Part]) -> Tree:
    """Return an element that holds parts."""
    return [*element(tag, css), *parts]


def trees(markup: str) -> list[Part]:
    """Return somebody's HTML as trees: no script, style, address, form or handler comes through.

    Drawings become pictures, the addresses of links stand behind their words, and a stepper stays
    one if it is exactly what this version of idgraph writes; else the table behind it is shown.
    """
    held: list[Part] = []

    def keep(part: Part) -> str:
        held.append(part)
        return f'<hr class="{_PLACE}{len(held) - 1}">'

    def framed(match: re.Match[str]) -> str:
        page = unescape(match[2])
        return keep(Frame(page, int(match[1])) if _ours(page) else element("p", "notice", OTHER))

    text = _FRAMED.sub(framed, markup)
    text = _DRAWN.sub(lambda match: keep(picture(match[0])), _SKIPPED.sub("", text))
    reader = _Reader(held)
    reader.feed(_cleaned(text))
    reader.close()
    return reader.root[2:]


def picture(drawing: str, words: str = "drawing") -> Picture:
    """Return an SVG file as a picture: there it runs nothing and loads nothing."""
    packed = base64.b64encode(drawing.encode("utf-8", "replace")).decode()
    return Picture(f"data:image/svg+xml;base64,{packed}", words)


def _ours(page: str) -> bool:
    """Whether a page is what we make of its data: then all else in it is known."""
    found = _DATA.search(page)
    try:
        data = json.loads(found[1]) if found else None
    except ValueError:
        return False
    return isinstance(data, dict) and html.document(parts.framed(data)) == page


def _cleaned(text: str) -> str:
    """Well-formed HTML of tags and attributes that are allowed; its authors are not believed."""
    from bleach.sanitizer import Cleaner

    def fine(tag: str, name: str, _value: str) -> bool:
        return name in _KEPT or (tag, name) in {("img", "alt"), ("img", "src"), ("a", "href")}

    cleaner = Cleaner(tags=_TAGS, attributes=fine, protocols={"data", "https", "http"}, strip=True)
    cleaned: str = cleaner.clean(text)
    return cleaned


class _Reader(HTMLParser):
    """Reads cleaned HTML into trees, which are written by the one escaper as all else is."""

    def __init__(self, held: list[Part]) -> None:
        super().__init__()
        self.root: list[Any] = ["div", {}]
        self.open: list[tuple[str, list[Any], str]] = [("", self.root, "")]
        self.held = held

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = _SAME.get(tag, tag)
        if tag == "img":
            self._picture(given)
        elif name in {"hr", "br"}:
            self._place(name, given.get("class", ""))
        elif name in html.TAGS:
            kept = {_named(key): visible(value) for key, value in given.items() if value}
            made = [name, {key: value for key, value in kept.items() if key in _KEPT}]
            self.open[-1][1].append(made)
            self.open.append((tag, made, given.get("href", "")))

    def _picture(self, given: dict[str, str]) -> None:
        words, address = visible(given.get("alt", "")), given.get("src", "")
        try:
            html.markup(["p", {}, Picture(address, words)])
        except ValueError:
            self.open[-1][1].append(f"[picture: {words}]" if words else "[picture]")
        else:
            self.open[-1][1].append(Picture(address, words))

    def _place(self, name: str, css: str) -> None:
        number = css.removeprefix(_PLACE) if css.startswith(_PLACE) else ""
        known = number.isdecimal() and int(number) < len(self.held)
        self.open[-1][1].append(self.held[int(number)] if known else [name, {}])

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) == 1 or self.open[-1][0] != tag:
            return
        _, _, address = self.open.pop()
        if tag == "a" and not address.startswith("#") and address:
            self.open[-1][1].append(f" ({visible(address)})")

    def handle_data(self, data: str) -> None:
        lines = data.replace("\t", "    ").split("\n")
        self.open[-1][1].append("\n".join(map(visible, lines)))


def _named(name: str) -> str:
    """The name of an attribute in the one spelling that drawings know."""
    return "viewBox" if name == "viewbox" else name
