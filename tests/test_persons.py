"""Claims about persons: who is who, in hindsight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.notation import parse
from idgraph.persons import CROWD, link


def test_calls_are_connected_by_whatever_was_sent_together() -> None:
    people = link(parse("external_id=b1\nemail=b@example.com\nexternal_id=b1 email=b@example.com"))
    assert people.calls == {"b1": (1, 2, 3)}


def test_a_person_in_the_log_wins_over_identifiers() -> None:
    people = link(
        parse("person=ann email=shop@example.com\nperson=ben email=shop@example.com\nexternal_id=x")
    )
    assert people.calls == {"ann": (1,), "ben": (2,), "x": (3,)}


def test_a_call_without_a_person_joins_the_one_person_whose_identifier_it_carries() -> None:
    people = link(parse("person=ann email=a@example.com\nemail=A@example.com\nemail=c@example.com"))
    assert people.of(2) == "ann"
    assert people.of(3) == "c@example.com"


def test_an_identifier_of_two_named_persons_gives_a_call_to_neither() -> None:
    people = link(
        parse("person=ann email=s@example.com\nperson=ben email=s@example.com\nemail=s@example.com")
    )
    assert people.of(3) == "s@example.com"


def test_spelling_does_not_part_a_person() -> None:
    people = link(
        parse("external_id:=42 email=B@example.com\nemail=' b@example.com'\nexternal_id=42")
    )
    assert len(people) == 1


@pytest.mark.parametrize("value", ["null", "guest@shop.example", "", "0", "{{ person.email }}"])
def test_a_placeholder_connects_nobody(value: str) -> None:
    people = link(parse(f"external_id=a email='{value}'\nexternal_id=b email='{value}'"))
    assert people.calls == {"a": (1,), "b": (2,)}
    assert link(parse(f"email='{value}'")).of(1) is None


def test_an_email_that_a_crowd_shares_connects_nobody() -> None:
    lines = [f"external_id=c{n} email=till@shop.example" for n in range(CROWD + 1)]
    people = link(parse("\n".join(lines)))
    assert len(people) == CROWD + 1
    assert [identifier.text for identifier in people.crowded] == ["till@shop.example"]
    assert len(link(parse("\n".join(lines[:-1])))) == 1


def test_a_person_is_named_by_external_id_first() -> None:
    people = link(parse("email=b@example.com\nexternal_id=b1 email=b@example.com"))
    assert list(people) == ["b1"]
    assert "b1" not in repr(people)


_LINES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "external_id": st.sampled_from(["a", "b", "c"]),
            "email": st.sampled_from(["x@example.com", "y@example.com", "z@example.com"]),
        },
    ).filter(bool),
    max_size=8,
)


@given(_LINES)
def test_persons_are_the_connected_components(calls: list[dict[str, str]]) -> None:
    people = link(parse("\n".join(" ".join(f"{k}={v}" for k, v in c.items()) for c in calls)))
    sets = [set(call.items()) for call in calls]
    for _ in sets:
        sets = [set().union(*(other for other in sets if other & one)) for one in sets]
    for one in range(len(calls)):
        for other in range(len(calls)):
            same = people.of(one + 1) == people.of(other + 1)
            assert same == (sets[one] == sets[other])
