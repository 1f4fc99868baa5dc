"""Every source reads its sample, and no input, however broken, loses a row or a digit."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import zlib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idgraph.calls import Call, History, Identifier
from idgraph.clocks import iso
from idgraph.errors import IdgraphError, RejectedRowsError, UnreadableError, UsageError
from idgraph.sources import formats, read, write_rejects
from idgraph.sources.base import Source

SOURCES = formats()
CANARY = "canary-7f3a@secret.example"

keys = st.sampled_from(["external_id", "email", "phone_number", "anonymous_id", "_kx"])
plain_texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"), max_size=12
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def sample_of(source: Source) -> bytes:
    return source.sample if isinstance(source.sample, bytes) else source.sample()


def seen(call: Call, wanted: Any) -> dict[str, Any]:
    found = {one.key: one.value for one in call.identifiers}
    return found | {name: getattr(call, name) for name in wanted if hasattr(call, name)}


def account(history: History) -> tuple[int, int, int]:
    """Return calls' rows, not-calls and rejects, having checked that nothing is lost."""
    reading = history.reading
    others = sum(reading.not_calls.values())
    assert reading.rows == reading.with_calls + others + len(reading.rejects)
    assert reading.calls == len(history)
    assert all(reject.origin and reject.slug and reject.reason for reject in reading.rejects)
    assert all(call.origin and call.identifiers for call in history)
    return reading.with_calls, others, len(reading.rejects)


def said(history: History) -> str:
    """Return everything that reading says about the input beside the calls."""
    reading = history.reading
    return repr((reading.rejects, reading.notes, reading.not_calls, reading.formats, history))


def slugs(history: History) -> list[str]:
    account(history)
    return [reject.slug for reject in history.reading.rejects]


def identify(**properties: object) -> dict[str, Any]:
    url = "https://a.klaviyo.com/api/identify"
    return {"request": {"method": "POST", "url": url, "body": {"properties": properties}}}


def lines(*rows: object) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


LOG = lines(*(identify(**{"$id": f"b{number}"}) for number in range(3)))


# --- the registry


@pytest.mark.parametrize("source", SOURCES, ids=lambda it: it.name)
def test_sample_is_recognised_and_reads_to_what_it_expects(source: Source) -> None:
    sample = sample_of(source)
    assert [one.name for one in SOURCES if one.sniff(sample, "")] == [source.name]
    history = read(sample)
    assert account(history)[2] == 0
    assert history.reading.formats == (source.name,)
    assert [seen(c, w) for c, w in zip(history, source.expect, strict=True)] == [
        dict(wanted) for wanted in source.expect
    ]


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=lambda it: it.name)
def test_broken_variants_of_a_sample_are_rejects_or_one_error(source: Source) -> None:
    sample = sample_of(source)
    variants = [sample[:size] for size in range(0, len(sample), 7)]
    for place in range(0, len(sample), 5):
        flipped = sample[place] ^ (1 << place % 8)
        variants.append(sample[:place] + bytes([flipped]) + sample[place + 1 :])
        variants.append(sample[:place] + b"\0" + sample[place:])
        variants.append(sample[:place] + b"\xff\xfe" + sample[place:])
    variants += [sample * 2, sample[::-1], sample + b"\0", b"\xef\xbb\xbf" + sample]
    for variant in variants:
        for format_name in (None, source.name):
            try:
                account(read(variant, format=format_name))
            except IdgraphError as error:
                assert str(error)  # noqa: PT017 - either way is right


@pytest.mark.parametrize("source", SOURCES, ids=lambda it: it.name)
def test_sample_reads_the_same_in_every_wrapping(source: Source, tmp_path: Path) -> None:
    sample = sample_of(source)
    expected = [(call.identifiers, call.at) for call in read(sample)]
    wrappings = {
        "gz": gzip.compress(sample),
        "gz-twice-begun": gzip.compress(sample[:20]) + gzip.compress(sample[20:]),
        "bom": b"\xef\xbb\xbf" + sample,
        "utf16": sample.decode().encode("utf-16"),
        "utf16-be": b"\xfe\xff" + sample.decode().encode("utf-16-be"),
        "crlf": sample.replace(b"\n", b"\r\n"),
    }
    for name, data in wrappings.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert [(call.identifiers, call.at) for call in read(path)] == expected, name
        with path.open("rb") as file:
            assert [(call.identifiers, call.at) for call in read(file)] == expected, name


