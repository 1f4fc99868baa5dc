"""What a server sent with the official Python SDK of the classic API."""

from __future__ import annotations

import sys
import warnings

warnings.simplefilter("ignore")
from klaviyo.api_helper import KlaviyoAPI  # type: ignore[import-not-found] # noqa: E402
from klaviyo.lists import Lists  # type: ignore[import-not-found] # noqa: E402
from klaviyo.public import Public  # type: ignore[import-not-found] # noqa: E402

server = f"{sys.argv[1]}/api"
# Its POSTs go to the constant, whatever address the object was given.
KlaviyoAPI.KLAVIYO_API_SERVER = server
public = Public("SHOP01", api_server=server)
order = {"$event_id": "order-1"}
public.track("Placed Order", "Betty@example.com", 42, properties=order, timestamp=1618560000)
public.track("Placed Order", "Betty@example.com", method="post", timestamp=1618560001)
public.identify("Betty@example.com", "b1", properties={"$phone_number": "+15005550001"})
public.identify(external_id="b1", properties={"First": "Bétty"}, method="post")
lists = Lists(None, "pk_made0up0made0up0made0up0made0up0m", api_server=server)
lists.add_subscribers_to_list("LIST01", [{"email": "form@example.com"}])
lists.add_members_to_list("LIST01", [{"email": "one@example.com"}, {"email": "two@example.com"}])
