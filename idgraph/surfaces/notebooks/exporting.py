"""The exporter that nbconvert knows as `idgraph`: a notebook as one offline page that steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbconvert.exporters.exporter import Exporter

from idgraph.surfaces.notebooks import cells

if TYPE_CHECKING:
    from nbformat import NotebookNode


class IdgraphExporter(Exporter):
    """Writes a notebook as a page of ours; `jupyter nbconvert --to idgraph` finds it by its name.

    What preprocessors are told to leave out is left out; templates have no say.
    """

    export_from_notebook = "idgraph"
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any | None = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the page of a notebook, and what nbconvert keeps beside it."""
        whole, kept = super().from_notebook_node(nb, resources, **options)
        return cells.page(whole, str(kept.get("metadata", {}).get("name") or "Notebook")), kept
