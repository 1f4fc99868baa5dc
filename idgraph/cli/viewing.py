"""Commands that show one view: graph, why-not, split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idgraph.cli.base import Rules, as_json, blocks, cli, lines, note, ruled, veiled
from idgraph.errors import UsageError

if TYPE_CHECKING:
    from idgraph.calls import History
    from idgraph.persons import PersonName
    from idgraph.replays import Replay


@cli.command()
@ruled
@as_json
def graph(*, history: History, rules: Rules, shown: bool, as_json: bool) -> None:
    """Show the identity graph: profiles, and calls as arrows named by the key that matched."""
    from idgraph import graph as graphs
    from idgraph.surfaces.results import graphs as drawn

    told = rules(veiled(history, shown=shown))
    if as_json:
        lines([graphs.graph_json(graphs.identity_graph(told))])
    else:
        blocks(drawn.blocks(told))


@cli.command("why-not")
@ruled
@click.option("--call", "number", type=int, required=True, metavar="N", help="Which call.")
@click.option("--profile", metavar="NAME", help="Which profile; else where the person was before.")
@as_json
def why_not(
    *,
    history: History,
    rules: Rules,
    number: int,
    profile: str | None,
    shown: bool,
    as_json: bool,
) -> None:
    """Say key by key why a call did not go to a profile, and what was missing."""
    from idgraph import explain, ladders, records
    from idgraph.surfaces.results import chapters
    from idgraph.views.base.blocks import Paragraph, rich

    told = rules(veiled(history, shown=shown))
    step = told.step(number)
    found = ladders.why_not(told, number, profile or _expected(told, number))
    if as_json:
        lines([records.why_not(found)])
    else:
        lead = Paragraph(rich(explain.step_sentence(told, step)))
        blocks((lead, *chapters.why_not(found)))


def _expected(told: Replay, number: int) -> str:
    """The profile that a call should have found, so far as somebody is known who sent it."""
    from idgraph.views import why_not as view
    from idgraph.views.base.case import Cases

    cases = Cases(told)
    person = cases.persons.of(number)
    name = view.expected(cases.case(person), number) if person is not None else ""
    if not name:
        remedy = "Say which with --profile; `idgraph graph` lists them."
        raise UsageError("nothing tells which profile the call should find", remedy=remedy)
    return name


@cli.command()
@ruled
@click.option("--person", metavar="NAME", help="Whose split; else of the first person that split.")
@as_json
def split(
    *, history: History, rules: Rules, person: str | None, shown: bool, as_json: bool
) -> None:
    """Show a split: both profiles, the calls that decided it, why, the rules, the repair."""
    from idgraph import diagnosis, persons, records
    from idgraph.views import split as view
    from idgraph.views.base.case import Cases

    hidden = veiled(history, shown=shown)
    told = rules(hidden)
    people = persons.link(hidden)
    names = dict(zip(persons.link(history), people, strict=False)) | {name: name for name in people}
    first: PersonName | None = next(iter(Cases(told, people).by_splits()), None)
    name = first if person is None else names.get(person)
    if name is None:
        raise UsageError(
            "no such person is in the history" if person else "no call names a person",
            where="--person",
            remedy="`idgraph diagnose` lists the persons that split.",
        )
    found = diagnosis.diagnose_person(told, name, people)
    if found is None:
        note("This person did not split." if person else "Nobody split.")
    elif as_json:
        lines([records.split_person(told, found)])
    else:
        blocks(view.blocks(told, found))
