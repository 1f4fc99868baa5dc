"""Source events are read as their source said them, and deliveries show what became of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import Call, History, Identifier
from idgraph.clocks import SECOND
from idgraph.redaction import redact
from idgraph.sources import formats, read
from idgraph.sources.cdp_events import SOURCE, sniff
from idgraph.sources.cdp_events.deliveries import FELL_BACK, OVERTAKEN
from idgraph.sources.cdp_events.events import DROPPED

NOON = 1618560000
URL = "https://a.klaviyo.com/api/identify"


def rows(*given: object) -> History:
    return read("".join(json.dumps(row) + "\n" for row in given).encode(), format="cdp-events")


def event(**fields: object) -> dict[str, Any]:
    return {"type": "identify", "userId": "b1", **fields}


def only(history: History) -> Call:
    (call,) = history
    assert history.reading.rejects == ()
    return call


def keys(call: Call) -> dict[str, Any]:
    return {one.key: one.value for one in call.identifiers}


def sent(more: dict[str, Any] | None = None, /, **properties: object) -> dict[str, Any]:
    body = {"properties": properties, **(more or {})}
    return {"request": {"method": "POST", "url": URL, "body": body}}


def pair(source: dict[str, Any], *requests: dict[str, Any]) -> dict[str, Any]:
    return {"input": source, "output": list(requests)}


def batch(order: list[int], **claims: int) -> dict[str, Any]:
    """Return a row whose jobs, numbered from 1, leave in that order, one delivery a job."""
    told = [
        {"jobId": n, "message": event(userId=f"b{n}", messageId=f"m{n}")} for n in sorted(order)
    ]
    left = [
        {"jobIds": [n], "requests": [sent({"time": claims.get(f"t{n}")}, **{"$id": f"b{n}"})]}
        for n in order
    ]
    return {"input_order": told, "delivery_order": left}


# --- what the source said


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen", "group", "alias"])
def test_every_kind_names_a_person(kind: str) -> None:
    call = only(rows(event(type=kind, anonymousId="a1")))
    assert keys(call) == {"external_id": "b1", "anonymous_id": "a1"}
    assert call.endpoint == f"cdp/{kind}"


@given(st.integers() | st.text(st.characters(codec="ascii"), min_size=1))
def test_ids_keep_their_json_type_and_every_digit(value: str | int) -> None:
    call = only(rows(event(userId=value, anonymousId="a1")))
    found = call.get("external_id")
    assert (found and found.value) == (None if value == "undefined" else value)


def test_traits_of_either_place_are_read_and_a_difference_is_counted() -> None:
    context = {"traits": {"email": "old@example.com", "phone": "+15005550006"}}
    history = rows(event(traits={"email": "new@example.com"}, context=context))
    assert keys(only(history)) == {
        "external_id": "b1",
        "email": "new@example.com",
        "phone_number": "+15005550006",
    }
    assert any("first spelling" in note for note in history.reading.notes)


def test_wire_leads_to_each_identifier() -> None:
    linked = [{"type": "other", "id": "x"}, {"type": "klaviyo-profileId", "id": "EXAMP1"}]
    context = {"traits": {"email": "b@example.com"}, "externalId": linked}
    call = only(rows(event(context=context, traits={"phone": "+15005550006"})))
    assert call.wire == {
        "external_id": ("userId",),
        "email": ("context", "traits", "email"),
        "phone_number": ("traits", "phone"),
        "profile_id": ("context", "externalId", "1", "id"),
    }


def test_traits_of_a_group_and_properties_of_an_event_name_no_person() -> None:
    history = rows(
        event(type="group", traits={"email": "team@example.com"}),
        event(type="track", properties={"email": "friend@example.com"}),
    )
    assert [keys(call) for call in history] == [{"external_id": "b1"}] * 2


def test_alias_shows_the_earlier_id_beside_the_call() -> None:
    call = only(rows(event(type="alias", previousId="anon-1")))
    assert call.context == {"source previousId": Identifier("external_id", "anon-1")}
    assert keys(call) == {"external_id": "b1"}


@pytest.mark.parametrize(
    ("said", "channel"),
    [
        ({"channel": "web"}, "browser"),
        ({"channel": "client"}, "browser"),
        ({"channel": "Server"}, "server"),
        ({"channel": "mobile"}, "mobile"),
        ({"channel": "sources"}, "import"),
        ({"context": {"channel": "browser"}}, "browser"),
        ({"channel": "pigeon"}, "other"),
        ({"channel": 7}, "other"),
        ({}, "other"),
    ],
)
def test_channel_is_translated_and_never_a_fault(said: dict[str, Any], channel: str) -> None:
    assert only(rows(event(**said))).channel == channel


def test_each_clock_keeps_its_meaning() -> None:
    clocks = {"originalTimestamp": NOON, "sentAt": NOON + 1, "receivedAt": NOON + 2}
    call = only(rows(event(**clocks, timestamp=NOON + 9)))
    found = (call.occurred_at, call.sent_at, call.received_at)
    assert found == (NOON * SECOND, (NOON + 1) * SECOND, (NOON + 2) * SECOND)
    assert only(rows(event(timestamp=NOON))).occurred_at == NOON * SECOND


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"type": "heartbeat", "userId": "b1"}, "not-an-identity-event"),
        ({"type": "page"}, "no-identifier"),
        ({"level": "info"}, "no-identifier"),
    ],
)
def test_row_that_names_nobody_is_no_call(row: dict[str, Any], reason: str) -> None:
    assert rows(row).reading.not_calls == {reason: 1}


@pytest.mark.parametrize(
    ("row", "slug"),
    [
        ([1], "bad-row"),
        (event(type=["identify"]), "bad-field"),
        (event(userId={"x": 1}), "bad-identifier"),
        (event(userId=True), "bad-identifier"),
        (event(traits=["email"]), "bad-payload"),
        (event(context={"traits": 1}), "bad-payload"),
        (event(messageId={}), "bad-field"),
        (event(context='{"traits": {'), "bad-json"),
    ],
)
def test_row_of_another_shape_is_a_reject(row: object, slug: str) -> None:
    assert [one.slug for one in rows(event(), row).reading.rejects] == [slug]


def test_wrapped_event_says_that_its_destination_drops_the_id() -> None:
    wrapped = {"message": event(), "destination": {"Config": {"enforceEmailAsPrimary": True}}}
    history = rows(wrapped, {**wrapped, "destination": {"Config": {}}}, {"message": event()})
    assert [DROPPED in call.context for call in history] == [True, False, False]
    assert [keys(call) for call in history] == [{"external_id": "b1"}] * 3
    assert any(note.startswith("1 source event will lose") for note in history.reading.notes)


def test_rows_of_a_warehouse_are_source_events_and_no_call_table() -> None:
    common = {"user_id": "b1", "anonymous_id": "a1", "original_timestamp": "2021-04-16T08:00:00Z"}
    identifies = {**common, "id": "m1", "email": "b@example.com", "received_at": NOON}
    tracks = {**common, "id": "m2", "event": "placed_order", "event_text": "Placed Order"}
    tracks |= {"email": "friend@example.com", "context_traits_email": "b@example.com"}
    data = json.dumps([identifies, tracks]).encode()
    assert [one.name for one in formats() if one.sniff(data, "")] == ["cdp-events"]
    history = read(data)
    person = {"external_id": "b1", "anonymous_id": "a1", "email": "b@example.com"}
    assert [keys(call) for call in history] == [person] * 2
    assert {call.event_id for call in history} == {"m1", "m2"}
    assert {call.event for call in history} == {None, "Placed Order"}


@pytest.mark.parametrize(
    "row",
    [
        {"input": "a question", "output": "an answer"},
        {"request": {"method": "POST", "url": URL, "body": event()}},
        {"type": "identify", "email": "b@example.com", "sent_at": NOON},
        {"userId": "b1", "path": "/"},
        {"message": "started", "level": "info"},
    ],
)
def test_head_of_another_format_is_left_alone(row: dict[str, Any]) -> None:
    assert not sniff(json.dumps(row).encode(), "")


# --- what became of it


def test_dropped_id_is_marked_in_the_calls_that_could_have_carried_it() -> None:
    source = event(traits={"email": "b@example.com"})
    history = rows(
        pair(source, sent(**{"$email": "b@example.com", "_id": "b1"})),
        pair(source, sent(**{"$email": "b@example.com"})),
        pair(source, sent(**{"$email": "b@example.com", "$id": "b1", "_id": "b1"})),
        pair(source, sent(**{"$email": "b@example.com", "_id": "of another"})),
    )
    assert [DROPPED in call.context for call in history] == [True, False, False, False]
    assert "enforceEmailAsPrimary dropped the id in 1 call" in history.reading.notes
    assert all(call.context["source userId"].text == "b1" for call in history)


def test_anonymous_id_in_the_place_of_the_id_is_marked() -> None:
    history = rows(
        pair(event(userId=None, anonymousId="a1"), sent(**{"$id": "a1"})),
        pair(event(userId="a1", anonymousId="a1"), sent(**{"$id": "a1"})),
        pair(event(anonymousId="a1"), sent(**{"$id": "b1"})),
    )
    assert [FELL_BACK in call.context for call in history] == [True, False, False]
    assert "an anonymousId was used as external_id in 1 call" in history.reading.notes


@given(st.permutations([1, 2, 3, 4, 5]), st.lists(st.integers(0, 9), min_size=5, max_size=5))
def test_delivery_order_is_the_order_and_each_overtaken_delivery_is_marked(
    order: list[int], claims: list[int]
) -> None:
    history = rows(batch(order, **{f"t{n}": NOON + claims[n - 1] for n in range(1, 6)}))
    late = [any(before > job for before in order[:place]) for place, job in enumerate(order)]
    assert [keys(call)["external_id"] for call in history] == [f"b{n}" for n in order]
    assert [OVERTAKEN in call.context for call in history] == late
    said = [note for note in history.reading.notes if "batch reordering" in note]
    assert [int(note.split()[0]) for note in said] == [sum(late)] * any(late)


def test_requests_with_clocks_of_their_own_are_ordered_by_them() -> None:
    row = batch([2, 1])
    for delivery, at in zip(row["delivery_order"], (NOON + 5, NOON), strict=True):
        delivery["sent_at"] = at
    assert [keys(call)["external_id"] for call in rows(row)] == ["b1", "b2"]


def test_call_without_a_time_takes_that_of_its_event_and_later_ones_follow() -> None:
    history = rows(
        pair(event(originalTimestamp=NOON + 9), sent(id=2), sent(id=3)),
        pair(event(originalTimestamp=NOON), sent(id=1)),
    )
    assert [keys(call)["external_id"] for call in history] == [1, 2, 3]
    assert history.ties == ()


def test_events_that_leave_together_are_told_apart_by_what_they_share_with_a_call() -> None:
    told = [
        {"jobId": 1, "message": event(traits={"email": "one@example.com"})},
        {"jobId": 2, "message": event(userId="b2", traits={"email": "two@example.com"})},
    ]
    requests = [sent(**{"$email": "two@example.com"}), sent(**{"$id": "b1"}), sent(id="b9")]
    left = [{"jobIds": [1, 2], "requests": requests}]
    history = rows({"input_order": told, "delivery_order": left})
    found = [call.context.get("source userId") for call in history]
    assert [one and one.text for one in found] == ["b2", "b1", None]


def test_requests_in_the_shape_of_the_transformer_are_read() -> None:
    request = {"method": "POST", "endpoint": URL, "body": {"JSON": {"properties": {"$id": "b1"}}}}
    given = {"message": event(), "metadata": {"jobId": 7}}
    left = {"batchedRequest": request, "metadata": [{"jobId": 7}], "statusCode": 200}
    call = only(rows({"input": [given], "output": [left]}))
    assert keys(call) == {"external_id": "b1"}
    assert call.context["source userId"].text == "b1"


def test_event_that_was_given_up_is_counted_and_alone_is_no_call() -> None:
    row = batch([1])
    row["delivery_order"].append({"jobIds": [2, 3], "requests": [], "error": "not supported"})
    history = rows(row, pair(event(), {"error": "neither email nor phone", "status": 400}))
    assert history.reading.not_calls == {"never-sent": 1}
    assert any(note.startswith("3 source events were given up") for note in history.reading.notes)


@pytest.mark.parametrize(
    ("row", "slug"),
    [
        (pair(event(), sent(id=1), sent(id=True)), "bad-identifier"),
        ({"input": event(), "output": 1}, "bad-payload"),
        ({"input": 1, "output": []}, "bad-payload"),
        ({"input_order": [{"message": 1}], "delivery_order": []}, "bad-payload"),
        ({"input_order": [], "delivery_order": [{"requests": 1}]}, "bad-payload"),
    ],
)
def test_delivery_with_a_broken_part_is_a_reject_whole(row: dict[str, Any], slug: str) -> None:
    assert [one.slug for one in rows(row).reading.rejects] == [slug]


def test_requests_that_name_nobody_leave_their_reason() -> None:
    image = {"request": {"method": "GET", "url": "https://shop.example.com/a.png"}}
    assert rows(pair(event(), image)).reading.not_calls == {"not-an-identity-request": 1}


def test_what_the_source_said_is_redacted_with_the_calls() -> None:
    assert isinstance(SOURCE.sample, bytes)
    shown = repr([(call.context, call.payload) for call in redact(read(SOURCE.sample))])
    assert OVERTAKEN in shown
    for value in ("anon-", "b1", "m-2", "betty@", "EXAMP1"):
        assert value not in shown
