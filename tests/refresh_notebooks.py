"""Runs every notebook in place and keeps only the outputs that outlive the kernel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
WIDGET = "application/vnd.jupyter.widget"


def drop_widgets(path: Path) -> None:
    """Remove the widget forms of every output; its text, HTML and pictures stay.

    A saved widget shows an error when the notebook is opened again, and hides the HTML beside it.
    """
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            for form in [form for form in output.get("data", ()) if form.startswith(WIDGET)]:
                del output["data"][form]
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


def main() -> None:
    """Run, then strip: nbval compares with what is left."""
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    if not paths:
        sys.exit(f"no notebook in {NOTEBOOKS}")
    python = [sys.executable, "-m"]
    execute = ["nbconvert", "--to", "notebook", "--execute", "--inplace", "--log-level=WARN"]
    subprocess.run([*python, *execute, *paths], check=True)
    for path in paths:
        drop_widgets(path)
    # nbval runs no cell whose count is gone. The release of the Python that ran the notebook goes:
    # it would make a change of every run.
    strip = ["nbstripout", "--keep-output", "--keep-count"]
    extra = ["--extra-keys=metadata.language_info.version"]
    subprocess.run([*python, *strip, *extra, *paths], check=True)


if __name__ == "__main__":
    main()
