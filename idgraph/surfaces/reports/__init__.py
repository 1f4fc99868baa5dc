"""One offline file: its parts, its table of contents, its notes."""
