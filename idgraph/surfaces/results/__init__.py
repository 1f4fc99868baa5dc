"""Results in blocks: what is a chapter in a report is the same tables in a terminal."""
