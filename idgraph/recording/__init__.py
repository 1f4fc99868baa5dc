"""Records what a sender sends: a proxy that people set as the base address of an SDK or a tag."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import signal
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from idgraph.errors import MissingExtraError, UnreadableError, UsageError

if TYPE_CHECKING:
    from idgraph.recording.logbook import Logbook
    from idgraph.recording.proxy import Plan

LOOPBACK = "127.0.0.1"
_PORTS = range(65536)

Say = Callable[[str], object]
Count = Callable[[int], object]


def record(
    listen: str,
    out: str,
    *,
    forward: str | None,
    on_row: Count | None = None,
    say: Say | None = None,
) -> int:
    """Record requests into an exchange log until Ctrl-C; return how many rows were written.

    `listen` is `HOST:PORT`, or a port on this machine's own address; port 0 takes a free one. Each
    request is passed on to the base address `forward`, its answer passed back; with None it gets a
    made-up answer, which the log does not hold. `on_row` is called with the number of rows after
    each, else a terminal shows it; `say` gets sentences, which else go to standard error. Secrets
    are masked before they are written. Raises `UsageError` for an address that makes no sense or is
    taken, `UnreadableError` where the file cannot be written, at the end also for rows that were
    lost to a full disk, and `MissingExtraError` without the extra `record`.
    """
    if find_spec("aiohttp") is None or find_spec("brotli") is None:
        raise MissingExtraError(
            "the recorder is not installed", remedy="Install it: pip install 'idgraph[record]'"
        )
    from idgraph.recording.logbook import Logbook
    from idgraph.recording.proxy import Plan

    plan = Plan(*_place(listen), _base(forward))
    _check_no_loop()
    say = say or _to_stderr
    with Logbook(out) as log:
        if log.mended:
            say(f"{out} ended in the middle of a row. What is there of it stays, as a line.")
        if not _is_loopback(plan.host):
            say(
                f"WARNING: {plan.host} is not this machine alone. Whoever can reach it can write "
                f"to your log{' and send to the platform through it' if forward else ''}."
            )
        with _counting(on_row) as count:
            asyncio.run(_until_stopped(plan, log, count, say))
        return _closing(log, say)


def _check_no_loop() -> None:
    """A notebook runs a loop of its own, which a recorder would hold until the kernel is killed."""
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop()
        raise UsageError(
            "a recorder runs until it is stopped, so not in a notebook",
            remedy="Run it in a terminal: idgraph record --listen 127.0.0.1:8080 --out calls.jsonl",
        )


async def _until_stopped(plan: Plan, log: Logbook, count: Count, say: Say) -> None:
    from idgraph.recording.proxy import serve

    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def leave(number: int) -> None:
        stop.set()
        loop.remove_signal_handler(number)  # a second Ctrl-C does not wait for anybody

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, leave, number)

    def ready(address: str) -> None:
        onward = f"passed on to {plan.forward}" if plan.forward else "answered here, sent nowhere"
        say(f"Recording to {log.path}. Base address: {address}; requests are {onward}.")
        say("Ctrl-C ends it.")

    try:
        await serve(plan, log, stop=stop, ready=ready, on_row=count)
    except OSError:
        remedy = "Name another port: 0 takes a free one."
        raise UsageError(
            f"nobody can listen on {plan.host}:{plan.port}", where="--listen", remedy=remedy
        ) from None


def _closing(log: Logbook, say: Say) -> int:
    rows = "1 row" if log.rows == 1 else f"{log.rows} rows"
    if log.lost:
        raise UnreadableError(
            f"{rows} were written, and {log.lost} could not be",
            where=log.path,
            remedy="Make room on the disk. The requests themselves were answered.",
        )
    say(f"{rows} written to {log.path}. Next: idgraph read {log.path}")
    return log.rows


def _to_stderr(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


@contextlib.contextmanager
def _counting(on_row: Count | None) -> Iterator[Count]:
    """Show the number of rows on a terminal, from the first one on, unless somebody else does."""
    if on_row is not None:
        yield on_row
        return
    from tqdm import tqdm

    with contextlib.ExitStack() as stack:
        bars: list[tqdm[NoReturn]] = []

        def count(_: int) -> None:
            if not bars:
                bars.append(tqdm(unit=" rows", disable=None, leave=False, desc="recorded"))
                stack.enter_context(bars[0])
            bars[0].update()

        yield count


def _place(listen: str) -> tuple[str, int]:
    host, colon, port = listen.strip().rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) in _PORTS):
        remedy = f"For example {LOOPBACK}:8080, or 8080."
        raise UsageError("this is no HOST:PORT", where="--listen", remedy=remedy)
    return (host.removeprefix("[").removesuffix("]") if colon and host else LOOPBACK), int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _base(forward: str | None) -> str | None:
    """Return the base address without its last slash; it may hold no secret, for rows hold it."""
    if forward is None:
        return None
    remedy = "For example https://a.klaviyo.com"
    try:
        parts = urlsplit(forward)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
        parts = urlsplit("")
    if not sound or "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError("this is no base address", where="--forward", remedy=remedy)
    return forward.rstrip("/")
