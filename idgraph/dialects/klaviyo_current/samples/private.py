"""Sample requests to the private endpoints."""

from __future__ import annotations

import json

from idgraph.dialects.base import Sample
from idgraph.dialects.klaviyo_current.samples.parts import (
    AT,
    BETTY,
    ID,
    KX,
    OTHER,
    PHONE,
    VIEWED,
    all_of,
    done_by,
    event,
    job,
    profile,
    row,
)

PROFILES = (
    Sample(
        "POST profiles creates one, whose id the answer gives",
        row("api/profiles/", profile(BETTY), 201, answer={"data": {"id": ID}}),
        (
            {
                **BETTY,
                "endpoint": "profiles",
                "channel": "server",
                "observed": ID,
                "created": True,
                "answer": 201,
            },
        ),
    ),
    Sample(
        "POST profiles is refused: another profile holds one of the identifiers",
        row(
            "api/profiles",
            profile(BETTY),
            409,
            answer={
                "errors": [{"code": "duplicate_profile", "meta": {"duplicate_profile_id": OTHER}}]
            },
        ),
        ({**BETTY, "refused": True, "owner": OTHER, "created": None, "observed": None},),
    ),
    Sample(
        "PATCH profiles names it by the id in the address and body; null clears",
        row(
            f"api/profiles/{ID}",
            profile({"email": "betty@shop.example", "phone_number": None}, id=ID),
            200,
            answer={"data": {"id": ID}},
            method="PATCH",
        ),
        (
            {
                "profile_id": ID,
                "email": "betty@shop.example",
                "endpoint": "profiles/{id}",
                "observed": ID,
                "created": False,
            },
        ),
    ),
    Sample(
        "PATCH profiles with secondary emails, which are no identifiers of the call",
        row(
            f"api/profiles/{ID}",
            {
                **profile({}, id=ID),
                "meta": {"patch_identifiers": {"append": {"email": ["betty.b@example.com"]}}},
            },
            200,
            method="PATCH",
        ),
        ({"profile_id": ID, "observed": None, "created": False},),
    ),
    Sample(
        "profile-import with every identifier; a custom property `id` is none",
        row(
            "api/profile-import/",
            profile(
                {
                    **BETTY,
                    "phone_number": PHONE,
                    "anonymous_id": "anon-1",
                    "_kx": KX,
                    "properties": {"id": "no id", "$email": "no@example.com"},
                },
                id=ID,
            ),
            200,
            answer=json.dumps({"data": {"id": ID}}),
        ),
        (
            {
                **BETTY,
                "profile_id": ID,
                "phone_number": PHONE,
                "anonymous_id": "anon-1",
                "_kx": KX,
                "endpoint": "profile-import",
                "created": False,
                "observed": ID,
            },
        ),
    ),
    Sample(
        "profile-import is refused: the id is of no profile that could take the email",
        row(
            "api/profile-import",
            profile({"email": "betty@example.com"}, id=ID),
            404,
            answer={"errors": [{"code": "not_found"}]},
        ),
        (
            {
                "profile_id": ID,
                "email": "betty@example.com",
                "refused": True,
                "owner": None,
                "answer": 404,
            },
        ),
    ),
    Sample(
        "profile-bulk-import-jobs: one call a profile; the id in the answer is the job's",
        row(
            "api/profile-bulk-import-jobs",
            job(
                "profile-bulk-import-job",
                {
                    "profiles": {
                        "data": [
                            profile({"email": "betty@example.com", "external_id": 42}),
                            profile({"phone_number": PHONE}, id=ID),
                        ]
                    }
                },
            ),
            answer={"data": {"type": "profile-bulk-import-job", "id": "JOB1"}},
        ),
        (
            {
                "email": "betty@example.com",
                "external_id": 42,
                "endpoint": "profile-bulk-import-jobs",
                "observed": None,
            },
            {"phone_number": PHONE, "profile_id": ID, "created": None},
        ),
    ),
    Sample(
        "profile-merge names the destination",
        row(
            "api/profile-merge",
            {
                "type": "profile-merge",
                "id": ID,
                "relationships": {"profiles": {"data": [{"type": "profile", "id": OTHER}]}},
            },
            201,
            answer={"data": {"type": "profile", "id": ID}},
        ),
        ({"profile_id": ID, "endpoint": "profile-merge", "observed": ID, "merges": OTHER},),
    ),
)

