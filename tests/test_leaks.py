"""No identifier gets out: canaries in every place of the input, a search in all that can be shared.

A scan that has never been red proves nothing: each mutant switches redaction off for one place, and
must turn the scan red for just that.
"""

from __future__ import annotations

import base64
import binascii
import csv
import gzip
import hashlib
import io
import json
import quopri
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from artefacts import (
    Artefacts,
    Subject,
    artefacts,
    commands,
    displays,
    merges,
    pages,
    redactions,
    reprs,
    widgets,
)
from canaries import CANARIES, MAIL, NAMES, leaks, plain, rows
from click.testing import CliRunner

import idgraph as ig
from idgraph import cli
from idgraph.redaction import Redactor, payloads, standins
from idgraph.sources import read
from idgraph.surfaces.results import subjects

EVERY = CANARIES | NAMES
MOSTLY = 20
"""So many canaries of a call can be seen where nothing is redacted: the inputs do carry them."""


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    return subject_of("qfilename.jsonl", "\n".join(rows()).encode(), tmp_path)


def subject_of(name: str, data: bytes, folder: Path) -> Subject:
    """Return a log as it is read from a file whose name and folder are canaries, too."""
    home, out = folder / "qfoldername", folder / "out"
    home.mkdir(parents=True)
    out.mkdir()
    log = home / name
    log.write_bytes(data)
    return Subject(read(log, progress=False), log, out)


def found(made: dict[str, bytes]) -> dict[str, list[str]]:
    """Return what leaks where. A terminal, and only that, shows the user's own names of files."""
    told = {}
    for name, data in made.items():
        typed = re.search(r"output\.|messages\.|rejects\.jsonl", name)
        if held := leaks(data, CANARIES if typed else EVERY):
            told[name] = held
    return told


# --- the scan -------------------------------------------------------------------------------------


WRAPPED: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "upper case": bytes.upper,
    "base64": lambda data: base64.b64encode(b'{"$email": "' + data + b'"}'),
    "base64, one on": lambda data: base64.b64encode(b"x" + data + b"yy"),
    "base64, two on": lambda data: b"word" + base64.b64encode(b"xy" + data + b"y"),
    "base64 without padding": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "base64 twice": lambda data: base64.b64encode(base64.b64encode(data)),
    "address": lambda data: quote(data, safe="").encode(),
    "address twice": lambda data: quote(quote(data, safe=""), safe="").encode(),
    "entities": lambda data: b"".join(b"&#%d;" % byte for byte in data),
    "JavaScript": lambda data: b"".join(b"\\u%04x" % byte for byte in data),
    "quoted-printable": lambda data: quopri.encodestring(data, quotetabs=True).replace(
        b"q", b"=71"
    ),
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "hexadecimal": binascii.hexlify,
    "gzip": gzip.compress,
    "base64 of zlib": lambda data: base64.b64encode(zlib.compress(data)),
    "md5": lambda data: hashlib.md5(data.lower(), usedforsecurity=False).hexdigest().encode(),
    "sha256": lambda data: hashlib.sha256(data).hexdigest().encode(),
    "base64 of sha1": lambda data: base64.b64encode(
        hashlib.sha1(data, usedforsecurity=False).digest()
    ),
    "token": lambda data: (
        b"eyJhbGciOiJIUzI1NiJ9."
        + base64.urlsafe_b64encode(b'{"sub":"' + data + b'"}').rstrip(b"=")
        + b".c2ln"
    ),
}


@pytest.mark.parametrize("way", WRAPPED)
def test_the_scan_sees_an_address_however_it_is_wrapped(way: str) -> None:
    assert "email" in leaks(
        b"before " * (way not in ("gzip", "UTF-16")) + WRAPPED[way](MAIL.encode()), EVERY
    )


def test_the_scan_sees_members_of_an_archive_their_names_and_digits_in_any_spelling() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("qfilename.txt", "call (+49) 1577-7320164 ... xn--qprivathost-o0a")
    assert set(leaks(packed.getvalue(), EVERY)) >= {"file name", "phone_number"}
    table = io.BytesIO()
    pd.DataFrame({"qobjectkey": [MAIL] * 9}).to_parquet(table, compression="gzip")
    assert {"object key", "email"} <= set(leaks(table.getvalue(), EVERY))
    assert leaks(b"nothing of anybody, 4915", EVERY) == []


# --- one combined log -----------------------------------------------------------------------------


def test_nothing_gets_out_of_a_page_or_a_repr(subject: Subject) -> None:
    assert found(artefacts(subject, diagnosis_page, reprs)) == {}


def diagnosis_page(one: Subject) -> Artefacts:
    """The report that most people hand on."""
    yield "report.html", str(ig.report([one.replay], redact=one.redact, verdict=False)).encode()


@pytest.mark.slow
def test_nothing_gets_out_of_anything(subject: Subject) -> None:
    assert found(artefacts(subject)) == {}


