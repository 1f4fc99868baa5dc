"""Element trees to markup: the one place where strings become HTML, and all are escaped."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from idgraph.surfaces.drawing.trees import Tree
from idgraph.surfaces.drawing.visible import visible

_TAGS = (
    "a caption code dd desc details div dl dt figcaption figure g h1 h2 h3 h4 li main nav p path "
    "pre rect circle section span summary svg table tbody td text th thead title tr tspan ul"
)
_ATTRIBUTES = (
    "aria-hidden aria-label class cx cy d data-call data-frames data-tally height href id r role "
    "rx scope tabindex text-anchor transform viewBox width x y"
)
_FRAME_TAGS = "blockquote br details em hr ol s strong sub summary sup"
_FRAME_ATTRIBUTES = "colspan open rowspan start"
_VOID = frozenset(("br", "hr"))
FRAME_TAGS = frozenset(_FRAME_TAGS.split())
"""Tags of pages that no script builds: of contents, notes and outputs."""
FRAME_ATTRIBUTES = frozenset(_FRAME_ATTRIBUTES.split())
TAGS = frozenset(_TAGS.split()) | FRAME_TAGS
ATTRIBUTES = frozenset(_ATTRIBUTES.split()) | FRAME_ATTRIBUTES
_EXPORT = re.compile(r"^export default .*\n", re.MULTILINE)
_ISLAND = re.compile("[<>&\u2028\u2029]")
_PICTURE = re.compile(r"data:image/(?:gif|jpeg|png|svg\+xml|webp);base64,[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, slots=True)
class Host:
    """A place for a script of ours: what stands there without it, and its data.

    `kind` says which script: `report` for the stepper, `pair` for two linked ones, `verdict` for
    the sliders of a verdict.
    """

    still: Tree
    data: dict[str, Any]
    kind: str = "report"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that travels in the page, as a `data:` address; `words` say what it shows."""

    address: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A page of ours in a page, `height` pixels high: scripts run in it and reach nothing else."""

    page: str
    height: int


def markup(tree: Tree | str) -> str:
    """Return a tree as HTML; a tag, attribute or link out of the closed lists is a `ValueError`.

    >>> markup(["p", {"class": "lead"}, "a < b"])
    '<p class="lead">a &lt; b</p>'
    """
    parts: list[str] = []
    _write(tree, parts)
    return "".join(parts)


def _write(tree: Tree | Picture | Frame | str, parts: list[str]) -> None:
    if isinstance(tree, str):
        parts.append(escape(tree))
        return
    if isinstance(tree, Picture | Frame):
        parts.append(_picture(tree) if isinstance(tree, Picture) else _frame(tree))
        return
    tag, attributes, *children = tree
    if tag not in TAGS:
        raise ValueError(tag)
    parts.append(f"<{tag}")
    for name, value in attributes.items():
        if name not in ATTRIBUTES or (name == "href" and not value.startswith("#")):
            raise ValueError(name)
        parts.append(f' {name}="{escape(value)}"')
    parts.append(">")
    for child in children:
        _write(child, parts)
    parts.append("" if tag in _VOID else f"</{tag}>")


def _picture(picture: Picture) -> str:
    if not _PICTURE.fullmatch(picture.address):
        raise ValueError("src")
    return f'<img alt="{escape(picture.words)}" src="{picture.address}">'


def _frame(frame: Frame) -> str:
    return (
        f'<iframe sandbox="allow-scripts" title="Stepper" width="100%" height="{frame.height}" '
        f'srcdoc="{escape(frame.page)}"></iframe>'
    )


def island(data: object) -> str:
    """Return JSON that may stand in a `<script type="application/json">`, whatever it holds."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _ISLAND.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


@cache
def asset(name: str) -> str:
    """Return a file of the static folder: the same bytes in the widget and in the report."""
    return (files("idgraph.surfaces") / "static" / name).read_text("utf-8")


@cache
def module(*names: str) -> str:
    """Return files of the static folder as one module: each may use what those before it define.

    The last one says what the module exports. Scripts in a page cannot import one another: that
    would take an address.
    """
    *first, last = map(asset, names)
    return "".join(_EXPORT.sub("", text) for text in first) + last


def document(
    parts: list[Tree | Host],
    *,
    judged: bool = False,
    paired: bool = False,
    beside: Tree | None = None,
    charted: bool = False,
) -> str:
    """Return a page that loads nothing and holds only scripts and style sheets of ours.

    Those of verdicts are in it only where it shows any, that is, where it is `judged`; those of two
    linked steppers where it is `paired`, those of charts where it is `charted`, those of contents
    where there are some `beside` it.
    """
    first = module("building.js", "stepper.js", *(["compare.js"] if paired else []))
    scripts = [first, *([asset("verdict.js")] if judged else [])]
    style = asset("stepper.css") + asset("verdict.css") * judged + asset("compare.css") * paired
    style += asset("overview.css") * charted
    return page(parts, scripts, style, beside=beside)


def page(
    parts: Sequence[Tree | Host],
    scripts: Sequence[str],
    style: str,
    *,
    beside: Tree | None = None,
    title: str = "idgraph report",
    framed: Sequence[str] = (),
) -> str:
    """Return a page of parts with contents beside them: nothing in it can load or send anything.

    Its content policy names scripts and styles by their bytes, and those of pages `framed` in it,
    which inherit the policy.
    """
    if beside is not None:
        scripts, style = [*scripts, asset("report.js")], style + asset("report.css")
    body = "".join(_host(part) if isinstance(part, Host) else markup(part) for part in parts)
    nav = "" if beside is None else markup(beside)
    name = "idgraph mathjax_ignore tex2jax_ignore" + (" sided" if nav else "")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_rules(scripts, style, framed)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(visible(title))}</title><style>{style}</style></head>"
        f'<body class="{name}">{nav}<main>{body}</main>'
        f"{''.join(map(_script, scripts))}</body></html>\n"
    )


def _rules(scripts: Sequence[str], style: str, framed: Sequence[str]) -> str:
    """The content policy of a page; `framed` are the scripts and styles of pages in it."""
    inner = list(map(_digest, framed))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join([*map(_digest, scripts), *inner])}",
            f"style-src {' '.join([_digest(style), *inner])}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _host(host: Host) -> str:
    data = f'<script type="application/json">{island(host.data)}</script>'
    return f'<div class="host" data-idgraph-{host.kind}="">{markup(host.still)}{data}</div>'


def _script(text: str) -> str:
    return f'<script type="module">{text}</script>'


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
