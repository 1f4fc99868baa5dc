"""Element trees to markup: the one place where strings become HTML, and all are escaped."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from idgraph.surfaces.trees import Tree

_TAGS = (
    "a caption code dd desc div dl dt figcaption figure g h1 h2 h3 h4 li main nav p path pre rect "
    "circle section span svg table tbody td text th thead title tr tspan ul"
)
_ATTRIBUTES = (
    "aria-hidden aria-label class cx cy d data-call data-frames data-tally height href id r role "
    "rx scope tabindex text-anchor transform viewBox width x y"
)
TAGS = frozenset(_TAGS.split())
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
_EXPORT = "export default { render };\n"
_ISLAND = re.compile("[<>&\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Host:
    """A place for a script of ours: what stands there without it, and its data.

    `kind` says which script: `report` for the stepper, `pair` for two linked ones, `verdict` for
    the sliders of a verdict.
    """

    still: Tree
    data: dict[str, Any]
    kind: str = "report"


def markup(tree: Tree | str) -> str:
    """Return a tree as HTML; a tag, attribute or link out of the closed lists is a `ValueError`.

    >>> markup(["p", {"class": "lead"}, "a < b"])
    '<p class="lead">a &lt; b</p>'
    """
    parts: list[str] = []
    _write(tree, parts)
    return "".join(parts)


def _write(tree: Tree | str, parts: list[str]) -> None:
    if isinstance(tree, str):
        parts.append(escape(tree))
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
    parts.append(f"</{tag}>")


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
    return "".join(text.replace(_EXPORT, "") for text in first) + last


def document(parts: list[Tree | Host], *, judged: bool = False, paired: bool = False) -> str:
    """Return a page that loads nothing and holds only scripts and style sheets of ours.

    Those of verdicts are in it only where it shows any, that is, where it is `judged`; those of two
    linked steppers where it is `paired`.
    """
    first = module("stepper.js", "compare.js") if paired else asset("stepper.js")
    scripts = [first, *([asset("verdict.js")] if judged else [])]
    style = asset("stepper.css") + asset("verdict.css") * judged + asset("compare.css") * paired
    rules = "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_digest, scripts))}",
            f"style-src {_digest(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    body = "".join(_host(part) if isinstance(part, Host) else markup(part) for part in parts)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{rules}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>idgraph report</title><style>{style}</style></head>"
        f'<body class="idgraph mathjax_ignore tex2jax_ignore"><main>{body}</main>'
        f"{''.join(map(_script, scripts))}</body></html>\n"
    )


def _host(host: Host) -> str:
    data = f'<script type="application/json">{island(host.data)}</script>'
    return f'<div class="host" data-idgraph-{host.kind}="">{markup(host.still)}{data}</div>'


def _script(text: str) -> str:
    return f'<script type="module">{text}</script>'


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
