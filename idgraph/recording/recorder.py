"""What becomes of a request: passed on or answered here, written, and only then answered whole."""

from __future__ import annotations

import asyncio
import functools
import io
import itertools
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from idgraph.clocks import Instant
from idgraph.recording import offline
from idgraph.recording.logbook import Logbook
from idgraph.recording.rows import LIMIT, Answered, Asked, Headers, row

_HOP = frozenset(
    (
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization"),
        *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    )
)
"""Headers of one connection, not of the request (RFC 9110, 7.6.1)."""
_OWN = frozenset(("content-length", "expect", "host"))
"""Headers of a request that are written anew: its body is at hand here, whole."""

_LARGE = 1 << 16
"""Bytes of bodies from which a row is made beside the loop."""

_TOO_LONG = "the body is longer than 64 MiB, so it was neither passed on nor kept"
_NO_ANSWER = "the platform could not be reached, or gave no answer"
_NO_PATH = "this is no proxy for any host: set it as the base address of the sender"
_CUT = "the answer broke off"
_NOT_KEPT = "the answer is longer than 64 MiB, so it was passed back and not kept"
_STOPPED = "the recorder was stopped before the answer came"


def now() -> Instant:
    """Return the time of this machine."""
    return time.time_ns() // 1000


class Recorder:
    """Answers each request and writes its row, before the end of the answer goes out.

    So whoever has an answer in hand finds the request in the log, however the recorder ended.
    """

    def __init__(
        self,
        forward: str | None,
        session: aiohttp.ClientSession,
        log: Logbook,
        on_row: Callable[[int], object],
    ) -> None:
        self.forward = forward
        self.session = session
        self.log = log
        self.on_row = on_row
        self.numbers = itertools.count(1)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Return the answer to a request."""
        connection: Any = request.protocol
        arrived = connection.arrived or now()
        target = _target(request)
        if target is None:
            return _refusal(400, _NO_PATH)
        body = await _body(request)
        connection.arrived = None
        base = self.forward or f"http://{request.host}"
        asked = Asked(
            request.method, base + target, _texts(request.raw_headers), arrived, body or b""
        )
        if body is None:
            await self._write(asked, None, _after(asked), _TOO_LONG)
            return _refusal(413, _TOO_LONG)
        if self.forward is None:
            return await self._made_up(asked, target)
        return await self._passed_on(request, asked)

    async def _made_up(self, asked: Asked, target: str) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in asked.headers}
        made = offline.answer(asked.method, target, headers, next(self.numbers))
        await self._write(asked, None, _after(asked), "answered by the recorder")
        return web.Response(status=made.status, headers=made.headers, body=made.body or None)

    async def _passed_on(self, request: web.BaseRequest, asked: Asked) -> web.StreamResponse:
        try:
            reply = await self.session.request(
                asked.method,
                URL(asked.url, encoded=True),
                headers=_carried(asked.headers, _HOP | _OWN),
                data=io.BytesIO(asked.body) if asked.body else None,
                allow_redirects=False,
                middlewares=(_once(),),
            )
        except asyncio.CancelledError:
            self._append(row(asked, None, None, _STOPPED))
            raise
        except (aiohttp.ClientError, TimeoutError, ValueError):
            await self._write(asked, None, None, _NO_ANSWER)
            return web.Response(status=502, text=f"idgraph: {_NO_ANSWER}.\n")
        async with reply:
            return await self._returned(request, asked, reply)

    async def _returned(
        self,
        request: web.BaseRequest,
        asked: Asked,
        reply: aiohttp.ClientResponse,
    ) -> web.StreamResponse:
        """Give the answer back piece by piece; the last piece waits until the row is written."""
        given = _texts(reply.raw_headers)
        answer = _Answer(status=reply.status, reason=reply.reason, headers=_carried(given, _HOP))
        kept, held, cut = bytearray(), b"", False
        try:
            async for piece in reply.content.iter_any():
                if len(kept) <= LIMIT:
                    kept += piece
                if held:
                    await _send(request, answer, held)
                held = piece
        except asyncio.CancelledError:
            self._append(row(asked, Answered(reply.status, given, None), None, _STOPPED))
            raise
        except (aiohttp.ClientError, TimeoutError):
            cut = True
        note = _CUT if cut else _NOT_KEPT if len(kept) > LIMIT else ""
        answered = Answered(reply.status, given, None if note else bytes(kept))
        await self._write(asked, answered, None if cut else _after(asked), note)
        if held:
            await _send(request, answer, held)
        if cut and request.transport is not None:
            # The sender has to see that the answer broke off here, too.
            request.transport.abort()
        return answer

    async def _write(
        self, asked: Asked, answered: Answered | None, at: Instant | None, note: str
    ) -> None:
        """Write the row; a large one is made beside the loop, where others go on arriving."""
        large = len(asked.body) + len(answered.body or b"" if answered else b"") > _LARGE
        make = functools.partial(row, asked, answered, at, note)
        self._append(await asyncio.to_thread(make) if large else make())

    def _append(self, written: bytes) -> None:
        self.log.append(written)
        self.on_row(self.log.rows)


class _Answer(web.StreamResponse):
    """An answer whose headers are exactly those that it was given."""

    async def _prepare_headers(self) -> None:
        lacking = [name for name in ("Content-Type", "Date", "Server") if name not in self.headers]
        await super()._prepare_headers()
        for name in lacking:
            self.headers.pop(name, None)


def _after(asked: Asked) -> Instant:
    """The time now, never before the request: a clock that is set back makes no answer early."""
    return max(now(), asked.received_at)


def _refusal(status: int, why: str) -> web.StreamResponse:
    """An answer to a request that was not read to its end: the connection cannot be used again."""
    refusal = web.Response(status=status, text=f"idgraph: {why}.\n")
    refusal.force_close()
    return refusal


def _target(request: web.BaseRequest) -> str | None:
    """The path and query as they were sent; None where the sender takes us for another proxy.

    Nothing may stand between the base address and the slash: `@other.example/` would change hosts.
    """
    raw = request.raw_path
    return raw if raw.startswith("/") else None


async def _body(request: web.BaseRequest) -> bytes | None:
    """Return the bytes of the body as they were sent; None where they are more than the limit."""
    if (request.content_length or 0) > LIMIT:
        return None
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > LIMIT:
            return None
    return bytes(body)


def _texts(headers: Any) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in headers)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _carried(headers: Headers, left_out: frozenset[str]) -> CIMultiDict[str]:
    """The headers without those that are left out, and without those that Connection names."""
    named = {
        part.strip().lower()
        for name, value in headers
        if name.lower() == "connection"
        for part in value.split(",")
    }
    kept = CIMultiDict[str]()
    for name, value in headers:
        if name.lower() not in left_out | named:
            kept.add(name, value)
    return kept


def _once() -> aiohttp.ClientMiddlewareType:
    """Never send a request twice: the library would, for a GET on a connection that was closed.

    A GET of the classic API writes. The platform may have taken the first one.
    """
    sent = False

    async def send(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        nonlocal sent
        if sent:
            raise aiohttp.ClientConnectionError
        sent = True
        return await handler(request)

    return send


async def _send(request: web.BaseRequest, answer: web.StreamResponse, piece: bytes) -> None:
    """Send a piece of an answer; a sender who has left no longer wants it."""
    try:
        await answer.prepare(request)
        await answer.write(piece)
    except (ConnectionError, aiohttp.ClientError):
        return
