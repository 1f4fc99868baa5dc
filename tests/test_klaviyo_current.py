"""The current API: every shape names the same people, and answers say what they say, no more."""

from __future__ import annotations

import base64
import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import idgraph as ig
from idgraph.calls import Call, Identifier
from idgraph.dialects.base import NotACall, Notes, RejectRow, exchange_from, identifier
from idgraph.dialects.klaviyo_current import DIALECT
from idgraph.dialects.klaviyo_current.bodies import READERS

HOST = "https://a.klaviyo.com"
ID, OTHER = "01EXAMPLE0000000000000000A", "01EXAMPLE0000000000000000B"
BETTY = {"email": "betty@example.com", "external_id": "b1"}
SYNCHRONOUS = ["profiles", "profiles/{id}", "profile-import", "profile-merge"]

texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"), min_size=1
).filter(lambda text: text != "undefined")
values = texts | st.integers()
people = st.fixed_dictionaries(
    {"email": texts},
    optional={
        "external_id": values,
        "phone_number": texts,
        "anonymous_id": texts,
        "_kx": texts,
    },
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
FLAT = {
    "email": "$email",
    "external_id": "$id",
    "phone_number": "$phone_number",
    "anonymous_id": "$anonymous",
    "_kx": "$exchange_id",
}


def read(row: object, notes: Notes | None = None) -> tuple[Call, ...]:
    return DIALECT.calls(exchange_from(row, "log:1", Notes() if notes is None else notes))


def sent(endpoint: str, data: object, **more: Any) -> dict[str, Any]:
    """Return a row that sends `data` to an endpoint, as a call names it."""
    path = endpoint if endpoint.startswith("client/") else f"api/{endpoint}"
    request = {
        "method": "PATCH" if "{id}" in path else "POST",
        "url": f"{HOST}/{path.replace('{id}', ID)}",
        "body": {"data": data},
    }
    request |= more.pop("request", {})
    return {"request": request, **more}


def profile(attributes: object, **more: object) -> dict[str, Any]:
    return {"type": "profile", "attributes": attributes, **more}


def event(name: str, **more: object) -> dict[str, Any]:
    metric = {"data": {"type": "metric", "attributes": {"name": name}}}
    return {"type": "event", "attributes": {"metric": metric, **more}}


def nested(who: object) -> dict[str, Any]:
    return {"profile": {"data": who}}


def done_by(who: object, done: dict[str, Any]) -> dict[str, Any]:
    return {**done, "attributes": {**done["attributes"], **nested(who)}}


def all_of(who: object, *events: object) -> dict[str, Any]:
    return {
        "type": "event-bulk-create",
        "attributes": {**nested(who), "events": {"data": [*events]}},
    }


def data_for(endpoint: str, who: dict[str, Any]) -> dict[str, Any]:
    """Return what names one profile, in the shape of the endpoint."""
    if endpoint in ("profiles", "profiles/{id}", "profile-import", "client/profiles"):
        return who
    if endpoint == "profile-merge":
        return {"type": "profile-merge", "id": ID}
    if endpoint.endswith("event-bulk-create"):
        return all_of(who, event("E"))
    if endpoint == "event-bulk-create-jobs":
        return {"attributes": {"events-bulk-create": {"data": [all_of(who, event("E"))]}}}
    if endpoint.endswith("-jobs"):
        return {"attributes": {"profiles": {"data": [who]}}}
    return done_by(who, event("E"))


def named(call: Call) -> dict[str, Any]:
    return {one.key: one.value for one in call.identifiers}


def at_wire(call: Call) -> dict[str, object]:
    """Return what stands in the payload where the call says that its identifiers stand."""
    found: dict[str, object] = {}
    for key, path in call.wire.items():
        value: Any = call.payload
        for name in path:
            value = value[name]
        found[key] = value
    return found


# --- which requests -------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", READERS)
@pytest.mark.parametrize("host", [HOST, "https://proxy.example:8443", "//a.example", ""])
@pytest.mark.parametrize("tail", ["", "/", "?company_id=C", "/?company_id=C#x"])
def test_any_host_and_a_trailing_slash_are_taken(endpoint: str, host: str, tail: str) -> None:
    row = sent(endpoint, data_for(endpoint, profile(BETTY, id=ID)))
    row["request"]["url"] = row["request"]["url"].replace(HOST, host) + tail
    (call,) = read(row)
    assert call.endpoint == endpoint


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/profiles"),
        ("GET", f"/api/profiles/{ID}"),
        ("GET", "/api/events/?page[size]=200"),
        ("OPTIONS", "/client/events/"),
        ("POST", f"/api/profiles/{ID}"),
        ("PATCH", "/api/profiles"),
        ("PATCH", f"/api/events/{ID}"),
        ("PATCH", f"/api/profiles/{ID}/relationships/lists"),
        ("POST", "/api/client/events"),
        ("POST", "/client/profile-import"),
        ("POST", "/events"),
        ("POST", "/api/events-and-more"),
        ("POST", "/x?y=/api/events"),
        ("POST", "/api/track"),
        ("POST", "/api/onsite/identify"),
    ],
)
def test_other_requests_are_not_claimed(method: str, path: str) -> None:
    row = {"request": {"method": method, "url": HOST + path, "body": {"data": profile(BETTY)}}}
    exchange = exchange_from(row, "log:1", Notes())
    assert not DIALECT.claims(exchange)
    with pytest.raises(NotACall) as aside:
        DIALECT.calls(exchange)
    assert aside.value.reason == "not-an-identity-request"


