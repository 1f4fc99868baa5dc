"""What the platform itself exports: where it filed events and who holds what, one file a format.

An export says where calls landed, and not what they carried: without the calls it gives outcomes
without keys. `idgraph.observing` joins the two.
"""

from idgraph.exports.base.reading import formats, read

__all__ = ["formats", "read"]
