"""Whether what was observed of each call comes out under the rules, in the order of the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from idgraph.calls import Call
from idgraph.decoding import Decoder
from idgraph.resolve import MERGED, NONE

_NOBODY = 404
_Number = int
"""A profile by the number of its birth, from 0."""


def agreements(decoder: Decoder) -> list[bool]:
    """Return, call by call, whether its observations can hold together with those before.

    Observed profile ids and profiles must go one to one; one that was merged may go by the id of
    the one that it went into, since an export tells the owner of today. A call that is said to have
    made a profile must have made one, and one that is said to have found one must not, unless that
    one may have been there before the history. A call that carries nothing that the rules look up
    agrees with anything.
    """
    names = _Names(_merged(decoder))
    found: list[bool] = []
    born = 0
    for place, call in enumerate(decoder.sent):
        profile = decoder.results.profile[place]
        created = profile == born
        born += created
        adopted = created and _missing(decoder, place) == "adopt"
        agrees = _made(call, created=created, adopted=adopted)
        if profile == NONE:
            agrees = agrees and _nowhere(decoder, place)
        elif call.observed is not None:
            agrees = names.fit(call.observed, profile) and agrees
        elif call.reads and call.answer == _NOBODY:
            agrees = False
        found.append(agrees)
    return found


class _Names:
    """Which profile each observed id can be the name of: one for each, and none has two."""

    def __init__(self, into: Mapping[_Number, _Number]) -> None:
        self._into = into
        self._left: dict[str, list[_Number]] = {}
        self._bound: dict[str, _Number] = {}
        self._owners: set[_Number] = set()

    def fit(self, name: str, profile: _Number) -> bool:
        """Tell whether a call that the rules send to a profile can have been observed so.

        Its name may be that of the profile, or of one that it went into later.
        """
        chain = list(self._chain(profile))
        left = [one for one in self._left.get(name, chain) if one in chain]
        mine = self._bound.get(name)
        if mine not in left:
            mine = next((one for one in left if one not in self._owners), None)
        if mine is None:
            return False
        self._owners.discard(self._bound.get(name, NONE))
        self._owners.add(mine)
        self._left[name], self._bound[name] = left, mine
        return True

    def _chain(self, profile: _Number) -> Iterator[_Number]:
        yield profile
        while profile in self._into:
            profile = self._into[profile]
            yield profile


def _merged(decoder: Decoder) -> dict[_Number, _Number]:
    return {
        source: target
        for entries in decoder.journal.values()
        for what, source, target, _ in entries
        if what == MERGED
    }


def _made(call: Call, *, created: bool, adopted: bool) -> bool:
    if call.created is None or call.reads:
        return True
    return created == call.created or (adopted and not call.created)


def _nowhere(decoder: Decoder, place: int) -> bool:
    """Whether a call that the rules file nowhere agrees with what was observed of it."""
    call = decoder.sent[place]
    if call.observed is None:
        return True
    refused = decoder.results.matched[place] != NONE or _missing(decoder, place) == "refuse"
    return not refused and not call.reads


def _missing(decoder: Decoder, place: int) -> str | None:
    """What becomes of a call that finds nobody, None where the rules do not look it up at all."""
    call, rules = decoder.sent[place], decoder.tables[place].nobody
    return next((rule.decided for key, rule in rules.items() if call.get(key) is not None), None)
