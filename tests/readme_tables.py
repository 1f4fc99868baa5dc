"""Writes the generated tables of the README: rules, causes, formats and messages.

Run it after a policy, a cause, a format or a message has changed; a test tells when it is due.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from idgraph import causes, demos, errors, exports, joining, policy, registry, sources
from idgraph.dialects.base import NOT_CALLS, REJECTS
from idgraph.edits import KINDS
from idgraph.explain import keyed
from idgraph.exports.base import NOT_USED
from idgraph.redaction import redact
from idgraph.replays import replay
from idgraph.searching.faults import KINDS as FAULTS
from idgraph.surfaces.drawing import svg
from idgraph.verdicts import RUNGS
from idgraph.views.base.case import Cases

README = Path(__file__).resolve().parent.parent / "README.md"
PICTURE = README.parent / "notebooks" / "email-change.svg"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(heads), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def _policies() -> str:
    """A table of the policies, and of each its rules: folded, and of an overlay its own alone."""
    every = [policy.load(name) for name in policy.names()]
    overview = _table(
        ("policy", "in force", "what it says"),
        ((f"`{p.name}`", _days(p), keyed(p.says)) for p in every),
    )
    return overview + "".join(map(_rules, every))


def _days(chosen: policy.Policy) -> str:
    if not chosen.since and not chosen.until:
        return ""
    return f"{chosen.since} to {chosen.until or 'today'}".strip()


def _rules(chosen: policy.Policy) -> str:
    base = policy.load(chosen.extends) if chosen.extends else None
    known = set(base.rows) if base else set()
    rows = (
        (f"`{row.code}`", keyed(row.says), row.decided or "seen", row.evidence, row.source)
        for row in chosen.rows
        if row not in known
    )
    listed = "".join(
        f"- `{source.code}`: {keyed(source.title)} ({source.date})\n"
        for source in chosen.source
        if base is None or source not in base.source
    )
    table = _table(("rule", "says", "a replay goes by", "evidence", "source"), rows)
    over = f" Over the rules of `{chosen.extends}`:" if base else ""
    summary = f"<b>{chosen.name}</b>: {chosen.title}.{over}"
    return f"\n<details><summary>{summary}</summary>\n\n{table}\nSources:\n\n{listed}\n</details>\n"


def _causes() -> str:
    rows = ((f"`{c.code}`", c.title, c.advice, c.source) for c in causes.catalogue())
    return _table(("cause", "what it is", "what to do", "known from"), rows)


def _edits() -> str:
    return _table(("change", "what the sender does"), ((f"`{k}`", s) for k, s in KINDS.items()))


def _joins() -> str:
    rows = ((f"`{r.code}`", r.title, r.advice, r.source) for r in joining.REASONS.values())
    return _table(("reason", "what it is", "what to do", "known from"), rows)


def _rungs() -> str:
    rows = ((f"`{rung}`", says) for rung, says in RUNGS.items())
    return _table(("verdict", "what explains the profiles"), rows)


def _faults() -> str:
    return _table(("fault", "what happened"), ((f"`{k}`", s) for k, s in FAULTS.items()))


def _formats() -> str:
    rows = ((f"`{source.name}`", source.title, source.says) for source in sources.formats())
    return _table(("format", "what it is", "how it is read"), rows)


def _exports() -> str:
    rows = ((f"`{export.name}`", export.title, export.says) for export in exports.formats())
    return _table(("export", "what it is", "what it shows"), rows)


def _dialects() -> str:
    found = registry.collect("idgraph.dialects", "DIALECT")
    return _table(("requests of", "when"), ((one.title, one.era) for one in found))


def _messages() -> str:
    kinds = sorted(errors.IdgraphError.__subclasses__(), key=lambda kind: kind.slug)
    rows = [
        *((f"`{kind.slug}`", "error", str(kind.__doc__).splitlines()[0]) for kind in kinds),
        *((f"`{slug}`", "not a call", why) for slug, why in sorted(NOT_CALLS.items())),
        *((f"`{slug}`", "not used", why) for slug, why in sorted(NOT_USED.items())),
        *((f"`{slug}`", "reject", why) for slug, why in sorted(REJECTS.items())),
    ]
    return _table(("slug", "kind", "meaning"), rows)


TABLES = {
    "policies": _policies,
    "causes": _causes,
    "joins": _joins,
    "edits": _edits,
    "rungs": _rungs,
    "faults": _faults,
    "dialects": _dialects,
    "formats": _formats,
    "exports": _exports,
    "messages": _messages,
}


def filled(text: str) -> str:
    """Return a README with its generated tables written anew."""
    for name, make in TABLES.items():
        before, opening, rest = text.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        if not opening or not closing:
            raise SystemExit(f"the README must have a pair of marks for {name}")
        text = f"{before}{opening}\n{make()}\n{closing}{after}"
    return text


def picture() -> str:
    """Return the picture of the README: the email change with a sender that was not told."""
    cases = Cases(replay(redact(demos.demo("email-change-old"))))
    return svg.picture(cases.case(cases.by_splits()[0]))


if __name__ == "__main__":
    README.write_text(filled(README.read_text("utf-8")), "utf-8")
    PICTURE.write_text(picture(), "utf-8")
