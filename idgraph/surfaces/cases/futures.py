"""Two futures as a screen shows them: what became of a person, both drawings, the calls."""

from __future__ import annotations

from collections.abc import Iterator

from idgraph.explain import counted, label, listed, person_words, upper
from idgraph.futures import Edits, Future, by_rules, person_sentence, side_effects
from idgraph.persons import PersonName, Persons
from idgraph.replays import Replay
from idgraph.rulebook import Policy
from idgraph.surfaces.drawing import html, svg, trees
from idgraph.surfaces.drawing.trees import Tree
from idgraph.surfaces.drawing.visible import visible
from idgraph.views.base.blocks import (
    Block,
    Cell,
    Figure,
    Notice,
    Paragraph,
    Rich,
    Row,
    Span,
    Table,
    rich,
    words,
)
from idgraph.views.base.case import Case, Cases, brief

MOST = 200
"""A longer case is drawn by the calls that changed anything."""
_BESIDE = 900
"""Pixels up to which two drawings stand side by side; wider ones stand one under the other."""
_TITLES = ("As it is", "What if")
_NONE_LEFT = Paragraph(rich("None of the calls is left."))
_EFFECTS = 3
_ROWS = 100


def told(future: Future, person: PersonName) -> tuple[str, str]:
    """Return in plain words what became of the persons, and whether that is `good` or `bad`."""
    if not len(future.edits):
        count = len(future.person(person).before)
        sentence = upper(f"{person_words(person)} has {_profiles(count)}. Nothing is edited yet.")
        return visible(sentence), ""
    effects = side_effects(future, person, person_words)
    change = future.person(person).change
    said = [upper(person_sentence(future, person, person_words(person)))]
    if effects:
        said.append(f"Side effect{'s' * (len(effects) > 1)}:")
        said += map(upper, effects[:_EFFECTS])
    if len(effects) > _EFFECTS:
        said.append(f"And {len(effects) - _EFFECTS} more.")
    mood = "bad" if effects or change > 0 else "good" if change < 0 else ""
    return visible(" ".join(said)), mood


def pictures(future: Future, person: PersonName) -> str:
    """Return both futures of a person side by side, by the rules, calls by their old numbers."""
    names = dict(enumerate(future.numbers, 1))
    drawn = [svg.picture(_case(by_rules(future.base), future.people, person))]
    if person in future.people_then.calls:
        drawn.append(svg.picture(_case(future.replay, future.people_then, person), names))
    wide = max(map(_width, drawn))
    images = [_image(one, wide) for one in drawn]
    if len(images) == 1:
        images.append(html.markup(trees.tree(_NONE_LEFT)))
    now = _card(_TITLES[0], future.base.policy.name, images[0], "")
    then = _card(_TITLES[1], future.replay.policy.name, images[1], " then")
    return f'<div class="futures{" stacked" * (wide > _BESIDE)}">{now}{then}</div>'


def beside(future: Future, person: PersonName) -> Tree:
    """Return both futures of a person side by side, for a screen that scales them alike."""
    policies = future.base.policy.name, future.replay.policy.name
    drawn = [figures for _, figures in drawings(future, person)]
    wide = max(figure.width for figures in drawn for figure in figures)
    cards = (
        _framed(*parts)
        for parts in zip(_TITLES, policies, drawn, ("card", "card then"), strict=True)
    )
    return trees.element("div", "futures stacked" if wide > _BESIDE else "futures", *cards)


def _framed(title: str, policy: str, figures: tuple[Figure, ...], css: str) -> Tree:
    drawn = svg.joined(figures, "Calls on profiles") if figures else trees.tree(_NONE_LEFT)
    frame = trees.element("div", "frame", drawn, tabindex="0", role="group", aria_label=title)
    return trees.element("div", css, _headed(title, policy), frame)


def drawings(future: Future, person: PersonName) -> tuple[tuple[str, tuple[Figure, ...]], ...]:
    """Return both futures of a person as drawings, each under its title; one may lack any call."""
    names = dict(enumerate(future.numbers, 1))
    now = svg.figures(_case(by_rules(future.base), future.people, person))
    then: tuple[Figure, ...] = ()
    if person in future.people_then.calls:
        then = svg.figures(_case(future.replay, future.people_then, person), names)
    policies = future.base.policy.name, future.replay.policy.name
    titles = (f"{t}, by the rules of {p}" for t, p in zip(_TITLES, policies, strict=True))
    return tuple(zip(titles, (now, then), strict=True))


