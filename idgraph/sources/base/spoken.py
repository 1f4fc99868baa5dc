"""From an exchange to its calls: by the dialect that claims it, with what the sender believed."""

from __future__ import annotations

from dataclasses import replace

from idgraph import registry
from idgraph.calls import Call, Identifier
from idgraph.dialects.base import Dialect, Exchange, NotACall


def calls_of(exchange: Exchange) -> tuple[Call, ...]:
    """Return the calls of one exchange; `NotACall` or `RejectRow` where it makes none."""
    dialect = dialect_of(exchange)
    if dialect is None:
        raise NotACall("not-an-identity-request")
    calls = dialect.calls(exchange)
    context = _believed(exchange)
    if context:
        return tuple(replace(call, context={**context, **call.context}) for call in calls)
    return calls


def dialect_of(exchange: Exchange) -> Dialect | None:
    """Return the first dialect, in order of name, that claims the exchange."""
    return next((one for one in _dialects() if one.claims(exchange)), None)


def own_hosts() -> tuple[str, ...]:
    """Return the hosts of every platform that a dialect is for."""
    return tuple(host for one in _dialects() for host in one.hosts)


def _believed(exchange: Exchange) -> dict[str, Identifier]:
    found: dict[str, Identifier] = {}
    for one in _dialects():
        if one.believed:
            found |= one.believed(exchange)
    return found


def _dialects() -> tuple[Dialect, ...]:
    found: tuple[Dialect, ...] = registry.collect("idgraph.dialects", "DIALECT")
    return found
