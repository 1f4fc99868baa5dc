"""Everything that people can hand on: pages, displays, widgets, terminal output, files, reprs.

One function each; a new artefact is a line in `ARTEFACTS` or in `COMMANDS`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import ipywidgets
from click.testing import CliRunner
from ipywidgets.embed import dependency_state

import idgraph as ig
from idgraph import cli
from idgraph.bundling import write_bundle
from idgraph.calls import History
from idgraph.contrasts import Contrast
from idgraph.errors import IdgraphError
from idgraph.replays import Replay
from idgraph.surfaces.drawing import svg
from idgraph.surfaces.reports.report import report
from idgraph.surfaces.results.subjects import shown
from idgraph.verdicts import Limits, Verdicts
from idgraph.views.base.case import Cases

Artefacts = Iterator[tuple[str, bytes]]
LIMITS = Limits(nodes=2_000)
POLICY = "klaviyo-classic"
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("read", "{log}"),
    ("read", "{log}", "--rejects", "{out}/rejects.jsonl"),
    ("survey", "{log}"),
    ("replay", "{log}", "--policy", POLICY),
    ("diagnose", "{log}", "--policy", POLICY),
    ("verdict", "{log}", "--policy", POLICY, "--nodes", "2000"),
    ("outcomes", "{log}", "--policy", POLICY, "--nodes", "2000"),
    ("visibility", "{log}", "--policy", POLICY, "--nodes", "2000"),
    ("repair", "{log}", "--policy", POLICY),
    ("merges", "{log}", "--policy", POLICY, "--csv", "{out}/merges.csv"),
    ("minimise", "{log}", "--policy", POLICY),
    ("compare", "{log}", "{log}", "--policy", POLICY),
    ("report", "{log}", "--policy", POLICY, "-o", "{out}/page.html"),
)
"""Commands that show something of a log; each is run for people and, where it can, with --json."""
FORMS = ("log", "pytest", "curl", "ticket")


@dataclass(frozen=True)
class Subject:
    """A log as it was read, and what was found in it; `redact` says whether stand-ins are shown."""

    history: History
    log: Path
    out: Path
    redact: bool = True

    @cached_property
    def replay(self) -> Replay:
        """The calls under the classic rules."""
        return ig.replay(self.history, POLICY)

    @cached_property
    def verdicts(self) -> Verdicts:
        """What can explain the profiles."""
        return ig.verdict(self.replay, limits=LIMITS)

    @cached_property
    def people(self) -> tuple[str, str]:
        """A person that stayed whole, and one that split."""
        duplicated = [one.name for one in ig.diagnose(self.replay)]
        whole = [name for name in ig.link(self.history).calls if name not in duplicated]
        return whole[0], duplicated[0]

    @cached_property
    def comparison(self) -> ig.Comparison:
        """The two beside each other."""
        good, bad = self.people
        told = ig.compare(self.replay, self.replay, good_person=good, bad_person=bad, limits=LIMITS)
        assert isinstance(told, ig.Comparison)
        return told

    @cached_property
    def results(self) -> dict[str, Any]:
        """Every kind of result that shows itself in a notebook."""
        split = ig.splits(self.replay)[0]
        return {
            "history": self.history,
            "replay": self.replay,
            "diagnosis": ig.diagnose(self.replay),
            "why-not": ig.why_not(self.replay, split.call, split.source),
            "future": ig.what_if(self.replay, without=[split.call]),
            "comparison": self.comparison,
            "repairs": ig.repair(self.replay),
            "verdicts": self.verdicts,
            "verdict": next(iter(self.verdicts)),
            "merge list": ig.merge_list(self.replay),
            "contrast": contrast(self.replay),
            "reproducer": ig.minimise(self.replay, limits=LIMITS),
            "outcomes": ig.outcomes(self.replay, limits=LIMITS),
            "step": self.replay.step(1),
            "joins": ig.joins(self.replay),
        }


def contrast(told: Replay) -> Contrast:
    """Return what separates the two sides, drawn only a few times."""
    return ig.contrast(told, permutations=20)


def pages(one: Subject) -> Artefacts:
    """Yield reports: of one history with its verdicts, and of two and of many side by side."""
    for name in ("diagnosis", "comparison", "contrast"):
        page = report([one.results[name]], redact=one.redact, limits=LIMITS)
        yield f"report of a {name}.html", str(page).encode()


def displays(one: Subject) -> Artefacts:
    """Yield what a notebook saves of each result: words and markup."""
    for name, result in one.results.items():
        yield f"repr of {name}.txt", repr(result).encode("utf-8", "surrogatepass")
        if hasattr(result, "_repr_mimebundle_"):
            for form, text in result._repr_mimebundle_().items():
                ending = "html" if form == "text/html" else "txt"
                yield f"display of {name}.{ending}", text.encode("utf-8", "surrogatepass")


def reprs(one: Subject) -> Artefacts:
    """Yield the repr of everything that can be reached from a result."""
    lines = dict.fromkeys(f"{type(part).__name__}: {part!r}" for part in _parts(one.results))
    yield "reprs.txt", "\n".join(lines).encode("utf-8", "surrogatepass")


def _parts(root: Any) -> Iterator[Any]:
    """Go through a result and all the values that it is made of, each once."""
    seen, left = set[int](), [root]
    while left:
        part = left.pop()
        if id(part) in seen or isinstance(part, str | int | float | None):
            continue
        seen.add(id(part))
        if dataclasses.is_dataclass(part) or hasattr(part, "_fields"):
            yield part
            names = getattr(part, "_fields", None) or part.__dataclass_fields__
            left += [getattr(part, name) for name in names]
        elif isinstance(part, Mapping):
            left += part.values()
        elif isinstance(part, list | tuple | set | frozenset):
            left += part


def pictures(one: Subject) -> Artefacts:
    """Yield the drawing of each person."""
    cases = Cases(shown(one.replay, redact=one.redact))
    for name in cases.by_splits():
        yield f"picture {cases.case(name).number}.svg", svg.picture(cases.case(name)).encode()


def widgets(one: Subject) -> Artefacts:
    """Yield what live widgets send to the screen: the state of all their parts, and messages."""
    made: dict[str, Any] = {
        "stepper": ig.Stepper(one.replay, redact=one.redact),
        "compare": ig.Compare(one.comparison, redact=one.redact),
        "what-if": ig.WhatIf(one.replay, redact=one.redact),
        "verdict": ig.VerdictView(one.verdicts, show_identifiers=not one.redact),
        "workbench": ig.Workbench(one.replay, redact=one.redact),
    }
    made["what-if"].edit(without=[1])
    for name, widget in made.items():
        yield f"state of {name}.json", _json(_state(widget))
        yield f"messages of {name}.json", _json(_messages(widget))
        bundle = widget._repr_mimebundle_()
        told = bundle[0] if isinstance(bundle, tuple) else bundle
        if told:
            yield f"display of the widget {name}.html", told["text/html"].encode()
        yield f"repr of the widget {name}.txt", repr(widget).encode()


def _state(widget: Any) -> list[Any]:
    """The states of a widget and all within it; assets of ours are left out."""
    whole = dependency_state([widget], drop_defaults=False)
    return [
        {key: v for key, v in row["state"].items() if key not in {"_esm", "_css"}}
        for row in whole.values()
    ]


def _messages(widget: Any) -> list[Any]:
    """Every page that the screen can ask for."""
    sent: list[Any] = []
    if hasattr(widget, "_answer"):
        widget.send = lambda content, _buffers=None: sent.append(content)
        for number in range(200):
            for side in (0, 1):
                widget._answer(widget, {"get": number, "side": side, "document": "0"}, [])  # noqa: SLF001
    return sent


def reproducers(one: Subject) -> Artefacts:
    """Yield all forms of the few calls that still split."""
    found = one.results["reproducer"]
    for form in FORMS:
        with suppress(ig.IdgraphError):  # not every call has a request
            yield f"reproducer.{form}", found.text(form, redact=one.redact).encode()


def bundles(one: Subject) -> Artefacts:
    """Yield the case for support."""
    with suppress(IdgraphError):  # nobody's verdict is to be explained
        path = write_bundle(one.verdicts, one.out / "case.zip", redact=one.redact)
        yield "bundle.zip", path.read_bytes()


def merges(one: Subject) -> Artefacts:
    """Yield the merge list as a sheet."""
    yield "merges.csv", one.results["merge list"].csv(redact=one.redact).encode()


def redactions(one: Subject) -> Artefacts:
    """Yield the log itself with stand-ins, and what the command says of it."""
    if not one.redact or "redact" not in cli.cli.commands:
        return
    copy = one.out / f"redacted{one.log.suffix}"
    done = CliRunner().invoke(cli.cli, ["redact", str(one.log), "-o", str(copy)])
    yield "redact, output.txt", done.output_bytes + f"{done.exception or ''}".encode()
    yield f"redacted log{one.log.suffix}", copy.read_bytes()


def commands(one: Subject) -> Artefacts:
    """Yield what each command prints, for people and for programs, and the files it writes."""
    for words in COMMANDS:
        given = [word.format(log=one.log, out=one.out) for word in words]
        given += [] if one.redact else ["--show-identifiers"] * (words[0] != "survey")
        for form in ((), ("--json",)):
            if form and words[0] == "report":
                continue
            name = " ".join((*words[:1], *form))
            done = CliRunner().invoke(cli.cli, [*given, *form])
            if done.exception is not None and not isinstance(done.exception, IdgraphError):
                raise done.exception
            yield f"{name}, output.{'jsonl' if form else 'txt'}", done.stdout_bytes
            told = f"{done.exception}".encode() if done.exception else b""
            yield f"{name}, messages.txt", done.stderr_bytes + told
    for path in sorted(one.out.iterdir()):
        yield f"written: {path.name}", path.read_bytes()


ARTEFACTS: tuple[Callable[[Subject], Artefacts], ...] = (
    pages,
    displays,
    reprs,
    pictures,
    widgets,
    reproducers,
    bundles,
    merges,
    redactions,
    commands,
)


def artefacts(one: Subject, *only: Callable[[Subject], Artefacts]) -> dict[str, bytes]:
    """Return every artefact of a log by name, or those that some functions make."""
    found: dict[str, bytes] = {}
    for make in only or ARTEFACTS:
        found.update(make(one))
    ipywidgets.Widget.close_all()
    return found


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
