"""The classic API's people: updating one person by profile id (v1), and asking who it is (v1, v2).

Shapes after the v1-2 reference (get-profile-id, exchange, get-profile, update-profile). A look-up
writes nothing, and its answer tells which profile an identifier finds: it is a call that reads.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from idgraph.calls import Call, Identifier, Key, in_order
from idgraph.dialects.base import (
    Dialect,
    Exchange,
    NotACall,
    RejectRow,
    Sample,
    decode,
    form_texts,
    identifiers,
)
from idgraph.dialects.base.klaviyo import SPELLINGS, check_answer

PERSON = "person"

_PATH = re.compile(
    r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?(?://[^/?#]*)?/api/(?:"
    r"v1/person/(?P<person>[^/?#]+)(?P<timeline>/metrics?/(?:[^/?#]+/)?timeline)?"
    r"|v2/people/(?:(?P<search>search)|(?P<exchange>exchange)))/?(?=[?#]|$)"
)
_SPELLINGS = tuple(pair for pair in SPELLINGS if pair[1] != "profile_id")
_PATH_SPELLING: tuple[tuple[str, Key], ...] = (("person", "profile_id"),)
_ASKED: tuple[tuple[str, Key], ...] = (
    ("email", "email"),
    ("phone_number", "phone_number"),
    ("external_id", "external_id"),
    ("exchange_id", "_kx"),
)
_SECRETS = frozenset({"api_key"})
_NOBODY = 404


def claims(exchange: Exchange) -> bool:
    """Say whether the request updates a person or asks for one, on any host."""
    return _asks(exchange) is not None


def calls(exchange: Exchange) -> tuple[Call, ...]:
    """Return the one call of an update, or of a look-up, which reads; a timeline is none."""
    if _asks(exchange):
        return (_look_up(exchange),)
    check_answer(exchange)
    return (_update(exchange),)


def _asks(exchange: Exchange) -> bool | None:
    """Say whether the request is a look-up (true) or an update (false); None where neither."""
    found = _PATH.match(exchange.url)
    if found is None:
        return None
    if found["exchange"]:
        return True if exchange.method == "POST" else None
    if exchange.method == "GET":
        return True
    updates = exchange.method == "PUT" and found["person"] and not found["timeline"]
    return False if updates else None


def _look_up(exchange: Exchange) -> Call:
    """Read a look-up: by email, phone or id in the query, exchange id in the body, id in the path.

    An answer 404 found nobody; other errors say nothing.
    """
    found = _PATH.match(exchange.url)
    if found is None or found["timeline"]:
        raise NotACall("look-up")
    if exchange.status != _NOBODY:
        check_answer(exchange)
    payload = _payload(exchange)
    if found["person"]:
        return _call(exchange, PERSON, payload, (("path", _PATH_SPELLING),), reads=True)
    endpoint = f"people/{found['search'] or found['exchange']}"
    parts = (("query", _ASKED), ("body", _ASKED))
    return _call(exchange, endpoint, payload, parts, reads=True)


def _call(
    exchange: Exchange,
    endpoint: str,
    payload: dict[str, Any],
    parts: tuple[tuple[str, tuple[tuple[str, Key], ...]], ...],
    *,
    reads: bool,
) -> Call:
    """Return the call with the identifiers of some parts of a payload, the first part first."""
    ids: list[Identifier] = []
    wire: dict[Key, tuple[str, ...]] = {}
    for part, spellings in parts:
        more, where = identifiers(payload.get(part, {}), spellings, (part,), exchange.notes)
        ids += [one for one in more if one.key not in wire]
        wire = where | wire
    if not ids:
        raise NotACall("no-identifier")
    answered = _answered(exchange.answer)
    return replace(
        exchange.call(in_order(ids), endpoint, "server"),
        observed=exchange.observed or answered,
        created=False if answered and not reads else None,
        reads=reads,
        payload=payload,
        wire=wire,
    )


def _update(exchange: Exchange) -> Call:
    """Read an update; the profile id stands in the path, the rest in the query or the body.

    The private key is left out of the payload.
    """
    parts = (("path", _PATH_SPELLING), ("query", _SPELLINGS), ("body", _SPELLINGS))
    return _call(exchange, PERSON, _payload(exchange), parts, reads=False)


def _payload(exchange: Exchange) -> dict[str, Any]:
    found = _PATH.match(exchange.url)
    person = unquote(found["person"] or "") if found else ""
    query = exchange.url.partition("?")[2].partition("#")[0]
    payload: dict[str, Any] = {"path": {"person": person}}
    for part, given in (("query", form_texts(query)), ("body", _fields(exchange.body))):
        if given:
            payload[part] = {name: one for name, one in given.items() if name not in _SECRETS}
    return payload


def _fields(body: object) -> dict[str, Any]:
    if isinstance(body, str) and body.strip():
        body = decode(body) if body.lstrip().startswith("{") else form_texts(body.strip())
    if body is None or body == "":
        return {}
    if not isinstance(body, dict):
        raise RejectRow("bad-payload", "an object was expected")
    return body


def _answered(answer: object) -> str | None:
    """Return the profile id in the answer: its person's `id`."""
    if isinstance(answer, str) and answer.lstrip().startswith("{"):
        try:
            answer = decode(answer)
        except RejectRow:
            return None
    found = answer.get("id") if isinstance(answer, dict) else None
    return found if isinstance(found, str) and found and "\ufffd" not in found else None


