"""One offline file for everybody who asks: who split, at which call, why, what to change."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from idgraph.diagnosis import DiagnosedPerson, Diagnosis, diagnose
from idgraph.errors import UsageError
from idgraph.explain import counted, upper
from idgraph.joining import sharers
from idgraph.searching.limits import Limits
from idgraph.surfaces import chapters, explanations, html, stepper, stills, trees
from idgraph.surfaces.explanations import Explained
from idgraph.surfaces.subjects import Result, shown
from idgraph.surfaces.trees import Tree
from idgraph.views.base.blocks import (
    Block,
    Heading,
    Items,
    Notice,
    Paragraph,
    Rich,
    rich,
    words,
)
from idgraph.views.base.case import Case, Cases

REDACTED = (
    "Identifiers are replaced by stand-ins: the same value has the same stand-in everywhere in "
    "this file. Times, channels, well-known event names and the shape of payloads are real: this "
    "is pseudonymous data, not anonymous data."
)
ASKED = "Why is one person two profiles?"
JOINED = "Two persons on one profile"
SHOWN = "Identifiers are shown as they were sent: this file holds personal data."


def report(
    results: Result | Sequence[Result],
    path: str | Path | None = None,
    *,
    title: str | None = None,
    note: str | None = None,
    redact: bool = True,
    verdict: bool = True,
    limits: Limits | None = None,
) -> str | Path:
    """Return one offline HTML page about some results; with `path`, write it and return the path.

    A history is replayed under the default policy. With `verdict` it says of those persons of whom
    something was observed what can explain it, within `limits`; by default within smaller ones than
    `verdict` takes. The file is written in one piece or not at all. Same input, same bytes.
    """
    limits = limits or explanations.LIMITS
    given = [results] if isinstance(results, Result) else list(results)
    if not given:
        raise UsageError("a report was asked for of no results", remedy="Give at least one replay.")
    found = [_diagnosed_result(result, redact=redact) for result in given]
    parts = [
        _part(diagnosis, number, limits if verdict else None)
        for number, diagnosis in enumerate(found, 1)
    ]
    text = _page(parts, title, note, redact=redact)
    if path is None:
        return text
    _write(Path(path), text)
    return Path(path)


def _diagnosed_result(result: Result, *, redact: bool) -> Diagnosis:
    if isinstance(result, Diagnosis) and not redact:
        return result
    return diagnose(shown(result, redact=redact))


@dataclass(frozen=True, slots=True)
class _Part:
    """One result of the report and the start of its anchors."""

    diagnosis: Diagnosis
    prefix: str
    cases: tuple[tuple[Case, DiagnosedPerson | None], ...]
    explained: Explained


def _page(parts: list[_Part], title: str | None, note: str | None, *, redact: bool) -> str:
    head: list[Block] = [Heading(words(title or _title(parts)), 1)]
    head += [Paragraph(rich(chapters.verdict(part.diagnosis)), "lead") for part in parts]
    head += [Paragraph(words(note))] if note else []
    head.append(Notice(rich(REDACTED if redact else SHOWN), "note" if redact else "warning"))
    body: list[Tree | html.Host] = [trees.tree(block) for block in head]
    body.append(_contents(parts))
    for part in parts:
        body += _sections(part)
    return html.document(body, judged=any(part.explained.detailed for part in parts))


def _part(diagnosis: Diagnosis, number: int, limits: Limits | None) -> _Part:
    """Prepare one result; without `limits` nothing is said of what can explain it."""
    cases = Cases(diagnosis.replay, diagnosis.people)
    prefix = "" if number == 1 else f"r{number}-"
    split = [(cases.case(person.name), person) for person in diagnosis.persons[: chapters.MOST]]
    whole = [(cases.case(name), None) for name in cases.by_splits()[:1]] if not split else []
    seen = limits is not None and diagnosis.replay.history.labels
    drawn = [case.person for case, _ in (*split, *whole)]
    explained = (
        explanations.explained(diagnosis.replay, drawn, limits) if seen else Explained((), {})
    )
    return _Part(diagnosis, prefix, (*split, *whole), explained)


def _title(parts: list[_Part]) -> str:
    names = dict.fromkeys(part.diagnosis.replay.history.title for part in parts)
    split = any(part.diagnosis.persons for part in parts)
    joined = any(sharers(part.diagnosis.joins) for part in parts)
    asked = "Why are two persons one profile?" if joined and not split else ASKED
    return ", ".join(name for name in names if name) or asked


def _contents(parts: list[_Part]) -> Tree:
    entries: list[tuple[Rich, str]] = []
    for part in parts:
        entries.append((rich("Summary"), f"{part.prefix}summary"))
        if part.diagnosis.joins:
            entries.append((rich(JOINED), f"{part.prefix}joined"))
        if part.explained.verdicts:
            entries.append((rich(explanations.TITLE), f"{part.prefix}explained"))
        entries += [
            (words(upper(case.name)), f"{part.prefix}case-{number}")
            for number, (case, _) in enumerate(part.cases, 1)
        ]
        entries += [
            (rich("Rules used"), f"{part.prefix}rules"),
            (rich("What was read"), f"{part.prefix}reading"),
        ]
    items = Items(tuple(text for text, _ in entries), tuple(link for _, link in entries))
    return trees.element("nav", "", trees.tree(items), aria_label="Contents")


def _sections(part: _Part) -> Iterator[Tree | html.Host]:
    diagnosis = part.diagnosis
    yield _section(part, "Summary", "summary", chapters.summary(diagnosis))
    joined = tuple(chapters.joined(diagnosis))
    if joined:
        yield _section(part, JOINED, "joined", joined)
    told = explanations.summary(part.explained)
    if told:
        yield _section(part, explanations.TITLE, "explained", told)
    taken: set[int] = set()
    for number, (case, person) in enumerate(part.cases, 1):
        yield from _case(part, number, case, person, frozenset(taken))
        taken.update(case.own)
    hinges = chapters.hinges(diagnosis)
    if hinges:
        yield _section(part, "What it hangs on", "hinges", hinges)
    yield _section(part, "Rules used", "rules", chapters.rules(diagnosis.replay))
    yield _section(part, "What was read", "reading", chapters.reading(diagnosis.replay.history))


def _section(part: _Part, title: str, anchor: str, blocks: Sequence[Block]) -> Tree:
    heading = trees.tree(Heading(words(title), 2, f"{part.prefix}{anchor}"))
    return trees.element("section", "", heading, *map(trees.tree, blocks))


def _case(
    part: _Part, number: int, case: Case, person: DiagnosedPerson | None, taken: frozenset[int]
) -> Iterator[Tree | html.Host]:
    profiles = counted(len(case.profiles), "profile")
    title = f"{upper(case.name)}: {profiles}{chapters.company(part.diagnosis, case)}"
    yield trees.tree(Heading(words(title), 2, f"{part.prefix}case-{number}"))
    if person is not None:
        yield from (trees.tree(block) for block in chapters.diagnosed(person))
    yield host(case, prefix=part.prefix, taken=taken)
    judged = part.explained.detailed.get(case.person)
    if judged is not None:
        yield trees.tree(Heading(rich(explanations.TITLE), 3, f"{part.prefix}why-{number}"))
        yield from explanations.chapter(judged)


def host(
    case: Case, *, prefix: str = "", taken: frozenset[int] = frozenset(), linked: bool = True
) -> html.Host:
    """Return the stepper of a case for a page, with all its pages in it."""
    document = stepper.steps(case)
    data = {
        "head": stepper.head(document, prefix),
        "pages": [stepper.page(document, number, prefix) for number in range(len(document.pages))],
        "own": [number for number in case.own if number not in taken],
        "linked": linked,
    }
    return html.Host(stills.still(case, prefix, taken), data)


def embedded(case: Case) -> list[Tree | html.Host]:
    """Return the stepper of a case alone, for a frame; what stands behind it is outside."""
    found = host(case, linked=False)
    off = trees.element("p", "", "Scripts are off in this frame: open a report to read it without.")
    return [html.Host(trees.element("div", "still", off), found.data)]


def _write(path: Path, text: str) -> None:
    """Write beside the target and rename: nobody ever sees half a report."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
