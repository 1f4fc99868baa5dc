"""The address of the page names the visitor by the old email."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "stale-link"
PARAMETERS = ("_ke", "kl_email", "utm_email")
"""Where the address of a page can name an email; `kl_email` stands inside `_ke`."""


def _find(evidence: Evidence) -> Finding | None:
    if evidence.lost is None or evidence.lost[0] != "email" or not evidence.step.created:
        return None
    sent, context = evidence.call.get("email"), evidence.call.context
    for name in PARAMETERS:
        if evidence.same(context.get(f"page {name}"), sent):
            words = {"parameter": f"`{'_ke' if name == 'kl_email' else name}`"}
            return Finding(CODE, "likely", calls={"update": evidence.lost[1]}, words=words)
    return None


CAUSE = Cause(
    code=CODE,
    rank=57,
    title="A link with the old email",
    advice="Put no email into links; when an email changes, old links go on naming the old one.",
    source="the browser script as served in 2026 identifies the visitor by _kx, _ke or utm_email "
    "of the page's address",
    wordings={
        "plain": Wording(
            says="The page of {call} was opened by a link whose {parameter} still names the "
            "{email} that {update} had replaced on {source}, so the call found nobody and made "
            "{target}.",
            fix="Leave {parameter} out of links, and identify a visitor who is logged in with the "
            "current {email} before {call}.",
        )
    },
    find=_find,
    shows=(
        """
        # call 3 believed page utm_email=old@example.com
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +1h     browser email=old@example.com
        """,
    ),
    spares=(
        """
        # call 3 believed page utm_email=new@example.com
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +1h     browser email=old@example.com
        """,
        """
        # call 3 believed page utm_email=new@example.com
        server  external_id=b1 email=old@example.com
        +1d     server external_id=b1 email=new@example.com
        +1h     browser email=new@example.com
        """,
    ),
)