@pytest.mark.parametrize("source", SOURCES, ids=lambda it: it.name)
def test_format_can_be_named_with_either_dash(source: Source) -> None:
    for name in (source.name, source.name.replace("-", "_").upper()):
        assert len(read(sample_of(source), format=name)) == len(source.expect)


# --- rows of JSON


def test_broken_line_rejects_only_itself() -> None:
    rows = LOG.splitlines(keepends=True)
    history = read(rows[0] + b"{broken\n" + rows[1] + b"\xff\n\n" + b"[1]\n" + rows[2])
    assert slugs(history) == ["bad-json", "undecodable", "bad-row"]
    assert [call.origin for call in history] == ["<bytes>:1", "<bytes>:3", "<bytes>:7"]
    assert [reject.origin for reject in history.reading.rejects] == [
        "<bytes>:2",
        "<bytes>:4",
        "<bytes>:6",
    ]


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_array_gives_each_row_the_line_on_which_it_starts(indent: int | None) -> None:
    rows = [identify(**{"$id": number}) for number in range(3)]
    text = json.dumps(rows, indent=indent)
    starts = [f"<bytes>:{text[: place(text, n)].count(chr(10)) + 1}" for n in range(3)]
    assert [call.origin for call in read(text.encode())] == starts


def place(text: str, number: int) -> int:
    found = -1
    for _ in range(number + 1):
        found = text.index('{"request"' if '{"request"' in text else "{\n", found + 1)
        while not text[found + 1 :].lstrip().startswith('"request"'):
            found = text.index("{\n", found + 1)
    return found


def test_broken_element_of_an_array_rejects_only_itself() -> None:
    one, two, three = (json.dumps(identify(**{"$id": n}), indent=1) for n in range(3))
    for broken in (two.replace(":", ";", 1), two.replace("}", "", 1), two.replace('"', "", 1)):
        history = read(f"[\n{one},\n{broken},\n{three}\n]\n".encode())
        assert slugs(history) == ["bad-json"]
        assert [call.identifiers[0].text for call in history] == ["0", "2"]


def test_latin_1_is_read_with_a_warning_wherever_it_begins() -> None:
    long = {**identify(id="b1"), "note": "x" * 2000}
    rows = [identify(email="ren\u00e9@example.com"), *[long] * 200]
    for ordered in (rows, rows[::-1]):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ordered)
        plain, latin = read(text.encode()), read(text.encode("latin-1"))
        assert [call.identifiers for call in latin] == [call.identifiers for call in plain]
        assert any("is no UTF-8" in note for note in latin.reading.notes)
        assert not any("UTF-8" in note for note in plain.reading.notes)


