"""The mistakes that idgraph can tell a person about, each with a slug and a remedy."""

from __future__ import annotations

import linecache
import os
import traceback

from idgraph.inert import visible

_HOUSE = os.path.join(os.path.dirname(__file__), "")  # noqa: PTH118, PTH120 - no pathlib at start


class IdgraphError(Exception):
    """A mistake in what idgraph was given: what was expected, what was found, where, what to do.

    Messages never hold a customer's value: they point at it by origin (`file:line`) instead.

    >>> import idgraph as ig
    >>> try:
    ...     ig.demo("shopp")
    ... except ig.IdgraphError as error:
    ...     print(error.slug, "-", error.found)
    usage - no built-in history has that name
    """

    slug = "error"

    def __init__(self, found: str, *, where: str = "", remedy: str = "") -> None:
        """Keep the three parts, so that a screen can lay them out.

        `found` says what was expected and what was found, `where` names the file and line or the
        rule, `remedy` says what to do next.
        """
        super().__init__(found)
        self.found = found
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        """Join the parts into one message of one or two sentences."""
        place = f"{visible(self.where)}: " if self.where else ""
        stop = "" if self.found.endswith((".", "?")) else "."
        advice = f"{stop} {self.remedy}" if self.remedy else ""
        return f"{place}{self.found}{advice} [{self.slug}]"

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows in place of a traceback: the line that asked, then the rest.

        IPython asks for it; plain Python does not. The line is the last one outside of idgraph.
        """
        parts = [f"{type(self).__name__}: {self.found}"]
        asked = _asked(self)
        parts += [f"  asked    {asked}"] if asked else []
        parts += [f"  where    {self.where}"] if self.where else []
        parts += [f"  do next  {self.remedy}"] if self.remedy else []
        return [*parts, f"  [{self.slug}]"]


def _asked(error: BaseException) -> str:
    """The last line of somebody else's before the mistake was found; "" where there is none."""
    frames = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith(_HOUSE)
    ]
    if not frames:
        return ""
    path, line = frames[-1]
    return f"line {line}: {linecache.getline(path, line).strip()}".rstrip(": ")


class UnreadableError(IdgraphError):
    """A file that cannot be opened, decoded or recognised."""

    slug = "unreadable"


class NotationError(IdgraphError):
    """A line of the text notation that does not follow it."""

    slug = "notation"


class PolicyError(IdgraphError):
    """A policy that does not exist or does not keep to the vocabulary."""

    slug = "policy"


class AssumptionError(IdgraphError):
    """An assumption about a rule that the policy does not have or that cannot come out so."""

    slug = "assumption"


class CatalogueError(IdgraphError):
    """A catalogue module that lacks the one constant it must define."""

    slug = "catalogue"


class UsageError(IdgraphError):
    """A request that makes no sense: an unknown name, a call number outside the history."""

    slug = "usage"


class MissingExtraError(IdgraphError):
    """A feature whose optional packages are not installed."""

    slug = "missing-extra"


class RejectedRowsError(IdgraphError):
    """Rows that were rejected although every row was required to be readable (`--strict`)."""

    slug = "rejected-rows"