@pytest.mark.parametrize(
    ("endpoint", "headers", "channel"),
    [
        ("events", {}, "server"),
        ("push-tokens", {"X-Klaviyo-Mobile": "1"}, "server"),
        ("client/events", {}, "browser"),
        ("client/events", {"User-Agent": "Mozilla/5.0 (iPhone)"}, "browser"),
        ("client/events", {"X-KLAVIYO-MOBILE": "1"}, "mobile"),
        ("client/profiles", {"User-Agent": "Shop/1 (x; build:1; iOS 17) klaviyo-ios/4"}, "mobile"),
        ("client/push-tokens", {"user-agent": "Shop/1 klaviyo-android/3.0"}, "mobile"),
        ("client/subscriptions", {}, "form"),
    ],
)
def test_channel_is_derived_from_the_request(
    endpoint: str, headers: dict[str, str], channel: str
) -> None:
    row = sent(endpoint, data_for(endpoint, profile(BETTY)), request={"headers": headers})
    assert read(row)[0].channel == channel
    assert read({**row, "channel": "import"})[0].channel == "import"


# --- whom they name -------------------------------------------------------------------------------


@given(who=people)
def test_every_shape_of_a_profile_names_the_same_identifiers_bit_for_bit(
    who: dict[str, Any],
) -> None:
    wanted = {key: identifier(key, value) for key, value in who.items()}
    flat = {FLAT[key]: value for key, value in who.items()}
    rest = {key: value for key, value in who.items() if key != "_kx"}
    script = {**rest, "properties": {"$exchange_id": who["_kx"]} if "_kx" in who else {}}
    shapes = [
        *(sent(name, data_for(name, profile(who))) for name in READERS if name != "profile-merge"),
        sent("events", {"attributes": {"profile": flat, "metric": {"name": "E"}}}),
        sent("client/profiles", {**profile({}), "meta": {"identifiers": who}}),
        sent("client/profiles", profile(script)),
        sent("client/subscriptions", {"attributes": {**script, "list_id": "L"}}),
    ]
    for row in shapes:
        (call,) = read(row)
        found = {key: one for key, one in call.keys.items() if key != "profile_id"}
        assert found == wanted
        assert {key: at_wire(call)[key] for key in who} == who


