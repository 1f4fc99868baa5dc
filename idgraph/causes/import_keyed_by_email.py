"""A row of an import names a person by email alone, whom the platform knows by id."""

from __future__ import annotations

from idgraph.causes.base import Cause, Evidence, Finding, Wording

CODE = "import-keyed-by-email"


def _find(evidence: Evidence) -> Finding | None:
    keys = evidence.call.keys
    if evidence.call.channel != "import" or not evidence.step.created:
        return None
    if "email" not in keys or "external_id" in keys or "external_id" not in evidence.held:
        return None
    if evidence.lost is not None and evidence.lost[0] == "email":
        return Finding(CODE, "certain", "old", {"update": evidence.lost[1]})
    return Finding(CODE, "certain") if evidence.finding("email") == "never-held" else None


CAUSE = Cause(
    code=CODE,
    rank=54,
    title="An import whose rows have an email and no id",
    advice="Import with a column for the id; export it first if the file lacks it.",
    source="reported by users of list imports; community thread 1187: matching is by the keys of "
    "the call alone",
    wordings={
        "plain": Wording(
            says="{call} imports a row with an {email} that is not on {source} and without the "
            "{id} that is, so it found nobody and made {target}.",
            fix="Add {id} to the rows of {call}.",
        ),
        "old": Wording(
            says="{call} imports a row with the {email} that {update} had replaced on {source} "
            "and without the {id} that is on it, so it found nobody and made {target}.",
            fix="Add {id} to the rows of {call}, and make the file anew after {update}.",
        ),
    },
    find=_find,
    shows=(
        """
        server external_id=b1 email=betty@example.com
        +1d    import email=betty@work.example
        +1h    server external_id=b1 email=betty@work.example
        """,
        """
        server external_id=b1 email=old@example.com
        +1d    server external_id=b1 email=new@example.com
        +1d    import email=old@example.com
        """,
    ),
    spares=(
        """
        server external_id=b1 email=old@example.com
        +1d    server external_id=b1 email=new@example.com
        +1d    import external_id=b1 email=old@example.com
        """,
        """
        server external_id=b1 email=old@example.com
        +1d    server external_id=b1 email=new@example.com
        +1d    form email=old@example.com
        """,
    ),
)
