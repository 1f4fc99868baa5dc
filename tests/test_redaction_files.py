"""Redacted files: the form they came in, the same calls, and nothing of anybody."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pandas as pd
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

import idgraph as ig
from idgraph import records, registry
from idgraph.calls import History
from idgraph.errors import UnreadableError, UsageError
from idgraph.policy import names
from idgraph.redaction import encodings, files, writing
from idgraph.redaction.fields import Fields
from idgraph.redaction.files import Redaction
from idgraph.redaction.keyfiles import make_key, read_key
from idgraph.sources import formats
from idgraph.sources.call_table.writing import row_of

STORIES = {"email-change-broke": None, "email-change-deviated": bytes(range(32)), "shop": None}


def read(path: Path | str) -> History:
    return ig.read(str(path), progress=False)


def copied(data: bytes | str, folder: Path, **more: Any) -> tuple[Redaction, bytes]:
    """The account and the bytes of the copy of one input."""
    source = folder / "original.log"
    source.write_bytes(data.encode() if isinstance(data, str) else data)
    found = ig.redact_files(source, folder / "copy.log", force=True, **more)
    return found, found.paths[0].read_bytes()


def lines(rows: list[Any]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def table(history: History) -> str:
    return "".join(f"{records.line(row_of(call))}\n" for call in history)


# ------------------------------------------------------------------ formats


DIALECTS = registry.collect("idgraph.dialects", "DIALECT")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
def test_each_sample_of_a_dialect_reads_to_the_same_calls(dialect: Any, tmp_path: Path) -> None:
    rows = [sample.row for sample in dialect.samples]
    found, _ = copied(lines(rows), tmp_path)
    before, after = read(tmp_path / "original.log").reading, read(found.paths[0]).reading
    assert found.unlike == 0
    assert (before.rows, before.calls) == (after.rows, after.calls)
    assert before.not_calls == after.not_calls


@pytest.mark.parametrize("name", writing.FORMATS)
def test_each_sample_of_a_format_reads_to_the_same_calls(name: str, tmp_path: Path) -> None:
    source = next(one for one in formats() if one.name == name)
    assert isinstance(source.sample, bytes)
    found, _ = copied(source.sample, tmp_path)
    assert found.unlike == 0
    assert read(found.paths[0]).reading.formats == (name,)


CSV = (
    "sent_at,Email,remark,$id,person,endpoint\n"
    '2021-04-16T10:00:00.123+02:00,Betty@shop.example,"a, ""b""\nc",b1,betty,/api/track\n\n'
    "1618560001.5,betty@shop.example,x,,betty,account/ludmilla\n"
    ",,,,,\n"
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_keeps_its_signs_its_known_columns_and_its_lines(
    delimiter: str, end: str, tmp_path: Path
) -> None:
    text = CSV.replace(", ", "; ").replace(",", delimiter).replace("\n", end)
    found, data = copied(text, tmp_path)
    assert found.unlike == 0
    assert data.split(end.encode())[0].decode().split(delimiter) == [
        *("sent_at", "Email", "$id", "person", "endpoint")
    ]
    before, after = read(tmp_path / "original.log"), read(found.paths[0])
    assert [call.origin.rpartition(":")[2] for call in before] == [
        call.origin.rpartition(":")[2] for call in after
    ]
    assert b"ludmilla" not in data
    assert b"/api/track" in data


def test_rows_of_json_keep_their_lines_their_blanks_and_the_order_of_their_names(
    tmp_path: Path,
) -> None:
    text = (
        '{"sent_at":1618560000,"email":"b@shop.example"}\n\n'
        '{broken}\n{"email":"b@shop.example","sent_at":"2021-04-16T10:00:00Z"}\n'
    )
    found, data = copied(text, tmp_path)
    rows = data.decode().split("\n")
    assert [*json.loads(rows[0])] == ["sent_at", "email"]
    assert ": " not in rows[0]
    assert rows[1] == ""
    assert json.loads(rows[2]) == {"email": None, "left_out": "bad-json"}
    assert [*json.loads(rows[3])] == ["email", "sent_at"]
    assert found.left_out == {"bad-json": 1}


def test_an_array_stays_an_array(tmp_path: Path) -> None:
    rows = [{"sent_at": n, "email": f"b{n}@shop.example"} for n in range(1618560000, 1618560003)]
    found, data = copied(json.dumps(rows, indent=1), tmp_path)
    assert len(json.loads(data)) == 3
    assert found.unlike == 0


@pytest.mark.parametrize(
    ("pack", "unpack"),
    [
        (lambda data: gzip.compress(data, mtime=0), gzip.decompress),
        (
            lambda data: zstandard.ZstdCompressor().compress(data),
            lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
        ),
    ],
    ids=["gzip", "zstd"],
)
def test_what_came_packed_stays_packed(
    pack: Callable[[bytes], bytes], unpack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    plain = table(ig.demo("shop")).encode()
    found, data = copied(pack(plain), tmp_path)
    assert found.unlike == 0
    assert unpack(data) == copied(plain, tmp_path)[1]


def test_a_parquet_file_keeps_its_types(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "sent_at": pd.to_datetime(["2021-04-16T08:00:00.123Z", "NaT"], utc=True),
            "external_id": [9007199254740993, 42],
            "email": ["Betty@shop.example", None],
            "remark": ["secret", "words"],
        }
    )
    source, target = tmp_path / "calls.parquet", tmp_path / "copy.parquet"
    frame.to_parquet(source)
    found = ig.redact_files(source, target)
    after = pd.read_parquet(target)
    assert found.unlike == 0
    assert [*after.columns] == ["sent_at", "external_id", "email"]
    assert [str(kind) for kind in after.dtypes[:2]] == [str(kind) for kind in frame.dtypes[:2]]
    assert after.sent_at[0].strftime("%A %H:%M:%S.%f") == "Friday 08:00:00.123000"


def test_several_inputs_become_numbered_files_and_one_map(tmp_path: Path) -> None:
    for name in ("betty-b.jsonl", "betty-a.jsonl"):
        (tmp_path / name).write_text(table(ig.demo("scenario-6")), "utf-8")
    given = [tmp_path / "betty-b.jsonl", tmp_path / "betty-a.jsonl"]
    found = ig.redact_files(given, tmp_path / "out")
    assert [path.name for path in found.paths] == ["input-1.jsonl", "input-2.jsonl"]
    assert found.paths[0].read_bytes() == found.paths[1].read_bytes()
    assert "betty" not in repr(found)


def test_a_har_loses_stacks_titles_and_servers_and_keeps_cookie_page_and_answer(
    tmp_path: Path,
) -> None:
    traces = ig.write_traces(tmp_path / "traces")
    har = json.loads(traces.har.read_text("utf-8"))
    for entry in har["log"]["entries"]:
        entry |= {"_initiator": {"url": "zzcanary"}, "serverIPAddress": "8.8.8.8"}
        entry["comment"] = "zzcanary"
        entry["response"]["content"]["text"] = "<html>zzcanary</html>"
    har["log"]["pages"] = [{"id": "zzcanary", "title": "zzcanary", "startedDateTime": "x"}]
    har["log"]["comment"] = "zzcanary"
    found, data = copied(json.dumps(har), tmp_path)
    assert found.unlike == 0
    assert b"zzcanary" not in data
    assert b"8.8.8.8" not in data
    assert any(call.context for call in read(found.paths[0]))


def test_a_format_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        copied(next(one for one in formats() if one.name == "access-log").sample, tmp_path)  # type: ignore[arg-type]
    assert not (tmp_path / "copy.log").exists()


# ------------------------------------------------------------------ encodings

PAYLOAD: dict[str, Any] = {
    "token": "ABC123",
    "event": "Placed Order",
    "customer_properties": {"$email": " Bétty+Vip@Shop.example", "$id": "0042", "$kid": "01GKID"},
    "properties": {"$event_id": "order-9", "inner": '{"$email":"betty@shop.example"}'},
    "time": 1618560000,
}
TEXT = json.dumps(PAYLOAD)


def packed(text: str, *, safe: bool = False, bare: bool = False) -> str:
    made = (base64.urlsafe_b64encode if safe else base64.b64encode)(text.encode()).decode()
    return made.rstrip("=") if bare else made


ENCODINGS: dict[str, Callable[[str], str]] = {
    "JSON": str,
    "percent": quote,
    "percent twice": lambda text: quote(quote(text)),
    "base64": packed,
    "URL-safe": lambda text: packed(text, safe=True),
    "unpadded": lambda text: packed(text, bare=True),
    "percent of base64": lambda text: quote(packed(text), safe=""),
    "percent twice of base64": lambda text: quote(quote(packed(text), safe=""), safe=""),
    "small letters": lambda text: re.sub("%..", lambda f: f[0].lower(), quote(text)),
    "wrapped": lambda text: "\n".join(re.findall(".{1,76}", packed(text))),
}


def told(encoded: str) -> tuple[object, ...]:
    """How a text is encoded, told without the code under test."""
    twice = unquote(encoded) != encoded and unquote(unquote(encoded)) != unquote(encoded)
    plain = unquote(unquote(encoded))
    letters = plain.replace("\n", "")
    return (
        "%" in encoded,
        twice,
        plain.lstrip().startswith("{"),
        max(map(len, plain.split("\n"))) == 76 if "\n" in plain else None,
        len(letters) % 4 == 0 or "{" in letters or None,
        re.search("%([a-f]|[0-9][a-f])", encoded) is not None,
    )


def request(place: str, data: str) -> dict[str, object]:
    """A Track with its data in some place."""
    url = "https://a.klaviyo.com/api/track"
    if place == "query":
        return {"method": "GET", "url": f"{url}?data={data}"}
    return {"method": "POST", "url": url, "body": f"data={data}" if place == "form" else data}


@pytest.mark.parametrize("place", ["form", "body", "query"])
def test_an_encoding_is_undone_redacted_inside_and_done_again(place: str, tmp_path: Path) -> None:
    given_: list[str] = []
    for encoding, name in ((encoding, name) for name, encoding in ENCODINGS.items()):
        for pad in range(3):
            encoded = encoding(json.dumps(PAYLOAD | {"pad": "x" * pad}))
            bare = place != "body" and name in ("JSON", "wrapped")
            given_.append(quote(encoded, safe="%=+/") if bare else encoded)
    rows = [{"request": request(place, data), "sent_at": 1618560000} for data in given_]
    found, copy = copied(lines(rows), tmp_path)
    assert found.unlike == 0
    assert found.calls == len(rows)
    for data, row in zip(given_, copy.decode().splitlines(), strict=True):
        shown = json.loads(row)["request"]
        after = shown["url"] if place == "query" else shown["body"]
        after = after if place == "body" else after.partition("data=")[2]
        assert told(after) == told(data)
        assert "etty" not in unquote(unquote(after))


@given(
    st.text("abc ÿ>?~{}\"'%+&=", max_size=12),
    st.sampled_from(sorted(ENCODINGS)),
)
def test_recoding_without_a_change_gives_the_text_back(inside: str, name: str) -> None:
    text = json.dumps({"a": inside})
    encoded = ENCODINGS[name](text)
    assert encodings.recoded(encoded, str) == encoded


COOKIES = {
    "plain": packed(json.dumps({"$email": "betty@shop.example", "$exchange_id": "kxkxkx.ABC"})),
    "percent": quote(packed(json.dumps({"$email": "betty@shop.example", "cid": "c4711"})), safe=""),
    "quoted": f'"{packed(json.dumps({"$email": "betty@shop.example"}))}"',
}


@pytest.mark.parametrize("name", COOKIES)
def test_the_cookie_of_the_platform_is_redacted_inside_and_all_others_are_gone(
    name: str, tmp_path: Path
) -> None:
    cookie = f"sid=zzcanary; __kla_id={COOKIES[name]}; token=zzcanary"
    row = {
        "request": {
            "method": "POST",
            "url": "https://a.klaviyo.com/api/track?utm_email=betty%40shop.example#zzcanary",
            "headers": {
                "Cookie": cookie,
                "Authorization": "Klaviyo-API-Key pk_zzcanary",
                "User-Agent": "Mozilla/5.0 (zzcanary) Chrome/120.0.1 Safari/537",
                "X-Forwarded-For": "8.8.4.4, 8.8.8.8",
                "X-Own": "zzcanary",
                "Referer": "https://u:zzcanary@www.shop.example/zzcanary?_kx=kxkxkx.ABC&q=zzcanary",
            },
            "body": PAYLOAD,
        },
        "sent_at": 1618560000,
        "zzcanary": "zzcanary",
    }
    found, data = copied(lines([row]), tmp_path)
    assert found.unlike == 0
    assert b"zzcanary" not in data
    assert b"8.8." not in data
    before, after = read(tmp_path / "original.log").call(1), read(found.paths[0]).call(1)
    assert before.context.keys() == after.context.keys()
    assert after.agent == "Chrome 120"
    kept = after.context["cookie $email"].text
    assert "betty" not in kept
    assert kept.rpartition("@")[2] == after.keys["email"].text.lower().rpartition("@")[2]


@given(st.lists(st.sampled_from(["8.8.8.8", "::1", "betty", "8.8", ""]), max_size=5))
def test_equal_network_addresses_have_equal_stand_ins_in_the_ranges_for_documents(
    texts: list[str],
) -> None:
    from idgraph.redaction.networks import Networks

    networks = Networks()
    for text in texts:
        made = networks.of(text)
        assert (made is None) == (text not in ("8.8.8.8", "::1"))
        assert made is None or re.fullmatch(r"203\.0\.113\.\d+|2001:db8::\d+", made)
        assert made == networks.of(text)


# ------------------------------------------------------------------ nothing of anybody

CANARIES = ("qzxveta", "wyvkupo", "jrkblyph", "zzfree", "zzkey", "8306195713", "ludmilqa")


def planted() -> str:
    """Rows with a canary in every place, calls and others."""
    address = "Qzxveta+Ludmilqa@Wyvkupo.example"
    body = {
        "token": "zzkeyA",
        "api_key": "pk_zzkey",
        "customer_properties": {"$email": address, "$id": "jrkblyph77", "zzkey": "zzfree"},
        "properties": {
            address: 1,
            "note": f"zzfree {address}",
            "inner": json.dumps({"email": address, "zzkey": ["zzfree"]}),
            "packed": packed(json.dumps({"email": address})),
            "text": packed(address),
            "phone": "+498306195713",
            "url": f"https://shop.example/{quote(address)}",
            "list": [[address], 8306195713, "zzfree"] * 4,
        },
        "time": 1618560000,
    }
    call = {
        "request": {
            "method": "POST",
            "url": f"https://wyvkupo.example/zzfree/api/track?e={quote(address)}#zzfree",
            "headers": {
                "zzkey": "zzfree",
                "Referer": f"https://wyvkupo.example/{address}?a=zzfree",
            },
            "body": body,
        },
        "response": {"status": 200, "body": f"hello {address}", "headers": {"a": "zzfree"}},
        "sent_at": "2021-04-16T08:00:00Z",
        "person": "ludmilqa",
        "observed_profile": "zzkey8306195713",
        "zzkey": "zzfree",
    }
    real = {**call, "request": {**call["request"], "url": "https://a.klaviyo.com/api/track"}}  # type: ignore[dict-item]
    form = {
        **real,
        "request": {
            "method": "POST",
            "url": f"https://a.klaviyo.com/api/track?zzkey=zzfree&email={quote(address)}",
            "headers": {"Cookie": "a=zzfree", "User-Agent": "zzfree"},
            "body": f"data={packed(json.dumps(body))}&zzkey=zzfree&email={quote(address)}",
        },
    }
    member = {
        **real,
        "request": {
            "url": "https://a.klaviyo.com/api/v2/list/zzkey/subscribe",
            "body": {"profiles": [{"email": address, "zzkey": "zzfree"}]},
        },
        "response": {"status": 200, "body": json.dumps([{"id": "zzkey1", "email": address}])},
    }
    rejected = {"request": {"url": "https://a.klaviyo.com/api/track", "body": "zzfree ludmilqa"}}
    return lines([call, real, form, member, rejected]) + '{"zzkey": "zzfree\n'


def opened(text: str) -> Iterator[str]:
    """A text, and what is encoded in it."""
    yield text
    yield unquote(unquote(text))
    for run in re.findall(r"[A-Za-z0-9+/_-]{12,}", unquote(unquote(text))):
        for start in range(4):
            part = run[start:].replace("-", "+").replace("_", "/")
            yield base64.b64decode(part[: len(part) // 4 * 4]).decode("utf-8", "ignore")


def leaks(data: bytes) -> set[str]:
    every = "\n".join(opened(data.decode())).casefold()
    every += "\n".join(opened(every))
    return {canary for canary in CANARIES if canary in every}


@pytest.mark.parametrize("key", [False, True], ids=["numbered", "keyed"])
def test_no_canary_is_left_in_a_file(key: bool, tmp_path: Path) -> None:  # noqa: FBT001
    key_file = make_key(tmp_path / "key") if key else None
    found, data = copied(planted(), tmp_path, key_file=key_file)
    assert leaks(planted().encode()) == set(CANARIES)
    assert leaks(data) == set()
    assert not leaks("\n".join(files.sentences(found)).encode() + repr(found).encode())
    assert not leaks(found.table().to_csv().encode())
    assert found.unlike == 0


MUTANTS: dict[str, Callable[..., Any]] = {
    "value": lambda _, value: value,
    "address": lambda _, text: text,
    "query": lambda _, text: text,
    "_headers": lambda _, pairs: pairs,
    "_text_body": lambda _, text: text,
    "answer": lambda _, body: body,
    "dropped": lambda _, text: text,
    "_path": lambda _, path: path,
    "host": lambda _, name: name,
    "name": lambda _, name: name,
    "field": lambda _, __, raw: raw,
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_scan_turns_red_when_one_treatment_is_switched_off(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Fields, name, MUTANTS[name])
    assert leaks(copied(planted(), tmp_path)[1])


# ------------------------------------------------------------------ findings


def found_in(history: History, policy: str) -> object:
    """All that a diagnosis and the verdicts say, but for names."""
    told = ig.replay(history, policy=policy)
    diagnosis, verdicts = ig.diagnose(told), ig.verdict(told)
    people = [(p.calls, p.profiles, _splits(p)) for p in diagnosis.persons]
    judged = [
        (one.verdict, one.calls, one.lag_s, one.swaps, one.order, one.rules, one.strength_bits)
        for one in verdicts
    ]
    return people, judged, [(j.call, j.key, j.reason) for j in diagnosis.joins]


def _splits(person: Any) -> list[object]:
    return [
        (one.split.call, one.split.source, one.split.target, one.cause, one.rules, one.confidence)
        for one in person.splits
    ]


KEYED = bytes(range(32))


def redacted(text: str, policy: str, *, key: bytes | None = None) -> tuple[object, object]:
    """What is found in a log and in its copy."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        key_file = None
        if key is not None:
            key_file = place / "key"
            key_file.write_bytes(key)
            key_file.chmod(0o600)
        copy, _ = copied(text, place, key_file=key_file)
        assert copy.unlike == 0
        assert copy.rows == read(place / "original.log").reading.rows
        one, other = read(place / "original.log"), read(copy.paths[0])
        return found_in(one, policy), found_in(other, policy)