@given(who=people)
def test_object_text_and_base64_of_a_body_are_one(who: dict[str, Any]) -> None:
    row = sent("profile-import", profile(who))
    body = json.dumps(row["request"]["body"])
    for form in (body, f"\n{body}\n", base64.b64encode(body.encode()).decode()):
        (call,) = read({"request": {**row["request"], "body": form}})
        assert call.identifiers == read(row)[0].identifiers
        assert call.payload == row["request"]["body"]


@given(noise=st.dictionaries(st.sampled_from(["id", "$id", "$email", "email", "_kx"]), json_values))
def test_properties_hold_no_identifier_but_the_exchange_id(noise: dict[str, Any]) -> None:
    done = event("E", properties={**noise, "$exchange_id": "kx.OTHER"})
    who = profile({**BETTY, "properties": {**noise, "$exchange_id": "kx.ABC"}})
    (call,) = read(sent("client/events", done_by(who, done)))
    assert named(call) == {**BETTY, "_kx": "kx.ABC"}


def test_dollar_name_of_a_flat_profile_wins_over_the_bare_one_and_is_noted() -> None:
    notes = Notes()
    flat = {"id": "b2", "$id": "b1", "email": "betty@example.com", "$kid": ID, "_kx": "kx.A"}
    (call,) = read(sent("events", {"attributes": {"profile": flat}}), notes)
    assert named(call) == {**BETTY, "profile_id": ID, "_kx": "kx.A"}
    assert call.wire["external_id"] == ("data", "attributes", "profile", "$id")
    assert notes.sentences()[0].startswith("1 identifier ")
    (call,) = read(sent("events", {"attributes": {"profile": {"id": 42}}}))
    assert named(call) == {"external_id": 42}


def test_attributes_win_over_what_repeats_them_and_each_difference_is_noted() -> None:
    notes = Notes()
    meta = {"email": "b@example.com", "external_id": "b1", "_kx": "kx.META", "id": OTHER}
    attributes = {**BETTY, "properties": {"$exchange_id": "kx.SCRIPT"}}
    data = profile(attributes, id=ID, meta={"identifiers": meta})
    (call,) = read(sent("client/profiles", data), notes)
    assert named(call) == {**BETTY, "_kx": "kx.SCRIPT", "profile_id": ID}
    assert [note.split(" in ")[0] for note in notes.sentences()] == ["3 identifiers"]


def test_two_places_that_agree_are_no_difference() -> None:
    notes = Notes()
    data = profile({"_kx": "kx.A", "properties": {"$exchange_id": "kx.A"}})
    (call,) = read(sent("client/profiles", {**data, "meta": {"identifiers": {"id": ID}}}), notes)
    assert call.wire == {
        "_kx": ("data", "attributes", "_kx"),
        "profile_id": ("data", "meta", "identifiers", "id"),
    }
    assert notes.sentences() == ()


@pytest.mark.parametrize("body", [None, "", {}, {"data": {}}, {"data": profile({})}])
def test_patch_names_the_profile_of_its_address_whatever_the_body_says(body: object) -> None:
    (call,) = read(sent("profiles/{id}", None, request={"body": body}))
    assert call.identifiers == (Identifier("profile_id", ID),)


def test_address_of_a_patch_wins_over_its_body_and_a_difference_is_noted() -> None:
    notes = Notes()
    (call,) = read(sent("profiles/{id}", profile({}, id=OTHER)), notes)
    assert named(call) == {"profile_id": ID}
    assert call.wire == {}
    assert len(notes.sentences()) == 1
    (call,) = read(sent("profiles/{id}", profile({}, id=ID)))
    assert call.wire == {"profile_id": ("data", "id")}


def test_id_in_an_address_is_decoded_or_rejected() -> None:
    row = sent("profiles/{id}", profile({}), request={"url": "/api/profiles/a%20b"})
    assert named(read(row)[0]) == {"profile_id": "a b"}
    row["request"]["url"] = "/api/profiles/%ff"
    with pytest.raises(RejectRow) as fault:
        read(row)
    assert fault.value.slug == "undecodable"


