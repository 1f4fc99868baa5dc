"""What the sender believed of the person beside what it sent: its cookie, its page's address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idgraph.views.base.blocks import Cell, Row, Table, code, rich, words
from idgraph.views.base.view import View

if TYPE_CHECKING:
    from idgraph.calls import Identifier
    from idgraph.steps import Step
    from idgraph.views.base.case import Case


def table(case: Case, step: Step) -> Table | None:
    """Return what a call's sender believed; None where the log does not say."""
    if not step.call.context:
        return None
    rows = tuple(
        Row(
            (
                Cell(code(place)),
                Cell(code(believed.text)),
                Cell(rich(_against(case, step, believed))),
            )
        )
        for place, believed in step.call.context.items()
    )
    columns = (rich("Where"), rich("Value"), rich("Against the call"))
    return Table(words(f"What the sender believed at call {step.number}"), columns, rows)


def _against(case: Case, step: Step, believed: Identifier) -> str:
    sent = step.call.get(believed.key)
    label = case.replay.policy.label(believed.key)
    if sent is None:
        return f"no `{label}` was sent"
    same = case.replay.policy.canonical(sent) == case.replay.policy.canonical(believed)
    return "the call sent the same" if same else f"the call sent another `{label}`"


def _blocks(case: Case) -> tuple[Table, ...]:
    tables = (table(case, step) for _, step in case.steps())
    return tuple(found for found in tables if found is not None)


VIEW = View("context", "What the senders believed", _blocks, table, 5)
