"""What the persons of a made-up fleet do: orders, visits, forms, a new email, and what is planted.

Nobody splits by the rules of `klaviyo-classic` but by what is planted.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from idgraph.calls import Call, Identifier, in_order
from idgraph.clocks import SECOND, Instant

_MINUTE, _HOUR, _DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
_BROWSERS = ("Chrome 90", "Chrome 89", "Firefox 87", "Edge 90", "Samsung Internet 14")
_SDKS = ("python-requests 2.25", "GuzzleHttp 7", "Ruby", "okhttp 4.9")
_COUNTRIES = ("US", "CA", "GB", "FR", "AU", "NL")
_FORMS = ("footer", "popup", "checkout", "account")
_LISTS = ("newsletter", "offers", "restock")
_TYPICAL = {"browser": "Safari 14", "sdk": "Go-http-client 1.1", "country": "DE", "form": "spring"}
"""What persons with that trait show in place of the usual."""
_NAMES = {"external_id": "$id", "email": "$email", "_kx": "$exchange_id"}
"""How a Track call spells the keys; a list call spells them as they are."""


@dataclass
class Shopper:
    """One person of a made-up shop: its values, its ways, and the calls so far.

    `traits` are the circumstances that go along with a plant and that this person shows.
    """

    number: int
    name: str
    at: Instant
    rng: random.Random
    traits: frozenset[str]
    calls: list[Call] = field(default_factory=list)
    known: bool = False

    def __post_init__(self) -> None:
        """Draw what the person is and uses; what is drawn does not hang on the traits."""
        rng = self.rng
        self.own = str(100_000 + self.number)
        self.emails = [f"shopper{self.number}@example.com"]
        usual = {
            "browser": rng.choice(_BROWSERS),
            "sdk": rng.choice(_SDKS),
            "country": rng.choice(_COUNTRIES),
            "form": rng.choice(_FORMS),
        }
        self.uses = {n: _TYPICAL[n] if n in self.traits else v for n, v in usual.items()}
        hour = 2 if "hour" in self.traits else rng.choice((6, 9, 12, 15, 18, 21))
        self.at += hour * _HOUR - self.at % _DAY + rng.randrange(_HOUR)

    @property
    def email(self) -> str:
        """The current email."""
        return self.emails[-1]

    def new_email(self) -> str:
        """Take a new email, and return it."""
        self.emails.append(f"shopper{self.number}.{len(self.emails)}@example.org")
        return self.email

    def wait(self, least: Instant, most: Instant) -> None:
        """Let some time pass."""
        self.at += self.rng.randrange(least, most)

    def server(self, event: str, **keys: str | int) -> None:
        """Let the shop's server track an event."""
        self._track("server", event, keys, self.uses["sdk"], {"$value": self.rng.randrange(5, 200)})
        self.known = self.known or len(keys) > 1

    def browser(self, event: str, **keys: str) -> None:
        """Let the shop's pages track an event."""
        self._track("browser", event, keys, self.uses["browser"], {})

    def form(self, email: str) -> None:
        """Let the person fill in a form, which knows the email alone."""
        payload: dict[str, object] = {
            "email": email,
            "$source": self.uses["form"],
            "list_id": self.rng.choice(_LISTS),
        }
        request = Call((), channel="form", endpoint="list/subscribe", agent=self.uses["browser"])
        self._send(replace(request, payload=payload), {"email": email}, ())

    def _track(
        self,
        channel: str,
        event: str,
        keys: Mapping[str, str | int],
        agent: str,
        properties: Mapping[str, object],
    ) -> None:
        holder = {_NAMES[key]: value for key, value in keys.items()}
        payload = {
            "token": "PUBLIC",
            "event": event,
            "customer_properties": {**holder, "$country": self.uses["country"]},
            "properties": dict(properties),
            "time": self.at // SECOND,
        }
        claimed = self.at // SECOND * SECOND
        request = Call((), channel, "track", event, occurred_at=claimed, agent=agent)
        self._send(replace(request, payload=payload), keys, ("customer_properties",))

    def _send(self, request: Call, keys: Mapping[str, str | int], folder: tuple[str, ...]) -> None:
        """Send a request that carries keys, which stand in a folder of its payload."""
        told = (Identifier(key, str(v), isinstance(v, int)) for key, v in keys.items())
        call = replace(
            request,
            identifiers=in_order(told),
            person=self.name,
            sent_at=self.at,
            answered_at=self.at + self.rng.randrange(60, 300) * 1000,
            answer=200,
            wire={key: (*folder, _NAMES[key] if folder else key) for key in keys},
        )
        self.calls.append(call)