def test_a_character_cut_by_a_buffer_is_no_latin_1() -> None:
    row = json.dumps({**identify(id="b1"), "note": "x" * 2000}) + "\n"
    named = json.dumps(identify(id="\u20ac"), ensure_ascii=False) + "\n"
    for over in range(4):
        fill = (1 << 18) - over - named.encode().index(b"\xe2")
        padding = row * (fill // len(row)) + " " * (fill % len(row) - 1) + "\n"
        history = read((padding + named).encode())
        assert [*history][-1].identifiers[0].text == "\u20ac"
        assert not slugs(history)


def test_broken_bytes_amid_utf_8_are_rejects_and_no_latin_1() -> None:
    whole = json.dumps(identify(email="ren\u00e9@example.com"), ensure_ascii=False).encode()
    history = read(whole + b"\n" + whole.replace(b"\xc3", b"") + b"\n")
    assert (len(history), slugs(history)) == (1, ["undecodable"])


def test_bad_bytes_in_an_array_reject_only_their_row() -> None:
    rows = [identify(**{"$id": f"b{number}"}) for number in range(3)]
    data = json.dumps(rows).encode().replace(b"b1", b"b\xff")
    history = read(data)
    assert slugs(history) == ["undecodable"]
    assert len(history) == 2


def test_pretty_printed_objects_are_rows() -> None:
    text = json.dumps(identify(**{"$id": "b1"}), indent=4)
    assert [call.origin for call in read(text.encode())] == ["<bytes>:1"]
    assert len(read(f"{text}\n{text}\n".encode())) == 2


@pytest.mark.parametrize("keep", [1, 17, 60])
def test_cut_array_keeps_rows_until_the_cut(keep: int) -> None:
    data = json.dumps([json.loads(line) for line in LOG.splitlines()]).encode()
    history = read(data[:-keep])
    assert slugs(history) == ["cut"]
    assert len(history) == (3 if keep == 1 else 2)
    assert f"byte {len(data) - keep}" in history.reading.rejects[0].reason


def test_cut_last_line_is_told_from_a_broken_one() -> None:
    assert slugs(read(LOG[:-9])) == ["cut"]
    assert slugs(read(LOG[:-9] + b"\n")) == ["bad-json"]
    assert slugs(read(LOG[:-1])) == []


@pytest.mark.parametrize(
    ("row", "slug"),
    [
        (b'{"request": NaN}', "bad-number"),
        (b'{"request": 1, "request": 2}', "duplicate-key"),
        (b'{"request": ' + b"[" * 600 + b"]" * 600 + b"}", "too-deep"),
        (b'{"request": 1}', "bad-request"),
        (lines({**identify(id=1), "channel": "carrier pigeon"}), "bad-channel"),
        (lines({**identify(id=1), "person": ["x"]}), "bad-field"),
        (lines(identify(id=True)), "bad-identifier"),
        (lines(identify(id="\ufffd")), "undecodable"),
        (lines({**identify(id=1), "person": "\ufffd"}), "undecodable"),
    ],
)
def test_row_that_cannot_be_kept_exactly_is_a_reject(row: bytes, slug: str) -> None:
    assert slugs(read(LOG + row.strip() + b"\n")) == [slug]


def test_longest_line_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idgraph.sources.base.rows.LINE", 400)
    long = lines(identify(id="x" * 2000))
    history = read(LOG + long + LOG)
    assert slugs(history) == ["too-long"]
    assert [call.origin for call in history][-1] == "<bytes>:7"


def test_line_separators_inside_texts_do_not_cut_a_line() -> None:
    row = json.dumps(identify(**{"$id": "a\u2028b\x85c"}), ensure_ascii=False)
    assert read(row.encode()).call(1).identifiers[0].text == "a\u2028b\x85c"


def test_integers_and_floats_keep_every_digit() -> None:
    row = b'{"request": {"method": "POST", "url": "/api/identify", "body": {"properties": {"id": '
    for digits in (b"18446744073709551617", b"9007199254740993", b"1.10", b"-7"):
        (call,) = read(row + digits + b"}}}}\n")
        assert call.identifiers == (Identifier("external_id", digits.decode(), number=True),)


def test_rows_without_a_request_or_of_other_kinds_are_counted() -> None:
    other = {"request": {"method": "GET", "url": "https://shop.example.com/a.png"}}
    history = read(LOG + lines({"level": "info"}, other, identify()))
    assert account(history) == (3, 3, 0)
    assert history.reading.not_calls == {
        "no-identifier": 1,
        "no-request": 1,
        "not-an-identity-request": 1,
    }


# --- packed inputs


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_cut_gzip_keeps_rows_until_the_cut(keep: float) -> None:
    noise = random.Random(1)  # noqa: S311 - noise that packs badly
    rows = [identify(**{"$id": noise.randbytes(40).hex()}) for _ in range(500)]
    packed = gzip.compress(lines(*rows))
    history = read(packed[: int(len(packed) * keep)])
    assert slugs(history) == ["cut"]
    assert 0 < len(history) < 500
    assert "byte" in history.reading.rejects[0].reason
    assert [c.identifiers[0].text for c in history] == [
        row["request"]["body"]["properties"]["$id"] for row in rows[: len(history)]
    ]


@pytest.mark.slow
def test_cut_gzip_of_a_table_drops_the_half_row() -> None:
    noise = random.Random(2)  # noqa: S311 - noise that packs badly
    table = "email,sent_at\n" + "".join(
        f"{noise.randbytes(20).hex()}@example.com,{n + 1618560000}\n" for n in range(900)
    )
    for keep in range(10, 2000, 97):
        packed = gzip.compress(table.encode())[:-keep]
        history = read(packed)
        assert slugs(history) == ["cut"]
        assert all(call.identifiers[0].text.endswith("@example.com") for call in history)
        assert all(call.at is not None and call.at > 1618559999_000000 for call in history)


def test_damaged_gzip_keeps_rows_until_the_damage() -> None:
    packed = bytearray(gzip.compress(lines(*(identify(id=n) for n in range(5000)))))
    packed[len(packed) // 2] ^= 0x55
    history = read(bytes(packed))
    assert set(slugs(history)) & {"corrupt", "cut", "bad-json"}
    packed = bytearray(gzip.compress(LOG))
    packed[-5] ^= 0x55
    assert "corrupt" in slugs(read(bytes(packed)))


def test_gzip_bomb_is_stopped() -> None:
    maker = zlib.compressobj(9, wbits=31)
    packed = maker.compress(LOG)
    for _ in range(80):
        packed += maker.compress(b" " * (1 << 20))
    assert slugs(read(packed + maker.flush())) == ["too-dense"]


def test_zstd_is_read_and_a_cut_is_told() -> None:
    zstandard = pytest.importorskip("zstandard")
    packed = zstandard.ZstdCompressor().compress(LOG)
    assert len(read(packed)) == 3
    assert len(read(packed + packed)) == 6
    assert "cut" in slugs(read(packed[:-3], format="exchange-log"))


def test_input_packed_twice_is_refused() -> None:
    with pytest.raises(UnreadableError, match="packed twice"):
        read(gzip.compress(gzip.compress(LOG)))


# --- tables


def test_separators_are_told_by_the_header() -> None:
    for sign in ",;\t":
        data = f"external_id{sign}email\n007{sign}b@example.com\n".encode()
        assert dict(read(data).call(1).keys) == {
            "external_id": Identifier("external_id", "007"),
            "email": Identifier("email", "b@example.com"),
        }


def test_row_of_a_table_starts_where_its_first_cell_does() -> None:
    data = b'email,event\n"a@example.com","two\nlines"\nb@example.com,x\n\nc@example.com,y\n'
    assert [call.origin[-1] for call in read(data)] == ["2", "4", "6"]


def test_rows_that_break_the_table_are_rejects_and_the_rest_is_read() -> None:
    data = (
        b"email,event\na@example.com,x\nragged\na,b,c\n"
        b'"quo"te,x\n\xff@example.com,x\nb@example.com,x\n,x\n'
    )
    history = read(data)
    assert slugs(history) == ["ragged-row", "ragged-row", "bad-quotes", "undecodable"]
    assert [call.identifiers[0].text for call in history] == ["a@example.com", "b@example.com"]
    assert history.reading.not_calls == {"no-identifier": 1}
    assert slugs(read(b'email,event\na@example.com,x\n"b@example.com,x\n')) == ["cut"]


def test_wire_spellings_and_other_cases_of_headers_are_taken() -> None:
    data = (
        b"$ID,Email,$phone_number,$exchange_id,$anonymous,$kid\n1,a@x.example,+15005550006,k,n,p\n"
    )
    assert [one.text for one in read(data).call(1).identifiers] == [
        "p",
        "1",
        "a@x.example",
        "+15005550006",
        "n",
        "k",
    ]


def test_claimed_time_has_other_names_only_where_no_clock_is_there() -> None:
    assert read(b"email,time\na@x.example,1618560000\n").call(1).clock == "occurred_at"
    history = read(b"email,time,sent_at\na@x.example,1618560000,1618560009\n")
    assert (history.call(1).occurred_at, history.call(1).clock) == (None, "sent_at")


def test_two_columns_of_one_name_are_a_reject_only_where_they_differ() -> None:
    history = read(b"email,Email\na@x.example,a@x.example\na@x.example,b@x.example\n,c@x.example\n")
    assert slugs(history) == ["duplicate-key"]
    assert [call.identifiers[0].text for call in history] == ["a@x.example", "c@x.example"]


def test_unknown_columns_are_named_once_and_never_a_value() -> None:
    data = f"email,Shoe size,{CANARY},12345678\na@x.example,1,2,3\nb@x.example,1,2,3\n".encode()
    history = read(data, format="call-table")
    notes = [note for note in history.reading.notes if "columns" in note]
    assert notes == ["columns that were not used: Shoe size, 2 more"]


def test_export_of_profiles_is_no_call_table() -> None:
    data = b"Email,Klaviyo ID,First Name,Date Added\na@x.example,P1,Ann,2021-04-16\n"
    with pytest.raises(UnreadableError):
        read(data)
    assert len(read(data, format="call-table")) == 1


rows_of_tables = st.lists(
    st.dictionaries(keys, plain_texts.filter(lambda text: "\0" not in text), min_size=1),
    min_size=1,
    max_size=5,
)


@given(rows_of_tables)
@settings(max_examples=50)
def test_csv_json_frame_and_parquet_of_one_table_agree(rows: list[dict[str, str]]) -> None:
    pytest.importorskip("pyarrow")
    names = sorted({name for row in rows for name in row})
    timed = [{"sent_at": 1618560000 + n, **row} for n, row in enumerate(rows)]
    sheet = io.StringIO(newline="")
    writer = csv.DictWriter(sheet, ["sent_at", *names], restval="")
    writer.writeheader()
    writer.writerows(timed)
    frame = pd.DataFrame(timed, columns=["sent_at", *names])
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    histories = [
        read(sheet.getvalue().encode(), format="call-table"),
        read(lines(*timed), format="call-table"),
        read(frame),
        read(parquet.getvalue()),
    ]
    found = [[(call.identifiers, call.at) for call in history] for history in histories]
    assert found.count(found[0]) == len(found)
    assert len({account(history) for history in histories}) == 1


def test_numbers_that_pandas_turned_into_floats_are_whole_again_and_said() -> None:
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"external_id": [42, None, 43], "email": ["a@x.example"] * 3})
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    for history in (read(frame), read(parquet.getvalue())):
        found = [call.get("external_id") for call in history]
        assert found[0] == Identifier("external_id", "42", number=True)
        assert found[1] is None
        assert any("whole numbers" in note for note in history.reading.notes)


