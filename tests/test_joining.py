"""Claims about joins: the call that put a second person on a profile, why, and how it is told."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from idgraph import cli
from idgraph.calls import PROFILE_ID
from idgraph.diagnosis import diagnose
from idgraph.explain import join_sentences
from idgraph.joining import REASONS, Join, by_profile, joins, sharers
from idgraph.notation import parse
from idgraph.redaction import redact
from idgraph.replays import replay
from idgraph.surfaces.cases import stepper
from idgraph.surfaces.displays import notebook
from idgraph.surfaces.reports.report import report
from idgraph.surfaces.results import chapters
from idgraph.views.base.blocks import Block, Heading, Notice, plain
from idgraph.views.base.case import Cases

ANN = "person=ann external_id=a1 email=ann@example.com"
LEAK = f"server {ANN}\nserver person=ben external_id=a1 email=ben@example.com"
HOME = "server person=ann external_id=a1 email=home@example.com"
ASKED = "profile_id=A merges=B endpoint=/api/profile-merge"
TILL = "\n".join(f"external_id=c{number} email=till@shop.example" for number in range(12))

CASES = {
    "identity-leak": ("klaviyo-classic", LEAK),
    "placeholder": (
        "klaviyo-classic",
        "external_id=a email=guest@shop.example\nexternal_id=b email=guest@shop.example",
    ),
    "shared-device": (
        "klaviyo",
        "browser person=ann anonymous_id=d\nbrowser person=ben anonymous_id=d",
    ),
    "shared-address": (
        "klaviyo-classic",
        f"{HOME}\nserver person=ben external_id=b1 email=home@example.com",
    ),
    "two-in-one-body": (
        "klaviyo-classic",
        f"server {ANN}\nbrowser person=ben external_id=a1 email=ben@example.com",
    ),
    "merged": (
        "klaviyo",
        f"person=ann external_id=a -> A\nperson=ben external_id=b -> B\n{ASKED}",
    ),
    "observed": (
        "klaviyo-classic",
        "person=ann external_id=a -> A\nperson=ben external_id=b -> A",
    ),
    "unexplained": ("klaviyo-classic", "person=ann external_id=a\nperson=ben external_id=a"),
    "one-key-many-partners": (
        "klaviyo-classic",
        "\n".join(f"external_id={text} email=x@example.com" for text in "abc"),
    ),
}


def _joins(text: str, policy: str = "klaviyo-classic") -> tuple[Join, ...]:
    return joins(replay(parse(text), policy))


# --- which call, and why -------------------------------------------------------------------------


@pytest.mark.parametrize("code", REASONS)
def test_each_reason_has_a_history_that_shows_it(code: str) -> None:
    policy, text = CASES[code]
    assert [join.reason for join in _joins(text, policy)] == [code]


def test_a_join_names_the_call_the_key_and_both_persons() -> None:
    (join,) = _joins(LEAK)
    assert (join.profile, join.call, join.key) == ("P1", 2, "external_id")
    assert (join.persons, join.other, join.by) == (("ann", "ben"), 1, 2)
    assert join.confidence == "likely"


def test_persons_on_profiles_of_their_own_are_not_joined() -> None:
    assert _joins(f"{ANN}\nperson=ben external_id=b1 email=ben@example.com\n{ANN}") == ()


def test_the_call_that_carried_a_key_of_somebody_else_is_named_though_it_came_earlier() -> None:
    (join,) = _joins(
        "server person=ann external_id=a1 email=ben@example.com\n"
        "server person=ann external_id=a1\n"
        "server person=ben external_id=b1 email=ben@example.com\n"
        "server person=ann external_id=a1 email=ann@example.com"
    )
    assert (join.call, join.by, join.reason) == (3, 1, "two-in-one-body")


def test_an_address_that_both_send_again_and_again_is_likely_shared() -> None:
    ben = "server person=ben external_id=b1 email=home@example.com"
    assert [join.confidence for join in _joins(f"{HOME}\n{ben}")] == ["possible"]
    assert [join.confidence for join in _joins(f"{HOME}\n{ben}\n{HOME}\n{ben}")] == ["likely"]


def test_an_identifier_of_a_crowd_stands_for_nobody_though_no_list_knows_it() -> None:
    found = _joins(TILL)
    assert len(found) == 11
    assert {(join.reason, join.confidence) for join in found} == {("placeholder", "likely")}
    assert [len(group) for group in by_profile(found)] == [11]


def test_a_merge_by_a_device_joins_at_the_merge() -> None:
    (join,) = _joins(
        "browser person=ann anonymous_id=d\n"
        "server person=ben external_id=b1\n"
        "browser person=ben external_id=b1 anonymous_id=d",
        "klaviyo",
    )
    assert (join.profile, join.call, join.source) == ("P2", 3, "P1")
    assert (join.reason, join.key) == ("shared-device", "anonymous_id")


def test_persons_that_met_before_a_merge_are_joined_once() -> None:
    (join,) = _joins(
        "person=ann external_id=a -> A\nperson=ben external_id=b -> B\n"
        f"person=ann external_id=b\n{ASKED}",
        "klaviyo",
    )
    assert (join.call, join.reason) == (3, "unexplained")


def test_a_profile_that_only_an_observation_joins_may_be_one_person_where_nobody_is_named() -> None:
    assert _joins("server external_id=a -> A\nbrowser email=b@example.com -> A") == ()
    (join,) = _joins("server external_id=a -> A\nserver external_id=b -> A")
    assert (join.reason, join.confidence) == ("observed", "possible")


def test_a_call_that_may_be_of_either_of_two_named_persons_is_no_third_one() -> None:
    found = _joins(
        "person=ann external_id=a1\nperson=ben email=b@example.com\n"
        "external_id=a1 email=b@example.com"
    )
    assert found == ()


def test_two_values_beside_one_identifier_are_no_suspicion() -> None:
    assert _joins("external_id=a email=x@example.com\nexternal_id=b email=x@example.com") == ()


def test_a_suspicion_names_the_identifier_and_what_came_with_it() -> None:
    (join,) = _joins(CASES["one-key-many-partners"][1])
    assert (join.call, join.key, join.partner) == (3, "email", "external_id")
    assert (join.persons, join.confidence, join.suspected) == (("a",), "possible", True)


# --- laws ----------------------------------------------------------------------------------------

_CALL = st.fixed_dictionaries(
    {"person": st.sampled_from(["ann", "ben", "cleo"])},
    optional={
        "external_id": st.sampled_from(["a", "b", "null"]),
        "email": st.sampled_from(["x@example.com", "y@example.com"]),
        "anonymous_id": st.sampled_from(["d", "e"]),
    },
).filter(lambda call: len(call) > 1)
_LABEL = st.sampled_from(["", "", " -> A", " -> B"])
_LINES = st.lists(st.tuples(_CALL, _LABEL), max_size=9)


def _text(lines: list[tuple[dict[str, str], str]]) -> str:
    return "\n".join(" ".join(f"{k}={v}" for k, v in call.items()) + end for call, end in lines)


@given(_LINES, st.sampled_from(["klaviyo-classic", "klaviyo", "segment-unify"]))
def test_a_profile_of_k_named_persons_has_k_minus_one_joins(
    lines: list[tuple[dict[str, str], str]], policy: str
) -> None:
    told = replay(parse(_text(lines)), policy)
    found = joins(told)
    for profile in told.profiles():
        people = {told.history.call(number).person for number in profile.calls}
        mine = [join for join in found if join.profile == profile.name]
        assert len(mine) == max(len(people) - 1, 0)
        assert {name for join in mine for name in join.persons} <= people


@given(_LINES)
def test_persons_that_share_nothing_are_not_joined(
    lines: list[tuple[dict[str, str], str]],
) -> None:
    apart = [
        ({k: v if k == "person" else f"{call['person']}-{v}" for k, v in call.items()}, "")
        for call, _ in lines
    ]
    assert _joins(_text(apart)) == ()


@given(_LINES, st.booleans())
def test_sentences_hold_no_value_and_are_those_of_the_redacted_history(
    lines: list[tuple[dict[str, str], str]],
    named: bool,  # noqa: FBT001 - hypothesis passes it by name
) -> None:
    calls = [({k: v for k, v in c.items() if named or k != "person"}, end) for c, end in lines]
    told = replay(parse(_text(calls)))
    veiled = replay(redact(told.history))
    said = [join_sentences(told, join) for join in joins(told)]
    assert said == [join_sentences(veiled, join) for join in joins(veiled)]
    values = {i.text for call in told.history for i in call.identifiers if i.key != PROFILE_ID}
    shown = " ".join(" ".join(pair) for pair in said).split()
    assert not values & set(shown) - {"a"}


# --- how it is told ------------------------------------------------------------------------------

LOG = (
    '{"person": "ann", "external_id": "a1", "email": "quirky@very-own-host.example"}\n'
    '{"person": "ben", "external_id": "a1", "email": "ben@very-own-host.example"}\n'
)


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "calls.jsonl"
    path.write_text(LOG, "utf-8")
    return str(path)


def _run(*words: str) -> str:
    done = CliRunner().invoke(cli.cli, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_diagnosis_holds_the_joins_and_counts_the_profiles() -> None:
    told = replay(parse(LEAK))
    found = diagnose(told)
    assert found.joins == joins(told)
    assert repr(found) == "<Diagnosis klaviyo-classic: 0 of 2 persons split; 1 profile joined>"
    doubtful = diagnose(replay(parse(CASES["one-key-many-partners"][1])))
    assert repr(doubtful).endswith("0 of 1 persons split; 1 profile perhaps joined>")


def test_diagnose_gives_a_line_a_join_behind_the_persons(log: str) -> None:
    (line,) = map(json.loads, _run("diagnose", log, "--json").splitlines())
    joined = line["joined"]
    assert (joined["profile"], joined["call"], joined["origin"]) == ("P1", 2, f"{log}:2")
    assert (joined["key"], joined["reason"]) == ("external_id", "identity-leak")
    assert joined["confidence"] == "likely"
    assert len(joined["persons"]) == 2
    assert joined["happened"]
    assert joined["advice"]


def test_the_terminal_has_a_section_on_joins_and_no_value(log: str) -> None:
    shown = _run("diagnose", log)
    assert "Two persons on one profile" in shown
    assert "identity-leak" in shown
    assert "quirky" not in shown


def test_reports_and_notebooks_have_a_section_only_where_there_is_a_join() -> None:
    joined, whole = replay(parse(LEAK)), replay(parse(ANN))
    page, other = str(report(joined)), str(report(whole))
    assert "Two persons on one profile" in page
    assert "Two persons on one profile" not in other
    assert "identity-leak" in notebook.mimebundle(diagnose(joined))["text/html"]
    assert "on one profile" not in notebook.mimebundle(diagnose(whole))["text/html"]


DORA = "server person=dora external_id=d1 email=dora@example.com"
DOUBT = CASES["one-key-many-partners"][1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DORA, "Nobody split: 1 call of 1 person, and each person has one profile."),
        (LEAK, "Nobody split, but 2 persons share one profile (2 calls of 2 persons)."),
        (
            f"{DORA}\n{LEAK}",
            "Nobody split, but 2 persons share one profile (3 calls of 3 persons).",
        ),
        (
            f"{LEAK}\n{HOME.replace('a1', 'a2')}\nperson=ben external_id=b2 email=home@example.com",
            (
                "2 of 2 persons split into several profiles and 2 persons share a profile with "
                "somebody else (4 calls of 2 persons)."
            ),
        ),
    ],
)
def test_the_headline_tells_who_shares_a_profile(text: str, said: str) -> None:
    assert chapters.verdict(diagnose(replay(parse(text)))) == said


def test_the_headline_counts_a_suspicion_apart() -> None:
    found = diagnose(replay(parse(DOUBT)))
    assert sharers(found.joins) == ()
    assert "Nobody split, but 1 profile may be of several persons" in chapters.verdict(found)
    assert plain_of(chapters.joined(found))[0] == "P1: perhaps several persons"


def test_only_a_history_without_splits_and_joins_is_good_news() -> None:
    for text, kind in ((DORA, "good"), (DOUBT, "note"), (LEAK, "warning")):
        (notice,) = chapters.summary(diagnose(replay(parse(text))))
        assert isinstance(notice, Notice)
        assert notice.kind == kind


def test_the_terminal_counts_them_in_its_heading(log: str) -> None:
    assert _run("diagnose", log).startswith("0 of 2 persons split; 2 persons share one profile\n")


def plain_of(blocks: Iterable[Block]) -> list[str]:
    return [plain(block.text) for block in blocks if isinstance(block, Heading)]


def test_a_chapter_names_the_persons_of_each_profile_and_the_first_call() -> None:
    third = f"{LEAK}\nserver person=carl external_id=a1 email=carl@example.com"
    told = [plain_of(chapters.joined(diagnose(replay(parse(text))))) for text in (LEAK, third)]
    assert told == [
        ["P1: ann and ben, joined at call 2"],
        ["P1: ann, ben and carl, from call 2 on"],
    ]


def test_a_report_without_splits_opens_where_two_persons_met() -> None:
    text = f"{DORA}\n{LEAK}\n{ANN}"
    page = str(report(replay(parse(text)), redact=False))
    assert "<h1>Why are two persons one profile?" in page
    assert "Person ann: 1 profile, shared with ben" in page
    cases = Cases(replay(parse(text)))
    assert cases.by_splits() == ("ann", "ben", "dora")
    case = cases.case("ann")
    (met,) = case.meetings
    assert case.calls[met - 1] == 3
    assert stepper.steps(case).start == met
    assert met in case.stops
    assert cases.case("dora").meetings == ()


def test_of_several_profiles_the_shared_one_is_named() -> None:
    text = f"{LEAK}\nserver person=ann external_id=a9"
    page = str(report(replay(parse(text)), redact=False))
    assert "Person ann: 2 profiles, P1 shared with ben" in page
    assert "<h1>Why is one person two profiles?" in page


def test_a_long_list_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    rows = (
        f'{{"person": "{who}{number}", "external_id": "x{number}"}}\n'
        for number in range(45)
        for who in "ab"
    )
    path.write_text("".join(rows), "utf-8")
    assert "And 5 more" in _run("diagnose", str(path))
    told = replay(parse("\n".join(f"person=p{n} external_id=a" for n in range(8))))
    assert "3 more" in str(report(told))
