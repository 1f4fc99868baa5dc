"""Gives every value its stand-in: the same for the same value, another for any other value.

A value is taken apart into a core and the way it is spelled; the core is replaced, the spelling
repeated. Without a key, cores are numbered in order of first appearance: nothing of the value is
in its number, and two files cannot be joined. With a key of 32 bytes a core always gets the same
stand-in under that key (HMAC-SHA-256), unless two cores of one file meet in it or look mistyped for
each other, which moves the later one, or are mistyped for each other, which makes the later one the
same mistyping of the earlier one's stand-in.

A stand-in on a public mail host must be nobody's address there. `~` is legal in an address, and no
public host lets anybody register it: `mail~1m@gmail.com` reads well and can reach no one. The
letter behind a number is a check letter: any two numbered stand-ins are at least two slips of the
hand apart, so nothing looks mistyped that is not.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import count, islice

from idgraph.calls import KEYS
from idgraph.errors import UsageError
from idgraph.placeholders import MAILBOXES, placeholder
from idgraph.redaction import anatomy
from idgraph.redaction.keptwords import PUBLIC_HOSTS
from idgraph.redaction.pseudonyms import Family, drawn_from, keyed, numbered

KEY_BYTES = 32
_WHOLE = re.compile(r"(-?)(0*)([1-9][0-9]*)((?:\.0{1,6})?)")
_NUMERIC = re.compile(r"(-?)([0-9]+(?:\.[0-9]+)?)((?:[eE][+-]?[0-9]+)?)")
_SHEET = re.compile(r"E\+[0-9]{2}")
_PHONE = re.compile(r"\+[0-9][0-9 ().\u00a0-]{6,}")
_DIALLING = re.compile(r"[0-9][0-9 ().\u00a0-]{6,}")
_ADDRESS = re.compile(r"\s*\S+@\S+\s*")
_WORDS = {"local": "mail", "domain": "site", "tag": "t", "external_id": "id", "_kx": "kx"}
_WORDS |= {"anonymous_id": "anonymous", "profile_id": "profile", "observed": "profile"}
_WORDS |= {"event_id": "event", "phone_number": "phone", "email": "id"}
_SPELLED = frozenset(("external_id", "email", "phone_number", "anonymous_id"))
_TYPED = ("local", "domain")
_MARKS = {"local": "~", "domain": "-"}
_DIALLED = 8
_CROWD = 5
"""A core with more neighbours than this one slip away is no mistyping: it is one of a series."""
_SHORTEST = 4
_ENOUGH = 60


class _Neighbours:
    """Texts, found by any text that is one slip of the hand away."""

    def __init__(self) -> None:
        self._by_rest: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, text: str) -> None:
        for rest in _rests(text):
            self._by_rest[rest].append(text)

    def near(self, text: str) -> list[str]:
        found = dict.fromkeys(
            other for rest in _rests(text) for other in self._by_rest.get(rest, ())
        )
        return [other for other in found if anatomy.typo(other, text)]


def _rests(text: str) -> Iterator[str]:
    """Yield a text and what is left of it without one letter.

    Never without a digit: `anna17` and `anna18` are two of a series, no mistyping.
    """
    lost = (text[:n] + text[n + 1 :] for n, letter in enumerate(text) if not letter.isdigit())
    yield from dict.fromkeys((text, *lost))


class Standins:
    """The stand-ins of one file.

    `phones` are the digits of the phone numbers in it, so that the same digits under another key
    get the same stand-in; `wide` are cores that need a longer word, since they are spelled in more
    ways than a short one has (`exhausted` tells which those are, once all values were seen).
    Without `public` even a public mail host is mapped.
    """

    def __init__(
        self,
        key: bytes | None = None,
        *,
        phones: Iterable[str] = (),
        wide: Iterable[tuple[Family, str]] = (),
        public: bool = True,
    ) -> None:
        """Start with nothing seen; a `UsageError` where the key is not of 32 bytes."""
        if key is not None and len(key) != KEY_BYTES:
            raise UsageError(
                f"a redaction key has {KEY_BYTES} bytes, this one has {len(key)}",
                remedy="Make one of os.urandom(32), and keep it out of what you share.",
            )
        self._key = key
        self._phones = frozenset(phones)
        self._wide = frozenset(wide)
        self._public = PUBLIC_HOSTS if public else frozenset[str]()
        self.exhausted: set[tuple[Family, str]] = set()
        self._done: dict[tuple[str, str], str] = {}
        self._owners: dict[str, str] = {}
        self._cores: dict[tuple[Family, str], str] = {}
        self._taken: set[tuple[Family, str]] = set()
        self._counts: Counter[str] = Counter()
        self._used: set[tuple[Family, str]] = set()
        self._spelled: dict[tuple[Family, str], str] = {}
        self._cases: dict[tuple[Family, str], str] = {}
        self._places: dict[tuple[Family, str], tuple[anatomy.Place, ...]] = {}
        self._near: defaultdict[Family, tuple[_Neighbours, _Neighbours]] = defaultdict(
            lambda: (_Neighbours(), _Neighbours())
        )

    def __repr__(self) -> str:
        """Say how many values have a stand-in; never which, and never the key."""
        return f"<Standins: {len(self._done)} values, {'keyed' if self._key else 'numbered'}>"

    @property
    def cores(self) -> set[str]:
        """The cores of all values seen, folded: what must not show up in anything shared."""
        return {core.casefold() for family, core in self._cores if family != "tag"}

    def of(self, text: str, kind: str) -> str:
        """Return the stand-in of a value; a placeholder is its own.

        What people and systems vary in spelling (`external_id`, addresses, phones, anonymous ids)
        goes by its shape: an address, digits, a phone, a UUID, else a name by `kind`; so a value is
        one value under whatever key it was sent. What is copied as it is (profile ids, persons,
        event names) is a name as a whole, unless an identifier has the same text. Under
        `phone_number`, a text that is no number has a name of its own without digits, since a
        platform may compare digits alone.
        """
        if kind == "phone_number" and "@" not in text:
            return self._once(text, "phone", kind)
        shaped = (text, "shape") in self._done or _ADDRESS.fullmatch(text) is not None
        numeric = kind in KEYS and _NUMERIC.fullmatch(text) is not None
        if shaped or numeric or (kind in _SPELLED and (text, "name") not in self._done):
            return self._once(text, "shape", kind)
        return self._once(text, "name", kind)

    def host(self, name: str) -> str:
        """Return the stand-in of a host: that of the addresses at it, but for a `www` in front."""
        front = name[:4] if name[:4].casefold() == "www." else ""
        return front + self._domain(name[len(front) :]) if name[len(front) :] else name

    def _once(self, text: str, mode: str, kind: str) -> str:
        if (text, mode) not in self._done:
            made = self._made(text, mode, kind)
            while self._owners.get(made, text) != text:
                made = self._core("name", f"{text}\0{made}", kind)
            self._owners[made] = text
            self._done[text, mode] = made
        return self._done[text, mode]

    def _made(self, text: str, mode: str, kind: str) -> str:
        if placeholder(text):
            return text
        if mode == "phone":
            return self._phone(text)
        if mode == "name":
            return self._core("name", text, kind)
        before, inner, after = anatomy.ends(text)
        if not inner or placeholder(inner):
            return text
        narrow = anatomy.narrowed(inner)
        if narrow is not None:
            return before + anatomy.widened(self._inner(narrow, kind)) + after
        return before + self._inner(inner, kind) + after

    def _inner(self, text: str, kind: str) -> str:
        joined = anatomy.composed(text)
        if joined is not None:
            return anatomy.decomposed(self._inner(joined, kind))
        local, _, domain = text.rpartition("@")
        if local and domain:
            return f"{self._local(local)}@{self._domain(domain)}"
        if _PHONE.fullmatch(text) or (_DIALLING.fullmatch(text) and _digits(text) in self._phones):
            return self._phone(text)
        whole = _WHOLE.fullmatch(text)
        if whole:
            sign, zeros, digits, decimals = whole.groups()
            return sign + zeros + self._digits(digits) + decimals
        numeric = _NUMERIC.fullmatch(text)
        if numeric:
            return self._numeric(*numeric.groups())
        return self._loose("text", text, kind)

    def _digits(self, digits: str) -> str:
        return self._phone(digits) if digits in self._phones else self._core("digits", digits)

    def _numeric(self, sign: str, mantissa: str, exponent: str) -> str:
        """Keep a number a number of the same type; a spreadsheet's `E+11` is a cause and stays."""
        sheet = _SHEET.fullmatch(exponent) is not None
        core = self._core("digits", mantissa if sheet else mantissa + exponent)
        fraction = ".5" if "." in mantissa else ""
        return sign + core + fraction + (exponent if sheet else "e0" if exponent else "")

    def _local(self, local: str) -> str:
        base, plus, tag = local.partition("+")
        if not base:
            base, plus, tag = local, "", ""
        if base.casefold() not in MAILBOXES:
            base = self._loose("local", base, "local", dots=True)
        return base + plus + (self._loose("tag", tag, "tag") if tag else "")

    def _domain(self, domain: str) -> str:
        if domain.casefold() in self._public:
            return domain
        return self._loose("domain", domain, "domain")

    def _loose(self, family: Family, text: str, kind: str, *, dots: bool = False) -> str:
        """Repeat blanks and invisible characters inside a value, and dots where they are counted.

        Their places are chosen for the folded text, so that two spellings of different case keep
        theirs alike.
        """
        inner, places = anatomy.without(text, dots=dots)
        if not inner or not places:
            return self._cased(family, text, kind)
        shaped = family == "text"
        made = self._inner(inner, kind) if shaped else self._cased(family, inner, kind)
        folded = text.casefold()
        if (family, folded) not in self._places:
            core, wanted = anatomy.without(folded, dots=dots)
            choices = anatomy.scattered(wanted, len(core), len(made))
            free = (c for c in choices if self._claim(family, anatomy.inserted(made, c), folded))
            chosen = next(free, None)
            if chosen is None:
                return self._cased(family, text, kind)
            self._places[family, folded] = chosen
        return anatomy.inserted(made, self._places[family, folded])

    def _claim(self, family: Family, made: str, owner: str) -> bool:
        return self._spelled.setdefault((family, made.casefold()), owner) == owner

    def _cased(self, family: Family, inner: str, kind: str) -> str:
        if (family, inner) not in self._cases:
            core = inner.casefold()
            choices = anatomy.cased(inner, self._core(family, core, kind))
            chosen = next((c for c in choices if (family, c) not in self._taken), None)
            if chosen is None:
                self.exhausted.add((family, core))
                chosen = self._core(family, f"{inner}\0", kind)
            self._taken.add((family, chosen))
            self._cases[family, inner] = chosen
        return self._cases[family, inner]

    def _core(self, family: Family, core: str, kind: str = "") -> str:
        if (family, core) not in self._cores:
            proposals = self._proposals(family, core, kind)
            made = next(m for m in proposals if (family, m) not in self._used)
            self._used.add((family, made))
            self._cores[family, core] = made
            if family in _TYPED and "\0" not in core:
                cores, standins = self._near[family]
                cores.add(core)
                standins.add(made)
        return self._cores[family, core]

    def _proposals(self, family: Family, core: str, kind: str) -> Iterator[str]:
        """Yield stand-ins for a core, the best first, without end."""
        word = _WORDS.get(kind, kind)
        if (family, core) in self._wide:
            word *= 4
        if anatomy.accented(core):
            word = anatomy.with_accent(word)
        if family in _TYPED:
            yield from self._mistyped(family, core, word)
        if self._key is not None:
            for salt in count():
                drawn = drawn_from(self._key, family, core, salt)
                made = keyed(family, word, core, kind, drawn)
                if family not in _TYPED or not self._near[family][1].near(made):
                    yield made
        for _ in count():
            self._counts[family + kind] += 1
            yield numbered(family, word, core, kind, self._counts[family + kind])

    def _mistyped(self, family: Family, core: str, word: str) -> Iterator[str]:
        """Yield stand-ins that are one slip away from just those whose cores are, the same slip.

        The slip stays inside the word, so that it cannot turn one number into another. Where no
        such stand-in is left the core gets a number: a relation can be lost, never made up.
        """
        cores, standins = self._near[family]
        # Under a key a mistyping costs the joint with other files, so short names count as none.
        told = core if self._key is None else core.partition(".")[0]
        near = cores.near(core) if len(told) >= _SHORTEST else []
        if not near or len(near) > _CROWD:
            return
        wanted = {self._cores[family, other] for other in near}
        for other in near:
            head, mark, tail = self._cores[family, other].partition(_MARKS[family])
            slip = anatomy.typo(other, core)
            choices = anatomy.slipped(head, slip) if slip and mark else ()
            for changed in islice(choices, _ENOUGH):
                made = changed + mark + tail
                if anatomy.accented(made) != anatomy.accented(word):
                    continue
                if set(standins.near(made)) == wanted:
                    yield made

    def _phone(self, text: str) -> str:
        """Replace the digits of a phone number where they stand; what is between them stays.

        Letters become `x`, since they may be a name. Leading zeros stay, and the country code.
        """
        digits = _digits(text)
        bare = digits.lstrip("0")
        if not digits:
            return self._cased("text", text, "phone_number")
        zeros = digits[: len(digits) - len(bare)]
        made = zeros + (self._national(bare) if bare else "")
        for choice in _refilled(text, made):
            if self._owners.get(choice, text) == text:
                return choice
        return self._core("text", text, "phone_number")

    def _national(self, digits: str) -> str:
        if len(digits) < _DIALLED or not digits.isascii():
            return self._core("digits", digits)
        return self._core("phone", digits)


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _refilled(text: str, digits: str) -> Iterator[str]:
    """Yield a text with other digits in the places of its own and `x` for its letters.

    Other letters follow, for the case that two texts differ in nothing else.
    """
    for letter in "xyzwvuabcdefghijklmnopqrst":
        rest = iter(digits)
        parts = [
            next(rest, "") if sign.isdecimal() else letter if sign.isalnum() else sign
            for sign in text
        ]
        last = max((place for place, sign in enumerate(text) if sign.isdecimal()), default=0)
        yield "".join((*parts[: last + 1], *rest, *parts[last + 1 :]))