def test_types_of_a_frame_are_kept() -> None:
    at = pd.Timestamp("2021-04-16T08:00:00.123456789Z")
    frame = pd.DataFrame(
        {
            "external_id": pd.Series(["42", 42, 1.5, None, True, 2**70], dtype=object),
            "email": "a@x.example",
            "sent_at": [at, pd.NaT, pd.NaT, pd.NaT, pd.NaT, pd.NaT],
        }
    )
    history = read(frame, name="fleet")
    assert [one and one.value for one in (call.get("external_id") for call in history)] == [
        "42",
        42,
        1.5,
        None,
        2**70,
    ]
    assert [(r.origin, r.slug) for r in history.reading.rejects] == [("fleet:5", "bad-identifier")]
    assert iso(history.call(1).sent_at) == "2021-04-16T08:00:00.123456Z"


def test_times_of_a_frame_without_a_zone_are_no_times() -> None:
    frame = pd.DataFrame({"email": ["a@x.example"], "sent_at": [pd.Timestamp("2021-04-16")]})
    history = read(frame)
    assert history.call(1).at is None
    assert "1 time without a zone was not used" in history.reading.notes


def test_damaged_parquet_is_one_error_or_rejects() -> None:
    pytest.importorskip("pyarrow")
    parquet = io.BytesIO()
    pd.DataFrame({"email": [f"{n}@x.example" for n in range(50)]}).to_parquet(parquet)
    whole = parquet.getvalue()
    for size in range(4, len(whole), 97):
        with pytest.raises(UnreadableError):
            read(whole[:size])


