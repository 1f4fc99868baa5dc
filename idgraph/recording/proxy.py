"""The recording proxy: listens, and knows when the first byte of each request was here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from idgraph.clocks import Instant
from idgraph.recording.logbook import Logbook
from idgraph.recording.recorder import Recorder, now

_LINE = 1 << 20
"""A classic Track may carry its whole payload in the address."""
_CONNECT_SECONDS = 30
_IDLE_SECONDS = 4
"""A connection to the platform is kept for less than servers keep theirs: they close first else."""
_LAST_SECONDS = 5
"""What requests in flight get when the recorder is stopped."""
_ADDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to listen and where to: `forward` is the platform's base address, None for nowhere."""

    host: str
    port: int
    forward: str | None


async def serve(
    plan: Plan,
    log: Logbook,
    *,
    stop: asyncio.Event,
    ready: Callable[[str], object],
    on_row: Callable[[int], object],
) -> None:
    """Record until `stop` is set; `ready` gets the recorder's own base address.

    Raises `OSError` where the address cannot be listened on.
    """
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS)
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=_ADDED,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
    )
    async with session:
        recorder = Recorder(plan.forward, session, log, on_row)
        runner = web.ServerRunner(_Server(recorder.handle), shutdown_timeout=_LAST_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, plan.host, plan.port).start()
            host, port = runner.addresses[0][:2]
            ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
            await stop.wait()
        finally:
            await runner.cleanup()


class _Connection(web.RequestHandler):
    """A connection that knows when the first byte of its current request was here."""

    arrived: Instant | None = None

    def data_received(self, data: bytes) -> None:
        if self.arrived is None:
            self.arrived = now()
        super().data_received(data)


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        # Without a voice: the library's own words on a broken request may quote it.
        quiet = logging.getLogger("idgraph.recording")
        quiet.disabled = True
        return _Connection(
            self,
            loop=self._loop,
            logger=quiet,
            access_log=None,  # type: ignore[arg-type] # as the library documents it
            auto_decompress=False,
            max_line_size=_LINE,
            max_field_size=_LINE,
        )
