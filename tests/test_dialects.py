"""Every dialect reads its samples, and the classic one every encoding of the wire."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph import registry
from idgraph.calls import Call, Identifier
from idgraph.dialects.base import (
    NOT_CALLS,
    REJECTS,
    Dialect,
    NotACall,
    Notes,
    Number,
    RejectRow,
    Sample,
    data_object,
    decode,
    exchange_from,
    identifier,
    moment,
)

DIALECTS: tuple[Dialect, ...] = registry.collect("idgraph.dialects", "DIALECT")
SAMPLES = [(dialect, sample) for dialect in DIALECTS for sample in dialect.samples]
CANARY = "canary-7f3a@secret.example"
HOST = "https://a.klaviyo.com"

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
plain_texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"), min_size=1
).filter(lambda text: text != "undefined")


def read(row: object, notes: Notes | None = None) -> tuple[Call, ...]:
    exchange = exchange_from(row, "log:1", Notes() if notes is None else notes)
    dialect = next((one for one in DIALECTS if one.claims(exchange)), None)
    if dialect is None:
        raise NotACall("not-an-identity-request")
    return dialect.calls(exchange)


def explained(row: object) -> str:
    """Return why a row gives no call, "" where it gives at least one; anything else is a crash."""
    try:
        return "" if read(row) else "nothing"
    except NotACall as aside:
        return NOT_CALLS[aside.reason]
    except RejectRow as fault:
        return REJECTS[fault.slug] and fault.reason


def or_fault(make: Callable[[], Any]) -> Any:
    """Return what `make` returns or, in its place, the reject that it raises."""
    try:
        return make()
    except RejectRow as fault:
        return fault


def post(path: str, body: object, answer: object = None, **more: object) -> dict[str, object]:
    request = {"method": "POST", "url": f"{HOST}/api/{path}", "body": body, **more}
    return {"request": request, "response": {"status": 200, "body": answer}}


def seen(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    keys = {one.key: one.value for one in call.identifiers}
    return keys | {name: getattr(call, name) for name in wanted if hasattr(call, name)}


@pytest.mark.parametrize(("dialect", "sample"), SAMPLES, ids=lambda it: getattr(it, "title", ""))
def test_sample_reads_to_what_it_expects(dialect: Dialect, sample: Sample) -> None:
    exchange = exchange_from(sample.row, "log:1", Notes())
    assert [one.name for one in DIALECTS if one.claims(exchange)] == [dialect.name]
    if sample.not_a_call:
        with pytest.raises(NotACall) as aside:
            dialect.calls(exchange)
        assert aside.value.reason == sample.not_a_call
    else:
        found = dialect.calls(exchange)
        assert [seen(c, dict(w)) for c, w in zip(found, sample.expect, strict=True)] == [
            dict(wanted) for wanted in sample.expect
        ]


@pytest.mark.parametrize(("_", "sample"), SAMPLES, ids=lambda it: getattr(it, "title", ""))
def test_wire_path_leads_to_the_value_of_each_identifier(_: Dialect, sample: Sample) -> None:
    if sample.not_a_call:
        return
    for call in read(sample.row):
        for one in call.identifiers:
            value: Any = call.payload
            for name in call.wire[one.key]:
                value = value[name]
            assert identifier(one.key, value) == one


@pytest.mark.parametrize(("_", "sample"), SAMPLES, ids=lambda it: getattr(it, "title", ""))
@pytest.mark.parametrize(
    "wrong", [None, True, 0, 1.5, "", "x", [], {}, [None], {"data": [CANARY]}, CANARY]
)
def test_wrong_type_in_any_field_is_a_reason_and_never_a_crash(
    _: Dialect, sample: Sample, wrong: object
) -> None:
    for row in replaced(json.loads(json.dumps(sample.row)), wrong):
        assert CANARY not in explained(row)


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


def encodings(payload: dict[str, object]) -> dict[str, dict[str, object]]:
    """Return an Identify in every wire form, by what the form is called."""
    text = json.dumps(payload)
    raw = json.dumps(payload, ensure_ascii=False)
    packed = base64.b64encode(text.encode()).decode()
    safe = base64.urlsafe_b64encode(raw.encode()).decode()

    def get(data: str) -> dict[str, object]:
        return {"request": {"method": "GET", "url": f"{HOST}/api/identify?data={data}&test=0"}}

    return {
        "GET base64": get(packed),
        "GET base64, percent-encoded": get(quote(packed, safe="")),
        "GET base64, percent-encoded twice": get(quote(quote(packed, safe=""), safe="")),
        "GET base64, blanks for plus": get(packed.replace("+", " ")),
        "GET URL-safe": get(safe),
        "GET URL-safe, unpadded": get(safe.rstrip("=")),
        "GET base64 of a text with a line end": get(
            base64.b64encode((text + "\n").encode()).decode()
        ),
        "GET base64 and a line end": get(packed + "%0A"),
        "GET JSON, percent-encoded": get(quote(raw, safe="")),
        "form, JSON, plus for blank": post("identify", urlencode({"data": raw})),
        "form, JSON, percent-encoded": post("identify", "data=" + quote(text)),
        "form, JSON, percent-encoded twice": post("identify", "data=" + quote(quote(raw))),
        "form, JSON, form-encoded twice": post("identify", "data=" + quote_plus(quote_plus(raw))),
        "form, base64": post("identify", urlencode({"data": packed})),
        "form, base64 as it is": post("identify", "data=" + packed),
        "form, other fields first": post("identify", "v=1&data=" + quote(raw, safe="")),
        "form, taken apart by the log": post("identify", {"data": packed}),
        "JSON object": post("identify", payload),
        "JSON text": post("identify", raw),
        "JSON text with line ends": post("identify/", "\n" + json.dumps(payload, indent=1) + "\n"),
        "bare base64": post("identify", packed),
        "bare base64, in lines": post("identify", base64.encodebytes(text.encode()).decode()),
        "POST with the data in its address": {
            "request": {"method": "POST", "url": f"/api/identify?data={quote(packed)}"}
        },
    }


FORMS = sorted(encodings({}))


@given(
    email=plain_texts,
    number=st.integers() | st.floats(allow_nan=False, allow_infinity=False) | plain_texts,
)
def test_every_wire_form_gives_the_same_identifiers_bit_for_bit(email: str, number: object) -> None:
    payload: dict[str, object] = {"token": "K"}
    payload["properties"] = {"$email": email, "id": number, "pad": "~~??>>"}
    direct = (identifier("external_id", number), identifier("email", email))
    for form, row in encodings(payload).items():
        for way in (row, decode(json.dumps(row)) if "JSON object" not in form else row):
            (call,) = read(way)
            assert call.identifiers == direct, form
            assert call.wire["external_id"] == ("properties", "id"), form


@pytest.mark.parametrize("form", FORMS)
def test_payload_is_the_object_as_it_was_sent(form: str) -> None:
    payload: dict[str, object] = {"token": "K", "properties": {"$id": "ü+ %2B", "n": [1, None]}}
    (call,) = read(encodings(payload)[form])
    assert call.payload == payload


@pytest.mark.parametrize("host", ["https://proxy.example:8443", "//a.example", ""])
@pytest.mark.parametrize("tail", ["", "/", "?x=1", "/?x=1#y"])
def test_any_host_and_a_trailing_slash_are_taken(host: str, tail: str) -> None:
    row = {"request": {"method": "POST", "url": f"{host}/api/identify{tail}", "body": {}}}
    row["request"]["body"] = {"properties": {"id": "b1"}}
    assert len(read(row)) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("OPTIONS", "/api/track"),
        ("GET", "/api/v2/list/L/members"),
        ("DELETE", "/api/v2/list/L/members"),
        ("POST", "/api/tracking"),
        ("POST", "/x?y=/api/track"),
        ("GET", "/logo.png"),
    ],
)
def test_other_requests_are_no_identity_requests(method: str, path: str) -> None:
    with pytest.raises(NotACall) as aside:
        read({"request": {"method": method, "url": HOST + path}})
    assert aside.value.reason == "not-an-identity-request"


@pytest.mark.parametrize("zero", [0, "0", "0\n", " 0 "])
def test_answer_of_zero_is_no_call(zero: object) -> None:
    with pytest.raises(NotACall) as aside:
        read(post("identify", "not even data", zero))
    assert aside.value.reason == "answer-0"


@pytest.mark.parametrize("one", [1, "1", "1\n", None, "", False, [], "00"])
def test_any_other_answer_leaves_the_call(one: object) -> None:
    assert len(read(post("identify", {"properties": {"$id": "b1"}}, one))) == 1


def test_refused_request_is_no_call_and_a_failed_one_may_have_been() -> None:
    row = post("identify", {"properties": {"$id": "b1"}})
    with pytest.raises(NotACall) as aside:
        read({**row, "response": {"status": 429}})
    assert aside.value.reason == "answer-error"
    assert read({**row, "response": {"status": 503}})[0].answer == 503


def test_dollar_spelling_wins_over_the_bare_one_and_is_noted() -> None:
    notes = Notes()
    body = {"properties": {"email": "b@example.com", "$email": "a@example.com", "$id": 1, "id": 1}}
    (call,) = read(post("identify", body), notes)
    assert call.keys["email"].text == "a@example.com"
    assert [note.split(" in ")[0] for note in notes.sentences()] == ["1 identifier"]


def test_absent_dollar_spelling_leaves_the_bare_one_without_a_note() -> None:
    notes = Notes()
    body = {"properties": {"email": "b@example.com", "$email": None, "$id": "", "id": "undefined"}}
    (call,) = read(post("identify", body), notes)
    assert call.identifiers == (Identifier("email", "b@example.com"),)
    assert notes.sentences() == ()


def test_properties_of_an_event_hold_no_identifier() -> None:
    body = {
        "event": "E",
        "customer_properties": {"$id": "b1"},
        "properties": {"$email": "x@x.example"},
    }
    assert read(post("track", body))[0].identifiers == (Identifier("external_id", "b1"),)


@pytest.mark.parametrize(
    ("request_parts", "channel"),
    [
        ({"headers": {"User-Agent": "Mozilla/5.0"}}, "browser"),
        ({"headers": {"ORIGIN": "https://shop.example"}}, "browser"),
        ({"headers": [{"name": "Referer", "value": "https://shop.example"}]}, "browser"),
        ({"headers": {"x-klaviyo-onsite": "1"}}, "browser"),
        ({"headers": {"User-Agent": "python-requests/2.31"}}, "server"),
        ({}, "server"),
        ({"method": "GET", "query": "&test=0"}, "server"),
        ({"method": "GET", "headers": {"User-Agent": "GuzzleHttp/7"}}, "server"),
        ({"method": "GET"}, "other"),
    ],
)
def test_channel_is_derived_from_the_request(request_parts: dict[str, Any], channel: str) -> None:
    data = quote('{"properties": {"$id": "b1"}}')
    parts = {"method": "POST", **request_parts}
    url = f"{HOST}/api/identify?data={data}{parts.pop('query', '')}"
    assert read({"request": {**parts, "url": url}})[0].channel == channel
    assert read({"request": {**parts, "url": url}, "channel": "form"})[0].channel == "form"


def test_answer_names_profiles_by_equal_identifiers_and_never_across() -> None:
    sent = [
        {"email": "A@example.com"},
        {"email": "a@example.com"},
        {"phone_number": "+15005550006"},
    ]
    answer = [{"id": "P2", "email": "a@example.com"}, {"id": "P3", "phone_number": "+15005550006"}]
    found = read(post("v2/list/L/members", {"profiles": sent}, answer))
    assert [call.observed for call in found] == [None, "P2", "P3"]


def test_answer_in_another_spelling_counts_at_its_own_place_only() -> None:
    sent = [{"email": "A@example.com"}, {"email": "B@example.com"}]
    straight = [{"id": "P1", "email": "a@example.com"}, {"id": "P2", "email": "b@example.com"}]
    for answer, observed in ((straight, ["P1", "P2"]), (straight[::-1], [None, None])):
        found = read(post("v2/list/L/members", {"profiles": sent}, answer))
        assert [call.observed for call in found] == observed


def test_observed_profile_of_the_row_wins_over_the_answer() -> None:
    answer = [{"id": "P1", "email": "a@example.com"}]
    row = post("v2/list/L/members", {"profiles": [{"email": "a@example.com"}]}, answer)
    assert read({**row, "observed_profile": "P9"})[0].observed == "P9"


def test_list_call_reads_no_id_and_says_so() -> None:
    notes = Notes()
    body = {"profiles": [{"email": "a@example.com", "$id": "b1"}]}
    (call,) = read(post("v2/list/L/subscribe", body), notes)
    assert call.identifiers == (Identifier("email", "a@example.com"),)
    assert len(notes.sentences()) == 1


def test_time_without_a_zone_is_no_time_and_is_counted() -> None:
    notes = Notes()
    body = {"properties": {"$id": "b1"}, "time": "2021-04-16 10:00:00"}
    assert read(post("identify", body), notes)[0].occurred_at is None
    read(post("identify", body), notes)
    assert notes.sentences() == ("2 times without a zone were not used",)


def test_time_in_exponent_notation_is_the_number_that_it_is() -> None:
    assert moment(Number("1.61856e9"), Notes()) == 1618560000_000000


@given(json_values)
def test_only_texts_and_numbers_are_identifiers(value: object) -> None:
    found = or_fault(lambda: identifier("email", value))
    if isinstance(found, RejectRow):
        assert found.slug in ("bad-identifier", "undecodable", "bad-number")
    elif found is None:
        assert value in (None, "", "undefined")
    else:
        assert found.value == value
        assert found.number is not isinstance(value, str)


@given(st.integers() | st.integers(min_value=2**53, max_value=2**4000))
def test_integers_of_any_size_are_exact(value: int) -> None:
    found = identifier("external_id", decode(str(value)))
    assert found is not None
    assert found.text == str(value)


@pytest.mark.parametrize("digits", ["1.0", "1.00", "1e3", "0.1000000000000000055511", "-2.50E+1"])
def test_floats_keep_the_text_they_were_written_as(digits: str) -> None:
    assert identifier("external_id", decode(digits)) == Identifier(
        "external_id", digits, number=True
    )


@pytest.mark.parametrize(
    ("source", "slug"),
    [
        ("NaN", "bad-number"),
        ('{"a": -Infinity}', "bad-number"),
        ("1e999", "bad-number"),
        ("9" * 5000, "bad-number"),
        ('{"a": 1, "a": 2}', "duplicate-key"),
        ('{"a": 1, "a": 1.0}', "duplicate-key"),
        ('{"a": 1, "a": true}', "duplicate-key"),
        ('{"a": {"b": [0]}, "a": {"b": [false]}}', "duplicate-key"),
        ("[" * 513 + "]" * 513, "too-deep"),
        ("[" * 100000, "too-deep"),
        ('{"a": 1', "bad-json"),
        ("1 2", "bad-json"),
        ("", "bad-json"),
    ],
)
def test_json_that_cannot_be_kept_exactly_is_a_reject(source: str, slug: str) -> None:
    with pytest.raises(RejectRow) as fault:
        decode(source)
    assert fault.value.slug == slug


def test_equal_duplicates_and_the_deepest_nesting_are_no_fault() -> None:
    assert decode('{"a": [1, {"b": 2}], "a": [1, {"b": 2}]}') == {"a": [1, {"b": 2}]}
    assert decode("[" * 512 + "]" * 512)


def test_half_a_character_costs_a_title_and_rejects_an_identifier() -> None:
    found = decode(r'{"title": "cut \ud83d", "whole": "\ud83d\ude00", "path": "C:\\ud83d"}')
    assert found == {"title": "cut \ufffd", "whole": "\U0001f600", "path": "C:\\ud83d"}
    with pytest.raises(RejectRow) as fault:
        identifier("email", found["title"])
    assert fault.value.slug == "undecodable"


@given(json_values)
def test_exact_json_agrees_with_the_standard_reader(value: object) -> None:
    text = json.dumps(value)
    found = or_fault(lambda: decode(text))
    if isinstance(found, RejectRow):
        assert found.slug == "bad-number"
    else:
        assert found == json.loads(text) or "\\ud" in text.lower()


@given(st.text())
def test_data_of_any_text_is_an_object_or_a_reject(raw: str) -> None:
    assert isinstance(or_fault(lambda: data_object(raw)), dict | RejectRow)


@given(request=json_values, response=json_values, rest=st.dictionaries(st.text(), json_values))
def test_any_row_becomes_calls_or_a_reason(
    request: object, response: object, rest: dict[str, object]
) -> None:
    for row in ({**rest, "request": request, "response": response}, request):
        assert explained(row) != "nothing"


@given(body=json_values, path=st.sampled_from(["track", "identify", "v2/list/L/members"]))
def test_any_body_becomes_calls_or_a_reason(body: object, path: str) -> None:
    holders = ({"customer_properties": body, "properties": body}, {"profiles": body}, body)
    for sent in (*holders, json.dumps(body)):
        assert explained(post(path, sent, body)) != "nothing"
