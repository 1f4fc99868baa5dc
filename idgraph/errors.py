"""The mistakes that idgraph can tell a person about, each with a slug and a remedy."""

from __future__ import annotations


class IdgraphError(Exception):
    """A mistake in what idgraph was given: what was expected, what was found, where, what to do.

    Messages never hold a customer's value: they point at it by origin (`file:line`) instead.
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
        place = f"{self.where}: " if self.where else ""
        stop = "" if self.found.endswith((".", "?")) else "."
        advice = f"{stop} {self.remedy}" if self.remedy else ""
        return f"{place}{self.found}{advice} [{self.slug}]"


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
