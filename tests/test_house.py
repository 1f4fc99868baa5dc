"""The rules of the house hold: imports run downwards, start is light, documents tell the truth."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "idgraph"
STATIC = PACKAGE / "surfaces" / "static"
README = ROOT / "README.md"
NOTEBOOKS = ROOT / "notebooks"

HEAVY = ("IPython", "aiohttp", "anywidget", "ipywidgets", "networkx", "numpy", "pandas", "pyarrow")
SINKS = (
    r"\binnerHTML\b",
    r"\bouterHTML\b",
    r"\binsertAdjacentHTML\b",
    r"\bdocument\.write",
    r"\beval\(",
    r"\bnew Function\b",
    r"\|\s*safe\b",
    r"\bMarkup\(",
)
WIDGET = "application/vnd.jupyter.widget"


def modules() -> list[Path]:
    """Return every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    """Return the name by which the file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def text_of(path: Path, what: str) -> str:
    """Return a file's text; a file that is not there is a failure, not an empty text."""
    if not path.is_file():
        pytest.fail(f"{what} is missing: {path.relative_to(ROOT)}")
    return path.read_text(encoding="utf-8")


# --- code -----------------------------------------------------------------------------------------


def test_import_contracts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_module_says_in_one_sentence_what_it_is_for(path: Path) -> None:
    says = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    opening = " ".join(says.split("\n\n")[0].split())
    assert re.search(r"[.?]$", opening), f"no sentence opens the docstring: {opening!r}"
    assert not re.search(r"[.?!] +[A-Z]", opening), f"more than one sentence: {opening!r}"


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_examples_in_docstrings_are_true(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for found in doctest.DocTestFinder().find(importlib.import_module(dotted(path))):
        if found.examples:
            runner.run(found)
    assert runner.failures == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    "program",
    [
        "import idgraph",
        "import sys; sys.argv = ['idgraph', '--help']; from idgraph.cli import main; main()",
    ],
    ids=["import idgraph", "idgraph --help"],
)
def test_start_loads_nothing_heavy(program: str) -> None:
    spy = (
        "import atexit, sys\n"
        f"heavy = {HEAVY!r}\n"
        "tell = lambda: print('LOADED', *[name for name in heavy if name in sys.modules])\n"
        "atexit.register(tell)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", spy + program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["LOADED"]


def test_nothing_turns_text_into_markup_or_code() -> None:
    sources = [
        path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".js", ".html", ".css"}
    ]
    assert len(sources) > len(modules()), "no script or style found beside the Python files"
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for sink in SINKS
        if re.search(sink, line)
    ]
    assert found == []


def test_static_files_name_no_address() -> None:
    paths = sorted(path for path in STATIC.rglob("*") if path.is_file())
    assert paths, f"no file in {STATIC.relative_to(ROOT)}"
    named = [
        path.name
        for path in paths
        if re.search(r"https?:(//|\\/)", path.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert named == []


# --- notebooks ------------------------------------------------------------------------------------


def notebooks() -> list[Path]:
    """Return every notebook; that there is none is a failure."""
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    assert paths, f"no notebook in {NOTEBOOKS.relative_to(ROOT)}/"
    return paths


def outputs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the place and the content of every output of every notebook; none is a failure."""
    for path in notebooks():
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            for output in cell.get("outputs", ()):
                yield f"{path.name}, cell {number}", output


def test_notebooks_show_their_results() -> None:
    assert any("data" in output for _, output in outputs()), "no notebook shows a result"


def test_no_notebook_saves_a_widget() -> None:
    states = [
        p.name for p in notebooks() if "widgets" in json.loads(p.read_text("utf-8"))["metadata"]
    ]
    views = [
        place
        for place, output in outputs()
        if any(form.startswith(WIDGET) for form in output.get("data", ()))
    ]
    assert (states, views) == ([], [])


def test_no_notebook_saves_an_error_or_a_warning() -> None:
    bad = [
        place
        for place, output in outputs()
        if output["output_type"] == "error" or output.get("name") == "stderr"
    ]
    assert bad == []


# --- README ---------------------------------------------------------------------------------------


@cache
def fences() -> tuple[tuple[str, str], ...]:
    """Return the language and the text of every fenced block of the README."""
    if not README.is_file():
        return ()
    text = README.read_text(encoding="utf-8")
    return tuple(re.findall(r"(?ms)^```(\w*)[^\n]*\n(.*?)^```", text))


def blocks(*languages: str) -> list[str]:
    """Return the text of every fenced block in one of the languages."""
    return [text for language, text in fences() if language in languages]


def shell_lines(program: str) -> list[list[str]]:
    """Return the words of every README line that runs `program`, up to a pipe or redirection."""
    found = []
    for block in blocks("console", "sh", "bash", "shell"):
        for line in block.replace("\\\n", " ").splitlines():
            lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars="|<>&;")
            lexer.whitespace_split = True
            words = []
            for word in lexer:
                if set(word) <= set("|<>&;"):
                    break
                words.append(word)
            if words[:1] == [program]:
                found.append(words[1:])
    return found


def group() -> click.Group:
    """Return the command line as click knows it."""
    cli = importlib.import_module("idgraph.cli")
    candidates = [cli.main, *vars(cli).values()]
    return next(value for value in candidates if isinstance(value, click.Group))


def fault(words: list[str]) -> str | None:
    """Say why click would refuse these words, None if it would take them.

    Values are not converted: the README's files do not exist here.
    """
    command: click.Command = group()
    context = click.Context(command, info_name="idgraph")
    rest = list(words)
    try:
        while isinstance(command, click.Group):
            _, rest, _ = command.make_parser(context).parse_args(rest)
            if not rest:
                return None
            name, found, rest = command.resolve_command(context, rest)
            if found is None:
                return f"no command {name}"
            command, context = found, click.Context(found, info_name=name, parent=context)
        _, extra, _ = command.make_parser(context).parse_args(rest)
    except click.UsageError as error:
        return error.format_message()
    return f"unexpected {extra}" if extra else None


def test_every_command_in_the_readme_exists() -> None:
    text_of(README, "the README")
    lines = shell_lines("idgraph")
    assert lines, "the README shows no idgraph command"
    faults = {shlex.join(words): fault(words) for words in lines}
    assert {line: why for line, why in faults.items() if why} == {}


def test_every_make_target_in_the_readme_exists() -> None:
    text_of(README, "the README")
    targets = set(re.findall(r"(?m)^([a-z]+):", text_of(ROOT / "Makefile", "the Makefile")))
    named = {word for words in shell_lines("make") for word in words if "=" not in word}
    assert named, "the README shows no make command"
    assert named - targets == set()


def test_every_python_block_in_the_readme_compiles() -> None:
    text_of(README, "the README")
    programs = blocks("python", "py", "pycon")
    assert programs, "the README shows no Python"
    for number, program in enumerate(programs, start=1):
        examples = doctest.DocTestParser().get_examples(program)
        source = "".join(example.source for example in examples) if examples else program
        compile(source, f"README block {number}", "exec")


def test_every_example_in_the_readme_is_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text_of(README, "the README")
    examples = "\n".join(text for text in blocks("python", "py", "pycon") if ">>> " in text)
    assert examples, "the README shows no Python session (>>>)"
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    test = doctest.DocTestParser().get_doctest(examples, {}, "README", str(README), 0)
    failed = doctest.DocTestRunner(optionflags=flags).run(test).failed
    assert failed == 0, capsys.readouterr().out
