"""The onsite script, its forms and cookie, and the people of the classic API, read as sent."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import Call, Identifier
from idgraph.dialects.base import Exchange, NotACall, Notes, RejectRow, exchange_from, form_texts
from idgraph.dialects.klaviyo_onsite import DIALECT as ONSITE
from idgraph.dialects.klaviyo_onsite.believed import believed
from idgraph.dialects.klaviyo_people import DIALECT as PEOPLE
from idgraph.sources import read

HOST = "https://a.klaviyo.com"
FORM = "https://manage.kmail-lists.com/ajax/subscriptions/subscribe"
CANARY = "canary-7f3a@secret.example"

plain_texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"), min_size=1
).filter(lambda text: text != "undefined")
one_line_texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\x85\u2028\u2029"),
    min_size=1,
).filter(lambda text: text != "undefined" and not text.startswith("--"))


def exchange(method: str, url: str, body: object = None, **more: object) -> Exchange:
    response = {"status": more.pop("status", 200), "body": more.pop("answer", None)}
    request = {"method": method, "url": url, "body": body, **more}
    return exchange_from({"request": request, "response": response}, "log:1", Notes())


def only(found: tuple[Call, ...]) -> Call:
    (call,) = found
    return call


def reason(make: Any) -> str:
    with pytest.raises((NotACall, RejectRow)) as fault:
        make()
    value: Any = fault.value
    return str(value.reason if isinstance(value, NotACall) else value.slug)


def keys(call: Call) -> dict[str, str]:
    return {one.key: one.text for one in call.identifiers}


def packed(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


# --- identify and subscribe


@pytest.mark.parametrize("tail", ["", "/", "?c=ABC123", "/?c=ABC123#x"])
@pytest.mark.parametrize("host", [HOST, "https://proxy.example:8443", "//a.example", ""])
def test_onsite_identify_is_read_on_any_host(host: str, tail: str) -> None:
    sent = {"token": "ABC123", "properties": {"$id": 42, "$anonymous": "anon-1", "$kid": "EXAMP1"}}
    call = only(ONSITE.calls(exchange("POST", f"{host}/api/onsite/identify{tail}", sent)))
    assert call.get("external_id") == Identifier("external_id", "42", number=True)
    assert keys(call) == {"profile_id": "EXAMP1", "external_id": "42", "anonymous_id": "anon-1"}


@pytest.mark.parametrize(
    "body",
    [
        {"properties": {"$email": "betty@example.com"}},
        '{"properties": {"$email": "betty@example.com"}}',
        packed({"properties": {"$email": "betty@example.com"}}),
        "data=" + quote('{"properties": {"$email": "betty@example.com"}}'),
    ],
    ids=["object", "JSON", "base64", "form"],
)
def test_onsite_identify_is_read_in_each_encoding(body: object) -> None:
    call = only(ONSITE.calls(exchange("POST", f"{HOST}/api/onsite/identify", body)))
    assert keys(call) == {"email": "betty@example.com"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (None, "no-identifier"),
        ("", "no-identifier"),
        ({}, "no-identifier"),
        ({"properties": {}}, "no-identifier"),
        ({"properties": []}, "bad-payload"),
        ([], "bad-payload"),
        ("{broken", "bad-json"),
        ("nothing", "bad-data"),
        ({"properties": {"$email": ["x"]}}, "bad-identifier"),
    ],
)
def test_onsite_identify_that_names_nobody_says_why(body: object, why: str) -> None:
    assert reason(lambda: ONSITE.calls(exchange("POST", "/api/onsite/identify", body))) == why


def test_refused_and_unqueued_requests_are_no_calls() -> None:
    sent = {"properties": {"$id": "b1"}}
    for status, answer, why in ((200, 0, "answer-0"), (429, None, "answer-error")):
        one = exchange("POST", "/api/onsite/identify", sent, status=status, answer=answer)
        assert reason(lambda one=one: ONSITE.calls(one)) == why


def test_properties_of_a_subscription_hold_no_identifier_but_the_exchange_id() -> None:
    inner = {
        "$exchange_id": "kx.ABC123",
        "id": "x",
        "$email": "x@x.example",
        "email": "y@x.example",
    }
    sent = {"data": {"attributes": {"phone_number": "+15005550006", "properties": inner}}}
    call = only(ONSITE.calls(exchange("POST", "/onsite/v1/subscriptions/", sent)))
    assert keys(call) == {"phone_number": "+15005550006", "_kx": "kx.ABC123"}
    assert call.wire["_kx"] == ("data", "attributes", "properties", "$exchange_id")


def test_subscription_without_attributes_is_a_reject() -> None:
    bodies: tuple[object, ...] = ({}, {"data": []}, {"data": {"attributes": None}})
    for sent in bodies:
        one = exchange("POST", "/onsite/v1/subscriptions/", sent)
        assert reason(lambda one=one: ONSITE.calls(one)) == "bad-payload"


# --- forms


def multipart(fields: dict[str, str], end: str = "\r\n") -> str:
    parts = [
        f'--line{end}Content-Disposition: form-data; name="{name}"{end}{end}{value}{end}'
        for name, value in fields.items()
    ]
    return "".join(parts) + f"--line--{end}"


@given(email=one_line_texts, phone=one_line_texts)
def test_every_encoding_of_a_form_gives_the_same_identifiers(email: str, phone: str) -> None:
    fields = {"g": "LIST", "email": email, "$phone_number": phone, "$fields": "$phone_number"}
    encoded = urlencode(fields)
    ways = [
        exchange("POST", FORM, encoded),
        exchange("POST", FORM, fields),
        exchange("POST", FORM, json.dumps(fields)),
        exchange("POST", f"{FORM}?{encoded}"),
        exchange("GET", f"{FORM}?{encoded}"),
        exchange("POST", FORM, multipart(fields)),
        exchange("POST", FORM, multipart(fields, "\n")),
    ]
    wanted = {"email": email, "phone_number": phone}
    assert [keys(only(ONSITE.calls(way))) for way in ways] == [wanted] * len(ways)


def test_form_takes_its_list_from_the_address_and_its_email_from_the_body() -> None:
    call = only(ONSITE.calls(exchange("POST", f"{FORM}?g=LIST", "email=betty%40example.com")))
    assert call.payload == {"g": "LIST", "email": "betty@example.com"}
    assert call.channel == "form"


def test_field_sent_twice_is_kept_twice_and_no_identifier_if_it_differs() -> None:
    assert form_texts("a=1&a=1&b=1&b=2&b=3") == {"a": "1", "b": ["1", "2", "3"]}
    assert reason(lambda: ONSITE.calls(exchange("POST", FORM, "email=a%40b.example&email=c"))) == (
        "bad-identifier"
    )


def test_bytes_that_are_no_text_cost_a_name_and_reject_an_email() -> None:
    good = exchange("POST", FORM, "email=a%40b.example&%24first_name=%FF")
    assert keys(only(ONSITE.calls(good))) == {"email": "a@b.example"}
    assert reason(lambda: ONSITE.calls(exchange("POST", FORM, "email=%FF"))) == "undecodable"


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ('{"success": false, "errors": ["bad address"]}', True),
        ({"success": False}, True),
        ({"success": True}, False),
        ("{broken", False),
        (None, False),
        ("", False),
    ],
)
def test_form_that_was_told_of_an_error_wrote_nothing(answer: object, refused: object) -> None:
    one = exchange("POST", FORM, "email=a%40b.example", answer=answer)
    assert only(ONSITE.calls(one)).refused is refused


@given(st.text())
def test_any_body_of_a_form_is_read_or_says_why(body: str) -> None:
    for url in (FORM, f"{HOST}/api/onsite/identify", f"{HOST}/onsite/v1/subscriptions/"):
        try:
            found = ONSITE.calls(exchange("POST", url, body))
        except (NotACall, RejectRow):
            continue
        assert found


# --- the script's own traffic


@pytest.mark.parametrize(
    "url",
    [
        "https://static.klaviyo.com/onsite/js/klaviyo.js?company_id=ABC123",
        "https://static-tracking.klaviyo.com/onsite/js/x.js",
        "https://static-forms.klaviyo.com/forms/api/v7/ABC123/full-forms",
        "https://fast.a.klaviyo.com/custom-fonts/api/v1/company-fonts/onsite",
        "https://a.klaviyo.com/onsite/track-analytics?company_id=ABC123",
        "https://a.klaviyo.com/api/onsite/coupon-code",
        "https://a.klaviyo.com/forms/api/v3/geo-ip",
        "https://telemetrics.klaviyo.com/v1/metric",
        "https://a.klaviyo.com/ssc-init",
    ],
)
def test_own_traffic_of_the_script_is_no_call(url: str) -> None:
    assert ONSITE.claims(exchange("GET", url))
    assert reason(lambda: ONSITE.calls(exchange("GET", url))) == "own-traffic"


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", f"{HOST}/api/onsite/identify"),
        ("OPTIONS", FORM),
        ("POST", "https://shop.example.com/subscriptions/subscribe"),
        ("POST", f"{HOST}/api/onsite/identifying"),
        ("GET", "https://klaviyo.com.example/ssc-init"),
        ("GET", "https://static.klaviyo.com.example/onsite/js/klaviyo.js"),
        ("DELETE", f"{HOST}/api/v1/person/EXAMP1"),
        ("PUT", f"{HOST}/api/v1/person/EXAMP1/metrics/timeline"),
        ("GET", f"{HOST}/api/v2/people/exchange"),
        ("POST", f"{HOST}/api/v2/people/search"),
    ],
)
def test_other_requests_are_not_claimed(method: str, url: str) -> None:
    one = exchange(method, url)
    assert not ONSITE.claims(one)
    assert not PEOPLE.claims(one)


# --- what the browser believed


def context(cookie: str = "", referer: str = "", page: str = "") -> dict[str, Identifier]:
    headers = {"cookie": cookie, "referer": referer}
    url = f"{HOST}/api/onsite/identify"
    return dict(believed(Exchange(method="POST", url=url, headers=headers, page=page)))


COOKIE = {"cid": "Y2lk", "$exchange_id": "kx.ABC123", "$email": "old@example.com", "$id": 42}


@pytest.mark.parametrize("sign", ["", '"', "%22"])
@pytest.mark.parametrize("rounds", [0, 1, 2])
@pytest.mark.parametrize("padding", ["=", ""])
def test_cookie_is_read_in_every_wrapping(sign: str, rounds: int, padding: str) -> None:
    value = packed(COOKIE) if padding else packed(COOKIE).rstrip("=")
    for _ in range(rounds):
        value = quote(value, safe="")
    assert context(f"a=1; __kla_id={sign}{value}{sign}; b=2") == {
        "cookie cid": Identifier("anonymous_id", "Y2lk"),
        "cookie $exchange_id": Identifier("_kx", "kx.ABC123"),
        "cookie $email": Identifier("email", "old@example.com"),
        "cookie $id": Identifier("external_id", "42", number=True),
    }


@given(st.dictionaries(st.sampled_from(["$email", "email", "$id", "$kid", "cid"]), plain_texts))
def test_cookie_keeps_every_identifier_bit_for_bit(values: dict[str, str]) -> None:
    found = context(f"__kla_id={quote(packed(values))}")
    assert {name.removeprefix("cookie "): one.text for name, one in found.items()} == values


@pytest.mark.parametrize("value", ["x", "%", packed([1])[:-3], packed({"$email": [CANARY]})])
def test_broken_cookie_is_counted_and_costs_no_call(value: str) -> None:
    notes = Notes()
    sent = Exchange(
        method="POST",
        url=f"{HOST}/api/onsite/identify",
        headers={"cookie": f"__kla_id={value}"},
        body={"properties": {"$id": "b1"}},
        notes=notes,
    )
    assert believed(sent) == {}
    assert notes.sentences() == (
        "1 cookie of the platform's script that could not be read was not used",
    )
    assert len(ONSITE.calls(sent)) == 1


def test_deleted_cookie_is_none_and_no_fault() -> None:
    notes = Notes()
    one = Exchange(method="POST", url=HOST, headers={"cookie": '__kla_id=""; a=1'}, notes=notes)
    assert believed(one) == {}
    assert notes.sentences() == ()


def test_cookie_of_the_page_is_taken_where_the_request_has_none_of_the_script() -> None:
    cookies = f"__kla_id={packed({'$email': 'a@b.example'})}"
    one = Exchange(method="POST", url=HOST, headers={"cookie": "__cf=1"}, cookies=cookies)
    assert dict(believed(one)) == {"cookie $email": Identifier("email", "a@b.example")}


def test_page_address_tells_all_that_a_link_carries() -> None:
    link = packed({"kl_company_id": "ABC123", "kl_email": "a@b.example", "kl_phone_number": "+1"})
    page = f"https://shop.example.com/p?_kx=kx.ABC123&utm_email=u%40b.example&_ke={quote(link)}#x"
    assert context(referer=page) == {
        "page _kx": Identifier("_kx", "kx.ABC123"),
        "page utm_email": Identifier("email", "u@b.example"),
        "page kl_email": Identifier("email", "a@b.example"),
        "page kl_phone_number": Identifier("phone_number", "+1"),
    }


@given(plain_texts.filter(lambda text: not text.startswith("{")))
def test_link_of_an_email_alone_is_read_in_either_base64(email: str) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        value = encode(email.encode()).decode()
        for spelt in (value, quote(value, safe=""), value.rstrip("=")):
            found = context(page=f"https://shop.example.com/?_ke={spelt}")
            assert found == {"page _ke": Identifier("email", email)}


def test_referer_counts_unless_it_was_cut_down_to_the_host() -> None:
    page = "https://shop.example.com/?_kx=page"
    assert context(referer="https://shop.example.com/", page=page)["page _kx"].text == "page"
    whole = "https://shop.example.com/?_kx=referer"
    assert context(referer=whole, page=page)["page _kx"].text == "referer"
    assert context(referer="https://shop.example.com/other", page=page) == {}


@given(st.text())
def test_any_cookie_and_address_are_read_or_passed_over(text: str) -> None:
    for found in (
        context(f"__kla_id={text}", f"https://s.example/?_ke={text}&_kx={text}", text),
        context(text, text, f"https://s.example/?{text}"),
    ):
        assert all(isinstance(one, Identifier) for one in found.values())


def test_exchange_log_keeps_what_the_browser_believed() -> None:
    row = {
        "request": {
            "method": "POST",
            "url": f"{HOST}/api/identify",
            "headers": {
                "Cookie": f"__kla_id={packed({'$email': 'old@example.com'})}",
                "Referer": "https://shop.example.com/?_kx=kx.ABC123",
            },
            "body": {"properties": {"$email": "new@example.com"}},
        }
    }
    call = read(json.dumps(row).encode()).call(1)
    assert {name: one.text for name, one in call.context.items()} == {
        "cookie $email": "old@example.com",
        "page _kx": "kx.ABC123",
    }
    assert keys(call) == {"email": "new@example.com"}


# --- people


def test_update_takes_the_path_id_the_query_and_the_form_in_this_order() -> None:
    url = f"{HOST}/api/v1/person/EXAMP1?api_key=PRIVATE_KEY&$email=q%40x.example"
    one = exchange("PUT", url, "%24email=b%40x.example&%24id=b1&id=b2", answer='{"id": "EXAMP2"}')
    call = only(PEOPLE.calls(one))
    assert keys(call) == {"profile_id": "EXAMP1", "external_id": "b1", "email": "q@x.example"}
    assert (call.observed, call.created) == ("EXAMP2", False)
    assert "PRIVATE_KEY" not in repr(call.payload)


@pytest.mark.parametrize("answer", [None, "", "x", "{broken", [], {"id": 5}, {"id": ""}, {}])
def test_answer_without_an_id_observes_nothing(answer: object) -> None:
    one = exchange("PUT", f"{HOST}/api/v1/person/EXAMP1?$id=b1", answer=answer)
    call = only(PEOPLE.calls(one))
    assert (call.observed, call.created) == (None, None)


def test_observed_profile_of_the_row_wins_over_the_answer() -> None:
    request = {"method": "PUT", "url": "/api/v1/person/EXAMP1"}
    row = {"request": request, "response": {"body": {"id": "EXAMP2"}}, "observed_profile": "P9"}
    assert only(PEOPLE.calls(exchange_from(row, "log:1", Notes()))).observed == "P9"


@given(st.text(st.characters(exclude_categories=["Cs"])), plain_texts)
def test_any_body_of_an_update_is_read_or_says_why(body: str, value: str) -> None:
    url = f"/api/v1/person/EXAMP1?$id={quote(value, safe='')}"
    try:
        call = only(PEOPLE.calls(exchange("PUT", url, body)))
    except RejectRow:
        return
    assert call.get("external_id") == Identifier("external_id", value)


def test_look_ups_are_calls_that_only_read_and_their_answer_is_an_observation() -> None:
    urls = ("/api/v2/people/search?email=x", "/api/v1/person/P1")
    found = {"status": 200, "body": {"id": "P1"}}
    rows = [{"request": {"method": "GET", "url": url}, "response": found} for url in urls]
    history = read("".join(json.dumps(row) + "\n" for row in rows).encode())
    assert [(call.reads, call.observed, call.created) for call in history] == [
        (True, "P1", None),
        (True, "P1", None),
    ]


def test_a_look_up_that_found_nobody_is_a_call_and_one_that_was_refused_is_none() -> None:
    asked = exchange("GET", "/api/v2/people/search?email=x")
    (vain,) = PEOPLE.calls(replace(asked, status=404, answer={"detail": "not found"}))
    assert (vain.reads, vain.observed) == (True, None)
    with pytest.raises(NotACall, match="answer-error"):
        PEOPLE.calls(replace(asked, status=403))


def test_a_timeline_and_a_look_up_of_nobody_are_no_calls() -> None:
    for method, url, reason in (
        ("GET", "/api/v1/person/P1/metrics/timeline", "look-up"),
        ("POST", "/api/v2/people/exchange", "no-identifier"),
    ):
        with pytest.raises(NotACall, match=reason):
            PEOPLE.calls(exchange(method, url, "{}" if method == "POST" else None))
