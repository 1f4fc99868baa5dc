"""Network addresses, mapped into the ranges that are kept for documents: equal ones stay equal."""

from __future__ import annotations

import ipaddress

from idgraph.redaction.pseudonyms import drawn_from

_RANGES = ("203.0.113", "198.51.100", "192.0.2")
"""The three networks of RFC 5737; 2001:db8::/32 is that of RFC 3849."""
_HOSTS = 254
_ROOM = len(_RANGES) * _HOSTS
FULL = "(address)"


class Networks:
    """The stand-ins of the network addresses of one set."""

    def __init__(self, key: bytes | None = None) -> None:
        """Start with none seen; under a key an address has its place by the key."""
        self._key = key
        self._done: dict[str, str] = {}
        self._taken: set[str] = set()
        self._counts = {4: 0, 6: 0}

    def of(self, text: str) -> str | None:
        """Return the stand-in of a network address, None where a text is none.

        `(address)` once all 762 addresses of the fourth version are given out.
        """
        try:
            found = ipaddress.ip_address(text.strip())
        except ValueError:
            return None
        plain = str(found)
        if plain not in self._done:
            self._done[plain] = self._made(plain, found.version)
            self._taken.add(self._done[plain])
        return self._done[plain]

    def _made(self, plain: str, version: int) -> str:
        self._counts[version] += 1
        if version == 4 and self._counts[version] > _ROOM:  # noqa: PLR2004 - of the protocol
            return FULL
        number = self._counts[version]
        if self._key is not None:
            number = drawn_from(self._key, "ip", plain, 0)
        while (made := _written(number, version)) in self._taken:
            number += 1
        return made


def _written(number: int, version: int) -> str:
    if version == 6:  # noqa: PLR2004 - of the protocol
        return str(ipaddress.IPv6Address((0x20010DB8 << 96) + number % 2**64))
    place = (number - 1) % _ROOM
    return f"{_RANGES[place // _HOSTS]}.{place % _HOSTS + 1}"
