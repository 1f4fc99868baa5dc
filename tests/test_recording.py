"""The recorder passes every byte on, writes every request once, and never a secret."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import http.client
import json
import os
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import brotli
import pytest
import zstandard
from hypothesis import assume, given
from hypothesis import strategies as st

from idgraph import recording
from idgraph.clocks import instant
from idgraph.errors import MissingExtraError, UnreadableError, UsageError
from idgraph.recording import proxy
from idgraph.recording import recorder as recorders
from idgraph.recording.logbook import Logbook
from idgraph.recording.masking import MASK, mask_header, mask_text
from idgraph.recording.rows import Answered, Asked, row
from idgraph.sources import read

KEY = "pk_" + "0123456789abcdef" * 2 + "01"
IDENTIFY = {"token": "SHOP01", "properties": {"$id": "b1", "$email": "Betty@example.com"}}
PATIENCE = 20

Headers = dict[str, str]


@dataclass
class Recorder:
    """A running recorder: its port, and the log that it writes."""

    port: int
    path: Path

    def rows(self) -> list[Any]:
        """Return the rows written so far."""
        return [json.loads(line) for line in self.path.read_text("utf-8").splitlines()]

    def ask(
        self, method: str, target: str, body: Any = None, headers: Headers | None = None
    ) -> http.client.HTTPResponse:
        """Send a request and return the answer, whose body `body_of` gives."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(line):
            line.request(method, target, body=body, headers=headers or {})
            with line.getresponse() as answer:
                answer.body = answer.read()  # type: ignore[attr-defined]
        return answer

    def talk(self, sent: bytes) -> bytes:
        """Send bytes as they are and return the first that come back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as line:
            line.sendall(sent)
            return line.recv(65536)


def body_of(answer: http.client.HTTPResponse) -> bytes:
    body: bytes = answer.body  # type: ignore[attr-defined]
    return body


@contextlib.contextmanager
def recorder(path: Path, forward: str | None = None) -> Iterator[Recorder]:
    """Run a recorder in a thread of its own."""
    ready = threading.Event()
    addresses: list[str] = []
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    def up(address: str) -> None:
        addresses.append(address)
        ready.set()

    def run() -> None:
        with Logbook(str(path)) as log:
            plan = proxy.Plan("127.0.0.1", 0, forward)
            loop.run_until_complete(
                proxy.serve(plan, log, stop=stop, ready=up, on_row=lambda _: None)
            )
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        yield Recorder(int(addresses[0].rpartition(":")[2]), path)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Recorder]:
    with recorder(tmp_path / "log.jsonl") as running:
        yield running


@dataclass
class Upstream:
    """A platform that keeps what it gets, byte for byte, and answers with what it was told.

    An empty answer is none: the connection is closed.
    """

    answers: list[bytes]
    got: list[bytes] = field(default_factory=list)
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        """Take connections one after the other, until the listener is shut down."""
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.settimeout(PATIENCE)
                while self.answers and (request := self._request(line)):
                    self.got.append(request)
                    answer = self.answers.pop(0)
                    if not answer:
                        break
                    line.sendall(answer)

    def _request(self, line: socket.socket) -> bytes:
        got = b""
        while b"\r\n\r\n" not in got:
            piece = line.recv(65536)
            if not piece:
                return b""
            got += piece
        head, _, body = got.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        while len(body) < int(length[1] if length else 0):
            body += line.recv(65536)
        return head + b"\r\n\r\n" + body

    def head(self, number: int = 0) -> tuple[str, Headers]:
        """Return the first line and the headers of a request that came."""
        first, *lines = self.got[number].partition(b"\r\n\r\n")[0].decode().split("\r\n")
        pairs = (line.partition(": ") for line in lines)
        return first, {name: value for name, _, value in pairs}

    def body(self, number: int = 0) -> bytes:
        """Return the body of a request that came."""
        return self.got[number].partition(b"\r\n\r\n")[2]


Passing = Callable[..., contextlib.AbstractContextManager[tuple[Recorder, Upstream]]]


@pytest.fixture
def passing(tmp_path: Path) -> Passing:
    """Return what starts a recorder in front of an upstream with those raw answers."""

    @contextlib.contextmanager
    def start(*answers: bytes) -> Iterator[tuple[Recorder, Upstream]]:
        upstream = Upstream(list(answers))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            upstream.port = listener.getsockname()[1]
            threading.Thread(target=upstream.serve, args=(listener,), daemon=True).start()
            forward = f"http://localhost:{upstream.port}"
            with recorder(tmp_path / "log.jsonl", forward) as running:
                yield running, upstream
            listener.shutdown(socket.SHUT_RDWR)

    return start


def answer(*lines: str, body: bytes = b"", status: str = "200 OK") -> bytes:
    head = "\r\n".join((f"HTTP/1.1 {status}", *lines, "", ""))
    return head.encode() + body


def sized(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    return answer(*lines, f"Content-Length: {len(body)}", body=body, status=status)


# --- what is passed on ----------------------------------------------------------------------------


def test_request_and_answer_pass_unchanged(passing: Passing) -> None:
    noise = random.Random(1).randbytes(1 << 20)  # noqa: S311 - no secret
    target = "/api/x%2Fy/..//?data=%7B%22a%22%3A+1%7D&b=[1]&c={}&d=%e4"
    sent = {"X-Odd": 'a; b="c"', "User-Agent": "made-up/1", "Content-Type": "made/up"}
    with passing(sized(noise, "X-Back: 1", "Vary: a")) as (running, upstream):
        back = running.ask("PUT", target, noise[::-1], sent)
    first, headers = upstream.head()
    assert first == f"PUT {target} HTTP/1.1"
    assert upstream.body() == noise[::-1]
    assert headers.pop("Host") == f"localhost:{upstream.port}"
    assert headers == {**sent, "Content-Length": str(len(noise)), "Accept-Encoding": "identity"}
    assert (back.status, body_of(back)) == (200, noise)
    assert dict(back.getheaders()) == {
        "X-Back": "1",
        "Vary": "a",
        "Content-Length": str(len(noise)),
    }
    (kept,) = running.rows()
    assert base64.b64decode(kept["request"]["body"]) == noise[::-1]
    assert base64.b64decode(kept["response"]["body"]) == noise
    assert kept["request"]["url"] == f"http://localhost:{upstream.port}{target}"


def test_nothing_is_added_to_a_bare_request(passing: Passing) -> None:
    with passing(sized(b"1")) as (running, upstream):
        running.talk(b"GET /api/track HTTP/1.1\r\nHost: h.example\r\nConnection: close\r\n\r\n")
    assert set(upstream.head()[1]) == {"Host"}


def test_packed_bodies_pass_as_they_are_and_are_kept_as_text(passing: Passing) -> None:
    plain = json.dumps(IDENTIFY).encode()
    packings = {
        "gzip": gzip.compress(plain),
        "deflate": zlib.compress(plain),
        "br": brotli.compress(plain),
        "zstd": zstandard.compress(plain),
    }
    answers = [sized(packed, f"Content-Encoding: {name}") for name, packed in packings.items()]
    with passing(*answers) as (running, upstream):
        for number, (name, packed) in enumerate(packings.items()):
            back = running.ask("POST", "/api/identify", packed, {"Content-Encoding": name})
            assert body_of(back) == packed
            assert back.headers["Content-Encoding"] == name
            assert upstream.body(number) == packed
    for kept in running.rows():
        assert kept["request"]["body"] == IDENTIFY
        assert kept["response"]["body"] == IDENTIFY


def test_chunked_bodies_pass_both_ways(passing: Passing) -> None:
    chunked = answer("Transfer-Encoding: chunked", body=b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    with passing(chunked) as (running, upstream):
        back = running.ask("POST", "/api/track", iter([b"data=", b"%7B%7D"]))
    assert body_of(back) == b"abcde"
    assert upstream.body() == b"data=%7B%7D"
    assert running.rows()[0]["response"] == {"status": 200, "body": "abcde"}


@pytest.mark.parametrize(
    ("method", "status", "lines"),
    [
        ("HEAD", "200 OK", ("Content-Length: 1234", "Content-Type: text/html")),
        ("POST", "204 No Content", ()),
        ("GET", "304 Not Modified", ("ETag: x",)),
        ("POST", "202 Accepted", ("Content-Length: 0",)),
        ("GET", "302 Found", ("Location: https://shop.example/", "Content-Length: 0")),
        ("POST", "429 Slow", ("Retry-After: 3", "Content-Length: 0")),
    ],
)
def test_answers_without_a_body_pass_unchanged(
    passing: Passing, method: str, status: str, lines: tuple[str, ...]
) -> None:
    with passing(answer(*lines, status=status)) as (running, _):
        back = running.ask(method, "/api/x")
    assert (f"{back.status} {back.reason}", body_of(back)) == (status, b"")
    assert [f"{name}: {value}" for name, value in back.getheaders()] == list(lines)
    assert running.rows()[0]["response"]["status"] == back.status


def test_cookies_go_back_one_by_one_and_stay_out_of_the_log(passing: Passing) -> None:
    lines = ("Set-Cookie: a=made-up-1; Path=/", "Set-Cookie: b=made-up-2")
    with passing(sized(b"1", *lines), sized(b"1")) as (running, upstream):
        back = running.ask("GET", "/api/track", headers={"Cookie": "a=made-up-1; __kla_id=e30="})
        running.ask("GET", "/api/track")
    assert back.headers.get_all("Set-Cookie") == ["a=made-up-1; Path=/", "b=made-up-2"]
    assert upstream.head(0)[1]["Cookie"] == "a=made-up-1; __kla_id=e30="
    assert "Cookie" not in upstream.head(1)[1]
    assert "made-up" not in running.path.read_text("utf-8")
    assert running.rows()[0]["request"]["headers"]["Cookie"] == f"a={MASK}; __kla_id=e30="


def test_platform_that_is_down_is_a_502_and_a_row_without_response(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with recorder(tmp_path / "log.jsonl", f"http://127.0.0.1:{port}") as running:
        back = running.ask("POST", "/api/identify", json.dumps(IDENTIFY))
    assert back.status == 502
    assert b"platform could not be reached" in body_of(back)
    (kept,) = running.rows()
    assert "response" not in kept
    assert "answered_at" not in kept
    assert [call.get("external_id") for call in read(running.path)]


def test_answer_that_breaks_off_breaks_off_for_the_sender_too(passing: Passing) -> None:
    broken = answer("Content-Length: 100", body=b"half of it")
    with (
        passing(broken) as (running, _),
        pytest.raises((http.client.IncompleteRead, ConnectionError)),
    ):
        running.ask("POST", "/api/identify", json.dumps(IDENTIFY))
    (kept,) = running.rows()
    assert kept["response"] == {"status": 200}
    assert "answered_at" not in kept


def test_a_request_is_sent_once_even_where_the_connection_was_closed(passing: Passing) -> None:
    with passing(sized(b"1"), b"", sized(b"1")) as (running, upstream):
        statuses = [running.ask("GET", "/api/track").status for _ in range(2)]
    assert statuses == [200, 502]
    assert len(upstream.got) == 2
    assert ["response" in kept for kept in running.rows()] == [True, False]


def test_sender_who_leaves_early_is_recorded_with_the_answer(passing: Passing) -> None:
    with passing(sized(b"x" * 300_000)) as (running, upstream):
        request = b"POST /api/track HTTP/1.1\r\nHost: h.example\r\nContent-Length: 2\r\n\r\n{}"
        with socket.create_connection(("127.0.0.1", running.port)) as line:
            line.sendall(request)
        while not running.path.stat().st_size:
            time.sleep(0.01)
    assert len(upstream.got) == 1
    assert running.rows()[0]["response"]["status"] == 200


def test_sender_who_never_ends_its_request_sends_nothing(passing: Passing) -> None:
    with passing(sized(b"1")) as (running, upstream):
        with socket.create_connection(("127.0.0.1", running.port)) as line:
            line.sendall(b"POST /a HTTP/1.1\r\nHost: h.example\r\nContent-Length: 9\r\n\r\n{}")
        running.ask("GET", "/api/track")
    assert [head.split(b" ")[0] for head in upstream.got] == [b"GET"]


@pytest.mark.parametrize("half", [b"", answer("Content-Length: 9", body=b"half")])
def test_request_in_flight_when_it_is_stopped_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half: bytes
) -> None:
    monkeypatch.setattr(proxy, "_LAST_SECONDS", 0.1)
    path = tmp_path / "log.jsonl"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        forward = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with recorder(path, forward) as running:
            line = socket.create_connection(("127.0.0.1", running.port))
            line.sendall(b"GET /api/track HTTP/1.1\r\nHost: h.example\r\n\r\n")
            passed, _ = silent.accept()
            assert passed.recv(4)
            passed.sendall(half)
        line.close()
        passed.close()
    (kept,) = running.rows()
    assert kept.get("response") == ({"status": 200} if half else None)
    assert "stopped" in kept["note"]


def test_answer_beyond_the_limit_is_passed_back_and_not_kept(
    passing: Passing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "LIMIT", 1000)
    with passing(sized(b"x" * 300_000)) as (running, _):
        assert len(body_of(running.ask("GET", "/api/track"))) == 300_000
    (kept,) = running.rows()
    assert kept["response"] == {"status": 200}
    assert "not kept" in kept["note"]


def test_expect_is_answered_here_and_the_body_follows(passing: Passing) -> None:
    head = (
        b"POST /api/track HTTP/1.1\r\nHost: h.example\r\nConnection: close\r\n"
        b"Content-Length: 7\r\nExpect: 100-continue\r\n\r\n"
    )
    with (
        passing(sized(b"1")) as (running, upstream),
        socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE) as line,
    ):
        line.sendall(head)
        assert line.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"data=42")
        assert line.recv(4096).startswith(b"HTTP/1.1 200 OK")
    assert upstream.body() == b"data=42"
    assert "Expect" not in upstream.head()[1]


def test_body_beyond_the_limit_is_a_413_and_goes_nowhere(
    passing: Passing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "LIMIT", 1000)
    with passing(sized(b"1")) as (running, upstream):
        announced = running.talk(
            b"POST /a HTTP/1.1\r\nHost: h.example\r\nContent-Length: 1001\r\n\r\n"
        )
        chunks = b"".join(b"ff\r\n" + b"x" * 255 + b"\r\n" for _ in range(9)) + b"0\r\n\r\n"
        unannounced = running.talk(
            b"POST /a HTTP/1.1\r\nHost: h.example\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
        )
    for back in (announced, unannounced):
        assert back.startswith(b"HTTP/1.1 413 ")
        assert b"longer than 64 MiB" in back
    assert upstream.got == []
    assert ["body" in kept["request"] for kept in running.rows()] == [False, False]
    assert dict(read(running.path).reading.not_calls) == {"not-an-identity-request": 2}


@pytest.mark.parametrize("target", ["http://other.example/api/track", "@other.example/", "*"])
def test_only_paths_are_passed_on(passing: Passing, target: str) -> None:
    asked = f"OPTIONS {target} HTTP/1.1\r\nHost: h.example\r\nConnection: close\r\n\r\n"
    with passing(sized(b"1")) as (running, upstream):
        assert running.talk(asked.encode()).split()[1] == b"400"
    assert upstream.got == []


def test_long_address_is_passed_on(passing: Passing) -> None:
    target = "/api/track?data=" + "A" * 200_000
    with passing(sized(b"1")) as (running, upstream):
        assert running.ask("GET", target).status == 200
    assert upstream.head()[0] == f"GET {target} HTTP/1.1"


# --- what is written ------------------------------------------------------------------------------


def line_of(body: bytes, headers: Headers | None = None, answered: bytes | None = None) -> str:
    asked = Asked(
        "POST",
        "https://a.klaviyo.com/api/identify",
        tuple((headers or {}).items()),
        1618560000_250000,
        body,
    )
    back = None if answered is None else Answered(200, (), answered)
    return row(asked, back, 1618560000_500000, "").decode("utf-8")


def test_row_is_read_with_its_clocks() -> None:
    date = {"Date": "Fri, 16 Apr 2021 08:00:00 GMT"}
    (call,) = read(line_of(json.dumps({**IDENTIFY, "time": 5}).encode(), date, b"1").encode())
    assert {one.key: one.value for one in call.identifiers} == {
        "external_id": "b1",
        "email": "Betty@example.com",
    }
    assert (call.sent_at, call.received_at, call.answered_at, call.answer) == (
        1618560000_000000,
        1618560000_250000,
        1618560000_500000,
        200,
    )


def test_request_is_received_with_its_first_byte(offline: Recorder) -> None:
    asked = b"POST /api/identify HTTP/1.1\r\nHost: h.example\r\nContent-Length: 2\r\n\r\n{}"
    with socket.create_connection(("127.0.0.1", offline.port), timeout=PATIENCE) as line:
        line.sendall(asked[:5])
        offline.ask("GET", "/api/track")
        line.sendall(asked[5:])
        assert line.recv(4096)
        line.sendall(asked)
        assert line.recv(4096)
    between, first, second = offline.rows()
    assert first["received_at"] < between["answered_at"] < first["answered_at"]
    assert second["received_at"] > first["answered_at"]


@pytest.mark.parametrize("date", ["soon", "Fri, 99 Apr 2021 08:00:00 GMT", "16 Apr 2021 08:00:00"])
def test_date_that_is_no_time_is_no_time(date: str) -> None:
    assert "sent_at" not in json.loads(line_of(b"{}", {"Date": date}))


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 42.0, "b": 18446744073709551617, "c": 1e400, "d": "\\ud83d"}',
        b'{"a": 1, "a": 1}',
        b'[{"id": "\xe2\x80\xa8"}]',
    ],
)
def test_json_is_kept_letter_for_letter(body: bytes) -> None:
    assert body.decode("utf-8") in line_of(body) or b"1e400" in body


def test_json_over_many_lines_becomes_one_line() -> None:
    written = line_of(json.dumps(IDENTIFY, indent=2).replace("\n", "\r\n").encode())
    assert written.count("\n") == 1
    assert json.loads(written)["request"]["body"] == IDENTIFY


@pytest.mark.parametrize(
    ("body", "headers", "kept"),
    [
        (b"data=%7B%7D&test=0", {}, "data=%7B%7D&test=0"),
        (b"1", {}, "1"),
        (b'{"a": 1, "a": 2}', {}, '{"a": 1, "a": 2}'),
        (b"{broken", {}, "{broken"),
        ("é".encode("latin-1"), {"Content-Type": "text/plain; charset=ISO-8859-1"}, "é"),
        (b"\xff\xfe", {}, "//4="),
        (b"a\0b", {}, "YQBi"),
        (b"no gzip", {"Content-Encoding": "gzip"}, "bm8gZ3ppcA=="),
        (b"unknown", {"Content-Encoding": "made-up"}, "dW5rbm93bg=="),
    ],
)
def test_body_is_kept_as_text_where_it_is_text_else_as_base64(
    body: bytes, headers: Headers, kept: str
) -> None:
    assert json.loads(line_of(body, headers))["request"]["body"] == kept


def test_body_that_unpacks_beyond_the_limit_is_kept_packed() -> None:
    bomb = gzip.compress(b"\0" * (65 << 20), compresslevel=1)
    kept = json.loads(line_of(bomb, {"Content-Encoding": "gzip"}))["request"]["body"]
    assert base64.b64decode(kept) == bomb


@given(st.binary(max_size=60), st.sampled_from(["", "gzip", "br", "zstd", "deflate"]))
def test_any_body_makes_one_line_of_json(body: bytes, encoding: str) -> None:
    written = line_of(body, {"Content-Encoding": encoding, "X": "é\udc80"}, body)
    assert written.endswith("\n")
    assert written.count("\n") == 1
    assert json.loads(written)["request"]["method"] == "POST"


def test_many_requests_at_once_make_whole_rows_in_order_of_answering(offline: Recorder) -> None:
    def send(number: int) -> int:
        body = json.dumps({"properties": {"$id": f"b{number}", "filler": "x" * 5000}})
        return offline.ask("POST", "/api/identify", body).status

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(send, range(200))) == {200}
    history = read(offline.path)
    ids = {one.value for call in history for one in call.identifiers}
    assert ids == {f"b{number}" for number in range(200)}
    answered = [instant(kept["answered_at"]) for kept in offline.rows()]
    assert answered == sorted(answered, key=lambda at: at or 0)


# --- secrets --------------------------------------------------------------------------------------

PLACES: dict[str, Callable[[str], tuple[str, bytes, Headers]]] = {
    "authorization": lambda s: ("/", b"", {"Authorization": f"Klaviyo-API-Key {s}"}),
    "scheme alone": lambda s: ("/", b"", {"Authorization": s}),
    "api key header": lambda s: ("/", b"", {"Klaviyo-API-Key": s}),
    "shop token": lambda s: ("/", b"", {"X-Shop-Access-Token": s}),
    "cookie": lambda s: ("/", b"", {"Cookie": f"session={s}; __kla_id=e30=; {s}"}),
    "set-cookie": lambda s: ("/", b"", {"Set-Cookie": f"a={s}"}),
    "query": lambda s: (f"/api/v2/lists?api_key={s}&page=2", b"", {}),
    "json": lambda s: ("/", json.dumps({"api_key": s, "n": 1}).encode(), {}),
    "json in json": lambda s: ("/", json.dumps({"a": json.dumps({"api_key": s})}).encode(), {}),
    "form": lambda s: ("/", f"a=1&api_key={s}".encode(), {}),
    "quoted form": lambda s: ("/", b"data=" + quote(json.dumps({"api_key": s})).encode(), {}),
    "base64": lambda s: ("/", b"data=" + packed(s), {}),
    "quoted base64": lambda s: ("/?data=" + quote(packed(s)), b"", {}),
    "oauth": lambda s: ("/", f"grant_type=x&refresh_token={s}&client_secret={s}".encode(), {}),
    "gzip": lambda s: ("/", gzip.compress(s.encode()), {"Content-Encoding": "gzip"}),
    "binary": lambda s: ("/", b"\xff" + s.encode() + b"\0", {}),
    "referer": lambda s: ("/", b"", {"Referer": f"https://shop.example/?api_key={s}"}),
    "path": lambda s: (f"/hook/{s}/", b"", {}),
}
NAMELESS = ("gzip", "binary", "path")
"""Places where nothing but the shape of a private key tells that it is one."""
HIDDEN = [(place, secret) for place in PLACES for secret in (KEY, "plainsecret0")]
HIDDEN = [one for one in HIDDEN if one[1] == KEY or one[0] not in NAMELESS]


def packed(secret: str) -> bytes:
    return base64.b64encode(json.dumps({"token": "SHOP01", "api_key": secret}).encode())


def layers(text: str) -> str:
    """Return a text and all that is packed in it."""
    plain = unquote(text)
    found = [text, plain]
    for run in re.findall(r"[A-Za-z0-9+/_-]{8,}={0,2}", plain):
        with contextlib.suppress(ValueError):
            found.append(base64.b64decode(run, validate=True).decode("latin-1"))
    return "\n".join(found)


@pytest.mark.parametrize(("place", "secret"), HIDDEN)
def test_secret_never_touches_the_disk(offline: Recorder, place: str, secret: str) -> None:
    target, body, headers = PLACES[place](secret)
    offline.ask("POST", target, body or None, headers)
    written = offline.path.read_text("utf-8")
    assert len(offline.rows()) == 1
    assert secret not in layers(written)
    assert MASK in layers(written)


def test_secret_in_an_answer_never_touches_the_disk(passing: Passing) -> None:
    body = json.dumps({"access_token": "plainsecret0", "note": KEY, "expires_in": 60}).encode()
    with passing(sized(body)) as (running, _):
        assert body_of(running.ask("POST", "/oauth/token", "grant_type=x")) == body
    assert running.rows()[0]["response"]["body"] == {
        "access_token": MASK,
        "note": MASK,
        "expires_in": 60,
    }


def test_masked_base64_still_decodes_and_keeps_the_rest(offline: Recorder) -> None:
    offline.ask("GET", "/api/track?test=0&data=" + quote(packed(KEY)))
    url = offline.rows()[0]["request"]["url"]
    data = json.loads(base64.b64decode(re.findall(r"data=([^&]+)", url)[0].replace("%3D", "=")))
    assert data == {"token": "SHOP01", "api_key": MASK}
    assert "test=0" in url


TELLING = "pk_|auth|card|code|cvv|key|pass|secret|session|token"
"""Some of it stands in every name of a secret: hypothesis tries the words of the code, too."""
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_text_without_a_secret_is_not_touched(value: Any) -> None:
    plain = json.dumps(value)
    assume(not re.search(TELLING, plain, re.IGNORECASE))
    boxed = base64.b64encode(plain.encode()).decode()
    for text in (plain, quote(plain), f"data={quote(plain)}&t=1", boxed, f"data={quote(boxed)}"):
        assert mask_text(text) == text


@given(json_values, st.sampled_from(["api_key", "password", "Access_Token"]), st.text())
def test_json_stays_json_where_a_secret_is_masked(value: Any, name: str, secret: str) -> None:
    assume(not re.search(TELLING, json.dumps(value), re.IGNORECASE))
    masked = json.loads(mask_text(json.dumps({"a": value, name: secret, "b": value})))
    assert masked == {"a": value, name: MASK, "b": value}


def test_headers_without_a_secret_are_not_touched() -> None:
    for name, value in {
        "revision": "2026-07-15",
        "User-Agent": "klaviyo-api-python/1",
        "X-Klaviyo-Onsite": "1",
        "Referer": "https://shop.example/?_kx=abc.SHOP01&utm_email=b%40shop.example",
    }.items():
        assert mask_header(name, value) == value


# --- the file -------------------------------------------------------------------------------------

PROGRAM = (
    "import sys; from idgraph import recording;"
    "print(recording.record(sys.argv[1], sys.argv[2], forward=(sys.argv[3:] or [None])[0]))"
)


@contextlib.contextmanager
def recorder_process(path: Path) -> Iterator[tuple[subprocess.Popen[str], Recorder]]:
    """Run a recorder as a process of its own, as the command does."""
    command = [sys.executable, "-c", PROGRAM, "127.0.0.1:0", str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as running:
        assert running.stderr
        try:
            for said in running.stderr:
                if found := re.search(r"http://127\.0\.0\.1:(\d+)", said):
                    break
            else:
                pytest.fail("the recorder did not start")
            yield running, Recorder(int(found[1]), path)
        finally:
            running.kill()


def send_until_gone(running: Recorder, sent: list[str]) -> None:
    number = 0
    with contextlib.suppress(OSError, http.client.HTTPException):
        while True:
            name = f"{running.port}-{number}"
            body = json.dumps({"properties": {"$id": name, "filler": "x" * 20_000}})
            running.ask("POST", "/api/identify", body)
            sent.append(name)
            number += 1


@pytest.mark.slow
def test_kill_loses_no_row_that_was_answered(tmp_path: Path) -> None:
    path, dice = tmp_path / "log.jsonl", random.Random(2)  # noqa: S311 - no secret
    answered: list[str] = []
    for _ in range(15):
        with recorder_process(path) as (running, address):
            sender = threading.Thread(target=send_until_gone, args=(address, answered))
            sender.start()
            time.sleep(dice.uniform(0, 0.2))
            running.send_signal(signal.SIGKILL)
            sender.join()
    Logbook(str(path)).__exit__()
    history = read(path)
    found = [one.value for call in history for one in call.identifiers]
    assert set(answered) <= set(found)
    assert len(found) - len(answered) + len(history.reading.rejects) <= 15
    assert {reject.slug for reject in history.reading.rejects} <= {"bad-json"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly_and_says_how_many_rows(
    tmp_path: Path, number: signal.Signals
) -> None:
    path = tmp_path / "log.jsonl"
    with recorder_process(path) as (running, address):
        address.ask("POST", "/api/identify", json.dumps(IDENTIFY))
        address.ask("POST", "/api/identify", json.dumps(IDENTIFY))
        idle = http.client.HTTPConnection("127.0.0.1", address.port)
        idle.connect()
        running.send_signal(number)
        out, err = running.communicate(timeout=PATIENCE)
        idle.close()
    assert (running.returncode, out) == (0, "2\n")
    assert "2 rows written" in err
    assert "Traceback" not in err
    assert "example.com" not in err
    assert len(read(path)) == 2


def test_torn_last_line_is_mended_and_only_itself_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    whole = line_of(json.dumps(IDENTIFY).encode())
    for cut in range(1, len(whole)):
        path.write_text(whole + whole[:cut], "utf-8")
        with Logbook(str(path)) as log:
            assert log.mended
            assert log.append(whole.encode())
        history = read(path)
        rows = history.reading
        assert (rows.rows, rows.with_calls + len(rows.rejects)) == (3, 3)
        assert len(history) == 2 + (cut == len(whole) - 1)


def test_whole_file_is_not_mended(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for _ in range(2):
        with Logbook(str(path)) as log:
            assert not log.mended
            log.append(b"{}\n")
    assert path.read_bytes() == b"{}\n{}\n"


def test_new_log_is_for_its_owner_alone(tmp_path: Path) -> None:
    with Logbook(str(tmp_path / "log.jsonl")):
        assert (tmp_path / "log.jsonl").stat().st_mode & 0o777 == 0o600


def test_row_that_does_not_fit_on_the_disk_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Logbook(str(path)) as log:
        assert log.append(b'{"a": 1}\n')
        resource.setrlimit(resource.RLIMIT_FSIZE, (12, hard))
        try:
            assert not log.append(b'{"b": 2}\n')
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == b'{"a": 1}\n'
        assert log.append(b'{"c": 3}\n')
        assert (log.rows, log.lost) == (2, 1)
        with pytest.raises(UnreadableError, match="2 rows were written, and 1 could not be"):
            recording._closing(log, lambda _: None)  # noqa: SLF001 - what a full disk ends in


def test_file_that_is_no_log_of_ours_is_left_alone(tmp_path: Path) -> None:
    table = tmp_path / "calls.csv"
    table.write_text("email\nb@example.com\n", "utf-8")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (table, pipe, tmp_path, tmp_path / "no" / "log.jsonl", tmp_path / "a\0b"):
        with pytest.raises((UsageError, UnreadableError)) as caught:
            Logbook(str(path))
        assert caught.value.remedy
    assert table.read_text("utf-8") == "email\nb@example.com\n"


def test_two_recorders_never_write_one_file(tmp_path: Path) -> None:
    with (
        Logbook(str(tmp_path / "log.jsonl")),
        pytest.raises(UsageError, match="another recorder"),
    ):
        Logbook(str(tmp_path / "log.jsonl"))


# --- answers of its own ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "target", "status", "body"),
    [
        ("GET", "/api/track?data=e30%3D", 200, b"1"),
        ("POST", "/api/identify", 200, b"1"),
        ("POST", "/api/v2/list/LIST/subscribe?api_key=x", 200, b"[]"),
        ("POST", "/api/events/", 202, b""),
        ("POST", "/api/event-bulk-create-jobs", 202, b""),
        ("POST", "/api/profile-subscription-bulk-create-jobs", 202, b""),
        ("POST", "/client/events/?company_id=SHOP01", 202, b""),
        ("POST", "/client/profiles/?company_id=SHOP01", 202, b""),
    ],
)
def test_made_up_answers_are_those_of_the_platform(
    offline: Recorder, method: str, target: str, status: int, body: bytes
) -> None:
    back = offline.ask(method, target)
    assert (back.status, body_of(back)) == (status, body)


def test_made_up_profiles_have_ids_of_their_own(offline: Recorder) -> None:
    answers = [offline.ask("POST", f"/api/{path}", "{}") for path in ("profiles", "profile-import")]
    data = [json.loads(body_of(one))["data"] for one in answers]
    assert [one.status for one in answers] == [201, 201]
    assert {one["type"] for one in data} == {"profile"}
    assert len({one["id"] for one in data}) == 2
    assert {len(one["id"]) for one in data} == {26}
    patched = json.loads(body_of(offline.ask("PATCH", '/api/profiles/01AB%22"/', "{}")))
    assert patched["data"]["id"] == "01AB"


def test_made_up_answer_is_never_evidence(offline: Recorder) -> None:
    profile = {"data": {"type": "profile", "attributes": {"email": "b@example.com"}}}
    offline.ask("POST", "/api/profiles", json.dumps(profile))
    (kept,) = offline.rows()
    assert "response" not in kept
    assert kept["answered_at"] >= kept["received_at"]
    (call,) = read(offline.path)
    assert (call.observed, call.answer) == (None, None)


def test_page_of_any_origin_may_send_and_read(offline: Recorder) -> None:
    page = {"Origin": "https://shop.example"}
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,revision",
        "Access-Control-Request-Private-Network": "true",
    }
    granted = offline.ask("OPTIONS", "/client/events/?company_id=SHOP01", headers=page | asks)
    assert granted.status == 204
    assert granted.headers["Access-Control-Allow-Headers"] == "content-type,revision"
    assert granted.headers["Access-Control-Allow-Private-Network"] == "true"
    back = offline.ask("POST", "/client/events/?company_id=SHOP01", "{}", page)
    for one in (granted, back):
        assert one.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Access-Control-Allow-Origin" not in offline.ask("POST", "/client/events/").headers


def test_unknown_request_is_told_so_and_written(offline: Recorder) -> None:
    assert offline.ask("GET", "/api/profiles/?filter=x").status == 404
    assert offline.ask("PURGE", "/").status == 404
    assert len(offline.rows()) == 2


# --- the way in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("listen", ["", "host", "127.0.0.1:", ":x", "1.2.3.4:70000", "٨٠"])
def test_address_that_is_none_is_a_usage_error(tmp_path: Path, listen: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        recording.record(listen, str(tmp_path / "log.jsonl"), forward=None)
    assert not (tmp_path / "log.jsonl").exists()


@pytest.mark.parametrize(
    "forward",
    [
        "a.klaviyo.com",
        "ftp://a.klaviyo.com",
        "https://",
        "https://[",
        "https://user:word@a.klaviyo.com",
        "https://a.klaviyo.com/?api_key=x",
        "https://a.klaviyo.com:99999",
    ],
)
def test_base_address_that_is_none_is_a_usage_error(tmp_path: Path, forward: str) -> None:
    with pytest.raises(UsageError, match="base address") as caught:
        recording.record("0", str(tmp_path / "log.jsonl"), forward=forward)
    assert "word" not in str(caught.value)


def test_port_that_is_taken_is_a_usage_error(tmp_path: Path) -> None:
    path = str(tmp_path / "log.jsonl")
    with socket.create_server(("127.0.0.1", 0)) as taken, ThreadPoolExecutor(1) as pool:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        started = pool.submit(recording.record, listen, path, forward=None)
        with pytest.raises(UsageError, match="nobody can listen"):
            started.result()


def told(path: Path, listen: str, *forward: str) -> str:
    """Return what a recorder says that is stopped as soon as it runs."""
    command = [sys.executable, "-c", PROGRAM, listen, str(path), *forward]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as running:
        assert running.stderr
        said = ""
        while "Ctrl-C" not in said:
            assert running.poll() is None, said
            said += running.stderr.readline()
        running.terminate()
        out, rest = running.communicate(timeout=PATIENCE)
    assert (running.returncode, out) == (0, "0\n")
    return said + rest


@pytest.mark.slow
def test_loopback_is_the_default_and_anything_else_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for listen in ("0", "localhost:0"):
        said = told(path, listen)
        assert re.search(r"http://(127\.0\.0\.1|\[::1\]):[1-9]", said)
        assert "WARNING" not in said
    said = told(path, "0.0.0.0:0", "https://a.klaviyo.com/")
    assert "WARNING: 0.0.0.0 is not this machine alone." in said
    assert "send to the platform" in said
    assert "passed on to https://a.klaviyo.com." in said


def test_notebook_is_told_to_use_a_terminal(tmp_path: Path) -> None:
    async def cell() -> None:
        recording.record("0", str(tmp_path / "log.jsonl"), forward=None)

    with ThreadPoolExecutor(1) as pool, pytest.raises(UsageError, match="not in a notebook"):
        pool.submit(asyncio.run, cell()).result()


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'idgraph\[record\]'"):
        recording.record("0", "log.jsonl", forward=None)


def test_importing_it_loads_no_http_library() -> None:
    program = "import sys, idgraph.recording; print('aiohttp' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