@pytest.mark.parametrize("name", STORIES)
def test_the_findings_in_the_copy_of_a_story_are_those_in_the_original(
    name: str,
) -> None:
    from idgraph.demos.stories import exchanges

    text = "".join(f"{row}\n" for row in exchanges(name))
    before, after = redacted(text, "klaviyo-classic", key=STORIES[name])
    assert before == after


@pytest.mark.slow
@settings(max_examples=6)
@given(
    st.sampled_from(["stale-cookie", "placeholder-id", "lag", "none"]),
    st.integers(0, 50),
    st.sampled_from([None, KEYED]),
)
def test_the_findings_in_the_copy_of_a_fleet_are_those_in_the_original(
    plant: str, seed: int, key: bytes | None
) -> None:
    fleet = ig.demo_fleet(5, plant=plant, rate=0.4, seed=seed)
    before, after = redacted(table(fleet), "klaviyo-classic", key=key)
    assert before == after


SPELT = ("betty@shop.example", "Betty@shop.example", "bety@shop.example", "anna@gmial.com", "null")
notes_ = st.lists(
    st.tuples(
        st.sampled_from(["server", "browser", "form"]),
        st.sampled_from([*SPELT, "", "be.tty@shop.example"]),
        st.sampled_from(["", "b1", "B1", "0042", "betty@shop.example"]),
        st.integers(1, 90),
    ),
    min_size=2,
    max_size=7,
)