def write_calls(shopper: Shopper, plant: str) -> list[Call]:
    """Return the calls of a person, with what is planted somewhere among them."""
    act = PLANTS.get(plant)
    first = plant == "id-only-first"
    if act is not None and first:
        act(shopper)
    else:
        _begin(shopper)
    usual = shopper.rng.randint(2, 7)
    place = shopper.rng.randrange(usual)
    for number in range(usual):
        if act is not None and not first and number == place:
            shopper.wait(_HOUR, 3 * _DAY)
            act(shopper)
        shopper.wait(20 * _MINUTE, 4 * _DAY)
        _go_on(shopper)
    return shopper.calls


def _begin(one: Shopper) -> None:
    """An order, a form, or an account that knows the id first: then a call that knows both."""
    way = one.rng.random()
    if way < 0.35:  # noqa: PLR2004 - a share
        one.form(one.email)
        one.wait(_MINUTE, _DAY)
    elif way < 0.5:  # noqa: PLR2004 - a share
        one.server("Created Account", external_id=one.own)
        one.wait(_MINUTE, _DAY)
    one.server("Placed Order", external_id=one.own, email=one.email)


def _go_on(one: Shopper) -> None:
    way = one.rng.choices(("visit", "order", "ship", "form", "change"), (5, 3, 2, 1, 1))[0]
    if way == "visit":
        _visit(one)
    elif way == "order":
        one.server("Placed Order", external_id=one.own, email=one.email)
    elif way == "ship":
        one.server("Fulfilled Order", external_id=one.own)
    elif way == "form":
        one.form(one.email)
    else:
        one.server("Updated Account", external_id=one.own, email=one.new_email())
        # Now and then the next visit comes soon, and the platform finds the new email all the same.
        one.wait(SECOND, 20 * SECOND) if one.rng.random() < 0.1 else one.wait(_HOUR, _DAY)  # noqa: PLR2004
        _visit(one)


def _visit(one: Shopper) -> None:
    """A page view by the email; at times in capitals, at times with an exchange id as well."""
    capital = "letter-case" in one.traits or one.rng.random() < 0.05  # noqa: PLR2004 - a share
    email = one.email.capitalize() if capital else one.email
    more = {"_kx": f"kx.{one.number}"} if one.rng.random() < 0.2 else {}  # noqa: PLR2004 - a share
    one.browser(one.rng.choice(("Viewed Product", "Active on Site")), email=email, **more)


# --- what can be planted: each makes a person two profiles by the rules -------------------------


def _stale_cookie(one: Shopper) -> None:
    """The browser goes on with the email that the shop has replaced (rule `replace-email`)."""
    old = one.email
    one.server("Updated Account", external_id=one.own, email=one.new_email())
    one.wait(_MINUTE, _DAY)
    one.browser("Viewed Product", email=old)


def _id_only_first(one: Shopper) -> None:
    """The server knows the id alone, then a form the email alone (scenario 6, `create-profile`)."""
    one.server("Created Account", external_id=one.own)
    one.wait(_MINUTE, _DAY)
    one.form(one.email)
    one.wait(_MINUTE, _DAY)
    one.server("Placed Order", external_id=one.own, email=one.email)


def _email_blank(one: Shopper) -> None:
    """A form sends the email with a blank behind it (rule `email-blanks`)."""
    one.form(f"{one.email} ")


def _id_number(one: Shopper) -> None:
    """One of the shop's programs sends the id as a number (rule `id-type`)."""
    one.server("Fulfilled Order", external_id=int(one.own))


def _second_email(one: Shopper) -> None:
    """A form gets the new email before the shop tells it (rule `create-profile`)."""
    one.form(one.new_email())
    one.wait(_MINUTE, _HOUR)
    one.server("Updated Account", external_id=one.own, email=one.email)


def _placeholder_id(one: Shopper) -> None:
    """A guest checkout sends the word `guest` as everybody's id (rule `match-id`)."""
    one.server("Placed Order", external_id="guest", email=one.email)


def _lag(one: Shopper) -> None:
    """A visit by the new email comes at once after the update, which it does not see."""
    one.server("Updated Account", external_id=one.own, email=one.new_email())
    one.wait(SECOND // 2, 4 * SECOND)
    one.browser("Viewed Product", email=one.email)


PLANTS: dict[str, Callable[[Shopper], None]] = {
    "stale-cookie": _stale_cookie,
    "id-only-first": _id_only_first,
    "email-blank": _email_blank,
    "id-number": _id_number,
    "second-email": _second_email,
    "placeholder-id": _placeholder_id,
    "lag": _lag,
}
"""What can be planted, by name."""
