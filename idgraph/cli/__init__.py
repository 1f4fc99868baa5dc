"""The command line: `idgraph COMMAND PATH... [--policy NAME] [--json] [--show-identifiers]`."""

from __future__ import annotations

import os
import sys

import click

from idgraph.cli import (
    catalogues,
    comparing,
    explaining,
    fleets,
    histories,
    rendering,
    reproducing,
    sharing,
    trying,
    viewing,
)
from idgraph.cli.base import cli
from idgraph.errors import IdgraphError
from idgraph.inert import visible

__all__ = [
    "catalogues",
    "cli",
    "comparing",
    "explaining",
    "fleets",
    "histories",
    "main",
    "rendering",
    "reproducing",
    "sharing",
    "trying",
    "viewing",
]

USAGE, INTERRUPTED = 2, 130


def main() -> None:
    """Run the command line: 0 done, 2 wrong usage or unreadable input, 130 on Ctrl-C."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        sys.exit(INTERRUPTED)
    except IdgraphError as error:
        click.echo("\n".join(map(visible, f"idgraph: {error}".split("\n"))), err=True)
        sys.exit(USAGE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
