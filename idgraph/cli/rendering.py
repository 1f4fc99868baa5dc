"""The command that writes a notebook as a page."""

from __future__ import annotations

import click

from idgraph.cli.base import cli, note


@cli.command()
@click.argument("notebook", metavar="NOTEBOOK")
@click.option("-o", "--output", metavar="FILE", help="The HTML file to write.")
@click.option("--execute", is_flag=True, help="Run it first; else the saved outputs are shown.")
def render(*, notebook: str, output: str | None, execute: bool) -> None:
    """Write a notebook as one offline HTML file in which steppers still step.

    Without -o it is written beside the notebook; a file that is there is written over. What
    idgraph left in the outputs has stand-ins; all else in the notebook is shown as it is.
    """
    from idgraph.surfaces.notebooks.rendering import render as write

    page = write(notebook, output, execute=execute)
    note(f"Wrote {page}; open it in a browser, it needs no network.")