@pytest.mark.parametrize(
    ("endpoint", "cleared"),
    [
        ("profile-import", 1),
        ("profiles/{id}", 1),
        ("profile-bulk-import-jobs", 1),
        ("profiles", 0),
        ("client/profiles", 0),
    ],
)
def test_null_is_no_identifier_and_empties_its_key_where_it_clears(
    endpoint: str, cleared: int
) -> None:
    who = profile({"email": None, "external_id": "b1", "first_name": None})
    (call,) = read(sent(endpoint, data_for(endpoint, who)), Notes())
    assert "email" not in call.keys
    assert '"email": null' in json.dumps(call.payload)
    assert call.clears == ("email",) * cleared


@pytest.mark.parametrize("change", ["append", "unappend"])
@pytest.mark.parametrize("inside", [True, False])
def test_secondary_emails_stay_in_the_payload_and_are_counted(change: str, *, inside: bool) -> None:
    notes = Notes()
    meta = {"meta": {"patch_identifiers": {change: {"email": ["b@example.com", "c@example.com"]}}}}
    data = profile(meta if inside else {}, id=ID, **({} if inside else meta))
    (call,) = read(sent("profiles/{id}", data), notes)
    assert named(call) == {"profile_id": ID}
    assert notes.sentences()[0].startswith("2 secondary emails ")


def test_merge_names_its_destination_and_keeps_its_source_in_the_payload() -> None:
    source = {"profiles": {"data": [{"type": "profile", "id": OTHER}]}}
    (call,) = read(sent("profile-merge", {"id": ID, "relationships": source}))
    assert named(call) == {"profile_id": ID}
    assert OTHER in json.dumps(call.payload)


def test_empty_list_of_php_is_an_empty_object() -> None:
    who = profile({**BETTY, "properties": []}, meta=[])
    assert named(read(sent("client/profiles", who))[0]) == BETTY


@pytest.mark.parametrize(
    ("endpoint", "data"),
    [
        ("profiles", None),
        ("events", []),
        ("profile-bulk-import-jobs", {"attributes": {"profiles": [profile(BETTY)]}}),
        ("profile-bulk-import-jobs", {"attributes": {"profiles": {"data": [None]}}}),
        ("event-bulk-create-jobs", {"attributes": {}}),
        ("profile-subscription-bulk-create-jobs", {"attributes": {"subscriptions": None}}),
        ("events", {"attributes": {**nested(profile(BETTY)), "metric": "E"}}),
        ("client/profiles", profile("betty@example.com")),
    ],
)
def test_body_of_another_shape_is_a_reject(endpoint: str, data: object) -> None:
    with pytest.raises(RejectRow) as fault:
        read(sent(endpoint, data))
    assert fault.value.slug == "bad-payload"


@given(body=json_values)
def test_any_body_becomes_calls_or_a_reason(body: object) -> None:
    for endpoint in READERS:
        for data in (body, {"id": body, "attributes": body}, data_for(endpoint, profile(body))):
            try:
                found = read(sent(endpoint, data))
            except (NotACall, RejectRow):
                continue
            assert all(call.identifiers for call in found), endpoint


# --- many in one ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "endpoint", ["profile-bulk-import-jobs", "profile-subscription-bulk-create-jobs"]
)
@given(many=st.lists(people, min_size=1, max_size=4))
def test_bulk_of_profiles_is_each_of_them_alone(endpoint: str, many: list[dict[str, Any]]) -> None:
    data = {"attributes": {"profiles": {"data": [profile(who) for who in many]}}}
    found = read(sent(endpoint, data))
    alone = [read(sent("profile-import", profile(who)))[0] for who in many]
    assert [call.identifiers for call in found] == [call.identifiers for call in alone]
    assert [call.payload for call in found] == [profile(who) for who in many]


