"""Claims about causes: each is shown by its own histories and by no close one."""

import re
import textwrap
from dataclasses import replace

import pytest

from idgraph import causes
from idgraph.calls import Call, History, Identifier
from idgraph.causes import Cause
from idgraph.clocks import SECOND
from idgraph.diagnosis import Diagnosis, diagnose
from idgraph.errors import UsageError
from idgraph.notation import parse
from idgraph.replays import replay

CATALOGUE = causes.catalogue()
SHOWS = [(cause, text) for cause in CATALOGUE for text in cause.shows]
SPARES = [(cause, text) for cause in CATALOGUE for text in cause.spares]
CALL = re.compile(r"call (\d+)", re.IGNORECASE)


REMARK = re.compile(r"# call (\d+) (refused|occurred|believed) ?(.*)")
UNITS = {"s": SECOND, "min": 60 * SECOND, "h": 3600 * SECOND}


def _diagnosis(text: str) -> Diagnosis:
    assume = dict(re.findall(r"# assume (\S+)=(\S+)", text))
    policy = "".join(re.findall(r"# policy (\S+)", text)) or "klaviyo-classic"
    return diagnose(replay(_history(text), policy, assume=assume))


def _history(text: str) -> History:
    """The calls of the notation, with what the remarks tell beside it."""
    told = parse(textwrap.dedent(text))
    calls = list(told)
    for number, what, rest in REMARK.findall(text):
        calls[int(number) - 1] = _with(calls[int(number) - 1], what, rest)
    return replace(told, calls=tuple(calls))


def _with(call: Call, what: str, rest: str) -> Call:
    if what == "refused":
        return replace(call, refused=True)
    if what == "occurred":
        [(amount, unit)] = re.findall(r"(\d+)(s|min|h) before", rest)
        return replace(call, occurred_at=(call.sent_at or 0) - int(amount) * UNITS[unit])
    where, _, value = rest.partition("=")
    return replace(call, context={**call.context, where: Identifier("email", value)})


def _codes(found: Diagnosis) -> list[str]:
    return [split.cause for person in found for split in person.splits]


@pytest.mark.parametrize(("cause", "text"), SHOWS, ids=[c.code for c, _ in SHOWS])
def test_a_cause_is_found_where_it_shows(cause: Cause, text: str) -> None:
    assert _codes(_diagnosis(text))[:1] == [cause.code]


@pytest.mark.parametrize(("cause", "text"), SPARES, ids=[c.code for c, _ in SPARES])
def test_a_cause_is_not_found_in_a_close_history(cause: Cause, text: str) -> None:
    assert cause.code not in _codes(_diagnosis(text))


@pytest.mark.parametrize("text", [t for _, t in SHOWS], ids=[c.code for c, _ in SHOWS])
def test_its_sentences_name_real_calls_and_no_value(text: str) -> None:
    found = _diagnosis(text)
    for split in found.persons[0].splits:
        for sentence in (split.happened, split.why, split.fix):
            assert "example" not in sentence
            assert "{" not in sentence
            assert sentence.endswith(".")
            numbers = [int(number) for number in CALL.findall(sentence)]
            assert all(1 <= number <= len(found.replay) for number in numbers)
        assert f"call {split.split.call}" in split.happened.lower()
        assert set(split.rules) <= set(found.replay.policy.rules)


@pytest.mark.parametrize("text", [t for _, t in SHOWS], ids=[c.code for c, _ in SHOWS])
def test_what_a_cause_splits_can_be_repaired(text: str) -> None:
    person = _diagnosis(text).persons[0]
    assert person.repair is not None
    assert person.repair.edits
    assert person.advice.startswith("The smallest change, verified by replay: ")


def test_codes_and_ranks_are_unique_and_every_cause_has_both_kinds_of_history() -> None:
    assert len({cause.code for cause in CATALOGUE}) == len(CATALOGUE)
    assert len({cause.rank for cause in CATALOGUE}) == len(CATALOGUE)
    for cause in CATALOGUE:
        assert cause.shows
        assert len(cause.spares) >= 2
        assert "plain" in cause.wordings
        assert cause.source


