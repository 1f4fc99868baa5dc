"""Opens JupyterLab on a copy of the notebooks that ship."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

from idgraph.errors import MissingExtraError, UnreadableError

FIRST = "01-first-look.ipynb"
"""Where the path through the notebooks begins."""


def notebooks() -> Path:
    """Return the folder of the notebooks: in the package when installed, else in the checkout."""
    with as_file(files("idgraph")) as package:
        places = (package / "notebooks", package.parent / "notebooks")
    for place in places:
        if any(place.glob("*.ipynb")):
            return place
    raise UnreadableError("the notebooks are not installed", remedy="Install idgraph afresh.")


def copy_notebooks(folder: str | Path) -> Path:
    """Copy the notebooks into a folder; one that is there already stays as it is."""
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        for notebook in sorted(notebooks().glob("*.ipynb")):
            if not (target / notebook.name).exists():
                shutil.copy(notebook, target / notebook.name)
    except OSError as error:
        remedy = "Name a folder that you may write to."
        raise UnreadableError(
            "the folder cannot be written", where=str(target), remedy=remedy
        ) from error
    return target


def open_lab(folder: str | Path, *, browser: bool = True) -> int:
    """Copy the notebooks and run JupyterLab on the first of them until it is stopped.

    Return its exit code.
    """
    if find_spec("jupyterlab") is None or find_spec("anywidget") is None:
        raise MissingExtraError(
            "the lab is not installed", remedy="Install it: pip install 'idgraph[lab]'"
        )
    target = copy_notebooks(folder)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={target.resolve()}"]
    command.append(f"--LabApp.default_url=/lab/tree/{FIRST}")
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container everybody is root, and JupyterLab would refuse; it listens on loopback.
        command.append("--allow-root")
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own interpreter
