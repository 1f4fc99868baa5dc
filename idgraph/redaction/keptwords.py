"""The words that redaction leaves as they are: the vendor's own, and the public mail hosts.

Whatever is not listed here is somebody's, so it is replaced or dropped: a new word of the vendor
costs a reader some comfort until it is added, never a leak.
"""

from __future__ import annotations

import re

_HOSTS = """
gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es hotmail.com hotmail.co.uk
hotmail.de hotmail.fr hotmail.it hotmail.es live.com live.co.uk live.fr live.nl msn.com yahoo.com
yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.ca yahoo.com.br
ymail.com rocketmail.com icloud.com me.com mac.com aol.com aim.com gmx.com gmx.de gmx.net gmx.at
gmx.ch web.de t-online.de freenet.de proton.me protonmail.com pm.me zoho.com fastmail.com mail.com
hey.com tutanota.com qq.com 163.com 126.com sina.com naver.com hanmail.net mail.ru yandex.ru
yandex.com bk.ru inbox.ru list.ru rambler.ru orange.fr wanadoo.fr free.fr laposte.net libero.it
bigpond.com comcast.net verizon.net att.net sbcglobal.net btinternet.com sky.com uol.com.br
seznam.cz wp.pl o2.pl
"""
_MISTYPED_HOSTS = """
gmial.com gmai.com gmal.com gamil.com gmil.com gnail.com gmaill.com gmail.co gmail.con gmail.cm
gmail.om gmail.comm hotmial.com hotmal.com hotmai.com hotmil.com hotmail.con hotmail.co yaho.com
yahooo.com yhoo.com yahoo.con yahoo.co outlok.com outloo.com outlook.con iclod.com icloud.con
icoud.com aol.con
"""
PUBLIC_HOSTS = frozenset((_HOSTS + _MISTYPED_HOSTS).split())
"""Mail hosts that say nothing of a person or a shop, with the mistypings that everybody makes."""

IDENTIFYING = {
    "$email": "email",
    "email": "email",
    "secondary_email": "email",
    "$id": "external_id",
    "id": "external_id",
    "_id": "external_id",
    "external_id": "external_id",
    "externalId": "external_id",
    "userId": "external_id",
    "user_id": "external_id",
    "customer_id": "external_id",
    "groupId": "external_id",
    "$phone_number": "phone_number",
    "phone_number": "phone_number",
    "phone": "phone_number",
    "$anonymous": "anonymous_id",
    "anonymous_id": "anonymous_id",
    "anonymousId": "anonymous_id",
    "_kx": "_kx",
    "$exchange_id": "_kx",
    "exchange_id": "_kx",
    "cid": "_kx",
    "$kid": "profile_id",
    "kid": "profile_id",
    "profile_id": "profile_id",
    "duplicate_profile_id": "profile_id",
    "$event_id": "event_id",
    "event_id": "event_id",
    "unique_id": "event_id",
    "uuid": "event_id",
    "messageId": "event_id",
    "token": "company",
    "company_id": "company",
    "list_id": "list",
    "listId": "list",
    "metric_id": "metric",
    "event": "event",
    "metric_name": "event",
    "kl_email": "email",
    "utm_email": "email",
    "kl_phone_number": "phone_number",
}
"""What the value under a name on the wire is: a key, or another kind that has stand-ins."""

TYPED_IDS = {
    "profile": "profile_id",
    "event": "event_id",
    "list": "list",
    "metric": "metric",
    "segment": "list",
    "account": "company",
}
"""What the `id` of a JSON:API object of some `type` is."""

SECRETS = frozenset(
    [
        "api_key",
        "apikey",
        "api-key",
        "private_key",
        "privatekey",
        "password",
        "passwd",
        "secret",
        "client_secret",
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-api-key",
        "access_token",
        "refresh_token",
        "id_token",
        "session",
        "sessionid",
        "card_number",
        "cvv",
    ]
)
"""Names, in lower case, whose values are removed whole."""
SECRET_TEXT = re.compile(
    r"pk_[0-9A-Za-z_]{16,}|\bBearer\s|\bBasic\s+[A-Za-z0-9+/=]{8,}|Klaviyo-API-Key\s"
    r"|\beyJ[\w-]{8,}\.[\w-]+",
    re.IGNORECASE,
)

TIMES = frozenset(
    [
        "time",
        "timestamp",
        "datetime",
        "created",
        "updated",
        "last_event_date",
        "sentAt",
        "originalTimestamp",
        "ts",
        "received_at",
        "sent_at",
        "consented_at",
    ]
)
AMOUNTS = frozenset(("$value", "value", "value_currency"))
"""Names whose numbers stay."""

