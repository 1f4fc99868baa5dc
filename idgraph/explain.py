"""Steps, splits and edits in plain sentences: the only composer of words about a result.

Sentences hold call numbers, profile names, keys in backticks and rule codes; never a value. So they
are the same for a history and for its redacted copy.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from idgraph import causes
from idgraph.calls import CallNumber, Key
from idgraph.causes import Finding as CauseFinding
from idgraph.causes import Wording
from idgraph.graph import edge_label
from idgraph.joining import MANY, REASONS, Join, sharers
from idgraph.ladders import Finding, Rung, WhyNot
from idgraph.persons import PersonName
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.rules import Miss, RuleCode
from idgraph.splitting import Split
from idgraph.steps import Change, ProfileName, Step

_SHORT = {"external_id": "id", "email": "email", "phone_number": "phone"}
_EVIDENCE = {
    "documented": "documented",
    "source": "read in source code",
    "reported": "reported by users",
    "inferred": "inferred, not stated anywhere",
    "unknown": "nothing documents it",
}


def call_words(replay: Replay, number: CallNumber) -> str:
    """Return a call as a sentence names it: `call 5 (browser, Viewed Product)`."""
    call = replay.history.call(number)
    what = call.event or call.endpoint
    return f"call {number} ({call.channel}{f', {what}' if what else ''})"


def label(policy: Policy, key: Key) -> str:
    """Return a key as a sentence names it, in the policy's spelling, in backticks."""
    return f"`{policy.label(key)}`"


def person_words(person: PersonName) -> str:
    """Return how a screen names a person; one that nobody named is called so already.

    >>> person_words("person 3"), person_words("id-7")
    ('person 3', 'person id-7')
    """
    return person if person.startswith("person") else f"person {person}"


def listed(words: Iterable[str], *, last: str = "and") -> str:
    """Join words as a sentence does: `a`, `a and b`, `a, b and c`."""
    every = list(words)
    head = ", ".join(every[:-1])
    return f"{head} {last} {every[-1]}" if head else "".join(every)


def counted(number: int, noun: str) -> str:
    """Return a number and its noun, in the plural where it must be.

    >>> counted(1, "call"), counted(0, "call")
    ('1 call', '0 calls')
    """
    return f"{number} {noun}{'s' * (number != 1)}"


def step_sentence(replay: Replay, step: Step) -> str:
    """Return what a call came to, with the rules that say so in square brackets."""
    return " ".join((_where(replay, step), *_writes(replay, step), *_observation(step)))


def brief_sentence(replay: Replay, step: Step, *, splits: bool = False) -> str:
    """Return what a call came to in the few words that a screen reader says at each step.

    `splits` says that the person came to a further profile at it.
    """
    said = [f"Call {step.number}: {step.landed or 'on no profile'}"]
    label = edge_label(replay, step)
    said.append(label if step.matched is None or step.deviates else f"found by {label}")
    updated = listed(replay.policy.label(change.key) for change in step.updates)
    said += [f"{updated} replaced"] if updated else []
    said += [f"{listed(step.merged)} merged into it"] if step.merged else []
    said += ["split"] if splits else []
    return ", ".join(said) + "."


def _where(replay: Replay, step: Step) -> str:
    words = call_words(replay, step.number)
    cited = f"[`{step.rule}`]"
    if step.refused:
        return f"{upper(words)} was refused and changed nothing {cited}."
    if step.call.reads:
        found = step.profile or "nobody"
        by = listed(label(replay.policy, i.key) for i in step.call.identifiers)
        by = label(replay.policy, step.matched) if step.matched else by
        return f"{upper(words)} only asked, found {found} by {by} and wrote nothing {cited}."
    if step.matched is None:
        return f"{upper(words)} {_missed(replay, step)} {cited}."
    by = label(replay.policy, step.matched)
    return f"{upper(words)} found {step.profile} by {by} {cited}."


def _missed(replay: Replay, step: Step) -> str:
    """What became of a call that found nobody."""
    rule = replay.policy.rules[step.rule]
    if isinstance(rule, Miss) and rule.case == "no-key":
        return "carries no key that the rules look up"
    if rule.decided == "adopt":
        return f"names {step.profile}, which was there before"
    keys = listed(label(replay.policy, i.key) for i in step.call.identifiers)
    became = f"created {step.profile}" if step.profile else "is filed nowhere"
    return f"found nobody by {keys} and {became}"