@given(who=people, names=st.lists(texts, min_size=1, max_size=4))
def test_bulk_of_events_is_each_of_them_alone(who: dict[str, Any], names: list[str]) -> None:
    done = [event(n, unique_id=f"{n}-1", time="2024-05-15T08:00:00Z") for n in names]
    both = all_of(profile(who), *done)
    alone = [read(sent("events", done_by(profile(who), one)))[0] for one in done]
    job = {"attributes": {"events-bulk-create": {"data": [both]}}}
    for found in (
        read(sent("client/event-bulk-create", both)),
        read(sent("event-bulk-create-jobs", job)),
    ):
        for call, single, one in zip(found, alone, done, strict=True):
            assert call.identifiers == single.identifiers
            name = one["attributes"]["metric"]["data"]["attributes"]["name"]
            assert (call.event, call.event_id) == (single.event, single.event_id)
            assert (call.event, call.event_id) == (name, f"{name}-1")
            assert call.occurred_at == single.occurred_at == 1715760000_000000
            assert call.payload == all_of(profile(who), one)
            assert at_wire(call) == who


def test_time_of_the_log_wins_but_for_the_events_of_a_bulk_request() -> None:
    done = event("E", time="2024-05-15T08:00:00Z")
    claims = {"occurred_at": "2024-05-15T09:00:00Z"}
    (single,) = read(sent("events", done_by(profile(BETTY), done), **claims))
    first, second = read(
        sent("client/event-bulk-create", all_of(profile(BETTY), done, event("F")), **claims)
    )
    assert single.occurred_at == second.occurred_at == 1715763600_000000
    assert first.occurred_at == 1715760000_000000


def test_profile_without_an_identifier_in_a_bulk_request_is_counted() -> None:
    notes = Notes()
    data = {"attributes": {"profiles": {"data": [profile({}), profile(BETTY), profile({})]}}}
    assert len(read(sent("profile-bulk-import-jobs", data), notes)) == 1
    assert notes.sentences()[0].startswith("2 profiles without an identifier ")
    notes = Notes()
    with pytest.raises(NotACall) as aside:
        read(sent("client/profiles", profile({})), notes)
    assert (aside.value.reason, notes.sentences()) == ("no-identifier", ())


def test_profile_without_events_in_a_bulk_request_is_still_named() -> None:
    (call,) = read(sent("client/event-bulk-create", all_of(profile(BETTY))))
    assert (named(call), call.event) == (BETTY, None)


def test_bulk_request_is_one_row_with_many_calls(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    data = {
        "attributes": {
            "profiles": {"data": [profile({"email": f"{n}@example.com"}) for n in "abc"]}
        }
    }
    rows = [sent("profile-bulk-import-jobs", data), sent("profiles", profile({}))]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    reading = ig.read(log).reading
    assert (reading.rows, reading.with_calls, reading.calls) == (2, 1, 3)
    assert reading.not_calls == {"no-identifier": 1}


# --- what was answered ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "status", "created"),
    [
        ("profiles", 201, True),
        ("profiles", 200, None),
        ("profiles/{id}", 200, False),
        ("profile-import", 201, True),
        ("profile-import", 200, False),
        ("profile-merge", 201, None),
        ("profile-import", None, None),
    ],
)
@pytest.mark.parametrize("wrap", [dict, json.dumps])
def test_answer_of_a_profile_endpoint_says_who_it_was(
    endpoint: str, status: int | None, created: object, wrap: Any
) -> None:
    answer = {"status": status, "body": wrap({"data": {"type": "profile", "id": OTHER}})}
    (call,) = read(sent(endpoint, data_for(endpoint, profile(BETTY)), response=answer))
    assert (call.observed, call.created, call.refused) == (OTHER, created, False)


