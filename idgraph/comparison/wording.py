"""What a comparison says, in plain sentences; never a value."""

from __future__ import annotations

from collections.abc import Iterator

from idgraph.calls import CallNumber
from idgraph.comparison.differing import Difference
from idgraph.comparison.results import Comparison, Told
from idgraph.comparison.sides import STANDINGS
from idgraph.comparison.trials import WAYS
from idgraph.explain import call_words, counted, label, listed, step_sentence, upper
from idgraph.rulebook import Policy
from idgraph.steps import Step

_GOOD, _BAD = "the correct history", "the duplicated one"
_VALUES: dict[str, str] = dict(STANDINGS.items())
_VALUES |= {"another one": "a different one", "number": "a number", "text": "a text"}
_CARRIED = {
    "first": "the first {}",
    "current": "the current {}",
    "new": "a new {}",
    "old": "an old {}",
    "spelled": "the {} in another spelling",
    "placeholder": "a placeholder as {}",
    "another one": "another {}",
    "number": "the {} as a number",
    "text": "the {} as a text",
}
_SHOWN = 3
_WITHOUT = {
    "clean": "In neither history did anything split: there is nothing to explain.",
    "incomplete": "A call that is missing in the log explains the split, so that no difference of "
    "the calls that are there can.",
    "deviation": "Nothing in the documented rules explains the duplicated history, up to the lag "
    "allowed: no difference of the calls is to blame, the platform deviated.",
    "undecided": "Whether the rules explain the duplicated history was not decided within the "
    "limits, so that nothing is said of its differences.",
}


def came(policy: Policy, step: Step, index: int | None) -> str:
    """Return what came of a call in a few words; `index` counts the person's profiles."""
    if step.refused:
        return "is refused"
    if step.profile is None:
        return "is filed nowhere"
    where = f"profile {index}" if index else "a profile of somebody else"
    fills = listed(label(policy, c.key) for c in step.changed if c.before is None)
    if step.matched is None:
        return f"creates {where}{f' with {fills}' if fills else ''}"
    over = listed(label(policy, c.key) for c in step.updates)
    done = [f"puts {fills} on it"] if fills else []
    done += [f"replaces its {over}"] if over else []
    done += ["merges another one into it"] if step.merged else []
    told = f" and {listed(done)}" if done else ""
    return f"finds {where} by {label(policy, step.matched)}{told}"


def difference_words(found: Comparison, one: Difference) -> str:
    """Return a difference as a clause: what the duplicated history does, and the correct one not.

    `call 5 (browser, Viewed Product) still carries an old $email, not the current one`
    """
    call = _call(found.bad, one.bad) if one.bad is not None else _call(found.good, one.good)
    key = label(found.bad.replay.policy, one.key or "")
    was, now = _VALUES.get(one.was, one.was), _VALUES.get(one.now, one.now)
    if one.kind == "key":
        if one.now == "none":
            return f"{call} lacks {key}"
        if one.was == "none":
            return f"{call} also carries {key}"
        still = "still " if one.now == "old" else ""
        return f"{call} {still}carries {_CARRIED[one.now].format(key)}, not {was}"
    words = {
        "added": f"{call} has no counterpart{_needing(found, one)}",
        "removed": f"{call} of {_GOOD} is missing",
        "moved": f"{call} comes at another place",
        "channel": f"{call} is sent by {now}, not by {was}",
        "endpoint": f"{call} goes to `{now}`, not to `{was}`",
        "reads": f"{call} {now}, where it {was} in {_GOOD}",
        "clears": f"{call} empties {_keys(now)}, not {_keys(was)}",
        "merges": f"{call} asks for a merge in one history alone",
        "answer": f"{call} was {now}, not {was}",
        "gap": f"{call} comes {now} after the call before it, not {was}",
        "event": f"{call} has another event",
        "field": f"{call}: `{one.field}` {_there(one)}",
        "context": f"{call}: {one.field} {_there(one)}",
    }
    return words[one.kind]


def _keys(keys: str) -> str:
    return listed(f"`{key}`" for key in keys.split()) or "nothing"


def _there(one: Difference) -> str:
    if one.now == "none":
        return "is missing"
    return "is there only here" if one.was == "none" else "has another value"


def _needing(found: Comparison, one: Difference) -> str:
    keys = found.needed.get(one.number, ())
    told = listed(label(found.bad.replay.policy, key) for key in keys)
    return f" (what matters of it is its {told})" if told else ""


def _call(told: Told, number: CallNumber | None) -> str:
    return "a call" if number is None else call_words(told.replay, number)


def summary(found: Comparison) -> str:
    """Return in a sentence what makes the difference, and what is said of the rest."""
    if found.policies:
        return _policies(found)
    if found.alone:
        return _alone(found)
    if found.minimal:
        return _minimal(found)
    if not found.differences:
        return f"The two histories do not differ in anything. {_unsplit(found)}"
    return _unsplit(found)


