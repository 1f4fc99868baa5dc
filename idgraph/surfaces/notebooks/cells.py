"""A notebook as a page: its cells and what they left, without a kernel, loading nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from idgraph.surfaces.drawing import html
from idgraph.surfaces.drawing.html import Frame, Picture
from idgraph.surfaces.drawing.trees import Tree, element
from idgraph.surfaces.drawing.visible import visible
from idgraph.surfaces.notebooks import foreign
from idgraph.surfaces.notebooks.foreign import Part, box
from idgraph.surfaces.reports import notes
from idgraph.surfaces.reports.contents import Entry, contents, nested
from idgraph.surfaces.reports.notes import Title

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Cell = Mapping[str, Any]
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_INNER = re.compile(r"<(?:script type=\"module\"|style)>(.*?)</(?:script|style)>", re.DOTALL)


@dataclass(slots=True)
class _Page:
    """What is gathered while going through the cells."""

    lexer: Lexer
    titles: list[Title] = field(default_factory=list)
    inner: dict[str, None] = field(default_factory=dict)


def page(notebook: Mapping[str, Any], name: str = "Notebook") -> str:
    """Return a notebook (nbformat 4) as an offline page; outputs stand in it as they were saved.

    Of an output that has several forms HTML comes first and a live widget never; what others made
    is shown as far as the closed lists of `html` go. Its title is the first heading, else `name`.
    Same notebook, same bytes.
    """
    gathered = _Page(_lexer(notebook))
    parts: list[Tree] = []
    for number, cell in enumerate(notebook["cells"], 1):
        parts += _cell(cell, number, gathered)
    titles = gathered.titles
    if not any(title.level == 1 for title in titles):
        parts.insert(0, element("h1", "", visible(name), id="top"))
        titles = [Title(visible(name), 1, "top"), *titles]
    style = html.asset("stepper.css") + html.asset("notebook.css")
    entries = nested([(one.level, Entry(one.words, one.anchor)) for one in titles])
    return html.page(
        parts,
        [],
        style,
        beside=contents(entries),
        title=titles[0].words,
        framed=tuple(gathered.inner),
    )


def _lexer(notebook: Mapping[str, Any]) -> Lexer:
    """What reads the code: that of the language that the notebook names, else that of Python."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    told = notebook.get("metadata", {}).get("language_info", {})
    try:
        return get_lexer_by_name(str(told.get("name", "python")), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return get_lexer_by_name("text", stripnl=False, ensurenl=False)


def _cell(cell: Cell, number: int, gathered: _Page) -> Iterator[Tree]:
    source = _joined(cell.get("source", ""))
    if cell["cell_type"] == "markdown":
        written, titles = notes.note(source, prefix=f"cell-{number}", level=None)
        gathered.titles += titles
        yield element("div", "cell written", *written)
    elif cell["cell_type"] == "code":
        yield _code(cell, source, gathered)
    elif source:
        yield element("div", "cell", notes.code(source))


def _code(cell: Cell, source: str, gathered: _Page) -> Tree:
    told = cell.get("metadata", {}).get("jupyter", {})
    count = cell.get("execution_count")
    shown: list[Part] = []
    if source.strip():
        written = element("pre", "source", _coloured(source, gathered.lexer), tabindex="0")
        prompt = element("p", "prompt", f"In [{count}]" if count else "In [ ]")
        hidden = element("details", "", element("summary", "", "Code"), written)
        shown += [hidden] if told.get("source_hidden") else [prompt, written]
    left = [part for output in _merged(cell.get("outputs", ())) for part in _output(output)]
    gathered.inner.update(dict.fromkeys(_scripts(left)))
    if left:
        outputs = box("div", "outputs", left)
        hidden = element("details", "", element("summary", "", "Output"), outputs)
        shown.append(hidden if told.get("outputs_hidden") else outputs)
    return box("div", "cell", shown)


def _scripts(parts: Sequence[Any]) -> Iterator[str]:
    """The scripts and styles of frames, which are pages that we wrote."""
    for part in parts:
        if isinstance(part, Frame):
            yield from _INNER.findall(part.page)
        elif isinstance(part, list):
            yield from _scripts(part[2:])


def _coloured(source: str, lexer: Lexer) -> Tree:
    """Code with a class on each word that its language knows."""
    from pygments.token import STANDARD_TYPES

    parts: list[Tree | str] = []
    for kind, words in lexer.get_tokens(source.expandtabs(4)):
        css = STANDARD_TYPES.get(kind, "")
        text = "\n".join(map(visible, words.split("\n")))
        parts.append(element("span", css, text) if css[:1] in {"k", "s", "c", "m"} else text)
    return element("code", "", *parts)


# --- outputs --------------------------------------------------------------------------------------


def _merged(outputs: Sequence[Cell]) -> Iterator[Cell]:
    """The outputs, those in a row that go to the same stream as one."""
    held: dict[str, Any] | None = None
    for output in outputs:
        same = held is not None and output.get("name") == held["name"]
        if output["output_type"] != "stream":
            yield from [held] if held else []
            held = None
            yield output
        elif held is not None and same:
            held["text"] += _joined(output["text"])
        else:
            yield from [held] if held else []
            held = {**output, "text": _joined(output["text"])}
    yield from [held] if held else []


def _output(output: Cell) -> Iterator[Part]:
    match output["output_type"]:
        case "stream":
            css = "stream error" if output.get("name") == "stderr" else "stream"
            yield _lines(output["text"], css)
        case "error":
            yield _lines("\n".join(output.get("traceback", ())), "stream error")
        case _:
            yield from _shown(output.get("data", {}))


def _shown(data: Mapping[str, Any]) -> Iterator[Part]:
    """The first form of an output that can be shown without a kernel."""
    if "text/html" in data:
        yield box("div", "output", foreign.trees(_joined(data["text/html"])))
        return
    if "image/svg+xml" in data:
        yield box("p", "output", [foreign.picture(_joined(data["image/svg+xml"]))])
        return
    for kind in _PICTURES:
        if kind in data:
            packed = re.sub(r"\s", "", _joined(data[kind]))
            yield from _picture(f"data:{kind};base64,{packed}")
            return
    if "text/markdown" in data:
        written, _ = notes.note(_joined(data["text/markdown"]), level=4)
        yield element("div", "output written", *map(_unanchored, written))
    elif "text/latex" in data or "text/plain" in data:
        yield _lines(_joined(data.get("text/plain", data.get("text/latex", ""))), "output")


def _picture(address: str) -> Iterator[Part]:
    made = box("p", "output", [Picture(address, "picture")])
    try:
        html.markup(made)
    except ValueError:
        yield element("p", "output", "[picture that cannot be read]")
    else:
        yield made


def _unanchored(part: Tree) -> Tree:
    """A tree without the anchor of its heading, which would not be the only one of its name."""
    tag, attributes, *children = part
    return [tag, {name: v for name, v in attributes.items() if name != "id"}, *children]


def _lines(text: str, css: str) -> Tree:
    """Text as a terminal would leave it: without colours, each line as it was last written."""
    lines = _ANSI.sub("", text).expandtabs(8).removesuffix("\n").replace("\r\n", "\n").split("\n")
    last = (line.rstrip("\r").rpartition("\r")[2] for line in lines)
    return element("pre", css, "\n".join(map(visible, last)), tabindex="0")


def _joined(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "".join(map(str, text))
