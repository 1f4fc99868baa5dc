"""Rows of an exchange log and entries of a HAR, redacted in the shape they came in."""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import zlib
from collections.abc import Mapping
from typing import Any

from idgraph.calls import CHANNELS
from idgraph.clocks import instant
from idgraph.dialects.base import headers_of
from idgraph.redaction.fields import COOKIE, Fields
from idgraph.redaction.headers import media
from idgraph.redaction.payloads import written
from idgraph.redaction.times import CLOCKS, ORDER
from idgraph.redaction.wirewords import HTTP_METHODS

Row = Mapping[str, Any]

_STATUS = re.compile("[0-9]{1,3}")
_MAGIC = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "deflate": b"\x78"}
_KINDS_TEXT = """
document font image media preflight script stylesheet xhr fetch ping websocket other manifest
"""
_KINDS = frozenset(_KINDS_TEXT.split())
_VERSIONS = re.compile(r"(?:HTTP/)?[0-9](?:\.[0-9])?|h[23]|http/[0-9](?:\.[0-9])?", re.IGNORECASE)
_SIZES = ("headersSize", "bodySize")
_MICROS = 1000


def exchange_row(row: Row, fields: Fields, *, call: bool) -> dict[str, Any]:
    """Return a row of an exchange log; one that is no `call` without its bodies and headers."""
    made: dict[str, Any] = {}
    for name, value in row.items():
        if name == "request" and isinstance(value, Mapping):
            made[name] = _request(value, fields, call=call)
        elif name == "response" and isinstance(value, Mapping):
            made[name] = _response(value, fields, call=call)
        elif name in CLOCKS:
            made[name] = fields.redactor.time(value)
        elif name == "channel":
            made[name] = value if str(value).strip().lower() in CHANNELS else None
        elif name in ("person", "observed_profile"):
            made[name] = _labelled(name, value, fields)
        else:
            fields.redactor.account.drop("unknown fields of rows")
    return made


def _labelled(name: str, value: Any, fields: Fields) -> Any:
    if value is None or value == "":
        return value
    return fields.redactor.text("person" if name == "person" else "observed", written(value))


def _request(request: Row, fields: Fields, *, call: bool) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in request.items():
        if name == "method":
            made[name] = value if str(value).upper() in HTTP_METHODS else fields.dropped(str(value))
        elif name == "url":
            made[name] = fields.address(str(value))
        elif name == "headers" and call:
            made[name] = fields.headers(value)
        elif name == "body" and call:
            made[name] = fields.body(value)
        else:
            fields.redactor.account.drop("headers and bodies beside calls")
    if not call and "method" not in request and request.get("body") is not None:
        made["method"] = "POST"  # as it is read where a body stands and no method
    return made


def _response(response: Row, fields: Fields, *, call: bool) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in response.items():
        if name == "status":
            made[name] = value if _STATUS.fullmatch(str(value)) else None
        elif name == "body" and (call or str(value).strip() in ("0", "1")):
            made[name] = fields.answer(value)
        else:
            fields.redactor.account.drop("headers and bodies beside calls")
    return made


# --- HAR -----------------------------------------------------------------------------------------


def har_page(page: object, fields: Fields) -> dict[str, Any] | None:
    """Return a page of a HAR: its number, its start, and its address where that is its title."""
    if not isinstance(page, dict) or not isinstance(page.get("id"), str):
        return None
    title = page.get("title")
    told = isinstance(title, str) and title.lower().startswith(("http://", "https://"))
    return {
        "startedDateTime": fields.redactor.time(page.get("startedDateTime")),
        "id": fields.redactor.text("page", page["id"]),
        "title": fields.address(str(title)) if told else "",
        "pageTimings": {},
    }


def har_entry(entry: Row, fields: Fields, *, call: bool) -> dict[str, Any]:
    """Return an entry of a HAR; stacks, addresses of servers, timings and comments are dropped."""
    made: dict[str, Any] = {}
    if isinstance(entry.get("pageref"), str):
        made["pageref"] = fields.redactor.text("page", entry["pageref"])
    made["startedDateTime"] = fields.redactor.time(entry.get("startedDateTime"))
    made["time"] = _took(entry, fields)
    kind = entry.get("_resourceType")
    if isinstance(kind, str) and kind.lower() in _KINDS:
        made["_resourceType"] = kind
    made["request"] = _har_request(entry.get("request"), fields, call=call)
    made["response"] = _har_response(entry, fields, call=call)
    made |= {"cache": {}, "timings": {"send": -1, "wait": -1, "receive": -1}}
    return made


def _took(entry: Row, fields: Fields) -> Any:
    """How long it took, in milliseconds; of the order alone what the order says."""
    took, times = entry.get("time"), fields.redactor.terms.times
    if isinstance(took, bool) or not isinstance(took, int | float):
        return -1
    if times.kind != ORDER:
        return took
    start = instant(entry.get("startedDateTime"))
    end = None if start is None or took < 0 else times.moved(start + round(took * _MICROS))
    begun = times.moved(start)
    return -1 if end is None or begun is None else (end - begun) // _MICROS


