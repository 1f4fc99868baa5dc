"""Two emails of one mailbox: dots that the provider ignores, or a tag behind a plus."""

from __future__ import annotations

from idgraph.causes.base import Cause, Confidence, Evidence, Finding, Wording

CODE = "address-alias"
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
"""Domains at which dots before the @ do not count, and what they are called."""


def _find(evidence: Evidence) -> Finding | None:
    sent, held = evidence.call.get("email"), evidence.held.get("email")
    if not evidence.brings_new_email or sent is None or held is None:
        return None
    (one, tag), (other, former) = _mailbox(sent.text), _mailbox(held.text)
    if one != other:
        return None
    # That a plus begins a tag is the habit of many providers, and a rule of none of them all.
    known: Confidence = "likely" if one.partition("@")[2] in _DOTLESS else "possible"
    how = "tag behind a plus" if tag != former else "way to write dots or the domain"
    return Finding(CODE, known, words={"how": how})


def _mailbox(text: str) -> tuple[str, str]:
    """The mailbox that an email goes to, and the tag behind its plus."""
    name, _, domain = text.strip().casefold().rpartition("@")
    name, _, tag = name.partition("+")
    if domain in _DOTLESS:
        name, domain = name.replace(".", ""), _DOTLESS[domain]
    return f"{name}@{domain}", tag


CAUSE = Cause(
    code=CODE,
    rank=82,
    title="Another spelling of the same mailbox",
    advice="Decide on one spelling of a mailbox where an email enters your system.",
    source="an agency reports emails with and without dots as two profiles; help centre, "
    "2026-05-11: a merge of aliases is announced and not yet released",
    wordings={
        "plain": Wording(
            says="{call} carries an {email} of the same mailbox as that of {source} with another "
            "{how}; the platform takes them for two, so the call found nobody and made {target}.",
            fix="Send in {call} the {email} as {source} holds it, or {id} with it.",
        )
    },
    find=_find,
    shows=(
        """
        server external_id=b1 email=betty.b@gmail.com
        +1d    form email=bettyb@gmail.com
        +1h    server external_id=b1 email=bettyb@gmail.com
        """,
        """
        server person=betty external_id=b1 email=betty@example.com
        +1d    form person=betty email=betty+shop@example.com
        """,
    ),
    spares=(
        """
        server person=betty external_id=b1 email=betty.b@example.com
        +1d    form person=betty email=bettyb@example.com
        """,
        """
        server external_id=b1 email=betty.b@gmail.com
        +1d    form external_id=b1 email=bettyb@gmail.com
        """,
    ),
)