def test_the_first_causes_are_all_there() -> None:
    assert {cause.code for cause in CATALOGUE} >= {
        "id-only-then-email-only",
        "old-email-after-update",
        "new-email-not-yet-visible",
        "simultaneous-first-calls",
        "missing-id-on-new-email",
        "id-changed",
        "id-text-or-number",
        "email-case-or-blank",
        "placeholder-identifier",
    }


def test_an_update_was_not_applied_where_the_old_email_was_found_after_it() -> None:
    found = _diagnosis(
        """
        server  external_id=b1 email=old@example.com -> A
        +1d     server external_id=b1 email=new@example.com -> A
        +1min   browser email=old@example.com -> A
        +3min   browser email=new@example.com -> B
        """
    )
    split = found.persons[0].splits[0]
    assert (split.cause, split.confidence) == ("update-not-applied", "likely")
    assert "call 3 (browser)" in split.happened
    assert found.persons[0].repair is None, "the rules cannot replay what they do not explain"


def test_a_phone_only_profile_is_told_where_an_order_with_its_phone_went_elsewhere() -> None:
    found = _diagnosis(
        """
        form   phone_number=+15005550006 -> A
        +1d    server email=betty@example.com phone_number=+15005550006 -> B
        """
    )
    split = found.persons[0].splits[0]
    assert (split.cause, split.confidence) == ("phone-only-profile", "likely")
    assert "by hand" in split.fix


def test_an_id_is_that_of_a_device_where_the_cookie_says_so() -> None:
    text = """
        {remark}
        browser person=betty external_id=d-77
        +1h     form person=betty email=betty@example.com
        """
    told = _diagnosis(text.format(remark="# call 1 believed cookie cid=d-77"))
    assert _codes(told) == ["anonymous-id-as-id"]
    assert _codes(_diagnosis(text.format(remark=""))) == ["id-only-then-email-only"]


@pytest.mark.parametrize(("gap", "confidence"), [("1min", "possible"), ("1d", "likely")])
def test_two_ids_with_one_email_are_likely_the_reason_where_no_lag_can_be(
    gap: str, confidence: str
) -> None:
    text = f"""
        server  external_id=b1 email=betty@example.com -> A
        +{gap}  import external_id=b2 email=betty@example.com -> B
        +1d     import external_id=b2 email=betty@example.com -> B
        """
    (person,) = _diagnosis(text).persons
    (split,) = person.splits
    assert (split.cause, split.confidence) == ("two-ids-one-email", confidence)
    assert person.repair is not None
    (edit,) = person.repair.edits
    assert (edit.call, edit.kind, edit.key, edit.also) == (2, "replace", "external_id", (3,))


@pytest.mark.parametrize("policy", ["segment-unify", "braze", "mparticle"])
def test_a_profile_that_is_passed_over_for_its_id_is_not_said_to_lack_the_email(
    policy: str,
) -> None:
    text = """
        # policy {}
        server person=betty external_id=b1 email=betty@example.com
        server person=betty external_id=b2 {}
        """
    told = [
        _diagnosis(text.format(policy, email)).persons[0].splits[0]
        for email in ("", "email=betty@example.com")
    ]
    assert [split.cause for split in told] == ["id-changed", "id-changed"]
    assert ["is passed over" in split.happened for split in told] == [False, True]


def test_what_no_cause_explains_is_named_so() -> None:
    found = _diagnosis(
        "external_id=b email=b@example.com -> A\n+1d external_id=b email=b@example.com -> B"
    )
    split = found.persons[0].splits[0]
    assert split.cause == "unexplained"
    assert "no known cause" in split.happened
    assert "Log" in split.fix
    assert found.persons[0].repair is None


def test_an_unknown_code_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        causes.cause("bad-luck")
