"""Calls written as rows of a log, and only so that a reader of this package reads the same back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import msgspec

from idgraph import sources
from idgraph.calls import Call, History, Identifier
from idgraph.clocks import CLOCKS, iso
from idgraph.demos.requests import event_of
from idgraph.inert import json_line
from idgraph.minimising.shrinking import State, Trials
from idgraph.requesting import Request, is_classic, request_of
from idgraph.rulebook import Policy
from idgraph.sources.call_table.writing import row_of

HOST = "https://a.klaviyo.com"
_TAKEN = 409
_SINGLE = {
    "event-bulk-create-jobs": "events",
    "client/event-bulk-create": "client/events",
    "onsite/subscriptions": "list/subscribe",
    "subscriptions/subscribe": "list/subscribe",
}
"""Endpoints of many profiles, and forms of old pages: what says the same of one call today."""
_FORMS = ("list/subscribe", "client/subscriptions")
_EVENTS = ("track", "client/events", "events")
_NO_EVENTS = ("identify", "client/profiles", "profile-import")
_PARTS = tuple(name for name in Call.__dataclass_fields__ if name not in ("payload", "wire"))
_ASIDE = ("origin", "answer")
"""What a row read back may have otherwise."""


def settled(state: State, trials: Trials, policy: Policy) -> State:
    """Return the calls as their requests say them, with endpoint and event, if the split stays.

    The same calls where any of them has no request.
    """
    said = tuple((number, spoken(call, policy)) for number, call in state)
    whole = tuple((number, call) for number, call in said if call is not None)
    return whole if len(whole) == len(state) and trials.holds(whole) else state


def spoken(call: Call, policy: Policy) -> Call | None:
    """Return a call with the endpoint and the event of its request; None where it has none.

    A call of an endpoint that no request is known for, or of none, is said by one that the policy
    treats alike.
    """
    for endpoint in _endpoints(call, policy):
        told = replace(call, endpoint=endpoint)
        if endpoint not in _EVENTS:
            told = replace(told, event=None, event_id=None)
        elif not call.event:
            told = replace(told, event=event_of(call))
        if exchange(told) is not None:
            return told
    return None


def _endpoints(call: Call, policy: Policy) -> Iterator[str]:
    if call.endpoint:
        yield from (call.endpoint, *(_SINGLE[n] for n in (call.endpoint,) if n in _SINGLE))
        return
    if policy.send:
        return  # a sender in between: what it sends on is no request of the shop's
    forms = _FORMS if call.channel == "form" else ()
    for endpoint in (*forms, *(() if call.event else _NO_EVENTS), *_EVENTS):
        told = replace(call, endpoint=endpoint)
        if policy.speaks_of(told) and policy.kind(told) == policy.kind(call):
            yield endpoint


def log(history: History) -> str:
    """Return the calls as an exchange log, or as a call table where one of them has no request."""
    rows = [exchange(call) for call in history]
    if None in rows:
        encoded = (msgspec.json.encode(row_of(call)).decode() for call in history)
    else:
        encoded = (json.dumps(row, ensure_ascii=False) for row in rows)
    return "".join(f"{json_line(line)}\n" for line in encoded)


def exchange(call: Call) -> dict[str, Any] | None:
    """Return the row of an exchange log that reads back as this very call; None where none does."""
    sent = request_of(call)
    if sent is None:
        return None
    row = _row(call, sent)
    back = sources.read(json.dumps(row).encode(), progress=False, name="row")
    return row if len(back) == 1 and _same(call, back.calls[0]) else None


def _same(call: Call, back: Call) -> bool:
    names = (name for name in _PARTS if name not in _ASIDE)
    return all(getattr(call, name) == getattr(back, name) for name in names)


def _row(call: Call, sent: Request) -> dict[str, Any]:
    request: dict[str, Any] = {"method": sent.method, "url": f"{HOST}{sent.path}"}
    headers = headers_of(call, sent)
    request |= {"headers": headers} if headers else {}
    request |= {"body": sent.body} if sent.body is not None else {}
    row: dict[str, Any] = {"request": request}
    answer = _answer(call)
    row |= {"response": answer} if answer else {}
    for name in (*CLOCKS, "answered_at"):
        if getattr(call, name) is not None:
            row[name] = iso(getattr(call, name))
    row["channel"] = call.channel
    told = {"person": call.person, "observed_profile": call.observed}
    return row | {name: value for name, value in told.items() if value is not None}


def _answer(call: Call) -> dict[str, Any] | None:
    """The answer from which a reader gets what the call says of it; it holds nothing else."""
    if call.refused:
        told = {"meta": {"duplicate_profile_id": call.owner}} if call.owner else {}
        return {"status": call.answer or _TAKEN, "body": {"errors": [told]}}
    if call.created is not None:
        found = {"id": call.observed} if is_classic(call) and call.observed else {}
        return {"status": call.answer or (201 if call.created else 200), "body": found}
    if call.answer is None:
        return None
    accepted = {"body": "1"} if call.endpoint in ("track", "identify") else {}
    return {"status": call.answer, **accepted}


def headers_of(call: Call, sent: Request) -> dict[str, str]:
    """Return the headers of a call's request, with the cookie and the page that it was sent from.

    A key of an account stands as `{...}`, or not at all where the request is only written down.
    """
    headers = {n: value for n, value in sent.headers.items() if n != "Authorization"}
    cookie = _believed(call, "cookie ")
    if cookie:
        packed = base64.urlsafe_b64encode(json.dumps(cookie).encode()).decode()
        headers["Cookie"] = f"__kla_id={packed}"
    page = _believed(call, "page ")
    if page:
        headers["Referer"] = f"https://shop.example.com/?{urlencode(_link(page))}"
    return headers


def _believed(call: Call, where: str) -> dict[str, Any]:
    given: Mapping[str, Identifier] = call.context
    return {n.removeprefix(where): one.value for n, one in given.items() if n.startswith(where)}


def _link(page: Mapping[str, Any]) -> dict[str, str]:
    """The query of a page's address; `_ke` packs an address, or an object of it and a phone."""
    packed = {name: value for name, value in page.items() if name.startswith("kl_")}
    plain = json.dumps(packed) if packed else page.get("_ke")
    link = {name: str(value) for name, value in page.items() if name in ("_kx", "utm_email")}
    if plain is not None:
        link["_ke"] = base64.urlsafe_b64encode(str(plain).encode()).decode()
    return link
