"""The command that makes a log fit to be shared: redact."""

from __future__ import annotations

import click

from idgraph.cli.base import as_json, blocks, cli, lines, note
from idgraph.errors import UsageError


@cli.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("-o", "--output", metavar="FILE", help="The copy; of several inputs a folder.")
@click.option("--format", "form", metavar="NAME", help="Format of the input (see formats).")
@click.option("--key-file", metavar="FILE", help="The key under which stand-ins are the same.")
@click.option("--make-key", metavar="FILE", help="Make a new key, and use it.")
@click.option("--redact-more", is_flag=True, help="Mail hosts, too; of times the order alone.")
@click.option("--force", is_flag=True, help="Write over what is there.")
@as_json
def redact(
    *,
    paths: tuple[str, ...],
    output: str | None,
    form: str | None,
    key_file: str | None,
    make_key: str | None,
    redact_more: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write the same log with stand-ins: an exchange log, a HAR or a call table.

    It keeps its form, its rows and its encodings, and reads to the same calls; times are shifted
    alike by whole weeks. Whatever is not known to be nobody's is dropped, and counted.
    """
    from idgraph.redaction import files, keyfiles
    from idgraph.surfaces.results import redactions

    if key_file and make_key:
        remedy = "Give --make-key the first time, and --key-file from then on."
        raise UsageError("both --key-file and --make-key name a key", remedy=remedy)
    if not paths and not make_key:
        raise UsageError("no input was named", where="redact", remedy="Give the path of a log.")
    if paths and not output:
        raise UsageError("it must be said where to write", where="redact", remedy="Give -o FILE.")
    if make_key:
        note(f"Wrote {keyfiles.make_key(make_key)}: keep it to yourself.")
    if not paths or not output:
        return
    key = key_file or make_key
    found = files.redact_files(
        paths, output, key_file=key, more=redact_more, force=force, format=form
    )
    if as_json:
        lines(files.records(found))
    else:
        blocks(redactions.blocks(found))
    marked = f", {found.key}" if found.key else ""
    note(f"Wrote {', '.join(map(str, found.paths))}{marked}.")
