"""A browser's log gives its calls, what the browser believed, and a reason for all the rest."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import History
from idgraph.errors import UnreadableError
from idgraph.sources import formats, read
from idgraph.sources.har.kinds import host_of, is_own_host

SHOP = "https://shop.example.com"
HOST = "https://a.klaviyo.com"
IDENTIFY = f"{HOST}/api/onsite/identify?c=ABC123"
BODY = '{"properties": {"$email": "betty@example.com"}}'
CANARY = "canary-7f3a@secret.example"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def entry(url: str = IDENTIFY, method: str = "GET", **more: Any) -> dict[str, Any]:
    headers = [{"name": name, "value": value} for name, value in more.pop("headers", {}).items()]
    response = {"status": more.pop("status", 200), "content": more.pop("content", {})}
    post = {"postData": more.pop("post")} if "post" in more else {}
    extra = more.pop("request", {})
    request = {"method": method, "url": url, "headers": headers, "cookies": [], **post, **extra}
    return {
        "startedDateTime": "2022-04-15T10:00:00.000Z",
        "time": 120,
        "request": request,
        "response": response,
        **more,
    }


def identify(**more: Any) -> dict[str, Any]:
    post = {"mimeType": "application/json", "text": BODY}
    return entry(method="POST", **{"post": post, **more})


def har(*entries: object, **log: object) -> bytes:
    return json.dumps({"log": {"version": "1.2", **log, "entries": entries}}).encode()


def reasons(history: History) -> dict[str, int]:
    reading = history.reading
    others = sum(reading.not_calls.values())
    assert reading.rows == reading.with_calls + others + len(reading.rejects)
    return dict(reading.not_calls)


def slugs(history: History) -> list[str]:
    reasons(history)
    return [reject.slug for reject in history.reading.rejects]


def emails(history: History) -> list[str]:
    return [call.keys["email"].text for call in history]


# --- which entries are calls


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (entry(f"{SHOP}/a.png"), "image"),
        (entry(f"{SHOP}/a?b=c.png", content={"mimeType": "image/webp"}), "image"),
        (entry(f"{SHOP}/a", content={"mimeType": "font/woff2"}), "font"),
        (entry(f"{SHOP}/a.woff2?v=1"), "font"),
        (
            entry(f"{SHOP}/a", content={"mimeType": "application/javascript; charset=utf-8"}),
            "script",
        ),
        (entry(f"{SHOP}/a.css#x"), "style"),
        (entry(f"{SHOP}/a", _resourceType="stylesheet"), "style"),
        (entry(f"{SHOP}/a", _resourceType="document"), "document"),
        (entry(f"{SHOP}/a", content={"mimeType": "text/html"}), "document"),
        (entry(f"{SHOP}/a.mp4"), "media"),
        (entry(f"{SHOP}/cart.json", _resourceType="xhr"), "other-host"),
        (entry(f"{SHOP}/api/track?data=unrelated"), "other-host"),
        (entry(f"{HOST}/api/metrics", _resourceType="xhr"), "not-an-identity-request"),
        (entry("https://static.klaviyo.com/onsite/js/klaviyo.js"), "own-traffic"),
        (entry(IDENTIFY, "OPTIONS"), "preflight"),
        (entry(f"{HOST}/api/v1/person/P1/metrics/timeline"), "look-up"),
        (entry(IDENTIFY, "POST", post={"text": "{}"}), "no-identifier"),
        (identify(content={"text": "0"}), "answer-0"),
        (identify(status=429), "answer-error"),
        (identify(status=0, _error="net::ERR_BLOCKED_BY_CLIENT"), "blocked"),
        ({"startedDateTime": "2022-04-15T10:00:00Z"}, "no-request"),
    ],
)
def test_entry_that_is_no_call_has_a_reason(one: dict[str, Any], reason: str) -> None:
    assert reasons(read(har(one))) == {reason: 1}


def test_blocked_request_is_told_by_either_writer_and_a_lost_answer_is_none() -> None:
    for name in ("_error", "_failureText"):
        one = identify(status=0)
        one["response"][name] = "net::ERR_BLOCKED_BY_CLIENT"
        assert reasons(read(har(one))) == {"blocked": 1}
        one["response"][name] = "net::ERR_ABORTED"
        call = read(har(one)).call(1)
        assert (call.answer, call.answered_at) == (None, None)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("a.klaviyo.com", True),
        ("klaviyo.com", True),
        ("manage.kmail-lists.com", True),
        ("localhost", True),
        ("127.0.0.1", True),
        ("[::1]", True),
        ("notklaviyo.com", False),
        ("klaviyo.com.example", False),
        ("127.0.0.1.example", False),
        ("", False),
    ],
)
def test_own_hosts_are_the_platforms_and_this_machine(host: str, own: object) -> None:
    assert is_own_host(host, ("klaviyo.com", "kmail-lists.com")) is own
    assert host_of(f"https://user:pass@{host.upper()}:8443/path?x=https://a.example") == host


def test_call_to_another_host_is_not_read_and_noted() -> None:
    history = read(
        har(identify(), entry(f"{SHOP}/api/onsite/identify", "POST", post={"text": BODY}))
    )
    assert reasons(history) == {"other-host": 1}
    assert any(note.startswith("1 request to other hosts") for note in history.reading.notes)
    assert (
        len(
            read(
                har(entry("http://127.0.0.1:8080/api/onsite/identify", "POST", post={"text": BODY}))
            )
        )
        == 1
    )


@pytest.mark.parametrize(
    ("url", "agent", "channel"),
    [
        (f"{HOST}/api/identify", "", "browser"),
        (f"{HOST}/api/identify", "Mozilla/5.0 (X11)", "browser"),
        (f"{HOST}/api/identify", "python-requests/2.31", "server"),
        (IDENTIFY, "Mozilla/5.0 (X11)", "browser"),
        ("https://manage.kmail-lists.com/ajax/subscriptions/subscribe", "Mozilla/5.0", "form"),
    ],
)
def test_channel_is_the_browser_unless_a_form_or_a_server_sent_it(
    url: str, agent: str, channel: str
) -> None:
    text = "email=betty%40example.com" if "kmail" in url else BODY
    headers = {"User-Agent": agent} if agent else {}
    one = entry(url, "POST", headers=headers, post={"text": text})
    assert [call.channel for call in read(har(one))] == [channel]


# --- clocks


@pytest.mark.parametrize(
    ("took", "answered_at"),
    [(120, 120_000), (0.25, 250), (0, 0), (-1, None), (None, None), ("x", None), (1e300, None)],
)
def test_request_left_at_its_start_and_was_answered_after_its_time(
    took: object, answered_at: int | None
) -> None:
    call = read(har(identify(startedDateTime="2022-04-15T12:00:00.000+02:00", time=took))).call(1)
    start = 1650016800_000000
    assert call.sent_at == start
    assert call.answered_at == (None if answered_at is None else start + answered_at)


def test_start_without_a_zone_is_no_time_and_images_are_not_counted() -> None:
    naked = {"startedDateTime": "2022-04-15T10:00:00"}
    history = read(har(identify(**naked), entry(f"{SHOP}/a.png", **naked)))
    assert history.call(1).at is None
    assert "1 time without a zone was not used" in history.reading.notes


# --- bodies


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


RAW = BODY.encode()
BODIES = {
    "text": ({"text": BODY}, {}),
    "base64": ({"text": b64(RAW), "encoding": "base64"}, {}),
    "base64 of gzip": (
        {"text": b64(gzip.compress(RAW)), "encoding": "BASE64"},
        {"Content-Encoding": "gzip"},
    ),
    "base64 of deflate": (
        {"text": b64(zlib.compress(RAW)), "encoding": "base64"},
        {"content-encoding": "deflate"},
    ),
    "base64, unpacked by the browser": (
        {"text": b64(RAW), "encoding": "base64"},
        {"content-encoding": "gzip"},
    ),
    "parameters": ({"text": "", "params": [{"name": "data", "value": BODY}]}, {}),
    "parameters, encoded": (
        {
            "params": [
                {
                    "name": "data",
                    "value": "%7B%22properties%22%3A"
                    "%7B%22%24email%22%3A%22betty%40example.com%22%7D%7D",
                }
            ]
        },
        {},
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_body_is_read_in_every_wrapping(name: str) -> None:
    post, headers = BODIES[name]
    assert emails(read(har(identify(post=post, headers=headers)))) == ["betty@example.com"]


@pytest.mark.parametrize(
    ("more", "slug"),
    [
        ({"post": None, "request": {"bodySize": 47}}, "no-body"),
        ({"post": {"text": ""}, "headers": {"Content-Length": "47"}}, "no-body"),
        ({"post": {"text": "é", "encoding": "base64"}}, "undecodable"),
        ({"post": {"text": b64(b"\xff"), "encoding": "base64"}}, "undecodable"),
        (
            {
                "post": {"text": b64(b"\x1f\x8b broken"), "encoding": "base64"},
                "headers": {"Content-Encoding": "gzip"},
            },
            "undecodable",
        ),
        ({"post": {"params": [{"name": 1}]}}, "bad-field"),
        ({"post": {"text": BODY[:-4]}}, "bad-json"),
        ({"request": {"url": None}}, "bad-request"),
    ],
)
def test_body_that_cannot_be_read_is_a_reject_of_its_entry_alone(
    more: dict[str, Any], slug: str
) -> None:
    history = read(har(identify(), identify(**more), identify()))
    assert slugs(history) == [slug]
    assert [call.origin for call in history] == ["<bytes>:1#1", "<bytes>:1#3"]
    assert [reject.origin for reject in history.reading.rejects] == ["<bytes>:1#2"]


def test_bodies_of_other_requests_are_not_looked_at() -> None:
    one = entry(f"{SHOP}/upload", "POST", post={"text": b64(b"\xff"), "encoding": "base64"})
    assert reasons(read(har(one))) == {"other-host": 1}


def test_packed_body_may_not_unpack_to_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idgraph.sources.har.exchanges._UNPACKED", 20)
    post, headers = BODIES["base64 of gzip"]
    assert slugs(read(har(identify(post=post, headers=headers)))) == ["too-long"]


@pytest.mark.parametrize(
    "content",
    [
        {"text": '[{"id": "EXAMP1", "email": "betty@example.com"}]'},
        {"text": b64(b'[{"id": "EXAMP1", "email": "betty@example.com"}]'), "encoding": "base64"},
    ],
)
def test_answer_names_the_profile(content: dict[str, str]) -> None:
    post = {"text": '{"profiles": [{"email": "betty@example.com"}]}'}
    one = entry(f"{HOST}/api/v2/list/LIST/members", "POST", post=post, content=content)
    assert read(har(one)).call(1).observed == "EXAMP1"


def test_log_without_contents_gives_the_same_calls() -> None:
    full, bare = identify(content={"text": "1"}), identify()
    del bare["response"]["content"]
    assert emails(read(har(full))) == emails(read(har(bare)))


# --- what the browser believed


COOKIE = b64(b'{"$email": "old@example.com"}')
ORIGIN = {"Origin": SHOP, "Referer": f"{SHOP}/"}


def context(history: History, number: int = 1) -> dict[str, str]:
    return {name: one.text for name, one in history.call(number).context.items()}


@pytest.mark.parametrize("listed", [False, True])
def test_cookie_is_the_one_that_the_pages_host_last_got(listed: object) -> None:
    def page(value: str) -> dict[str, Any]:
        if listed:
            return entry(SHOP, request={"cookies": [{"name": "__kla_id", "value": value}]})
        return entry(SHOP, headers={"Cookie": f"a=1; __kla_id={value}"})

    new = b64(b'{"$exchange_id": "kx.ABC123"}')
    other = entry("https://frame.example.com/", headers={"Cookie": f"__kla_id={b64(b'{}')}"})
    call = identify(headers=ORIGIN)
    history = read(har(page(COOKIE), call, page(new), other, call))
    assert context(history, 1) == {"cookie $email": "old@example.com"}
    assert context(history, 2) == {"cookie $exchange_id": "kx.ABC123"}


def test_page_address_is_that_of_the_last_document_of_the_calling_host() -> None:
    def document(url: str, page: str = "p1") -> dict[str, Any]:
        return entry(url, _resourceType="document", pageref=page)

    history = read(
        har(
            document(f"{SHOP}/?_kx=first"),
            document(f"{SHOP}/?_kx=second"),
            document("https://frame.example.com/?_kx=frame"),
            document(f"{SHOP}/?_kx=elsewhere", "p2"),
            identify(headers=ORIGIN, pageref="p1"),
            identify(pageref="p2"),
        )
    )
    assert [context(history, number) for number in (1, 2)] == [
        {"page _kx": "second"},
        {"page _kx": "elsewhere"},
    ]


def test_title_that_is_an_address_stands_for_a_document_that_the_log_lacks() -> None:
    pages = [
        {"id": "p1", "title": f"{SHOP}/?_kx=one", "startedDateTime": "2022-04-15T10:00:00Z"},
        {"id": "p2", "title": f"{SHOP}/?_kx=two", "startedDateTime": "2022-04-15T10:01:00Z"},
        {"id": "p3", "title": "Socks", "startedDateTime": "2022-04-15T10:02:00Z"},
        None,
    ]
    starts = ("2022-04-15T09:59:59Z", "2022-04-15T10:00:59Z", "2022-04-15T10:01:00Z")
    calls = [identify(headers=ORIGIN, startedDateTime=start) for start in starts]
    named = identify(headers=ORIGIN, pageref="p3")
    history = read(har(*calls, named, pages=pages))
    found = [call.context for call in sorted(history, key=lambda call: call.origin)]
    assert [{name: one.text for name, one in one_s.items()} for one_s in found] == [
        {},
        {"page _kx": "one"},
        {"page _kx": "two"},
        {},
    ]


def test_page_of_another_host_is_not_taken_for_the_callers() -> None:
    pages = [{"id": "p1", "title": "https://other.example/?_kx=x"}]
    assert context(read(har(identify(headers=ORIGIN, pageref="p1"), pages=pages))) == {}


# --- the file


def test_event_that_the_browser_delivered_twice_is_marked() -> None:
    body = {"event": "E", "customer_properties": {"$id": 1}, "properties": {"$event_id": "e-1"}}
    one = entry(f"{HOST}/api/track", "POST", post={"text": json.dumps(body)})
    assert read(har(one, identify(), one)).duplicates == ((1, 3),)


def test_entries_are_told_by_line_and_number() -> None:
    text = json.dumps({"log": {"entries": [identify(), identify()]}}, indent=1)
    first, second = (call.origin for call in read(text.encode()))
    assert (first, second) == ("<bytes>:4#1", f"<bytes>:{3 + (text.count(chr(10)) - 4) // 2 + 1}#2")


def test_broken_entry_costs_only_itself() -> None:
    whole = har(*(identify() for _ in range(3)), indent=1)
    for old, new in ((b'"method"', b'"method" x'), (b"POST", b"P\xffT"), (b"120", b"NaN")):
        place = whole.index(old, whole.index(old) + 1)
        data = whole[:place] + new + whole[place + len(old) :]
        history = read(data)
        assert len(slugs(history)) == 1
        assert [call.origin for call in history] == ["<bytes>:1#1", "<bytes>:1#3"]


def test_text_left_behind_a_fault_shifts_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [identify(time=number % 3) for number in range(9)]
    log = json.dumps({"log": {"entries": entries}}, indent=1)
    data = log.replace('"time": 0,', '"time": NaN,').encode()
    found = []
    for behind in (1 << 20, 0):
        monkeypatch.setattr("idgraph.sources.base.rows._BEHIND", behind)
        history = read(data)
        found.append([*(c.origin for c in history), *(r.origin for r in history.reading.rejects)])
    assert found[0] == found[1]
    assert len(found[0]) == 9


@pytest.mark.parametrize("keep", [1, 2, 3, 60])
def test_cut_file_keeps_its_entries_until_the_cut(keep: int) -> None:
    data = har(*(identify() for _ in range(3)))
    for cut in (data[:-keep], gzip.compress(data)[: -min(keep, 8)]):
        history = read(cut, format="har")
        assert set(slugs(history)) == {"cut"}
        assert len(history) >= 2


def test_brackets_in_a_text_that_is_cut_off_close_nothing() -> None:
    whole = b'{"log": {"entries": [], "comment": "a}}"}}'
    assert slugs(read(whole)) == []
    assert [slugs(read(whole[:-size])) for size in (1, 2, 3, 4)] == [["cut"]] * 4


def test_names_inside_texts_and_entries_are_no_list_of_entries() -> None:
    title = '{"log": {"entries": [1]}}'
    pages = [{"id": "p1", "title": title}]
    history = read(har(identify(comment='"entries": ['), pages=pages, comment='x "entries": ['))
    assert (reasons(history), len(history)) == ({}, 1)


def test_broken_pages_cost_no_entry() -> None:
    data = har(identify(), pages=["PAGES"]).replace(b'["PAGES"]', b'[{"id": NaN}]')
    assert len(read(data)) == 1


def test_fields_that_nobody_knows_are_passed_over() -> None:
    extra = {
        "_webSocketMessages": [{"data": CANARY}],
        "serverIPAddress": "203.0.113.7",
        "comment": CANARY,
        "timings": {"send": -1, "_blocked_queueing": 1},
        "cache": None,
    }
    assert emails(read(har(identify(**extra), creator={"name": "mitmproxy"}, pages=[]))) == [
        "betty@example.com"
    ]


@pytest.mark.parametrize("data", [b'{"log": {}}', b'{"log": {"version": "1.2", "entries": {}}}'])
def test_log_without_a_list_of_entries_says_so(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="HAR"):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"log": "GET /api/track", "stream": "stdout", "time": "2022-04-15T10:00:00Z"}\n',
        b'{"request": {"method": "GET", "url": "/"}}\n',
        b"email,at\n",
        b'{"entries": []}',
    ],
)
def test_other_formats_are_no_har(data: bytes) -> None:
    assert "har" not in [one.name for one in formats() if one.sniff(data, "x.har")]


def replaced(value: Any, wrong: object) -> list[Any]:
    """Return the value with each of its parts replaced, one at a time."""
    rows: list[Any] = [wrong]
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for place, part in parts:
        inner = replaced(part, wrong) if isinstance(part, dict | list) else [wrong]
        for other in inner:
            copy = value.copy()
            copy[place] = other
            rows.append(copy)
    return rows


@pytest.mark.parametrize("wrong", [None, True, 0, 1.5, "", [], {}, [None], {"x": [CANARY]}, CANARY])
def test_wrong_type_in_any_field_is_an_outcome_and_never_a_crash(wrong: object) -> None:
    post = {"text": b64(RAW), "encoding": "base64", "params": [{"name": "a", "value": "b"}]}
    content = {"text": "MQ==", "encoding": "base64", "mimeType": "text/plain"}
    headers = {"Origin": SHOP, "Cookie": f"__kla_id={COOKIE}", "Content-Encoding": "gzip"}
    one = identify(post=post, content=content, headers=headers, pageref="p1", _error="x")
    pages = [{"id": "p1", "title": SHOP, "startedDateTime": "2022-04-15T10:00:00Z"}]
    rows = replaced(one, wrong)
    history = read(har(*rows, pages=replaced(pages, wrong)))
    reasons(history)
    assert history.reading.rows == len(rows)
    assert "canary" not in repr((history.reading.rejects, history.reading.notes))


@given(
    st.lists(
        st.builds(
            lambda more: {**identify(), **more},
            st.dictionaries(
                st.sampled_from(
                    ["request", "response", "time", "startedDateTime", "pageref", "_error"]
                ),
                json_values,
            ),
        )
        | json_values,
        max_size=4,
    ),
    json_values,
)
def test_accounting_adds_up_for_any_entries(entries: list[object], pages: object) -> None:
    history = read(har(*entries, pages=pages))
    reasons(history)
    assert history.reading.rows == len(entries)
