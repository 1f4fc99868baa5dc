"""Features of keys, values and their order: what decides which profile a call finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from idgraph.calls import Identifier, Key
from idgraph.contrasts.cases import Case, Moment
from idgraph.contrasts.features import Feature, Find, Hold, Told
from idgraph.edits import Edit, EditKind

_RANK = 100
"""Which keys a call of a channel carries says less of how it comes than the table above it."""


def _put(moment: Moment, kind: EditKind, value: Identifier | None) -> Hold:
    """A call that another value, or one more, would have changed."""
    edit = None if value is None else Edit(moment.number, kind, value.key, value)
    return Hold(moment.number, edit)


def _drop(moment: Moment, key: Key) -> Hold:
    alone = len(moment.call.identifiers) == 1
    return Hold(moment.number, None if alone else Edit(moment.number, "drop", key))


def _old_email(case: Case) -> Iterator[Hold]:
    for one in case.moments:
        if one.replaced and one.lacks("external_id"):
            yield _put(one, "replace", one.email)


def _email_before_id(case: Case) -> Iterator[Hold]:
    for one in case.moments:
        first = one.real("email") is not None and not one.together and one.other is None
        if first and one.lacks("external_id") and one.id is not None and not one.spelled:
            yield _put(one, "add", one.id)


def _second_email(case: Case) -> Iterator[Hold]:
    for one in case.moments:
        new = one.real("email") is not None and "email" not in one.spelled
        if new and one.lacks("external_id") and one.other is not None:
            yield _put(one, "add", one.id) if one.id else _put(one, "replace", one.other)


def _id_first(case: Case) -> Iterator[Hold]:
    for one in case.moments:
        alone = one.real("external_id") is not None and one.lacks("email")
        if alone and one.lacks("phone_number") and one.email is None and case.email is not None:
            yield _put(one, "add", case.email)


def _differently(key: Key, differs: Callable[[str, str], bool]) -> Find:
    """Calls that carry a value in another spelling than an earlier one did."""

    def find(case: Case) -> Iterator[Hold]:
        for one in case.moments:
            own, before = one.call.get(key), one.spelled.get(key)
            if own is not None and before is not None and differs(own.text, before.text):
                yield _put(one, "normalise", before)

    return find


def _typed(case: Case) -> Iterator[Hold]:
    for one in case.moments:
        own, before = one.call.get("external_id"), one.spelled.get("external_id")
        if own is not None and before is not None and own.number != before.number:
            yield _put(one, "normalise", before)


def _blanks(one: str, other: str) -> bool:
    return one != other and one.strip() == other.strip()


def _letters(one: str, other: str) -> bool:
    return one.strip() != other.strip()


def _symbols(one: str, other: str) -> bool:
    return one != other


def _placeholder(key: Key) -> Find:
    def find(case: Case) -> Iterator[Hold]:
        for one in case.moments:
            if one.call.get(key) is not None and one.real(key) is None:
                yield _drop(one, key)

    return find


def _another_id(case: Case) -> Iterator[Hold]:
    for one in case.moments:
        new = one.real("external_id") is not None and "external_id" not in one.spelled
        if new and one.id is not None:
            yield _put(one, "replace", one.id)


def _email_changes(case: Case) -> Iterator[Hold]:
    for one in case.moments:
        if one.real("email") and not one.lacks("external_id") and "email" not in one.spelled:
            old = case.email if one.other is not None else None
            if old is not None:
                yield _put(one, "replace", old)


def _alone(key: Key) -> Find:
    """Calls that carry nothing but one key; undone by what the person's calls know besides."""

    def find(case: Case) -> Iterator[Hold]:
        for one in case.moments:
            if one.call.get(key) is not None and len(one.call.identifiers) == 1:
                yield _put(one, "add", case.id or case.email)

    return find


def _exchange_id(case: Case) -> Iterator[Hold]:
    return (_drop(one, "_kx") for one in case.moments if not one.lacks("_kx"))


