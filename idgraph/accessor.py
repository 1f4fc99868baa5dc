"""`df.idgraph`: what idgraph does, from a DataFrame of calls.

pandas has no way to find an accessor by itself, so it has to be told of this one. That is done when
idgraph is imported, or first used, with pandas loaded, and by `import idgraph.accessor`. So all
else is imported when it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from idgraph.calls import History
    from idgraph.diagnosis import Diagnosis
    from idgraph.replays import Replay
    from idgraph.rulebook import Policy
    from idgraph.surfaces.widgets.stepper_view import Stepper
    from idgraph.verdicts import Verdicts

NAME = "idgraph"
_POLICY = "klaviyo-classic"


class Calls:
    """A DataFrame whose rows are calls, with the columns of a call table (see `ig.read`).

    >>> df = pd.DataFrame({"external_id": ["b1", None], "email": [None, "b@example.com"]})
    >>> df.idgraph.diagnose()
    <Diagnosis klaviyo-classic: 0 of 2 persons split>
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        """Keep the frame; nothing is read before something is asked."""
        self._frame = frame

    def __repr__(self) -> str:
        """Say how many rows there are, without a value."""
        return f"<idgraph: {len(self._frame)} rows>"

    def read(self, *, strict: bool = False, title: str = "") -> History:
        """Return the rows as a history, as `ig.read` does."""
        from idgraph.sources import read

        return read(self._frame, strict=strict, title=title)

    def replay(self, policy: str | Policy = _POLICY) -> Replay:
        """Return what the rules make of the calls, as `ig.replay` does."""
        from idgraph.replays import replay

        return replay(self.read(), policy)

    def diagnose(self, policy: str | Policy = _POLICY) -> Diagnosis:
        """Return who split, at which call, why, as `ig.diagnose` does."""
        from idgraph.diagnosis import diagnose

        return diagnose(self.replay(policy))

    def verdict(self, policy: str | Policy | None = None) -> Verdicts:
        """Return what can explain the observed profiles, as `ig.verdict` does."""
        from idgraph.verdicts import verdict

        return verdict(self.read(), policy)

    def stepper(self, policy: str | Policy = _POLICY, *, redact: bool = True) -> Stepper:
        """Return the widget that goes through the calls, as `ig.Stepper` does."""
        from idgraph.surfaces.widgets.stepper_view import Stepper

        return Stepper(self.replay(policy), redact=redact)

    def report(self, path: str | Path, *, redact: bool = True) -> str | Path:
        """Write the offline page, as `ig.report` does, and return its path."""
        from idgraph.surfaces.reports.report import report

        return report(self.replay(), path, redact=redact)


pd.api.extensions.register_dataframe_accessor(NAME)(Calls)
