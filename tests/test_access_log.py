"""A web server's log gives the calls in its addresses, and tells a cut address from a wrong one."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import History, Identifier
from idgraph.sources import formats, read
from idgraph.sources.access_log.cuts import is_cut

CANARY = "canary-7f3a@secret.example"
TIME = "16/Apr/2021:10:00:00 +0200"
AT = 1618560000_000000

plain_texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"), min_size=1
).filter(lambda text: text != "undefined")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def packed(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def address(**properties: object) -> str:
    return f"/api/identify?data={quote(packed({'properties': properties}), safe='')}"


URL = address(**{"$id": "b1"})
PADDED = len(URL.partition("%3D")[0])
"""Up to here an address can be cut without a loss: what follows only pads."""


def line(url: str = URL, *, method: str = "GET", tail: str = " 200 1", time: str = TIME) -> str:
    return f'203.0.113.9 - - [{time}] "{method} {url} HTTP/1.1"{tail}\n'


def account(history: History) -> dict[str, int]:
    reading = history.reading
    others = sum(reading.not_calls.values())
    assert reading.rows == reading.with_calls + others + len(reading.rejects)
    return dict(reading.not_calls)


def slugs(history: History) -> list[str]:
    account(history)
    return [reject.slug for reject in history.reading.rejects]


def ids(history: History) -> list[str]:
    return [call.keys["external_id"].text for call in history]


# --- lines


AGENT = '"https://shop.example.com/?_kx=kx.ABC123" "Mozilla/5.0 (X11; \\"Linux\\")"'


@pytest.mark.parametrize(
    ("before", "tail"),
    [
        ("203.0.113.9 - - ", " 200 1"),
        ("203.0.113.9 - betty ", " 200 -"),
        ("203.0.113.9 - Betty Smith ", f" 200 1 {AGENT}"),
        ("2001:db8::1 - - ", f" 200 1 {AGENT} 0.005 203.0.113.7:8080"),
        ("a.klaviyo.com:443 203.0.113.9 - - ", f' 200 1 {AGENT} "-" 12'),
        ("203.0.113.9 - [203.0.113.9] - - ", " 200 1"),
        ("203.0.113.9 - - ", " 200"),
    ],
)
def test_common_and_combined_lines_are_read_whatever_surrounds_them(before: str, tail: str) -> None:
    history = read(f'{before}[{TIME}] "GET {URL} HTTP/1.1"{tail}\n'.encode())
    assert history.reading.formats == ("access-log",)
    (call,) = history
    assert (ids(history), call.received_at, call.sent_at, call.answer) == (["b1"], AT, None, 200)
    assert call.channel == ("browser" if AGENT in tail else "other")
    assert list(call.context) == (["page _kx"] if AGENT in tail else [])


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("16/Apr/2021:08:00:00 +0000", AT),
        ("16/apr/2021:03:30:00 -0430", AT),
        ("16/Apr/2021:08:00:00.250 +0000", AT + 250_000),
        ("16/Apr/2021:08:00:00", None),
        ("31/Feb/2021:08:00:00 +0000", None),
        ("16/Xxx/2021:08:00:00 +0000", None),
        ("16/Apr/2021:25:00:00 +0000", None),
    ],
)
def test_time_of_a_line_is_when_it_was_received(time: str, at: int | None) -> None:
    history = read(line(time=time).encode())
    assert history.call(1).received_at == at
    assert any("time" in note for note in history.reading.notes) is (at is None) or at is not None


@given(plain_texts)
def test_identifier_in_a_line_is_kept_bit_for_bit(value: str) -> None:
    for data in (
        packed({"properties": {"$id": value}}),
        quote(json.dumps({"properties": {"$id": value}})),
    ):
        (call,) = read(line(f"/api/identify?data={quote(data, safe='')}").encode())
        assert call.identifiers == (Identifier("external_id", value),)


def test_escapes_of_the_server_are_undone() -> None:
    data = '{"properties":{"$id":"ü"}}'
    apache = "".join(
        letter if letter.isascii() else "".join(f"\\x{byte:02x}" for byte in letter.encode())
        for letter in data
    ).replace('"', '\\"')
    nginx = apache.replace('\\"', "\\x22")
    for spelt in (apache, nginx):
        (call,) = read(line(f"/api/identify?data={spelt}").encode())
        assert call.identifiers == (Identifier("external_id", "ü"),)


def test_bytes_that_are_no_text_reject_an_identifier_and_cost_nothing_elsewhere() -> None:
    agent = b' 200 1 "-" "Mozilla/5.0 \xff"'
    good = line(tail="").encode().rstrip() + agent + b"\n"
    bad = good.replace(
        URL.encode(), b'/api/identify?data={\\"properties\\":{\\"$id\\":\\"\xff\\"}}'
    )
    history = read(good + bad)
    assert (ids(history), slugs(history)) == (["b1"], ["undecodable"])


def test_lines_that_carry_no_identity_are_no_calls() -> None:
    lines = [
        line("/logo.png"),
        line("/api/identify"),
        line(address()),
        f'203.0.113.9 - - [{TIME}] "-" 408 0\n',
        f'203.0.113.9 - - [{TIME}] "\\x16\\x03\\x01" 400 0\n',
        line(tail=" 400 1"),
    ]
    history = read("".join(lines).encode())
    assert account(history) == {
        "answer-error": 1,
        "no-identifier": 2,
        "no-request": 2,
        "not-an-identity-request": 1,
    }


def test_posts_whose_body_is_not_logged_are_noted() -> None:
    history = read((line("/api/track", method="POST") * 2).encode())
    assert account(history) == {"no-identifier": 2}
    assert any(note.startswith("2 requests whose body") for note in history.reading.notes)


def test_broken_line_rejects_only_itself() -> None:
    broken = ["Dear all,", '203.0.113.9 - - [yesterday] "GET / HTTP/1.1" 200 1', f"[{TIME}]"]
    data = line() + "".join(f"{one}\n" for one in broken) + "\n" + line()
    history = read(data.encode())
    assert slugs(history) == ["bad-line"] * 3
    assert [call.origin for call in history] == ["<bytes>:1", "<bytes>:6"]


def test_longest_line_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idgraph.sources.base.rows.LINE", 400)
    history = read((line() + line("/" + "x" * 2000) + line()).encode())
    assert (slugs(history), len(history)) == (["too-long"], 2)


# --- cut addresses


@given(st.integers(min_value=len("/api/identify?"), max_value=PADDED - 1), st.booleans())
def test_address_that_the_logger_cut_is_told_from_a_wrong_one(size: int, quoted: object) -> None:
    cut = f'203.0.113.9 - - [{TIME}] "GET {URL[:size]}' + ('" 200 1' if quoted else "")
    history = read(f"{line()}{cut}\n{line()}".encode())
    assert (slugs(history), ids(history)) == (["cut-address"], ["b1", "b1"])
    assert history.reading.rejects[0].origin == "<bytes>:2"


def test_last_line_that_stops_short_is_the_end_of_the_file() -> None:
    data = (line() + line()).encode()
    for size in range(len(line()) + 1, len(data) - len(' 200 1"')):
        history = read(data[:size])
        assert (slugs(history), len(history)) == (["cut"], 1)


@given(st.dictionaries(st.text(), json_values, min_size=1), st.integers(min_value=1))
def test_start_of_an_object_is_cut_and_a_whole_one_is_not(value: object, left: int) -> None:
    text = json.dumps(value)
    part = text[: max(1, len(text) - 1 - left % len(text))]
    bare = text.replace("&", "+")  # an ampersand that is not encoded ends the value
    for sent in (quote(text), base64.b64encode(text.encode()).decode(), bare):
        assert not is_cut(f"/api/track?x=1&data={sent}")
    assert is_cut(f"/api/track?data={quote(part)}")
    assert is_cut(f"/api/track?data={quote(quote(part))}")


def test_bracket_in_a_text_that_is_cut_off_closes_nothing() -> None:
    for end in ("", "}", "}\\", '\\"}'):
        assert is_cut("/api/track?data=" + quote('{"a": "b' + end))


def test_address_that_was_sent_wrong_is_not_called_cut() -> None:
    wrong = base64.b64encode(b'{"properties": {"$id": b1}}').decode()
    history = read((line(f"/api/identify?data={wrong}") + line("/api/identify?data=x")).encode())
    assert slugs(history) == ["bad-json", "bad-data"]


# --- rows of JSON


ROWS: dict[str, dict[str, object]] = {
    "nginx, request line": {
        "time_local": TIME,
        "remote_addr": "203.0.113.9",
        "request": f"GET {URL} HTTP/1.1",
        "status": "200",
        "http_referer": "-",
        "http_user_agent": "Mozilla/5.0",
    },
    "nginx, parts": {
        "msec": "1618560000.000",
        "request_method": "GET",
        "uri": "/api/identify",
        "args": URL.partition("?")[2],
        "status": 200,
    },
    "nginx, both times": {
        "time_local": "16/Apr/2021:08:00:09 +0000",
        "time_iso8601": "2021-04-16T10:00:00+02:00",
        "request_uri": URL,
        "status": 200,
    },
    "nginx, body": {
        "time_iso8601": "2021-04-16T10:00:00+02:00",
        "request": "POST /api/identify HTTP/1.1",
        "request_body": '{"properties": {"$id": "b1"}}',
        "status": 200,
    },
    "Caddy": {
        "level": "info",
        "ts": 1618560000.0,
        "logger": "http.log.access",
        "request": {
            "remote_ip": "203.0.113.9",
            "method": "GET",
            "host": "a.klaviyo.com",
            "uri": URL,
            "headers": {"User-Agent": ["Mozilla/5.0"], "Referer": []},
        },
        "status": 200,
    },
    "Traefik": {
        "RequestMethod": "GET",
        "RequestPath": URL,
        "RequestHost": "a.klaviyo.com",
        "StartUTC": "2021-04-16T08:00:00Z",
        "DownstreamStatus": 200,
        "request_User-Agent": "Mozilla/5.0",
    },
    "Google's balancer": {
        "httpRequest": {
            "requestMethod": "GET",
            "requestUrl": f"https://a.klaviyo.com{URL}",
            "status": 200,
            "userAgent": "Mozilla/5.0",
        },
        "timestamp": "2021-04-16T08:00:00.000000Z",
    },
}


@pytest.mark.parametrize("name", ROWS)
def test_json_rows_are_read_by_the_names_of_each_server(name: str) -> None:
    for data in (
        json.dumps(ROWS[name]) + "\n",
        json.dumps([ROWS[name]]),
        json.dumps(ROWS[name], indent=1),
    ):
        assert [one.name for one in formats() if one.sniff(data.encode(), "")] == ["access-log"]
        history = read(data.encode())
        (call,) = history
        assert (ids(history), call.received_at, call.answer) == (["b1"], AT, 200)
        agent = "Mozilla" in json.dumps(ROWS[name])
        assert call.channel == ("browser" if agent else "server" if "body" in name else "other")


def test_json_rows_that_give_no_call_have_a_reason() -> None:
    rows: list[object] = [
        ROWS["nginx, parts"],
        {**ROWS["nginx, parts"], "args": "-"},
        {"status": 200},
        {"request": "-"},
        {"uri": 5, "method": "GET"},
        {"request": f"GET {URL[:50]}", "status": 200},
        [],
    ]
    history = read("".join(json.dumps(row) + "\n" for row in rows).encode())
    assert account(history) == {"no-identifier": 1, "no-request": 2}
    assert slugs(history) == ["bad-request", "cut-address", "bad-row"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"request": {"method": "GET", "url": URL}, "status": 200, "uri": "/x"}, "exchange-log"),
        ({"request": {"url": URL, "uri": URL}}, "exchange-log"),
        ({"email": "a@x.example", "url": "/x", "method": "GET", "status": 200}, "call-table"),
        ({"id": 1, "time": 1618560000, "url": "/x", "status": 200}, "call-table"),
    ],
)
def test_other_formats_are_left_to_their_sources(data: dict[str, Any], name: str) -> None:
    head = json.dumps(data).encode()
    assert [one.name for one in formats() if one.sniff(head, "access.log")] == [name]


def test_table_with_a_time_in_brackets_is_no_log() -> None:
    head = b'email,event\na@x.example,"[16/Apr/2021:10:00:00 +0200] ""GET / HTTP/1.1"""\n'
    assert [one.name for one in formats() if one.sniff(head, "")] == ["call-table"]


@pytest.mark.parametrize("wrong", [None, True, 0, 1.5, "", [], {}, [None], {"x": [CANARY]}, CANARY])
def test_wrong_type_in_any_field_is_an_outcome_and_never_a_crash(wrong: object) -> None:
    rows = [{**row, field: wrong} for row in ROWS.values() for field in row]
    rows += [
        {**ROWS["Caddy"], "request": {"uri": URL, field: wrong}} for field in ("headers", "host")
    ]
    history = read("".join(json.dumps(row) + "\n" for row in rows).encode(), format="access-log")
    account(history)
    assert history.reading.rows == len(rows)
    assert "canary" not in repr((history.reading.rejects, history.reading.notes))


@given(st.lists(st.text(st.characters(exclude_characters="\r\n")), max_size=4))
def test_any_lines_become_calls_or_a_reason(texts: list[str]) -> None:
    data = line() + "".join(f'{text}\n203.0.113.9 - - [{TIME}] "{text}" 200\n' for text in texts)
    account(read(data.encode("utf-8", "replace"), format="access-log"))
