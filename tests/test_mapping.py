"""A log of any shape is read by paths, and every word of a mapping is checked before it is."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph import mapping
from idgraph.calls import History, Identifier
from idgraph.errors import IdgraphError, UnreadableError, UsageError
from idgraph.mapping.paths import path_of
from idgraph.sources import formats, read
from idgraph.sources.base.paths import reached

EMAIL = mapping.parse(["email=m"])
CANARY = "canary-7f3a@secret.example"
NOON = 1618560000
EXCHANGES = next(one for one in formats() if one.name == "exchange-log")

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
steps = st.lists(names | st.integers(0, 20).map(str), min_size=1, max_size=5).map(tuple)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd\0"), max_size=8)
tables = st.lists(
    st.fixed_dictionaries(
        {"sent_at": st.integers(NOON, NOON + 9).map(str)},
        optional=dict.fromkeys(("external_id", "email", "phone_number", "event", "person"), cells),
    ),
    min_size=1,
    max_size=5,
)


def mapped(data: bytes, *arguments: str) -> History:
    return read(data, format=mapping.source(mapping.parse(arguments)))


def lines(*rows: object) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def slugs(history: History) -> list[str]:
    return [one.slug for one in history.reading.rejects]


def pointer(path: tuple[str, ...]) -> str:
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in path)


def dotted(path: tuple[str, ...], *, brackets: bool = False) -> str:
    text = ""
    for name in path:
        if brackets and re.fullmatch("[0-9]+", name):
            text += f"[{name}]"
        else:
            text += ("." if text else "") + re.sub(r"([.\[\]\\/])", r"\\\1", name)
    return text


# --- paths


@given(steps)
def test_every_spelling_of_a_path_is_the_same_path(path: tuple[str, ...]) -> None:
    spellings = (pointer(path), dotted(path), dotted(path, brackets=True))
    assert [path_of(spelling) for spelling in spellings] == [path] * 3


@given(json_values, steps)
def test_path_reaches_what_its_names_lead_to(value: object, path: tuple[str, ...]) -> None:
    row = value
    for name in reversed(path):
        row = {name: row}
    assert reached(row, path) == (value,)
    assert reached({"held": [json.dumps(row)]}, ("held", "0", *path)) == (value,)
    assert reached(row, (*path[:-1], "another " + path[-1])) == ()


@given(st.text(max_size=12))
def test_any_text_is_a_path_or_none(text: str) -> None:
    found = path_of(text)
    assert found is None or path_of(pointer(found)) == found


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a[", "a]", "a[x]", "a[0]b", "a.[0]", "a\\", "/a~2"]
)
def test_text_that_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="neither /a/b nor"):
        mapping.parse([f"email={text}"])


# --- what a mapping says


def test_mapping_is_the_same_in_arguments_and_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text(
        'email = ["payload.user.mail", "/mail"]\nexternal_id = "/user/id"\n'
        '[constants]\nchannel = "server"\n'
    )
    said = ("email=payload.user.mail", "email=/mail", "external_id=/user/id", "channel:=server")
    assert mapping.parse([str(file)]) == mapping.parse(said)
    both = mapping.parse([str(file), "phone_number=phone"])
    assert list(both.columns) == ["email", "external_id", "phone_number"]
    assert both.constants == {"channel": "server"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["emial=a"], "did you mean `email`"),
        (["$id=a", "email=b"], "`$id` is no column"),
        (["externalid=a"], "did you mean `external_id`"),
        (["email"], "entry 1 is neither"),
        (["channel=a"], "neither an identifier nor a `url`"),
        ([], "neither an identifier nor a `url`"),
        (["email=a", "body=b"], "`body` needs a `url`"),
        (["url=a", "email=b", "event=c"], "`email` comes from them"),
        (["email=a", "channel:=server", "channel:=form"], "two constants"),
        (["emial=a", "sentat=b", "x"], "did you mean `sent_at`"),
    ],
)
def test_wrong_mapping_says_what_is_wrong(arguments: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)) as error:
        mapping.parse(arguments)
    assert "phone_number" in error.value.remedy


def test_every_fault_of_a_mapping_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text('emial = "a"\nemail = 3\nconstants = 1\n[user]\nid = "x"\n')
    with pytest.raises(UsageError) as error:
        mapping.parse([str(file), "event=a."])
    assert str(error.value).count(";") >= 4


def test_file_that_cannot_be_read_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("email = ")
    (tmp_path / "bytes.toml").write_bytes(b'email = "\xff"')
    for name in ("none.toml", "bad.toml", "bytes.toml"):
        with pytest.raises(UnreadableError, match=name):
            mapping.parse([str(tmp_path / name)])


def test_nothing_but_a_plain_word_of_a_mapping_is_repeated() -> None:
    for argument in (f"{CANARY}=a", f"email={CANARY}..", CANARY, f"{CANARY}:=a"):
        with pytest.raises(UsageError) as error:
            mapping.parse([argument])
        assert "canary" not in str(error.value)


# --- rows of calls


@given(tables)
def test_mapped_call_table_is_read_as_the_call_table_itself(table: list[dict[str, str]]) -> None:
    columns = sorted({name for row in table for name in row} | {"email"})
    arguments = [f"{name}={name}" for name in columns]
    sheet = io.StringIO(newline="")
    writer = csv.DictWriter(sheet, columns, restval="")
    writer.writeheader()
    writer.writerows(table)
    for data in (lines(*table), json.dumps(table).encode(), sheet.getvalue().encode()):
        own, ours = read(data, format="call-table"), mapped(data, *arguments)
        assert ours.calls == own.calls
        assert (ours.ties, ours.reading.rejects) == (own.ties, own.reading.rejects)
        assert ours.reading.not_calls == own.reading.not_calls


@given(tables)
def test_rows_moved_deep_inside_are_read_as_they_were(table: list[dict[str, str]]) -> None:
    columns = sorted({name for row in table for name in row} | {"email"})
    deep = [{"log.v": [{"é/~": row}]} for row in table]
    flat = mapped(lines(*table), *(f"{name}={name}" for name in columns))
    for spelt in (pointer, dotted):
        arguments = [f"{name}={spelt(('log.v', '0', 'é/~', name))}" for name in columns]
        assert mapped(lines(*deep), *arguments).calls == flat.calls


def test_every_column_of_a_call_can_be_mapped() -> None:
    row = {
        "who": {"id": 42, "mail": "b@example.com", "tel": "+15005550006", "device": "a1"},
        "k": ["kx.1", "EXAMP1"],
        "when": {"said": NOON, "left": NOON + 1, "came": NOON + 2, "done": NOON + 3},
        "what": {"how": "mobile", "path": "track", "name": "Placed Order", "id": "o-1"},
        "truth": {"person": "betty", "profile": "EXAMP2"},
    }
    paths = {
        "external_id": "who.id",
        "email": "/who/mail",
        "phone_number": "who.tel",
        "anonymous_id": "who.device",
        "_kx": "k[0]",
        "profile_id": "/k/1",
        "occurred_at": "when.said",
        "sent_at": "when.left",
        "received_at": "when.came",
        "answered_at": "when.done",
        "channel": "what.how",
        "endpoint": "what.path",
        "event": "what.name",
        "event_id": "what.id",
        "person": "truth.person",
        "observed_profile": "truth.profile",
    }
    assert paths.keys() == {*mapping.NAMES} - {*mapping.REQUEST}
    arguments = (f"{name}={path}" for name, path in paths.items())
    call = mapped(lines(row), *arguments).call(1)
    assert {one.key: one.value for one in call.identifiers} == {
        "profile_id": "EXAMP1",
        "external_id": 42,
        "email": "b@example.com",
        "phone_number": "+15005550006",
        "anonymous_id": "a1",
        "_kx": "kx.1",
    }
    assert (call.channel, call.endpoint, call.event) == ("mobile", "track", "Placed Order")
    assert (call.event_id, call.person, call.observed) == ("o-1", "betty", "EXAMP2")
    clocks = (call.occurred_at, call.sent_at, call.received_at, call.answered_at)
    assert clocks == tuple((NOON + n) * 10**6 for n in range(4))


def test_constant_stands_in_wherever_a_row_has_none() -> None:
    history = mapped(
        lines({"m": "a@x.example", "c": "form"}, {"m": "b@x.example"}),
        "email=m",
        "channel=c",
        "channel:=server",
    )
    assert [call.channel for call in history] == ["form", "server"]


def test_first_path_that_holds_a_value_counts_and_a_difference_is_noted() -> None:
    history = mapped(
        lines({"a": "", "b": "b@x.example"}, {"a": "a@x.example", "b": "b@x.example"}),
        "email=a",
        "email=b",
    )
    assert [call.keys["email"].text for call in history] == ["b@x.example", "a@x.example"]
    assert any("1 identifier in one call" in note for note in history.reading.notes)


def test_path_that_leads_nowhere_is_named_once() -> None:
    data = lines({"m": "a@x.example", "id": None}, {"m": "b@x.example"})
    history = mapped(data, "email=m", "external_id=id", "event=what/name", "event=what.name")
    notes = [note for note in history.reading.notes if note.startswith("the path")]
    assert [note.split()[2] for note in notes] == ["what/name", "what.name"]
    assert len(history) == 2


@pytest.mark.parametrize(
    ("row", "slug"),
    [
        ({"m": {"x": 1}}, "bad-identifier"),
        ({"m": ["x"]}, "bad-identifier"),
        ({"m": True}, "bad-identifier"),
        ({"m": "a@x.example", "t": {"s": 1}}, "bad-field"),
        ({"m": "a@x.example", "c": [1]}, "bad-field"),
        ({"m": "a@x.example", "c": "pigeon"}, "bad-channel"),
        (["m"], "bad-row"),
        (7, "bad-row"),
    ],
)
def test_path_that_hits_an_object_or_a_wrong_value_is_a_reject(row: object, slug: str) -> None:
    history = mapped(lines({"m": "b@x.example"}, row), "email=m", "sent_at=t", "channel=c")
    assert slugs(history) == [slug]
    assert len(history) == 1
    assert history.reading.rows == 2


def test_row_that_names_nobody_is_counted() -> None:
    assert mapped(lines({"m": None}, {}), "email=m").reading.not_calls == {"no-identifier": 2}


def test_json_inside_a_cell_is_looked_into() -> None:
    data = b'at;entry\n1618560000;"{""user"": {""mail"": ""b@example.com""}}"\n1;"{broken"\n2;x\n'
    history = mapped(data, "email=entry.user.mail", "sent_at=at")
    assert history.call(1).identifiers == (Identifier("email", "b@example.com"),)
    assert slugs(history) == ["bad-json"]
    assert history.reading.not_calls == {"no-identifier": 1}


def test_header_that_stands_twice_is_a_reject_only_where_its_cells_differ() -> None:
    data = b"m,m,x,x\na@x.example,a@x.example,1,2\na@x.example,b@x.example,1,1\n"
    history = mapped(data, "email=m")
    assert slugs(history) == ["duplicate-key"]
    assert len(history) == 1


def test_foreign_columns_with_dots_are_named_by_pointer_or_backslash() -> None:
    data = b"user.mail\nb@example.com\n"
    for path in ("/user.mail", r"user\.mail"):
        assert len(mapped(data, f"email={path}")) == 1
    assert len(mapped(data, "email=user.mail")) == 0


# --- rows of requests


def test_mapped_requests_are_read_as_an_exchange_log() -> None:
    assert isinstance(EXCHANGES.sample, bytes)
    foreign = [
        {
            "http": {"verb": row["request"].get("method"), "to": row["request"]["url"]},
            "sent": [row["request"].get("headers"), row["request"].get("body")],
            "back": row.get("response", {}),
            "rest": row,
        }
        for row in map(json.loads, EXCHANGES.sample.splitlines())
    ]
    shared = ("sent_at", "answered_at", "channel", "person", "observed_profile")
    history = mapped(
        lines(*foreign),
        "url=http.to",
        "method=http.verb",
        "headers=sent[0]",
        "body=sent[1]",
        "status=/back/status",
        "answer=/back/body",
        *(f"{name}=rest.{name}" for name in shared),
    )
    own = read(EXCHANGES.sample)
    assert history.calls == own.calls
    assert history.reading.not_calls == own.reading.not_calls


def test_requests_in_a_table_keep_their_parts_as_text() -> None:
    body = json.dumps({"properties": {"$id": "b1"}})
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(["when", "to", "what", "head"])
    head = json.dumps({"Origin": "https://shop.example"})
    writer.writerow([NOON, "https://a.klaviyo.com/api/identify", body, head])
    writer.writerow([NOON, "", body, ""])
    arguments = ("url=to", "body=what", "headers=head", "received_at=when", "person:=betty")
    history = mapped(sheet.getvalue().encode(), *arguments)
    call = history.call(1)
    assert call.identifiers == (Identifier("external_id", "b1"),)
    assert (call.channel, call.person, call.received_at) == ("browser", "betty", NOON * 10**6)
    assert history.reading.not_calls == {"no-request": 1}


def test_typed_tables_cannot_be_mapped_and_say_so() -> None:
    with pytest.raises(UnreadableError, match="Parquet"):
        mapped(b"PAR1....", "email=m")
    with pytest.raises(UsageError, match="DataFrame"):
        read(pd.DataFrame({"m": ["b@example.com"]}), format=mapping.source(EMAIL))


# --- whatever comes


@given(st.lists(json_values, max_size=5), st.binary(max_size=60))
def test_any_rows_and_any_bytes_are_accounted_for(rows: list[Any], tail: bytes) -> None:
    for data in (lines(*rows) + tail, json.dumps(rows).encode() + tail, b"a,b\n" + tail):
        for arguments in (("email=a", "sent_at=/b/0"), ("url=a", "body=b")):
            try:
                reading = mapped(data, *arguments).reading
            except IdgraphError as error:
                assert str(error)  # noqa: PT017 - either way is right
                continue
            others = sum(reading.not_calls.values()) + len(reading.rejects)
            assert reading.rows == reading.with_calls + others


def test_nothing_that_a_mapped_reading_says_holds_a_value() -> None:
    rows = [
        {"m": {CANARY: CANARY}, CANARY: 1},
        {"m": CANARY, "t": CANARY},
        {"m": CANARY, "c": CANARY},
        {"m": CANARY, "n": CANARY + "2"},
    ]
    arguments = ("email=m", "email=n", "sent_at=t", "channel=c", "event=none")
    history = mapped(lines(*rows), *arguments)
    assert "canary" not in repr((history.reading, history))
    assert len(history) == 2
