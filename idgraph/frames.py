"""Tables for people: DataFrames that a notebook shows as they stand.

Jupyter takes what stands between two dollar signs for maths, so that `$id` and `$email` in one cell
would be typeset. pandas has a switch for it; it is turned while one of ours is shown, and no other
table is touched.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

_NO_MATHS = ("display.html.use_mathjax", False)


class Frame(pd.DataFrame):
    """A DataFrame in which a notebook sees no maths; so are those that are made from it.

    >>> type(Frame({"fix": ["send $id with $email"]}).head(1)).__name__
    'Frame'
    """

    @property
    def _constructor(self) -> Callable[..., Frame]:
        return Frame

    def _repr_html_(self) -> str | None:
        with pd.option_context(*_NO_MATHS):
            drawn: str | None = super()._repr_html_()  # type: ignore[misc]
        return drawn