def _case(replay: Replay, people: Persons, person: PersonName) -> Case:
    return brief(Cases(replay, people).case(person), MOST)


def _width(picture: str) -> int:
    return int(picture.partition('width="')[2].partition('"')[0])


def _image(picture: str, wide: int) -> str:
    """A picture at the scale of the other one, whatever room there is."""
    own = _width(picture)
    style = f"width:{100 * own / wide:.4g}%;max-width:{own}px;min-width:{own * 3 // 5}px"
    return f'<img alt="Calls on profiles" src="{svg.address(picture)}" style="{style}">'


def _card(title: str, policy: str, body: str, css: str) -> str:
    head = html.markup(_headed(title, policy))
    return (
        f'<div class="card{css}">{head}<div class="frame" tabindex="0" role="group" '
        f'aria-label="{title}">{body}</div></div>'
    )


def _headed(title: str, policy: str) -> Tree:
    name = trees.element("span", "soft", f" by the rules of {visible(policy)}")
    return trees.element("h3", "", title, name)


def changed(future: Future) -> str:
    """Return the table of the calls that come out differently, as markup."""
    return html.markup(trees.tree(differing(future)))


def differing(future: Future) -> Table | Paragraph:
    """Return the table of the calls that come out differently, or that there is none."""
    rows = tuple(
        Row(
            (
                Cell(words(f"call {row.call}")),
                Cell(rich(row.was)),
                Cell(rich(row.then), "muted" if row.now is None else "changed"),
            )
        )
        for row in future.changed[:_ROWS]
    )
    if not rows:
        return Paragraph(rich("No call comes out differently."), "none soft")
    left = len(future.changed) - len(rows)
    scope = f" (the first {_ROWS} of {len(future.changed)})" if left else ""
    caption = rich(f"Calls that come out differently{scope}")
    return Table(caption, tuple(map(rich, ("Call", "As it is", "What if"))), rows, "differing")


def remark(future: Future, person: PersonName) -> str:
    """Return what a reader must know of what was observed, as markup."""
    return "".join(html.markup(trees.tree(block)) for block in observed(future, person))


def observed(future: Future, person: PersonName) -> tuple[Block, ...]:
    """Return what a reader must know of what was observed; empty where the rules were right."""
    own = future.people.calls[person]
    seen = [str(number) for number in future.observed if number in own]
    if not seen:
        return ()
    calls = f"call{'s' * (len(seen) > 1)} {listed(seen)}"
    was = "were" if len(seen) > 1 else "was"
    sentence = (
        f"Both futures go by the rules: {calls} {was} observed elsewhere than the rules say, but "
        "nobody observed a history that did not happen."
    )
    return (Notice(rich(sentence), "warning"),)


def markup(future: Future, person: PersonName | None = None) -> str:
    """Return a future without controls: of the given person, else of the first it changes."""
    chosen = person or first(future)
    if chosen is None:
        return changed(future)
    lead = html.markup(trees.tree(Paragraph(words(told(future, chosen)[0]), "lead")))
    return lead + pictures(future, chosen) + remark(future, chosen) + changed(future)


def first(future: Future) -> PersonName | None:
    """Return the person most worth a look: whose profiles are more or fewer, else who splits."""
    rows = sorted(future.persons, key=lambda row: (row.change == 0, len(row.before) < 2))  # noqa: PLR2004
    return rows[0].person if rows else None


def edit_words(edits: Edits, policy: Policy) -> Iterator[tuple[tuple[str, object], Rich]]:
    """Go through the edits: which one it is, as argument and key of it, and what it says."""
    for number, values in edits.put.items():
        for key, value in values.items():
            name = label(policy, key)
            sent = rich(f"call {number} {'sends' if value is not None else 'does not send'} {name}")
            shown = () if value is None else (Span(" "), Span(str(value), code=True))
            yield ("put", (number, key)), (*sent, *shown)
    for number, other in edits.before.items():
        yield ("before", number), words(f"call {number} comes just before call {other}")
    for number, seconds in edits.delay.items():
        when = "later" if seconds > 0 else "earlier"
        yield ("delay", number), words(f"call {number} comes {abs(seconds):g} s {when}")
    for number in edits.without:
        yield ("without", number), words(f"call {number} is left out")
    if edits.policy is not None:
        name = edits.policy if isinstance(edits.policy, str) else edits.policy.name
        yield ("policy", None), words(f"the policy is {name}")
    for code, outcome in edits.assume.items():
        yield ("assume", code), rich(f"rule `{code}` comes out as {outcome}")


def _profiles(count: int) -> str:
    return counted(count, "profile")
