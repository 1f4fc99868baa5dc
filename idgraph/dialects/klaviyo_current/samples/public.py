"""Sample requests to the public endpoints, which browsers, forms and apps call."""

from __future__ import annotations

import json

from idgraph.dialects.base import Sample
from idgraph.dialects.klaviyo_current.samples.parts import (
    AT,
    BETTY,
    HOST,
    ID,
    KX,
    VIEWED,
    all_of,
    done_by,
    event,
    job,
    profile,
    row,
)

EVENTS = (
    Sample(
        "client/events by the browser script: the exchange id alone, in two places",
        row(
            "client/events/?company_id=ABC123",
            done_by(
                profile({"_kx": KX, "properties": {"$exchange_id": KX}}),
                event("Viewed Product", **AT),
            ),
        ),
        ({"_kx": KX, **VIEWED, "endpoint": "client/events", "channel": "browser"},),
    ),
    Sample(
        "client/event-bulk-create: one profile, several events",
        row(
            "client/event-bulk-create?company_id=ABC123",
            all_of(profile(BETTY), event("Viewed Product", **AT), event("Added to Cart")),
        ),
        (
            {**BETTY, **VIEWED, "endpoint": "client/event-bulk-create", "channel": "browser"},
            {**BETTY, "event": "Added to Cart", "occurred_at": None},
        ),
    ),
)

PROFILES = (
    Sample(
        "client/profiles of 2022-10-17: identifiers twice, id and _kx in meta alone",
        row(
            "client/profiles/?company_id=ABC123",
            {**profile(BETTY), "meta": {"identifiers": {**BETTY, "id": ID, "_kx": KX}}},
        ),
        (
            {
                **BETTY,
                "profile_id": ID,
                "_kx": KX,
                "endpoint": "client/profiles",
                "channel": "browser",
            },
        ),
    ),
    Sample(
        "client/profiles since 2023-09-15: id beside the attributes, _kx among them",
        row("client/profiles?company_id=ABC123", profile({**BETTY, "_kx": KX}, id=ID)),
        ({**BETTY, "profile_id": ID, "_kx": KX},),
    ),
    Sample(
        "client/profiles by the browser script: the exchange id among the properties",
        row(
            "client/profiles/?company_id=ABC123",
            profile({**BETTY, "properties": {"$exchange_id": KX, "id": "no id"}}),
            200,
            answer={"meta": {"exchange_id": KX}},
        ),
        ({**BETTY, "_kx": KX, "observed": None, "created": None},),
    ),
    Sample(
        "client/profiles by a mobile SDK",
        {
            "request": {
                "method": "POST",
                "url": f"{HOST}/client/profiles/?company_id=ABC123",
                "headers": {"X-Klaviyo-Mobile": "1", "Revision": "2023-07-15"},
                "body": json.dumps(
                    {"data": profile({"anonymous_id": "anon-1", "external_id": "cust-1001"})}
                ),
            }
        },
        ({"anonymous_id": "anon-1", "external_id": "cust-1001", "channel": "mobile"},),
    ),
    Sample(
        "client/subscriptions of 2022-10-17: the person's fields among the attributes",
        row(
            "client/subscriptions/?company_id=ABC123",
            job(
                "subscription",
                {
                    "list_id": "LIST01",
                    "email": "betty@example.com",
                    "properties": {"$exchange_id": KX},
                },
            ),
        ),
        (
            {
                "email": "betty@example.com",
                "_kx": KX,
                "endpoint": "client/subscriptions",
                "channel": "form",
            },
        ),
    ),
    Sample(
        "client/subscriptions since 2023-07-15: a nested profile",
        row(
            "client/subscriptions?company_id=ABC123",
            job(
                "subscription",
                {"profile": {"data": profile({"email": "b@example.com", "_kx": KX})}},
            ),
        ),
        ({"email": "b@example.com", "_kx": KX, "channel": "form"},),
    ),
    Sample(
        "client/push-tokens",
        row(
            "client/push-tokens/?company_id=ABC123",
            job(
                "push-token",
                {"token": "TOKEN", "profile": {"data": profile({"anonymous_id": "anon-1"})}},
            ),
        ),
        ({"anonymous_id": "anon-1", "endpoint": "client/push-tokens", "channel": "browser"},),
    ),
    Sample(
        "a profile with nothing but a first name names nobody",
        row("client/profiles/?company_id=ABC123", profile({"first_name": "Betty"})),
        not_a_call="no-identifier",
    ),
)
