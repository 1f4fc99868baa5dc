"""The id of the person is another one than before."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording
from idgraph.ladders import Rung
from idgraph.rules import Write

CODE = "id-changed"


def _find(evidence: Evidence) -> Finding | None:
    rung = evidence.rungs.get("external_id")
    if rung is None or evidence.split.observed:
        return None
    if rung.finding == "replaced" and rung.at is not None:
        return Finding(CODE, "certain", "back", {"other": rung.at})
    if rung.finding not in ("never-held", "spelled-otherwise") or rung.holds is None:
        return None
    for key, other in evidence.rungs.items():
        if other.finding == "passed-over" and _for_its_id(evidence, other):
            return Finding(CODE, "certain", "passed-over", words={"key": evidence.label(key)})
    return Finding(CODE, "certain")


def _for_its_id(evidence: Evidence, rung: Rung) -> bool:
    """Whether the key did not lead to its holder because that holds another id."""
    rules = (evidence.replay.policy.rules[code] for code in rung.rules)
    return any(isinstance(rule, Write) and rule.key == "external_id" for rule in rules)


CAUSE = Cause(
    code=CODE,
    rank=70,
    title="The id changed",
    advice="Use one id for a person, the same in every sender, that never changes.",
    source="community thread 1187, scenario 5; guide: only an id that never changes",
    wordings={
        "plain": Wording(
            says="{call} carries another {id} than the one on {source}, and no key of it is on "
            "{source}, so it found nobody and made {target}.",
            fix="Send in {call} the {id} that {source} holds.",
        ),
        "back": Wording(
            says="{other} replaced the {id} on {source}; {call} carries the former {id}, which "
            "nobody holds any more, so it found nobody and made {target}.",
            fix="Send in {other} the {id} that {source} held; an {id} must never change.",
        ),
        "passed-over": Wording(
            says="{call} carries the {key} of {source} with another {id} than the one there; a "
            "profile with another {id} is passed over, so the call found nobody and made {target}.",
            fix="Send in {call} the {id} that {source} holds.",
        ),
    },
    find=_find,
    shows=(
        """
        server external_id=b1 email=betty@example.com
        server external_id=b2 email=betty@example.com
        server external_id=b1
        """,
        """
        server person=betty external_id=b1 email=betty@example.com
        server person=betty external_id=b2
        """,
        """
        # policy segment-unify
        server external_id=b1 email=betty@example.com
        server external_id=b2 email=betty@example.com
        """,
    ),
    spares=(
        """
        server external_id=b1 email=betty@example.com
        server external_id=b2 email=betty@example.com
        server external_id=b2
        """,
        """
        server external_id=b1
        form   email=betty@example.com
        server external_id=b1 email=betty@example.com
        """,
    ),
)
