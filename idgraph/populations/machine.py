"""Runs letters under one reading of the rules, on integers, from a state to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from idgraph import resolve as tables
from idgraph.calls import history
from idgraph.decoding import Decoder
from idgraph.populations.alphabet import Letter, Values
from idgraph.rulebook import Policy

REFUSED, NOWHERE = -1, -2
"""In place of a profile: the call was refused, or filed nowhere that the rules could tell."""
_Integers = tuple[int, ...]


class Kept(NamedTuple):
    """What the platform keeps, as in `resolve.State`."""

    holder: _Integers
    held: tuple[_Integers, ...]
    into: _Integers


class Seen(NamedTuple):
    """What is seen of one call: the profile by birth, or why there is none, and if it is new."""

    profile: int
    created: bool


_SILENT = tables.Silent()


class Machine:
    """The rules of one reading, ready for the letters of an alphabet.

    It forgets which value was written longest ago, which matters to profiles of more values of one
    key than any sequence of letters has.
    """

    def __init__(self, policy: Policy, letters: Sequence[Letter]) -> None:
        """Number the identifiers of all letters as the reading compares them."""
        values = Values(1, 1)
        flat = [values.call(sent) for letter in letters for sent in letter]
        decoder = Decoder(history(flat), policy)
        self._rules, self._keys = decoder.rules, decoder.keys
        self._width = len(policy.order)
        self._unseen = policy.at_once is not None and policy.at_once.decided == "unseen"
        self._letters: list[tables.Asked] = []
        start = 0
        for letter in letters:
            stop = start + len(letter)
            self._letters.append(_part(decoder.asked, start, stop))
            start = stop

    @property
    def start(self) -> Kept:
        """The state before any call."""
        return Kept((tables.NONE,) * len(self._keys), (), ())

    def step(self, kept: Kept, letter: int) -> tuple[Kept, tuple[Seen, ...]]:
        """Return what a letter makes of a state, and what is seen of its calls."""
        asked = self._letters[letter]
        places, born = range(len(asked.calls)), len(kept.held)
        holder, into = list(kept.holder), [*kept.into, *(tables.NONE for _ in places)]
        held = [*map(list, kept.held), *(self._blank() for _ in places)]
        used = [tables.NONE] * len(self._keys)
        state = tables.State(holder, held, self._keys, used, into, _SILENT)
        results = tables.Results(
            matched=[tables.NONE for _ in places],
            profile=[tables.NONE for _ in places],
            found=[self._blank() for _ in places],
            wrote=[self._blank() for _ in places],
        )
        seen = []
        for place in places:
            if not self._unseen or place == 0:
                for other in places if self._unseen else (place,):
                    self._look_up(other, asked, state, results)
            profile = tables.land(place, born, asked, self._rules, state, results)
            created = profile == born
            born += created
            shown = profile if profile != tables.NONE else self._why(place, asked, results)
            seen.append(Seen(shown, created))
        after = Kept(tuple(holder), tuple(map(tuple, held[:born])), tuple(into[:born]))
        return after, tuple(seen)

    def _blank(self) -> list[int]:
        return [tables.NONE] * self._width

    def _look_up(
        self, place: int, asked: tables.Asked, state: tables.State, results: tables.Results
    ) -> None:
        results.matched[place] = tables.look_up(
            asked.calls[place], asked.kinds[place], self._rules, state, results.found[place]
        )

    def _why(self, place: int, asked: tables.Asked, results: tables.Results) -> int:
        """Why a call went nowhere: the first key that it carries decides, as in `resolve`."""
        if results.matched[place] != tables.NONE:
            return REFUSED
        kind = asked.kinds[place]
        carried = (key for key in self._rules.nobody[kind] if asked.calls[place][key] >= 0)
        key = next(carried, tables.NONE)
        rejects = key != tables.NONE and self._rules.missing[kind][key] == tables.REJECT
        return REFUSED if rejects else NOWHERE


def _part(asked: tables.Asked, start: int, stop: int) -> tables.Asked:
    return tables.Asked(
        calls=asked.calls[start:stop],
        kinds=asked.kinds[start:stop],
        reads=asked.reads[start:stop],
        stops=asked.stops[start:stop],
        sources=asked.sources[start:stop],
        learned=asked.learned[start:stop],
    )
