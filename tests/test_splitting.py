"""Claims about splits: which call, from where to where, and the last chance before it."""

from hypothesis import given
from hypothesis import strategies as st

from idgraph.notation import parse
from idgraph.persons import link
from idgraph.replays import replay
from idgraph.splitting import Split, splits

OLD, NEW = "email=old@example.com", "email=new@example.com"


def _splits(text: str) -> tuple[Split, ...]:
    return splits(replay(parse(text)))


def test_a_person_on_one_profile_has_no_split() -> None:
    assert _splits(f"external_id=b1 {OLD}\n{OLD}\nexternal_id=b1") == ()


def test_the_splitting_call_is_the_first_on_another_profile_and_swinging_back_is_none() -> None:
    found = _splits(f"external_id=b1 {OLD}\nexternal_id=b1 {NEW}\n{OLD}\n{NEW}\n{OLD}")
    assert [(s.call, s.source, s.target, s.observed) for s in found] == [(3, "P1", "P2", False)]


def test_a_person_with_three_profiles_has_two_splits() -> None:
    found = _splits("person=b external_id=1\nperson=b external_id=2\nperson=b external_id=3")
    assert [(s.call, s.source, s.target) for s in found] == [(2, "P1", "P2"), (3, "P2", "P3")]


def test_two_persons_on_two_profiles_are_no_split() -> None:
    assert _splits("external_id=a email=a@example.com\nexternal_id=b email=b@example.com") == ()


def test_an_observation_alone_can_split() -> None:
    found = _splits(f"external_id=b1 {OLD} -> A\n{OLD} -> B")
    assert [(s.call, s.target, s.observed, s.chance) for s in found] == [(2, "O1", True, None)]


def test_an_observation_can_say_that_nobody_was_split() -> None:
    assert _splits(f"external_id=b1 -> A\n{OLD} -> A\nexternal_id=b1 {OLD} -> A") == ()


def test_the_last_chance_is_the_last_call_that_could_have_carried_the_missing_key() -> None:
    found = _splits(f"external_id=b1\nexternal_id=b1\n{OLD}\nexternal_id=b1 {OLD}")
    assert found[0].chance == 2


def test_where_every_earlier_call_carried_another_value_there_was_no_chance() -> None:
    assert _splits(f"external_id=b1 {NEW}\n{OLD}\nexternal_id=b1 {OLD}")[0].chance is None


_LINES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "external_id": st.sampled_from(["a", "b"]),
            "email": st.sampled_from(["x@example.com", "y@example.com"]),
        },
    ).filter(bool),
    max_size=8,
)


@given(_LINES)
def test_a_person_with_n_profiles_has_n_minus_one_splits(calls: list[dict[str, str]]) -> None:
    told = replay(parse("\n".join(" ".join(f"{k}={v}" for k, v in c.items()) for c in calls)))
    people = link(told.history)
    found = splits(told, people)
    for person in people:
        profiles = {told.step(number).profile for number in people.calls[person]}
        assert len([s for s in found if s.person == person]) == len(profiles) - 1
