"""How an export names what was sent: the metric of an event, and where its worth stands."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

LOGGED_MERGE = "merged profile"
"""The metric, in lower case, that a merge leaves on a profile (help centre, FAQ on identity
resolution). On the survivor, it must be: the source is gone."""

_METRICS = {"__activity__": "Active on Site"}
"""What the browser script sends under a name of its own, as served in 2026, `trackActivity`."""

_WORTHS: tuple[tuple[str | int, ...], ...] = (
    ("properties", "$value"),
    ("data", "attributes", "value"),
    ("data", "attributes", "properties", "$value"),
    ("attributes", "events", "data", 0, "attributes", "value"),
    ("attributes", "events", "data", 0, "attributes", "properties", "$value"),
)
"""Where a payload says what an event is worth; an export shows each as `$value`.

In order: classic Track (guide v1-2); one event of the current API, and one of a bulk request
(OpenAPI files 2022-10-17 to 2026-07-15)."""


def metric_name(event: str) -> str:
    """Return the name under which the platform shows an event that was sent."""
    return _METRICS.get(event, event)


def sent_value(payload: Mapping[str, Any]) -> Decimal | None:
    """Return what a payload says its event is worth; None where it does not say."""
    found = (worth(_at(payload, path)) for path in _WORTHS)
    return next((value for value in found if value is not None), None)


def worth(value: object) -> Decimal | None:
    """Return a number or digits exactly, so that 29.98 and "29.980" are equal; None else.

    >>> worth("29.980") == worth(29.98)
    True
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = Decimal(value if isinstance(value, str) else repr(value))
    except (InvalidOperation, ValueError):
        return None
    return found if found.is_finite() else None


def _at(holder: object, path: tuple[str | int, ...]) -> object:
    for step in path:
        if isinstance(step, int):
            holder = holder[step] if isinstance(holder, list) and len(holder) > step else None
        else:
            holder = holder.get(step) if isinstance(holder, Mapping) else None
    return holder
