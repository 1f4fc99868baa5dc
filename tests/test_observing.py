"""Calls and exported events are joined where nothing else fits; what stays open is told."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import Call, History, Identifier, history
from idgraph.clocks import SECOND
from idgraph.errors import UnreadableError
from idgraph.exports.base import EventSeen, Exported, MergeSeen, ProfileSeen
from idgraph.notation import parse
from idgraph.observing import OPEN, WAYS, Observed, observe, observed
from idgraph.observing.pairing import Window, pair

AT = 1772445900
ORDER = "Placed Order"
BETTY = (Identifier("email", "betty@example.com"),)


def event(
    own: str,
    profile: str = "A",
    *,
    second: int | None = 0,
    unique: str | None = None,
    metric: str | None = ORDER,
    value: Decimal | None = None,
) -> EventSeen:
    at = None if second is None else (AT + second) * SECOND
    return EventSeen(own, unique, metric, at, value, profile, f"events.json:{own}", "METRIC")


def call(
    second: float | None = 0,
    *,
    event_id: str | None = None,
    event: str | None = ORDER,
    value: object = None,
    **more: Any,
) -> Call:
    claimed = None if second is None else round((AT + second) * SECOND)
    payload = {} if value is None else {"properties": {"$value": value}}
    fields: dict[str, Any] = {"occurred_at": claimed, "payload": payload, **more}
    return Call(BETTY, event=event, event_id=event_id, **fields)


def joined(calls: Iterable[Call], *events: EventSeen, **more: Any) -> Observed:
    return observe(history(calls), Exported(events=events, **more))


def profiles(found: Observed) -> list[str | None]:
    return [one.observed for one in found.history]


def account(found: Observed) -> None:
    """Check that each call and each event is counted once."""
    numbers = [join.call for join in found.joins]
    numbers += [number for reason in found.open.values() for number in reason]
    assert sorted(numbers) == list(range(1, len(found.history) + 1))
    distinct = {event.event_id or event.origin for event in found.exported.events}
    assert sum(found.events.values()) == len(distinct)
    assert found.events["joined"] == sum(join.way != "identifiers" for join in found.joins)
    assert set(found.open) <= OPEN.keys()
    assert set(found.ways) <= WAYS.keys()


# --- the ways


def test_event_id_joins_whatever_the_time() -> None:
    found = joined([call(event_id="o-7")], event("1", second=-900, unique="o-7"))
    assert (profiles(found), found.ways) == (["A"], {"event-id": 1})


def test_event_id_of_another_metric_joins_nothing() -> None:
    found = joined([call(event_id="o-7")], event("1", unique="o-7", metric="Fulfilled Order"))
    assert (profiles(found), found.open) == ([None], {"no-candidate": (1,)})


def test_claimed_second_joins_and_no_other_second_does() -> None:
    found = joined([call(0.9), call(3)], event("1", "A", second=0), event("2", "B", second=2))
    assert profiles(found) == ["A", None]
    assert found.ways == {"metric-time-value": 1}
    assert found.events == {"joined": 1, "open": 0, "unmatched": 1}


def test_value_decides_between_events_of_one_second() -> None:
    events = event("1", "A", value=Decimal("29.98")), event("2", "B", value=Decimal(7))
    found = joined([call(value="29.980"), call(value=7)], *events)
    assert profiles(found) == ["A", "B"]
    assert profiles(joined([call(value=8)], *events)) == [None]
    assert joined([call()], *events).open == {"several-events": (1,)}


def test_call_that_claims_no_time_is_looked_for_around_its_sending() -> None:
    sent = call(None, sent_at=AT * SECOND, answered_at=(AT + 2) * SECOND)
    for second, profile in ((-6, None), (-5, "A"), (7, "A"), (8, None)):
        found = joined([sent], event("1", second=second))
        assert profiles(found) == [profile]
        assert found.ways == ({"metric-receipt-value": 1} if profile else {})
    near = observe(history([sent]), Exported(events=(event("1", second=-1),)), skew=0)
    assert profiles(near) == [None]


def test_two_events_near_a_call_that_claims_no_time_leave_it_open() -> None:
    sent = call(None, sent_at=AT * SECOND)
    found = joined([sent], event("1", "A", second=1), event("2", "B", second=-4))
    assert found.open == {"several-events": (1,)}
    assert found.events == {"joined": 0, "open": 2, "unmatched": 0}


def test_ids_that_differ_keep_call_and_event_apart() -> None:
    assert profiles(joined([call(event_id="o-7")], event("1", unique="o-8"))) == [None]
    assert profiles(joined([call(event_id="o-7")], event("1"))) == ["A"]
    assert profiles(joined([call()], event("1", unique="o-8"))) == ["A"]


def test_browser_event_is_found_under_the_name_that_people_see() -> None:
    for own in (None, "o-7"):
        shown = event("1", metric="Active on Site", unique=own)
        assert profiles(joined([call(event="__activity__", event_id=own)], shown)) == ["A"]


def test_calls_that_cannot_be_looked_for_say_why() -> None:
    calls = [call(refused=True), call(event=None), call(None)]
    found = joined(calls, event("1"))
    assert found.open == {"refused": (1,), "no-event": (2,), "no-time": (3,)}
    assert found.events == {"joined": 0, "open": 0, "unmatched": 1}


def test_event_without_the_name_of_its_metric_or_a_time_fits_nothing() -> None:
    found = joined([call()], event("1", metric=None), event("2", second=None))
    assert found.events == {"joined": 0, "open": 0, "unmatched": 2}


# --- what stays open


def test_one_event_that_two_calls_may_have_made_is_of_neither() -> None:
    found = joined([call(), call(0.5)], event("1"))
    assert found.open == {"several-calls": (1, 2)}
    assert found.events == {"joined": 0, "open": 1, "unmatched": 0}


def test_event_delivered_again_is_of_neither_delivery_unless_time_tells() -> None:
    twice = [call(event_id="o-7"), call(event_id="o-7")]
    assert joined(twice, event("1", unique="o-7")).open == {"several-calls": (1, 2)}
    later = [call(event_id="o-7"), call(60, event_id="o-7")]
    found = joined(later, event("1", unique="o-7"))
    assert profiles(found) == ["A", None]
    assert found.ways == {"metric-time-value": 1}


def test_time_or_value_decides_between_events_of_one_id() -> None:
    later = event("1", "A", unique="o-7"), event("2", "B", unique="o-7", second=3)
    assert profiles(joined([call(3, event_id="o-7")], *later)) == ["B"]
    values = Decimal(1), Decimal(2)
    worth = [event(str(v), "AB"[v == 2], unique="o-7", value=v) for v in values]
    found = joined([call(event_id="o-7", value=v) for v in (2, 1)], *worth)
    assert profiles(found) == ["B", "A"]


def test_refused_call_leaves_the_event_to_the_one_that_was_sent_again() -> None:
    calls = [call(event_id="o-7", refused=True), call(60, event_id="o-7")]
    found = joined(calls, event("1", unique="o-7", second=60))
    assert (profiles(found), found.ways) == ([None, "A"], {"event-id": 1})


def test_event_that_moved_is_where_the_merge_found_it_or_open() -> None:
    shown = event("1", "B"), event("1", "A")
    merge = MergeSeen("B", "A", None, "merges.csv:2")
    assert profiles(joined([call()], *shown, merges=(merge,))) == ["B"]
    assert joined([call()], *shown).open == {"moved": (1,)}
    further = MergeSeen("A", "C", None, "merges.csv:3")
    ends = event("1", "B"), event("1", "C")
    assert profiles(joined([call()], *ends, merges=(merge, further))) == ["B"]
    circle = (merge, MergeSeen("A", "B", None, "merges.csv:3"))
    assert joined([call()], *shown, merges=circle).open == {"moved": (1,)}


def test_event_exported_twice_is_one_event() -> None:
    found = joined([call()], event("1"), event("1"))
    assert (profiles(found), found.events) == (
        ["A"],
        {"joined": 1, "open": 0, "unmatched": 0},
    )


# --- calls that had a profile, merges, splits


def test_observed_profile_is_kept_and_a_contradiction_told_by_origin() -> None:
    before = [
        call(0, observed="A", origin="log:1"),
        call(1, observed="OTHER", origin="log:2"),
        call(2, observed="B", origin="log:3"),
    ]
    merge = MergeSeen("B", "A", None, "merges.csv:2")
    events = [event(str(number), second=number) for number in range(3)]
    found = joined(before, *events, merges=(merge,))
    assert profiles(found) == ["A", "OTHER", "B"]
    assert (found.confirmed, found.merged) == ((1,), (3,))
    (contradiction,) = found.contradictions
    assert (contradiction.call, contradiction.call_origin) == (2, "log:2")
    assert contradiction.event_origin == "events.json:1"
    assert found.survivors.calls == (1,)
    told = list(found.sentences())
    for start in ("calls that had the same", "calls that had a profile which was merged"):
        assert any(text.startswith(start) for text in told)


def test_ids_that_survived_a_merge_are_told_with_the_calls_before_it() -> None:
    merges = (MergeSeen("B", "A", (AT + 5) * SECOND, "merges.csv:2"),)
    events = event("1", "A", second=0), event("2", "A", second=9), event("3", "C", second=20)
    found = joined([call(0), call(9), call(20)], *events, merges=merges)
    assert (found.survivors.ids, found.survivors.calls) == (1, (1, 2))
    assert found.survivors.before == (1,)
    timeless = (replace(merges[0], at=None),)
    assert joined([call(9)], *events, merges=timeless).survivors.before == (1,)


def test_merge_that_the_platform_logged_as_an_event_counts_as_one() -> None:
    merged = event("9", "A", second=5, metric="Merged Profile")
    found = joined([call(0), call(9)], event("1"), event("2", second=9), merged)
    assert (found.survivors.ids, found.survivors.before) == (1, (1,))


def test_one_event_id_under_two_profiles_was_filed_twice() -> None:
    events = event("1", "A", unique="o-7"), event("2", "B", unique="o-7", second=3)
    found = joined([call(event_id="o-7"), call(3, event_id="o-7"), call(50)], *events)
    (twice,) = found.twice
    assert (twice.calls, twice.origins) == ((1, 2), ("events.json:1", "events.json:2"))
    assert profiles(found) == ["A", "B", None]
    assert joined([], *events).twice[0].calls == ()
    assert any("several profiles" in sentence for sentence in found.sentences())


def test_event_id_of_two_metrics_was_not_filed_twice() -> None:
    other = event("2", "B", unique="o-7", metric="Fulfilled Order")
    assert joined([], event("1", "A", unique="o-7"), other).twice == ()


# --- current holders


def holding(profile: str | None, *identifiers: Identifier) -> ProfileSeen:
    return ProfileSeen(profile, identifiers, None, None, f"profiles.csv:{profile}")


def test_current_holder_is_told_and_observed_only_when_asked_for() -> None:
    calls, shown = history([call(event=None)]), Exported(profiles=(holding("A", *BETTY),))
    found = observe(calls, shown)
    assert (profiles(found), [join.call for join in found.current]) == ([None], [1])
    assert found.open == {"no-event": (1,)}
    asked = observe(calls, shown, current=True)
    assert (profiles(asked), asked.ways, asked.open) == (["A"], {"identifiers": 1}, {})
    account(asked)
    for one in (found, asked):
        assert any("says nothing of who held them then" in text for text in one.sentences())


@pytest.mark.parametrize(
    "shown",
    [
        (),
        (holding("A", *BETTY), holding("B", *BETTY)),
        (holding("A", Identifier("external_id", "b1")), holding("B", *BETTY)),
        (holding(None, *BETTY),),
        (holding("A", Identifier("email", "Betty@example.com")),),
    ],
)
def test_identifiers_of_no_or_several_profiles_have_no_holder(
    shown: tuple[ProfileSeen, ...],
) -> None:
    identify = Call((Identifier("external_id", "b1"), *BETTY))
    found = observe(history([identify]), Exported(profiles=shown), current=True)
    assert (profiles(found), found.current) == ([None], ())


def test_calls_with_an_event_or_a_profile_get_no_holder() -> None:
    calls = [call(0), call(event=None, observed="B")]
    found = observe(history(calls), Exported(profiles=(holding("A", *BETTY),)), current=True)
    assert profiles(found) == [None, "B"]
    assert (found.current, found.contradictions) == ((), ())


def test_profile_id_that_a_call_carries_is_held_by_that_profile() -> None:
    patch = Call((Identifier("profile_id", "A"),))
    found = observe(history([patch]), Exported(profiles=(holding("A"),)), current=True)
    assert profiles(found) == ["A"]


# --- the email-change split, from files


def test_split_by_an_old_email_shows_in_an_export(tmp_path: Path) -> None:
    def filed(own: str, profile: str, at: str) -> dict[str, Any]:
        data = {"type": "profile", "id": profile}
        return {
            "type": "event",
            "id": own,
            "attributes": {"datetime": at, "event_properties": {}},
            "relationships": {
                "profile": {"data": data},
                "metric": {"data": {"type": "metric", "id": "M"}},
            },
        }

    page = {
        "data": [
            filed("3", "EXAMPLEB", "2026-03-02T10:05:00+00:00"),
            filed("2", "EXAMPLEA", "2026-03-02T10:00:00+00:00"),
            filed("1", "EXAMPLEA", "2026-03-01T09:00:00+00:00"),
        ],
        "included": [{"type": "metric", "id": "M", "attributes": {"name": "Viewed Product"}}],
    }
    (tmp_path / "events.json").write_text(json.dumps(page, indent=1))
    calls = parse("""
        server  @2026-03-01T09:00:00Z event="Viewed Product" external_id=b1 email=old@example.com
        server  @2026-03-02T10:00:00Z event="Viewed Product" external_id=b1 email=new@example.com
        browser @2026-03-02T10:05:00Z event="Viewed Product" email=old@example.com
    """)
    found = observed(calls, [str(tmp_path / "events.json")])
    assert profiles(found) == ["EXAMPLEA", "EXAMPLEA", "EXAMPLEB"]
    assert found.history.labels == ("EXAMPLEA", "EXAMPLEB")
    with pytest.raises(UnreadableError):
        observed(calls, [str(tmp_path / "none.json")])


# --- what is said of it


def test_account_holds_no_value() -> None:
    canary = "canary-7f3a"
    events = event("1", canary, unique=canary), event("2", canary + "2", unique=canary)
    calls = [call(event_id=canary, observed="x" + canary), call(5), call(event=None)]
    holder = (holding(canary, *BETTY),)
    for current in (False, True):
        exported = Exported(events=events, profiles=holder, formats=("api-pages",))
        exported = replace(exported, merges=(MergeSeen(canary, canary + "3", None, "m:1"),))
        found = observe(history(calls), exported, current=current)
        told = [*found.sentences(), json.dumps(found.summary()), repr(found), repr(exported)]
        assert not [text for text in told if "canary" in text or "betty" in text]


def test_long_lists_are_cut_with_the_number_left_off() -> None:
    calls = [call(number, observed="B") for number in range(30)]
    events = [event(str(number), second=number) for number in range(30)]
    found = joined(calls, *events)
    assert len(found.contradictions) == 30
    assert "contradictions not listed here: 10" in found.sentences()
    twice = [
        replace(event(f"{n}{p}", p, second=-n - 1), unique_id=str(n))
        for n in range(25)
        for p in "AB"
    ]
    assert any("not listed here: 5" in text for text in joined([], *twice).sentences())
    lost = joined([call(-number) for number in range(25)])
    assert any(text.endswith("20 and 5 more") for text in lost.sentences())


def test_rows_that_show_nothing_are_said(tmp_path: Path) -> None:
    empty: dict[str, object] = {"data": [], "links": {}}
    rows = empty, {"data": [{"type": "list", "id": "L"}, 7]}
    (tmp_path / "e.json").write_text("\n".join(map(json.dumps, rows)))
    told = list(observed(history([call(number) for number in range(2)]), tmp_path).sentences())
    assert told[0] == "exports: 2 rows, 0 used, 1 not used, 1 rejected (api-pages)"
    assert {"not used, other-resource: 1", "rejected, bad-row: 1"} <= set(told)


def test_summary_is_json_and_counts_what_the_sentences_say() -> None:
    found = joined([call(), call(50)], event("1"))
    summary = json.loads(json.dumps(found.summary()))
    assert summary["calls_joined"] == 1
    assert summary["joined_by"] == {"metric-time-value": 1}
    assert summary["calls_open"] == {"no-candidate": [2]}
    assert summary["events_by_fit"] == {"joined": 1, "open": 0, "unmatched": 0}


# --- laws

seconds = st.integers(0, 3)
ids = st.sampled_from([None, "o-1", "o-2"])
values = st.sampled_from([None, Decimal(1), Decimal(2)])
metrics = st.sampled_from([ORDER, "Viewed Product"])
letters = st.sampled_from("ABC")

some_calls = st.lists(
    st.builds(
        lambda second, event_id, value, metric, claims, known: Call(
            BETTY,
            event=metric,
            event_id=event_id,
            observed=known,
            payload={} if value is None else {"properties": {"$value": str(value)}},
            **{"occurred_at" if claims else "sent_at": (AT + second * 20) * SECOND},
        ),
        seconds,
        ids,
        values,
        st.none() | metrics,
        st.booleans(),
        st.none() | letters,
    ),
    max_size=6,
)
some_events = st.lists(
    st.builds(
        lambda own, profile, second, unique, metric, value: event(
            own, profile, second=second * 20, unique=unique, metric=metric, value=value
        ),
        st.sampled_from("12345678"),
        letters,
        seconds,
        ids,
        metrics,
        values,
    ),
    max_size=6,
    unique_by=lambda one: one.event_id,
)


def shown_again(events: list[EventSeen], again: list[tuple[int, str]]) -> list[EventSeen]:
    """Add what a second export shows: some of the events once more, maybe after a merge."""
    more = [replace(events[n % len(events)], profile=to) for n, to in again if events]
    return [replace(one, origin=f"e:{n}") for n, one in enumerate([*events, *more])]


some_merges = st.lists(
    st.builds(
        lambda source, destination, second: MergeSeen(
            source, destination, (AT + second * 20) * SECOND, "merges.csv:2"
        ),
        letters,
        letters,
        seconds,
    ),
    max_size=2,
)
some_profiles = st.lists(st.builds(lambda profile: holding(profile, *BETTY), letters), max_size=2)
some_exports = st.builds(
    lambda events, profiles, merges: Exported(
        events=tuple(events), profiles=tuple(profiles), merges=tuple(merges)
    ),
    st.builds(
        shown_again, some_events, st.lists(st.tuples(st.integers(0, 5), letters), max_size=2)
    ),
    some_profiles,
    some_merges,
)


def outcome(found: Observed) -> tuple[object, ...]:
    """Return all that came of a join but the history and the exports themselves."""
    return (
        profiles(found),
        found.joins,
        dict(found.open),
        dict(found.events),
        found.current,
        found.confirmed,
        found.merged,
        found.contradictions,
        found.survivors,
        found.twice,
    )


@given(calls=some_calls, exported=some_exports, current=st.booleans())
def test_every_call_and_every_event_is_counted_once(
    calls: list[Call], exported: Exported, *, current: bool
) -> None:
    found = observe(history(calls), exported, current=current)
    account(found)
    for before, after in zip(history(calls), found.history, strict=True):
        assert before.observed in (None, after.observed)
        assert replace(after, observed=before.observed) == before


@given(some_calls, some_exports, st.randoms(use_true_random=False))
def test_joining_is_independent_of_the_order_of_rows_and_files(
    calls: list[Call], exported: Exported, chance: random.Random
) -> None:
    def shuffled(rows: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(chance.sample(rows, len(rows)))

    other = replace(
        exported,
        events=shuffled(exported.events),
        profiles=shuffled(exported.profiles),
        merges=shuffled(exported.merges),
    )
    sent = history(calls)
    assert outcome(observe(sent, exported)) == outcome(observe(sent, other))


@given(
    calls=some_calls,
    exported=some_exports,
    chance=st.randoms(use_true_random=False),
    current=st.booleans(),
)
def test_joining_is_independent_of_the_order_of_calls(
    calls: list[Call], exported: Exported, chance: random.Random, *, current: bool
) -> None:
    marked = [replace(call, origin=str(number)) for number, call in enumerate(calls)]

    def by_origin(given_calls: list[Call]) -> dict[str, str | None]:
        found = observe(history(given_calls), exported, current=current)
        return {call.origin: call.observed for call in found.history}

    assert by_origin(marked) == by_origin(chance.sample(marked, len(marked)))


@given(calls=some_calls, exported=some_exports, names=st.permutations("ABC"), current=st.booleans())
def test_renaming_profiles_renames_what_is_observed(
    calls: list[Call], exported: Exported, names: list[str], *, current: bool
) -> None:
    new = dict(zip("ABC", names, strict=True))
    other = replace(
        exported,
        events=tuple(replace(e, profile=new[e.profile]) for e in exported.events),
        profiles=tuple(replace(p, profile=new[str(p.profile)]) for p in exported.profiles),
        merges=tuple(
            replace(m, source=new[m.source], destination=new[m.destination])
            for m in exported.merges
        ),
    )
    renamed = [replace(call, observed=call.observed and new[call.observed]) for call in calls]
    found = observe(history(calls), exported, current=current)
    after = observe(history(renamed), other, current=current)
    assert profiles(after) == [one and new[one] for one in profiles(found)]
    assert (after.open, after.events, after.ways) == (found.open, found.events, found.ways)


def pairs_of(found: Observed) -> dict[str, str]:
    """Return which event each call was joined with, both by origin."""
    sent = found.history
    return {sent.call(join.call).origin: join.origin for join in found.joins}


@given(some_calls, some_exports, st.data())
def test_twin_of_an_event_takes_away_the_joins_of_its_own_kind_and_no_other(
    calls: list[Call], exported: Exported, data: st.DataObject
) -> None:
    if not exported.events:
        return
    sent = marked(calls)
    twin_of = data.draw(st.sampled_from(exported.events))
    twin = replace(twin_of, event_id="twin", origin="e:twin", profile=data.draw(letters))
    before = pairs_of(observe(sent, exported))
    after = pairs_of(observe(sent, replace(exported, events=(*exported.events, twin))))
    same = {e.origin for e in exported.events if e.event_id == twin_of.event_id}
    assert after.items() <= before.items()
    assert {event for call, event in before.items() if call not in after} <= same


@given(some_calls, some_exports, st.data())
def test_twin_of_a_call_takes_away_its_join_and_no_other(
    calls: list[Call], exported: Exported, data: st.DataObject
) -> None:
    if not calls:
        return
    sent = marked(calls)
    twin_of = data.draw(st.sampled_from(list(sent)))
    both = history([*sent, replace(twin_of, origin="twin")])
    before, after = pairs_of(observe(sent, exported)), pairs_of(observe(both, exported))
    assert after.items() <= before.items()
    assert before.keys() - after.keys() <= {twin_of.origin}


def marked(calls: Iterable[Call]) -> History:
    return history([replace(call, origin=f"log:{number}") for number, call in enumerate(calls)])


# --- pairing

windows = st.builds(
    lambda lane, first, size, value, is_marked: Window(lane, first, first + size, value, is_marked),
    st.sampled_from("xy"),
    st.integers(0, 9),
    st.integers(0, 3),
    st.none() | st.integers(0, 1),
    st.booleans(),
)


def fits(window: Window, point: Window) -> bool:
    return (
        window.lane == point.lane
        and window.first <= point.first <= window.last
        and (None in (window.value, point.value) or window.value == point.value)
        and not (window.marked and point.marked)
    )


@given(st.lists(windows, max_size=8), st.lists(windows, max_size=8))
def test_pairing_agrees_with_trying_every_pair(left: list[Window], right: list[Window]) -> None:
    points = [replace(one, last=one.first) for one in right]
    found = pair(left, points)
    assert found.points == tuple(sum(fits(one, p) for p in points) for one in left)
    assert found.windows == tuple(sum(fits(one, p) for one in left) for p in points)
    for window, partner, count in zip(left, found.partner, found.points, strict=True):
        only = next((place for place, p in enumerate(points) if fits(window, p)), None)
        alone = count == 1 and only is not None and found.windows[only] == 1
        assert partner == (only if alone else None)