OWN_WORDS = (
    frozenset(
        [
            "properties",
            "customer_properties",
            "event_properties",
            "data",
            "attributes",
            "type",
            "profiles",
            "profile",
            "metric",
            "metrics",
            "name",
            "relationships",
            "meta",
            "included",
            "links",
            "self",
            "related",
            "events",
            "events-bulk-create",
            "subscriptions",
            "subscription",
            "consent",
            "marketing",
            "transactional",
            "sms",
            "whatsapp",
            "push",
            "channels",
            "custom_source",
            "historical_import",
            "identifiers",
            "patch_identifiers",
            "patch_properties",
            "append",
            "unappend",
            "unset",
            "location",
            "traits",
            "context",
            "integrations",
            "All",
            "Klaviyo",
            "list",
            "lists",
            "tokens",
            "platform",
            "vendor",
            "background",
            "enablement_status",
            "push-token",
            "errors",
            "error",
            "code",
            "detail",
            "source",
            "pointer",
            "title",
            "status",
            "method",
            "page",
            "cursor",
            "next",
            "prev",
            "first",
            "last",
            "$first_name",
            "$last_name",
            "$title",
            "$organization",
            "$city",
            "$region",
            "$country",
            "$zip",
            "$address1",
            "$address2",
            "$timezone",
            "$latitude",
            "$longitude",
            "$source",
            "$consent",
            "$consent_method",
            "$consent_timestamp",
            "$image",
            "$extra",
            "$referrer",
            "$last_referrer",
            "$attribution",
            "$flow",
            "$message",
            "$service",
            "$use_ip",
            "$is_session_activity",
            "first_name",
            "last_name",
            "organization",
            "city",
            "region",
            "country",
            "zip",
            "address1",
            "address2",
            "timezone",
            "latitude",
            "longitude",
            "image",
            "locale",
            "ip",
            "first_page",
            "value",
            "currency",
            "ProductName",
            "ProductID",
            "SKU",
            "ImageURL",
            "URL",
            "Brand",
            "Categories",
            "Price",
            "CompareAtPrice",
            "ItemNames",
            "Items",
            "ItemPrice",
            "RowTotal",
            "Quantity",
            "OrderId",
            "CheckoutURL",
            "DiscountCode",
            "DiscountValue",
            "BillingAddress",
            "ShippingAddress",
            "FirstName",
            "LastName",
            "Company",
            "Address1",
            "Address2",
            "City",
            "Region",
            "RegionCode",
            "Country",
            "CountryCode",
            "Zip",
            "Phone",
            "firstName",
            "lastName",
            "firstname",
            "lastname",
            "smart_date",
            "success",
            "message",
            "object",
            "sms_consent",
        ]
    )
    | IDENTIFYING.keys()
    | TIMES
    | AMOUNTS
    | {name for name in SECRETS if name.isascii()}
)
"""Property names that are the vendor's, not the customer's."""

OWN_VALUES = frozenset(
    [
        "profile",
        "event",
        "metric",
        "list",
        "segment",
        "profile-bulk-import-job",
        "event-bulk-create",
        "event-bulk-create-job",
        "profile-subscription-bulk-create-job",
        "subscription",
        "push-token",
        "person",
        "profile-merge",
        "SUBSCRIBED",
        "UNSUBSCRIBED",
        "NEVER_SUBSCRIBED",
        "email",
        "sms",
        "push",
        "web",
        "android",
        "ios",
        "AUTHORIZED",
        "UNAUTHORIZED",
        "AVAILABLE",
        "track",
        "identify",
        "page",
        "group",
        "alias",
    ]
)
"""Values of `type`, `consent`, `platform` and their like that stay."""
VALUED = frozenset(
    ("type", "object", "consent", "$consent", "platform", "enablement_status", "background")
)

METRICS = frozenset(
    {
        "Placed Order",
        "Ordered Product",
        "Viewed Product",
        "Viewed Category",
        "Viewed Collection",
        "Viewed Item",
        "Recently Viewed Items",
        "Active on Site",
        "__activity__",
        "Added to Cart",
        "Added To Cart",
        "Started Checkout",
        "Checkout Started",
        "Fulfilled Order",
        "Partially Fulfilled Order",
        "Cancelled Order",
        "Canceled Order",
        "Refunded Order",
        "Paid For Order",
        "Fulfilled Shipment",
        "Subscribed to List",
        "Unsubscribed from List",
        "Subscribed to Email Marketing",
        "Unsubscribed from Email Marketing",
        "Subscribed to SMS Marketing",
        "Unsubscribed from SMS Marketing",
        "Subscribed to Back in Stock",
        "Unsubscribed",
        "Received Email",
        "Opened Email",
        "Clicked Email",
        "Bounced Email",
        "Dropped Email",
        "Marked Email as Spam",
        "Received SMS",
        "Sent SMS",
        "Clicked SMS",
        "Failed to Deliver SMS",
        "Form submitted by profile",
        "Viewed Form",
        "Submitted Form",
        "Created Account",
        "Submitted Search",
        "Merged Profile",
        "Opened App",
    }
)
"""Event names that the vendor and its shop systems give; any other may name a customer's thing."""