def _minimal(found: Comparison) -> str:
    best = frozenset(one.number for one in found.minimal)
    turns, mends = found.flips.turns, found.flips.mends
    what = listed(difference_words(found, one) for one in found.minimal)
    alone = "alone " if len(best) == 1 else "together "
    if turns and mends:
        effect = f"This {alone}turns {_GOOD} into a duplicated one, and undoing it mends the other"
    elif mends:
        effect = f"Undoing this {alone}mends it; in {_GOOD} the same does no harm by itself"
    else:
        effect = f"This {alone}duplicates {_GOOD}; undoing it does not mend the other by itself"
    return f"In the duplicated history {what}. {effect} ({_verified(found)}). {_rest(found)}"


def _verified(found: Comparison) -> str:
    if found.way == "rules":
        return "verified by replay"
    return f"verified by search, {WAYS[found.way]}"


def _rest(found: Comparison) -> str:
    rest = len(found.idle())
    if not rest:
        return "Nothing else differs."
    other = f"{'one other difference' if rest == 1 else f'{rest} other differences'}"
    if found.flips.idle_verified:
        are = "is" if rest == 1 else "are"
        return f"The {other} {are} immaterial: exchanged all together they change neither history."
    return f"Whether the {other} matter{'s' * (rest == 1)} in other combinations is not known."


def _alone(found: Comparison) -> str:
    return (
        f"Both histories are alike in what counts: {WAYS[found.way]}, {_GOOD} could have been "
        "duplicated just as well. No difference is to blame; it came out well by luck."
    )


def _unsplit(found: Comparison) -> str:
    verdict = found.verdict.verdict if found.verdict else "clean"
    if verdict in _WITHOUT:
        return _WITHOUT[verdict]
    if found.bad.profiles <= found.good.profiles:
        return (
            f"The second history has {counted(found.bad.profiles, 'profile')}, no more than the "
            f"first with {found.good.profiles}: give the correct history first."
        )
    return (
        f"No set of differences was found that turns {_GOOD} into {_BAD} within the limits; the "
        f"verdict on {_BAD} is {verdict}."
    )


def _policies(found: Comparison) -> str:
    one, other = found.good.replay.policy.name, found.bad.replay.policy.name
    where = found.first_divergence
    profiles = (
        f"{counted(found.good.profiles, 'profile')} under {one}, {found.bad.profiles} under {other}"
    )
    if where is None:
        return f"Every call is matched in the same way under {one} and {other}: {profiles}."
    number = found.pairs[where - 1].bad or 0
    return f"The first call that comes out differently is call {number}: {profiles}."


def sentences(found: Comparison) -> tuple[str, ...]:
    """Return what a comparison says: the summary, the first divergence, the chain, what else."""
    return (summary(found), *_divergence(found), *_chain(found), *_more(found))


def _divergence(found: Comparison) -> Iterator[str]:
    if found.first_divergence is None:
        return
    pair = found.pairs[found.first_divergence - 1]
    said = [
        f"{words}: {step_sentence(told.replay, told.replay.step(number))}"
        for words, told, number in (
            (_heads(found)[0], found.good, pair.good),
            (_heads(found)[1], found.bad, pair.bad),
        )
        if number is not None
    ]
    yield f"The first call that comes out differently, in row {pair.number}. {' '.join(said)}"


def _heads(found: Comparison) -> tuple[str, str]:
    if found.policies:
        names = (found.good.replay.policy.name, found.bad.replay.policy.name)
        return f"Under {names[0]}", f"Under {names[1]}"
    return "In the correct history", "In the duplicated one"


def _chain(found: Comparison) -> Iterator[str]:
    for link in found.chain[:_SHOWN]:
        words = call_words(found.bad.replay, link.call)
        yield f"{upper(words)} {link.is_now}; with the difference undone it {link.would_be}."


def _more(found: Comparison) -> Iterator[str]:
    sets = found.flips.back or found.flips.forth
    if len(sets) > 1:
        yield (
            f"There are {len(sets)} such sets of {counted(len(sets[0]), 'difference')}; "
            "each does it by itself."
        )
    if found.minimal and not found.flips.exact:
        yield _inexact(found)
    if found.foreign:
        yield (
            "The values of the two histories could not be told in one language: only those that "
            "are equal are taken for the same."
        )
    if found.others:
        yield f"The correct persons next in likeness: {listed(found.others[:_SHOWN])}."


def _inexact(found: Comparison) -> str:
    if found.flips.spared:
        return "The search was given up: a part of the set may do it as well."
    if len(found.minimal) == 1:
        return "Not every other difference was tried by itself: others may do it as well."
    return (
        "The set is 1-minimal: no single difference of it can be spared, but a smaller set of "
        "others was not ruled out."
    )
