"""Claims about policies: each keeps to the vocabulary, has a source, and its examples hold."""

from importlib.resources import files
from pathlib import Path

import pytest

from idgraph import policy as policies
from idgraph.calls import Identifier
from idgraph.errors import AssumptionError, PolicyError
from idgraph.notation import parse
from idgraph.policy import Policy
from idgraph.replays import replay
from idgraph.rules import Example

SHIPPED = [policies.load(name) for name in policies.names()]
EXAMPLES = [(policy, example) for policy in SHIPPED for example in policy.example]
CLASSIC = (files("idgraph") / "policies" / "klaviyo-classic.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("policy", "example"), EXAMPLES, ids=[f"{p.name}:{e.code}" for p, e in EXAMPLES]
)
def test_every_example_of_a_policy_holds(policy: Policy, example: Example) -> None:
    told = replay(parse(example.text), policy, assume=example.assume)
    last, expected = told.steps[-1], example.expect
    assert last.matched == expected.matched_key
    assert last.created == expected.created
    assert last.refused == expected.refused
    assert last.merged == expected.merged
    assert len(told.profiles()) == expected.profiles
    assert set(expected.assumed) <= set(last.assumed)
    if expected.holds:
        assert dict(last.after) == parse(expected.holds).calls[0].keys


@pytest.mark.parametrize("policy", SHIPPED, ids=lambda policy: policy.name)
def test_every_rule_has_a_sentence_a_source_and_the_policy_has_examples(policy: Policy) -> None:
    for rule in policy.rules.values():
        assert rule.says
        assert policy.sources[rule.source].title
    assert len(policy.example) >= 6


def test_the_scenarios_of_the_thread_are_all_there() -> None:
    codes = {example.code for example in policies.load("klaviyo-classic").example}
    assert {f"scenario-{number}" for number in range(1, 8)} <= codes


def test_keys_are_tried_in_the_order_id_email_phone() -> None:
    classic = policies.load("klaviyo-classic")
    assert classic.order == ("external_id", "email", "phone_number")
    assert classic.rules["match-phone"].evidence == "inferred"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('evidence = "documented"', 'evidence = "certain"', "evidence"),
        ('outcome = "set"', 'outcome = "sets"', "outcome"),
        ('code = "match-email"', 'code = "match-id"', "used twice"),
        ('source = "guide"', 'source = "hearsay"', "hearsay"),
        ('default = "keep"', "", "no default"),
        ('case = "taken"', 'case = "absent"', "nothing says what happens"),
        ('case = "no-key"', 'case = "asked"', "one miss rule"),
        ('outcome = "ignore"', 'outcome = "create"', "cannot come out"),
        ('case = "nobody"', 'case = "refused"', "one miss rule"),
        ('key = "phone_number"\nlabel', 'key = "fax"\nlabel', "phone_number"),
        ("\n[[match]]", "\n[[matches]]", "matches"),
    ],
)
def test_a_policy_that_breaks_the_vocabulary_is_refused(old: str, new: str, told: str) -> None:
    assert old in CLASSIC
    with pytest.raises(PolicyError) as raised:
        policies.parse(CLASSIC.replace(old, new, 1), where="mine.toml")
    assert raised.value.where == "mine.toml"
    assert told in str(raised.value)


def test_a_policy_of_ones_own_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(CLASSIC.replace('name = "klaviyo-classic"', 'name = "mine"'), "utf-8")
    assert policies.load(str(path)).name == "mine"
    with pytest.raises(PolicyError, match="cannot be read"):
        policies.load(f"{tmp_path}/none.toml")


def test_a_misspelled_policy_or_rule_gets_a_suggestion() -> None:
    with pytest.raises(PolicyError, match="klaviyo-classic"):
        policies.load("klaviyo-clasic")
    with pytest.raises(AssumptionError, match="email-case"):
        policies.load("klaviyo-classic").assuming({"email-cases": "same"})


@pytest.mark.parametrize("code", ["match-id", "queued", "create-profile"])
def test_nothing_can_be_assumed_of_a_rule_that_has_one_outcome(code: str) -> None:
    with pytest.raises(AssumptionError):
        policies.load("klaviyo-classic").assuming({code: "keep"})


def test_an_outcome_that_a_rule_cannot_have_is_refused() -> None:
    with pytest.raises(AssumptionError, match="same or different"):
        policies.load("klaviyo-classic").assuming({"email-case": "set"})


def test_policies_that_say_the_same_are_one_and_others_of_that_name_are_not() -> None:
    classic = policies.load("klaviyo-classic")
    one, same = (classic.assuming({"email-case": "different"}) for _ in range(2))
    assert classic.assuming({}) is classic
    assert {classic, one, same} == {classic, one}
    text = "email=a@b.example\nemail=A@b.example"
    for _ in range(2):
        ended = [replay(parse(text), policy).steps[-1].profile for policy in (classic, one, same)]
        assert ended == ["P1", "P2", "P2"]


def test_a_policy_is_picked_by_the_endpoints_and_says_what_it_does_not_cover() -> None:
    classic = parse("endpoint=track email=a@b.example\nemail=c@d.example")
    name, why = policies.pick(classic)
    assert name == "klaviyo-classic"
    assert "guess" not in why
    _, why = policies.pick(
        parse("endpoint=track email=a@b.example\nendpoint=x/y email=c@d.example")
    )
    assert "1 of 2 calls" in why


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("@2021-05-01T00:00:00Z email=a@b.example", "klaviyo-classic"),
        ("@2023-05-01T00:00:00Z endpoint=track email=a@b.example", "klaviyo-classic-late"),
        ("@2026-05-01T00:00:00Z email=a@b.example", "klaviyo"),
        ("@2026-05-01T00:00:00Z endpoint=events email=a@b.example", "klaviyo"),
        ("endpoint=cdp/identify email=a@b.example", "rudderstack-to-klaviyo"),
        ("endpoint=x/y email=a@b.example", "klaviyo"),
    ],
)
def test_a_policy_is_picked_by_endpoints_and_days(text: str, name: str) -> None:
    assert policies.pick(parse(text))[0] == name


def test_a_policy_that_was_not_in_force_says_so() -> None:
    name, why = policies.pick(parse("@2026-05-01T00:00:00Z endpoint=track email=a@b.example"))
    assert name == "klaviyo-classic"
    assert "1 of 1 calls are of days" in why


def test_case_is_folded_by_default_and_blanks_and_types_are_not() -> None:
    classic = policies.load("klaviyo-classic")
    upper, lower = Identifier("email", "B@Example.com"), Identifier("email", "b@example.com")
    blank = Identifier("email", " b@example.com")
    assert classic.canonical(upper) == classic.canonical(lower)
    assert classic.canonical(blank) != classic.canonical(lower)
    assert classic.loose(blank) == classic.loose(lower)
    assert classic.canonical(Identifier("external_id", "42", number=True)) != classic.canonical(
        Identifier("external_id", "42")
    )


@pytest.mark.parametrize(
    "text",
    ["+12/345(678)*900", "+12()*- 345678900", "abcde()*()++12 345 678 900", "+1-2-345678900"],
)
def test_symbols_in_a_phone_number_do_not_matter(text: str) -> None:
    classic = policies.load("klaviyo-classic")
    assert classic.canonical(Identifier("phone_number", text)).text == "+12345678900"


def test_the_rules_that_keep_two_spellings_apart_are_named() -> None:
    classic = policies.load("klaviyo-classic")
    one, other = Identifier("email", "B@example.com "), Identifier("email", "b@example.com")
    assert classic.apart(one, other) == ("email-blanks",)
    assert classic.together(one, other) == ("email-case",)