def _writes(replay: Replay, step: Step) -> Iterable[str]:
    fills = [change for change in step.changed if change.before is None and not step.created]
    if fills:
        keys = listed(label(replay.policy, change.key) for change in fills)
        yield f"It put {keys} on {step.profile} {_cited(fills)}."
    for change in step.updates:
        key = label(replay.policy, change.key)
        verb = "emptied" if change.after is None else "replaced"
        yield f"It {verb} the {key} of {step.profile} {_cited([change])}."
    if step.merged:
        written = dict.fromkeys((*(c.rule for c in step.changed), *(k.rule for k in step.kept)))
        codes = [code for code in written if replay.policy.rules[code].decided == "merge"]
        cited = f" [{', '.join(f'`{code}`' for code in codes)}]" if codes else ", as it asks"
        yield f"It merged {listed(step.merged)} into {step.profile}{cited}."
    for kept in step.kept:
        if step.merged and replay.policy.rules[kept.rule].decided == "merge":
            continue
        key = label(replay.policy, kept.identifier.key)
        holder = f" with {kept.holder}, which holds it," if kept.holder else ""
        yield f"Its {key} stays{holder} and was not written [`{kept.rule}`]."


def _cited(changes: Iterable[Change]) -> str:
    return "[" + ", ".join(dict.fromkeys(f"`{change.rule}`" for change in changes)) + "]"


def _observation(step: Step) -> Iterable[str]:
    if step.deviates:
        yield f"But it was observed on {step.landed}."


def rung_words(replay: Replay, rung: Rung, profile: ProfileName) -> str:
    """Return why one key of a call finds a profile or does not."""
    key = label(replay.policy, rung.key)
    now = f"; {rung.holder} holds it now" if rung.holder else ""
    words: dict[Finding, str] = {
        "not-sent": f"no {key} was sent" + (f" ({profile} holds one)" if rung.holds else ""),
        "held": f"{key} finds {profile}, which holds it since call {rung.at}",
        "unseen": f"{key} was put on {profile} by call {rung.at} at once and not yet seen",
        "passed-over": f"{profile} holds the {key}, but the look-up goes on{_codes(rung.rules)}",
        "refuses": f"{profile} holds the {key}, and the call is refused for it{_codes(rung.rules)}",
        "spelled-otherwise": f"{profile} holds the {key} in another spelling{_codes(rung.rules)}",
        "replaced": f"{profile} held this {key} until call {rung.at} replaced it{now}",
        "held-by-other": f"this {key} is on {rung.holder}, not on {profile}",
        "never-held": f"this {key} was never on {profile}"
        + (", which holds another one" if rung.holds else ""),
    }
    return words[rung.finding]


def _codes(rules: Iterable[RuleCode]) -> str:
    cited = ", ".join(f"`{code}`" for code in rules)
    return f" [{cited}]" if cited else ""


def why_not_sentence(found: WhyNot) -> str:
    """Return in a sentence what was missing for a call to go to a profile."""
    words = call_words(found.replay, found.call)
    if found.found:
        return f"{upper(words)} did go to {found.profile}."
    if found.into:
        return f"{found.profile} had been merged into {found.into} before {words}."
    if found.born is not None and found.born >= found.call:
        return f"{found.profile} did not exist yet: call {found.born} made it."
    if found.link is None:
        return f"No single key would have led {words} to {found.profile} (tried by replay)."
    key = label(found.replay.policy, found.link.identifier.key)
    if found.link.call == found.call:
        instead = " in place of its own" if found.link.replaces else ""
        missing = f"{words} would have found {found.profile} with its {key}{instead}"
    else:
        earlier = call_words(found.replay, found.link.call)
        missing = f"{words} would have found {found.profile}, had {earlier} carried its {key} too"
    return f"The smallest thing missing, verified by replay: {missing}."


def ladder_sentence(replay: Replay, rungs: Iterable[Rung], profile: ProfileName) -> str:
    """Return key by key, in the order of trial, why a call did not find a profile.

    Keys that neither the call carries nor the profile holds say nothing and are left out.
    """
    telling = (rung for rung in rungs if rung.sent or rung.holds)
    return upper("; ".join(rung_words(replay, rung, profile) for rung in telling)) + "."


