"""A bundle for support: all that is needed to judge a case again and get the same verdict."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from idgraph import policy as policies
from idgraph import records, redaction, sources
from idgraph.calls import History
from idgraph.errors import UnreadableError, UsageError
from idgraph.filing import whole
from idgraph.persons import PersonName
from idgraph.redaction.terms import Terms, terms_of
from idgraph.registry import Shown
from idgraph.replays import replay
from idgraph.rulebook import Policy
from idgraph.searching.limits import Limits
from idgraph.sources.call_table.writing import row_of
from idgraph.verdicts import Verdicts, verdict

_CALLS, _POLICY, _LIMITS = "calls.jsonl", "policy.toml", "limits.json"
_VERDICT, _PAGE, _README = "verdict.jsonl", "report.html", "README.txt"
_WHEN = (2000, 1, 1, 0, 0, 0)
"""The time of all files in a bundle: the same case makes the same bytes."""


@dataclass(frozen=True, slots=True, repr=False)
class Bundle(Shown):
    """What a bundle holds: the calls, the rules, the limits, and the verdict that was given.

    >>> import idgraph as ig
    >>> import tempfile
    >>> found = ig.verdict(ig.demo("email-change-at-once"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ig.read_bundle(ig.write_bundle(found, f"{folder}/case.zip")).same()
    True
    """

    history: History
    policy: Policy
    limits: Limits
    given: tuple[records.Record, ...]

    def __repr__(self) -> str:
        """Say what is in it, without a value."""
        calls, given = len(self.history), len(self.given)
        return f"<Bundle: {calls} calls under {self.policy.name}, {given} verdicts>"

    def judged(self) -> Verdicts:
        """Judge the calls again."""
        return verdict(replay(self.history, self.policy), limits=self.limits)

    def same(self) -> bool:
        """Tell whether judging the calls again gives the verdict that was given."""
        return _plain(records.verdicts(self.judged())) == self.given


def write_bundle(
    found: Verdicts,
    path: str | Path,
    *,
    people: Iterable[PersonName] | None = None,
    redact: bool = True,
    page: str | None = None,
    terms: Terms | None = None,
) -> Path:
    """Write the case of some persons as a ZIP file and return its path.

    `people` are all whose verdict is not `clean` by default. It holds their calls and all that can
    touch the same profiles, with stand-ins unless `redact` is False, the rules, the limits, the
    verdict, and `page`, a report, where it is given; what exports show of the end is not in it.
    Times are shifted as those of a report are, or as `terms` say. A `UsageError` where there is
    nobody to tell of. Same case, same bytes.

    >>> import idgraph as ig
    >>> import tempfile
    >>> found = ig.verdict(ig.demo("email-change-at-once"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ig.write_bundle(found, f"{folder}/case.zip").name
    'case.zip'
    """
    wanted = list(people) if people is not None else _split(found)
    if not wanted:
        raise UsageError(
            "nobody's case is to be bundled", remedy="Every person's verdict is clean."
        )
    told = found.replay
    numbers = told.related(n for name in wanted for n in found.people.calls[name])
    case = told.history.only(numbers)
    terms = terms or terms_of([told.history])
    history = redaction.Redactor(case, terms=terms).history(case) if redact else case
    policy = msgspec.structs.replace(told.policy, extends="", example=())
    again = verdict(replay(_reread(history), policy), limits=found.limits)
    files = {
        _README: _readme(),
        _CALLS: _table(history),
        _POLICY: msgspec.toml.encode(policy).decode(),
        _LIMITS: f"{records.line(asdict(found.limits))}\n",
        _VERDICT: "".join(f"{records.line(row)}\n" for row in records.verdicts(again)),
        **({_PAGE: page} if page else {}),
    }
    with whole(Path(path)) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), text, zipfile.ZIP_DEFLATED)
    return Path(path)


def read_bundle(path: str | Path) -> Bundle:
    """Return what a bundle holds; `UnreadableError` where the file is none.

    >>> import idgraph as ig
    >>> import tempfile
    >>> found = ig.verdict(ig.demo("email-change-at-once"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ig.read_bundle(ig.write_bundle(found, f"{folder}/case.zip"))
    <Bundle: 6 calls under klaviyo-classic, 1 verdicts>
    """
    try:
        with zipfile.ZipFile(path) as archive:
            texts = {n: archive.read(n) for n in (_CALLS, _POLICY, _LIMITS, _VERDICT)}
        limits = msgspec.json.decode(texts[_LIMITS], type=Limits)
        given = tuple(msgspec.json.decode(row) for row in texts[_VERDICT].splitlines())
    except (OSError, zipfile.BadZipFile, KeyError, msgspec.MsgspecError) as error:
        remedy = "Give a file that `idgraph report --verdict --bundle` wrote."
        raise UnreadableError("the file is no bundle", where=str(path), remedy=remedy) from error
    history = sources.read(texts[_CALLS], progress=False, name=_CALLS)
    return Bundle(history, policies.parse(texts[_POLICY].decode(), where=_POLICY), limits, given)


def _split(found: Verdicts) -> list[PersonName]:
    return [one.person for one in found if one.verdict != "clean"]


def _plain(rows: Iterable[records.Record]) -> tuple[records.Record, ...]:
    """Records as they come back from their JSON."""
    return tuple(msgspec.json.decode(records.line(row)) for row in rows)


def _reread(history: History) -> History:
    """The calls as a reader of the bundle gets them."""
    return sources.read(_table(history).encode(), progress=False, name=_CALLS)


def _table(history: History) -> str:
    return "".join(f"{records.line(row_of(call))}\n" for call in history)


def _readme() -> str:
    return f"""\
A case of one person who became several profiles, or one that should have been two.

{_CALLS}    the calls, in order; identifiers are stand-ins unless somebody chose to show them
               (then the times, too, are not the real ones: all are shifted by whole weeks)
{_POLICY}    the platform's identity rules, each with its source
{_LIMITS}    what the verdict allowed for: settling time, skew, lag, and how long it searched
{_VERDICT}  the verdict, with its witness or its evidence, one JSON object a person
{_PAGE}    the same for people, where it is there; it opens from disk and loads nothing

To judge it again, with idgraph installed (pip install idgraph), in the folder of these files:

    idgraph verdict {_CALLS} --policy {_POLICY} --json

with --settle, --skew and --max-lag as {_LIMITS} has them; or in Python

    from idgraph.bundling import read_bundle
    read_bundle("case.zip").same()
"""
