"""Two emails that differ by one slip of the finger."""

from __future__ import annotations

from idgraph.causes.base import Cause, Confidence, Evidence, Finding, Wording

CODE = "address-typo"


def _find(evidence: Evidence) -> Finding | None:
    sent, held = evidence.call.get("email"), evidence.held.get("email")
    if not evidence.brings_new_email or sent is None or held is None:
        return None
    (name, domain), (other, at) = _parts(sent.text), _parts(held.text)
    in_domain = name == other and _one_slip(domain, at)
    if not in_domain and not (domain == at and _one_slip(name, other)):
        return None
    confidence: Confidence = "likely" if in_domain else "possible"
    where = "behind the @" if in_domain else "before the @"
    return Finding(CODE, confidence, words={"where": where})


def _parts(text: str) -> tuple[str, str]:
    name, _, domain = text.strip().casefold().rpartition("@")
    return name, domain


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter was left out, added, mistaken, or swapped with its neighbour.

    A digit is no slip: emails that are numbered are meant to differ.
    """
    start = _shared(one, other)
    end = _shared(one[start:][::-1], other[start:][::-1])
    left = one[start : len(one) - end]
    right = other[start : len(other) - end]
    if left == right or any(letter.isdigit() for letter in left + right):
        return False
    swapped = len(left) == len(right) == len("ab") and left == right[::-1]
    return swapped or (len(left) <= 1 and len(right) <= 1)


def _shared(one: str, other: str) -> int:
    """How many letters two texts share from their beginning."""
    length = min(len(one), len(other))
    return next((place for place in range(length) if one[place] != other[place]), length)


CAUSE = Cause(
    code=CODE,
    rank=84,
    title="An email with a slip of the finger",
    advice="Check an email where it is typed: ask twice, or offer the domain that was meant.",
    source="help centre: identity-resolution transformations, 2026-05-11: merging emails that are "
    "one character apart or have a mistyped domain is an extra",
    wordings={
        "plain": Wording(
            says="{call} carries an {email} that differs from that of {source} in one letter "
            "{where}; to the platform it is another {email}, so the call found nobody and made "
            "{target}.",
            fix="Correct the {email} where it was typed, in {call} or in the calls before it, or "
            "send {id} with {call}.",
        )
    },
    find=_find,
    shows=(
        """
        server external_id=b1 email=betty@example.com
        +1d    form email=betty@exmaple.com
        +1h    server external_id=b1 email=betty@exmaple.com
        """,
        """
        form   person=betty email=bety@example.com
        +1min  form person=betty email=betty@example.com
        """,
    ),
    spares=(
        """
        server person=betty external_id=b1 email=betty1@example.com
        +1d    form person=betty email=betty2@example.com
        """,
        """
        server person=betty external_id=b1 email=betty@example.com
        +1d    form person=betty email=betty@work.example
        """,
        """
        server external_id=b1 email=betty@example.com
        +1d    form external_id=b1 email=betty@exmaple.com
        """,
    ),
)
