"""Every format of input, one file a format, and `read`, which picks among them by content."""

from idgraph.sources.base.reading import formats, read, scan, write_rejects

__all__ = ["formats", "read", "scan", "write_rejects"]
