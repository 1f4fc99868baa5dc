"""Answers of the recorder's own, for trying out an integration without the platform."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import unquote

_DAY = "86400"


@dataclass(frozen=True, slots=True)
class MadeUp:
    """An answer that no platform gave."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Rule:
    methods: tuple[str, ...]
    path: re.Pattern[str]
    status: int
    type: str
    body: str

    def fits(self, method: str, path: str) -> bool:
        return method in (self.methods or (method,)) and bool(self.path.fullmatch(path))


def answer(method: str, target: str, headers: Mapping[str, str], number: int) -> MadeUp:
    """Return the answer to a request, by the first row of `answers.toml` that fits it.

    `headers` are the request's, with names in lower case; `number` makes made-up ids differ. A page
    of any origin may read the answer, and its preflight (OPTIONS) is always granted.
    """
    allowed = _allowed(headers)
    path = target.partition("?")[0]
    if method == "OPTIONS":
        return MadeUp(204, allowed | _granted(headers), b"")
    rule = next(one for one in _rules() if one.fits(method, path))
    named = {"Content-Type": rule.type} if rule.type else {}
    body = rule.body.replace("{path_id}", _harmless(path))
    body = body.replace("{id}", f"01MADEUP{number:018d}")
    return MadeUp(rule.status, allowed | named, body.encode("utf-8"))


@cache
def _rules() -> tuple[_Rule, ...]:
    table = tomllib.loads(files("idgraph.recording").joinpath("answers.toml").read_text("utf-8"))
    return tuple(
        _Rule(
            methods=tuple(one["methods"]),
            path=re.compile(one["path"]),
            status=one["status"],
            type=one.get("type", ""),
            body=one.get("body", ""),
        )
        for one in table["answer"]
    )


def _harmless(path: str) -> str:
    """The last part of a path, as it can stand inside a JSON text."""
    last = unquote(path.rstrip("/").rpartition("/")[2])
    return re.sub(r"[^A-Za-z0-9_-]", "", last)


def _allowed(headers: Mapping[str, str]) -> dict[str, str]:
    """Let the page that asks read the answer; a request from no page needs nothing."""
    if "origin" not in headers:
        return {}
    return {
        "Access-Control-Allow-Origin": headers["origin"],
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


def _granted(headers: Mapping[str, str]) -> dict[str, str]:
    """Grant what a preflight asks for; a public page needs a word of its own to reach loopback."""
    asked = {
        "Access-Control-Allow-Methods": headers.get("access-control-request-method", "*"),
        "Access-Control-Allow-Headers": headers.get("access-control-request-headers", "*"),
        "Access-Control-Max-Age": _DAY,
    }
    if "access-control-request-private-network" in headers:
        asked["Access-Control-Allow-Private-Network"] = "true"
    return asked