def _exchange_ids(case: Case) -> Iterator[Hold]:
    first = next((kx for one in case.moments if (kx := one.call.get("_kx"))), None)
    for one in case.moments:
        own = one.call.get("_kx")
        if own is not None and own != first:
            yield _put(one, "replace", first)


def _emptied(case: Case) -> Iterator[Hold]:
    return (Hold(one.number) for one in case.moments if one.call.clears)


_TABLE: tuple[tuple[str, str, Find], ...] = (
    (
        "old-email-after-change",
        "a call without {external_id} carries an {email} that the person had replaced",
        _old_email,
    ),
    (
        "email-alone-after-id-alone",
        "an {email} comes without the {external_id} that was sent before, and never with it yet",
        _email_before_id,
    ),
    (
        "new-email-alone",
        "a further {email} comes without {external_id} first",
        _second_email,
    ),
    ("id-number-and-text", "an {external_id} comes as a number and as a text", _typed),
    (
        "email-blank",
        "an {email} comes with other blanks than before",
        _differently("email", _blanks),
    ),
    (
        "id-spelling",
        "an {external_id} comes in other letters or blanks than before",
        _differently("external_id", _symbols),
    ),
    (
        "email-case",
        "an {email} comes in other letter case than before",
        _differently("email", _letters),
    ),
    (
        "phone-spelling",
        "a {phone_number} comes in other symbols than before",
        _differently("phone_number", _symbols),
    ),
    ("placeholder-id", "an {external_id} stands for nobody", _placeholder("external_id")),
    ("placeholder-email", "an {email} stands for nobody", _placeholder("email")),
    ("placeholder-phone", "a {phone_number} stands for nobody", _placeholder("phone_number")),
    ("another-id", "a call carries another {external_id} than before", _another_id),
    ("id-first", "an {external_id} comes alone, before any {email}", _id_first),
    ("email-changes", "a call with {external_id} brings a further {email}", _email_changes),
    ("phone-alone", "a call carries {phone_number} and nothing else", _alone("phone_number")),
    ("anonymous-alone", "a call carries {anonymous_id} and nothing else", _alone("anonymous_id")),
    ("exchange-ids", "a second {_kx} is sent", _exchange_ids),
    ("exchange-id", "an {_kx} is sent", _exchange_id),
    ("key-emptied", "a call empties a key", _emptied),
)


def found(case: Case) -> Iterator[Told]:
    """Go through the features of keys, values and order that the calls of a person show."""
    for feature, find in MECHANISMS:
        for hold in find(case):
            yield Told(feature, hold)
    yield from _carried(case)


MECHANISMS: tuple[tuple[Feature, Find], ...] = tuple(
    (Feature(code, says, "mechanism", rank), find) for rank, (code, says, find) in enumerate(_TABLE)
)
"""The features of keys, values and order, the nearest to a look-up first."""


def _carried(case: Case) -> Iterator[Told]:
    """Which keys the calls of each channel carry; and the person's first call."""
    for place, one in enumerate(case.moments):
        keys = [identifier.key for identifier in one.call.identifiers]
        listed = " and ".join(f"{{{key}}}" for key in keys)
        name = f"{one.call.channel}:{'+'.join(keys)}"
        hold = _completed(case, one)
        says = f"a {one.call.channel} call carries {listed} alone"
        yield Told(Feature(f"keys:{name}", says, "mechanism", _RANK), hold)
        if place == 0:
            says = f"the first call is a {one.call.channel} call that carries {listed} alone"
            yield Told(Feature(f"first:{name}", says, "mechanism", _RANK + 1), hold)


def _completed(case: Case, one: Moment) -> Hold:
    """The call, were it to carry the person's id, or the person's email, as well."""
    lacking: Iterable[Identifier | None] = (
        case.id if one.lacks("external_id") else None,
        (one.email or case.email) if one.lacks("email") else None,
    )
    return _put(one, "add", next((known for known in lacking if known is not None), None))
