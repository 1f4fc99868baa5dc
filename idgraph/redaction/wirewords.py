"""The words of addresses, forms and headers that redaction leaves as they are: nobody's names."""

from __future__ import annotations

import re

_PATH_WORDS_TEXT = """
* {id} ajax api back-in-stock-subscriptions bulk-create-jobs campaigns catalog-items cdp client
coupon-code data-privacy email email-template event exchange event-bulk-create
event-bulk-create-jobs events export exclusions flow flows form forms group groups http: https:
identify list lists list-members members merge metric metrics metrics-aggregates onsite page
people person profile profile-bulk-import-jobs profile-import profile-merge
profile-subscription-bulk-create-jobs profile-suppression-bulk-create-jobs
profile-suppression-bulk-delete-jobs profile-unsubscription-bulk-create-jobs profiles
push-token-unregister push-tokens relationships screen search segment segments send ssc-init
static subscribe subscription subscription-create-jobs subscriptions suppressions tag tags
template templates timeline track track-analytics trackEvent unsubscribe users v1 v2 v3 customers
cart checkout product products collections account login register order orders index
"""
PATH_WORDS = frozenset(_PATH_WORDS_TEXT.split())
"""Parts of paths that are a platform's or any shop's, and nobody's name."""

_QUERY_NAMES_TEXT = """
a b c g data test callback revision page[cursor] page[size] filter sort fields additional-fields
company_id api_key _kx _ke _kl utm_source utm_medium utm_campaign utm_content utm_term utm_id
$fields $list_fields $source $exchange_id account_id list_id
"""
QUERY_NAMES = frozenset(_QUERY_NAMES_TEXT.split())
"""Names of fields in an address or a form that are the vendor's or everybody's."""
QUERY_KINDS = {"a": "company", "c": "company", "g": "list", "account_id": "company"}
_HEADERS_TEXT = """
accept accept-encoding authorization content-encoding content-type cookie origin referer revision
set-cookie user-agent x-forwarded-for x-real-ip x-klaviyo-mobile x-klaviyo-onsite cf-connecting-ip
true-client-ip x-klaviyo-api-key x-api-key
"""
HEADERS = frozenset(_HEADERS_TEXT.split())
"""Names of headers that stay; others are dropped."""
MEDIA = re.compile(
    r"(?:application/(?:json|vnd\.api\+json|x-www-form-urlencoded|javascript|octet-stream|xml"
    r"|xhtml\+xml|x-javascript|ecmascript|pdf|font-woff2?|vnd\.ms-fontobject)"
    r"|text/(?:html|plain|css|javascript|xml|ecmascript)|multipart/form-data"
    r"|image/(?:png|jpe?g|gif|webp|avif|svg\+xml|x-icon|vnd\.microsoft\.icon|bmp)"
    r"|font/(?:woff2?|ttf|otf)|(?:audio|video)/(?:mp4|mpeg|webm|ogg)|\*/\*)",
    re.IGNORECASE,
)
PACKINGS = frozenset(("gzip", "x-gzip", "deflate", "br", "zstd", "identity"))
HTTP_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT"))
_ENDINGS_TEXT = """
png jpg jpeg gif webp avif svg ico bmp woff woff2 ttf otf eot js mjs css mp4 webm mp3 m4a ogg wav
html htm php aspx jsp json xml txt
"""
ENDINGS = frozenset(_ENDINGS_TEXT.split())
"""Endings of files in an address, which say what was fetched."""
_OWN_SUBDOMAINS_TEXT = """
a www manage static static-tracking static-forms fast fast.a telemetrics app client
"""
OWN_SUBDOMAINS = frozenset(_OWN_SUBDOMAINS_TEXT.split())