_HOST = "https://a.klaviyo.com/api"


def _row(method: str, path: str, answer: object, body: object = None) -> dict[str, object]:
    request = {"method": method, "url": f"{_HOST}/{path}", "body": body}
    return {"request": request, "response": {"status": 200, "body": answer}}


_PERSON = {"object": "person", "id": "EXAMP1", "$email": "new@example.com", "$id": "b1"}

DIALECT = Dialect(
    name="klaviyo-people",
    title="Klaviyo v1 person and v2 people",
    era="until 2024-06-30",
    claims=claims,
    calls=calls,
    samples=(
        Sample(
            "update of a person in the query",
            _row(
                "PUT",
                "v1/person/EXAMP1?api_key=PRIVATE_KEY&$email=new%40example.com"
                "&%24phone_number=%2B15005550006",
                _PERSON,
            ),
            (
                {
                    "profile_id": "EXAMP1",
                    "email": "new@example.com",
                    "phone_number": "+15005550006",
                    "observed": "EXAMP1",
                    "created": False,
                    "channel": "server",
                    "endpoint": "person",
                },
            ),
        ),
        Sample(
            "update of a person in a form",
            _row("PUT", "v1/person/EXAMP1", "not JSON", "$id=b1&%24first_name=Betty"),
            ({"profile_id": "EXAMP1", "external_id": "b1", "observed": None},),
        ),
        Sample(
            "search by email",
            _row(
                "GET",
                "v2/people/search?api_key=PRIVATE_KEY&email=betty%40example.com",
                {"id": "EXAMP1"},
            ),
            (
                {
                    "email": "betty@example.com",
                    "observed": "EXAMP1",
                    "reads": True,
                    "created": None,
                    "endpoint": "people/search",
                },
            ),
        ),
        Sample(
            "exchange id to profile id",
            _row("POST", "v2/people/exchange", {"id": "EXAMP1"}, {"exchange_id": "kx.ABC123"}),
            ({"_kx": "kx.ABC123", "observed": "EXAMP1", "reads": True},),
        ),
        Sample(
            "a person",
            _row("GET", "v1/person/EXAMP1", _PERSON),
            ({"profile_id": "EXAMP1", "observed": "EXAMP1", "reads": True},),
        ),
        Sample(
            "the timeline of a person",
            _row("GET", "v1/person/EXAMP1/metrics/timeline", {"data": []}),
            not_a_call="look-up",
        ),
    ),
)
