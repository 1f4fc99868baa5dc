"""Every export reads its sample, in every shape and wrapping, and no row of it is lost."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idgraph import exports, sources
from idgraph.clocks import SECOND
from idgraph.dialects.base import REJECTS
from idgraph.errors import IdgraphError, UnreadableError
from idgraph.exports.base import NOT_USED, Export, Exported, metric_name, sent_value, worth

EXPORTS = exports.formats()
CANARY = "canary-7f3a@secret.example"
AT = 1772445900

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def event(own: str = "EVENT1", profile: str = "EXAMPLEA", **properties: object) -> dict[str, Any]:
    return {
        "type": "event",
        "id": own,
        "attributes": {"timestamp": AT, "event_properties": properties},
        "relationships": {
            "profile": {"data": {"type": "profile", "id": profile}},
            "metric": {"data": {"type": "metric", "id": "METRIC"}},
        },
    }


def profile(own: str = "EXAMPLEA", **attributes: object) -> dict[str, Any]:
    return {"type": "profile", "id": own, "attributes": attributes}


METRIC = {"type": "metric", "id": "METRIC", "attributes": {"name": "Placed Order"}}


def page(*data: object, included: Iterable[object] = (METRIC,)) -> dict[str, Any]:
    return {"data": list(data), "included": list(included), "links": {"next": None}}


def timeline(*data: object) -> dict[str, Any]:
    return {"object": "$list", "count": len(data), "data": list(data), "next": None}


def past(own: str = "EVENT1", **more: object) -> dict[str, Any]:
    person = {"object": "person", "id": "EXAMP1", "$email": "betty@example.com"}
    return {"object": "event", "id": own, "event_name": "Placed Order", "person": person, **more}


def lines(*rows: object) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def account(exported: Exported) -> tuple[int, int, int]:
    """Return the rows used, not used and rejected, having checked that nothing is lost."""
    others = sum(exported.not_used.values())
    assert exported.rows == exported.used + others + len(exported.rejects)
    assert set(exported.not_used) <= NOT_USED.keys()
    assert {reject.slug for reject in exported.rejects} <= REJECTS.keys()
    assert all(reject.origin and reject.reason for reject in exported.rejects)
    return exported.used, others, len(exported.rejects)


def slugs(exported: Exported) -> list[str]:
    account(exported)
    return [reject.slug for reject in exported.rejects]


def records(exported: Exported) -> tuple[Any, ...]:
    return (*exported.events, *exported.profiles, *exported.merges)


def keyed(record: Any) -> dict[str, object]:
    return {one.key: one.value for one in getattr(record, "identifiers", ())}


def shown(exported: Exported) -> list[tuple[object, ...]]:
    """Return what an export shows, without where it stands."""
    names = ("event_id", "unique_id", "metric", "at", "value", "profile", "identifiers", "created")
    return [
        tuple(getattr(record, name, None) for name in (*names, "updated", "source", "destination"))
        for record in records(exported)
    ]


# --- the registry


@pytest.mark.parametrize("export", EXPORTS, ids=lambda it: it.name)
def test_sample_is_recognised_and_reads_to_what_it_expects(export: Export) -> None:
    assert [one.name for one in EXPORTS if one.sniff(export.sample, "")] == [export.name]
    exported = exports.read(export.sample)
    assert account(exported)[2] == 0
    assert exported.formats == (export.name,)
    found = [
        keyed(record) | {name: getattr(record, name) for name in wanted if hasattr(record, name)}
        for record, wanted in zip(records(exported), export.expect, strict=True)
    ]
    assert [
        {name: one.get(name) for name in wanted}
        for one, wanted in zip(found, export.expect, strict=True)
    ] == [dict(wanted) for wanted in export.expect]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda it: it.name)
def test_no_export_is_taken_for_calls_and_reading_it_as_calls_names_observe(export: Export) -> None:
    assert [one.name for one in sources.formats() if one.sniff(export.sample, "")] == []
    with pytest.raises(UnreadableError, match=export.looks) as error:
        sources.read(export.sample)
    assert "--observe" in error.value.remedy
    assert "record the requests" in error.value.remedy


@pytest.mark.parametrize("source", sources.formats(), ids=lambda it: it.name)
def test_no_log_of_calls_is_taken_for_an_export(source: sources.base.Source) -> None:
    sample = source.sample if isinstance(source.sample, bytes) else source.sample()
    assert [one.name for one in EXPORTS if one.sniff(sample, "")] == []
    with pytest.raises(UnreadableError, match="log of calls") as error:
        exports.read(sample)
    assert error.value.remedy


@pytest.mark.parametrize("export", EXPORTS, ids=lambda it: it.name)
def test_broken_variants_of_a_sample_are_rejects_or_one_error(export: Export) -> None:
    sample = export.sample
    variants = [sample[:size] for size in range(0, len(sample), 7)]
    for place in range(0, len(sample), 5):
        flipped = sample[place] ^ (1 << place % 8)
        variants.append(sample[:place] + bytes([flipped]) + sample[place + 1 :])
        variants.append(sample[:place] + b"\xff\0" + sample[place:])
    for variant in (*variants, sample * 2, sample[::-1], sample + b"\0"):
        try:
            account(exports.read(variant))
        except IdgraphError as error:
            assert str(error)  # noqa: PT017 - either way is right


@pytest.mark.parametrize("export", EXPORTS, ids=lambda it: it.name)
def test_sample_reads_the_same_in_every_wrapping(export: Export, tmp_path: Path) -> None:
    sample = export.sample
    wrappings = {
        "gz": gzip.compress(sample),
        "bom": b"\xef\xbb\xbf" + sample,
        "utf16": sample.decode().encode("utf-16"),
        "crlf": sample.replace(b"\n", b"\r\n"),
    }
    for name, data in wrappings.items():
        (tmp_path / name).write_bytes(data)
        assert shown(exports.read(tmp_path / name)) == shown(exports.read(sample)), name


# --- pages of the current API


def test_pages_read_the_same_as_lines_as_an_array_and_as_bare_resources() -> None:
    pages = [page(event("E1"), event("E2")), page(event("E3"))]
    wanted = [one.event_id for one in exports.read(lines(*pages)).events]
    assert wanted == ["E1", "E2", "E3"]
    for data in (
        json.dumps(pages).encode(),
        json.dumps(pages, indent=2).encode(),
        "\n".join(json.dumps(one, indent=2) for one in pages).encode(),
        lines(event("E1"), event("E2"), event("E3"), METRIC),
    ):
        exported = exports.read(data)
        assert [one.event_id for one in exported.events] == wanted
        assert {one.metric for one in exported.events} == {"Placed Order"}


def test_origin_of_a_resource_is_its_page_and_its_number_there() -> None:
    exported = exports.read(lines(page(event("E1")), page(event("E2"), event("E3"))), name="e")
    assert [one.origin for one in exported.events] == ["e:1#1", "e:2#1", "e:2#2"]


def test_single_profile_is_a_page_of_one() -> None:
    held = profile(email="Betty@example.com", external_id="007", phone_number=None)
    exported = exports.read(json.dumps({"data": held}).encode())
    (found,) = exported.profiles
    assert (found.profile, keyed(found)) == (
        "EXAMPLEA",
        {"external_id": "007", "email": "Betty@example.com"},
    )
    assert account(exported) == (1, 0, 0)


def test_event_of_2022_names_profile_and_metric_among_its_attributes() -> None:
    attributes = {"metric_id": "METRIC", "profile_id": "EXAMPLEB", "timestamp": AT}
    old = {"type": "event", "id": "E1", "attributes": attributes}
    (found,) = exports.read(json.dumps(page(old)).encode()).events
    assert (found.profile, found.metric, found.at) == ("EXAMPLEB", "Placed Order", AT * SECOND)


def test_metric_is_named_by_a_page_of_metrics_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(page(event(), included=())))
    nameless = exports.read(tmp_path / "a.json")
    assert nameless.events[0].metric is None
    assert any("include=metric" in note for note in nameless.notes)
    (tmp_path / "b.json").write_text(json.dumps(page(METRIC, included=())))
    assert exports.read(tmp_path).events[0].metric == "Placed Order"


def test_metric_id_with_two_names_names_nothing() -> None:
    other = {**METRIC, "attributes": {"name": "Viewed Product"}}
    exported = exports.read(lines(page(event()), page(event("E2"), included=[other])))
    assert [one.metric for one in exported.events] == [None, None]


@pytest.mark.parametrize(
    ("properties", "unique"),
    [
        ({"$event_id": "order-7"}, "order-7"),
        ({"unique_id": "order-7"}, "order-7"),
        ({"$event_id": "order-7", "unique_id": "other"}, "order-7"),
        ({"$event_id": 5001}, "5001"),
        ({"$event_id": str(AT)}, None),
        ({"$event_id": AT}, None),
        ({"$event_id": str(AT + 1)}, str(AT + 1)),
        ({"unique_id": ["a", "list"]}, None),
        ({"$event_id": ""}, None),
        ({}, None),
    ],
)
def test_the_second_that_stands_for_a_missing_id_is_no_id(
    properties: dict[str, object], unique: str | None
) -> None:
    seen = event()
    seen["attributes"]["event_properties"] = properties
    (found,) = exports.read(json.dumps(page(seen)).encode()).events
    assert found.unique_id == unique


def test_time_is_the_datetime_else_the_timestamp() -> None:
    both, zoneless = event(), event("E2")
    both["attributes"] |= {"timestamp": 0, "datetime": "2026-03-02T11:05:00+01:00"}
    zoneless["attributes"]["datetime"] = "2026-03-02T10:05:00"
    exported = exports.read(json.dumps(page(both, zoneless)).encode())
    assert [one.at for one in exported.events] == [AT * SECOND, AT * SECOND]
    assert exported.notes == ("1 time without a zone was not used",)


def test_values_are_exact() -> None:
    text = json.dumps(page(event(), event("E2"))).replace("{}", '{"$value": 29.980}', 1)
    found = exports.read(text.replace("{}", '{"$value": "0.1e1"}').encode()).events
    assert [one.value for one in found] == [Decimal("29.98"), Decimal(1)]
    for bad in ("NaN", "Infinity", "a lot", True, None, [1], {"a": 1}):
        assert worth(bad) is None


def test_rows_that_show_nothing_are_counted_by_reason() -> None:
    lost = event()
    del lost["relationships"]
    rows = (
        page(event(), lost, {"type": "list", "id": "L"}, profile("")),
        {"errors": [{"status": 429}]},
        page(included=()),
    )
    assert exports.read(lines(*rows)).not_used == {
        "error-answer": 1,
        "no-identifier": 1,
        "no-profile-id": 1,
        "other-resource": 1,
    }


def test_rows_that_cannot_be_read_are_rejects_with_their_place() -> None:
    odd = {"type": "event", "id": "E", "attributes": ["x"]}
    exported = exports.read(
        lines(page(event(), 7, odd), {"a": 1}, [1]) + b"{broken\n" + lines(page(event("E2"))),
        name="e",
    )
    assert [(one.origin, one.slug) for one in exported.rejects] == [
        ("e:1#2", "bad-row"),
        ("e:1#3", "bad-payload"),
        ("e:2", "bad-payload"),
        ("e:3", "bad-row"),
        ("e:4", "bad-json"),
    ]
    assert [one.event_id for one in exported.events] == ["EVENT1", "E2"]
    assert account(exported) == (4, 0, 5)


def test_cut_file_keeps_the_pages_before_the_cut() -> None:
    data = lines(page(event("E1")), page(event("E2")))
    exported = exports.read(gzip.compress(data)[:-4])
    assert "cut" in slugs(exported) or "corrupt" in slugs(exported)
    exported = exports.read(data[:-20])
    assert (slugs(exported), len(exported.events)) == (["cut"], 1)


def test_page_without_any_element_is_a_page() -> None:
    assert exports.read(b'{"data": [], "links": {"next": null}}').rows == 0
    assert exports.read(json.dumps(timeline()).encode()).formats == ("timeline",)


# --- the classic API


def test_timeline_shows_events_and_persons() -> None:
    row = past(datetime="2021-11-23 11:21:01+00:00", event_properties={"$value": 100})
    exported = exports.read(json.dumps(timeline(row)).encode())
    (found,) = exported.events
    assert (found.metric, found.at, found.value) == (
        "Placed Order",
        1637666461 * SECOND,
        Decimal(100),
    )
    assert [one.profile for one in exported.profiles] == ["EXAMP1"]
    assert account(exported) == (1, 0, 0)


def test_person_of_the_documented_example_has_no_id_and_so_no_profile() -> None:
    person = {"object": "person", "$email": "george@example.com"}
    exported = exports.read(json.dumps(timeline(past(person=person), past(person=None))).encode())
    assert exported.not_used == {"no-profile-id": 2}
    nobody = lines({"object": "person", "email": "", "id": ""})
    assert exports.read(nobody).not_used == {"no-identifier": 1}


def test_event_without_an_id_of_its_own_is_known_by_its_uuid() -> None:
    lone = event()
    lone["attributes"]["uuid"] = lone.pop("id")
    classic = past(uuid="EVENT1")
    del classic["id"]
    for data in (page(event("E0"), lone), timeline(classic, {"object": "metric"})):
        assert exports.read(json.dumps(data).encode()).events[-1].event_id == "EVENT1"


def test_single_person_shows_what_it_holds_and_its_bare_id_is_the_profile() -> None:
    person = {"object": "person", "id": "EXAMP1", "$id": "b1", "$phone_number": "+15005550006"}
    data = json.dumps(person).encode()
    assert [one.name for one in sources.formats() if one.sniff(data, "")] == []
    (found,) = exports.read(data).profiles
    assert found.profile == "EXAMP1"
    assert keyed(found) == {"external_id": "b1", "phone_number": "+15005550006"}


# --- tables


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize(
    "header",
    [
        "Email,Klaviyo ID,First Name,Zip Code,Email Marketing Consent,Date Added",
        "Email,Phone Number,First Name,State / Region,Email Marketing Consent,SMS Consent",
        "EMAIL,klaviyo id,External ID,phone number",
        "email,profile_id",
        '"External ID","Last Name","E-mail"',
    ],
)
def test_headers_of_profile_tables_are_known_by_their_words(header: str, sign: str) -> None:
    names = header.split(",")
    cells = {"email": "b@example.com", "id": "EXAMPLEA", "number": "+15005550006"}
    row = [cells.get(name.strip('"').lower().split("_")[-1].split(" ")[-1], "x") for name in names]
    exported = exports.read(f"{sign.join(names)}\n{sign.join(row)}\n".encode())
    assert exported.formats == ("profile-table",)
    (found,) = exported.profiles
    assert found.profile == ("EXAMPLEA" if "klav" in header.lower() or "_id" in header else None)
    assert found.identifiers


def test_table_with_a_column_of_calls_is_no_table_of_profiles() -> None:
    for header in ("Email,First Name,Sent At", "Email,Klaviyo ID,Event", "Email,Country"):
        data = f"{header}\na@x.example,b,c\n".encode()
        assert [one.name for one in EXPORTS if one.sniff(data, "")] == []


def test_columns_of_one_meaning_may_agree_and_not_differ() -> None:
    data = b"Email,email address,Klaviyo ID\na@x.example,a@x.example,A\na@x.example,b@x.example,B\n"
    exported = exports.read(data)
    assert [one.profile for one in exported.profiles] == ["A"]
    assert slugs(exported) == ["duplicate-key"]


def test_ragged_and_undecodable_rows_of_a_table_are_rejects() -> None:
    data = b"Email,Klaviyo ID\na@x.example,A\na@x.example\n\xff@x.example,B\n,\n"
    exported = exports.read(data)
    assert slugs(exported) == ["ragged-row", "undecodable"]
    assert account(exported) == (1, 1, 2)


@pytest.mark.parametrize(
    "header",
    [
        "Source Profile ID,Source Email,Destination Profile ID,Destination Email,Merged At",
        "source_id,source_phone_number,destination_id,destination_external_id,merge_date",
        "sourceProfileId,sourceExternalId,targetProfileId,targetEmail,timestamp",
        "From Klaviyo ID,From Email,To Klaviyo ID,To Email,Merge time",
        "Source ID,Source Created Date,Destination ID,Destination Created Date,Merged At",
    ],
)
def test_headers_of_merge_logs_are_known_by_their_words(header: str) -> None:
    data = f"{header}\nEXAMPLEB,x,EXAMPLEA,y,2026-03-03T00:00:00Z\n".encode()
    exported = exports.read(data)
    assert exported.formats == ("merge-log",)
    (found,) = exported.merges
    assert (found.source, found.destination) == ("EXAMPLEB", "EXAMPLEA")
    assert found.at == 1772496000 * SECOND


# --- the whole reading


def test_files_of_every_kind_are_read_together_and_others_passed_over(tmp_path: Path) -> None:
    for number, export in enumerate(EXPORTS):
        (tmp_path / f"{number}").write_bytes(export.sample)
    (tmp_path / "readme").write_text("Dear all,")
    exported = exports.read(tmp_path)
    assert exported.formats == tuple(export.name for export in EXPORTS)
    assert "1" in exported.notes[-1]
    assert account(exported)[2] == 0


def test_faults_of_all_inputs_come_in_one_message(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="and 10 more"):
        exports.read([tmp_path / f"none-{number}" for number in range(30)])
    with pytest.raises(UnreadableError, match="empty"):
        exports.read(b"")
    with pytest.raises(UnreadableError, match="packed twice"):
        exports.read(gzip.compress(gzip.compress(lines(page(event())))))
    with pytest.raises(UnreadableError, match="no export"):
        exports.read([])


rows = st.one_of(
    json_values,
    st.builds(lambda value: page(event(), value), json_values),
    st.builds(lambda value: {**event(), "attributes": value}, json_values),
    st.builds(lambda value: page(profile(email=value)), json_values),
    st.builds(lambda value: timeline(past(person=value), value), json_values),
)


@given(st.lists(rows, max_size=5))
def test_accounting_adds_up_for_any_rows(given_rows: list[object]) -> None:
    for first in (page(event()), timeline(past())):
        every = [first, *given_rows]
        as_lines = exports.read(lines(*every))
        assert account(as_lines) == account(exports.read(json.dumps(every).encode()))
        assert len(as_lines.events) >= 1


@given(st.binary(max_size=120))
@settings(max_examples=60)
def test_any_bytes_are_read_or_one_error(data: bytes) -> None:
    for export in EXPORTS:
        for variant in (data, export.sample + data, gzip.compress(export.sample)[:60] + data):
            try:
                account(exports.read(variant))
            except IdgraphError as error:
                assert str(error)  # noqa: PT017 - either way is right


def test_nothing_that_reading_says_holds_a_value() -> None:
    secret = json.dumps(CANARY)
    inputs = [
        lines(
            page(
                event(CANARY, CANARY, **{"$event_id": {CANARY: CANARY}}),
                profile(CANARY, email=[CANARY], created=CANARY),
                profile(email={CANARY: 1}),
                {"type": CANARY, "id": CANARY, "attributes": CANARY},
                {"type": "event", "id": [CANARY], "attributes": {CANARY: 1}},
            ),
            {"errors": [CANARY]},
            {CANARY: CANARY},
        )
        + f"{{{secret}: {secret}\n".encode(),
        json.dumps(timeline(past(person={"id": {CANARY: 1}}), past(event_properties=CANARY))),
        f'Email,Klaviyo ID,{CANARY}\n{CANARY},1\n"{CANARY}"x,1,2\n{CANARY},{CANARY},{CANARY}',
        f"Source ID,Destination ID,Merged At\n{CANARY},,\n{CANARY},{CANARY},{CANARY}\n",
        secret,
    ]
    for data in inputs:
        try:
            found = exports.read(data.encode() if isinstance(data, str) else data)
            told = repr((found, found.rejects, found.notes, found.not_used))
        except IdgraphError as error:
            told = f"{error} {error!r} {error.__context__!r}"
        assert "canary" not in told
        assert "secret" not in told


# --- what was sent, as an export names it


def test_value_of_a_call_is_found_wherever_its_endpoint_puts_it() -> None:
    one = {"attributes": {"value": 7.50}}
    for payload in (
        {"properties": {"$value": "7.5"}},
        {"data": one},
        {"data": {"attributes": {"properties": {"$value": 7.5}}}},
        {"attributes": {"events": {"data": [one]}}},
    ):
        assert sent_value(payload) == Decimal("7.5")
    assert sent_value({"attributes": {"events": {"data": []}}, "properties": []}) is None


def test_metric_that_the_browser_script_renames_has_the_name_that_people_see() -> None:
    assert metric_name("__activity__") == "Active on Site"
    assert metric_name("Placed Order") == "Placed Order"