def cause_sentences(replay: Replay, split: Split, finding: CauseFinding | None) -> tuple[str, str]:
    """Return what happened at a split, and what to change."""
    names = _names(replay, split, finding)
    wording = _UNEXPLAINED[split.observed]
    if finding is not None:
        wording = causes.cause(finding.cause).wordings[finding.wording]
    return upper(wording.says.format_map(names)), upper(wording.fix.format_map(names))


_UNEXPLAINED = {
    True: Wording(
        says="the rules send {call} to {source}, but it was observed on {target}, and no known "
        "cause explains why.",
        fix="Log what was answered to {call} and when, and export which profile the calls around "
        "it were filed on.",
    ),
    False: Wording(
        says="{call} found nobody by the keys that it carries and made {target}; no known cause "
        "says how that came about.",
        fix="Send with {call} a key that {source} holds.",
    ),
}


def _names(replay: Replay, split: Split, finding: CauseFinding | None) -> dict[str, str]:
    keys = {short: label(replay.policy, key) for key, short in _SHORT.items()}
    calls = {"call": split.call, **(finding.calls if finding else {})}
    words = finding.words if finding else {}
    numbered = {name: call_words(replay, number) for name, number in calls.items()}
    return {**keys, **numbered, **words, "source": split.source, "target": split.target}


def chance_sentence(replay: Replay, split: Split) -> str:
    """Return which call was the last that could have kept the person one profile."""
    if split.observed:
        return f"None was needed: by the rules the call finds {split.source}."
    if split.chance is None:
        return "No earlier call could have kept them one by carrying more keys."
    carried = replay.history.call(split.call).identifiers
    earlier = replay.history.call(split.chance)
    missing = listed(label(replay.policy, i.key) for i in carried if earlier.get(i.key) is None)
    words = call_words(replay, split.chance)
    return f"The last chance before it was {words}, had it carried that {missing} as well."


def sharing_words(found: Collection[Join]) -> tuple[str, ...]:
    """Return in clauses how many persons share profiles, and how many profiles are suspected."""
    known = {join.profile for join in found if not join.suspected}
    doubtful = {join.profile for join in found} - known
    where = "one profile" if len(known) == 1 else "a profile with somebody else"
    said = [f"{counted(len(sharers(found)), 'person')} share {where}"] if known else []
    said += [f"{counted(len(doubtful), 'profile')} may be of several persons"] if doubtful else []
    return tuple(said)


def join_sentences(replay: Replay, join: Join) -> tuple[str, str]:
    """Return how two persons came to be on one profile, and what to change."""
    reason = REASONS[join.reason]
    keys = {"key": join.key, "partner": join.partner}
    names = {name: label(replay.policy, key) for name, key in keys.items() if key is not None}
    names |= {"by": call_words(replay, join.by) if join.by != join.call else "it"}
    clause = reason.says.format_map(names)
    return f"{upper(_meeting(replay, join))}: {clause}.", reason.advice


def _meeting(replay: Replay, join: Join) -> str:
    """Which call came to a profile of another person, and how."""
    words, other = call_words(replay, join.call), call_words(replay, join.other)
    by = label(replay.policy, join.key) if join.key else ""
    if join.partner:
        partner = label(replay.policy, join.partner)
        return f"up to {words}, one {by} came to {join.profile} with {MANY} values of {partner}"
    landed = replay.step(join.call).landed
    if join.source:
        cited = f" by {by}" if by else ""
        where = f"which {other}, of another person, was on"
        return f"{words} merged {join.source}, {where}, into {join.profile}{cited}"
    verb = f"found {landed} by {by}" if by else f"was observed on {landed}"
    return f"{words} {verb}, where {other}, of another person, was filed"


def rule_sentence(policy: Policy, code: RuleCode) -> str:
    """Return a rule with its evidence and its source, for a list of the rules that were used."""
    rule = policy.rules[code]
    source = policy.sources[rule.source]
    detail = f" ({rule.detail})" if rule.detail else ""
    says = f"{upper(rule.says)}. {upper(_EVIDENCE[rule.evidence])}: {source.title}{detail}."
    return keyed(says)


def keyed(sentence: str) -> str:
    """Return a sentence of a policy with its `$keys` in backticks, as in all other sentences.

    >>> keyed("takes the $id")
    'takes the `$id`'
    """
    return re.sub(r"(?<![`\w])(\$\w+)", r"`\1`", sentence)


def upper(sentence: str) -> str:
    """Return a sentence with a capital at its front."""
    return sentence[:1].upper() + sentence[1:]
