"""Claims about comparisons: what makes the difference between two histories, and what does not."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import idgraph as ig
from idgraph.calls import CHANNELS, Call, History, Identifier, history
from idgraph.clocks import SECOND
from idgraph.comparison import Comparison, compared_example, difference_words, sentences, veiled
from idgraph.comparison.aligning import GAP, align, cost
from idgraph.comparison.choosing import SMALL
from idgraph.comparison.differing import KINDS, UNREAD, differences
from idgraph.comparison.finding import pairs
from idgraph.comparison.flipping import Search, minimised
from idgraph.comparison.hybrids import OWN, Hybrids
from idgraph.comparison.sides import Role, Side, side
from idgraph.comparison.values import tongues
from idgraph.demos.fleets import plants
from idgraph.errors import UsageError
from idgraph.notation import parse
from idgraph.persons import link

POLICY = "klaviyo-classic"
START = 1_618_560_000 * SECOND
BEFORE = """
    person=b server event=Order external_id=b1 email=old@example.com
    +20min person=b browser event=View email=old@example.com
    +1d person=b server event=Account external_id=b1 email=new@example.com
"""


def one_against_one(good: str | History, bad: str | History, **more: object) -> Comparison:
    sides = (parse(text) if isinstance(text, str) else text for text in (good, bad))
    found = ig.compare(*sides, policy=POLICY, **more)  # type: ignore[arg-type]
    assert isinstance(found, Comparison)
    return found


def kinds(found: Comparison) -> list[tuple[str, str | None]]:
    return [(one.kind, one.key) for one in found.minimal]


# --- stories -------------------------------------------------------------------------------------


def test_an_old_address_in_the_browser_is_the_difference_and_the_rest_is_not() -> None:
    good = f"{BEFORE}\n+2min person=b browser event=View email=new@example.com"
    bad = """
        person=c server event=Order external_id=c9 email=first@example.com
        +3d person=c browser event=View email=first@example.com
        +1h person=c server event=Account external_id=c9 email=second@example.com
        +9min person=c server event=Order external_id=c9 email=second@example.com
        +2min person=c browser event=Cart email=first@example.com
    """
    found = one_against_one(good, bad)
    assert kinds(found) == [("key", "email")]
    assert found.minimal[0].bad == 5
    assert (found.minimal[0].was, found.minimal[0].now) == ("current", "old")
    assert found.flips.forth == found.flips.back
    assert found.flips.idle_verified
    assert {"added", "event"} <= {one.kind for one in found.idle()}
    assert found.pairs[found.first_divergence - 1 if found.first_divergence else 0].bad == 5
    assert [link.call for link in found.chain] == [5]


def test_both_keys_that_have_to_change_are_in_the_smallest_set() -> None:
    good = f"{BEFORE}\n+2min person=b browser event=View email=new@example.com"
    bad = f"{BEFORE}\n+2min person=b browser event=View external_id=b2 email=other@example.com"
    found = one_against_one(good, bad)
    assert kinds(found) == [("key", "email")]
    assert len(found.flips.back[0]) == 1


def test_a_missing_id_is_named_where_the_email_came_late() -> None:
    good = """
        person=b server event=Checkout external_id=b1 email=b@example.com
        +1min person=b form email=b@example.com
    """
    bad = """
        person=b server event=Checkout external_id=b1
        +1min person=b form email=b@example.com
    """
    found = one_against_one(good, bad)
    assert kinds(found) == [("key", "email")]
    assert (found.minimal[0].bad, found.minimal[0].now) == (1, "none")
    assert [link.call for link in found.chain] == [1, 2]


def test_a_call_too_many_is_named_with_the_key_that_matters() -> None:
    bad = """
        person=b server event=Order external_id=b1 email=old@example.com
        +20min person=b browser event=View email=old@example.com
        +1d person=b server event=Account external_id=b1 email=new@example.com
        +1h person=b form email=typo@example.com
    """
    found = one_against_one(BEFORE, bad)
    assert kinds(found) == [("added", None)]
    assert found.needed == {found.minimal[0].number: ("email",)}


def test_a_missing_call_is_named() -> None:
    good = """
        person=b server external_id=b1
        +1min person=b server external_id=b1 email=b@example.com
        +1min person=b browser email=b@example.com
    """
    bad = """
        person=b server external_id=b1
        +2min person=b browser email=b@example.com
    """
    found = one_against_one(good, bad)
    assert kinds(found) == [("removed", None)]
    assert found.minimal[0].good == 2


def test_the_order_of_two_calls_is_one_difference() -> None:
    good = """
        person=b server event=Order external_id=b1
        +1min person=b server event=Account external_id=b1 email=b@example.com
        +1min person=b browser event=View email=b@example.com
        +1h person=b form event=Sign email=b@example.com
    """
    bad = """
        person=b server event=Order external_id=b1
        +1min person=b browser event=View email=b@example.com
        +1min person=b server event=Account external_id=b1 email=b@example.com
        +1h person=b form event=Sign email=b@example.com
    """
    assert kinds(one_against_one(good, bad)) == [("moved", None)]


def test_calls_of_one_instant_are_a_difference_of_time() -> None:
    good = (
        "person=b server external_id=b1 email=b@example.com\n+1s person=b form email=b@example.com"
    )
    bad = "person=b server external_id=b1 email=b@example.com\n& person=b form email=b@example.com"
    assert kinds(one_against_one(good, bad, assume={"at-once": "unseen"})) == [("gap", None)]


def test_a_race_is_found_by_search_and_its_gap_is_named() -> None:
    found = one_against_one(ig.demo("email-change-worked"), ig.demo("email-change-overtaken"))
    assert found.way == "order"
    assert kinds(found) == [("gap", None)]


def test_same_payloads_that_came_out_otherwise_are_luck_and_no_difference() -> None:
    found = one_against_one(ig.demo("email-change-worked"), ig.demo("email-change-broke"))
    assert (found.way, found.alone, found.minimal) == ("lag", True, ())


def test_of_a_deviation_no_difference_is_to_blame() -> None:
    found = one_against_one(ig.demo("email-change-worked"), ig.demo("email-change-deviated"))
    assert (found.way, found.minimal) == ("none", ())
    assert found.verdict is not None
    assert found.verdict.verdict == "deviation"


def test_histories_in_the_wrong_order_have_nothing_to_explain() -> None:
    good = f"{BEFORE}\n+2min person=b browser event=View email=new@example.com"
    bad = f"{BEFORE}\n+2min person=b browser event=View email=old@example.com"
    assert one_against_one(bad, good).minimal == ()


# --- who is compared -----------------------------------------------------------------------------


def test_the_likest_correct_person_is_chosen_and_the_next_ones_are_named() -> None:
    found = ig.compare(ig.demo("shop"), bad_person="b1001", policy=POLICY)
    assert isinstance(found, Comparison)
    assert found.good.person == "a77"
    assert found.others
    assert kinds(found) == [("added", None), ("key", "email")]
    assert all(len(one) == 1 for one in found.flips.forth)
    assert (found.flips.turns, found.flips.mends) == (True, True)


@pytest.mark.parametrize("plant", [name for name in plants() if name not in {"lag", "none"}])
def test_what_was_planted_in_one_of_a_pair_is_found_by_at_most_two_differences(plant: str) -> None:
    for seed in range(3):
        found = one_against_one(*ig.demo_pair(plant, seed))
        assert found.way == "rules"
        assert 1 <= len(found.minimal) <= 2
        assert found.flips.turns or found.flips.mends
        assert found.first_divergence is not None


def test_where_nothing_was_planted_no_difference_is_to_blame() -> None:
    for seed in range(3):
        found = one_against_one(*ig.demo_pair("none", seed))
        assert (found.way, found.minimal) == ("none", ())


def test_folders_of_several_persons_are_contrasted(tmp_path: Path) -> None:
    folders = tmp_path / "good", tmp_path / "bad"
    for folder, text in zip(folders, ("email-change-worked", "shop"), strict=True):
        folder.mkdir()
        ig.write_demo("shop", folder / "shop.jsonl")
        ig.write_demo(text, folder / "more.jsonl")
    found = ig.compare(*folders, policy=POLICY)
    assert isinstance(found, ig.Contrast)
    assert found.why_too_few
    assert compared_example(found) is None


@pytest.mark.slow
def test_a_contrast_leads_to_a_pair_that_shows_its_cause() -> None:
    fleet = ig.demo_fleet(300, plant="id-only-first", rate=0.4, beside=("country",))
    found = ig.compare(fleet, policy=POLICY)
    assert isinstance(found, ig.Contrast)
    example = compared_example(found)
    assert example is not None
    assert (example.good.profiles, example.way) == (1, "rules")
    assert example.bad.profiles > 1


def test_clocks_in_a_row_of_a_table_are_no_difference_of_payloads() -> None:
    rows = [
        {"sent_at": f"2021-05-0{day}T10:00:00Z", "person": who, "email": f"{who}@example.com"}
        for who, days in (("ann", (1, 2)), ("eve", (3, 4)))
        for day in days
    ]
    log = "\n".join(map(json.dumps, rows)).encode()
    found = ig.compare(ig.read(log, progress=False), policy=POLICY, bad_person="eve")
    assert isinstance(found, Comparison)
    assert found.differences == ()


def test_unknown_person_and_empty_history_are_errors() -> None:
    with pytest.raises(UsageError):
        ig.compare(ig.demo("shop"), bad_person="nobody", policy=POLICY)
    with pytest.raises(UsageError):
        ig.compare(history([]), history([]), policy=POLICY)


def test_one_history_under_two_policies_parts_where_only_one_of_them_updates() -> None:
    calls = parse(
        "server endpoint=identify external_id=b1 email=old@example.com\n"
        "server endpoint=identify external_id=b1 email=new@example.com\n"
        "browser endpoint=identify email=new@example.com\n"
    )
    found = ig.compare(calls, policy=POLICY, other_policy="klaviyo-classic-late")
    assert isinstance(found, Comparison)
    assert found.policies
    assert (found.good.profiles, found.bad.profiles) == (1, 2)
    assert found.first_divergence == 3
    assert [pair.holds for pair in found] == [True, False, False]
    both = ig.compare(ig.replay(calls, POLICY), ig.replay(calls, "klaviyo-classic-late"))
    assert isinstance(both, Comparison)
    assert both.first_divergence == 3
    same = one_against_one(calls, calls, other_policy=POLICY)
    assert same.first_divergence is None


def test_every_difference_has_words_and_none_holds_a_value() -> None:
    good = f"{BEFORE}\n+2min person=b browser event=View email=new@example.com"
    bad = f"{BEFORE}\n+2min person=b form event=Sign email=old@example.com external_id=b1"
    found = one_against_one(good, bad)
    told = [difference_words(found, one) for one in found.differences]
    assert all(told)
    assert not any("example.com" in words for words in (*told, *sentences(found), repr(found)))
    assert len(found.table()) == len(found)


# --- laws ----------------------------------------------------------------------------------------

IDS, MAILS = ("b1", "b2"), ("old@example.com", "Old@example.com", "new@example.com")


@st.composite
def persons(draw: st.DrawFn, most: int = 6) -> History:
    """A history of one person, with calls at one instant, apart, and without a clock."""
    calls: list[Call] = []
    at = START
    for _ in range(draw(st.integers(1, most))):
        at += draw(st.sampled_from((0, 1, 30, 4000))) * SECOND
        keys = draw(st.integers(1, 3))
        one = Identifier("external_id", draw(st.sampled_from(IDS)))
        mail = Identifier("email", draw(st.sampled_from(MAILS)))
        carried = tuple(i for bit, i in ((1, one), (2, mail)) if keys & bit)
        channel = draw(st.sampled_from(CHANNELS[:3]))
        timed = draw(st.booleans()) or not calls
        calls.append(Call(carried, channel, "track", person="b", sent_at=at if timed else None))
    return history(calls)


def _side(given_history: History) -> Side:
    replayed = ig.replay(given_history, POLICY)
    return side(replayed, link(given_history), "b")


def _hybrids(good: Side, bad: Side) -> Hybrids:
    alignment = align(good, bad)
    told = tongues(good, bad, pairs(alignment.rows))
    found = differences(good, bad, alignment, told)
    return Hybrids(good, bad, alignment.rows, told, found)


def _came(given_history: History) -> list[tuple[object, ...]]:
    steps = ig.replay(given_history, POLICY).steps
    return [(s.matched, s.created, s.profile, len(s.changed)) for s in steps]


@given(persons(), persons())
def test_the_hybrid_of_no_difference_is_the_correct_history_and_of_all_the_other(
    one: History, other: History
) -> None:
    found = _hybrids(_side(one), _side(other))
    every = frozenset(d.number for d in found.differences)
    assert _came(found.history(frozenset())) == _came(one)
    assert _came(found.history(every)) == _came(other)


@given(persons(), persons())
def test_an_alignment_costs_as_little_as_any(one: History, other: History) -> None:
    good, bad = _side(one), _side(other)
    found = align(good, bad)
    assert [row.good for row in found.rows if row.good is not None] == [*range(len(one))]
    assert [row.bad for row in found.rows if row.bad is not None] == [*range(len(other))]
    paid = sum(
        GAP
        if row.good is None or row.bad is None
        else cost(good.roles[row.good], bad.roles[row.bad])
        for row in found.rows
    )
    assert paid == found.cost == _cheapest(good.roles, bad.roles)


def _cheapest(good: tuple[Role, ...], bad: tuple[Role, ...]) -> int:
    @cache
    def rest(mine: int, theirs: int) -> int:
        if mine == len(good) or theirs == len(bad):
            return GAP * (len(good) - mine + len(bad) - theirs)
        paired = cost(good[mine], bad[theirs]) + rest(mine + 1, theirs + 1)
        return min(paired, GAP + rest(mine + 1, theirs), GAP + rest(mine, theirs + 1))

    return rest(0, 0)


@given(persons())
def test_a_history_does_not_differ_from_itself_nor_from_one_of_another_person(
    one: History,
) -> None:
    assert one_against_one(one, replace(one)).differences == ()
    renamed = {"b1": "k7", "b2": "k8", "new@example.com": "ann@example.org"}
    renamed |= {"old@example.com": "eve@example.org", "Old@example.com": "Eve@example.org"}
    calls = (
        replace(
            call,
            identifiers=tuple(i._replace(text=renamed[i.text]) for i in call.identifiers),
        )
        for call in one
    )
    other = ig.compare(one, replace(one, calls=tuple(calls)), policy=POLICY)
    assert isinstance(other, Comparison)
    assert [d.kind for d in other.differences if d.read] == []


@given(persons(), persons())
def test_what_is_named_really_turns_one_history_into_the_other(
    one: History, other: History
) -> None:
    found = one_against_one(one, other)
    assume(found.way == "rules" and found.minimal)
    hybrids = _hybrids(_side(one), _side(other))
    every = frozenset(d.number for d in hybrids.differences if d.read)
    most = _profiles(hybrids, frozenset())
    for forth in found.flips.forth:
        assert _profiles(hybrids, forth) > most
        smaller = (frozenset(some) for some in combinations(forth, len(forth) - 1))
        assert all(_profiles(hybrids, some) <= most for some in smaller)
    for back in found.flips.back:
        assert _profiles(hybrids, every - back) <= most
    best = found.flips.best or frozenset()
    assert found.flips.turns == (_profiles(hybrids, best) > most)
    assert found.flips.mends == (_profiles(hybrids, every - best) <= most)
    if found.flips.idle_verified:
        assert _profiles(hybrids, found.flips.idle) <= most


def _profiles(hybrids: Hybrids, taken: frozenset[int]) -> int:
    found = ig.replay(hybrids.history(taken), POLICY)
    own = (step for step in found if step.call.person == OWN and step.profile)
    return len({found.survivor(step.profile) for step in own if step.profile})


@given(persons(), persons())
def test_a_comparison_of_redacted_histories_says_the_same(one: History, other: History) -> None:
    found = one_against_one(one, other)
    hidden = veiled(found)
    assert sentences(hidden) == sentences(found)
    assert [d.kind for d in hidden.differences] == [d.kind for d in found.differences]
    shown = {
        i.text
        for told in (hidden.good, hidden.bad)
        for c in told.replay.history
        for i in c.identifiers
    }
    assert not shown & {*IDS, *MAILS}


@given(
    st.sets(st.integers(1, 9)), st.lists(st.frozensets(st.integers(1, 9), min_size=1), max_size=4)
)
def test_all_smallest_sets_are_found_and_no_smaller_one_is_left(
    numbers: set[int], wanted: list[frozenset[int]]
) -> None:
    def trial(taken: frozenset[int]) -> bool:
        return any(one <= taken for one in wanted)

    found = Search(trial, numbers, 10_000).flips()
    able = [one for one in wanted if one <= numbers]
    if not able:
        assert found.forth == ()
        return
    size = min(map(len, able))
    if size <= 3:
        assert set(found.forth) == {one for one in able if len(one) == size}
        assert found.exact or not found.back
    (spare, *_) = found.forth
    assert trial(spare)
    assert not any(trial(spare - {one}) for one in spare)


def test_of_a_set_that_is_minimised_nothing_can_be_spared() -> None:
    wanted = {3, 17, 40, 41, 63}
    found = minimised(range(64), lambda taken: wanted <= taken)
    assert found == wanted


def test_kinds_that_no_rule_reads_are_kinds() -> None:
    assert set(KINDS) >= UNREAD
    assert SMALL.nodes > 0
