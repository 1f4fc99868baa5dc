"""What `idgraph --help` lists: every command with its whole sentence, under what one wants."""

from __future__ import annotations

from collections.abc import Mapping

import click

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "To begin with": ("demo", "lab", "record", "read", "survey"),
    "One person, two profiles": (
        *("diagnose", "replay", "split", "why-not", "graph"),
        *("verdict", "outcomes", "compare", "minimise"),
    ),
    "To mend it": ("repair", "merges"),
    "Many persons": ("overview", "visibility", "experiments"),
    "To share": ("report", "render", "redact"),
    "To look up": ("policy", "causes", "formats"),
}
"""The commands by what one wants, each once."""
_WHOLE = 1000
_WIDEST = max(len(name) for names in SECTIONS.values() for name in names)


class Commands(click.Group):
    """A group whose help shows its commands in sections, in the order in which one meets them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections; click alone would cut each sentence at the end of its line."""
        listed = {name for names in SECTIONS.values() for name in names}
        others = tuple(name for name in self.list_commands(ctx) if name not in listed)
        for title, names in (*SECTIONS.items(), ("Others", others)):
            found = [(name, self.get_command(ctx, name)) for name in names]
            rows = [
                (name.ljust(_WIDEST), one.get_short_help_str(_WHOLE)) for name, one in found if one
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
