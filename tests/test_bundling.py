"""Claims about the bundle for support: it is small, redacted, and gives the same verdict again."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from idgraph.bundling import read_bundle, write_bundle
from idgraph.calls import Identifier
from idgraph.demos import demo
from idgraph.errors import UnreadableError, UsageError
from idgraph.notation import parse
from idgraph.verdicts import Limits, verdict


@pytest.mark.parametrize(
    "name",
    ["email-change-old", "email-change-overtaken", "email-change-broke", "email-change-deviated"],
)
def test_a_bundle_gives_the_verdict_again(name: str, tmp_path: Path) -> None:
    found = verdict(demo(name), limits=Limits(skew_s=0.1))
    bundle = read_bundle(write_bundle(found, tmp_path / "case.zip"))
    assert bundle.limits == Limits(skew_s=0.1)
    assert [row["verdict"] for row in bundle.given] == [one.verdict for one in found]
    assert bundle.same()


def test_a_bundle_holds_no_identifier_unless_it_is_told_to(tmp_path: Path) -> None:
    found = verdict(demo("email-change-broke"))
    held = _held(write_bundle(found, tmp_path / "case.zip"))
    assert "betty" not in held.lower()
    assert "b1001" not in held
    open_ = _held(write_bundle(found, tmp_path / "open.zip", redact=False))
    assert "betty.new@example.com" in open_


def test_a_bundle_holds_only_what_can_touch_the_case(tmp_path: Path) -> None:
    found = verdict(demo("shop"))
    path = write_bundle(found, tmp_path / "case.zip", people=["f9"])
    assert len(read_bundle(path).history) == len(found.of("f9").calls)


def test_the_same_case_makes_the_same_bytes(tmp_path: Path) -> None:
    one, other = (
        write_bundle(verdict(demo("email-change-broke")), tmp_path / name).read_bytes()
        for name in ("one.zip", "other.zip")
    )
    assert one == other


def test_every_part_of_a_call_that_decides_comes_back(tmp_path: Path) -> None:
    told = parse(
        """
        server endpoint=/api/profiles external_id:=42 email=e@example.com took=50ms person=p -> A
        +1h server endpoint=/api/profiles external_id:=43 email=e@example.com person=p -> B
        +1h server endpoint=/api/profiles email=e@example.com clears=phone_number person=p -> C
        """
    )
    second = replace(told.call(2), answer=409, refused=True, owner="A", observed=None)
    third = replace(told.call(3), reads=True, created=False)
    told = replace(told, calls=(told.call(1), second, third))
    found = verdict(told, "klaviyo")
    bundle = read_bundle(write_bundle(found, tmp_path / "case.zip", redact=False, people=["p"]))
    same = (
        "identifiers",
        "answer",
        "refused",
        "owner",
        "reads",
        "created",
        "clears",
        "answered_at",
    )
    for name in same:
        assert [getattr(c, name) for c in bundle.history] == [getattr(c, name) for c in told], name
    assert bundle.history.call(1).get("external_id") == Identifier("external_id", "42", number=True)


def test_nobody_to_tell_of_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nobody"):
        write_bundle(verdict(demo("email-change-worked")), tmp_path / "case.zip")


def test_another_file_is_no_bundle(tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(b"no archive")
    with pytest.raises(UnreadableError, match="no bundle"):
        read_bundle(path)


def _held(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return json.dumps([archive.read(name).decode() for name in archive.namelist()])
