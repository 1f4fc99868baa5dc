"""What the platform answered: which profile it was, whether the call made it, who stood in the way.

Only the endpoints that apply a call before they answer say so; the others answer 202 whatever
becomes of the call, and the id in a bulk job's answer is the job's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from idgraph.dialects.base import Exchange, NotACall, RejectRow, decode
from idgraph.dialects.klaviyo_current.bodies import IMPORT, MERGE, PATCH

_TELLING = ("profiles", PATCH, IMPORT, MERGE)
_CREATED = {
    ("profiles", 201): True,
    (PATCH, 200): False,
    (IMPORT, 201): True,
    (IMPORT, 200): False,
}
_TAKEN_OR_UNKNOWN = (409, 404)
_REFUSED = range(400, 500)
_DONE = range(200, 300)


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says of the call; None where it does not say.

    `owner` is the profile that a conflict named. Which one is named where two stand in the way is
    not known.
    """

    observed: str | None = None
    created: bool | None = None
    refused: bool = False
    owner: str | None = None


def said(exchange: Exchange, endpoint: str) -> Said:
    """Return what the answer to a request says; `NotACall` where it refused the request as such.

    A conflict (409) and an unknown profile (404) refuse a call that was well formed: bodies as
    users pasted them into the tracker of klaviyo-api-node and into community thread 11971. Any
    other status of 400 to 499 is about the request, that of a bulk job about all its profiles;
    after 500 and up the call may have taken effect.
    """
    status = exchange.status
    if status in _REFUSED:
        if endpoint not in _TELLING or status not in _TAKEN_OR_UNKNOWN:
            raise NotACall("answer-error")
        return Said(refused=True, owner=_owner(exchange.answer))
    if endpoint not in _TELLING or not (status is None or status in _DONE):
        return Said()
    profile = _object(exchange.answer).get("data")
    observed = _profile_id(profile.get("id")) if isinstance(profile, dict) else None
    created = None if status is None else _CREATED.get((endpoint, status))
    return Said(observed=observed, created=created)


def _owner(answer: object) -> str | None:
    return next(_owners(_object(answer).get("errors")), None)


def _owners(errors: object) -> Iterator[str]:
    for error in errors if isinstance(errors, list) else ():
        meta = error.get("meta") if isinstance(error, dict) else None
        owner = _profile_id(meta.get("duplicate_profile_id")) if isinstance(meta, dict) else None
        if owner is not None:
            yield owner


def _object(answer: object) -> dict[str, Any]:
    """Return the answer as an object, empty where it is none: it is evidence, and no row."""
    if isinstance(answer, str) and answer.lstrip().startswith("{"):
        try:
            answer = decode(answer)
        except RejectRow:
            return {}
    return answer if isinstance(answer, dict) else {}


def _profile_id(value: object) -> str | None:
    whole = isinstance(value, str) and value.isascii()
    return str(value) if whole and value else None