# --- places


def test_folders_globs_and_lists_are_read_in_sorted_order(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("b.jsonl", "a.jsonl", "in/c.jsonl", ".hidden"):
        (tmp_path / name).write_bytes(lines(identify(id=name)))
    for source in (tmp_path, str(tmp_path / "**" / "*.jsonl")):
        assert [call.identifiers[0].text for call in read(source)] == [
            "a.jsonl",
            "b.jsonl",
            "in/c.jsonl",
        ]
    paths = [tmp_path / "b.jsonl", str(tmp_path / "a.jsonl")]
    assert [c.origin for c in read(paths)] == [f"{path}:1" for path in paths]
    assert [c.origin for c in read(*paths)] == [f"{path}:1" for path in paths]


def test_paths_stay_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("calls.jsonl").write_bytes(LOG)
    assert read("./calls.jsonl").call(1).origin == "./calls.jsonl:1"


def test_other_files_of_a_folder_are_passed_over_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_bytes(LOG)
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\r\n")
    history = read(tmp_path)
    assert len(history) == 3
    assert any(note.startswith("1 file ") for note in history.reading.notes)
    (tmp_path / "calls.jsonl").unlink()
    with pytest.raises(UnreadableError, match="image"):
        read(tmp_path)


def test_links_that_lead_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(LOG)
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "calls.jsonl").write_bytes(LOG)
    (folder / "link").symlink_to(tmp_path / "secret")
    assert len(read(folder)) == 3