@pytest.mark.slow
def test_every_canary_is_there_to_be_found(subject: Subject) -> None:
    open_ = Subject(subject.history, subject.log, subject.out, redact=False)
    seen = {kind for held in found(artefacts(open_, pages, commands)).values() for kind in held}
    never_read = {"authorization", "not a call", "reject", "response", "column name", "title"}
    assert set(CANARIES) - seen <= never_read | {"cookie"}
    assert len(seen) >= MOSTLY


# --- inputs of every form -------------------------------------------------------------------------


def table() -> list[dict[str, Any]]:
    """The calls as a table, with columns that nobody knows and a row that is rejected."""
    told = []
    for number in range(3):
        for person in ("qpersonname", "qwholename"):
            row = plain(person, "post", number)
            names = row["request"]["body"]["customer_properties"]
            told.append(
                {
                    "sent_at": row["sent_at"],
                    "external_id": names.get("$id"),
                    "email": names["$email"],
                    "phone_number": names.get("$phone_number"),
                    "_kx": names.get("$exchange_id"),
                    "event": row["request"]["body"]["event"],
                    "person": person,
                    "observed_profile": row["observed_profile"],
                    "qcolumnname@x.example": "qfreetextgift",
                    f"of {MAIL}": "2001:db8:77::9",
                }
            )
    told.append({**told[0], "sent_at": "on the day of qrejected", "email": "\ufffdqrejected"})
    return told


def as_csv() -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(table()[0]))
    writer.writeheader()
    writer.writerows(table())
    return text.getvalue().encode()


def as_json_lines() -> bytes:
    return "\n".join(json.dumps(row) for row in table()).encode()


def as_parquet() -> bytes:
    held = io.BytesIO()
    pd.DataFrame(table()).to_parquet(held)
    return held.getvalue()


def as_har() -> bytes:
    """The requests as a browser's log, with pages, comments and answers of its own."""
    entries = []
    for row in (json.loads(line) for line in rows()[:6]):
        sent = row["request"]
        headers = [{"name": n, "value": v} for n, v in sent["headers"].items()]
        body = {"mimeType": "application/json", "text": json.dumps(sent.get("body", {}))}
        post = {} if sent["method"] == "GET" else {"postData": body}
        answer = {"mimeType": "application/json", "text": json.dumps(row["response"]["body"])}
        entries.append(
            {
                "startedDateTime": row["sent_at"],
                "time": 90,
                "comment": "qfreetextgift",
                "serverIPAddress": "203.0.113.77",
                "pageref": "qpathperson",
                "_initiator": {"stack": "https://shop.example/qpathperson"},
                "request": {
                    "method": sent["method"],
                    "url": sent["url"],
                    "headers": headers,
                    "cookies": [{"name": "session", "value": "qcookiesess42"}],
                    **post,
                },
                "response": {"status": 200, "headers": [], "content": answer},
            }
        )
    named = [{"id": "qpathperson", "title": "https://shop.example/qpathperson?_kx=qkxhandle7331"}]
    return json.dumps({"log": {"version": "1.2", "pages": named, "entries": entries}}).encode()