@pytest.mark.slow
@settings(max_examples=6)
@given(notes_, st.sampled_from([name for name in names() if "klaviyo" in name]))
def test_the_findings_in_the_copy_of_any_calls_are_those_in_the_original(
    notes: list[tuple[str, str, str, int]], policy: str
) -> None:
    at, rows = 1618560000, []
    for channel, email, external_id, gap in notes:
        at += gap
        row = {"sent_at": at, "channel": channel, "email": email, "external_id": external_id}
        rows.append({name: value for name, value in row.items() if value})
    if not any("email" in row or "external_id" in row for row in rows):
        return
    if not any("email" in row for row in rows):
        rows[0]["email"] = "betty@shop.example"
    before, after = redacted(lines(rows), policy)
    assert before == after


@pytest.mark.slow
def test_a_comparison_of_two_copies_says_what_that_of_the_originals_says(tmp_path: Path) -> None:
    good, bad = ig.demo_pair()
    (tmp_path / "good.jsonl").write_text(table(good), "utf-8")
    (tmp_path / "bad.jsonl").write_text(table(bad), "utf-8")
    given_ = [tmp_path / "good.jsonl", tmp_path / "bad.jsonl"]
    copies = ig.redact_files(given_, tmp_path / "out").paths

    def said(one: Path, other: Path) -> object:
        found = ig.compare(read(one), read(other))
        assert isinstance(found, ig.Comparison)
        kinds = [[difference.kind for difference in pair.differences] for pair in found.pairs]
        return found.first_difference, found.first_divergence, found.way, kinds

    assert said(*given_) == said(*copies)


