"""Claims about the text notation: it says what it means, and reads back what it wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idgraph.calls import CHANNELS, KEYS, Call, Identifier, in_order
from idgraph.errors import NotationError
from idgraph.notation import START, parse, write

_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: len(text.splitlines()) == 1
)
_IDENTIFIERS = st.builds(
    Identifier, st.sampled_from(KEYS), _TEXTS, number=st.just(value=False)
) | st.builds(
    lambda key, number: Identifier(key, str(number), number=True),
    st.sampled_from(KEYS),
    st.integers(),
)
_CALLS = st.builds(
    Call,
    identifiers=st.lists(_IDENTIFIERS, min_size=1, max_size=4, unique_by=lambda i: i.key).map(
        in_order
    ),
    channel=st.sampled_from(CHANNELS),
    event=st.none() | _TEXTS,
    person=st.none() | _TEXTS,
    observed=st.none() | _TEXTS,
    sent_at=st.integers(START, START + 10**12),
)


@given(st.lists(_CALLS, max_size=5))
def test_what_is_written_reads_back(calls: list[Call]) -> None:
    read = parse(write(calls)).calls
    expected = sorted(calls, key=lambda call: call.sent_at or 0)
    assert [(c.identifiers, c.channel, c.event, c.person, c.observed, c.sent_at) for c in read] == [
        (c.identifiers, c.channel, c.event, c.person, c.observed, c.sent_at) for c in expected
    ]


def test_times_are_relative_to_the_line_before() -> None:
    first, second, third, fourth = parse(
        "email=a@example.com\n+4s email=b@example.com\n& email=c@example.com\nemail=d@example.com"
    )
    assert (second.sent_at or 0) - (first.sent_at or 0) == 4_000_000
    assert third.sent_at == second.sent_at
    assert (fourth.sent_at or 0) - (third.sent_at or 0) == 60_000_000


def test_the_first_remark_is_the_title() -> None:
    assert parse("# Betty\nemail=a@example.com\n# more").title == "Betty"


@pytest.mark.parametrize(
    "line",
    [
        "server",
        "mail=a@example.com",
        'email="a@example.com',
        "external_id:=4x",
        "+4 email=a@example.com",
        "@yesterday email=a@example.com",
        "hello email=a@example.com",
        "'' email=a@example.com",
    ],
)
def test_a_line_that_breaks_the_notation_is_named(line: str) -> None:
    with pytest.raises(NotationError) as raised:
        parse(f"email=b@example.com\n{line}")
    assert raised.value.where == "notation:2"
    assert "a@example.com" not in str(raised.value)