FORMS: dict[str, Callable[[], bytes]] = {
    "qfilename.csv": as_csv,
    "qfilename.jsonl": as_json_lines,
    "qfilename.parquet": as_parquet,
    "qfilename.har": as_har,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
def test_nothing_gets_out_whatever_form_the_log_has(name: str, tmp_path: Path) -> None:
    one = subject_of(name, FORMS[name](), tmp_path)
    assert len(one.history) >= len(table()) - 1
    made = artefacts(one, diagnosis_page, displays, reprs, widgets, redactions, commands)
    assert found(made) == {}


@pytest.mark.slow
def test_the_title_of_a_notation_gets_out_nowhere(tmp_path: Path) -> None:
    text = f"""
        # The case of {MAIL}
        server external_id=QCust88201x email={MAIL} person=qpersonname
        +1d server external_id=QCust88201x email=ottilie.new@qneuhost.example person=qpersonname
        +1h browser email={MAIL} person=qpersonname
        browser email=wendelin.q@qganzhost.example person=qwholename
    """
    history = ig.parse(text)
    log = tmp_path / "case.jsonl"
    log.write_text("\n".join(rows()), "utf-8")
    one = Subject(history, log, tmp_path)
    assert found(artefacts(one, diagnosis_page, pages, displays, widgets)) == {}


BROKEN: dict[str, bytes] = {
    "cut.jsonl": b'{"request": {"url": "https://qcutrow.example/", "body": "qcutrow',
    "page.html": b"<!DOCTYPE html><title>qrejected@qprivathost.example</title>",
    "table.csv": b"qcolumnname,of qobjectkey@x.example\nqfreetextgift,qrejected\n",
    "text.txt": b"qfreetextgift qrejected\n",
    "bytes.bin": b"\xff\xfe\x00qrejected",
    "packed.gz": gzip.compress(b'{"qobjectkey": "qrejected"}')[:-9],
    "array.json": b'[{"qobjectkey": {"email": "qrejected@qprivathost.example"}}, "qfreetextgift"',
    "table.parquet": b"PAR1qrejected",
    "archive.har": b'{"log": {"qobjectkey": ["qrejected@qprivathost.example"]}}',
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize(
    "words", [("read",), ("read", "--strict"), ("diagnose", "--map", "email=a.place")]
)
def test_an_error_says_nothing_of_what_it_could_not_read(
    name: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(BROKEN[name])
    command, *more = words
    done = CliRunner().invoke(cli.cli, [command, str(path), *more])
    assert done.exception is None or isinstance(done.exception, ig.IdgraphError | SystemExit)
    told = f"{done.output}{done.exception}{done.exception!r}"
    assert leaks(told.encode(), CANARIES) == []


# --- mutants --------------------------------------------------------------------------------------

Patch = pytest.MonkeyPatch


def _key_off(kind: str) -> Callable[[Patch], None]:
    """Show the values of one key, or of one other kind that has stand-ins."""

    def off(patch: Patch) -> None:
        of, text, identifier = standins.Standins.of, Redactor.text, Redactor.identifier
        patch.setattr(
            standins.Standins,
            "of",
            lambda self, value, k: value if k == kind else of(self, value, k),
        )
        patch.setattr(
            Redactor,
            "text",
            lambda self, k, value: value if k == kind else text(self, k, value),
        )
        patch.setattr(
            Redactor,
            "identifier",
            lambda self, one: one if one.key == kind else identifier(self, one),
        )

    return off


def _value_off(method: str, reader: Callable[..., Any]) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(payloads.Payload, method, reader)


def _secrets_off(patch: Patch) -> None:
    value = payloads.Payload._value  # noqa: SLF001
    patch.setattr(payloads, "SECRETS", frozenset())
    patch.setattr(payloads, "SECRET_TEXT", re.compile("(?!)"))
    patch.setattr(payloads.Payload, "_value", value)
    _free_text_off(patch)


def _free_text_off(patch: Patch) -> None:
    text = payloads.Payload._text  # noqa: SLF001

    def open_(self: Any, told: str, name: str, kind: str) -> Any:
        made = text(self, told, name, kind)
        return told if str(made).startswith("(text") else made

    patch.setattr(payloads.Payload, "_text", open_)


MUTANTS: dict[str, tuple[Callable[[Patch], None], str]] = {
    **{
        kind: (_key_off(kind), kind)
        for kind in ("email", "external_id", "phone_number", "anonymous_id", "_kx", "person")
    },
    "observed": (_key_off("observed"), "observed"),
    "event": (_key_off("event"), "event name"),
    "event_id": (_key_off("event_id"), "event id"),
    "property": (_key_off("property"), "object key"),
    "company": (_key_off("company"), "company"),
    "origin": (_key_off("origin"), "file name"),
    "secrets": (_secrets_off, "private key"),
    "tokens": (_secrets_off, "jwt"),
    "free text": (_free_text_off, "free text"),
    "birthday": (_free_text_off, "birthday"),
    "ip": (_free_text_off, "ip"),
    "referrer": (_free_text_off, "referrer"),
    "path": (_free_text_off, "path"),
    "query": (_free_text_off, "query"),
    "fragment": (_free_text_off, "fragment"),
    "numbers": (_value_off("_number", lambda _self, number, _name, _kind: number), "number"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_with_one_kind_unredacted_the_scan_is_red(
    name: str, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_off, kind = MUTANTS[name]
    switch_off(monkeypatch)
    held = found(artefacts(subject, diagnosis_page, merges))
    assert kind in {one for kinds in held.values() for one in kinds}


def _shown(result: Any, **_: Any) -> Any:
    return subjects.shown(result, redact=False)


SURFACES: dict[str, tuple[str, Any, Callable[[Subject], Artefacts], str]] = {
    "notebook, replay": (
        "surfaces.displays.notebook.shown",
        _shown,
        displays,
        "display of replay.html",
    ),
    "notebook, history": (
        "surfaces.displays.notebook.redact",
        lambda history: history,
        displays,
        "display of history.html",
    ),
    "report": ("surfaces.reports.report.shown", _shown, diagnosis_page, "report.html"),
    "widget": ("surfaces.widgets.panes.shown", _shown, widgets, "messages of stepper.json"),
    "command": (
        "cli.histories.veiled",
        lambda history, **_: history,
        commands,
        "read, output.txt",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SURFACES)
def test_with_one_surface_unredacted_the_scan_is_red_there(
    name: str, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, open_, make, artefact = SURFACES[name]
    monkeypatch.setattr(f"idgraph.{place}", open_)
    assert "email" in found(artefacts(subject, make))[artefact]
