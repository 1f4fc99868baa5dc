"""The reasons why two persons came to be on one profile: a closed catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ReasonCode = str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two persons came to be on one profile.

    `says` is the clause that a sentence ends with; in braces stand the calls `{call}` and `{by}`,
    the `{key}` and the `{partner}`. `source` says where the reason is known from.
    """

    code: ReasonCode
    title: str
    says: str
    advice: str
    source: str


_CATALOGUE = (
    Reason(
        code="placeholder",
        title="The identifier stands for nobody",
        says="the value of that {key} stands for nobody, so whoever sends it gets there",
        advice="Leave the key out where its value is not known: no value is better than a "
        "stand-in, and a till or a guest checkout has none.",
        source="a list of such values ships with Segment Unify; reported by agencies for Klaviyo",
    ),
    Reason(
        code="identity-leak",
        title="A call still carries the key of the person before",
        says="{by} still carries the {key} of the person of the call just before it in its channel",
        advice="Build the dictionary of each call anew for its person; in a browser, forget the "
        "visitor on logout.",
        source="python-klaviyo c35ecff: one default dictionary shared by all identify calls",
    ),
    Reason(
        code="shared-device",
        title="Two persons used one device, cookie or link",
        says="that {key} is of a device, a cookie or a link, and both persons came with it",
        advice="Delete the identity of the device on logout, with all cookies of tag managers that "
        "keep a copy; identify on each login, also where somebody is identified already.",
        source="community thread 1935: a forwarded email; Klaviyo's extensions for Magento and "
        "Salesforce identify only where nobody is identified; stape-io/klaviyo-tag 9cd9cd9: "
        "two-year cookies of its own",
    ),
    Reason(
        code="shared-address",
        title="Two persons send one email or phone number",
        says="both persons send that {key}",
        advice="Ask for an address of the person's own, or leave the shared one out of the calls "
        "of one of the two.",
        source="community thread 1187, scenario 5: an email that is found takes the id of the call",
    ),
    Reason(
        code="two-in-one-body",
        title="One call carries keys of two persons",
        says="{by} carries the {key} of one and another key of the other in one body",
        advice="Send the keys of one person in a call: one identify a page, and nothing kept of "
        "the visitor before.",
        source="the browser script as served in 2026: identify calls close together go out as one "
        "body, and the cookie's identity is merged into it",
    ),
    Reason(
        code="merged",
        title="A merge was asked for that joined two persons",
        says="that merge was asked for",
        advice="Keep profiles of different persons off the list of merges: a merge cannot be "
        "undone.",
        source="Klaviyo's API reference, Merge Profiles: the source is deleted, its data moves to "
        "the destination",
    ),
    Reason(
        code="observed",
        title="Only the observation shows it",
        says="by the rules {by} does not get there, and nothing in the log says why it did",
        advice="Look for calls of both persons that the log lacks, and for merges made by hand.",
        source="the profile ids in answers and exports, where they are not those of the rules",
    ),
    Reason(
        code="unexplained",
        title="No known reason explains it",
        says="no known reason says how one person came by a key of the other",
        advice="Look up who sent that call, and whether the key was given to two persons.",
        source="the replay alone",
    ),
    Reason(
        code="one-key-many-partners",
        title="One identifier came with many values of another key",
        says="it may be shared by several persons, or one person changed it often",
        advice="Name the persons in the log (`person`): then it can be told who they are, and why.",
        source="the replay alone, where the log names no persons: a suspicion",
    ),
)
REASONS: Mapping[ReasonCode, Reason] = {reason.code: reason for reason in _CATALOGUE}
"""The reasons, by code: a closed catalogue."""
