"""One offline file for everybody who asks: who split, at which call, why, what to change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from idgraph import contrasts
from idgraph.calls import History
from idgraph.clocks import Instant
from idgraph.comparison import Comparison, compared_example, veiled
from idgraph.contrasts import Contrast
from idgraph.diagnosis import Diagnosis, diagnose
from idgraph.errors import UsageError
from idgraph.filing import whole
from idgraph.futures import Future
from idgraph.joining import sharers
from idgraph.ladders import WhyNot
from idgraph.overviews import Overview
from idgraph.redaction.keyfiles import read_key
from idgraph.redaction.terms import Terms, terms_of
from idgraph.replays import Replay
from idgraph.searching.limits import Limits
from idgraph.surfaces.drawing import html, trees
from idgraph.surfaces.drawing.trees import Tree
from idgraph.surfaces.reports import asides, notes, overviews
from idgraph.surfaces.reports.contents import Entry, contents, nested
from idgraph.surfaces.reports.parts import Compared, Contrasted, Diagnosed, Part, diagnosed
from idgraph.surfaces.results import comparisons, explanations, redactions
from idgraph.surfaces.results.subjects import Result, shown
from idgraph.views.base.blocks import Block, Heading, Notice, rich, words

ASKED = "Why is one person two profiles?"
WRITTEN = "A note by the author of this report, as it was written; nothing in it is replaced."
SHOWN = "Identifiers are shown as they were sent: this file holds personal data."
_REDACTED = "redacted"
Reported = Result | Comparison | Contrast | Overview | Future | WhyNot


def report(
    results: Reported | Sequence[Reported],
    path: str | Path | None = None,
    *,
    title: str | None = None,
    note: str | None = None,
    redact: bool = True,
    verdict: bool = True,
    limits: Limits | None = None,
    keep_times: bool = False,
    key_file: str | Path | None = None,
) -> str | Path:
    """Return one offline HTML page about some results; with `path`, write it and return the path.

    A history is replayed under the default policy; a comparison is shown with both its histories
    side by side, a contrast with one pair of persons that shows its first cause, an overview with
    some persons of each cause, a future beside what is, a why-not key by key. With `verdict` it
    says of those persons of whom something was observed what can explain it, within `limits`; by
    default within smaller ones than `verdict` takes. `note` is Markdown of the report's author,
    which stands in it as written; HTML in it is text. A redacted report has all its times shifted
    alike by whole weeks, unless `keep_times`, and with a `key_file` the stand-ins of that key. The
    file is written in one piece or not at all, over one that is there. Same input, same bytes.

    >>> import idgraph as ig
    >>> ig.report(ig.demo("scenario-2"), verdict=False)[:15]
    '<!DOCTYPE html>'
    """
    limits = limits or explanations.LIMITS
    given = [results] if isinstance(results, Reported) else list(results)
    if not given:
        raise UsageError("a report was asked for of no results", remedy="Give at least one replay.")
    wanted = [each for one in given for each in _with_example(one)]
    key = read_key(key_file) if key_file and redact else None
    every = [history for one in wanted for history in _histories(one)]
    beside = {at for one in wanted for at in _instants(one)}
    terms = terms_of(every, instants=beside, key=key, keep_times=keep_times) if redact else None
    parts = [
        _part(one, number, wanted, limits if verdict else None, terms=terms)
        for number, one in enumerate(wanted, 1)
    ]
    text = _page(parts, title, note, terms=terms)
    if path is None:
        return text
    write(Path(path), text)
    return Path(path)


def _with_example(result: Reported) -> Sequence[Reported]:
    """A result, and behind a contrast a pair of persons that shows what it found."""
    example = compared_example(result) if isinstance(result, Contrast) else None
    return (result,) if example is None else (result, example)


def _histories(result: Reported) -> tuple[History, ...]:
    if isinstance(result, Comparison):
        return result.good.replay.history, result.bad.replay.history
    if isinstance(result, Contrast):
        return result.good.history, result.bad.history
    if isinstance(result, Future):
        return (result.base.history,)
    if isinstance(result, History | Replay):
        return (result if isinstance(result, History) else result.history,)
    return () if result.replay is None else (result.replay.history,)


def _instants(result: Reported) -> frozenset[Instant]:
    """The times of an overview of tables, which has no history."""
    if isinstance(result, Overview) and result.replay is None:
        return result.facts.instants()
    return frozenset()


def _part(
    result: Reported,
    number: int,
    beside: Sequence[Reported],
    limits: Limits | None,
    *,
    terms: Terms | None,
) -> Part:
    prefix = "" if number == 1 else f"r{number}-"
    alike = [place for place, one in enumerate(beside, 1) if type(one) is type(result)]
    place = f" ({alike.index(number) + 1})" if len(alike) > 1 else ""
    if isinstance(result, Comparison):
        return Compared(veiled(result, redact=terms is not None, terms=terms), prefix, place)
    if isinstance(result, Contrast):
        return Contrasted(contrasts.veiled(result, terms) if terms else result, prefix, place)
    if isinstance(result, Overview):
        return overviews.surveyed(result, prefix, place, terms=terms)
    if isinstance(result, Future | WhyNot):
        return asides.aside(result, prefix, place, terms=terms)
    return diagnosed(_diagnosed_result(result, terms), prefix, limits)


def _diagnosed_result(result: Result, terms: Terms | None) -> Diagnosis:
    if isinstance(result, Diagnosis) and terms is None:
        return result
    return diagnose(shown(result, redact=terms is not None, terms=terms))


def _page(
    parts: Sequence[Part], title: str | None, note: str | None, *, terms: Terms | None
) -> str:
    head: list[Block] = [Heading(words(title or _title(parts)), 1)]
    head += [part.lead for part in parts]
    if terms is None:
        head.append(Notice(rich(SHOWN), "warning"))
    else:
        head.append(Notice(rich(redactions.lead(terms)), "note"))
    body: list[Tree | html.Host] = [trees.tree(block) for block in head]
    written, entries = _note(note)
    body += written
    for number, part in enumerate(parts, 1):
        if len(parts) > 1:
            name, anchor = f"{number}. {part.name}", f"{part.prefix}part"
            body.append(["h2", {"class": "part", "id": anchor}, *trees.inline(words(name))])
            entries.append(Entry(name, anchor, _entries(part)))
        else:
            entries += _entries(part)
        body += part.sections()
    if terms is not None:
        entries.append(Entry(redactions.TITLE, _REDACTED))
        body.append(trees.tree(Heading(words(redactions.TITLE), 2, _REDACTED)))
        body += [trees.tree(block) for block in redactions.chapter(terms)]
    return html.document(
        body,
        judged=any(isinstance(part, Diagnosed) and part.explained.detailed for part in parts),
        paired=any(isinstance(part, Compared) for part in parts),
        charted=any(isinstance(part, overviews.Surveyed) for part in parts),
        beside=contents(entries),
    )


def _note(note: str | None) -> tuple[list[Tree], list[Entry]]:
    """The section of the note, and its entry with those of its headings; both may be empty."""
    if not note or not note.strip():
        return [], []
    parts, titles = notes.note(note)
    head = [trees.tree(Heading(words("Note"), 2, "note")), trees.tree(Notice(rich(WRITTEN)))]
    under = nested([(one.level, Entry(one.words, one.anchor)) for one in titles])
    section = trees.element("section", "written", *head, *parts)
    return [section], [Entry("Note", "note", tuple(under))]


def _entries(part: Part) -> tuple[Entry, ...]:
    """The entries of a part; anchors within it get its prefix."""
    return tuple(_prefixed(part.prefix, Entry(*one)) for one in part.entries)


def _prefixed(prefix: str, entry: Entry) -> Entry:
    under = tuple(_prefixed(prefix, one) for one in entry.under)
    return Entry(entry.name, f"{prefix}{entry.anchor}", under)


def _title(parts: Sequence[Part]) -> str:
    found = [part.diagnosis for part in parts if isinstance(part, Diagnosed)]
    if not found:
        if any(isinstance(part, overviews.Surveyed) for part in parts):
            return overviews.TITLE
        answers = all(isinstance(part, asides.Foreseen | asides.Asked) for part in parts)
        return ASKED if answers else comparisons.TITLE
    names = dict.fromkeys(one.replay.history.title for one in found)
    split = any(one.persons for one in found)
    joined = any(sharers(one.joins) for one in found)
    asked = "Why are two persons one profile?" if joined and not split else ASKED
    return ", ".join(name for name in names if name) or asked


def write(path: Path, text: str) -> None:
    """Nobody ever sees half a report."""
    with whole(path) as part:
        part.write_text(text, "utf-8", newline="\n")
