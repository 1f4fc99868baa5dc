"""The calls as a script for sh and curl, quoted safely whatever strangers wrote into values."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from idgraph.calls import Call
from idgraph.clocks import SECOND, Instant
from idgraph.errors import UsageError
from idgraph.minimising.pacing import matters
from idgraph.minimising.writing import headers_of
from idgraph.requesting import LIST, PRIVATE, PROFILE, PUBLIC, Request, request_of

if TYPE_CHECKING:
    from idgraph.minimising.results import Reproducer

_VARIABLES = {
    PUBLIC: ("PUBLIC_KEY", "the public key of a test account"),
    PRIVATE: ("PRIVATE_KEY", "a private key of a test account"),
    LIST: ("LIST_ID", "the id of a list of the test account"),
    PROFILE: ("PROFILE_ID", "the id of a profile of the test account"),
}


def sendable(call: Call) -> bool:
    """Tell whether a call has a request that idgraph can write."""
    return request_of(call) is not None


def text(found: Reproducer) -> str:
    """Return the script; a `UsageError` where a call has no request that idgraph can write."""
    sent = [request_of(call) for call in found.history]
    requests = [one for one in sent if one is not None]
    if len(requests) < len(sent):
        raise UsageError(
            "not every call has a request that idgraph can write",
            where="minimise",
            remedy="Take the log: requests are written for the calls of Klaviyo's own APIs.",
        )
    body: list[str] = []
    after = (*found.gaps[1:], None)
    calls = zip(found.history, requests, found.gaps, after, strict=True)
    for number, (call, one, gap, following) in enumerate(calls, 1):
        body += ["", f"# call {number}: {call.channel}, {call.endpoint}", *_wait(number, gap)]
        body.append(f"{_curl(call, one)}{' &' if _under_way(following) else ''}")
    waits = ["wait"] * any(_under_way(gap) for gap in found.gaps)
    return "\n".join((*_head(found, "\n".join(body)), *body, *waits)) + "\n"


def _head(found: Reproducer, body: str) -> Iterator[str]:
    yield "#!/bin/sh"
    yield f"# {len(found)} calls after which one person is two profiles [{found.cause}]."
    yield "# Send them to a test account, or to `idgraph record`: they write profiles."
    yield "set -eu"
    example = "https://... or http://127.0.0.1:8123"
    yield f'HOST="${{HOST:?fill in where to send the calls, such as {example}}}"'
    for name, what in _VARIABLES.values():
        if f'"${name}"' in body:
            yield f'{name}="${{{name}:?fill in {what}}}"'
    yield "# Where a gap does not matter: long enough for a call to take effect."
    yield 'PAUSE="${PAUSE:-5}"'


def _wait(number: int, gap: Instant | None) -> Iterator[str]:
    if matters(gap):
        yield f"sleep {(gap or 0) / SECOND:g}  # so long, since this gap matters"
    elif number > 1:
        yield 'sleep "$PAUSE"'


def _under_way(gap: Instant | None) -> bool:
    """Whether the call before a gap is not waited for: the gap matters and is under a second."""
    return gap is not None and matters(gap) and gap < SECOND


def _curl(call: Call, sent: Request) -> str:
    words = [f"curl -gsS -o /dev/null -w '%{{http_code}}\\n' -X {sent.method}"]
    headers = {**headers_of(call, sent), **_keyed(sent.headers)}
    words += [f"-H {_address(f'{name}: {value}')}" for name, value in headers.items()]
    if sent.body is not None:
        words.append(f"--data-binary {_json(sent.body)}")
    words.append(f'"${{HOST%/}}"{_address(sent.path)}')
    return " \\\n  ".join(words)


def _keyed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name == "Authorization"}


def _json(body: Any) -> str:
    """A body in ASCII as one word of sh, with variables where keys of an account belong."""
    stamp = _stamp(json.dumps(body))
    return _quoted(json.dumps(_filled(body, stamp)), stamp)


def _filled(tree: Any, stamp: str) -> Any:
    if isinstance(tree, dict):
        return {name: _filled(value, stamp) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_filled(value, stamp) for value in tree]
    return f"{stamp}{_VARIABLES[tree][0]}{stamp}" if tree in _VARIABLES else tree


def _address(text: str) -> str:
    """An address or a header as one word; there braces of a stranger's are percent-encoded."""
    stamp = _stamp(text)
    for placeholder, (name, _) in _VARIABLES.items():
        text = text.replace(placeholder, f"{stamp}{name}{stamp}")
    return _quoted(text, stamp)


def _stamp(text: str) -> str:
    """Something that a text does not hold, to stand at both ends of a variable's name in it."""
    return next(stamp for n in count() if (stamp := f"~{n}~") not in text)


def _quoted(text: str, stamp: str) -> str:
    """A text as one word of sh; every other part between stamps is the name of a variable."""
    parts = enumerate(text.split(stamp))
    return "".join(f'"${part}"' if n % 2 else shlex.quote(part) for n, part in parts if part)
