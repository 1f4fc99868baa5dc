"""The calls as a test for pytest, which needs idgraph and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pprint import pformat
from typing import TYPE_CHECKING

import msgspec

from idgraph import policy as policies
from idgraph.edits import Edit
from idgraph.rulebook import Policy

if TYPE_CHECKING:
    from idgraph.minimising.results import Reproducer

_STILL = ("add", "replace", "normalise", "drop")
"""Edits of what is sent; of the others only the diagnosis itself can tell that they hold."""
_WIDTH = 96


def text(found: Reproducer) -> str:
    """Return the file: the rows, what they are claimed to come to, and the claims."""
    return "\n".join((*_data(found), *_claims(found)))


def _data(found: Reproducer) -> Iterator[str]:
    told, count = found.replay, len(found)
    yield f'"""{count} calls after which one person is two profiles: {found.cause}."""'
    yield ""
    yield "import json"
    yield ""
    yield "import idgraph as ig"
    if _replayable(found):
        yield "from idgraph.edits import applied"
    yield from _policy(told.policy, told.assumptions)
    yield ""
    yield "# The calls in order, as rows of a log; a gap of one minute is one that does not matter."
    rows = [json.loads(line) for line in found.log(redact=False).rstrip("\n").split("\n")]
    yield f"ROWS = {pformat(rows, width=_WIDTH, sort_dicts=False)}"
    yield ""
    yield f"CALL, CAUSE = {found.call}, {found.cause!r}"
    repair = found.diagnosed.repair
    if repair is not None:
        yield "# The smallest change that keeps the person whole: call, change, key."
        yield f"REPAIR = {[_said(edit) for edit in repair.edits]!r}"
    yield ""


def _policy(policy: Policy, assumptions: object) -> Iterable[str]:
    """The rules: the name of a policy that ships, else all of them."""
    given = dict(assumptions) if isinstance(assumptions, dict) else {}
    shipped = policy.name in policies.names()
    if shipped and policies.load(policy.name).assuming(given) == policy:
        return ("", f"POLICY, ASSUME = {policy.name!r}, {given!r}")
    plain = msgspec.structs.replace(policy, extends="", example=())
    rules = msgspec.toml.encode(plain).decode()
    return (
        "from idgraph.policy import parse",
        "",
        f"RULES = {pformat(rules, width=_WIDTH)}",
        'POLICY, ASSUME = parse(RULES, where="RULES"), {}',
    )


def _claims(found: Reproducer) -> Iterator[str]:
    yield """
def replayed():
    log = "\\n".join(json.dumps(row) for row in ROWS)
    history = ig.read(log.encode(), progress=False, strict=True)
    return ig.replay(history, POLICY, assume=ASSUME)


def test_the_person_splits_at_that_call_with_that_cause():
    splits = [(one.split.call, one.cause) for who in ig.diagnose(replayed()) for one in who.splits]
    assert (CALL, CAUSE) in splits
"""
    if found.verdict not in (None, "undecided"):
        yield f"""
def test_what_can_explain_it_is_the_same():
    told = replayed()
    verdict = ig.verdict(told, people=[ig.link(told.history).of(CALL)])
    assert [one.verdict for one in verdict] == [{found.verdict!r}]
"""
    repair = found.diagnosed.repair
    if repair is None:
        return
    yield """
def test_the_smallest_repair_is_known():
    [who] = [who for who in ig.diagnose(replayed()) if CALL in [s.split.call for s in who.splits]]
    assert [(edit.call, edit.kind, edit.key) for edit in who.repair.edits] == REPAIR
"""
    if _replayable(found):
        yield """
def test_the_repair_keeps_the_person_whole():
    told = replayed()
    [who] = [who for who in ig.diagnose(told) if CALL in [s.split.call for s in who.splits]]
    changed = applied(told, who.repair.edits)
    calls = [changed.get(number, call) for number, call in enumerate(told.history, 1)]
    mended = ig.replay(ig.history(calls), POLICY, assume=ASSUME)
    assert who.name not in [split.person for split in ig.splits(mended)]
"""


def _replayable(found: Reproducer) -> bool:
    """Whether a plain replay of the edited calls shows that the repair holds."""
    repair = found.diagnosed.repair
    observed = any(call.observed for call in found.history)
    return repair is not None and not observed and all(e.kind in _STILL for e in repair.edits)


def _said(edit: Edit) -> tuple[int, str, str | None]:
    return edit.call, edit.kind, edit.key
