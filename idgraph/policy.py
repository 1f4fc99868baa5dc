"""The policies: found by name, loaded from data files, checked, picked for a history.

The file says what the platform does; nothing in Python knows a platform. A word that is not in the
vocabulary (`rules`) is a `PolicyError` naming the file and the place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from idgraph.calls import History
from idgraph.errors import PolicyError
from idgraph.rulebook import Policy
from idgraph.rules import NEEDED

__all__ = ["Policy", "load", "names", "parse", "pick"]


@cache
def names() -> tuple[str, ...]:
    """Return the names of the policies that ship, sorted."""
    folder = files("idgraph") / "policies"
    found = (entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in found))


def load(name: str) -> Policy:
    """Return a policy that ships, or the one of a `.toml` file of your own (a path).

    Raises `PolicyError` where there is none, or where it does not keep to the vocabulary.

    >>> import idgraph as ig
    >>> ig.load("klaviyo-classic")
    <Policy klaviyo-classic: 24 rules, ... to 2022-05-27>
    """
    if name.endswith(".toml"):
        return _from_file(name)
    if name not in names():
        near = get_close_matches(name, names(), 1)
        raise PolicyError(
            "no policy of that name ships",
            where=f"--policy {name}",
            remedy=f"Did you mean {near[0]}?" if near else f"There are {', '.join(names())}.",
        )
    return _shipped(name)


def pick(history: History) -> tuple[str, str]:
    """Return the policy that speaks of most calls of a history, and why it was picked.

    It was in force on most of their days, and of equals it is the first by name. Where it does not
    speak of all calls, or was not in force, the sentence says so: what it then says is a guess.
    """
    every = [policy for policy in map(load, names()) if policy.picked]
    chosen = max(every, key=lambda policy: _fits(policy, history))
    said = [f"Policy: {chosen.name}, by default ({chosen.title})."]
    total = len(history)
    others = sum(not chosen.speaks_of(call) for call in history)
    if others:
        said.append(
            f"{others} of {total} calls are of endpoints that it does not speak of: what it says "
            "of those is a guess."
        )
    apart = sum(not chosen.in_force(call) for call in history if chosen.speaks_of(call))
    if apart:
        said.append(f"{apart} of {total} calls are of days on which it was not in force.")
    return chosen.name, " ".join(said)


def _fits(policy: Policy, history: History) -> tuple[int, int]:
    spoken = [call for call in history if policy.speaks_of(call)]
    return sum(map(policy.in_force, spoken)), len(spoken)


@cache
def _shipped(name: str) -> Policy:
    return parse(_text(name), where=f"policies/{name}.toml")


def _text(name: str) -> str:
    return (files("idgraph") / "policies" / f"{name}.toml").read_text("utf-8")


def _from_file(path: str) -> Policy:
    try:
        return parse(Path(path).read_text("utf-8"), where=path)
    except (OSError, UnicodeDecodeError) as error:
        remedy = f"Give a readable file, or one of {', '.join(names())}."
        raise PolicyError("the policy file cannot be read", where=path, remedy=remedy) from error


def parse(text: str, *, where: str) -> Policy:
    """Return the policy that a TOML text says; `where` names it in errors."""
    try:
        policy = msgspec.convert(_extended(tomllib.loads(text)), Policy)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        remedy = "The vocabulary is in `idgraph policy --help`."
        raise PolicyError(str(error), where=where, remedy=remedy) from error
    faults = list(_faults(policy))
    if faults:
        raise PolicyError("; ".join(faults), where=where, remedy="Mend the rows named.")
    return policy


def _extended(given: dict[str, Any]) -> dict[str, Any]:
    """Put the rows of a policy on those of the one that it extends; its examples are its own.

    A row takes the place of the one with its code (of a key: its name), and stands last else.
    """
    name = given.get("extends", "")
    if not name:
        return given
    base = tomllib.loads(_text(name)) if name in names() else {}
    if not base or "extends" in base:
        raise PolicyError(
            "it extends a policy that does not ship, or one that extends another",
            where=f"extends = {name!r}",
            remedy=f"There are {', '.join(names())}.",
        )
    merged: dict[str, Any] = {**base, **given}
    for table, rows in base.items():
        if isinstance(rows, list) and table != "example":
            by = {_name_of(row): row for row in (*rows, *given.get(table, ()))}
            merged[table] = list(by.values())
    merged["example"] = given.get("example", [])
    return merged


def _name_of(row: Mapping[str, Any]) -> object:
    return row.get("code", row.get("key"))


def _faults(policy: Policy) -> list[str]:
    rows = policy.rows
    codes = [row.code for row in rows]
    known = {row.key for row in policy.key}
    kinds = {kind.code for kind in policy.kinds}
    faults = [f"code {code} is used twice" for code in sorted(set(codes)) if codes.count(code) > 1]
    faults += [
        f"rule {row.code} names the source {row.source}, which is not listed"
        for row in rows
        if row.source not in policy.sources
    ]
    faults += [
        f"rule {row.code} names the class {kind}, which is not listed"
        for row in rows
        for kind in row.classes
        if kind not in kinds
    ]
    faults += [
        f"rule {row.code} is unknown and has no default to go by"
        for row in rows
        if getattr(row, "outcome", "") == "unknown" and not row.decided
    ]
    faults += [
        f"rule {row.code} cannot come out as {row.decided}"
        for row in rows
        if row.allowed and row.decided not in row.allowed
    ]
    faults += [
        f"rule {row.code} names the key {key}, which is not listed"
        for row in rows
        for key in (getattr(row, "key", None), getattr(row, "to", None), *getattr(row, "keys", ()))
        if key and key not in known
    ]
    faults += _gaps(policy)
    for case in ("no-key", "refused", "asked"):
        if sum(row.case == case for row in policy.miss) != 1:
            faults.append(f"one miss rule must speak of case {case}")
    if not policy.kinds:
        faults.append("no class of calls is named")
    return faults


def _gaps(policy: Policy) -> list[str]:
    """Cases of which the policy does not speak, or speaks twice."""
    faults: list[str] = []
    for kind in policy.kinds:
        table = policy.tables[kind.code]
        faults += [
            f"nothing says what happens to {key} in case {case} of class {kind.code}"
            for key in policy.order
            for case in NEEDED
            if (key, case) not in table.write
        ]
        if not table.nobody:
            faults.append(f"one miss rule must speak of case nobody of class {kind.code}")
    said = [(row.key, row.case, kind) for row in policy.write for kind in row.classes or ("",)]
    if len(set(said)) < len(said):
        faults.append("two write rules speak of one key, case and class")
    return faults