def _har_request(request: Any, fields: Fields, *, call: bool) -> dict[str, Any]:
    given: Row = request if isinstance(request, Mapping) else {}
    made: dict[str, Any] = {}
    method = given.get("method")
    if isinstance(method, str):
        made["method"] = method if method.upper() in HTTP_METHODS else fields.dropped(method)
    if isinstance(given.get("url"), str):
        made["url"] = fields.address(given["url"])
    made["httpVersion"] = _version(given.get("httpVersion"))
    made["headers"] = fields.headers(given.get("headers")) or []
    made["queryString"] = []
    made["cookies"] = _listed_cookies(given.get("cookies"), fields)
    if "postData" in given:
        if call:
            made["postData"] = _posted(given["postData"], headers_of(given.get("headers")), fields)
        else:
            fields.redactor.account.drop("headers and bodies beside calls")
    return made | dict.fromkeys(_SIZES, -1)


def _listed_cookies(cookies: Any, fields: Fields) -> list[dict[str, str]]:
    made: list[dict[str, str]] = []
    for one in cookies if isinstance(cookies, list) else ():
        if isinstance(one, dict) and one.get("name") == COOKIE and isinstance(one["value"], str):
            made.append({"name": COOKIE, "value": fields.cookie(one["value"])})
        else:
            fields.redactor.account.drop("cookies")
    return made


def _posted(post: Any, headers: Mapping[str, str], fields: Fields) -> dict[str, Any]:
    given: Row = post if isinstance(post, Mapping) else {}
    made: dict[str, Any] = {"mimeType": media(str(given.get("mimeType", "")))}
    text, params = given.get("text"), given.get("params")
    if isinstance(text, str) and text:
        packing = headers.get("content-encoding", "").strip().lower()
        if isinstance(given.get("encoding"), str) and given["encoding"].lower() == "base64":
            made["text"] = _packed_body(text, packing, fields)
            made["encoding"] = given["encoding"].lower()
        else:
            made["text"] = fields.body(text)
    elif isinstance(params, list):
        made["params"] = [_param(one, fields) for one in params if isinstance(one, dict)]
    return made


def _param(param: Row, fields: Fields) -> dict[str, Any]:
    name, value = str(param.get("name", "")), param.get("value")
    shown = fields.plain_field(name, value) if isinstance(value, str) else value
    return {"name": fields.name(name), "value": shown}


def _packed_body(text: str, packing: str, fields: Fields) -> str:
    """Redact a body inside of base64 and, inside of it, of gzip, and pack it in the same way."""
    try:
        raw = base64.b64decode(text)
        zipped = packing in _MAGIC and raw.startswith(_MAGIC[packing])
        gzipped = zipped and raw.startswith(_MAGIC["gzip"])
        plain = zlib.decompress(raw, 31 if gzipped else 15) if zipped else raw
        made = str(fields.body(plain.decode("utf-8"))).encode("utf-8")
    except (binascii.Error, ValueError, zlib.error):
        return ""
    if zipped:
        made = gzip.compress(made, mtime=0) if gzipped else zlib.compress(made)
    return base64.b64encode(made).decode("ascii")


def _har_response(entry: Row, fields: Fields, *, call: bool) -> dict[str, Any]:
    response = entry.get("response")
    given: Row = response if isinstance(response, Mapping) else {}
    content = given.get("content")
    held: Row = content if isinstance(content, Mapping) else {}
    status = given.get("status")
    made: dict[str, Any] = {
        "status": status if isinstance(status, int) and _STATUS.fullmatch(str(status)) else 0,
        "statusText": "",
        "httpVersion": _version(given.get("httpVersion")),
        "headers": [],
        "cookies": [],
        "content": {"size": -1, "mimeType": media(str(held.get("mimeType", "")))},
        "redirectURL": "",
        **dict.fromkeys(_SIZES, -1),
    }
    said = [part.get(name) for part in (entry, given) for name in ("_error", "_failureText")]
    if any(isinstance(one, str) and "BLOCKED" in one for one in said):
        made["_error"] = "net::ERR_BLOCKED_BY_CLIENT"
    if isinstance(held.get("text"), str):
        made["content"] |= _answered(held, given, fields, call=call)
    return made


def _answered(held: Row, response: Row, fields: Fields, *, call: bool) -> dict[str, Any]:
    """The body of an answer where it is read as evidence; it comes unpacked."""
    from idgraph.sources.har.exchanges import answer_text

    text = answer_text(held, headers_of(response.get("headers")))
    if text is not None and (call or text.strip() in ("0", "1")):
        return {"text": fields.answer(text)}
    fields.redactor.account.drop("bodies of answers")
    return {}


def _version(value: object) -> str:
    return value if isinstance(value, str) and _VERSIONS.fullmatch(value) else ""
