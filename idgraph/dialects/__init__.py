"""What each generation of the platform's API says on the wire: one file a dialect.

A source opens files and finds requests; a dialect turns one request into calls.
"""
