"""Claims about a diagnosis: who split, the repair that mends it, and what hangs on open rules."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import Call, CallNumber, History, history
from idgraph.diagnosis import Diagnosis, diagnose, hinge_sentence
from idgraph.edits import Edit
from idgraph.notation import parse
from idgraph.persons import link
from idgraph.replays import Replay, replay
from idgraph.splitting import splits


def _diagnosis(text: str) -> Diagnosis:
    return diagnose(replay(parse(text)))


def _edited(told: History, edits: tuple[Edit, ...]) -> History:
    """The edits of a repair applied by hand, by code of this test alone."""
    calls: dict[CallNumber, Call] = dict(enumerate(told, 1))
    for edit in edits:
        for number in (edit.call, *edit.also):
            if edit.identifier is not None:
                calls[number] = calls[number].carrying(edit.identifier)
            elif edit.kind == "drop" and edit.key is not None:
                calls[number] = calls[number].without(edit.key)
            elif edit.kind == "order" and edit.before is not None:
                at = calls[edit.before].sent_at or 0
                calls[number] = replace(calls[number], sent_at=at - 1)
    return history(calls.values())


def _come_back(told: Replay) -> int:
    """How many updates write a value that a profile had lost before."""
    lost: list[tuple[str | None, str, str | None]] = []
    found = 0
    for step in told:
        for change in step.changed:
            if change.before is not None:
                after = change.after.text if change.after else None
                found += (step.profile, change.key, after) in lost
                lost.append((step.profile, change.key, change.before.text))
    return found


_PERSON = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "external_id": st.sampled_from(["a", "b"]),
            "email": st.sampled_from(["x@example.com", "y@example.com"]),
        },
    ).filter(bool),
    min_size=1,
    max_size=6,
)


@given(_PERSON)
def test_a_repair_really_keeps_the_person_whole(calls: list[dict[str, str]]) -> None:
    lines = (" ".join(f"{k}={v}" for k, v in call.items()) for call in calls)
    told = parse("\n".join(f"person=p {line}" for line in lines))
    for person in diagnose(replay(told)):
        if person.repair is not None:
            mended = replay(_edited(told, person.repair.edits))
            assert splits(mended) == ()


@given(_PERSON)
def test_a_repair_has_no_edit_too_many(calls: list[dict[str, str]]) -> None:
    lines = (" ".join(f"{k}={v}" for k, v in call.items()) for call in calls)
    told = parse("\n".join(f"person=p {line}" for line in lines))
    for person in diagnose(replay(told)):
        edits = person.repair.edits if person.repair else ()
        for left_out in edits:
            rest = tuple(edit for edit in edits if edit != left_out)
            worse = replay(_edited(told, rest))
            assert splits(worse) or _come_back(worse) > _come_back(replay(told))


def test_a_repair_does_not_bring_a_replaced_email_back() -> None:
    found = _diagnosis(
        "server external_id=b email=old@example.com\n"
        "server external_id=b email=new@example.com\n"
        "browser email=old@example.com\n"
        "browser email=old@example.com"
    )
    repair = found.persons[0].repair
    assert repair is not None
    assert [(e.call, e.also, e.kind, e.key) for e in repair.edits] == [
        (3, (4,), "replace", "email")
    ]
    assert "call 3 (browser) and 1 later call like it" in found.persons[0].advice


def test_a_repair_does_not_split_somebody_else() -> None:
    found = _diagnosis(
        "person=ann external_id=a email=guest@shop.example\n"
        "person=ben external_id=b email=guest@shop.example\n"
        "person=ann external_id=a\n"
        "person=ben external_id=b"
    )
    repair = found.persons[0].repair
    assert repair is not None
    mended = replay(_edited(found.replay.history, repair.edits))
    assert len(splits(mended)) <= len(splits(found.replay)) - 1


def test_persons_that_did_not_split_are_not_listed() -> None:
    found = _diagnosis(
        "external_id=a email=a@example.com\nemail=a@example.com\n"
        "person=b external_id=b\nperson=b email=b@example.com"
    )
    assert [person.name for person in found] == ["b"]
    assert found.persons[0].profiles == ("P2", "P3")
    assert len(found.people) == 2


def test_a_result_that_hangs_on_an_open_rule_says_so() -> None:
    found = _diagnosis("external_id=b email=Betty@example.com\nemail=betty@example.com")
    assert found.persons == ()
    hinge = found.hinges[0]
    assert (hinge.rule, hinge.outcome, hinge.call, hinge.splits) == (
        "email-case",
        "different",
        2,
        True,
    )
    assert "--assume email-case=different" in hinge_sentence(hinge)


def test_a_result_that_hangs_on_nothing_has_no_hinge() -> None:
    assert _diagnosis("external_id=b email=b@example.com\nemail=b@example.com").hinges == ()


def test_the_table_has_one_row_a_split_and_the_repr_no_value() -> None:
    found = _diagnosis("person=b external_id=b\nperson=b email=b@example.com")
    assert list(found.table()["cause"]) == ["id-only-then-email-only"]
    assert "person" in _diagnosis("external_id=a").table()
    assert repr(found) == (
        "<Diagnosis klaviyo-classic: 1 of 1 persons split: call 2 id-only-then-email-only>"
    )


def test_people_are_those_of_the_history() -> None:
    told = parse("external_id=a\nexternal_id=b")
    assert diagnose(replay(told)).people.calls == link(told).calls
