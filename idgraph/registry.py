"""Finds the one constant that each module of a one-per-file folder defines, and who shows results.

Adding a cause, a dialect, a source or a view is adding a file: nothing else lists them.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any, TypeVar

from idgraph.errors import CatalogueError

Item = TypeVar("Item")
_LISTED = 3
_SURFACE = "idgraph.surfaces.displays.notebook"


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
        return show(self)


def show(result: object) -> dict[str, str]:
    """Return what the surface makes of a result: its forms by MIME type."""
    bundle: dict[str, str] = importlib.import_module(_SURFACE).mimebundle(result)
    return bundle


class Several(tuple[Item, ...], Shown):
    """A tuple of results that shows itself as a table in a notebook, and else is any tuple.

    >>> Several((1, 2)) == (1, 2), Several((1, 2, 3, 4, 5))
    (True, (1, 2, 3, ... and 2 more))
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Say in one line what the first ones are."""
        left = len(self) - _LISTED
        if left <= 0:
            return super().__repr__()
        return f"({', '.join(map(repr, self[:_LISTED]))}, ... and {left} more)"