def test_standard_input_is_read_and_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(LOG))
    monkeypatch.setattr("sys.stdin", stdin)
    assert [call.origin for call in read("-")] == ["-:1", "-:2", "-:3"]
    assert not stdin.buffer.closed


def test_faults_of_all_inputs_come_in_one_message(tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(b"<!DOCTYPE html><p>Sign in")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableError) as error:
        read([tmp_path / "none", tmp_path / "page", tmp_path / "empty", "no*match", LOG])
    for words in ("4 inputs", "no such file", "HTML", "no file to read", "no file matches"):
        assert words in str(error.value)
    with pytest.raises(UnreadableError) as error:
        read([tmp_path / f"none-{number}" for number in range(30)])
    assert "and 10 more" in str(error.value)


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"<html><body>", "HTML"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"PK\x03\x04....", "zip"),
        (b"PK\x03\x04....xl/workbook.xml", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b'{"log": {"version": "1.2", "pages": []}}', "HAR"),
        (b'{"errors": [{"id": "x", "status": 401}]}', "error answer"),
        (b'{"a": 1}\n{"a": 2}\n', "JSON"),
        (b"\x00\x01\x02\x03\x04", "binary"),
        (b"Dear all,\nplease find", "text"),
    ],
)
def test_unrecognised_input_says_what_it_looks_like(data: bytes, looks: str) -> None:
    with pytest.raises(UnreadableError, match=looks) as error:
        read(data)
    assert error.value.remedy


def test_folder_of_another_kind_of_file_is_one_clear_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableError, match="no regular file"):
        read(tmp_path / "pipe")
    with pytest.raises(UnreadableError, match="expected"):
        read(42)
    with pytest.raises(UnreadableError):
        read("nul\0byte")


def test_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="Did you mean `exchange-log`") as error:
        read(LOG, format="exchangelog")
    assert all(source.name in str(error.value) for source in SOURCES)


# --- the whole reading


