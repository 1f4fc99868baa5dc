"""Commands to try and to look: demo, lab."""

from __future__ import annotations

import sys

import click

from idgraph.cli.base import as_json, blocks, cli, lines, note, veiled


@cli.command()
@click.argument("name", required=False)
@click.option("--log", metavar="FILE", help="Write the history as an exchange log.")
@click.option("--report", "page", metavar="FILE", help="Write its report, too.")
@click.option("--show-identifiers", "shown", is_flag=True, help="Show identifiers as they are.")
@as_json
def demo(
    name: str | None, *, log: str | None, page: str | None, shown: bool, as_json: bool
) -> None:
    """Show a built-in history and its diagnosis; without a name, list them."""
    from idgraph import demos, diagnosis, records
    from idgraph.replays import replay
    from idgraph.surfaces.results import terminal

    if name is None:
        if as_json:
            lines({"demo": story.name, "title": story.title} for story in demos.demos())
        else:
            blocks(terminal.demos(demos.demos()))
        return
    if log:
        demos.write_demo(name, log)
        note(f"Wrote {log}; read it with `idgraph diagnose {log}`.")
    history = demos.demo(name)
    told = replay(veiled(history, shown=shown), demos.POLICY)
    found = diagnosis.diagnose(told)
    if as_json:
        lines(records.persons(found))
    else:
        blocks((*terminal.steps(told), *terminal.diagnosis(found)))
    if page:
        from idgraph.surfaces.reports.report import report as write

        written = write([replay(history, demos.POLICY)], page, redact=not shown)
        note(f"Wrote {written}; open it in a browser, it needs no network.")
        note("Go through it live with `idgraph lab` (in this folder: .venv/bin/idgraph lab).")


@cli.command()
@click.argument("folder", default="idgraph-notebooks", metavar="[DIR]")
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
def lab(folder: str, *, no_browser: bool) -> None:
    """Copy the notebooks to DIR and open JupyterLab there."""
    from idgraph.surfaces import laboratory

    sys.exit(laboratory.open_lab(folder, browser=not no_browser))
