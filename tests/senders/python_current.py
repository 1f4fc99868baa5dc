"""What a server sends with the official Python SDK of the current API."""

from __future__ import annotations

import sys

from klaviyo_api import KlaviyoAPI  # type: ignore[import-not-found]

BETTY = {"type": "profile", "attributes": {"email": "Betty@example.com", "external_id": "b1"}}
KNOWN = "01HZZZZZZZZZZZZZZZZZZZZZZ1"
SOURCE = "01HZZZZZZZZZZZZZZZZZZZZZZ2"

klaviyo = KlaviyoAPI("pk_made0up0made0up0made0up0made0up0m", max_retries=1, test_host=sys.argv[1])

event = {
    "properties": {"value": 9.5},
    "unique_id": "order-1",
    "metric": {"data": {"type": "metric", "attributes": {"name": "Placed Order"}}},
    "profile": {"data": BETTY},
}
klaviyo.Events.create_event({"data": {"type": "event", "attributes": event}})
changed = {"type": "profile", "attributes": {"email": "betty@new.example", "external_id": "b1"}}
klaviyo.Profiles.create_or_update_profile({"data": changed})
phone = {"type": "profile", "attributes": {"phone_number": "+15005550001"}}
klaviyo.Profiles.create_profile({"data": phone})
update = {"type": "profile", "id": KNOWN, "attributes": {"external_id": "b1"}}
klaviyo.Profiles.update_profile(KNOWN, {"data": update})
subscribed = {
    "type": "profile",
    "attributes": {
        "email": "form@example.com",
        "subscriptions": {"email": {"marketing": {"consent": "SUBSCRIBED"}}},
    },
}
klaviyo.Profiles.bulk_subscribe_profiles(
    {
        "data": {
            "type": "profile-subscription-bulk-create-job",
            "attributes": {"profiles": {"data": [subscribed]}},
            "relationships": {"list": {"data": {"type": "list", "id": "LIST01"}}},
        }
    }
)
klaviyo.Profiles.bulk_import_profiles(
    {
        "data": {
            "type": "profile-bulk-import-job",
            "attributes": {
                "profiles": {
                    "data": [
                        {"type": "profile", "attributes": {"email": "one@example.com"}},
                        {"type": "profile", "attributes": {"external_id": "two"}},
                    ]
                }
            },
        }
    }
)
entry = {
    "type": "event-bulk-create",
    "attributes": {
        "profile": {"data": BETTY},
        "events": {
            "data": [
                {
                    "type": "event",
                    "attributes": {
                        "properties": {},
                        "unique_id": f"seen-{number}",
                        "metric": event["metric"],
                    },
                }
                for number in (1, 2)
            ]
        },
    },
}
klaviyo.Events.bulk_create_events(
    {
        "data": {
            "type": "event-bulk-create-job",
            "attributes": {"events-bulk-create": {"data": [entry]}},
        }
    }
)
klaviyo.Profiles.merge_profiles(
    {
        "data": {
            "type": "profile-merge",
            "id": KNOWN,
            "relationships": {"profiles": {"data": [{"type": "profile", "id": SOURCE}]}},
        }
    }
)