@pytest.mark.parametrize("endpoint", [name for name in READERS if name not in SYNCHRONOUS])
@pytest.mark.parametrize("status", [200, 201, 202])
def test_answer_of_any_other_endpoint_says_nothing_of_the_profile(
    endpoint: str, status: int
) -> None:
    answer = {"status": status, "body": {"data": {"id": "JOB1"}, "meta": {"exchange_id": "kx"}}}
    (call,) = read(sent(endpoint, data_for(endpoint, profile(BETTY)), response=answer))
    assert (call.observed, call.created, call.refused) == (None, None, False)
    assert call.answer == status


@pytest.mark.parametrize("endpoint", ["profiles", "profiles/{id}", "profile-import"])
@pytest.mark.parametrize("code", [{"code": "duplicate_profile"}, {}])
@pytest.mark.parametrize("wrap", [dict, json.dumps])
def test_conflict_is_a_refused_call_and_names_the_owner(
    endpoint: str, code: dict[str, str], wrap: Any
) -> None:
    error = {**code, "meta": {"duplicate_profile_id": OTHER}}
    answer = {"status": 409, "body": wrap({"errors": [{"code": "x"}, error]})}
    (call,) = read(sent(endpoint, profile(BETTY), response=answer))
    assert (call.refused, call.owner) == (True, OTHER)
    assert (call.observed, call.created) == (None, None)
    assert named(call).items() >= BETTY.items()


@pytest.mark.parametrize("status", [404, 409])
@pytest.mark.parametrize("endpoint", SYNCHRONOUS)
def test_refusal_without_a_body_is_a_refused_call_of_unknown_owner(
    endpoint: str, status: int
) -> None:
    data = data_for(endpoint, profile(BETTY))
    (call,) = read(sent(endpoint, data, response={"status": status}))
    assert (call.refused, call.owner, call.answer) == (True, None, status)


@pytest.mark.parametrize("endpoint", [name for name in READERS if name not in SYNCHRONOUS])
def test_conflict_of_a_queueing_endpoint_refuses_the_whole_row(endpoint: str) -> None:
    answer = {"status": 409, "body": {"errors": [{"meta": {"duplicate_profile_id": OTHER}}]}}
    with pytest.raises(NotACall) as aside:
        read(sent(endpoint, data_for(endpoint, profile(BETTY)), response=answer))
    assert aside.value.reason == "answer-error"


@pytest.mark.parametrize("endpoint", READERS)
@pytest.mark.parametrize("status", [400, 401, 403, 422, 429])
def test_refused_request_is_no_call_and_a_failed_one_may_have_been(
    endpoint: str, status: int
) -> None:
    row = sent(endpoint, data_for(endpoint, profile(BETTY)))
    with pytest.raises(NotACall) as aside:
        read({**row, "response": {"status": status, "body": {"errors": [{"meta": {}}]}}})
    assert aside.value.reason == "answer-error"
    (call,) = read({**row, "response": {"status": 503, "body": {"data": {"id": OTHER}}}})
    assert (call.answer, call.refused, call.observed) == (503, False, None)


@given(answer=json_values, status=st.sampled_from([None, 200, 201, 404, 409]))
def test_no_answer_costs_a_call(answer: object, status: int | None) -> None:
    bodies = (
        *(answer, {"data": answer}, {"data": {"id": answer}}, {"errors": [{"meta": answer}]}),
        json.dumps(answer)[:-1],
        {"errors": [{"meta": {"duplicate_profile_id": answer}}]},
    )
    for endpoint, body in product(SYNCHRONOUS, bodies):
        row = sent(endpoint, data_for(endpoint, profile(BETTY)))
        (call,) = read({**row, "response": {"status": status, "body": body}})
        assert call.refused is (status in (404, 409))
        assert call.observed is None or isinstance(answer, str)


def test_observed_profile_of_the_row_wins_over_the_answer() -> None:
    answer = {"status": 201, "body": {"data": {"id": OTHER}}}
    row = sent("profiles", profile(BETTY), response=answer, observed_profile="P9", person="betty")
    (call,) = read(row)
    assert (call.observed, call.person) == ("P9", "betty")
