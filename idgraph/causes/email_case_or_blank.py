"""One sender writes the email in other letter case, or with a blank around it."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "email-case-or-blank"
_FOLDS = {"blanks": "a blank around it", "case": "other upper and lower case"}


def _find(evidence: Evidence) -> Finding | None:
    policy = evidence.replay.policy
    sent, held = evidence.call.get("email"), evidence.held.get("email")
    if sent is None or held is None or sent == held or policy.loose(sent) != policy.loose(held):
        return None
    codes = (*policy.apart(sent, held), *(policy.together(sent, held) * evidence.split.observed))
    kinds = {getattr(policy.rules[code], "fold", "") for code in codes}
    if not kinds:
        return None
    how = " and ".join(_FOLDS[kind] for kind in sorted(kinds & set(_FOLDS)))
    wording = "observed" if evidence.split.observed else "plain"
    return Finding(CODE, "possible", wording, words={"how": how})


CAUSE = Cause(
    code=CODE,
    rank=50,
    title="Case or blank in an email",
    advice="Trim and lower-case an email where it enters your system, once.",
    source="an agency saw a trailing blank make a second profile; case folding is unverified",
    wordings={
        "plain": Wording(
            says="{call} sends the {email} of {source} with {how}; if the platform compares them "
            "as they are, which nothing documents, the call finds nobody and makes {target}.",
            fix="Send the {email} in {call} spelled as in the calls before it: trimmed and in "
            "lower case.",
        ),
        "observed": Wording(
            says="{call} sends the {email} of {source} with {how}, and was observed on {target}: "
            "the platform seems to tell the two spellings apart.",
            fix="Send the {email} in {call} spelled as in the calls before it: trimmed and in "
            "lower case.",
        ),
    },
    find=_find,
    shows=(
        """
        server  external_id=b1 email=betty@example.com
        form    email="betty@example.com "
        """,
        """
        # assume email-case=different
        server  external_id=b1 email=betty@example.com
        form    email=Betty@Example.com
        """,
        """
        server  external_id=b1 email=betty@example.com -> A
        +1h form email=Betty@Example.com -> B
        """,
    ),
    spares=(
        """
        server  external_id=b1 email=betty@example.com
        form    email=Betty@Example.com
        """,
        """
        # assume email-blanks=same
        server  external_id=b1 email=betty@example.com
        form    email=" betty@example.com "
        """,
    ),
)