EVENTS = (
    Sample(
        "events of 2022-10-17: a flat profile, a flat metric",
        row(
            "api/events/",
            job(
                "event",
                {
                    "profile": {"$email": "betty@example.com", "$id": "cust-1001", "age": "22"},
                    "metric": {"name": "Viewed Product"},
                    "properties": {"$email": "no@example.com"},
                    **AT,
                },
            ),
        ),
        ({**BETTY, **VIEWED, "endpoint": "events", "channel": "server", "answer": 202},),
    ),
    Sample(
        "events since 2023-07-15: a nested profile, a nested metric, a unique_id",
        row(
            "api/events",
            done_by(
                profile(
                    {
                        "email": "betty@example.com",
                        "anonymous_id": "anon-1",
                        "properties": {"id": "no id"},
                    }
                ),
                event("Viewed Product", unique_id="view-1", **AT),
            ),
        ),
        (
            {
                "email": "betty@example.com",
                "anonymous_id": "anon-1",
                **VIEWED,
                "event_id": "view-1",
                "created": None,
                "observed": None,
            },
        ),
    ),
    Sample(
        "event-bulk-create-jobs: one call a profile and event",
        row(
            "api/event-bulk-create-jobs/",
            job(
                "event-bulk-create-job",
                {
                    "events-bulk-create": {
                        "data": [
                            all_of(
                                profile(BETTY),
                                event("Viewed Product", unique_id="view-1", **AT),
                                event("Placed Order", unique_id="order-1"),
                            ),
                            all_of(profile({"phone_number": PHONE}), event("Placed Order")),
                        ]
                    }
                },
            ),
        ),
        (
            {**BETTY, **VIEWED, "event_id": "view-1", "endpoint": "event-bulk-create-jobs"},
            {**BETTY, "event": "Placed Order", "event_id": "order-1", "occurred_at": None},
            {"phone_number": PHONE, "event": "Placed Order", "event_id": None},
        ),
    ),
)

OTHERS = (
    Sample(
        "profile-subscription-bulk-create-jobs of 2022-10-17",
        row(
            "api/profile-subscription-bulk-create-jobs/",
            job(
                "profile-subscription-bulk-create-job",
                {
                    "list_id": "LIST01",
                    "subscriptions": [
                        {"channels": {"email": ["MARKETING"]}, "email": "betty@example.com"},
                        {"phone_number": PHONE, "profile_id": ID},
                    ],
                },
            ),
        ),
        (
            {
                "email": "betty@example.com",
                "endpoint": "profile-subscription-bulk-create-jobs",
                "channel": "server",
            },
            {"phone_number": PHONE, "profile_id": ID},
        ),
    ),
    Sample(
        "profile-subscription-bulk-create-jobs since 2023-07-15",
        row(
            "api/profile-subscription-bulk-create-jobs",
            job(
                "profile-subscription-bulk-create-job",
                {"profiles": {"data": [profile({"email": "betty@example.com"}, id=ID)]}},
            ),
        ),
        ({"email": "betty@example.com", "profile_id": ID},),
    ),
    Sample(
        "push-tokens",
        row(
            "api/push-tokens",
            job(
                "push-token",
                {"token": "TOKEN", "profile": {"data": profile({"phone_number": PHONE})}},
            ),
        ),
        ({"phone_number": PHONE, "endpoint": "push-tokens", "channel": "server"},),
    ),
    Sample(
        "a bulk job that was answered 400 took in none of its profiles",
        row(
            "api/profile-bulk-import-jobs",
            job("profile-bulk-import-job", {"profiles": {"data": [profile(BETTY)]}}),
            400,
        ),
        not_a_call="answer-error",
    ),
)
