"""Writes a notebook as one offline HTML file in which steppers still step."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idgraph.errors import MissingExtraError, UnreadableError, UsageError
from idgraph.surfaces.reports.report import write

if TYPE_CHECKING:
    from nbformat import NotebookNode


def render(path: str | Path, output: str | Path | None = None, *, execute: bool = False) -> Path:
    """Write a notebook as an offline page and return its path, by default beside the notebook.

    The outputs that were saved are shown; with `execute` the notebook is run first, in its folder
    and with its kernel, and left as it is. A cell that fails, and a file that is no notebook, is an
    error. A page that is there is written over.
    """
    if find_spec("nbconvert") is None:
        remedy = "Install it: pip install 'idgraph[lab]'"
        raise MissingExtraError("notebooks cannot be rendered", remedy=remedy)
    from idgraph.surfaces.notebooks.exporting import IdgraphExporter

    source = Path(path)
    target = source.with_suffix(".html") if output is None else Path(output)
    if "-" in {str(path), str(output)}:
        remedy = "Name a notebook, and with -o a file to write."
        raise UsageError("render reads and writes files", where="render", remedy=remedy)
    notebook = _read(source)
    if target.exists() and target.samefile(source):
        remedy = "Give -o another name."
        raise UsageError("the page would be written over the notebook", where="-o", remedy=remedy)
    if execute:
        _run(notebook, source)
    exporter = IdgraphExporter()  # type: ignore[no-untyped-call]
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": source.stem}})
    try:
        write(target, page)
    except OSError as error:
        remedy = "Name a file in a folder that you may write to."
        raise UnreadableError(
            "the page cannot be written", where=str(target), remedy=remedy
        ) from error
    return target


def _read(path: Path) -> NotebookNode:
    """Return a notebook in the newest format."""
    import nbformat

    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Name a Jupyter notebook that you may read."
        raise UnreadableError(
            "the notebook cannot be read", where=str(path), remedy=remedy
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of cells without an id, which older ones have
            found: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
            nbformat.validate(found)
    # Which of many errors a broken one meets depends on where it is broken.
    except Exception as error:
        remedy = "Save it in JupyterLab, as .ipynb."
        raise UnreadableError(
            "the file is not a Jupyter notebook", where=str(path), remedy=remedy
        ) from error
    return found


def _run(notebook: NotebookNode, path: Path) -> None:
    """Run a notebook in memory, saying on standard error which cell is under way."""
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, DeadKernelError
    from tqdm import tqdm

    count = len(notebook.cells)
    at = {"cell": 0}
    with tqdm(total=count, desc="Cells", delay=0.5, leave=False, disable=None) as bar:

        def started(cell: Any, cell_index: int) -> None:  # noqa: ARG001 - nbclient names them
            at["cell"] = cell_index + 1
            bar.update(cell_index + 1 - bar.n)

        client = NotebookClient(
            notebook,
            timeout=None,
            kernel_name=notebook.metadata.get("kernelspec", {}).get("name", "python3"),
            resources={"metadata": {"path": str(path.resolve().parent)}},
            on_cell_start=started,
        )
        try:
            client.execute()
        except NoSuchKernel as error:
            remedy = "Install it, or open the notebook in JupyterLab and choose another."
            raise UsageError(
                "its kernel is not installed", where=str(path), remedy=remedy
            ) from error
        except (CellControlSignal, DeadKernelError) as error:
            # Not its message: that holds the cell and its values.
            kind = getattr(error, "ename", type(error).__name__)
            raise UsageError(
                f"cell {at['cell']} of {count} failed: {kind}",
                where=str(path),
                remedy="Run the notebook in JupyterLab to see why.",
            ) from None