# ------------------------------------------------------------------ the key


def test_one_key_makes_one_map_and_another_key_another(tmp_path: Path) -> None:
    text = table(ig.demo("shop"))
    one, other = make_key(tmp_path / "one"), make_key(tmp_path / "other")
    found, data = copied(text, tmp_path, key_file=one)
    assert copied(text, tmp_path, key_file=one)[1] == data
    elsewhere, unlinked = copied(text, tmp_path, key_file=other)
    assert found.key != elsewhere.key
    assert re.fullmatch("key [0-9a-f]{4}", found.key)

    def values(raw: bytes) -> set[str]:
        kept = ("email", "external_id", "observed_profile", "event_id")
        return {
            row[name] for row in map(json.loads, raw.splitlines()) for name in kept if name in row
        }

    assert not values(data) & values(unlinked)


def test_a_value_has_one_stand_in_in_two_sets_under_a_key(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    one = lines([{"sent_at": 1618560000, "email": "b@shop.example"}])
    other = lines([{"sent_at": 1618560009, "email": "a@b.example"}]) + one
    first, both = (copied(text, tmp_path, key_file=key)[1] for text in (one, other))
    assert both.splitlines()[1] == first.splitlines()[0]


def test_a_key_is_the_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    path = make_key(tmp_path / "key")
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(read_key(path)) == 32
    with pytest.raises(UsageError):
        make_key(path)
    with pytest.raises(UsageError):
        read_key(path, outside=tmp_path)
    path.chmod(0o640)
    with pytest.raises(UsageError):
        read_key(path)
    with pytest.raises(UnreadableError):
        read_key(tmp_path / "none")


def test_a_key_of_another_size_is_none(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(os.urandom(31))
    path.chmod(0o600)
    with pytest.raises(UsageError):
        read_key(path)


def test_a_key_in_the_folder_that_is_written_is_refused(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(table(ig.demo("scenario-6")), "utf-8")
    (tmp_path / "out").mkdir()
    key = make_key(tmp_path / "out" / "key")
    with pytest.raises(UsageError):
        ig.redact_files(
            [tmp_path / "a.jsonl", tmp_path / "b.jsonl"],
            tmp_path / "out",
            key_file=key,
            force=True,
        )
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["key"]


# ------------------------------------------------------------------ the account

bits = st.sampled_from(
    [
        '{"email": "b@shop.example", "sent_at": 1618560000}',
        '{"remark": "none"}',
        '{"email": "b@shop.example", "channel": "nonsense"}',
        "{broken}",
        "",
        '{"email": ["x"]}',
        "[]",
        '{"email": "a@shop.example", "time": "yesterday"}',
    ]
)


@settings(max_examples=10)
@given(st.lists(bits, max_size=8))
def test_every_row_comes_out_and_those_left_out_are_counted(rows: list[str]) -> None:
    text = "\n".join(['{"email": "z@shop.example", "sent_at": 1618560000}', *rows]) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        found, _ = copied(text, Path(folder))
        before, after = read(Path(folder) / "original.log"), read(found.paths[0])
    assert found.unlike == 0
    assert found.rows == before.reading.rows == after.reading.rows
    assert sum(found.left_out.values()) == len(before.reading.rejects)
    assert after.reading.rejects == ()
    ends = [[call.origin.rpartition(":")[2] for call in one] for one in (before, after)]
    assert ends[0] == ends[1]


def test_a_cut_file_says_so(tmp_path: Path) -> None:
    found, _ = copied(table(ig.demo("shop"))[:-40], tmp_path)
    assert found.left_out == {"cut": 1}


def test_the_account_says_what_was_mapped_dropped_shifted_and_kept(tmp_path: Path) -> None:
    found, _ = copied(planted(), tmp_path)
    treatments = {line.treatment for line in found.account()}
    assert treatments >= {"mapped", "dropped", "shifted", "kept", "left out"}
    counts = {line.what: line.number for line in found.account()}
    assert counts["email addresses"] == 1
    assert counts["secrets"]
    assert [*found.table().columns] == ["treatment", "what", "number"]


def test_a_copy_can_be_redacted_again_with_the_same_findings(tmp_path: Path) -> None:
    text = table(ig.demo("email-change-old"))
    _, once = copied(text, tmp_path)
    (tmp_path / "again").mkdir()
    found, _ = copied(once, tmp_path / "again")
    assert found.unlike == 0
    one, other = read(tmp_path / "copy.log"), read(found.paths[0])
    assert found_in(one, "klaviyo-classic") == found_in(other, "klaviyo-classic")


def test_an_original_is_never_written_over_and_a_copy_only_when_told(tmp_path: Path) -> None:
    source = tmp_path / "calls.jsonl"
    source.write_text(table(ig.demo("scenario-6")), "utf-8")
    with pytest.raises(UsageError):
        ig.redact_files(source, source, force=True)
    ig.redact_files(source, tmp_path / "copy.jsonl")
    with pytest.raises(UsageError):
        ig.redact_files(source, tmp_path / "copy.jsonl")
    ig.redact_files(source, tmp_path / "copy.jsonl", force=True)


def test_redacting_more_maps_mail_hosts_and_leaves_the_order_alone(tmp_path: Path) -> None:
    rows = [
        {"sent_at": 1618560000 + gap, "answered_at": 1618560050 + gap, "email": f"{who}@gmail.com"}
        for gap, who in ((0, "anna"), (3600, "betty"), (9000, "anna"))
    ]
    found, data = copied(lines(rows), tmp_path, more=True)
    assert found.unlike == 0
    assert b"gmail" not in data
    calls = read(found.paths[0]).calls
    gaps = [(call.answered_at or 0) - (call.sent_at or 0) for call in calls]
    assert gaps == [1_000_000] * 3
