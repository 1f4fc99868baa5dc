"""Redaction: nothing of a value gets out, and everything that is evidence stays."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from idgraph import policy
from idgraph.calls import KEYS, Call, History, Identifier, Reading, Reject, history, in_order
from idgraph.errors import UsageError
from idgraph.notation import parse
from idgraph.placeholders import placeholder
from idgraph.redaction import Redactor, anatomy, redact
from idgraph.redaction.keptwords import PUBLIC_HOSTS
from idgraph.redaction.payloads import Payload
from idgraph.replays import replay

SECRET = bytes(range(32))
BOTH = pytest.mark.parametrize("key", [None, SECRET], ids=["numbered", "keyed"])

# ------------------------------------------------------------------ canaries

CORES = {
    "local": "qzxveta",
    "domain": "wyvkupo",
    "id": "jrkblyph77",
    "digits": "830461957",
    "phone": "1713950624",
    "kx": "VfRtQwEr",
    "profile": "01GZZCANARY0PROFILE",
    "anonymous": "pxwanonq",
    "person": "Ludmilqa",
    "event": "Grombelfest",
    "event id": "ordqxz5501",
    "file": "kundenliste-mwq",
    "nested": "nstqzkw",
    "free text": "Hauptstrqsse",
    "property": "lieblingsfqrbe",
    "secret": "pk_9f31c2aa77de",
    "company": "XQ9ZKW",
    "rejected": "ausschuss-pzq",
}
ADDRESS = "Qzxveta+Vip@Wyvkupo.example"


def planted() -> History:
    """A history with a canary in every place."""
    keys = {
        "external_id": CORES["id"],
        "email": ADDRESS,
        "phone_number": "+49 1713950624",
        "anonymous_id": CORES["anonymous"],
        "_kx": CORES["kx"] + ".ABC",
        "profile_id": CORES["profile"],
    }
    payload: dict[str, object] = {
        "token": CORES["company"],
        "api_key": CORES["secret"],
        "customer_properties": {
            "$id": CORES["id"],
            "$email": ADDRESS,
            "$first_name": CORES["person"],
            CORES["property"]: CORES["free text"],
            ADDRESS: "as a key",
        },
        "properties": {
            "$value": 29.98,
            "Items": [
                {"email": f"{CORES['nested']}@x.example"},
                [["deep " + ADDRESS]],
                7,
                8,
                ADDRESS,
            ],
            "note": f"call {CORES['person']} at {ADDRESS}",
            "loyalty": int(CORES["digits"]),
            "packed": base64.b64encode(ADDRESS.encode()).decode(),
            "hashed": hashlib.sha256(ADDRESS.lower().encode()).hexdigest(),
            "url": f"https://x.example/?e={quote(ADDRESS)}",
            "header": f"Bearer {CORES['secret']}",
            "unique_id": CORES["event id"],
            "name": CORES["person"],
        },
        "time": 1618560000,
    }
    first = Call(
        identifiers=in_order(Identifier(key, value) for key, value in keys.items()),
        endpoint=f"/api/v1/person/{CORES['profile']}",
        event=CORES["event"],
        event_id=CORES["event id"],
        person=CORES["person"],
        observed=CORES["profile"],
        sent_at=1618560000_000000,
        origin=f"/home/{CORES['file']}.jsonl:17",
        payload=payload,
        wire={
            "external_id": ("customer_properties", "$id"),
            "email": ("customer_properties", "$email"),
        },
    )
    second = Call(
        identifiers=(Identifier("external_id", CORES["digits"], number=True),),
        sent_at=1618560001_000000,
        origin=f"/home/{CORES['file']}.jsonl:18",
    )
    third = Call(
        identifiers=(Identifier("email", f"{CORES['local']}@gmail.com"),),
        observed="observed-" + CORES["profile"],
        sent_at=1618560002_000000,
    )
    rejects = (Reject(f"{CORES['rejected']}.csv:3", "bad-json", "at its start"),)
    reading = Reading(rows=4, with_calls=3, calls=3, rejects=rejects)
    return history([first, second, third], reading=reading, title=f"The log of {ADDRESS}")


def strings(thing: object) -> Iterator[str]:
    """Every text in a value, however deep, keys included, and every repr on the way."""
    yield repr(thing)
    if isinstance(thing, str):
        yield thing
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from strings(getattr(thing, field.name))
    elif isinstance(thing, Mapping):
        for name, value in thing.items():
            yield from strings(name)
            yield from strings(value)
    elif isinstance(thing, tuple | list):
        for value in thing:
            yield from strings(value)


def forms(value: str) -> set[str]:
    """A value as it can be met: plain, encoded, hashed."""
    raw = value.encode()
    offsets = (base64.b64encode(b"x" * n + raw).decode()[4 if n else 0 : -4] for n in range(3))
    hashes = (hashlib.new(name, raw).hexdigest() for name in ("md5", "sha1", "sha256"))
    plain = {value, quote(value), quote_plus(value), raw.hex(), *offsets, *hashes}
    return {form for form in plain if len(form) >= 5}


FORBIDDEN = frozenset(
    form.casefold()
    for value in (*CORES.values(), ADDRESS)
    for spelling in (value, value.lower(), value.upper())
    for form in forms(spelling)
)


def leaks(shown: object) -> set[str]:
    """The forms of canaries that can be found in something that is shown."""
    text = "\n".join(strings(shown)).casefold()
    return {form for form in FORBIDDEN if form in text}


def test_the_scan_finds_each_planted_canary_before_redaction() -> None:
    found = leaks(planted())
    assert all(core.casefold() in found for core in CORES.values())


@BOTH
def test_no_canary_is_left_in_any_field_or_encoding(key: bytes | None) -> None:
    assert not leaks(redact(planted(), key))
    assert not leaks(Redactor(planted(), key=key))


TEXTS = (
    "person",
    "observed",
    "event",
    "event_id",
    "origin",
    "endpoint",
    "title",
    "property",
    "company",
    "email",
)


def _plain_text(kind: str) -> Any:
    original = Redactor.text

    def text(self: Redactor, asked: str, value: str) -> str:
        return value if asked == kind else original(self, asked, value)

    return text


MUTANTS: dict[str, tuple[object, str, Any]] = {
    **{kind: (Redactor, "text", _plain_text(kind)) for kind in TEXTS},
    "identifier": (Redactor, "identifier", lambda _, one: one),
    "reading": (Redactor, "_reading", lambda _, reading: reading),
    "known": (Redactor, "known", lambda _, text: text),
    "payload": (Payload, "tree", lambda _, tree, *__: dict(tree)),
    "payload text": (Payload, "_text", lambda _, text, *__: text),
    "payload number": (Payload, "_number", lambda _, number, *__: number),
    "payload list": (Payload, "_list", lambda _, values, *__: values),
    "payload wire": (Payload, "_stood", lambda _, value, *__: value),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_scan_turns_red_when_one_treatment_is_switched_off(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*MUTANTS[name])
    assert leaks(redact(planted()))


# ------------------------------------------------------------------ what is kept


def only(value: str, key: str = "email", secret: bytes | None = None) -> str:
    """The stand-in of a value that is alone in its history."""
    calls = [Call((Identifier(key, value),))]
    return redact(history(calls), secret).calls[0].identifiers[0].text


def together(values: list[str], key: str = "email", secret: bytes | None = None) -> list[str]:
    """The stand-ins of the values of one history."""
    calls = [Call((Identifier(key, value),)) for value in values]
    return [call.identifiers[0].text for call in redact(history(calls), secret)]


def test_calls_keep_order_clocks_ties_channels_endpoints_and_types() -> None:
    given = parse("server external_id:=42 endpoint=/api/track\n& browser external_id=42 took=9ms")
    shown = redact(given)
    kept = ("channel", "endpoint", "sent_at", "received_at", "occurred_at", "answered_at")
    for before, after in zip(given, shown, strict=True):
        assert [getattr(before, name) for name in kept] == [getattr(after, name) for name in kept]
    assert shown.ties == given.ties
    number, text = (call.identifiers[0] for call in shown)
    assert number.number
    assert not text.number
    assert number.text == text.text


def test_a_wire_path_leads_to_the_stand_in_of_its_identifier() -> None:
    profiles = [{"id": f"u{n}", "Lieblingsding": n} for n in range(9)]
    call = Call(
        (Identifier("external_id", "u7"), Identifier("email", "b@shop.example")),
        payload={"Kundenkiste": profiles, "Extra": {"Mail Adresse": "b@shop.example"}},
        wire={"external_id": ("Kundenkiste", "7", "id"), "email": ("Extra", "Mail Adresse")},
    )
    shown = redact(history([call])).calls[0]
    for key, path in shown.wire.items():
        place: Any = shown.payload
        for name in path:
            place = place[int(name)] if isinstance(place, list) else place[name]
        assert place == shown.keys[key].text
    shortened: Any = shown.payload["property 1"]
    assert shortened[-1] == "(... 5 more)"


def test_payload_keeps_own_words_times_amounts_and_booleans_and_says_what_was_dropped() -> None:
    payload = {
        "token": "ABC123",
        "time": 1618560000,
        "properties": {"$value": 9.5, "Gift": True, "Note": "a" * 12, "Count": 3, "Nothing": None},
        "data": {"type": "profile", "id": "01GDDK", "attributes": {"email": "b@shop.example"}},
        "api_key": "pk_" + "a" * 34,
        "Header": "Bearer abc",
    }
    call = Call((Identifier("external_id", "b1"),), payload=payload)
    assert redact(history([call])).calls[0].payload == {
        "token": "company-1",
        "time": 1618560000,
        "properties": {
            "$value": 9.5,
            "property 1": True,
            "property 2": "(text, 12 characters)",
            "property 3": "(number)",
            "property 4": None,
        },
        "data": {
            "type": "profile",
            "id": "profile-1",
            "attributes": {"email": "mail~1m@site-1m.example"},
        },
        "api_key": "(secret removed)",
        "property 5": "(secret removed)",
    }


def test_an_amount_stays_unless_it_is_somebodys_number() -> None:
    call = Call(
        (Identifier("phone_number", "14155552671"),), payload={"$value": 14155552671, "value": 7}
    )
    shown = redact(history([call])).calls[0]
    assert shown.payload["value"] == 7
    assert str(shown.payload["$value"]) == shown.identifiers[0].text


def test_standard_events_stay_and_others_are_numbered() -> None:
    given = parse(
        'server email=b@shop.example event="Placed Order"\nserver email=b@shop.example event=Own'
    )
    assert [call.event for call in redact(given)] == ["Placed Order", "event 1"]


def test_origins_are_numbered_by_file_and_the_notation_keeps_its_lines() -> None:
    calls = [
        Call((Identifier("email", "b@shop.example"),), origin=origin)
        for origin in ("a/b.jsonl:17", "a/c.jsonl:2", "a/b.jsonl:18", "notation:3", "d.har", "")
    ]
    shown = [call.origin for call in redact(history(calls))]
    assert shown == ["input 1:17", "input 2:2", "input 1:18", "notation:3", "input 3", ""]


@pytest.mark.parametrize(
    "value",
    [
        *("null", "undefined", "", "[object Object]", "0", "-1", "000", "anonymous", "{{ email }}"),
        *("*|EMAIL|*", "test@test.com", " NULL ", "%EMAIL%", "${user.id}", "  ", '"null"'),
    ],
)
def test_placeholders_stay_as_they_are(value: str) -> None:
    assert only(value, "external_id") == value


def test_the_guest_of_a_shop_stays_a_guest_on_a_mapped_domain() -> None:
    shown = together(["Guest@Shop.example", "betty@shop.example"])
    assert shown == ["Guest@Site-1m.example", "mail~1m@site-1m.example"]


def test_the_same_value_is_the_same_stand_in_under_any_key_and_in_any_place() -> None:
    call = Call(
        tuple(Identifier(key, "betty7") for key in ("external_id", "anonymous_id", "_kx")),
        person="betty7",
        observed="betty7",
        payload={"properties": {"Whoever": "betty7"}},
    )
    shown = redact(history([call])).calls[0]
    texts = {one.text for one in shown.identifiers} | {shown.person, shown.observed}
    assert texts == {"id-1"}
    assert shown.payload == {"properties": {"property 1": "id-1"}}


def test_a_key_joins_files_and_no_key_or_another_one_does_not() -> None:
    alone = [only(value, secret=SECRET) for value in ("anna@a.example", "b@b.example")]
    assert together(["b@b.example", "anna@a.example"], secret=SECRET) == alone[::-1]
    assert only("anna@a.example") == only("b@b.example")
    assert only("anna@a.example", secret=bytes(32)) != alone[0]


def test_a_key_of_another_length_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        redact(planted(), b"short")


@BOTH
def test_a_stand_in_on_a_public_host_can_be_nobodys(key: bytes | None) -> None:
    for host in sorted(PUBLIC_HOSTS):
        local, _, shown = only(f"betty@{host}", secret=key).partition("@")
        assert shown == host
        assert "~" in local


@BOTH
@pytest.mark.parametrize(
    "number",
    ["+1 (415) 967-2671", "+4917139506240", "+390612345678", "+33 6 12 34 56 78", "+5511987654321"],
)
def test_a_phone_stand_in_keeps_country_and_format_and_cannot_be_dialled(
    number: str, key: bytes | None
) -> None:
    shown = only(number, "phone_number", key)
    assert re.sub(r"\d", "0", shown) == re.sub(r"\d", "0", number)
    before, after = phonenumbers.parse(number), phonenumbers.parse(shown)
    assert before.country_code == after.country_code
    assert not phonenumbers.is_valid_number(after)
    assert shown != number


def test_ids_keep_their_class_and_a_number_keeps_its_type() -> None:
    shown = together(
        [
            "cust-7",
            "0042",
            "42",
            "42.0",
            "6FA459EA-EE8A-3CA4-894E-DB77E160355E",
            "1.5e3",
            "4.2E+11",
        ],
        "external_id",
    )
    assert shown[:4] == ["id-1", "001001", "1001", "1001.0"]
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", shown[4])
    assert all(float(text) for text in shown[5:])
    assert shown[6].endswith("E+11")


@BOTH
@pytest.mark.parametrize("text", ["1e+300", "1.5", "-4.0", "14155552671"])
def test_a_number_stays_a_number_under_every_key(text: str, key: bytes | None) -> None:
    ones = (Identifier(name, text, number=True) for name in KEYS)
    for shown in (redact(history([Call((one,))]), key).calls[0].identifiers[0] for one in ones):
        assert isinstance(shown.value, int | float)


# ------------------------------------------------------------------ one slip of the hand


def slips(one: str, other: str) -> str | None:
    """An independent reading of one slip: the edits are all made, and looked up."""
    letters = set(other)
    inserts = {one[:n] + x + one[n:] for n in range(len(one) + 1) for x in letters}
    deletes = {one[:n] + one[n + 1 :] for n in range(len(one))}
    substitutes = {one[:n] + x + one[n + 1 :] for n in range(len(one)) for x in letters} - {one}
    swaps = {one[:n] + one[n + 1] + one[n] + one[n + 2 :] for n in range(len(one) - 1)} - {one}
    found = (("insert", inserts), ("delete", deletes), ("substitute", substitutes), ("swap", swaps))
    return next((name for name, made in found if other in made), None)


@pytest.mark.parametrize(
    "other", ["bettty", "bety", "betzy", "btety", "xbetty", "bettyy", "bett\u00fd"]
)
@BOTH
def test_a_mistyped_address_gets_a_stand_in_mistyped_alike(other: str, key: bytes | None) -> None:
    one, two = together(["betty@shop.example", f"{other}@shop.example"], secret=key)
    assert slips(one, two) == slips("betty", other)
    assert one == only("betty@shop.example", secret=key)


@BOTH
@given(st.lists(st.text("abcd", min_size=4, max_size=6), min_size=2, max_size=8, unique=True))
def test_no_two_stand_ins_look_mistyped_unless_the_addresses_do(
    key: bytes | None, locals_: list[str]
) -> None:
    values = [f"{local}@shop.example" for local in locals_]
    shown = together(values, secret=key)
    for place, one in enumerate(values):
        for other in range(place):
            if slips(shown[other], shown[place]):
                assert slips(values[other], one)


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_two_numbers_are_at_least_two_slips_apart(one: int, other: int) -> None:
    assume(one != other)
    from idgraph.redaction.pseudonyms import checked

    assert not slips(checked(one), checked(other))


@given(st.text("abA1", max_size=6), st.text("abA1", max_size=6))
def test_a_slip_is_found_where_every_edit_is_tried(one: str, other: str) -> None:
    found = anatomy.typo(one, other)
    assert (found is not None) == (one != other and slips(one, other) is not None)


# ------------------------------------------------------------------ relations

DEFORMATIONS: dict[str, Any] = {
    "upper": str.upper,
    "capital": str.capitalize,
    "swapped case": str.swapcase,
    "one capital inside": lambda v: v[:1] + v[1:2].upper() + v[2:],
    "last capital": lambda v: v[:-1] + v[-1:].upper(),
    "leading blank": lambda v: " " + v,
    "trailing blank": lambda v: v + " ",
    "two trailing blanks": lambda v: v + "  ",
    "no-break blank": lambda v: v + "\u00a0",
    "tab": lambda v: "\t" + v,
    "line end": lambda v: v + "\n",
    "inner blank": lambda v: v[:2] + " " + v[2:],
    "zero width": lambda v: v[:2] + "\u200b" + v[2:],
    "leading zero width": lambda v: "\u200b" + v,
    "byte order mark": lambda v: "\ufeff" + v,
    "soft hyphen": lambda v: v[:1] + "\u00ad" + v[1:],
    "decomposed": lambda v: unicodedata.normalize("NFD", v),
    "full width": anatomy.widened,
    "trailing dot": lambda v: v + ".",
    "trailing comma": lambda v: v + ",",
    "quotes": lambda v: f'"{v}"',
    "single quotes": lambda v: f"'{v}'",
    "angle brackets": lambda v: f"<{v}>",
    "mailto": lambda v: f"mailto:{v}",
    "MAILTO": lambda v: f"MAILTO:{v}",
    "plus tag": lambda v: v.replace("@", "+news@", 1),
    "other plus tag": lambda v: v.replace("@", "+Vip@", 1),
    "dot inside": lambda v: v[:2] + "." + v[2:],
    "dot elsewhere": lambda v: v[:3] + "." + v[3:],
    "leading zero": lambda v: "0" + v if v.isdigit() else v,
    "leading zeros": lambda v: "000" + v if v.isdigit() else v,
    "decimals": lambda v: v + ".0" if v.isdigit() else v,
}
VALUES = {
    "email": [
        "betty@shop.example",
        "b\u00e9tty@shop.example",
        "anna.lee@gmail.com",
        "karl7@gmx.de",
    ],
    "external_id": ["cust-1001", "70417", "stra\u00dfe", "6fa459ea-ee8a-3ca4-894e-db77e160355e"],
    "anonymous_id": ["anon4711x"],
}
INVISIBLE = "\u200b\ufeff\u00ad"


def relation(one: str, other: str) -> tuple[object, ...]:
    """How two values relate, told without the code under test."""

    def plain(text: str) -> str:
        return "".join(x for x in text if x not in INVISIBLE and not x.isspace())

    def tagless(text: str) -> str:
        return re.sub(r"\+[^@]*@", "@", text.casefold())

    def dotless(text: str) -> str:
        local, _, domain = text.casefold().rpartition("@")
        return local.replace(".", "") + "@" + domain

    def nude(text: str) -> str:
        return re.sub(r"^(<|\"|'|mailto:)+|[>\"'.,]+$", "", text, flags=re.IGNORECASE)

    folds = (
        str,
        str.casefold,
        str.strip,
        lambda text: text.strip().casefold(),
        plain,
        lambda text: plain(text).casefold(),
        lambda text: unicodedata.normalize("NFC", text),
        lambda text: text.lstrip("0"),
        lambda text: text.removesuffix(".0"),
        nude,
        tagless,
        lambda text: dotless(text) if "@" in text else text,
    )
    spaces = [[x for x in text if x.isspace() or x in INVISIBLE] for text in (one, other)]
    locals_ = [text.rpartition("@")[0] for text in (one, other)]
    counts = [(local.count("+"), local.count(".")) for local in locals_]
    return (*(fold(one) == fold(other) for fold in folds), spaces, counts)


def variants(values: list[str]) -> list[str]:
    """Each value, and each value deformed in each way, without repetition."""
    made = [deform(value) for value in values for deform in (str, *DEFORMATIONS.values())]
    return list(dict.fromkeys(made))


@BOTH
@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("name", DEFORMATIONS)
def test_a_deformed_value_relates_to_the_plain_one_as_before(
    name: str, kind: str, key: bytes | None
) -> None:
    for value in VALUES[kind]:
        deformed = DEFORMATIONS[name](value)
        shown = together([value, deformed], kind, key)
        assert relation(*shown) == relation(value, deformed)


@BOTH
@pytest.mark.parametrize("kind", VALUES)
def test_all_deformations_at_once_relate_to_each_other_as_before(
    kind: str, key: bytes | None
) -> None:
    for value in VALUES[kind]:
        given_values = variants([value])
        shown = together(given_values, kind, key)
        for place, one in enumerate(given_values):
            for other in range(place):
                before = relation(given_values[other], one)
                assert relation(shown[other], shown[place]) == before, (given_values[other], one)


chains = st.tuples(
    st.sampled_from(sorted({v for values in VALUES.values() for v in values})),
    st.lists(st.sampled_from(sorted(DEFORMATIONS)), max_size=3),
)


def deformed(chain: tuple[str, list[str]]) -> str:
    value, names = chain
    for name in names:
        value = DEFORMATIONS[name](value)
    return str(value)


@BOTH
@given(st.lists(st.one_of(chains.map(deformed), st.text(max_size=8)), max_size=12), st.data())
def test_stand_ins_are_equal_exactly_where_values_are(
    key: bytes | None, values: list[str], data: st.DataObject
) -> None:
    kinds = [data.draw(st.sampled_from(["email", "external_id", "anonymous_id"])) for _ in values]
    calls = [Call((Identifier(k, v),)) for k, v in zip(kinds, values, strict=True)]
    shown = [call.identifiers[0].text for call in redact(history(calls), key)]
    assert len(set(zip(values, shown, strict=True))) == len(set(values)) == len(set(shown))


@BOTH
@given(st.lists(st.one_of(chains.map(deformed), st.text(max_size=6)), max_size=10))
def test_values_fold_together_exactly_where_their_stand_ins_do(
    key: bytes | None, values: list[str]
) -> None:
    shown = together(values, "external_id", key)
    for fold in (str.casefold, str.strip, lambda text: text.strip().casefold()):
        before = [fold(one) == fold(other) for one in values for other in values]
        assert [fold(one) == fold(other) for one in shown for other in shown] == before


# ------------------------------------------------------------------ findings

EMAILS = [
    *("betty@shop.example", "Betty@shop.example", "BETTY@SHOP.EXAMPLE", " betty@shop.example"),
    *("bettty@shop.example", "betty+a@shop.example", "anna@gmail.com", "an.na@gmail.com"),
    *("guest@shop.example", "null", "betty@shop.example ", "b\u00e9tty@shop.example"),
]
IDS = [
    "b1",
    "B1",
    "b1 ",
    "42",
    "042",
    "42.0",
    "anna",
    "Anna",
    "null",
    "betty@shop.example",
    "undefined",
]
PHONES = [
    "+14155552671",
    "(415) 555-2671",
    "14155552671",
    "1 415 555 2671",
    "tel 14155552671",
    "none",
    "Ask",
]
PHONES += ["0049171395", "+49171395", "42", "betty", "Betty"]

identifiers = st.one_of(
    st.sampled_from(EMAILS).map(lambda text: Identifier("email", text)),
    st.sampled_from(IDS).map(lambda text: Identifier("external_id", text)),
    st.sampled_from(["42", "1", "42.0"]).map(
        lambda text: Identifier("external_id", text, number=True)
    ),
    st.sampled_from(PHONES).map(lambda text: Identifier("phone_number", text)),
    st.sampled_from(["b1", "a-1", "A-1"]).map(lambda text: Identifier("anonymous_id", text)),
    st.sampled_from(["kxkxkx", "b1"]).map(lambda text: Identifier("_kx", text)),
    st.sampled_from(["01G", "01H"]).map(lambda text: Identifier("profile_id", text)),
)
calls_ = st.builds(
    Call,
    identifiers=st.lists(identifiers, min_size=1, max_size=3, unique_by=lambda i: i.key).map(
        in_order
    ),
    observed=st.sampled_from([None, None, "01G", "01H", "b1"]),
    person=st.sampled_from([None, "betty", "anna@gmail.com"]),
    sent_at=st.integers(0, 4).map(lambda second: 1618560000_000000 + second * 1_000_000),
)
histories = st.lists(calls_, min_size=1, max_size=10).map(history)


def findings(found: History, name: str, assumed: Mapping[str, str]) -> list[tuple[object, ...]]:
    """All that a replay says, but for the values themselves."""
    return [
        (
            *(step.matched, step.profile, step.created, step.refused, step.rule, step.assumed),
            *(dict(step.candidates), step.landed),
            [(change.key, change.rule, change.taken_from) for change in step.changed],
            [(kept.rule, kept.holder) for kept in step.kept],
        )
        for step in replay(found, name, assume=assumed).steps
    ]


POLICIES = [name for name in policy.names() if name.startswith("klaviyo")]


@BOTH
@pytest.mark.parametrize("name", POLICIES)
@given(histories)
def test_findings_on_the_redacted_history_are_those_on_the_original(
    name: str, key: bytes | None, found: History
) -> None:
    redacted, spelling = redact(found, key), policy.load(name).spelling
    for outcome in ("", "same", "different"):
        assumed = {rule.code: outcome for rule in spelling if outcome}
        assert findings(redacted, name, assumed) == findings(found, name, assumed), outcome


@BOTH
@given(histories)
def test_redaction_is_deterministic_and_again_of_the_same_structure(
    key: bytes | None, found: History
) -> None:
    once = redact(found, key)
    assert once == redact(found, key)
    again = redact(once, key)

    def pattern(given_: History) -> list[object]:
        texts = [(one.text, one.number) for call in given_ for one in call.identifiers]
        return [texts.index(text) for text in texts]

    assert pattern(found) == pattern(once) == pattern(again)
    assert [call.keys.keys() for call in again] == [call.keys.keys() for call in found]


def test_every_key_has_a_readable_stand_in() -> None:
    call = Call(in_order(Identifier(key, f"v-{key}") for key in KEYS))
    shown = [one.text for one in redact(history([call])).calls[0].identifiers]
    assert shown == ["profile-1", "id-1", "id-2", "phone-a", "anonymous-1", "kx-1"]
    assert not any(placeholder(text) for text in shown)


def test_a_title_stays_where_it_names_nobody() -> None:
    for title, shown in (("As it broke", "As it broke"), ("Betty as it broke", "")):
        given_ = history([Call((Identifier("email", "betty@shop.example"),))], title=title)
        assert redact(given_).title == shown