def test_strict_reading_raises_with_the_first_twenty_rejects() -> None:
    with pytest.raises(RejectedRowsError) as error:
        read(LOG + b"{\n" * 30, strict=True, format="exchange-log")
    assert "<bytes>:4 bad-json" in str(error.value)
    assert "and 10 more" in str(error.value)
    assert len(read(LOG, strict=True)) == 3


def test_rejects_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    history = read(LOG + b"{\n")
    path = tmp_path / "rejects.jsonl"
    write_rejects(history, path)
    (row,) = map(json.loads, path.read_text().splitlines())
    assert (row["origin"], row["slug"]) == ("<bytes>:4", "bad-json")
    assert list(row) == ["origin", "slug", "reason"]
    with pytest.raises(UnreadableError):
        write_rejects(history, tmp_path / "none" / "rejects.jsonl")
    (tmp_path / "taken").mkdir()
    with pytest.raises(UnreadableError):
        write_rejects(history, tmp_path / "taken")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["rejects.jsonl", "taken"]


def test_notes_tell_the_clocks_and_the_ties() -> None:
    assert read(LOG).reading.notes == ("no clock: row order is taken as the order",)
    rows = [{**identify(id=n), "sent_at": 1618560000} for n in range(2)]
    late = {**identify(id=3), "received_at": "2021-04-16T09:00:00Z"}
    history = read(lines(*rows, late))
    assert [note.split(":")[0] for note in history.reading.notes] == ["order mixes clocks", "ties"]
    assert history.ties == ((1, 2),)


def test_title_and_name_are_those_given() -> None:
    history = read(LOG, name="demo betty", title="Betty")
    assert (history.title, history.call(1).origin) == ("Betty", "demo betty:1")


@given(st.lists(json_values | st.builds(lambda v: identify(**{"$id": v}), json_values), max_size=6))
def test_accounting_adds_up_for_any_rows(rows: list[object]) -> None:
    rows = [{}, *rows]
    as_lines = read(lines(*rows), format="exchange-log")
    as_array = read(json.dumps(rows).encode(), format="exchange-log")
    assert account(as_lines) == account(as_array)
    assert as_lines.reading.rows == len(rows)
    assert [call.identifiers for call in as_lines] == [call.identifiers for call in as_array]
    account(read(lines({"email": "a@x.example"}, *rows), format="call-table"))


@given(st.binary(max_size=200), st.sampled_from([None, *(source.name for source in SOURCES)]))
def test_any_bytes_are_read_or_one_error(data: bytes, format_name: str | None) -> None:
    for variant in (data, LOG + data, gzip.compress(LOG)[:30] + data, b"email,at\n" + data):
        try:
            account(read(variant, format=format_name))
        except IdgraphError as error:
            assert str(error)  # noqa: PT017 - either way is right


@pytest.mark.parametrize("source", SOURCES, ids=lambda it: it.name)
def test_nothing_that_reading_says_holds_a_value(source: Source) -> None:
    secret = json.dumps(CANARY).encode()
    rows = [
        identify(id={CANARY: CANARY}),
        {**identify(id=1), "channel": CANARY},
        {**identify(id=1), "person": {CANARY: 1}, CANARY: CANARY},
        identify(**{"$email": CANARY, "email": "other " + CANARY}),
        {**identify(id=1), "sent_at": CANARY},
        {CANARY: CANARY, "email": CANARY, "id": [CANARY]},
    ]
    inputs = [
        lines(*rows),
        lines(*rows).replace(b"}", b"", 3),
        json.dumps([CANARY, *rows]).encode()[:-30],
        b'{"email": ' + secret + b', "email": "x"}\n' + b"{" + secret * 2 + b"\n",
        f'email,{CANARY}\n{CANARY},1,2\n"{CANARY}"x,1\n{CANARY},{CANARY}\n"{CANARY}'.encode(),
        secret,
    ]
    for data in inputs:
        for strict in (False, True):
            try:
                told = said(read(data, format=source.name, strict=strict))
            except IdgraphError as error:
                told = f"{error} {error!r} {error.__cause__} {error.__context__!r}"
            assert "canary" not in told
            assert "secret" not in told
