"""Claims about causes: each is shown by its own histories and by no close one."""

import re
import textwrap

import pytest

from idgraph import causes
from idgraph.causes import Cause
from idgraph.diagnosis import Diagnosis, diagnose
from idgraph.errors import UsageError
from idgraph.notation import parse
from idgraph.replays import replay

CATALOGUE = causes.catalogue()
SHOWS = [(cause, text) for cause in CATALOGUE for text in cause.shows]
SPARES = [(cause, text) for cause in CATALOGUE for text in cause.spares]
CALL = re.compile(r"call (\d+)", re.IGNORECASE)


def _diagnosis(text: str) -> Diagnosis:
    assume = dict(re.findall(r"# assume (\S+)=(\S+)", text))
    return diagnose(replay(parse(textwrap.dedent(text)), assume=assume))


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
