"""What the dialects of Klaviyo's classic world share: how identifiers are spelt, and answers."""

from __future__ import annotations

from idgraph.calls import Key
from idgraph.dialects.base.exchanges import Exchange
from idgraph.dialects.base.faults import NotACall

SPELLINGS: tuple[tuple[str, Key], ...] = (
    ("$kid", "profile_id"),
    ("$id", "external_id"),
    ("id", "external_id"),
    ("$email", "email"),
    ("email", "email"),
    ("$phone_number", "phone_number"),
    ("phone_number", "phone_number"),
    ("$anonymous", "anonymous_id"),
    ("$exchange_id", "_kx"),
)
"""Where both spellings of a key differ the one with `$` counts."""
_REFUSED = range(400, 500)


def check_answer(exchange: Exchange) -> None:
    """Raise `NotACall` where the answer says that nothing was written.

    An answer of 0 means that nothing was queued (v1-2 reference), a status of 400 to 499 that the
    request was refused. After a status of 500 and up it may have taken effect.
    """
    if _answered_zero(exchange.answer):
        raise NotACall("answer-0")
    if exchange.status in _REFUSED:
        raise NotACall("answer-error")


def _answered_zero(answer: object) -> bool:
    if isinstance(answer, str):
        return answer.strip() == "0"
    return isinstance(answer, int) and not isinstance(answer, bool) and answer == 0
