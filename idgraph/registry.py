"""Finds the one constant that each module of a one-per-file folder defines, and who shows results.

Adding a cause, a dialect, a source or a view is adding a file: nothing else lists them.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from idgraph.errors import CatalogueError

_SURFACE = "idgraph.surfaces.notebook"


@cache
def collect(package: str, constant: str) -> tuple[Any, ...]:
    """Return the `constant` of every module in `package`, in order of module name.

    A module without the constant is a `CatalogueError`; the module `base`, which holds what the
    others share, is passed over. `package` is a dotted name such as `idgraph.causes`.
    """
    folder = importlib.import_module(package)
    found = []
    for module in sorted(pkgutil.iter_modules(folder.__path__), key=lambda entry: entry.name):
        if module.name == "base":
            continue
        loaded = importlib.import_module(f"{package}.{module.name}")
        if not hasattr(loaded, constant):
            raise CatalogueError(
                f"the module defines no {constant}",
                where=f"{package}.{module.name}",
                remedy=f"Define {constant}, as its neighbours do.",
            )
        found.append(getattr(loaded, constant))
    return tuple(found)


class Shown:
    """A result that shows itself in a notebook.

    The core knows no screen, so the surface is looked up by name at the moment of showing: that
    keeps imports running one way. Every subclass has a stable text `__repr__` of its own.
    """

    __slots__ = ()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return `text/plain` and `text/html`; never a widget, which dies with its kernel."""
        bundle: dict[str, str] = importlib.import_module(_SURFACE).mimebundle(self)
        return bundle
